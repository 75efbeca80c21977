"""Patterns are found where there are some, and seldom where there are none."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pytest

from tabib.analysis.errors import ErrorClass, matches_of
from tabib.analysis.features import Feature, Vocabulary
from tabib.analysis.mentions import NO_TEXTS, NO_VOCABULARY, NO_WORDS, mentions_of
from tabib.analysis.patterns import Mention, Pattern, PatternAnalysis, Side, find_patterns
from tabib.analysis.runs import RunData
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling

MakeRun = Callable[..., RunData]
FEW = Resampling(300)
DIGIT, OTHER, SAME = Feature("writing", "digit"), Feature("writing", "other"), Feature("word", "“same”")


def mention(document: int, features: Iterable[Feature], *, wrong: bool, side: Side = "gold") -> Mention:
    kind = (ErrorClass.MISSED if side == "gold" else ErrorClass.SPURIOUS) if wrong else ErrorClass.EXACT
    return Mention(side, f"d{document}", kind, frozenset(features))


def find(mentions: list[Mention], documents: int = 12, resampling: Resampling = FEW) -> PatternAnalysis:
    return find_patterns(mentions, [f"d{i}" for i in range(documents)], resampling)


def named(analysis: PatternAnalysis, feature: Feature) -> Pattern:
    return next(pattern for pattern in analysis.patterns if pattern.feature == feature)


def planted(share_with: float, share_without: float, *, seed: int = 3, documents: int = 12) -> list[Mention]:
    """Ten entities a document; half of them have the feature; one more feature is tossed."""
    rng = random.Random(seed)
    found = []
    for document in range(documents):
        for index in range(10):
            has = index % 2 == 0
            features = {DIGIT} if has else set()
            if rng.random() < 0.5:
                features.add(OTHER)
            found.append(mention(document, features, wrong=rng.random() < (share_with if has else share_without)))
    return found


def test_rates_and_difference_by_hand() -> None:
    """In each of five documents, 2 of 4 entities with the feature are wrong, and 1 of 4 without it."""
    mentions = [
        mention(document, {DIGIT} if has else (), wrong=wrong)
        for document in range(5)
        for has, wrong in [(1, 1), (1, 1), (1, 0), (1, 0), (0, 1), (0, 0), (0, 0), (0, 0)]
    ]
    (pattern,) = find(mentions, 5).patterns
    assert (pattern.n, pattern.n_without, pattern.documents) == (20, 20, 5)
    assert (pattern.rate, pattern.rate_without, pattern.difference.value) == (0.5, 0.25, 0.25)
    assert (pattern.kinds, pattern.kinds_without) == ({"missed": 10, "exact": 10}, {"missed": 5, "exact": 15})
    # All documents are alike, so the bootstrap has no error; that of equal rates (0.15) is taken.
    assert pattern.p is not None
    assert not pattern.found or pattern.p < 0.05


def test_what_goes_with_errors_is_found_and_what_does_not_is_not() -> None:
    analysis = find(planted(0.7, 0.2))
    assert [pattern.feature for pattern in analysis.found] == [DIGIT]
    assert analysis.patterns[0].feature == DIGIT
    assert named(analysis, OTHER).p is not None


def test_fewer_errors_are_a_pattern_too() -> None:
    pattern = named(find(planted(0.1, 0.7)), DIGIT)
    assert pattern.found
    assert (pattern.difference.value or 0) < -0.4


def test_with_many_useless_features_hardly_one_is_found() -> None:
    """Without adjusting, one of twenty would be: about forty of 800."""
    rng = random.Random(1)
    features = [Feature("word", f"“w{i}”") for i in range(80)]
    found = 0
    for _ in range(10):
        mentions = [
            mention(document, [feature for feature in features if rng.random() < 0.3], wrong=rng.random() < 0.4)
            for document in range(15)
            for _ in range(20)
        ]
        found += len(find(mentions, 15).found)
    assert found <= 2


def test_a_few_entities_that_are_all_wrong_are_no_pattern_where_most_are() -> None:
    """Eleven of eleven against 90%: no bootstrap error at all, and no news."""
    rng = random.Random(2)
    mentions = [
        mention(document, {DIGIT} if index == 0 else (), wrong=index == 0 or rng.random() < 0.9)
        for document in range(11)
        for index in range(12)
    ]
    pattern = named(find(mentions, 11), DIGIT)
    assert pattern.rate == 1.0
    assert not pattern.found


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_where_all_is_right_or_all_wrong_nothing_can_be_told_apart(share: float) -> None:
    analysis = find(planted(share, share))
    assert [pattern.p for pattern in analysis.patterns] == [None, None]
    assert analysis.found == ()


def test_rare_features_and_those_of_nearly_all_are_not_tried() -> None:
    common, rare = Feature("word", "“of”"), Feature("word", "“rare”")
    mentions = planted(0.5, 0.5)
    mentions = [
        Mention(m.side, m.document, m.kind, m.features | {common} | ({rare} if i < 9 else set()))
        for i, m in enumerate(mentions)
    ]
    analysis = find(mentions)
    assert {pattern.feature for pattern in analysis.patterns} == {DIGIT, OTHER}
    assert analysis.too_few == 2


def test_features_of_the_same_entities_are_tried_once() -> None:
    mentions = [
        Mention(m.side, m.document, m.kind, m.features | ({SAME} if DIGIT in m.features else set()))
        for m in planted(0.7, 0.2)
    ]
    analysis = find(mentions)
    (pattern,) = analysis.found
    assert {pattern.feature, *pattern.same_as} == {DIGIT, SAME}
    assert pattern.to_row()["same_as"]


def test_gold_and_predictions_are_looked_at_apart() -> None:
    gold = planted(0.7, 0.2)
    predicted = [mention(int(m.document[1:]), m.features, wrong=False, side="predicted") for m in gold]
    analysis = find([*gold, *predicted])
    assert [(pattern.side, pattern.feature) for pattern in analysis.found] == [("gold", DIGIT)]
    assert {pattern.side for pattern in analysis.patterns} == {"gold", "predicted"}


@pytest.mark.parametrize(("documents", "resamples"), [(12, 0), (1, 300)])
def test_without_resamples_there_are_rates_and_no_p(documents: int, resamples: int) -> None:
    mentions = planted(0.7, 0.2, documents=documents)
    analysis = find(mentions, documents, Resampling(resamples))
    assert analysis.reason == "no resamples of documents were drawn"
    assert all(pattern.p is None and not pattern.found for pattern in analysis.patterns)


def test_without_entities_there_is_nothing_to_try() -> None:
    analysis = find([])
    assert (analysis.patterns, analysis.too_few) == ((), 0)


def test_the_order_of_entities_and_documents_changes_nothing() -> None:
    mentions = planted(0.6, 0.3)
    shuffled = random.Random(0).sample(mentions, len(mentions))
    ids = [f"d{i}" for i in range(12)]
    assert find_patterns(shuffled, ids[::-1], FEW) == find_patterns(mentions, ids, FEW)


A, B = (lambda start, end, label=label: Entity.of(label, start, end) for label in "AB")


def test_mentions_are_all_entities_of_both_sides_with_what_became_of_them(make_run: MakeRun) -> None:
    run = make_run([([A(0, 4), B(5, 7)], [A(0, 2)])], words=[[(0, 4), (5, 7)]])
    texts, train = {"d0": "cold T4"}, Vocabulary.of([("T4", [B(0, 2)])])
    mentions, absent = mentions_of(run, matches_of(run), texts, train)
    assert absent == {}
    assert [(m.side, m.kind.value) for m in mentions] == [
        ("gold", "boundary"), ("gold", "missed"), ("predicted", "boundary"),
    ]  # fmt: skip
    assert {feature.name for feature in mentions[1].features} == {
        "type B",
        "digit",
        "capital first letter",
        "“t”",
        "“4”",
    }
    assert {feature.name for feature in mentions[2].features} >= {"mention not in train", "“co”"}


def test_what_cannot_be_looked_at_is_said(make_run: MakeRun) -> None:
    run = make_run([([A(0, 4)], [])])
    mentions, absent = mentions_of(run, matches_of(run), None, None)
    assert {feature.name for feature in mentions[0].features} == {"type A"}
    assert absent == {"writing": NO_TEXTS, "vocabulary": NO_TEXTS, "word": NO_TEXTS, "length": NO_WORDS}
    _, absent = mentions_of(run, matches_of(run), {"d0": "cold"}, None)
    assert absent == {"vocabulary": NO_VOCABULARY, "length": NO_WORDS}
