"""Scores over words: by hand, and strict IOB2 beside seqeval."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2

from tabib.core.spans import Entity
from tabib.core.tags import tags_to_spans
from tabib.metrics.counts import Counts, score_counts
from tabib.metrics.words import WordsPair, iob2_counts, token_counts, without_words

WORDS = tuple((5 * index, 5 * index + 4) for index in range(10))
"""Ten words of four letters: word i is at 5 i."""


def over(label: str, *words: tuple[int, int]) -> Entity:
    """An entity over words ``first`` to ``last`` (inclusive), by fragment."""
    return Entity(label, tuple((WORDS[first][0], WORDS[last][1]) for first, last in words))


def counted(counts: Counts) -> tuple[int, int, int]:
    return tuple(int(array.sum(axis=0)[-1]) for array in (counts.tp, counts.fp, counts.fn))  # type: ignore[return-value]


def test_tokens_of_nested_entities_have_several_labels() -> None:
    gold = {over("A", (0, 3)), over("B", (1, 1))}
    predicted = {over("A", (0, 2)), over("C", (1, 1))}
    # Gold: A on 0 1 2 3, B on 1. Predicted: A on 0 1 2, C on 1.
    counts = token_counts([(WORDS, gold, predicted)], "ABC")
    assert counted(counts) == (3, 1, 2)
    assert counts.tp.tolist() == [[3, 0, 0, 3]]


def test_tokens_of_a_gap_are_not_the_entitys() -> None:
    counts = token_counts([(WORDS, {over("A", (0, 0), (4, 5))}, {over("A", (0, 5))})], "A")
    assert counted(counts) == (3, 3, 0)


def test_fragments_within_one_word_hold_it_once() -> None:
    # Both fragments lie in the first word; as a place, it is the word itself.
    halves, whole = Entity("A", ((0, 1), (2, 4))), over("A", (0, 0))
    assert counted(iob2_counts([(WORDS, {halves}, {whole})], "A")) == (1, 0, 0)


def test_overlapping_entities_of_one_label_hold_a_word_once() -> None:
    assert counted(token_counts([(WORDS, {over("A", (0, 1)), over("A", (1, 2))}, {over("A", (0, 2))})], "A")) == (
        3,
        0,
        0,
    )


def test_an_entity_inside_a_word_is_read_as_the_word() -> None:
    gold, predicted = {over("A", (2, 3))}, {Entity.of("A", 11, 17)}
    assert counted(iob2_counts([(WORDS, gold, predicted)], "A")) == (1, 0, 0)


def test_iob2_needs_label_first_and_last_word() -> None:
    gold = {over("A", (0, 1)), over("A", (2, 2)), over("B", (5, 6))}
    predicted = {over("A", (0, 2)), over("B", (5, 6)), over("A", (8, 8))}
    assert counted(iob2_counts([(WORDS, gold, predicted)], "AB")) == (1, 2, 2)


def test_gold_that_flat_tags_cannot_hold_stays_gold() -> None:
    nested, discontinuous, no_word = over("A", (1, 1)), over("A", (4, 4), (6, 6)), Entity.of("A", 4, 5)
    gold = {over("A", (0, 2)), nested, discontinuous, no_word}
    assert counted(iob2_counts([(WORDS, gold, {over("A", (0, 2))})], "A")) == (1, 0, 3)
    assert counted(iob2_counts([(WORDS, gold, gold)], "A")) == (4, 0, 0)
    assert counted(iob2_counts([(WORDS, {discontinuous}, {over("A", (4, 6))})], "A")) == (0, 1, 1)


def test_documents_that_cannot_be_read_word_by_word_are_counted() -> None:
    entity = Entity.of("A", 0, 4)
    assert without_words([((), [entity], []), ((), [], []), (WORDS, [entity], [])]) == 1


tags = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B", "B-C", "I-C"]), min_size=1, max_size=10)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(tags, tags), min_size=1, max_size=4))
def test_equals_seqeval_strict(rows: list[tuple[list[str], list[str]]]) -> None:
    # Tags need not be legal: what does not begin with B is no entity in strict mode.
    rows = [(gold[: len(predicted)], predicted[: len(gold)]) for gold, predicted in rows]
    documents: list[WordsPair] = []
    for pair in rows:
        words = WORDS[: len(pair[0])]
        gold, predicted = ({span.entity for span in tags_to_spans(words, sequence)} for sequence in pair)
        documents.append((words, gold, predicted))
    counts = iob2_counts(documents, "ABC")
    metrics, per_label = score_counts({"": counts}, resamples=0, seed=0)
    y_true, y_pred = [list(gold) for gold, _ in rows], [list(predicted) for _, predicted in rows]
    micro, by_label = (
        precision_recall_fscore_support(y_true, y_pred, average=average, scheme=IOB2, zero_division=0)
        for average in ("micro", None)
    )
    assert [metrics[name].value or 0.0 for name in ("precision", "recall", "f1")] == pytest.approx(list(micro[:3]))
    # seqeval lists the labels that occur in gold or predictions, sorted; zero_division stands for our None.
    occurring = [
        label
        for index, label in enumerate("ABC")
        if counts.gold[:, index].any() or counts.predicted[:, index].any()
    ]
    for row, label in enumerate(occurring):
        ours = [per_label[label][name].value or 0.0 for name in ("precision", "recall", "f1")]
        assert ours == pytest.approx([by_label[column][row] for column in range(3)])
    # Macro: the mean over the labels that gold holds (seqeval also takes labels that are only predicted).
    theirs = [by_label[2][row] for row, label in enumerate(occurring) if by_label[3][row]]
    assert metrics["f1_macro"].value == (pytest.approx(sum(theirs) / len(theirs)) if theirs else None)
