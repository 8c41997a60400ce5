"""Structure kernels beside pymatgen, vesin, matscipy, ase, matminer and dscribe on Nd2Fe14B.

``pytest benchmarks/bench_structures.py``; in the environment of ``make peers`` every peer runs.
"""

import pytest

from magnetkit.evaluation.bench.cases import CASES
from magnetkit.evaluation.bench.peers import PEERS, prepared

CRYSTALS = [case for case in CASES if case.unit == "crystals"]


@pytest.mark.parametrize("case", CRYSTALS, ids=lambda c: c.name)
def test_kernel(benchmark, case):
    rows = max(2, case.rows // 5)
    benchmark.group = case.name
    benchmark.pedantic(case.prepare(rows), rounds=5, warmup_rounds=1)
    benchmark.extra_info["crystals_per_second"] = round(rows / benchmark.stats.stats.min)


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "peer",
    [p for p in PEERS if p.case in {c.name for c in CRYSTALS}],
    ids=lambda p: f"{p.case}-{p.name}",
)
def test_peer(benchmark, peer):
    found = prepared(peer)
    if found is None:
        pytest.skip(f"{peer.name} is not installed")
    rows, work = found
    benchmark.group = peer.case
    benchmark.pedantic(work, rounds=1)
    benchmark.extra_info["crystals_per_second"] = round(rows / benchmark.stats.stats.min, 2)
