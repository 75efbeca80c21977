"""Loading an encoder: what it can read, and what goes wrong in plain words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertConfig,
    CamembertConfig,
    DebertaV2Config,
    DistilBertConfig,
    ModernBertConfig,
    RobertaConfig,
    T5Config,
)

from tabib.config.options import TextOptions
from tabib.core.errors import ModelError
from tabib.core.examples import Document
from tabib.models.backbone import Backbone, readable_length
from tabib.models.build import build_model, load_model, save_model
from tabib.registry import models


def test_roberta_reads_two_less_than_its_positions() -> None:
    assert readable_length(RobertaConfig(max_position_embeddings=514, pad_token_id=1)) == 512
    assert readable_length(BertConfig(max_position_embeddings=512)) == 512
    assert readable_length(T5Config()) == 1_000_000


def test_windows_are_no_longer_than_the_encoder_reads(tiny_encoder: Path) -> None:
    assert Backbone.from_folder(tiny_encoder, max_length=512).max_length == 64
    assert Backbone.from_folder(tiny_encoder, max_length=16).max_length == 16


def test_weights_of_another_model_are_an_error(tiny_encoder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(tiny_encoder, folder)
    weights = load_file(folder / "model.safetensors")
    save_file(
        {f"unrelated.{name}": value for name, value in weights.items()},
        folder / "model.safetensors",
        {"format": "pt"},
    )
    with pytest.raises(ModelError, match=r"lack .* tensors of a BertModel"):
        Backbone.from_folder(folder)


def test_an_absent_pooler_is_no_loss(tiny_encoder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(tiny_encoder, folder)
    weights = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in weights.items() if not name.startswith("pooler.")}
    assert len(kept) < len(weights)
    save_file(kept, folder / "model.safetensors", {"format": "pt"})
    Backbone.from_folder(folder)


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        Backbone.from_folder(tmp_path)


def test_the_kind_of_attention_comes_back(tiny_encoder: Path, tmp_path: Path) -> None:
    Backbone.from_folder(tiny_encoder, max_length=32, attn_implementation="eager").save(tmp_path)
    loaded = Backbone.from_saved(tmp_path)
    assert loaded.encoder.config._attn_implementation == "eager"
    assert loaded.max_length == 32


def test_a_model_trained_with_flash_attention_loads_without_it(
    tiny_encoder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Backbone.from_folder(tiny_encoder).save(tmp_path)
    settings = json.loads((tmp_path / "backbone.json").read_text())
    settings["attn_implementation"] = "flash_attention_2"
    (tmp_path / "backbone.json").write_text(json.dumps(settings))
    assert Backbone.from_saved(tmp_path).encoder.config._attn_implementation == "sdpa"
    if not torch.cuda.is_available():
        assert "flash_attention_2 was asked for, sdpa is used" in caplog.text


def test_rows_are_padded_on_the_right_and_masked(tiny_encoder: Path) -> None:
    ids_BT, mask_BT = Backbone.from_folder(tiny_encoder).pad([[2, 5, 3], [2, 3]])
    assert ids_BT.tolist() == [[2, 5, 3], [2, 3, 0]]
    assert mask_BT.tolist() == [[1, 1, 1], [1, 1, 0]]


def test_padding_changes_nothing_but_rounding(tiny_encoder: Path) -> None:
    backbone = Backbone.from_folder(tiny_encoder).eval()
    with torch.no_grad():
        (alone,) = backbone(*backbone.pad([[2, 5, 3]]))
        (beside,) = backbone(*backbone.pad([[2, 5, 3], [2, *range(5, 25), 3]]))
        all_layers = backbone(*backbone.pad([[2, 5, 3]]), all_layers=True)
    assert torch.allclose(alone[0], beside[0, :3], atol=1e-5)
    assert len(all_layers) == 3
    assert torch.equal(all_layers[-1], alone)


ARCHITECTURES: dict[str, tuple[type, dict[str, Any]]] = {
    "camembert": (CamembertConfig, {"max_position_embeddings": 66, "pad_token_id": 0}),
    "distilbert": (DistilBertConfig, {"dim": 32, "n_heads": 2, "n_layers": 2, "hidden_dim": 64}),
    "deberta-v2": (DebertaV2Config, {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]}),
    "modernbert": (ModernBertConfig, {"global_attn_every_n_layers": 2, "local_attention": 16}),
}


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_encoders_of_many_kinds_come_back_from_disk(name: str, tiny_encoder: Path, tmp_path: Path) -> None:
    """Buffers that are in no weights file (positions, rotary frequencies) have to be made anew rightly."""
    kind, settings = ARCHITECTURES[name]
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    ids = {"pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3}
    torch.manual_seed(0)
    config = kind(**{**({} if name == "distilbert" else small), **ids, "vocab_size": len(tokenizer), **settings})
    AutoModel.from_config(config).save_pretrained(tmp_path / "weights")
    tokenizer.save_pretrained(tmp_path / "weights")
    options = TextOptions()
    head = build_model(
        models()["text"], "classification", ["A", "B"], options, weights=tmp_path / "weights", seed=0
    )
    documents = [Document("a", "toux"), Document("b", "fièvre et toux " * 10)]
    save_model(head, "text", tmp_path / "head")
    assert load_model(tmp_path / "head").predict(documents) == head.predict(documents)


def test_a_tokeniser_is_never_made_up(tiny_encoder: Path, tmp_path: Path) -> None:
    """transformers would read a folder without one as a tokeniser that knows no word."""
    for name in ("config.json", "model.safetensors"):
        shutil.copy(tiny_encoder / name, tmp_path / name)
    with pytest.raises(ModelError, match="holds no tokeniser"):
        Backbone.from_folder(tmp_path)


def test_a_pointer_of_git_lfs_is_named(tiny_encoder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_encoder, copy)
    (copy / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\nsize 90\n")
    with pytest.raises(ModelError, match="Git LFS pointer"):
        Backbone.from_folder(copy)
