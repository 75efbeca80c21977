"""What fitting promises: the best weights on dev, an early end, an early complaint, an honest report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from tabib.config.options import NoOptions, TokenNerOptions
from tabib.config.preprocessing import Preprocessing
from tabib.config.training import TrainingConfig
from tabib.core.errors import ConfigError, DataError
from tabib.core.examples import Document, Example
from tabib.core.scores import Score
from tabib.core.spans import Entity
from tabib.models.base import Learner
from tabib.models.build import build_model
from tabib.registry import models
from tabib.tasks.load import get_task
from tabib.training.dev import Dev
from tabib.training.fit import fit
from tabib.training.report import FitReport


def run(tiny: ModuleType, folder: Path, head: Any = None, **arguments: Any) -> FitReport:
    settings = {"max_steps": 12, "learning_rate": 0.02, "eval_steps": 3} | arguments.pop("settings", {})
    values = {"dev": tiny.examples(20, seed=1), "seed": 0} | arguments
    dev = values.pop("dev")
    head = tiny.head() if head is None else head
    config = TrainingConfig(**settings)
    return fit(head, tiny.examples(40), dev, config, task=tiny.TASK, folder=folder, **values)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Dev scores that a test writes down beforehand."""

    def script(values: Sequence[float | None]) -> None:
        left = iter(values)

        def score(self: Dev) -> tuple[Score, float]:
            self._model.tune(self._gold, self._gold)
            value = next(left)
            return Score(value, "" if value is not None else "no gold"), 0.0

        monkeypatch.setattr(Dev, "score", score)

    return script


class Snapshots:
    """An observer that keeps the weights of each dev score."""

    def __init__(self, head: Any) -> None:
        self.head = head
        self.weights: dict[int, torch.Tensor] = {}

    def start(self, plan: Any, first_step: int) -> None: ...
    def step(self, step: Any) -> None: ...
    def note(self, text: str) -> None: ...
    def stop(self) -> None: ...
    def predicting(self, split: str, done: int, total: int) -> None: ...
    def dev(self, score: Any) -> None:
        self.weights[score.step] = self.head.linear.weight.detach().clone()


def kept_step(tiny: ModuleType, folder: Path, **settings: Any) -> tuple[int, FitReport, Any]:
    """At which step the model had the weights that it ends with."""
    head = tiny.head()
    watch = Snapshots(head)
    report = run(tiny, folder, head, observer=watch, settings=settings)
    (step,) = (at for at, weights in watch.weights.items() if torch.equal(weights, head.linear.weight))
    return step, report, head


def test_the_best_weights_are_kept_with_what_was_tuned_for_them(
    tiny: ModuleType, tmp_path: Path, scripted: Any
) -> None:
    scripted([0.2, 0.7, 0.4, 0.3])
    step, report, head = kept_step(tiny, tmp_path)
    assert step == report.best_step == 6
    assert report.best_score == 0.7
    assert head.tuned == 2, "the state that was tuned at the second dev score"
    assert not head.training


def test_of_equal_scores_the_earliest_is_kept(tiny: ModuleType, tmp_path: Path, scripted: Any) -> None:
    scripted([0.2, 0.7, 0.7, 0.7])
    assert kept_step(tiny, tmp_path)[0] == 6


def test_lower_can_be_better(tiny: ModuleType, tmp_path: Path, scripted: Any) -> None:
    scripted([0.2, 0.7, 0.1, 0.3])
    step, report, _ = kept_step(tiny, tmp_path, metric_for_best_model="errors", greater_is_better=False)
    assert (step, report.best_score, report.metric) == (9, 0.1, "errors")


def test_an_undefined_score_never_beats_a_defined_one(tiny: ModuleType, tmp_path: Path, scripted: Any) -> None:
    scripted([None, 0.0, None, None])
    step, report, _ = kept_step(tiny, tmp_path)
    assert (step, report.best_score) == (6, 0.0)
    assert [(row.score, row.reason) for row in report.history[:2]] == [(None, "no gold"), (0.0, "")]


