"""The documentation says what is true: links lead somewhere, commands exist, configurations load."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (str(page.relative_to(ROOT)), text)
        for page in PAGES
        for found, text in BLOCK.findall(page.read_text(encoding="utf-8"))
        if found == language
    ]


def commands() -> list[tuple[str, str]]:
    """Every ``tabib …`` line of a bash block, continuation lines joined, comments and assignments dropped."""
    found = []
    for page, block in blocks("bash"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words and re.match(r"\w+=", words[0]):
                words.pop(0)
            if words and words[0] == "tabib":
                found.append((page, shlex.join(words)))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_of_the_project(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(("page", "command"), commands())
def test_documented_commands_exist_with_their_options(page: str, command: str) -> None:
    from typer.main import get_command

    from tabib.cli.app import app

    node = get_command(app)
    words = shlex.split(command)[1:]
    if words == ["--help"]:
        return
    while hasattr(node, "commands") or hasattr(node, "get_command"):
        child = node.get_command(None, words[0])  # type: ignore[attr-defined,arg-type]
        assert child is not None, f"{page}: no such command: {command}"
        node, words = child, words[1:]
    known = {option for parameter in node.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-") and word != "--help"} <= known, f"{page}: {command}"
    for word in words:
        if word.startswith("configs/"):
            there = (ROOT / word).is_file() or (ROOT / word / "benchmark.yaml").is_file()
            assert there, f"{page}: {word} does not exist"


@pytest.mark.parametrize(("page", "text"), blocks("yaml"))
def test_documented_configurations_load(page: str, text: str, tmp_path: Path) -> None:
    from tabib.config.load import load_benchmark_config, load_run_config
    from tabib.config.study import StudySettings

    content = yaml.safe_load(text)
    folder = tmp_path / "configs"
    folder.mkdir()
    path = folder / "example.yaml"
    path.write_text(text, encoding="utf-8")
    if "datasets" in content:
        assert load_benchmark_config(path).cells()
    elif "dataset" in content:
        assert load_run_config(path).dataset == content["dataset"]
    elif content.keys() == {"study"}:
        assert StudySettings.model_validate(content["study"]).folder
    else:
        pytest.fail(f"{page}: a YAML block that is no run, benchmark or study; mark it as ```text")


def test_the_example_of_a_corpus_loads_and_agrees_with_its_card(tmp_path: Path) -> None:
    from tabib.data.check import check_corpus

    (block,) = [text for page, text in blocks("python") if page == "docs/extending.md"]
    module: dict[str, Any] = {}
    exec(block, module)
    for split, n in (("train", 800), ("dev", 100), ("test", 100)):
        rows = "".join(f"{split}-{i}\tappel {split} {i}\t{('later', 'now')[i % 2]}\n" for i in range(n))
        (tmp_path / f"{split}.tsv").write_text(f"id\ttext\tlabel\n{rows}", encoding="utf-8")
    assert check_corpus(module["load"]("urgencies", tmp_path)).problems == ()
