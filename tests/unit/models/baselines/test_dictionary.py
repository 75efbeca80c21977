"""Look-up of training entities: precision by counting, longest match first, nesting across labels only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tabib.config.options import DictionaryOptions
from tabib.core.examples import Document, Example
from tabib.core.spans import Entity, split_words
from tabib.models.baselines.dictionary import DictionaryNer

Row = tuple[str, list[tuple[str, str]]]


def example(index: int, text: str, pairs: list[tuple[str, str]]) -> Example[Any]:
    gold = tuple(Entity.of(label, text.index(form), text.index(form) + len(form)) for label, form in pairs)
    return Example(Document(f"d{index}", text, split_words(text)), gold)


def trained(*rows: Row, task: str = "ner_span", **options: Any) -> DictionaryNer:
    model = DictionaryNer(["ANAT", "CHEM", "DISO"], DictionaryOptions(**options), task=task)
    model.fit([example(index, *row) for index, row in enumerate(rows)], [])
    return model


def found(model: DictionaryNer, text: str) -> list[tuple[str, str, float | None]]:
    (prediction,) = model.predict([Document("new", text)])
    return [(s.entity.label, s.entity.text(text), s.confidence) for s in prediction.entities]


def test_finds_what_train_had_in_any_case() -> None:
    model = trained(("une Toux sèche", [("DISO", "Toux sèche")]))
    assert found(model, "TOUX  sèche, toux grasse") == [("DISO", "TOUX  sèche", 1.0)]


def test_case_counts_where_asked_for() -> None:
    model = trained(("une Toux", [("DISO", "Toux")]), lowercase=False)
    assert found(model, "TOUX Toux") == [("DISO", "Toux", 1.0)]


def test_accents_do_not_count_where_asked_for() -> None:
    rows: Row = ("une fièvre", [("DISO", "fièvre")])
    assert found(trained(rows, strip_accents=True), "fievre") == [("DISO", "fievre", 1.0)]
    assert found(trained(rows), "fievre") == []


def test_composed_and_decomposed_letters_are_the_same() -> None:
    model = trained(("une fièvre", [("DISO", "fièvre")]))
    assert found(model, "fie\u0300vre") == [("DISO", "fie\u0300vre", 1.0)]


def test_confidence_is_the_precision_in_train() -> None:
    rows: list[Row] = [("le fer", [("CHEM", "fer")]), ("un fer", [("CHEM", "fer")]), ("bras de fer", [])]
    assert found(trained(*rows), "du fer") == [("CHEM", "fer", pytest.approx(2 / 3))]
    assert found(trained(*rows, min_precision=0.7), "du fer") == []


def test_labels_are_counted_apart() -> None:
    rows: list[Row] = [("sein", [("ANAT", "sein")]), ("sein", [("DISO", "sein")]), ("sein", [("DISO", "sein")])]
    assert found(trained(*rows, min_precision=0.3), "sein") == [
        ("ANAT", "sein", pytest.approx(1 / 3)),
        ("DISO", "sein", pytest.approx(2 / 3)),
    ]


NESTED: Row = ("cancer du sein", [("DISO", "cancer du sein"), ("ANAT", "sein"), ("DISO", "cancer")])


def test_entities_nest_across_labels_but_not_within_one() -> None:
    assert found(trained(NESTED), "un cancer du sein") == [
        ("DISO", "cancer du sein", 1.0),
        ("ANAT", "sein", 1.0),
    ]


def test_entities_of_the_token_task_are_flat() -> None:
    assert found(trained(NESTED, task="ner_token"), "un cancer du sein, un sein") == [
        ("DISO", "cancer du sein", 1.0),
        ("ANAT", "sein", 1.0),
    ]


def test_the_shorter_form_is_found_where_the_longer_one_is_not() -> None:
    assert found(trained(NESTED), "cancer du foie") == [("DISO", "cancer", 1.0)]


def test_discontinuous_entities_and_parts_of_words_are_no_forms() -> None:
    text = "bras et jambe gauches"
    model = DictionaryNer(["ANAT"], DictionaryOptions(), task="ner_span")
    gold = (Entity("ANAT", ((0, 4), (14, 21))), Entity.of("ANAT", 8, 10))
    model.fit([Example(Document("d", text, split_words(text)), gold)], [])
    assert model.forms == {}


def test_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    model = trained(NESTED, strip_accents=True)
    model.save(tmp_path)
    loaded = DictionaryNer.load(tmp_path)
    assert (loaded.task, loaded.labels, loaded.options) == (model.task, model.labels, model.options)
    assert found(loaded, "cancer du sein") == found(model, "cancer du sein")


def test_a_text_without_words_has_no_entity() -> None:
    assert found(trained(NESTED), " ") == []
