"""Lines on stderr: messages, bars, and the notice that kernels are compiled."""

import atexit
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn

_log = logging.getLogger(__name__)


def message(text: str) -> None:
    """Print a line to stderr."""
    print(f"magnetkit: {text}", file=sys.stderr)


def progress_console() -> "Console":
    """Return the console for progress bars, on stderr; in a notebook without ipywidgets it is silent."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_jupyter and find_spec("ipywidgets") is None:
        # rich would warn in every cell that it cannot draw.
        return Console(stderr=True, force_jupyter=False, quiet=True)
    return console


def bars(
    *figures: "ProgressColumn", shown: bool = True, transient: bool = False
) -> "Progress":
    """Build progress bars on stderr: title, bar, and further columns behind it.

    Parameters
    ----------
    *figures : rich.progress.ProgressColumn
        Columns behind the bar.
    shown : bool
        False draws nothing.
    transient : bool
        Remove the bars at the end.

    Returns
    -------
    rich.progress.Progress
        Not started: use it in a ``with`` block. A bar is added with ``add_task(title,
        total=steps)``.
    """
    from rich.progress import BarColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *figures,
        console=progress_console(),
        disable=not shown,
        transient=transient,
    )


@contextmanager
def bar(title: str, steps: int, shown: bool) -> Iterator[Callable[..., None]]:
    """Show a progress bar on stderr in a ``with`` block, or nothing.

    The bar is removed at the end of the block.

    Parameters
    ----------
    title : str
        Stands before the bar.
    steps : int
        Steps in all.
    shown : bool
        False shows nothing.

    Yields
    ------
    callable
        Advances the bar by its argument ``count``, by 1 without one. With ``shown`` False it does
        nothing.
    """
    if not shown:
        yield lambda count=1: None
        return
    from rich.progress import TaskProgressColumn, TimeRemainingColumn

    with bars(
        TaskProgressColumn(), TimeRemainingColumn(), transient=True
    ) as progress:
        task = progress.add_task(title, total=steps)
        yield lambda count=1: progress.advance(task, count)


# What is compiled in less is not reported; a pause that is longer ends a stretch.
_FIRST_S = 0.9
_PAUSE_S = 1.5
_TICK_S = 0.1
_QUIET_S = 300.0
# What `magnetkit predict SmCo5` compiles on two cores of 2026 (3 GHz) where nothing is kept, s.
_ABOUT_S = 30
# So many kernels it takes where a second process helps, and so wide is their bar on a terminal.
_KERNELS = 70
_WIDE = 20
# A thread that is here compiles, or waits for a process that does.
_COMPILER = os.path.join("numba", "core", "compiler_machinery.py")


def watch_compiling() -> None:
    """Report on stderr, from a thread, that kernels are compiled: see `_Notice`."""
    threading.Thread(
        target=_watch, name="magnetkit-compiling", daemon=True
    ).start()


class _Notice:
    """Two lines in all: a start and an end; on a terminal one between them, written over."""

    def __init__(self) -> None:
        self.begun = self.last = 0.0
        self.ended = False

    def start(self, begun: float, now: float) -> None:
        """Print once that kernels are being compiled, then draw how far it is.

        The start is recorded at the first call, which also has `end` called when the process ends.

        Parameters
        ----------
        begun, now : float
            When the compilation began, and now, seconds of ``time.monotonic``.
        """
        self.last = now
        if not self.begun:
            self.begun = begun
            atexit.register(self.end)
            _log.warning(
                f"compiling kernels, once, about {_ABOUT_S} s (`magnetkit doctor --compile` does "
                "it beforehand)"
            )
        done = _count_ready()
        full = "#" * min(done * _WIDE // _KERNELS, _WIDE)
        self.draw(
            f"compiling kernels [{full:.<{_WIDE}}] {done} ready, {now - self.begun:.0f} s"
        )

    def draw(self, line: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Print how long the compilation of kernels took, if its start was printed.

        Further calls do nothing.
        """
        if self.begun and not self.ended:
            self.ended = True
            seconds = self.last - self.begun
            self.draw("")
            _log.warning(
                f"compiling kernels: {_count_ready()} ready after {seconds:.0f} s"
            )


def _watch() -> None:
    """Look for running compilations until none has run for a while, and report them.

    It returns after 300 s without one. A compilation of less than 0.9 s is not reported.
    """
    notice = _Notice()
    start = 0.0
    last = time.monotonic()
    while time.monotonic() - last < _QUIET_S:
        time.sleep(_TICK_S)
        now = time.monotonic()
        if _is_compiling():
            if not start or now - last > _PAUSE_S:
                start = now
            last = now
            if now - start >= _FIRST_S:
                # A process that ends takes no more calls for its end, and stderr may be closed.
                with suppress(RuntimeError, ValueError, OSError):
                    notice.start(start, now)
        elif now - last > _PAUSE_S:
            notice.end()


def _count_ready() -> int:
    """Count the kernels that are compiled or loaded in this process, their parts included.

    Kernels are those of modules whose name ends in ``_kernels``. Each set of types counts. The
    result is 0 if modules change meanwhile.
    """
    # Modules and kernels may change while they are counted: the last count will do.
    with suppress(RuntimeError):
        counts = {}
        for name, module in list(sys.modules.items()):
            if name.endswith("_kernels"):
                for value in list(vars(module).values()):
                    if hasattr(value, "stats"):
                        counts[id(value)] = len(value.signatures)
        return sum(counts.values())
    return 0


def _is_compiling() -> bool:
    """Say whether some thread compiles a kernel, or waits for another process that compiles it."""
    for top in sys._current_frames().values():
        frame: Any = top
        while frame is not None:
            code = frame.f_code
            # A frame of another thread that ends meanwhile has no code on Python 3.11.
            if code is not None and (
                code.co_filename.endswith(_COMPILER)
                or code.co_name == "_await_turn"
            ):
                return True
            frame = frame.f_back
    return False