def test_if_every_score_is_undefined_the_last_weights_are_kept_and_it_is_said(
    tiny: ModuleType, tmp_path: Path
) -> None:
    report = run(tiny, tmp_path, settings={"metric_for_best_model": "nothing"})
    assert (report.best_step, report.best_score) == (None, None)
    assert report.notes == ("nothing was undefined on dev each time: the last weights are kept",)


def test_without_dev_the_last_weights_are_kept_and_it_is_said(tiny: ModuleType, tmp_path: Path) -> None:
    report = run(tiny, tmp_path, dev=[], settings={"eval_steps": None})
    assert report.history == ()
    assert report.notes == ("no dev split: the last weights are kept",)


def test_patience_ends_a_run_that_gets_no_better(tiny: ModuleType, tmp_path: Path, scripted: Any) -> None:
    scripted([0.5, 0.4, 0.5])
    report = run(tiny, tmp_path, settings={"early_stopping_patience": 2, "max_steps": 30})
    assert (report.steps, report.best_step, report.stopped_early) == (9, 3, True)


def test_an_end_at_the_planned_step_is_not_early(tiny: ModuleType, tmp_path: Path, scripted: Any) -> None:
    scripted([0.5, 0.4, 0.4, 0.4])
    assert not run(tiny, tmp_path, settings={"early_stopping_patience": 3}).stopped_early


