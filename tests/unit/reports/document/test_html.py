"""The page stands alone, escapes what it quotes, and links every cited number to its cell."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tabib.reports.document.html import render_html
from tabib.reports.document.model import Report


class Page(HTMLParser):
    """Ids, links, images and the text of cells."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.open: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if "href" in found else []
        self.sources += [found["src"] or ""] if "src" in found else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "elements are closed in order"


@pytest.fixture
def content(report: Report, plots: Path) -> str:
    return render_html(report, plots)


def test_it_loads_nothing(content: str) -> None:
    page = Page(content)
    assert page.sources
    assert all(source.startswith("data:image/png;base64,") for source in page.sources)
    assert all(link.startswith("#") for link in page.links)
    assert "<script" not in content
    assert "@import" not in content
    assert "url(" not in content


def test_every_link_leads_to_one_place(content: str) -> None:
    page = Page(content)
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert page.open == []


def test_a_cited_number_leads_to_its_cell(content: str) -> None:
    assert '<a class="cited" href="#types-1-2" title="types.csv, row 1, f1">91.8% [81.0, 97.0]</a>' in content
    assert '<td id="types-1-2" class="number">91.8 [81.0, 97.0]</td>' in content


def test_a_number_of_a_table_that_is_not_shown_names_the_file(content: str) -> None:
    assert '<span class="cited" title="hidden.csv, row 1, value">12</span>' in content


def test_what_is_quoted_is_text(content: str) -> None:
    assert "Age <b>" not in content
    assert "Age &lt;b&gt;" in content
    assert "<title>A study &amp; more</title>" in content


def test_what_is_undefined_is_said_to_be_so(content: str) -> None:
    assert re.search(r"<td[^>]*>n/a</td>", content)
    assert "None" not in content
    assert "nan" not in content


def test_a_plot_that_was_not_drawn_is_left_out(content: str) -> None:
    assert "The plot “drawn”." in content
    assert "The plot “absent”." not in content
