"""What measured magnets say of each family: how far the laws are off there, and by how much more.

A family is a host with what its magnets have in common beyond that, ``Route.family``: melt-spun
Nd-Fe-B is another one than sintered. ``datasets/magnets/calibrate.py`` fits offset and range of
each from ``magnets.csv``, papers left out.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from .._core import datasets
from .._core._types import FloatArray
from ..phases.records import root_host

FILE = "magnets/families.toml"
ANY = "any"
"""Key of what holds for magnets of a family that the table does not have."""


class Range(NamedTuple):
    """What measured magnets say of one quantity of a family.

    Attributes
    ----------
    offset : float
        Mean of ln(measured / law), by which predictions are moved; 0 of coefficients.
    half_width : float
        Half width of the 90 % range: of ln of the quantity, of coefficients relative to them.
    """

    offset: float
    half_width: float


Families = Mapping[str, Mapping[str, Range]]
"""By `key` of a family and by quantity."""

_in_place: ContextVar[Families | None] = ContextVar("families", default=None)


def key(host: str, family: str) -> str:
    """Return the key of a family in ``families.toml``: its host and, unless usual, its name."""
    return f"{host} {family}".strip()


def families() -> Families:
    """Return the ranges of every family: those in place, or those of ``families.toml``."""
    replacement = _in_place.get()
    if replacement is None:
        return _carried_families()
    return replacement


@lru_cache(maxsize=1)
def _carried_families() -> Families:
    """Read the ranges of ``families.toml``; see `Families`. The dictionary is shared: do not change it."""
    families = {}
    for name, entry in datasets.toml(FILE)["family"].items():
        families[name] = {
            quantity: Range(**entry[quantity]) for quantity in entry
        }
    return families


@contextmanager
def families_in_place(replacement: Families) -> Iterator[None]:
    """Replace the ranges of ``families.toml`` within a ``with`` block.

    `replacement` maps keys of families (`key`) to mappings of quantities to `Range`; one for `ANY`
    must be there. The former ranges return at the end.
    """
    token = _in_place.set(replacement)
    try:
        yield
    finally:
        _in_place.reset(token)


# Name among the numbers of a row, by quantity: its half width, and its offset.
_SPREADS = {
    "coercivity_kA_m": "spread",
    "remanence_T": "remanence_spread",
    "coercivity_coefficient_pct_K": "beta_spread",
}
_OFFSETS = {
    "coercivity_kA_m": "coercivity_offset",
    "remanence_T": "remanence_offset",
}


def range_columns(
    host_names: tuple[str, ...], route: Any = None
) -> dict[str, FloatArray]:
    """Return offsets and half widths of the families of hosts, shape (hosts + 1,) each.

    Parameters
    ----------
    host_names : tuple of str
        Hosts; code -1 picks the last entry, NaN.
    route : Route, optional
        How magnets are made; the usual families of the hosts otherwise.

    Returns
    -------
    dict of str to ndarray
        ``spread``, ``remanence_spread``, ``beta_spread``, ``coercivity_offset`` and
        ``remanence_offset``.
    """
    family_table = families()
    columns: dict[str, list[float]] = {}
    for host in host_names:
        root = root_host(host)
        family = (
            route.family
            if route is not None and root_host(route.host) == root
            else ""
        )
        ranges = {
            **family_table[ANY],
            **family_table.get(key(root, family), {}),
        }
        for quantity, name in _SPREADS.items():
            columns.setdefault(name, []).append(ranges[quantity].half_width)
        for quantity, name in _OFFSETS.items():
            columns.setdefault(name, []).append(ranges[quantity].offset)
    return {
        name: np.array([*values, np.nan]) for name, values in columns.items()
    }
