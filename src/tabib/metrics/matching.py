"""Pairing gold with predicted entities one to one; the number of pairs depends on no order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from itertools import accumulate

from tabib.core.spans import Entity

Neighbours = list[list[int]]
"""For each gold entity, the indices of the predicted entities that it may be paired with."""


def overlapping(gold: Sequence[Entity], predicted: Sequence[Entity]) -> Neighbours:
    """Which predicted entities share at least one character with each gold entity; labels are not looked at."""
    order = sorted(range(len(predicted)), key=lambda index: predicted[index].start)
    starts = [predicted[index].start for index in order]
    furthest_ends = list(accumulate((predicted[index].end for index in order), max))
    neighbours: Neighbours = []
    for entity in gold:
        # Only these can reach it: they begin before its end, and something up to them ends after its start.
        first, last = bisect_right(furthest_ends, entity.start), bisect_left(starts, entity.end)
        neighbours.append([index for index in order[first:last] if _touch(entity, predicted[index])])
    return neighbours


def maximum_matching(neighbours: Neighbours, n_predicted: int) -> list[int]:
    """The largest possible number of one-to-one pairs (augmenting paths, Berge 1957).

    Returns:
        for each gold entity the index of its predicted entity, or -1.
    """
    partner_of_gold = [-1] * len(neighbours)
    partner_of_predicted = [-1] * n_predicted
    for root, options in enumerate(neighbours):
        free = next((option for option in options if partner_of_predicted[option] < 0), None)
        if free is None:
            free = _augment(root, neighbours, partner_of_gold, partner_of_predicted)
        else:
            partner_of_gold[root], partner_of_predicted[free] = free, root
    return partner_of_gold


def components(neighbours: Neighbours, n_predicted: int) -> list[tuple[list[int], list[int]]]:
    """Connected groups (gold indices, predicted indices) of entities with at least one neighbour."""
    back: list[list[int]] = [[] for _ in range(n_predicted)]
    for index, options in enumerate(neighbours):
        for option in options:
            back[option].append(index)
    seen_gold, seen_predicted = [False] * len(neighbours), [False] * n_predicted
    groups = []
    for root, options in enumerate(neighbours):
        if seen_gold[root] or not options:
            continue
        seen_gold[root] = True
        group: tuple[list[int], list[int]] = ([root], [])
        queue = deque([root])
        while queue:
            for option in neighbours[queue.popleft()]:
                if seen_predicted[option]:
                    continue
                seen_predicted[option] = True
                group[1].append(option)
                for other in back[option]:
                    if not seen_gold[other]:
                        seen_gold[other] = True
                        group[0].append(other)
                        queue.append(other)
        groups.append(group)
    return groups


def _touch(one: Entity, other: Entity) -> bool:
    if len(one.spans) == len(other.spans) == 1:
        return one.start < other.end and other.start < one.end
    return one.overlap(other) > 0


def _augment(
    root: int, neighbours: Neighbours, partner_of_gold: list[int], partner_of_predicted: list[int]
) -> int | None:
    """Breadth-first search for a path to a free predicted entity; turns the pairs along it over."""
    reached_from: dict[int, int] = {}
    queue = deque([root])
    while queue:
        gold = queue.popleft()
        for option in neighbours[gold]:
            if option in reached_from:
                continue
            reached_from[option] = gold
            if partner_of_predicted[option] >= 0:
                queue.append(partner_of_predicted[option])
                continue
            end: int = option
            while True:
                gold = reached_from[end]
                previous = partner_of_gold[gold]
                partner_of_gold[gold], partner_of_predicted[end] = end, gold
                if gold == root:
                    return option
                end = previous
    return None
