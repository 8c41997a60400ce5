"""Where progress is shown: on stderr, in a terminal or a notebook."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def progress_console() -> "Console":
    """Return the console for progress bars; without ipywidgets a notebook stays silent."""
    from rich.console import Console

    # rich would warn in every cell that it draws with ipywidgets, which need not be there.
    return Console(stderr=True, force_jupyter=None if find_spec("ipywidgets") else False)
