"""What a screening shows while it runs, on stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int | None], None]
"""Called with the rows done and the rows in all (None if not known)."""


@contextmanager
def reporting(progress: bool | Progress, task: str) -> Iterator[Progress]:
    """Give the function to tell progress to: the caller's, a bar's, or a silent one."""
    if callable(progress):
        yield progress
        return
    if not progress:
        yield lambda done, total: None
        return
    from rich.progress import MofNCompleteColumn, ProgressColumn, Task, TimeRemainingColumn
    from rich.text import Text

    from .._console import bars

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f} rows/s" if speed else "")

    figures = MofNCompleteColumn(), Rate(), TimeRemainingColumn()
    with bars(*figures, transient=True) as shown:
        number = shown.add_task(task, total=None)
        yield lambda done, total: shown.update(number, completed=done, total=total)
