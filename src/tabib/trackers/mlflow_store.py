"""MLflow: one run for each run, below one for the benchmark, which holds the results as files.

By default in an sqlite file beside the other outputs, with the files in ``mlartifacts`` beside it.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tabib.config.output import SQLITE, Mlflow
from tabib.config.writable import require_file
from tabib.core.errors import ConfigError
from tabib.trackers.base import Story, Table, TrackedRun
from tabib.trackers.packages import defaults, require_package

if TYPE_CHECKING:
    from mlflow.entities import Metric, Param, Run, RunTag
    from mlflow.tracking import MlflowClient

_METRICS, _PARAMS, _TAGS = 1000, 100, 100
"""What MLflow takes in one call: numbers of metrics (or of all three together), parameters and tags."""

_ID, _CONTENT = "tabib.id", "tabib.content"

_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
}


class MlflowTracker:
    """Tells MLflow.

    Args:
        settings: experiment and address.
        folder: where ``mlflow.db`` is, if neither the settings nor the environment give an address.
    """

    name = "MLflow"

    def __init__(self, settings: Mlflow, folder: Path) -> None:
        self._settings = settings
        own = f"{SQLITE}{(folder / 'mlflow.db').absolute()}"
        self._uri = settings.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI") or own

    def require(self, *, touch: bool = True) -> None:
        require_package("mlflow", "mlflow")
        if self._database is not None:
            require_package("mlflow", "sqlalchemy", "alembic")
            require_file(self._database, "output.mlflow", touch=touch)

    def tell(self, story: Story) -> str:
        with self._client() as client:
            experiment = self._experiment(client)
            parent = None
            if story.table is not None:
                parent = self._log_table(client, experiment, story.table)
            new = [run for run in story.runs if self._log_run(client, experiment, run, parent)]
        said = f"{len(new)} of {len(story.runs)} runs are new or changed"
        return f"MLflow experiment {self._settings.experiment}: {said}, in {_shown(self._uri)}"

    @property
    def _database(self) -> Path | None:
        """The sqlite file, where it is one."""
        return Path(self._uri.removeprefix(SQLITE)) if self._uri.startswith(SQLITE) else None

    @contextmanager
    def _client(self) -> Iterator[MlflowClient]:
        with defaults(_ENVIRONMENT):
            from mlflow.tracking import MlflowClient

            logging.getLogger("mlflow").setLevel(logging.WARNING)  # it tells of each table that it creates
            if self._database is not None:
                self._database.parent.mkdir(parents=True, exist_ok=True)
            yield MlflowClient(tracking_uri=self._uri)

    def _experiment(self, client: MlflowClient) -> str:
        """The experiment's id. Raises: ConfigError: it was deleted."""
        name = self._settings.experiment
        found = client.get_experiment_by_name(name)
        if found is None:
            files = None if self._database is None else str(self._database.parent / "mlartifacts")
            return str(client.create_experiment(name, artifact_location=files))
        if found.lifecycle_stage != "active":
            raise ConfigError(
                f"output.mlflow: the experiment {name!r} was deleted; restore it, or choose another name"
            )
        return str(found.experiment_id)

    def _log_run(self, client: MlflowClient, experiment: str, told: TrackedRun, parent: str | None) -> bool:
        """Log a run that is new, or in place of what was told of it before. Returns whether there was need to."""
        before = _find(client, experiment, told.id)
        if len(before) == 1 and before[0].data.tags.get(_CONTENT) == told.content:
            return False
        tags = {f"tabib.{key}": value for key, value in told.tags.items()} | {_ID: told.id}
        tags |= {f"undefined.{_name(key)}": why for key, why in told.undefined.items()}
        if parent is not None:
            tags["mlflow.parentRunId"] = parent
        run = client.create_run(experiment, _millis(told.started), run_name=told.name)
        run_id = run.info.run_id
        _log(client, run_id, _metrics(told), told.settings, tags)
        for name, text in told.files.items():
            client.log_text(run_id, text, name)
        status = "FAILED" if told.status == "failed" else "FINISHED"
        # Last: a run that was cut off is not taken for one that is complete, and is replaced by the next try.
        client.set_tag(run_id, _CONTENT, told.content)
        client.set_terminated(run_id, status, _millis(told.finished))
        for old in before:
            client.delete_run(old.info.run_id)
        return True

    def _log_table(self, client: MlflowClient, experiment: str, told: Table) -> str:
        """The run of the benchmark, which stays the same when its results change. Returns its id in MLflow."""
        before = _find(client, experiment, told.id)
        if before:
            run = before[0]
        else:
            run = client.create_run(experiment, _millis(told.created), {_ID: told.id}, run_name=told.name)
        run_id = str(run.info.run_id)
        if run.data.tags.get(_CONTENT) != told.content:
            for name, text in told.files.items():
                client.log_text(run_id, text, name)
            client.set_tag(run_id, "mlflow.note.content", told.description)
            client.set_tag(run_id, _CONTENT, told.content)
            client.set_terminated(run_id, end_time=_millis(told.created))
        return run_id


def _find(client: MlflowClient, experiment: str, told_id: str) -> list[Run]:
    """Runs under an id of ours: none or one, or more where two processes told it at once."""
    return list(client.search_runs([experiment], filter_string=f"tags.`{_ID}` = '{told_id}'"))


def _metrics(told: TrackedRun) -> list[Metric]:
    from mlflow.entities import Metric

    when = _millis(told.finished)
    final = [Metric(_name(name), float(value), when, 0) for name, value in told.metrics.items()]
    curve = [
        Metric(_name(name), float(value), when, point.step)
        for point in told.curve
        for name, value in point.values.items()
    ]
    return final + curve


def _log(
    client: MlflowClient,
    run_id: str,
    metrics: Sequence[Metric],
    settings: Mapping[str, object],
    tags: Mapping[str, str],
) -> None:
    """Everything in as few calls as MLflow allows: one for a usual run."""
    from mlflow.entities import Param, RunTag

    params: list[Param] = [Param(_name(key), str(value)) for key, value in settings.items()]
    labels: list[RunTag] = [RunTag(key, value) for key, value in tags.items()]
    room = _METRICS - _PARAMS - _TAGS
    calls = max(-(-len(metrics) // room), -(-len(params) // _PARAMS), -(-len(labels) // _TAGS))
    for call in range(calls):
        client.log_batch(
            run_id,
            metrics[call * room : (call + 1) * room],
            params[call * _PARAMS : (call + 1) * _PARAMS],
            labels[call * _TAGS : (call + 1) * _TAGS],
        )


def _name(text: str) -> str:
    """A name that MLflow takes for a metric or a parameter."""
    return re.sub(r"[^\w.\- /]", "_", text)[:250]


def _millis(time: str) -> int:
    """ISO 8601 → milliseconds since 1970."""
    return int(datetime.fromisoformat(time).timestamp() * 1000)


def _shown(uri: str) -> str:
    """An address without the user name and password that an environment variable may hold."""
    return re.sub(r"//[^/@]*@", "//", uri)
