"""ESSAI (Dalloux et al. 2021): sentences of French trial protocols, with negation, speculation, both or none.

Two files hold the same sentences, one with the negations marked and one with the speculations: a word on each line
with its sentence, number, form, lemma and part of speech, then its cue and its scope; ``***`` where the sentence
has neither. No split is published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tabib.core.errors import DataError
from tabib.core.examples import Document, Example
from tabib.data.corpora.parts import Parting, knowing_overlap, part
from tabib.data.corpus import Card, Corpus
from tabib.data.formats.tables import read_text

_FILES = {"negation": "ESSAI_neg.txt", "speculation": "ESSAI_spec.txt"}
_UNMARKED = "***"
_COLUMNS = 6

CARDS = {
    "essai": Card(
        name="essai",
        task="classification",
        languages=("fr",),
        licence="data use agreement",
        citation="Dalloux C., Claveau V., Grabar N., Oliveira L. E. S., Moro C. M. C., Gumiel Y. B., Carvalho D."
        " R. Supervised learning for the detection of negation and of its scope in French and Brazilian Portuguese"
        " biomedical corpora. Natural Language Engineering 27(2), 2021.",
        access="Sign the data use agreement of the CAS and ESSAI corpora with Natalia Grabar"
        " (http://natalia.grabar.free.fr/resources.php, https://clementdalloux.fr/?page_id=28) and put"
        " ESSAI_neg.txt and ESSAI_spec.txt into a folder named essai.",
        folders=("essai", "ESSAI", "cas_essai/corpora"),
        labels=("negation", "negation_speculation", "neutral", "speculation"),
        statistics={"train": {}, "test": {}},
        summary="sentences of trial protocols, negation and speculation",
    )
}


def load(name: str, folder: Path, *, split: Parting = "grouped", split_seed: int = 42) -> Corpus:
    """Read both files.

    Args:
        split: how the sentences are parted into train, dev and test, 70, 10 and 20%.
        split_seed: of ``grouped``; not the seed of the run.
    """
    texts: dict[str, str] = {}
    marks: dict[str, set[str]] = {}
    files_of: Counter[str] = Counter()
    differing: list[str] = []
    for mark, file in _FILES.items():
        for id, text, marked in _sentences(folder / file):
            if texts.setdefault(id, text) != text:
                differing.append(id)
            files_of[id] += 1
            marks.setdefault(id, set()).update({mark} if marked else ())
    examples = [
        Example(Document(id, text), "_".join(sorted(marks[id])) or "neutral") for id, text in texts.items()
    ]
    parts = part(examples, split, seed=split_seed)
    how = "as DrBenchmark drew them" if split == "drbenchmark" else f"equal sentences together, seed {split_seed}"
    return knowing_overlap(
        Corpus(
            CARDS[name],
            parts["train"],
            parts["dev"],
            parts["test"],
            notes=(
                f"no split is published: 70% of the sentences are train, 10% dev, 20% test, {how}",
                *_doubts([id for id, n in files_of.items() if n < len(_FILES)], differing),
            ),
        )
    )


def _doubts(alone: Sequence[str], differing: Sequence[str]) -> Iterator[str]:
    if alone:
        yield (
            f"{len(alone)} sentences are in one of the two files only, for example {alone[0]!r}: what the other"
            " would mark is not known"
        )
    if differing:
        yield (
            f"{len(differing)} sentences read otherwise in the two files, for example {differing[0]!r}: their"
            " marks may be of different sentences"
        )


def _sentences(path: Path) -> list[tuple[str, str, bool]]:
    """Identifier, words joined by spaces, and whether anything is marked, of each sentence."""
    words: dict[str, list[str]] = {}
    unmarked: set[str] = set()
    for number, line in enumerate(read_text(path).split("\n"), 1):
        values = line.rstrip("\r").split("\t")
        if values == [""]:
            continue
        if len(values) < _COLUMNS:
            raise DataError(
                "expected at least 6 tab-separated values (sentence, number, word, lemma, part of speech, mark),"
                f" found {len(values)}",
                path=path,
                line=number,
            )
        words.setdefault(values[0], []).append(values[2])
        if values[-1] == _UNMARKED:
            unmarked.add(values[0])
    if not words:
        raise DataError("there are no sentences", path=path)
    return [(id, " ".join(found), id not in unmarked) for id, found in words.items()]
