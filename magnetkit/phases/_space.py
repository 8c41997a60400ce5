"""The competing phases of a snapshot as arrays, and which chemical systems a table asks for.

All facets of the hull of a small chemical system.
"""

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core._arguments import warn
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.elements import N_ELEMENTS, RARE_EARTHS, SYMBOLS
from .._core.errors import DataError
from ..alloy.table import CompositionTable
from ._entries import ERROR, SCHEMES, Entries

if TYPE_CHECKING:
    import pandas as pd

    from ._hull_kernels import Planes

# Rows of one chemical system that one thread solves in a row, each from the last one's basis.
RUN = 16384
ABSURD_EV_ATOM = 5.0
"""Largest size of a formation energy; the strongest bound compounds, fluorides, reach 4.5."""
WITHOUT_MOMENT = "calculated without its moment"
# Shares of the atoms from which a rare earth's compound is magnetic (YFe2, YCo5; YCo2 is none), and
# what an atom of iron or cobalt carries there at the least, muB.
_RICH_IN_IRON = 0.6
_RICH_IN_BOTH = 0.8
_LEAST_MOMENT_MUB = 0.3


@dataclass(frozen=True, eq=False)
class PhaseSpace:
    """Phases over the element columns of a snapshot."""

    formulas: list[
        str
    ]  # one a phase, in the order of the other arrays; the elements come first
    column: NDArray[
        np.int64
    ]  # (118,), column by atomic number less one; -1 without phases
    ptr: IntArray  # (phases + 1,): rows of atomic fractions, sparse
    col: IntArray
    val: FloatArray
    energy: NDArray[
        np.float64
    ]  # formation energy, eV/atom, (phases,); the elements stand at zero
    left_out: tuple[str, ...] = ()  # entries without a usable energy, and why
    # key of the composition to formula, where the lowest entry lost its moment: energy unknown
    doubtful: dict[bytes, str] = field(default_factory=dict)
    # deviation of each energy from the scheme of the snapshot, eV/atom, (phases,)
    error: FloatArray = field(default_factory=lambda: np.zeros(0))
    facets: dict[bytes, Any] = field(default_factory=dict, repr=False)

    @property
    def columns(self) -> int:
        """Number of elements."""
        return int(self.column.max()) + 1

    def take(self, chosen: NDArray) -> "PhaseSpace":
        """Return the space of some of the phases, with the same columns.

        `chosen`, bool (phases,), is True for the phases to take; it must be True for the elements,
        which come first. The order stays, phases are numbered anew. ``left_out`` and ``doubtful``
        are taken over as they are, facets are not. This space is not changed.
        """
        keep = np.flatnonzero(chosen)
        compounds = self.table()[keep]
        names = [self.formulas[k] for k in keep]
        columns = self.column[compounds.indices]
        return PhaseSpace(
            formulas=names,
            column=self.column,
            ptr=compounds.indptr,
            col=columns,
            val=compounds.values,
            energy=self.energy[keep],
            left_out=self.left_out,
            doubtful=self.doubtful,
            error=self.error[keep],
        )

    def table(self) -> CompositionTable:
        """Return the phases as a composition table.

        Rows are in the order of the phases, the elements first; row_index
        counts from 0. Amounts are atomic fractions. Formulas and energies are
        not in it. Its arrays are those of the space and must not be changed.
        """
        element = np.full(self.columns, -1, np.int32)
        has_column = self.column >= 0
        element[self.column[has_column]] = np.flatnonzero(has_column)
        rows = np.arange(len(self.energy), dtype=np.int64)
        return CompositionTable(self.ptr, element[self.col], self.val, rows)


def _find_lowest(
    keys: Iterable[bytes], energies: FloatArray
) -> dict[bytes, int]:
    """Return for each key the position of its lowest energy, the first of equals.

    `keys` are such as of `composition_keys`, one for each of `energies`, float64 (n,), eV/atom,
    none NaN. Positions count from 0; keys of the result are in the order in which they first
    appear.
    """
    lowest: dict[bytes, int] = {}
    for place, key in enumerate(keys):
        if key not in lowest or energies[place] < energies[lowest[key]]:
            lowest[key] = place
    return lowest


