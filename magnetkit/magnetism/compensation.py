"""Magnets whose remanence hardly changes with temperature, with the least heavy rare earth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

from .._core._arguments import check_arguments, parse_finite_number
from .._core._types import FloatArray
from .._core.elements import INDEX, RARE_EARTHS, SYMBOLS, mask
from .._core.errors import InputError
from .._core.units import BETWEEN
from ..alloy._read import Compositions, as_table
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ..compound.evaluate import STATUS
from ._gates import FAR
from ._magnets import alloys, evaluate_magnets
from .sintered import parse_chord

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


@dataclass(frozen=True, eq=False)
class _Search:
    """Magnets of a base alloy, one row, whose rare earth is partly replaced by others."""

    base: CompositionTable
    names: list[str]  # of the substituents
    kelvin: FloatArray  # temperatures at which flatness is looked at, K
    host: str

    @property
    def columns(self) -> list[int]:
        """Columns of the substituents."""
        return [INDEX[name] for name in self.names]

    def made(self, shares: FloatArray) -> CompositionTable:
        """Build the recipes in which the given shares of the rare earth are replaced.

        `shares` has shape (n, substituents), in the order of ``names``: shares
        of all rare earth, by atoms, whose sum is 0 to 1, which is not checked.
        What the base has of a substituent already is replaced like the rest.
        The result has n rows, numbered from 0; ``given`` and marks of wt.% are
        left out.
        """
        row = self.base.to_array()[0]
        is_rare = mask(RARE_EARTHS).astype(bool)
        total = row[is_rare].sum()
        dense = np.repeat(row[None, :], len(shares), axis=0)
        dense[:, is_rare] *= (1.0 - shares.sum(axis=1))[:, None]
        dense[:, self.columns] += total * shares
        return CompositionTable.from_array(dense)

    def tried(self, shares: FloatArray) -> "pd.DataFrame":
        """Evaluate mixtures and keep those that are uniaxial magnets at all temperatures.

        `shares` has shape (n, substituents), in the order of ``names``, of all rare earth, by
        atoms.

        Returns
        -------
        pandas.DataFrame
            One row a kept mixture, by rising ``added_wt_pct``, numbered from
            0; no row where none is kept. The share of each substituent, by its
            symbol; ``added_wt_pct``, % of the mass of the magnet, beyond what
            the base has of them; ``remanence_coefficient_pct_K``, %/K, chord
            from the first to the last temperature; ``remanence_T`` at the
            first; ``sag_pct``, the largest departure of B_r from that chord, %
            of B_r.
        """
        import pandas as pd

        table = self.made(shares)
        magnets = evaluate_magnets(alloys(table, host=self.host), self.kelvin)
        b_r = magnets.remanence()
        first = self.kelvin[0]
        last = self.kelvin[-1]
        # B_r and alpha are those of the phases, whether or not somebody measured such a coercivity.
        has_answer = (magnets.status == 0) | (
            magnets.status == STATUS.index(FAR)
        )
        axial = has_answer.all(axis=1) & (b_r > 0.0).all(axis=1)
        weight = 100.0 * table.weight_fractions()[:, self.columns].sum(axis=1)
        weight -= 100.0 * self.base.weight_fractions()[0, self.columns].sum()
        shares_of_range = np.linspace(0.0, 1.0, b_r.shape[1])
        rise = b_r[:, -1:] - b_r[:, :1]
        chord = b_r[:, :1] + rise * shares_of_range
        with np.errstate(invalid="ignore", divide="ignore"):
            frame = pd.DataFrame(shares, columns=self.names).assign(
                added_wt_pct=weight,
                remanence_coefficient_pct_K=100.0
                * (b_r[:, -1] / b_r[:, 0] - 1.0)
                / (last - first),
                remanence_T=b_r[:, 0],
                sag_pct=100.0 * np.abs(b_r - chord).max(axis=1) / b_r[:, 0],
            )
        return (
            frame[axial]
            .sort_values("added_wt_pct", kind="stable")
            .reset_index(drop=True)
        )

    def formula(self, shares: FloatArray) -> str:
        """Write the formula of one mixture, amounts counted per rare earth, rare earths in front.

        `shares` has shape (substituents,), in the order of ``names``: shares
        of all rare earth, by atoms. Amounts have four significant digits, such
        as "Sm0.6Gd0.4Co5".
        """
        row = self.made(shares[None, :])
        amounts = row.values / row.fraction(*RARE_EARTHS)[0]
        parts = [
            (SYMBOLS[c], a) for c, a in zip(row.indices, amounts, strict=True)
        ]
        sorted_parts = sorted(parts, key=lambda p: p[0] not in RARE_EARTHS)
        return "".join(f"{s}{a:.4g}" for s, a in sorted_parts)


def _shares(count: int, steps: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to distribute units over places, 0 to `steps` - 1 of them in all.

    `count` is the number of places; a tuple has the whole number of units of
    each, in order. A tuple may have any sum of 0 to `steps` - 1. They come in
    lexicographic order, so the first is all 0.
    """
    for cuts in combinations_with_replacement(range(steps), count):
        yield tuple(b - a for a, b in zip((0, *cuts), cuts, strict=False))


