"""Whether all that some runs need is here: one answer for everything, before anything starts."""

from __future__ import annotations

from collections.abc import Iterable

from tabib.config.run import RunConfig
from tabib.core.errors import DataError, ModelError
from tabib.data.load import card_of, locate
from tabib.models.weights import find_weights


def require_all(configs: Iterable[RunConfig]) -> None:
    """Look for the corpora and weights of some runs; nothing is read.

    Raises:
        DataError, ModelError: one of them is nowhere.
        DataError: several are; names each of them with where it was looked for and how to get it.
    """
    configs = list(configs)
    absent: list[DataError | ModelError] = []
    for name, data_dir, offline in dict.fromkeys((c.dataset, c.data_dir, c.offline_dir) for c in configs):
        try:
            locate(card_of(name), data_dir, offline)
        except DataError as error:
            absent.append(error)
    wanted = (c for c in configs if c.entry.pretrained and not c.remote)
    for weights, offline in dict.fromkeys((c.model_name_or_path, c.offline_dir) for c in wanted):
        try:
            find_weights(str(weights), offline)
        except ModelError as error:
            absent.append(error)
    if len(absent) == 1:
        raise absent[0]
    if absent:
        listed = "\n".join(f"\n{number}. {error}" for number, error in enumerate(absent, 1))
        raise DataError(f"{len(absent)} things are missing, and nothing was started:\n{listed}")
