"""How a benchmark of entities is looked into: what a study's report shows, and by which rule a model is chosen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from tabib.config.names import CorpusName
from tabib.config.paths import PathText
from tabib.config.schema import ListOf, Schema

Share = Annotated[float, Field(gt=0, le=1)]
Confidence = Annotated[float, Field(ge=0, le=1)]


class TierSettings(Schema):
    """Tiers of types by their gold entities in train."""

    rare_below: int = Field(default=100, ge=0, description="types with fewer are rare")
    frequent_above: int = Field(default=1000, ge=0, description="types with more are frequent")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.rare_below > self.frequent_above + 1:
            raise ValueError("rare_below is above frequent_above, so that types would be both")
        return self


class SpeedSection(Schema):
    """What is measured of each model's speed."""

    batch_sizes: ListOf[Annotated[int, Field(ge=1)]] = Field(
        default=(1, 8, 16, 32), min_length=1, description="documents handed over at once"
    )
    variants: ListOf[str] | None = Field(default=None, description="null: those that can be had here")
    notes: int = Field(default=10_000, ge=1, description="documents whose time is estimated")
    documents: int | None = Field(default=None, ge=1, description="of the split; null: all")
    rounds: int = Field(default=5, ge=1, description="turns of every batch size of every variant, at most")
    seconds: float = Field(default=60, gt=0, description="of each variant; no round is begun that would go beyond")


class Weights(Schema):
    """What counts in the choice of a model, in shares of their sum."""

    score: float = Field(default=0.6, ge=0)
    rare_types: float = Field(default=0.2, ge=0)
    speed: float = Field(default=0.2, ge=0)

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.score + self.rare_types + self.speed > 0:
            raise ValueError("all weights are 0, expected one above 0")
        return self


class StudySettings(Schema):
    """The section ``study`` of a benchmark."""

    dataset: CorpusName | None = Field(
        default=None, description="corpus on which a model is chosen and looked into; null: the first of entities"
    )
    folder: PathText | None = Field(
        default=None, description="where the report goes; null: results/NAME, after the benchmark's file"
    )
    markdown: PathText | None = Field(
        default=None, description="the report as Markdown; null: report.md in the folder"
    )
    texts: bool = Field(
        default=True, description="whether the report may quote documents; false for one that is passed on"
    )
    tiers: TierSettings = TierSettings()
    confusion_types: int = Field(default=15, ge=1, description="types that the confusion shows")
    examples: int = Field(default=30, ge=0, description="errors shown in their context")
    thresholds: ListOf[Confidence] = Field(default=(0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95), min_length=1)
    threshold: Confidence = Field(
        default=0.85, description="what if all entities from this confidence on were coded"
    )
    target_precision: Share = Field(default=0.9, description="what automatic coding has to reach")
    min_kept: int = Field(default=10, ge=1, description="thresholds that keep fewer entities are not chosen")
    high_value_types: ListOf[str] | None = Field(
        default=None, description="types whose errors cost most; null: those of ``HIGH_VALUE`` that the corpus has"
    )
    speed: SpeedSection | None = Field(default=SpeedSection(), description="null: no speed is measured")
    weights: Weights = Weights()
    candidates: ListOf[str] | None = Field(
        default=None, min_length=1, description="models to choose from; null: those with weights, if there are any"
    )

    def placed(self, folder: Path) -> Self:
        """The same with its paths relative to ``folder``."""
        update = {
            name: os.path.normpath(folder / path)
            for name in ("folder", "markdown")
            if (path := getattr(self, name)) is not None
        }
        return self.model_copy(update=update)
