"""A report can be made of whatever runs there are, and says of each thing that is undefined that it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tabib.config.study import StudySettings
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.spans import Entity
from tabib.records.folder import RunFolder, write_gold, write_predictions
from tabib.records.record import RunRecord, write_record
from tabib.reports.document.html import render_html
from tabib.reports.document.markdown import render_markdown
from tabib.reports.document.model import Report
from tabib.reports.study.collect import Collected, collect
from tabib.reports.study.provenance import StudyCell, StudyRuns
from tabib.reports.study.report import build_insights, build_report, headlines
from tabib.tasks.load import get_task

Documents = Sequence[tuple[Sequence[Entity], Sequence[ScoredEntity]]]
A, B = (lambda start, end, label=label: Entity.of(label, start, end) for label in "AB")
WORDS = tuple((5 * i, 5 * i + 4) for i in range(8))
GOLD = [A(0, 4), B(5, 14), A(20, 24)]


def sure(entities: Sequence[Entity], confidence: float | None = 0.9) -> list[ScoredEntity]:
    return [ScoredEntity(entity, confidence) for entity in entities]


RIGHT: Documents = [(GOLD, sure(GOLD))] * 12
CASES: dict[str, Documents] = {
    "everything right": RIGHT,
    "everything wrong": [(GOLD, sure([B(0, 4), A(30, 34)], 0.4))] * 12,
    "nothing predicted": [(GOLD, [])] * 12,
    "no gold at all": [([], sure(GOLD))] * 12,
    "neither": [([], [])] * 12,
    "one document": RIGHT[:1],
    "no gold of a type": [([A(0, 4)], sure([A(0, 4), B(5, 9)]))] * 12,
    "no confidences": [(GOLD, sure(GOLD[:2], None))] * 12,
    "some of each": [(GOLD, sure(GOLD[:1])), (GOLD, sure([A(5, 14)], 0.3)), ([], sure([B(0, 4)], 0.6))] * 6,
}


@pytest.fixture
def write_run(tmp_path: Path) -> Callable[..., StudyCell]:
    """A run folder with the predictions of both splits, by hand."""

    def write(
        documents: Documents,
        *,
        model: str = "a model",
        seed: int = 1,
        dataset: str = "notes",
        dev: bool = True,
        weights: str = "w",
        status: Status = Status.OK,
    ) -> StudyCell:
        task = get_task("ner_span")
        folder = RunFolder(tmp_path / f"{dataset}--{len(list(tmp_path.iterdir()))}")
        for split in ("dev", "test") if dev else ("test",):
            (folder.path / "gold").mkdir(parents=True, exist_ok=True)
            (folder.path / "predictions").mkdir(exist_ok=True)
            gold = [Reference(f"{split}{i}", tuple(gold), WORDS) for i, (gold, _) in enumerate(documents)]
            predicted = [
                NerPrediction(f"{split}{i}", tuple(said), status) for i, (_, said) in enumerate(documents)
            ]
            write_gold(folder.gold(split), gold, task)
            write_predictions(folder.predictions(split), predicted)
        record = RunRecord(
            identity="ab" * 32, status="done", dataset=dataset, task="ner_span", name=model, model="llm",
            weights=weights, seed=seed, config={"evaluation": {"resamples": 50, "seed": 0}}, labels=("A", "B"),
            fingerprints={"corpus": "c", "weights": "w", "tokenizer": "t", "code": "k"}, versions={}, hardware={},
            threads=1, started="2026-01-01T00:00:00+00:00", finished="2026-01-01T00:01:00+00:00",
            documents={"dev": len(documents), "test": len(documents)}, train_labels={"A": 500, "B": 20},
        )  # fmt: skip
        write_record(folder.path, record)
        return StudyCell(dataset, model, seed, "done", "", folder.path)

    return write


def collected(*cells: StudyCell) -> Collected:
    runs = StudyRuns("a study", "benchmark.yaml", "test", (1, 2), cells)
    return collect(runs, cells[0].dataset, StudySettings(), lambda _: None)


def assert_readable(found: Collected, tmp_path: Path) -> Report:
    """Both reports can be rendered, and nothing in them is a Python value."""
    report = build_report("a study", found, frozenset())
    for page in (
        render_markdown(report, ""),
        render_markdown(build_insights("a study", found), ""),
        re.sub(r"<style>.*?</style>", "", render_html(report, tmp_path), flags=re.DOTALL),
        *(statement.text for statement in headlines(found)),
    ):
        assert not re.search(r"\b(None|nan|inf)\b|[{}]", page)
    return report


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_its_report(case: str, write_run: Callable[..., StudyCell], tmp_path: Path) -> None:
    cells = [write_run(CASES[case], seed=seed) for seed in (1, 2)]
    found = collected(*cells, write_run([(gold, []) for gold, _ in CASES[case]], model="another"))
    assert_readable(found, tmp_path)


def test_without_dev_no_model_is_chosen_and_that_is_said(
    write_run: Callable[..., StudyCell], tmp_path: Path
) -> None:
    found = collected(write_run(RIGHT, dev=False))
    assert not found.looked_into
    assert "no model can be chosen" in found.notices[0]
    report = assert_readable(found, tmp_path)
    assert {section.key for section in report.sections} == {"summary", "models", "selection", "speed", "about"}


def test_documents_that_failed_have_no_entities(write_run: Callable[..., StudyCell], tmp_path: Path) -> None:
    found = collected(write_run(RIGHT, status=Status.FAILED))
    assert_readable(found, tmp_path)
    assert found.book.cell("models", "recall", model="a model") == 0


@pytest.mark.parametrize("name", ["<b>&|`*_x_", "50% {x} {", "«é»", "a](b)", "1.5"])
def test_names_are_text_whatever_their_signs(
    name: str, write_run: Callable[..., StudyCell], tmp_path: Path
) -> None:
    found = collected(write_run(RIGHT, model=name), write_run(RIGHT, model="another"))
    report = build_report("a study", found, frozenset())
    assert "<b>" not in render_html(report, tmp_path)
    assert any(name in statement.text for _, statement in report.statements())


def test_baselines_are_chosen_only_where_there_is_nothing_else(write_run: Callable[..., StudyCell]) -> None:
    weak, strong = [(gold, sure(gold[:1])) for gold, _ in RIGHT], RIGHT
    found = collected(write_run(strong, model="baseline", weights=""), write_run(weak, model="encoder"))
    assert found.book.cell("selection_choice", "model") == "encoder"
    found = collected(write_run(strong, model="baseline", weights=""))
    assert found.book.cell("selection_choice", "model") == "baseline"


def test_another_corpus_has_a_section_and_tables_of_its_own(
    write_run: Callable[..., StudyCell], tmp_path: Path
) -> None:
    cells = (write_run(RIGHT), write_run(CASES["some of each"], dataset="letters"))
    missing = StudyCell("reports", "a model", 1, "failed", "no memory", None)
    found = collected(*cells, missing)
    report = assert_readable(found, tmp_path)
    assert [section.title for section in report.sections][1:3] == ["Models on notes", "Models on letters"]
    assert found.book.cell("models_letters", "f1", model="a model") < 1
    assert report.warnings[0].text.startswith("Incomplete: 1 of 3 runs")


def test_a_run_that_had_another_name_goes_by_the_name_of_this_benchmark(
    write_run: Callable[..., StudyCell],
) -> None:
    cell = write_run(RIGHT, model="old name")
    found = collected(StudyCell(cell.dataset, "new name", cell.seed, "done", "", cell.folder))
    assert [row["model"] for row in found.book.tables["models"]] == ["new name"]
