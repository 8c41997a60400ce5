"""Commercial grades: the values that makers print, and one reconciled row for each grade.

What no sheet of a grade prints is estimated from like grades; rows hold at room temperature, or
at another by the printed chords. The printed figures also give a grade's demagnetization curve
(knee, recoil, H_cB), and the grade nearest to a predicted magnet.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core import datasets
from .._core._arguments import check_arguments
from .._core._columnar import Coded
from .._core._types import FloatArray, IntArray
from .._core.errors import InputError
from .._core.units import MU_0, ROOM_K, ZERO_CELSIUS, parse_temperature
from ..alloy._grade_names import (
    SECOND_FILE,
    VALUES_FILE,
    find,
    nearest_grades,
    parse_class,
)
from .printed_temperature import chord_end, coercivity_ratio, remanence_ratio
from .process import parameters
from .spread import constants, lots
from .squareness import squareness_ratio

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
"""Quantities of the table of grades; each with ``_lo``, ``_hi`` and ``_provenance``."""

_REMANENCE = "remanence_T"
_COERCIVITY = "coercivity_kA_m"
_PRODUCT = "max_energy_product_kJ_m3"
# Chords of B_r and H_cJ.
_CHORDS = {
    q: f"{q.split('_')[0]}_coefficient_pct_K"
    for q in (_REMANENCE, _COERCIVITY)
}
_LIMIT = "max_working_temperature_K"
_TO = {
    chord: f"{chord.removesuffix('_pct_K')}_to_K" for chord in _CHORDS.values()
}
"""Columns of the upper temperatures of chords."""
_ESTIMATED = (*_CHORDS, *_CHORDS.values(), _LIMIT, "density_kg_m3")
# Quantities that the class of a sintered Nd-Fe-B grade fixes.
_OF_CLASS = (_COERCIVITY, _LIMIT)
# Classes of it that are made without heavy rare earth.
_PLAIN_CLASSES = ("N", "M", "H")
# So much farther than those sold, MGOe, a number of a class is believed.
_MOST_BEYOND_SOLD = 2
_LADDER_CLASSES = 4
# Quantities printed for a family rather than for each grade.
_OF_THE_FAMILY = ("curie_temperature_K", "resistivity_uohm_m")
# Fields that the coercivity of a magnet is not below.
_WITHIN_COERCIVITY = ["coercivity_b_kA_m", "knee_field_kA_m"]
_GUARANTEED = (_COERCIVITY, *_WITHIN_COERCIVITY)
"""Quantities with a guaranteed minimum; the others have a range or a nominal value."""
OF_LOTS = {
    _REMANENCE: (0, 1.0),
    _PRODUCT: (0, 0.5),
    "demagnetization_safety": (1, 1.0),
}
OF_LOTS |= {_COERCIVITY: (1, 1.0), "knee_field_kA_m": (1, 1.0)}
"""Columns that ln B_r (0) or ln H_cJ (1) of a lot decides, and their power of it."""
# Grades within this share of each other in coercivity, or energy product, are of one kind.
_ALIKE = 0.1
_LEAST_GRADES = 3
# Rounds after which a value at 20 degrees C follows from one at temperature.
_ROUNDS = 12
# What separates two neighbouring grades: a step of B_r, a class of coercivity.
_STEP = (0.03, 0.18)
# Quantities that nearest grades are found by, and those by which their gaps are filled.
_NEAREST_BY = (_REMANENCE, _COERCIVITY, _PRODUCT, *_WITHIN_COERCIVITY)


@check_arguments
def grades(
    name: str | None = None,
    temperature: float | str | None = None,
    *,
    sheets: bool = False,
) -> "pd.DataFrame":
    """Return commercial grades: printed values, the spread between makers, values at temperature.

    Coercivities are the least values that makers guarantee; remanence and energy product the
    middle of their ranges. ``_lo`` and ``_hi`` span all printed values. ``_provenance`` is
    ``catalogue``; ``family`` where makers print one figure for all grades of a crystal; and
    ``estimate`` where no sheet prints the value and like grades of the same crystal give it, or,
    of sintered Nd-Fe-B, its class and number. A name of a class and number that are sold, but not
    together in the table (``"N44UH"``), is answered by these, without a maker.

    Parameters
    ----------
    name : str, optional
        A grade, with or without its maker or family: ``"N42SH"``, ``"EEC 2:17TC-16"``,
        ``"Sm2Co17 YXG22"``. All of them otherwise.
    temperature : float or str, optional
        One, K, or a text such as ``"150C"``: remanence, coercivities, knee, squareness and energy
        product by the printed chords alpha and beta from 20 degrees C, extremes with extremes; NaN
        without a chord. The ``_provenance`` of B_r, H_cJ and H_cB, not that of the others, is
        ``extrapolated`` below 20 degrees C and above the grade's maximum temperature, and else
        ``estimate`` where the chord is one. H_cB falls
        as B_r until that of `magnetkit.curve` is less (``curve``); without a curve it is NaN.
    sheets : bool
        Return the printed values themselves, one a row with maker, range and citation.

    Returns
    -------
    pandas.DataFrame
        A row a grade, in no order that says anything, numbered from 0:
        ``grade``, ``host``, ``kind`` ("sintered", "bonded", "ferrite" or
        "alnico"), ``makers`` (names separated by ", "), ``temperature_K``
        (293.15 unless given) and with ``_lo``, ``_hi`` and ``_provenance``
        each of `QUANTITIES`: ``remanence_T``,
        ``coercivity_kA_m``, ``coercivity_b_kA_m``, ``knee_field_kA_m``,
        ``max_energy_product_kJ_m3``, ``max_working_temperature_K``,
        ``remanence_coefficient_pct_K``, ``coercivity_coefficient_pct_K``,
        ``curie_temperature_K``, ``density_kg_m3``, ``recoil_permeability`` and
        ``resistivity_uohm_m``, NaN where nothing is known; the upper ends of
        the chords, ``remanence_coefficient_to_K`` and
        ``coercivity_coefficient_to_K``; and ``squareness``, H_k / H_cJ. With
        `sheets` the rows of the sheets, with the columns of `printed_values`,
        at the temperatures at which they are printed; none of a class and
        number that nobody sells.

    Raises
    ------
    InputError
        If no such grade is known, with the nearest names, or the temperature
        cannot be read.

    Examples
    --------
    >>> sheet = grades("N42SH", temperature="150C").iloc[0]
    >>> print(f"{sheet['remanence_T']:.3f} T, {sheet['coercivity_kA_m']:.0f} kA/m")
    1.108 T, 454 kA/m
    """
    table = grades_at_room_temperature()
    grade = None if name is None else find(name)
    if name is not None and grade is None:
        table = _as_class(name)
        grade = str(table["grade"].iloc[0])
    if sheets:
        values = printed_values(grade)
        return values[values["grade"] != ""].reset_index(drop=True)
    if grade is not None:
        table = table[table["grade"] == grade]
    kelvin = ROOM_K if temperature is None else parse_temperature(temperature)
    return _hot(table.reset_index(drop=True), kelvin)


def _as_class(name: str) -> "pd.DataFrame":
    """Estimate the row of a grade that nobody sells from the grades of its class.

    `name` is number and class, such as N43SH. InputError if it is no such name, the class is
    unknown, or the number lies more than 2 outside those that are sold.

    Returns
    -------
    pandas.DataFrame
        One row, with the columns of `grades_at_room_temperature`; ``makers``
        is empty, ``grade`` is number and class, such as "N43SH";
        ``_provenance`` of what is estimated is "estimate". Other columns, such
        as ``squareness``, are those of one grade of the class.
    """
    import pandas as pd

    table = grades_at_room_temperature()
    product_class, letters = parse_class(name) or (0, "")
    alike = _sold_by_class(table).get(letters, [])
    numbers = np.array([number for number, _ in alike], float)
    if (
        not alike
        or not numbers.min() - _MOST_BEYOND_SOLD
        <= product_class
        <= numbers.max() + _MOST_BEYOND_SOLD
    ):
        suggestions = nearest_grades(name)
        way = (
            f"the nearest names are {', '.join(suggestions)}"
            if suggestions
            else "none is like it"
        )
        raise InputError(
            f"no grade {name!r} is known; {way} (`magnetkit grades` lists all)"
        )
    rows = table.loc[[row for _, row in alike]]
    estimate = rows.iloc[[0]].assign(
        grade=f"N{product_class}{letters.removeprefix('N')}", makers=""
    )
    for quantity in QUANTITIES:
        values = rows[quantity].to_numpy(float)
        is_number = np.isfinite(values)
        values = values[is_number]
        at = numbers[is_number]
        if quantity in _OF_THE_FAMILY or not is_number.any():
            continue
        middle = float(np.median(values))
        low = values.min()
        high = values.max()
        if quantity in (_REMANENCE, "coercivity_b_kA_m", _PRODUCT):
            # Within a class (BH)max, and with it B_r, goes with the number.
            degree = 1 if len(at) > 2 and np.ptp(at) > 2 else 0
            line = np.polyfit(np.log(at), np.log(values), degree)
            off = np.log(values) - np.polyval(line, np.log(at))
            middle = float(np.exp(np.polyval(line, np.log(product_class))))
            low = middle * np.exp(min(off.min(), 0.0))
            high = middle * np.exp(max(off.max(), 0.0))
        estimate[quantity] = middle
        estimate[f"{quantity}_lo"] = low
        estimate[f"{quantity}_hi"] = high
        estimate[f"{quantity}_provenance"] = "estimate"
    return pd.DataFrame(estimate)


def _sold_by_class(table: "pd.DataFrame") -> dict[str, list[tuple[int, int]]]:
    """Group the sintered Nd-Fe-B grades of a table by the letters of their class.

    `table` has ``grade`` and ``kind``. Grades of another kind than "sintered",
    and those whose name is no number and class, are left out.

    Returns
    -------
    dict of list of (int, int)
        By letters, as `parse_class` gives them, such as "SH" or "N": number of the grade, and the
        label of its row in the index of `table`, in the order of the rows. Classes without a grade
        have no key.
    """
    classes: dict[str, list[tuple[int, int]]] = {}
    for row, grade, kind in zip(
        table.index, table["grade"], table["kind"], strict=True
    ):
        known_as = parse_class(grade) if kind == "sintered" else None
        if known_as is not None:
            classes.setdefault(known_as[1], []).append((known_as[0], row))
    return classes


def _hot(table: "pd.DataFrame", kelvin: float) -> "pd.DataFrame":
    """Convert a table of grades from 20 degrees C to another temperature, by the printed chords.

    `table`, a copy with all columns of `grades_at_room_temperature`, is
    changed in place and returned; `kelvin` is in K. ``temperature_K``,
    ``remanence_T``, ``coercivity_kA_m``, ``coercivity_b_kA_m``,
    ``knee_field_kA_m`` and ``max_energy_product_kJ_m3``, their ``_lo`` and
    ``_hi``, and ``squareness`` change; coefficients, density and the others
    stay. B_r and H_cJ below 20 degrees C, or above the grade's highest temperature of use, have the
    ``_provenance`` "extrapolated" in place of the former, and else "estimate"
    where the chord is one; ``coercivity_b_kA_m_provenance`` follows them. A
    value without a known chord is NaN, its provenance empty.
    """
    table["temperature_K"] = kelvin
    step = kelvin - ROOM_K
    if not step:
        return table
    shares = {
        end: remaining_shares(table, kelvin, end) for end in ("", "_lo", "_hi")
    }
    keeps = shares[""]
    square = table["squareness"]
    table["squareness"] = squareness_ratio(
        table["squareness"], _curved_hosts(table), *keeps.values()
    )
    for quantity, chord in _CHORDS.items():
        low, high = ("_lo", "_hi") if step > 0 else ("_hi", "_lo")
        for end, hot in (("_lo", low), ("_hi", high), ("", "")):
            table[f"{quantity}{end}"] *= shares[hot][quantity]
        has_value = table[quantity].notna()
        table.loc[~has_value, f"{quantity}_provenance"] = ""
        estimate = has_value & (table[f"{chord}_provenance"] == "estimate")
        table.loc[estimate, f"{quantity}_provenance"] = "estimate"
        outside = (table["max_working_temperature_K"] < kelvin) | (step < 0.0)
        table.loc[has_value & outside, f"{quantity}_provenance"] = (
            "extrapolated"
        )
    knees = keeps[_COERCIVITY] * table["squareness"] / square
    for end in ("", "_lo", "_hi"):
        # The energy product follows B_r^2 until the coercivity cuts the straight line of B(H).
        field = 1e3 * table[f"coercivity_kA_m{end}"]
        at_end = field * (table[f"remanence_T{end}"] - MU_0 * field) / 1e3
        whole = (
            table[f"max_energy_product_kJ_m3{end}"] * keeps["remanence_T"] ** 2
        )
        is_below = 2.0 * MU_0 * field < table[f"remanence_T{end}"]
        table[f"max_energy_product_kJ_m3{end}"] = whole.where(
            ~is_below, np.minimum(whole, at_end)
        )
        table[f"knee_field_kA_m{end}"] *= knees
    _hot_coercivity_b(table, keeps["remanence_T"])
    return table


def remaining_shares(
    table: "pd.DataFrame | pd.Series", kelvin: Any, end: str = ""
) -> dict[str, FloatArray]:
    """Compute B_r and H_cJ of grades at a temperature over those at 20 degrees C, by quantity.

    See `magnetkit.magnetism.printed_temperature`.

    Parameters
    ----------
    table : DataFrame or Series
        n rows of `grades` at 20 degrees C, or one of them, such as
        ``grades("N42SH").iloc[0]``: ``host``, ``kind``,
        ``coercivity_kA_m``, ``max_working_temperature_K``,
        ``remanence_coefficient_pct_K`` and ``coercivity_coefficient_pct_K``
        with `end` behind (such as ``remanence_coefficient_pct_K_lo``),
        ``remanence_coefficient_to_K`` and ``coercivity_coefficient_to_K`` are
        read.
    kelvin : float, or for one row an ndarray
        Temperature, K.
    end : str
        Which of their chords: "", "_lo" or "_hi"; another is a KeyError.

    Returns
    -------
    dict of ndarray
        ``remanence_T`` and ``coercivity_kA_m``, in this order: shares, (n,) each, or in the shape
        of `kelvin` for one row, () for a float; NaN where the chord is.
    """
    hosts = _curved_hosts(table)
    alpha, beta = _CHORDS.values()
    alpha_to = chord_end(table[_TO[alpha]], table[_LIMIT])
    beta_to = chord_end(table[_TO[beta]], table[_LIMIT])
    return {
        _REMANENCE: remanence_ratio(
            table[f"{alpha}{end}"], kelvin, hosts, alpha_to
        ),
        _COERCIVITY: coercivity_ratio(
            table[f"{beta}{end}"], kelvin, hosts, beta_to, table[_COERCIVITY]
        ),
    }


def figures_at(
    row: "pd.Series", kelvin: FloatArray, end: str = ""
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute B_r, H_cJ and squareness of one grade at several temperatures at once.

    They are those of `grades` at each temperature.

    Parameters
    ----------
    row : Series
        A row of `grades` at 20 degrees C, with all columns, such as
        ``grades("N42SH").iloc[0]``.
    kelvin : ndarray of float64, shape (k,)
        Temperatures, K.
    end : {"", "_lo", "_hi"}
        Which of the printed values, extremes with extremes.

    Returns
    -------
    remanence : ndarray of float64, shape (k,)
        B_r, T.
    coercivity : ndarray of float64, shape (k,)
        H_cJ, kA/m.
    squareness : ndarray of float64, shape (k,)
        H_k / H_cJ; NaN where no knee is known.
    """
    shares = {x: remaining_shares(row, kelvin, x) for x in ("", "_lo", "_hi")}
    squareness = squareness_ratio(
        row["squareness"], _curved_hosts(row), *shares[""].values()
    )
    # Where it gets colder the steeper chord is that of the higher end.
    cold_end = {"": "", "_lo": "_hi", "_hi": "_lo"}[end]
    is_room = kelvin == ROOM_K
    values = []
    for quantity in (_REMANENCE, _COERCIVITY):
        share = np.where(
            kelvin > ROOM_K, shares[end][quantity], shares[cold_end][quantity]
        )
        # At 20 degrees C a value needs no chord.
        share = np.where(is_room, 1.0, share)
        values.append(float(row[f"{quantity}{end}"]) * share)
    remanence, coercivity = values
    squareness = np.where(is_room, float(row["squareness"]), squareness)
    return remanence, coercivity, squareness


