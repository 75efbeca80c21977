"""What a run was done with: versions, machine, threads."""

from __future__ import annotations

import ctypes
import gc
import os
import platform
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = (
    "tabib",
    "torch",
    "transformers",
    "tokenizers",
    "accelerate",
    "safetensors",
    "numpy",
    "scipy",
    "scikit-learn",
    "pydantic",
)
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def now() -> str:
    """The time, ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def versions() -> dict[str, str]:
    """Python and the packages that results depend on; a package that is not installed is left out."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def hardware() -> dict[str, Any]:
    """``cpu`` model, ``cores`` that this process may use, ``memory_gib``, ``gpu`` (None without one)."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu_model(),
        "cores": available_cores(),
        "memory_gib": round(pages * size / 2**30, 1),
        "gpu": _gpu(),
    }


def available_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def default_threads() -> int:
    """``OMP_NUM_THREADS`` where it is set, else the cores."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return int(given) if given.isdigit() and int(given) > 0 else available_cores()


def reset_peak_memory() -> None:
    """Let ``peak_memory`` count from here: memory that earlier work has freed is given back first.

    On systems other than Linux the process's peak cannot be reset, so there it stays that of all its work.
    """
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
        with suppress(OSError):  # a sandbox may forbid it
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_memory() -> dict[str, float]:
    """Most memory since ``reset_peak_memory``, in GiB: ``process_gib`` resident, ``gpu_gib`` of torch on a GPU."""
    found = {"process_gib": round(_peak_resident() / 2**30, 2)}
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        found["gpu_gib"] = round(torch.cuda.max_memory_allocated() / 2**30, 2)
    return found


@contextmanager
def limited_threads(n: int, *, with_torch: bool) -> Iterator[None]:
    """Let linear algebra use ``n`` threads; sums of floats, and so results to the last bit, depend on it.

    Libraries that are loaded already are told; those that are not read it from the environment.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(n)))
    torch_before = None
    try:
        import numpy  # noqa: F401 - loaded, so that its BLAS is there to be limited

        if with_torch or "torch" in sys.modules:
            import torch

            torch_before = torch.get_num_threads()
            torch.set_num_threads(n)
        with threadpool_limits(n):
            yield
    finally:
        if torch_before is not None:
            import torch

            torch.set_num_threads(torch_before)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _peak_resident() -> int:
    """Bytes."""
    # Linux hands the maximum of getrusage down to child processes: one that a large process started would seem as
    # large from its beginning. This one is the process's own.
    own = _status_bytes("VmHWM")
    if own is not None:
        return own
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def resident_memory() -> float | None:
    """GiB of this process that are in memory now; None where the system does not say."""
    now_bytes = _status_bytes("VmRSS")
    return None if now_bytes is None else round(now_bytes / 2**30, 2)


def _status_bytes(name: str) -> int | None:
    path = Path("/proc/self/status")
    if not path.is_file():
        return None
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return None


def _cpu_model() -> str:
    path = Path("/proc/cpuinfo")
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.lower().startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _gpu() -> str | None:
    # Only where torch is in use already: asking must not load it for a baseline.
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return str(torch.cuda.get_device_name(0))
