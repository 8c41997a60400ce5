"""Properties of the elements as arrays over the 118 elements.

Tables of element properties (the embedded preset, a user's CSV), the rare-earth ions, the magnetic
valence, and the sums over the elements from whose ratios the models of magnets learn. In the ratios
amounts are counted per rare-earth and metal atom (the lattice), without boron, carbon, nitrogen and
hydrogen, so that a nitride lies beside its parent.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .._core import datasets, elements
from .._core._arguments import check_arguments
from .._core._types import FloatArray
from .._core.errors import DataError, InputError
from ..alloy.table import CompositionTable

if TYPE_CHECKING:
    from ._descriptor_kernels import Sums


_PRESETS = {"magpie": ("magpie/magpie.csv", "MagpieData")}
"""Preset name to embedded file and the prefix of its feature names."""


@dataclass(frozen=True, eq=False)
class ElementTable:
    """Properties of the elements.

    Attributes
    ----------
    prefix : str
        First word of the feature names, such as "MagpieData".
    names : tuple of str
        Name of each of p properties.
    values : ndarray of float64, shape (118, p)
        Property of each element, by atomic number less one; NaN where unknown.
    """

    prefix: str
    names: tuple[str, ...]
    values: FloatArray

    def __repr__(self) -> str:
        first_names = ", ".join(self.names[:3])
        return f"<ElementTable {self.prefix}: {len(self.names)} properties, {first_names}...>"

    def fill_gaps(self) -> "ElementTable":
        """Return a copy in which each gap (NaN) holds the mean of its property over the others.

        The mean is over the elements that have the property. The table itself is not changed. A
        property that no element has stays NaN. Prefix and names stay.
        """
        with np.errstate(invalid="ignore"):
            counts = np.sum(~np.isnan(self.values), axis=0)
            means = np.nansum(self.values, axis=0) / counts
        values = np.where(np.isnan(self.values), means, self.values)
        return ElementTable(self.prefix, self.names, values)

    def pad_columns(self) -> FloatArray:
        """Return the values with zero columns up to a multiple of eight, for the kernels.

        The result is a new array, float64, (118, width); NaN stays.
        """
        width = -(-len(self.names) // 8) * 8
        result = np.zeros((elements.N_ELEMENTS, width))
        result[:, : len(self.names)] = self.values
        return result


def read_table(file: str | Path, prefix: str | None = None) -> ElementTable:
    """Read a table of element properties from CSV, with a column ``symbol`` and numeric columns.

    Parameters
    ----------
    file : str or Path
        CSV file. Text columns such as ``source`` are skipped. An empty field is unknown, NaN. Every
        numeric column is a property, under its own name.
    prefix : str, optional
        First word of the feature names, such as "MagpieData". By default it is the name of the file
        without its ending.

    Returns
    -------
    ElementTable
        ``prefix``, ``names`` of the properties, a tuple in the order of the
        columns, and ``values``, (118, properties), by atomic number less one.
        An element without a row is NaN.

    Raises
    ------
    DataError
        If the file cannot be read, has no column ``symbol`` or no numeric column, or holds an
        unknown element, an element twice or an infinite number.
    """
    file = Path(file)
    try:
        frame = pd.read_csv(file)
    except OSError as error:
        raise DataError(
            f"cannot read the element table {file}: {error.strerror}"
        ) from None
    except (
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
        UnicodeDecodeError,
    ) as error:
        raise DataError(
            f"{file} is no CSV table of element properties: {error}"
        ) from None
    if "symbol" not in frame.columns:
        raise DataError(
            f"an element table needs a column 'symbol', {file} has {', '.join(frame.columns)}"
        )
    unknown = [str(s) for s in frame["symbol"] if s not in elements.INDEX]
    if unknown:
        raise DataError(
            f"{file}: {unknown[0]!r} in column 'symbol' is no chemical element"
        )
    if frame["symbol"].duplicated().any():
        twice = frame.loc[frame["symbol"].duplicated(), "symbol"].iloc[0]
        raise DataError(f"{file}: {twice} has two rows; keep one")
    numbers = frame.select_dtypes("number")
    if numbers.shape[1] == 0:
        raise DataError(
            f"{file} has no numeric column; each property needs one"
        )
    if np.isinf(numbers.to_numpy(np.float64)).any():
        raise DataError(
            f"{file} holds an infinite number; leave a field empty if it is not known"
        )
    values = np.full((elements.N_ELEMENTS, numbers.shape[1]), np.nan)
    values[[elements.INDEX[s] for s in frame["symbol"]]] = numbers.to_numpy(
        np.float64
    )
    return ElementTable(
        prefix or file.stem, tuple(map(str, numbers.columns)), values
    )


@lru_cache(maxsize=8)
def _preset(name: str) -> ElementTable:
    file, prefix = _PRESETS[name]
    return read_table(datasets.path(file), prefix)


@check_arguments
def load_table(preset: str | Path) -> ElementTable:
    """Return an embedded preset, or read the CSV file that `preset` names.

    A preset is read once and kept; a file is read at each call. A file that cannot be read raises
    DataError, see `read_table`.

    Parameters
    ----------
    preset : str or Path
        ``"magpie"``, or the path of a CSV file with a column ``symbol``.

    Returns
    -------
    ElementTable
        ``prefix`` ("MagpieData", or the name of the file without its ending),
        ``names`` and ``values``, (118, properties), by atomic number less one,
        NaN where a property is not known.

    Raises
    ------
    InputError
        If `preset` is neither a preset nor a path ending in ``.csv``, in any case of letters.
    """
    if isinstance(preset, str) and preset in _PRESETS:
        return _preset(preset)
    if (
        not isinstance(preset, str | Path)
        or Path(preset).suffix.lower() != ".csv"
    ):
        raise InputError(
            f"preset must be one of {', '.join(_PRESETS)} or the path of a CSV element table, "
            f"got {preset!r}"
        )
    return read_table(preset)


_COLUMNS = (
    *("n_4f", "S", "L", "J", "g_J", "alpha_J", "beta_J", "gamma_J"),
    *("r2_a0_2", "r4_a0_4", "r6_a0_6", "ionic_radius_A"),
)


@lru_cache(maxsize=1)
def load_ions() -> MappingProxyType[str, FloatArray]:
    """Return the columns of ``datasets/ions/ions.csv`` over the elements.

    The mapping is cached and read-only. Its keys are n_4f, S, L, J, g_J, alpha_J, beta_J, gamma_J,
    r2_a0_2, r4_a0_4, r6_a0_6 and ionic_radius_A (angstrom).

    Returns
    -------
    mapping of str to ndarray of float64, shape (118,)
        Each column of `_COLUMNS`, read-only and indexed by atomic number minus
        one. NaN for an element that is no rare earth, and for the radial
        averages of an ion without 4f moment.
    """
    columns = {name: np.full(elements.N_ELEMENTS, np.nan) for name in _COLUMNS}
    for row in datasets.rows("ions/ions.csv"):
        for name, column in columns.items():
            column[elements.INDEX[row["symbol"]]] = (
                float(row[name]) if row[name] else np.nan
            )
    for column in columns.values():
        column.flags.writeable = False
    return MappingProxyType(columns)


@lru_cache(maxsize=1)
def ion_properties() -> MappingProxyType[str, FloatArray]:
    """Return the properties of R whose mean and spread are descriptors, by name.

    Each is a read-only array, float64 (118,), by atomic number less one, and
    zero for what is no rare earth. Cerium keeps its ionic radius and no more:
    in the hosts rich in iron and cobalt it is mixed-valent and carries no
    localised 4f moment (its share is a descriptor of its own). The coupled
    moment is positive for light rare earths and negative for heavy ones. The
    ionic radius is in angstrom. The mapping is cached and read-only.
    """
    ion = {name: np.nan_to_num(column) for name, column in load_ions().items()}
    j = ion["J"]
    g = ion["g_J"]
    alpha_r2 = ion["alpha_J"] * ion["r2_a0_2"]
    moment = g * j
    properties = {
        "n_4f": ion["n_4f"],
        "de_gennes": (g - 1) ** 2 * j * (j + 1),
        "moment_muB": moment,
        # Light rare earths add to the 3d moment, heavy ones subtract from it.
        "coupled_moment_muB": np.where(g > 1, -moment, moment),
        "spin_projection": (g - 1) * j,
        "alpha_r2_a0_2": alpha_r2,
        # <O_2^0> of the stretched state times alpha <r^2>: the 4f shell's quadrupole.
        "quadrupole_a0_2": alpha_r2 * j * (2 * j - 1),
        "ionic_radius_A": ion["ionic_radius_A"],
    }
    for name, column in properties.items():
        if name != "ionic_radius_A":
            column[elements.index("Ce")] = 0.0
        column.flags.writeable = False
    return MappingProxyType(properties)


def magnetic_valence() -> FloatArray:
    """Return the magnetic valence of each element, shape (118,).

    Twice the number of filled spin-up d states less the chemical valence (A.
    R. Williams, V. L. Moruzzi, A. P. Malozemoff, K. Terakura, IEEE Trans.
    Magn. 19 (1983) 1983): iron 2, cobalt 1, nickel 0, early transition metals
    and rare earths minus their valence. The result is a new array, float64, by
    atomic number less one, without NaN. Noble gases are 0. It counts electrons
    and may be below 0.
    """
    table = load_table("magpie")
    column = np.nan_to_num(table.values[:, table.names.index("Column")])
    # Up to chromium's group no d state is filled; from manganese's on, five are.
    valence = np.where(column <= 6, -column, 10.0 - column)
    return np.where(column == 18, 0.0, valence)


_EARLY = ("Sc", "Ti", "V", "Cr", "Zr", "Nb", "Mo", "Hf", "Ta", "W")
_LATE = ("Cu", "Pd", "Pt", "Rh", "Ir", "Ru", "Re", "Os", "Ag", "Au")
_MAIN = (
    "Be",
    "Mg",
    "Zn",
    "Cd",
    "Al",
    "Ga",
    "In",
    "Si",
    "Ge",
    "Sn",
    "Pb",
    "P",
    "As",
    "Sb",
    "Bi",
)
_SOLUTES = (
    "Al",
    "Si",
    "Ga",
    "Ge",
    "Ti",
    "V",
    "Cr",
    "Mo",
    "W",
    "Nb",
    "Zr",
    "Cu",
)


@lru_cache(maxsize=1)
def ratio_sums() -> "tuple[tuple[str, ...], Sums]":
    """Return the names of the ratios and, for the kernel, their numerators and denominators.

    The result is cached and must not be changed.

    Returns
    -------
    names : tuple of str
        Name of each of k ratios, such as "R_lattice" or "cobalt_share".
        Denominators are, in order, atoms of all elements, of the lattice (all
        but the interstitials H, B, C and N), of metals, of Fe and Co, and of
        rare earths.
    sums : Sums
        ``upper``, float64 (118, k), what each element adds to each numerator;
        ``lower``, float64 (118, l), to each denominator; ``which``, int64
        (k,), the denominator of each ratio, from 0. A sum is over atomic
        fraction times what an element adds.
    """
    from ._descriptor_kernels import Sums

    rare = elements.mask(elements.RARE_EARTHS)
    every = np.ones(elements.N_ELEMENTS)
    lattice = every - elements.mask(elements.INTERSTITIALS)
    metals = lattice - rare
    valence = magnetic_valence()
    ion = ion_properties()
    lower = {
        "all": every,
        "lattice": lattice,
        "metals": metals,
        "magnetic": elements.mask(("Fe", "Co")),
        "R": rare,
    }
    upper = {
        "R_lattice": (rare, "lattice"),
        "cobalt_share": (elements.mask(("Co",)), "magnetic"),
        "Fe_metals": (elements.mask(("Fe",)), "metals"),
        "Co_metals": (elements.mask(("Co",)), "metals"),
        "main_group_lattice": (elements.mask(_MAIN), "lattice"),
        "early_metals_lattice": (elements.mask(_EARLY), "lattice"),
        "late_metals_lattice": (elements.mask(_LATE), "lattice"),
        **{
            f"{s}_lattice": (elements.mask((s,)), "lattice")
            for s in ("Ni", "Mn", "B", "C", "N", "H")
        },
        "magnetic_valence": (valence, "all"),
        "magnetic_valence_metals": (valence * metals, "metals"),
        "de_gennes_R": (ion["de_gennes"], "R"),
        "de_gennes_lattice": (ion["de_gennes"], "lattice"),
        "spin_projection_R": (ion["spin_projection"], "R"),
        "coupled_moment_lattice": (ion["coupled_moment_muB"], "lattice"),
        "quadrupole_R": (ion["quadrupole_a0_2"], "R"),
        "radius_R": (ion["ionic_radius_A"] * rare, "R"),
        **{f"{s}_R": (elements.mask((s,)), "R") for s in ("Ce", "Y", "La")},
        "light_R": (elements.mask(elements.LIGHT_RARE_EARTHS), "R"),
        **{f"{s}_lattice": (elements.mask((s,)), "lattice") for s in _SOLUTES},
    }
    order = list(lower)
    return tuple(upper), Sums(
        np.column_stack([weights for weights, _ in upper.values()]),
        np.column_stack(list(lower.values())),
        np.array([order.index(name) for _, name in upper.values()], np.int64),
    )


@check_arguments
def composition_statistics(
    table: CompositionTable,
    elements: ElementTable,
    dtype: Any = np.float64,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Return minimum, maximum, range, mean, average deviation and mode of each property.

    Parameters
    ----------
    table : CompositionTable
        The compositions.
    elements : ElementTable
        The properties, e.g. ``load_table("magpie").fill_gaps()``.
    dtype : float64 or float32
        Type of a new result. It does not count if `out` is given.
    out : ndarray, shape (n, 6 * properties), optional
        C-contiguous float64 or float32 array to write into; large tables run about twice as fast
        into memory that was used before.

    Returns
    -------
    ndarray, shape (n, 6 * properties)
        Property by property, six statistics each, weighted by atomic fraction.
        A property that is not known (NaN) for an element of the row makes the
        row's statistics of it NaN; the mode only if that element is among the
        most frequent. The six are minimum, maximum, range, mean, mean absolute
        deviation and mode, of equally frequent elements the smallest value. A
        row without elements is NaN. It is `out` where that is given.

    Raises
    ------
    InputError
        If `out` does not fit or the type is neither float64 nor float32.
    """
    from .._core._threads import share_rows
    from ._descriptor_kernels import STATISTICS
    from ._descriptor_kernels import composition_statistics as kernel

    shape = (len(table), len(STATISTICS) * len(elements.names))
    if out is None:
        if np.dtype(dtype) not in (np.float64, np.float32):
            raise InputError(
                f"dtype must be float64 or float32, got {dtype!r}"
            )
        out = np.empty(shape, dtype)
    elif (
        out.shape != shape
        or out.dtype not in (np.float64, np.float32)
        or not out.flags.c_contiguous
    ):
        raise InputError(
            f"out must be a C-contiguous float64 or float32 array of shape {shape}, "
            f"got {out.dtype} {out.shape}"
        )
    share_rows(
        kernel,
        len(table),
        *table.rows,
        elements.pad_columns(),
        len(elements.names),
        out,
    )
    return out