def hot_squareness(kelvin: float) -> "pd.Series":
    """Compute H_k / H_cJ of every grade at a temperature, `kelvin`, K.

    Returns
    -------
    pandas.Series
        By name of the grade, spelled as in ``grade`` of `grades`, all grades
        of the table; NaN where the knee is not known. A new Series.
    """
    import pandas as pd

    table = grades_at_room_temperature()
    square = table["squareness"].to_numpy(float)
    if kelvin != ROOM_K:
        remaining = remaining_shares(table, kelvin)
        square = squareness_ratio(
            square, _curved_hosts(table), *remaining.values()
        )
    return pd.Series(np.asarray(square, float), table["grade"])


def cold_value(
    row: "pd.Series", quantity: str, value: float, kelvin: float
) -> float:
    """Convert B_r or H_cJ of a magnet at a temperature to that at 20 degrees C.

    The chords, host and kind are those of `row`, one of `grades` at 20 degrees
    C, such as ``grades("N42SH").iloc[0]``, which is not changed. `quantity` is
    "remanence_T" or "coercivity_kA_m" (KeyError otherwise); `value`, at
    `kelvin`, K, and the result are in its unit. `row` has what
    `remaining_shares` reads, and ``grade``; NaN where the chord is. InputError
    as of `check_remaining`.
    """
    cold = value
    cold_row = row.copy()
    # How coercivity falls depends on how high it is at 20 degrees C.
    for _ in range(_ROUNDS):
        cold_row[quantity] = cold
        share = float(remaining_shares(cold_row, kelvin)[quantity])
        check_remaining(str(row["grade"]), share, kelvin)
        cold = value / share
    return cold


