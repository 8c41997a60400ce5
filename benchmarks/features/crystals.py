"""The structure kernels beside their peers on crystals from a file."""

from pathlib import Path

import pandas as pd

from magnetkit._core._threads import limited_threads
from magnetkit.features.crystals import Crystals

from . import cases
from .material import read_crystals
from .measure import best_seconds
from .peers import PAIRS, PEERS, RADIAL, SPHERE, STRUCTURES
from .timing import peer_rate, say

_TASKS = {PAIRS: cases.neighbours, RADIAL: cases.radial, SPHERE: cases.dipoles}


def _work(name: str, crystals: Crystals) -> cases.Work:
    if name == STRUCTURES:
        return cases.structures(crystals)
    return cases.each(crystals, _TASKS[name])


def on_crystals(
    file: Path, peers_of: int = 16, progress: bool = False
) -> pd.DataFrame:
    """Time the structure kernels and their peers on the crystals of a file.

    Parameters
    ----------
    file : Path
        Gzipped JSON lines with `lattice` (six parameters), `species` and `frac_coords`.
    peers_of : int
        A peer takes this many times its usual number of crystals, evenly from all of the file.
    progress : bool
        Say on stderr what is being timed.

    Returns
    -------
    DataFrame
        name, peer, rows, rows_per_second_1 (one thread), and ratio of our rate to the peer's on
        the same crystals.
    """
    structures = read_crystals(file)
    crystals = Crystals.from_structures(structures)
    lines = []
    with limited_threads(1):
        for name in (PAIRS, RADIAL, SPHERE, STRUCTURES):
            say(name, progress)
            work = _work(name, crystals)
            work()
            rate = len(crystals) / best_seconds(work, least=1)
            lines.append(
                {"name": name, "rows": len(crystals), "rows_per_second_1": rate}
            )
            for peer in PEERS:
                if peer.case != name:
                    continue
                say(f"  {peer.name}", progress)
                some = structures[
                    :: max(1, len(structures) // max(8, peers_of * peer.rows))
                ]
                measured = peer_rate(peer, some)
                if measured is None:
                    continue
                ours = len(some) / best_seconds(
                    _work(name, Crystals.from_structures(some))
                )
                line = {"name": name, "peer": peer.name, "rows": measured[0]}
                lines.append(
                    line
                    | {
                        "rows_per_second_1": measured[1],
                        "ratio": ours / measured[1],
                    }
                )
    return pd.DataFrame(
        lines, columns=["name", "peer", "rows", "rows_per_second_1", "ratio"]
    )
