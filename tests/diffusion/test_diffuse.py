"""`mk.diffuse` as it is asked: designs compared, maps followed, what is wrong told."""

import dataclasses
import json
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from typer.testing import CliRunner

import magnetkit as mk
from magnetkit import datasets
from magnetkit.cli.app import app
from magnetkit.diffusion import Diffusion
from magnetkit.report._design_picture import draw_design, face_doses

# With a little dysprosium, as what is sold for 150 C has beside what is diffused in.
BASE = "Nd29.5Dy1.0Co0.9Cu0.1B1.0Fe bal."
SHAPE = "20x10x3mm"
ASK = {
    "basis": "weight",
    "load_line": 2,
    "anneal": 900,
    "anneal_hours": 8,
    "cells": 1500,
}


@pytest.fixture(scope="module")
def designs():
    return mk.diffuse(BASE, SHAPE, temperature="150C", **ASK)


def row(result, way, element):
    rows = result.designs
    return rows[(rows["way"] == way) & (rows["element"] == element)].iloc[0]


def test_coating_takes_less_and_costs_less_flux(designs):
    faces = row(designs, "faces", "Tb")
    bulk = row(designs, "bulk alloy", "Tb")
    assert faces.meets
    assert bulk.meets
    assert faces.put_on_g < bulk.put_on_g
    assert 0.0 < faces.flux_lost_pct < bulk.flux_lost_pct
    # What enters is 85 % of what is put on (datasets/diffusion/process.toml).
    assert faces.inside_g == pytest.approx(0.85 * faces.put_on_g, rel=1e-9)
    # Without what terbium costs, on top of a coating and in neodymium's place, one base is left.
    prices = mk.supply.element_table().set_index("element")["price_USD_kg"]
    base = faces.cost_USD - 1e-3 * faces.put_on_g * prices["Tb"]
    dear = prices["Tb"] - prices["Nd"]
    assert base == pytest.approx(bulk.cost_USD - 1e-3 * bulk.put_on_g * dear)
    # 0.6 cm3 of the base alloy.
    mass = 0.6 * 1e-3 * designs.search["Tb"].each[0][0].density
    share = 100.0 * faces.inside_g / mass
    assert faces.amount_wt_pct == pytest.approx(share)
    assert faces.kg_year == pytest.approx(1e-3 * faces.put_on_g)


def test_the_mass_is_that_on_the_faces(designs):
    coating = designs.coating("Tb")
    on = (coating["mg_cm2"] * coating["area_cm2"]).sum() / 1e3
    assert on == pytest.approx(row(designs, "faces", "Tb").inside_g, rel=1e-9)
    assert coating["area_cm2"].sum() == pytest.approx(
        2 * (2.0 + 0.6 + 0.3), rel=1e-9
    )
    top = coating.set_index("face").loc["z+"]
    ends = top[["from_1_mm", "to_1_mm", "from_2_mm", "to_2_mm"]]
    assert ends.tolist() == pytest.approx([-10.0, 10.0, -5.0, 5.0])


def test_margins_grow_by_diffusion(designs):
    margins = designs.margins("Tb")
    assert (margins["after_kA_m"] >= margins["before_kA_m"] - 1e-9).all()
    assert margins["after_kA_m"].min() > margins["before_kA_m"].min() + 50
    # Margin and field add up to H_cJ of the bare magnet.
    h_cj = margins["before_kA_m"] + margins["reverse_kA_m"]
    assert h_cj.to_numpy() == pytest.approx(designs.bare.coercivity_kA_m)
    assert 9.0 < margins["x_mm"].max() < 10.0


