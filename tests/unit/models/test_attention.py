"""Attention: what is asked for is used where it can be, the rest is said; and the numbers are the same."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor, nn
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoTokenizer,
    BertConfig,
    CamembertConfig,
    DebertaV2Config,
    LlamaConfig,
    ModernBertConfig,
    RobertaConfig,
)
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS, PreTrainedModel
from transformers.utils import is_flash_attn_2_available

from tabib.config.load import load_run_config
from tabib.config.options import LlmOptions, TextOptions
from tabib.core.errors import ModelError
from tabib.core.examples import Document
from tabib.data.load import load_corpus, training_labels
from tabib.models import attention as module
from tabib.models.attention import Attention, load_attending
from tabib.models.backbone import Backbone
from tabib.models.build import build_model
from tabib.models.decoders.backends.transformers import TransformersBackend
from tabib.registry import models

needs_no_flash = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
# Large weights, so that it matters what is attended to.
SIZES = {**SMALL, "vocab_size": 200, "max_position_embeddings": 96, "initializer_range": 0.3}
IDS = {"pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3}
ENCODERS: dict[str, Callable[[], Any]] = {
    "bert": lambda: BertConfig(**SIZES, **IDS),
    "roberta": lambda: RobertaConfig(**SIZES, **IDS),
    "camembert": lambda: CamembertConfig(**SIZES, **IDS),
    "modernbert": lambda: ModernBertConfig(
        **SIZES, **IDS, initializer_cutoff_factor=3.0, global_attn_every_n_layers=2, local_attention=16
    ),
}


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.WARNING)
    return lambda: [record.getMessage() for record in caplog.records if "attention" in record.getMessage()]


@pytest.fixture
def deberta(tiny_encoder: Path, tmp_path: Path) -> Path:
    """An encoder that has eager attention only."""
    return saved(DebertaV2Config(**SIZES, pad_token_id=0), tiny_encoder, tmp_path / "deberta")


@pytest.fixture
def modernbert(tiny_encoder: Path, tmp_path: Path) -> Path:
    return saved(ENCODERS["modernbert"](), tiny_encoder, tmp_path / "modernbert")


def saved(config: Any, tokenizer: Path, folder: Path) -> Path:
    torch.manual_seed(0)
    AutoModel.from_config(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tokenizer).save_pretrained(folder)
    return folder


# What cannot be had ---------------------------------------------------------------------------------------


@needs_no_flash
def test_flash_attention_without_a_gpu_gives_way_with_one_warning(
    tiny_encoder: Path, warnings: Callable[[], list[str]]
) -> None:
    backbone = Backbone.from_folder(tiny_encoder, attn_implementation="flash_attention_2")
    for _ in range(2):
        backbone.train()(*backbone.pad([[2, 5, 3]]))
        backbone.eval()(*backbone.pad([[2, 5, 3]]))
    why = "flash attention needs a GPU, and there is none"
    assert warnings() == [f"attn_implementation: flash_attention_2 was asked for, sdpa is used: {why}"]
    assert backbone.attention.to_json() == {
        "asked": "flash_attention_2",
        "training": "sdpa",
        "prediction": "sdpa",
        "why": why,
    }


def test_flash_attention_without_its_package_is_not_fetched(
    tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would get a kernel from the Hub where the package ``kernels`` is there."""
    monkeypatch.setattr(module.torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(module, "is_flash_attn_2_available", lambda: False)
    asked: list[str | None] = []

    def load(implementation: str | None) -> Any:
        asked.append(implementation)
        return AutoModel.from_pretrained(tiny_encoder, attn_implementation=implementation)

    _, attention = load_attending(load, "flash_attention_2")
    assert asked == ["sdpa"]
    assert attention.why == "the package flash-attn is not installed, or too old"


def test_a_model_without_the_asked_attention_uses_the_best_that_it_has(
    deberta: Path, warnings: Callable[[], list[str]]
) -> None:
    backbone = Backbone.from_folder(deberta, attn_implementation="sdpa").eval()
    backbone(*backbone.pad([[2, 5, 3]]))
    assert backbone.encoder.config._attn_implementation == "eager"
    (said,) = warnings()
    assert said.startswith(
        "attn_implementation: sdpa was asked for, eager is used: DebertaV2Model does not support"
    )
    assert backbone.attention.to_json()["prediction"] == "eager"


def test_a_model_without_flash_attention_says_so(
    deberta: Path, monkeypatch: pytest.MonkeyPatch, warnings: Callable[[], list[str]]
) -> None:
    monkeypatch.setattr(module.torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(module, "is_flash_attn_2_available", lambda: True)
    backbone = Backbone.from_folder(deberta, attn_implementation="flash_attention_2")
    (said,) = warnings()
    assert said == (
        "attn_implementation: flash_attention_2 was asked for, eager is used: DebertaV2Model does not let its"
        " attention be chosen"
    )
    assert backbone.encoder.config._attn_implementation == "eager"


@pytest.mark.parametrize("asked", ["flash_attention_2", "sdpa", "eager", None])
def test_a_folder_without_a_model_is_not_blamed_on_attention(
    asked: str | None, tiny_encoder: Path, tmp_path: Path, warnings: Callable[[], list[str]]
) -> None:
    AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "no such thing"}')
    with pytest.raises(ModelError, match=r"cannot be loaded: .*no such thing"):
        Backbone.from_folder(tmp_path, attn_implementation=asked)
    assert not warnings()


@needs_no_flash
def test_language_models_keep_to_the_same_rule(tiny_llm: Path, warnings: Callable[[], list[str]]) -> None:
    backend = TransformersBackend.open(LlmOptions(attn_implementation="flash_attention_2"), tiny_llm)
    assert backend.identity["attention"] == "sdpa"  # what was used: answers are kept under it
    assert backend.attention["asked"] == "flash_attention_2"
    assert backend.attention["prediction"] == "sdpa"
    assert len(warnings()) == 1


@pytest.mark.parametrize("asked", [None, "sdpa", "eager"])
def test_what_can_be_had_is_used_without_a_word(
    asked: str | None, tiny_encoder: Path, tiny_llm: Path, warnings: Callable[[], list[str]]
) -> None:
    backbone = Backbone.from_folder(tiny_encoder, attn_implementation=asked).eval()
    backbone(*backbone.pad([[2, 5, 3]]))
    backend = TransformersBackend.open(LlmOptions(attn_implementation=asked), tiny_llm)  # type: ignore[arg-type]
    expected = {"asked": asked, "prediction": asked or "sdpa", "why": ""}
    assert backbone.attention.to_json() == expected
    assert backend.attention == expected
    assert not warnings()


def test_a_saved_encoder_remembers_what_was_asked_and_what_was_used(
    tiny_encoder: Path, deberta: Path, tmp_path: Path
) -> None:
    for number, (folder, asked, used) in enumerate(
        [(tiny_encoder, None, "sdpa"), (tiny_encoder, "eager", "eager"), (deberta, None, "eager")]
    ):
        Backbone.from_folder(folder, attn_implementation=asked).save(tmp_path / str(number))
        loaded = Backbone.from_saved(tmp_path / str(number))
        assert (loaded.attention.asked, loaded.attention.resting) == (asked, used)
        assert loaded.encoder.config._attn_implementation == used


@needs_no_flash
@pytest.mark.parametrize(
    ("base", "dataset"),
    [
        ("ner_bert", "mini_ner_fr"),
        ("ner_span_bert", "mini_ner_fr"),
        ("ner_token_bert", "mini_ner_token_fr"),
        ("cls_bert", "mini_triage_fr"),
        ("multilabel_bert", "mini_topics_fr"),
        ("sim_bert", "mini_pairs_fr"),
        ("mcqa_bert", "mini_mcqa_fr"),
    ],
)
def test_base_configurations_work_without_a_gpu_where_flash_attention_is_asked_for(
    base: str, dataset: str, modernbert: Path, tmp_path: Path, warnings: Callable[[], list[str]]
) -> None:
    content = {
        "extends": f"base/{base}.yaml",
        "dataset": dataset,
        "model_name_or_path": str(modernbert),
        "backend_args": {"attn_implementation": "flash_attention_2", "max_length": 4096},
    }
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(content))
    config, corpus = load_run_config(tmp_path / "run.yaml"), load_corpus(dataset)
    labels = training_labels(corpus)
    model = build_model(config.entry, config.task, labels, config.options(), weights=modernbert, seed=0)
    documents = [example.document for example in (corpus.train or corpus.test)[:3]]
    assert len(model.predict(documents)) == 3
    assert model.attention["prediction"] == "sdpa"
    assert len(warnings()) == 1


