"""A report as Markdown; plots are links to files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tabib.reports.document.model import ListPart, Part, PlotPart, Report, TablePart, TextPart
from tabib.reports.markdown_text import escape, table
from tabib.reports.statements import Statement


def render_markdown(report: Report, assets: str) -> str:
    """The whole page.

    Args:
        assets: path of the folder that holds ``plots`` and ``tables``, relative to the page; empty for its own.
    """
    blocks = [f"# {escape(report.title)}"]
    blocks += [f"**{escape(warning.text)}**" for warning in report.warnings]
    blocks.append(_paragraph(report.lead))
    for section in report.sections:
        blocks.append(f"## {escape(section.title)}")
        for part in report.parts(section):
            blocks += _part(report, part, f"{assets}/" if assets else "")
    return "\n\n".join(block for block in blocks if block) + "\n"


def _part(report: Report, part: Part, assets: str) -> Iterator[str]:
    if isinstance(part, TextPart):
        yield _paragraph(part.sentences)
    elif isinstance(part, ListPart):
        yield "\n".join(f"- {escape(item.text)}" for item in part.items)
    elif isinstance(part, PlotPart):
        caption = escape(part.caption.text)
        yield f"![{caption}]({assets}plots/{part.name}.png)"
    else:
        yield f"**{escape(part.caption.text)}** ([CSV]({assets}tables/{part.table}.csv))"
        yield _table(report, part)


def _table(report: Report, part: TablePart) -> str:
    head = [escape(shown.head) for shown in part.columns]
    rows = [
        [escape(part.cell(report.book, row, shown)) for shown in part.columns] for row in part.indices(report.book)
    ]
    return table(head, rows, [index for index, shown in enumerate(part.columns) if shown.right])


def _paragraph(sentences: Sequence[Statement]) -> str:
    return escape(" ".join(sentence.text for sentence in sentences))
