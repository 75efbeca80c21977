"""The wording of the prompts, one Jinja file for each language and task, beside this module."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
LANGUAGES = ("fr", "en")


def template_source(language: str, name: str) -> str:
    """The text of a template. Raises: FileNotFoundError: there is none for that task."""
    return (FOLDER / language / f"{name}.j2").read_text(encoding="utf-8")
