"""MediQAl (Bazoge 2025): questions of French medical exams, with one right option or with several.

Many questions belong to a clinical case: it stands before the question, after it an empty line. What is published
for scoring is the test split; there is nothing to train on.
"""

from __future__ import annotations

from pathlib import Path

from tabib.core.examples import Example
from tabib.data.corpora.questions import Questions, make_question
from tabib.data.corpus import Card, Corpus
from tabib.data.formats.json_items import Item, read_json_lines

_OPTIONS = ("a", "b", "c", "d", "e")
_PARTS = {
    "mediqal_mcqu": ("mcqu", 4343, 4343, "one right option"),
    "mediqal_mcqm": ("mcqm", 3384, 9126, "several right options"),
}


def _card(name: str) -> Card:
    part, documents, annotations, summary = _PARTS[name]
    return Card(
        name=name,
        task="mcqa",
        languages=("fr",),
        licence="CC BY 4.0",
        citation="Bazoge A. MediQAl: A French Medical Question Answering Dataset for Knowledge and Reasoning"
        " Evaluation. 2025.",
        access=f"Download the test split of the configuration {part} from"
        f" https://huggingface.co/datasets/ANR-MALADES/MediQAl as {part}_test.jsonl into a folder named mediqal.",
        folders=("mediqal", "MediQAl"),
        labels=("A", "B", "C", "D", "E"),
        statistics={"test": {"documents": documents, "annotations": annotations}},
        summary=f"questions of medical exams, five options, {summary}; test only",
    )


CARDS = {name: _card(name) for name in _PARTS}


def load(name: str, folder: Path) -> Corpus:
    """Read one of the two. The questions of one clinical case are a group."""
    part = _PARTS[name][0]
    items = read_json_lines(folder / f"{part}_test.jsonl")
    first_of: dict[str, str] = {}
    test: Questions = tuple(_question(item, part == "mcqu", first_of) for item in items)
    return Corpus(CARDS[name], (), (), test, notes=("test only: there is nothing to train on",))


def _question(item: Item, single: bool, first_of: dict[str, str]) -> Example[tuple[str, ...]]:
    id, text, case = item.id(), item.text("question"), item.get("clinical_case")
    group = ""
    if case is not None:
        case = item.text("clinical_case")
        text, group = f"{case}\n\n{text}", f"case of {first_of.setdefault(case, id)}"
    return make_question(
        id,
        text,
        [item.text(f"answer_{letter}") for letter in _OPTIONS],
        item.text("correct_answers").split(","),
        item.error,
        single=single,
        group=group,
    )
