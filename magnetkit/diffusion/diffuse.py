"""The least heavy rare earth, by the gram, that lets a magnet of a shape withstand its field.

`diffuse` compares coated faces with a bulk alloy, `Diffusion` holds the answer, and
`needed_by_temperature` repeats it over thicknesses and temperatures.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from .._core._arguments import (
    check_arguments,
    parse_finite_number,
    parse_whole_number,
    path,
    share,
)
from .._core._blas import one_thread
from .._core._files import write_csv
from .._core._types import FloatArray
from .._core._words import write_kilograms
from .._core.errors import InputError
from .._core.units import ZERO_CELSIUS, kelvin_text, parse_temperatures
from ..alloy._grade_names import find_grades, is_grade, refuse_recipe_options
from ..alloy._read import Compositions, as_table
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ..choose.thresholds import MEETS, SAFETY
from ..magnetism._composition_estimate import find_makeup, read_recipe
from ..magnetism.conditions import Conditions, SupplyKeywords, with_conditions
from ..phases.partition import partition
from . import _local
from ._design import (
    Coated,
    Search,
    best_anneal,
    refined_coating,
    uncoated_design,
    uniform_content,
)
from ._of_grade import GradeMagnets
from ._profile import (
    ELEMENTS,
    Anneal,
    Spreading,
    face_groups,
    parse_axis,
    treatment,
)
from ._shapes import (
    CELLS,
    MOST_CELLS,
    Axis,
    Cells,
    SelfField,
    Shape,
    cut,
    read_shape,
)

if TYPE_CHECKING:
    import pandas as pd


_SEARCHED_PLANS = 1_500
"""Cells of the search; its answer is checked on the number requested."""


@dataclass(frozen=True, eq=False, repr=False)
class Diffusion:
    """The least heavy rare earth of a magnet, by the gram.

    Attributes
    ----------
    magnet : str
        Recipe, shape and direction of magnetization.
    designs : DataFrame
        One row a way and element: ``way`` (``faces``, ``bulk alloy``),
        ``element``, ``meets``, ``probability``, ``hours``, ``anneal_C``, ``mg_cm2`` (largest of
        the faces), ``put_on_g`` and ``inside_g`` per magnet, ``amount_wt_pct`` of the magnet,
        ``flux_lost_pct`` against the base, ``irreversible_loss_pct`` at the worst operating point,
        ``cost_USD`` per magnet and ``kg_year`` at that number of pieces. Masses, ``flux_lost_pct``
        and ``cost_USD`` are NaN where nothing meets the target; ``hours``, ``anneal_C`` and
        ``mg_cm2`` are NaN of a bulk alloy.
    coated : dict of str to Coated
        The coating of each element.
    search : dict of str to Search
        The magnet in cells and its operating points, of each element.
    circuit : Circuit
    field : SelfField or None
        None where the field came as a map.
    asked : str
        The target as text.
    undone : list of str
        How far a treatment misses the target, one sentence each.
    bare : Bare
        The magnet as it is, at the duty.
    """

    magnet: str
    designs: "pd.DataFrame"
    coated: dict[str, Coated]
    search: dict[str, Search]
    circuit: _local.Circuit
    field: SelfField | None
    asked: str
    undone: list[str]
    bare: "Bare"

    def __repr__(self) -> str:
        """Return the answer as one text."""
        return "\n".join(self.lines())

    @property
    def meets(self) -> bool:
        """Whether a coating of some element meets the target."""
        return any(c.met for c in self.coated.values())

    @property
    def none_needed(self) -> bool:
        """Whether the magnet meets the target as it is."""
        return all(
            coating.entered_kg == 0.0 and coating.met
            for coating in self.coated.values()
        )

    @property
    def best(self) -> str:
        """The element, "Tb" or "Dy", whose coated faces meet the target at least cost.

        If none does, it is the one of the largest probability. Of equal costs,
        0 where none is needed among them, it is the first of `designs`, of
        equal probabilities the last. A property.
        """
        rows = self.designs[self.designs["way"] == "faces"]
        good = rows[rows["meets"]]
        if len(good):
            return str(good.sort_values("cost_USD").iloc[0]["element"])
        return str(rows.sort_values("probability").iloc[-1]["element"])

    def margins(self, element: str | None = None) -> "pd.DataFrame":
        """Compute field, heavy rare earth and margin of each cell at the worst operating point.

        That is the one where the smallest margin before coating is smallest.

        Parameters
        ----------
        element : str, optional
            ``Tb`` or ``Dy``; the best otherwise.

        Returns
        -------
        DataFrame
            One row a cell, in the order of the cells of
            ``search[element].spreading``: its middle
            ``x_mm``, ``y_mm``, ``z_mm``, from the middle of the magnet;
            ``reverse_kA_m``, the field against it, negative where it helps;
            ``amount_wt_pct`` that the coating brings, % of the magnet's mass
            in the cell; ``before_kA_m`` and ``after_kA_m``, H_cJ, at its
            predicted or guaranteed value, less the reverse field without and
            with it. KeyError for an element that was not asked for.
        """
        import pandas as pd

        name = element or self.best
        search = self.search[name]
        coating = self.coated[name]
        nothing = np.zeros(len(search.cells))
        margins = []
        for magnet, case in search.each:
            if self.none_needed:
                magnet = magnet.as_sold
            before = magnet.h_cj(nothing) - case.reverse
            after = magnet.h_cj(coating.amount) - case.reverse
            margins.append((before, after, case.reverse))
        before, after, reverse = min(
            margins, key=lambda each: float(each[0].min())
        )
        points = 1e3 * search.spreading.cells.points
        return pd.DataFrame(points, columns=["x_mm", "y_mm", "z_mm"]).assign(
            reverse_kA_m=1e-3 * reverse,
            amount_wt_pct=coating.amount,
            before_kA_m=1e-3 * before,
            after_kA_m=1e-3 * after,
        )

    def coating(self, element: str | None = None) -> "pd.DataFrame":
        """Build the table of the coating, one row for each part of a face.

        Parameters
        ----------
        element : str, optional
            ``Tb`` or ``Dy``; the best otherwise.

        Returns
        -------
        DataFrame
            ``face`` (such as "z+"), ``area_cm2``, ``mg_cm2`` that enters, 0 where nothing is put
            on, and the rectangle about the part, mm from the face's middle: ``from_1_mm``,
            ``to_1_mm`` along its first direction, and of a block ``from_2_mm``, ``to_2_mm``, in
            the order x, y, z. Of a round magnet the direction is radius, from the axis, or height,
            from the middle. KeyError for an element that was not asked for.
        """
        import pandas as pd

        name = element or self.best
        design = self.coated[name]
        spreading = self.search[name].spreading
        rows = []
        for group, mass in zip(design.groups, design.mass, strict=True):
            for patch in group:
                row = {
                    "face": patch.face,
                    "area_cm2": 1e4 * spreading.patch_area(patch),
                    "mg_cm2": 100.0 * float(mass),
                }
                for i, line in enumerate(spreading.middles(patch.face)):
                    along = np.moveaxis(patch.where, i, 0)
                    on = line[along.reshape(line.size, -1).any(1)]
                    half = 0.5 * float(line[1] - line[0])
                    row[f"from_{i + 1}_mm"] = 1e3 * (float(on.min()) - half)
                    row[f"to_{i + 1}_mm"] = 1e3 * (float(on.max()) + half)
                rows.append(row)
        return pd.DataFrame(rows)

    def lines(self) -> list[str]:
        """Write the answer in sentences: the magnet as it is, each coating, and the alloy.

        Returns
        -------
        list of str
            One text a line: magnet and target, the magnet as it is, the
            coatings with that of the best element first, the alloys in one,
            then what stays undone, most without a full stop. Where no coating
            is needed a third line says so and ends it.
        """
        start = [f"{self.magnet}: {self.asked}", self.bare.sentence()]
        if self.none_needed:
            chance = next(iter(self.coated.values())).probability
            return [
                *start,
                f"None needed: as it is it meets this with probability {chance:.2f}",
            ]
        rows = self.designs.to_dict("records")
        faces = [row for row in rows if row["way"] == "faces"]
        faces.sort(key=lambda row: row["element"] != self.best)
        text = [
            _coating_text(row, self._faces_text(row["element"]))
            for row in faces
        ]
        throughout = [row for row in rows if row["way"] == "bulk alloy"]
        text.append(_alloy_text(throughout))
        return [*start, *text, *self.undone]

    def _faces_text(self, element: str) -> str:
        """Name the faces that get some of an element, such as "z-, z+" or "all faces".

        `element` is "Tb" or "Dy", one of ``coated``, KeyError otherwise. A
        face counts that is coated in part, too. Empty where no face gets any.
        """
        coating = self.coated[element]
        faces: dict[str, None] = {}
        for group, mass in zip(coating.groups, coating.mass, strict=True):
            if mass > 0.0:
                faces |= dict.fromkeys(patch.face for patch in group)
        if len(faces) == len(self.search[element].spreading.cells.shape.faces):
            return "all faces"
        return ", ".join(faces)

    def write(self, folder: str | Path) -> None:
        """Write ``designs.csv``, and of the element ``best`` ``coating.csv`` and ``margins.csv``.

        Parameters
        ----------
        folder : str or Path
            Made where it is missing. Files of these names are replaced; NaN is
            an empty cell. Their columns are those of ``designs``, of `coating`
            and of `margins`. All three are written even where no element meets
            the target.

        Raises
        ------
        InputError
            If the folder cannot be made, such as where a file has its name,
            which stays; or if a file cannot be written.
        """
        out = path("out", folder)
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = "it is a file" if out.is_file() else error.strerror
            raise InputError(
                f"cannot write to the folder {out}: {reason}; choose another place"
            ) from None
        tables = {
            "designs": self.designs,
            "coating": self.coating(),
            "margins": self.margins(),
        }
        for name, table in tables.items():
            rows = (
                table.astype(object)
                .where(table.notna(), "")
                .itertuples(index=False)
            )
            write_csv(table.columns, rows, out / f"{name}.csv")

    def to_json(self) -> str:
        """Write target, designs and the magnet as it is as one JSON object.

        Returns
        -------
        str
            Keys ``magnet``, ``asked`` (the target in words), ``meets``,
            ``none_needed``, ``bare`` (an object with ``remanence_T``,
            ``coercivity_kA_m``, ``knee_kA_m``, ``field_kA_m``, ``worst_kA_m``,
            ``margin`` and ``probability``), ``designs`` (a list, one object a
            row, with its columns) and ``undone`` (a list of sentences). A
            number that JSON has not, such as the margin where no field opposes
            the magnet, is null.
        """
        records = json.loads(self.designs.to_json(orient="records"))
        bare = {
            name: value if np.isfinite(value) else None
            for name, value in vars(self.bare).items()
        }
        plain = {
            "magnet": self.magnet,
            "asked": self.asked,
            "meets": self.meets,
            "none_needed": self.none_needed,
            "bare": bare,
            "designs": records,
            "undone": self.undone,
        }
        return json.dumps(plain, ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True)
class Bare:
    """The magnet as it is, at the duty; of a grade as sold, by what is guaranteed.

    The field is the mean over its volume, `worst_kA_m` the largest. The margin is the knee field
    over the mean field, and `probability` that it is 1.1 or more.
    """

    remanence_T: float
    coercivity_kA_m: float
    knee_kA_m: float
    field_kA_m: float
    worst_kA_m: float
    margin: float
    probability: float

    @classmethod
    def of(cls, search: Search) -> "Bare":
        """Evaluate the bare magnet in each case of `search`, and return it where its margin is smallest.

        Of ``search.each``, pairs of `Magnet` and `Case`, the magnet counts as
        it is sold. `Bare` has ``remanence_T``, ``coercivity_kA_m``,
        ``knee_kA_m``, ``field_kA_m`` (mean), ``worst_kA_m``, ``margin`` and
        ``probability``.
        """
        margins_by_case = [
            cls._at(magnet.as_sold, case, search.cells)
            for magnet, case in search.each
        ]
        return min(margins_by_case, key=lambda one: one.margin)

    @classmethod
    def _at(
        cls, magnet: _local.Magnet, case: _local.Case, cells: FloatArray
    ) -> "Bare":
        """Evaluate the uncoated magnet in the mean field of one operating point.

        Parameters
        ----------
        magnet : Magnet
            The magnet by content, of which content 0 counts.
        case : Case
            Operating point: ``kelvin``, and in the cells, A/m, (n,), the field
            against the magnet, ``reverse``, and the part ``own`` of it that
            the magnet makes at a remanence of ``b_r``, T.
        cells : ndarray, shape (n,)
            Volumes of the cells, by which the field is averaged.

        Returns
        -------
        Bare
            ``remanence_T``, ``coercivity_kA_m``, ``knee_kA_m``, ``field_kA_m``
            (the mean), ``worst_kA_m`` (the largest of the cells), ``margin``
            (knee over mean field; infinite where that is 0 or helps) and
            ``probability`` that it is 1.1 or more.
        """
        nothing = np.zeros(1)
        reverse = case.field(magnet.b_r(nothing))
        mean = _local.Case(
            case.kelvin,
            reverse=np.array([np.average(reverse, weights=cells)]),
            own=np.array([np.average(case.own, weights=cells)]),
            b_r=float(magnet.remanence[0]),
        )
        field = float(mean.reverse[0])
        knee = float(magnet.knee(nothing)[0])
        chance = _local.design_probability(
            _local.Target(safety=SAFETY),
            [(magnet, mean)],
            [nothing],
            np.ones(1),
        )
        return cls(
            remanence_T=float(magnet.remanence[0]),
            coercivity_kA_m=1e-3 * float(magnet.coercivity[0]),
            knee_kA_m=1e-3 * knee,
            field_kA_m=1e-3 * field,
            worst_kA_m=1e-3 * float(reverse.max()),
            margin=knee / field if field > 0.0 else float("inf"),
            probability=chance,
        )

    def sentence(self) -> str:
        """Write knee, fields, margin and probability of the uncoated magnet in one sentence.

        It begins with "As it is: " and has no full stop. Fields are in kA/m;
        an infinite margin is written "inf".
        """
        return (
            f"As it is: H_k {self.knee_kA_m:.0f} kA/m, mean field {self.field_kA_m:.0f} (worst "
            f"{self.worst_kA_m:.0f}), margin {self.margin:.2f}, P {self.probability:.2f} of "
            f"{SAFETY:g} times"
        )


_COATING = (
    "{element} on {faces}: {put_on_g:.3g} g per magnet ({amount_wt_pct:.2f} wt.%), {mg_cm2:.2g} "
    "mg/cm2 at most, {hours:g} h at {anneal_C:g} C; flux {flux_pct:+.1f} %, {cost_USD:.2f} "
    "USD{year}, probability {probability:.2f}"
)
_ALLOY = (
    "{element} {put_on_g:.3g} g ({amount_wt_pct:.2f} wt.%), flux {flux_pct:+.1f} %, probability "
    "{probability:.2f}"
)
"""What is said of a design: of coated faces, and of an alloy."""


def _coating_text(row: Mapping[Any, Any], faces: str) -> str:
    """Write one design of coated faces in a sentence: amount, anneal, flux, cost and probability.

    Parameters
    ----------
    row : mapping
        A row of the designs, by column, as `_Costs.faces` makes it: ``element``, ``meets`` and
        ``probability``; where it meets the target also ``put_on_g``, ``amount_wt_pct``,
        ``mg_cm2``, ``hours``, ``anneal_C``, ``flux_lost_pct``, ``cost_USD`` and ``kg_year``.
    faces : str
        The faces in words, such as "all faces".

    Returns
    -------
    str
        Without a full stop. Where the design misses the target, only that and its probability. The
        mass a year is named where ``kg_year`` is that of more than one magnet.
    """
    element = row["element"]
    if not row["meets"]:
        return f"{element} on the faces: does not do it, probability {row['probability']:.2f}"
    pieces = (
        round(1e3 * row["kg_year"] / row["put_on_g"]) if row["put_on_g"] else 1
    )
    kg = row["kg_year"]
    mass = write_kilograms(kg) if kg >= 0.1 else f"{1e3 * kg:.3g} g"
    year = f", {mass} a year for {pieces:,} magnets" if pieces > 1 else ""
    flux = -row["flux_lost_pct"]
    return _COATING.format_map(
        {**row, "faces": faces, "flux_pct": flux, "year": year}
    )


def _alloy_text(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Write what each element, alloyed throughout instead, would take, in one sentence.

    Parameters
    ----------
    rows : sequence of mapping
        The designs of alloyed magnets, one for each element, by column, as `_Costs.make_alloy`
        makes them: ``element``, ``meets`` and ``probability``; where one meets the target also
        ``put_on_g``, ``amount_wt_pct`` and ``flux_lost_pct``.

    Returns
    -------
    str
        Begins with "Alloyed throughout instead: "; the elements are joined by "; ". It has no full
        stop.
    """
    parts = []
    for row in rows:
        part = f"{row['element']} does not do it, probability {row['probability']:.2f}"
        if row["meets"]:
            part = _ALLOY.format_map(
                {**row, "flux_pct": -row["flux_lost_pct"]}
            )
        parts.append(part)
    return f"Alloyed throughout instead: {'; '.join(parts)}"


