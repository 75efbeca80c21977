"""When a part of a file can be gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.runs.part_file import PartFile

URL = "https://host/a.zip"


def begun(folder: Path, headers: dict[str, str], size: int | None = 10, content: bytes = b"1234") -> PartFile:
    part = PartFile(folder / "a.zip", URL)
    part.begin(size, headers)
    part.path.write_bytes(content)
    return part


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({"etag": '"abc"', "last-modified": "Wed, 21 Oct 2015 07:28:00 GMT"}, '"abc"'),
        ({"etag": 'W/"abc"', "last-modified": "Wed, 21 Oct 2015 07:28:00 GMT"}, "Wed, 21 Oct 2015 07:28:00 GMT"),
    ],
)
def test_the_version_is_what_the_server_names_strongly(
    headers: dict[str, str], version: str, tmp_path: Path
) -> None:
    begun(tmp_path, headers)
    state = PartFile(tmp_path / "a.zip", URL).state()
    assert (state["size"], state["version"]) == (10, version)


@pytest.mark.parametrize(
    ("headers", "size", "content"),
    [
        ({}, 10, b"1234"),  # no version
        ({"etag": 'W/"abc"'}, 10, b"1234"),  # one that says that contents are alike, not that bytes are the same
        ({"etag": '"abc"'}, None, b"1234"),  # no size
        ({"etag": '"abc"'}, 3, b"1234"),  # more than the whole
    ],
)
def test_nothing_to_go_on_with(headers: dict[str, str], size: int | None, content: bytes, tmp_path: Path) -> None:
    assert begun(tmp_path, headers, size, content).state() == {}


def test_a_part_of_another_file_is_none_of_this_one(tmp_path: Path) -> None:
    begun(tmp_path, {"etag": '"abc"'})
    assert PartFile(tmp_path / "a.zip", "https://host/b.zip").state() == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": "https://host/a.zip", "size": "10", "version": "1"}'])
def test_a_damaged_note_is_no_note(content: str, tmp_path: Path) -> None:
    part = begun(tmp_path, {"etag": '"abc"'})
    (tmp_path / "a.zip.part.json").write_text(content, encoding="utf-8")
    assert part.state() == {}


def test_a_finished_file_has_its_name_and_nothing_beside_it(tmp_path: Path) -> None:
    begun(tmp_path, {"etag": '"abc"'}).finish()
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
