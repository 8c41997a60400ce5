"""Tables and crystals come in from, and go out to, the packages that users have."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from magnetkit.errors import CompositionError, InputError
from numpy.testing import assert_allclose
from pymatgen.core import Composition

import magnetkit as mk
from magnetkit.alloy._read import RejectedRows

RECIPES = ["SmCo5", "Nd1.8Dy0.2Fe14B", "Sm2Co17"]
FRAMES = {
    "pandas": lambda columns: pd.DataFrame(columns),
    "polars": lambda columns: pl.DataFrame(columns),
    "arrow": lambda columns: pa.table(columns),
}
SERIES = {
    "pandas": pd.Series,
    "polars": pl.Series,
    "arrow": pa.array,
    "numpy": np.array,
}


@pytest.fixture(scope="module")
def result():
    return mk.screen(RECIPES, application="patriot-beam-focusing")


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_screens_frames_of_any_library(make, result):
    frame = make(
        {"composition": [*RECIPES, "nonsense1"], "melt": [1, 2, 3, 4]}
    )
    got = mk.screen(frame, application="patriot-beam-focusing")
    assert got.table["candidate"].tolist() == RECIPES
    assert [r.text for r in got.rejected] == ["nonsense1"]
    pd.testing.assert_series_equal(got.table["rank"], result.table["rank"])


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_frames_bring_shells_and_their_other_columns(make):
    frame = make(
        {
            "composition": ["Nd2Fe14B", "Nd2Fe14B", "Nd2Fe14B", "Nd2"],
            "shell": ["", "Tb 0.30 @ 0.10", "Tb lots", None],
            "rank": [7, 8, 9, 10],
            "melt": ["a", "b", "c", "d"],
        }
    )
    got = mk.screen(frame, application="hot-servo-motor")
    assert got.table["shell"].fillna("").tolist() == ["", "Tb 0.30 @ 0.10", ""]
    assert got.table["melt"].tolist() == ["a", "b", "d"]
    # The result has a rank of its own.
    assert got.table["input_rank"].tolist() == [7, 8, 10]
    assert [(r.line, r.text) for r in got.rejected] == [(3, "Nd2Fe14B")]
    assert "write it as 'Tb 0.5 wt%'" in got.rejected[0].reason


def test_columns_of_several_kinds_are_refused_by_name():
    frame = pd.DataFrame({"composition": RECIPES, "note": [1, "x", None]})
    with pytest.raises(
        InputError, match="column 'note' cannot be carried through"
    ):
        mk.screen(frame, application="patriot-beam-focusing")


def test_screen_takes_columns_of_any_kind(result):
    forms = [make(RECIPES) for make in SERIES.values()]
    forms += [
        (text for text in RECIPES),
        [Composition(text) for text in RECIPES],
    ]
    for form in forms:
        got = mk.screen(form, application="patriot-beam-focusing")
        assert got.table["rank"].tolist() == result.table["rank"].tolist()
    for odd in ({"SmCo5": 1}, 7):
        with pytest.raises(
            InputError, match="expected a recipe or a list of them"
        ):
            mk.screen(odd, application="patriot-beam-focusing")


@pytest.mark.parametrize("name", SERIES)
def test_predict_answers_a_column_in_its_own_library(name):
    expected = mk.predict(RECIPES)
    got = mk.predict(SERIES[name](RECIPES))
    kinds = {"polars": pl.DataFrame, "arrow": pa.Table}
    assert isinstance(got, kinds.get(name, pd.DataFrame))
    got = got if isinstance(got, pd.DataFrame) else pa.table(got).to_pandas()
    numbers = expected.select_dtypes("number").columns
    pd.testing.assert_frame_equal(got[numbers], expected[numbers])
    assert got["candidate"].tolist() == RECIPES


@pytest.mark.parametrize("name", FRAMES)
def test_predict_keeps_shells_and_other_columns(name):
    frame = FRAMES[name](
        {
            "alloy": ["Nd2Fe14B", "Nd2Fe14B", "junk1"],
            "shell": [None, "Tb 0.30 @ 0.10", None],
            "melt": [7, 8, 9],
        }
    )
    with pytest.warns(RejectedRows, match="line 3 .'junk1'."):
        got = mk.predict(frame, column="alloy")
    assert isinstance(got, type(frame))
    got = got if isinstance(got, pd.DataFrame) else pa.table(got).to_pandas()
    assert got["melt"].tolist() == [7, 8]
    assert got["melt"].dtype == np.int64
    # A screening of the same table never left the shells out.
    device = mk.applications.requirements_alone(
        ["coercivity_kA_m>=500"], "Nd2Fe14B", "300K"
    )
    screening = mk.screen(frame, device, column="alloy").table
    assert got["coercivity_kA_m"].tolist() == pytest.approx(
        screening["coercivity_kA_m"].tolist()
    )
    assert (
        got["coercivity_kA_m"].iloc[1] > 1.2 * got["coercivity_kA_m"].iloc[0]
    )


def test_predict_keeps_index_and_rejected_rows_of_pandas():
    frame = pd.DataFrame(
        {"composition": ["SmCo5", "??", "Sm2Co17"]}, index=["a", "b", "c"]
    )
    with pytest.warns(RejectedRows):
        got = mk.predict(frame)
    assert got.index.tolist() == ["a", "c"]
    assert [r["line"] for r in got.attrs["rejected"]] == [2]
    with pytest.raises(CompositionError, match="line 2"):
        mk.predict(frame, strict=True)


def test_names_no_shell_twice():
    frame = pd.DataFrame(
        {"composition": ["Nd2Fe14B"], "shell": ["Tb 0.30 @ 0.10"]}
    )
    with pytest.raises(InputError, match="leave the argument shell out"):
        mk.predict(frame, shell="Dy 0.30 @ 0.10")


def test_predict_and_screen_take_the_same_conditions():
    conditions = {
        "process": mk.magnetism.Process(grain_size_um=3.0),
        "shell": "Tb 0.30 @ 0.10",
        "load_line": 0.5,
        "interval": 0.5,
        "scenario": "embargo",
        "recycled": {"Co": 0.25},
        "between": ("20C", "120C"),
    }
    alone = mk.predict("Nd2Fe14B", "150C", **conditions)
    # A device without measured magnets to be anchored on.
    device = mk.applications.requirements_alone(
        ["coercivity_kA_m>=500"], "Nd2Fe14B", "150C"
    )
    screening = mk.screen("Nd2Fe14B", device, **conditions).table
    names = [
        n
        for n in (*alone.select_dtypes("number"), "shell")
        if alone[n].notna()[0]
    ]
    assert len(names) > 40
    for name in names:
        assert alone[name][0] == screening[name][0], name
    plain = mk.predict("Nd2Fe14B", "150C")
    for name in (
        "max_working_temperature_K",
        "supply_risk",
        "coercivity_coefficient_pct_K",
    ):
        assert alone[name][0] != plain[name][0], name


def test_a_result_is_an_arrow_stream(result):
    table = pa.table(result)
    assert table.equals(result.data)
    frame = pl.DataFrame(result)
    assert frame.height == len(RECIPES)
    assert frame["candidate"].to_list() == result.table["candidate"].tolist()
    assert_allclose(
        frame["remanence_T"].to_numpy(), result.table["remanence_T"]
    )
    assert (
        frame["host"].cast(pl.String).to_list()
        == result.table["host"].tolist()
    )


def test_properties_go_to_polars_and_back():
    frame = mk.predict(RECIPES)
    back = pl.from_pandas(frame).to_pandas()
    assert list(back) == list(frame)
    numbers = frame.select_dtypes("number").columns
    pd.testing.assert_frame_equal(back[numbers], frame[numbers])


def test_compositions_go_to_pymatgen_and_back():
    table = mk.CompositionTable.from_strings(RECIPES)
    out = table.to_pymatgen()
    assert all(
        a.almost_equals(Composition(b).fractional_composition)
        for a, b in zip(out, RECIPES, strict=True)
    )
    back = mk.CompositionTable.from_pymatgen(out)
    assert_allclose(back.to_array(), table.to_array(), atol=1e-12)
    assert (
        mk.predict(out)["host"].tolist() == mk.predict(table)["host"].tolist()
    )


def test_compositions_go_to_arrow_and_back():
    table = mk.CompositionTable.from_strings(RECIPES)
    back = mk.CompositionTable.from_arrow(table.to_arrow(digits=12))
    assert_allclose(back.to_array(), table.to_array(), rtol=1e-10)


class Atoms:
    """Atoms as ASE has them: one symbol an atom, and itself a sequence of atoms."""

    def __init__(self, symbols):
        self.symbols = symbols

    def __iter__(self):
        return iter(self.symbols)

    def get_chemical_symbols(self):
        return list(self.symbols)


def test_takes_structures_of_pymatgen_and_ase():
    from pymatgen.core import Lattice, Structure

    lattice = Lattice.hexagonal(5.0, 3.97)
    places = [
        [0, 0, 0],
        [1 / 3, 2 / 3, 0],
        [2 / 3, 1 / 3, 0],
        [0.5, 0, 0.5],
        [0, 0.5, 0.5],
    ]
    crystal = Structure(
        lattice, ["Sm", *["Co"] * 5], [*places, [0.5, 0.5, 0.5]]
    )
    atoms = Atoms(["Sm", *["Co"] * 5])
    expected = mk.phases.hull_energy(["SmCo5"])
    for one in (crystal, atoms, [crystal], [atoms], [crystal.composition]):
        assert mk.phases.hull_energy(one).tolist() == expected.tolist()
    frame = pd.DataFrame({"structure": [crystal, crystal], "melt": [1, 2]})
    stability = mk.phases.stability(frame["structure"])
    assert (stability["stability_status"] == "judged").all()


def test_atoms_of_ase_itself():
    ase = pytest.importorskip("ase")
    assert mk.phases.hull_energy(ase.Atoms("SmCo5")) == mk.phases.hull_energy(
        "SmCo5"
    )


def test_nothing_shows_more_than_a_screen_of_itself():
    table = mk.CompositionTable.from_strings(
        ["SmCo5", "Nd2Fe14B"] * 500, basis="atomic"
    )
    profile = mk.applications.load("e-bike")
    texts = [
        repr(one)
        for one in (table, profile, mk.validate("phases"), mk.curve("N42SH"))
    ]
    assert max(map(len, texts)) <= 800
    assert (
        texts[0]
        == "<CompositionTable: 1,000 rows of 5 elements (B, Fe, Co, Nd, Sm), 0 not read>"
    )
    assert "6 requirements" in texts[1]
