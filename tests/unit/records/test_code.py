"""The code that a result came from is found by following imports, those inside functions included."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tabib.records.code import fingerprint_code, used_modules


def test_a_part_is_used_if_it_is_imported_anywhere_on_the_way() -> None:
    used = used_modules(["tabib.models.heads.text"])
    assert "tabib.models.heads.base" in used
    assert "tabib.core.spans" in used
    # imported inside a function
    assert "tabib.training.fit" in used_modules(["tabib.runs.stages"])


def test_other_models_and_names_are_no_part_of_a_model() -> None:
    used = used_modules(["tabib.models.heads.text", "tabib.training.fit"])
    assert "tabib.models.heads.span_ner" not in used
    assert "tabib.registry" not in used
    assert not any(name.startswith(("tabib.config", "tabib.cli", "tabib.reports")) for name in used)


def test_what_is_left_out_is_not_followed_either() -> None:
    with_backbone = used_modules(["tabib.models.heads.text"])
    without = used_modules(["tabib.models.heads.text"], without=["tabib.models.backbone"])
    assert "tabib.models.backbone" in with_backbone
    assert "tabib.models.backbone" not in without
    assert "tabib.models.heads.base" in without
    assert used_modules(["tabib.models.heads.text"], without=["tabib.models"]) == []


def test_the_hash_follows_the_source_of_a_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    hashes = []
    for number, body in enumerate(("A = 1\n", "A = 2\n", "A = 1\n")):
        (tmp_path / f"plug{number}.py").write_text(f"import tabib.core.spans\n{body}")
        hashes.append(fingerprint_code([f"plug{number}"]))
        assert used_modules([f"plug{number}"])[-1] == "tabib.core.spans"
    assert len(set(hashes)) == 3  # the names count as well
    assert fingerprint_code(["plug0"]) == hashes[0]
    assert "plug0" not in sys.modules, "sources are read, not run"