def _check_elements(
    formulas: list[str], energies: FloatArray, rows: IntArray
) -> None:
    """Raise DataError if one of the elements at `rows` has an energy below zero.

    `formulas`, n texts, and `energies`, (n,), eV/atom, are of all entries; `rows`, int, are
    positions in them, from 0, of pure elements. Below zero means less than -1e-6 eV/atom. The first
    such element is named. Nothing is returned; an energy above zero passes.
    """
    for i in rows:
        if energies[i] < -1e-6:
            raise DataError(
                f"{formulas[i]} lies {-energies[i]:.3f} eV/atom below zero; formation energies "
                "must be of one scheme with the elements at zero"
            )


def build_space(
    formulas: list[str],
    energies: FloatArray,
    collapsed: BoolArray | None = None,
    errors: FloatArray | None = None,
) -> PhaseSpace:
    """Gather phases into a space: the lowest energy of each composition, elements at zero.

    Entries without energy (NaN), or more than `ABSURD_EV_ATOM` (5 eV/atom) from the elements, are
    left out and listed. Where the lowest entry of a composition is collapsed, the whole composition
    is left out as doubtful: another polymorph says nothing of it. Collapsed entries that are not
    the lowest are listed too. Compositions that agree within 1e-6 are the same.

    Parameters
    ----------
    formulas : list of str
        Formula of each of n entries, such as "SmCo5".
    energies : ndarray of float64, shape (n,)
        Formation energies, eV/atom.
    collapsed : ndarray of bool, shape (n,), optional
        Entries calculated without the moment that they have; none without it.
    errors : ndarray of float64, shape (n,), optional
        Deviations of the energies, eV/atom; 0 without it.

    Returns
    -------
    PhaseSpace
        The elements first, by atomic number, at energy 0 whether they have an
        entry or not; they are those of the entries that are used. Then
        compounds in the order in which their compositions appear. ``energy``
        and ``error`` are in eV/atom, one a phase; ``formulas`` are symbols,
        then the texts of the lowest entries; ``left_out`` are texts such as
        "SmCo5: no formation energy"; ``doubtful`` maps keys of
        `composition_keys` to formulas.

    Raises
    ------
    DataError
        If a formula of an entry with a usable energy cannot be read, or an element lies below zero.

    Examples
    --------
    >>> entries = ["SmCo5", "SmCo3", "SmCo5"]
    >>> space = build_space(entries, np.array([-0.1, np.nan, -0.2]))
    >>> space.formulas, space.energy.tolist(), space.left_out
    (['Co', 'Sm', 'SmCo5'], [0.0, 0.0, -0.2], ('SmCo3: no formation energy',))
    """
    absurd = ~(np.abs(energies) <= ABSURD_EV_ATOM)
    collapsed = (
        np.zeros(len(formulas), bool) if collapsed is None else collapsed
    )
    errors = np.zeros(len(formulas)) if errors is None else errors
    left_out = _reasons_left_out(formulas, energies, absurd, collapsed)
    rows = np.flatnonzero(~absurd)
    table = CompositionTable.from_strings(
        [formulas[i] for i in rows], basis="atomic"
    )
    if table.errors:
        raise DataError(
            f"a formula of the snapshot cannot be read: {table.errors[0].text!r}"
        )
    lowest = _find_lowest(composition_keys(table), energies[rows])
    doubtful = {
        key: formulas[rows[k]]
        for key, k in lowest.items()
        if collapsed[rows[k]]
    }
    places = np.array(
        [k for key, k in lowest.items() if key not in doubtful], np.int64
    )
    pure = np.diff(table.indptr)[places] == 1
    _check_elements(formulas, energies, rows[places[pure]])
    places = places[~pure]
    compound_rows = rows[places]
    present = np.unique(table.indices).astype(np.int64)
    column = np.full(N_ELEMENTS, -1, np.int64)
    column[present] = np.arange(len(present))
    compounds = table[places]
    numbers = np.arange(len(present))
    nothing = np.zeros(len(present))
    return PhaseSpace(
        formulas=[SYMBOLS[c] for c in present]
        + [formulas[i] for i in compound_rows],
        column=column,
        ptr=np.concatenate([numbers, len(present) + compounds.indptr]).astype(
            np.int64
        ),
        col=np.concatenate([numbers, column[compounds.indices]]),
        val=np.concatenate([np.ones(len(present)), compounds.values]),
        energy=np.concatenate([nothing, energies[compound_rows]]),
        left_out=left_out,
        doubtful=doubtful,
        error=np.concatenate([nothing, errors[compound_rows]]),
    )


