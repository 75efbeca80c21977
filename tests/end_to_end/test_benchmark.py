"""A benchmark from the command line: what it runs, what it leaves alone, what it writes and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from tabib.models.baselines.majority import MajorityClassifier
from tabib.records.record import read_record
from tabib.records.results import Results, read_results, write_results

Study = Any  # of conftest.py, which cannot be imported


@pytest.fixture
def results_of(study: Study) -> Any:
    def read() -> Results:
        return read_results(study.folder / "results.json")

    return read


def record_times(runs: Path) -> dict[str, int]:
    return {path.parent.name: path.stat().st_mtime_ns for path in runs.glob("*/record.json")}


@pytest.mark.slow
def test_a_benchmark_is_run_once_and_only_what_is_missing_is_run_again(study: Study, results_of: Any) -> None:
    first = study.benchmark()
    assert first.code == 0, first.err
    assert "8 cells: 0 done already, 8 to run" in first.err
    assert len([line for line in first.err.splitlines() if "  done  " in line]) == 8
    results = results_of()
    assert [(cell.dataset, cell.model, [seed.seed for seed in cell.seeds]) for cell in results.cells] == [
        (dataset, model, [1, 2]) for dataset in ("mini_triage_fr", "mini_ner_fr") for model in ("majority", "tiny")
    ]
    assert all(cell.complete for cell in results.cells)
    tiny = results.cells[1]
    one, two = (seed.metrics["f1_macro"].value for seed in tiny.seeds)
    assert tiny.score.mean == pytest.approx((one + two) / 2)
    assert tiny.seeds[0].tokens["train"] > 0
    assert tiny.documents == 6
    assert "f1_macro" in first.out
    assert "mini_triage_fr" in (study.folder / "results.md").read_text()

    times = record_times(study.runs)
    second = study.benchmark()
    assert second.code == 0
    assert "8 cells: 8 done already, 0 to run" in second.err
    assert record_times(study.runs) == times
    assert results_of().cells == results.cells

    lost = study.run("mini_triage_fr", "tiny", seed=2)
    predictions = (lost / "predictions" / "test.jsonl").read_bytes()
    (lost / "record.json").unlink()
    third = study.benchmark()
    assert "8 cells: 7 done already, 1 to run" in third.err
    changed = {name for name, time in record_times(study.runs).items() if times.get(name) != time}
    assert changed == {lost.name}
    assert (lost / "predictions" / "test.jsonl").read_bytes() == predictions

    fourth = study.benchmark("--force", "--seeds", "2")
    assert "4 cells: 0 done already, 4 to run" in fourth.err
    assert (lost / "predictions" / "test.jsonl").read_bytes() == predictions


def test_a_failing_cell_is_recorded_and_the_others_go_on(
    study: Study, results_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = {"configs": {"cls": "majority.yaml", "ner": "majority.yaml"}, "models": {"majority": None}}
    study.edit("benchmark.yaml", model_groups={"base": base})

    def broken(*_: object) -> None:
        raise MemoryError("no memory left")

    with monkeypatch.context() as patch:
        patch.setattr(MajorityClassifier, "fit", broken)
        said = study.benchmark()
    assert said.code == 1
    assert "✗ failed: MemoryError: no memory left" in said.err
    triage, ner = results_of().cells
    assert [seed.state for seed in triage.seeds] == ["failed", "failed"]
    assert triage.score.mean is None
    assert not any(seed.metrics for seed in triage.seeds)
    assert ner.complete
    failed = study.run("mini_triage_fr", "majority")
    record = read_record(failed)
    assert record.error is not None
    assert record.error.type == "MemoryError"
    assert "in broken" in (failed / record.error.traceback_file).read_text()
    assert "✗ failed" in (study.folder / "results.md").read_text()

    again = study.benchmark()
    assert again.code == 0
    assert "4 cells: 2 done already, 2 to run" in again.err
    assert read_record(failed).error is None
    assert not (failed / "error.txt").exists()


def test_results_are_written_after_each_cell(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the third cell: the first two are in the results, and the next call runs the rest."""
    study.only("cls", "base", seeds=[1, 2, 3])
    fitted = 0
    fit = MajorityClassifier.fit

    def interrupted(self: Any, train: Any, dev: Any) -> None:
        nonlocal fitted
        fitted += 1
        if fitted == 3:
            raise KeyboardInterrupt
        fit(self, train, dev)

    with monkeypatch.context() as patch:
        patch.setattr(MajorityClassifier, "fit", interrupted)
        said = study.benchmark()
    assert said.code == 130
    assert "the same command goes on from there" in said.err
    (cell,) = read_results(study.folder / "results.json").cells
    assert [seed.state for seed in cell.seeds] == ["done", "done", "missing"]
    assert "3 cells: 2 done already, 1 to run" in study.benchmark().err


