"""Files that extend files, overrides, and what is told of mistakes in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.config.load import load_benchmark_config, load_run_config, run_config_from
from tabib.config.paths import shipped_configs
from tabib.config.sources import read_config
from tabib.core.errors import ConfigError
from tabib.registry import corpora, models

BASES = sorted(path.name for path in (shipped_configs() / "base").glob("*.yaml"))


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def mistakes(path: Path, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_run_config(path, overrides)
    return str(caught.value).replace(f"{path.parent}/", "")


def test_a_file_is_put_over_what_it_extends(tmp_path: Path) -> None:
    write(
        tmp_path,
        root="model: span_ner\nmodel_name_or_path: a\ntraining: {max_steps: 5, learning_rate: 1.0e-3}\n",
        middle="extends: root.yaml\nmodel_name_or_path: b\ntraining: {max_steps: 6}\n",
        leaf="extends: middle.yaml\ndataset: emea\ntraining: {gradient_clip: 3}\n",
    )
    config = load_run_config(tmp_path / "leaf.yaml")
    assert config.model_name_or_path == "b"
    assert config.training is not None
    assert (config.training.max_steps, config.training.learning_rate, config.training.gradient_clip) == (
        6,
        1e-3,
        3,
    )


def test_of_several_the_later_wins(tmp_path: Path) -> None:
    write(
        tmp_path,
        one="model: majority\nseed: 1\nthreads: 1\n",
        two="seed: 2\n",
        leaf="extends: [one.yaml, two.yaml]\ndataset: emea\n",
    )
    config = load_run_config(tmp_path / "leaf.yaml")
    assert (config.seed, config.threads) == (2, 1)


def test_null_clears_what_was_extended(tmp_path: Path) -> None:
    write(
        tmp_path,
        root="model: span_ner\nmodel_name_or_path: a\nbackend_args: {use_crf: false}\nthreads: 3\n",
        leaf="extends: root.yaml\ndataset: emea\nbackend_args: null\nthreads: null\n",
    )
    config = load_run_config(tmp_path / "leaf.yaml")
    assert (config.backend_args, config.threads) == ({}, None)


def test_extends_is_relative_to_the_file_that_says_it(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    write(tmp_path / "inner", root="model: majority\n", middle="extends: root.yaml\n")
    write(tmp_path, leaf="extends: inner/middle.yaml\ndataset: emea\n")
    assert load_run_config(tmp_path / "leaf.yaml").model == "majority"


def test_a_circle(tmp_path: Path) -> None:
    write(tmp_path, a="extends: b.yaml\n", b="seed: 1\nextends: a.yaml\n")
    assert mistakes(tmp_path / "a.yaml") == ("b.yaml:2: extends: a circle: a.yaml extends b.yaml extends a.yaml")


def test_an_absent_base_and_a_wrong_type(tmp_path: Path) -> None:
    write(tmp_path, a="extends: [nothing.yaml, 3]\n", b="extends: [base/majorty.yaml, base/tfdf.yaml]\n")
    assert "a.yaml:1: extends[1]: found 3 (whole number), expected the name of a file" in mistakes(
        tmp_path / "a.yaml"
    )
    text = mistakes(tmp_path / "b.yaml")
    assert "2 mistakes" in text
    assert "did you mean 'base/majority.yaml'" in text


def test_a_mistake_is_placed_in_the_file_that_made_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        root="model: span_ner\ntraining:\n  max_stesp: 5\n",
        leaf="extends: root.yaml\n\ndataset: emae\n",
    )
    text = mistakes(tmp_path / "leaf.yaml", "seed=x")
    assert "root.yaml:3: training.max_stesp: unknown key; did you mean 'max_steps'" in text
    assert "leaf.yaml:3: dataset: unknown corpus 'emae'" in text
    assert "override 'seed=x': seed: found 'x' (text), expected a whole number" in text
    assert "model_name_or_path: is missing" in text


def test_overrides_win(tmp_path: Path) -> None:
    write(tmp_path, run="dataset: emea\nmodel: majority\n")
    config = load_run_config(tmp_path / "run.yaml", ["dataset=morfitt", "model=tfidf", "backend_args.c=1"])
    assert (config.dataset, config.task, config.options().c) == ("morfitt", "multilabel", 1.0)


def test_the_kinds_of_file_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, run="dataset: emea\nmodel: majority\n", benchmark="datasets: {}\nmodel_groups: {}\n")
    assert mistakes(tmp_path / "benchmark.yaml").endswith("expected a single run; use: tabib benchmark")
    with pytest.raises(ConfigError, match="expected a benchmark; use: tabib train"):
        load_benchmark_config(tmp_path / "run.yaml")


def test_data_that_is_no_mapping() -> None:
    with pytest.raises(ConfigError, match="worker: found a list, expected a mapping"):
        run_config_from([1], "worker")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", BASES)
def test_every_shipped_base_serves_a_corpus_of_its_kind(name: str) -> None:
    path = shipped_configs() / "base" / name
    entry = models()[read_config(path).data["model"]]
    chosen = next(corpus.name for corpus in corpora().values() if corpus.task in entry.targets)
    weights = ["model_name_or_path=camembert-base"] if entry.pretrained else []
    config = load_run_config(path, [f"dataset={chosen}", *weights])
    assert config.notices == ()


@pytest.mark.parametrize("kind", ["ner", "cls"])
def test_the_512_bases_are_for_encoders_of_512_positions(kind: str) -> None:
    weights = ["dataset=morfitt" if kind == "cls" else "dataset=emea", "model_name_or_path=camembert-base"]
    base = load_run_config(shipped_configs() / "base" / f"{kind}_bert.yaml", weights)
    short = load_run_config(shipped_configs() / "base" / f"{kind}_bert_512.yaml", weights)
    assert short.options().max_length == 512
    assert short.semantic()["training"] == base.semantic()["training"]


class TestMistakesOfOverrides:
    """Blamed on the override, not on the file's first line, also where the mistake is a mapping that it made."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("foo.bar=1", "foo: unknown key"),
            ("seed.x=1", "seed: found a mapping, expected a whole number"),
            ("evaluation.x.y=1", "evaluation.x: unknown key"),
        ],
    )
    def test_it_is_the_override_that_is_named(self, tmp_path: Path, text: str, expected: str) -> None:
        write(tmp_path, run="dataset: emea\nmodel: majority\n")
        assert mistakes(tmp_path / "run.yaml", text).startswith(f"override {text!r}: {expected}")

    def test_what_the_file_says_stays_the_file_s(self, tmp_path: Path) -> None:
        write(tmp_path, run="dataset: emea\nmodel: majority\nevaluation:\n  splt: dev\n")
        text = mistakes(tmp_path / "run.yaml", "evaluation.seed=1")
        assert text.startswith("run.yaml:4: evaluation.splt: unknown key")


class TestValuesThatOnceEndedInATraceback:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (f"extends: {'x' * 400}.yaml", "extends: found 'xxxxxxxxx"),
            (f"data_dir: {'x' * 400}", "data_dir: found 'xxxxxxxxx"),
            (f"data_dir: {'x/' * 3000}", "which is longer than a path can be"),
            ("data_dir: ~nobody-of-this-name/x", "there is no user 'nobody-of-this-name'"),
            ("evaluation: {resamples: 100000000000}", "expected a number of at most 1000000"),
            (r'description: "\ud800"', "description: holds U+D800, which is no character of a text"),
            (r'"a\ud800": 1', "holds U+D800, which is no character of a text"),
            (r'data_dir: "a\0b"', "data_dir: holds U+0000"),
        ],
    )
    def test_each_is_a_mistake_with_its_line(self, tmp_path: Path, line: str, expected: str) -> None:
        write(tmp_path, run=f"dataset: emea\nmodel: majority\n{line}\n")
        text = mistakes(tmp_path / "run.yaml")
        assert text.startswith("run.yaml:3: ")
        assert expected in text
        assert len(text) < 300
        text.encode()
