"""Gathering weights and corpora for a machine without internet."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tabib.config.load import run_config_from
from tabib.core.errors import RecordError
from tabib.data.load import SHIPPED
from tabib.runs.fetch import Item, gather
from tabib.runs.manifest import MANIFEST
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


def test_a_damaged_file_in_the_default_folder_is_not_taken_for_its_own_source(
    tiny_encoder: Path, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was gathered into ``$SCRATCH/tabib`` is found there first by every later call."""
    monkeypatch.chdir(elsewhere.parent)
    elsewhere.rename("data")  # where a corpus is looked for after $SCRATCH
    monkeypatch.setenv("SCRATCH", str(tmp_path))
    monkeypatch.delenv("TABIB_DATA", raising=False)
    folder, wanted = tmp_path / "tabib", [config(tiny_encoder)]
    gather(wanted, folder)
    damaged = folder / "data" / "mini_triage_fr" / "test.tsv"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1])
    assert states(gather(wanted, folder)) == [("model", "there"), ("corpus", "gathered")]
    assert damaged.read_bytes() == whole


@pytest.mark.parametrize("damage", ["changed", "removed"])
def test_damage_that_cannot_be_mended_is_named(
    damage: str, tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRATCH", str(tmp_path))
    folder = tmp_path / "tabib"
    weights = folder / "models" / "org--name"
    shutil.copytree(tiny_encoder, weights)
    assert states(gather([config("org/name")], folder)) == [("model", "gathered"), ("corpus", "shipped")]
    file = weights / "model.safetensors"
    file.unlink() if damage == "removed" else file.write_bytes(file.read_bytes()[:-1])
    model, _ = gather([config("org/name")], folder)
    assert model.state == "absent"
    assert "model.safetensors" in model.detail
    assert "manifest.json" in model.detail


def test_an_interrupted_copy_is_not_taken_for_a_whole_one(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("SCRATCH", raising=False)
    elsewhere.rename("data")  # where a corpus is looked for after the folder for machines without internet
    folder, wanted = tmp_path / "offline", {"dataset": "mini_triage_fr", "model": "majority"}
    config = run_config_from(wanted | {"offline_dir": "offline"}, "run.yaml")
    copy, copied = shutil.copyfile, []

    def copy_one(source: Path, target: Path) -> None:
        if copied:
            raise KeyboardInterrupt
        copied.append(copy(source, target))

    with monkeypatch.context() as interrupted:
        interrupted.setattr(shutil, "copyfile", copy_one)
        with pytest.raises(KeyboardInterrupt):
            gather([config], folder)
    assert states(gather([config], folder)) == [("corpus", "gathered")]
    gathered = {path.name for path in (folder / "data" / "mini_triage_fr").iterdir()}
    assert {"train.tsv", "dev.tsv", "test.tsv"} <= gathered


def test_a_disk_that_is_full_is_named_and_leaves_nothing_half_written(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(RecordError, match=r"config\.json.* cannot be copied .* No space left on device"):
        gather([config(tiny_encoder)], tmp_path / "offline")
    assert {path.name for path in (tmp_path / "offline").rglob("*") if path.is_file()} == {MANIFEST, ".lock"}


def test_a_folder_without_weights_is_not_gathered(tiny_encoder: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_encoder, tmp_path / "half", ignore=shutil.ignore_patterns("*.safetensors"))
    model, _ = gather([config(tmp_path / "half")], tmp_path / "offline")
    assert model.state == "absent"
    assert "holds no weights" in model.detail


def test_what_was_put_there_by_hand_is_entered_into_the_manifest(
    tiny_encoder: Path, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("SCRATCH", raising=False)
    folder = tmp_path / "offline"
    (folder / "data").mkdir(parents=True)
    (elsewhere / "mini_triage_fr").rename(folder / "data" / "mini_triage_fr")
    shutil.copytree(tiny_encoder, folder / "models" / "org--name")
    assert states(gather([config("org/name")], folder)) == [("model", "gathered"), ("corpus", "gathered")]
    assert states(gather([config("org/name")], folder)) == [("model", "there"), ("corpus", "there")]


def test_links_to_folders_are_followed(tiny_encoder: Path, elsewhere: Path, tmp_path: Path) -> None:
    (elsewhere / "mini_triage_fr").rename(tmp_path / "store-v1")
    (tmp_path / "parts").mkdir()
    (tmp_path / "store-v1" / "notes").symlink_to(tmp_path / "parts", target_is_directory=True)
    (tmp_path / "parts" / "note.txt").write_text("a note", encoding="utf-8")
    (elsewhere / "mini_triage_fr").symlink_to(tmp_path / "store-v1", target_is_directory=True)
    _, corpus = gather([config(tiny_encoder, data_dir=str(elsewhere))], tmp_path / "offline")
    assert (corpus.state, corpus.place) == ("gathered", "data/mini_triage_fr")
    assert (tmp_path / "offline" / "data" / "mini_triage_fr" / "train.tsv").is_file()
    assert (tmp_path / "offline" / "data" / "mini_triage_fr" / "notes" / "note.txt").is_file()


def test_weights_on_a_server_are_not_gathered(tmp_path: Path) -> None:
    served = {"dataset": "mini_triage_fr", "model": "llm", "model_name_or_path": "org/served"}
    wanted = run_config_from(
        served | {"backend_args": {"backend": "openai", "base_url": "http://localhost:1/v1"}}, "run.yaml"
    )
    assert states(gather([wanted], tmp_path)) == [("corpus", "shipped")]


def test_the_corpus_that_lends_examples_is_gathered_too(tiny_llm: Path, tmp_path: Path) -> None:
    wanted = {
        "dataset": "biosses",
        "model": "llm",
        "model_name_or_path": str(tiny_llm),
        "backend_args": {"shots": 2, "shots_from": "mini_pairs_fr"},
    }
    items = gather([run_config_from(wanted, "run.yaml")], tmp_path)
    assert [(item.name, item.state) for item in items[1:]] == [("biosses", "absent"), ("mini_pairs_fr", "shipped")]


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
