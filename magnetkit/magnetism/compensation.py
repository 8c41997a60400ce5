"""Magnets whose remanence hardly changes with temperature, with the least heavy rare earth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core._arguments import finite, named
from .._core.elements import INDEX, RARE_EARTHS, SYMBOLS, mask
from .._core.errors import InputError
from .._core.units import BETWEEN
from ..composition._read import as_table
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..intrinsic.evaluate import STATUS
from ._gates import FAR
from ._magnets import alloys, magnets_at
from .sintered import read_between

if TYPE_CHECKING:
    import pandas as pd


# Points between the two temperatures at which flatness is looked at.
_POINTS = 9
# Magnets of the grid from which the least amount is searched for along a line.
_STARTS = 24


@dataclass(frozen=True, eq=False)
class Compensation:
    """The least heavy rare earth that makes remanence flat enough.

    Attributes
    ----------
    formula : str
        The magnet found, in atoms of the base formula.
    share : dict of str to float
        Share of the rare earth that each substituent takes.
    added_wt_pct : float
        Substituents by mass of the magnet, wt.%.
    between : tuple of float
        The two temperatures, K.
    remanence_coefficient_pct_K : float
        alpha between the two temperatures, %/K.
    remanence_T : float
        B_r at the lower temperature, T.
    sag_pct : float
        Largest departure of B_r from its chord between the temperatures, % of B_r.
    table : pandas.DataFrame
        Every composition tried that is a uniaxial magnet over the range: shares, wt.%, alpha,
        B_r, sag, in order of wt.%; the way from the base to the compensated magnet.
    """

    formula: str
    share: dict[str, float]
    added_wt_pct: float
    between: tuple[float, float]
    remanence_coefficient_pct_K: float
    remanence_T: float
    sag_pct: float
    table: "pd.DataFrame"


def _shares(count: int, steps: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to put 0 to `steps` - 1 units on `count` places."""
    for cuts in combinations_with_replacement(range(steps), count):
        yield tuple(b - a for a, b in zip((0, *cuts), cuts, strict=False))


def _substituted(
    base: CompositionTable, columns: list[int], shares: NDArray[np.float64]
) -> CompositionTable:
    """Return the base with its rare earth partly replaced, one row of shares a magnet."""
    row = base.to_array()[0]
    is_rare = mask(RARE_EARTHS).astype(bool)
    total = row[is_rare].sum()
    dense = np.repeat(row[None, :], len(shares), axis=0)
    dense[:, is_rare] *= (1.0 - shares.sum(axis=1))[:, None]
    dense[:, columns] += total * shares
    return CompositionTable.from_array(dense)


@named
def compensate(
    compositions: Any,
    with_: Sequence[str] = ("Gd", "Er"),
    between: tuple[float | str, float | str] = BETWEEN,
    alpha: float = 0.0,
    tolerance: float = 0.001,
    host: str = "auto",
    step: float = 0.01,
    basis: Basis = "auto",
) -> Compensation:
    """Find the magnet with the least substituent whose alpha reaches what is wanted.

    Gadolinium and erbium couple against the transition metal and lose their moment with
    temperature faster than it does; their loss makes up for that of the metal. The shares of all
    substituents together are searched on a grid, the amount in each direction then refined.

    Parameters
    ----------
    compositions : text, pymatgen Composition, CompositionTable or another form of one recipe
        The alloy to start from, such as ``"SmCo5"``; one row.
    with_ : sequence of str
        One to three rare earths to put in place of the one there.
    between : tuple of float or str
        The two temperatures, K or texts, the lower first; 20 and 100 degrees C as for `sintered`.
    alpha : float
        Wanted remanence coefficient, %/K; any value at or above it (flatter, or rising) counts.
    tolerance : float
        How far below `alpha` still counts, %/K.
    host : str
        ``"auto"`` or a host's name.
    step : float
        Step of the shares, 0.002 to 0.1.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.

    Returns
    -------
    Compensation

    Raises
    ------
    InputError
        If no share reaches `alpha` with a uniaxial magnet, or an argument is out of range.

    Examples
    --------
    >>> found = compensate("SmCo5", with_=["Gd"], between=(223, 423), alpha=-0.02)
    >>> 0.0 < found.share["Gd"] < 0.5
    True
    """
    import pandas as pd

    table = as_table(compositions, basis)
    if len(table) != 1:
        raise InputError(f"compensate takes one base alloy, got {len(table)}")
    names = list(with_)
    if not 1 <= len(names) <= 3 or any(r not in RARE_EARTHS for r in names):
        raise InputError(f"with_ must name one to three rare earths such as Gd, Er; got {names}")
    if not 0.002 <= step <= 0.1:
        raise InputError(f"step must lie between 0.002 and 0.1, got {step}")
    finite("alpha", alpha)
    finite("tolerance", tolerance, 0.0)
    first, second = read_between(between)
    # Three substituents on a fine grid would be a million magnets: coarsen with their number.
    steps = round(1.0 / max(step, (0.0, 0.002, 0.01, 0.03)[len(names)]))
    shares = np.array(list(_shares(len(names), steps)), float) / steps
    columns = [INDEX[r] for r in names]
    kelvin = np.linspace(first, second, _POINTS)
    tried = _tried(table, columns, names, shares, kelvin, host)
    good = tried[tried["remanence_coefficient_pct_K"] >= alpha - tolerance]
    if good.empty:
        best = tried["remanence_coefficient_pct_K"].max() if len(tried) else float("nan")
        raise InputError(
            f"no share of {', '.join(names)} reaches alpha {alpha:g} %/K in "
            f"{table.formulas()[0]}; the flattest has {best:.4f}"
        )
    # The lightest of the grid, and of each substituent alone: their order may change in refining.
    alone = [good[good[names].drop(columns=r).sum(axis=1) == 0.0].head(1) for r in names]
    starts = pd.concat([good.head(_STARTS), *alone])[names].to_numpy(float)
    refined = _refined(table, columns, names, np.unique(starts, axis=0), kelvin, host,
                       alpha - tolerance)  # fmt: skip
    found = refined if refined is not None else good.iloc[0]
    return Compensation(
        _formula(table, columns, np.array([float(found[r]) for r in names])),
        {r: float(found[r]) for r in names},
        float(found["added_wt_pct"]),
        (first, second),
        float(found["remanence_coefficient_pct_K"]),
        float(found["remanence_T"]),
        float(found["sag_pct"]),
        pd.DataFrame(tried),
    )


