"""The shipped corpora, written from their grammars: the same files, byte for byte, every time.

No text is repeated, and no single text is nearly a copy of another (``overlap.similar_pairs`` at 0.6); pairs and
questions differ in little by design.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tabib.core.examples import Document
from tabib.core.spans import split_words
from tabib.data.formats.brat import BratDocument, write_brat
from tabib.data.formats.conll import from_entities, write_conll
from tabib.data.formats.tables import write_tsv
from tabib.data.generate.grammar import Grammar
from tabib.data.generate.markup import agree_en, agree_fr, capitalise, parse
from tabib.data.generate.mcqa import McqaRecipe
from tabib.data.generate.pairs import PairRecipe
from tabib.data.overlap import word_shingles

GRAMMARS = Path(__file__).parent / "grammars"
_TOO_SIMILAR = 0.6
_TOPICS = re.compile(r"=([a-z|]+) ?")


class Writes(Protocol):
    """How one corpus is written, of whatever kind."""

    def write_corpus(self, name: str, folder: Path) -> None:
        """The files of the corpus, into a folder that exists."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one corpus of single texts is written.

    Args:
        grammar: the file in ``grammars/`` without its suffix.
        sizes: documents of train, dev and test.
        agree: mends contractions and the like in the language.
        write: writes the marked texts of one split.
        classes: the symbols that texts begin with, each with its weight.
    """

    grammar: str
    sizes: tuple[int, int, int]
    agree: Callable[[str], str]
    write: Callable[[list[Marked], Path, str], None]
    classes: tuple[tuple[str, int], ...] = (("note", 1),)

    def write_corpus(self, name: str, folder: Path) -> None:
        texts = _texts(name, self)
        for split, size in zip(("train", "dev", "test"), self.sizes, strict=True):
            self.write([next(texts[split]) for _ in range(size)], folder, split)


@dataclass(frozen=True, slots=True)
class Marked:
    """An expanded text with its mark-up, and the symbol that it began with."""

    symbol: str
    text: str


def write_all(folder: Path) -> None:
    """Every shipped corpus in a folder of its name under ``folder``."""
    for name in RECIPES:
        write_corpus(name, folder / name)


def write_corpus(name: str, folder: Path) -> None:
    """One shipped corpus in ``folder``, which is made if it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    RECIPES[name].write_corpus(name, folder)


def _texts(name: str, recipe: Recipe) -> dict[str, Iterator[Marked]]:
    """Endless texts by split, all different."""
    grammar = Grammar.read(GRAMMARS / f"{recipe.grammar}.txt")
    seen: list[frozenset[tuple[str, ...]]] = []
    symbols = [symbol for symbol, _ in recipe.classes]
    weights = [weight for _, weight in recipe.classes]

    def texts(split: str) -> Iterator[Marked]:
        rng = random.Random(f"{name}/{split}")
        while True:
            symbol = rng.choices(symbols, weights)[0]
            female = rng.random() < 0.5
            raw = grammar.expand(symbol, rng, held_out=split != "train", female=female)
            text = capitalise(recipe.agree(raw))
            shingles = word_shingles(parse(_TOPICS.sub("", text))[0])
            if not any(_jaccard(shingles, other) >= _TOO_SIMILAR for other in seen):
                seen.append(shingles)
                yield Marked(symbol, text)

    return {split: texts(split) for split in ("train", "dev", "test")}


def _jaccard(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def _write_brat(texts: list[Marked], folder: Path, split: str) -> None:
    (folder / split).mkdir(exist_ok=True)
    for number, marked in enumerate(texts, 1):
        text, entities = parse(marked.text)
        write_brat(BratDocument(text + "\n", entities), folder / split / f"{split}_{number:03d}.txt")


def _write_conll(texts: list[Marked], folder: Path, split: str) -> None:
    documents = []
    for marked in texts:
        text, entities = parse(marked.text.replace(". ", ".\n"))
        tagged, lost = from_entities(Document("", text, split_words(text)), entities)
        assert not lost, f"the grammar is flat, but {lost} is not"
        documents.append(tagged)
    write_conll(documents, folder / f"{split}.conll")


def _write_classes(texts: list[Marked], folder: Path, split: str) -> None:
    rows = [(f"{split}-{number:03d}", one.text, one.symbol) for number, one in enumerate(texts, 1)]
    write_tsv(folder / f"{split}.tsv", ("id", "text", "label"), rows)


def _write_topics(texts: list[Marked], folder: Path, split: str) -> None:
    rows = []
    for number, marked in enumerate(texts, 1):
        labels = sorted({label for found in _TOPICS.findall(marked.text) for label in found.split("|")})
        rows.append((f"{split}-{number:03d}", capitalise(_TOPICS.sub("", marked.text)), "|".join(labels)))
    write_tsv(folder / f"{split}.tsv", ("id", "text", "labels"), rows)


RECIPES: dict[str, Writes] = {
    "mini_ner_fr": Recipe("ner_fr", (240, 60, 80), agree_fr, _write_brat),
    "mini_ner_en": Recipe("ner_en", (160, 40, 60), agree_en, _write_brat),
    "mini_ner_token_fr": Recipe("token_fr", (240, 60, 80), agree_fr, _write_conll),
    "mini_triage_fr": Recipe(
        "triage_fr",
        (400, 100, 150),
        agree_fr,
        _write_classes,
        (("urgence", 2), ("consultation", 4), ("renouvellement", 3), ("administratif", 3)),
    ),
    "mini_triage_pl": Recipe(
        "triage_pl",
        (300, 80, 120),
        str,
        _write_classes,
        (("pilne", 2), ("wizyta", 4), ("recepta", 3), ("administracja", 3)),
    ),
    "mini_topics_fr": Recipe("topics_fr", (400, 100, 150), agree_fr, _write_topics),
    "mini_pairs_fr": PairRecipe(GRAMMARS / "pairs_fr.txt", (360, 80, 120)),
    "mini_mcqa_fr": McqaRecipe(GRAMMARS / "mcqa_fr.txt", (320, 80, 120), agree_fr),
    "mini_mcqa_en": McqaRecipe(GRAMMARS / "mcqa_en.txt", (160, 40, 60), agree_en),
}
