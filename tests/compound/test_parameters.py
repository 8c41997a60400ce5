"""Parameters of hosts: of a variant its own where it was fitted, its host's otherwise."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import magnetkit as mk
from magnetkit._core import datasets
from magnetkit.compound import parameters
from magnetkit.phases.records import HOST_NAMES, HOSTS

ARRAYS = "element", "element_sd", "host", "host_sd", "known"


@pytest.mark.parametrize("fitted", [False, True])
def test_unfitted_variant_inherits_from_its_host(monkeypatch, fitted):
    rows = datasets.rows("intrinsic/parameters.csv")
    if not fitted:
        rows = [row for row in rows if row["host"] != "1:5"]
    # As if 1:5 were a variant of 2:17.
    hosts = {
        n: replace(h, root="2:17" if n == "1:5" else n)
        for n, h in HOSTS.items()
    }
    monkeypatch.setattr(parameters, "HOSTS", hosts)
    monkeypatch.setattr(datasets, "rows", lambda name: rows)
    parameter_table = parameters.load.__wrapped__()
    table = parameters.read(rows, ("value", "deviation"))
    host = HOST_NAMES.index("1:5")
    parent = HOST_NAMES.index("2:17")
    for name in ARRAYS:
        got = getattr(parameter_table, name)
        expected = getattr(table, name)[host if fitted else parent]
        assert_array_equal(got[host], expected)
        rest = [h for h in range(len(HOST_NAMES)) if h != host]
        assert_array_equal(got[rest], getattr(table, name)[rest])
    assert parameter_table.known[host].any()


def test_vanadium_dilutes_compounds_of_no_fit():
    # J_s, T, of 10.1016/j.jallcom.2019.01.332 and the Handbook of Magnetic Materials, both as a
    # compilation lists them; the fit has other compounds of the handbook.
    at_300_k = {
        "SmFe11V": 1.12,
        "SmFe10V2": 0.81,
        "SmFe10.5V1.5": 0.82,
        "NdFe10.5V1.5": 1.32,
    }
    cold = {
        "YFe10.5V1.5": 1.11,
        "TbFe10V2": 0.54,
        "DyFe10V2": 0.45,
        "HoFe10V2": 0.43,
    }
    cold["ErFe10V2"] = 0.57
    predictions = [
        *mk.predict(list(at_300_k), "300K")["saturation_polarization_T"],
        *mk.predict(list(cold), "4.2K")["saturation_polarization_T"],
    ]
    error = np.abs(
        np.array(predictions) - [*at_300_k.values(), *cold.values()]
    )
    assert error.mean() < 0.15
    assert error.max() < 0.35