def _reasons_left_out(
    formulas: list[str],
    energies: FloatArray,
    absurd: BoolArray,
    collapsed: BoolArray,
) -> tuple[str, ...]:
    """List in words which entries are left out, and why, such as "SmCo5: no formation energy".

    Parameters
    ----------
    formulas : list of str
        n formulas, in atoms.
    energies : ndarray of float64, shape (n,)
        Formation energies, eV/atom, for the words.
    absurd, collapsed : ndarray of bool, shape (n,)
        Entries without a usable energy, and those calculated without their moment.

    Returns
    -------
    tuple of str
        First those without a usable energy, "SmCo5: no formation energy" (NaN
        or infinite) or "SmCo5: formation energy 9.2 eV/atom" (up to six
        digits), then the collapsed ones, "YFe2: calculated without its
        moment"; one text an entry, in the order of the entries. An entry that
        is both is named once, among the first.
    """
    reasons = []
    for i in np.flatnonzero(absurd):
        missing = not np.isfinite(energies[i])
        reason = (
            "no formation energy"
            if missing
            else f"formation energy {energies[i]:g} eV/atom"
        )
        reasons.append(f"{formulas[i]}: {reason}")
    for i in np.flatnonzero(collapsed & ~absurd):
        reasons.append(f"{formulas[i]}: {WITHOUT_MOMENT}")
    return tuple(reasons)


def composition_keys(table: CompositionTable, digits: int = 6) -> list[bytes]:
    """Return one key a composition of `table`, equal where elements and fractions are.

    Fractions count as equal where they agree when rounded to so many `digits` behind the point, 9
    at most. A key is bytes, of no use but to be compared with keys of as many digits. An entry of
    fraction 0 makes another key. The order is that of the rows.
    """
    amount = np.round(table.values * 10**digits).astype(np.int32)
    parts = np.column_stack([table.indices, amount]).astype(np.int32)
    bounds = table.indptr.tolist()
    return [parts[a:b].tobytes() for a, b in itertools.pairwise(bounds)]


def read_formulas(entries: "pd.DataFrame") -> CompositionTable:
    """Read the column ``formula`` of a snapshot's entries, in atoms, one row an entry.

    `entries` is a frame whose ``formula`` holds texts such as "SmCo5"; other columns are not read.
    A formula that cannot be read has no row, and stands in ``errors`` of the table; ``row_index``
    gives the entry of each row, from 0.
    """
    return CompositionTable.from_strings(
        entries["formula"].tolist(), basis="atomic"
    )


def find_compositions(
    entries: "pd.DataFrame", keys: Collection[bytes]
) -> BoolArray:
    """Say which entries have one of the compositions `keys`, bool (n,).

    `entries` is the frame of a snapshot, of which ``formula`` is read; `keys` are of
    `composition_keys` with six digits, such as the keys of ``PhaseSpace.doubtful``. The result is
    in the order of the entries; a formula that cannot be read has no place in it, so that it is
    shorter then.
    """
    table = read_formulas(entries)
    return np.array([key in keys for key in composition_keys(table)], bool)


def lowest_entries(snapshot: Entries) -> PhaseSpace:
    """Return the lowest entry of every composition of a snapshot; a UserWarning names entries left out.

    `snapshot` is an `Entries` or `Snapshot`, such as `open_snapshot` returns.
    Of the frame ``snapshot.entries`` the columns ``formula`` and
    ``formation_energy_eV_atom`` are read (KeyError without them), and, where
    they are there, ``energy_error_eV_atom``, ``magnetic_moment_muB_atom``,
    ``ordering``, ``thermo_type`` and ``source``. Elements stand first, at
    energy 0. The `PhaseSpace` has ``formulas``, ``energy`` and ``error``
    (eV/atom), one a phase, ``left_out`` and ``doubtful``. The result is kept
    in the cache of the snapshot, and the warning is issued at the first call
    alone. DataError as from `build_space`, or if the entries are of more than
    one scheme.
    """
    if "space" not in snapshot._cache:
        entries = snapshot.entries
        _check_one_scheme(snapshot)
        space = build_space(
            entries["formula"].tolist(),
            entries["formation_energy_eV_atom"].to_numpy(float),
            find_collapsed_entries(entries),
            _errors(entries),
        )
        _warn_left_out(snapshot.name, space)
        snapshot._cache["space"] = space
    return snapshot._cache["space"]


