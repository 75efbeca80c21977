"""Gathering weights and corpora for a machine without internet."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tabib.config.load import run_config_from
from tabib.core.errors import RecordError
from tabib.data.load import SHIPPED
from tabib.runs.fetch import MANIFEST, Item, gather
from tabib.runs.prepare import prepare


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A data directory with a corpus that the package does not ship there."""
    folder = tmp_path / "elsewhere"
    shutil.copytree(SHIPPED / "mini_triage_fr", folder / "mini_triage_fr")
    return folder


def config(weights: Path | str, **settings: Any) -> Any:
    named = {"dataset": "mini_triage_fr", "model": "text", "model_name_or_path": str(weights)}
    return run_config_from(named | settings, "run.yaml")


def states(items: list[Item]) -> list[tuple[str, str]]:
    return [(item.kind, item.state) for item in items]


def test_a_run_works_from_what_was_gathered(tiny_encoder: Path, elsewhere: Path, tmp_path: Path) -> None:
    folder = tmp_path / "offline"
    wanted = config(tiny_encoder, data_dir=str(elsewhere))
    assert states(gather([wanted], folder)) == [("model", "gathered"), ("corpus", "gathered")]
    (model,) = (folder / "models").iterdir()
    assert (model / "model.safetensors").read_bytes() == (tiny_encoder / "model.safetensors").read_bytes()
    # The same run, with nothing but the folder to go by: the same corpus, the same weights.
    shutil.move(model, folder / "models" / "org--name")
    offline = prepare(config("org/name", offline_dir=str(folder)))
    assert offline.weights == folder / "models" / "org--name"
    assert offline.identity.hash == prepare(wanted).identity.hash


def test_a_second_call_finds_all_there_and_mends_what_is_damaged(
    tiny_encoder: Path, elsewhere: Path, tmp_path: Path
) -> None:
    folder, wanted = tmp_path / "offline", config(tiny_encoder, data_dir=str(elsewhere))
    gather([wanted], folder)
    assert states(gather([wanted], folder)) == [("model", "there"), ("corpus", "there")]
    damaged = folder / "data" / "mini_triage_fr" / "test.tsv"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1])
    assert states(gather([wanted], folder)) == [("model", "there"), ("corpus", "gathered")]
    assert damaged.read_bytes() == whole


def test_what_is_absent_is_named_and_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("SCRATCH", raising=False)
    wanted = [config("org/absent"), config("org/absent", dataset="morfitt")]
    items = gather(wanted, tmp_path / "offline")
    assert states(items) == [("model", "absent"), ("corpus", "shipped"), ("corpus", "absent")]
    assert "model 'org/absent' was not found" in items[0].detail
    assert "Download train.tsv, dev.tsv and test.tsv from" in items[2].detail


def test_the_manifest_holds_sizes_and_checksums(tiny_encoder: Path, elsewhere: Path, tmp_path: Path) -> None:
    folder = tmp_path / "offline"
    gather([config(tiny_encoder, data_dir=str(elsewhere))], folder)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    entry = manifest["data/mini_triage_fr"]["test.tsv"]
    assert entry["size"] == (SHIPPED / "mini_triage_fr" / "test.tsv").stat().st_size
    assert len(bytes.fromhex(entry["sha256"])) == 32


@pytest.mark.parametrize("content", ["[]", '{"data/x": {"a": 1}}'])
def test_a_damaged_manifest_is_an_error(content: str, tiny_encoder: Path, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(RecordError, match="is damaged"):
        gather([config(tiny_encoder)], tmp_path)
