"""``tabib list``: what the registry knows, in a pipe."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib import registry
from tabib.cli.app import run


def lines(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert run(["list", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("what", "names"),
    [("corpora", registry.corpora()), ("tasks", registry.tasks()), ("models", registry.models())],
)
def test_every_name_has_a_line_of_its_own(
    what: str, names: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    head, *rows = lines(capsys, what)
    assert [row.split()[0] for row in rows] == list(names)
    assert not any(line.endswith(" ") for line in [head, *rows])


def test_where_corpora_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("SCRATCH", raising=False)
    found = {line.split()[0]: line.split()[4] for line in lines(capsys, "corpora")[1:]}
    assert (found["emea"], found["mini_ner_fr"]) == ("no", "shipped")


@pytest.mark.corpora
def test_where_real_corpora_are(capsys: pytest.CaptureFixture[str], real_corpora: Path) -> None:
    found = {
        line.split()[0]: line.split()[4] for line in lines(capsys, "corpora", "--data-dir", str(real_corpora))
    }
    assert (found["emea"], found["mini_ner_fr"]) == ("yes", "shipped")


def test_a_data_directory_that_does_not_exist_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "corpora", "--data-dir", "/nowhere"]) == 2
    assert "'/nowhere', which is not a directory" in capsys.readouterr().err


def test_the_settings_of_a_model_by_its_alias(capsys: pytest.CaptureFixture[str]) -> None:
    head, _, *rows = lines(capsys, "models", "bert_span_ner")
    assert head.startswith("span_ner ")
    defaults = {row.split()[0]: row.split()[1] for row in rows}
    assert (defaults["max_span_length"], defaults["use_crf"], defaults["layer_mix"]) == ("40", "true", "1")
    assert lines(capsys, "models", "majority")[-1] == "It has no settings."
    assert run(["list", "models", "majorty"]) == 2
    assert "did you mean 'majority'" in capsys.readouterr().err
