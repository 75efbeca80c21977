"""The registry, and plug-ins: what they may add, and what is said of one that is broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tabib import registry
from tabib.cli.app import run
from tabib.core.errors import ConfigError
from tabib.registry import CorpusEntry, corpora, find, models, tasks


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Install a distribution ``tabib-mine`` with one corpus, whose entry is a Python expression."""

    def install(expression: str, target: str = "plug_in_of_a_test:ENTRY") -> None:
        source = f"from tabib.registry import *\nENTRY = {expression}\n"
        (tmp_path / "plug_in_of_a_test.py").write_text(source)
        info = tmp_path / "tabib_mine-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tabib-mine\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[tabib.corpora]\nmine = {target}\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(__import__("sys").modules, "plug_in_of_a_test", raising=False)
        corpora.cache_clear()

    yield install
    monkeypatch.undo()
    corpora.cache_clear()


def test_a_plug_in_adds_a_row(plug_in: Callable[..., None]) -> None:
    plug_in("CorpusEntry('mine', 'ner_span', 'module', aliases=('my_own',))")
    assert find(corpora(), "my_own", "corpus") == CorpusEntry("mine", "ner_span", "module", ("my_own",))
    assert "emea" in corpora()


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("undefined", "cannot be loaded: NameError: name 'undefined' is not defined"),
        ("3", "is a int, expected a CorpusEntry"),
        ("TaskEntry('mine', 'm', 's')", "is a TaskEntry, expected a CorpusEntry"),
        ("CorpusEntry('emea', 'ner_span', 'm')", "registers 'emea', which exists already"),
        ("CorpusEntry('mine', 'ner_span', 'm', aliases=('emea',))", "registers 'emea', which exists already"),
        ("CorpusEntry('mine', 'ner_span', 'm', aliases=('mine',))", "registers 'mine', which exists already"),
    ],
)
def test_a_broken_plug_in_is_named(plug_in: Callable[..., None], expression: str, said: str) -> None:
    plug_in(expression)
    with pytest.raises(ConfigError) as caught:
        corpora()
    assert str(caught.value).startswith("the plug-in 'plug_in_of_a_test:ENTRY' (tabib.corpora) of the package 'ta")
    assert said in str(caught.value)


@pytest.mark.parametrize("target", ["no_such_module:ENTRY", "plug_in_of_a_test:NOTHING"])
def test_the_command_line_answers_without_a_traceback(
    plug_in: Callable[..., None], target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plug_in("None", target=target)
    assert run(["list", "corpora"]) == 2
    assert capsys.readouterr().err.startswith(f"error: the plug-in {target!r}")
    (tmp_path / "run.yaml").write_text("dataset: emea\nmodel: majority\n")
    assert run(["train", str(tmp_path / "run.yaml")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: the plug-in {target!r}")
    assert said.count("\n") == 1


def test_no_name_or_alias_is_taken_twice() -> None:
    for table in (tasks(), corpora(), models()):
        names = [name for row in table.values() for name in (row.name, *row.aliases)]
        assert len(names) == len(set(names))
    assert registry.nearest("emae", ["emea"]) == "; did you mean 'emea'?"
