"""Where progress is shown: on stderr, in a terminal or a notebook."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

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
