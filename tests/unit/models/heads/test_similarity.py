"""The three models of similarity: scales, what they read, what they learn."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from tabib import registry
from tabib.core.errors import ModelError
from tabib.core.examples import Document, Example
from tabib.core.predictions import Scale, Status
from tabib.models.build import build_model, load_model, save_model
from tabib.models.heads.bi_encoder import BiEncoder
from tabib.models.heads.pair import PairRegressor
from tabib.models.heads.sentence_cosine import SentenceCosine


def build(name: str, folder: Path, **options: Any) -> Any:
    entry = registry.find(registry.models(), name, "model")
    schema = registry.resolve(entry.options)
    return build_model(entry, "similarity", [], schema(**options), weights=folder, seed=0)


def pairs(*golds: float) -> list[Example[float]]:
    return [Example(Document(f"d{index}", "toux", second="fièvre"), gold) for index, gold in enumerate(golds)]


def loss(head: Any, *golds: float) -> float:
    head.eval()
    documents = [example.document for example in pairs(*golds)]
    found = head(head.collate(head.encode(documents, golds).features)).loss
    assert found is not None
    return float(found.detach())


@pytest.mark.parametrize(("alias", "kind"), [("bert_similarity", PairRegressor), ("cross_encoder", PairRegressor)])
def test_earlier_names(alias: str, kind: type, tiny_encoder: Path) -> None:
    assert type(build(alias, tiny_encoder)) is kind


def test_a_regression_learns_standardised_gold_and_answers_on_the_corpus_s_scale(tiny_encoder: Path) -> None:
    head = build("pair", tiny_encoder)
    head.prepare(pairs(1.0, 2.0, 6.0))
    assert head.mean.item() == pytest.approx(3.0)
    assert head.deviation.item() == pytest.approx((14 / 3) ** 0.5)
    with torch.no_grad():
        head.regressor.weight.zero_()
        head.regressor.bias.fill_(0.5)
    expected = 3.0 + 0.5 * (14 / 3) ** 0.5
    (prediction,) = head.predict([pairs(0.0)[0].document])
    assert (prediction.value, prediction.scale) == (pytest.approx(expected, abs=1e-5), Scale.CORPUS)
    assert loss(head, expected) == pytest.approx(0, abs=1e-6)
    assert loss(head, 1.0, 6.0) == pytest.approx(((expected - 1) ** 2 + (expected - 6) ** 2) / 2 / (14 / 3))


def test_constant_gold_does_not_divide_by_nought(tiny_encoder: Path) -> None:
    for name in ("pair", "bi_encoder"):
        head = build(name, tiny_encoder)
        head.prepare(pairs(2.0, 2.0))
        assert loss(head, 2.0) < 10


def test_a_trained_cosine_spans_the_gold_of_train(tiny_encoder: Path) -> None:
    head = build("bi_encoder", tiny_encoder)
    assert isinstance(head, BiEncoder)
    head.prepare(pairs(1.0, 2.0, 5.0))
    same = Document("same", "toux", second="toux")
    (prediction,) = head.predict([same])
    assert (prediction.value, prediction.scale) == (pytest.approx(5.0, abs=1e-5), Scale.CORPUS)
    assert head.decode(torch.tensor([0.0, 0.5, -0.25]), []) == pytest.approx([1.0, 3.0, 0.0])


def test_the_loss_is_the_squared_error_of_the_cosine(tiny_encoder: Path) -> None:
    head = build("bi_encoder", tiny_encoder)
    head.prepare(pairs(0.0, 4.0))
    (value,) = (row.value for row in head.predict([pairs(0.0)[0].document]))
    assert loss(head, 1.0) == pytest.approx((value / 4 - 0.25) ** 2, abs=1e-5)


@pytest.mark.parametrize("name", ["bi_encoder", "sentence_cosine"])
def test_texts_read_apart_may_change_places(name: str, tiny_encoder: Path) -> None:
    head = build(name, tiny_encoder)
    there, back = head.predict(
        [Document("a", "toux sèche", second="os"), Document("b", "os", second="toux sèche")]
    )
    assert there.value == pytest.approx(back.value, abs=1e-6)


def test_texts_read_together_may_not(tiny_encoder: Path) -> None:
    head = build("pair", tiny_encoder)
    there, back = head.predict(
        [Document("a", "toux sèche", second="os"), Document("b", "os", second="toux sèche")]
    )
    assert there.value != pytest.approx(back.value, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "detail"),
    [("pair", "16 of 43 sub-tokens were read"), ("sentence_cosine", "24 of 40 sub-tokens were read")],
)
def test_a_long_second_text_is_truncated_too_and_said_so(name: str, detail: str, tiny_encoder: Path) -> None:
    head = build(name, tiny_encoder, max_length=16)
    short, long = head.predict([Document("a", "toux", second="os"), Document("b", "x" * 10, second="y" * 30)])
    assert (short.status, short.detail) == (Status.OK, "")
    assert (long.status, long.detail) == (Status.TRUNCATED, detail)


class TestAsItIs:
    """A sentence encoder without training."""

    def test_it_says_the_cosine_of_mean_pooled_states_on_a_scale_of_its_own(self, tiny_encoder: Path) -> None:
        head = build("sentence_cosine", tiny_encoder).eval()
        (prediction,) = head.predict([Document("a", "toux", second="fièvre")])
        vectors = []
        for text in ("toux", "fièvre"):
            encoded = head.backbone.tokenizer(text, return_tensors="pt")
            with torch.no_grad():
                vectors.append(head.backbone.encoder(**encoded).last_hidden_state.mean(1))
        assert prediction.value == pytest.approx(torch.cosine_similarity(*vectors).item(), abs=1e-6)
        assert prediction.scale is Scale.MODEL

    def test_fitting_changes_nothing_and_it_comes_back_from_disk(self, tiny_encoder: Path, tmp_path: Path) -> None:
        head = build("sentence_cosine", tiny_encoder, pooling="max")
        before = head.predict([pairs(1.0)[0].document])
        head.fit(pairs(1.0, 2.0), pairs(3.0))
        save_model(head, "sentence_cosine", tmp_path / "model")
        assert load_model(tmp_path / "model").predict([pairs(1.0)[0].document]) == before

    @pytest.mark.parametrize(
        ("settings", "pooling"),
        [
            ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
            ({"pooling_mode_mean_tokens": True}, "mean"),
            ({"pooling_mode_max_tokens": True}, "max"),
            (None, "mean"),
        ],
    )
    def test_it_pools_as_the_weights_say(
        self, settings: dict[str, bool] | None, pooling: str, tiny_encoder: Path, tmp_path: Path
    ) -> None:
        head = build("sentence_cosine", sentence_encoder(tiny_encoder, tmp_path, settings))
        assert isinstance(head, SentenceCosine)
        assert head.options.pooling == pooling

    def test_another_pooling_is_an_error_unless_one_is_chosen(self, tiny_encoder: Path, tmp_path: Path) -> None:
        folder = sentence_encoder(tiny_encoder, tmp_path, {"pooling_mode_lasttoken": True})
        with pytest.raises(ModelError, match="asks for pooling_mode_lasttoken; sentence_cosine can do one of"):
            build("sentence_cosine", folder)
        assert build("sentence_cosine", folder, pooling="cls").options.pooling == "cls"

    def test_a_dense_layer_is_not_left_out_in_silence(self, tiny_encoder: Path, tmp_path: Path) -> None:
        kinds = [{"type": f"sentence_transformers.models.{kind}"} for kind in ("Transformer", "Pooling", "Dense")]
        folder = sentence_encoder(tiny_encoder, tmp_path, None)
        (folder / "modules.json").write_text(json.dumps(kinds), encoding="utf-8")
        with pytest.raises(ModelError, match="has a part Dense, which sentence_cosine does not read"):
            build("sentence_cosine", folder, pooling="mean")


def sentence_encoder(encoder: Path, folder: Path, pooling: dict[str, bool] | None) -> Path:
    """A copy of an encoder with the settings that sentence-transformers keeps beside it."""
    copy = folder / "encoder"
    shutil.copytree(encoder, copy)
    if pooling is not None:
        (copy / "1_Pooling").mkdir()
        (copy / "1_Pooling" / "config.json").write_text(json.dumps(pooling), encoding="utf-8")
    return copy
