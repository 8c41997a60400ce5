"""Heavy rare earth by the gram: from a magnet's shape and field to what goes on its faces."""

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np

from .._blas import one_thread
from ..anchors.grade import held
from ..arguments import finite, named, renamed, share, whole
from ..catalogue.names import grades_among, refuse_beside
from ..composition.inputs import as_table
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..errors import InputError
from ..prediction.conditions import Conditions, SupplyKeywords, with_conditions
from ..units import kelvin_text
from .answer import Diffusion, undone
from .asked import LOSS, Asked, loss, read_asked
from .cases import Case, Circuit, Law, map_cases, shape_case
from .design import Coated, Search, best_anneal, refined, throughout
from .local import Magnet, alloyed, diffused
from .profile import ELEMENTS, Anneal, Spreading
from .profile import process as treatment
from .selffield import SelfField
from .shapes import CELLS, Cells, Shape, cut, read_shape
from .treated import axis_of, groups

_SEARCHED = 1_500
"""Cells of the search; what it finds is checked on as many as were asked for."""


@renamed(outside_kA_m="outside_field_kA_m", hours="anneal_hours", price="prices", pieces="per_year")
@named
@with_conditions("outside_field_kA_m", "process", "calibration", "scenario", "prices")
def diffuse(
    composition: Any,
    shape: str | Shape,
    *,
    along: str = "z",
    faces: Any = "all",
    element: str | None = None,
    temperature: float | str = "150C",
    field: Any = None,
    load_line: float | None = None,
    require: str | Sequence[str] = "irreversible_loss_pct<=3",
    probability: float = 0.9,
    anneal: float | None = None,
    anneal_hours: float | None = None,
    law: Law = "component",
    basis: Basis = "auto",
    per_year: int = 1,
    cells: int = CELLS,
    **keywords: Unpack[SupplyKeywords],
) -> Diffusion:
    """Return the least terbium or dysprosium that lets a magnet of that shape stand its field.

    Compared are faces coated and annealed, a uniform shell as a thin magnet gets, and the same
    element alloyed throughout.

    Parameters
    ----------
    composition : text, pymatgen Composition or one row of what `magnetkit.predict` takes
        The base alloy, of the host 2:14:1; or a grade such as ``"N42M"`` into which nothing is
        diffused yet: its likeliest recipe, anchored on what its makers print, as in
        `magnetkit.replace`.
    shape : str or Shape
        ``"40x15x5mm"``, ``"disc:20x5mm"`` (diameter, height) or ``"ring:40x20x5mm"``.
    along : {"x", "y", "z"}
        Direction of magnetization, the easy axis.
    faces : str, Path or DataFrame
        ``all``, ``poles``, ``sides``, ``edges``, ``field`` (each part of a face as much as the
        field asks for), names such as ``"z+,z-"``, or a mask; see
        `magnetkit.diffusion.treated.groups`.
    element : {"Tb", "Dy"}, optional
        Both, side by side, otherwise.
    temperature : float or str
        K or a text such as ``"150C"``: where no map says another.
    field : str, Path or DataFrame, optional
        The field inside the magnet by a field solver, see
        `magnetkit.diffusion.maps.read_field`; the magnet's own field by its shape otherwise.
    load_line : float, optional
        Permeance coefficient -B / (mu_0 H) of the magnet in its circuit; open circuit otherwise.
    require : str or sequence of str
        ``"irreversible_loss_pct<=3"``, or ``"margin_kA_m>=0"``: H_cJ above the reverse field by
        so much in every place.
    probability : float
        With which it has to be met.
    anneal, anneal_hours : float, optional
        Temperature, degrees C, and duration of the anneal; the least terbium of those tried
        otherwise.
    law : {"component", "coherent"}
        What counts of a field at an angle, see `magnetkit.diffusion.cases.against`.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    per_year : int
        Magnets a year.
    cells : int
        Boxes that the magnet is cut into.
    **keywords
        Conditions, as of `magnetkit.predict`; the outside field is uniform, and a calibration
        narrows the interval of H_cJ.

    Returns
    -------
    Diffusion

    Raises
    ------
    InputError
        If an argument cannot be used, or no amount anywhere gives what is asked.

    Examples
    --------
    >>> found = diffuse("Nd30.5Co0.9Cu0.1B1.0Fe bal.", "20x10x3mm", load_line=2, basis="weight",
    ...                 temperature="100C", element="Tb", anneal=900, anneal_hours=8, cells=2000)
    >>> found.meets
    True
    """
    own = read_shape(shape)
    easy = axis_of(along)
    conditions = Conditions.of(temperature=temperature, **keywords)
    if len(conditions.temperature) != 1:
        raise InputError("diffuse takes one temperature; call it for each")
    kelvin = conditions.temperature[0]
    table, base, process = _base(composition, basis, conditions.process, kelvin)
    load_line = None if load_line is None else finite("load_line", load_line, 0.0)
    share("probability", probability)
    asked = read_asked(require)
    circuit = Circuit(easy, load_line, conditions.outside_field_kA_m, law)
    tried = _anneals(element, anneal_hours, anneal)
    job = _Job(table, own, circuit, kelvin, field, process)
    fine = job.setting(cut(own, whole("cells", cells, 200)))
    coarse = fine if cells <= _SEARCHED else job.setting(cut(own, _SEARCHED))
    coated: dict[str, Coated] = {}
    search: dict[str, Search] = {}
    rows, left = [], []
    purse = _Purse(table, own, conditions, whole("per_year", per_year))
    with one_thread():
        for name in tried:
            few = Search(Spreading(coarse[0]), job.each(name, coarse[2]), asked, probability)
            many = Search(Spreading(fine[0]), job.each(name, fine[2]), asked, probability)
            _refuse_too_much(asked, few)
            coat = best_anneal(few, groups(faces, few.spreading, easy), tried[name])
            coat = refined(coat, groups(faces, many.spreading, easy), many)
            coated[name], search[name] = coat, many
            rows.append(purse.faces(coat, many))
            rows.append(purse.throughout(many, "uniform shell"))
            bulk = Search(few.spreading, job.each(name, coarse[2], bulk=True), asked, probability)
            rows.append(purse.throughout(bulk, "bulk alloy"))
            left += undone(many, coat)
    import pandas as pd

    text = f"{base}, {own} along {easy}"
    words = _words(asked, circuit, kelvin, probability, field is not None)
    return Diffusion(text, pd.DataFrame(rows), coated, search, circuit, fine[1], words, left)


