"""MACCROBAT 2020 (Caufield et al. 2019): 200 case reports in English, 41 types of entities.

``maccrobat`` keeps nested and discontinuous entities; ``maccrobat_token`` is flat IOB2 over words, of the same
reports in the same split, after filtering to the coarsest granularity. Events are read by the entities that name
them; relations and attributes are read and not used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from tabib.core.errors import ConfigError
from tabib.core.examples import Example, LossReason, Lost
from tabib.core.spans import Entity
from tabib.core.tags import coarsest
from tabib.data.corpora.brat_ner import Examples, load_split, word_tagged
from tabib.data.corpora.division import Division
from tabib.data.corpus import SPLITS, Card, Corpus, SplitName
from tabib.data.splits import near_duplicates, units

_LABELS = (
    "Activity", "Administration", "Age", "Area", "Biological_attribute", "Biological_structure", "Clinical_event",
    "Color", "Coreference", "Date", "Detailed_description", "Diagnostic_procedure", "Disease_disorder", "Distance",
    "Dosage", "Duration", "Family_history", "Frequency", "Height", "History", "Lab_value", "Mass", "Medication",
    "Nonbiological_location", "Occupation", "Other_entity", "Other_event", "Outcome", "Personal_background",
    "Qualitative_concept", "Quantitative_concept", "Severity", "Sex", "Shape", "Sign_symptom", "Subject",
    "Texture", "Therapeutic_procedure", "Time", "Volume", "Weight",
)  # fmt: skip
_STATISTICS = {
    "train": {"documents": 139, "annotations": 17576},
    "dev": {"documents": 30, "annotations": 3761},
    "test": {"documents": 31, "annotations": 3852},
}
"""Of the split that is made with the default settings; together 200 reports and 25,189 annotations."""

_TASKS = {"maccrobat": "ner_span", "maccrobat_token": "ner_token"}


def _card(name: str) -> Card:
    task = _TASKS[name]
    return Card(
        name=name,
        task=task,
        languages=("en",),
        licence="CC BY 4.0",
        citation="Caufield J.H., Zhou Y., Bai Y., Liem D.A., Garlid A.O., Chang K.-W., Sun Y., Ping P., Wang W. A"
        " Comprehensive Typing System for Information Extraction from Clinical Narratives. medRxiv 2019;"
        " doi:10.1101/19009118.",
        access="Download MACCROBAT2020.zip from https://doi.org/10.6084/m9.figshare.9764942 and unpack it into a"
        " folder named MACCROBAT2020 in the data directory.",
        folders=("MACCROBAT2020", "maccrobat"),
        labels=_LABELS,
        statistics=_STATISTICS,
        summary="case reports, 41 types of entities" + (", flat IOB2" if task == "ner_token" else ", nested"),
    )


CARDS = {name: _card(name) for name in _TASKS}

Share = Annotated[float, Field(gt=0, lt=1)]
_DEFAULT = Division(dev_fraction=0.15, test_fraction=0.15, split_seed=42)


def load(
    name: str,
    folder: Path,
    *,
    dev_fraction: Share = _DEFAULT.dev_fraction,
    test_fraction: Share | None = None,
    split_seed: int = _DEFAULT.split_seed,
    folds: Annotated[int, Field(ge=2)] | None = None,
    fold: Annotated[int, Field(ge=0)] | None = None,
    min_count: Annotated[int, Field(ge=0)] = 0,
) -> Corpus:
    """Read the reports and divide them: they are published without splits.

    The division is seeded and stratified by type coverage: each type is in train, dev and test by as near as can
    be their share of the reports that hold it. Reports of one PubMed id, and reports whose word 5-grams have a
    Jaccard similarity of at least 0.8 (the collection circulates with every report in it twice), stay together.

    Args:
        dev_fraction: the share of all reports that becomes dev.
        test_fraction: the share that becomes test, by default 0.15; not with ``folds``.
        split_seed: of the division; not the seed of the run.
        folds: divide the reports into so many folds; one is test, and dev is taken from the others.
        fold: which fold is test, counted from 0.
        min_count: leave out types of which train has fewer mentions (nested ones too), in all splits, as lost.
    """
    if folds is not None and test_fraction is not None:
        raise ConfigError("dataset_args.test_fraction: with folds, one of these is test; remove one of the two")
    division = Division(
        dev_fraction, _DEFAULT.test_fraction if test_fraction is None else test_fraction, split_seed, folds, fold
    )
    examples, duplicates = load_split(folder, _LABELS, group=_report)
    items = units(examples, _types, near_duplicates(example.document for example in examples))
    group_of = {unit.id: unit.group for unit in items}
    ids = division.divide(items)
    parts: dict[SplitName, Examples] = {
        split: tuple(_in_group(example, group_of) for example in examples if example.id in ids[split])
        for split in SPLITS
    }
    # What another division holds is not on the card.
    corpus = Corpus(
        card=CARDS[name] if division == _DEFAULT else replace(CARDS[name], statistics={}),
        **parts,
        lost={split: tuple(one for one in duplicates if one.document_id in ids[split]) for split in SPLITS},
        notes=_notes(division, parts),
    )
    if min_count:
        corpus = _without_rare(corpus, min_count)
    return _flat(corpus) if corpus.task == "ner_token" else corpus


def _report(stem: str) -> str:
    """The PubMed id that a file's name begins with, where it does: copies of one report are numbered on."""
    found = re.match(r"\d{7,8}(?!\d)", stem)
    return found[0] if found else stem


