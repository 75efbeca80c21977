"""Files in a folder or in an archive; an archive that could do harm is refused."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tabib.core.errors import DataError
from tabib.data.archives import TarTree, ZipTree, open_tree

FILES = {"FRACCO/table.csv": b"a,b\n", "FRACCO/texts/1.txt": "\ufefffièvre\r\n".encode()}


def zipped(path: Path, files: dict[str, bytes] = FILES) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def foldered(path: Path) -> Path:
    for name, content in FILES.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def tarred(path: Path, files: dict[str, bytes] = FILES, **attributes: Any) -> Path:
    """Args: attributes: what each entry says besides its name and size."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            archive.addfile(entry, io.BytesIO(content))
    path.write_bytes(gzip.compress(packed.getvalue()))
    return path


@pytest.mark.parametrize(("make", "name"), [(zipped, "data"), (foldered, "data"), (tarred, "data.tar.gz")])
def test_a_folder_and_an_archive_are_read_alike(make: Callable[[Path], Path], name: str, tmp_path: Path) -> None:
    tree = open_tree(make(tmp_path / name))
    assert tree.names == ("FRACCO/table.csv", "FRACCO/texts/1.txt")
    assert tree.read("FRACCO/table.csv") == b"a,b\n"
    assert tree.text("FRACCO/texts/1.txt") == "fièvre\r\n"
    assert tree.only("table.csv") == PurePosixPath("FRACCO/table.csv")
    assert tree.place("FRACCO/table.csv") == str(tmp_path / name / "FRACCO" / "table.csv")


def test_reading_leaves_nothing_on_disk(tmp_path: Path) -> None:
    open_tree(zipped(tmp_path / "a.zip")).read("FRACCO/table.csv")
    assert [path.name for path in tmp_path.rglob("*")] == ["a.zip"]


def test_shadows_that_macos_adds_are_not_seen(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {**FILES, "__MACOSX/FRACCO/._table.csv": b"?"})
    assert open_tree(path).names == tuple(FILES)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/passwd", "absolute"),
        ("C:/windows/a.txt", "absolute"),
        ("../a.txt", "leads out"),
        ("texts/../../a.txt", "leads out"),
        ("texts\\a.txt", "holds a sign"),
        ("\\\\server\\a.txt", "absolute"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"the archive is refused: .*{why}"):
        open_tree(zipped(tmp_path / "a.zip", {**FILES, name: b""}))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR])
def test_a_link_or_a_device_is_refused(kind: int, tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("texts/a.txt")
    entry.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(DataError, match=r"'texts/a\.txt' is a link or a device"):
        open_tree(tmp_path / "a.zip")


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("a.txt", "one")
        archive.writestr("a.txt", "two")
    with pytest.raises(DataError, match=r"'a\.txt' is in it twice"):
        open_tree(tmp_path / "a.zip")


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": b"secret"})
    content = bytearray(path.read_bytes())
    content[6] |= 1  # the flag of the file, and its copy in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"'a\.txt' is encrypted"):
        open_tree(path)


def test_a_bomb_is_refused_before_anything_of_it_is_read(tmp_path: Path) -> None:
    """A million zeros are a kilobyte in the archive."""
    path = zipped(tmp_path / "a.zip", {f"{i}.txt": bytes(1_000_000) for i in range(3)})
    assert path.stat().st_size < 10_000
    with pytest.raises(DataError, match="unpacks to 3000000 bytes, more than the 2999999"):
        ZipTree(path, max_bytes=2_999_999)
    with pytest.raises(DataError, match="3 files, more than the 2"):
        ZipTree(path, max_files=2)
    assert len(ZipTree(path, max_files=3, max_bytes=3_000_000).read("0.txt")) == 1_000_000


def test_a_file_that_is_larger_than_its_entry_says_is_damaged(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": bytes(1_000_000)})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(signature) + offset
        content[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.txt: the archive is damaged: Bad CRC"):
        open_tree(path).read("a.txt")


def test_a_file_that_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"<html>not found</html>")
    with pytest.raises(DataError, match="not a zip archive that can be read"):
        open_tree(tmp_path / "a.zip")
    with pytest.raises(DataError, match="there is no such folder or archive"):
        open_tree(tmp_path / "b.zip")


def test_bytes_that_are_not_utf_8_are_named_with_their_line(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": b"ok\nfi\xe8vre\n"})
    with pytest.raises(DataError, match=r"a\.txt:2: byte 0xe8 is not valid UTF-8"):
        open_tree(path).text("a.txt")


@pytest.mark.parametrize(
    ("files", "found"),
    [({"a.txt": b""}, "found none"), ({"x/t.csv": b"", "y/t.csv": b""}, "found several")],
)
def test_one_file_of_a_name_is_expected(files: dict[str, bytes], found: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"expected one file named t\.csv, {found}"):
        open_tree(zipped(tmp_path / "a.zip", files)).only("t.csv")


def test_links_to_folders_are_followed(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "texts").symlink_to(tmp_path / "store", target_is_directory=True)
    assert open_tree(tmp_path / "corpus").names == ("texts/a.txt",)


@pytest.mark.parametrize(
    ("name", "attributes", "why"),
    [
        ("/etc/passwd", {}, "absolute"),
        ("texts/../../a.txt", {}, "leads out"),
        ("a.txt", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd", "size": 0}, "a link or a device"),
        ("a.txt", {"type": tarfile.LNKTYPE, "linkname": "b.txt", "size": 0}, "a link or a device"),
        ("a.txt", {"type": tarfile.CHRTYPE, "size": 0}, "a link or a device"),
    ],
)
def test_a_tar_archive_that_could_do_harm_is_refused(
    name: str, attributes: dict[str, Any], why: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=f"the archive is refused: '.*' .*{why}"):
        open_tree(tarred(tmp_path / "a.tar.gz", {name: b"x"}, **attributes))


def test_a_tar_archive_is_never_larger_than_allowed(tmp_path: Path) -> None:
    path = tarred(tmp_path / "a.tar.gz", {"a.txt": b"0" * 100_000})
    with pytest.raises(DataError, match="it unpacks to more than the 50000 bytes that are allowed"):
        TarTree(path, max_bytes=50_000)
    with pytest.raises(DataError, match="more than the 1 files that are allowed"):
        TarTree(tarred(tmp_path / "b.tar.gz"), max_files=1)


def test_a_file_that_is_larger_than_what_the_tar_archive_holds_of_it_is_refused(tmp_path: Path) -> None:
    """A sparse file of a terabyte takes a few hundred bytes."""
    sparse = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 40)}
    sparse["GNU.sparse.name"] = "a.txt"
    path = tarred(tmp_path / "a.tgz", {"a.txt": b"0\n".ljust(512, b"\0")}, pax_headers=sparse)
    with pytest.raises(DataError, match=r"the archive is refused: 'a\.txt' is larger than what the archive holds"):
        open_tree(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", gzip.compress(b"no tar archive" * 100, mtime=0), gzip.compress(b"x", mtime=0)[:-4]],
    ids=["empty", "zip", "no tar", "cut short"],
)
def test_a_tar_archive_that_is_none_is_an_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.tar\.gz: not a gzipped tar archive that can be read: "):
        open_tree(tmp_path / "a.tar.gz")
