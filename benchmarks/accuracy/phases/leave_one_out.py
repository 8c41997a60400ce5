"""Leave-one-out validation of the formation energies of substituted phases."""

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from magnetkit.elements import RARE_EARTHS
from magnetkit.errors import DataError
from magnetkit.settings import get_settings
from numpy.typing import NDArray

from magnetkit._core._constants import DEVIATIONS_90
from magnetkit.phases._mixing import MixingModel, conformal_scale
from magnetkit.phases._space import PhaseSpace, build_space, lowest_entries
from magnetkit.phases.records import HOSTS, Structure
from magnetkit.phases.snapshot import Snapshot, open_snapshot

if TYPE_CHECKING:
    import pandas as pd

VALIDATED = ("2:14:1", "1:5", "2:17", "1:12")
ENTRIES = "materials_project/mp_entries.csv.gz"
STRUCTURES = "materials_project/mp_structures_pool_all.jsonl.gz"


def leave_one_out(
    snapshot: "Snapshot | str | Path | None" = None,
) -> "pd.DataFrame":
    """Predict each entry of intermediate composition from all the others.

    An intermediate entry has more than one rare earth or more than one metal on the sites of a
    2:14:1, 1:5, 2:17 or 1:12 phase. With Materials Project entries and structures in the mirror
    folder (``MAGNETKIT_MIRROR``) the prototype is checked by the structure, all rare earths taken
    alike and all metals alike; without them the embedded snapshot is used, prototypes by
    stoichiometry. The peer is plain linear mixing of the end members, where the snapshot has them
    all. Intervals are scaled by the other entries alone.

    Parameters
    ----------
    snapshot : str, Path or Snapshot, optional
        Phases to validate on instead, prototypes by stoichiometry.

    Returns
    -------
    DataFrame
        One row a host and one for all: ``host``, ``entries``, ``interpolation_mae_eV_atom``,
        ``interpolation_median_eV_atom``, ``inside_90`` (share of entries inside their 90 %
        interval); ``linear_entries``, ``linear_mae_eV_atom`` and, on
        the same entries, ``interpolation_mae_there_eV_atom``; ``data``.
    """
    import pandas as pd

    space, data = validation_space(snapshot)
    parts = []
    for host in VALIDATED:
        model = MixingModel(space, host)
        frame = pd.DataFrame(
            {
                "host": host,
                "own": np.abs(model.loo_error),
                "inside": _is_inside(model),
                "linear": np.abs(model.energy - linear_mixing(model)),
            }
        )
        parts.append(frame[model.mixed])
    every = pd.concat(parts, ignore_index=True)
    rows = [_row(host, every[every["host"] == host]) for host in VALIDATED]
    return pd.DataFrame([*rows, _row("all", every)]).assign(data=data)


def _is_inside(model: MixingModel) -> NDArray[np.bool_]:
    """Return which entries lie inside their 90 % interval, each scaled by the others alone."""
    distance = np.abs(model.loo_error) / (DEVIATIONS_90 * model.loo_deviation)
    scales = np.full(len(distance), model.scale)
    at = np.flatnonzero(model.mixed)
    scales[at] = [
        conformal_scale(np.delete(model.far, i)) for i in range(len(at))
    ]
    return distance <= scales


def _row(host: str, part: "pd.DataFrame") -> dict[str, Any]:
    linear = part[part["linear"].notna()]
    return {
        "host": host,
        "entries": len(part),
        "interpolation_mae_eV_atom": part["own"].mean(),
        "interpolation_median_eV_atom": part["own"].median(),
        "inside_90": part["inside"].mean(),
        "linear_entries": len(linear),
        "linear_mae_eV_atom": linear["linear"].mean(),
        "interpolation_mae_there_eV_atom": linear["own"].mean(),
    }


def linear_mixing(model: MixingModel) -> NDArray[np.float64]:
    """Return the end members' energies mixed by share; NaN where one of them is missing."""
    x, y, z = model.occupation
    third = z if z.shape[1] else np.ones((len(x), 1))
    shape = x.shape[1], y.shape[1], third.shape[1]
    ends = np.full(shape, np.nan)
    pure = np.flatnonzero(
        (x.max(axis=1) > 1 - 1e-6)
        & (y.max(axis=1) > 1 - 1e-6)
        & (third.max(axis=1) > 1 - 1e-6)
    )
    ends[
        x[pure].argmax(axis=1),
        y[pure].argmax(axis=1),
        third[pure].argmax(axis=1),
    ] = model.energy[pure]
    share = np.einsum("nr,nm,nk->nrmk", x, y, third)
    is_missing = (share > 1e-9) & np.isnan(ends)
    energy = np.einsum("nrmk,rmk->n", share, np.nan_to_num(ends))
    return np.where(is_missing.any(axis=(1, 2, 3)), np.nan, energy)


