"""Turns of all variants, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tabib.core.errors import ModelError
from tabib.core.examples import Document
from tabib.records.speed import Timing
from tabib.runs.speed.documents import batches, characters, evenly, words
from tabib.runs.speed.worker import Worker


@dataclass(frozen=True, slots=True)
class Plan:
    """What every round holds, the same for all variants.

    Args:
        documents: that are timed.
        sizes: batch sizes that are measured.
        skipped: batch size → why it is not.
    """

    documents: tuple[Document, ...]
    sizes: tuple[int, ...]
    skipped: Mapping[int, str]


def plan_round(
    documents: Sequence[Document], sizes: Sequence[int], seconds_per_document: float, limit: float
) -> Plan:
    """As many documents as one round has time for, and the batch sizes of which one batch has.

    Args:
        documents: that may be timed.
        sizes: batch sizes that are asked for.
        seconds_per_document: of the slowest variant, roughly.
        limit: seconds for a variant.
    """
    affordable = int(limit / max(seconds_per_document * len(sizes), 1e-9))
    chosen = evenly(documents, max(1, min(len(documents), affordable)))
    skipped = {
        size: f"a batch would take about {size * seconds_per_document:.0f} s, more than the limit of {limit:g} s"
        for size in sizes
        if size > 1 and size * seconds_per_document > limit
    }
    return Plan(chosen, tuple(size for size in sizes if size not in skipped), skipped)


Announce = Callable[[str, int, int], None]
"""Called with (variant, batch size, round) before each turn; rounds count from 1."""


@dataclass(slots=True)
class Turns:
    """The timings of all variants so far.

    Args:
        plan: what a round holds.
        workers: variant → what predicts; one that fails is taken out.
        timings: variant → batch size → its calls so far.
    """

    plan: Plan
    workers: dict[str, Worker]
    timings: dict[str, dict[int, Timing]]

    def round(self, number: int, announce: Announce) -> Iterator[tuple[str, str]]:
        """One turn of every batch size of every variant. Yields (variant, reason) of each that failed.

        The variants follow one another within a batch size; who begins changes from round to round. What a variant
        was timed at before it failed stays.
        """
        for size in self.plan.sizes:
            order = list(self.workers)
            first = (number - 1) % len(order) if order else 0
            for variant in order[first:] + order[:first]:
                announce(variant, size, number)
                try:
                    self._turn(variant, size)
                except ModelError as error:
                    self.workers.pop(variant).close()
                    self.timings[variant].setdefault(size, Timing(size, reason=str(error)))
                    yield variant, str(error)

    def seconds(self, variant: str) -> float:
        """All timed calls of a variant."""
        return sum(sum(timing.seconds) for timing in self.timings[variant].values())

    def table(self, variant: str, asked: Sequence[int]) -> tuple[Timing, ...]:
        """The variant's timings, in the order that batch sizes were asked for."""
        mine = self.timings[variant]
        return tuple(
            mine.get(size, Timing(size, reason=self.plan.skipped.get(size, "not measured yet"))) for size in asked
        )

    def _turn(self, variant: str, size: int) -> None:
        handed = list(batches(self.plan.documents, size))
        seconds = self.workers[variant].time(handed)
        before = self.timings[variant].get(size, Timing(size))
        self.timings[variant][size] = replace(
            before,
            seconds=(*before.seconds, *seconds),
            documents=before.documents + sum(map(len, handed)),
            words=before.words + sum(words(document) for batch in handed for document in batch),
            characters=before.characters + sum(characters(document) for batch in handed for document in batch),
        )