@check_arguments
@with_conditions(
    "outside_field_kA_m",
    "hours",
    "process",
    "calibration",
    "scenario",
    "prices",
)
def diffuse(
    composition: Compositions,
    shape: str | Shape,
    *,
    along: str = "z",
    faces: Any = "all",
    element: str | None = None,
    temperature: float | str = "150C",
    field: Any = None,
    load_line: float | None = None,
    require: str | Sequence[str] = "irreversible_loss_pct<=3",
    probability: float = MEETS,
    anneal: float | None = None,
    anneal_hours: float | None = None,
    law: _local.Law = "component",
    basis: Basis = "auto",
    per_year: int = 1,
    cells: int = CELLS,
    **keywords: Unpack[SupplyKeywords],
) -> Diffusion:
    """Return the least terbium or dysprosium with which a magnet of a shape withstands its field.

    Coated and annealed faces are compared with the same element alloyed
    throughout.

    Parameters
    ----------
    composition : text, pymatgen Composition or one row of what `magnetkit.predict` takes
        The base alloy, of the host 2:14:1; or a grade such as ``"N42M"``: its
        likeliest recipe, anchored on what its makers print, as in
        `magnetkit.replace`, of one that is diffused already before that.
    shape : str or Shape
        ``"40x15x5mm"``, ``"disc:20x5mm"`` (diameter, height) or
        ``"ring:40x20x5mm"``.
    along : {"x", "y", "z"}
        Direction of magnetization, the easy axis.
    faces : str, Path or DataFrame
        ``all``, ``poles``, ``sides``, ``edges``, ``field`` (each part of a
        face as much as the field asks for), names such as ``"z+,z-"``, or a
        mask; see `magnetkit.diffusion._profile.face_groups`.
    element : {"Tb", "Dy"}, optional
        Both, side by side, otherwise; InputError for another.
    temperature : float or str
        One temperature, K or a text such as ``"150C"``; a map's own
        temperature goes before it.
    field : str, Path or DataFrame, optional
        The field inside the magnet by a field solver, see
        `magnetkit.diffusion._profile.read_field`; the magnet's own field by
        its shape otherwise.
    load_line : float, optional
        Permeance coefficient -B / (mu_0 H) of the magnet in its circuit, 0 or
        more; open circuit otherwise.
    require : str or sequence of str
        One of ``"irreversible_loss_pct<=3"``; or in every place
        ``"demagnetization_safety>=1.1"``, the knee field over the reverse
        field, or ``"margin_kA_m>=0"``, H_cJ above it by so much. Two or more
        are an InputError.
    probability : float
        With which it has to be met, between 0 and 1, neither of them.
    anneal, anneal_hours : float, optional
        Temperature, 750 to 950 degrees C, and duration of the anneal, 0.1 to
        200 h; otherwise that of the least mass of 850 and 900 degrees C and of
        4, 8, 16 and 24 h.
    law : {"component", "coherent"}
        How a field at an angle counts, see
        `magnetkit.diffusion._local.reverse_field`.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are; with "auto" a text must name wt.%
        itself.
    per_year : int
        Magnets a year, for ``kg_year``.
    cells : int
        Boxes that the magnet is cut into, 200 to 10 million.
    **keywords
        Conditions, as of `magnetkit.predict`; the outside field is uniform. Of
        a grade the values are what its makers guarantee, and only the law of
        the shell is uncertain; of a recipe the producer's level is, which a
        calibration narrows.

    Returns
    -------
    Diffusion
        ``designs`` has two rows for each element, ``way`` "faces" and "bulk
        alloy", with ``element``, ``meets``, ``probability``, ``hours``,
        ``anneal_C``, ``mg_cm2``, ``put_on_g``, ``inside_g``,
        ``amount_wt_pct``, ``flux_lost_pct``, ``irreversible_loss_pct``,
        ``cost_USD`` and ``kg_year``. ``hours``, ``anneal_C`` and ``mg_cm2``
        are NaN of the alloy; masses, cost and ``flux_lost_pct`` are NaN where
        ``meets`` is False. If no coating meets the target, its row is that of
        the likeliest one. ``print`` writes the answer in sentences; ``best``
        is the cheaper element, ``coating()`` and ``margins()`` are its tables
        by part of a face and by cell. ``meets`` says whether a coating of one
        element or more meets the target.

    Raises
    ------
    InputError
        If an argument cannot be used, the composition is not one alloy, or no
        shell gives the margin of a target in ``margin_kA_m``.

    Examples
    --------
    >>> found = diffuse("Nd30.5Co0.9Cu0.1B1.0Fe bal.", "20x10x3mm", load_line=2, basis="weight",
    ...                 temperature="100C", element="Tb", anneal=900, anneal_hours=8, cells=2000)
    >>> found.meets
    True
    """
    own_shape = read_shape(shape)
    easy = parse_axis(along)
    conditions = Conditions.of(temperature=temperature, **keywords)
    if len(conditions.temperature) != 1:
        raise InputError("diffuse takes one temperature; call it for each")
    kelvin = conditions.temperature[0]
    table, base, of_grade = _base(composition, basis, conditions)
    if load_line is not None:
        load_line = parse_finite_number("load_line", load_line, 0.0)
    share("probability", probability)
    target = _local.read_target(require)
    duty = conditions.duty
    circuit = _local.Circuit(
        easy, load_line, duty.outside_field_kA_m, law, duty.creep
    )
    anneals = _anneals(element, anneal_hours, anneal)
    job = _Job(
        table=table,
        circuit=circuit,
        kelvin=kelvin,
        field=field,
        process=conditions.process,
        of_grade=of_grade,
        target=target,
        probability=probability,
    )
    cells = parse_whole_number("cells", cells, 200, MOST_CELLS)
    fine = job.setting(cut(own_shape, cells))
    coarse = fine
    if cells > _SEARCHED_PLANS:
        coarse = job.setting(cut(own_shape, _SEARCHED_PLANS))
    costs = _Costs(
        table, own_shape, conditions, parse_whole_number("per_year", per_year)
    )
    coatings: dict[str, Coated] = {}
    search: dict[str, Search] = {}
    rows = []
    undone = _bare_formula_note(table, base)
    with one_thread():
        for name, tried_anneals in anneals.items():
            few = job.search(coarse, name)
            many = job.search(fine, name)
            coat = _find_coating(few, many, faces, easy, tried_anneals)
            coatings[name] = coat
            search[name] = many
            rows.append(costs.faces(coat, many))
            bulk = job.search(coarse, name, bulk=True)
            rows.append(costs.make_alloy(bulk))
            undone += _shortfall(many, coat)
    import pandas as pd

    return Diffusion(
        magnet=f"{base}, {own_shape} along {easy}",
        designs=pd.DataFrame(rows),
        coated=coatings,
        search=search,
        circuit=circuit,
        field=fine.field,
        asked=_target_text(
            target, circuit, kelvin, probability, field is not None
        ),
        undone=undone,
        bare=Bare.of(next(iter(search.values()))),
    )


