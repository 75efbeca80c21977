"""Entities as word tags and back, held against seqeval."""

from __future__ import annotations

import time
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval import scheme as seqeval_scheme
from seqeval.metrics.sequence_labeling import get_entities

from tabib.core.examples import LossReason
from tabib.core.spans import Entity, Span, split_words
from tabib.core.tags import (
    Chunk,
    Scheme,
    TaggedSpan,
    coarsest,
    convert_tags,
    illegal_tag,
    is_tag,
    read_tags,
    spans_to_tags,
    tags_to_spans,
    write_tags,
)

SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
PREFIXES = {"IOB1": "IB", "IOB2": "IB", "IOBES": "IBES", "BILOU": "IBLU", "BIOUL": "IBLU"}
SEQEVAL = {
    "IOB1": seqeval_scheme.IOB1,
    "IOB2": seqeval_scheme.IOB2,
    "IOBES": seqeval_scheme.IOBES,
    "BILOU": seqeval_scheme.BILOU,
    "BIOUL": seqeval_scheme.BILOU,
}

TEXT = "une fracture du fémur gauche"
WORDS = split_words(TEXT)
FRACTURE, FEMUR = Entity.of("DISO", 4, 12), Entity.of("ANAT", 16, 21)


def tag_sequences(scheme: Scheme) -> st.SearchStrategy[list[str]]:
    tags = ["O"] + [f"{prefix}-{label}" for prefix in PREFIXES[scheme] for label in ("X", "Y-Z")]
    return st.lists(st.sampled_from(tags), max_size=9)


@st.composite
def chunk_sequences(draw: st.DrawFn) -> tuple[list[Chunk], int]:
    """Ascending chunks, touching or not, and how many words there are."""
    chunks, position = [], 0
    for _ in range(draw(st.integers(0, 5))):
        first = position + draw(st.integers(0, 2))
        position = first + draw(st.integers(1, 4))
        chunks.append(Chunk(draw(st.sampled_from(["X", "Y-Z"])), first, position))
    return chunks, position + draw(st.integers(0, 2))


def words_of(n: int) -> list[Span]:
    """Words of two characters, one space apart."""
    return [(3 * i, 3 * i + 2) for i in range(n)]


# Tags of entities ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("IOB1", "I-A I-A B-A O I-A I-B"),
        ("IOB2", "B-A I-A B-A O B-A B-B"),
        ("IOBES", "B-A E-A S-A O S-A S-B"),
        ("BILOU", "B-A L-A U-A O U-A U-B"),
        ("BIOUL", "B-A L-A U-A O U-A U-B"),
    ],
)
def test_each_scheme_spells_the_same_entities_in_its_way(scheme: Scheme, expected: str) -> None:
    entities = [Entity.of("A", 0, 5), Entity.of("A", 6, 8), Entity.of("A", 12, 14), Entity.of("B", 15, 17)]
    tags, lost = spans_to_tags(words_of(6), entities, scheme)
    assert " ".join(tags) == expected
    assert lost == ()


def test_entities_come_back_with_their_words() -> None:
    tags, _ = spans_to_tags(WORDS, [FEMUR, FRACTURE])
    assert tags == ("O", "B-DISO", "O", "B-ANAT", "O")
    assert tags_to_spans(WORDS, tags) == (TaggedSpan(FRACTURE, 1, 2), TaggedSpan(FEMUR, 3, 4))


def test_white_space_at_the_ends_of_an_entity_is_not_kept_and_not_a_loss() -> None:
    tags, lost = spans_to_tags(WORDS, [Entity.of("DISO", 3, 13)])
    assert lost == ()
    assert tags_to_spans(WORDS, tags)[0].entity == FRACTURE


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        (FRACTURE, LossReason.DUPLICATE),
        (Entity.of("PROC", 4, 12), LossReason.NESTED),
        (Entity("DISO", ((4, 12), (22, 28))), LossReason.DISCONTINUOUS),
        (Entity("DISO", ((0, 3), (4, 12))), LossReason.DISCONTINUOUS),
        (Entity.of("ANAT", 16, 19), LossReason.INSIDE_WORD),
        (Entity.of("ANAT", 18, 21), LossReason.INSIDE_WORD),
        (Entity.of("ANAT", 12, 13), LossReason.NO_WORD),
        (Entity.of("ANAT", 28, 40), LossReason.NO_WORD),
    ],
    ids=lambda value: value.name if isinstance(value, LossReason) else str(value.spans),
)
def test_what_tags_cannot_hold_is_returned_with_its_reason(entity: Entity, reason: LossReason) -> None:
    tags, lost = spans_to_tags(WORDS, [FRACTURE, entity], document_id="d1")
    assert tags == ("O", "B-DISO", "O", "O", "O")
    assert [(x.document_id, x.label, x.reason, x.entity) for x in lost] == [("d1", entity.label, reason, entity)]


