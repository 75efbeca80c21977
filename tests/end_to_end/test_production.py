"""From a trained run to its deployment: ``tabib analyze production``, then ``tabib predict`` as it recommends."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tabib.cli.app import run as command_line
from tabib.config.load import run_config_from
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity
from tabib.data.formats.brat import read_brat
from tabib.data.load import SHIPPED
from tabib.runs.run import run


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = {"dataset": "mini_ner_en", "model": "dictionary", "evaluation": {"resamples": 200}}
    return run(run_config_from(content, "test"), runs=tmp_path_factory.mktemp("runs")).folder.path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_analysis_is_shown_and_written(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["analyze", "production", str(trained), "--high-value", "DISORDER", "--target", "0.8"]
    assert command_line([*command, "-o", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "mini_ner_en, dictionary, seed 42, test: production readiness" in shown
    assert "Recommended: code without a reader" in shown
    assert "DISORDER: F1 " in shown
    content = json.loads((tmp_path / "production.json").read_text())
    assert content["recommendation"]["strategy"] == "auto-code"
    assert content["statements"][0]["text"] in shown
    rows = read_csv(tmp_path / "production_entities.csv")
    assert [row["threshold"] for row in rows] == ["0.5", "0.6", "0.7", "0.8", "0.85", "0.9", "0.95"]
    assert {path.name for path in tmp_path.glob("*.png")} == {
        "production_automation.png",
        "production_false_positives.png",
    }


def test_types_by_default_are_those_that_the_corpus_has(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["analyze", "production", str(trained)]) == 0
    assert (
        "the corpus does not have Disease_disorder, Therapeutic_procedure, Medication" in capsys.readouterr().err
    )
    assert command_line(["analyze", "production", str(trained), "--high-value", "DISORDR"]) == 2
    assert "the corpus has no type 'DISORDR'; did you mean 'DISORDER'" in capsys.readouterr().err


def test_on_dev_itself_nothing_is_chosen(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["analyze", "production", str(trained), "--split", "dev"]) == 0
    assert "Not ready to be deployed: there are no dev predictions" in capsys.readouterr().out


# The deployment ---------------------------------------------------------------------------------------------


@pytest.fixture
def notes(tmp_path: Path) -> list[Path]:
    """New texts, the last of them without anything that the model knows."""
    folder = tmp_path / "notes"
    folder.mkdir()
    for path in sorted((SHIPPED / "mini_ner_en" / "test").glob("*.txt"))[:5]:
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "zzz.txt").write_text("xyzzy", encoding="utf-8")
    return sorted(folder.glob("*.txt"))


def predicted(
    run: Path, files: list[Path], capsys: pytest.CaptureFixture[str], *options: str
) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert command_line(["predict", str(run), *map(str, files), *options]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def annotated(folder: Path) -> Counter[Any]:
    return Counter(
        (path.stem, entity.label, entity.spans)
        for path in folder.glob("*.txt")
        for entity in read_brat(path).entities
    )


def reviewed(folder: Path) -> Counter[Any]:
    lines = (folder / "review.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return Counter(
        (row["document"], row["label"], tuple(map(tuple, row["spans"]))) for row in rows if "label" in row
    )


def test_what_is_sure_is_annotated_and_all_else_is_on_the_list(
    trained: Path, notes: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = predicted(trained, notes, capsys)
    command = ["predict", str(trained), *map(str, notes), "--threshold", "0.95", "-o", str(tmp_path / "out")]
    assert command_line([*command, "--review-type", "ANATOMY"]) == 0
    said = capsys.readouterr().err
    coded, review = annotated(tmp_path / "out"), reviewed(tmp_path / "out")
    assert f"{coded.total()} entities annotated" in said
    assert f"to review {review.total()} entities and 1 document as a whole" in said
    assert coded
    assert review
    assert coded + review == Counter(
        (row["id"], entity["label"], tuple(map(tuple, entity["spans"])))
        for row in everything
        for entity in row["entities"]
    ), "nothing is lost"
    assert not any(label == "ANATOMY" for _, label, _ in coded)
    rows = read_csv(tmp_path / "out" / "review.csv")
    assert (rows[-1]["document"], rows[-1]["why"]) == ("zzz", "nothing was predicted")
    assert {row["why"] for row in rows} == {
        "confidence below 0.95",
        "its type goes to review",
        "nothing was predicted",
    }

    # Existing rules hold: nothing is replaced unasked, and nothing is written before that is seen.
    assert command_line(command) == 2
    assert "exists; choose another folder" in capsys.readouterr().err
    assert command_line([*command, "--overwrite"]) == 0
    capsys.readouterr()
    assert command_line(["predict", str(trained), str(notes[0]), "-o", str(tmp_path / "out"), "--overwrite"]) == 2
    assert "of an earlier call with a threshold" in capsys.readouterr().err


def test_in_json_lines_every_entity_says_auto_or_review(
    trained: Path, notes: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = predicted(trained, notes, capsys, "--threshold", "0.95")
    entities = [entity for row in rows for entity in row["entities"]]
    assert {entity["decision"] for entity in entities} == {"auto", "review"}
    for entity in entities:
        assert (entity["decision"] == "auto") == (entity["confidence"] >= 0.95)
        assert ("why" in entity) == (entity["decision"] == "review")
    assert [row.get("review") for row in rows] == [None] * 5 + ["nothing was predicted"]


def test_the_recommended_deployment_runs_as_it_is_recommended(
    trained: Path, notes: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line(["analyze", "production", str(trained), "--target", "0.8", "-o", str(tmp_path)]) == 0
    advice = json.loads((tmp_path / "production.json").read_text())["recommendation"]
    rows = predicted(trained, notes, capsys, "--policy", str(tmp_path / "production.json"))
    for entity in (entity for row in rows for entity in row["entities"]):
        sure = entity["label"] in advice["auto_types"] and entity["confidence"] >= advice["threshold"]
        assert entity["decision"] == ("auto" if sure else "review")


def test_where_review_is_recommended_everything_goes_there(
    trained: Path, notes: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["analyze", "production", str(trained), "--target", "1", "--min-entities", "100000"]
    assert command_line([*command, "-o", str(tmp_path)]) == 0
    assert (
        command_line(["predict", str(trained), str(notes[0]), "--policy", str(tmp_path / "production.json")]) == 0
    )
    said = capsys.readouterr()
    assert "note: everything goes to review; the policy says 'assist'" in said.err
    assert '"decision": "auto"' not in said.out


def test_a_model_without_confidences_has_all_of_it_reviewed(
    trained: Path, notes: list[Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_: Any, documents: Any, *__: Any) -> list[NerPrediction]:
        return [NerPrediction(document.id, (ScoredEntity(Entity.of("DRUG", 0, 2)),)) for document in documents]

    monkeypatch.setattr("tabib.models.baselines.dictionary.DictionaryNer.predict", silent)
    assert command_line(["predict", str(trained), str(notes[0]), "--threshold", "0"]) == 0
    said = capsys.readouterr()
    assert "the model gives no confidence with its entities: everything goes to review" in said.err
    assert json.loads(said.out)["entities"][0]["why"] == "no confidence"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--review-type", "DRUG"], "--review-type needs --threshold"),
        (["--threshold", "0.9", "--review-type", "DRUGS"], "no type 'DRUGS'; did you mean 'DRUG'"),
        (["--threshold", "0.9", "--policy", "p.json"], "--policy gives the threshold and the types"),
        (["--policy", "p.json"], "--policy p.json cannot be read"),
        (["--threshold", "85"], "should be less than or equal to 1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    trained: Path, notes: list[Path], options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line(["predict", str(trained), str(notes[0]), *options]) == 2
    assert message in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_threshold_is_for_entities(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = {"dataset": "mini_triage_fr", "model": "majority", "evaluation": {"resamples": 0}}
    folder = run(run_config_from(content, "test"), runs=tmp_path).folder.path
    (tmp_path / "a.txt").write_text("fièvre")
    assert command_line(["predict", str(folder), str(tmp_path / "a.txt"), "--threshold", "0.9"]) == 2
    assert "a threshold chooses among entities, and this run's task is classification" in capsys.readouterr().err
