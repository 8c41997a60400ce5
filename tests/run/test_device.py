"""A device of several magnets, against sums by hand."""

import importlib
from importlib import import_module

import pandas as pd
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.run import bill
from magnetkit.run.devices import _coated

PARTS = pd.DataFrame(
    {
        "part": ["ring", "block"],
        "number": [10, 2],
        "mass_kg": [0.05, None],
        "size": [None, "40x15x5mm"],
        "grade": [None, "N42SH"],
        "recipe": ["Sm36Gd1Co63", None],
        "basis": ["weight", None],
    }
)


def test_a_bill_is_the_sum_of_its_parts():
    found = bill(PARTS, per_year=100, replaced=False).set_index("part")
    # 10 rings of 50 g with 36 wt.% Sm, 1 wt.% Gd and 63 wt.% Co.
    assert found["samarium_kg"]["ring"] == pytest.approx(0.18)
    assert found["heavy_rare_earth_kg"]["ring"] == pytest.approx(0.005)
    assert found["cobalt_kg"]["ring"] == pytest.approx(0.315)
    # Arnold prints 7,600 kg/m3 for N42SH: 40 x 15 x 5 mm weigh 22.8 g.
    assert found["mass_kg"]["block"] == pytest.approx(0.0456)
    for column in ("mass_kg", "samarium_kg", "heavy_rare_earth_kg", "cobalt_kg"):
        assert found[column]["total"] == pytest.approx(found[column][["ring", "block"]].sum())
    assert found["samarium_kg_year"]["total"] == pytest.approx(18.0)


def test_the_embedded_devices_weigh_what_their_profiles_say():
    for device, mass in (("patriot", 4.0), ("f22-engine", 1.0)):
        found = bill(device, replaced=False).set_index("part")
        assert found["mass_kg"]["total"] == pytest.approx(mass)
    assert found["samarium_kg"]["total"] > 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"number": 0}, "above 0"),
        ({"mass_kg": None}, "40x15x5mm"),
        ({"grade": "N42SU", "recipe": None}, "nearest names"),
        ({"recipe": "Xx2"}, "no chemical element"),
        ({"grade": "N42SH"}, "not both"),
    ],
)
def test_a_bad_part_is_named(change, says):
    row = {"part": "ring", "number": 1, "mass_kg": 0.1, "grade": None, "recipe": "SmCo5"}
    with pytest.raises(InputError, match=f"part 1 .*{says}"):
        bill(pd.DataFrame([{**row, **change}]), replaced=False)


def test_a_table_that_is_none_is_said():
    with pytest.raises(InputError, match="no such file"):
        bill("absent")
    with pytest.raises(InputError, match="expected the columns"):
        bill(pd.DataFrame({"a": [1]}))
    assert mk.run.bill is bill


def test_what_is_recommended_takes_the_place_of_its_grade(monkeypatch):
    chosen = {"candidate": "Nd30Dy1Co2B1Fe bal.", "shell": "", "name": "that",
              "probability_meets_requirements": 0.9}  # fmt: skip
    asked = []

    def replace(grade, temperature, load_line):
        asked.append((grade, temperature, load_line))
        return type("Found", (), {"recommended": type("Way", (), chosen)})

    monkeypatch.setattr(importlib.import_module("magnetkit.run.replace"), "replace", replace)
    parts = {"part": ["a", "b"], "number": [1, 1], "mass_kg": [1.0, 2.0], "grade": ["N42SH"] * 2}
    found = bill(pd.DataFrame({**parts, "temperature": "150C", "load_line": 2.0}))
    assert asked == [("N42SH", "150C", 2.0)]
    assert found["heavy_rare_earth_after_kg"].tolist() == pytest.approx([0.01, 0.02, 0.03])
    assert found["cobalt_after_kg"].iloc[-1] == pytest.approx(0.06)
    assert found["probability"].iloc[0] == 0.9


def test_a_part_is_redesigned_with_its_faces_coated():
    part = {"part": "pole", "number": 4, "mass_kg": 0.0045, "size": "20x10x3mm",
            "recipe": "Nd26.5Dy4.0Co0.9Cu0.1B1.0Fe67.5", "basis": "weight", "temperature": "140C",
            "load_line": 2, "base": "Nd30.5Co0.9Cu0.1B1.0Fe67.5", "faces": "all"}  # fmt: skip
    found = bill(pd.DataFrame([part])).set_index("part").loc["pole"]
    assert "mg/cm2" in found["replacement"]
    # 4 wt.% of 18 g now, less than half of it on the faces.
    assert found["heavy_rare_earth_kg"] == pytest.approx(0.00072)
    assert 0.0 < found["heavy_rare_earth_after_kg"] < 0.00036
    with pytest.raises(InputError, match="size"):
        bill(pd.DataFrame([{**part, "size": None}]))


def test_of_coatings_that_meet_the_cheapest_on_the_faces_is_taken(monkeypatch):
    ways, meets = ["faces", "everywhere", "faces", "faces"], [True, True, False, True]
    designs = pd.DataFrame({"way": ways, "meets": meets, "cost_USD": [3.0, 1.0, 0.5, 2.0]})
    found = type("Found", (), {"designs": designs})
    diffusion = import_module("magnetkit.diffusion.diffuse")
    monkeypatch.setattr(diffusion, "diffuse", lambda *a, **k: found)
    record = {"base": "Nd30.5Fe68.5B1", "basis": "weight", "size": "20x10x3mm"}
    assert _coated(record, None)["cost_USD"] == 2.0
    designs["meets"] = False
    assert _coated(record, None) is None
