"""Records become what is told: settings, scores, a curve and times, and the same id for the same run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from tabib.records.files import to_json, write_jsonl
from tabib.records.folder import RunFolder
from tabib.records.results import Results
from tabib.trackers.base import Story
from tabib.trackers.collect import LOSSES, story_of_benchmark, story_of_run, track_run

MakeRun = Callable[..., RunFolder]


def test_a_run_is_told_with_its_scores_times_and_settings(make_run: MakeRun) -> None:
    (run,) = story_of_run(make_run()).runs
    assert (run.name, run.status) == ("emea, MiniLM, seed 1", "finished")
    assert run.metrics["test/exact_f1"] == 0.6
    assert (run.metrics["test/exact_f1_low"], run.metrics["test/exact_f1_high"]) == (0.5, 0.7)
    assert (run.metrics["test/items_ok"], run.metrics["test/items_truncated"]) == (2, 1)
    assert (run.metrics["seconds/fit"], run.metrics["tokens/train"], run.metrics["training/steps"]) == (
        60.0,
        100,
        4,
    )
    assert run.settings["training.max_steps"] == 4
    assert run.settings["backend_args.use_crf"] is True
    assert (run.settings["version.torch"], run.settings["machine.cores"]) == ("2.13.0+cpu", 2)
    assert (run.settings["attention.asked"], run.settings["attention.prediction"]) == ("flash_attention_2", "sdpa")
    assert run.tags["identity"] == "01" * 32


def test_an_undefined_score_is_told_as_such_and_never_as_a_number(make_run: MakeRun) -> None:
    run = track_run(make_run())
    assert "test/exact_recall" not in run.metrics
    assert run.undefined == {"test/exact_recall": "no gold entity"}


def test_the_curve_has_dev_scores_and_losses_at_their_steps(make_run: MakeRun) -> None:
    points = {point.step: point.values for point in track_run(make_run()).curve}
    assert list(points) == [1, 2, 3, 4]
    assert points[1] == {"training/loss": 2.0, "training/learning_rate": 0.001}
    assert points[4] == {"training/dev_exact_f1": 0.5, "training/loss": 0.5, "training/learning_rate": 0.001}


def test_a_long_curve_of_losses_is_told_as_means(make_run: MakeRun) -> None:
    folder = make_run()
    steps = 10 * LOSSES
    write_jsonl(folder.log, [{"step": i + 1, "loss": float(i), "learning_rate": 0.1} for i in range(steps)])
    losses = [point for point in track_run(folder).curve if "training/loss" in point.values]
    assert len(losses) == LOSSES
    assert (losses[0].step, losses[0].values["training/loss"]) == (10, 4.5)
    assert losses[-1].step == steps


def test_no_text_and_no_place_is_told(story: Story, private: tuple[str, ...]) -> None:
    told = to_json(asdict(story))
    assert not any(text in told for text in private)


def test_a_failed_run_is_told_with_the_class_of_its_error_and_without_scores(story: Story) -> None:
    done, failed = story.runs
    assert (done.status, failed.status) == ("finished", "failed")
    assert failed.tags["error"] == "DataError"
    assert not any(name.startswith("test/") for name in failed.metrics)


def test_a_run_of_two_benchmarks_is_one_in_each_and_its_id_never_changes(make_run: MakeRun) -> None:
    folder = make_run()
    assert track_run(folder, group="a").id == "0cc9ff4e7189930b89010bf2"
    assert track_run(folder, group="a").id != track_run(folder, group="b").id
    assert track_run(folder, group="a").id == track_run(folder, group="a", name="another name").id


def test_two_models_of_the_table_that_are_one_run_are_told_once(
    make_results: Callable[[], Results], tmp_path: Path
) -> None:
    results = make_results()
    twice = replace(results, cells=(results.cells[0], replace(results.cells[0], model="the same again")))
    story = story_of_benchmark(twice, tmp_path / "runs", "g")
    assert len(story.runs) == 2
    assert story.table is not None
    assert len(story.table.rows) == 2


def test_the_table_has_a_row_for_each_planned_pair(story: Story) -> None:
    assert story.table is not None
    (row,) = story.table.rows
    shown = dict(zip(story.table.columns, row, strict=True))
    assert (shown["dataset"], shown["model"], shown["weights"]) == ("emea", "MiniLM, short", "MiniLM")
    assert (shown["mean"], shown["low"], shown["std"]) == (0.6, 0.5, None)
    assert (shown["seeds done"], shown["seeds"], shown["state"]) == (1, 3, "done, failed, missing")


def test_content_is_equal_until_a_result_changes(
    story: Story, make_results: Callable[..., Results], tmp_path: Path
) -> None:
    later = replace(make_results(), created="2027-01-01T00:00:00+00:00", command="another")
    again = story_of_benchmark(later, tmp_path / "runs", story.group)
    assert story.table is not None
    assert again.table is not None
    assert [run.content for run in again.runs] == [run.content for run in story.runs]
    assert again.table.content == story.table.content
    other = story_of_benchmark(make_results(0.7), tmp_path / "runs", story.group)
    assert other.table is not None
    assert other.runs[0].content != story.runs[0].content
    assert other.table.content != story.table.content
