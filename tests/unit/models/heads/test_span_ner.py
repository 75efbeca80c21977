"""The span head as a whole, on a tiny encoder."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from tabib.config.options import SpanNerOptions
from tabib.core.errors import ConfigError
from tabib.core.examples import Document, LossReason
from tabib.core.spans import Entity, split_words
from tabib.models.backbone import Backbone
from tabib.models.heads import crf
from tabib.models.heads.span_ner import SpanLogits, SpanNer

SMALL = {"lstm_hidden_size": 8, "biaffine_size": 4, "max_span_length": 6}
TEXT = "Douleur du bras gauche. Pas de fièvre ni de toux"
NESTED = (
    Entity.of("ANAT", 11, 15),  # bras, in
    Entity.of("ANAT", 11, 22),  # bras gauche, of the same label, in
    Entity.of("DISO", 0, 22),  # Douleur du bras gauche, of another
    Entity.of("DISO", 31, 37),
    Entity.of("DISO", 44, 48),
)


def head(folder: Path, task: str = "ner_span", **options: Any) -> SpanNer:
    torch.manual_seed(0)
    backbone = Backbone.from_folder(folder, max_length=options.pop("max_length", 512))
    return SpanNer(backbone, task, ["ANAT", "DISO"], SpanNerOptions(**(SMALL | options))).eval()


def ideal(model: SpanNer, rows: Sequence[Any]) -> SpanLogits:
    """What a perfect model would say of rows that carry their gold."""
    batch = model.collate(rows)
    n_words = max(batch["lengths"])
    width = min(model.options.max_span_length, n_words)
    band = torch.full((len(rows), len(model.labels), n_words, width), -9.0)
    band[tuple(batch["spans"])] = 9.0
    emissions = 9.0 * torch.nn.functional.one_hot(batch["tags_BLW"], crf.N_TAGS).float()
    mask = torch.arange(n_words) < batch["lengths_B"].unsqueeze(1)
    return SpanLogits(band, emissions if model.options.use_crf else None, mask)


def round_trip(model: SpanNer, text: str, gold: tuple[Entity, ...]) -> list[Entity]:
    document = Document("d", text)
    encoded = model.encode([document], [gold])
    pieces = model.decode(ideal(model, encoded.features), encoded.features)
    prediction = model.assemble(document, encoded.features, pieces)
    return sorted(scored.entity for scored in prediction.entities)


@pytest.mark.parametrize("unit", ["sentence", "document"])
@pytest.mark.parametrize("use_crf", [True, False])
def test_nested_gold_comes_back_from_its_own_targets(tiny_encoder: Path, unit: str, use_crf: bool) -> None:
    model = head(tiny_encoder, unit=unit, use_crf=use_crf, nested_within_label=True)
    assert round_trip(model, TEXT, NESTED) == sorted(NESTED)


def test_without_nesting_within_a_label_its_longest_entity_comes_back(tiny_encoder: Path) -> None:
    assert round_trip(head(tiny_encoder), TEXT, NESTED) == sorted(NESTED[1:])


def test_flat_tasks_get_flat_entities(tiny_encoder: Path) -> None:
    assert round_trip(head(tiny_encoder, task="ner_token"), TEXT, NESTED) == sorted(NESTED[2:])


def test_windows_lose_no_word_and_no_entity_that_fits_one(tiny_encoder: Path) -> None:
    model = head(tiny_encoder, max_length=24, stride=11, unit="document")
    words = "bras " * 40
    gold = tuple(Entity.of("ANAT", start, start + 9) for start in range(0, 195, 10))
    document = Document("d", words)
    encoded = model.encode([document], [gold])
    assert encoded.lost == []
    assert len(encoded.features) > 5
    covered = {word for row in encoded.features for word in range(row.first, row.last)}
    assert covered == set(range(40))
    assert all(row.length <= 24 for row in encoded.features)
    assert round_trip(model, words, gold) == list(gold)


def test_gold_longer_than_a_window_is_lost_not_cut(tiny_encoder: Path) -> None:
    model = head(tiny_encoder, max_length=24, stride=4, unit="document", max_span_length=20)
    encoded = model.encode([Document("d", "bras " * 20)], [(Entity.of("ANAT", 0, 39),)])
    assert [item.reason for item in encoded.lost] == [LossReason.BEYOND_WINDOW]
    assert all(row.spans == [] for row in encoded.features)


def test_loss_is_the_likelihood_of_the_paths_and_the_error_over_the_whole_band(tiny_encoder: Path) -> None:
    model = head(tiny_encoder, unit="document")
    rows = model.encode([Document("a", TEXT), Document("b", "toux")], [NESTED, ()]).features
    batch = model.collate(rows)
    output = model(batch)
    logits = output.logits
    expected = torch.tensor(0.0)
    for row, features in enumerate(rows):
        n_words = features.n_words
        for label in range(2):
            emissions = logits.emissions[row : row + 1, label, :n_words]
            tags = batch["tags_BLW"][row : row + 1, label, :n_words]
            nll, _ = crf.negative_log_likelihood(emissions, tags, torch.ones(1, n_words, dtype=torch.bool))
            expected += nll.sum()
            for first in range(n_words):
                for last in range(first + 1, min(n_words, first + 6) + 1):
                    logit = logits.band[row, label, first, last - first - 1]
                    target = torch.tensor(float((first, last, label) in features.spans))
                    expected += torch.nn.functional.binary_cross_entropy_with_logits(logit, target)
    torch.testing.assert_close(output.loss, expected / sum(row.n_words for row in rows))


def test_the_scorers_error_does_not_reach_the_tagger(tiny_encoder: Path) -> None:
    model = head(tiny_encoder)
    rows = model.encode([Document("a", TEXT)], [NESTED]).features
    assert model.tagger is not None
    logits = model(model.collate(rows)).logits
    (gradient,) = torch.autograd.grad(logits.band.sum(), model.tagger.weight, allow_unused=True)
    assert gradient is None


@pytest.mark.parametrize("options", [{}, {"use_crf": False}, {"lstm_layers": 0}, {"layer_mix": 2}])
def test_a_row_is_read_alike_alone_and_beside_longer_ones(tiny_encoder: Path, options: dict[str, Any]) -> None:
    model = head(tiny_encoder, unit="document", **options)
    short, long = model.encode([Document("a", "toux et fièvre"), Document("b", TEXT)]).features
    alone = model(model.collate([short])).logits
    beside = model(model.collate([long, short])).logits
    width = alone.band.shape[-1]
    torch.testing.assert_close(beside.band[1, :, :3, :width], alone.band[0], rtol=1e-4, atol=1e-4)
    assert (beside.band[1, :, 3:] < -1000).all()
    one, other = model.decode(alone, [short])[0], model.decode(beside, [long, short])[1]
    for mine, same in zip(one.candidates, other.candidates, strict=True):
        assert mine[:3] == same[:3]
        assert mine[3] == pytest.approx(same[3], rel=1e-3)
    if model.tagger is not None:
        assert one.outside == pytest.approx(other.outside, abs=1e-4)


def test_every_parameter_of_the_head_learns(tiny_encoder: Path) -> None:
    model = head(tiny_encoder, layer_mix=2).train()
    model(model.collate(model.encode([Document("a", TEXT)], [NESTED]).features)).loss.backward()
    without = [
        name
        for name, parameter in model.named_parameters()
        if not name.startswith("backbone.") and (parameter.grad is None or not parameter.grad.any())
    ]
    assert without == []


def test_a_document_without_words_has_no_entities(tiny_encoder: Path) -> None:
    model = head(tiny_encoder)
    empty, other = model.predict([Document("a", " \n "), Document("b", TEXT)])
    assert (empty.id, empty.entities) == ("a", ())
    assert other.id == "b"


def test_confidences_are_probabilities(tiny_encoder: Path) -> None:
    model = head(tiny_encoder, threshold=0.0001)
    (prediction,) = model.predict([Document("a", TEXT)])
    assert prediction.entities
    assert all(0 <= scored.confidence <= 1 for scored in prediction.entities)


def test_a_word_is_outside_if_every_label_says_so(tiny_encoder: Path) -> None:
    """Each label's chain by itself: the sum over its paths with O at the word, over the sum over all its paths."""
    model = head(tiny_encoder, unit="document")
    text = "toux sans fièvre"
    document = Document("d", text, split_words(text))
    with torch.no_grad():
        emissions = model(model.collate(model.encode([document]).features)).logits.emissions[0]
    expected = [1.0, 1.0, 1.0]
    for label_emissions in emissions:
        totals, outside = 0.0, [0.0, 0.0, 0.0]
        for path in itertools.product(range(crf.N_TAGS), repeat=3):
            if not crf.legal(torch.tensor([path]), torch.ones(1, 3, dtype=torch.bool)):
                continue
            weight = math.exp(sum(label_emissions[word, tag].item() for word, tag in enumerate(path)))
            totals += weight
            outside = [sum_ + weight * (tag == crf.O) for sum_, tag in zip(outside, path, strict=True)]
        expected = [product * sum_ / totals for product, sum_ in zip(expected, outside, strict=True)]
    (prediction,) = model.predict([document])
    assert prediction.word_outside == pytest.approx(expected, rel=1e-4)


