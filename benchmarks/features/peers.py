"""What other packages make of the same work; each is timed where it is installed."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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


STRUCTURES = "structure descriptors"
PEERS = (
    Peer("parse formulas", "pymatgen", 2000, _pymatgen_parse),
    Peer("parse formulas", "chemparse", 2000, _chemparse),
    Peer("parse formulas", "smact", 2000, _smact),
    Peer(MAGPIE, "matminer", 300, _matminer),
    Peer(MAGPIE, "CBFV", 3000, _cbfv, exact=False),
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
    if peer.case == STRUCTURES:
        material = [nd2fe14b()] * peer.rows
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return peer.prepare(material)
        except ImportError:
            return None
