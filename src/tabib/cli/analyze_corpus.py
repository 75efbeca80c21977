"""The corpus behind a run: what an analysis needs of it that the run folder does not hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