def test_without_a_tagger_nothing_is_said_of_words(tiny_encoder: Path) -> None:
    (prediction,) = head(tiny_encoder, use_crf=False).predict([Document("d", TEXT, split_words(TEXT))])
    assert prediction.word_outside == ()


def test_more_layers_than_the_encoder_has_are_refused(tiny_encoder: Path) -> None:
    with pytest.raises(ConfigError, match="layer_mix: 3"):
        head(tiny_encoder, layer_mix=3)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"use_crf": False}])
def test_it_learns_a_few_nested_examples_by_heart(tiny_encoder: Path, options: dict[str, Any]) -> None:
    model = head(tiny_encoder, nested_within_label=True, dropout=0.0, lstm_hidden_size=32, **options).train()
    documents = [Document("a", TEXT), Document("b", "Toux sans douleur du bras")]
    gold = [NESTED, (Entity.of("DISO", 0, 4), Entity.of("DISO", 10, 25), Entity.of("ANAT", 21, 25))]
    batch = model.collate(model.encode(documents, gold).features)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(120):
        optimizer.zero_grad()
        model(batch).loss.backward()
        optimizer.step()
    model.eval()
    for prediction, expected in zip(model.predict(documents), gold, strict=True):
        assert sorted(scored.entity for scored in prediction.entities) == sorted(expected)
