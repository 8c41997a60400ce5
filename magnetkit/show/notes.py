"""What must be known to read a figure, said alike on the terminal, in notebooks and the report."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..columns import COLUMNS
from ..composition.table import CompositionTable
from ..hosts.partition import partition

if TYPE_CHECKING:
    import pandas as pd


def with_range(
    row: "pd.Series", name: str, number: Callable[[object], str], ends: Callable[[object], str]
) -> tuple[str, str]:
    """Return a result as `number` writes it, and its interval, ``419 to 756``, by `ends`.

    The interval is empty where there is none, as of a stated limit.
    """
    import pandas as pd

    column, value = COLUMNS[name], row[name]
    missing = bool(pd.isna(value))
    if column.kind in ("text", "category"):
        return "" if missing else str(value), ""
    if column.kind == "integer":
        return "–" if missing else str(int(value)), ""
    text = number(value)
    if not column.predicted or text == "–" or f"{name}_lo" not in row:
        return text, ""
    low, high = (ends(row[f"{name}_{end}"]) for end in ("lo", "hi"))
    return text, f"{low} to {high}" if low != high else ""


def of_cost(formulas: Iterable[str] | CompositionTable) -> str:
    """Return what the cost of bare formulas leaves out; empty where there is none among them.

    Parameters
    ----------
    formulas : iterable of str or CompositionTable
        Magnets whose costs are shown; texts are atomic, as in the column ``formula``.
    """
    if not isinstance(formulas, CompositionTable):
        formulas = CompositionTable.from_strings(list(dict.fromkeys(formulas)), basis="atomic")
    if not partition(formulas).bare.any():
        return ""
    return (
        "Cost of a bare formula, such as Nd2Fe14B, is that of its own elements: its melt is "
        "charged with more rare earth and costs more, as a full recipe says."
    )


def of_mill(identity: Mapping[str, Any]) -> str:
    """Return whose magnets predictions rest on; empty where they rest on no one's.

    Parameters
    ----------
    identity : mapping
        Of a manifest.
    """
    process = identity.get("process")
    mill = process.get("mill") if isinstance(process, Mapping) else None
    if not mill:
        return ""
    return f"Predicted with what is known of {mill['name']}; `magnetkit predict` alone differs."
