"""Whether all that some runs need is here: one answer for everything, before anything starts."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from tabib.config.run import RunConfig
from tabib.core.errors import DataError, MissingExtraError, ModelError
from tabib.data.load import card_of, locate
from tabib.models.weights import find_weights, require_whole


def require_all(configs: Iterable[RunConfig]) -> None:
    """Look for the corpora, weights and optional packages of some runs; nothing is read.

    Raises:
        DataError, ModelError, MissingExtraError: one of them is nowhere.
        DataError: several are; names each of them with where it was looked for and how to get it.
    """
    configs = list(configs)
    absent: list[DataError | ModelError | MissingExtraError] = []
    read = ((name, c.data_dir, c.offline_dir) for c in configs for name in corpora_of(c))
    for name, data_dir, offline in dict.fromkeys(read):
        try:
            locate(card_of(name), data_dir, offline)
        except DataError as error:
            absent.append(error)
    wanted = filter(needs_weights, configs)
    for weights, offline in dict.fromkeys((c.model_name_or_path, c.offline_dir) for c in wanted):
        try:
            require_whole(find_weights(str(weights), offline))
        except ModelError as error:
            absent.append(error)
    extras = (needed for config in configs for needed in getattr(config.options(), "extras", ()))
    for package, extra in dict.fromkeys(extras):
        if find_spec(package) is None:
            absent.append(MissingExtraError(package, extra))
    if len(absent) == 1:
        raise absent[0]
    if absent:
        listed = "\n".join(f"\n{number}. {error}" for number, error in enumerate(absent, 1))
        raise DataError(f"{len(absent)} things are missing, and nothing was started:\n{listed}")


def corpora_of(config: RunConfig) -> tuple[str, ...]:
    """The corpora that a run reads: its own, and the one that lends examples for its prompts."""
    lender = getattr(config.options(), "shots_from", None)
    return (config.dataset,) if lender is None else (config.dataset, lender)


def needs_weights(config: RunConfig) -> bool:
    """Whether a run reads weights on this machine."""
    return config.entry.pretrained and not config.remote