def _bare_formula_note(table: CompositionTable, base: str) -> list[str]:
    """Write what a base alloy that is a bare formula stands for: one sentence, or none.

    `table` is the alloy, one row, and `base` its name. The result is a list of one text without a
    full stop, empty where the alloy is a recipe of a melt.
    """
    if not partition(table).bare.any():
        return []
    return [
        f"{base} is a bare formula, taken as the ideal melt of that compound: a commercial "
        "magnet needs more; give its recipe, or the grade as N42"
    ]


def _find_coating(
    few: Search, many: Search, faces: Any, easy: Axis, anneals: list[Anneal]
) -> Coated:
    """Find the least coating that meets the target: none, or the best of some anneals.

    Parameters
    ----------
    few, many : Search
        The magnet in few cells, where anneals are compared, and in all; of the same element and
        target.
    faces : str, Path or DataFrame
        As of `face_groups`: "all", "poles", "sides", "edges", "field", names such as "z+,z-", or a
        mask.
    easy : {"x", "y", "z"}
        Direction of magnetization.
    anneals : list of Anneal
        The anneals of that element to try, one or more.

    Returns
    -------
    Coated
        Evaluated in the cells of `many`: ``anneal`` (``element``, ``celsius``, ``hours``),
        ``groups`` of patches, ``mass`` that enters (kg/m2, one a group), ``amount`` (% in each
        cell), ``entered_kg``, ``put_on_kg``, ``probability`` and ``met``. ``mass`` is 0 where none
        is needed. ``met`` is False where no coating meets the target; it is then the likeliest one.

    Raises
    ------
    InputError
        If no amount gives the margin that the target asks for, or `faces` names no face.
    """
    groups = face_groups(faces, many.spreading, easy)
    uncoated = uncoated_design(many, groups, anneals[0])
    if uncoated is not None:
        return uncoated
    _refuse_too_much(few)
    coat = best_anneal(few, face_groups(faces, few.spreading, easy), anneals)
    return refined_coating(coat, groups, many)