def _errors(entries: Any) -> FloatArray | None:
    if ERROR not in entries.columns:
        return None
    return entries[ERROR].fillna(0.0).to_numpy(float)


def _warn_left_out(name: str, space: PhaseSpace) -> None:
    """Issue a UserWarning that names entries left out, and compositions that are unknown for it.

    `name` is that of the snapshot, for the text. `space` says in ``left_out``,
    a tuple of texts, what was left out, and in the values of ``doubtful``, a
    dict, which formulas are unknown. Nothing is issued if none was left out;
    at most five of each are named. Nothing is returned.
    """
    if not space.left_out:
        return
    first_ones = "; ".join(space.left_out[:5])
    rest = (
        f" and {len(space.left_out) - 5} more"
        if len(space.left_out) > 5
        else ""
    )
    text = f"snapshot {name}: left out {first_ones}{rest}"
    if space.doubtful:
        unknown = ", ".join(list(space.doubtful.values())[:5])
        text += (
            f"; unknown for it: {unknown}. Snapshot.completed() takes these from the embedded "
            "snapshot"
        )
    warn(text)


def find_collapsed_entries(entries: Any) -> BoolArray | None:
    """Say which entries lost, in their calculation, the moment that such compounds have, bool (n,).

    Compounds of rare earths with at least 60 at.% iron, or 80 at.% iron and cobalt, are magnetic; a
    calculation that lost the moment lies up to 0.3 eV/atom too high. Not judged are those of
    gadolinium and europium, whose 4f moments are calculated and may cancel, and antiferromagnets.
    `entries` is the frame of a snapshot with ``formula``, and, if they are known,
    ``magnetic_moment_muB_atom`` (Bohr magnetons an atom) and ``ordering``, of which "AFM" is an
    antiferromagnet. None if that column of moments is missing or empty; an entry without a moment
    (NaN), and one whose formula cannot be read, is False. A moment is lost below 0.3 Bohr magnetons
    an atom of iron and cobalt.
    """
    name = "magnetic_moment_muB_atom"
    if name not in entries.columns or entries[name].isna().all():
        return None
    table = read_formulas(entries)
    moment = entries[name].to_numpy(float)[table.row_index]
    iron = table.fraction("Fe")
    iron_and_cobalt = table.fraction("Fe", "Co")
    rich = (table.fraction(*RARE_EARTHS) > 0) & (
        (iron >= _RICH_IN_IRON) | (iron_and_cobalt >= _RICH_IN_BOTH)
    )
    rich &= table.fraction("Gd", "Eu") == 0.0
    lacks_moment = np.zeros(len(entries), bool)
    lacks_moment[table.row_index] = rich & (
        moment < _LEAST_MOMENT_MUB * iron_and_cobalt
    )
    if "ordering" in entries.columns:
        lacks_moment &= (entries["ordering"] != "AFM").to_numpy(bool)
    return lacks_moment


def _check_one_scheme(snapshot: Entries) -> None:
    """Raise DataError if the entries of a snapshot name more than one scheme of energies.

    `snapshot` is an `Entries`, not its frame. The columns ``thermo_type`` and
    ``source`` of ``snapshot.entries`` are looked at, if they are there: the
    last word of each text counts if it is one of `SCHEMES`, "GGA_GGA+U",
    "GGA_GGA+U_R2SCAN" or "R2SCAN". Each column is judged by itself; missing
    cells and other words do not count. Nothing is returned.
    """
    for name in ("thermo_type", "source"):
        if name in snapshot.entries.columns:
            functionals = {
                str(s).rsplit(" ", 1)[-1]
                for s in snapshot.entries[name].dropna().unique()
            }
            schemes = sorted(functionals & set(SCHEMES))
            if len(schemes) > 1:
                raise DataError(
                    f"snapshot {snapshot.name} mixes energies of {', '.join(schemes)}; one hull "
                    "takes one scheme: freeze each by itself"
                )


# Pairs of sets that are compared at once.
_PAIRS = 1 << 16