def test_the_picture_shows_what_enters_each_face(designs):
    doses = face_doses(designs, "Tb")
    assert sorted(doses) == ["x+", "x-", "y+", "y-", "z+", "z-"]
    largest = row(designs, "faces", "Tb").mg_cm2
    assert max(dose.max() for dose in doses.values()) == pytest.approx(largest)
    figure = draw_design(designs, "Tb")
    faces, depth, margin, *_ = figure.axes
    best = row(designs, "faces", "Tb")
    assert figure.get_suptitle().endswith(
        f": {best.put_on_g:.2g} g of Tb a magnet, 8 h at 900 °C, P {best.probability:.2f}"
    )
    texts = [text.get_text() for text in faces.texts]
    assert f"z+: {largest:.2g}" in texts
    # What a field meets at the surface and in the middle is in the profile.
    assert depth.lines[0].get_ydata().max() > 0.0
    assert "after diffusion" in margin.get_title()


def test_describes_the_designs_in_words_and_json(designs):
    text = "\n".join(designs.lines())
    assert repr(designs) == text
    assert "mg/cm2" in text
    assert "load line 2" in text
    record = json.loads(designs.to_json())
    assert record["meets"] is True
    assert len(record["designs"]) == 4


def test_json_has_null_where_no_field_opposes_the_magnet(designs):
    bare = dataclasses.replace(designs.bare, margin=np.inf)
    record = dataclasses.replace(designs, bare=bare).to_json()
    assert "Infinity" not in record
    assert json.loads(record)["bare"]["margin"] is None


def test_nothing_is_needed_if_no_element_is():
    none = SimpleNamespace(entered_kg=0.0, met=True)
    some = SimpleNamespace(entered_kg=0.1, met=True)

    def is_needless(**coated):
        return Diffusion.none_needed.fget(SimpleNamespace(coated=coated))

    assert is_needless(Tb=none, Dy=none)
    assert not is_needless(Tb=none, Dy=some)
    missed = SimpleNamespace(entered_kg=0.0, met=False)
    assert not is_needless(Tb=none, Dy=missed)


def test_hotter_takes_more(designs):
    cooler = mk.diffuse(BASE, SHAPE, element="Tb", temperature="135C", **ASK)
    more = row(designs, "faces", "Tb").put_on_g
    assert more > 1.1 * row(cooler, "faces", "Tb").put_on_g


def test_reads_a_map_of_two_operating_points():
    design = mk.diffuse(
        BASE,
        "40x15x5mm",
        element="Tb",
        temperature="150C",
        basis="weight",
        cells=1500,
        field=datasets.path("diffusion/motor_field.csv"),
        anneal=900,
        anneal_hours=24,
        probability=0.5,
    )
    assert design.field is None
    margins = design.margins("Tb")
    # The field is largest at the long edges; there the reverse field counts.
    worst = margins.loc[margins["reverse_kA_m"].idxmax()]
    assert abs(worst["y_mm"]) > 6.5


def test_answer_names_the_faces_that_are_coated():
    design = mk.diffuse(
        BASE,
        SHAPE,
        element="Tb",
        faces="poles",
        temperature="140C",
        require="irreversible_loss_pct<=3",
        **{**ASK, "cells": 300},
    )
    assert any(line.startswith("Tb on z-, z+: ") for line in design.lines())


def test_a_thick_magnet_says_how_far_diffusion_reaches():
    design = mk.diffuse(
        BASE,
        "60x60x30mm",
        element="Tb",
        faces="poles",
        temperature="150C",
        require="irreversible_loss_pct<=1",
        **{**ASK, "load_line": 1},
    )
    assert not design.meets
    assert (
        "diffusion reaches 3.0 mm and would have to reach 15.0 mm"
        in design.undone[0]
    )
    # Diffusion reaches six of thirty millimetres: most of the volume stays short.
    share = re.search(r"(\d+) % of the volume lies below", design.undone[0])
    assert 50 < int(share[1]) <= 80


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"temperature": "20C,150C"}, "takes one temperature"),
        ({"require": "margin_kA_m>=900"}, "no Tb shell gives"),
        ({"load_line": -1}, "load_line"),
        ({"probability": 90}, "between 0 and 1"),
        ({"cells": 199}, "cells must be a whole number from 200 to"),
        ({"cells": 10_000_001}, "number from 200 to 10,000,000"),
        ({"per_year": 0}, "per_year"),
        ({"composition": [BASE, BASE]}, "takes one alloy, got 2"),
        ({"faced": "all"}, "did you mean faces"),
    ],
)
def test_names_bad_input(wrong, message):
    asked = {"composition": BASE, "shape": SHAPE, "element": "Tb"}
    with pytest.raises(InputError, match=message):
        mk.diffuse(**{**asked, **ASK, **wrong})


