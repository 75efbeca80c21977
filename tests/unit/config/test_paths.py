"""Where paths lead, and where base configurations are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic_core import PydanticCustomError

from tabib.config.paths import expand, find_config, shipped_configs
from tabib.core.errors import ConfigError


def test_home_and_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("SCRATCH", "/scratch")
    assert expand("~/runs") == "/home/ada/runs"
    assert expand("$SCRATCH/x/${SCRATCH}") == "/scratch/x//scratch"
    assert expand("almanach/camembert-bio-base") == "almanach/camembert-bio-base"


def test_a_variable_that_is_not_set_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOWHERE", raising=False)
    with pytest.raises(PydanticCustomError, match="the environment variable NOWHERE is not set"):
        expand("$NOWHERE/runs")
    with pytest.raises(PydanticCustomError, match="is empty"):
        expand(" ")


class TestFindConfig:
    def test_beside_the_file_comes_first(self, tmp_path: Path) -> None:
        studies = tmp_path / "configs" / "studies" / "one"
        for folder in (studies, tmp_path / "configs"):
            (folder / "base").mkdir(parents=True)
            (folder / "base" / "majority.yaml").write_text("model: majority")
        assert find_config("base/majority.yaml", studies) == studies / "base" / "majority.yaml"

    def test_then_the_configs_folders_above(self, tmp_path: Path) -> None:
        studies = tmp_path / "configs" / "studies" / "one"
        studies.mkdir(parents=True)
        (tmp_path / "configs" / "base").mkdir()
        (tmp_path / "configs" / "base" / "majority.yaml").write_text("model: majority")
        found = find_config("base/majority.yaml", studies)
        assert found == tmp_path / "configs" / "base" / "majority.yaml"

    def test_then_what_the_package_ships(self, tmp_path: Path) -> None:
        found = find_config("base/majority.yaml", tmp_path)
        assert found == shipped_configs() / "base" / "majority.yaml"

    def test_an_absolute_path(self, tmp_path: Path) -> None:
        (tmp_path / "mine.yaml").write_text("model: majority")
        assert find_config(str(tmp_path / "mine.yaml"), Path("/")) == tmp_path / "mine.yaml"

    def test_nowhere(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            find_config("base/majorty.yaml", tmp_path)
        assert str(tmp_path) in str(caught.value)
        assert "did you mean 'base/majority.yaml'" in str(caught.value)
