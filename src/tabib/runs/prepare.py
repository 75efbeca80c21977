"""Everything about a run that is known before it starts: its corpus, its weights, its identity. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tabib.config.run import RunConfig
from tabib.core.errors import ConfigError, DataError
from tabib.core.examples import Example
from tabib.data.corpus import Corpus
from tabib.data.load import fingerprint_corpus, load_corpus
from tabib.models.weights import find_weights
from tabib.records.files import to_json
from tabib.registry import corpora as registry_corpora
from tabib.registry import models
from tabib.runs.identity import Identity, identify
from tabib.runs.settings import check_settings


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that can start.

    Args:
        config: the resolved configuration.
        corpus: its data.
        weights: the folder of the pretrained files; None for baselines and for a model on a server.
        identity: what determines its result.
    """

    config: RunConfig
    corpus: Corpus
    weights: Path | None
    identity: Identity
    borrowed: tuple[Example[Any], ...] | None = None
    """Examples of another corpus's train that the configuration asks for in place of its own."""

    @property
    def train(self) -> tuple[Example[Any], ...]:
        """What a model learns from, or shows as examples."""
        return self.corpus.train if self.borrowed is None else self.borrowed


@dataclass(slots=True)
class Corpora:
    """Corpora that were loaded, so that the runs of a benchmark read and hash each of them once."""

    _loaded: dict[str, tuple[Corpus, str]] = field(default_factory=dict)

    def get(self, config: RunConfig) -> tuple[Corpus, str]:
        """The corpus of a run and its fingerprint. Raises: DataError, ConfigError."""
        key = to_json([config.dataset, config.data_dir, config.offline_dir, config.dataset_args], indent=None)
        if key not in self._loaded:
            corpus = load_corpus(
                config.dataset,
                data_dir=config.data_dir,
                offline_dir=config.offline_dir,
                options=config.dataset_args,
            )
            self._loaded[key] = (corpus, fingerprint_corpus(corpus))
        return self._loaded[key]


def prepare(config: RunConfig, corpora: Corpora | None = None) -> Prepared:
    """Load the corpus, find the weights, and name the run.

    Raises:
        DataError, ConfigError, ModelError: the corpus, its options, the weights or the metric that chooses
            weights are wrong or absent, or there is nothing to train a model on that has to be trained.
    """
    check_settings([config])
    corpora = corpora or Corpora()
    corpus, fingerprint = corpora.get(config)
    if config.entry.needs_train and not corpus.train:
        able = sorted(row.name for row in models().values() if config.task in row.targets and not row.needs_train)
        raise DataError(
            f"the corpus {config.dataset!r} has no train split, and {config.model!r} has to be trained; models"
            f" for {config.task} that need no training: {', '.join(able) or 'none'}"
        )
    weights = None
    if config.entry.pretrained and not config.remote:
        assert config.model_name_or_path is not None, "a validated configuration names the weights"
        weights = find_weights(config.model_name_or_path, config.offline_dir)
    identity = identify(config, fingerprint, weights)
    lender = getattr(config.options(), "shots_from", None)
    if lender is None:
        return Prepared(config, corpus, weights, identity)
    borrowed, content = _borrow(config, lender, corpus, corpora)
    identity = replace(identity, config={**identity.config, "shots_from_content": content})
    return Prepared(config, corpus, weights, identity, borrowed)


def _borrow(
    config: RunConfig, lender: str, corpus: Corpus, corpora: Corpora
) -> tuple[tuple[Example[Any], ...], str]:
    """The train of another corpus, without the texts that this one is scored on, and that corpus's fingerprint.

    Raises:
        ConfigError: it is of another task, or has no train either.
    """
    task = registry_corpora()[lender].task
    if task != config.task:
        raise ConfigError(
            f"backend_args.shots_from: {lender!r} is for {task}, expected a corpus for {config.task}"
        )
    other, content = corpora.get(config.model_copy(update={"dataset": lender, "dataset_args": {}}))
    scored = {example.document.text for example in (*corpus.dev, *corpus.test)}
    train = tuple(example for example in other.train if example.document.text not in scored)
    if not train:
        raise ConfigError(f"backend_args.shots_from: {lender!r} has no train split to take examples from")
    return train, content


def default_name(config: RunConfig) -> str:
    """What a model is called where nobody named it: its family, and the last part of its weights' name."""
    if config.model_name_or_path is None:
        return config.model
    return f"{config.model}-{Path(config.model_name_or_path).name}"


def runs_folder(config: RunConfig) -> Path:
    """Where the run folder of a single run is made."""
    training = config.training
    return Path(training.output_dir if training is not None and training.output_dir else "runs")
