"""Context-free grammars in a plain text file, expanded with a seeded random generator.

The file's format, line by line::

    # a comment
    @symbol                 begins the alternatives of a symbol
    an alternative
    *3 an alternative       three times as likely
    + an alternative        for dev and test only (there three times as likely): unseen in training

Within an alternative::

    <symbol>                replaced by one of the symbol's alternatives
    <symbol:LABEL>          the same, with ``?`` for a label (see ``markup``) replaced by LABEL
    <int:18-90>             a number from 18 to 90
    {er/sie}                the first for a male patient, the second for a female one, all through a document
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SYMBOL = re.compile(r"<([\w-]+)(?::([\w-]+))?>")
_GENDER = re.compile(r"\{([^{}/]*)/([^{}/]*)\}")
_WEIGHT = re.compile(r"\*(\d+) ")
_KEY = re.compile(r"#(\d)")


@dataclass(frozen=True, slots=True)
class Alternative:
    text: str
    weight: int = 1
    held_out: bool = False


@dataclass(frozen=True, slots=True)
class Grammar:
    """Symbol → alternatives."""

    rules: Mapping[str, Sequence[Alternative]]

    @classmethod
    def read(cls, path: Path) -> Grammar:
        """The grammar of a file.

        Raises:
            ValueError: a line before the first symbol, a symbol defined twice, or one used but not defined.
        """
        rules: dict[str, list[Alternative]] = {}
        symbol = ""
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            line = raw.strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("@"):
                symbol = line[1:].strip()
                if symbol in rules:
                    raise ValueError(f"{path}:{number}: the symbol {symbol!r} is defined twice")
                rules[symbol] = []
            elif not symbol:
                raise ValueError(f"{path}:{number}: an alternative before the first @symbol")
            else:
                rules[symbol].append(_alternative(line))
        for alternatives in rules.values():
            for alternative in alternatives:
                for used, _ in _SYMBOL.findall(alternative.text):
                    if used != "int" and used not in rules:
                        raise ValueError(f"{path}: the symbol {used!r} is used but not defined")
        return cls(rules)

    def expand(self, symbol: str, rng: random.Random, *, held_out: bool, female: bool) -> str:
        """One text of a symbol, with its mark-up."""
        counter = [0]

        def alternative_of(name: str) -> str:
            choices = [one for one in self.rules[name] if held_out or not one.held_out]
            weights = [one.weight * (3 if one.held_out else 1) for one in choices]
            counter[0] += 1
            # Fragments of one discontinuous entity share a key; each use of an alternative has its own.
            return _KEY.sub(rf"#{counter[0]}x\1", rng.choices(choices, weights)[0].text)

        def replaced(match: re.Match[str]) -> str:
            name, argument = match.groups()
            if name == "int":
                low, high = argument.split("-")
                return str(rng.randint(int(low), int(high)))
            text = _SYMBOL.sub(replaced, alternative_of(name))
            return text if argument is None else text.replace("[?", f"[{argument}")

        text = _SYMBOL.sub(replaced, alternative_of(symbol))
        return _GENDER.sub(r"\2" if female else r"\1", text)


def _alternative(line: str) -> Alternative:
    held_out = line.startswith("+ ")
    line = line.removeprefix("+ ")
    weight = 1
    if match := _WEIGHT.match(line):
        weight = int(match[1])
        line = line[match.end() :]
    return Alternative("" if line == "-" else line, weight, held_out)
