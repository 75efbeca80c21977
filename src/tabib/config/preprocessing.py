"""``preprocessing:`` of a run: how a text is cut before any model sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from tabib.config.schema import Schema


class Preprocessing(Schema):
    """What a model gets to read at a time. A unit alone may be written as its name: ``preprocessing: sentence``.

    The pieces are the whole world of a model: it learns from them one by one, is shown them as examples, and what
    it says of them is put back into the document (``tabib.models.pieces``). How an encoder lays out a text in
    rows is its own affair (``backend_args.unit``, ``row_words``, ``stride``).
    """

    unit: Literal["document", "line", "sentence", "window"] = "document"
    size: int | None = Field(default=None, ge=1, description="characters of a window")
    overlap: int = Field(default=0, ge=0, description="characters that neighbouring windows share, at most")

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"unit": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _sizes_are_of_windows(self) -> Self:
        if self.unit == "window":
            if self.size is None:
                raise ValueError("window needs its size in characters: {unit: window, size: 1000}")
            if 2 * self.overlap > self.size:
                raise ValueError(f"overlap: found {self.overlap}, expected at most half of the size {self.size}")
        elif self.size is not None or self.overlap:
            raise ValueError(
                f"size and overlap are of the unit window; found the unit {self.unit}"
                f" (preprocessing: {self.unit}, without a mapping, replaces those of a base)"
            )
        return self

    def __str__(self) -> str:
        if self.unit != "window":
            return self.unit
        overlap = f", overlap {self.overlap}" if self.overlap else ""
        return f"window of {self.size} characters{overlap}"

    @property
    def cuts(self) -> bool:
        return self.unit != "document"


WHOLE = Preprocessing()
"""Nothing is cut."""


def asks_to_cut(value: Any) -> bool:
    """Whether a section, as it is written, is right and asks for pieces."""
    if not isinstance(value, (str, Mapping, Preprocessing)):
        return False
    try:
        return Preprocessing.model_validate(value).cuts
    except ValidationError:
        return False
