"""Training speed of tabib's loop against the plain Hugging Face ``Trainer`` recipe.

Both train the same encoder (all-MiniLM-L6-v2 unless told otherwise) with a linear layer on the same tokenised
rows, at the same batch size, learning rate, decay and clipping, for one epoch each round: so the same rows and the
same number of updates. tabib makes batches of rows of like length; the recipe pads random batches to their
longest row (``DataCollatorWithPadding`` and its kin; ``Trainer``'s defaults otherwise). Tokenising, loading, dev
scores and checkpoints are not part of the times. The two take turns, so that a busy machine slows both; the ratio
is the median over rounds of wall times, and of CPU times, which neighbours disturb less.

Run: ``python benchmarks/training_speed.py [--rows 320] [--batch 16] [--rounds 3] [--corpora NAME …] [--json F]``
on shipped corpora by default, and with ``$TABIB_DATA`` set on real ones too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from tabib.config.training import TrainingConfig
from tabib.data.corpus import Corpus
from tabib.data.load import load_corpus, training_labels
from tabib.models.build import build_model
from tabib.models.weights import find_weights
from tabib.registry import models, resolve
from tabib.tasks.load import get_task
from tabib.training.events import Plan, Silent, Step
from tabib.training.fit import fit

SHIPPED = ("mini_triage_fr", "mini_ner_token_fr")
REAL = ("quaero_medline_token", "doctor_patient_questions_fr", "morfitt")
SEED = 42
IGNORED = -100


@dataclass(frozen=True)
class Measured:
    """One training run."""

    seconds: float
    cpu_seconds: float
    steps: int
    rows: int
    padded_tokens: int


class Stopwatch(Silent):
    """Times from the moment the loop starts to its last step."""

    def start(self, plan: Plan, first_step: int) -> None:
        assert first_step == 0
        self.steps, self.padded_tokens = plan.total_steps, 0
        self.begin()

    def begin(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def step(self, step: Step) -> None:
        self.padded_tokens += step.padded_tokens

    def stop(self) -> None:
        self.seconds = time.perf_counter() - self._wall
        self.cpu_seconds = time.process_time() - self._cpu


def train_tabib(corpus: Corpus, weights: Path, batch: int, folder: Path) -> tuple[Measured, list[Any], Any]:
    """One epoch with tabib; also the rows, for the other to train on."""
    name = "token_ner" if corpus.task == "ner_token" else "text"
    entry = models()[name]
    head: Any = build_model(
        entry, corpus.task, training_labels(corpus), resolve(entry.options)(), weights=weights, seed=SEED
    )
    config = TrainingConfig(num_train_epochs=1, per_device_train_batch_size=batch)
    watch = Stopwatch()
    fit(head, corpus.train, (), config, task=get_task(corpus.task), seed=SEED, folder=folder, observer=watch)
    train = corpus.train
    rows = head.encode([one.document for one in train], [one.gold for one in train]).features
    measured = Measured(watch.seconds, watch.cpu_seconds, watch.steps, len(rows), watch.padded_tokens)
    return measured, rows, head


def hugging_face_rows(task: str, rows: list[Any]) -> list[dict[str, Any]]:
    """The same rows as a Hugging Face recipe has them."""
    if task != "ner_token":
        return [{"input_ids": row.input_ids, "labels": row.target} for row in rows]
    result = []
    for row in rows:
        labels = [IGNORED] * len(row.input_ids)
        for position, tag in zip(row.positions, row.targets, strict=True):
            labels[position] = tag
        result.append({"input_ids": row.input_ids, "labels": labels})
    return result


def train_hugging_face(
    task: str, rows: list[Any], n_labels: int, tokenizer: Any, weights: Path, batch: int, folder: Path
) -> Measured:
    """One epoch with the plain recipe."""
    import transformers as hf

    common = {"num_labels": n_labels, "dtype": torch.float32}
    collator: Any
    if task == "ner_token":
        model = hf.AutoModelForTokenClassification.from_pretrained(weights, **common)
        collator = hf.DataCollatorForTokenClassification(tokenizer)
    else:
        kind = {"classification": "single_label", "multilabel": "multi_label"}[task] + "_classification"
        model = hf.AutoModelForSequenceClassification.from_pretrained(weights, problem_type=kind, **common)
        collator = hf.DataCollatorWithPadding(tokenizer)
    watch = Stopwatch()
    watch.padded_tokens = 0

    class Timer(hf.TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            watch.begin()

        def on_train_end(self, *_: Any, **__: Any) -> None:
            watch.stop()

    def collate(features: list[dict[str, Any]]) -> Any:
        made = collator(features)
        watch.padded_tokens += made["input_ids"].numel()
        return made

    trainer = hf.Trainer(
        model=model,
        args=hf.TrainingArguments(
            output_dir=str(folder),
            num_train_epochs=1,
            per_device_train_batch_size=batch,
            learning_rate=5e-5,
            weight_decay=0.01,
            max_grad_norm=1.0,
            warmup_steps=0.1,
            logging_strategy="no",
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            dataloader_pin_memory=torch.cuda.is_available(),
            seed=SEED,
        ),
        data_collator=collate,
        train_dataset=hugging_face_rows(task, rows),
        callbacks=[Timer()],
    )
    trainer.remove_callback(hf.PrinterCallback)
    trainer.train()
    return Measured(watch.seconds, watch.cpu_seconds, trainer.state.global_step, len(rows), watch.padded_tokens)


def compare(name: str, weights: Path, n_rows: int, batch: int, rounds: int, data: str | None) -> dict[str, Any]:
    """Rounds on one corpus: one epoch of each, in turns."""
    from dataclasses import replace

    corpus = load_corpus(name, data_dir=data)
    train = list(corpus.train)
    random.Random(SEED).shuffle(train)
    corpus = replace(corpus, train=tuple(train[:n_rows]))
    ours: list[Measured] = []
    theirs: list[Measured] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            mine, rows, head = train_tabib(corpus, weights, batch, Path(folder))
            n_labels = head.classifier.out_features
            other = train_hugging_face(
                corpus.task, rows, n_labels, head.backbone.tokenizer, weights, batch, Path(folder)
            )
        assert (mine.steps, mine.rows) == (other.steps, other.rows), "the same rows and updates"
        ours.append(mine)
        theirs.append(other)

    def median(of: Callable[[Measured, Measured], float]) -> float:
        return statistics.median(of(mine, other) for mine, other in zip(ours, theirs, strict=True))

    seconds = statistics.median(run.seconds for run in ours)
    other_seconds = statistics.median(run.seconds for run in theirs)
    return {
        "corpus": name,
        "rows": ours[0].rows,
        "steps": ours[0].steps,
        "mean_length": round(sum(row.length for row in rows) / len(rows), 1),
        "tabib_rows_per_second": round(mine.rows / seconds, 2),
        "trainer_rows_per_second": round(mine.rows / other_seconds, 2),
        "tabib_seconds_per_step": round(seconds / mine.steps, 4),
        "trainer_seconds_per_step": round(other_seconds / mine.steps, 4),
        "padded_tokens_ratio": round(median(lambda mine, other: other.padded_tokens / mine.padded_tokens), 3),
        "wall_ratio": round(median(lambda mine, other: other.seconds / mine.seconds), 3),
        "cpu_ratio": round(median(lambda mine, other: other.cpu_seconds / mine.cpu_seconds), 3),
        "runs": {"tabib": [asdict(run) for run in ours], "trainer": [asdict(run) for run in theirs]},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--rows", type=int, default=320, help="training documents of each corpus, at most")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--corpora", nargs="+", help="names; default: shipped ones, and with $TABIB_DATA real ones"
    )
    parser.add_argument("--json", type=Path, help="write all figures here")
    options = parser.parse_args()
    data = os.environ.get("TABIB_DATA")
    names = options.corpora or (*SHIPPED, *(REAL if data else ()))
    weights = find_weights(options.model)
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor() or "CPU"
    print(f"{options.model}, batch {options.batch}, {torch.get_num_threads()} thread(s), {device}")
    print(f"{'corpus':28}{'rows':>6}{'steps':>6}{'length':>8}   sentences/s      s/step           Trainer/tabib")
    print(f"{'':48}   tabib  Trainer  tabib  Trainer   wall   CPU  padded tokens")
    results = []
    for name in names:
        row = compare(name, weights, options.rows, options.batch, options.rounds, data)
        results.append(row)
        print(
            f"{name:28}{row['rows']:6}{row['steps']:6}{row['mean_length']:8}"
            f"{row['tabib_rows_per_second']:8}{row['trainer_rows_per_second']:9}"
            f"{row['tabib_seconds_per_step']:7.3f}{row['trainer_seconds_per_step']:9.3f}"
            f"{row['wall_ratio']:7.2f}{row['cpu_ratio']:6.2f}{row['padded_tokens_ratio']:15.2f}",
            flush=True,
        )
    if options.json:
        about = {"model": options.model, "batch": options.batch, "torch": torch.__version__}
        about |= {"transformers": transformers.__version__, "device": device}
        options.json.write_text(json.dumps(about | {"results": results}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
