"""A request to stop (SIGTERM, Ctrl-C), noticed between two steps."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopRequest:
    """While it is entered, the first SIGTERM or SIGINT only sets ``requested``; a second one acts as before.

    Python lets only the main thread handle signals; in another thread this does nothing. The handlers that
    were there come back on leaving.
    """

    def __init__(self) -> None:
        self.requested = ""
        """The name of the signal that came, or empty."""
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._previous[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def _take(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the handler's signature
        self.requested = signal.Signals(number).name
        self._give_back()

    def _give_back(self) -> None:
        for number, handler in self._previous.items():
            # None: installed by something other than Python, which only it can put back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._previous = {}
