"""Where weights are looked for, and what tells two of them apart."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tabib.core.errors import ModelError
from tabib.models.weights import find_weights, fingerprint_tokenizer, fingerprint_weights, require_whole


def test_a_folder_is_taken_as_it_is(tiny_encoder: Path) -> None:
    assert find_weights(str(tiny_encoder)) == tiny_encoder


def test_the_offline_folder_holds_models_by_organisation_and_name(tiny_encoder: Path, tmp_path: Path) -> None:
    place = tmp_path / "models" / "almanach--camembert-bio-base"
    shutil.copytree(tiny_encoder, place)
    assert find_weights("almanach/camembert-bio-base", offline_dir=tmp_path) == place


def test_scratch_is_looked_into(tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRATCH", str(tmp_path))
    place = tmp_path / "tabib" / "models" / "camembert-base"
    shutil.copytree(tiny_encoder, place)
    assert find_weights("camembert-base") == place


def test_a_package_may_carry_weights() -> None:
    folder = find_weights("sentence-transformers/all-MiniLM-L6-v2")
    assert (folder / "model.safetensors").is_file()


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no config\.json"):
        find_weights(str(tmp_path))


def test_a_name_that_is_nowhere_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"'org/absent' was not found\. Looked in: .*models/org--absent.*Hub"):
        find_weights("org/absent", offline_dir=tmp_path)


def test_the_fingerprint_follows_the_weights_not_the_place(tiny_encoder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_encoder, copy)
    assert fingerprint_weights(copy) == fingerprint_weights(tiny_encoder)
    assert fingerprint_tokenizer(copy) == fingerprint_tokenizer(tiny_encoder)
    raw = bytearray((copy / "model.safetensors").read_bytes())
    raw[-1] ^= 1
    (copy / "model.safetensors").write_bytes(raw)
    assert fingerprint_weights(copy) != fingerprint_weights(tiny_encoder)
    assert fingerprint_tokenizer(copy) == fingerprint_tokenizer(tiny_encoder)
    with (copy / "tokenizer_config.json").open("a") as file:
        file.write("\n")
    assert fingerprint_tokenizer(copy) != fingerprint_tokenizer(tiny_encoder)


def test_a_folder_without_weights_has_no_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="holds no weights"):
        fingerprint_weights(tmp_path)


@pytest.mark.parametrize("name", ["spm.model", "sentencepiece.bpe.model", "special_tokens_map.json"])
def test_every_file_of_a_tokeniser_counts(name: str, tiny_encoder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_encoder, copy)
    (copy / name).write_text("{}", encoding="utf-8")
    assert fingerprint_tokenizer(copy) != fingerprint_tokenizer(tiny_encoder)


def test_a_folder_without_a_tokeniser_has_no_fingerprint(tiny_encoder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        shutil.copy(tiny_encoder / name, tmp_path / name)
    with pytest.raises(ModelError, match="holds no tokeniser"):
        fingerprint_tokenizer(tmp_path)


def test_only_weights_are_hashed_as_weights(tiny_encoder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_encoder, copy)
    (copy / "training_args.bin").write_bytes(b"anything")
    assert fingerprint_weights(copy) == fingerprint_weights(tiny_encoder)


def test_weights_of_which_a_file_is_missing_are_refused(tiny_encoder: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_encoder, tmp_path, dirs_exist_ok=True)
    require_whole(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "model-00001-of-00002.safetensors")
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(ModelError, match=r"a part of the weights only: model-00002-of-00002\.safetensors"):
        require_whole(tmp_path)
