"""What other packages make of the same work; each is timed where it is installed."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .cases import MAGPIE, Work
from .material import formulas, nd2fe14b


@dataclass(frozen=True)
class Peer:
    """Another package's way to do the work of a case.

    Attributes
    ----------
    case : str
        Name of the case.
    name : str
        The package, and how it is used.
    rows : int
        How many rows it is given; the rate is what counts.
    prepare : callable
        From a number of rows, or a list of structures, to the work. Raises ImportError where the
        package is not installed.
    exact : bool
        Whether it computes the same quantity; else it stands for what is commonly used.
    """

    case: str
    name: str
    rows: int
    prepare: Callable[[Any], Work]
    exact: bool = True


def _matminer(n: int) -> Work:
    from matminer.featurizers.composition import ElementProperty
    from pymatgen.core import Composition

    featurizer = ElementProperty.from_preset("magpie")
    compositions = [Composition(t) for t in formulas(n)]
    return lambda: [featurizer.featurize(c) for c in compositions]


def _cbfv(n: int) -> Work:
    import pandas as pd
    from CBFV import composition

    frame = pd.DataFrame({"formula": formulas(n), "target": 0.0})

    def work() -> None:
        composition.generate_features(frame, elem_prop="magpie", mini=True)

    return work


def _pymatgen_parse(n: int) -> Work:
    from pymatgen.core import Composition

    texts = formulas(n)
    return lambda: [Composition(t) for t in texts]


def _chemparse(n: int) -> Work:
    from chemparse import parse_formula

    texts = formulas(n)
    return lambda: [parse_formula(t) for t in texts]


def _smact(n: int) -> Work:
    from smact.utils.composition import parse_formula

    texts = formulas(n)
    return lambda: [parse_formula(t) for t in texts]


def _pymatgen_pairs(structures: list[Any]) -> Work:
    return lambda: [s.get_neighbor_list(5.0) for s in structures]


def _points_and_cells(structures: list[Any]) -> list[tuple[Any, Any]]:
    return [(s.cart_coords, s.lattice.matrix) for s in structures]


def _vesin(structures: list[Any]) -> Work:
    from vesin import NeighborList

    calculator = NeighborList(cutoff=5.0, full_list=True)
    cells = _points_and_cells(structures)
    return lambda: [
        calculator.compute(
            points=x, box=cell, periodic=True, quantities="ijSd"
        )
        for x, cell in cells
    ]


def _matscipy(structures: list[Any]) -> Work:
    from matscipy.neighbours import neighbour_list

    cells = _points_and_cells(structures)
    return lambda: [
        neighbour_list(
            "ijSd", cutoff=5.0, positions=x, cell=cell, pbc=[True] * 3
        )
        for x, cell in cells
    ]


def _ase(structures: list[Any]) -> Work:
    from ase.neighborlist import primitive_neighbor_list

    cells = _points_and_cells(structures)
    return lambda: [
        primitive_neighbor_list("ijSd", [True] * 3, cell, x, 5.0)
        for x, cell in cells
    ]


def _matminer_radial(structures: list[Any]) -> Work:
    from matminer.featurizers.structure import RadialDistributionFunction

    featurizer = RadialDistributionFunction(cutoff=10.0, bin_size=0.1)
    return lambda: [featurizer.featurize(s) for s in structures]


def _matscipy_radial(structures: list[Any]) -> Work:
    from matscipy.neighbours import neighbour_list

    cells = []
    for s in structures:
        _, kinds = np.unique(s.atomic_numbers, return_inverse=True)
        cells.append((s.cart_coords, s.lattice.matrix, kinds))

    def one(x: Any, cell: Any, kinds: Any) -> Any:
        i, j, d = neighbour_list(
            "ijd", cutoff=10.0, positions=x, cell=cell, pbc=[True] * 3
        )
        k = kinds.max() + 1
        slot = (kinds[i] * k + kinds[j]) * 100 + (d * 10).astype(np.int64)
        return np.bincount(slot, minlength=k * k * 100).reshape(k, k, 100)

    return lambda: [one(*g) for g in cells]


def _matscipy_dipoles(structures: list[Any]) -> Work:
    from matscipy.neighbours import neighbour_list

    cells = _points_and_cells(structures)

    def one(x: Any, cell: Any) -> Any:
        i, v, d = neighbour_list(
            "iDd", cutoff=20.0, positions=x, cell=cell, pbc=[True] * 3
        )
        third = d**-3
        fifth = 3.0 * d**-5
        parts = [
            fifth * v[:, a] * v[:, b] - third * (a == b)
            for a, b in _COMPONENTS
        ]
        return np.stack(
            [np.bincount(i, part, len(x)) for part in parts], axis=1
        )

    return lambda: [one(*g) for g in cells]


_COMPONENTS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def _soap(structures: list[Any]) -> Work:
    from dscribe.descriptors import SOAP
    from pymatgen.io.ase import AseAtomsAdaptor

    species = sorted({e.symbol for s in structures for e in s.species})
    soap = SOAP(species=species, periodic=True, r_cut=5.0, n_max=8, l_max=6)
    cells = [AseAtomsAdaptor.get_atoms(s) for s in structures]
    return lambda: [soap.create(atoms) for atoms in cells]


def _site_stats(structures: list[Any]) -> Work:
    from matminer.featurizers.structure import SiteStatsFingerprint

    featurizer = SiteStatsFingerprint.from_preset("CrystalNNFingerprint_ops")
    return lambda: [featurizer.featurize(s) for s in structures]


PAIRS = "neighbour list, 5 A"
RADIAL = "radial distribution, 10 A"
SPHERE = "dipole sum, sphere of 20 A"
STRUCTURES = "structure descriptors"
PEERS = (
    Peer("parse formulas", "pymatgen", 2000, _pymatgen_parse),
    Peer("parse formulas", "chemparse", 2000, _chemparse),
    Peer("parse formulas", "smact", 2000, _smact),
    Peer(MAGPIE, "matminer", 300, _matminer),
    Peer(MAGPIE, "CBFV", 3000, _cbfv, exact=False),
    Peer(PAIRS, "pymatgen", 20, _pymatgen_pairs),
    Peer(PAIRS, "vesin", 20, _vesin),
    Peer(PAIRS, "matscipy", 10, _matscipy),
    Peer(PAIRS, "ase", 2, _ase),
    Peer(RADIAL, "matscipy + numpy", 5, _matscipy_radial),
    Peer(RADIAL, "matminer", 1, _matminer_radial, exact=False),
    Peer(SPHERE, "matscipy + numpy", 2, _matscipy_dipoles),
    Peer(STRUCTURES, "dscribe SOAP", 2, _soap, exact=False),
    Peer(
        STRUCTURES,
        "matminer SiteStatsFingerprint",
        1,
        _site_stats,
        exact=False,
    ),
)


def prepare_peer(peer: Peer) -> Work | None:
    """Return the work of a peer; None where it is not installed."""
    material: Any = peer.rows
    if peer.case in (PAIRS, RADIAL, SPHERE, STRUCTURES):
        material = [nd2fe14b()] * peer.rows
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return peer.prepare(material)
        except ImportError:
            return None