def _check_request(
    table: CompositionTable, names: list[str], step: float
) -> None:
    """Raise InputError unless there is one alloy, one to three rare earths, and a usual step.

    `table` holds the base alloy, `names` are symbols of the substituents, such
    as ["Gd", "Er"], Y among the rare earths, and `step` is that of their
    shares, 0.002 to 0.1, ends included.
    """
    if len(table) != 1:
        raise InputError(f"compensate takes one base alloy, got {len(table)}")
    is_known = set(names) <= set(RARE_EARTHS)
    if not (1 <= len(set(names)) == len(names) <= 3 and is_known):
        raise InputError(
            f"with_ must name one to three different rare earths such as Gd, Er; got {names}"
        )
    if not 0.002 <= step <= 0.1:
        raise InputError(f"step must lie between 0.002 and 0.1, got {step}")


@check_arguments
def compensate(
    compositions: Compositions,
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
        One to three different symbols of rare earths to put in place of those there, as a list or
        tuple.
    between : tuple of float or str
        The two temperatures, K or texts, the lower first; 20 and 100 degrees C as for `sintered`.
    alpha : float
        Wanted remanence coefficient, %/K; any value at or above it (flatter, or rising) counts.
    tolerance : float
        How far below `alpha` still counts, %/K.
    host : str
        ``"auto"`` to find it, or the name of a host such as "2:14:1".
    step : float
        Step of the shares, 0.002 to 0.1; no less than 0.01 of two and 0.03 of three substituents.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are; "auto" refuses a text that could be
        either, as one with "bal." or a sum of 100.

    Returns
    -------
    Compensation
        ``formula``; ``share``, dict by symbol of the shares of the rare earth;
        ``added_wt_pct``, a float, of all together beyond what the base has;
        ``between``, K; ``remanence_coefficient_pct_K``; ``remanence_T`` at the
        lower temperature; ``sag_pct``, the largest departure of B_r from the
        chord, % of B_r; and ``table``, a frame of the trials of the grid that
        are uniaxial magnets, whatever their alpha, the least added first: a
        column for each substituent, ``added_wt_pct``,
        ``remanence_coefficient_pct_K``, ``remanence_T`` and ``sag_pct``.

    Raises
    ------
    InputError
        If no share reaches `alpha` with a uniaxial magnet, an argument is out of range, or there is
        not one recipe.

    Examples
    --------
    >>> found = compensate("SmCo5", with_=["Gd"], between=(223, 423), alpha=-0.02)
    >>> 0.0 < found.share["Gd"] < 0.5
    True
    """
    import pandas as pd

    table = as_table(compositions, basis)
    names = list(with_)
    _check_request(table, names, step)
    parse_finite_number("alpha", alpha)
    parse_finite_number("tolerance", tolerance, 0.0)
    first, second = parse_chord(between)
    # Three substituents on a fine grid would be a million magnets: coarsen with their number.
    steps = round(1.0 / max(step, (0.0, 0.002, 0.01, 0.03)[len(names)]))
    shares = np.array(list(_shares(len(names), steps)), float) / steps
    search = _Search(table, names, np.linspace(first, second, _POINTS), host)
    trials = search.tried(shares)
    good = trials[trials["remanence_coefficient_pct_K"] >= alpha - tolerance]
    if trials.empty:
        raise InputError(
            f"no mixture of {', '.join(names)} in {table.formulas()[0]} is a uniaxial magnet from "
            f"{first:g} to {second:g} K"
        )
    if good.empty:
        best = trials["remanence_coefficient_pct_K"].max()
        raise InputError(
            f"no share of {', '.join(names)} reaches alpha {alpha:g} %/K in "
            f"{table.formulas()[0]}; the flattest has {best:.4f}"
        )
    # The lightest of the grid, and of each substituent alone: their order may change in refining.
    alone = [
        good[good[names].drop(columns=r).sum(axis=1) == 0.0].head(1)
        for r in names
    ]
    starts = pd.concat([good.head(_STARTS), *alone])[names].to_numpy(float)
    # Back along their directions to the least amount that still reaches alpha.
    scales = np.linspace(0.0, 1.0, 501)[:, None, None]
    line = search.tried(
        (scales * np.unique(starts, axis=0)).reshape(-1, len(names))
    )
    near_target = line[
        line["remanence_coefficient_pct_K"] >= alpha - tolerance
    ]
    chosen_row = (good if near_target.empty else near_target).iloc[0]
    share = {name: float(chosen_row[name]) for name in names}
    return Compensation(
        search.formula(np.array(list(share.values()))),
        share,
        float(chosen_row["added_wt_pct"]),
        (first, second),
        float(chosen_row["remanence_coefficient_pct_K"]),
        float(chosen_row["remanence_T"]),
        float(chosen_row["sag_pct"]),
        trials,
    )
