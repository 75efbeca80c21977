"""Texts that a model has read before it is tested: across the splits of a corpus, and across corpora.

Texts are alike where their word 5-grams have a Jaccard similarity of at least 0.8 (``overlap``); equal ones are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from tabib.core.examples import Document
from tabib.data.corpus import SPLITS, Corpus, SplitName
from tabib.data.overlap import labels_nearby
from tabib.data.soundness import all_examples, content_of

CountTokens = Callable[[Sequence[Document]], list[int]]
"""Sub-tokens of each document as a model would read it, special ones included."""


@dataclass(frozen=True, slots=True)
class CrossLeak:
    """Two corpora that share texts.

    Args:
        one, other: their names.
        shared: documents of ``other`` that are alike to one of ``one``; out of ``documents``.
        by_split: (split of ``one``, split of ``other``) → documents of ``other`` that are alike to one there.
    """

    one: str
    other: str
    shared: int
    documents: int
    by_split: Mapping[tuple[SplitName, SplitName], int]

    @property
    def across(self) -> int:
        """Documents of ``other`` whose like is in another split: read in one corpus, tested on in the other."""
        return sum(n for (one, other), n in self.by_split.items() if one != other)


def near_duplicates(corpus: Corpus) -> dict[tuple[str, str], int]:
    """Pairs of splits → documents of the second that are alike to one of the first, for pairs that have any."""
    found = list(all_examples(corpus))
    splits = [split for split, _ in found]
    near = labels_nearby(["\n".join(content_of(example)) for _, example in found], splits)
    return {
        (one, other): n
        for one, other in combinations(SPLITS, 2)
        if (n := sum(split == other and one in nearby for split, nearby in zip(splits, near, strict=True)))
    }


def cross_leaks(corpora: Sequence[Corpus]) -> list[CrossLeak]:
    """Every pair of the corpora that shares a text, in their order.

    Corpora of mentions (``texts_repeat``) are passed over: everybody says ``carcinome``.
    """
    places: list[tuple[int, SplitName]] = []
    texts = []
    for number, corpus in enumerate(corpora):
        if not corpus.card.texts_repeat:
            for split, example in all_examples(corpus):
                places.append((number, split))
                texts.append("\n".join(content_of(example)))
    near = labels_nearby(texts, places)
    shared: Counter[tuple[int, int]] = Counter()
    by_split: dict[tuple[int, int], Counter[tuple[SplitName, SplitName]]] = {}
    for (number, split), nearby in zip(places, near, strict=True):
        for earlier in {one for one, _ in nearby if one < number}:
            shared[earlier, number] += 1
        for one, one_split in nearby:
            if one < number:
                by_split.setdefault((one, number), Counter())[one_split, split] += 1
    sizes = [sum(len(corpus.split(split)) for split in SPLITS) for corpus in corpora]
    return [
        CrossLeak(
            corpora[one].card.name,
            corpora[other].card.name,
            shared[one, other],
            sizes[other],
            dict(sorted(by_split[one, other].items(), key=lambda item: [SPLITS.index(part) for part in item[0]])),
        )
        for one, other in sorted(shared)
    ]


def beyond(corpus: Corpus, count_tokens: CountTokens, max_length: int) -> dict[SplitName, int]:
    """By split, how many documents are longer than ``max_length`` sub-tokens."""
    return {
        split: sum(n > max_length for n in count_tokens([example.document for example in corpus.split(split)]))
        for split in SPLITS
    }