# Flash attention, played by another function where there is no GPU ---------------------------------------


@pytest.fixture
def flash_calls(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Flash attention as if it could be had; half precision is autocast, on the CPU. Calls: in half or not."""
    calls: list[bool] = []

    def play(layer: nn.Module, query: Tensor, *rest: Any, **options: Any) -> Any:
        calls.append(torch.is_autocast_enabled("cpu"))
        return sdpa(layer, query, rest[0], rest[1], None, **options)

    sdpa = ALL_ATTENTION_FUNCTIONS["sdpa"]
    monkeypatch.setitem(ALL_ATTENTION_FUNCTIONS._global_mapping, "flash_attention_2", play)
    monkeypatch.setattr(PreTrainedModel, "_flash_attn_can_dispatch", lambda *_, **__: True)
    monkeypatch.setattr("transformers.modeling_utils.lazy_import_flash_attention", lambda *_, **__: None)
    monkeypatch.setattr(module, "is_flash_attn_2_available", lambda: True)
    monkeypatch.setattr(module.torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(module, "_computes_in_half", lambda _: torch.is_autocast_enabled("cpu"))
    return calls


def test_flash_attention_serves_training_in_half_precision_and_not_prediction(
    tiny_encoder: Path, flash_calls: list[bool], warnings: Callable[[], list[str]]
) -> None:
    """Predictions are made in float32, which it cannot compute; checkpointed layers are computed twice."""
    backbone = Backbone.from_folder(
        tiny_encoder, attn_implementation="flash_attention_2", gradient_checkpointing=True
    )
    rows = backbone.pad([[2, 5, 3]])
    for _ in range(2):
        with torch.autocast("cpu", torch.bfloat16):
            (states,) = backbone.train()(*rows)
        states.float().sum().backward()
        backbone.eval()(*rows)
    assert flash_calls == [True] * 8  # two layers, two steps, forward and again in the backward pass
    assert backbone.attention.used == {"training": "flash_attention_2", "prediction": "sdpa"}
    (said,) = warnings()
    assert said.startswith("attn_implementation: flash_attention_2 was asked for, sdpa is used in prediction: ")


def test_flash_attention_is_not_used_for_training_in_float32(
    tiny_encoder: Path, flash_calls: list[bool], warnings: Callable[[], list[str]]
) -> None:
    backbone = Backbone.from_folder(tiny_encoder, attn_implementation="flash_attention_2")
    for _ in range(2):
        backbone.train()(*backbone.pad([[2, 5, 3]]))
        backbone.eval()(*backbone.pad([[2, 5, 3]]))
    assert not flash_calls
    assert backbone.attention.used == {"training": "sdpa", "prediction": "sdpa"}
    (said,) = warnings()
    assert "sdpa is used in training and prediction: flash attention computes in bfloat16 or float16" in said
    assert said.endswith("not in float32 on cpu")


# The numbers agree ----------------------------------------------------------------------------------------

ROWS = [[2, *range(10, 60), 3], [2, 7, 3], [2, *range(90, 110), 3]]
"""Of different lengths, one longer than ModernBERT's local window, so that there is padding."""


@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_encoders_give_the_same_states_by_sdpa_and_eager_attention(
    name: str, tiny_encoder: Path, tmp_path: Path
) -> None:
    """Within 1e-5 of states of norm 1 per dimension, wherever a text is; padding is seen by neither."""
    folder = saved(ENCODERS[name](), tiny_encoder, tmp_path / name)
    states = {asked: encode(folder, asked) for asked in ("sdpa", "eager")}
    mask_BT = states["sdpa"][1].bool()
    assert torch.allclose(states["sdpa"][0][mask_BT], states["eager"][0][mask_BT], atol=1e-5, rtol=0)
    unmasked = encode(folder, "sdpa", masked=False)[0]
    assert (unmasked - states["sdpa"][0])[mask_BT].abs().max() > 1e-2  # or the mask would be of no account


def encode(folder: Path, asked: str, *, masked: bool = True) -> tuple[Tensor, Tensor]:
    backbone = Backbone.from_folder(folder, attn_implementation=asked).eval()
    ids_BT, mask_BT = backbone.pad(ROWS)
    with torch.inference_mode():
        (states,) = backbone(ids_BT, mask_BT if masked else torch.ones_like(mask_BT))
    assert backbone.attention.used == {"prediction": asked}
    return states, mask_BT


def llama(**options: Any) -> tuple[Any, Attention]:
    config = LlamaConfig(**SIZES, num_key_value_heads=1, pad_token_id=0, bos_token_id=2, eos_token_id=3)

    def load(implementation: str | None) -> Any:
        torch.manual_seed(0)
        return AutoModelForCausalLM.from_config(config, attn_implementation=implementation).eval()

    return load_attending(load, **options)


@pytest.mark.parametrize("side", ["left", "right"])
def test_decoders_give_the_same_log_probabilities_by_sdpa_and_eager_attention(side: str) -> None:
    longest = max(map(len, ROWS))
    pads = [[0] * (longest - len(row)) for row in ROWS]
    ids = [pad + row if side == "left" else row + pad for row, pad in zip(ROWS, pads, strict=True)]
    ids_BT = torch.tensor(ids)
    mask_BT = (ids_BT != 0).long()
    found = {}
    for asked in ("sdpa", "eager"):
        model, attention = llama(asked=asked)
        assert attention.resting == asked
        with torch.inference_mode():
            logits = model(input_ids=ids_BT, attention_mask=mask_BT).logits
        found[asked] = logits.log_softmax(-1)[mask_BT.bool()]
    assert torch.allclose(found["sdpa"], found["eager"], atol=1e-4, rtol=0)


@pytest.fixture
def gpu() -> torch.device:
    if not torch.cuda.is_available() or not is_flash_attn_2_available():
        pytest.skip("needs a CUDA device and the package flash-attn")
    return torch.device("cuda")


@pytest.mark.gpu
@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_flash_attention_gives_the_same_states_as_eager_attention(
    name: str, gpu: torch.device, tiny_encoder: Path, tmp_path: Path
) -> None:
    """In bfloat16 both round: within 0.1 at most and 0.01 on average, of states of norm 1 per dimension."""
    folder = saved(ENCODERS[name](), tiny_encoder, tmp_path / name)
    states = {}
    for asked in ("flash_attention_2", "eager"):
        backbone = Backbone.from_folder(folder, attn_implementation=asked).to(gpu).train()
        for part in backbone.modules():
            if isinstance(part, nn.Dropout):
                part.p = 0.0
        backbone.encoder.config.attention_probs_dropout_prob = 0.0
        ids_BT, mask_BT = (rows.to(gpu) for rows in backbone.pad(ROWS))
        with torch.no_grad(), torch.autocast("cuda", torch.bfloat16):
            (states[asked],) = backbone(ids_BT, mask_BT)
        assert backbone.attention.used["training"] == asked
    difference = (states["flash_attention_2"].float() - states["eager"].float())[mask_BT.bool()].abs()
    assert difference.max() < 0.1
    assert difference.mean() < 0.01


@pytest.mark.gpu
def test_flash_attention_gives_the_same_answers_of_a_language_model(gpu: torch.device) -> None:
    ids_BT = torch.tensor([ROWS[0]], device=gpu)
    found = {}
    for asked in ("flash_attention_2", "eager"):
        model, attention = llama(asked=asked)
        model = model.to(gpu, torch.bfloat16)
        attention.choose(model, training=False)
        assert attention.used == {"prediction": asked}
        with torch.inference_mode():
            found[asked] = model(input_ids=ids_BT).logits.float().log_softmax(-1)
    assert (found["flash_attention_2"] - found["eager"]).abs().mean() < 0.05


def test_a_head_is_built_with_the_attention_of_its_options(tiny_encoder: Path) -> None:
    options = TextOptions(attn_implementation="eager")
    head = build_model(models()["text"], "classification", ["A", "B"], options, weights=tiny_encoder, seed=0)
    head.predict([Document("a", "toux")])
    assert head.attention == {"asked": "eager", "prediction": "eager", "why": ""}
