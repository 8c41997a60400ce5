"""Rows that could not be read, listed on stderr."""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def reported(function: "Callable[..., pd.DataFrame]", *given: Any, **options: Any) -> Any:
    """Call a function that takes compositions, and list the rows that it had to leave out."""
    from ..composition.answers import RejectedRows
    from ..show.tables import message

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RejectedRows)
        frame = function(*given, **options)
    for row in frame.attrs.get("rejected", ()):
        message(f"line {row['line']} ({row['text']!r}): {row['reason']}")
    return frame