def check_remaining(grade: str, share: float, kelvin: float) -> None:
    """Raise InputError if the chords of a grade leave nothing by which a hot value can be carried.

    `share` is what is left of B_r or H_cJ at `kelvin`, K, over that at 20
    degrees C; 0 is refused, NaN, of a chord that is not known, is not. `grade`
    is the name, for the message.
    """
    if share == 0.0:
        raise InputError(
            f"measured values are carried from their temperature by the coefficients of {grade}, "
            f"which leave nothing at {kelvin - ZERO_CELSIUS:.0f} °C: give values of a lower "
            "temperature, or name the grade that bears it"
        )


def _curved_hosts(table: "pd.DataFrame | pd.Series") -> NDArray[np.str_]:
    """Return the hosts of grades, of ``kind`` "bonded" an empty text: these fall along their chords.

    `table` holds n rows with ``kind`` and ``host``, or is one row; the array is (n,), or of shape
    () for one.
    """
    return np.where(
        np.asarray(table["kind"]) == "bonded",
        "",
        np.asarray(table["host"], str),
    )


def _hot_coercivity_b(table: "pd.DataFrame", keeps: FloatArray) -> None:
    """Convert H_cB of a table of hot grades, in place.

    H_cB falls as B_r does (`keeps`, its share that is left, (n,)), but never
    lies beyond the end of the hot magnet's curve. ``coercivity_b_kA_m``, its
    ends and provenance change. B_r, H_cJ (with their ends and provenances) and
    ``squareness`` of `table` must be hot already, H_cB that of 20 degrees C.
    ``coercivity_b_kA_m_provenance`` becomes that of B_r, or, where the curve
    ends before, that of H_cJ with "curve" in place of "catalogue"; H_cB is NaN
    where the curve is not known.
    """
    shape = curve_shapes(table)
    of_curve = {
        end: coercivity_b(table, end, shape) for end in ("", "_lo", "_hi")
    }
    column = "coercivity_b_kA_m"
    short = of_curve[""] < table[column] * keeps
    for end, ends_at in of_curve.items():
        table[f"{column}{end}"] = np.minimum(
            table[f"{column}{end}"] * keeps, ends_at
        )
    of_h_cj = table["coercivity_kA_m_provenance"].replace("catalogue", "curve")
    source = table["remanence_T_provenance"].mask(short, of_h_cj)
    table[f"{column}_provenance"] = source.where(table[column].notna(), "")


