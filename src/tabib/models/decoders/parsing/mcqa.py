"""The letters of an answer to a question with options."""

from __future__ import annotations

import re
from itertools import takewhile

from tabib.core.details import detail_of
from tabib.core.examples import Document
from tabib.core.predictions import McqaPrediction, Status
from tabib.models.decoders.parsing.answer import LIMIT, after_marker, first_line

# A capital that stands alone: not in a word, not elided (L'hypertension), not the end of one (vitamine-C).
_ALONE = r"(?<![\w'’\-])([A-Z])(?![\w'’]|-\w)"
_WORD = re.compile(r"[^\W\d_]+['’]?")
_AROUND = {
    *("et", "ou", "and", "or", "la", "le", "les", "the", "l'", "l’"),
    *("option", "options", "proposition", "propositions", "lettre", "lettres", "letter", "letters"),
    *("réponse", "réponses", "reponse", "reponses", "answer", "answers"),
}
_LISTED = re.compile(r"(?:^|[,;]|\bet\b|\band\b)\s*[-*(\[]*([A-Z])\s*(?:[)\].:]|\*\*|\s[-–—]\s)", re.MULTILINE)
# What follows says why, or what is not right.
_REASON = re.compile(r"\b(?:car|parce|puisque|mais|et non|pas|because|since|but|not)\b", re.IGNORECASE)
# «A patient», «A été» : the article and the verb, not the letter.
_NO_LETTER = re.compile(r"(?<![\w'’\-])A(?=\s+(?!(?:et|and|ou|or|est|is|are|sont)\b)[a-zà-ÿ])")


def parse_mcqa(text: str, document: Document) -> McqaPrediction:
    """The options that the text names after its last answer marker.

    Read is the first line there that is not blank: letters alone (``B``, ``a, c``), else lettered options
    (``B) …, D) …``, also of the lines that follow at once), else capitals that stand alone, up to a reason that is
    given. Letters that are no option are left out and counted. With none left, or several for a question with one
    right option, the answer is the empty set and unparsed.
    """
    named = _letters(after_marker(text[-LIMIT:]).lstrip()[:5000])
    letters = tuple(sorted({letter for letter in named if letter in document.letters}))
    counts = {"no option": len({letter for letter in named if letter not in document.letters})}
    if letters and not (document.single and len(letters) > 1):
        return McqaPrediction(document.id, letters, detail=detail_of(counts), single=document.single)
    if letters:
        counts["several letters"] = len(letters)
    return McqaPrediction(
        document.id,
        (),
        status=Status.UNPARSED,
        detail=detail_of(counts, text) or "empty answer",
        single=document.single,
    )


def _letters(answer: str) -> list[str]:
    line = first_line(answer)
    words = _WORD.findall(line)
    alone = [word for word in words if word.casefold() not in _AROUND]
    if alone and all(len(word) == 1 for word in alone) and not any(sign.isdigit() for sign in line):
        return [word.upper() for word in alone]
    if _LISTED.match(line):
        lines = [row.strip() for row in answer.split("\n")]
        return _LISTED.findall("\n".join(takewhile(_LISTED.match, lines)))
    line = _NO_LETTER.sub(" ", line)
    return re.findall(_ALONE, _REASON.split(line, maxsplit=1)[0]) or re.findall(_ALONE, line)
