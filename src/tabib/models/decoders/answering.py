"""Asking about many documents: their requests go out together, and come back as one prediction each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil, floor
from typing import Any

from tabib.core.details import counts_of
from tabib.core.examples import Document, Example
from tabib.core.predictions import Prediction
from tabib.models.base import Progress
from tabib.models.decoders.asking import Asker, Way
from tabib.models.decoders.base import Request, Response
from tabib.models.decoders.parsing.json_text import REPAIRS

Complete = Callable[[Sequence[Request]], Iterable[tuple[int, Response]]]
"""Gives (index of the request, response) for each request, in any order."""

WAYS: Mapping[Way, str] = {
    "choose": "log-likelihood of the answers",
    "judge": "log-likelihood of yes and no",
    "generate": "text",
}
"""How a document is asked about → how a reader of the results is told."""

DEFAULT_SCALE = (0.0, 5.0)


def answer(
    asker: Asker, documents: Sequence[Document], complete: Complete, progress: Progress | None = None
) -> list[Prediction]:
    """One prediction per document, in their order."""
    requests: list[Request] = []
    places: list[range] = []
    for document in documents:
        asked = asker.requests(document)
        places.append(range(len(requests), len(requests) + len(asked)))
        requests.extend(asked)
    responses: dict[int, Response] = {}
    owner = [index for index, place in enumerate(places) for _ in place]
    waiting = [len(place) for place in places]
    done = 0
    for index, response in complete(requests):
        responses[index] = response
        waiting[owner[index]] -= 1
        if not waiting[owner[index]]:
            done += 1
            if progress is not None:
                progress(done, len(documents))
    return [
        asker.read(document, [responses[index] for index in place])
        for document, place in zip(documents, places, strict=True)
    ]


def count_outcomes(predictions: Iterable[Prediction]) -> Counter[str]:
    """What became of the answers (repaired, placed, hallucinated…): outcome → how many."""
    counts: Counter[str] = Counter()
    for prediction in predictions:
        found = counts_of(prediction.detail)
        counts.update(found)
        if any(found[repair] for repair in REPAIRS):  # one answer may need several
            counts["repaired answers"] += 1
    return counts


def outcome_notes(counts: Mapping[str, int]) -> tuple[str, ...]:
    """The counts in one line; none where there are none."""
    line = ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))
    return (f"answers: {line}",) if line else ()


def count_ways(asker: Asker, documents: Iterable[Document]) -> Counter[Way]:
    """How many documents are asked about in which way."""
    return Counter(asker.way(document) for document in documents)


def way_notes(ways: Mapping[Way, int]) -> tuple[str, ...]:
    """The ways in one line; none where nothing was asked."""
    line = ", ".join(f"{ways[way]} by {text}" for way, text in WAYS.items() if ways.get(way))
    return (f"documents: {line}",) if line else ()


def scale_of(task: str, given: tuple[float, float] | None, train: Sequence[Example[Any]]) -> tuple[float, float]:
    """Lowest and highest similarity: as given, else the whole numbers around those of train, else 0 to 5."""
    if given is not None:
        return given
    if task != "similarity" or not train:
        return DEFAULT_SCALE
    values = [example.gold for example in train]
    return float(floor(min(values))), float(ceil(max(values)))
