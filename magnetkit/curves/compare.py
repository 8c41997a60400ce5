"""Magnets side by side: properties, margins at one duty, and what each takes for equal flux."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from .._core._arguments import check_arguments
from .._core.columns import COLUMNS
from .._core.errors import InputError
from ..alloy._grade_names import find_grades, is_grade, refuse_recipe_options
from ..alloy._read import Compositions, Inputs, read_inputs
from ..alloy.notation import Basis
from ..diffusion._shapes import Axis
from ..magnetism._composition_estimate import GradeMagnet, grade_magnet
from ..magnetism._stages import predict_inputs
from ..magnetism.conditions import (
    ConditionKeywords,
    Conditions,
    calibration_name,
    with_conditions,
)
from ..magnetism.margin import margin_line
from ..magnetism.process import process_record
from ..magnetism.sintered import Duty
from .curve import curve, use_limits
from .same_flux import (
    Circuit,
    OpenBody,
    RecoilLine,
    match_flux,
    read_surroundings,
)

if TYPE_CHECKING:
    import pandas as pd


_LOSS_PCT = 5.0

ROWS = {
    "working_field_kA_m": ("Field against it at the duty", "kA/m"),
    "demagnetization_safety_guaranteed": ("Margin, guaranteed", ""),
    "loses_5_pct_K": ("Loses 5 % from", "K"),
    "same_flux_thickness": ("Thickness for equal flux", "of the first"),
    "same_flux_mass": ("Mass for equal flux", "of the first"),
    "same_flux_safety_guaranteed": ("Margin then, guaranteed", ""),
    "same_flux_heavy_rare_earth_g": (
        "Heavy rare earth then",
        "g/kg of the first",
    ),
    "same_flux_cost_USD": ("Cost of elements then", "USD/kg of the first"),
}
"""Rows of `compare` that are of its duty and no columns of a result: label and unit."""

SHORT = (
    "remanence_T",
    "coercivity_kA_m",
    "knee_field_kA_m",
    "max_energy_product_kJ_m3",
    "heavy_rare_earth_wt_pct",
    "working_field_kA_m",
    "demagnetization_safety",
    *(name for name in ROWS if name != "working_field_kA_m"),
)
"""Rows that matter to a designer, in order."""


@dataclass(frozen=True)
class _Magnet:
    """One magnet.

    Attributes
    ----------
    what : str or CompositionTable
        What `curve` takes: the grade, or the recipe as a table of one row.
    inputs : Inputs
        What `predict_inputs` takes, one row.
    process, shell : Any
        How it is made, as `magnetkit.predict` takes it; None for the usual.
    grade : str or None
        Name of the grade; None of a recipe.
    heavy_wt_pct : float or None
        Of a grade the heavy rare earth, wt.%, mean over what it may be made of.
    """

    what: Any
    inputs: Inputs
    process: Any
    shell: Any
    grade: str | None = None
    heavy_wt_pct: float | None = None

    @property
    def made(self) -> dict[str, Any]:
        """What `curve` and `use_limits` take beside it; a grade has its own."""
        if self.grade is not None:
            return {}
        return {"process": self.process, "shell": self.shell}


@dataclass(frozen=True)
class Margin:
    """What a magnet has in hand at a duty.

    Attributes
    ----------
    conditions : Conditions
        With one temperature and the duty.
    guaranteed, typical : float
        H_k over the field against the magnet, of what 99 % of lots reach and of the central
        figures; NaN where no curve is known, and of a grade, whose typical H_cJ nobody prints.
    loses_from_K : float
        Temperature from which 5 % of the flux is lost, K.
    field_kA_m : float
        Field against the magnet, central figures.
    remanence_guaranteed_T, knee_guaranteed_kA_m, recoil : float
        B_r and H_k that 99 % of lots reach, and the recoil permeability.
    """

    conditions: Conditions
    guaranteed: float = float("nan")
    typical: float = float("nan")
    loses_from_K: float = float("nan")
    field_kA_m: float = float("nan")
    remanence_guaranteed_T: float = float("nan")
    knee_guaranteed_kA_m: float = float("nan")
    recoil: float = float("nan")

    def guaranteed_margin(self, duty: Duty) -> float:
        """Return the guaranteed margin of the same magnet at another duty.

        Parameters
        ----------
        duty : Duty
            ``load_line``, ``outside_field_kA_m`` (positive against the magnet)
            and ``hours`` in place of those of `conditions`.

        Returns
        -------
        float
            Knee field over the field against the magnet, a ratio of 0 or more; NaN where this
            margin has no guaranteed figures.
        """
        figures = (
            self.remanence_guaranteed_T,
            1e3 * self.knee_guaranteed_kA_m,
            self.recoil,
        )
        return float(duty.safety(*(np.array([x]) for x in figures))[0])

    def __str__(self) -> str:
        """Return the margin as one line of text: duty, both margins and where 5 % is lost."""
        return margin_line(
            temperature_K=self.conditions.temperature[0],
            outside_field_kA_m=self.conditions.outside_field_kA_m,
            load_line=self.conditions.load_line,
            guaranteed=self.guaranteed,
            typical=self.typical,
            loses_from_K=self.loses_from_K,
            loss_pct=_LOSS_PCT,
        )


def find_margin(magnet: Any, conditions: Conditions, **made: Any) -> Margin:
    """Compute the margin of one magnet at a duty.

    Parameters
    ----------
    magnet : str or one composition
        As of `magnetkit.curve`: a recipe or a grade as text, such as ``"N42SH"``, or a
        CompositionTable of one row. A text with amounts in wt.% must say so itself, unless
        ``basis`` is "weight".
    conditions : Conditions
        The duty (load line, outside field, hours) and the temperature, of
        which the first counts, such as ``Conditions.of(temperature="100C",
        load_line=2.0)``. Its process and shell do not count.
    **made
        ``process``, ``shell`` and ``basis`` ("auto" without it) of a recipe, as of
        `magnetkit.curve`; a grade takes neither process nor shell.

    Returns
    -------
    Margin
        Knee field divided by the field against the magnet, ``guaranteed`` and
        ``typical`` (NaN of a grade); ``loses_from_K``, from which temperature
        5 % of the flux is lost; and the figures that these follow from:
        ``field_kA_m`` against the central magnet, ``remanence_guaranteed_T``,
        ``knee_guaranteed_kA_m`` and ``recoil``. ``conditions`` is the object
        given.

    Raises
    ------
    InputError
        If its curve is not known, or a process or shell is given with a grade.
    """
    kelvin = conditions.temperature[0]
    duty = conditions.duty
    curve_of = partial(curve, magnet, kelvin, load_line=duty.load_line, **made)
    centre = curve_of(bound="centre").curves
    guaranteed_curve = curve_of(bound="guaranteed").curves
    limits = use_limits(
        [magnet] if isinstance(magnet, str) else magnet,
        duty.load_line,
        duty.hours,
        losses=(_LOSS_PCT,),
        outside_field_kA_m=duty.outside_field_kA_m,
        **made,
    )
    typical = duty.safety(
        centre.remanence[0], centre.knee_field[0], centre.recoil[0]
    )
    if isinstance(magnet, str) and is_grade(magnet):
        typical = np.array([np.nan])
    guaranteed_safety = duty.safety(
        guaranteed_curve.remanence[0],
        guaranteed_curve.knee_field[0],
        guaranteed_curve.recoil[0],
    )
    field = duty.field(centre.remanence[0], centre.recoil[0])
    return Margin(
        conditions=conditions,
        guaranteed=float(guaranteed_safety[0]),
        typical=float(typical[0]),
        loses_from_K=float(limits[f"loss_{_LOSS_PCT:g}_pct_K"].iloc[0]),
        field_kA_m=1e-3 * float(field[0]),
        remanence_guaranteed_T=float(guaranteed_curve.remanence[0, 0]),
        knee_guaranteed_kA_m=1e-3 * float(guaranteed_curve.knee_field[0, 0]),
        recoil=float(guaranteed_curve.recoil[0, 0]),
    )


@check_arguments
@with_conditions("use", "magnet", "supply", "models")
def compare(
    compositions: Compositions,
    temperature: float | str = 300.0,
    *,
    basis: Basis = "auto",
    shape: str | None = None,
    along: Axis = "z",
    **keywords: Unpack[ConditionKeywords],
) -> "pd.DataFrame":
    """Return magnets side by side, with their differences from the first.

    Parameters
    ----------
    compositions : list, column, frame, path or CompositionTable
        One recipe or more, see `magnetkit.predict`; a name that comes twice is numbered, as "N42SH
        (2)". A text, alone or in a list or tuple, may be a grade such as ``"N42SH"``: its likeliest
        recipe, anchored on what its makers print at that temperature, as in `magnetkit.replace`;
        recipes beside it, texts too, are then predicted as of the same producer.
    temperature : float or str
        One temperature, K or a text such as ``"150C"``.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are; with "auto" a text must name wt.% itself.
    shape : str, optional
        Shape of the first magnet in open circuit, ``"40x15x5mm"``, ``"ring:40x20x5mm"``: it makes
        the load line. Otherwise the magnets are in a circuit of iron with the load line given.
    along : {"x", "y", "z"}
        Direction of magnetization of the shape.
    **keywords
        Conditions, as of `magnetkit.predict`, such as ``load_line``, ``shell``
        and ``process``.

    Returns
    -------
    DataFrame
        One row a property, under its name in `magnetkit.columns`, such as "remanence_T": columns
        ``label``, ``unit``, one a magnet under its name, such as "N42SH" or "Nd2Fe14B + Tb 0.5
        wt%", and ``difference``, or ``difference_2``, ``difference_3`` and so on where there are
        more than two, each from the first. Differences are of numbers alone, NaN of others; the
        intervals of the magnets are not of their difference, in which much of the error cancels.
        Below, of the duty: the guaranteed margin, from which temperature 5 % is lost, thickness and
        mass for the flux of the first magnet at equal area, and margin, heavy rare earth and cost
        then (`magnetkit.curves.compare.ROWS`).
        ``.attrs["notes"]`` is a list of sentences on what stands for a grade,
        ``.attrs["calibration"]`` the name of whose magnets the recipes rest on, "none" for none,
        ``.attrs["margins"]`` a dict of the margin of each, as a line, by name.

    Raises
    ------
    InputError
        If there is no magnet, there are several temperatures, or both a shape and a load line.

    Examples
    --------
    >>> table = compare(["Nd2Fe14B", "Nd1.8Dy0.2Fe14B"], "150C")
    >>> bool(table.loc["coercivity_kA_m", "difference"] > 0)
    True
    """
    import pandas as pd

    conditions = Conditions.of(temperature=temperature, **keywords)
    if len(conditions.temperature) != 1:
        raise InputError(
            "compare takes one temperature; predict takes several"
        )
    if shape is not None and keywords.get("load_line") is not None:
        raise InputError(
            "a shape in open circuit makes its own load line: give one of the two"
        )
    surroundings = read_surroundings(conditions.duty, shape, along)
    conditions = replace(conditions, load_line=surroundings.load_line(1.0))
    magnets, names, notes = _read_magnets(compositions, basis, conditions)
    if not magnets:
        raise InputError("compare takes one magnet or more, got none")
    frames = []
    for one in magnets:
        way = replace(conditions, process=one.process, shell=one.shell)
        frames.append(predict_inputs(one.inputs, way))
    frame = pd.concat(frames, ignore_index=True)
    margins = []
    for i, one in enumerate(magnets):
        if one.heavy_wt_pct is not None:
            frame.loc[i, "heavy_rare_earth_wt_pct"] = one.heavy_wt_pct
        typical = float(frame["demagnetization_safety"].iloc[i])
        margins.append(
            replace(_magnet_margin(one, conditions), typical=typical)
        )
    properties = _property_rows(frame, names)
    table = pd.concat(
        [properties, _duty_rows(frame, margins, surroundings, names)]
    )
    _add_differences(table, names)
    table.attrs["notes"] = notes
    table.attrs["margins"] = dict(zip(names, map(str, margins), strict=True))
    first = next((one.grade for one in magnets if one.grade), None)
    table.attrs["calibration"] = first or calibration_name(conditions.process)
    return table


def _property_rows(frame: "pd.DataFrame", names: list[str]) -> "pd.DataFrame":
    """Build the table of the magnets' properties, one row a property.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of a prediction, such as "remanence_T", one row a magnet. None is required.
    names : list of str
        Names of the magnets, distinct, in the order of the rows; not more of them than rows.

    Returns
    -------
    pandas.DataFrame
        Index ``property``: the columns of `frame` that `magnetkit.columns.COLUMNS` has, in its
        order, without ``candidate`` and ``row_index``. Ends and provenance of intervals
        (``_lo``, ``_hi``, ``_provenance``) and the user's own columns are left out. Columns
        ``label``, ``unit`` and one a magnet under its name.
    """
    import pandas as pd

    rows = [name for name in COLUMNS if name in frame]
    rows = [name for name in rows if name not in ("candidate", "row_index")]
    labels = {
        "label": [COLUMNS[name].label for name in rows],
        "unit": [COLUMNS[name].unit for name in rows],
    }
    table = pd.DataFrame(labels, index=pd.Index(rows, name="property"))
    for i, name in enumerate(names):
        table[name] = [frame[row].iloc[i] for row in rows]
    return table


def _add_differences(table: "pd.DataFrame", names: list[str]) -> None:
    """Add to a table, in place, a column with each further magnet's differences from the first.

    Parameters
    ----------
    table : pandas.DataFrame
        One column for each of `names`, one row a property, whose index is its name in
        `magnetkit.columns.COLUMNS` or in `ROWS`; KeyError for another. It gets ``difference``, or
        ``difference_2``, ``difference_3`` and so on where there are more than two magnets: the
        value of that magnet less that of the first, NaN where the property is no number.
    names : list of str
        Columns of the magnets, the first of which the others are compared with; one name adds
        nothing.
    """
    for i in range(1, len(names)):
        column = "difference" if len(names) == 2 else f"difference_{i + 1}"
        table[column] = [
            _difference(table.loc[row], names[0], names[i])
            for row in table.index
        ]


def _difference(row: "pd.Series", first: str, other: str) -> float:
    """Return the value of column `other` less that of `first` in a `row` of the table of properties.

    Both values are numbers, in the unit of the property. The name of the row
    is the property: a name of `ROWS`, or of `magnetkit.columns.COLUMNS`;
    KeyError for another. NaN for a property that is no number, and where
    either value is NaN.
    """
    name = str(row.name)
    if name not in ROWS and COLUMNS[name].kind != "number":
        return float("nan")
    return float(row[other]) - float(row[first])


def _read_magnets(
    compositions: Compositions, basis: Basis, conditions: Conditions
) -> tuple[list[_Magnet], list[str], list[str]]:
    """Read the magnets to compare, recipes and grades.

    Parameters
    ----------
    compositions : text, list, column, frame, path or CompositionTable
        Recipes as of `magnetkit.predict`, or a text, or a list or tuple of
        texts, with a known grade among them, such as "N42SH". A grade in a
        column or frame is read as a recipe.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    conditions : Conditions
        Its process and shells count, and with a grade its one temperature.

    Returns
    -------
    magnets : list of _Magnet
        In the order of the input, each with ``what`` (for `magnetkit.curve`),
        ``inputs`` (for `magnetkit.predict`), ``process``, ``shell``, ``grade``
        and ``heavy_wt_pct`` (a float, the mean of what the grade may be, wt.%),
        the last two None of a recipe; empty without rows.
    names : list of str
        One for each magnet: grade, label or formula, and " + " and the shell of a recipe, such as
        "Nd2Fe14B + Tb 0.5 wt%"; the second of a name has " (2)" behind it.
    notes : list of str
        Sentences on what stands for the grades; empty without a grade.

    Raises
    ------
    InputError
        If a recipe cannot be read, or shells do not fit the magnets.
    ValueError
        If there is a grade, and not one temperature.
    """
    grades = find_grades(compositions)
    if grades:
        texts: Any = (
            [compositions] if isinstance(compositions, str) else compositions
        )
        magnets, notes = _with_grades(texts, grades, basis, conditions)
        names = [g or text for g, text in zip(grades, texts, strict=True)]
        shells = ["" if one.grade else one.shell for one in magnets]
    else:
        inputs = read_inputs(compositions, basis, strict=True)
        notes = []
        magnets = _build_magnets(inputs, conditions)
        names = inputs.table.formulas()
        if inputs.labels is not None:
            names = inputs.labels.to_pylist()
        shells = [one.shell for one in magnets]
    whole = [
        f"{n} + {s}" if s else str(n)
        for n, s in zip(names, shells, strict=True)
    ]
    return magnets, _distinct_names(whole), notes


def _build_magnets(inputs: Inputs, conditions: Conditions) -> list[_Magnet]:
    """Build the magnets of recipes that are read, one for each row.

    Parameters
    ----------
    inputs : Inputs
        Recipes with their shells, if they have any.
    conditions : Conditions
        Its ``process`` is that of every magnet. Its ``shell``, one for all or
        one for each, goes to recipes without a column of shells; InputError if
        both name some, or if there is not one for each.

    Returns
    -------
    list of _Magnet
        In the order of the rows: ``what``, the recipe as a table of one row,
        ``inputs``, ``process`` and ``shell``. ``grade`` and ``heavy_wt_pct``
        are None.
    """
    table = inputs.table
    shells = inputs.shells_with(conditions.shell)
    if shells is None or isinstance(shells, str):
        shells = [shells] * len(table)
    if len(shells) != len(table):
        raise InputError(
            f"{len(shells)} shells were given for {len(table)} magnets: give one, or one for each"
        )
    magnets = []
    for i, shell in zip(range(len(table)), shells, strict=True):
        recipe = table[i : i + 1]
        magnet = _Magnet(
            recipe, read_inputs(recipe), conditions.process, shell
        )
        magnets.append(magnet)
    return magnets


def _with_grades(
    texts: Any, grades: list[str | None], basis: Basis, conditions: Conditions
) -> tuple[list[_Magnet], list[str]]:
    """Build the magnets of a list of grades and recipes.

    Each grade is anchored on what its makers print; recipes rest on the producer of the first
    grade.

    Parameters
    ----------
    texts : sequence of str
        Grades and recipes.
    grades : list of str or None
        Name of the grade of each text, as `find_grades` returns it, None for a recipe; one at
        least is a grade.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a recipe are.
    conditions : Conditions
        One ``temperature``, K, and ``shell``, one for all or one for each
        text, None or empty at the grades. ``process`` must be None.

    Returns
    -------
    magnets : list of _Magnet
        In the order of the texts: ``what`` (the grade, or a table of one row),
        ``inputs``, ``process`` and ``shell``. That of a grade has ``grade``
        and ``heavy_wt_pct``, its mean content of heavy rare earth, wt.%; both
        are None of a recipe.
    notes : list of str
        A sentence for each distinct grade on what stands for it, then, if there is a recipe, one on
        whose magnets recipes rest.

    Raises
    ------
    InputError
        If there is not one shell for each magnet, or a grade has a process or a shell.
    """
    (kelvin,) = conditions.temperature
    shells = conditions.shell
    if shells is None or isinstance(shells, str):
        shells = [shells] * len(texts)
    if len(shells) != len(texts):
        raise InputError(
            f"expected a shell for each of {len(texts)} magnets, got {len(shells)}"
        )
    likely = {}
    for grade in dict.fromkeys(grades):
        if grade is not None:
            likely[grade] = grade_magnet(grade, kelvin)
    first = next(iter(likely.values()))
    magnets = []
    for text, grade, shell_text in zip(texts, grades, shells, strict=True):
        if grade is None:
            inputs = read_inputs([text], basis)
            process = process_record(first.process)
            magnets.append(
                _Magnet(inputs.table, inputs, process, shell_text or None)
            )
            continue
        refuse_recipe_options(grade, conditions.process, shell_text or None)
        magnet = likely[grade]
        process = process_record(magnet.process)
        magnets.append(
            _Magnet(
                what=grade,
                inputs=read_inputs(magnet.table),
                process=process,
                shell=magnet.shell,
                grade=grade,
                heavy_wt_pct=magnet.made.heavy_wt_pct[0],
            )
        )
    notes = [
        f"{one.sentence()}; {_heavy_sentence(one)}" for one in likely.values()
    ]
    if None in grades:
        notes.append(
            f"recipes are predicted as of the producer that makes {first.grade}"
        )
    return magnets, notes


def _heavy_sentence(magnet: GradeMagnet) -> str:
    """Write how much heavy rare earth, wt.%, the grade `magnet` may hold, with its range, in words.

    ``made.heavy_wt_pct`` of the `GradeMagnet` is mean, low and high. The text is such as "it holds
    3.1 (2.0 to 4.2) wt.% heavy rare earth", without a full stop.
    """
    mean, low, high = magnet.made.heavy_wt_pct
    return (
        f"it holds {mean:.1f} ({low:.1f} to {high:.1f}) wt.% heavy rare earth"
    )


def _magnet_margin(magnet: _Magnet, conditions: Conditions) -> Margin:
    """Compute the margin of a `magnet` at the duty of `conditions`; its figures are NaN without a curve.

    All of a `Margin` but `conditions` is such a figure. A magnet whose curve
    or limits raise InputError gets a `Margin` with nothing but `conditions`;
    the reason is dropped.
    """
    try:
        return find_margin(magnet.what, conditions, **magnet.made)
    except InputError:
        return Margin(conditions)


def _duty_rows(
    frame: "pd.DataFrame",
    margins: Sequence[Margin],
    surroundings: Circuit | OpenBody,
    names: list[str],
) -> "pd.DataFrame":
    """Build the rows of `ROWS`, with label, unit and a column for each magnet.

    For equal flux, thickness and mass are relative to the first magnet; heavy rare earth (g) and
    cost (USD) are per kilogram of it, or per magnet if `surroundings` is an open body.

    Parameters
    ----------
    frame : DataFrame
        Properties of the magnets, one a row, one at least: ``remanence_T``, ``density_kg_m3``,
        ``heavy_rare_earth_wt_pct`` and ``cost_USD_kg`` are required.
    margins : sequence of Margin
        Their margins, in the same order; ``field_kA_m``, ``guaranteed``, ``loses_from_K`` and
        ``recoil`` are read.
    surroundings : Circuit or OpenBody
        What is around the first magnet.
    names : list of str
        Columns of the result, in the same order, distinct.

    Returns
    -------
    pandas.DataFrame
        Index ``property``, the eight names of `ROWS` in their order:
        ``working_field_kA_m``, the guaranteed margin, the temperature (K) from
        which 5 % is lost, and thickness, mass, margin, heavy rare earth and
        cost for equal flux; ``label``, ``unit`` and one column for each of
        `names`, all of type object. NaN where no thickness gives the flux or
        no curve is known.
    """
    import pandas as pd

    rows = frame.to_dict("records")
    lines = []
    for row, margin in zip(rows, margins, strict=True):
        remanence = float(row["remanence_T"])
        density = float(row["density_kg_m3"])
        lines.append(RecoilLine(remanence, margin.recoil, density))
    # Per kilogram of the first magnet, or for the magnet of the shape.
    first_kg = 1.0
    if isinstance(surroundings, OpenBody):
        first_kg = surroundings.shape.volume * lines[0].density
    columns: dict[str, list[Any]] = {}
    for row, margin, line, name in zip(
        rows, margins, lines, names, strict=True
    ):
        equal = match_flux(lines[0], line, surroundings)
        kilograms = equal.mass * first_kg
        columns[name] = [
            margin.field_kA_m,
            margin.guaranteed,
            margin.loses_from_K,
            equal.thickness,
            equal.mass,
            margin.guaranteed_margin(equal.duty),
            10.0 * kilograms * float(row["heavy_rare_earth_wt_pct"]),
            kilograms * float(row["cost_USD_kg"]),
        ]
    units = {name: unit for name, (_, unit) in ROWS.items()}
    if isinstance(surroundings, OpenBody):
        units |= {
            "same_flux_heavy_rare_earth_g": "g/magnet",
            "same_flux_cost_USD": "USD/magnet",
        }
    labels = [label for label, _ in ROWS.values()]
    head = {"label": labels, "unit": list(units.values())}
    return pd.DataFrame(
        {**head, **columns},
        index=pd.Index(ROWS, name="property"),
        dtype=object,
    )


def _distinct_names(names: list[str]) -> list[str]:
    """Return the `names` in order, numbered from the second time on: "a", "a (2)" and "a (3)".

    A name that has such a number already counts as another name, so that "a",
    "a" and "a (2)" give "a (2)" twice. The list is a new one.
    """
    counts: Counter[str] = Counter()
    once = []
    for name in names:
        counts[name] += 1
        once.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return once
