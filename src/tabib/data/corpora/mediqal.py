"""MediQAl (Bazoge 2025): questions of French medical exams, with one right option or with several.

Many questions belong to a clinical case: it stands before the question, after it an empty line. Train and
validation are read where they are beside test; with test alone, there is nothing to train on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from tabib.core.examples import Example
from tabib.data.corpora.parts import knowing_overlap
from tabib.data.corpora.questions import Questions, make_question
from tabib.data.corpus import SPLITS, Card, Corpus, SplitName
from tabib.data.formats.json_items import Item, read_json_items
from tabib.data.remote import Remote, RemoteFile

_OPTIONS = ("a", "b", "c", "d", "e")
_PARTS = {
    "mediqal_mcqu": ("mcqu", {"documents": 4343, "annotations": 4343}, "one right option"),
    "mediqal_mcqm": ("mcqm", {"documents": 3384, "annotations": 9126}, "several right options"),
}
_TRAINING: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    "mediqal_mcqu": {"train": {"documents": 10113}, "dev": {"documents": 2561}},
    "mediqal_mcqm": {"train": {"documents": 5767}, "dev": {"documents": 1466}},
}
"""As the dataset's page states them."""
_SPLITS: Mapping[SplitName, str] = {"train": "train", "dev": "validation", "test": "test"}

TEST_ONLY = "test only: train and validation were not beside it, so there is nothing to train on"

_HUB = "https://huggingface.co/datasets/ANR-MALADES/MediQAl"
# Both parts, because they share a folder: it is whole, or not there.
_REMOTE = Remote(
    place="mediqal",
    licence_page=_HUB,
    files=tuple(
        RemoteFile(f"{_HUB}/resolve/5af34948a74c7b8807c476204a21149ffb00ea2c/{name}", name)
        for part, _, _ in _PARTS.values()
        for name in (f"{part}/{published}.json" for published in _SPLITS.values())
    ),
)


def _card(name: str) -> Card:
    part, of_test, summary = _PARTS[name]
    return Card(
        name=name,
        task="mcqa",
        languages=("fr",),
        licence="CC BY 4.0",
        citation="Bazoge A. MediQAl: A French Medical Question Answering Dataset for Knowledge and Reasoning"
        " Evaluation. 2025.",
        access="Download the files of https://huggingface.co/datasets/ANR-MALADES/MediQAl into a folder named"
        f" mediqal: {part}/train.json, {part}/validation.json and {part}/test.json, or as {part}_train.jsonl and"
        " so on; test alone is enough to be scored on.",
        folders=("mediqal", "MediQAl"),
        remote=_REMOTE,
        labels=("A", "B", "C", "D", "E"),
        statistics={"test": of_test},
        summary=f"questions of medical exams, five options, {summary}",
    )


CARDS = {name: _card(name) for name in _PARTS}


def load(name: str, folder: Path) -> Corpus:
    """Read one of the two. The questions of one clinical case are a group, within a split as it is published."""
    part = _PARTS[name][0]
    paths = {split: _path(folder, part, published) for split, published in _SPLITS.items()}
    if not paths["train"].is_file() and not paths["dev"].is_file():
        test, _ = _read(paths["test"], part == "mcqu")
        return Corpus(CARDS[name], (), (), test, notes=(TEST_ONLY,))
    read = {split: _read(path, part == "mcqu", split) for split, path in paths.items()}
    times = Counter(case for _, cases in read.values() for case in cases)
    shared = sum(n > 1 for n in times.values())
    what = "1 clinical case is" if shared == 1 else f"{shared} clinical cases are"
    notes = (f"{what} in several of the published splits, with different questions",) if shared else ()
    card = replace(CARDS[name], statistics={**_TRAINING[name], **CARDS[name].statistics})
    train, dev, test = (read[split][0] for split in SPLITS)
    return knowing_overlap(Corpus(card, train, dev, test, notes=notes))


def _path(folder: Path, part: str, published: str) -> Path:
    """Where a split is: ``mcqu/test.json``, as on the Hub, or ``mcqu_test.jsonl``."""
    of_the_hub = folder / part / f"{published}.json"
    return of_the_hub if of_the_hub.is_file() else folder / f"{part}_{published}.jsonl"


def _read(path: Path, single: bool, split: SplitName = "test") -> tuple[Questions, Collection[str]]:
    """The questions of a split, and its clinical cases."""
    first_of: dict[str, str] = {}
    prefix = "" if split == "test" else f"{split}: "
    questions = tuple(_question(item, single, first_of, prefix) for item in read_json_items(path))
    return questions, first_of


def _question(item: Item, single: bool, first_of: dict[str, str], prefix: str) -> Example[tuple[str, ...]]:
    id, text, case = item.id(), item.text("question"), item.get("clinical_case")
    group = ""
    if case is not None:
        case = item.text("clinical_case")
        text, group = f"{case}\n\n{text}", f"{prefix}case of {first_of.setdefault(case, id)}"
    return make_question(
        id,
        text,
        [item.text(f"answer_{letter}") for letter in _OPTIONS],
        [letter.strip() for letter in item.text("correct_answers").split(",")],
        item.error,
        single=single,
        group=group,
    )
