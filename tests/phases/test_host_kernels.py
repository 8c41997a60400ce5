import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetkit import CompositionTable
from magnetkit.phases.partition import assign_hosts, partition
from magnetkit.phases.records import HOST_NAMES
from tests.phases import naive_hosts
from tests.recipes import make_table


@given(z=st.floats(3.5, 16.0), iron=st.booleans())
def test_assign_agrees_with_the_obvious_rule(z, iron):
    metal = "Fe" if iron else "Co"
    table = make_table(f"Sm1{metal}{z:.6f}")
    expected = naive_hosts.assign_metal(table.fraction("Sm")[0], iron)
    code = assign_hosts(table)[0]
    assert (HOST_NAMES[code] if code >= 0 else None) == expected


@pytest.mark.parametrize(
    ("host", "counts", "ratios"),
    [
        ("1:5", (1, 5), (3.5, 8.5)),
        ("2:17", (2, 17), (5.0, np.inf)),
        # Sm-Fe-V: metal over samarium between the grains (Mater. Trans. (2020), MT-MBW2020003).
        ("1:12", (1, 12), (1.7, np.inf)),
    ],
)
@given(offset=st.floats(-0.15, 0.15))
def test_split_agrees_with_the_lever_rule(host, counts, ratios, offset):
    z = counts[1] / counts[0] * (1 + offset)
    table = make_table(f"Sm1Co{z:.8f}")
    part = partition(table, host)
    units = naive_hosts.lever(
        *(table.fraction(e)[0] for e in ("Sm", "Co")), *counts, *ratios
    )
    mass = units * (counts[0] * 150.36 + counts[1] * 58.933194)
    whole = (
        table.fraction("Sm")[0] * 150.36 + table.fraction("Co")[0] * 58.933194
    )
    assert part.hard_weight_fraction[0] == pytest.approx(
        mass / whole, rel=1e-4
    )


def test_empty_and_nan():
    empty = make_table()
    assert len(assign_hosts(empty)) == 0
    assert len(partition(empty).hard_phase) == 0
    table = make_table("SmCo5")
    unknown_amounts = CompositionTable(
        table.indptr,
        table.indices,
        np.array([np.nan, np.nan]),
        table.row_index,
    )
    assert assign_hosts(unknown_amounts)[0] == -1
