"""A corpus's files, wherever they lie: in a folder, or in an archive (zip, tar.gz) that is read where it lies.

Nothing of an archive is written to disk here. Still, one whose names lead out of it, which holds links, or which
unpacks to more than a corpus can be, is damaged or hostile, and is refused as a whole.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from pathlib import Path, PurePosixPath, PureWindowsPath

from tabib.core.errors import DataError

MAX_FILES = 100_000
MAX_BYTES = 1 << 30
"""Of all files of an archive together, unpacked. The largest corpora of text files have a tenth of it."""


class FileTree(ABC):
    """Files by their names: relative, with ``/`` between the parts, sorted.

    Args:
        path: the folder or the archive.
    """

    def __init__(self, path: Path, names: list[str]) -> None:
        self.path = path
        # macOS adds a shadow of every file to the archives that it makes.
        self.names = tuple(sorted(name for name in names if not name.startswith("__MACOSX/")))

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The content of one of ``names``. Raises: DataError, where it cannot be read."""

    def place(self, name: str) -> str:
        """What messages call a file."""
        return str(self.path / name)

    def text(self, name: str) -> str:
        """The file's text as it is: line ends are kept, a byte order mark is not part of it.

        Raises:
            DataError: the file cannot be read, or a byte is not UTF-8 (names its line).
        """
        content = self.read(name)
        try:
            return content.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise DataError(
                f"byte 0x{content[error.start]:02x} is not valid UTF-8; save the file as UTF-8",
                path=self.place(name),
                line=content.count(b"\n", 0, error.start) + 1,
            ) from error

    def only(self, file_name: str) -> PurePosixPath:
        """The one file of this name, in whichever folder.

        Raises:
            DataError: there is none, or several.
        """
        found = [path for path in map(PurePosixPath, self.names) if path.name == file_name]
        if len(found) != 1:
            several = f"several files of this name: {', '.join(map(str, found[:3]))}" if found else "none"
            raise DataError(f"expected one file named {file_name}, found {several}", path=self.path)
        return found[0]


def open_tree(path: Path) -> FileTree:
    """The files of a folder or of an archive: ``.tar.gz`` (``.tgz``) or, whatever its name, zip.

    Raises:
        DataError: there is neither, or the archive is damaged or refused (see ``ZipTree`` and ``TarTree``).
    """
    if path.is_dir():
        return FolderTree(path)
    if path.is_file():
        return TarTree(path) if path.name.lower().endswith((".tar.gz", ".tgz")) else ZipTree(path)
    raise DataError("there is no such folder or archive", path=path)


class FolderTree(FileTree):
    """The files of a folder and of the folders in it, links to folders followed."""

    def __init__(self, path: Path) -> None:
        files = (Path(root) / name for root, _, names in os.walk(path, followlinks=True) for name in names)
        super().__init__(path, [file.relative_to(path).as_posix() for file in files if file.is_file()])

    def read(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise DataError(f"the file cannot be read: {error.strerror}", path=self.place(name)) from error


class ZipTree(FileTree):
    """The files of a zip archive.

    Args:
        max_files, max_bytes: more of them, or more bytes in all, are refused.

    Raises:
        DataError: it is no zip archive, it is encrypted, a name is absolute, leads out of the archive or comes
            twice, an entry is a link or a device, or it is larger than the limits.
    """

    def __init__(self, path: Path, *, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise DataError(f"not a zip archive that can be read: {error}", path=path) from error
        entries = self._archive.infolist()
        if len(entries) > max_files:
            raise DataError(f"{len(entries)} files, more than the {max_files} that are allowed", path=path)
        total = sum(entry.file_size for entry in entries)
        if total > max_bytes:
            raise DataError(f"it unpacks to {total} bytes, more than the {max_bytes} that are allowed", path=path)
        for entry in entries:
            if problem := _problem(entry):
                raise DataError(f"the archive is refused: {entry.orig_filename!r} {problem}", path=path)
        names = [entry.filename for entry in entries if not entry.is_dir()]
        _refuse_repeated(names, path)
        super().__init__(path, names)

    def read(self, name: str) -> bytes:
        """Never more than the archive's directory says: ``zipfile`` stops there and checks the sum."""
        try:
            return self._archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise DataError(f"the archive is damaged: {error}", path=self.place(name)) from error


class TarTree(FileTree):
    """The files of a gzipped tar archive, held in memory.

    Args:
        max_files, max_bytes: more of them, or more bytes in all, are refused.

    Raises:
        DataError: it is no such archive, a name is absolute, leads out of the archive or comes twice, an entry is
            a link or a device, or it is larger than the limits.
    """

    def __init__(self, path: Path, *, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES) -> None:
        self._contents: dict[str, bytes] = {}
        try:
            # Unpacked in one piece first, so that nothing that the archive says of itself can make it larger.
            with gzip.open(path) as packed:
                content = packed.read(max_bytes + 1)
            if len(content) > max_bytes:
                raise DataError(f"it unpacks to more than the {max_bytes} bytes that are allowed", path=path)
            names = []
            with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
                for number, entry in enumerate(archive, 1):
                    if number > max_files:
                        raise DataError(f"more than the {max_files} files that are allowed", path=path)
                    if problem := _name_problem(entry.name) or _kind_problem(entry):
                        raise DataError(f"the archive is refused: {entry.name!r} {problem}", path=path)
                    if entry.isfile():
                        name = str(PurePosixPath(entry.name))
                        file = archive.extractfile(entry)
                        assert file is not None, "a file has content"
                        names.append(name)
                        self._contents[name] = file.read()
        except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
            raise DataError(f"not a gzipped tar archive that can be read: {error}", path=path) from error
        _refuse_repeated(names, path)
        super().__init__(path, names)

    def read(self, name: str) -> bytes:
        return self._contents[name]


def _refuse_repeated(names: list[str], path: Path) -> None:
    if repeated := sorted(name for name, n in Counter(names).items() if n > 1):
        raise DataError(f"the archive is refused: {repeated[0]!r} is in it twice", path=path)


def _problem(entry: zipfile.ZipInfo) -> str:
    """Why an entry is refused; empty where it is not."""
    if problem := _name_problem(entry.orig_filename):
        return problem
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device, not a file"
    if entry.flag_bits & 1:
        return "is encrypted"
    return ""


def _kind_problem(entry: tarfile.TarInfo) -> str:
    if not (entry.isfile() or entry.isdir()):
        return "is a link or a device, not a file"
    return "is larger than what the archive holds of it" if entry.issparse() else ""


def _name_problem(name: str) -> str:
    if name.startswith("/") or PureWindowsPath(name).drive or PureWindowsPath(name).root:
        return "is an absolute name"
    if "\\" in name or "\0" in name:
        return "holds a sign that no name may hold"
    if ".." in PurePosixPath(name).parts:
        return "leads out of the archive"
    return ""
