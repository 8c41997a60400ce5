"""What could stand in for a magnet: other alloys, other routes, other hosts."""

from typing import TYPE_CHECKING

from ..anchors.makeup import Makeup, recipes, usual
from ..hosts.records import HOSTS, root_of

if TYPE_CHECKING:
    import pandas as pd


def candidates(host: str, made: Makeup, kelvin: float, compensated: bool) -> "pd.DataFrame":
    """Return what is screened, in wt.%: columns ``composition``, ``shell`` and ``route``.

    Parameters
    ----------
    host : str
        Host of the magnet to replace.
    made : Makeup
        What it is made of; its own recipe is among the candidates.
    kelvin : float
        Temperature of use, K.
    compensated : bool
        Whether gadolinium and erbium are there for the temperature coefficient.
    """
    import pandas as pd

    rows: list[tuple[str, str]] = [(made.best.text, made.best.shell)]
    for name, of in usual().items():
        if kelvin > HOSTS[name].magnet.sold_below_K:
            continue
        wanted = {"all", "own" if root_of(name) == root_of(host) else "others"}
        wanted |= {"compensated"} if compensated else set()
        for grid in of.candidates:
            rows += recipes(name, grid) if grid.beside in wanted else []
    frame = pd.DataFrame(rows, columns=["composition", "shell"]).drop_duplicates()
    frame["route"] = ["diffused" if s else "alloyed" for s in frame["shell"]]
    return frame.reset_index(drop=True)
