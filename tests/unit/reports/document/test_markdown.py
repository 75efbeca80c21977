"""The page as Markdown."""

from __future__ import annotations

from tabib.reports.document.markdown import render_markdown
from tabib.reports.document.model import Report


def test_the_whole_page(report: Report) -> None:
    assert render_markdown(report, "assets") == (
        "# A study & more\n\n**Beware.**\n\nA lead.\n\n## First\n\n"
        "Age \\<b\\> has an F1 of 91.8% [81.0, 97.0], of 12 documents.\n\n"
        "**Scores by type.** ([CSV](assets/tables/types.csv))\n\n"
        "| type      |              F1 % |\n"
        "| --------- | ----------------: |\n"
        "| Age \\<b\\> | 91.8 [81.0, 97.0] |\n"
        "| Mass\\|kg  |               n/a |\n\n"
        "![The plot “drawn”.](assets/plots/drawn.png)\n\n"
        "## Second\n\n"
        "- Age \\<b\\> has an F1 of 91.8% [81.0, 97.0], of 12 documents.\n- Nothing else.\n\n"
        "**Scores by type.** ([CSV](assets/tables/types.csv))\n\n"
        "| type      |              F1 % |\n"
        "| --------- | ----------------: |\n"
        "| Age \\<b\\> | 91.8 [81.0, 97.0] |\n"
        "| Mass\\|kg  |               n/a |\n"
    )


def test_beside_its_assets_links_are_short(report: Report) -> None:
    assert "![The plot “drawn”.](plots/drawn.png)" in render_markdown(report, "")
