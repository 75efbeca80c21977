"""CLISTER (Hiebel et al. 2022): pairs of sentences of French clinical cases, how alike they are from 0 to 5.

The pairs are in a tab-separated file that names the sentences, the sentences in another. No dev is published.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from tabib.core.errors import DataError
from tabib.core.examples import Example
from tabib.data.corpora.pairs import Pairs, make_pair
from tabib.data.corpora.parts import Parting, drbenchmark_ids, knowing_overlap, split_off_dev
from tabib.data.corpus import Card, Corpus
from tabib.data.formats.json_items import read_json
from tabib.data.formats.tables import read_table

_SCALE = (0.0, 5.0)
_COLUMNS = ("id_1", "id_2", "sim")
_DRBENCHMARK = {"train": 0.8333, "dev": 0.1667}

CARDS = {
    "clister": Card(
        name="clister",
        task="similarity",
        languages=("fr",),
        licence="data use agreement (of CAS)",
        citation="Hiebel N., Ferret O., Fort K., Névéol A. CLISTER: A Corpus for Semantic Textual Similarity in"
        " French Clinical Narratives. LREC 2022.",
        access="Ask its authors for the corpus (https://gitlab.inria.fr/codeine/clister; an agreement on the CAS"
        " corpus is needed) and put train.csv, test.csv, id_to_sentence_train.json and id_to_sentence_test.json"
        " into a folder named clister.",
        folders=("clister", "CLISTER"),
        labels=(),
        statistics={"train": {"documents": 600}, "test": {"documents": 400}},
        summary="pairs of sentences of clinical cases, alike from 0 to 5",
    )
}


def load(
    name: str,
    folder: Path,
    *,
    dev: Parting = "grouped",
    dev_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.1667,
    split_seed: int = 42,
) -> Corpus:
    """Read both parts.

    Args:
        dev: how dev is split off train: pairs that share a sentence together, or the pairs that DrBenchmark drew.
        dev_fraction, split_seed: of ``grouped``.
    """
    train, sentences_of = _read(folder, "train")
    if dev == "drbenchmark":
        ids = drbenchmark_ids([example.id for example in train], _DRBENCHMARK)
        in_dev, how = set(ids["dev"]), "as DrBenchmark drew them"
    else:
        groups = _sharing_sentences(sentences_of)
        off = split_off_dev(train, dev_fraction, seed=split_seed, groups=groups)
        in_dev, how = {one.id for one in off["dev"]}, f"those with a common sentence together, seed {split_seed}"
    return knowing_overlap(
        Corpus(
            CARDS[name],
            tuple(example for example in train if example.id not in in_dev),
            tuple(example for example in train if example.id in in_dev),
            _read(folder, "test")[0],
            notes=(f"no dev split is published: {len(in_dev)} pairs were split off train, {how}",),
        )
    )


def _read(folder: Path, part: str) -> tuple[Pairs, dict[str, tuple[str, str]]]:
    """The pairs of a part, and the names of the sentences of each."""
    path = folder / f"{part}.csv"
    listed = folder / f"id_to_sentence_{part}.json"
    sentences = read_json(listed)
    if not isinstance(sentences, dict):
        raise DataError("expected an object: name of a sentence → sentence", path=listed)
    examples: list[Example[float]] = []
    names: dict[str, tuple[str, str]] = {}
    for row in read_table(path, _COLUMNS, quoting=True):
        one, other = (_sentence_name(row[column]) for column in ("id_1", "id_2"))
        if absent := [name for name in (one, other) if not isinstance(sentences.get(name), str)]:
            raise DataError(f"the sentence {absent[0]!r} is not in {listed.name}", path=path, line=row.line)
        first, second = sentences[one], sentences[other]
        id = f"{part}-{row.line:04d}"
        names[id] = (one, other)
        examples.append(make_pair(id, first, second, row["sim"], _SCALE, path=path, line=row.line))
    if not examples:
        raise DataError("there are no rows: the split is empty", path=path)
    return tuple(examples), names


def _sentence_name(id: str) -> str:
    """``filepdf-830_3_cas`` → ``filepdf-830_3``: what the sentences are listed under."""
    return "_".join(id.split("_")[:2])


def _sharing_sentences(sentences_of: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Pair → group: pairs that are linked by common sentences, directly or not, are together."""
    group_of: dict[str, str] = {}

    def root(sentence: str) -> str:
        while (above := group_of.setdefault(sentence, sentence)) != sentence:
            sentence = above
        return sentence

    for one, other in sentences_of.values():
        group_of[root(one)] = root(other)
    return {id: root(one) for id, (one, _) in sentences_of.items()}
