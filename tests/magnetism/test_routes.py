"""Routes as data: what makers print of their magnets."""

import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit import datasets
from magnetkit.magnetism.process import resistivity, routes

RECIPES = {"2:14:1": "Nd2Fe14B", "1:5": "SmCo5", "2:17": "Sm2Co17"}


@pytest.mark.parametrize(
    "name", [n for n, r in routes().items() if r.printed is not None]
)
def test_the_printed_density_is_that_of_the_model(name):
    route = routes()[name]
    frame = mk.magnetism.sintered(RECIPES[route.host], "20C", process=name)
    assert frame["density_kg_m3"][0] == pytest.approx(
        route.printed.density_kg_m3, rel=0.04
    )
    assert route.printed.source


def test_printed_resistivities_stand_in_the_table_of_grades():
    values = pd.read_csv(datasets.path("grades/values.csv"))
    sheets = values[values["quantity"] == "resistivity_uohm_m"]
    for host in ("2:14:1", "2:17"):
        assert resistivity(host) in set(
            sheets.loc[sheets["host"] == host, "value"]
        )
    assert np.isnan(resistivity("1:5"))
    assert np.isnan(resistivity("2:14:1", routes()["hot-deformed"]))