def _base(
    composition: Any, basis: Basis, process: Any, kelvin: float
) -> tuple[CompositionTable, str, Any]:
    """Return the base alloy, what it is called, and its process; of a grade its likeliest."""
    grades = grades_among(composition)
    if grades and grades[0] is not None and len(grades) == 1:
        refuse_beside(grades[0], process, None)
        base = held(grades[0], kelvin)
        if base.shell is not None:
            raise InputError(
                f"{base.grade} most likely is {base.made.words}, and would be diffused twice; give "
                f"the alloy, e.g. {base.made.best.text!r} with basis weight"
            )
        return base.table, f"{base.grade} (most likely {base.made.words})", base.process
    table = as_table(composition, basis)
    if len(table) != 1:
        raise InputError(f"diffuse takes one alloy, got {len(table)}; call it for each")
    name = composition if isinstance(composition, str) else table.formulas()[0]
    return table, name, process


def _words(asked: Asked, circuit: Circuit, kelvin: float, probability: float, mapped: bool) -> str:
    wanted = (
        f"{LOSS} <= {asked.loss_pct:g}"
        if asked.loss_pct is not None
        else f"H_cJ {1e-3 * asked.margin:g} kA/m above the reverse field everywhere"
    )
    if mapped:
        where = "in the field of the map"
    elif circuit.load_line is None:
        where = "in open circuit"
    else:
        where = f"at load line {circuit.load_line:g}"
    outside = (
        f" and {circuit.outside_field_kA_m:g} kA/m from outside"
        if circuit.outside_field_kA_m
        else ""
    )
    return f"{wanted} with probability {probability:g} at {kelvin_text(kelvin)} {where}{outside}"


def _anneals(
    element: str | None, hours: float | None, anneal: float | None
) -> dict[str, list[Anneal]]:
    tried = treatment()["treatment"]
    return {
        name: [
            Anneal(name, float(c), float(h))
            for c in ([anneal] if anneal is not None else tried["tried_C"])
            for h in ([hours] if hours is not None else tried["tried_hours"])
        ]
        for name in ([element] if element is not None else ELEMENTS)
    }


def _refuse_too_much(asked: Asked, search: Search) -> None:
    """Refuse a margin that no amount gives anywhere."""
    if asked.loss_pct is not None:
        return
    for magnet, case in search.each:
        worst = float(case.reverse.max()) + asked.margin
        if magnet.most_coercive < worst:
            raise InputError(
                f"no {magnet.element} shell gives {1e-3 * asked.margin:.0f} kA/m above a reverse "
                f"field of {1e-3 * float(case.reverse.max()):.0f} kA/m at "
                f"{kelvin_text(case.kelvin)}: the most coercive has "
                f"{1e-3 * magnet.most_coercive:.0f} kA/m; ask for less, cool it, raise the load "
                "line, or begin with a more coercive alloy"
            )


