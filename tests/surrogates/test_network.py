import numpy as np

import magnetkit as mk
from magnetkit.kernels.network import network
from magnetkit.surrogates.neighbourhood import around
from magnetkit.surrogates.network import teach


def test_it_learns_what_it_is_shown():
    known = mk.CompositionTable.from_strings(["Nd2Fe14B", "SmCo5", "Ce2Fe17N3"], basis="atomic")
    table = around(known, 4000)
    raw = np.column_stack([table.fraction("Fe"), table.fraction("Co"), np.ones(4000)])
    raw = raw.astype(np.float32)
    goals = np.column_stack([raw[:, 0] - 2 * raw[:, 1], raw[:, 0]]).astype(np.float32)
    arrays = teach(raw, np.ones(3, np.float32), table, goals, 16, 0)
    mean, local = np.empty((2, 4000), np.float32)
    network(table.indptr, table.indices, table.values, raw, *arrays, mean, local, 0, 4000)
    assert np.abs(mean - goals[:, 0]).mean() < 0.1 * goals[:, 0].std()
    assert np.abs(local - goals[:, 1]).mean() < 0.1 * goals[:, 1].std()
