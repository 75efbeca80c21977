"""A run folder is read as analyses need it, or says what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tabib.analysis.runs import RunData, load_run_data
from tabib.core.errors import PredictionError, RecordError
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.spans import Entity
from tabib.records.folder import RunFolder, write_gold, write_predictions
from tabib.records.record import RunError, RunRecord, write_record
from tabib.tasks.load import get_task

MakeRun = Callable[..., RunData]
A, B = Entity.of("A", 0, 4), Entity.of("B", 6, 9)


def write_run(path: Path, record: RunRecord, *, splits: tuple[str, ...] = ("dev", "test")) -> Path:
    folder, task = RunFolder(path), get_task("ner_span")
    for split in splits:
        write_gold(folder.gold(split), [Reference("d1", (A, A)), Reference("d0", (B,))], task)
        predictions = [NerPrediction("d0"), NerPrediction("d1", (ScoredEntity(A, 0.9),))]
        write_predictions(folder.predictions(split), predictions)
    write_record(path, record)
    return path


def test_predictions_are_aligned_with_gold(tmp_path: Path, record: RunRecord) -> None:
    data = load_run_data(write_run(tmp_path, record), "test")
    assert data.ids == ("d1", "d0")
    assert [prediction.id for prediction in data.predictions] == ["d1", "d0"]
    assert data.predictions[0].entities[0].confidence == 0.9
    assert data.title == "notes, dictionary, seed 42, test"


def test_an_entity_counts_once_and_what_has_no_answer_has_no_entities(make_run: MakeRun) -> None:
    data = make_run([([A, A], [A, A, B]), ([B], [B])], statuses=[Status.OK, Status.UNPARSED])
    assert data.pairs() == [({A}, {A, B}), ({B}, set())]


def test_entities_come_in_the_order_of_the_text(make_run: MakeRun) -> None:
    inner, outer = Entity.of("B", 0, 2), Entity.of("A", 0, 9)
    data = make_run([([B, outer, inner, A], [])])
    assert list(data.sorted_pairs()) == [("d0", [inner, A, outer, B], [])]


def test_labels_beyond_the_records_are_kept(make_run: MakeRun) -> None:
    assert make_run([([Entity.of("Z", 0, 1)], [])]).labels == ("A", "B", "Z")


def test_what_train_held_is_unknown_unless_somebody_says(tmp_path: Path, record: RunRecord) -> None:
    path = write_run(tmp_path, record)
    assert load_run_data(path).train_counts is None
    assert load_run_data(path, train_counts={"A": 3}).train_counts == {"A": 3}


def test_a_split_without_predictions_is_refused_with_those_there_are(tmp_path: Path, record: RunRecord) -> None:
    trained = replace(record, status="trained")
    path = write_run(tmp_path, trained, splits=("dev",))
    with pytest.raises(RecordError, match="no predictions for the split 'test': it has them for dev; run 'tabib"):
        load_run_data(path)


def test_a_failed_run_says_why_there_is_nothing(tmp_path: Path, record: RunRecord) -> None:
    failed = replace(record, status="failed", error=RunError("ValueError", "no memory"))
    path = write_run(tmp_path, failed, splits=())
    with pytest.raises(RecordError, match=r"none for any split; the run failed \(no memory\)"):
        load_run_data(path)


def test_a_run_of_another_task_is_refused(tmp_path: Path, record: RunRecord) -> None:
    path = write_run(tmp_path, replace(record, task="classification"))
    with pytest.raises(RecordError, match=r"'classification'; expected a run of entities \(ner_span, ner_token\)"):
        load_run_data(path)


def test_predictions_for_other_documents_are_refused(tmp_path: Path, record: RunRecord) -> None:
    path = write_run(tmp_path, record)
    write_predictions(RunFolder(path).predictions("test"), [NerPrediction("d1")])
    with pytest.raises(PredictionError, match="1 absent"):
        load_run_data(path)
