"""The table of commercial grades: one row a grade, at room temperature or hot."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..errors import InputError
from ..units import MU_0, parse_temperature
from .loop import ROOM_K, coercivity_b, left, shapes
from .names import find, nearest
from .printed import printed, reconciled

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES = (
    "remanence_T",
    "coercivity_kA_m",
    "coercivity_b_kA_m",
    "knee_field_kA_m",
    "max_energy_product_kJ_m3",
    "max_working_temperature_K",
    "remanence_coefficient_pct_K",
    "coercivity_coefficient_pct_K",
    "curie_temperature_K",
    "density_kg_m3",
    "recoil_permeability",
    "resistivity_uohm_m",
)
"""What the table of grades holds; each with ``_lo``, ``_hi`` and ``_provenance``."""

_ESTIMATED = (
    "remanence_T",
    "coercivity_kA_m",
    "remanence_coefficient_pct_K",
    "coercivity_coefficient_pct_K",
    "max_working_temperature_K",
    "density_kg_m3",
)
# What makers print of a family rather than of each grade.
_OF_THE_FAMILY = ("curie_temperature_K", "resistivity_uohm_m")
# Grades within this share of each other in coercivity, or energy product, are of one kind.
_ALIKE = 0.1
_FEW = 3
_PRODUCT = "max_energy_product_kJ_m3"


@named
def grades(
    name: str | None = None, temperature: float | str | None = None, *, sheets: bool = False
) -> "pd.DataFrame":
    """Return commercial grades: what makers print, the spread between them, what stays when hot.

    Coercivities are the least values that makers guarantee; remanence and energy product the
    middle of their ranges. ``_lo`` and ``_hi`` reach over all that is printed. What no sheet of a
    grade prints is taken from grades of the same crystal that are alike in coercivity or energy
    product, and its ``_provenance`` is ``estimate``; ``family`` where
    makers print one figure for all grades of a crystal; otherwise ``catalogue``.

    Parameters
    ----------
    name : str, optional
        A grade, with or without its maker or family: ``"N42SH"``, ``"EEC 2:17TC-16"``,
        ``"Sm2Co17 YXG22"``. All of them otherwise.
    temperature : float or str, optional
        K, or a text such as ``"150C"``: remanence, coercivities and energy product by the printed
        chords alpha and beta from 20 degrees C, extremes with extremes. Their ``_provenance`` is
        ``extrapolated`` below 20 degrees C and above the grade's highest temperature of use. H_cB
        falls as B_r, until that of `magnetkit.curve` is less (``curve``); without a curve, none.
    sheets : bool
        Return the printed values themselves, one a row with maker, range and citation.

    Returns
    -------
    pandas.DataFrame
        ``grade host kind makers``, ``temperature_K`` and `QUANTITIES` with ``_lo``, ``_hi`` and
        ``_provenance``; or the rows of the sheets.

    Raises
    ------
    InputError
        If no such grade is known, with the nearest names.

    Examples
    --------
    >>> sheet = grades("N42SH", temperature="150C").iloc[0]
    >>> print(f"{sheet['remanence_T']:.3f} T, {sheet['coercivity_kA_m']:.0f} kA/m")
    1.108 T, 454 kA/m
    """
    grade = None if name is None else find(name)
    if name is not None and grade is None:
        raise InputError(unknown(name))
    if sheets:
        values = printed(grade)
        return values[values["grade"] != ""].reset_index(drop=True)
    table = at_room()
    if grade is not None:
        table = table[table["grade"] == grade]
    kelvin = ROOM_K if temperature is None else parse_temperature(temperature)
    return _hot(table.reset_index(drop=True), kelvin)


def loop(name: str) -> "tuple[pd.Series, pd.Series, str]":
    """Return what a grade's demagnetization curves follow from.

    Parameters
    ----------
    name : str
        A grade, as `grades` takes it.

    Returns
    -------
    row : pandas.Series
        Of `grades`, at 20 degrees C.
    shape : pandas.Series
        Of `magnetkit.catalogue.loop.shapes`.
    said : str
        Where the figures are from.

    Raises
    ------
    InputError
        If no such grade is known, or its curve is not.
    """
    table = grades(name)
    row, shape = table.iloc[0], shapes(table).iloc[0]
    if np.isnan(shape["squareness"]):
        raise InputError(
            f"{row['grade']} is bonded, and no sheet prints its knee: its curve is not known"
        )
    said = f"sheets of {row['makers']}, hot by their chords alpha and beta"
    if shape["usual_squareness"]:
        said += f"; knee assumed at {shape['squareness']:g} H_cJ as usual for {row['host']}"
    if shape["usual_recoil"]:
        said += f"; recoil permeability assumed {shape['recoil']:g} as usual for {row['host']}"
    return row, shape, said


def unknown(name: str) -> str:
    """Return the sentence that says that a grade is unknown, with the nearest names."""
    near = nearest(name)
    way = f"the nearest names are {', '.join(near)}" if near else "none is like it"
    return f"no grade {name!r} is known; {way} (`magnetkit grades` lists all)"


@lru_cache(maxsize=2)
def at_room(quantities: tuple[str, ...] = QUANTITIES) -> "pd.DataFrame":
    """Return all grades at 20 degrees C; shared, not to be changed.

    Parameters
    ----------
    quantities : tuple of str
        Which of `QUANTITIES`, in their order; B_r and H_cJ are estimated from the energy product.
    """
    import pandas as pd

    values = printed()
    values = values[values["grade"] != ""]
    heads = values.drop_duplicates("grade").set_index("grade")[["host", "kind"]]
    makers = values[["grade", "maker"]].drop_duplicates()
    heads["makers"] = makers.groupby("grade", sort=False)["maker"].agg(", ".join)
    values = values[values["quantity"].isin(quantities)]
    known = reconciled(values)
    columns: dict[str, pd.Series] = {}
    for quantity in quantities:
        one = known[known.index.get_level_values("quantity") == quantity]
        one = one.droplevel("quantity").reindex(heads.index)
        told = one["value"].notna()
        if quantity in _OF_THE_FAMILY:
            one = one.fillna(_of_family(heads["host"], quantity))
        columns[quantity] = one["value"]
        columns[f"{quantity}_lo"], columns[f"{quantity}_hi"] = one["lo"], one["hi"]
        there = one["value"].notna()
        source = told.map({True: "catalogue", False: "family"}).where(there, "")
        columns[f"{quantity}_provenance"] = source
    table = pd.concat([heads, pd.DataFrame(columns)], axis=1).reset_index()
    table.insert(4, "temperature_K", ROOM_K)
    _estimate(table, [quantity for quantity in _ESTIMATED if quantity in quantities])
    return table


def _of_family(hosts: "pd.Series", quantity: str) -> "pd.DataFrame":
    """Return what makers print of a whole family, for the grades of that crystal."""
    import pandas as pd

    rows = printed()
    rows = rows[(rows["kind"] == "family") & (rows["quantity"] == quantity)]
    told = rows.groupby("host")["value"].agg(["median", "min", "max"])
    told.columns = ["value", "lo", "hi"]
    return pd.DataFrame(told.reindex(hosts).to_numpy(), hosts.index, told.columns)


def _estimate(table: "pd.DataFrame", quantities: list[str]) -> None:
    """Fill in what no sheet of a grade prints, from grades that are alike."""
    told = {q: table[q].to_numpy(np.float64, copy=True) for q in (*quantities, _PRODUCT)}
    # (BH)max as a share of what B_r allows, by which B_r follows from (BH)max.
    told["share"] = told[_PRODUCT] * 4e3 * MU_0 / told["remanence_T"] ** 2
    group = table.groupby(["host", "kind"]).ngroup().to_numpy()
    for quantity in quantities:
        like = _PRODUCT if quantity == "coercivity_kA_m" else "coercivity_kA_m"
        # Its own may have been estimated before; those of the others are as printed.
        own, by = table[like].to_numpy(np.float64), told[like]
        values = told["share" if quantity == "remanence_T" else quantity]
        rows = np.flatnonzero(np.isnan(told[quantity]))
        ends = np.full((len(rows), 3), np.nan)
        for place, i in enumerate(rows):
            same = np.flatnonzero((group == group[i]) & ~np.isnan(values))
            if same.size:
                ends[place] = _alike(values[same], by[same], own[i])
        if quantity == "remanence_T":
            product = told[_PRODUCT][rows, None] * 4e3 * MU_0
            ends = np.sqrt(product / ends[:, [0, 2, 1]])
        found = ~np.isnan(ends[:, 0])
        names = [quantity, f"{quantity}_lo", f"{quantity}_hi"]
        table.loc[rows[found], names] = ends[found]
        table.loc[rows[found], f"{quantity}_provenance"] = "estimate"


def _alike(
    values: NDArray[np.float64], by: NDArray[np.float64], own: float
) -> tuple[float, float, float]:
    """Return the middle and the ends of values over grades of the same crystal and kind.

    The middle is that of the grades whose `by` is like `own`, or of all where none is; the ends
    are those of the nearest few.
    """
    away = np.abs(np.log(by / own))
    close = away < _ALIKE
    if not close.any():
        return float(np.median(values)), float(values.min()), float(values.max())
    few = close.copy()
    few[np.argsort(away, kind="stable")[:_FEW]] = True
    return float(np.median(values[close])), float(values[few].min()), float(values[few].max())


def _hot(table: "pd.DataFrame", kelvin: float) -> "pd.DataFrame":
    """Return the table at another temperature, by the printed chords."""
    table["temperature_K"] = kelvin
    step = kelvin - ROOM_K
    if not step:
        return table
    keeps = {}
    for quantity, chord in (
        ("remanence_T", "remanence_coefficient_pct_K"),
        ("coercivity_kA_m", "coercivity_coefficient_pct_K"),
    ):
        share = {end: left(table[f"{chord}{end}"], kelvin) for end in ("", "_lo", "_hi")}
        low, high = ("_lo", "_hi") if step > 0 else ("_hi", "_lo")
        table[f"{quantity}_lo"] *= share[low]
        table[f"{quantity}_hi"] *= share[high]
        table[quantity] *= share[""]
        keeps[quantity] = share[""]
        there = table[quantity].notna()
        estimate = there & (table[f"{chord}_provenance"] == "estimate")
        table.loc[estimate, f"{quantity}_provenance"] = "estimate"
        outside = (table["max_working_temperature_K"] < kelvin) | (step < 0.0)
        table.loc[there & outside, f"{quantity}_provenance"] = "extrapolated"
    for end in ("", "_lo", "_hi"):
        # The energy product follows B_r^2 until the coercivity cuts the straight line of B(H).
        field = 1e3 * table[f"coercivity_kA_m{end}"]
        at_end = field * (table[f"remanence_T{end}"] - MU_0 * field) / 1e3
        whole = table[f"max_energy_product_kJ_m3{end}"] * keeps["remanence_T"] ** 2
        cut = 2.0 * MU_0 * field < table[f"remanence_T{end}"]
        table[f"max_energy_product_kJ_m3{end}"] = whole.where(~cut, np.minimum(whole, at_end))
        table[f"knee_field_kA_m{end}"] *= keeps["coercivity_kA_m"]
    _hot_coercivity_b(table, keeps["remanence_T"])
    return table


def _hot_coercivity_b(table: "pd.DataFrame", keeps: "pd.Series") -> None:
    """Let H_cB fall as B_r, and end where the curve of the hot magnet does."""
    shape = shapes(table)
    of_curve = {end: coercivity_b(table, end, shape) for end in ("", "_lo", "_hi")}
    own = "coercivity_b_kA_m"
    short = of_curve[""] < table[own] * keeps
    for end, ends_at in of_curve.items():
        table[f"{own}{end}"] = np.minimum(table[f"{own}{end}"] * keeps, ends_at)
    of_h_cj = table["coercivity_kA_m_provenance"].replace("catalogue", "curve")
    source = table["remanence_T_provenance"].mask(short, of_h_cj)
    table[f"{own}_provenance"] = source.where(table[own].notna(), "")
