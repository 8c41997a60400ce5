"""The phases that a recipe's magnet is made of, as a table."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._arguments import check_arguments
from .._core._constants import ROOM_K
from .._core._types import FloatArray
from ..alloy._read import Compositions, as_table
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ..phases.hull import solve, stable_space
from ..phases.partition import atomic_volumes, without_model
from ..phases.records import HOST_NAMES, HOSTS, SecondPhases
from ..phases.snapshot import open_snapshot
from ..surrogates.intrinsic import evaluate
from ._balance import Balance
from ._boundary import boundary_composition
from ._cells import failed_conditions, shares
from ._magnets import recipes_in_phases
from .laws import law

if TYPE_CHECKING:
    import pandas as pd

    from ..phases._space import PhaseSpace


IRON_POLARIZATION_T = law("grains").iron_polarization
"""J_s of alpha-iron at 20 C: Cullity and Graham, Introduction to Magnetic Materials (2009)."""


@check_arguments
def phase_balance(
    compositions: Compositions,
    process: Any = None,
    host: str = "auto",
    *,
    basis: Basis = "auto",
) -> "pd.DataFrame":
    """Return the phases that each recipe's magnet is made of.

    Oxygen, carbon and nitrogen (of the process; wt.%) bind their share of the rare earth first;
    what is left is split between the hard phase and its neighbours. A bare formula names a hard
    phase: the process's grain boundary stands for all else. Where nothing is typed of the host, or
    no host is known, the phases on the hull of the embedded snapshot stand in their shares.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n recipes, each of which must be readable; see `magnetkit.predict`.
    process : Process, dict, str or None
        As for `magnetkit.magnetism.sintered`.
    host : str
        ``"auto"`` to find it, or the name of a host such as "2:14:1".
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are; "auto" refuses a text that could be
        either, as one with "bal." or a sum of 100.

    Returns
    -------
    pandas.DataFrame
        A row for each recipe and phase of more than 0.01 % of the volume, or
        of a volume that is not known (NaN): ``row_index``, from 0; ``phase``,
        the name of the host such as "2:14:1" for the hard phase, else such as
        "oxide", "grain boundary", "alpha-iron" or a formula; ``volume_pct``,
        of the magnet without pores; and ``polarization_T`` (J_s at 20 C; 0
        where the phase is not ferromagnetic, NaN where it is not known). The
        hard phase comes first, then oxide (of cells the last, "oxide beside
        the cells") and the others.

    Raises
    ------
    InputError
        If the process or the host is not known, or a recipe cannot be read.

    Examples
    --------
    >>> found = phase_balance("Sm36.5Co63.5", {"oxygen_wt_pct": 0.35}, basis="weight")
    >>> found = found.set_index("phase")["volume_pct"]
    >>> [name for name in found.index]
    ['1:5', 'oxide', 'R2Co7']
    >>> bool(found["1:5"] > 80)
    True
    """
    import pandas as pd

    table = as_table(compositions, basis)
    recipes, rows = recipes_in_phases(table, process, host)
    polarization = evaluate(
        recipes.parts, np.array([ROOM_K]), spread=False
    ).value[:, 0, 0]
    metal = shares(
        recipes.charge, rows["carbon_wt_pct"], rows["oxygen_wt_pct"]
    )
    reasons = failed_conditions(metal._asdict())
    cells = ~np.any([closes for _, closes in reasons], axis=0)
    usual_grain = np.full(len(table), law("shell").usual_grain)
    boundary = boundary_composition(recipes.charge, recipes.bound, usual_grain)
    no_model = without_model(table, recipes.parts.host)
    lines: list[tuple[int, str, float, float]] = []
    for i in range(len(table)):
        code = int(recipes.parts.host[i])
        name = HOST_NAMES[code] if code >= 0 else no_model.get(i, "unknown")
        phases = [
            (name, recipes.hard[i], polarization[i]),
            ("oxide", recipes.oxide[i], 0.0),
        ]
        if name in HOSTS and HOSTS[name].magnet.walls:
            # The charge parts into cells and walls where no gate is closed, beside oxide.
            part = recipes.parts.hard_volume_fraction[i]
            inside = recipes.hard[i]
            phases = [(name, part * inside, polarization[i])]
            if cells[i]:
                phases.append(
                    (
                        HOSTS[name].magnet.walls_phase,
                        (1.0 - part) * inside,
                        np.nan,
                    )
                )
            else:
                phases += _coexisting_phases(recipes, i, (1.0 - part) * inside)
            phases.append(("oxide beside the cells", 1.0 - inside, 0.0))
        else:
            phases += _boundary_phases(recipes, i, name, boundary)
        number = int(table.row_index[i])
        for phase, part, j in phases:
            if not part <= 1e-4:
                lines.append((number, phase, 100.0 * float(part), float(j)))
    return pd.DataFrame(
        lines, columns=["row_index", "phase", "volume_pct", "polarization_T"]
    )


def _boundary_phases(
    made: Balance, i: int, name: str, boundary: dict[str, FloatArray]
) -> list[tuple[str, float, float]]:
    """List the phases outside the hard phase of one row of a charge.

    Phases that the host's files name come first; of 2:14:1 they follow from `boundary`, on which
    coercivity rests too. Otherwise they are the phases on the hull: those beside the hard phase, or
    all of them where no host is known.

    Parameters
    ----------
    made : Balance
        The n recipes split into phases, by volume.
    i : int
        Number of the row, from 0.
    name : str
        Name of its host, such as "2:14:1"; a name of no host for none.
    boundary : dict of ndarray, shape (n,)
        Of `_boundary.boundary_composition`; ``boride``, ``r6fe13x`` and ``r2fe17`` are read, of
        2:14:1 alone.

    Returns
    -------
    list of (str, float, float)
        Name, volume fraction of the whole and J_s (T, NaN if not known).
        Fractions may be 0. They add up to what hard phase and oxide leave,
        without a host, where there is no oxide, to 1. Oxide is not among them,
        and the hard phase of a known host is not.
    """
    if name not in HOSTS:
        whole = made.parts.hard_phase[i : i + 1]
        return _on_hull(whole, 1.0)
    outside = 1.0 - made.hard[i] - made.oxide[i]
    rest = made.parts.grain_boundary[i : i + 1]
    if not len(rest.values) or not outside > 0.0:
        return [("grain boundary", outside, 0.0)]
    beside = HOSTS[name].magnet.second_phases
    if beside is None:
        return _coexisting_phases(made, i, outside)
    if HOSTS[name].split.boride_ratio > 0.0:
        return _phases_of_boundary(boundary, i, outside, made.soft[i], beside)
    if made.soft[i] > 0.0:
        return [(beside.poor, outside, beside.poor_polarization_T)]
    return [(beside.rich, outside, beside.rich_polarization_T)]


def _phases_of_boundary(
    boundary: dict[str, FloatArray],
    i: int,
    outside: float,
    soft: float,
    beside: SecondPhases,
) -> list[tuple[str, float, float]]:
    """List the phases between the grains of one 2:14:1 magnet.

    They are those of `_boundary.boundary_composition`, as far as the volume `outside` the hard
    phase allows. The rest is rich in rare earth, or iron where rare earth is short.

    Parameters
    ----------
    boundary : dict of ndarray, shape (n,)
        Boundary composition of all rows: volume fractions ``boride``, ``r6fe13x`` and ``r2fe17``.
    i : int
        Number of the row, from 0.
    outside, soft : float
        Volume fractions of the whole magnet outside the hard phase, and,
        within that, of the soft phase, which is ``beside.poor``.
    beside : SecondPhases
        Phases that the host's files name: ``poor`` and ``rich``, with ``poor_polarization_T`` and
        ``rich_polarization_T``.

    Returns
    -------
    list of (str, float, float)
        Name, volume fraction and J_s (T), NaN for R2Fe17: always "R1.1Fe4B4", "R6(Fe,Co)13X",
        "R2Fe17", ``beside.poor`` and ``beside.rich``, in this order. Fractions may be 0 and add up
        to `outside`.
    """
    fractions_by_phase = {
        "R1.1Fe4B4": (boundary["boride"][i], 0.0),
        "R6(Fe,Co)13X": (boundary["r6fe13x"][i], 0.0),
        "R2Fe17": (boundary["r2fe17"][i], np.nan),
        beside.poor: (soft, beside.poor_polarization_T),
    }
    phases = []
    for name, (volume, polarization) in fractions_by_phase.items():
        part = min(float(volume), outside)
        phases.append((name, part, polarization))
        outside -= part
    return [*phases, (beside.rich, outside, beside.rich_polarization_T)]


# By how much the hard phase of a recipe is taken to lie below the hull, eV/atom: it is there. The
# next where it were not.
_THERE = 0.005, 0.05, 0.5


def _coexisting_phases(
    made: Balance, i: int, outside: float
) -> list[tuple[str, float, float]]:
    """List the phases in balance with the hard phase of row `i` of the recipes `made`.

    With the hard phase among them, phases are never more than elements. `outside` is the volume
    fraction that they share. `i` counts from 0, and `made` is a `Balance`.

    Returns
    -------
    list of (str, float, float)
        Name ("alpha-iron" or a formula), volume fraction and J_s (T; NaN but
        for alpha-iron) of each, the largest first, which add up to `outside`,
        as `_on_hull` lists them; one entry "grain boundary" where there is no
        data, or the recipe has no grain boundary. Never empty.
    """
    hard = made.parts.hard_phase[i : i + 1]
    space = stable_space(open_snapshot())
    columns = space.column[hard.indices]
    energy = solve(hard, space).energy[0]
    if not len(made.parts.grain_boundary[i : i + 1].values) or np.isnan(
        energy
    ):
        return [("grain boundary", outside, np.nan)]
    whole = made.parts.recipe[i : i + 1]
    for below in _THERE:
        larger_space = replace(
            space,
            formulas=[*space.formulas, ""],
            ptr=np.append(space.ptr, space.ptr[-1] + len(columns)),
            col=np.append(space.col, columns),
            val=np.append(space.val, hard.values),
            energy=np.append(space.energy, energy - below),
            facets={},
        )
        if (
            len(space.formulas)
            in solve(whole, larger_space, products=True).products
        ):
            break
    return _on_hull(whole, outside, larger_space)


def _on_hull(
    rest: CompositionTable, outside: float, space: "PhaseSpace | None" = None
) -> list[tuple[str, float, float]]:
    """List the phases of the embedded hull at a composition, by volume.

    Parameters
    ----------
    rest : CompositionTable
        One composition.
    outside : float
        Volume fraction that the phases share.
    space : PhaseSpace, optional
        Phases to choose from, those of the embedded snapshot otherwise; one without a name is left
        out of the list.

    Returns
    -------
    list of (str, float, float)
        Name, volume fraction and J_s (T), the largest volume first. A name is
        a formula, but "alpha-iron" for Fe; J_s is NaN but for that. Fractions
        add up to `outside`. One entry "grain boundary" of all of `outside`
        where there is no data.
    """
    solution = solve(
        rest, space or stable_space(open_snapshot()), products=True
    )
    present = solution.products[0] >= 0
    present[present] = [
        solution.formulas[k] != "" for k in solution.products[0][present]
    ]
    if np.isnan(solution.energy[0]) or not present.any():
        return [("grain boundary", outside, np.nan)]
    names = [solution.formulas[k] for k in solution.products[0][present]]
    phases = CompositionTable.from_strings(names, basis="atomic")
    row = np.repeat(np.arange(len(phases)), np.diff(phases.indptr))
    per_atom = np.bincount(
        row, phases.values * atomic_volumes()[phases.indices], len(phases)
    )
    volume = solution.fractions[0][present] * per_atom
    parts = outside * volume / volume.sum()
    largest_first = np.argsort(-parts, kind="stable")
    phases_by_volume = []
    for k in largest_first:
        name = names[k]
        polarization = np.nan
        if name == "Fe":
            name = "alpha-iron"
            polarization = IRON_POLARIZATION_T
        phases_by_volume.append((name, float(parts[k]), polarization))
    return phases_by_volume
