"""Every error that tabib raises on purpose.

TabibError                 the root: catch this to catch them all
├── ConfigError            a configuration is wrong: says the file, the path in it, what was expected
├── DataError              a corpus or an input file is wrong or absent: says the file and the line
├── ModelError             weights or a tokeniser are absent or do not fit what is asked of them
├── TrainingError          training cannot go on: the loss is not finite
├── PredictionError        predictions do not belong to the gold that they are scored against
├── RecordError            a run folder is absent, incomplete or written by another version
├── BudgetError            a model's answers have taken all the tokens or money that they may
├── TrackerError           a tracker could not be told of results, which are on disk all the same
├── ReportError            a report could not be written in one of its forms
├── MissingExtraError      an optional package is not installed: says how to install it
└── Interrupted            a run was asked to stop (SIGTERM, Ctrl-C) and has saved where it was

All but ``Interrupted`` are mistakes that a user can mend; the command line prints them as one message
without a traceback and exits with ``exit_code``.
"""

from __future__ import annotations

from pathlib import Path


class TabibError(Exception):
    """Root of tabib's exceptions."""

    exit_code = 2


class ConfigError(TabibError, ValueError):
    """A configuration file or an override is wrong."""


class DataError(TabibError, ValueError):
    """A corpus or an input file is wrong or absent.

    ``path`` and ``line`` (1-based) are put before the message where they are known.
    """

    def __init__(self, message: str, *, path: Path | str | None = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(place + message)
        self.path = path
        self.line = line


class ModelError(TabibError, ValueError):
    """Weights or a tokeniser are absent, or do not fit what is asked of them."""


class TrainingError(TabibError, ArithmeticError):
    """Training cannot go on, because the loss or the gradients are not finite."""


class PredictionError(TabibError, ValueError):
    """Predictions do not belong to the gold that they are scored against."""


class RecordError(TabibError, ValueError):
    """A run folder is absent, incomplete, or not one that this version can read."""


class BudgetError(TabibError):
    """A model's answers have taken all the tokens or money that they may; what was answered is kept."""


class TrackerError(TabibError):
    """A tracker could not be told of results; they are on disk, and telling it can be tried again."""

    exit_code = 1


class ReportError(TabibError):
    """A report could not be written in one of its forms; what it is made from is on disk."""

    exit_code = 1


class MissingExtraError(TabibError, ImportError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed. Install it with: pip install 'tabib[{extra}]'")


class Interrupted(TabibError):  # noqa: N818 - not a mistake
    """A run was asked to stop and has saved where it was; the same command goes on from there."""

    exit_code = 130
