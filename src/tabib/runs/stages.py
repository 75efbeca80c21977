"""The two stages of a run: fit (train and dev only) and evaluate (the first to touch the split that is scored)."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tabib.core.examples import Document, references, without_gold
from tabib.data.corpus import SPLITS, Corpus, SplitName
from tabib.data.load import label_counts, training_labels
from tabib.models.base import Model
from tabib.models.build import build_model, load_model, save_model
from tabib.models.pieces import reading_note
from tabib.records.files import write_atomically, write_json
from tabib.records.folder import RunFolder, read_scores, write_gold, write_predictions
from tabib.records.record import RunRecord, write_record
from tabib.records.scoring import rescore, up_to_date
from tabib.registry import models, resolve
from tabib.runs.environment import hardware, now, peak_memory, versions
from tabib.runs.prepare import Prepared
from tabib.runs.state import resampling_of
from tabib.tasks.load import get_task

if TYPE_CHECKING:
    from tabib.training.events import Observer

ANCHOR = "majority"
"""The baseline whose predictions a score has to be better than."""


@dataclass(slots=True)
class Clock:
    """Wall time by stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    started: str = field(default_factory=now)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - begin, 3)


def build(prepared: Prepared) -> Model:
    """The untrained model of a run; the seed is set before its weights are drawn."""
    config = prepared.config
    return build_model(
        config.entry,
        config.task,
        training_labels(prepared.corpus),
        _in_its_language(config.options(), prepared.corpus),
        weights=prepared.weights,
        seed=config.seed,
        preprocessing=config.preprocessing,
    )


def _in_its_language(options: Any, corpus: Corpus) -> Any:
    """The options, with the language of the prompts that ``auto`` means: English for a corpus in English alone."""
    if getattr(options, "language", None) != "auto":
        return options
    languages = corpus.card.languages
    return options.model_copy(update={"language": "en" if "en" in languages and "fr" not in languages else "fr"})


def fit_stage(
    prepared: Prepared,
    model: Model,
    folder: RunFolder,
    name: str,
    threads: int,
    clock: Clock,
    observer: Observer | None = None,
) -> RunRecord:
    """Train, save the model, and predict and score dev. Test is not looked at.

    An earlier start's checkpoints are gone on from; whatever else it left is removed first.
    """
    from tabib.runs.log import Logged
    from tabib.training.fit import fit

    config, corpus, task = prepared.config, prepared.corpus, get_task(prepared.config.task)
    begin(prepared, folder)
    with clock.measure("fit"):
        report = fit(
            model,
            prepared.train,
            corpus.dev,
            config.training,
            task=task,
            seed=config.seed,
            folder=folder.path,
            observer=Logged(folder.log, observer),
        )
    with clock.measure("save"):
        _save(model, config.model, folder)
    _predict(prepared, model, folder, "dev", clock, observer)
    with clock.measure("score"):
        rescore(folder, ["dev"], config.task, corpus.card.labels, resampling_of(config.evaluation))
    record = replace(
        new_record(prepared, name, threads, clock),
        fit=report.to_json(),
        tokens={"train": report.train_tokens, "train_padded": report.padded_tokens},
        attention=model.attention,
    )
    if corpus.dev:
        record = _told(prepared, record, model, "dev")
    write_record(folder.path, record)
    return record


def evaluate_stage(
    prepared: Prepared,
    model: Model | None,
    folder: RunFolder,
    record: RunRecord,
    clock: Clock,
    observer: Observer | None = None,
) -> RunRecord:
    """Predict the split that is asked for (unless its predictions are saved), then score what is on disk.

    Args:
        model: the fitted model, if it is still in memory; else it is loaded from the folder.
    """
    config = prepared.config
    split = config.evaluation.split
    if split not in folder.predicted_splits():
        loaded = None
        try:
            if model is None:
                with clock.measure("load_model"):
                    model = loaded = load_model(folder.model, prepared.config.options())
                model.took_before(record.tokens)
            _predict(prepared, model, folder, split, clock, observer)
            record = _told(prepared, record, model, split)
        finally:
            if loaded is not None:
                loaded.close()
    with clock.measure("score"):
        resampling, saved = resampling_of(config.evaluation), read_scores(folder)
        stale = [
            name
            for name in dict.fromkeys(("dev", split))
            if not up_to_date(saved.get(name), config.task, resampling)
        ]
        rescore(folder, stale, config.task, record.labels, resampling)
    record = replace(
        record, status="done", error=None, seconds={**record.seconds, **clock.seconds}, finished=now()
    )
    write_record(folder.path, record)
    return record