@lru_cache(maxsize=2)
def grades_at_room_temperature(
    quantities: tuple[str, ...] = QUANTITIES,
) -> "pd.DataFrame":
    """Collect all grades at 20 degrees C with some of `QUANTITIES`; shared, not to be changed.

    B_r and H_cJ that no sheet prints are estimated from the energy product and like grades, H_cJ
    not below a printed H_cB and knee. So ``max_energy_product_kJ_m3``, ``coercivity_b_kA_m`` and
    ``knee_field_kA_m`` must be among `quantities`, a tuple, with ``remanence_T`` and
    ``coercivity_kA_m`` (KeyError otherwise).

    Returns
    -------
    pandas.DataFrame
        One row a grade, numbered from 0: ``grade``, ``host`` (such as
        "2:14:1", or "ferrite" or "alnico"), ``kind`` ("sintered", "bonded",
        "ferrite" or "alnico"), ``makers`` (names, separated by ", "),
        ``temperature_K``; of each quantity the value, ``_lo``, ``_hi`` and
        ``_provenance`` ("catalogue", "family", "estimate", or empty where the
        value is NaN); the upper ends of the chords that are among the
        quantities, ``remanence_coefficient_to_K`` and
        ``coercivity_coefficient_to_K``; and ``squareness`` where
        ``knee_field_kA_m`` is among them. `QUANTITIES` are ``remanence_T``,
        ``coercivity_kA_m``, ``coercivity_b_kA_m``, ``knee_field_kA_m``,
        ``max_energy_product_kJ_m3``, ``max_working_temperature_K``,
        ``remanence_coefficient_pct_K``, ``coercivity_coefficient_pct_K``,
        ``curie_temperature_K``, ``density_kg_m3``, ``recoil_permeability`` and
        ``resistivity_uohm_m``.
    """
    import pandas as pd

    values = printed_values()
    values = values[values["grade"] != ""]
    heads = values.drop_duplicates("grade").set_index("grade")[
        ["host", "kind"]
    ]
    makers = values[["grade", "maker"]].drop_duplicates()
    heads["makers"] = makers.groupby("grade", sort=False)["maker"].agg(
        ", ".join
    )
    values = values[values["quantity"].isin(quantities)]
    table_values = reconcile_makers(values)
    columns: dict[str, pd.Series] = {}
    for quantity in quantities:
        one = table_values[
            table_values.index.get_level_values("quantity") == quantity
        ]
        one = one.droplevel("quantity").reindex(heads.index)
        has_value = one["value"].notna()
        if quantity in _OF_THE_FAMILY:
            one = one.fillna(_family_values(heads["host"], quantity))
        columns[quantity] = one["value"]
        columns[f"{quantity}_lo"] = one["lo"]
        columns[f"{quantity}_hi"] = one["hi"]
        is_stated = one["value"].notna()
        source = has_value.map({True: "catalogue", False: "family"}).where(
            is_stated, ""
        )
        columns[f"{quantity}_provenance"] = source
    for chord in _CHORDS.values():
        if chord in quantities:
            columns[_TO[chord]] = (
                table_values["to_K"]
                .xs(chord, level="quantity")
                .reindex(heads.index)
            )
    table = pd.concat([heads, pd.DataFrame(columns)], axis=1).reset_index()
    table.insert(4, "temperature_K", ROOM_K)
    _fill_from_class(table, [q for q in _OF_CLASS if q in quantities])
    _estimate(
        table, [quantity for quantity in _ESTIMATED if quantity in quantities]
    )
    if "knee_field_kA_m" in quantities:
        square = table["knee_field_kA_m"] / table[_COERCIVITY].where(
            lambda h: h > 0.0
        )
        table["squareness"] = square.fillna(_usual_shapes(table)["squareness"])
    return table


def _fill_from_class(table: "pd.DataFrame", quantities: list[str]) -> None:
    """Fill the gaps of sintered Nd-Fe-B grades with the median of their class, in place.

    The ends become the smallest and largest value of the class, the provenance
    ``estimate``. `table` has ``grade`` and ``kind``, and of each of
    `quantities`, such as "coercivity_kA_m", its column with ``_lo``, ``_hi``
    and ``_provenance``. A gap is a NaN; it stays where no grade of the class
    has the value, the ``kind`` is not "sintered", or the name is no number and
    class.
    """
    for class_rows in _sold_by_class(table).values():
        rows = [row for _, row in class_rows]
        for quantity in quantities:
            values = table.loc[rows, quantity].dropna()
            gaps = table.loc[rows].index[table.loc[rows, quantity].isna()]
            if len(values) and len(gaps):
                names = [quantity, f"{quantity}_lo", f"{quantity}_hi"]
                table.loc[gaps, names] = (
                    values.median(),
                    values.min(),
                    values.max(),
                )
                table.loc[gaps, f"{quantity}_provenance"] = "estimate"


