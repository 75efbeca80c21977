"""BIOSSES (Soğancıoğlu et al. 2017): 100 English pairs of biomedical sentences, alike from 0 to 4."""

from __future__ import annotations

from pathlib import Path

from tabib.core.errors import DataError
from tabib.data.corpora.pairs import Pairs, make_pair
from tabib.data.corpus import Card, Corpus
from tabib.data.formats.tables import Row, read_table, read_tsv
from tabib.data.remote import Remote, RemoteFile

_COLUMNS = ("id", "sentence1", "sentence2", "score", "A", "B", "C", "D", "E")
_ANNOTATORS = tuple(f"annotator_{letter}" for letter in "abcde")
_PAIRS = "annotation_pairs_scores.tsv"
"""The table that BigBIO made of the authors' Word documents, with the score of each annotator."""
_HUB = "https://huggingface.co/datasets/bigbio/biosses"
_SCALE = (0.0, 4.0)

CARDS = {
    "biosses": Card(
        name="biosses",
        task="similarity",
        languages=("en",),
        licence="GPL-3.0",
        citation="Soğancıoğlu G., Öztürk H., Özgür A. BIOSSES: a semantic sentence similarity estimation system"
        " for the biomedical domain. Bioinformatics 33(14), 2017.",
        access=f"Download {_PAIRS} from {_HUB} into a folder named biosses; or make of the authors' documents"
        " (https://tabilab.cmpe.boun.edu.tr/BIOSSES) a tab-separated file biosses.tsv there, with the columns"
        f" {', '.join(_COLUMNS)}.",
        folders=("biosses", "BIOSSES"),
        remote=Remote(
            place="biosses",
            licence_page=_HUB,
            files=(RemoteFile(f"{_HUB}/resolve/f1e5518e824f5eaddfe81377a58ea18c329abb55/{_PAIRS}", _PAIRS),),
        ),
        labels=(),
        statistics={"test": {"documents": 100}},
        summary="pairs of biomedical sentences, alike from 0 to 4; test only",
    )
}


def load(name: str, folder: Path) -> Corpus:
    """Read the table. The score is the mean of those of the five annotators."""
    test = _read_pairs(folder / _PAIRS) if (folder / _PAIRS).is_file() else _read(folder / "biosses.tsv")
    return Corpus(CARDS[name], (), (), test, notes=("test only: there is nothing to train on",))


def _read(path: Path) -> Pairs:
    return tuple(
        make_pair(row["id"], row["sentence1"], row["sentence2"], row["score"], _SCALE, path=path, line=row.line)
        for row in _not_empty(read_tsv(path, _COLUMNS), path)
    )


def _read_pairs(path: Path) -> Pairs:
    rows = _not_empty(read_table(path, ("sentence_id", "sentence_1", "sentence_2", *_ANNOTATORS)), path)
    return tuple(
        make_pair(
            row["sentence_id"],
            row["sentence_1"],
            row["sentence_2"],
            _mean(row, path),
            _SCALE,
            path=path,
            line=row.line,
        )
        for row in rows
    )


def _mean(row: Row, path: Path) -> float:
    try:
        return sum(int(row[annotator]) for annotator in _ANNOTATORS) / len(_ANNOTATORS)
    except ValueError:
        found = ", ".join(row[annotator] for annotator in _ANNOTATORS)
        raise DataError(
            f"expected five whole numbers as scores, found {found}", path=path, line=row.line
        ) from None


def _not_empty(rows: list[Row], path: Path) -> list[Row]:
    if not rows:
        raise DataError("there are no rows: the split is empty", path=path)
    return rows
