"""What commands do with trackers: check them first, tell them last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tabib.config.benchmark import BenchmarkConfig
    from tabib.config.run import RunConfig
    from tabib.records.folder import RunFolder
    from tabib.records.results import Results
    from tabib.trackers.base import Tracker


def trackers_of_benchmark(config: BenchmarkConfig, *, touch: bool) -> Sequence[Tracker]:
    """A benchmark's trackers. Raises: MissingExtraError, ConfigError: one of them cannot work."""
    from tabib.trackers.track import trackers_of

    output = config.output
    file = output.json_file or output.markdown_file
    return trackers_of(output, Path(output.runs) if file is None else Path(file).parent, touch=touch)


def trackers_of_run(config: RunConfig) -> Sequence[Tracker]:
    """A single run's trackers. Raises: MissingExtraError, ConfigError: one of them cannot work."""
    if config.output is None:
        return ()
    from tabib.runs.prepare import runs_folder
    from tabib.trackers.track import trackers_of

    return trackers_of(config.output, runs_folder(config))


def tell_benchmark(trackers: Sequence[Tracker], config: BenchmarkConfig, results: Results) -> None:
    """Tell of every run and of the table. Raises: TrackerError."""
    from tabib.trackers.collect import story_of_benchmark
    from tabib.trackers.track import tell_all

    assert config.path is not None, "a benchmark is read from a file"
    path = config.path.resolve()
    runs = Path(config.output.runs)
    tell_all(trackers, lambda: story_of_benchmark(results, runs, f"{path.parent.name}-{path.stem}"), _say)


def tell_run(trackers: Sequence[Tracker], folder: RunFolder) -> None:
    """Tell of a single run as its folder is now. Raises: TrackerError."""
    from tabib.trackers.collect import story_of_run
    from tabib.trackers.track import tell_all

    tell_all(trackers, lambda: story_of_run(folder), _say)


def _say(text: str) -> None:
    from tabib.cli.console import stdout

    stdout().print(f"tracked: {text}", soft_wrap=True, markup=False)
