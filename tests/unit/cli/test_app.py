"""The command line as a whole: what it costs to start, how it answers mistakes, how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tabib import __version__
from tabib.cli import app as module
from tabib.cli.app import COMMANDS, run
from tabib.core.errors import ConfigError, Interrupted

HEAVY = ("torch", "transformers", "sklearn", "scipy", "accelerate", "datasets")

LOOK = f"""
import sys
from tabib.cli.app import run
code = run(sys.argv[1:])
print("heavy:", sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


def command(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LOOK, *arguments], capture_output=True, text=True, check=False, cwd=cwd
    )


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["list", "models"], ["list", "tasks"], ["list", "corpora"], ["data", "show", "mini_ner_fr"]],
)
def test_looking_around_loads_nothing_heavy(arguments: list[str]) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stderr) == (0, "heavy: []\n")


@pytest.mark.parametrize("name", ["train", "eval", "benchmark"])
def test_a_mistake_in_a_configuration_costs_nothing_heavy(name: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("dataset: emae\nmodel: span_ner\nseed: x\n")
    done = command(name, "wrong.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.endswith("heavy: []\n")
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.yaml"]  # nothing was written


def test_all_mistakes_are_in_the_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("dataset: emae\nmodel: majority\nseed: x\n")
    assert run(["train", str(path), "colour=[red]"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: 3 mistakes in the configuration",
        f"  {path}:1: dataset: unknown corpus 'emae'; did you mean 'emea'?",
        f"  {path}:3: seed: found 'x' (text), expected a whole number",
        "  override 'colour=[red]': colour: unknown key; known: backend_args, data_dir, dataset, dataset_args,"
        " description, evaluation, model, model_name_or_path, offline_dir, output, preprocessing, seed, task,"
        " threads, training",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lst"], "Did you mean 'list'?"),
        (["train"], "Missing argument"),
        (["list", "models", "--colour"], "No such option"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert said in capsys.readouterr().err


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"tabib {__version__}\n"
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f" {name.rstrip('_')} " in shown for name in COMMANDS)


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (ConfigError("wrong [red]here[/red]\n  and {there}"), 2, "error: wrong [red]here[/red]\n  and {there}\n"),
        (Interrupted("stopped after step 3"), 130, "interrupted: stopped after step 3\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (SystemExit(130), 130, "interrupted\n"),
        (SystemExit(1), 1, ""),
        (SystemExit(None), 0, ""),
    ],
)
def test_how_it_ends(
    raised: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(module, "app", fail)
    assert run(["train"]) == code
    assert capsys.readouterr().err == said


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "app", fail)
    with pytest.raises(ZeroDivisionError):
        run(["train"])


@pytest.mark.parametrize("name", ["tabib", "tabib.cli"])
def test_it_runs_as_a_module(name: str) -> None:
    done = subprocess.run([sys.executable, "-m", name, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"tabib {__version__}\n")
