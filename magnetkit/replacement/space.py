"""What could stand in for a magnet: other alloys, other routes, other hosts."""

from itertools import product
from typing import TYPE_CHECKING

from ..anchors.makeup import (
    Makeup,
    diffused,
    neodymium_iron,
    samarium_cobalt_5,
    samarium_cobalt_17,
)

if TYPE_CHECKING:
    import pandas as pd

_DYSPROSIUM = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
_SHELLS = (("Tb", 0.2), ("Tb", 0.4), ("Tb", 0.6), ("Tb", 0.8), ("Dy", 0.3), ("Dy", 0.6))
_NEODYMIUM_IRON_K = 493.15
"""Above this no sintered Nd-Fe-B is sold."""


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
    if kelvin <= _NEODYMIUM_IRON_K:
        rows += _neodymium_iron(thorough=host == "2:14:1")
    rows += _samarium_cobalt(compensated)
    frame = pd.DataFrame(rows, columns=["composition", "shell"]).drop_duplicates()
    frame["route"] = ["diffused" if s else "alloyed" for s in frame["shell"]]
    return frame.reset_index(drop=True)


def _neodymium_iron(*, thorough: bool) -> list[tuple[str, str]]:
    cerium = (0.0, 3.0, 6.0) if thorough else (0.0,)
    cobalt = (1.0, 3.0) if thorough else (1.0,)
    gallium = (0.0, 0.4) if thorough else (0.0,)
    alloys = [neodymium_iron(*a) for a in product(_DYSPROSIUM, cerium, cobalt, gallium)]
    shells = ["", *(diffused(e, a) for e, a in _SHELLS)]
    # Nobody diffuses into an alloy that is already rich in dysprosium.
    poor = [neodymium_iron(*a) for a in product(_DYSPROSIUM[:6], cerium, cobalt, gallium)]
    return [(a, "") for a in alloys] + [(a, s) for a in poor for s in shells[1:]]


def _samarium_cobalt(compensated: bool) -> list[tuple[str, str]]:
    rows = [(samarium_cobalt_5(pr), "") for pr in (0.0, 4.0, 8.0, 12.0)]
    rows += [
        (samarium_cobalt_17(sm, fe, cu), "")
        for sm, fe, cu in product(
            (24.8, 25.8, 26.8), (5.0, 8.0, 11.0, 14.0, 17.0, 20.0), (4.5, 6.0, 8.0)
        )
    ]
    if compensated:
        rows += [
            (samarium_cobalt_17(25.8 - gd - er, fe, cu, gd, er), "")
            for fe, cu, gd, er in product(
                (5.0, 8.0, 11.0, 14.0),
                (4.5, 6.0, 8.0),
                (2.0, 4.0, 6.0, 8.0, 10.0, 12.0),
                (0.0, 2.0, 4.0, 6.0),
            )
            if er <= gd
        ]
        rows += [(samarium_cobalt_5(0.0, gd), "") for gd in (4.0, 8.0, 12.0, 16.0)]
    return rows
