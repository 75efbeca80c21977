"""YAML without surprises, and with lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tabib.config.errors import InvalidConfig
from tabib.config.yaml_file import parse_yaml, read_yaml


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5e-5", 5e-5),
        ("1E3", 1000.0),
        ("5.0e-5", 5e-5),
        ("-.5", -0.5),
        ("10", 10),
        ("-3", -3),
        ("10_000", 10_000),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        # what YAML 1.1 would have made something else of
        ("no", "no"),
        ("on", "on"),
        ("y", "y"),
        ("1:30", "1:30"),
        ("010", "010"),
        ("0x1f", "0x1f"),
        ("2020-01-31", "2020-01-31"),
        ("=", "="),
        ("1e", "1e"),
        ('"5"', "5"),
        ("camembert-base", "camembert-base"),
    ],
)
def test_scalars(written: str, value: Any) -> None:
    found = parse_yaml(f"key: {written}", "f.yaml").data["key"]
    assert (found, type(found)) == (value, type(value))


def test_each_value_knows_its_line() -> None:
    marks = parse_yaml("a: 1\nb:\n  c: [x,\n   y]\n", "f.yaml").marks
    assert {loc: mark.line for loc, mark in marks.items()} == {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", "c"): 3,
        ("b", "c", 0): 3,
        ("b", "c", 1): 4,
    }


def test_merge_keys_and_aliases_are_plain_yaml() -> None:
    text = "base: &base {x: 1, y: 2}\nmine:\n  <<: *base\n  y: 3\n"
    assert parse_yaml(text, "f.yaml").data["mine"] == {"x": 1, "y": 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: a: the key is given twice (first on line 1)"),
        ("a:\n  b: 1\n  b: 2\n", "f.yaml:3: a.b: the key is given twice (first on line 2)"),
        ("a:\n  7: x\n", "f.yaml:2: a: the key 7 is not text; put it in quotes"),
        ("? [1]\n: x\n", "f.yaml:1: the key a list or mapping is not text; put it in quotes"),
        ("a: [1, 2\nb: 3\n", "f.yaml:2: not valid YAML"),
        ("a: 1\n\tb: 2\n", "f.yaml:2: not valid YAML"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2: not valid YAML"),
        ("a: *nobody\n", "f.yaml:1: not valid YAML"),
        ("a: b\n\x00", "f.yaml:2: not valid YAML: the character U+0000 is not allowed"),
        ("a: &a [*a]\n", "an alias holds itself"),
        ("a: !!python/object/apply:os.system [echo]\n", "f.yaml:1: not valid YAML"),
        ("a: !!int many\n", "f.yaml: not valid YAML"),
        ("a: !!bool many\n", "f.yaml: not valid YAML"),
        ("a: !!binary aGVsbG8=\n", "f.yaml:1: not valid YAML"),
        ("a: !!timestamp x\n", "f.yaml:1: not valid YAML"),
        ("a: 'open\n", "not valid YAML"),
    ],
)
def test_mistakes_name_their_line(text: str, message: str) -> None:
    with pytest.raises(InvalidConfig) as caught:
        parse_yaml(text, "f.yaml")
    assert message in str(caught.value)


def test_aliases_to_aliases_do_not_fill_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(InvalidConfig, match="more than 100000 values"):
        parse_yaml("\n".join(lines), "f.yaml")


def test_nesting_without_end_is_a_mistake_too() -> None:
    with pytest.raises(InvalidConfig, match="not valid YAML"):
        parse_yaml("[" * 1200, "f.yaml")


class TestFiles:
    def test_a_byte_order_mark_is_skipped(self, tmp_path: Path) -> None:
        (tmp_path / "f.yaml").write_bytes(b"\xef\xbb\xbfa: \xc3\xa9t\xc3\xa9\r\n")
        assert read_yaml(tmp_path / "f.yaml").data == {"a": "été"}

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"a: 1\nb: caf\xe9\n", "f.yaml:2: not UTF-8: byte 0xe9; save the file as UTF-8"),
            (b"", "f.yaml:1: found nothing, expected a mapping (key: value)"),
            (b"# a comment\n", "f.yaml:1: found nothing, expected a mapping (key: value)"),
            (b"- a\n- b\n", "f.yaml:1: found a list, expected a mapping (key: value)"),
            (b"hello\n", "f.yaml:1: found 'hello' (text), expected a mapping (key: value)"),
        ],
    )
    def test_what_is_no_configuration(self, tmp_path: Path, content: bytes, message: str) -> None:
        (tmp_path / "f.yaml").write_bytes(content)
        with pytest.raises(InvalidConfig) as caught:
            read_yaml(tmp_path / "f.yaml")
        assert str(caught.value) == f"{tmp_path}/{message}"

    def test_an_absent_file_and_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidConfig, match="no such file"):
            read_yaml(tmp_path / "absent.yaml")
        with pytest.raises(InvalidConfig, match="cannot be read"):
            read_yaml(tmp_path)


def test_a_key_given_twice_is_said_once_and_is_not_called_bad_yaml() -> None:
    with pytest.raises(InvalidConfig) as caught:
        parse_yaml("a: 1\nb: 2\na: 3\n", "f.yaml")
    assert str(caught.value) == "f.yaml:3: a: the key is given twice (first on line 1)"
