"""What is asked of a measurement."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tabib.core.errors import ConfigError
from tabib.runs.speed.variants import VARIANTS

BATCH_SIZES = (1, 8, 16, 32)


@dataclass(frozen=True, slots=True)
class SpeedSettings:
    """What is measured, and how long it may take.

    Args:
        batch_sizes: documents handed over at a time; 1 is streaming.
        variants: which ones; None: all that the model has. The one that all are compared with is always measured.
        documents: how many of the split are timed, at most, evenly spaced; None: all. Fewer where a round over
            them would go beyond ``limit``.
        rounds: turns of every batch size of every variant, at most.
        limit: seconds of timed calls for each variant; after the first round none is begun that would go beyond.
        threads: of linear algebra; None: ``OMP_NUM_THREADS``, else the cores of this machine.
        data_dir: where the corpus is; None: where the run's configuration says.
        force: measure anew in place of what is saved.

    Raises:
        ConfigError: a number below 1, a repeated batch size, or no such variant.
    """

    batch_sizes: tuple[int, ...] = BATCH_SIZES
    variants: tuple[str, ...] | None = None
    documents: int | None = None
    rounds: int = 5
    limit: float = 60.0
    threads: int | None = None
    data_dir: Path | None = None
    force: bool = False

    def __post_init__(self) -> None:
        numbers = {"batch size": self.batch_sizes, "rounds": (self.rounds,)}
        numbers |= {"documents": (self.documents,) if self.documents is not None else ()}
        numbers |= {"threads": (self.threads,) if self.threads is not None else ()}
        for name, values in numbers.items():
            for value in values:
                if value < 1:
                    raise ConfigError(f"{name}: found {value}, expected 1 or more")
        if not self.batch_sizes or len(set(self.batch_sizes)) < len(self.batch_sizes):
            raise ConfigError(f"batch sizes: found {list(self.batch_sizes)}, expected one or more, each once")
        if not self.limit > 0:
            raise ConfigError(f"limit: found {self.limit}, expected seconds above 0")
        unknown = sorted(set(self.variants or ()) - set(VARIANTS))
        if unknown:
            raise ConfigError(f"variant: found {unknown[0]!r}, expected one of {', '.join(VARIANTS)}")
