"""Pulled crystals beside measured compounds."""

import numpy as np
import pytest
from magnetkit.errors import DataError
from magnetkit.settings import get_settings

from benchmarks.accuracy.phases.substituted import host_cell
from magnetkit.alloy.table import CompositionTable
from magnetkit.phases.records import HOST_NAMES
from tests.scripts import script

_FEATURES = script("datasets/materials_project/features.py")
mirror_crystals = _FEATURES.mirror_crystals
nearest_crystals = _FEATURES.nearest_crystals


def test_a_compound_takes_the_nearest_crystal_of_its_own_host():
    crystals = [
        host_cell("1:5", "Sm", "Co"),
        host_cell("2:17", "Sm", "Co"),
        host_cell("2:17", "Nd", "Fe"),
    ]
    table = CompositionTable.from_strings(
        ["Sm2Co13Fe4", "Nd2Fe16Co", "SmCo4Cu", "Nd2Fe14B"]
    )
    codes = np.array(
        [HOST_NAMES.index(h) for h in ("2:17", "2:17", "1:5", "2:14:1")],
        np.int8,
    )
    assert nearest_crystals(table, codes, crystals).tolist() == [1, 2, 0, -1]


def test_missing_mirror_folder_names_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setenv("MAGNETKIT_MIRROR", str(tmp_path))
    get_settings.cache_clear()
    try:
        with pytest.raises(DataError, match="MAGNETKIT_MIRROR"):
            mirror_crystals()
    finally:
        get_settings.cache_clear()
