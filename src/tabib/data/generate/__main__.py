"""``python -m tabib.data.generate OUT`` writes the shipped corpora into the folder OUT."""

from __future__ import annotations

import argparse
from pathlib import Path

from tabib.data.generate.corpora import RECIPES, write_all


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tabib.data.generate", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder that gets one folder per corpus")
    out: Path = parser.parse_args().out
    write_all(out)
    print(f"wrote {', '.join(RECIPES)} into {out}")


if __name__ == "__main__":
    main()
