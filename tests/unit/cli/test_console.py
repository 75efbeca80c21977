"""Tables on narrow terminals: nothing is cut, and no column disappears."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from rich.console import Console

from tabib.cli import console as module
from tabib.cli.console import print_table, table


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a table is on a terminal of so many columns."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def shown(width: int, columns: list[str | tuple[str, module.Kind]], *rows: tuple[str, ...]) -> str:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", Terminal())
            made = table(*columns)
        for row in rows:
            made.add_row(*row)
        file = io.StringIO()
        print_table(Console(file=file, width=width, force_terminal=True, no_color=True, highlight=False), made)
        return file.getvalue()

    return shown


CHECKED: list[str | tuple[str, module.Kind]] = [
    "split",
    *((name, "right") for name in ("docs", "without", "annotations", "nested", "discontinuous", "lost")),  # type: ignore[list-item]
    ("median length", "right"),
]


@pytest.mark.parametrize("width", [120, 80, 70, 60, 40])
def test_every_head_and_every_cell_is_there(width: int, on_terminal: Callable[..., str]) -> None:
    cells = ("train", "9833", "42", "22993", "1809", "13", "1", "75")
    shown = on_terminal(width, CHECKED, cells)
    for text in ("split", "docs", "without", "annotations", "nested", "discontinuous", "lost", "median", *cells):
        assert text in shown


@pytest.mark.parametrize("width", [80, 70])
def test_text_is_broken_at_blanks(width: int, on_terminal: Callable[..., str]) -> None:
    shown = on_terminal(
        width,
        [("corpus", "name"), ("task", "name"), "lang", ("docs", "right"), ("here", "name"), "licence"],
        ("doctor_patient_questions_fr", "classification", "fr", "3270", "yes", "research, non-commercial"),
        ("mini_ner_fr", "ner_span", "fr", "380", "shipped", "MIT, as this package"),
    )
    for word in ("doctor_patient_questions_fr", "classification", "research,", "package", "shipped", "licence"):
        assert word in shown


@pytest.mark.parametrize("arguments", [["data", "check", "mini_ner_fr"], ["list", "corpora"]])
@pytest.mark.parametrize("width", ["80", "70"])
def test_commands_on_a_narrow_terminal(arguments: list[str], width: str) -> None:
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": width, "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tabib", *arguments], stdout=follower, stderr=follower, env=environment
    )
    os.close(follower)
    read = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        read += part
    os.close(leader)
    assert process.wait() == 0
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", read.decode()).splitlines()
    assert max(map(len, lines)) <= int(width)
    wanted = {"train", "dev", "test"} if "check" in arguments else {"mini_ner_fr", "doctor_patient_questions_fr"}
    assert wanted <= {word for line in lines for word in line.split()}


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_an_encoding_without_our_signs_is_no_error(encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tabib", "data", "show", "mini_ner_fr", "-n", "1"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert rb"\u2013" in done.stdout  # an en dash, spelled out: nothing of what is piped on is lost