def _base(
    composition: Compositions, basis: Basis, conditions: Conditions
) -> tuple[CompositionTable, str, GradeMagnets | None]:
    """Return the base alloy, its name, and the magnets of the producer if a grade is known.

    The base of a grade is its likeliest recipe; if that is diffused already, the recipe before. A
    recipe has a grade if it is calibrated on one. `composition` is one recipe, read with `basis`
    ("auto", "atomic" or "weight"), or the name of a grade such as "N42M", alone or in a list of
    one; ``process`` and ``calibration`` are those of `conditions`.

    Returns
    -------
    table : CompositionTable
        One row.
    name : str
        Such as "N42M (most likely ...)" with its recipe, or the recipe: as written where it is a
        text, otherwise its formula.
    magnets : GradeMagnets or None
        None for a recipe whose ``calibration`` is no grade.

    Raises
    ------
    InputError
        If it is more than one alloy, or a process is given with a grade.
    """
    grades = find_grades(composition)
    if grades and grades[0] is not None and len(grades) == 1:
        grade = grades[0]
        refuse_recipe_options(grade, conditions.process, None)
        makeup = find_makeup(grade)
        best = makeup.best
        table = read_recipe(best.text, "weight")
        start = ", of which the alloy before diffusion" if best.shell else ""
        name = f"{grade} (most likely {makeup.words}{start})"
        return (
            table,
            name,
            GradeMagnets(grade, table, conditions, is_grade=True),
        )
    table = as_table(composition, basis)
    if len(table) != 1:
        raise InputError(
            f"diffuse takes one alloy, got {len(table)}; call it for each"
        )
    name = composition if isinstance(composition, str) else table.formulas()[0]
    calibration = conditions.calibration
    if calibration is not None and is_grade(calibration):
        magnets = GradeMagnets(
            str(calibration), table, conditions, is_grade=False
        )
        return table, name, magnets
    return table, name, None


