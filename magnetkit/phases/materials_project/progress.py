"""What a pull shows while it runs, on stderr."""

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import TaskID


class Report:
    """Progress of a pull: a bar a kind of document; silent when not `shown`."""

    def __init__(self, shown: bool) -> None:
        from rich.progress import MofNCompleteColumn

        from ..._console import bars

        self._shown = shown
        self._bars = bars(MofNCompleteColumn(), shown=shown)
        self._tasks: dict[str, TaskID] = {}
        self._current = ""
        self._totals: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def start(self, kind: str) -> None:
        """Begin, or go on with, the documents of a kind."""
        self._current = kind
        if kind not in self._tasks:
            self._tasks[kind] = self._bars.add_task(f"Materials Project {kind}", total=None)
            self._totals[kind] = 0

    def page(self, documents: int, more: int) -> None:
        """Count documents that came, and `more` that were newly announced."""
        self._totals[self._current] += more
        self._bars.update(
            self._tasks[self._current], advance=documents, total=self._totals[self._current]
        )

    def note(self, text: str) -> None:
        """Say why it waits."""
        if self._shown:
            self._bars.console.print(text, markup=False, highlight=False)