def _family_values(hosts: "pd.Series", quantity: str) -> "pd.DataFrame":
    """Look up the values printed for whole families.

    `hosts` names the host of each grade, such as "2:14:1"; `quantity` is a
    column such as "curie_temperature_K". The result has ``value`` (the
    median), ``lo`` and ``hi`` (smallest and largest printed one) on the index
    of `hosts`, NaN where no family value is printed for that very name.
    """
    import pandas as pd

    rows = printed_values()
    rows = rows[(rows["kind"] == "family") & (rows["quantity"] == quantity)]
    family_values = rows.groupby("host")["value"].agg(["median", "min", "max"])
    family_values.columns = ["value", "lo", "hi"]
    return pd.DataFrame(
        family_values.reindex(hosts).to_numpy(),
        hosts.index,
        family_values.columns,
    )


def _estimate(table: "pd.DataFrame", quantities: list[str]) -> None:
    """Fill what no sheet of a grade prints, from grades of the same host and kind, in place.

    `quantities` are columns of `table` such as "coercivity_kA_m"; each must be
    there with its ``_lo``, ``_hi`` and ``_provenance``, which change in the
    rows that are NaN: the latter becomes "estimate". ``grade``, ``host``,
    ``kind``, ``remanence_T``, ``coercivity_kA_m``, ``coercivity_b_kA_m``,
    ``knee_field_kA_m`` and ``max_energy_product_kJ_m3`` must be there in any case: like grades are
    those of like H_cJ, for H_cJ of like (BH)max. An estimated H_cJ is not
    below the printed H_cB and H_k. A row stays NaN where no
    grade of its host and kind has the value. Rows must be numbered from 0.
    """
    values_of = {
        q: table[q].to_numpy(np.float64, copy=True)
        for q in (*quantities, _PRODUCT)
    }
    # (BH)max as a share of what B_r allows, by which B_r follows from (BH)max.
    values_of["share"] = (
        values_of[_PRODUCT] * 4e3 * MU_0 / values_of["remanence_T"] ** 2
    )
    group = table.groupby(["host", "kind"]).ngroup().to_numpy()
    # What was copied from sheets is for names and classes: it fills gaps where nothing else does.
    own_sheets = ~table["grade"].isin(secondhand()).to_numpy()
    for quantity in quantities:
        like = _PRODUCT if quantity == _COERCIVITY else _COERCIVITY
        # Its own may have been estimated before; those of the others are as printed.
        target = table[like].to_numpy(np.float64)
        by = values_of[like]
        values = values_of["share" if quantity == "remanence_T" else quantity]
        rows = np.flatnonzero(np.isnan(values_of[quantity]))
        ends = np.full((len(rows), 3), np.nan)
        for place, i in enumerate(rows):
            same = np.flatnonzero((group == group[i]) & ~np.isnan(values))
            if own_sheets[same].any():
                same = same[own_sheets[same]]
            if same.size:
                ends[place] = _range_of_alike(
                    values[same], by[same], target[i]
                )
        if quantity == "remanence_T":
            product = values_of[_PRODUCT][rows, None] * 4e3 * MU_0
            ends = np.sqrt(product / ends[:, [0, 2, 1]])
        elif quantity == _COERCIVITY:
            printed = table.loc[rows, _WITHIN_COERCIVITY].fillna(0.0)
            ends = np.maximum(ends, printed.max(axis=1).to_numpy()[:, None])
        has_estimate = ~np.isnan(ends[:, 0])
        names = [quantity, f"{quantity}_lo", f"{quantity}_hi"]
        table.loc[rows[has_estimate], names] = ends[has_estimate]
        table.loc[rows[has_estimate], f"{quantity}_provenance"] = "estimate"


def _range_of_alike(
    values: FloatArray, by: FloatArray, own: float
) -> tuple[float, float, float]:
    """Estimate a value and its ends from grades of the same crystal and kind.

    The value is the median of the grades whose ln `by` is within 0.1 of that
    of `own`, or of all if none is, as where `own` is NaN. The ends are the
    smallest and largest of those and the nearest three, or of all.

    Parameters
    ----------
    values, by : ndarray, shape (k,)
        Known values, and the figure by which grades are compared; k is 1 or
        more.
    own : float
        That figure of the grade itself.

    Returns
    -------
    tuple of float
        Middle, low end, high end.
    """
    away = np.abs(np.log(by / own))
    close = away < _ALIKE
    if not close.any():
        return (
            float(np.median(values)),
            float(values.min()),
            float(values.max()),
        )
    few = close.copy()
    few[np.argsort(away, kind="stable")[:_LEAST_GRADES]] = True
    return (
        float(np.median(values[close])),
        float(values[few].min()),
        float(values[few].max()),
    )


def printed_values(grade: str | None = None) -> "pd.DataFrame":
    """Return printed values, one a row, of one grade, or of all with those of families.

    `grade` is the exact name; there are no rows of an unknown one, and with a
    grade none of its family. None stands for all. Columns: ``host kind grade
    maker quantity bound value temperature_K to_K source note``; the unit is
    part of ``quantity``, one of `QUANTITIES`; ``bound`` is "min", "max",
    "typical", "lower bound" or empty; ``to_K``, the upper temperature of a
    chord, is NaN elsewhere; and ``grade`` is empty and ``kind`` "family" where
    a value is a family's. Rows are numbered from 0.
    """
    values = _printed_figures()
    rows = values if grade is None else values[values["grade"] == grade]
    return rows.reset_index(drop=True)


@lru_cache(maxsize=1)
def secondhand() -> frozenset[str]:
    """Return the names of the grades of which copies of makers' tables were read."""
    return frozenset(row["grade"] for row in datasets.rows(SECOND_FILE))


@lru_cache(maxsize=1)
def _printed_figures() -> "pd.DataFrame":
    """Read the printed values of both tables of sheets, as `printed_values` returns them.

    The frame is shared: do not change it.
    """
    import pandas as pd

    files = [datasets.path(file) for file in (VALUES_FILE, SECOND_FILE)]
    values = pd.concat(
        [pd.read_csv(f, keep_default_na=False) for f in files],
        ignore_index=True,
    )
    for name in ("value", "temperature_K", "to_K"):
        values[name] = pd.to_numeric(values[name], errors="coerce")
    return values