def _types(gold: tuple[Entity, ...]) -> list[str]:
    """Each once: what is kept in proportion is how many reports hold a type."""
    return sorted({entity.label for entity in gold})


def _in_group(example: Example[tuple[Entity, ...]], group_of: Mapping[str, str]) -> Example[tuple[Entity, ...]]:
    return replace(example, document=replace(example.document, group=group_of[example.id]))


def _notes(division: Division, parts: Mapping[SplitName, Examples]) -> tuple[str, ...]:
    """How the reports were divided, and how many belong together."""
    sizes = "/".join(str(len(parts[split])) for split in SPLITS)
    how = f"stratified by the types that they hold, {division.describe()}"
    notes = [f"no split is published: reports were split {sizes}, {how}"]
    groups = Counter(example.document.group for examples in parts.values() for example in examples)
    if copies := groups.total() - len(groups):
        notes.append(
            f"{copies} reports have the PubMed id, or nearly the text, of another one: they are in its split"
        )
    return tuple(notes)


def _without_rare(corpus: Corpus, min_count: int) -> Corpus:
    """The corpus without types of which train has fewer than ``min_count`` mentions; these mentions are lost.

    Raises:
        ConfigError: none is left.
    """
    counts = Counter(entity.label for example in corpus.train for entity in example.gold)
    rare = [label for label in corpus.card.labels if counts[label] < min_count]
    labels = tuple(label for label in corpus.card.labels if label not in rare)
    if not labels:
        label, most = counts.most_common(1)[0]
        raise ConfigError(
            f"dataset_args.min_count: found {min_count}, of which no type has as many mentions in train; the most"
            f" frequent one, {label}, has {most}"
        )
    parts: dict[SplitName, Examples] = {}
    lost = dict(corpus.lost)
    for split in SPLITS:
        parts[split] = tuple(
            replace(example, gold=tuple(entity for entity in example.gold if entity.label in labels))
            for example in corpus.split(split)
        )
        lost[split] += tuple(
            Lost(example.id, entity.label, LossReason.RARE, entity)
            for example in corpus.split(split)
            for entity in example.gold
            if entity.label in rare
        )
    said = ", ".join(f"{label} ({counts[label]})" for label in rare) or "none"
    return replace(
        corpus,
        card=replace(corpus.card, labels=labels),
        train=parts["train"],
        dev=parts["dev"],
        test=parts["test"],
        lost=lost,
        notes=(*corpus.notes, f"types with fewer than {min_count} mentions in train are left out: {said}"),
    )


def _flat(corpus: Corpus) -> Corpus:
    """The corpus with only those entities that IOB2 tags over words hold; the others join what was lost.

    Fragments with only white space between them (BRAT cuts at line ends) are one; see ``tags.coarsest``.
    """
    parts: dict[SplitName, Examples] = {}
    lost = dict(corpus.lost)
    for split in SPLITS:
        coarse: list[Example[tuple[Entity, ...]]] = []
        for example in corpus.split(split):
            kept, nested = coarsest(example.gold, example.id, example.document.text)
            coarse.append(replace(example, gold=kept))
            lost[split] += nested
        parts[split], lost[split] = word_tagged(tuple(coarse), lost[split])
    return replace(corpus, train=parts["train"], dev=parts["dev"], test=parts["test"], lost=lost)
