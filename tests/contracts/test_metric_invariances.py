"""What must hold of every metric of every task, whatever it measures."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tabib import registry
from tabib.core.examples import Reference
from tabib.core.predictions import (
    ClassificationPrediction,
    McqaPrediction,
    MultilabelPrediction,
    NerPrediction,
    ScoredEntity,
    SimilarityPrediction,
    Status,
)
from tabib.core.scores import Scores
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task

LABELS = ("a", "b", "c", "d", "e")
RENAMED = {"a": "z", "b": "y", "c": "x", "d": "m", "e": "f"}  # another sorting order, too
WORDS = tuple((4 * index, 4 * index + 3) for index in range(20))
LENGTH = 79
RESAMPLING = Resampling(n=200, seed=5)


@dataclass(frozen=True)
class Case:
    """Seeded gold and predictions of one task, and how to rename their labels (where there are any)."""

    gold: Callable[[random.Random], Any]
    predict: Callable[[random.Random, str, Any], Any]
    perfect: Callable[[str, Any], Any]
    rename_gold: Callable[[Any], Any] = lambda gold: gold
    rename: Callable[[Any], Any] = lambda prediction: prediction
    not_one_when_perfect: frozenset[str] = frozenset()


def nested_entities(rng: random.Random) -> tuple[Entity, ...]:
    """Entities that nest, cross and have gaps."""
    found = set()
    for _ in range(rng.randint(0, 6)):
        cuts = sorted(rng.sample(range(LENGTH), rng.choice([2, 2, 4])))
        found.add(Entity(rng.choice(LABELS), tuple(zip(cuts[::2], cuts[1::2], strict=True))))
    return tuple(sorted(found))


def flat_entities(rng: random.Random) -> tuple[Entity, ...]:
    """Disjoint entities that begin and end with words."""
    cuts = sorted(rng.sample(range(len(WORDS)), 2 * rng.randint(0, 5)))
    return tuple(
        Entity.of(rng.choice(LABELS), WORDS[first][0], WORDS[last][1])
        for first, last in zip(cuts[::2], cuts[1::2], strict=True)
    )


def ner_answer(make: Callable[[random.Random], tuple[Entity, ...]]) -> Callable[[random.Random, str, Any], Any]:
    def predict(rng: random.Random, id: str, gold: tuple[Entity, ...]) -> NerPrediction:
        kept = [entity if rng.random() < 0.7 else replace(entity, label=rng.choice(LABELS)) for entity in gold]
        entities = {*rng.sample(kept, (len(kept) + 1) // 2), *make(rng)[:2]}
        return NerPrediction(id, tuple(ScoredEntity(entity, rng.random()) for entity in sorted(entities)))

    return predict


def rename_entities(gold: tuple[Entity, ...]) -> tuple[Entity, ...]:
    return tuple(replace(entity, label=RENAMED[entity.label]) for entity in gold)


def rename_ner(prediction: NerPrediction) -> NerPrediction:
    entities = [replace(s, entity=rename_entities((s.entity,))[0]) for s in prediction.entities]
    return replace(prediction, entities=tuple(entities))


def perfect_ner(id: str, gold: tuple[Entity, ...]) -> NerPrediction:
    return NerPrediction(id, tuple(ScoredEntity(entity) for entity in gold))


def classify(rng: random.Random, id: str, gold: str) -> ClassificationPrediction:
    if rng.random() < 0.1:
        return ClassificationPrediction(id, None, status=Status.FAILED)
    return ClassificationPrediction(id, gold if rng.random() < 0.6 else rng.choice(LABELS))


def choose(rng: random.Random, id: str, gold: tuple[str, ...]) -> MultilabelPrediction:
    scores = {label: round(0.5 * rng.random() + 0.3 * (label in gold), 1) for label in LABELS}
    return MultilabelPrediction(id, tuple(label for label in LABELS if scores[label] >= 0.5), scores=scores)


def rate(rng: random.Random, id: str, gold: float) -> SimilarityPrediction:
    if rng.random() < 0.1:
        return SimilarityPrediction(id, None, Status.UNPARSED)
    return SimilarityPrediction(id, round(0.7 * gold + 0.3 * rng.random(), 1))


def answer_question(rng: random.Random, id: str, gold: tuple[str, ...]) -> McqaPrediction:
    if rng.random() < 0.1:
        return McqaPrediction(id, (), status=Status.UNPARSED)
    return McqaPrediction(
        id, tuple(label for label in LABELS if rng.random() < (0.9 if label in gold else 0.2 / len(gold)))
    )


CASES: dict[str, Case] = {
    "ner_span": Case(nested_entities, ner_answer(nested_entities), perfect_ner, rename_entities, rename_ner),
    "ner_token": Case(flat_entities, ner_answer(flat_entities), perfect_ner, rename_entities, rename_ner),
    "classification": Case(
        lambda rng: rng.choice(LABELS),
        classify,
        lambda id, gold: ClassificationPrediction(id, gold),
        lambda gold: RENAMED[gold],
        lambda prediction: replace(prediction, label=RENAMED.get(prediction.label)),
    ),
    "multilabel": Case(
        lambda rng: tuple(label for label in LABELS if rng.random() < 0.4),
        choose,
        lambda id, gold: MultilabelPrediction(id, gold, scores={label: float(label in gold) for label in LABELS}),
        lambda gold: tuple(sorted(RENAMED[label] for label in gold)),
        lambda prediction: replace(
            prediction,
            labels=tuple(sorted(RENAMED[label] for label in prediction.labels)),
            scores={RENAMED[label]: score for label, score in prediction.scores.items()},
        ),
        # Documents have fewer than k gold labels, so even perfect predictions do not fill k places with them.
        not_one_when_perfect=frozenset({"precision_at_1", "precision_at_3", "precision_at_5"}),
    ),
    "similarity": Case(
        lambda rng: round(rng.random(), 1),  # with ties
        rate,
        lambda id, gold: SimilarityPrediction(id, gold),
        not_one_when_perfect=frozenset({"mse"}),
    ),
    "mcqa": Case(
        lambda rng: tuple(sorted(rng.sample(LABELS, rng.choice([1, 1, 2, 3])))),
        answer_question,
        lambda id, gold: McqaPrediction(id, gold),
        lambda gold: tuple(sorted(RENAMED[label] for label in gold)),
        lambda prediction: replace(
            prediction, letters=tuple(sorted(RENAMED[label] for label in prediction.letters))
        ),
        not_one_when_perfect=frozenset({"invalid_rate"}),
    ),
}

task_names = pytest.mark.parametrize("name", sorted(CASES))
seeds = pytest.mark.parametrize("seed", range(3))


def data(name: str, seed: int, n: int = 40) -> tuple[list[Reference[Any]], list[Any]]:
    rng = random.Random(seed)
    case = CASES[name]
    golds = [case.gold(rng) for _ in range(n)]
    references = [
        Reference(f"d{index}", gold, WORDS, len(LABELS), single=name == "mcqa" and len(gold) == 1)
        for index, gold in enumerate(golds)
    ]
    return references, [case.predict(rng, reference.id, reference.gold) for reference in references]


def score(
    name: str, references: Sequence[Any], predictions: Sequence[Any], labels: Sequence[str] = LABELS
) -> Scores:
    return get_task(name).score(references, predictions, labels, RESAMPLING)


def points(scores: Scores) -> dict[str, float | None]:
    return {name: found.value for name, found in scores.metrics.items()}


def test_every_task_has_a_case() -> None:
    assert set(CASES) == set(registry.tasks())


@task_names
@seeds
def test_values_lie_in_their_range_and_intervals_hold_them(name: str, seed: int) -> None:
    scores = score(name, *data(name, seed))
    for metric, found in scores.metrics.items():
        assert found.value is not None, metric
        assert found.low is not None, metric
        assert found.high is not None, metric
        lowest = -1 if metric in ("mcc", "spearman", "pearson") else 0
        assert lowest <= found.low <= found.value <= found.high <= 1, metric


@task_names
@seeds
def test_the_order_of_documents_changes_nothing_intervals_included(name: str, seed: int) -> None:
    references, predictions = data(name, seed)
    rng = random.Random(seed)
    shuffled = score(name, rng.sample(references, len(references)), rng.sample(predictions, len(predictions)))
    assert shuffled == score(name, references, predictions)


@task_names
@seeds
def test_the_order_within_a_document_changes_nothing(name: str, seed: int) -> None:
    references, predictions = data(name, seed)

    def turned(value: Any) -> Any:
        return value[::-1] if isinstance(value, tuple) else value

    backwards = [replace(reference, gold=turned(reference.gold)) for reference in references]
    fields = {"multilabel": "labels", "mcqa": "letters", "classification": "label", "similarity": "value"}
    field = fields.get(name, "entities")
    answers = [replace(prediction, **{field: turned(getattr(prediction, field))}) for prediction in predictions]
    assert score(name, backwards, answers) == score(name, references, predictions)


@task_names
@seeds
def test_the_names_of_labels_change_no_value(name: str, seed: int) -> None:
    references, predictions = data(name, seed)
    case = CASES[name]
    before = score(name, references, predictions)
    after = score(
        name,
        [replace(reference, gold=case.rename_gold(reference.gold)) for reference in references],
        [case.rename(prediction) for prediction in predictions],
        tuple(RENAMED.values()),
    )
    assert points(after) == pytest.approx(points(before))
    for label, row in before.per_label.items():
        for metric, found in row.items():
            assert after.per_label[RENAMED[label]][metric].value == pytest.approx(found.value), (label, metric)


@task_names
@seeds
def test_perfect_predictions_score_one(name: str, seed: int) -> None:
    references, _ = data(name, seed)
    case = CASES[name]
    scores = score(name, references, [case.perfect(reference.id, reference.gold) for reference in references])
    for metric, found in scores.metrics.items():
        if metric not in case.not_one_when_perfect:
            assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1)), metric
        if metric in get_task(name).lower_is_better:
            assert (found.value, found.low, found.high) == (0, 0, 0), metric
    assert scores.suspect == ()


@task_names
def test_no_documents_leave_every_metric_undefined_with_a_reason(name: str) -> None:
    scores = score(name, [], [])
    assert {(found.value, found.reason) for found in scores.metrics.values()} == {(None, "no documents")}


@pytest.mark.parametrize("name", ["ner_span", "ner_token", "multilabel"])
def test_documents_without_gold_and_predictions_leave_f1_undefined(name: str) -> None:
    references = [Reference(id, (), WORDS) for id in "xyz"]
    kind = get_task(name).prediction_type
    predictions = [kind(id) if kind is NerPrediction else kind(id, ()) for id in "xyz"]
    scores = score(name, references, predictions)
    f1 = {metric: found for metric, found in scores.metrics.items() if "f1" in metric}
    assert f1
    assert all(found.value is None and found.reason for found in f1.values())


@task_names
@seeds
def test_repeating_every_document_leaves_the_values_and_narrows_the_intervals(name: str, seed: int) -> None:
    references, predictions = data(name, seed)
    once = score(name, references, predictions)
    again = score(
        name,
        [replace(row, id=f"{row.id}-{copy}") for row in references for copy in range(4)],
        [replace(row, id=f"{row.id}-{copy}") for row in predictions for copy in range(4)],
    )
    assert points(again) == pytest.approx(points(once))
    assert width(again) < width(once)


def width(scores: Scores) -> float:
    assert scores.primary_score.low is not None
    assert scores.primary_score.high is not None
    return scores.primary_score.high - scores.primary_score.low


@task_names
@seeds
def test_labels_that_nobody_uses_change_no_value(name: str, seed: int) -> None:
    references, predictions = data(name, seed)
    wider = score(name, references, predictions, (*LABELS, "never"))
    assert points(wider) == pytest.approx(points(score(name, references, predictions)))
    if not registry.tasks()[name].has_labels:
        assert wider.per_label == {}
        return
    assert wider.per_label["never"]["support"].value == 0
    f1 = [found for metric, found in wider.per_label["never"].items() if metric.endswith("f1")]
    assert f1
    assert all(found.value is None for found in f1)


@task_names
def test_intervals_are_the_same_for_the_same_seed(name: str) -> None:
    references, predictions = data(name, 0)
    assert score(name, references, predictions) == score(name, references, predictions)
    other = get_task(name).score(references, predictions, LABELS, Resampling(n=200, seed=6))
    assert points(other) == points(score(name, references, predictions))
    assert other.metrics != score(name, references, predictions).metrics


@task_names
def test_without_resamples_there_are_values_and_no_intervals(name: str) -> None:
    references, predictions = data(name, 0)
    scores = get_task(name).score(references, predictions, LABELS, Resampling(n=0))
    assert points(scores) == points(score(name, references, predictions))
    assert all(found.low is None and found.high is None for found in scores.metrics.values())
    assert scores.resamples == 0


@pytest.mark.parametrize("name", ["ner_span", "ner_token"])
@seeds
def test_exact_is_never_above_partial_or_boundary(name: str, seed: int) -> None:
    found = points(score(name, *data(name, seed)))
    for rate in ("precision", "recall", "f1"):
        exact, partial, boundary = (found[f"{family}_{rate}"] or 0 for family in ("exact", "partial", "boundary"))
        assert exact <= partial
        assert exact <= boundary
