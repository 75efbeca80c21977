"""Health of the NER heads: exact F1 after a few hundred steps, beside EDS-NLP's CRF trainer and the plain recipe.

The diseases of BC5CDR (PubTator files), cut into sentences; one encoder (all-MiniLM-L6-v2 unless told otherwise),
the same steps and batch for every recipe, and one scorer: exact (start, end) over the test sentences, micro F1.
Each recipe keeps the learning rates that its own project recommends.

    python benchmarks/ner_health.py prepare $TABIB_DATA/bc5cdr work
    python benchmarks/ner_health.py span work [--steps 315] [--seed 42]       this project's span head
    python benchmarks/ner_health.py token work                               … and its token head
    python benchmarks/ner_health.py trainer work                             transformers' Trainer
    python benchmarks/ner_health.py edsnlp work --model FOLDER               EDS-NLP, from an environment with it

Each prints one line of JSON. EDS-NLP pins older libraries, so it has an environment of its own
(``pip install 'edsnlp[ml]'``), and is given the folder of the weights.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILES = {"train": "CDR_TrainingSet", "dev": "CDR_DevelopmentSet", "test": "CDR_TestSet"}
LABEL = "Disease"
MINILM = "sentence-transformers/all-MiniLM-L6-v2"
Spans = set[tuple[int, int]]


def pubtator(path: Path) -> Iterator[tuple[str, str, Spans]]:
    """Id, text and diseases of every abstract."""
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        lines = block.split("\n")
        parts = [line.split("|", 2) for line in lines if re.match(r"\d+\|[ta]\|", line)]
        rows = [line.split("\t") for line in lines]
        diseases = {(int(row[1]), int(row[2])) for row in rows if len(row) >= 6 and row[4] == LABEL}
        yield parts[0][0], " ".join(part[2] for part in parts), diseases


def sentences(name: str, text: str, diseases: Spans) -> Iterator[dict[str, Any]]:
    """The sentences of a text; a cut never falls inside an entity."""
    ends = [m.end() for m in re.finditer(r"(?<=[.!?])\s+(?=[A-Z0-9])", text)]
    begin = 0
    for end in [*(end for end in ends if not any(b < end < e for b, e in diseases)), len(text)]:
        inside = sorted((b - begin, e - begin) for b, e in diseases if begin <= b and e <= end)
        yield {"id": f"{name}-{begin}", "text": text[begin:end].rstrip(), "spans": inside}
        begin = end


def prepare(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for split, file in FILES.items():
        rows = [row for one in pubtator(source / f"{file}.PubTator.txt") for row in sentences(*one)]
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{split}.jsonl").write_text(lines, encoding="utf-8")
        print(f"{split}: {len(rows)} sentences, {sum(len(row['spans']) for row in rows)} entities")


def read(folder: Path, split: str) -> list[dict[str, Any]]:
    lines = (folder / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def tabib(name: str, folder: Path, model: str, steps: int, batch: int, seed: int) -> tuple[list[Spans], float]:
    from tabib.config.training import TrainingConfig
    from tabib.core.examples import Document, Example
    from tabib.core.spans import Entity
    from tabib.models.build import build_model
    from tabib.models.weights import find_weights
    from tabib.registry import models, resolve
    from tabib.tasks.load import get_task
    from tabib.training.fit import fit

    def example(row: dict[str, Any]) -> Example[Any]:
        entities = tuple(Entity.of(LABEL, b, e) for b, e in row["spans"])
        return Example(Document(row["id"], row["text"]), entities)

    entry = models()[name]
    head = build_model(
        entry, "ner_span", [LABEL], resolve(entry.options)(), weights=find_weights(model), seed=seed
    )
    rates = {"learning_rate": 1e-3, "bert_learning_rate": 5e-5, "gradient_clip": 10.0}
    config = TrainingConfig.model_validate(
        {"max_steps": steps, "per_device_train_batch_size": batch, "warmup_ratio": 0.1}
        | (rates if name == "span_ner" else {"learning_rate": 5e-5})
    )
    with tempfile.TemporaryDirectory() as scratch:
        report = fit(
            head,
            [example(row) for row in read(folder, "train")],
            (),
            config,
            task=get_task("ner_span"),
            seed=seed,
            folder=Path(scratch),
        )
    predictions = head.predict([example(row).document for row in read(folder, "test")])
    found = [{(e.entity.start, e.entity.end) for e in one.entities} for one in predictions]
    return found, report.seconds


def span(folder: Path, model: str, steps: int, batch: int, seed: int) -> tuple[list[Spans], float]:
    return tabib("span_ner", folder, model, steps, batch, seed)


def token(folder: Path, model: str, steps: int, batch: int, seed: int) -> tuple[list[Spans], float]:
    return tabib("token_ner", folder, model, steps, batch, seed)


def trainer(folder: Path, model: str, steps: int, batch: int, seed: int) -> tuple[list[Spans], float]:
    """IOB2 over whitespace-and-punctuation words, first sub-token, ``Trainer`` as its example script sets it."""
    import transformers as hf

    from tabib.core.spans import split_words
    from tabib.models.weights import find_weights

    hf.set_seed(seed)
    weights = find_weights(model)
    tokenizer = hf.AutoTokenizer.from_pretrained(weights)

    def encode(row: dict[str, Any]) -> dict[str, Any]:
        words = split_words(row["text"])
        tags = [0] * len(words)
        for b, e in row["spans"]:
            inside = [k for k, (start, end) in enumerate(words) if start >= b and end <= e]
            for k in inside:
                tags[k] = 1 if k == inside[0] else 2
        texts = [row["text"][start:end] for start, end in words]
        encoded = tokenizer(texts, is_split_into_words=True, truncation=True, max_length=256)
        ids = encoded.word_ids()
        labels = [
            -100 if w is None or w == before else tags[w] for before, w in zip([None, *ids], ids, strict=False)
        ]
        return {"input_ids": encoded["input_ids"], "attention_mask": encoded["attention_mask"], "labels": labels}

    network = hf.AutoModelForTokenClassification.from_pretrained(weights, num_labels=3)
    with tempfile.TemporaryDirectory() as scratch:
        loop = hf.Trainer(
            model=network,
            args=hf.TrainingArguments(
                output_dir=scratch,
                max_steps=steps,
                per_device_train_batch_size=batch,
                learning_rate=5e-5,
                warmup_steps=0.1,
                save_strategy="no",
                report_to=[],
                disable_tqdm=True,
                dataloader_pin_memory=False,
                seed=seed,
            ),
            train_dataset=[encode(row) for row in read(folder, "train")],
            data_collator=hf.DataCollatorForTokenClassification(tokenizer),
        )
        began = time.perf_counter()
        loop.train()
        seconds = time.perf_counter() - began
        test = read(folder, "test")
        output = loop.predict([encode(row) for row in test])
    found = []
    for row, logits, labels in zip(test, output.predictions, output.label_ids, strict=True):
        tags = logits.argmax(-1)[labels != -100].tolist()
        words = split_words(row["text"])
        spans: list[list[int]] = []
        for (start, end), tag, before in zip(words, tags, [0, *tags], strict=False):
            if tag == 1 or (tag == 2 and before == 0):  # as seqeval reads a stray I: it opens an entity
                spans.append([start, end])
            elif tag == 2:
                spans[-1][1] = end
        found.append({(b, e) for b, e in spans})
    return found, seconds


def edsnlp(folder: Path, model: str, steps: int, batch: int, seed: int) -> tuple[list[Spans], float]:
    """``eds.ner_crf`` over ``eds.text_cnn`` over the encoder, with the rates of EDS-NLP's NER tutorial."""
    import edsnlp as library
    import edsnlp.pipes as eds
    import torch
    from edsnlp.training import LinearSchedule, ScheduledOptimizer, TrainingData, train

    blank = library.blank("eds")

    def document(row: dict[str, Any]) -> Any:
        made = blank.make_doc(row["text"])
        spans = [made.char_span(b, e, label=LABEL) for b, e in row["spans"]]
        made.spans["gold"] = [span for span in spans if span is not None]
        return made

    nlp = library.blank("eds")
    encoder = eds.transformer(model=model, window=128, stride=96)
    nlp.add_pipe(
        eds.ner_crf(
            mode="joint",
            target_span_getter="gold",
            span_setter={"ents": True},
            window=20,
            embedding=eds.text_cnn(kernel_sizes=[3], embedding=encoder),
        ),
        name="ner",
    )
    rates = [
        {"selector": "ner[.].*transformer", "lr": LinearSchedule(max_value=5e-5, warmup_rate=0.1, start_value=0)},
        {"selector": "", "lr": LinearSchedule(max_value=3e-4, warmup_rate=0.1, start_value=3e-4)},
    ]
    data = library.data.from_iterable([document(row) for row in read(folder, "train")])
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        train(
            nlp=nlp,
            train_data=TrainingData(data=data, batch_size=f"{batch} docs", shuffle="dataset", pipe_names=["ner"]),
            seed=seed,
            max_steps=steps,
            validation_interval=10**9,
            cpu=not torch.cuda.is_available(),
            output_dir=scratch,
            save_model=False,
            logger=False,
            grad_max_norm=5.0,
            optimizer=ScheduledOptimizer.draft(optim=torch.optim.AdamW, groups=rates, total_steps=steps),
        )
    seconds = time.perf_counter() - began
    texts = [blank.make_doc(row["text"]) for row in read(folder, "test")]
    return [{(one.start_char, one.end_char) for one in made.ents} for made in nlp.pipe(texts)], seconds


RECIPES = {"span": span, "token": token, "trainer": trainer, "edsnlp": edsnlp}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("recipe", choices=["prepare", *RECIPES])
    parser.add_argument("folder", type=Path, nargs="+", help="prepare: SOURCE FOLDER; recipes: FOLDER")
    parser.add_argument("--model", default=MINILM)
    parser.add_argument("--steps", type=int, default=315)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    if options.recipe == "prepare":
        return prepare(*options.folder)
    recipe = RECIPES[options.recipe]
    found, seconds = recipe(options.folder[0], options.model, options.steps, options.batch, options.seed)
    gold = [{(b, e) for b, e in row["spans"]} for row in read(options.folder[0], "test")]
    hits = sum(len(g & p) for g, p in zip(gold, found, strict=True))
    n_gold, n_found = sum(map(len, gold)), sum(map(len, found))
    figures = {
        "recipe": options.recipe,
        "seed": options.seed,
        "steps": options.steps,
        "precision": round(hits / max(n_found, 1), 4),
        "recall": round(hits / n_gold, 4),
        "f1": round(2 * hits / (n_gold + n_found), 4),
        "train_seconds": round(seconds, 1),
    }
    print(json.dumps(figures))
    return None


if __name__ == "__main__":
    main()
