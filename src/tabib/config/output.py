"""Where results go: files, run folders, trackers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from tabib.config.paths import PathText
from tabib.config.schema import Schema

SQLITE = "sqlite:///"

Name = Annotated[str, Field(min_length=1, max_length=128)]


class WandbRun(Schema):
    """Weights & Biases, for a single run."""

    project: Name
    entity: Name | None = Field(default=None, description="user or team; null: the key's own")
    mode: Literal["online", "offline", "disabled"] | None = Field(
        default=None, description="null: online where WANDB_API_KEY is set, else offline; WANDB_MODE goes over it"
    )


class Wandb(WandbRun):
    """Weights & Biases, for a benchmark."""

    table: Name = Field(default="results", description="name of the table of all results")


class Mlflow(Schema):
    """MLflow."""

    experiment: Name
    tracking_uri: PathText | None = Field(
        default=None, description="null: MLFLOW_TRACKING_URI, else mlflow.db beside the other outputs"
    )

    @field_validator("tracking_uri")
    @classmethod
    def _without_secrets(cls, uri: str | None) -> str | None:
        if uri is not None and "://" not in uri:
            raise ValueError("expected an address such as sqlite:///mlflow.db or https://mlflow.example.org")
        if uri is not None and (urlsplit(uri).password or urlsplit(uri).username):
            raise ValueError(
                "no user name or password in the address: they belong into the environment, as"
                " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD or as part of MLFLOW_TRACKING_URI"
            )
        return uri

    def placed(self, folder: Path) -> Self:
        """The same with a relative sqlite file taken relative to ``folder``."""
        if self.tracking_uri is None or not self.tracking_uri.startswith(SQLITE):
            return self
        file = os.path.abspath(folder / self.tracking_uri.removeprefix(SQLITE))
        return self.model_copy(update={"tracking_uri": SQLITE + file})


class RunOutput(Schema):
    """Trackers that are told of a single run."""

    wandb: WandbRun | None = None
    mlflow: Mlflow | None = None


class OutputConfig(Schema):
    """Where a benchmark's results go. Files are relative to its file's folder, ``runs`` to the current one."""

    json_file: PathText | None = Field(default=None, alias="json")
    markdown_file: PathText | None = Field(default=None, alias="markdown")
    runs: PathText = Field(default="runs", description="folder of the run folders")
    wandb: Wandb | None = None
    mlflow: Mlflow | None = None

    def placed(self, folder: Path) -> Self:
        """The same with the files relative to ``folder``."""
        files = {name: getattr(self, name) for name in ("json_file", "markdown_file")}
        placed = {name: os.path.normpath(folder / file) for name, file in files.items() if file is not None}
        mlflow = None if self.mlflow is None else self.mlflow.placed(folder)
        return self.model_copy(update={**placed, "mlflow": mlflow})