def _target_text(
    target: _local.Target,
    circuit: _local.Circuit,
    kelvin: float,
    probability: float,
    mapped: bool,
) -> str:
    """Write the target, its probability and the duty in words.

    Parameters
    ----------
    target : Target
        One of ``loss_pct`` (%), ``margin`` (A/m) and ``safety`` counts: safety first, then loss.
    circuit : Circuit
        ``load_line``, None for open circuit, and ``outside_field_kA_m``, not named where it is 0.
    kelvin : float
        Temperature, K.
    probability : float
        With which the target has to be met, 0 to 1.
    mapped : bool
        The field comes from the user's map; the load line is not named then.

    Returns
    -------
    str
        A phrase without a full stop.
    """
    goal = f"H_cJ {1e-3 * target.margin:g} kA/m above the reverse field everywhere"
    if target.safety is not None:
        goal = f"H_k {target.safety:g} times the reverse field everywhere"
    elif target.loss_pct is not None:
        goal = f"{_local.LOSS} <= {target.loss_pct:g}"
    if mapped:
        where = "in the field of the map"
    elif circuit.load_line is None:
        where = "in open circuit"
    else:
        where = f"at load line {circuit.load_line:g}"
    against = circuit.outside_field_kA_m
    outside = f" and {against:g} kA/m from outside" if against else ""
    return f"{goal} with probability {probability:g} at {kelvin_text(kelvin)} {where}{outside}"


