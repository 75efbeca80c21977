"""Confidences."""

from __future__ import annotations

from tabib.reports.document.model import ListPart, Part, PlotPart, Section, Shown, TablePart
from tabib.reports.statements import Book, Statement
from tabib.reports.study.findings import confidence_findings


def confidence_section(book: Book) -> Section:
    """Whether the model knows when it is right."""
    parts: list[Part] = [ListPart(confidence_findings(book))]
    if not book.cell("confidence", "reason", name="ece_width"):
        parts += [
            TablePart(
                "thresholds",
                (
                    Shown("name", "chosen"),
                    Shown("threshold", "threshold", "exact"),
                    Shown("kept", "kept", "count"),
                    Shown("precision", "precision %", "percent", interval=True),
                    Shown("coverage", "coverage %", "percent", interval=True),
                    Shown("recall", "recall %", "percent", interval=True),
                    Shown("f1", "F1 %", "percent"),
                ),
                Statement(
                    "What is left where only entities from a confidence on are kept; dev chose the sweet spot."
                ),
            ),
            PlotPart("precision_coverage", Statement("Precision, coverage and recall over the threshold.")),
            PlotPart("confidence_histogram", Statement("Confidences of right and wrong entities.")),
            PlotPart(
                "reliability", Statement("Share of right entities over confidence; on the diagonal it is honest.")
            ),
            PlotPart("risk_coverage", Statement("Wrong entities among the surest ones.")),
            TablePart(
                "confidence",
                (
                    Shown("name", "number"),
                    Shown("value", "value", "number"),
                    Shown("low", "low", "number"),
                    Shown("high", "high", "number"),
                    Shown("reason", "reason"),
                ),
                Statement(
                    "Single numbers, with the ends of their intervals; a scaled one is after the temperature."
                ),
            ),
        ]
    return Section("confidence", "Confidence", parts)