def test_thresholds_that_were_tuned_decide_the_score(
    tiny: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was predicted before tuning is decided anew: here every answer is inverted, if it was tuned."""

    def decide(self: Any, predictions: Sequence[Any]) -> list[Any]:
        assert self.tuned
        other = {"calm": "urgent", "urgent": "calm"}
        return [replace(prediction, label=other[prediction.label]) for prediction in predictions]

    head = tiny.head()
    monkeypatch.setattr(type(head), "decide", decide)
    report = run(tiny, tmp_path, head, settings={"max_steps": 40, "eval_steps": 40})
    assert report.best_score is not None
    assert report.best_score < 0.5


@pytest.mark.parametrize(("name", "own"), [("eval_acc", "accuracy"), ("acc", "accuracy"), (None, "accuracy")])
def test_other_names_of_metrics(tiny: ModuleType, tmp_path: Path, name: str | None, own: str) -> None:
    assert run(tiny, tmp_path, settings={"metric_for_best_model": name}).metric == own


def test_an_unknown_metric_is_found_out_before_the_first_step(
    tiny: ModuleType, tmp_path: Path, recorder: Any
) -> None:
    with pytest.raises(ConfigError, match=r"metric_for_best_model: tiny has no metric 'acuracy'; did you mean"):
        run(tiny, tmp_path, observer=recorder, settings={"metric_for_best_model": "acuracy"})
    assert recorder.steps == []


def test_the_report_counts_what_was_read_and_lost_and_survives_json(tiny: ModuleType, tmp_path: Path) -> None:
    train = [*tiny.examples(40), Example(Document("odd", "abc"), "unknown")]
    config = TrainingConfig(num_train_epochs=2)
    report = fit(tiny.head(), train, tiny.examples(5), config, task=tiny.TASK, seed=0, folder=tmp_path)
    assert report.lost == {"label not in the training data": 1}
    assert report.train_tokens == 2 * sum(len(one.document.text) for one in train[:-1])
    assert report.padded_tokens >= report.train_tokens
    assert (report.steps, report.epochs) == (6, 2.0)
    assert report.seconds > 0
    assert FitReport.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_the_seed_reaches_the_order_of_the_data_and_dropout(
    tiny: ModuleType, tmp_path: Path, make_recorder: Any
) -> None:
    def losses(seed: int, name: str, dropout: float) -> list[float]:
        recorder = make_recorder()
        run(tiny, tmp_path / name, tiny.head(dropout=dropout), seed=seed, observer=recorder, dev=[])
        return list(recorder.losses)

    assert losses(1, "a", 0.2) == losses(1, "b", 0.2)
    assert losses(1, "c", 0.2) != losses(2, "d", 0.2)
    assert losses(1, "e", 0.0) != losses(2, "f", 0.0), "the order of the data"
    assert losses(1, "g", 0.0) != losses(1, "h", 0.2), "dropout"


def test_scoring_dev_more_often_does_not_change_the_training(
    tiny: ModuleType, tmp_path: Path, make_recorder: Any
) -> None:
    often, never = make_recorder(), make_recorder()
    run(tiny, tmp_path / "a", observer=often, settings={"eval_steps": 1})
    run(tiny, tmp_path / "b", observer=never, dev=[])
    assert often.losses == never.losses


class Counting(Learner):
    def fit(self, train: Sequence[Any], dev: Sequence[Any]) -> None:
        self.seen = (len(train), len(dev))

    def predict(self, documents: Any, progress: Any = None) -> list[Any]: ...  # type: ignore[empty-body]
    def save(self, folder: Path) -> None: ...
    @classmethod
    def load(cls, folder: Path) -> Any: ...


def test_a_learner_is_fitted_in_one_call_without_settings(tiny: ModuleType, tmp_path: Path) -> None:
    learner = Counting(["a"], NoOptions())
    data = tiny.examples(3)
    report = fit(learner, data, data[:1], None, task=tiny.TASK, seed=0, folder=tmp_path)
    assert learner.seen == (3, 1)
    assert report.steps == 0
    assert list(tmp_path.iterdir()) == []


def test_a_head_needs_settings(tiny: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a section training:"):
        fit(tiny.head(), tiny.examples(3), [], None, task=tiny.TASK, seed=0, folder=tmp_path)


def test_nothing_to_learn_from_is_an_error(tiny: ModuleType, tmp_path: Path) -> None:
    config = TrainingConfig()
    with pytest.raises(DataError, match="training split is empty"):
        fit(tiny.head(), [], [], config, task=tiny.TASK, seed=0, folder=tmp_path)
    strange = [Example(Document("odd", "abc"), "unknown")]
    with pytest.raises(DataError, match="none of the 1 training documents"):
        fit(tiny.head(), strange, [], config, task=tiny.TASK, seed=0, folder=tmp_path)


def test_a_head_learns_from_pieces_and_is_scored_on_documents(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gold that the cut divides is lost to training with the reason, and dev stays as it is."""
    text = "toux\nsèche"
    gold = (Entity.of("S", 0, 4), Entity.of("S", 0, 10))
    head = build_model(
        models()["token_ner"],
        "ner_span",
        ["S"],
        TokenNerOptions(max_length=16),
        weights=tiny_encoder,
        seed=0,
        preprocessing=Preprocessing(unit="line"),
    )
    learnt: list[tuple[str, Any]] = []
    scored: list[str] = []
    encode, annotate = type(head).encode, type(head).annotate

    def watch(self: Any, documents: Sequence[Document], gold: Any = None) -> Any:
        if gold is not None:
            learnt.extend(zip([document.text for document in documents], gold, strict=True))
        return encode(self, documents, gold)

    def see(self: Any, documents: Sequence[Document], progress: Any = None) -> Any:
        scored.extend(document.text for document in documents)
        return annotate(self, documents, progress)

    monkeypatch.setattr(type(head), "encode", watch)
    monkeypatch.setattr(type(head), "annotate", see)
    example = Example(Document("d", text), gold)
    config = TrainingConfig(max_steps=1)
    report = fit(head, [example], [example], config, task=get_task("ner_span"), seed=0, folder=tmp_path)
    assert learnt == [("toux", (Entity.of("S", 0, 4),)), ("sèche", ())]
    assert set(scored) == {text}
    assert report.lost == {"crosses a cut of preprocessing": 1}