def _anneals(
    element: str | None, hours: float | None, anneal: float | None
) -> dict[str, list[Anneal]]:
    """List the anneals to try, by element.

    Parameters
    ----------
    element : str or None
        "Tb" or "Dy"; None tries both.
    hours : float or None
        Duration, h; None tries 4, 8, 16 and 24.
    anneal : float or None
        Temperature, degrees C; None tries 850 and 900.

    Returns
    -------
    dict of str to list of Anneal
        By element, Tb first, every temperature (``celsius``) with every
        duration (``hours``): those of a temperature together, in rising order.

    Raises
    ------
    InputError
        If the element is another, the temperature is not 750 to 950 degrees C,
        or the duration is not 0.1 to 200 h.
    """
    usual = treatment()["treatment"]
    names = ELEMENTS if element is None else [element]
    temperatures = usual["tried_C"] if anneal is None else [anneal]
    times = usual["tried_hours"] if hours is None else [hours]
    anneals: dict[str, list[Anneal]] = {}
    for name, celsius, time in product(names, temperatures, times):
        treatment_of_name = Anneal(name, float(celsius), float(time))
        anneals.setdefault(name, []).append(treatment_of_name)
    return anneals


def _refuse_too_much(search: Search) -> None:
    """Raise InputError if even the most coercive shell does not give the margin of the target.

    `search` has the magnets, the fields of their cases and the target; one on loss or safety is
    never refused. A case is refused where its largest reverse field and ``target.margin`` (A/m)
    exceed the largest H_cJ of its magnet at any content. Nothing is returned.
    """
    target = search.target
    if target.loss_pct is not None or target.safety is not None:
        return
    for magnet, case in search.each:
        worst = float(case.reverse.max()) + target.margin
        if magnet.most_coercive < worst:
            raise InputError(
                f"no {magnet.element} shell gives {1e-3 * target.margin:.0f} kA/m above a reverse "
                f"field of {1e-3 * float(case.reverse.max()):.0f} kA/m at "
                f"{kelvin_text(case.kelvin)}: the most coercive has "
                f"{1e-3 * magnet.most_coercive:.0f} kA/m; ask for less, cool it, raise the load "
                "line, or begin with a more coercive alloy"
            )


def _shortfall(search: Search, coated: Coated) -> list[str]:
    """Say in one sentence how a coating misses the target.

    Parameters
    ----------
    search : Search
        Cells, magnets with their operating points, target and probability.
    coated : Coated
        The coating, evaluated in the same cells; ``met``, ``anneal``,
        ``groups``, ``amount`` and ``probability`` count.

    Returns
    -------
    list of str
        One sentence without a full stop, which names element, faces, anneal
        and probability; empty if ``coated.met``. It names the place of the
        largest gap, mm from the middle of the magnet, unless the target would
        be met were magnets like it measured more, or no cell has a gap.
    """
    if coated.met:
        return []
    anneal = coated.anneal
    spreading = search.spreading
    patches = chain.from_iterable(coated.groups)
    faces = tuple(dict.fromkeys(patch.face for patch in patches))
    way = 1e3 * spreading.cells.shape.thickness(faces)
    reach = 1e3 * 3.6 * float(np.sqrt(anneal.spread()))
    low = _local.quantile(search.probability)
    short = [c.reverse - m.h_cj(coated.amount, low) for m, c in search.each]
    worst = int(np.argmax([float(s.max()) for s in short]))
    gap = short[worst]
    largest_gap = 1e-3 * float(gap.max())
    x, y, z = 1e3 * spreading.cells.points[int(np.argmax(gap))]
    share = 100.0 * float(search.cells[gap > 0.0].sum() / search.cells.sum())
    celsius = search.each[worst][0].temperature_K - ZERO_CELSIUS
    text = (
        f"{anneal.element} from {', '.join(faces)} at {anneal.celsius:g} C for "
        f"{anneal.hours:g} h: probability {coated.probability:.2f} of "
        f"{search.probability:.2f}"
    )
    certain = _with_evidence(search, coated)
    if certain >= search.probability:
        return [
            f"{text}; it would be {certain:.2f} were magnets like it measured more: measure one "
            "(`magnetkit calibrate`), or ask for less (--probability)"
        ]
    text += (
        f"; with H_cJ at the low end that asks for, {share:.0f} % of the volume lies below its "
        f"reverse field at {celsius:.0f} C"
    )
    if largest_gap > 0.0:
        text += (
            f", most at ({x:.1f}, {y:.1f}, {z:.1f}) mm, by "
            f"{largest_gap:.0f} kA/m"
        )
    if way > reach:
        text += (
            f"; diffusion reaches {reach:.1f} mm and would have to reach {way:.1f} mm: what lies "
            "deeper keeps the base alloy, which has to be more coercive itself"
        )
    return [text]


def _with_evidence(search: Search, coated: Coated) -> float:
    """Compute the probability of a coating, 0 to 1, as if magnets like it had been measured.

    `coated` is the coating, evaluated in the cells of `search`; its ``amounts`` count. Neither is
    changed: the magnets are copied with a distance of 0 to measured ones.
    """
    magnets_and_cases = [
        (with_fields(magnet, distance=np.zeros(len(magnet.distance))), case)
        for magnet, case in search.each
    ]
    return _local.design_probability(
        search.target, magnets_and_cases, coated.amounts, search.cells
    )


