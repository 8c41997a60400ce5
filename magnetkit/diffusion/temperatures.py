"""How much heavy rare earth magnets of several thicknesses need, by temperature."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..arguments import named
from ..errors import InputError
from ..units import parse_temperatures
from .diffuse import diffuse
from .shapes import read_shape

if TYPE_CHECKING:
    import pandas as pd


@named
def needed_by_temperature(
    composition: Any,
    shape: str,
    thicknesses: Sequence[float],
    temperature: float | str | Sequence[float | str],
    element: str = "Tb",
    **options: Any,
) -> "pd.DataFrame":
    """Return the least that is put on magnets of several thicknesses at several temperatures.

    Parameters
    ----------
    composition : text or what else `magnetkit.diffuse` takes
        The base alloy.
    shape : str
        A shape whose last side, the thickness or height, is replaced.
    thicknesses : sequence of float
        mm.
    temperature : float, str or sequence of them
        K or texts such as ``"100C:180C:20"``.
    element : {"Tb", "Dy"}
    **options
        As for `magnetkit.diffuse`.

    Returns
    -------
    DataFrame
        ``temperature_K``, ``thickness_mm``, ``put_on_g`` and ``amount_wt_pct`` that is put on; NaN
        where no coating does it.

    Raises
    ------
    InputError
        If there is no thickness.
    """
    import pandas as pd

    sides = list(thicknesses)
    if not sides:
        raise InputError("expected one thickness or more, got none")
    own = read_shape(shape)
    rows = []
    for side in sides:
        size = "x".join(f"{s:g}" for s in (*own.size[:-1], side))
        text = f"{size}mm" if own.kind == "block" else f"{own.kind}:{size}mm"
        for kelvin in parse_temperatures(temperature):
            found = diffuse(composition, text, temperature=kelvin, element=element, **options)
            row = found.designs[found.designs["way"] == "faces"].iloc[0]
            magnet = found.search[element].each[0][0]
            mass = 1e3 * magnet.density * read_shape(text).volume
            rows.append(
                {
                    "temperature_K": kelvin,
                    "thickness_mm": float(side),
                    "put_on_g": row["put_on_g"],
                    "amount_wt_pct": 100.0 * row["put_on_g"] / mass,
                }
            )
    return pd.DataFrame(rows)