def test_the_longest_entity_wins_and_the_others_are_nested_or_crossing() -> None:
    whole = Entity.of("DISO", 4, 21)
    crossing = Entity.of("ANAT", 13, 28)  # "du fémur gauche", 15 characters to 17
    tags, lost = spans_to_tags(WORDS, [FEMUR, crossing, whole])
    assert tags == ("O", "B-DISO", "I-DISO", "I-DISO", "O")
    assert [(x.entity, x.reason) for x in lost] == [
        (FEMUR, LossReason.NESTED),
        (crossing, LossReason.CROSSING),
    ]


def test_an_entity_over_two_shorter_ones_takes_their_place() -> None:
    tags, lost = spans_to_tags(words_of(3), [Entity.of("A", 0, 2), Entity.of("B", 6, 8), Entity.of("C", 0, 8)])
    assert tags == ("B-C", "I-C", "I-C")
    assert [x.reason for x in lost] == [LossReason.NESTED, LossReason.NESTED]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.builds(
            lambda label, start, length: Entity.of(label, start, start + length),
            st.sampled_from(["A", "B"]),
            st.integers(0, 24),
            st.integers(1, 12),
        ),
        max_size=8,
    ),
    st.sampled_from(SCHEMES),
)
def test_every_entity_is_in_the_tags_or_lost(entities: list[Entity], scheme: Scheme) -> None:
    words = words_of(8)
    tags, lost = spans_to_tags(words, entities, scheme)
    held = tags_to_spans(words, tags, scheme)
    assert len(held) + len(lost) == len(entities)
    assert illegal_tag(tags, scheme) is None
    remaining = list(entities)
    for x in lost:
        assert x.entity is not None
        remaining.remove(x.entity)
    for span in held:
        match = [e for e in remaining if e.label == span.entity.label and e.overlap(span.entity)]
        assert len(match) == 1, "exactly one entity stands behind each chunk"
        assert match[0].start <= span.entity.start
        assert match[0].end >= span.entity.end


def test_thousands_of_nested_entities_take_no_quadratic_time() -> None:
    n = 20_000
    entities = [Entity.of("A", 0, 3 * i + 2) for i in range(n)]
    begin = time.perf_counter()
    _, lost = spans_to_tags(words_of(n), entities)
    _, nested = coarsest(entities)
    assert len(lost) == len(nested) == n - 1
    assert time.perf_counter() - begin < 5, "about 0.2 s; n² would be minutes"


# Reading tags ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
def test_strict_reading_is_that_of_seqeval_strict(scheme: Scheme) -> None:
    @settings(deadline=None, max_examples=300)
    @given(tag_sequences(scheme))
    def check(tags: list[str]) -> None:
        (expected,) = seqeval_scheme.Entities([tags], SEQEVAL[scheme]).entities
        assert read_tags(tags, scheme) == [(e.tag, e.start, e.end) for e in expected]

    check()


@pytest.mark.parametrize("scheme", ["IOB1", "IOB2", "IOBES"])
def test_lenient_reading_is_that_of_seqeval_by_default(scheme: Scheme) -> None:
    @settings(deadline=None, max_examples=300)
    @given(tag_sequences(scheme))
    def check(tags: list[str]) -> None:
        expected = [(label, first, last + 1) for label, first, last in get_entities(tags)]
        assert read_tags(tags, scheme, strict=False) == expected

    check()


@settings(deadline=None, max_examples=100)
@given(tag_sequences("IOBES"))
def test_bilou_is_iobes_with_other_letters(tags: list[str]) -> None:
    letters = str.maketrans("ES", "LU")
    bilou = [tag[0].translate(letters) + tag[1:] for tag in tags]
    for strict in (True, False):
        assert read_tags(bilou, "BILOU", strict) == read_tags(tags, "IOBES", strict)
        assert read_tags(bilou, "BIOUL", strict) == read_tags(tags, "IOBES", strict)


def test_a_sequence_without_its_b_is_an_entity_only_for_the_lenient_reading() -> None:
    tags = ["I-DISO", "I-DISO", "O", "B-ANAT", "I-DISO"]
    assert read_tags(tags, strict=True) == [("ANAT", 3, 4)]
    assert read_tags(tags, strict=False) == [("DISO", 0, 2), ("ANAT", 3, 4), ("DISO", 4, 5)]


@pytest.mark.parametrize("tag", ["S-X", "B", "B-", "X", "", "o", "BX-Y"])
def test_a_tag_that_the_scheme_does_not_have_is_an_error(tag: str) -> None:
    assert not is_tag(tag, "IOB2")
    with pytest.raises(ValueError, match=r"at index 1 is not one of IOB2; expected O, I-LABEL, B-LABEL"):
        read_tags(["O", tag])


def test_one_tag_per_word_is_asked_for() -> None:
    with pytest.raises(ValueError, match="2 tags for 5 words"):
        tags_to_spans(WORDS, ["O", "O"])