def reconcile_makers(values: "pd.DataFrame") -> "pd.DataFrame":
    """Compute one row for each grade and quantity: its value and the spread between makers.

    A maker's value is its nominal one, or the middle of its range; of
    ``coercivity_kA_m``, ``coercivity_b_kA_m`` and ``knee_field_kA_m`` the
    minimum. The value of the grade is the median over its makers, its range
    that of all printed figures. Values measured away from room temperature do
    not count.

    Parameters
    ----------
    values : DataFrame
        Rows of `printed_values`; not changed. Those of families do not count.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``grade`` and ``quantity``: ``value``, ``lo`` and ``hi`` in the unit of the
        quantity, and ``to_K``, the upper temperature of a chord, NaN where half of the figures or
        fewer have it. What no sheet prints has no row; maker, bound and source are left out.
    """
    import pandas as pd

    room = _room_values(values)
    ends, minimum = _by_bound(room, ["grade", "quantity", "maker"])
    middle = (ends["min"] + ends["max"]) / 2.0
    nominal = ends["typical"].fillna(middle).fillna(ends[""])
    is_minimum = ends.index.get_level_values("quantity").isin(_GUARANTEED)
    best_value = (
        nominal.where(~is_minimum, minimum)
        .fillna(nominal)
        .fillna(minimum)
        .fillna(ends["max"])
    )
    over = ["grade", "quantity"]
    groups = room.groupby(over)
    columns = {
        "value": best_value.groupby(over).median(),
        "lo": groups["value"].min(),
    }
    # Where one sheet of several prints no end of its chord, that of the middle one is not known.
    to = (
        groups["to_K"]
        .median()
        .where(groups["to_K"].count() * 2 > groups["value"].count())
    )
    return pd.DataFrame({**columns, "hi": groups["value"].max(), "to_K": to})


def _by_bound(
    values: "pd.DataFrame", index: list[str]
) -> "tuple[pd.DataFrame, pd.Series]":
    """Summarize printed values at room temperature by kind of bound.

    `values` are those of `_room_values`, of which ``value`` and ``bound`` are
    read, `index` the columns to group by. The bounds are "" (not said), "min",
    "lower bound", "typical" and "max".

    Returns
    -------
    ends : pandas.DataFrame
        Median of ``value``, indexed by the columns `index`, one column a bound in the order above;
        NaN where there is none of that bound.
    minimum : pandas.Series
        The guaranteed minimum, or else the lower bound, on the same index; NaN without either.
    """
    ends = values.pivot_table(
        index=index, columns="bound", values="value", aggfunc="median"
    )
    ends = ends.reindex(columns=["", "min", "lower bound", "typical", "max"])
    return ends, ends["min"].fillna(ends["lower bound"])


def _room_values(values: "pd.DataFrame") -> "pd.DataFrame":
    """Return the rows of grades, not of families, that hold at room temperature, chords among them.

    `values` are rows of `printed_values`, of which ``grade``, ``quantity`` and
    ``temperature_K`` are read; they are not changed. Room temperature is
    within 10 K of 20 degrees C, both ends included; rows without a temperature
    count. Rows keep their labels.
    """
    chord = values["quantity"].str.endswith("coefficient_pct_K")
    hot = ~chord & ((values["temperature_K"] - ROOM_K).abs() > 10.0)
    return values[(values["grade"] != "") & ~hot]


def curve_figures(name: str) -> "tuple[pd.Series, pd.Series, str]":
    """Return a grade's row at 20 degrees C, the shape of its curve and the source of both.

    Parameters
    ----------
    name : str
        The grade, with or without maker or family, such as "N42SH".

    Returns
    -------
    row : pandas.Series
        Of `grades`, all columns.
    shape : pandas.Series
        Of `curve_shapes`: ``squareness`` and ``recoil``, and the bools ``usual_squareness`` and
        ``usual_recoil``.
    source : str
        Where the figures come from, in words.

    Raises
    ------
    InputError
        If no such grade is known, or its curve is not.
    """
    table = grades(name)
    row = table.iloc[0]
    shape = curve_shapes(table).iloc[0]
    if np.isnan(shape["squareness"]):
        raise InputError(
            f"{row['grade']} is bonded, and no sheet prints its knee: its curve is not known"
        )
    sheets = (
        f"sheets of {row['makers']}"
        if row["makers"]
        else "number and class (no sheet is known)"
    )
    source = f"{sheets}, hot by chords alpha and beta"
    if shape["usual_squareness"]:
        source += f"; knee at 20 °C assumed at {shape['squareness']:g} H_cJ, as usual for {row['host']}"
    if shape["usual_recoil"]:
        source += f"; recoil permeability assumed {shape['recoil']:g} as usual for {row['host']}"
    return row, shape, source


def curve_shapes(table: "pd.DataFrame") -> "pd.DataFrame":
    """Collect the shapes of the curves of n grades beside B_r and H_cJ, on the index of `table`.

    `table` has rows of `grades`: ``squareness``, ``knee_field_kA_m``, ``recoil_permeability``,
    ``host`` and ``kind`` are read. The frame has ``squareness`` (H_k / H_cJ at the temperature of
    the table) and ``recoil`` (permeability), as printed, or else as usual for the host, which the
    bool columns ``usual_squareness`` and ``usual_recoil`` flag. A bonded magnet whose knee no sheet
    prints has NaN, flagged too, and so has a host without usual ones.
    """
    import pandas as pd

    recoil = table["recoil_permeability"]
    knee = table["knee_field_kA_m"]
    shape = {
        "squareness": table["squareness"],
        "recoil": recoil.fillna(_usual_shapes(table)["recoil"]),
        "usual_squareness": knee.isna(),
        "usual_recoil": recoil.isna(),
    }
    return pd.DataFrame(shape)


