"""What the chosen model gives and takes against each other candidate, on the split that is evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tabib.analysis.comparison import Comparison, ModelPair
from tabib.analysis.model_scores import ModelScores
from tabib.analysis.rows import to_row
from tabib.analysis.selection import Selection
from tabib.core.scores import Score


@dataclass(frozen=True, slots=True)
class TradeOff:
    """The chosen ``model`` against one ``other`` candidate.

    Args:
        difference: F1 of the chosen one minus the other's; p as in ``ModelPair``, adjusted for all pairs.
        rare_difference: the same over the types that are rare in train.
        faster, slower: documents per second of the chosen one over the other's, and the inverse.
        train_longer, train_shorter: likewise of the time that fitting took.
        memory_more, memory_less: likewise of the most memory of a run: of the GPU where both used one, else of the
            process. None where one of the two is not known.
    """

    model: str
    other: str
    split: str
    documents: int
    difference: Score
    p: float | None
    p_holm: float | None
    significant: bool
    rare_difference: Score
    rare_p_holm: float | None
    rare_significant: bool
    faster: float | None
    slower: float | None
    train_longer: float | None
    train_shorter: float | None
    memory_more: float | None
    memory_less: float | None


def trade_offs(comparison: Comparison, selection: Selection) -> tuple[TradeOff, ...]:
    """One for each other candidate, by rank; none where nothing was chosen."""
    if selection.chosen is None:
        return ()
    ranked = [row.model for row in selection.candidates if row.rank is not None]
    return tuple(_against(comparison, selection.chosen, other) for other in ranked[1:])


def trade_off_rows(found: Sequence[TradeOff]) -> list[dict[str, Any]]:
    """The table ``tradeoffs``, key ``other``."""
    return [to_row(row) for row in found]


def _against(comparison: Comparison, chosen: str, other: str) -> TradeOff:
    pair = next(pair for pair in comparison.pairs if {pair.model, pair.other} == {chosen, other})
    ours, theirs = comparison.model(chosen), comparison.model(other)
    faster, slower = _ratios(ours.documents_per_second, theirs.documents_per_second)
    longer, shorter = _ratios(ours.train_seconds, theirs.train_seconds)
    more, less = _ratios(*_memory(ours, theirs))
    return TradeOff(
        chosen,
        other,
        comparison.split,
        comparison.documents,
        _oriented(pair.difference, pair, chosen),
        pair.p,
        pair.p_holm,
        pair.significant,
        _oriented(pair.rare_difference, pair, chosen),
        pair.rare_p_holm,
        pair.rare_significant,
        faster,
        slower,
        longer,
        shorter,
        more,
        less,
    )


def _memory(ours: ModelScores, theirs: ModelScores) -> tuple[float | None, float | None]:
    if ours.gpu_gib is not None and theirs.gpu_gib is not None:
        return ours.gpu_gib, theirs.gpu_gib
    return ours.memory_gib, theirs.memory_gib


def _ratios(ours: float | None, theirs: float | None) -> tuple[float | None, float | None]:
    if not ours or not theirs:
        return None, None
    return ours / theirs, theirs / ours


def _oriented(score: Score, pair: ModelPair, chosen: str) -> Score:
    if pair.model == chosen or score.value is None:
        return score
    low, high = score.low, score.high
    ends = (None, None) if low is None or high is None else (0.0 - high, 0.0 - low)
    return Score(0.0 - score.value, low=ends[0], high=ends[1])