def validation_space(
    snapshot: "Snapshot | str | Path | None",
) -> tuple[PhaseSpace, str]:
    """Return the phases that are left out, and what they are; see `leave_one_out`."""
    import pandas as pd

    if snapshot is not None:
        source = open_snapshot(snapshot)
        return lowest_entries(
            source
        ), f"snapshot {source.name}, prototypes by stoichiometry"
    mirror = get_settings().mirror
    if (
        mirror is None
        or not (mirror / ENTRIES).is_file()
        or not (mirror / STRUCTURES).is_file()
    ):
        return lowest_entries(
            open_snapshot()
        ), "embedded snapshot, prototypes by stoichiometry"
    entries = pd.read_csv(
        mirror / ENTRIES, keep_default_na=False, na_values=[""]
    )
    entries = entries[
        (entries["in_pool"] == 1) & entries["e_form_2019"].notna()
    ]
    foreign = foreign_structures(entries, mirror / STRUCTURES)
    entries = entries[~entries["material_id"].isin(foreign)]
    space = build_space(
        entries["formula"].tolist(), entries["e_form_2019"].to_numpy(float)
    )
    return space, "mirror, prototypes by structure"


def foreign_structures(entries: "pd.DataFrame", structures: Path) -> set[str]:
    """Return the ids of entries with a host's ratio of elements and another structure.

    Raises
    ------
    DataError
        If the structures cannot be read.
    """
    import warnings

    from pymatgen.analysis.structure_matcher import StructureMatcher
    from pymatgen.core import Lattice
    from pymatgen.core import Structure as Crystal

    wanted = _host_ratio(entries)
    matcher = StructureMatcher(ltol=0.3, stol=0.4, angle_tol=8)
    prototypes = {host: _prototypes(host) for host in VALIDATED}
    foreign = set(wanted)
    with (
        gzip.open(structures, "rt", encoding="utf-8") as stream,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        for line in stream:
            try:
                document = json.loads(line)
                name = document["material_id"]
                if name not in wanted:
                    continue
                kinds = [
                    _kind(symbol, HOSTS[wanted[name]])
                    for symbol in document["species"]
                ]
                lattice = Lattice.from_parameters(*document["lattice"])
                crystal = Crystal(lattice, kinds, document["frac_coords"])
            except (ValueError, KeyError) as error:
                raise DataError(
                    f"{structures} is damaged ({error}); fetch it again"
                ) from None
            if any(matcher.fit(crystal, p) for p in prototypes[wanted[name]]):
                foreign.discard(name)
    return foreign


def _host_ratio(entries: "pd.DataFrame") -> dict[str, str]:
    """Return material id to host of the entries with a validated host's ratio of elements."""
    from magnetkit.alloy.table import CompositionTable

    table = CompositionTable.from_strings(
        entries["formula"].tolist(), basis="atomic"
    )
    earth = table.fraction(*RARE_EARTHS)
    ids = entries["material_id"].to_numpy()[table.row_index]
    hosts: dict[str, str] = {}
    for name in VALIDATED:
        host = HOSTS[name]
        atoms = host.rare_earth + host.transition_metal + host.interstitial
        third = (
            table.fraction(*host.interstitial_elements)
            if host.interstitial
            else 0.0 * earth
        )
        fits = np.abs(earth - host.rare_earth / atoms) < 1e-6
        fits &= np.abs(third - host.interstitial / atoms) < 1e-6
        hosts |= dict.fromkeys(ids[fits].tolist(), name)
    return hosts


def _kind(symbol: str, host: Any) -> str:
    if symbol in RARE_EARTHS:
        return "La"
    if host.interstitial and symbol in host.interstitial_elements:
        return "B"
    return "Fe"


def _prototypes(host: str) -> list[Any]:
    """Return the host's structures with one kind of atom a role."""
    from pymatgen.core import Lattice
    from pymatgen.core import Structure as Crystal

    kinds = {"rare_earth": "La", "transition_metal": "Fe", "interstitial": "B"}
    rows = []
    entry = HOSTS[host]
    cells: list[Structure] = [entry.structure]
    if entry.hexagonal is not None:
        cells.append(entry.hexagonal)
    for cell in cells:
        tetragonal = cell.space_group.startswith(("P4", "I4"))
        lattice = (Lattice.tetragonal if tetragonal else Lattice.hexagonal)(
            cell.a_A, cell.c_A
        )
        sites = [
            s
            for s in cell.sites
            if s.role != "interstitial" or entry.interstitial
        ]
        rows.append(
            Crystal.from_spacegroup(
                cell.space_group_number,
                lattice,
                [kinds[s.role] for s in sites],
                [s.position for s in sites],
            )
        )
    return rows
