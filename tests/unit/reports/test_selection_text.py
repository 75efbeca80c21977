"""What is said of a comparison and a choice: a changed prediction is a changed sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tabib.analysis.comparison import compare
from tabib.analysis.models import dev_models, group_models
from tabib.analysis.runs import RunData
from tabib.analysis.selection import SelectionSettings, select
from tabib.analysis.tradeoffs import trade_offs
from tabib.analysis.types import Thresholds
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity
from tabib.records.record import RunRecord
from tabib.reports.bundles import comparison_bundle
from tabib.reports.comparison_text import comparison_statements
from tabib.reports.selection_text import selection_statements
from tabib.reports.statements import Tables
from tabib.tasks.base import Resampling

GOLD = tuple(Entity.of("A", 2 * i, 2 * i + 1) for i in range(8)) + tuple(
    Entity.of("B", 20 + i, 21 + i) for i in range(2)
)
Found = Callable[[int], Sequence[Entity]]


def run(name: str, found: Found, split: str = "test", seed: int = 42, model: str = "dictionary") -> RunData:
    """A run on twenty documents; ``found`` says what it finds in the i-th."""
    record = RunRecord(
        identity=f"{seed}" * 32,
        status="done",
        dataset="notes",
        task="ner_span",
        name=name,
        model=model,
        weights="",
        seed=seed,
        config={},
        labels=("A", "B"),
        fingerprints={"corpus": "c", "weights": "w", "tokenizer": "t", "code": "k"},
        versions={},
        hardware={},
        threads=1,
        started="2026-01-01T00:00:00+00:00",
        finished="2026-01-01T00:01:00+00:00",
        seconds={"fit": 60.0 if name == "good" else 30.0},
        memory={"process_gib": 2.0},
    )
    references = tuple(Reference(f"d{i}", GOLD) for i in range(20))
    predictions = tuple(NerPrediction(f"d{i}", tuple(map(ScoredEntity, found(i)))) for i in range(20))
    return RunData.of(record, split, references, predictions, {"A": 500, "B": 3})


def first(n: int) -> Found:
    return lambda _: GOLD[:n]


def tables_of(
    test: Sequence[RunData], dev: Sequence[RunData] | None = None, speeds: dict[str, float] | None = None
) -> Tables:
    models = group_models(test)
    comparison = compare(models, Thresholds(), Resampling(200), documents_per_second=speeds)
    on_dev = dev_models(models, test if dev is None else dev)
    names = [model.name for model in models.models]
    selection = select(names, on_dev, SelectionSettings(), Thresholds(), Resampling(200), speeds)
    return comparison_bundle(comparison, selection, trade_offs(comparison, selection)).tables


def texts(tables: Tables) -> list[str]:
    return [statement.text for statement in (*comparison_statements(tables), *selection_statements(tables))]


def one_of(said: list[str], begin: str) -> str:
    (found,) = [text for text in said if text.startswith(begin)]
    return found


def test_the_choice_its_reasons_and_its_price() -> None:
    test = [run("good", first(9)), run("fast", first(6)), run("none", first(0), model="majority")]
    said = texts(tables_of(test, speeds={"good": 10.0, "fast": 15.0, "none": 1e4}))

    assert said[0] == "On the 20 documents of test, good has the highest F1 of 3 models, 94.7% [94.7, 94.7]."
    assert said[1] == "good leads fast by +19.7 [+19.7, +19.7] points of F1 (adjusted p = 0.0006)."
    assert one_of(said, "good is chosen") == (
        "good is chosen of 2 candidates, with a total of 0.933 (dev F1 94.7% [94.7, 94.7] with the weight 0.6;"
        " dev F1 of rare types 66.7% [66.7, 66.7] with the weight 0.2; 10 documents per second with the weight"
        " 0.2)."
    )
    assert one_of(said, "good against fast") == (
        "good against fast, on test: +19.7 [+19.7, +19.7] points of F1 (adjusted p = 0.0006);"
        " +66.7 [+66.7, +66.7] points of F1 on rare types (adjusted p = 0.0006); 1.5× slower; 2.0× longer in"
        " training."
    )
    assert one_of(said, "none is no candidate") == "none is no candidate: it is the majority baseline."
    assert "Of 2 types with gold, the best model's lead over the second is more than chance in 2." in said
    assert "good is the best for A and B." in said


def test_another_prediction_is_another_sentence() -> None:
    def less(i: int) -> Sequence[Entity]:
        return GOLD[:8] if i == 0 else GOLD[:9]

    speeds = {"good": 10.0, "fast": 15.0}
    before = texts(tables_of([run("good", first(9)), run("fast", first(6))], speeds=speeds))
    after = texts(tables_of([run("good", less), run("fast", first(6))], speeds=speeds))

    assert "+19.7 [" in one_of(before, "good against fast")
    assert "+19.5 [" in one_of(after, "good against fast")
    assert one_of(before, "good is chosen") != one_of(after, "good is chosen")


def test_a_difference_that_may_be_chance_is_said_to_be_so() -> None:
    def once(i: int) -> Sequence[Entity]:
        return GOLD[:7] if i == 0 else GOLD[:6]

    said = texts(tables_of([run("one", once), run("other", first(6))]))

    assert one_of(said, "The lead of one over other").endswith("points of F1 (adjusted p = 1), may be chance.")
    assert "points of F1 (adjusted p = 1), which may be chance" in one_of(said, "one against other")


def test_models_that_say_the_same() -> None:
    said = texts(tables_of([run("one", first(6)), run("other", first(6))]))

    assert said[1] == "one and other have the same F1 (+0.0 [+0.0, +0.0], p = 1)."
    assert "Types in which the best models are equally good: 1." in said
    assert "No model finds any B." in said
    assert one_of(said, "one against other").startswith(
        "one against other, on test: +0.0 [+0.0, +0.0] points of F1 (adjusted p = 1)"
    )


def test_speed_that_was_not_measured_is_said_and_not_compared() -> None:
    said = texts(tables_of([run("good", first(9)), run("fast", first(6))]))

    assert one_of(said, "Speed did not count") == (
        "Speed did not count, and its weight went to the others: speed was not measured for every candidate."
    )
    assert "slower" not in one_of(said, "good against fast")


def test_one_model_is_chosen_and_compared_with_nothing() -> None:
    said = texts(tables_of([run("good", first(9)), run("good", first(7), seed=43)]))

    assert said[0] == "On the 20 documents of test, good has an F1 of 88.5% [82.4, 94.7]."
    assert one_of(said, "good is chosen").startswith("good is chosen: it is the only candidate (dev F1 88.5%")
    assert one_of(said, "The run to deploy") == (
        "The run to deploy is notes--good--s42--42424242: of its seeds, 42 has the best dev score (94.7%)."
    )
    assert not any("another seed" in text for text in said)


def test_with_one_seed_nobody_knows_what_another_would_change() -> None:
    said = texts(tables_of([run("good", first(9)), run("fast", first(6))]))

    assert "How much another seed would change is not known of good and fast." in said


def test_without_dev_nothing_is_chosen() -> None:
    said = texts(tables_of([run("good", first(9)), run("fast", first(6))], dev=[]))

    assert "No model is chosen: no model has dev predictions, and nothing is chosen on what is evaluated." in said
    assert "good is no candidate: it has no dev predictions of every seed." in said


def test_a_choice_on_the_evaluated_split_is_said_to_look_too_good() -> None:
    runs = [run("good", first(9), "dev"), run("fast", first(6), "dev")]

    assert any("look better than" in text for text in texts(tables_of(runs)))


@pytest.mark.parametrize("found", [first(0), first(10)], ids=["nothing", "everything"])
def test_extremes_have_sentences(found: Found) -> None:
    said = texts(tables_of([run("one", found), run("other", found)]))

    assert said
    assert not any("None" in text or "nan" in text for text in said)


def test_every_number_of_a_sentence_is_a_cell() -> None:
    tables: Any = tables_of([run("good", first(9)), run("fast", first(6))])
    for statement in (*comparison_statements(tables), *selection_statements(tables)):
        for citation in statement.cited.values():
            assert tables[citation.table][citation.row][citation.column] == citation.value
