"""What ``tabib download`` shows while it gathers: lines, and on a terminal a bar for the file that comes."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from tabib.cli.console import stderr

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Receiving:
    """A context: bars are gone when it ends."""

    def __init__(self) -> None:
        self._console = stderr()
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Receiving:
        if self._console.is_terminal:
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

            columns = (TextColumn("  {task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
            self._progress = Progress(*columns, console=self._console, transient=True)
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def tell(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)

    def watch(self, url: str, done: int, size: int | None) -> None:
        """Args: as ``tabib.runs.receive.Watch``."""
        if self._progress is None:
            return
        if url not in self._tasks:
            self._tasks[url] = self._progress.add_task(url.rpartition("/")[2], total=size)
        self._progress.update(self._tasks[url], completed=done, total=size, visible=done != size)
