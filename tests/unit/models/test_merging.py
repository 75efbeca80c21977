"""Predictions about pieces become one about the document."""

from __future__ import annotations

from collections.abc import Sequence

from tabib.config.preprocessing import Preprocessing
from tabib.core.examples import Document
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.spans import Entity, split_words
from tabib.models.merging import merge
from tabib.models.pieces import Place, cut

LINES = Document("d", "toux\nfièvre\nHTA")
LINE = Preprocessing(unit="line")
# Two windows that share characters 10 to 19.
OVERLAP = Document("d", "aaaa bbbb cccc dddd eeee ffff")
WINDOWS = cut(OVERLAP, Preprocessing(unit="window", size=20, overlap=10))


def said(
    *entities: tuple[int, int, float], status: Status = Status.OK, detail: str = "", label: str = "S"
) -> NerPrediction:
    found = tuple(ScoredEntity(Entity.of(label, start, end), sure) for start, end, sure in entities)
    return NerPrediction("a piece", found, status, detail)


def merged(
    predictions: Sequence[NerPrediction],
    document: Document = LINES,
    places: Sequence[Place] | None = None,
    flat: bool = False,
) -> NerPrediction:
    return merge(document, cut(document, LINE) if places is None else places, predictions, flat=flat)


def spans(prediction: NerPrediction) -> list[tuple[int, int, float | None]]:
    return [(scored.entity.start, scored.entity.end, scored.confidence) for scored in prediction.entities]


def test_the_windows_of_these_tests() -> None:
    assert [(place.start, place.end) for place in WINDOWS] == [(0, 19), (10, 29)]


def test_offsets_are_those_of_the_document_and_confidences_are_kept() -> None:
    found = merged([said((0, 4, 0.9)), said(), said((0, 3, 0.4))])
    assert (found.id, found.status, found.detail) == ("d", Status.OK, "")
    assert spans(found) == [(0, 4, 0.9), (12, 15, 0.4)]
    assert found.entities[1].entity.text(LINES.text) == "HTA"


def test_a_discontinuous_entity_moves_as_a_whole() -> None:
    entity = Entity("S", ((0, 4), (10, 14)))
    (scored,) = merged(
        [NerPrediction("1"), NerPrediction("2", (ScoredEntity(entity),))], OVERLAP, WINDOWS
    ).entities
    assert scored.entity == Entity("S", ((10, 14), (20, 24)))


def test_nested_entities_of_one_piece_stay_together() -> None:
    assert spans(merged([said((0, 4, 0.9), (0, 2, 0.5)), said(), said()])) == [(0, 2, 0.5), (0, 4, 0.9)]


def test_a_mention_in_the_overlap_is_kept_once_from_the_window_with_more_text_around_it() -> None:
    first, second = said((10, 14, 0.2), (15, 19, 0.3)), said((0, 4, 0.8), (5, 9, 0.9))
    assert spans(merged([first, second], OVERLAP, WINDOWS)) == [(10, 14, 0.2), (15, 19, 0.9)]


def test_what_the_deciding_window_has_not_found_is_not_kept() -> None:
    assert spans(merged([said(), said((0, 4, 0.8))], OVERLAP, WINDOWS)) == []
    assert spans(merged([said((15, 19, 0.3)), said()], OVERLAP, WINDOWS)) == []


def test_a_window_without_an_answer_decides_nothing() -> None:
    found = merged([said(status=Status.FAILED, detail="time-out"), said((0, 4, 0.8))], OVERLAP, WINDOWS)
    assert spans(found) == [(10, 14, 0.8)]
    assert found.status is Status.TRUNCATED


def test_only_a_window_that_holds_a_mention_whole_decides_about_it() -> None:
    assert spans(merged([said((5, 14, 0.6)), said()], OVERLAP, WINDOWS)) == [(5, 14, 0.6)]


def test_where_entities_are_flat_those_of_two_windows_do_not_overlap() -> None:
    """9 characters of text are on the nearer side of the first, 5 on that of the second."""
    predictions = [said((5, 10, 0.2)), said((5, 14, 0.9))]
    longer = [said((5, 19, 0.2)), said((5, 14, 0.9))]
    assert spans(merged(predictions, OVERLAP, WINDOWS, flat=True)) == [(5, 10, 0.2), (15, 24, 0.9)]
    assert spans(merged(longer, OVERLAP, WINDOWS)) == [(5, 19, 0.2), (15, 24, 0.9)]
    assert spans(merged(longer, OVERLAP, WINDOWS, flat=True)) == [(15, 24, 0.9)]