def _usual_shapes(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return the usual ``squareness`` at 20 degrees C and ``recoil`` of the hosts of n grades.

    `table` has ``host`` (such as "2:14:1", or one of ``grades/usual_shapes.toml`` such as
    "ferrite") and ``kind``; the result has its index. NaN where the host has none; where ``kind``
    is "bonded" the squareness is NaN.
    """
    import pandas as pd

    shapes = {
        name: vars(family) for name, family in parameters().families.items()
    }
    shapes |= datasets.toml("grades/usual_shapes.toml")
    of_hosts = [shapes.get(host, {}) for host in table["host"]]
    usual = pd.DataFrame(index=table.index)
    for name in ("squareness", "recoil"):
        usual[name] = np.array(
            [shape.get(name, np.nan) for shape in of_hosts], float
        )
    return usual.assign(
        squareness=usual["squareness"].mask(table["kind"] == "bonded")
    )


def coercivity_b(
    table: "pd.DataFrame", end: str, shape: "pd.DataFrame"
) -> FloatArray:
    """Compute H_cB of n grades, kA/m, shape (n,); NaN where squareness or recoil is.

    `table` holds rows of `grades` at a temperature, `end` ("", "_lo" or "_hi") names which of its
    ``remanence_T`` (T) and ``coercivity_kA_m`` are read, and `shape` is that of `curve_shapes`, of
    the same rows in the same order: ``squareness`` and ``recoil`` are read.
    """
    from ._demagnetization_kernels import working_fields

    b_r = table[f"remanence_T{end}"].to_numpy(float)
    h_cj = table[f"coercivity_kA_m{end}"].to_numpy(float)
    square = shape["squareness"].to_numpy(float)
    recoil = shape["recoil"].to_numpy(float)
    h_cj = np.where(np.isnan(square) | np.isnan(recoil), np.nan, 1e3 * h_cj)
    return 1e-3 * working_fields(b_r, h_cj, square * h_cj, recoil, 0.0)


@lru_cache(maxsize=128)
def guaranteed_minima(kelvin: float) -> "pd.DataFrame":
    """Compute the guaranteed minima of each grade and maker at a temperature, `kelvin`, K.

    The frame is shared: do not change it. Values are hot by the maker's chords or, where it prints
    none, by those of `grades`. A typical B_r alone counts 3.3 % less, and a typical H_cJ is lowered
    by what the family's lots differ by. An H_cJ that the maker does not print is that of `grades`.

    Returns
    -------
    pandas.DataFrame
        One row for each pair of grade and maker that guarantees B_r and H_cJ,
        of whatever kind: ``grade``, ``maker``, ``host``, ``kind``, minimal ``remanence_T``
        and ``coercivity_kA_m``, ``knee_field_kA_m`` (NaN where no sheet prints
        that of a bonded one), ``recoil``, ``density_kg_m3`` and
        ``max_working_temperature_K``. Rows stand by grade, then maker,
        numbered from 0. Left out are pairs without either value or the chord that makes it hot.
    """
    table = _minima_with_chords().copy()
    remaining = remaining_shares(table, kelvin)
    square = squareness_ratio(
        table["squareness"], _curved_hosts(table), *remaining.values()
    )
    for quantity, share in remaining.items():
        table[quantity] *= share
    table["knee_field_kA_m"] = table[_COERCIVITY] * square
    table["recoil"] = table.pop("recoil")
    table = table.drop(
        columns=["squareness", *_CHORDS.values(), *_TO.values()]
    )
    return table.dropna(subset=[*_CHORDS]).reset_index()


@lru_cache(maxsize=1)
def _minima_with_chords() -> "pd.DataFrame":
    """Collect `guaranteed_minima` at 20 degrees C by grade and maker.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``grade`` and ``maker``: minima ``remanence_T`` and ``coercivity_kA_m`` (NaN
        where there is none), ``remanence_coefficient_pct_K`` and ``coercivity_coefficient_pct_K``,
        their upper ends ``remanence_coefficient_to_K`` and ``coercivity_coefficient_to_K``, K,
        ``squareness``, ``recoil``, and ``host``, ``kind``, ``density_kg_m3`` and
        ``max_working_temperature_K`` of the grade. The frame is shared: do not change it.
    """
    import pandas as pd

    ends, minimum = _by_bound(
        _room_values(printed_values()), ["grade", "maker", "quantity"]
    )
    middle = ends["typical"].fillna(ends[""])
    table = pd.DataFrame({q: minimum.xs(q, level="quantity") for q in _CHORDS})
    other = {
        q: middle.xs(q, level="quantity").reindex(table.index)
        for q in _ESTIMATED[:4]
    }
    # Rows of the grades, in order of `found`.
    rows = (
        grades_at_room_temperature()
        .set_index("grade")
        .reindex(table.index.get_level_values("grade"))
    )
    shares = [lots(str(host)).share(_COERCIVITY) for host in rows["host"]]
    typical_b = other[_REMANENCE] * np.exp(-constants()["typical"])
    table[_REMANENCE] = table[_REMANENCE].fillna(typical_b)
    hard = table[_COERCIVITY].fillna(other[_COERCIVITY] * np.array(shares))
    # A class stands for the least H_cJ that a maker does not print.
    table[_COERCIVITY] = hard.where(hard.notna(), rows[_COERCIVITY].to_numpy())
    for name in ("host", "kind", "density_kg_m3", _LIMIT, "squareness"):
        table[name] = rows[name].to_numpy()
    ends = _chord_ends(printed_values()).reindex(table.index)
    for chord in _CHORDS.values():
        chord_values = other[chord]
        table[chord] = chord_values.fillna(
            pd.Series(rows[chord].to_numpy(float), table.index)
        )
        # Of a maker's own chord the end is its own too.
        usual = pd.Series(rows[_TO[chord]].to_numpy(float), table.index)
        table[_TO[chord]] = ends[chord].where(chord_values.notna(), usual)
    table["recoil"] = curve_shapes(rows.reset_index())["recoil"].to_numpy()
    return table


def guaranteed_values(sheet: "pd.Series", kelvin: float) -> dict[str, float]:
    """Return what makers guarantee of a grade at a temperature, K: the median over makers.

    `sheet` is its row of `grades` at 20 degrees C, such as
    ``grades("N42SH").iloc[0]``, `kelvin` the temperature. The keys are
    ``remanence_T`` (T) and ``coercivity_kA_m`` (kA/m). For a grade of which no
    maker guarantees both ``remanence_T_lo`` and ``coercivity_kA_m`` of the
    sheet count, hot by its chords; NaN where these are. Otherwise only
    ``grade`` of the sheet is read.
    """
    minima = guaranteed_minima(kelvin)
    rows = minima.loc[minima["grade"] == sheet["grade"], list(_CHORDS)]
    if len(rows):
        return {
            quantity: float(rows[quantity].median()) for quantity in _CHORDS
        }
    # A class and number that nobody prints, or a value that is an estimate.
    at_room = {
        _REMANENCE: float(sheet[f"{_REMANENCE}_lo"]),
        _COERCIVITY: float(sheet[_COERCIVITY]),
    }
    remaining = remaining_shares(sheet, kelvin)
    return {
        quantity: at_room[quantity] * float(remaining[quantity])
        for quantity in _CHORDS
    }


def _chord_ends(values: "pd.DataFrame") -> "pd.DataFrame":
    """Return the upper temperatures of makers' printed chords, K.

    `values` are rows of `printed_values`. Of several values of one maker it is
    the median. The result is indexed by ``grade`` and ``maker`` and has the
    columns "remanence_coefficient_pct_K" and "coercivity_coefficient_pct_K",
    NaN in one where only the other chord has an end. A grade and maker without
    the end of any chord has no row: a look-up is a KeyError there.
    """
    index = ["grade", "maker"]
    ends = values.pivot_table(
        index=index, columns="quantity", values="to_K", aggfunc="median"
    )
    return ends.reindex(columns=list(_CHORDS.values()))


@lru_cache(maxsize=1)
def named_host() -> str:
    """Return the host of the magnets whose grades have a number and a class, such as N42SH.

    It is the host of whatever the table of grades names so: "2:14:1".
    """
    table = grades_at_room_temperature()
    first = _sold_by_class(table)[_PLAIN_CLASSES[0]][0]
    return str(table["host"].iloc[first[1]])


def most_without_heavy_rare_earth(makers: str = "") -> float:
    """Compute H_cJ, kA/m, of a usual lot at 20 degrees C of the hardest grade without heavy rare earth.

    Such are the classes N, M and H of sintered Nd-Fe-B; of `makers` (names separated by ", ", as
    ``makers`` of `grades` has them), or of all where `makers` is empty or these sell none.
    """
    table = grades_at_room_temperature()
    classes = _sold_by_class(table)
    plain: list[int] = []
    for name in _PLAIN_CLASSES:
        plain += [row for _, row in classes.get(name, [])]
    rows = table.loc[plain]
    maker_names = set(filter(None, makers.split(", ")))
    is_theirs = [
        bool(maker_names & set(text.split(", "))) for text in rows["makers"]
    ]
    rows = rows[is_theirs] if any(is_theirs) else rows
    return float(rows[_COERCIVITY].max()) / lots(named_host()).share(
        _COERCIVITY
    )


def ladder(makers: str) -> float | None:
    """Compute d ln B_r / d ln H_cJ of the best sintered Nd-Fe-B grades of the makers' classes.

    The result, without a unit and usually negative, is the median over those of `makers` (names
    separated by ", ") whose own sheets cover four classes or more, None without one. Values that
    were copied from other sheets do not count.
    """
    ladders = _ladders()
    slopes = [ladders[m] for m in makers.split(", ") if m in ladders]
    if slopes:
        return float(np.median(slopes))
    return None


@lru_cache(maxsize=1)
def _ladders() -> dict[str, float]:
    """Fit d ln B_r / d ln H_cJ over the best grade of each class, for each maker.

    Returns
    -------
    dict of float
        By name of the maker; makers with fewer than four classes are left out.
        The best grade of a class is that of the highest B_r. The slopes are
        usually below 0. The dictionary is shared: do not change it.
    """
    values = printed_values()
    values = values[
        (values["kind"] == "sintered") & ~values["grade"].isin(secondhand())
    ]
    groups = values.groupby(["quantity", "maker", "grade"])["value"]
    remanence: Any = groups.median()[_REMANENCE]
    coercivity: Any = groups.min()[_COERCIVITY]
    best = dict[str, dict[str, tuple[float, float]]]()
    for (maker, grade), b_r in remanence.items():
        product_class = parse_class(str(grade))
        if product_class is None or (maker, grade) not in coercivity.index:
            continue
        letters = product_class[1]
        point = float(b_r), float(coercivity[maker, grade])
        points = best.setdefault(maker, {})
        points[letters] = max(points.get(letters, point), point)
    slopes = {}
    for maker, points in best.items():
        if len(points) >= _LADDER_CLASSES:
            log = np.log(list(points.values()))
            slopes[maker] = float(np.polyfit(log[:, 1], log[:, 0], 1)[0])
    return slopes


def nearest_grade_column(
    hosts: Coded, b_r: FloatArray, h_cj: FloatArray
) -> Coded:
    """Find the sintered grade nearest to each magnet at 20 degrees C.

    `hosts` is a `Coded` of n magnets' hosts by their roots, such as "2:14:1",
    `b_r` in T and `h_cj` in kA/m, (n,). The `Coded` result holds names of
    grades, such as "N42SH", which its method ``texts()`` lists for the n
    magnets; its words are in alphabetical order. A text is
    empty where no grade of the host is sold or a value is not finite and
    positive. The nearest is that of the least distance in ln B_r over 0.03 and
    ln H_cJ over 0.18 from the values of `grades_at_room_temperature`. However
    far it is, it is named. An empty text is a word of its own.
    """
    from ..alloy._row_kernels import nearest_points

    with np.errstate(divide="ignore", invalid="ignore"):
        places = np.log(np.column_stack([b_r, h_cj])) / _STEP
    names, of_host = _sintered_names()
    has_place = np.isfinite(places).all(axis=1)
    nearest_index = np.full(len(hosts), names.index(""))
    for host, (place, ends) in of_host.items():
        rows = np.flatnonzero(has_place & hosts.says(host))
        nearest_index[rows] = place[
            nearest_points(places[rows], ends.T / _STEP)[1]
        ]
    return Coded(nearest_index, names).used()


@lru_cache(maxsize=1)
def _sintered_names() -> (
    "tuple[tuple[str, ...], dict[str, tuple[IntArray, Any]]]"
):
    """Collect the names of sintered grades in alphabetical order, an empty one first, and their figures.

    Returns
    -------
    names : tuple of str
        Each grade once, the empty text at place 0.
    places : dict of tuple
        By host, such as "2:14:1": places of its grades among the names, from 0, int (k,), and ln of
        their B_r (T) and H_cJ (kA/m), in this order, shape (2, k). Grades that were read from
        copies alone, or have no B_r, are left out.
    """
    table = grades_at_room_temperature(_NEAREST_BY)
    table = table[(table["kind"] == "sintered") & table["remanence_T"].notna()]
    table = table[~table["grade"].isin(secondhand())]
    names = tuple(sorted({"", *table["grade"]}))
    places = {}
    for host, part in table.groupby("host"):
        figures = (
            part[["remanence_T", "coercivity_kA_m"]].to_numpy(np.float64).T
        )
        own_places = np.array([names.index(grade) for grade in part["grade"]])
        places[str(host)] = own_places, np.log(figures).copy()
    return names, places
