"""``key.path=value`` on the command line."""

from __future__ import annotations

from typing import Any

import pytest

from tabib.config.errors import InvalidConfig, Loc, dotted
from tabib.config.overrides import override
from tabib.config.yaml_file import Marked, parse_yaml

FILE = """
seed: 1
training: {max_steps: 10, learning_rate: 1.0e-3}
datasets: [a, b]
models:
  gpt-4.1: {x: 1}
  plain: name
"""


def after(*overrides: str, named: tuple[Loc, ...] = ()) -> dict[str, Any]:
    return dict(override(parse_yaml(FILE, "f.yaml"), overrides, named).data)


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("seed=7", ("seed",), 7),
        ("training.learning_rate=5e-5", ("training", "learning_rate"), 5e-5),
        ("training.new=true", ("training", "new"), True),
        ("deep.er.still=x", ("deep", "er", "still"), "x"),
        ("datasets=[c]", ("datasets",), ["c"]),
        ("seed=", ("seed",), None),
        ("seed=null", ("seed",), None),
        ("seed=a=b", ("seed",), "a=b"),
        ("models.gpt-4.1.x=2", ("models", "gpt-4.1", "x"), 2),
        ('models."gpt-4.1".x=2', ("models", "gpt-4.1", "x"), 2),
        ('models."gpt-5.0".x=2', ("models", "gpt-5.0", "x"), 2),
        (" seed =7", ("seed",), 7),
        ("datasets[1]=c", ("datasets", 1), "c"),
        ("datasets[0]={x: 1}", ("datasets", 0, "x"), 1),
    ],
)
def test_values_are_yaml_and_paths_are_dotted(text: str, path: tuple[str | int, ...], value: Any) -> None:
    found: Any = after(text)
    for part in path:  # a position of a list as well
        found = found[part]
    assert (found, type(found)) == (value, type(value))


def test_mappings_are_merged_and_nothing_else_changes() -> None:
    expected = dict(parse_yaml(FILE, "f.yaml").data)
    expected["training"] = {"max_steps": 20, "learning_rate": 1e-3}
    assert after("training={max_steps: 20}") == expected


def test_the_last_one_wins() -> None:
    assert after("seed=2", "seed=3")["seed"] == 3


def test_the_origin_of_a_value_is_remembered() -> None:
    marked = override(parse_yaml(FILE, "f.yaml"), ["training.max_steps=20"])
    assert str(marked.marks["training", "max_steps"]) == "override 'training.max_steps=20'"
    assert str(marked.marks["training", "learning_rate"]) == "f.yaml:3"


def test_an_item_of_a_list_is_replaced_and_its_neighbours_keep_their_place() -> None:
    marked = override(parse_yaml(FILE, "f.yaml"), ["datasets[0]=c"])
    assert marked.data["datasets"] == ["c", "b"]
    assert str(marked.marks["datasets", 0]) == "override 'datasets[0]=c'"
    assert str(marked.marks["datasets", 1]) == "f.yaml:4"


def test_every_path_that_an_error_spells_is_one_that_an_override_takes() -> None:
    data = {"a.b": [{"c": [1, 2]}], "d": {"e": 3}, "f[0]": 4}
    for loc in (("a.b",), ("a.b", 0, "c", 1), ("d", "e"), ("f[0]",)):
        found: Any = override(Marked(data, {}), [f"{dotted(loc)}=new"]).data
        for part in loc:
            found = found[part]
        assert found == "new"


@pytest.mark.parametrize(
    ("text", "made"),
    [("deep.er.still=x", ("deep",)), ("deep.er.still=x", ("deep", "er")), ("empty.x=1", ("empty",))],
)
def test_mappings_that_an_override_makes_are_its_own(text: str, made: Loc) -> None:
    marked = override(parse_yaml(FILE + "empty:\n", "f.yaml"), [text])
    assert str(marked.marks[made]) == f"override {text!r}"
    assert str(marked.marks["training",]) == "f.yaml:3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed", "expected key.path=value"),
        ("=3", "expected key.path=value"),
        ("a..b=3", "the path has an empty part"),
        (".seed=3", "the path has an empty part"),
        ('models."gpt=3', "a quotation mark is not closed"),
        ("seed.x=3", "seed: holds 1 (whole number), which has no parts"),
        ("datasets.0=x", "datasets: holds a list; name an item by its position, such as datasets[0]=, or give"),
        ("datasets[2]=x", "datasets[2]: there is no such item; the list has [0] to [1]"),
        ("datasets[0][0]=x", "datasets[0]: holds 'a' (text), which is no list"),
        ("datasets[0].x=1", "datasets[0]: holds 'a' (text), which has no parts"),
        ("seed=[1", "not valid YAML"),
        ("training={a: 1, a: 2}", "the key is given twice"),
        ("training={1: 2}", "the key 1 is not text"),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    with pytest.raises(InvalidConfig) as caught:
        after(text)
    assert str(caught.value).startswith(f"override {text!r}: ")
    assert str(caught.value).count(repr(text)) == 1
    assert message in str(caught.value)


def test_all_mistakes_at_once() -> None:
    with pytest.raises(InvalidConfig) as caught:
        after("seed", "seed.x=1", "seed=2")
    assert len(caught.value.problems) == 2


def test_names_that_the_file_chooses_are_not_added_by_a_slip() -> None:
    with pytest.raises(InvalidConfig, match=r"models.plane: no such name; did you mean 'plain'\?"):
        after("models.plane=x", named=(("models",),))
    assert after("models.plain=x", named=(("models",),))["models"]["plain"] == "x"
    with pytest.raises(InvalidConfig, match=r"models\.plain\.y: no such name"):
        override(Marked({"models": {"plain": {"x": 1}}}, {}), ["models.plain.y=1"], [("models", "*")])