@dataclass(frozen=True, eq=False)
class _Setting:
    """The magnet in cells: how mass spreads into them, its own field, and its operating points."""

    spreading: Spreading
    field: SelfField | None  # None where the user gave a map
    cases: list[_local.Case]


@dataclass(frozen=True, eq=False)
class _Job:
    """The magnet, evaluated once for each temperature and element, and its target."""

    table: CompositionTable
    circuit: _local.Circuit
    kelvin: float
    field: Any
    process: Any
    of_grade: GradeMagnets | None
    target: _local.Target
    probability: float

    @cache  # noqa: B019  lives as long as a design does
    def magnet(self, element: str, kelvin: float) -> _local.Magnet:
        """Build the alloy with an element diffused in, by its content; computed once for each.

        `element` is "Tb" or "Dy", `kelvin` the temperature, K. The largest content in use is 4 wt.%.
        The same object comes back for the same arguments. InputError if it makes no magnet there.

        A `Magnet` has ``b_r(amount)`` (T), ``h_cj(amount)`` and ``knee(amount)`` (A/m) at contents
        in % of the mass, and arrays (m,) of what these interpolate: ``amount``, from 0,
        ``remanence`` (T) and ``coercivity`` (A/m).
        """
        largest_content = treatment()["surface"]["most_wt_pct"]
        if self.of_grade is not None:
            return self.of_grade.diffused(element, kelvin, largest_content)
        return _local.diffused_magnet(
            self.table, element, kelvin, self.process, largest_content
        )

    @cache  # noqa: B019  lives as long as a design does
    def make_alloy(self, element: str, kelvin: float) -> _local.Magnet:
        """Build the alloy with `element` for part of its rare earth, at `kelvin`, K; once for each.

        `element` is "Tb" or "Dy". The `Magnet`, as of `magnet`, is by content, without a
        largest one (``most_wt_pct`` is infinite). InputError if it makes no
        magnet there.
        """
        if self.of_grade is not None:
            return self.of_grade.make_alloy(element, kelvin)
        return _local.alloyed_magnet(self.table, element, kelvin, self.process)

    def setting(self, cells: Cells) -> _Setting:
        """Compute the field of the magnet and its operating points on some cells.

        Parameters
        ----------
        cells : Cells
            Cells of the magnet, n of them.

        Returns
        -------
        _Setting
            ``cases``, a list of `Case` with ``kelvin`` and ``reverse`` (A/m,
            (n,)): one for the shape, or one for each operating point of the
            user's map. ``field``, a `SelfField`, is None with a map.
            ``spreading`` holds the cells.

        Raises
        ------
        InputError
            If the user's map cannot be used.
        """
        base = self.magnet(ELEMENTS[0], self.kelvin)
        if self.field is None:
            self_field = SelfField(cells, self.circuit.along)
            b_r = float(base.remanence[0])
            case = _local.shape_case(
                self_field, self.circuit, self.kelvin, b_r, base.recoil
            )
            return _Setting(Spreading(cells), self_field, [case])

        def remanence(kelvin: float) -> float:
            """Return B_r of the base alloy, T, at `kelvin`, K."""
            return float(self.magnet(ELEMENTS[0], kelvin).remanence[0])

        cases = _local.map_cases(
            source=self.field,
            cells=cells,
            circuit=self.circuit,
            kelvin=self.kelvin,
            b_r=remanence,
            recoil=base.recoil,
        )
        return _Setting(Spreading(cells), None, cases)

    def search(
        self, setting: _Setting, element: str, bulk: bool = False
    ) -> Search:
        """Build the search for the least of one element.

        Parameters
        ----------
        setting : _Setting
            The magnet in cells, with its operating points.
        element : str
            "Tb" or "Dy".
        bulk : bool
            Alloyed throughout; diffused in otherwise.

        Returns
        -------
        Search
            ``each`` has a pair (`Magnet`, `Case`) for each case of `setting`,
            in order; ``target`` and ``probability`` are those of the job,
            ``spreading`` is that of `setting`, and ``cells`` are the volumes
            of its cells, m3.

        Raises
        ------
        InputError
            If the alloy makes no magnet at the temperature of a case.
        """
        make_magnet = self.make_alloy if bulk else self.magnet
        magnets_and_cases = [
            (make_magnet(element, case.kelvin), case) for case in setting.cases
        ]
        return Search(
            setting.spreading, magnets_and_cases, self.target, self.probability
        )


