"""Corpora that are not at hand: where to get them is in the error."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tabib.core.errors import DataError
from tabib.data.load import load_corpus


class Gated(NamedTuple):
    name: str
    where: str


@pytest.mark.parametrize(
    "gated",
    [
        Gated("cas1", "https://deft.lisn.upsaclay.fr/2020"),
        Gated("cas2", "http://natalia.grabar.free.fr/resources.php"),
        Gated("essai", "https://clementdalloux.fr"),
        Gated("diamed", "https://huggingface.co/datasets/DrBenchmark/DiaMED"),
        Gated("clister", "https://gitlab.inria.fr/codeine/clister"),
        Gated("meddialog", "https://aclanthology.org/2024.cl4health-1.21"),
        Gated("mantra", "https://files.ifi.uzh.ch/cl/mantra"),
    ],
    ids=lambda gated: gated.name,
)
def test_where_to_get_an_absent_corpus_is_in_the_error(
    gated: Gated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("TABIB_DATA", "SCRATCH"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(DataError, match="was not found") as caught:
        load_corpus(gated.name)
    assert gated.where in str(caught.value)
