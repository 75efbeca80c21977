"""Flat entities as IOB2 tags over words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tabib.metrics.words import iob2_counts, token_counts
from tabib.tasks.ner import Families, NerData, NerTask


class NerToken(NerTask):
    """Primary: ``f1``, over entities as words: the same label, first and last word.

    ``precision``, ``recall``, ``f1``, ``f1_macro`` without a prefix are these; on flat data they are seqeval's
    with ``mode="strict", scheme=IOB2`` (f1_macro: over the labels that gold holds).
    """

    name = "ner_token"
    primary = "f1"
    aliases: ClassVar[Mapping[str, str]] = {"f1_micro": "f1", "iob2_f1": "f1"}

    def _word_families(self, data: NerData) -> Families:
        return {
            "": iob2_counts(data.word_documents, data.labels),
            "token_": token_counts(data.word_documents, data.labels),
        }


TASK = NerToken()
