"""Removing what a benchmark has made and no longer needs: models and checkpoints of its own runs, nothing else."""

from __future__ import annotations

from tabib.benchmark.plan import Cell
from tabib.config.benchmark import BenchmarkConfig
from tabib.core.errors import RecordError
from tabib.records.files import read_json
from tabib.records.folder import RunFolder
from tabib.records.record import read_record
from tabib.runs.lock import locked
from tabib.runs.stages import remove_folder
from tabib.runs.state import State


def owner_of(benchmark: BenchmarkConfig) -> str:
    """What is noted in folders that this benchmark makes and will clean up; empty if it cleans up nothing."""
    if not benchmark.cleanup_checkpoints or benchmark.path is None:
        return ""
    return str(benchmark.path.resolve())


def clean_up(cell: Cell, owner: str) -> bool:
    """Remove ``model/`` and ``checkpoints/`` of a cell that is done, if this benchmark made its folder.

    A run that was there before (trained by hand, or by another benchmark) keeps everything.

    Returns:
        Whether something was removed.

    Raises:
        OSError: it could not be removed.
    """
    folder = cell.found.folder
    if not owner or cell.state is not State.DONE or folder is None or not _made_by(folder, owner):
        return False
    found = [path for path in (folder.checkpoints, folder.model) if path.exists()]
    if not found:
        return False
    try:
        with locked(folder.lock):
            # Another process may have begun it anew since its state was read.
            if not folder.record.is_file() or read_record(folder.path).status != "done":
                return False
            for path in found:
                remove_folder(path)
    except RecordError:  # another process is at it, or the record is not the one that was read
        return False
    return True


def _made_by(folder: RunFolder, owner: str) -> bool:
    if not folder.owner.is_file():
        return False
    try:
        return bool(read_json(folder.owner).get("benchmark") == owner)
    except (RecordError, AttributeError):
        return False
