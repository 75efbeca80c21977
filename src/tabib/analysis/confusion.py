"""Which types are taken for which: gold in rows, predictions in columns, each entity in one cell.

Gold and predicted entities are aligned one to one by largest overlap (``pairing.by_largest_overlap``, which says
how ties are broken). What has no partner is in the row (predictions) or column (gold) NONE, so that rows sum to
gold and columns to predictions. This asks another question than the classes of ``errors``, which look for a
partner of the same type first: here a prediction goes with what it covers, whatever that is called.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from tabib.analysis.pairing import by_largest_overlap
from tabib.analysis.runs import RunData

NONE, OTHER = "NONE", "OTHER"


@dataclass(frozen=True, slots=True)
class Confused:
    """Gold of one type that was found as another one: how many, and their share of the type's gold."""

    gold: str
    predicted: str
    n: int
    share: float


@dataclass(frozen=True, slots=True)
class TypeConfusion:
    """Counts of aligned entities.

    Args:
        types: the most frequent types of the split's gold, the most frequent first.
        others: how many types more have gold or predictions; together they are the row and column OTHER, which is
            there only if there are any.
        counts: rows of gold, columns of predictions, in the order of ``names``; the last of both is NONE.
        confused: all pairs of unlike types, of all types, the most frequent first.
    """

    types: tuple[str, ...]
    others: int
    counts: tuple[tuple[int, ...], ...]
    confused: tuple[Confused, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Types, then OTHER where there are others, then NONE (``NONE_`` beside a type of that name)."""
        special = [OTHER, NONE] if self.others else [NONE]
        for index, name in enumerate(special):
            while name in self.types:
                name += "_"
            special[index] = name
        return (*self.types, *special)

    def shares(self) -> list[list[float | None]]:
        """Each row by its sum; None where a row is empty, and in the cell where NONE meets NONE."""
        rows: list[list[float | None]] = []
        for counts in self.counts:
            total = sum(counts)
            rows.append([n / total if total else None for n in counts])
        rows[-1][-1] = None
        return rows

    def to_json(self) -> dict[str, Any]:
        return {
            "names": list(self.names),
            "others": self.others,
            "counts": [list(row) for row in self.counts],
            "confused": [asdict(row) for row in self.confused],
        }

    def matrix_rows(self) -> list[dict[str, Any]]:
        """The matrix as a table: a row for each gold type, a column for each predicted one."""
        return [
            {"gold": name, **dict(zip(self.names, row, strict=True))}
            for name, row in zip(self.names, self.counts, strict=True)
        ]

    def confused_rows(self) -> list[dict[str, Any]]:
        return [asdict(row) for row in self.confused]


def confuse(data: RunData, top: int = 15) -> TypeConfusion:
    """The confusion of the ``top`` most frequent types of the split's gold (of equally many, by name).

    Raises:
        ValueError: ``top`` below 1.
    """
    if top < 1:
        raise ValueError(f"the confusion is of at least one type, got {top}")
    cells: Counter[tuple[str | None, str | None]] = Counter()
    for _, gold, predicted in data.sorted_pairs():
        pairs = by_largest_overlap(gold, predicted)
        cells.update((gold[i].label, predicted[j].label) for i, j in pairs)
        paired_gold, paired_predicted = {i for i, _ in pairs}, {j for _, j in pairs}
        cells.update((one.label, None) for i, one in enumerate(gold) if i not in paired_gold)
        cells.update((None, other.label) for j, other in enumerate(predicted) if j not in paired_predicted)
    support: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for (one, other), n in cells.items():
        support.update({one: n} if one is not None else {})
        seen.update({other: n} if other is not None else {})
    ranked = sorted(support.keys() | seen.keys(), key=lambda label: (-support[label], -seen[label], label))
    types, others = ranked[:top], ranked[top:]
    place: dict[str | None, int] = {label: index for index, label in enumerate(types)}
    place |= dict.fromkeys(others, len(types))
    place[None] = len(types) + bool(others)
    counts = [[0] * (place[None] + 1) for _ in range(place[None] + 1)]
    for (one, other), n in cells.items():
        counts[place[one]][place[other]] += n
    confused = [
        Confused(one, other, n, n / support[one])
        for (one, other), n in cells.items()
        if one is not None and other is not None and one != other
    ]
    confused.sort(key=lambda row: (-row.n, -row.share, row.gold, row.predicted))
    return TypeConfusion(tuple(types), len(others), tuple(map(tuple, counts)), tuple(confused))
