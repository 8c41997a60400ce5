"""Where progress is shown: on stderr, in a terminal or a notebook."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn


def progress_console() -> "Console":
    """Return the console for progress bars; without ipywidgets a notebook stays silent."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_jupyter and find_spec("ipywidgets") is None:
        # rich would warn in every cell that it cannot draw.
        return Console(stderr=True, force_jupyter=False, quiet=True)
    return console


def bars(*figures: "ProgressColumn", shown: bool = True, transient: bool = False) -> "Progress":
    """Return progress bars on stderr: title, bar, and the figures behind it."""
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
def bar(title: str, steps: int, shown: bool) -> Iterator[Callable[[], None]]:
    """Show a progress bar of `steps` on stderr, or nothing; yields what advances it."""
    if not shown:
        yield lambda: None
        return
    from rich.progress import TaskProgressColumn, TimeRemainingColumn

    with bars(TaskProgressColumn(), TimeRemainingColumn(), transient=True) as progress:
        task = progress.add_task(title, total=steps)
        yield lambda: progress.advance(task)


# A start takes most of a second before it compiles, and nothing is silent for two.
_FIRST_S, _AGAIN_S = 0.9, 1.5
# What takes no longer, once the first kernels are compiled, is not spoken of.
_SHORT_S = 0.4
_TICK_S, _PATIENCE_S = 0.1, 300.0
# What `magnetkit predict SmCo5` compiles on two cores of 2026 (3 GHz) where nothing is kept, s.
_ABOUT_S = 30
# A thread that is here compiles; where numba has none such, nothing is said.
_COMPILER = os.path.join("numba", "core", "compiler_machinery.py")


def watch_compiling() -> None:
    """Say, from a thread of its own, when kernels have been compiled for a while, and still are."""
    threading.Thread(target=_watch, name="magnetkit-compiling", daemon=True).start()


def _watch() -> None:
    begun = told = 0.0
    last = time.monotonic()
    while time.monotonic() - last < _PATIENCE_S:
        time.sleep(_TICK_S)
        if not _is_compiling():
            continue
        now = time.monotonic()
        if not begun or now - last > _AGAIN_S:
            begun = now
        last = now
        if now < max(told + _AGAIN_S, begun + _SHORT_S if told else begun + _FIRST_S):
            continue
        logging.getLogger("magnetkit").warning(
            "still compiling"
            if told
            else f"compiling kernels, once, about {_ABOUT_S} s (`magnetkit warmup` does it "
            "beforehand)"
        )
        told = now


def _is_compiling() -> bool:
    """Return whether some thread compiles a kernel."""
    for top in sys._current_frames().values():
        frame: Any = top
        while frame is not None:
            if frame.f_code.co_filename.endswith(_COMPILER):
                return True
            frame = frame.f_back
    return False
