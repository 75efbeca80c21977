"""Everything that is said of a run's errors: classes, lengths, patterns, examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tabib.analysis.error_rates import ErrorRates, error_rates
from tabib.analysis.errors import matches_of
from tabib.analysis.examples import ErrorExample, sample_examples
from tabib.analysis.features import Vocabulary
from tabib.analysis.lengths import LengthAnalysis, analyse_lengths
from tabib.analysis.mentions import mentions_of
from tabib.analysis.patterns import PatternAnalysis, find_patterns
from tabib.analysis.rows import number_row
from tabib.analysis.runs import RunData
from tabib.tasks.base import Resampling


@dataclass(frozen=True, slots=True)
class ErrorAnalysis:
    """The errors of one split of one run.

    Args:
        examples: sampled with ``seed``; none without texts.
    """

    rates: ErrorRates
    lengths: LengthAnalysis
    patterns: PatternAnalysis
    examples: tuple[ErrorExample, ...]
    seed: int

    def to_json(self) -> dict[str, Any]:
        return {
            "rates": self.rates.to_json(),
            "lengths": self.lengths.to_json(),
            "patterns": self.patterns.to_json(),
            "examples": {"seed": self.seed, "sampled": [example.to_json() for example in self.examples]},
        }

    def number_rows(self) -> list[dict[str, Any]]:
        """Single numbers: shares of gold that were matched exactly and in part, and how boundary errors grow."""
        return [
            number_row("exact_rate", self.rates.exact_rate),
            number_row("partial_rate", self.rates.partial_rate),
            number_row("boundary_errors_per_word", self.lengths.slope),
        ]


def analyse_errors(
    data: RunData,
    texts: Mapping[str, str] | None,
    vocabulary: Vocabulary | None,
    resampling: Resampling,
    *,
    examples: int = 30,
    seed: int = 0,
) -> ErrorAnalysis:
    """Classify all entities, and look for what goes with errors.

    Args:
        texts: document → text; None where they are not at hand: then there are no examples, and no patterns of
            writing and vocabulary.
        vocabulary: what train held; None where nobody knows.
        examples: how many errors are sampled, with ``seed``.
    """
    matches = matches_of(data)
    mentions, absent = mentions_of(data, matches, texts, vocabulary)
    return ErrorAnalysis(
        error_rates(matches, data.ids, resampling),
        analyse_lengths(data, matches, resampling),
        find_patterns(mentions, data.ids, resampling, absent),
        () if texts is None else tuple(sample_examples(matches, texts, n=examples, seed=seed)),
        seed,
    )