def _tried(
    base: CompositionTable,
    columns: list[int],
    names: list[str],
    shares: NDArray[np.float64],
    kelvin: NDArray[np.float64],
    host: str,
) -> "pd.DataFrame":
    import pandas as pd

    table = _substituted(base, columns, shares)
    made = magnets_at(alloys(table, host=host), kelvin)
    b_r = made.remanence()
    # B_r and alpha are those of the phases, whether or not somebody measured such a coercivity.
    answered = (made.status == 0) | (made.status == STATUS.index(FAR))
    axial = answered.all(axis=1) & (b_r > 0.0).all(axis=1)
    weight = 100.0 * table.weight_fractions()[:, columns].sum(axis=1)
    weight -= 100.0 * base.weight_fractions()[0, columns].sum()
    chord = b_r[:, :1] + (b_r[:, -1:] - b_r[:, :1]) * np.linspace(0.0, 1.0, kelvin.size)
    with np.errstate(invalid="ignore", divide="ignore"):
        frame = pd.DataFrame(
            {
                **{name: shares[:, j] for j, name in enumerate(names)},
                "added_wt_pct": weight,
                "remanence_coefficient_pct_K": 100.0
                * (b_r[:, -1] / b_r[:, 0] - 1.0)
                / (kelvin[-1] - kelvin[0]),
                "remanence_T": b_r[:, 0],
                "sag_pct": 100.0 * np.abs(b_r - chord).max(axis=1) / b_r[:, 0],
            }
        )
    return frame[axial].sort_values("added_wt_pct", kind="stable").reset_index(drop=True)


def _refined(
    base: CompositionTable,
    columns: list[int],
    names: list[str],
    starts: NDArray[np.float64],
    kelvin: NDArray[np.float64],
    host: str,
    wanted: float,
) -> "pd.Series | None":
    """Go back along the directions of `starts` to the least amount that still reaches `wanted`."""
    scales = np.linspace(0.0, 1.0, 501)[:, None, None]
    shares = (scales * starts).reshape(-1, len(names))
    line = _tried(base, columns, names, shares, kelvin, host)
    good = line[line["remanence_coefficient_pct_K"] >= wanted]
    return None if good.empty else good.iloc[0]


def _formula(base: CompositionTable, columns: list[int], share: NDArray[np.float64]) -> str:
    """Write the found magnet with the rare earths in front, counted per rare earth."""
    row = _substituted(base, columns, share[None, :])
    amounts = row.values / row.fraction(*RARE_EARTHS)[0]
    parts = [(SYMBOLS[c], a) for c, a in zip(row.indices, amounts, strict=True)]
    ordered = sorted(parts, key=lambda p: p[0] not in RARE_EARTHS)
    return "".join(f"{s}{a:.4g}" for s, a in ordered)
