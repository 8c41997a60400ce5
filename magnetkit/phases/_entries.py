"""The entries of a snapshot, as hull and energies read them: one scheme of formation energies."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core.elements import INDEX
from .._core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

STRUCTURES = "structures.parquet"

SCHEMES = ("GGA_GGA+U", "GGA_GGA+U_R2SCAN", "R2SCAN")
"""Schemes of energies of the Materials Project, in the order taken where none is asked for."""
REQUIRED = (
    "formula",
    "formation_energy_eV_atom",
    "energy_above_hull_eV_atom",
    "material_id",
)
"""Columns every ``entries.parquet`` has; ``material_id`` may be null, others may follow."""
ERROR = "energy_error_eV_atom"
"""Column of the deviation of energies that were taken over from another scheme."""


@dataclass(frozen=True, eq=False, repr=False)
class Entries:
    """Phases of one scheme: what hull and energies are computed from.

    A `magnetkit.phases.Snapshot`, which says what each attribute holds, without files and hulls.
    """

    name: str
    entries: "pd.DataFrame"
    manifest: dict[str, Any]
    folder: Path | None = None
    crystals: "pd.DataFrame | None" = None
    _cache: dict[Any, Any] = field(default_factory=dict, init=False)

    def __repr__(self) -> str:
        """Return name, size and scheme, such as ``<Entries NAME: 1,234 phases, SCHEME>``.

        A manifest without ``scheme`` gives "no scheme named".
        """
        scheme = self.manifest.get("scheme", "no scheme named")
        size = f"{len(self.entries):,} phases"
        return f"<{type(self).__name__} {self.name}: {size}, {scheme}>"

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.entries)

    @cached_property
    def elements(self) -> list[str]:
        """Return the symbols of the elements in the column ``formula``, by atomic number.

        It is an attribute, read without a call. The list is computed once and
        kept; do not change it. KeyError for a symbol of no element.
        """
        return sorted(
            element_symbols(*self.entries["formula"]), key=INDEX.__getitem__
        )

    @property
    def has_structures(self) -> bool:
        """Return whether the snapshot carries crystal structures.

        It is an attribute, read without a call. It is True if ``crystals`` is
        a frame, or ``manifest["files"]`` names ``structures.parquet``; the
        file itself is not looked for.
        """
        return self.crystals is not None or STRUCTURES in self.manifest.get(
            "files", {}
        )

    def covers(self, symbols: Collection[str]) -> bool:
        """Return whether all entries of a chemical system are there.

        Those of a pull are of the systems that it asked for, ``manifest["query"]["systems"]``,
        texts such as "Fe-Nd"; any other snapshot, and one that was completed, is taken to be whole
        over the elements of its manifest, or of its entries without such a list. A pull covers each
        of its systems and their subsystems.

        Parameters
        ----------
        symbols : collection of str
            Elements of the system, such as ``["Nd", "Fe"]`` in any order. A text such as "Nd-Fe" is
            not split: its letters count as symbols.

        Returns
        -------
        bool
            True for no elements, unless a pull names no system.
        """
        systems = self.manifest.get("query", {}).get("systems")
        if systems is None or "completed" in self.manifest:
            return set(symbols) <= set(
                self.manifest.get("elements", self.elements)
            )
        return any(
            set(symbols) <= set(system.split("-")) for system in systems
        )

    def structures(self) -> "pd.DataFrame":
        """Return the crystals of the snapshot.

        Returns
        -------
        DataFrame
            Columns ``material_id`` (text) and ``structure`` (text, JSON of a pymatgen structure),
            one row a crystal. An entry without a crystal has no row. It is a copy, or read anew
            from the folder.

        Raises
        ------
        DataError
            If the snapshot carries no structures, as the embedded one.
        FileNotFoundError
            If the file that the manifest names is gone.
        """
        import pandas as pd

        if self.crystals is not None:
            return self.crystals.copy()
        if self.folder is None or not self.has_structures:
            raise DataError(
                f"snapshot {self.name!r} has no structures; freeze a pull that holds them"
            )
        return pd.read_parquet(self.folder / STRUCTURES)


def element_symbols(*formulas: str) -> set[str]:
    """Return the elements that formulas name."""
    return set(re.findall(r"[A-Z][a-z]?", " ".join(formulas)))


def entry_systems(entries: "pd.DataFrame") -> list[frozenset[str]]:
    """Return the elements of each entry."""
    return [
        frozenset(element_symbols(formula)) for formula in entries["formula"]
    ]
