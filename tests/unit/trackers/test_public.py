"""Numbers and names may leave the machine; texts, paths and addresses may not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tabib.records.files import to_json
from tabib.records.results import Results
from tabib.trackers.public import public_results, public_settings, public_value


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.001, 0.001),
        (True, True),
        (None, None),
        ("linear", "linear"),
        ("almanach/camembert-bio-base", "almanach/camembert-bio-base"),
        ("/home/somebody/models/MiniLM", "MiniLM"),
        ("../models/MiniLM/", "MiniLM"),
        ("~/MiniLM", "MiniLM"),
        ((0, 5), "0, 5"),
        (["linear", "two words"], "linear, sha256:a03f1d611645"),
    ],
)
def test_numbers_and_names_are_told_and_paths_by_their_last_part(value: object, told: object) -> None:
    assert public_value(value) == told


@pytest.mark.parametrize("text", ["Tu es un médecin.", "http://inside:8000/v1", "one\ntwo", "a" * 200, "/"])
def test_other_text_is_told_by_its_hash_so_that_equal_settings_can_be_seen(text: str) -> None:
    told = public_value(text)
    assert isinstance(told, str)
    assert told.startswith("sha256:")
    assert told == public_value(text) != public_value(text + "!")


def test_a_structure_is_told_by_its_hash() -> None:
    told = public_value([{"text": "one"}])
    assert isinstance(told, str)
    assert told.startswith("sha256:")
    assert told != public_value([{"text": "two"}])


def test_settings_are_named_by_their_path_without_those_that_say_where_things_are() -> None:
    config = {"data_dir": "/srv/x", "training": {"max_steps": 3, "output_dir": "/srv/y"}, "seed": 1}
    assert dict(public_settings(config)) == {"training.max_steps": 3, "seed": 1}


def test_results_keep_the_class_of_an_error_and_lose_its_message(
    make_results: Callable[[], Results], private: tuple[str, ...]
) -> None:
    told = public_results(make_results())
    assert [seed.detail for seed in told.cells[0].seeds] == ["", "DataError", ""]
    assert told.cells[0].weights == "MiniLM"
    assert not any(text in to_json(told.to_json()) for text in private)
