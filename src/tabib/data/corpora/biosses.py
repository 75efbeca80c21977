"""BIOSSES (Soğancıoğlu et al. 2017): 100 English pairs of biomedical sentences, alike from 0 to 4."""

from __future__ import annotations

from pathlib import Path

from tabib.core.errors import DataError
from tabib.data.corpora.pairs import make_pair
from tabib.data.corpus import Card, Corpus
from tabib.data.formats.tables import read_tsv

_COLUMNS = ("id", "sentence1", "sentence2", "score", "A", "B", "C", "D", "E")
_SCALE = (0.0, 4.0)

CARDS = {
    "biosses": Card(
        name="biosses",
        task="similarity",
        languages=("en",),
        licence="GPL-3.0",
        citation="Soğancıoğlu G., Öztürk H., Özgür A. BIOSSES: a semantic sentence similarity estimation system"
        " for the biomedical domain. Bioinformatics 33(14), 2017.",
        access="Download the 100 pairs with the scores of the five annotators from"
        " https://tabilab.cmpe.boun.edu.tr/BIOSSES into a folder named biosses, as a tab-separated file"
        f" biosses.tsv with the columns {', '.join(_COLUMNS)}.",
        folders=("biosses", "BIOSSES"),
        labels=(),
        statistics={"test": {"documents": 100}},
        summary="pairs of biomedical sentences, alike from 0 to 4; test only",
    )
}


def load(name: str, folder: Path) -> Corpus:
    """Read the table. The score is the mean of those of the annotators A to E."""
    path = folder / "biosses.tsv"
    rows = read_tsv(path, _COLUMNS)
    if not rows:
        raise DataError("there are no rows: the split is empty", path=path)
    test = tuple(
        make_pair(row["id"], row["sentence1"], row["sentence2"], row["score"], _SCALE, path=path, line=row.line)
        for row in rows
    )
    return Corpus(CARDS[name], (), (), test, notes=("test only: there is nothing to train on",))
