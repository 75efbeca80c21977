"""Entities as character spans, nested and discontinuous."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tabib.metrics.words import token_counts
from tabib.tasks.ner import Families, NerData, NerTask


class NerSpan(NerTask):
    """Primary: ``exact_f1``. No IOB2 scores: flat tags cannot hold this gold, and truth is not shrunk to fit."""

    name = "ner_span"
    primary = "exact_f1"
    aliases: ClassVar[Mapping[str, str]] = {
        "f1": "exact_f1",
        "precision": "exact_precision",
        "recall": "exact_recall",
        "f1_macro": "exact_f1_macro",
    }

    def _word_families(self, data: NerData) -> Families:
        return {"token_": token_counts(data.word_documents, data.labels)}


TASK = NerSpan()
