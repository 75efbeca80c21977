"""How long ``tabib --help`` and its neighbours take, against Python itself and the imports that are put off.

Run: ``python benchmarks/startup.py [-n 15]``. Each command is a fresh process; the table gives the median and the
fastest wall time, the median CPU time, and the median as a ratio of an empty Python. Commands take turns, so that
a busy machine slows all of them alike.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tabib.cli.console import print_table, stdout, table

WRONG = "dataset: emae\nmodel: span_ner\n"


def commands(folder: Path) -> dict[str, list[str]]:
    """What is measured: name → command line."""
    wrong = folder / "wrong.yaml"
    wrong.write_text(WRONG)
    python, tabib = [sys.executable, "-c"], [sys.executable, "-m", "tabib"]
    return {
        "python -c pass": [*python, "pass"],
        "tabib --help": [*tabib, "--help"],
        "tabib list corpora": [*tabib, "list", "corpora"],
        "tabib train (a mistake)": [*tabib, "train", str(wrong)],
        "import torch": [*python, "import torch"],
        "import transformers": [*python, "import torch; from transformers import AutoModel"],
    }


def measure(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=os.environ)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description="Start-up times of the command line.")
    parser.add_argument("-n", type=int, default=15, help="processes per command")
    n = parser.parse_args().n
    with tempfile.TemporaryDirectory() as folder:
        measured = commands(Path(folder))
        for command in measured.values():  # once unmeasured: compiles and reads the files
            measure(command)
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in measured}
        for _ in range(n):
            for name, command in measured.items():
                times[name].append(measure(command))
    shown = table("command", *((name, "right") for name in ("median s", "fastest s", "CPU s", "× empty Python")))
    empty = statistics.median(wall for wall, _ in times["python -c pass"])
    for name, pairs in times.items():
        walls = [wall for wall, _ in pairs]
        median = statistics.median(walls)
        cpu = statistics.median(cpu for _, cpu in pairs)
        shown.add_row(name, f"{median:.3f}", f"{min(walls):.3f}", f"{cpu:.3f}", f"{median / empty:.1f}")
    console = stdout()
    console.print(f"{n} processes each, Python {sys.version.split()[0]}, {os.cpu_count()} CPUs")
    print_table(console, shown)


if __name__ == "__main__":
    main()
