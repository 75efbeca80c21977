"""Where the files of a run are, and that gold and predictions come back from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.core.errors import RecordError
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.spans import Entity
from tabib.records.files import write_json
from tabib.records.folder import (
    RunFolder,
    damaged_runs,
    find_run,
    folder_name,
    read_gold,
    read_predictions,
    write_gold,
    write_predictions,
)
from tabib.records.scoring import rescore, up_to_date
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task

IDENTITY = "0123456789abcdef" * 4


def test_the_name_of_a_folder_is_safe_and_says_what_is_in_it() -> None:
    name = folder_name("emea", "almanach/camembert bio: v2", 42, IDENTITY)
    assert name == "emea--almanach-camembert-bio-v2--s42--01234567"
    assert folder_name("emea", "../..", 1, IDENTITY) == "emea--unnamed--s1--01234567"


def test_the_name_of_a_folder_fits_into_what_file_systems_allow(tmp_path: Path) -> None:
    names = [folder_name("é" * 300, letter * 300, 2**32 - 1, IDENTITY) for letter in ("m", "ę", "a/")]
    for name in names:
        (tmp_path / name).mkdir()
        assert name.endswith(f"--s{2**32 - 1}--01234567")
        assert len(name.encode()) < 240
    assert len(set(names)) == 3


def test_a_run_is_found_by_its_whole_identity_whatever_its_model_was_called(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / folder_name("emea", "any name", 42, IDENTITY))
    write_json(folder.identity, {"identity": IDENTITY})
    assert find_run(tmp_path, 42, IDENTITY) == folder
    assert find_run(tmp_path, 42, IDENTITY[:8] + "f" * 56) is None
    assert find_run(tmp_path, 43, IDENTITY) is None
    assert find_run(tmp_path / "nowhere", 42, IDENTITY) is None


@pytest.mark.parametrize("content", ["", "[]", "[1]", "{}", '{"identity": null}'])
def test_a_damaged_identity_is_no_run_and_hides_no_other(tmp_path: Path, content: str) -> None:
    damaged = RunFolder(tmp_path / folder_name("emea", "a", 42, IDENTITY))
    damaged.path.mkdir()
    damaged.identity.write_text(content)
    assert find_run(tmp_path, 42, IDENTITY) is None
    (said,) = damaged_runs(tmp_path, 42, IDENTITY)
    assert str(damaged.identity) in said
    sound = RunFolder(tmp_path / folder_name("emea", "b", 42, IDENTITY))
    write_json(sound.identity, {"identity": IDENTITY})
    assert find_run(tmp_path, 42, IDENTITY) == sound


def test_gold_and_predictions_come_back_and_hold_no_text(tmp_path: Path) -> None:
    task = get_task("ner_span")
    gold = [Reference("d1", (Entity("DISO", ((0, 4), (8, 12))), Entity.of("CHEM", 0, 4)), ((0, 4), (5, 7)))]
    predictions = [NerPrediction("d1", (ScoredEntity(Entity.of("DISO", 0, 4), 0.5),), Status.TRUNCATED, "cut")]
    write_gold(tmp_path / "gold.jsonl", gold, task)
    write_predictions(tmp_path / "predictions.jsonl", predictions)
    assert read_gold(tmp_path / "gold.jsonl", task) == gold
    assert read_predictions(tmp_path / "predictions.jsonl", task) == predictions
    assert "text" not in (tmp_path / "gold.jsonl").read_text()


def test_a_damaged_prediction_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "predictions.jsonl"
    path.write_text('{"id": "a", "status": "ok", "entities": []}\n{"id": "b", "status": "ok"}\n')
    with pytest.raises(RecordError, match=r"predictions\.jsonl:2: 'entities' is absent"):
        read_predictions(path, get_task("ner_span"))


def test_scores_are_up_to_date_for_one_bootstrap_and_one_version_of_the_metrics(tmp_path: Path) -> None:
    folder, task = RunFolder(tmp_path), get_task("ner_span")
    write_gold(folder.gold("dev"), [Reference("a", (Entity.of("DISO", 0, 4),)), Reference("b", ())], task)
    write_predictions(folder.predictions("dev"), [NerPrediction("b"), NerPrediction("a")])
    saved = rescore(folder, ["dev"], "ner_span", ["DISO"], Resampling(20))["dev"]
    assert saved.scores.metrics["exact_recall"].value == 0.0
    assert up_to_date(saved, "ner_span", Resampling(20))
    assert not up_to_date(saved, "ner_span", Resampling(30))
    assert not up_to_date(type(saved)(saved.scores, saved.resampling, "other code"), "ner_span", Resampling(20))
    assert not up_to_date(None, "ner_span", Resampling(20))