@dataclass(frozen=True, eq=False)
class Systems:
    """Rows of a table gathered by chemical system."""

    members: BoolArray  # elements of each system, (systems, columns)
    # rows that can be solved, system by system, each system's in the order of the table
    order: IntArray
    bounds: IntArray  # where each system's rows lie in `order`, (systems + 1,)

    def runs(self, chosen: BoolArray) -> tuple[IntArray, ...]:
        """Split the rows of the chosen systems into runs of at most `RUN` (16,384) rows.

        `chosen` is bool, (systems,). Each array is int64, one entry a run. No system chosen gives
        empty arrays.

        Returns
        -------
        tuple of three ndarrays of int64
            System (row of ``members``), first position in ``order`` and the position after the
            last, of each run.
        """
        runs = []
        for system in np.flatnonzero(chosen):
            end = self.bounds[system + 1]
            for first in range(self.bounds[system], end, RUN):
                runs.append((system, first, min(first + RUN, end)))
        return tuple(np.array(runs, np.int64).reshape(-1, 3).T.copy())


def gather(table: CompositionTable, space: PhaseSpace) -> Systems:
    """Group the rows of a table by the largest chemical systems that hold them.

    A row joins a system of more elements if another row needs that anyway: the hull over more
    elements is the same at its composition. Rows with an element without phases, and empty ones,
    are left out. `table` has n compositions; of `space` only ``column`` and ``columns`` are used,
    which give each element its column. Neither is changed.

    Returns
    -------
    Systems
        ``members``, bool (systems, columns), the elements of each; ``order``, row numbers of
        `table` from 0, system by system, ascending within each; ``bounds``, (systems + 1,), where
        those of each lie in it: system s has ``order[bounds[s]:bounds[s + 1]]``.
    """
    import pandas as pd

    from .._core._threads import share_rows
    from ..alloy._row_kernels import element_sets

    words = (space.columns + 63) // 64
    word = np.where(space.column >= 0, space.column // 64, -1)
    sets = np.zeros((len(table), words), np.uint64)
    has_entries = np.zeros(len(table), bool)
    share_rows(
        element_sets,
        len(table),
        table.rows,
        word,
        space.column % 64,
        sets,
        has_entries,
    )
    code = np.zeros(len(table), np.int64)
    for w in range(words):
        codes, distinct = pd.factorize(sets[:, w])
        code = code * len(distinct) + codes
    rows_with_entries = np.flatnonzero(has_entries)
    code, systems = pd.factorize(code[rows_with_entries])
    sets = sets[rows_with_entries[first_positions(code, len(systems))]]
    bits = np.unpackbits(sets.view(np.uint8), axis=1, bitorder="little")
    members = bits[:, : space.columns].astype(bool)
    owner = _cover(sets, members.sum(axis=1))
    keep, owner = np.unique(owner, return_inverse=True)
    group = owner[code]
    order = (
        rows_with_entries[np.argsort(group, kind="stable")]
        if len(keep) > 1
        else rows_with_entries
    )
    bounds = np.concatenate(
        [[0], np.cumsum(np.bincount(group, minlength=len(keep)))]
    )
    return Systems(members[keep], order, bounds.astype(np.int64))


def first_positions(codes: IntArray, n: int) -> IntArray:
    """Return where each of the codes 0 to `n` - 1 appears first in `codes`, int64 (n,).

    `codes`, int (m,), are such as ``pandas.factorize`` returns; positions count from 0. A code that
    does not appear has 0. Negative codes must not occur.
    """
    first = np.zeros(n, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first


def _cover(sets: NDArray[np.uint64], sizes: IntArray) -> IntArray:
    """Return for each of n distinct sets the index of the largest that contains it, int64 (n,).

    `sets`, uint64 (n, words), have a bit an element; `sizes`, (n,), are how many each has. A set
    that no larger one contains has its own index; any other the largest that contains it, of
    equally large ones the first. Neither is changed.
    """
    owner = np.arange(len(sets))
    order = np.argsort(-sizes, kind="stable")
    sets = sets[order]
    # The largest of a chain of sets is held by itself alone.
    largest = np.ones(len(sets), bool)
    step = max(1, _PAIRS // max(len(sets), 1))
    for rows in (
        slice(start, start + step) for start in range(0, len(sets), step)
    ):
        holds = _is_subset(sets[rows], sets)
        largest[rows] = holds.sum(axis=1) == 1
    above = np.flatnonzero(largest)
    within = np.flatnonzero(~largest)
    for some in (
        within[start : start + step] for start in range(0, len(within), step)
    ):
        holds = _is_subset(sets[some], sets[above])
        owner[order[some]] = order[above[holds.argmax(axis=1)]]
    return owner


def _is_subset(
    some: NDArray[np.uint64], others: NDArray[np.uint64]
) -> BoolArray:
    """Say whether each set of `some` is contained in each of `others`, bool (a, b).

    `some`, uint64 (a, words), and `others`, uint64 (b, words), have a set a row and a bit an
    element. A set is contained in itself, and the empty set in any.
    """
    is_inside = np.ones((len(some), len(others)), bool)
    for column, other in zip(some.T, others.T, strict=True):
        is_inside &= (column[:, None] & ~other) == 0
    return is_inside


def find_facets(space: PhaseSpace, members: BoolArray) -> "Planes | None":
    """Return the facets of a chemical system; None if they cannot be had.

    None is returned if qhull fails, or a facet prices a phase above its energy.
    They are computed at the first call and kept in ``space.facets``, None too.
    `space` has the phases on the hull, see `stable_space`. `members`, bool
    (columns,), says which elements the system has, by the columns of `space`:
    that of atomic number z has the column ``space.column[z - 1]``, -1 where
    the space has none of it. The m elements of the system are in the order of
    their columns. `Planes` has ``price``, chemical potentials of each facet,
    (facets, m), eV/atom; ``corner``, int32 (facets, m), numbers of the phases
    in `space`, ascending; ``energy`` of the corners, (facets, m), eV/atom;
    ``matrix``, atomic fractions, element by corner, (facets, m, m), with its
    ``factors`` and ``order`` as `factor` leaves them.
    """
    key = members.tobytes()
    if key not in space.facets:
        space.facets[key] = _find(space, members)
    return space.facets[key]


def _find(space: PhaseSpace, members: BoolArray) -> "Planes | None":
    """Compute the lower facets of the hull of a chemical system.

    `members`, (columns,), says which elements the system has. None if qhull fails or if a facet
    prices a phase above its energy. `space` has the phases on the hull, the elements among them.

    Returns
    -------
    Planes or None
        Of a system of m elements, in the order of their columns: ``price``, what each facet prices
        an atom of each element at, (facets, m), eV/atom; ``corner``, int32 (facets, m), numbers of
        the phases in `space`, ascending; ``matrix``, what the corners are made of, element by
        corner, (facets, m, m); ``factors`` and ``order``, its factors; ``energy`` of the corners,
        (facets, m), eV/atom.
    """
    from scipy.spatial import ConvexHull, QhullError

    from .._core._arrays import Phases
    from ..alloy._row_kernels import subsystem
    from ._hull_kernels import Planes, factor

    ids, phases, _ = subsystem(
        members, Phases(space.ptr, space.col, space.val, space.energy)
    )
    energy = phases.energy
    m = int(members.sum())
    dense = np.zeros((len(ids), m))
    dense[np.repeat(np.arange(len(ids)), np.diff(phases.ptr)), phases.col] = (
        phases.val
    )
    if len(ids) == m or m == 1:
        corners = np.arange(m)[None, :]
    else:
        # A point high above closes the hull, so that all that is left are lower facets.
        points = np.column_stack([dense[:, 1:], energy])
        top = np.append(np.full(m - 1, 1.0 / m), 1.0)
        try:
            simplices = ConvexHull(np.vstack([points, top])).simplices
        except QhullError:
            return None
        corners = np.sort(
            simplices[(simplices < len(ids)).all(axis=1)], axis=1
        )
    matrix = dense[corners].transpose(0, 2, 1)
    flat = np.abs(np.linalg.det(matrix)) < 1e-13
    corners = corners[~flat]
    matrix = matrix[~flat]
    inverse = np.linalg.inv(matrix)
    price = np.einsum("fb,fbc->fc", energy[corners], inverse)
    # A facet of the true hull prices no phase above its energy.
    sound = (price @ dense.T <= energy + 1e-9).all(axis=1)
    if not len(corners) or not sound.all():
        return None
    factors = matrix.copy(order="C")
    order = np.empty(corners.shape, np.int64)
    for factor_of_facet, rows in zip(factors, order, strict=True):
        factor(factor_of_facet, m, rows)
    price = np.ascontiguousarray(price)
    matrix = np.ascontiguousarray(matrix)
    return Planes(
        price,
        ids[corners].astype(np.int32),
        factors,
        order,
        matrix,
        energy[corners],
    )
