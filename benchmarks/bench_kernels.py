"""Kernels of compositions and of crystals beside the packages that do the same.

matminer, CBFV and the formula parsers; pymatgen, vesin, matscipy, ase and dscribe on Nd2Fe14B.
``pytest benchmarks/bench_kernels.py``; in the environment of ``make peers`` every peer runs.
"""

import pytest

from benchmarks.features.cases import CASES
from benchmarks.features.peers import PEERS, prepare_peer

UNITS = {case.name: case.unit for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_kernel(benchmark, case):
    rows = max(2, case.rows // 5)
    benchmark.group = case.name
    benchmark.pedantic(case.prepare(rows), rounds=5, warmup_rounds=1)
    benchmark.extra_info[f"{case.unit}_per_second"] = round(
        rows / benchmark.stats.stats.min
    )


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("peer", PEERS, ids=lambda p: f"{p.case}-{p.name}")
def test_peer(benchmark, peer):
    work = prepare_peer(peer)
    if work is None:
        pytest.skip(f"{peer.name} is not installed")
    benchmark.group = peer.case
    benchmark.pedantic(work, rounds=2)
    rate = peer.rows / benchmark.stats.stats.min
    benchmark.extra_info[f"{UNITS[peer.case]}_per_second"] = round(rate, 2)
