"""Statistics of element properties: where they are written, and what they need not import."""

import os
from pathlib import Path

import numpy as np
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_array_equal

from magnetkit import CompositionTable
from magnetkit.features import composition_statistics, load_table
from tests.fresh import run_python


def test_out_and_dtype():
    table = CompositionTable.from_strings(["SmCo5", "Nd2Fe14B"])
    elements = load_table("magpie").fill_gaps()
    full = composition_statistics(table, elements)
    out = np.empty((2, 132), np.float32)
    assert composition_statistics(table, elements, out=out) is out
    assert_array_equal(out, full.astype(np.float32))
    for wrong in (
        np.empty((2, 131)),
        np.empty((2, 132), int),
        np.empty((132, 2)).T,
    ):
        with pytest.raises(InputError, match="out must be"):
            composition_statistics(table, elements, out=wrong)
    with pytest.raises(InputError, match="dtype must be"):
        composition_statistics(table, elements, dtype=int)


def test_energy_model_loads_no_scikit_learn():
    code = (
        "import sys; from magnetkit.surrogates import energy; energy.load(); "
        "sys.exit('sklearn' in sys.modules)"
    )
    done = run_python("-c", code, env=dict(os.environ), cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
