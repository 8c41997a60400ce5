"""Phases as pymatgen has them: computed entries and phase diagrams, out and in."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._types import BoolArray
from .._core.errors import InputError
from ._entries import Entries, element_symbols, entry_systems
from ._space import (
    ABSURD_EV_ATOM,
    find_collapsed_entries,
    find_compositions,
    lowest_entries,
)
from .hull import measure_distances

if TYPE_CHECKING:
    import pandas as pd
    from pymatgen.analysis.phase_diagram import PhaseDiagram
    from pymatgen.core import Structure
    from pymatgen.entries.computed_entries import ComputedEntry

_SCHEME = "of the entries given"
_MOMENT = "total_magnetization"


def to_entries(
    snapshot: Entries, structures: bool = False
) -> "list[ComputedEntry]":
    """Convert the entries of a snapshot to pymatgen's, in their order; see `Snapshot.to_entries`.

    The ``entry_id`` is the ``material_id`` where there is one. Energies are
    total ones of the cell, eV, where every entry has ``energy_eV_atom``, else
    formation energies. With `structures` an entry whose id is a
    ``material_id`` of the snapshot's crystals becomes a
    ``ComputedStructureEntry``; the others stay ``ComputedEntry``. Elements
    without an entry follow, at zero, where energies are formation energies.
    DataError if `structures` is set and the snapshot has none; KeyError if its
    frame lacks ``formula``, ``formation_energy_eV_atom`` or ``material_id``.
    The snapshot is not changed.
    """
    from pymatgen.entries.computed_entries import ComputedStructureEntry

    computed_entries = _computed_entries(
        snapshot.entries, _has_total_energies(snapshot.entries)
    )
    if structures:
        crystals = _read_crystals(snapshot.structures())
        for k, entry in enumerate(computed_entries):
            crystal = crystals.get(str(entry.entry_id))
            if crystal is not None:
                computed_entries[k] = ComputedStructureEntry(
                    structure=crystal,
                    energy=entry.uncorrected_energy,
                    correction=entry.correction,
                    data=entry.data,
                    entry_id=entry.entry_id,
                )
    return computed_entries + _missing_elements(snapshot.entries)


def read_entries(entries: Any) -> Entries:
    """Read entries of pymatgen into the table of a snapshot; see `Snapshot.from_entries`.

    Parameters
    ----------
    entries : ComputedEntry or iterable of them
        One or several, of one scheme. They are not changed.

    Returns
    -------
    Entries
        Named "entries", without a folder. ``entries``, its frame, has one row
        an entry in their order. Its columns are ``formula``, ``cell``,
        ``formation_energy_eV_atom``, ``material_id``, ``energy_eV_atom``,
        ``uncorrected_energy_eV_atom``, ``magnetic_moment_muB_atom``,
        ``thermo_type`` where an entry has it, and
        ``energy_above_hull_eV_atom``, which is computed. Energies are
        formation energies over the lowest entry of each element. ``crystals``
        holds those of the entries that have one, None without any. The
        manifest has ``scheme`` ("of the entries given"), ``source`` and
        ``licence``.

    Raises
    ------
    InputError
        If there are none, one is no entry, or an element of a compound has no entry of its own.
    """
    import pandas as pd

    try:
        items = list(entries)
    except TypeError:
        items = [entries]
    if not items:
        raise InputError("expected entries of pymatgen, got none")
    for item in items:
        if not hasattr(item, "composition"):
            raise InputError(
                f"expected entries of pymatgen, got a {type(item).__name__}: {item!r:.60}"
            )
    elements = _element_energies(items)
    frame = pd.DataFrame([_entry_row(entry, elements) for entry in items])
    frame["energy_above_hull_eV_atom"] = np.nan
    manifest = {
        "scheme": _SCHEME,
        "source": f"{len(items)} entries of pymatgen",
        "licence": "as of their source",
    }
    plain_entries = Entries(
        "entries", frame, manifest, crystals=_crystal_table(items)
    )
    frame["energy_above_hull_eV_atom"] = measure_distances(plain_entries)
    return plain_entries


def phase_diagram(
    snapshot: Entries, system: "str | Iterable[str]"
) -> "PhaseDiagram":
    """Build pymatgen's phase diagram of a chemical system; see `Snapshot.phase_diagram`.

    `snapshot` is not changed. `system` is a text such as "Nd-Fe-B", symbols
    joined by hyphens without spaces, or an iterable of symbols; the order does
    not matter. Entries that the hull here leaves out are left out, and
    energies are formation energies of the cell, eV. Elements without an entry
    stand at zero, unless all entries of the system have a total energy
    (``energy_eV_atom``): then each needs an entry of its own, or pymatgen
    raises ValueError. InputError if `system` is neither, or the snapshot lacks
    one of its elements.
    """
    from pymatgen.analysis.phase_diagram import PhaseDiagram

    try:
        symbols = (
            set(system.split("-")) if isinstance(system, str) else set(system)
        )
    except TypeError:
        raise InputError(
            f"expected a system such as 'Nd-Fe-B' or its elements, got {system!r:.60}"
        ) from None
    absent = sorted(symbols - set(snapshot.elements))
    if absent:
        raise InputError(
            f"snapshot {snapshot.name} has no phases of {', '.join(absent)}; it has those of "
            f"{', '.join(snapshot.elements)}"
        )
    entries = snapshot.entries
    inside = np.array(
        [elements <= symbols for elements in entry_systems(entries)], bool
    )
    usable_entries = entries[inside & _is_usable(snapshot)]
    return PhaseDiagram(
        _computed_entries(usable_entries, total=False)
        + _missing_elements(usable_entries)
    )


def _has_total_energies(entries: "pd.DataFrame") -> bool:
    name = "energy_eV_atom"
    return name in entries.columns and bool(entries[name].notna().all())


def _computed_entries(
    entries: "pd.DataFrame", total: bool
) -> "list[ComputedEntry]":
    """Convert entries of a snapshot to pymatgen's, in their order.

    Parameters
    ----------
    entries : DataFrame
        Entries of a snapshot with ``formula``, ``formation_energy_eV_atom`` and ``material_id`` (a
        text, or missing), and as they are ``cell`` (formula of the cell), ``energy_eV_atom``,
        ``uncorrected_energy_eV_atom`` and ``magnetic_moment_muB_atom``.
    total : bool
        Take the energies of the cells (``energy_eV_atom``, with their correction), which must be
        there; otherwise formation energies, without a correction.

    Returns
    -------
    list of ComputedEntry
        Energies are of the cell, eV, of one formula unit where there is no ``cell``. ``data`` holds
        what `_facts` returns and ``material_id``; without one the ``entry_id`` is formula and row
        number from 0, such as "SmCo5-3".
    """
    from pymatgen.core import Composition
    from pymatgen.entries.computed_entries import ComputedEntry

    result = []
    for k, row in enumerate(entries.to_dict("records")):
        cell = row.get("cell")
        composition = Composition(
            cell if isinstance(cell, str) else row["formula"]
        )
        atoms = composition.num_atoms
        energy = raw = row["formation_energy_eV_atom"]
        if total:
            energy = raw = row["energy_eV_atom"]
            uncorrected = row.get("uncorrected_energy_eV_atom", np.nan)
            if not np.isnan(uncorrected):
                raw = uncorrected
        facts = _facts(row, atoms)
        entry_id = f"{row['formula']}-{k}"
        if isinstance(row["material_id"], str):
            entry_id = facts["material_id"] = row["material_id"]
        entry = ComputedEntry(
            composition,
            energy=raw * atoms,
            correction=(energy - raw) * atoms,
            entry_id=entry_id,
            data=facts,
        )
        result.append(entry)
    return result


def _facts(row: dict[Any, Any], atoms: float) -> dict[str, Any]:
    """Collect what pymatgen's entry carries as data: formation energy and moment of the cell.

    `row` is a row of a snapshot's entries as a dict, with ``formation_energy_eV_atom`` and, if it
    is known, ``magnetic_moment_muB_atom``; `atoms` is the number of atoms in the cell. The keys are
    ``formation_energy_per_atom``, eV, and ``total_magnetization``, muB a cell, which is absent
    where the moment is None or NaN.
    """
    facts: dict[str, Any] = {
        "formation_energy_per_atom": row["formation_energy_eV_atom"]
    }
    moment = row.get("magnetic_moment_muB_atom", np.nan)
    if moment is not None and np.isfinite(moment):
        facts[_MOMENT] = moment * atoms
    return facts


def _missing_elements(entries: "pd.DataFrame") -> "list[ComputedEntry]":
    """Build entries at energy zero for elements that have none.

    The list is empty where all entries have a total energy, ``energy_eV_atom``. `entries` is the
    frame of a snapshot, of which ``formula`` is read. The new entries are of one atom, in
    alphabetical order, with ids such as "Sm-at-zero".
    """
    from pymatgen.entries.computed_entries import ComputedEntry

    if _has_total_energies(entries):
        return []
    pure = set().union(
        *(system for system in entry_systems(entries) if len(system) == 1)
    )
    absent = sorted(element_symbols(*entries["formula"]) - pure)
    return [
        ComputedEntry(symbol, 0.0, entry_id=f"{symbol}-at-zero")
        for symbol in absent
    ]


def _read_crystals(table: "pd.DataFrame") -> "dict[str, Structure]":
    """Read crystals from text, by material id.

    `table` is a frame with ``material_id`` and ``structure`` (JSON of a pymatgen structure). Keys
    are the ids as texts; of several rows of one id the last counts. A text that is no JSON is a
    ValueError, JSON that is no structure a KeyError or TypeError, a missing text a TypeError.
    """
    from pymatgen.core import Structure

    pairs = zip(table["material_id"], table["structure"], strict=True)
    return {
        str(name): Structure.from_dict(json.loads(text))
        for name, text in pairs
    }


def _element_energies(entries: "list[ComputedEntry]") -> dict[str, float]:
    """Return the lowest energy of each element, eV/atom; InputError if one has none.

    Keys are symbols. The error is of an element that stands in a compound and has no entry of its
    own; all such are named. `entries` are those of pymatgen, of one scheme, of which
    ``composition`` and ``energy_per_atom`` (with the correction) are read.
    """
    lowest: dict[str, float] = {}
    missing_elements: set[str] = set()
    for entry in entries:
        symbols = list(map(str, entry.composition.elements))
        missing_elements.update(symbols)
        if len(symbols) == 1:
            symbol = symbols[0]
            lowest[symbol] = min(
                entry.energy_per_atom, lowest.get(symbol, np.inf)
            )
    absent = sorted(missing_elements - set(lowest))
    if absent:
        raise InputError(
            f"the entries hold none of the element(s) {', '.join(absent)} alone, so that no "
            "formation energy can be told; add them"
        )
    return lowest


def _entry_row(
    entry: "ComputedEntry", elements: dict[str, float]
) -> dict[str, Any]:
    """Build the row of one entry of pymatgen's, with the lowest elements at zero.

    `elements` are the lowest energies of the elements by symbol, eV/atom;
    KeyError for an element without one. The keys are ``formula`` (reduced),
    ``cell`` (formula of the cell), ``formation_energy_eV_atom``,
    ``material_id`` (of the entry's data, else its ``entry_id``, None without
    either), ``energy_eV_atom`` (with correction),
    ``uncorrected_energy_eV_atom``, ``magnetic_moment_muB_atom`` (0 or more,
    from ``total_magnetization`` of the data, muB a cell; NaN without it) and,
    if the data have it, ``thermo_type``. There is no
    ``energy_above_hull_eV_atom``.
    """
    composition = entry.composition
    atoms = composition.num_atoms
    fractions = composition.fractional_composition.as_dict()
    reference = sum(
        share * elements[symbol] for symbol, share in fractions.items()
    )
    identifier = entry.data.get("material_id", entry.entry_id)
    row = {
        "formula": composition.reduced_formula,
        "cell": composition.formula.replace(" ", ""),
        "formation_energy_eV_atom": entry.energy_per_atom - reference,
        "material_id": None if identifier is None else str(identifier),
        "energy_eV_atom": entry.energy_per_atom,
        "uncorrected_energy_eV_atom": entry.uncorrected_energy / atoms,
    }
    moment = entry.data.get(_MOMENT)
    row["magnetic_moment_muB_atom"] = (
        np.nan if moment is None else abs(moment) / atoms
    )
    if "thermo_type" in entry.data:
        row["thermo_type"] = str(entry.data["thermo_type"])
    return row


def _crystal_table(entries: "list[ComputedEntry]") -> "pd.DataFrame | None":
    """Collect ``material_id`` and ``structure`` (JSON) of entries with a crystal; None without any.

    An entry has a crystal if it has the attribute ``structure``, and not None in it. One row a
    crystal. The id is ``material_id`` of its data, else ``entry_id``, as a text; without either it
    is "None".
    """
    import pandas as pd

    rows = []
    for entry in entries:
        crystal = getattr(entry, "structure", None)
        if crystal is not None:
            identifier = str(entry.data.get("material_id", entry.entry_id))
            text = json.dumps(crystal.as_dict(verbosity=0))
            rows.append({"material_id": identifier, "structure": text})
    if rows:
        return pd.DataFrame(rows)
    return None


def _is_usable(snapshot: Entries) -> BoolArray:
    """Say which entries of `snapshot` the hull takes into account, bool (n,).

    False are entries without a usable energy (NaN, or above 5 eV/atom in size), calculated without
    their moment, or of a composition that is doubtful for it. Higher polymorphs are True. They are
    in the order of ``snapshot.entries``, whose formulas must all be readable.
    """
    entries = snapshot.entries
    doubtful = lowest_entries(snapshot).doubtful
    energies = entries["formation_energy_eV_atom"].to_numpy(float)
    usable = np.abs(energies) <= ABSURD_EV_ATOM
    is_collapse = find_collapsed_entries(entries)
    if is_collapse is not None:
        usable &= ~is_collapse
    return usable & ~find_compositions(entries, doubtful)
