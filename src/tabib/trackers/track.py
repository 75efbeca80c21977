"""The trackers that a configuration asks for: checked before anything runs, told when the results are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tabib.config.output import OutputConfig, RunOutput
from tabib.core.errors import TrackerError
from tabib.trackers.base import Story, Tracker


def trackers_of(output: OutputConfig | RunOutput | None, folder: Path, *, touch: bool = True) -> list[Tracker]:
    """The trackers that are asked for, able to work as far as can be told without a network.

    Args:
        folder: where those that write files write them by default.
        touch: as of ``Tracker.require``.

    Raises:
        MissingExtraError, ConfigError: one of them is not.
    """
    found: list[Tracker] = []
    if output is not None and output.wandb is not None:
        from tabib.trackers.weights_and_biases import WandbTracker

        found.append(WandbTracker(output.wandb, folder))
    if output is not None and output.mlflow is not None:
        from tabib.trackers.mlflow_store import MlflowTracker

        found.append(MlflowTracker(output.mlflow, folder))
    for tracker in found:
        tracker.require(touch=touch)
    return found


def tell_all(trackers: Sequence[Tracker], story: Callable[[], Story], say: Callable[[str], None]) -> None:
    """Tell every tracker, also after one has failed.

    Args:
        story: makes what is told; called only if there is somebody to tell.
        say: told what was done, one sentence each.

    Raises:
        TrackerError: what went wrong, of all of them.
    """
    if not trackers:
        return
    told, wrong = story(), []
    for tracker in trackers:
        try:
            say(tracker.tell(told))
        except Exception as error:  # whatever a network, a disk or a server may do: results are written already
            first = (str(error).strip().splitlines() or [""])[0]
            wrong.append(f"{tracker.name}: {type(error).__name__}: {first}")
    if wrong:
        raise TrackerError(
            f"the results are written, but not tracked ({'; '.join(wrong)}); the same command tries it again"
        )
