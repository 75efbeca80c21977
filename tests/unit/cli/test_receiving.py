"""What is shown while files come."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tabib.cli import receiving
from tabib.cli.receiving import Receiving


def test_in_a_pipe_there_are_lines_only(capsys: pytest.CaptureFixture[str]) -> None:
    with Receiving() as shows:
        shows.tell("corpus a[b]")
        shows.watch("http://host/a.zip", 1, 2)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "corpus a[b]\n")


def test_on_a_terminal_a_bar_names_the_file_and_how_much_of_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(receiving, "stderr", lambda: Console(file=screen, force_terminal=True, width=100))
    with Receiving() as shows:
        shows.watch("http://host/a.zip", 1_000_000, 2_000_000)
        shows.watch("http://host/a.zip", 1_500_000, 2_000_000)
    assert "a.zip" in screen.getvalue()
    assert "1.5/2.0 MB" in screen.getvalue()