# Writing and converting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
def test_chunks_come_back_from_every_scheme(scheme: Scheme) -> None:
    @settings(deadline=None, max_examples=100)
    @given(chunk_sequences())
    def check(case: tuple[list[Chunk], int]) -> None:
        chunks, n_words = case
        tags = write_tags(chunks, n_words, scheme)
        assert read_tags(tags, scheme, strict=True) == chunks
        assert read_tags(tags, scheme, strict=False) == chunks
        assert illegal_tag(tags, scheme) is None

    check()


@settings(deadline=None, max_examples=100)
@given(chunk_sequences(), st.sampled_from(SCHEMES), st.sampled_from(SCHEMES))
def test_converting_there_and_back_changes_nothing(
    case: tuple[list[Chunk], int], source: Scheme, target: Scheme
) -> None:
    tags = write_tags(*case, source)
    converted = convert_tags(tags, source, target)
    assert converted == write_tags(*case, target)
    assert convert_tags(converted, target, source) == tags


@pytest.mark.parametrize(
    ("scheme", "tags", "index"),
    [
        ("IOB2", "O B-X I-X", None),
        ("IOB2", "O I-X", 1),
        ("IOB2", "B-X I-Y", 1),
        ("IOB1", "I-X B-X", None),
        ("IOB1", "O B-X", 1),
        ("IOBES", "B-X I-X O", 0),
        ("IOBES", "O E-X", 1),
        ("BILOU", "U-X L-X", 1),
    ],
)
def test_the_first_tag_out_of_place_is_named(scheme: Scheme, tags: str, index: int | None) -> None:
    assert illegal_tag(tags.split(), scheme) == index


def test_illegal_tags_are_not_converted() -> None:
    with pytest.raises(ValueError, match="'I-X' at index 1 is not allowed there in IOB2"):
        convert_tags(["O", "I-X"], "IOB2", "IOBES")


# Coarsest granularity --------------------------------------------------------------------------------------


def test_coarsest_keeps_what_is_in_no_other_entity() -> None:
    outer, inner, crossing = Entity.of("DISO", 4, 21), Entity.of("ANAT", 16, 21), Entity.of("ANAT", 13, 28)
    kept, lost = coarsest([inner, crossing, outer], "d1")
    assert kept == (outer, crossing), "crossing entities stay"
    assert [(x.document_id, x.entity, x.reason) for x in lost] == [("d1", inner, LossReason.NESTED)]


def test_of_two_labels_on_one_span_coarsest_keeps_the_first_given() -> None:
    first, second = Entity.of("DISO", 4, 12), Entity.of("ANAT", 4, 12)
    assert coarsest([first, second])[0] == (first,)
    assert coarsest([second, first])[0] == (second,)


def test_coarsest_tells_duplicates_from_nested_ones() -> None:
    kept, lost = coarsest([Entity.of("A", 0, 3, id="T1"), Entity.of("A", 0, 3, id="T2")])
    assert [entity.id for entity in kept] == ["T1"]
    assert [(x.entity.id, x.reason) for x in lost if x.entity] == [("T2", LossReason.DUPLICATE)]


def test_coarsest_merges_fragments_with_white_space_between_them() -> None:
    split, gap = Entity("DISO", ((0, 3), (4, 12)), "T1"), Entity("DISO", ((13, 15), (22, 28)), "T2")
    kept, lost = coarsest([split, gap], text=TEXT)
    assert kept == (Entity.of("DISO", 0, 12), gap)
    assert kept[0].id == "T1"
    assert lost == ()
    assert coarsest([split])[0] == (split,), "without the text, white space is not known"
    touching = Entity("DISO", ((0, 3), (3, 12)))
    assert coarsest([touching])[0] == (Entity.of("DISO", 0, 12),), "that fragments touch is"


def test_an_entity_in_the_gap_of_another_is_not_inside_it() -> None:
    around = Entity("DISO", ((4, 12), (22, 28)))
    assert coarsest([around, FEMUR])[0] == (around, FEMUR)
    assert coarsest([around, Entity.of("ANAT", 22, 26)])[0] == (around,)
    assert coarsest([around, Entity.of("ANAT", 0, 28)])[0] == (Entity.of("ANAT", 0, 28),)


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    points = sorted(draw(st.sets(st.integers(0, 20), min_size=2, max_size=6)))
    spans = tuple(zip(points[::2], points[1::2], strict=False))
    return Entity(draw(st.sampled_from(["A", "B"])), spans)


@settings(deadline=None, max_examples=200)
@given(st.lists(entities(), max_size=12))
def test_coarsest_equals_its_definition(given_entities: list[Entity]) -> None:
    def characters(entity: Entity) -> set[int]:
        return {i for start, end in entity.spans for i in range(start, end)}

    expected: list[Entity] = []
    for entity in sorted(given_entities, key=lambda e: (-e.length, e.start)):
        if not any(characters(entity) <= characters(other) for other in expected):
            expected.append(entity)
    kept, lost = coarsest(given_entities)
    assert sorted(kept) == sorted(expected)
    assert len(kept) + len(lost) == len(given_entities)
