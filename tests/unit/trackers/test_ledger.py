"""The ledger knows what was logged, and that what lies on disk only is not yet online."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.trackers.ledger import Ledger


@pytest.mark.parametrize(
    ("logged", "asked", "known"),
    [
        ("offline", "offline", True),
        ("online", "online", True),
        ("online", "offline", True),
        ("offline", "online", False),
    ],
)
def test_what_is_online_is_logged_and_what_is_on_disk_is_so_for_the_disk(
    logged: str, asked: str, known: bool, tmp_path: Path
) -> None:
    Ledger(tmp_path / "a" / "ledger.json").add("run", "content", logged)
    again = Ledger(tmp_path / "a" / "ledger.json")
    assert again.knows("run", "content", asked) == known
    assert not again.knows("run", "other content", asked)
    assert not again.knows("other run", "content", asked)


@pytest.mark.parametrize("text", ["", "[]", '{"run": 1}', "{cut"])
def test_a_damaged_ledger_knows_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_text(text)
    assert not Ledger(path).knows("run", "content", "offline")
    Ledger(path).add("run", "content", "offline")
    assert Ledger(path).knows("run", "content", "offline")
