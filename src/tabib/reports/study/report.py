"""From tables to the report and the insights: which sections there are, and what stands first."""

from __future__ import annotations

from collections.abc import Sequence

from tabib.reports.comparison_text import comparison_statements
from tabib.reports.document.model import ListPart, Report, Section
from tabib.reports.selection_text import selection_statements, trade_off_statements
from tabib.reports.statements import Book, Statement
from tabib.reports.study.collect import Collected
from tabib.reports.study.findings import (
    confidence_findings,
    error_findings,
    sweet_spot_finding,
    tier_finding,
    type_findings,
)
from tabib.reports.study.sections.about import about_section, incomplete
from tabib.reports.study.sections.comparison import comparison_sections
from tabib.reports.study.sections.confidence import confidence_section
from tabib.reports.study.sections.errors import errors_section
from tabib.reports.study.sections.production import production_section
from tabib.reports.study.sections.selection import selection_section
from tabib.reports.study.sections.speed import speed_section
from tabib.reports.study.sections.types import types_section
from tabib.reports.study.speed_findings import speed_findings


def build_report(title: str, found: Collected, plots: frozenset[str]) -> Report:
    """The whole report.

    Args:
        plots: names of those that were drawn.
    """
    book = found.book
    sections = [
        Section("summary", "Summary", [ListPart(headlines(found))]),
        *comparison_sections(book, found.datasets, found.dataset),
        selection_section(book),
    ]
    if found.looked_into:
        sections += [types_section(book), errors_section(book), confidence_section(book)]
    sections.append(speed_section(book))
    if found.looked_into:
        sections.append(production_section(found.production))
    sections.append(about_section(book))
    return Report(title, incomplete(book), _lead(found), sections, book, plots)


def build_insights(title: str, found: Collected) -> Report:
    """Findings and the recommendation in sentences, without tables and plots."""
    book = found.book
    said = [
        ("recommendation", "Recommendation", found.production),
        ("selection", "Choice of a model", selection_statements(book.tables)),
        ("models", "Models", comparison_statements(book.tables)),
        ("types", "Types", type_findings(book) if found.looked_into else ()),
        ("errors", "Errors", error_findings(book) if found.looked_into else ()),
        ("confidence", "Confidence", confidence_findings(book) if found.looked_into else ()),
        ("speed", "Speed", speed_findings(book)),
    ]
    sections = [Section(key, name, [ListPart(statements)]) for key, name, statements in said if statements]
    return Report(f"{title}: insights", incomplete(book), _lead(found), sections, book, frozenset())


def suspicion_of_choice(book: Book) -> list[Statement]:
    """Why the chosen model's scores should be doubted, where they should."""
    model = book.cell("selection_choice", "model")
    if model is None or not book.cell("models", "suspect", model=model):
        return []
    cited = {name: book.cite("models", name, "text", model=model) for name in ("model", "suspect")}
    return [Statement("The chosen model, {model}, is suspect: {suspect}.", cited)]


def headlines(found: Collected) -> list[Statement]:
    """What a reader should know first: the models, the choice, the run that was looked into, what to deploy."""
    book = found.book
    said = [
        *comparison_statements(book.tables)[:2],
        *selection_statements(book.tables)[:1],
        *suspicion_of_choice(book),
        *trade_off_statements(book.tables)[:1],
    ]
    if found.looked_into:
        said += [
            *tier_finding(book),
            *error_findings(book)[:1],
            *sweet_spot_finding(book),
            *found.production[:3],
        ]
    return said


def _lead(found: Collected) -> Sequence[Statement]:
    book = found.book
    said = []
    if found.looked_into:
        cited = {
            "run": book.cite("selection_choice", "run", "text"),
            "model": book.cite("selection_choice", "model", "text"),
            "seed": book.cite("selection_choice", "seed", "text"),
            "dataset": book.cite("comparison_numbers", "dataset", "text"),
            "split": book.cite("study", "split", "text"),
        }
        said.append(
            Statement(
                "Types, errors, confidence and production are of one run, {model} with seed {seed} on {dataset},"
                " split {split} ({run}): dev chose the model and the seed.",
                cited,
            )
        )
    return said
