"""Documents in pieces: every character of a piece is where it was in the original, and gold is conserved."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabib.config.preprocessing import WHOLE, Preprocessing
from tabib.core.examples import Document, Example, LossReason
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity, split_words
from tabib.models.merging import merge
from tabib.models.pieces import cut, cut_examples, reading_note
from tabib.models.stretches import sentences


def window(size: int, overlap: int = 0) -> Preprocessing:
    return Preprocessing(unit="window", size=size, overlap=overlap)


LINE, SENTENCE = Preprocessing(unit="line"), Preprocessing(unit="sentence")


def texts_of(text: str, preprocessing: Preprocessing) -> list[str]:
    return [text[place.start : place.end] for place in cut(Document("d", text), preprocessing)]


@pytest.mark.parametrize(
    ("text", "preprocessing", "expected"),
    [
        ("Un. Deux\n\n trois \n", LINE, ["Un. Deux", "trois"]),
        ("un\r\ndeux\rtrois", LINE, ["un", "deux", "trois"]),
        ("Il tousse. Elle dort.\nEt mange bien.", SENTENCE, ["Il tousse.", "Elle dort.", "Et mange bien."]),
        ("un deux trois quatre", window(9), ["un deux", "trois", "quatre"]),
        ("un deux trois quatre", window(12, 6), ["un deux", "deux trois", "trois quatre"]),
        ("5mg/j pendant", window(6), ["5mg/j", "pendant"]),  # white space is where windows end
        ("5mg/j pendant", window(3), ["5mg", "/j", "pendant"]),  # a longer run ends at words, no word is cut
        ("  \n ", LINE, []),
        ("", window(5), []),
    ],
)
def test_pieces(text: str, preprocessing: Preprocessing, expected: list[str]) -> None:
    assert texts_of(text, preprocessing) == expected


def test_a_piece_is_a_document_with_its_own_words() -> None:
    document = Document("d", "un deux\ntrois", words=((0, 2), (3, 7), (8, 13)))
    first, second = cut(document, LINE)
    assert first.document(document) == Document("d[0:7]", "un deux", ((0, 2), (3, 7)), "d")
    assert second.document(document) == Document("d[8:13]", "trois", ((0, 5),), "d")
    assert second.document(replace(document, group="patient")).group == "patient"


def test_words_of_the_document_are_never_cut() -> None:
    document = Document("d", "pneumo\npathie aiguë", words=((0, 13), (14, 19)))
    assert [place.document(document).text for place in cut(document, LINE)] == ["pneumo\npathie aiguë"]
    assert [place.document(document).text for place in cut(document, window(4))] == ["pneumo\npathie", "aiguë"]


def test_gold_that_crosses_a_cut_is_lost_with_the_reason() -> None:
    text = "fièvre et\ntoux sèche"
    inside, crossing = Entity.of("S", 10, 20), Entity.of("S", 7, 14)
    apart = Entity("S", ((0, 6), (15, 20)))
    pieces, lost = cut_examples([Example(Document("d", text), (inside, crossing, apart))], LINE)
    assert [(piece.document.text, piece.gold) for piece in pieces] == [
        ("fièvre et", ()),
        ("toux sèche", (Entity.of("S", 0, 10),)),
    ]
    assert [(item.document_id, item.entity, item.reason) for item in lost] == [
        ("d", crossing, LossReason.CUT),
        ("d", apart, LossReason.CUT),
    ]


def test_whole_documents_are_left_as_they_are() -> None:
    examples = [Example(Document("d", " fièvre "), (Entity.of("S", 1, 7),))]
    assert cut_examples(examples, WHOLE) == (examples, [])
    assert reading_note(examples, WHOLE) == ""


def test_what_no_model_can_find_is_said() -> None:
    gold = (Entity.of("S", 0, 4), Entity.of("S", 0, 10))
    examples = [Example(Document("d", "toux\nsèche"), gold)]
    note = "read in pieces (line): 2 of 1 documents; 1 of 2 gold entities cross a cut, so no model finds them"
    assert reading_note(examples, LINE) == note
    assert reading_note([replace(examples[0], gold=gold[:1])], LINE) == "read in pieces (line): 2 of 1 documents"


WORDS = st.sampled_from(
    ["le", "Il", "a", "toux", "5mg/j", "é\u0301t", "_", "(HTA).", "E.", "39,5", "x" * 30, "œ²½"]
)
GAPS = st.sampled_from([" ", " ", " ", "", "  ", "\n", "\r\n", "\n\n", "\u2028", "\t", ". ", ".\n"])
TEXTS = st.lists(st.tuples(WORDS, GAPS).map("".join), max_size=25).map("".join) | st.text(max_size=60)
UNITS = st.sampled_from([LINE, SENTENCE]) | st.integers(1, 40).flatmap(
    lambda size: st.builds(window, st.just(size), st.integers(0, size // 2))
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """With words of their own or none: those of the splitter, or some of them joined to longer ones."""
    text = draw(TEXTS)
    words = split_words(text)
    own = draw(st.sampled_from(["none", "same", "some", "pairs"]))
    if own == "none":
        return Document("d", text)
    if own == "some":
        words = words[::2]
    if own == "pairs":
        words = tuple((words[i][0], words[min(i + 1, len(words) - 1)][1]) for i in range(0, len(words), 2))
    return Document("d", text, words)


@st.composite
def examples(draw: st.DrawFn) -> Example[tuple[Entity, ...]]:
    """Entities of any kind: nested, crossing, discontinuous, with white space at their ends."""
    document = draw(documents())
    n = len(document.text)
    gold = []
    for _ in range(draw(st.integers(0, 8)) if n else 0):
        bounds = draw(st.lists(st.integers(0, n), min_size=2, max_size=4, unique=True).map(sorted))
        spans = tuple(zip(bounds[::2], bounds[1::2], strict=False))
        gold.append(Entity(draw(st.sampled_from("AB")), spans))
    return Example(document, tuple(dict.fromkeys(gold)))


@given(documents(), UNITS)
@settings(deadline=None)
def test_pieces_cover_all_that_is_visible_and_offsets_map_back(
    document: Document, preprocessing: Preprocessing
) -> None:
    places = cut(document, preprocessing)
    covered = {index for place in places for index in range(place.start, place.end)}
    if places:
        assert all(sign.isspace() or index in covered for index, sign in enumerate(document.text))
    for place in places:
        piece = place.document(document)
        assert piece.text == document.text[place.start : place.end] != ""
        assert all(
            piece.text[start:end] == document.text[start + place.start : end + place.start]
            for start, end in piece.words
        )
    if preprocessing.unit != "window":
        assert all(one.end <= other.start for one, other in pairwise(places))
        assert [word for place in places for word in range(place.first, place.last)] == list(
            range(len(document.words or split_words(document.text)))
        )


@given(documents(), UNITS)
@settings(deadline=None)
def test_no_word_is_cut(document: Document, preprocessing: Preprocessing) -> None:
    for place in cut(document, preprocessing):
        for start, end in document.words or split_words(document.text):
            assert place.holds(start, end) or end <= place.start or place.end <= start


@given(TEXTS, st.integers(1, 40))
@settings(deadline=None)
def test_a_window_is_longer_than_asked_only_for_one_word(text: str, size: int) -> None:
    for place in cut(Document("d", text), window(size)):
        assert place.end - place.start <= size or place.last - place.first == 1


@given(documents())
@settings(deadline=None)
def test_a_piece_that_is_a_sentence_is_one_for_an_encoder_too(document: Document) -> None:
    """So that its settings ``unit`` and ``row_words`` have no effect, as the notice says."""
    for place in cut(document, SENTENCE):
        piece = place.document(document)
        words = piece.words or split_words(piece.text)
        assert sentences(piece.text, words, 0) == [(0, len(words))]


@given(examples(), UNITS)
@settings(deadline=None)
def test_gold_is_found_again_or_counted_as_lost(
    example: Example[tuple[Entity, ...]], preprocessing: Preprocessing
) -> None:
    pieces, lost = cut_examples([example], preprocessing)
    for piece in pieces:
        assert all(entity.end <= len(piece.document.text) for entity in piece.gold)
    said = [NerPrediction(piece.id, tuple(ScoredEntity(entity, 0.5) for entity in piece.gold)) for piece in pieces]
    merged = merge(example.document, cut(example.document, preprocessing), said, flat=False)
    found = [scored.entity for scored in merged.entities]
    assert len(found) == len(set(found)), "each is kept once"
    assert set(found) == set(example.gold) - {item.entity for item in lost}
    assert len(lost) + len(found) == len(example.gold)
    assert all(scored.confidence == 0.5 for scored in merged.entities)
