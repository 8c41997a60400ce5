"""Parameters of hosts: of a variant its own where it was fitted, its host's otherwise."""

from dataclasses import replace

import numpy as np
import pytest
from magnetkit.elements import INDEX
from magnetkit.errors import DataError
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


def make_row(parameter, element="", host="1:5", value="1.5"):
    return {
        "host": host,
        "parameter": parameter,
        "element": element,
        "value": value,
        "deviation": "0.25",
    }


def test_rows_fill_the_slots_that_they_name():
    rows = [
        make_row("moment_muB:slope_iron", "Al"),
        make_row("moment_muB:curvature_cobalt", "Ti"),
        make_row("moment_muB:iron", "Ti"),
        make_row("ion_moment:cobalt", "Nd"),
        make_row("moment_muB:bow1"),
        make_row("moment_muB:bow2", value="3"),
        make_row("moment_muB:bow2", value="4"),
    ]
    got = parameters.read(rows, ("value", "deviation"))
    host = HOST_NAMES.index("1:5")
    slot = parameters.HOST_SLOTS.index
    assert got.host[host, slot("moment_muB:bow1")] == 1.5
    assert got.host[host, slot("moment_muB:bow2")] == 4.0
    assert np.count_nonzero(got.host) == 2
    assert np.count_nonzero(got.host_sd == 0.25) == 2
    place = parameters.ELEMENT_SLOTS.index("ion_moment:cobalt")
    assert got.element[host, INDEX["Nd"], place] == 1.5
    assert got.element_sd[host, INDEX["Nd"], place] == 0.25
    assert np.count_nonzero(got.element) == 4
    # 1 on the site of rare earths, 2 on those of metals, 3 on both.
    known = [got.known[host, INDEX[s]] for s in ("Nd", "Al", "Ti", "Fe")]
    assert known == [1, 2, 3, 0]
    assert np.count_nonzero(got.known) == 3


@pytest.mark.parametrize(
    ("stored", "columns"),
    [
        (parameters.load, ("value", "deviation")),
        (parameters.prior_parameters, ("prior", "prior_deviation")),
    ],
)
def test_every_row_of_the_file_has_its_slot(stored, columns):
    got = stored()
    for row in datasets.rows("intrinsic/parameters.csv"):
        place = [HOST_NAMES.index(row["host"])]
        kind = "host"
        slots = parameters.HOST_SLOTS
        if row["element"]:
            place.append(INDEX[row["element"]])
            kind = "element"
            slots = parameters.ELEMENT_SLOTS
        place.append(slots.index(row["parameter"]))
        for name, column in zip((kind, f"{kind}_sd"), columns, strict=True):
            assert getattr(got, name)[tuple(place)] == float(row[column])


def test_the_kernel_gets_each_host_by_its_kind():
    model = parameters.Parameters.empty().kernel_parameters
    # Two sublattices and three constants each; R2Fe14B has a crystal field of its own, takes
    # carbon for boron and does not saturate; nitrides have sites that may be empty.
    kinds = dict(zip(HOST_NAMES, model.kind.tolist(), strict=True))
    assert kinds == {
        "2:14:1": [2, 3, 0, 1, 0],
        "1:5": [2, 3, 1, 0, 1],
        "2:17": [2, 3, 1, 0, 1],
        "2:17:3": [2, 3, 1, 2, 1],
        "1:12": [2, 3, 1, 0, 1],
        "1:12:1": [2, 3, 1, 2, 1],
    }
    # Atoms of a formula unit.
    atoms = dict(zip(HOST_NAMES, model.counts.tolist(), strict=True))
    assert atoms["2:14:1"] == [2.0, 14.0, 1.0]
    assert atoms["2:17:3"] == [2.0, 17.0, 3.0]
    assert atoms["1:12"] == [1.0, 12.0, 0.0]


@pytest.mark.parametrize(
    "row",
    [
        make_row("moment_muB:bow1", host="1:7"),
        make_row("moment_muB:bow9"),
        make_row("moment_muB:bow1", "Nd"),
        make_row("moment_muB:iron", "Xx"),
        make_row("moment_muB:iron"),
    ],
)
def test_refuses_what_is_no_slot_of_the_model(row):
    with pytest.raises(DataError, match="is no slot of the model; rebuild"):
        parameters.read([row], ("value", "deviation"))


def test_sites_take_rare_earths_guests_and_solutes():
    for host in HOST_NAMES:
        earths, metals = parameters.site_elements(host)
        assert not {"Eu", "Pm", "Sc"} & set(earths)
        assert {"La", "Nd", "Lu", "Y"} <= set(earths)
        assert not {"Fe", "Co"} & set(metals)
        # Zirconium and hafnium stand on the rare earth's site of ThMn12 alone.
        assert ({"Zr", "Hf"} <= set(earths)) is host.startswith("1:12")


def test_constants_of_ions_are_those_of_the_tables():
    # Yamada et al., Phys. Rev. B 38 (1988) 620.
    neodymium = parameters.published_fields()["Nd"]
    assert (neodymium["A20"], neodymium["A2-2"]) == (295.0, -454.0)
    assert not {"ion", "source", "verification"} & set(neodymium)
    ion = parameters.ions()["Nd"]
    assert (ion["n_4f"], ion["J"]) == (3.0, 4.5)
    assert np.isnan(parameters.ions()["La"]["r2_a0_2"])