def test_the_command_writes_what_does_not_do_it(tmp_path):
    words = f"--shape 40x15x30mm --element Dy --faces poles --out {tmp_path}"
    heat = "--basis weight --load-line 0.5 --anneal-hours 8 --anneal 850C"
    call = ["diffuse", BASE, *words.split(), *heat.split()]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, done.output
    assert "- Dy on the faces: does not do it, probability 0." in done.stdout
    files = sorted(p.name for p in tmp_path.iterdir())
    assert files == ["coating.csv", "design.png", "designs.csv", "margins.csv"]
    # As many cells in a row as there are headings.
    table = pd.read_csv(tmp_path / "designs.csv", index_col=False)
    assert table["way"].tolist() == ["faces", "bulk alloy"]
    # What misses the target has no mass, and an empty cell in its place.
    assert table["put_on_g"].isna()[0]
    refusal = CliRunner().invoke(app, [*call[:-1], "900"])
    assert isinstance(refusal.exception, InputError)


def test_tables_do_not_take_the_place_of_a_file(designs, tmp_path):
    file = tmp_path / "designs"
    file.write_text("mine")
    for folder, reason in (
        (file, "it is a file"),
        (file / "below", "Not a directory"),
    ):
        with pytest.raises(InputError, match=f"{folder}: {reason}; choose"):
            designs.write(folder)
    assert file.read_text() == "mine"
    (tmp_path / "margins.csv").mkdir()
    with pytest.raises(InputError, match=r"margins\.csv: it is a folder"):
        designs.write(tmp_path)


def test_outside_field_and_time_add_to_every_cell():
    ask = {"element": "Tb", "cells": 500, "load_line": 1, "basis": "weight"}
    plain = mk.diffuse(BASE, SHAPE, **ask).bare
    harsher = mk.diffuse(
        BASE, SHAPE, outside_field_kA_m=80.0, hours=100.0, **ask
    ).bare
    # 100 h act as 35 kA/m.
    assert harsher.field_kA_m - plain.field_kA_m == pytest.approx(
        80.0 + 34.6, abs=0.5
    )
    assert harsher.worst_kA_m - plain.worst_kA_m == pytest.approx(
        80.0 + 34.6, abs=0.5
    )


def test_sufficient_magnet_needs_nothing():
    design = mk.diffuse(
        "N48H", SHAPE, temperature="60C", load_line=2, cells=500
    )
    assert design.none_needed
    assert design.meets
    assert (
        design.designs.loc[design.designs["way"] == "faces", "put_on_g"] == 0.0
    ).all()
    assert design.lines()[-1].startswith("None needed: ")
    safe = mk.diffuse(
        "N48H",
        SHAPE,
        temperature="60C",
        load_line=2,
        cells=500,
        element="Dy",
        require="demagnetization_safety>=1.1",
    )
    assert safe.none_needed
    figure = draw_design(safe)
    assert figure.axes[0].get_title() == "through the middle"
    assert figure.get_suptitle().endswith(": no heavy rare earth needed")
    assert safe.bare.worst_kA_m * 1.1 <= safe.bare.knee_kA_m


def test_grade_with_terbium_stands_for_its_alloy():
    design = mk.diffuse("N42SH", SHAPE)
    assert design.magnet.startswith("N42SH (most likely Nd")
    with pytest.raises(InputError, match="are of a recipe"):
        mk.diffuse("N42M", SHAPE, process={"grain_size_um": 3.0})
