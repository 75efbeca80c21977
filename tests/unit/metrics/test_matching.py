"""One-to-one pairs: as many as possible, whatever the order."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from tabib.core.spans import Entity
from tabib.metrics.matching import components, maximum_matching, overlapping


def entities(seed: int, n: int, length: int = 40) -> list[Entity]:
    """Entities that nest, cross and have gaps."""
    rng = random.Random(seed)
    found = []
    for _ in range(n):
        cuts = sorted(rng.sample(range(length), rng.choice([2, 2, 2, 4])))
        found.append(Entity("X", tuple(zip(cuts[::2], cuts[1::2], strict=True))))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_overlaps_are_those_that_share_a_character(seed: int) -> None:
    gold, predicted = entities(seed, 15), entities(seed + 1000, 15)
    expected = [{index for index, other in enumerate(predicted) if one.overlap(other) > 0} for one in gold]
    assert [set(row) for row in overlapping(gold, predicted)] == expected


def test_touching_is_not_overlapping_and_a_gap_is_not_covered() -> None:
    assert overlapping([Entity.of("X", 0, 4)], [Entity.of("X", 4, 8)]) == [[]]
    assert overlapping([Entity("X", ((0, 2), (6, 8)))], [Entity.of("X", 2, 6)]) == [[]]


def test_a_greedy_first_choice_is_taken_back_where_that_makes_more_pairs() -> None:
    # 0 could take either, 1 only the first, 2 only what 1 would otherwise... a chain of three turns over.
    assert sorted(maximum_matching([[0, 1], [0, 2], [0]], 3)) == [0, 1, 2]


@pytest.mark.parametrize("seed", range(30))
def test_as_many_pairs_as_scipy_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = rng.random((8, 9)) < 0.25
    partners = maximum_matching([list(np.flatnonzero(row)) for row in edges], 9)
    expected = (maximum_bipartite_matching(csr_array(edges), perm_type="column") >= 0).sum()
    used = [partner for partner in partners if partner >= 0]
    assert len(used) == len(set(used)) == expected
    assert all(edges[index, partner] for index, partner in enumerate(partners) if partner >= 0)


def test_a_long_chain_is_turned_over_without_recursion() -> None:
    n = 3000
    neighbours = [[index, index + 1] for index in range(n)] + [[0]]
    assert -1 not in maximum_matching(neighbours, n + 1)


def test_components_hold_every_entity_with_a_neighbour_once() -> None:
    groups = components([[0, 1], [1], [], [3], [4, 3]], 6)
    assert [(sorted(one), sorted(other)) for one, other in groups] == [([0, 1], [0, 1]), ([3, 4], [3, 4])]


def test_the_number_of_pairs_does_not_depend_on_order() -> None:
    gold, predicted = entities(1, 4), entities(2, 5)
    numbers = {
        sum(partner >= 0 for partner in maximum_matching(overlapping(list(one), list(other)), 5))
        for one in itertools.permutations(gold)
        for other in itertools.permutations(predicted)
    }
    assert len(numbers) == 1
