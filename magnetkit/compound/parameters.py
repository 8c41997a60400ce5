"""Parameters of the intrinsic model: names of the slots, and reading of the file.

``datasets/intrinsic/parameters.csv`` holds one parameter a row with standard deviation, source
and confidence, and what it was taken to be before any measurement; `load` and `prior_parameters`
put them into the arrays that the kernel reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from .._core import datasets
from .._core._types import FloatArray, Int8Array
from .._core.elements import INDEX, N_ELEMENTS
from .._core.errors import DataError
from ..phases.partition import site_rules
from ..phases.records import CRYSTAL_FIELDS, FILLINGS, HOST_NAMES, HOSTS

if TYPE_CHECKING:
    from .._core._arrays import Ions, Model


MIXED = (
    "volume_A3",
    "exchange_K",
    "moment_muB",
    "k_broad_MJ_m3",
    "k_steep_MJ_m3",
)
"""Properties of the transition-metal sublattice, per formula unit."""
ENDS = ("iron", "cobalt")
"""The two compounds between which a property is interpolated."""
IONIC = (
    "ion_moment",
    "ion_exchange_K",
    "ion_A2_K",
    "ion_A4_K",
    "ion_coupling_K2",
)
"""Properties of a rare-earth ion: share of its moment that counts, exchange field H_m (it acts as
2 S.H_m), A_2^0 (K a0^-2, which the whole field of R2Fe14B follows), A_4^0 beside that (K a0^-4) and
its coupling in T_C."""

_PARTS = (
    *ENDS,
    *(f"{kind}_{end}" for kind in ("slope", "curvature") for end in ENDS),
)

ELEMENT_SLOTS: tuple[str, ...] = (
    *(f"{name}:{part}" for name in MIXED for part in _PARTS),
    *(f"{name}:{end}" for name in IONIC for end in ENDS),
    "crystal_field:slope",
)
"""Slots of an element, in the kernel's order."""

HOST_SLOTS: tuple[str, ...] = (
    *(f"{name}:bow{order}" for name in MIXED for order in range(3)),
    "crystal_field:bow",
    *(f"{name}:filling" for name in MIXED),
    "crystal_field:filling",
    *(f"shape:{end}" for end in ENDS),
    "residual_curie_temperature_K",
    "residual_polarization",
    "residual_anisotropy",
    "exchange_K:carbon",
    "exchange_K:dilution",
    "exchange_K:pairs",
)
"""Slots of a host alone, in the kernel's order."""


@dataclass(frozen=True, eq=False)
class Parameters:
    """The arrays of the kernel.

    Attributes
    ----------
    element, element_sd : ndarray of float64, shape (hosts, 118, 41)
        Parameters by host and element, and their standard deviations.
    host, host_sd : ndarray of float64, shape (hosts, 30)
        Parameters of the host alone.
    known : ndarray of int8, shape (hosts, 118)
        1 where the element has parameters on the rare-earth site, 2 on the T sites, 3 on both.
    ions : magnetkit._core._arrays.Ions
        What each ion does in exchange and crystal field.
    """

    element: FloatArray
    element_sd: FloatArray
    host: FloatArray
    host_sd: FloatArray
    known: Int8Array
    ions: "Ions"

    @classmethod
    def empty(cls) -> "Parameters":
        """Build parameters that are zero and know no element.

        The arrays have the shapes that the class names and may be filled in place; ``ions`` are
        those of the data, shared and not to be changed. The arrays are ``element`` and
        ``element_sd``, (6, 118, 41), ``host`` and ``host_sd``, (6, 30), and ``known``, int8 (6,
        118).
        """
        n = len(HOST_NAMES)
        element = np.zeros((n, N_ELEMENTS, len(ELEMENT_SLOTS)))
        host = np.zeros((n, len(HOST_SLOTS)))
        return cls(
            element=element,
            element_sd=element.copy(),
            host=host,
            host_sd=host.copy(),
            known=np.zeros((n, N_ELEMENTS), np.int8),
            ions=ion_tables(),
        )

    @cached_property
    def kernel_parameters(self) -> "Model":
        """The parameters with the sites of the hosts, as the kernels take them: a property, not called.

        The `Model` is built at the first use and kept, so the arrays must not
        be changed after it. It has ``known``, ``ions``, ``element``,
        ``element_sd``, ``host`` and ``host_sd`` of these parameters, ``role``,
        int8 (6, 118), and ``counts``, (6, 3), of `site_rules`, and ``kind``,
        int8 (6, 5), of `_kinds`.
        """
        from .._core._arrays import Model

        return Model(
            *site_rules(),
            known=self.known,
            ions=self.ions,
            element=self.element,
            host=self.host,
            element_sd=self.element_sd,
            host_sd=self.host_sd,
            kind=_kinds(),
        )