@pytest.mark.slow
def test_clean_up_takes_what_this_benchmark_made_and_nothing_else(study: Study) -> None:
    study.only("cls", "bert")
    foreign = study.runs / "something--else--s2--12345678"
    for name in ("model", "checkpoints"):
        (foreign / name).mkdir(parents=True)
        (foreign / name / "file").write_text("mine")
    assert study.call("train", "run.yaml").code == 0
    (trained,) = study.runs.glob("mini_triage_fr--*--s1--*")
    before = {path for path in trained.rglob("*") if {"model", "checkpoints"} & set(path.parts)}
    assert (trained / "model" / "model.json") in before
    assert study.benchmark().code == 0
    assert {path for path in trained.rglob("*") if {"model", "checkpoints"} & set(path.parts)} == before
    assert (foreign / "model" / "file").read_text() == "mine"
    assert (foreign / "checkpoints" / "file").read_text() == "mine"
    made = study.run("mini_triage_fr", "tiny", seed=2)
    assert not (made / "model").exists()
    assert not (made / "checkpoints").exists()
    assert (made / "predictions" / "test.jsonl").exists()
    (study.folder / "text.txt").write_text("fièvre")
    said = study.call("predict", made, "text.txt")
    assert said.code == 2
    assert "cleanup_checkpoints: false" in said.err


def test_bad_data_is_one_message_and_nothing_is_written(study: Study) -> None:
    path = study.folder / "data" / "mini_triage_fr" / "dev.tsv"
    path.write_bytes(path.read_bytes() + b"x\t\xe9t\xe9\turgence\n")
    before = study.tree()
    for command in (("benchmark", "benchmark.yaml"), ("train", "run.yaml"), ("eval", "run.yaml")):
        said = study.call(*command)
        assert said.code == 2
        assert "dev.tsv:8: " in said.err
        assert "UTF-8" in said.err
        assert "Traceback" not in said.err
    assert study.tree() == before


def test_a_wrong_seed_list_is_one_message(study: Study) -> None:
    before = study.tree()
    said = study.benchmark("--seeds", "1,two")
    assert said.code == 2
    assert "expected whole numbers" in said.err
    assert study.tree() == before


@pytest.mark.slow
def test_a_dry_run_writes_nothing_and_knows_what_is_done(study: Study) -> None:
    before = study.tree()
    said = study.benchmark("--dry-run")
    assert said.code == 0, said.err
    assert said.out.count("missing") == 8
    assert "a probe of 3 steps" in said.out
    assert "8 cells: 0 done already, 8 to run" in said.out
    assert study.tree() == before

    assert study.benchmark("--seeds", "1").code == 0
    before = study.tree()
    said = study.benchmark("--dry-run")
    assert said.out.count("missing") == 4
    assert "the run of seed 1" in said.out
    assert "8 cells: 4 done already, 4 to run" in said.out
    assert study.tree() == before


