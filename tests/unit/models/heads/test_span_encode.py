"""Gold as spans of words."""

from __future__ import annotations

import pytest

from tabib.core.examples import LossReason
from tabib.core.spans import Entity, split_words
from tabib.models.heads.span_encode import align, flat

LABELS = {"ANAT": 0, "DISO": 1}


def test_gold_that_words_can_hold_is_found_again() -> None:
    text = "Douleur du bras gauche, hier"
    gold = [
        Entity.of("DISO", 0, 22),
        Entity.of("ANAT", 11, 22),
        Entity.of("ANAT", 11, 15),
        Entity.of("DISO", 24, 28),
    ]
    spans, lost = align(gold, split_words(text), LABELS, 10, "d")
    assert lost == []
    assert list(spans) == [(0, 4, 1), (2, 4, 0), (2, 3, 0), (5, 6, 1)]
    assert list(spans.values()) == gold


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        (Entity("DISO", ((0, 7), (16, 22))), LossReason.DISCONTINUOUS),
        (Entity.of("CHEM", 0, 7), LossReason.UNKNOWN_LABEL),
        (Entity.of("DISO", 0, 5), LossReason.INSIDE_WORD),
        (Entity.of("DISO", 2, 10), LossReason.INSIDE_WORD),
        (Entity.of("ANAT", 12, 14), LossReason.INSIDE_WORD),
        (Entity.of("ANAT", 20, 30), LossReason.INSIDE_WORD),
        (Entity.of("ANAT", 7, 8), LossReason.NO_WORD),
        (Entity.of("ANAT", 40, 41), LossReason.NO_WORD),
        (Entity.of("DISO", 0, 22), LossReason.TOO_LONG),
    ],
)
def test_gold_that_cannot_be_learned_is_lost_with_its_reason(entity: Entity, reason: LossReason) -> None:
    spans, lost = align([entity], split_words("Douleur du bras gauche, hier"), LABELS, 3, "d")
    assert spans == {}
    assert [(item.document_id, item.label, item.reason, item.entity) for item in lost] == [
        ("d", entity.label, reason, entity)
    ]


def test_an_exact_duplicate_is_kept_once() -> None:
    spans, lost = align(
        [Entity.of("ANAT", 0, 4, id="T1"), Entity.of("ANAT", 0, 4, id="T2")], [(0, 4)], LABELS, 3, "d"
    )
    assert list(spans) == [(0, 1, 0)]
    assert [item.reason for item in lost] == [LossReason.DUPLICATE]


def test_a_path_holds_the_longest_of_overlapping_spans_of_one_label() -> None:
    assert flat([(1, 2, 0), (0, 4, 0), (3, 6, 0), (1, 2, 1), (4, 5, 0)]) == [(0, 4, 0), (1, 2, 1), (4, 5, 0)]