class _Costs:
    """Masses and costs of a design."""

    def __init__(
        self,
        table: CompositionTable,
        shape: Shape,
        conditions: Conditions,
        per_year: int,
    ) -> None:
        """Look up the prices of an alloy, one row `table`, and of Nd, Tb and Dy, USD/kg.

        `shape` gives the volume, ``supply_scenario`` of `conditions` the state of supply,
        `per_year` the number of magnets.
        """
        from ..supply.ledger import ledger
        from ..supply.tables import element_table

        state = conditions.supply_scenario
        prices = element_table(state).set_index("element")["price_USD_kg"]
        self.price = {name: float(prices[name]) for name in ELEMENTS}
        self.base = float(ledger(table, scenario=state)["cost_USD_kg"].iloc[0])
        self.light = float(prices["Nd"])
        self.volume = shape.volume
        self.per_year = per_year

    def faces(self, coated: Coated, search: Search) -> dict[str, Any]:
        """Build the row of a coating in the table of designs.

        Parameters
        ----------
        coated : Coated
            The coating.
        search : Search
            The magnet in the same cells, and its target.

        Returns
        -------
        dict
            By column: ``way`` ("faces"), ``element``, ``meets``, ``probability``, ``hours``,
            ``anneal_C``, ``mg_cm2`` (that enters, largest of the groups), which stand also where
            the target is missed or nothing is put on, and those that `_row` adds: ``put_on_g``,
            ``inside_g``, ``amount_wt_pct``, ``flux_lost_pct``, ``irreversible_loss_pct``,
            ``cost_USD`` and ``kg_year``.
        """
        design = {
            "way": "faces",
            "element": coated.anneal.element,
            "meets": coated.met,
            "probability": coated.probability,
            "hours": coated.anneal.hours,
            "anneal_C": coated.anneal.celsius,
            "mg_cm2": 100.0 * float(coated.mass.max()),
        }
        return self._row(
            design, search, coated.amount, coated.put_on_kg, coated.entered_kg
        )

    def make_alloy(self, search: Search) -> dict[str, Any]:
        """Build the row of an alloy that has the element throughout in the table of designs.

        Parameters
        ----------
        search : Search
            The alloyed magnet with its operating points, and the target.

        Returns
        -------
        dict
            By column: ``way`` ("bulk alloy"), ``element``, ``meets``, ``probability`` and those
            that `_row` adds: ``put_on_g`` and ``inside_g``, which are equal, ``amount_wt_pct``,
            ``flux_lost_pct``, ``irreversible_loss_pct`` (without the element where it misses the
            target), ``cost_USD`` and ``kg_year``. No anneal.
        """
        content, probability = uniform_content(search)
        magnet = search.each[0][0]
        design = {
            "way": "bulk alloy",
            "element": magnet.element,
            "meets": bool(np.isfinite(content)),
            "probability": probability,
        }
        inside = magnet.density * self.volume * content / 100.0
        amount = np.full(len(search.cells), np.nan_to_num(content))
        return self._row(design, search, amount, inside, inside)

    def _row(
        self,
        design: dict[str, Any],
        search: Search,
        amount: Any,
        used: float,
        inside: float,
    ) -> dict[str, Any]:
        """Add masses, losses and costs to a design; NaN masses and costs where it misses the target.

        Parameters
        ----------
        design : dict
            Columns so far, of which ``meets`` is required; not changed.
        search : Search
            The magnet in cells, its operating points, and the target with its probability.
        amount : ndarray, shape (n,)
            Content of each cell, % of mass.
        used, inside : float
            Mass that is put on and that enters, kg.

        Returns
        -------
        dict
            A new one, with ``put_on_g`` and ``inside_g`` a magnet, ``amount_wt_pct`` (what is
            inside, % of the magnet), ``flux_lost_pct`` against the base without it,
            ``irreversible_loss_pct`` of the worst case, ``cost_USD`` a magnet, the base alloy
            included, and ``kg_year``, put on. All but ``irreversible_loss_pct`` are NaN where
            ``meets`` is False.
        """
        magnet = search.each[0][0]
        mass = magnet.density * self.volume
        flux = float(magnet.b_r(amount) @ search.cells / search.cells.sum())
        flux_lost_pct = 100.0 * (1.0 - flux / float(magnet.remanence[0]))
        # An alloy's heavy rare earth takes the place of light; a coating comes on top.
        instead = 0.0 if np.isfinite(magnet.most_wt_pct) else self.light
        dear = self.price[magnet.element] - instead
        worst = max(
            _local.flux_loss(m, amount, c.reverse, search.cells)
            for m, c in search.each
        )
        met = 1.0 if design["meets"] else np.nan
        return design | {
            "put_on_g": 1e3 * used * met,
            "inside_g": 1e3 * inside * met,
            "amount_wt_pct": 100.0 * inside / mass * met,
            "flux_lost_pct": flux_lost_pct * met,
            "irreversible_loss_pct": worst,
            "cost_USD": (mass * self.base + used * dear) * met,
            "kg_year": used * self.per_year * met,
        }


@check_arguments
def needed_by_temperature(
    composition: Compositions,
    shape: str,
    thicknesses: Sequence[float],
    temperature: float | str | Sequence[float | str],
    element: str = "Tb",
    **options: Any,
) -> "pd.DataFrame":
    """Find the least mass to put on magnets of several thicknesses at several temperatures.

    Parameters
    ----------
    composition : text or what else `magnetkit.diffuse` takes
        The base alloy.
    shape : str
        A text such as ``"40x15x5mm"``, whose last side, the thickness or height, is replaced.
    thicknesses : sequence of float
        Last sides, mm; one or more, not a single number.
    temperature : float, str or sequence of them
        K or a text such as ``"150C"``. A text alone may list some, ``"100C,150C"``, or be a range,
        ``"100C:180C:20"``.
    element : {"Tb", "Dy"}
        What is put on.
    **options
        Other keywords of `magnetkit.diffuse`, such as ``load_line`` and ``faces``.

    Returns
    -------
    DataFrame
        One row a thickness and temperature, those of a thickness together, both in the order given:
        ``temperature_K``, ``thickness_mm``, ``put_on_g`` a magnet and ``amount_wt_pct`` put on, %
        of the magnet's mass; the latter two are NaN where no coating meets the target, and 0 where
        none is needed.

    Raises
    ------
    InputError
        If there is no thickness, or `magnetkit.diffuse` refuses an argument.
    """
    import pandas as pd

    sides = list(thicknesses)
    if not sides:
        raise InputError("expected one thickness or more, got none")
    own_shape = read_shape(shape)
    rows = []
    for side in sides:
        size = "x".join(f"{s:g}" for s in (*own_shape.size[:-1], side))
        text = (
            f"{size}mm"
            if own_shape.kind == "block"
            else f"{own_shape.kind}:{size}mm"
        )
        for kelvin in parse_temperatures(temperature):
            design = diffuse(
                composition,
                text,
                temperature=kelvin,
                element=element,
                **options,
            )
            row = design.designs[design.designs["way"] == "faces"].iloc[0]
            magnet = design.search[element].each[0][0]
            mass = 1e3 * magnet.density * read_shape(text).volume
            rows.append(
                (
                    kelvin,
                    float(side),
                    row["put_on_g"],
                    100.0 * row["put_on_g"] / mass,
                )
            )
    columns = ["temperature_K", "thickness_mm", "put_on_g", "amount_wt_pct"]
    return pd.DataFrame(rows, columns=columns)
