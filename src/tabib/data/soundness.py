"""What must hold before anything is learnt or scored: ids, splits that share nothing, the published counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from tabib.core.errors import DataError
from tabib.core.examples import Example
from tabib.data.corpus import SPLITS, Corpus, SplitName
from tabib.tasks.load import get_task


def refuse_unsound(corpus: Corpus) -> None:
    """Scores on a corpus whose splits leak into each other say nothing, so it is not loaded.

    Raises:
        DataError: an id is used twice, a group straddles splits, or splits share texts beyond what the card knows.
    """
    known = corpus.card.shared_texts
    leaks = {pair: n for pair, n in shared_texts(corpus).items() if n > known.get(pair, 0)}
    problems = [*id_problems(corpus), *group_problems(corpus), *shared_text_problems(corpus, {**known, **leaks})]
    if problems:
        name = corpus.card.name
        raise DataError(
            f"the splits of {name} are not sound: {'; '.join(problems)}. Compare the files with the published"
            f" ones; 'tabib data check {name}' says more"
        )


def shared_texts(corpus: Corpus) -> dict[tuple[str, str], int]:
    """Pairs of splits → texts that both hold, for pairs that share any."""
    texts = {split: {content_of(example) for example in corpus.split(split)} for split in SPLITS}
    return {(one, two): n for one, two in combinations(SPLITS, 2) if (n := len(texts[one] & texts[two]))}


def id_problems(corpus: Corpus) -> Iterator[str]:
    counts = Counter(example.id for split in SPLITS for example in corpus.split(split))
    repeated = sorted(id_ for id_, n in counts.items() if n > 1)
    if repeated:
        yield f"{len(repeated)} document ids are repeated, for example {repeated[:3]}"
    if "" in counts:
        yield "a document has an empty id"


def group_problems(corpus: Corpus) -> Iterator[str]:
    splits_of: dict[str, set[str]] = {}
    for split, example in all_examples(corpus):
        if example.document.group:
            splits_of.setdefault(example.document.group, set()).add(split)
    for group, splits in sorted(splits_of.items()):
        if len(splits) > 1:
            yield f"the group {group!r} is in {' and '.join(sorted(splits))}"


def count_problems(corpus: Corpus) -> Iterator[str]:
    """Kept and lost annotations together are those published; a dev that is not published is train's."""
    statistics, task = corpus.card.statistics, get_task(corpus.task)
    for split in SPLITS:
        if not corpus.split(split) and not (corpus.card.test_only and split != "test"):
            yield f"the {split} split is empty"
    for published, expected in statistics.items():
        parts = [split for split in SPLITS if split == published]
        if published == "train" and "dev" not in statistics:
            parts.append("dev")
        examples = [example for split in parts for example in corpus.split(split)]
        lost = sum(len(corpus.lost.get(split, ())) for split in parts)
        found = {
            "documents": len(examples),
            "annotations": lost + sum(len(task.gold_labels(example.gold)) for example in examples),
        }
        for what, n in expected.items():
            if found[what] != n:
                yield f"{' and '.join(parts)}: {found[what]} {what}, the card says {n}"


def shared_text_problems(corpus: Corpus, shared: Mapping[tuple[str, str], int]) -> Iterator[str]:
    if corpus.card.texts_repeat:
        return
    declared = corpus.card.shared_texts
    for pair in sorted({*shared, *declared}):
        found, expected = shared.get((pair[0], pair[1]), 0), declared.get((pair[0], pair[1]), 0)
        if found != expected:
            yield f"{pair[0]} and {pair[1]} share {found} texts, the card says {expected}"


def all_examples(corpus: Corpus) -> Iterator[tuple[SplitName, Example[Any]]]:
    for split in SPLITS:
        for example in corpus.split(split):
            yield split, example


def content_of(example: Example[Any]) -> tuple[str, ...]:
    """All that a model is given to read. A pair, and the options of a question, are the same in any order."""
    document = example.document
    if document.second:
        return tuple(sorted((document.text, document.second)))
    return document.text, *sorted(document.options)