@lru_cache(maxsize=1)
def _kinds() -> Int8Array:
    """Return the kind of each host in the model, int8 (hosts, 5).

    The columns are sublattices (1 or 2), half the anisotropy order, crystal
    field (0 "R2Fe14B", 1 "axial"), filling (0 "none", 1 "carbon_share", 2
    "vacancy") and whether exchange saturates (1) or not (0). The array is
    cached; rows are in the order of `HOST_NAMES`.
    """
    kinds = []
    for host in HOSTS.values():
        rules = host.magnetism
        kinds.append(
            (
                rules.sublattices,
                rules.anisotropy_order // 2,
                CRYSTAL_FIELDS.index(rules.crystal_field),
                FILLINGS.index(rules.filling),
                rules.exchange_saturates,
            )
        )
    return np.array(kinds, np.int8)


@lru_cache(maxsize=1)
def ions() -> dict[str, dict[str, float]]:
    """Return the rare-earth ions of ``datasets/ions`` by symbol.

    By symbol, such as "Nd", then by column: n_4f, S, L, J, g_J, alpha_J, beta_J, gamma_J, r2_a0_2,
    r4_a0_4, r6_a0_6 and ionic_radius_A (angstrom). NaN for an empty cell. The dict is cached and
    must not be changed.
    """
    return _numbers_by_name("ions/ions.csv", "symbol")


# Columns of texts.
_TEXT = frozenset({"symbol", "ion", "source", "verification"})


def _numbers_by_name(file: str, name: str) -> dict[str, dict[str, float]]:
    """Read the numbers of a table by the text in one of its columns, then by column.

    Parameters
    ----------
    file : str
        Path of the table below the data folder. Every column but symbol, ion, source and
        verification must hold numbers (ValueError otherwise).
    name : str
        Column whose texts are the keys, such as "symbol".

    Returns
    -------
    dict of str to dict of str to float
        By key, a number by column, NaN for an empty cell; the four columns of text are left out. Of
        rows with the same key the last counts. Such as ``{"Nd": {"J": 4.5}}``.
    """
    numbers = {}
    for row in datasets.rows(file):
        cells = {column: row[column] for column in row if column not in _TEXT}
        numbers[row[name]] = {
            c: float(cell or "nan") for c, cell in cells.items()
        }
    return numbers


@lru_cache(maxsize=1)
def published_fields() -> dict[str, dict[str, float]]:
    """Return the crystal and exchange fields of R2Fe14B in ``datasets/ions`` by symbol.

    By symbol, such as "Nd", then by column: lambda_K (spin-orbit coupling, K),
    H_m_K (exchange field of the metals at 0 K, as an energy, K), r2_a0_2,
    r4_a0_4 and r6_a0_6 (mean powers of the 4f radius, a0^n), and the
    coefficients A20, A2-2, A40, A60, A6-2, A64 and A6-6 of one site (K a0^-n,
    n being the first digit). NaN for an empty cell. The dict is cached and
    must not be changed.
    """
    return _numbers_by_name("ions/crystal_fields.csv", "ion")


@lru_cache(maxsize=1)
def ion_tables() -> "Ions":
    """Read ``datasets/ions/crystal_field.npz``, interpolated to the close nodes of the kernels.

    Returns
    -------
    Ions
        ``values``, tables of all ions, float32 (rows, 24), one row a node of
        temperature and field; ``facts``, float64 (2, 118, 5), by crystal field
        ("R2Fe14B", "axial") and element: the first row of its table and its
        scales, -1 for an element without; ``kelvins`` and ``fields``, numbers
        of nodes; ``scale`` and ``step`` of the temperatures. The result is
        cached and must not be changed.
    """
    from .._core._arrays import Ions

    with np.load(datasets.path("ions/crystal_field.npz")) as file:
        by_kelvin, by_field, values = (
            file[k] for k in ("by_kelvin", "by_field", "values")
        )
        groups, ions, coarse, _, n = values.shape
        kelvins = len(by_kelvin)
        fields = len(by_field)
        close = np.empty((groups * ions, kelvins, fields, n), np.float32)
        tables = np.empty((kelvins, values.shape[3] * n))
        total = np.empty((fields, kelvins, n))
        # An ion at a time, so that the sums stay in the processor's cache.
        for ion, coarse_values in zip(
            close, values.reshape(groups * ions, coarse, -1), strict=True
        ):
            _add_in_order(by_kelvin, coarse_values.astype(np.float64), tables)
            rows = np.ascontiguousarray(
                tables.reshape(kelvins, -1, n).swapaxes(0, 1)
            )
            ion[:] = _add_in_order(by_field, rows, total).swapaxes(0, 1)
        facts = np.full((groups, N_ELEMENTS, 5), -1.0)
        for i, symbol in enumerate(file["symbols"].tolist()):
            for g in range(groups):
                facts[g, INDEX[symbol]] = (
                    (g * ions + i) * kelvins * fields,
                    (fields - 1) / file["top"][i],
                    file["per_tesla"][i],
                    file["middle"][g],
                    1.0 / file["half"][g],
                )
        return Ions(
            close.reshape(-1, n),
            facts,
            kelvins,
            fields,
            float(file["scale"]),
            float(file["step"]),
        )


