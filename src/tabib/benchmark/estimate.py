"""What a benchmark will cost: from records of like runs, or from a few steps in memory. Writes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabib.benchmark.plan import Cell
from tabib.core.errors import ConfigError, RecordError
from tabib.core.examples import without_gold
from tabib.models.pieces import cut_examples
from tabib.records.record import RunRecord, read_record
from tabib.runs.environment import limited_threads, peak_memory, reset_peak_memory
from tabib.runs.identity import meaning
from tabib.runs.prepare import Prepared
from tabib.runs.stages import build

PROBE_STEPS = 4
"""Of which the first is not counted: it allocates."""
PROBE_DOCUMENTS = 16
PROBE_LEARNER = 200
"""Training documents on which a baseline is fitted in a probe."""

_SCALED = frozenset({"steps", "epochs", "seconds", "dev_seconds", "train_tokens"})
"""What an estimate needs of the report of an earlier training by steps."""

# Settings that change what is learned and not what a step costs.
_FREE = frozenset({
    "seed",
    "max_steps",
    "num_train_epochs",
    "learning_rate",
    "bert_learning_rate",
    "weight_decay",
    "gradient_clip",
    "lr_scheduler_type",
    "warmup_ratio",
    "warmup_steps",
    "metric_for_best_model",
    "greater_is_better",
    "early_stopping_patience",
    "eval_steps",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one run of a model on a corpus costs.

    Args:
        steps: optimiser steps at most (early stopping may end it before); 0 for a baseline.
        tokens: sub-tokens read in training, without padding.
        seconds: wall time, prediction included; None where it is not estimated, as ``source`` says.
        memory_gib: most memory of the process (of the GPU, where there is one); None where it is unknown.
        source: where these numbers come from.
    """

    steps: int
    tokens: int
    seconds: float | None
    memory_gib: float | None
    source: str


def estimate(cell: Cell, records: Iterable[RunRecord], threads: int) -> Estimate:
    """The cost of one run, from a record of a like run where there is one, else from a probe."""
    for record in records:
        known = _from_record(cell.prepared, record)
        if known is not None:
            return known
    reset_peak_memory()
    with limited_threads(threads, with_torch=cell.spec.config.entry.pretrained):
        return _probe(cell.prepared)


def earlier_records(runs: Path) -> list[RunRecord]:
    """All sound records in a folder of runs, the newest first."""
    records = []
    for path in sorted(runs.glob("*/record.json")):
        try:
            records.append(read_record(path.parent))
        except RecordError:
            continue
    return sorted(records, key=lambda record: record.finished, reverse=True)


def like(config: Mapping[str, Any]) -> dict[str, Any]:
    """What a step's cost depends on: the configuration's meaning, without what only changes what is learned."""
    kept = {key: value for key, value in config.items() if key not in _FREE}
    if isinstance(kept.get("training"), Mapping):
        kept["training"] = {key: value for key, value in kept["training"].items() if key not in _FREE}
    return kept


def _from_record(prepared: Prepared, record: RunRecord) -> Estimate | None:
    """Scaled from a run on the same data and weights whose steps cost the same; None if it is unlike."""
    from tabib.config.load import run_config_from

    config, fit = prepared.config, record.fit
    if fit is None or record.model != config.model or record.fingerprints["corpus"] != prepared.identity.corpus:
        return None
    if record.fingerprints["weights"] != prepared.identity.weights:
        return None
    try:
        theirs = meaning(run_config_from(record.config, "record.json"))
    except ConfigError:  # of a version with other settings
        return None
    if like(theirs) != like(prepared.identity.config):
        return None
    other = sum(seconds for stage, seconds in record.seconds.items() if stage != "fit")
    source = f"the run of seed {record.seed}, {record.finished[:10]}"
    memory = _largest(record.memory)
    if config.entry.by_steps and not fit.keys() >= _SCALED:
        return None
    if not config.entry.by_steps or not fit["steps"]:
        return Estimate(0, 0, record.seconds.get("fit", 0.0) + other, memory, source)
    steps = _steps(prepared, fit)
    dev = fit["dev_seconds"] * max(1.0, steps / fit["steps"])
    seconds = fit["seconds"] / fit["steps"] * steps + dev + other
    return Estimate(steps, round(fit["train_tokens"] / fit["steps"] * steps), seconds, memory, source)


