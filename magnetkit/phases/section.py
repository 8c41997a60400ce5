"""The hull of a ternary system."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX
from ..errors import DataError, InputError
from .facets import find_facets
from .hull import stable_space
from .snapshot import Snapshot


class Section(NamedTuple):
    """The hull of a system of m elements.

    ``elements``: their symbols; ``names``: formulas of the k stable phases; ``shares`` float64
    (k, m): what they are made of, in the order of `elements`; ``edges`` int64 (e, 2): which of them
    are in balance with each other.
    """

    elements: tuple[str, ...]
    names: list[str]
    shares: NDArray[np.float64]
    edges: NDArray[np.int64]


def hull_section(source: Snapshot, elements: Sequence[str]) -> Section:
    """Return the stable phases of a chemical system, and which of them are in balance.

    Parameters
    ----------
    source : Snapshot
    elements : sequence of str
        Symbols, such as ``["Sm", "Co", "Fe"]``.

    Returns
    -------
    Section

    Raises
    ------
    InputError
        If the snapshot has no phases of an element.
    DataError
        If its phases make no hull.
    """
    space = stable_space(source)
    columns = space.column[[INDEX[e] for e in elements]]
    absent = sorted(e for e, column in zip(elements, columns, strict=True) if column < 0)
    if absent:
        raise InputError(
            f"snapshot {source.name} has no phases of {', '.join(absent)}; pull "
            f"{'-'.join(elements)} or name elements that it has"
        )
    members = np.zeros(space.columns, bool)
    members[columns] = True
    facets = find_facets(space, members)
    if facets is None:
        raise DataError(f"the phases of {'-'.join(elements)} in {source.name} make no hull")
    # Each facet is a triangle of phases in balance, two of which share a side.
    stable, corner = np.unique(facets.corner, return_inverse=True)
    corner = np.sort(corner.reshape(facets.corner.shape), axis=1)
    pairs = combinations(range(len(elements)), 2)
    sides = np.concatenate([corner[:, list(pair)] for pair in pairs])
    shares = space.table()[stable].to_array()[:, [INDEX[e] for e in elements]]
    names = [space.formulas[phase] for phase in stable]
    return Section(tuple(elements), names, shares, np.unique(sides, axis=0))
