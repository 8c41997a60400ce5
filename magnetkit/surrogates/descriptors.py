"""Descriptors that the surrogates learn on, by set.

``magnet``: ratios of two sums over the elements, the rare-earth ions and the magnetic valence
taken from `magnetkit.features.descriptors`. Amounts are counted per rare earth and metal atom,
without boron, carbon, nitrogen and hydrogen, so that a nitride lies beside its parent. A set of
the name of a property adds its physical estimate, and whether there is one.
``statistics``: families of elements, their fractions, mean and average deviation of the magpie
properties, and norms of the fractions, which tell stoichiometries apart whatever the elements.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from ..composition import CompositionTable
from ..elements import INTERSTITIALS, LIGHT_RARE_EARTHS, N_ELEMENTS, RARE_EARTHS, SYMBOLS, mask
from ..errors import InputError
from ..features.descriptors import ION_PROPERTIES, ion_properties, magnetic_valence
from ..features.element_table import ElementTable, load_table
from ..features.statistics import composition_statistics
from .physics import ESTIMATED, physical

_EARLY = ("Sc", "Ti", "V", "Cr", "Zr", "Nb", "Mo", "Hf", "Ta", "W")
_LATE = ("Cu", "Pd", "Pt", "Rh", "Ir", "Ru", "Re", "Os", "Ag", "Au")
_MAIN = ("Be", "Mg", "Zn", "Cd", "Al", "Ga", "In", "Si", "Ge", "Sn", "Pb", "P", "As", "Sb", "Bi")
_FAMILIES = {
    "rare earths": RARE_EARTHS,
    "early metals": _EARLY,
    "Al, Ga, Si": ("Al", "Ga", "Si"),
    "B, C, N": ("B", "C", "N"),
    "late metals": ("Fe", "Co", "Ni", "Mn", "Cu", "Zn"),
}
_NORMS = (2, 3, 10)
_SOLUTES = ("Al", "Si", "Ga", "Ge", "Ti", "V", "Cr", "Mo", "W", "Nb", "Zr", "Cu")


@dataclass(frozen=True, eq=False)
class Descriptors:
    """A set of ratios.

    Attributes
    ----------
    names : tuple of str
        Name of each descriptor.
    numerators, denominators : ndarray of float64, shape (118, k) and (118, q)
        Element weights of the sums.
    which : ndarray of int64, shape (k,)
        Denominator of each descriptor.
    general : bool
        Add the average deviation of each magpie property, and the norms.
    estimated : str
        Property whose physical estimate is added, with a mark where there is one; empty for none.
    """

    names: tuple[str, ...]
    numerators: NDArray[np.float64]
    denominators: NDArray[np.float64]
    which: NDArray[np.int64]
    general: bool = False
    estimated: str = ""

    def __call__(self, table: CompositionTable) -> NDArray[np.float32]:
        """Return the descriptors of each composition, shape (n, k), contiguous float32."""
        from ..kernels.gp import ratios
        from ..kernels.threads import share_rows

        out = np.empty((len(table), len(self.which)), np.float32)
        share_rows(
            ratios,
            len(table),
            table.indptr,
            table.indices,
            table.values,
            self.numerators,
            self.denominators,
            self.which,
            out,
        )
        if self.estimated:
            value, known = physical(table, self.estimated)
            return np.column_stack([out, value, known]).astype(np.float32, copy=False)
        if not self.general:
            return out
        statistics = composition_statistics(table, _elements(), np.float32)
        return np.hstack([out, statistics[:, 4::6], _norms(table)])


def _elements() -> ElementTable:
    return load_table("magpie").imputed()


def _norms(table: CompositionTable) -> NDArray[np.float32]:
    columns = []
    for power in _NORMS:
        total = np.concatenate([[0.0], np.cumsum(table.values**power)])
        columns.append(np.diff(total[table.indptr]).clip(0.0) ** (1.0 / power))
    return np.stack(columns, axis=1).astype(np.float32)


@lru_cache(maxsize=1)
def magnet_descriptors() -> Descriptors:
    """Return the descriptors of rare-earth transition-metal magnets."""
    rare = mask(RARE_EARTHS)
    everything = np.ones(N_ELEMENTS)
    lattice = everything - mask(INTERSTITIALS)
    metals = lattice - rare
    valence = magnetic_valence()
    ion = dict(zip(ION_PROPERTIES, ion_properties().T, strict=True))
    denominators = {
        "all": everything,
        "lattice": lattice,
        "metals": metals,
        "magnetic": mask(("Fe", "Co")),
        "rare earth": rare,
    }
    rows = {
        "rare earth / lattice": (rare, "lattice"),
        "Co / (Fe + Co)": (mask(("Co",)), "magnetic"),
        "Fe / metals": (mask(("Fe",)), "metals"),
        "Co / metals": (mask(("Co",)), "metals"),
        "main group / lattice": (mask(_MAIN), "lattice"),
        "early metals / lattice": (mask(_EARLY), "lattice"),
        "late metals / lattice": (mask(_LATE), "lattice"),
        **{f"{s} / lattice": (mask((s,)), "lattice") for s in ("Ni", "Mn", "B", "C", "N", "H")},
        "magnetic valence": (valence, "all"),
        "magnetic valence of metals": (valence * metals, "metals"),
        "de Gennes factor": (ion["de_gennes"], "rare earth"),
        "de Gennes factor / lattice": (ion["de_gennes"], "lattice"),
        "spin projection": (ion["spin_projection"], "rare earth"),
        "coupled moment / lattice": (ion["coupled_moment_muB"], "lattice"),
        "4f quadrupole": (ion["quadrupole_a0_2"], "rare earth"),
        "rare-earth radius": (ion["ionic_radius_A"] * rare, "rare earth"),
        **{f"{s} / rare earth": (mask((s,)), "rare earth") for s in ("Ce", "Y", "La")},
        "light / rare earth": (mask(LIGHT_RARE_EARTHS), "rare earth"),
        **{f"{s} / lattice": (mask((s,)), "lattice") for s in _SOLUTES},
    }
    return _assemble(rows, denominators)


@lru_cache(maxsize=len(ESTIMATED))
def estimate_descriptors(target: str) -> Descriptors:
    """Return the descriptors of magnets with the physical estimate of a property."""
    ratios = magnet_descriptors()
    names = (*ratios.names, "physical estimate", "phase of a known host")
    return replace(ratios, names=names, estimated=target)


@lru_cache(maxsize=1)
def statistics_descriptors() -> Descriptors:
    """Return the descriptors of any compound."""
    elements = _elements()
    rows = {
        **{name: (mask(tuple(symbols)), "all") for name, symbols in _FAMILIES.items()},
        **{s: (mask((s,)), "all") for s in SYMBOLS[:94]},
        **{f"mean {n}": (v, "all") for n, v in zip(elements.names, elements.values.T, strict=True)},
    }
    ratios = _assemble(rows, {"all": np.ones(N_ELEMENTS)})
    names = (
        *ratios.names,
        *(f"deviation {name}" for name in elements.names),
        *(f"{power}-norm of the fractions" for power in _NORMS),
    )
    return Descriptors(names, ratios.numerators, ratios.denominators, ratios.which, general=True)


def _assemble(
    rows: dict[str, tuple[NDArray[np.float64], str]], denominators: dict[str, NDArray[np.float64]]
) -> Descriptors:
    order = list(denominators)
    return Descriptors(
        tuple(rows),
        np.ascontiguousarray(np.column_stack([top for top, _ in rows.values()])),
        np.ascontiguousarray(np.column_stack(list(denominators.values()))),
        np.array([order.index(bottom) for _, bottom in rows.values()], np.int64),
    )


SETS: dict[str, Callable[[], Descriptors]] = {
    "magnet": magnet_descriptors,
    "statistics": statistics_descriptors,
    **{target: partial(estimate_descriptors, target) for target in ESTIMATED},
}
"""Descriptor sets by name."""


def descriptors(name: str) -> Descriptors:
    """Return a descriptor set by name.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    try:
        return SETS[name]()
    except KeyError:
        raise InputError(
            f"descriptor set {name!r} is not known; use one of {', '.join(SETS)}"
        ) from None