@pytest.mark.usefixtures("study")
def test_other_seeds_change_the_seeds_and_nothing_else() -> None:
    from tabib.config.load import load_benchmark_config

    given = load_benchmark_config("benchmark.yaml")
    other = load_benchmark_config("benchmark.yaml", seeds=[7])
    assert other.model_dump(exclude={"seeds"}) == given.model_dump(exclude={"seeds"})
    assert [cell.config.model_dump(exclude={"seed"}) for cell in other.cells()] == [
        cell.config.model_dump(exclude={"seed"}) for cell in given.cells() if cell.seed == 1
    ]
    assert {cell.seed for cell in other.cells()} == {7}


def test_the_results_say_which_seed_is_which(study: Study, results_of: Any) -> None:
    study.only("cls", "base")
    assert study.benchmark("--seeds", "5").code == 0
    (cell,) = results_of().cells
    assert [seed.seed for seed in cell.seeds] == [5]
    row = json.loads((study.folder / "results.json").read_text())["cells"][0]
    assert row["metrics"]["f1_macro"]["std"] is None
    assert row["metrics"]["f1_macro"]["std_reason"] == "one seed"


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU may have flash attention")
def test_the_table_says_what_attention_was_used(study: Study, results_of: Any) -> None:
    study.only("cls", "bert", training={"max_steps": 1, "per_device_train_batch_size": 2})
    content = yaml.safe_load((study.folder / "benchmark.yaml").read_text())
    for group in content["model_groups"].values():
        for name, weights in group["models"].items():
            arguments = {"attn_implementation": "flash_attention_2"}
            group["models"][name] = {"model_name_or_path": weights, "backend_args": arguments}
    study.edit("benchmark.yaml", **content)
    said = study.benchmark("--seeds", "5")
    assert said.code == 0, said.err
    (cell,) = results_of().cells
    assert cell.seeds[0].attention["prediction"] == "sdpa"
    assert (
        "attention: flash_attention_2 was asked for, sdpa in training and sdpa in prediction was used" in said.out
    )


def test_an_error_that_cannot_be_recorded_is_said_all_the_same(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    study.only("cls", "base", seeds=[1])

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("tabib.runs.run.write_record", full)
    monkeypatch.setattr("tabib.runs.stages.write_record", full)
    said = study.benchmark()
    assert said.code == 1
    assert "✗ failed: OSError: no space left" in said.err


def test_a_dry_run_does_not_fetch_weights(study: Study) -> None:
    study.only("cls", "bert")
    before = study.tree()
    said = study.benchmark("--dry-run", "model_groups.bert.models.tiny=nobody/nothing")
    assert said.code == 2
    assert "'nobody/nothing' was not found" in said.err
    assert "without it the weights are fetched" in said.err
    assert study.tree() == before


def test_what_cannot_be_removed_or_written_on_the_way_stops_nothing(
    study: Study, results_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    study.only("cls", "base")
    written: list[Path] = []

    def only_first_and_last(path: Path, results: Results) -> None:
        written.append(path)
        if len(written) in (2, 3):
            raise OSError("no space left")
        write_results(path, results)

    def held(_: Path) -> None:
        raise PermissionError("not yours")

    with monkeypatch.context() as patch:
        patch.setattr("tabib.cli.benchmark_progress.write_results", only_first_and_last)
        patch.setattr("tabib.benchmark.cleanup.remove_folder", held)
        said = study.benchmark()
    assert said.code == 0, said.err
    assert said.err.count("could not be removed: not yours") == 2
    assert said.err.count("the results could not be written: no space left") == 2
    assert all(cell.complete for cell in results_of().cells)


def test_a_damaged_run_folder_is_run_again_and_that_is_said(study: Study, results_of: Any) -> None:
    study.only("cls", "base")
    assert study.benchmark().code == 0
    (study.run("mini_triage_fr", "majority", 1) / "identity.json").write_text("[]")
    record = study.run("mini_triage_fr", "majority", 2) / "record.json"
    record.write_text(record.read_text().replace('"hardware": {', '"hardware": null, "was": {'))
    said = study.benchmark()
    assert said.code == 0, said.err
    started = [line for line in said.err.splitlines() if "started" in line]
    assert "identity.json" in started[0]
    assert "record.json" in started[1]
    assert all(cell.complete for cell in results_of().cells)
