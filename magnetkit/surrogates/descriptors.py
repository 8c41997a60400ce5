"""Physical descriptors that the surrogates learn on, each a ratio of two sums over the elements.

Amounts are counted per rare earth and metal atom, without boron, carbon, nitrogen and hydrogen,
so that a nitride lies beside its parent. The rare-earth moments are those of Hund's rules; the
magnetic valence is that of Williams et al., J. Appl. Phys. 54 (1983) 2391.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..composition import CompositionTable
from ..elements import INDEX, INTERSTITIALS, N_ELEMENTS, RARE_EARTHS, SYMBOLS, mask
from ..errors import InputError

_F_ELECTRONS = dict(
    zip(
        ("La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu"),
        range(15),
        strict=True,
    )
)
_EARLY = ("Sc", "Ti", "V", "Cr", "Zr", "Nb", "Mo", "Hf", "Ta", "W")
_LATE = ("Cu", "Pd", "Pt", "Rh", "Ir", "Ru", "Re", "Os", "Ag", "Au")
_MAIN = ("Be", "Mg", "Zn", "Cd", "Al", "Ga", "In", "Si", "Ge", "Sn", "Pb", "P", "As", "Sb", "Bi")


def hund(symbol: str) -> tuple[float, float, float]:
    """Return S, J and the Lande factor of the trivalent ion (zeros where 4f is empty or full).

    Examples
    --------
    >>> hund("Nd")
    (1.5, 4.5, 0.7272727272727273)
    """
    n = _F_ELECTRONS.get(symbol, 0)
    unpaired = n if n <= 7 else 14 - n
    s = unpaired / 2
    ell = sum(sorted((3 - k % 7 for k in range(n)), reverse=True)) if n else 0
    j = abs(ell - s) if n < 7 else ell + s
    if j == 0:
        return s, 0.0, 0.0
    return s, j, 1 + (j * (j + 1) + s * (s + 1) - ell * (ell + 1)) / (2 * j * (j + 1))


def _vector(function: Callable[[str], float], symbols: tuple[str, ...]) -> NDArray[np.float64]:
    result = np.zeros(N_ELEMENTS)
    for symbol in symbols:
        result[INDEX[symbol]] = function(symbol)
    return result


def magnetic_valence(symbol: str) -> float:
    """Return twice the spin-up d electrons less the valence: Fe 2, Co 1, Ni 0, Ti -4, Al -3."""
    group = float(_property("Column")[INDEX[symbol]])
    if symbol in ("Mn", "Fe", "Co", "Ni", "Ru", "Rh", "Pd", "Os", "Ir", "Pt", "Cu", "Ag", "Au"):
        return 10.0 - group
    if symbol == "Zn":
        return -2.0
    return -(group if group < 12 else group - 10)


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
    """

    names: tuple[str, ...]
    numerators: NDArray[np.float64]
    denominators: NDArray[np.float64]
    which: NDArray[np.int64]

    def __call__(self, table: CompositionTable) -> NDArray[np.float32]:
        """Return the descriptors of each composition, shape (n, k), contiguous float32."""
        from ..kernels.gp import ratios
        from ..kernels.threads import share_rows

        out = np.empty((len(table), len(self.names)), np.float32)
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
        return out


@lru_cache(maxsize=1)
def magnet_descriptors() -> Descriptors:
    """Return the descriptors of rare-earth transition-metal magnets."""
    rare = mask(RARE_EARTHS)
    everything = np.ones(N_ELEMENTS)
    lattice = everything - mask(INTERSTITIALS)
    metals = lattice - rare
    denominators = {
        "all": everything,
        "lattice": lattice,
        "metals": metals,
        "magnetic": mask(("Fe", "Co")),
        "rare": rare,
    }
    valence = _vector(magnetic_valence, SYMBOLS)
    radius = np.cbrt(_property("GSvolume_pa"))

    def spin(symbol: str) -> float:
        _, j, g = hund(symbol)
        return (g - 1) * j

    def de_gennes(symbol: str) -> float:
        _, j, g = hund(symbol)
        return (g - 1) ** 2 * j * (j + 1)

    light = ("La", "Ce", "Pr", "Nd", "Pm", "Sm")
    rows = {
        "rare earth / lattice": (rare, "lattice"),
        "Co / (Fe + Co)": (mask(("Co",)), "magnetic"),
        "Fe / metals": (mask(("Fe",)), "metals"),
        "Co / metals": (mask(("Co",)), "metals"),
        "Ni / lattice": (mask(("Ni",)), "lattice"),
        "Mn / lattice": (mask(("Mn",)), "lattice"),
        "main group / lattice": (mask(_MAIN), "lattice"),
        "early metals / lattice": (mask(_EARLY), "lattice"),
        "late metals / lattice": (mask(_LATE), "lattice"),
        "B / lattice": (mask(("B",)), "lattice"),
        "C / lattice": (mask(("C",)), "lattice"),
        "N / lattice": (mask(("N",)), "lattice"),
        "H / lattice": (mask(("H",)), "lattice"),
        "magnetic valence": (valence, "all"),
        "magnetic valence of metals": (valence * metals, "metals"),
        "de Gennes factor": (_vector(de_gennes, RARE_EARTHS), "rare"),
        "spin projection": (_vector(spin, RARE_EARTHS), "rare"),
        "rare-earth radius": (radius * rare, "rare"),
        "Ce / rare earth": (mask(("Ce",)), "rare"),
        "Y / rare earth": (mask(("Y",)), "rare"),
        "La / rare earth": (mask(("La",)), "rare"),
        "light / rare earth": (mask(light), "rare"),
        "de Gennes factor / lattice": (_vector(de_gennes, RARE_EARTHS), "lattice"),
    }
    return _assemble(rows, denominators)


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


@lru_cache(maxsize=8)
def _property(name: str) -> NDArray[np.float64]:
    """Return a property of the magpie element table, the mean where an element has none."""
    from ..features.element_table import load_table

    table = load_table("magpie").imputed()
    return table.values[:, table.names.index(name)]


SETS: dict[str, Callable[[], Descriptors]] = {"magnet": magnet_descriptors}
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
