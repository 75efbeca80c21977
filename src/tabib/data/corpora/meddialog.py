"""MedDialog-FR Women (Liu et al. 2024): French dialogues of patients and doctors, with UMLS concepts as labels.

One table has the texts (post-edited translations) of questions and answers, another the labels and the split of
each question. The 22 labels are those of the data.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace
from pathlib import Path

from tabib.core.errors import DataError
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.data.corpora.parts import knowing_overlap
from tabib.data.corpus import SPLITS, Card, Corpus, SplitName
from tabib.data.formats.tables import Row, read_table

_LABELS = Path("multilabel_annotation") / "dataset_multilabel_meddialog_22labels.csv"
_TEXTS = Path("post-editing") / "meddialog-fr-women_post-editing.csv"

CARDS = {
    "meddialog": Card(
        name="meddialog",
        task="multilabel",
        languages=("fr",),
        licence="as its publishers state with the files",
        citation="Liu X., Segonne V., Mannion A., Schwab D., Goeuriot L., Portet F. MedDialog-FR: A French Version"
        " of the MedDialog Corpus for Multi-label Classification and Response Generation Related to Women's"
        " Intimate Health. CL4Health at LREC-COLING 2024.",
        access="Ask its authors for MedDialog-FR (https://aclanthology.org/2024.cl4health-1.21) and put the folder"
        " MedDialog-FR-women, with multilabel_annotation and post-editing in it, into the data directory.",
        folders=("MedDialog-FR-women", "MedDialog-FR/MedDialog-FR-women", "meddialog"),
        labels=(),
        statistics={"train": {}, "dev": {}, "test": {}},
        summary="dialogues of patients and doctors, labels from the data (22)",
    )
}


def load(name: str, folder: Path, *, answer: bool = True) -> Corpus:
    """Read both tables.

    Args:
        answer: whether the doctor's answer is part of the text, after the question and an empty line.
    """
    texts = _texts(folder / _TEXTS)
    rows = read_table(folder / _LABELS, ("id", "split", "labels"), quoting=True)
    splits: dict[SplitName, list[Example[tuple[str, ...]]]] = {split: [] for split in SPLITS}
    lost: dict[str, list[Lost]] = {split: [] for split in SPLITS}
    without_text = 0
    for row in rows:
        split, written = _split(row, folder), _labels(row, folder)
        labels = tuple(sorted(set(written)))
        twice = (Counter(written) - Counter(labels)).elements()
        lost[split] += [Lost(row["id"], label, LossReason.DUPLICATE) for label in twice]
        question, reply = texts.get(row["id"], ""), texts.get(f"{_base(row['id'])}_a", "")
        if not question.strip():
            without_text += 1
            lost[split] += [Lost(row["id"], label, LossReason.NO_TEXT) for label in labels]
            continue
        text = f"{question}\n\n{reply}" if answer and reply.strip() else question
        splits[split].append(Example(Document(row["id"], text, group=_base(row["id"])), labels))
    kept = {label for examples in splits.values() for example in examples for label in example.gold}
    found = sorted(kept.union(one.label for parts in lost.values() for one in parts))
    return knowing_overlap(
        Corpus(
            replace(CARDS[name], labels=tuple(found)),
            tuple(splits["train"]),
            tuple(splits["dev"]),
            tuple(splits["test"]),
            lost={split: tuple(parts) for split, parts in lost.items()},
            notes=(f"{without_text} annotated questions have no text and are left out",) if without_text else (),
        )
    )


def _texts(path: Path) -> dict[str, str]:
    """Identifier → text, of questions and answers."""
    texts: dict[str, str] = {}
    line_of: dict[str, int] = {}
    for row in read_table(path, ("id", "post-edited"), quoting=True):
        id = row["id"]
        if line_of.setdefault(id, row.line) != row.line:
            raise DataError(f"the id {id!r} was already used on line {line_of[id]}", path=path, line=row.line)
        texts[id] = row["post-edited"]
    return texts


def _base(id: str) -> str:
    """``hm3_67574_q`` → ``hm3_67574``: the dialogue of a question."""
    return id.removesuffix("_q")


def _split(row: Row, folder: Path) -> SplitName:
    for split in SPLITS:
        if row["split"] == split:
            return split
    raise DataError(
        f"unknown split {row['split']!r}; expected train, dev or test", path=folder / _LABELS, line=row.line
    )


def _labels(row: Row, folder: Path) -> tuple[str, ...]:
    """``['C0030193', 'C0005779']`` as it is written."""
    try:
        labels = ast.literal_eval(row["labels"])
    except (ValueError, SyntaxError):
        labels = None
    if not isinstance(labels, list) or not all(isinstance(label, str) and label for label in labels):
        raise DataError(
            f"expected a list of labels like ['C0030193'], found {row['labels']!r}",
            path=folder / _LABELS,
            line=row.line,
        )
    return tuple(labels)
