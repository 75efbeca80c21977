"""Questions with options about invented medicines, of which one or several are right.

All the knowledge is in the train split: the end of a medicine's name tells its family, and the family what it
is, treats, causes, forbids and requires. Dev and test ask in other words too, and about names that train does not
have.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabib.core.examples import LETTERS
from tabib.data.generate.grammar import Grammar
from tabib.data.generate.markup import capitalise

_FAMILY = "family-"
_KINDS = (("ask", 4), ("which", 3), ("several", 4))
"""A value is asked for, a medicine is, or which statements are true; with weights."""
_TRUE = ((1, 2), (2, 4), (3, 3), (4, 1))
"""How many statements are true, with weights."""


@dataclass(frozen=True, slots=True)
class McqaRecipe:
    """How a corpus of questions is written.

    Args:
        grammar: the file of names, families and questions.
        sizes: questions of train, dev and test.
        agree: mends contractions and the like in the language.
    """

    grammar: Path
    sizes: tuple[int, int, int]
    agree: Callable[[str], str]

    def write_corpus(self, name: str, folder: Path) -> None:
        """``train.jsonl``, ``dev.jsonl`` and ``test.jsonl``: id, question, options, right letters, single."""
        writer = _Writer(Grammar.read(self.grammar), self.agree)
        for split, size in zip(("train", "dev", "test"), self.sizes, strict=True):
            questions = writer.questions(random.Random(f"{name}/{split}"), split != "train")
            rows = [{"id": f"{split}-{number:03d}", **next(questions)} for number in range(1, size + 1)]
            content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / f"{split}.jsonl").write_bytes(content.encode())


class _Writer:
    """Questions; none is asked twice in a corpus."""

    def __init__(self, grammar: Grammar, agree: Callable[[str], str]) -> None:
        self._grammar = grammar
        self._agree = agree
        self._facts: dict[str, Mapping[str, str]] = {
            symbol.removeprefix(_FAMILY): dict(line.text.split(" = ", 1) for line in lines)
            for symbol, lines in grammar.rules.items()
            if symbol.startswith(_FAMILY)
        }
        self._keys = list(next(iter(self._facts.values())))
        self._asked: set[str] = set()

    def questions(self, rng: random.Random, held_out: bool) -> Iterator[dict[str, Any]]:
        while True:
            kind = rng.choices([name for name, _ in _KINDS], [weight for _, weight in _KINDS])[0]
            family, key = rng.choice(list(self._facts)), rng.choice(self._keys)
            n_options = rng.choice((4, 5, 5))
            if kind == "several":
                drug = self._drug(family, rng, held_out)
                question = self._expand("several", rng, held_out).replace("{drug}", drug)
                options, right = self._statements(family, n_options, rng, held_out)
            else:
                families = [family, *rng.sample([one for one in self._facts if one != family], n_options - 1)]
                template = self._expand(f"{kind}-{key}", rng, held_out)
                if kind == "ask":
                    question = template.replace("{drug}", self._drug(family, rng, held_out))
                    options = [self._facts[one][key] for one in families]
                else:
                    question = template.replace("{value}", self._facts[family][key])
                    options = [self._drug(one, rng, held_out) for one in families]
                right = {options[0]}
            question = capitalise(self._agree(question))
            if question in self._asked:
                continue
            self._asked.add(question)
            rng.shuffle(options)
            letters = [letter for letter, option in zip(LETTERS, options, strict=False) if option in right]
            yield {
                "question": question,
                "options": [capitalise(self._agree(option)) for option in options],
                "right": letters,
                "single": kind != "several",
            }

    def _statements(self, family: str, n: int, rng: random.Random, held_out: bool) -> tuple[list[str], set[str]]:
        """``n`` statements about a family, one about each thing that there is to know, and those that are true."""
        n_true = min(n, rng.choices([count for count, _ in _TRUE], [weight for _, weight in _TRUE])[0])
        others = [one for one in self._facts if one != family]
        said = [
            self._expand(f"say-{key}", rng, held_out).replace(
                "{value}", self._facts[family if index < n_true else rng.choice(others)][key]
            )
            for index, key in enumerate(rng.sample(self._keys, n))
        ]
        return said, set(said[:n_true])

    def _drug(self, family: str, rng: random.Random, held_out: bool) -> str:
        return self._expand("name", rng, held_out) + family

    def _expand(self, symbol: str, rng: random.Random, held_out: bool) -> str:
        return self._grammar.expand(symbol, rng, held_out=held_out, female=rng.random() < 0.5)