def _steps(prepared: Prepared, fit: Mapping[str, Any]) -> int:
    training = prepared.config.training
    assert training is not None, "a model trained by steps has settings"
    if training.max_steps is not None:
        return training.max_steps
    return max(1, round(fit["steps"] / fit["epochs"] * training.num_train_epochs))


def _probe(prepared: Prepared) -> Estimate:
    """A few steps, or a fit on a few documents, and a few predictions, all in memory."""
    if not prepared.config.entry.by_steps:
        return _probe_learner(prepared)
    from tabib.models.trainable import Trainable
    from tabib.training.engine import Engine
    from tabib.training.loop import Loop
    from tabib.training.schedule import make_plan

    began = time.perf_counter()
    config, corpus = prepared.config, prepared.corpus
    training = config.training
    model = build(prepared)
    assert isinstance(model, Trainable), "models trained by steps say how"
    assert training is not None, "a model trained by steps has settings"
    pieces, _ = cut_examples(corpus.train, model.preprocessing)
    model.prepare(pieces)
    features = model.encode(without_gold(pieces), [piece.gold for piece in pieces]).features
    lengths = [row.length for row in features]
    plan = make_plan(lengths, training, config.seed, has_dev=bool(corpus.dev))
    engine = Engine(training.mixed_precision)
    model.to(engine.device)
    setup = time.perf_counter() - began
    loop = Loop(model, features, training, plan, engine, config.seed)
    steps = [step for step, _ in zip(loop.steps(), range(min(PROBE_STEPS, plan.total_steps)), strict=False)]
    engine.close()
    counted = steps[1:] or steps
    # Batches differ in length: time per padded token carries over to the others better than time per step.
    per_token = sum(step.seconds for step in counted) / sum(step.padded_tokens for step in counted)
    padding = sum(step.padded_tokens for step in steps) / sum(step.tokens for step in steps)
    tokens = round(sum(lengths) / plan.steps_per_epoch * plan.total_steps)
    evaluations = plan.total_steps // plan.eval_every if plan.eval_every else 0
    predicting = _seconds_per_character(model, corpus.dev or corpus.train)
    dev, test = (_characters(corpus.split(split)) for split in ("dev", config.evaluation.split))
    seconds = setup + per_token * padding * tokens + predicting * (dev * (evaluations + 1) + test)
    return Estimate(plan.total_steps, tokens, seconds, _largest(peak_memory()), f"a probe of {len(steps)} steps")


def _probe_learner(prepared: Prepared) -> Estimate:
    from tabib.models.base import Learner

    if prepared.config.remote:
        return Estimate(0, 0, None, None, "not estimated: a server's answers may cost, so none are asked for")
    corpus = prepared.corpus
    few = corpus.train[:PROBE_LEARNER]
    model = build(prepared)
    assert isinstance(model, Learner), "models that are not trained by steps are learners"
    began = time.perf_counter()
    model.fit(
        cut_examples(few, model.preprocessing)[0], cut_examples(corpus.dev[:PROBE_LEARNER], model.preprocessing)[0]
    )
    fitting = (time.perf_counter() - began) * len(corpus.train) / max(1, len(few))
    predicting = _seconds_per_character(model, corpus.dev or corpus.split(prepared.config.evaluation.split))
    dev, test = (_characters(corpus.split(split)) for split in ("dev", prepared.config.evaluation.split))
    source = f"a probe of {len(few)} documents"
    return Estimate(0, 0, fitting + predicting * (dev + test), _largest(peak_memory()), source)


def _seconds_per_character(model: Any, examples: Sequence[Any]) -> float:
    few = examples[:PROBE_DOCUMENTS]
    began = time.perf_counter()
    model.annotate(without_gold(few))
    return (time.perf_counter() - began) / max(1, _characters(few))


def _characters(examples: Sequence[Any]) -> int:
    return sum(len(example.document.text) for example in examples)


def _largest(memory: Mapping[str, float]) -> float | None:
    """Of the GPU where there is one."""
    return memory.get("gpu_gib") or memory.get("process_gib")
