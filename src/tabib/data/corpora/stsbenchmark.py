"""STS Benchmark (Cer et al. 2017): English pairs of sentences, how alike they are from 0 to 5."""

from __future__ import annotations

from pathlib import Path

from tabib.core.errors import DataError
from tabib.data.corpora.pairs import Pairs, make_pair
from tabib.data.corpus import SPLITS, Card, Corpus
from tabib.data.formats.tables import read_tsv
from tabib.data.remote import Remote, RemoteFile, as_named

_COLUMNS = ("genre", "file", "year", "number", "score", "first", "second", "first licence", "second licence")
_SCALE = (0.0, 5.0)
_SHA256 = {
    "sts-train.csv": "0f71910b59aa1ad973c5897f0791f3b0965a92b8f82b1a95f3eea9f4162fda82",
    "sts-dev.csv": "5d7e944d8b02734b07bfdb5df67db3420c64bed153fcaa1ba47ad03480cf4234",
    "sts-test.csv": "affe45928a66ee5a708531233c95b7dacbbdc57f974f002a3d32ea0180cf816a",
}

CARDS = {
    "stsbenchmark": Card(
        name="stsbenchmark",
        task="similarity",
        languages=("en",),
        licence="CC BY-SA 4.0 (the scores; the sentences as their sources)",
        citation="Cer D., Diab M., Agirre E., Lopez-Gazpio I., Specia L. SemEval-2017 Task 1: Semantic Textual"
        " Similarity Multilingual and Crosslingual Focused Evaluation. SemEval 2017.",
        access="Download Stsbenchmark.tar.gz from http://ixa2.si.ehu.eus/stswiki and unpack it into the data"
        " directory.",
        folders=("stsbenchmark",),
        remote=Remote(
            place="stsbenchmark",
            licence_page="http://ixa2.si.ehu.eus/stswiki/index.php/STSbenchmark",
            files=(
                RemoteFile(
                    "http://ixa2.si.ehu.eus/stswiki/images/4/48/Stsbenchmark.tar.gz",
                    unpack=as_named(*_SHA256, "readme.txt", "LICENSE.txt"),
                ),
            ),
            contents=_SHA256,
        ),
        labels=(),
        statistics={"train": {"documents": 5749}, "dev": {"documents": 1500}, "test": {"documents": 1379}},
        shared_texts={("train", "dev"): 7, ("train", "test"): 12, ("dev", "test"): 3},
        summary="pairs of sentences of news, captions and forums, alike from 0 to 5",
    )
}


def load(name: str, folder: Path) -> Corpus:
    """Read the three tables: seven columns, or nine with the licences of the sentences; quotes are text."""
    train, dev, test = (_read(folder / f"sts-{split}.csv") for split in SPLITS)
    return Corpus(
        CARDS[name],
        train,
        dev,
        test,
        notes=("the published splits share pairs: train 7 with dev and 12 with test, dev 3 with test",),
    )


def _read(path: Path) -> Pairs:
    rows = read_tsv(path, _COLUMNS, header=False, optional=2)
    if not rows:
        raise DataError("there are no rows: the split is empty", path=path)
    return tuple(
        make_pair(
            f"{row['file']}-{row['year']}-{row['number']}",
            row["first"],
            row["second"],
            row["score"],
            _SCALE,
            path=path,
            line=row.line,
        )
        for row in rows
    )
