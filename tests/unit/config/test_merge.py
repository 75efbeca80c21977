"""Putting one file over another."""

from __future__ import annotations

from tabib.config.errors import Mark
from tabib.config.merge import above, below, merge, without
from tabib.config.yaml_file import Marked, parse_yaml


def test_mappings_are_merged_and_all_else_replaces() -> None:
    base = parse_yaml("a: {x: 1, y: 2}\nl: [1, 2]\nn: 1\nkept: k\n", "base")
    over = parse_yaml("a: {y: 3, z: 4}\nl: [9]\nn: null\nnew: m\n", "over")
    assert merge(base, over).data == {
        "a": {"x": 1, "y": 3, "z": 4},
        "l": [9],
        "n": None,
        "kept": "k",
        "new": "m",
    }


def test_every_value_of_the_result_knows_its_file() -> None:
    base = parse_yaml("a:\n  x: 1\n  y: {deep: 2}\n", "base")
    over = parse_yaml("a:\n  y: 3\n", "over")
    marks = merge(base, over).marks
    assert str(marks["a", "x"]) == "base:2"
    assert str(marks["a", "y"]) == "over:2"
    assert ("a", "y", "deep") not in marks  # replaced, and its place with it


def test_neither_side_is_changed() -> None:
    base, over = Marked({"a": {"x": 1}}, {}), Marked({"a": {"y": 2}}, {})
    merge(base, over)
    assert (base.data, over.data) == ({"a": {"x": 1}}, {"a": {"y": 2}})


def test_parts_and_wholes() -> None:
    whole = parse_yaml("a:\n  b: 1\nc: 2\n", "f")
    part = below(whole, ("a",))
    assert part.data == {"b": 1}
    assert part.marks["b",] == Mark("f", 2)
    assert above(part, ("x", "y")).data == {"x": {"y": {"b": 1}}}
    assert above(part, ("x", "y")).marks["x", "y", "b"] == Mark("f", 2)
    assert without(whole, "a").data == {"c": 2}
    assert ("a", "b") not in without(whole, "a").marks