def _told(prepared: Prepared, record: RunRecord, model: Model, split: SplitName) -> RunRecord:
    """The record with what is to be said of the split that a model has just predicted, and the tokens it took."""
    read = reading_note(prepared.corpus.split(split), model.preprocessing)
    tokens = Counter(record.tokens)
    tokens.update(model.tokens)
    return replace(
        record,
        notes=(*record.notes, *(f"{split}: {note}" for note in (read, *model.notes) if note)),
        tokens=dict(tokens),
        attention={**record.attention, **model.attention},
    )


def begin(prepared: Prepared, folder: RunFolder) -> None:
    """Make the folder, or clear what an earlier start left in it (all but its checkpoints and training log)."""
    clear(folder, keep_checkpoints=True)
    folder.path.mkdir(parents=True, exist_ok=True)
    write_json(folder.identity, prepared.identity.to_json())
    write_atomically(folder.config, prepared.config.to_yaml())


def clear(folder: RunFolder, *, keep_checkpoints: bool) -> None:
    """Remove the files that a run writes, the record first, and nothing else."""
    for path in (folder.record, folder.scores, folder.speed, folder.error):
        path.unlink(missing_ok=True)
    for name in ("gold", "predictions", "anchor", "model", "model.partial"):
        remove_folder(folder.path / name)
    if not keep_checkpoints:
        remove_folder(folder.checkpoints)
        remove_folder(folder.path / "responses")
        folder.identity.unlink(missing_ok=True)
        folder.owner.unlink(missing_ok=True)
        folder.log.unlink(missing_ok=True)


def remove_folder(path: Path) -> None:
    """Remove a folder of a run; a link is removed and not followed."""
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def new_record(prepared: Prepared, name: str, threads: int, clock: Clock) -> RunRecord:
    """The record of a run that has been fitted."""
    config, corpus = prepared.config, prepared.corpus
    return RunRecord(
        identity=prepared.identity.hash,
        status="trained",
        dataset=config.dataset,
        task=config.task,
        name=name,
        model=config.model,
        weights=config.model_name_or_path or "",
        seed=config.seed,
        config=config.model_dump(mode="json", by_alias=True),
        labels=tuple(corpus.card.labels),
        fingerprints=prepared.identity.fingerprints,
        versions=versions(),
        hardware=hardware(),
        threads=threads,
        started=clock.started,
        finished=now(),
        seconds=dict(clock.seconds),
        memory=peak_memory(),
        documents={split: len(corpus.split(split)) for split in SPLITS},
        lost=_lost(corpus),
        notes=corpus.notes,
        train_labels=_train_labels(corpus),
    )


def _train_labels(corpus: Corpus) -> dict[str, int]:
    counts = label_counts(corpus, ["train"])
    return {label: counts[label] for label in sorted({*corpus.card.labels, *counts})}


def _lost(corpus: Corpus) -> dict[str, Mapping[str, int]]:
    counts: dict[str, Mapping[str, int]] = {}
    for split, lost in corpus.lost.items():
        reasons = [item.reason.value for item in lost]
        if reasons:
            counts[split] = {reason: reasons.count(reason) for reason in sorted(set(reasons))}
    return counts


def _save(model: Model, entry_name: str, folder: RunFolder) -> None:
    """The model appears under its name only when it is complete."""
    partial = folder.path / "model.partial"
    remove_folder(partial)
    save_model(model, entry_name, partial)
    partial.rename(folder.model)


def _predict(
    prepared: Prepared,
    model: Model,
    folder: RunFolder,
    split: SplitName,
    clock: Clock,
    observer: Observer | None,
) -> None:
    """Predictions first, then the anchor's, then gold: with all three the split counts as predicted."""
    examples, task = prepared.corpus.split(split), get_task(prepared.config.task)
    model.keep_in(folder.path)
    with clock.measure(f"predict_{split}"):
        predictions = _annotate(model, without_gold(examples), split, observer)
    write_predictions(folder.predictions(split), predictions)
    anchor = _anchor(prepared)
    if anchor is not None:
        write_predictions(folder.anchor(split), anchor.predict(without_gold(examples)))
    write_gold(folder.gold(split), references(examples), task)


def _annotate(model: Model, documents: list[Document], split: SplitName, observer: Observer | None) -> list[Any]:
    if observer is None:
        return model.annotate(documents)
    observer.predicting(split, 0, len(documents))
    try:
        return model.annotate(documents, lambda done, total: observer.predicting(split, done, total))
    finally:
        observer.predicting(split, len(documents), len(documents))


def _anchor(prepared: Prepared) -> Model | None:
    """The fitted majority baseline; None for itself, and for a task that it cannot do."""
    config, entry = prepared.config, models()[ANCHOR]
    if config.model == ANCHOR or config.task not in entry.targets:
        return None
    options: Any = resolve(entry.options)()
    labels = training_labels(prepared.corpus)
    anchor = build_model(entry, config.task, labels, options, weights=None, seed=config.seed)
    anchor.fit(prepared.corpus.train, prepared.corpus.dev)  # type: ignore[attr-defined]
    return anchor
