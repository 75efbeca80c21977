"""Texts that nearly repeat one another: all pairs, exact, vectorised over documents.

References: Broder 1997 (shingles and their Jaccard similarity); Xiao et al. 2008 (prefix filtering: two sets of
which neither has a rare member of the other cannot be that similar).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]

LabelT = TypeVar("LabelT", bound=Hashable)

_TOKEN = re.compile(r"\w+")
_PRIMES = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
"""Odd multipliers of splitmix64 (Steele et al. 2014)."""
_ROWS = 2048


def normalise(text: str) -> str:
    """Text for comparison: compatibility forms, case, punctuation and white space do not count."""
    return " ".join(_TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()))


def word_shingles(text: str, n: int = 5) -> frozenset[tuple[str, ...]]:
    """Every run of ``n`` words of the normalised text; a text shorter than that is one shingle."""
    words = normalise(text).split()
    if len(words) < n:
        return frozenset((tuple(words),))
    return frozenset(zip(*(words[first:] for first in range(n)), strict=False))


def similar_pairs(texts: Sequence[str], *, threshold: float = 0.8, n: int = 5) -> list[tuple[int, int]]:
    """Pairs of indices, ascending, of texts whose ``word_shingles`` have a Jaccard similarity of ``threshold``.

    Texts that are equal once normalised are linked to the first of them only, (first, other), and only the first
    is compared with the rest: ``k`` equal texts are ``k - 1`` pairs, not ``k²``. Shingles are compared by 64-bit
    hashes: with ten million of them, the chance that any two collide is below one in a hundred thousand.

    Args:
        threshold: in (0, 1].
        n: words of a shingle.

    Raises:
        ValueError: ``threshold`` is not in (0, 1].
    """
    firsts, edges = _similar(texts, threshold, n)
    return sorted([(first, index) for index, first in enumerate(firsts) if first != index] + edges)


def labels_nearby(
    texts: Sequence[str], labels: Sequence[LabelT], *, threshold: float = 0.8, n: int = 5
) -> list[frozenset[LabelT]]:
    """For each text, the labels of the other texts that are equal to it (normalised) or similar.

    Args:
        labels: one for each text.
        threshold, n: as for ``similar_pairs``.

    Raises:
        ValueError: ``threshold`` is not in (0, 1].
    """
    firsts, edges = _similar(texts, threshold, n)
    own: dict[int, Counter[LabelT]] = defaultdict(Counter)
    for first, label in zip(firsts, labels, strict=True):
        own[first][label] += 1
    near: dict[int, set[LabelT]] = defaultdict(set)
    for one, other in edges:
        near[one].update(own[other])
        near[other].update(own[one])
    return [
        frozenset(near[first] | {one for one, count in own[first].items() if one != label or count > 1})
        for first, label in zip(firsts, labels, strict=True)
    ]


def _similar(texts: Sequence[str], threshold: float, n: int) -> tuple[list[int], list[tuple[int, int]]]:
    """For each text the first that is equal to it, and the pairs of such firsts that are similar."""
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold must be in (0, 1], got {threshold}")
    first_of: dict[str, int] = {}
    firsts = [first_of.setdefault(normalise(text), index) for index, text in enumerate(texts)]
    distinct = list(first_of.values())
    similar = _similar_sets(*_shingle_sets(list(first_of), n), threshold)
    return firsts, [(distinct[one], distinct[other]) for one, other in similar]


def _shingle_sets(texts: Sequence[str], n: int) -> tuple[Ints, NDArray[np.uint64]]:
    """The distinct shingles of normalised texts: (document, hash) by document.

    Shorter texts are filled up with the number 0, which is no word's.
    """
    import numpy as np

    numbers: dict[str, int] = {}
    words: list[int] = []
    windows = np.empty(len(texts), dtype=np.int64)
    for document, text in enumerate(texts):
        found = [numbers.setdefault(word, len(numbers) + 1) for word in text.split()]
        found += [0] * (n - len(found))
        words += found
        windows[document] = len(found) - n + 1
    mixed = _mix(np.array(words, dtype=np.uint64) + np.uint64(_PRIMES[0]))
    documents = np.repeat(np.arange(len(texts)), windows)
    starts = np.arange(len(documents)) + documents * (n - 1)  # the last n - 1 words of a text begin no window
    hashes = np.zeros(len(starts), dtype=np.uint64)
    for place in range(n):
        hashes = _mix(hashes * np.uint64(_PRIMES[0]) + mixed[starts + place])
    order = np.lexsort((hashes, documents))
    documents, hashes = documents[order], hashes[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (documents[1:] != documents[:-1]) | (hashes[1:] != hashes[:-1])
    return documents[first], hashes[first]


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64's finaliser: every bit of the input reaches every bit of the output."""
    import numpy as np

    values = (values ^ (values >> np.uint64(30))) * np.uint64(_PRIMES[1])
    values = (values ^ (values >> np.uint64(27))) * np.uint64(_PRIMES[2])
    mixed: NDArray[np.uint64] = values ^ (values >> np.uint64(31))
    return mixed


def _similar_sets(documents: Ints, hashes: NDArray[np.uint64], threshold: float) -> list[tuple[int, int]]:
    """Pairs of documents; each must share a shingle of its prefix, the rarest (1 - threshold) of its own."""
    import numpy as np
    from scipy.sparse import csr_array

    if not len(documents):
        return []
    _, shingles, frequency = np.unique(hashes, return_inverse=True, return_counts=True)
    sizes = np.bincount(documents)
    order = np.lexsort((shingles, frequency[shingles], documents))
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    rank = np.arange(len(documents)) - starts[documents]  # ``order`` keeps the documents in their blocks
    wanted = sizes - np.ceil(threshold * sizes).astype(np.int64) + 1
    in_prefix = order[rank < wanted[documents]]
    shared = frequency > 1
    shape = (len(sizes), len(frequency))

    def matrix(rows: Any) -> Any:
        rows = rows[shared[shingles[rows]]]
        return csr_array((np.ones(len(rows), dtype=np.int32), (documents[rows], shingles[rows])), shape)

    prefixes, sets = matrix(in_prefix), matrix(np.arange(len(documents)))
    found = []
    for start in range(0, len(sizes), _ROWS):
        candidates = (prefixes[start : start + _ROWS] @ prefixes.T).tocoo()
        ones, others = candidates.row + start, candidates.col
        ones, others = ones[ones < others], others[ones < others]
        for first in range(0, len(ones), _ROWS):
            one, other = ones[first : first + _ROWS], others[first : first + _ROWS]
            common = (sets[one] * sets[other]).sum(axis=1)
            alike = common >= threshold * (sizes[one] + sizes[other] - common)
            found += list(zip(one[alike].tolist(), other[alike].tolist(), strict=True))
    return found
