"""Named entities by look-up of the training entities."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from tabib.config.options import DictionaryOptions
from tabib.core.examples import Document, Example
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity, Span, split_words
from tabib.models.base import Progress
from tabib.models.baselines.stored import StoredLearner

Form = tuple[str, ...]
"""An entity's words as they are compared: in lower case and without accents where the options say so."""


class DictionaryNer(StoredLearner):
    """Finds the forms that entities had in train, longest match first.

    A form is the sequence of words of a contiguous entity. Its precision for a label is the number of training
    entities with that form and label, over the number of places in train where its words occur; forms below
    ``min_precision`` are not kept. That precision is the confidence of what is found. For ``ner_span`` labels are
    looked up independently of each other, each without overlaps, so that entities nest across labels; for
    ``ner_token`` all labels together give flat entities, the more precise label first.
    """

    def __init__(self, labels: Sequence[str], options: Any, seed: int = 0, task: str = "") -> None:
        super().__init__(labels, options, seed, task)
        self._keep({})

    @classmethod
    def options_type(cls) -> type[DictionaryOptions]:
        return DictionaryOptions

    def fit(self, train: Sequence[Example[Any]], dev: Sequence[Example[Any]]) -> None:  # noqa: ARG002
        documents = [(example.document, _words(example.document)) for example in train]
        counts: dict[Form, Counter[str]] = defaultdict(Counter)
        for example, (document, words) in zip(train, documents, strict=True):
            keys = self._keys(document.text, words)
            starts = {start: index for index, (start, _) in enumerate(words)}
            ends = {end: index + 1 for index, (_, end) in enumerate(words)}
            for entity in dict.fromkeys(example.gold):
                first, last = starts.get(entity.start), ends.get(entity.end)
                if not entity.discontinuous and first is not None and last is not None:
                    counts[tuple(keys[first:last])][entity.label] += 1
        self._keep({form: {**by_label} for form, by_label in counts.items()})  # all, to count where they occur
        occurrences = Counter(
            form for document, words in documents for _, _, form in self._matches(self._keys(document.text, words))
        )
        precise: dict[Form, dict[str, float]] = {}
        for form, by_label in counts.items():
            kept = {
                label: by_label[label] / occurrences[form]
                for label in sorted(by_label)
                if by_label[label] / occurrences[form] >= self.options.min_precision
            }
            if kept:
                precise[form] = kept
        self._keep(precise)

    def predict(self, documents: Sequence[Document], progress: Progress | None = None) -> list[NerPrediction]:
        predictions = []
        for document in documents:
            predictions.append(self._predict(document))
            if progress is not None:
                progress(len(predictions), len(documents))
        return predictions

    def _predict(self, document: Document) -> NerPrediction:
        words = _words(document)
        found = [
            (first, last, label, confidence)
            for first, last, form in self._matches(self._keys(document.text, words))
            for label, confidence in self.forms[form].items()
        ]
        found.sort(key=lambda match: (match[0] - match[1], match[0], -match[3], match[2]))
        taken: dict[str, set[int]] = defaultdict(set)
        entities = []
        for first, last, label, confidence in found:
            layer = taken[label if self.task == "ner_span" else ""]
            # Matches come longest first, so one that meets a taken word has it at one of its ends.
            if first in layer or last - 1 in layer:
                continue
            layer.update(range(first, last))
            entity = Entity.of(label, words[first][0], words[last - 1][1])
            entities.append(ScoredEntity(entity, confidence))
        entities.sort(key=lambda scored: (scored.entity.start, scored.entity.end, scored.entity.label))
        return NerPrediction(document.id, tuple(entities))

    def _matches(self, keys: Sequence[str]) -> Iterator[tuple[int, int, Form]]:
        """Every place where a form's words stand: first word, last word (exclusive), form."""
        for first in range(len(keys)):
            node = self._trie
            for last in range(first, len(keys)):
                following = node.get(keys[last])
                if following is None:
                    break
                node = following
                if "" in node:
                    yield first, last + 1, tuple(keys[first : last + 1])

    def _keep(self, forms: dict[Form, dict[str, float]]) -> None:
        """Look these forms up from now on."""
        self.forms: dict[Form, dict[str, float]] = forms
        self._trie: dict[str, Any] = {}
        for form in forms:
            node = self._trie
            for key in form:
                node = node.setdefault(key, {})
            node[""] = {}  # a form ends here; no word is empty

    def _keys(self, text: str, words: Sequence[Span]) -> list[str]:
        return [self._key(text[start:end]) for start, end in words]

    def _key(self, word: str) -> str:
        if self.options.lowercase:
            word = word.lower()
        if self.options.strip_accents:
            letters = unicodedata.normalize("NFD", word)
            word = "".join(letter for letter in letters if not unicodedata.combining(letter)) or word
        return unicodedata.normalize("NFC", word)

    def state(self) -> dict[str, Any]:
        return {"forms": [[list(form), by_label] for form, by_label in self.forms.items()]}

    def restore(self, state: dict[str, Any]) -> None:
        self._keep({tuple(form): dict(by_label) for form, by_label in state["forms"]})


def _words(document: Document) -> Sequence[Span]:
    return document.words or split_words(document.text)
