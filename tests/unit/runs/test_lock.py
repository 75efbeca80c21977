"""One process at a time works on a run, and a killed one leaves no lock behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tabib.runs.lock import BusyError, locked

HOLD = """
import sys, time
from pathlib import Path
from tabib.runs.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_holder_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "run" / ".lock"),
        pytest.raises(BusyError, match=f"process {os.getpid()} on"),
        locked(tmp_path / "run" / ".lock"),
    ):
        pass
    with locked(tmp_path / "run" / ".lock"):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BusyError, match=f"process {holder.pid} "), locked(path):
            pass
        holder.send_signal(signal.SIGKILL)
    with locked(path):
        pass