def test_what_one_answer_says_itself_is_left_alone() -> None:
    crossing = [said((0, 4, 0.2), (2, 7, 0.9)), said()]
    assert len(merged(crossing, OVERLAP, WINDOWS, flat=True).entities) == 2


def test_nothing_was_answered() -> None:
    failed, unparsed = (said(status=status) for status in (Status.FAILED, Status.UNPARSED))
    assert merged([failed, failed, unparsed]).status is Status.FAILED
    assert merged([unparsed] * 3).status is Status.UNPARSED
    assert merged([unparsed] * 3).entities == ()


def test_part_of_the_text_was_read() -> None:
    assert merged([said(), said(status=Status.FAILED), said()]).status is Status.TRUNCATED
    assert merged([said(), said(status=Status.TRUNCATED), said()]).status is Status.TRUNCATED


def test_the_detail_adds_up_and_says_how_many() -> None:
    found = merged(
        [
            said(detail="placed 2; surplus 1"),
            said(detail="placed 1; cut off at max_tokens"),
            said(status=Status.FAILED, detail="no answer in time"),
        ]
    )
    assert found.detail == (
        "placed 3; surplus 1; 1 of 3 pieces failed;"
        " cut off at max_tokens (1 of 3 pieces); no answer in time (1 of 3 pieces)"
    )


def test_the_detail_does_not_grow_with_the_document() -> None:
    text = Document("d", "\n".join("abcdef"))
    found = merged([said(status=Status.UNPARSED, detail=f"answer {letter!r}") for letter in "abcdef"], text)
    assert found.detail == (
        "6 of 6 pieces unparsed; answer 'a' (1 of 6 pieces); answer 'b' (1 of 6 pieces);"
        " answer 'c' (1 of 6 pieces); and 3 other remarks"
    )


def test_of_a_single_piece_all_is_as_it_was() -> None:
    one = Document("d", "  toux ")
    found = merged([said((0, 4, 0.5), status=Status.TRUNCATED, detail="read 4 of 9 characters")], one)
    assert (found.status, found.detail) == (Status.TRUNCATED, "read 4 of 9 characters")
    assert spans(found) == [(2, 6, 0.5)]


def test_a_document_without_words_has_no_entities() -> None:
    assert merged([], Document("d", " \n")) == NerPrediction("d")


def test_each_word_has_the_tag_of_the_window_that_decides_about_it() -> None:
    document = Document("d", OVERLAP.text, split_words(OVERLAP.text))
    places = cut(document, Preprocessing(unit="window", size=20, overlap=10))
    tags = [("O", "B-S", "O", "O"), ("B-S", "B-S", "O", "I-S")]
    predictions = [
        NerPrediction(
            str(i),
            word_tags=tags[i],
            word_confidences=(i + 0.1, i + 0.2, i + 0.3, i + 0.4),
            word_outside=(i + 0.5, i + 0.6, i + 0.7, i + 0.8),
        )
        for i in range(2)
    ]
    found = merge(document, places, predictions, flat=True)
    assert found.word_tags == ("O", "B-S", "O", "B-S", "O", "I-S")
    assert found.word_confidences == (0.1, 0.2, 0.3, 1.2, 1.3, 1.4)
    assert found.word_outside == (0.5, 0.6, 0.7, 1.6, 1.7, 1.8)


def test_words_of_a_piece_without_an_answer_are_in_no_entity() -> None:
    document = Document("d", LINES.text, split_words(LINES.text))
    tagged = NerPrediction("1", word_tags=("B-S",), word_confidences=(0.7,))
    found = merged([tagged, said(status=Status.FAILED), tagged], document)
    assert (found.word_tags, found.word_confidences) == (("B-S", "O", "B-S"), (0.7, 0.0, 0.7))


def test_nothing_is_known_of_words_of_a_piece_without_an_answer() -> None:
    document = Document("d", LINES.text, split_words(LINES.text))
    told = NerPrediction("1", word_outside=(0.7,))
    assert merged([told, said(status=Status.FAILED), told], document).word_outside == (0.7, None, 0.7)
    assert merged([said(), said(), said()], document).word_outside == ()
