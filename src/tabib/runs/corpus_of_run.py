"""The corpus behind a run: what an analysis needs of it that the run folder does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tabib.analysis.features import Vocabulary
    from tabib.analysis.runs import RunData
    from tabib.data.corpus import Corpus


def corpus_of(data: RunData, data_dir: Path | None) -> tuple[Corpus | None, str]:
    """The corpus as the run's configuration reads it, and why there is none.

    It is not taken where the gold of the split is another one than the run's: its texts would not be those that
    the offsets count.
    """
    from tabib.core.errors import ConfigError, DataError
    from tabib.data.corpus import SPLITS
    from tabib.data.load import load_corpus

    config = data.record.config
    options = config.get("dataset_args")
    try:
        corpus = load_corpus(
            data.record.dataset,
            data_dir=data_dir or config.get("data_dir"),
            options=options if isinstance(options, dict) else {},
            offline_dir=config.get("offline_dir"),
        )
    except (ConfigError, DataError) as error:
        return None, str(error).partition("\n")[0].removesuffix(" Looked for:").rstrip(".") + " (see --data-dir)"
    split = next((name for name in SPLITS if name == data.split), None)
    if split is None:
        return None, f"a corpus has no split {data.split!r}"
    examples = {example.id: set(example.gold) for example in corpus.split(split)}
    differing = sum(examples.get(reference.id) != set(reference.gold) for reference in data.references)
    if differing:
        return None, (
            f"in the corpus that was found, {differing} of {len(data.references)} documents of {data.split} are"
            " not there or have another gold than in the run"
        )
    return corpus, ""


def texts_of(corpus: Corpus | None, data: RunData) -> Mapping[str, str] | None:
    """Document → text of the split; None without a corpus."""
    if corpus is None:
        return None
    wanted = set(data.ids)
    examples = (*corpus.train, *corpus.dev, *corpus.test)
    return {example.id: example.document.text for example in examples if example.id in wanted}


def vocabulary_of(corpus: Corpus | None) -> Vocabulary | None:
    """What train held; None where there is no corpus, or it has no train."""
    from tabib.analysis.features import Vocabulary

    if corpus is None or not corpus.train:
        return None
    return Vocabulary.of((example.document.text, example.gold) for example in corpus.train)


def with_train_counts(data: RunData, data_dir: Path | None) -> tuple[RunData, str]:
    """With the types of train counted in the corpus, where the record is from before they were kept.

    Returns:
        the data, and why the types could not be counted; empty where they could.
    """
    from tabib.data.load import label_counts

    if data.train_counts is not None:
        return data, ""
    corpus, why = corpus_of(data, data_dir)
    if corpus is None:
        return data, f"no tiers: the record does not count the types of train, and {why}"
    return replace(data, train_counts=label_counts(corpus, ["train"])), ""
