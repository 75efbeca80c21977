"""Weights & Biases: one run for each run, and one that holds the table.

Offline (runs in ``<folder>/wandb/offline-run-*``, for ``wandb sync``) unless a key is in the environment. What W&B
would add by itself is turned off: host, user, git, sources, packages, console, system statistics, telemetry.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tabib.config.output import Wandb, WandbRun
from tabib.config.writable import require_folder
from tabib.core.errors import ConfigError
from tabib.trackers.base import Scalar, Story, Table, TrackedRun
from tabib.trackers.ledger import Ledger
from tabib.trackers.packages import defaults, require_package

if TYPE_CHECKING:
    import wandb

_MODES = {"online": "online", "run": "online", "offline": "offline", "dryrun": "offline", "disabled": "disabled"}
"""What ``WANDB_MODE`` may be, with the names that earlier versions of W&B used."""

_PATIENCE = 60.0
"""Seconds that the server may take to begin a run, and to end one."""


def mode_of(settings: WandbRun, environment: Mapping[str, str]) -> str:
    """``online``, ``offline`` or ``disabled``: as ``WANDB_MODE``, else the file, else the presence of a key says.

    Raises:
        ConfigError: ``WANDB_MODE`` is none of them, or it is to be online without a key.
    """
    given = environment.get("WANDB_MODE", "")
    if given and given not in _MODES:
        raise ConfigError(f"WANDB_MODE: found {given!r}, expected online, offline or disabled")
    key = bool(environment.get("WANDB_API_KEY"))
    mode = _MODES[given] if given else settings.mode or ("online" if key else "offline")
    if mode == "online" and not key:
        raise ConfigError(
            "output.wandb: online, but WANDB_API_KEY is not set; set it, or use mode: offline and upload later"
        )
    return mode


class WandbTracker:
    """Tells W&B.

    Args:
        settings: project, entity, mode, and the table's name for a benchmark.
        folder: where ``wandb/`` is made, unless ``WANDB_DIR`` says otherwise.
    """

    name = "W&B"

    def __init__(self, settings: WandbRun, folder: Path) -> None:
        self._settings = settings
        self._folder = Path(os.environ.get("WANDB_DIR") or folder)
        self._ledger = Ledger(self._root / "tabib.json")

    @property
    def _root(self) -> Path:
        return self._folder / "wandb"

    def require(self, *, touch: bool = True) -> None:
        if mode_of(self._settings, os.environ) != "disabled":
            require_package("wandb", "wandb")
            require_folder(self._folder, "output.wandb", touch=touch)

    def tell(self, story: Story) -> str:
        mode = mode_of(self._settings, os.environ)
        if mode == "disabled":
            return "W&B: disabled"
        new = [run for run in story.runs if not self._told(run, mode)]
        table = None if story.table is None or self._told(story.table, mode) else story.table
        if new or table is not None:
            with self._library():
                for run in new:
                    self._log_run(run, story.group, mode)
                if table is not None:
                    self._log_table(table, mode)
        where = f"offline in {self._root}; 'wandb sync' uploads them" if mode == "offline" else "online"
        said = f"{len(new)} of {len(story.runs)} runs are new or changed"
        return f"W&B project {self._settings.project}: {said}, {where}"

    def _log_run(self, told: TrackedRun, group: str, mode: str) -> None:
        tags = [told.tags[key] for key in ("task", "dataset", "family")]
        kind = "failed" if told.status == "failed" else "run"
        with self._begun(told, mode, group, tags, kind, failed=told.status == "failed") as run:
            settings = {**told.tags, **told.settings}
            self._describe(run, settings | {f"undefined.{key}": why for key, why in told.undefined.items()})
            for point in told.curve:
                if point.step >= run.step:  # a run that goes on has its first steps already
                    run.log(dict(point.values), step=point.step)
            run.summary.update(dict(told.metrics))

    def _log_table(self, told: Table, mode: str) -> None:
        import wandb

        with self._begun(told, mode, told.name, ["table"], "table", failed=False) as run:
            self._describe(run, {"benchmark": told.name, "description": told.description})
            rows = [list(row) for row in told.rows]
            name = cast(Wandb, self._settings).table
            run.log({name: wandb.Table(columns=list(told.columns), data=rows)})

    @contextmanager
    def _begun(
        self, told: TrackedRun | Table, mode: str, group: str, tags: list[str], kind: str, *, failed: bool
    ) -> Iterator[wandb.Run]:
        """A run of W&B that has ended without an error when this is left, and is noted then."""
        import wandb

        for folder in self._not_uploaded(told.id):
            shutil.rmtree(folder)
        run = wandb.init(
            entity=self._settings.entity,
            project=self._settings.project,
            dir=str(self._folder),
            id=told.id,
            name=told.name,
            group=group or None,
            tags=[tag[:64] for tag in tags],
            job_type=kind,
            mode=cast(Any, mode),
            # Offline there is nothing to go on from; W&B would only warn of it.
            resume="allow" if mode == "online" else None,
            settings=_quiet(wandb),
        )
        done = False
        try:
            yield run
            done = True
        finally:
            run.finish(exit_code=0 if done and not failed else 1)
        self._ledger.add(self._key(told), told.content, mode)

    def _not_uploaded(self, run_id: str) -> list[Path]:
        """Earlier versions of a run that lie on disk and were never uploaded."""
        found = self._root.glob(f"offline-run-*-{run_id}")
        return [folder for folder in found if not any(folder.glob("*.synced"))]

    @staticmethod
    def _describe(run: wandb.Run, settings: Mapping[str, Scalar]) -> None:
        run.config.update(dict(settings), allow_val_change=True)

    @contextmanager
    def _library(self) -> Iterator[None]:
        """W&B at work; none of its processes, threads and hooks is left afterwards."""
        self._folder.mkdir(parents=True, exist_ok=True)
        places = {
            "WANDB_ERROR_REPORTING": "false",
            "WANDB_DATA_DIR": str(self._root.resolve()),
            "WANDB_CACHE_DIR": str((self._root / "cache").resolve()),
            "WANDB_SILENT": "true",
        }
        hook = sys.excepthook
        with defaults(places):
            import wandb

            try:
                yield
            finally:
                wandb.teardown()
                sys.excepthook = hook

    def _told(self, told: TrackedRun | Table, mode: str) -> bool:
        return self._ledger.knows(self._key(told), told.content, mode)

    def _key(self, told: TrackedRun | Table) -> str:
        return f"{self._settings.entity or ''}/{self._settings.project}/{told.id}"


def _quiet(library: Any) -> Any:
    """Settings with which W&B adds nothing of machine, user or sources, prints nothing, and gives up."""
    return library.Settings(
        console="off",
        silent=True,
        disable_git=True,
        disable_code=True,
        save_code=False,
        disable_job_creation=True,
        host="",
        program="tabib",
        program_relpath="tabib",
        program_abspath="tabib",
        username="",
        email="",
        use_dot_wandb=False,
        x_disable_meta=True,
        x_disable_stats=True,
        x_disable_machine_info=True,
        x_save_requirements=False,
        init_timeout=_PATIENCE,
        finish_timeout=_PATIENCE,
        finish_timeout_raises=True,
    )