class _Job:
    """The magnet that is asked about, evaluated once for each temperature and element."""

    def __init__(
        self,
        table: CompositionTable,
        shape: Shape,
        circuit: Circuit,
        kelvin: float,
        field: Any,
        process: Any,
    ) -> None:
        self.table, self.shape, self.circuit = table, shape, circuit
        self.kelvin, self.field, self.process = kelvin, field, process
        self._known: dict[tuple[str, float, bool], Magnet] = {}

    def magnet(self, element: str, kelvin: float, bulk: bool = False) -> Magnet:
        """Return the alloy with an element at a temperature, K."""
        key = element, kelvin, bulk
        if key not in self._known:
            if bulk:
                found = alloyed(self.table, element, kelvin, self.process)
            else:
                most = treatment()["surface"]["most_wt_pct"]
                found = diffused(self.table, element, kelvin, self.process, most)
            self._known[key] = found
        return self._known[key]

    def setting(self, cells: Cells) -> tuple[Cells, SelfField | None, list[Case]]:
        """Return the cells, their field, and what they have to stand."""
        base = self.magnet(ELEMENTS[0], self.kelvin)
        if self.field is None:
            own = SelfField(cells, self.circuit.along)
            b_r = float(base.remanence[0])
            return cells, own, [shape_case(own, self.circuit, self.kelvin, b_r, base.recoil)]

        def remanence(kelvin: float) -> float:
            return float(self.magnet(ELEMENTS[0], kelvin).remanence[0])

        cases = map_cases(self.field, cells, self.circuit, self.kelvin, remanence, base.recoil)
        return cells, None, cases

    def each(self, element: str, cases: list[Case], bulk: bool = False) -> list[Any]:
        """Return magnet and case of each operating point."""
        return [(self.magnet(element, case.kelvin, bulk), case) for case in cases]


class _Purse:
    """What a design weighs and costs."""

    def __init__(
        self,
        table: CompositionTable,
        shape: Shape,
        conditions: Conditions,
        per_year: int,
    ) -> None:
        from ..supply import element_table, ledger

        state = conditions.supply_scenario
        prices = element_table(state).set_index("element")["price_USD_kg"]
        self.price = {name: float(prices[name]) for name in ELEMENTS}
        self.base = float(ledger(table, scenario=state)["cost_USD_kg"].iloc[0])
        light = [str(e) for e in ("Nd", "Pr") if e in prices.index]
        self.light = float(prices[light[0]])
        self.volume, self.per_year = shape.volume, per_year

    def faces(self, coated: Coated, search: Search) -> dict[str, Any]:
        """Return the row of a coating."""
        magnet = search.each[0][0]
        mass = magnet.density * self.volume
        row = self._row("faces", magnet, coated.met, coated.probability)
        row |= {
            "hours": coated.anneal.hours,
            "anneal_C": coated.anneal.celsius,
            "mg_cm2": 100.0 * float(coated.mass.max()),
        }
        return row | self._costs(magnet, coated.put_on_kg, coated.entered_kg, mass, search,
                                 coated.amount, coated.met)  # fmt: skip

    def throughout(self, search: Search, way: str) -> dict[str, Any]:
        """Return the row of a uniform content."""
        magnet = search.each[0][0]
        found = throughout(search)
        good = bool(np.isfinite(found.amount))
        mass = magnet.density * self.volume
        inside = mass * found.amount / 100.0
        kept = treatment()["yield"]
        put_on = inside / (1.0 - kept["residue"] - kept["lost"]) if way[0] == "u" else inside
        row = self._row(way, magnet, good, found.probability)
        row |= {"hours": np.nan, "anneal_C": np.nan, "mg_cm2": np.nan}
        amount = np.full(len(search.cells), np.nan_to_num(found.amount))
        return row | self._costs(magnet, put_on, inside, mass, search, amount, good)

    def _row(self, way: str, magnet: Magnet, meets: bool, probability: float) -> dict[str, Any]:
        return {
            "way": way,
            "element": magnet.element,
            "meets": meets,
            "probability": probability,
        }

    def _costs(
        self,
        magnet: Magnet,
        put_on: float,
        inside: float,
        mass: float,
        search: Search,
        amount: Any,
        good: bool,
    ) -> dict[str, Any]:
        flux = float(magnet.b_r(amount) @ search.cells / search.cells.sum())
        # An alloy's heavy rare earth takes the place of light; a coating comes on top.
        dear = self.price[magnet.element] - (
            self.light if not np.isfinite(magnet.most_wt_pct) else 0
        )
        worst = max(loss(m, amount, c.reverse, search.cells) for m, c in search.each)
        none = 1.0 if good else np.nan
        return {
            "put_on_g": 1e3 * put_on * none,
            "inside_g": 1e3 * inside * none,
            "amount_wt_pct": 100.0 * inside / mass * none,
            "flux_lost_pct": 100.0 * (1.0 - flux / float(magnet.remanence[0])) * none,
            "irreversible_loss_pct": worst,
            "cost_USD": (mass * self.base + put_on * dear) * none,
            "kg_year": put_on * self.per_year * none,
        }
