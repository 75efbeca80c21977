"""Examples of errors: every class, in context, the same for one seed."""

from __future__ import annotations

from collections import Counter

from tabib.analysis.errors import ErrorClass, Match, classify
from tabib.analysis.examples import sample_examples
from tabib.core.spans import Entity

A, B = (lambda start, end, label=label: Entity.of(label, start, end) for label in "AB")
TEXT = "He had cold feet, and\nthen a cold hand; later his nose was warm again."


def many() -> tuple[list[Match], dict[str, str]]:
    """100 missed, 2 spurious and 1 boundary error, and 50 exact matches."""
    matches = [Match(f"d{i}", ErrorClass.MISSED, A(0, 2), None) for i in range(100)]
    matches += [Match(f"d{i}", ErrorClass.SPURIOUS, None, B(0, 2)) for i in range(2)]
    matches += [Match(f"d{i}", ErrorClass.EXACT, B(3, 6), B(3, 6)) for i in range(50)]
    matches += classify("d7", [A(7, 16)], [A(7, 11)])
    return matches, {f"d{i}": TEXT for i in range(100)}


def test_every_class_that_occurs_has_its_share_and_right_ones_none() -> None:
    matches, texts = many()
    examples = sample_examples(matches, texts, n=10)
    kinds = Counter(example.match.kind for example in examples)
    assert kinds == {ErrorClass.MISSED: 7, ErrorClass.SPURIOUS: 2, ErrorClass.BOUNDARY: 1}
    assert [example.match.kind for example in examples] == sorted(
        (example.match.kind for example in examples), key=list(ErrorClass).index
    )
    assert len({example.match for example in examples}) == 10


def test_the_seed_decides() -> None:
    matches, texts = many()
    once, again = (sample_examples(matches, texts, n=5, seed=1) for _ in range(2))
    assert once == again
    assert any(sample_examples(matches, texts, n=5, seed=seed) != once for seed in range(2, 5))


def test_fewer_errors_than_asked_for_are_all_shown() -> None:
    matches, texts = many()
    assert len(sample_examples(matches, texts, n=1000)) == 103
    assert sample_examples(matches, texts, n=0) == []
    assert sample_examples([], {}, n=30) == []


def test_context_begins_and_ends_with_whole_words() -> None:
    (match,) = classify("d", [A(29, 38)], [B(29, 33)])
    (example,) = sample_examples([match], {"d": TEXT}, around=9)
    assert (example.gold, example.predicted) == ("cold hand", "cold")
    assert example.context == "then a cold hand; later"
    assert TEXT[example.start :].startswith(example.context)


def test_at_the_ends_of_the_text_there_is_less_context() -> None:
    matches = [Match("d", ErrorClass.MISSED, A(0, len(TEXT)), None)]
    (example,) = sample_examples(matches, {"d": TEXT})
    assert (example.start, example.context, example.predicted) == (0, TEXT, None)


def test_a_row_has_types_spans_and_texts_and_one_line_of_context() -> None:
    gold = Entity("A", ((7, 11), (34, 38)))
    (example,) = sample_examples(classify("d", [gold], [B(34, 38)]), {"d": TEXT}, around=7)
    assert example.to_row() == {
        "document": "d",
        "class": "type and boundary",
        "boundary": "under",
        "gold_type": "A",
        "gold_spans": "7 11;34 38",
        "gold_text": "cold hand",
        "predicted_type": "B",
        "predicted_spans": "34 38",
        "predicted_text": "hand",
        "context": "He had cold feet, and then a cold hand; later",
    }
    assert example.to_json()["context_start"] == 0
