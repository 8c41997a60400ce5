"""Descriptors that the surrogates learn on, by set.

``magnet``: ratios of two sums over the elements, the rare-earth ions and the magnetic valence
taken from `magnetkit.features.descriptors`. Amounts are counted per rare earth and metal atom,
without boron, carbon, nitrogen and hydrogen, so that a nitride lies beside its parent. A set of
the name of a property adds its physical estimate, and whether there is one.
``statistics``: families of elements, their fractions, mean and average deviation of the magpie
properties, and norms of the fractions, which tell stoichiometries apart whatever the elements.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from ..composition import CompositionTable
from ..elements import INTERSTITIALS, LIGHT_RARE_EARTHS, N_ELEMENTS, RARE_EARTHS, SYMBOLS, mask
from ..errors import InputError
from ..features.descriptors import ION_PROPERTIES, ion_properties, magnetic_valence
from ..features.element_table import ElementTable, load_table
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
    """A set of descriptors: ratios, then average deviations, then norms of the fractions.

    Attributes
    ----------
    names : tuple of str
        Name of each descriptor.
    numerators, denominators : ndarray of float64, shape (118, k) and (118, q)
        Element weights of the ratios' sums.
    which : ndarray of int64, shape (k,)
        Denominator of each ratio.
    properties : ndarray of float64, shape (118, p)
        Element properties whose average deviation is taken.
    powers : ndarray of int64, shape (r,)
        Norms.
    estimated : str
        Property whose physical estimate is added, with a mark where there is one; empty for none.
    estimates : ndarray of int64
        Which of the two: 0 for the estimate, 1 for the mark.
    """

    names: tuple[str, ...]
    numerators: NDArray[np.float64]
    denominators: NDArray[np.float64]
    which: NDArray[np.int64]
    properties: NDArray[np.float64] = field(default_factory=lambda: np.zeros((N_ELEMENTS, 0)))
    powers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    estimated: str = ""
    estimates: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __call__(self, table: CompositionTable) -> NDArray[np.float32]:
        """Return the descriptors of each composition, shape (n, k + p + r), float32."""
        from ..kernels.gp import descriptors as kernel
        from ..kernels.threads import share_rows

        out = np.empty((len(table), len(self.names)), np.float32)
        share_rows(
            kernel,
            len(table),
            table.indptr,
            table.indices,
            table.values,
            self.numerators,
            self.denominators,
            self.which,
            self.properties,
            self.powers,
            out,
        )
        if len(self.estimates):
            estimate = physical(table, self.estimated)
            for column, which in enumerate(
                self.estimates, start=out.shape[1] - len(self.estimates)
            ):
                out[:, column] = estimate[which]
        return out

    def select(self, columns: NDArray[np.int64]) -> "Descriptors":
        """Return those of the set that `columns`, ascending, number."""
        k, p, r = len(self.which), self.properties.shape[1], len(self.powers)
        ratio = columns[columns < k]
        deviation = columns[(columns >= k) & (columns < k + p)] - k
        norm = columns[(columns >= k + p) & (columns < k + p + r)] - k - p
        return Descriptors(
            tuple(self.names[i] for i in columns),
            np.ascontiguousarray(self.numerators[:, ratio]),
            self.denominators,
            self.which[ratio],
            np.ascontiguousarray(self.properties[:, deviation]),
            self.powers[norm],
            self.estimated,
            self.estimates[columns[columns >= k + p + r] - k - p - r],
        )


def _elements() -> ElementTable:
    return load_table("magpie").imputed()


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
    return replace(ratios, names=names, estimated=target, estimates=np.arange(2))


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
    return replace(
        ratios,
        names=names,
        properties=np.ascontiguousarray(elements.values),
        powers=np.array(_NORMS, np.int64),
    )


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
