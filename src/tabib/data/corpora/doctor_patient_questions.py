"""French questions that a doctor asks a patient, in two classes.

No dev split is published: it is split off train.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from tabib.core.errors import DataError
from tabib.core.examples import Document, Example
from tabib.data.corpus import Card, Corpus
from tabib.data.formats.tables import read_tsv
from tabib.data.splits import same_text, split, units

_FILES = {"train": "questions_to_classif.trn", "test": "questions_to_classif.tst"}
_PREFIX = "__label__"

CARDS = {
    "doctor_patient_questions_fr": Card(
        name="doctor_patient_questions_fr",
        task="classification",
        languages=("fr",),
        licence="research, non-commercial",
        citation="French doctor-patient questions, files questions_to_classif.trn and questions_to_classif.tst",
        access="Ask its publishers for questions_to_classif.trn and questions_to_classif.tst (the licence allows"
        " research only) and put them into a folder named doctor_patient_questions_fr.",
        folders=("doctor_patient_questions_fr",),
        labels=("0", "1"),
        statistics={
            "train": {"documents": 2616, "annotations": 2616},
            "test": {"documents": 654, "annotations": 654},
        },
        summary="questions of doctors to patients, two classes",
    )
}


def load(
    name: str,
    folder: Path,
    *,
    dev_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.1,
    split_seed: int = 42,
) -> Corpus:
    """Read both files; questions that differ in case or punctuation only are one group.

    Args:
        dev_fraction: the share of train that becomes dev, in (0, 1).
        split_seed: of that split; not the seed of the run, so that all runs see the same dev.
    """
    card = CARDS[name]
    published = {part: _read(folder / file, part, card) for part, file in _FILES.items()}
    groups = same_text(example.document for example in published["train"])
    ids = split(
        units(published["train"], lambda label: (label,), groups),
        {"train": 1 - dev_fraction, "dev": dev_fraction},
        seed=split_seed,
    )
    chosen = set(ids["dev"])
    return Corpus(
        card=card,
        train=tuple(example for example in published["train"] if example.id not in chosen),
        dev=tuple(example for example in published["train"] if example.id in chosen),
        test=published["test"],
        notes=(
            f"no dev split is published: {len(chosen)} questions were split off train, grouped by normalised"
            f" text and stratified by label, seed {split_seed}",
        ),
    )


def _read(path: Path, part: str, card: Card) -> tuple[Example[str], ...]:
    examples = []
    for row in read_tsv(path, ("question", "label"), header=False):
        label = row["label"].removeprefix(_PREFIX)
        if label not in card.labels or label == row["label"]:
            expected = " or ".join(_PREFIX + known for known in card.labels)
            raise DataError(f"unknown label {row['label']!r}; expected {expected}", path=path, line=row.line)
        if not row["question"].strip():
            raise DataError("the question is empty", path=path, line=row.line)
        examples.append(Example(Document(f"{part}-{row.line:04d}", row["question"]), label))
    if not examples:
        raise DataError("there are no rows: the split is empty", path=path)
    return tuple(examples)
