"""What measured magnets say of each family: how far the laws are off there, and by how much more.

A family is a host with what its magnets have in common beyond that, ``Route.family``: melt-spun
Nd-Fe-B is another one than sintered. ``datasets/recipes/calibrate.py`` fits offset and range
of each from ``magnets.csv``, papers left out.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from .._core import datasets
from .._core._types import FloatArray
from ..phases.records import HOST_NAMES, root_host

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
    """Return the key of a family in ``families.toml``: its host and, unless usual, its name.

    `host` is a root such as "2:14:1"; `family` is ``Route.family``, empty for the usual one. The
    two stand with a blank between, such as "2:14:1 isotropic".
    """
    return f"{host} {family}".strip()


def families() -> Families:
    """Return the ranges of every family: those in place, or those of ``families.toml``.

    It maps keys of families, those of `key` and `ANY`, "any", to mappings of
    quantities, such as "coercivity_kA_m", to `Range`: ``offset``, mean of
    ln(measured / law), and ``half_width``, that of the 90 % range of ln of the
    quantity (of a coefficient relative to it). The mapping is shared: do not
    change it.
    """
    replacement = _in_place.get()
    if replacement is None:
        return _carried_families()
    return replacement


@lru_cache(maxsize=1)
def _carried_families() -> Families:
    """Read the ranges of ``families.toml``; the dictionary is shared: do not change it.

    Keys are families, as of `key`, and `ANY`, "any"; then quantities
    ("coercivity_kA_m", "remanence_T", "coercivity_coefficient_pct_K"), of
    which a family may lack some. The values are `Range` with ``offset``, the
    mean of ln(measured / law) (0 of the coefficient), and ``half_width`` of
    the 90 % range, of ln of the quantity; that of the coefficient is relative.
    """
    families = {}
    for name, entry in datasets.toml(FILE)["family"].items():
        families[name] = {
            quantity: Range(**entry[quantity]) for quantity in entry
        }
    return families


@contextmanager
def families_in_place(replacement: Families) -> Iterator[None]:
    """Replace the ranges of ``families.toml`` within a ``with`` block.

    `replacement` maps keys of families (`key`) to mappings of quantities to
    `Range` (``offset``, ``half_width``); one for `ANY`, "any", must be there, with
    "coercivity_kA_m", "remanence_T" and "coercivity_coefficient_pct_K". What
    another family lacks is that of `ANY`. The former ranges return at the end.
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


def range_columns(route: Any = None) -> dict[str, FloatArray]:
    """Return offsets and half widths of the families of all hosts, shape (hosts + 1,) each.

    Entries stand in the order of `HOST_NAMES`; code -1 picks the last one, NaN.

    Parameters
    ----------
    route : Route, optional
        How magnets are made: the family of the route (``family``) holds for its host (``host``) and
        the variants of that. The usual families of the hosts otherwise.

    Returns
    -------
    dict of str to ndarray
        ``spread``, ``remanence_spread`` and ``beta_spread``, half widths of
        the 90 % ranges of ln H_cJ, of ln B_r, and of beta relative to itself;
        ``coercivity_offset`` and ``remanence_offset``, to be added to ln H_cJ
        and ln B_r of the law. A family that is not known has those of `ANY`.
    """
    family_table = families()
    ranges_of_hosts = []
    for host in HOST_NAMES:
        root = root_host(host)
        family = (
            route.family
            if route is not None and root_host(route.host) == root
            else ""
        )
        ranges = family_table.get(key(root, family), {})
        ranges_of_hosts.append({**family_table[ANY], **ranges})
    columns = {}
    for quantity, name in _SPREADS.items():
        widths = [ranges[quantity].half_width for ranges in ranges_of_hosts]
        columns[name] = np.array([*widths, np.nan])
    for quantity, name in _OFFSETS.items():
        offsets = [ranges[quantity].offset for ranges in ranges_of_hosts]
        columns[name] = np.array([*offsets, np.nan])
    return columns