def _add_in_order(
    weights: FloatArray,
    values: FloatArray,
    total: FloatArray,
) -> FloatArray:
    """Write ``weights @ values`` into `total` and return it, adding one term after another.

    A library's product of matrices adds in an order that depends on threads and processor.

    Parameters
    ----------
    weights : ndarray of float64, shape (r, k)
        Weight of each of k terms.
    values : ndarray of float64, shape (k, ...)
        The terms.
    total : ndarray of float64, shape (r, ...)
        Overwritten, any state on entry.

    Returns
    -------
    ndarray of float64
        `total`.
    """
    total[:] = 0.0
    term = np.empty_like(total)
    for column, value in zip(weights.T, values, strict=True):
        total += np.multiply.outer(column, value, out=term)
    return total


def read(
    rows: Iterable[dict[str, str]], columns: tuple[str, str]
) -> Parameters:
    """Convert two columns of the parameter file, value and deviation, to arrays.

    Parameters
    ----------
    rows : iterable of dict
        Rows with the keys ``host`` (such as "2:14:1"), ``parameter`` (a name
        of `ELEMENT_SLOTS` or `HOST_SLOTS`), ``element`` (a symbol, empty for a
        parameter of the host) and the two columns, whose texts must be numbers
        (ValueError otherwise).
    columns : tuple of (str, str)
        Names of the columns of values and of deviations.

    Returns
    -------
    parameters : Parameters
        ``element`` and ``element_sd`` (6, 118, 41), ``host`` and ``host_sd``
        (6, 30), and ``known``, int8 (6, 118): 1 for an element of the
        rare-earth site, 2 for one of the T sites, 3 for both. What no row
        names is 0, and its element is not known. A host gets nothing from its
        root. Of rows of one slot the last counts.

    Raises
    ------
    DataError
        If a row names a host, parameter or element that does not exist.
    """
    result = Parameters.empty()
    for row in rows:
        name = row["parameter"]
        symbol = row["element"]
        value, deviation = (float(row[column]) for column in columns)
        try:
            h = HOST_NAMES.index(row["host"])
            if symbol:
                e = INDEX[symbol]
                slot = ELEMENT_SLOTS.index(name)
                result.element[h, e, slot] = value
                result.element_sd[h, e, slot] = deviation
                # 1 rare earth, 2 transition metal
                of_metal = name.partition(":")[2].startswith(
                    ("slope", "curvature")
                )
                result.known[h, e] |= 2 if of_metal else 1
            else:
                slot = HOST_SLOTS.index(name)
                result.host[h, slot] = value
                result.host_sd[h, slot] = deviation
        except (ValueError, KeyError):
            raise DataError(
                f"parameter file: {row['host']!r} {name!r} {symbol!r} is no slot of the model; "
                "rebuild it with datasets/intrinsic/calibrate.py"
            ) from None
    return result


def _stored_columns(columns: tuple[str, str]) -> Parameters:
    """Read two columns of the parameter file: one of values, one of deviations.

    A host that was not fitted itself gets the parameters of its root host.

    Parameters
    ----------
    columns : tuple of (str, str)
        Their names in ``datasets/intrinsic/parameters.csv``, such as ("value",
        "deviation"); KeyError for others.

    Returns
    -------
    result : Parameters
        New arrays at each call, as of `read`.

    Raises
    ------
    DataError
        If a row of the file is no slot of the model.
    """
    result = read(datasets.rows("intrinsic/parameters.csv"), columns)
    for h, host in enumerate(HOSTS.values()):
        if not result.known[h].any():
            root = HOST_NAMES.index(host.root)
            for array in (
                result.element,
                result.element_sd,
                result.host,
                result.host_sd,
            ):
                array[h] = array[root]
            result.known[h] = result.known[root]
    return result


@lru_cache(maxsize=1)
def load() -> Parameters:
    """Return the calibrated parameters.

    The object is cached and must not be changed.
    """
    return _stored_columns(("value", "deviation"))


@lru_cache(maxsize=1)
def prior_parameters() -> Parameters:
    """Return the parameters that no measurement has moved.

    The object is cached and must not be changed.
    """
    return _stored_columns(("prior", "prior_deviation"))


def site_elements(host: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the elements of a host's rare-earth site, and of its T sites beside Fe and Co.

    Parameters
    ----------
    host : str
        A name of `HOSTS`, such as "2:14:1"; any other is a KeyError. Names are "2:14:1", "1:5",
        "2:17", "2:17:3", "1:12" and "1:12:1".

    Returns
    -------
    earths : tuple of str
        Symbols of rare earths with an ion, without Eu and Pm, and of guests on their site.
    metals : tuple of str
        Symbols of elements that dissolve on the T sites.
    """
    rules = HOSTS[host].split
    earths = (
        *(s for s in ions() if s not in ("Eu", "Pm")),
        *rules.guests_on_rare_earth_site,
    )
    return earths, tuple(s for s in rules.solubility if s not in ("Fe", "Co"))
