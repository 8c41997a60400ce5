import numpy as np
import pandas as pd
import pytest
from magnetkit.columns import with_interval
from magnetkit.elements import INDEX
from magnetkit.errors import InputError

from magnetkit.alloy import CompositionTable
from magnetkit.magnetism import Process, sintered, sintered_at
from magnetkit.magnetism._figures import FIGURES, _list_use_temperatures
from magnetkit.magnetism._magnets import alloys
from magnetkit.magnetism.sintered import Use, figure_columns, parse_chord
from tests.recipes import mix

ROOM = 293.15
STANDARD = "Sm(Co0.695Fe0.20Cu0.08Zr0.025)7.5"


def _table(*formulas):
    return CompositionTable.from_strings(list(formulas))


def _figures(formula, **keywords):
    return sintered(_table(formula), **{"temperature": ROOM, **keywords}).iloc[
        0
    ]


def test_every_figure_has_range_and_provenance():
    frame = sintered(_table("Nd2Fe14B", "SmCo5", "Sm2Co17"))
    for name in FIGURES:
        for column in with_interval(name):
            assert column in frame.columns
        assert (frame[f"{name}_lo"] <= frame[name]).all()
        assert (frame[name] <= frame[f"{name}_hi"]).all()
        assert (frame[f"{name}_provenance"] == "physics").all()
    assert {
        "host",
        "status",
        "shell",
        "temperature_K",
        "saturation_polarization_T",
    } <= set(frame)


def test_a_range_is_as_wide_as_its_interval():
    nine, wide = (
        _figures("Nd2Fe14B", interval=share) for share in (0.9, 0.99)
    )
    for name, scale in (
        ("remanence_T", np.log),
        ("coercivity_kA_m", np.log),
        ("remanence_coefficient_pct_K", float),
        ("coercivity_coefficient_pct_K", float),
    ):
        narrower, wider = (
            scale(row[f"{name}_hi"]) - scale(row[f"{name}_lo"])
            for row in (nine, wide)
        )
        # Deviations of a normal: 1.645 and 2.576 to each side.
        assert wider / narrower == pytest.approx(2.576 / 1.645, rel=1e-3)


def test_dysprosium_costs_remanence_and_gives_coercivity():
    wt_pct = sintered(
        _table("Nd2Fe14B", "Nd1.943Dy0.057Fe14B"), temperature=ROOM
    )
    b = wt_pct["remanence_T"].to_numpy()
    h = wt_pct["coercivity_kA_m"].to_numpy()
    # 0.057 of 2 is 0.85 wt.% Dy of the formula: 1 to 3 kOe and about 0.02 T a wt.%.
    assert -0.035 < (b[1] - b[0]) / 0.85 < -0.01
    assert 80.0 < (h[1] - h[0]) / 0.85 < 240.0


def test_process_moves_what_it_should():
    base = _figures("Nd2Fe14B")
    fine = _figures("Nd2Fe14B", process={"grain_size_um": 1.0})
    loose = _figures("Nd2Fe14B", process=Process(density=0.9))
    assert fine["coercivity_kA_m"] > 1.2 * base["coercivity_kA_m"]
    assert fine["remanence_T"] == base["remanence_T"]
    assert loose["remanence_T"] == pytest.approx(
        base["remanence_T"] * 0.9 / 0.985
    )
    alpha = base["remanence_coefficient_pct_K"]
    assert loose["remanence_coefficient_pct_K"] == pytest.approx(alpha)


def test_a_chord_has_two_temperatures():
    for ends in (("300K", 400), [300.0, "400"], np.array([300.0, 400.0])):
        assert parse_chord(ends) == (300.0, 400.0)
    for bad in ("20C,100C", 300.0, np.array(300.0), (300.0,), [300.0] * 3):
        with pytest.raises(InputError, match="must be two temperatures"):
            parse_chord(bad)
    with pytest.raises(InputError, match="lower temperature first"):
        parse_chord((400.0, 300.0))


def test_empty_table():
    frame = sintered(_table("SmCo5")[:0])
    assert len(frame) == 0
    assert "remanence_T" in frame.columns


def test_a_bare_formula_of_cells_is_the_magnet_of_its_usual_charge():
    recipes = ["Sm2Co17", "Sm(Co0.895Cu0.08Zr0.025)7.5"]
    formula, charge = (row for _, row in sintered(recipes).iterrows())
    for name in ("remanence_T", "coercivity_kA_m"):
        assert formula[name] == pytest.approx(charge[name], rel=1e-6)


def test_names_the_route():
    recipes = ["Nd2Fe14B", "SmCo5", "Sm2Co17", "Fe2O3"]
    usual = sintered(recipes)["route"].astype(object).tolist()
    assert usual[:2] == ["sintered", "sintered"]
    # A formula names no charge: what it is taken to be made from is said.
    assert usual[2].startswith(
        "sintered, precipitation-hardened; charge assumed: 7.5 metal"
    )
    assert usual[3] != usual[3]
    assert sintered(recipes[:1], process="hot-deformed")["route"].tolist() == [
        "hot-deformed"
    ]


@pytest.mark.parametrize(
    ("formula", "columns"),
    [
        # Coercivity of dysprosium-free magnets: from class N to what class H asks.
        (
            "Nd2Fe14B",
            [(1.20, 1.45), (955, 1353), (-0.13, -0.10), (-0.76, -0.45)],
        ),
        (
            "SmCo5",
            [(0.88, 1.02), (1200, 2400), (-0.05, -0.03), (-0.40, -0.15)],
        ),
        (
            STANDARD,
            [(0.95, 1.18), (1433, 2800), (-0.04, -0.025), (-0.32, -0.1)],
        ),
    ],
)
def test_families_are_what_makers_sell(formula, columns):
    row = _figures(formula)
    names = (
        "remanence_T",
        "coercivity_kA_m",
        "remanence_coefficient_pct_K",
        "coercivity_coefficient_pct_K",
    )
    for name, (low, high) in zip(names, columns, strict=True):
        assert low <= row[name] <= high, name


def test_status_covers_the_range_of_use():
    def status_between(low, high):
        frames = sintered_at(
            _table("Nd2Fe14B", "Y2Co17", "Sm2Fe14B", "Fe3Al", "NdCo5"),
            ["300K"],
            between=(low, high),
            whole_range=True,
        )
        bad = frames[0][frames[0]["status"] != "ok"]
        assert bad[list(FIGURES)].isna().all().all()
        return frames[0]["status"].tolist()

    # The cone of Nd2Fe14B below 135 K is a magnet, above T_C it is none.
    first, *others = status_between("100K", "400K")
    assert first == "ok"
    assert "ok" not in others
    assert others[2] == "unknown host"
    assert status_between("250K", "600K")[0] == "paramagnetic"


@pytest.mark.parametrize(
    "keywords",
    [
        {"process": "fine"},
        {"between": (300, 300)},
        {"load_line": -1.0},
        {"interval": 1.5},
        {"temperature": "hot"},
        {"host": "3:29"},
    ],
)
def test_refuses_bad_arguments(keywords):
    (name,) = keywords
    with pytest.raises(InputError, match=name):
        sintered(_table("Nd2Fe14B"), **keywords)


def test_shell_gives_coercivity_for_less_heavy_rare_earth():
    shell = "Tb 0.5 wt%"
    magnet = _figures("Nd2Fe14B", shell=shell)
    contents = np.arange(0.01, 0.3, 0.005)
    bulk = _table(*(f"{mix('Nd', 'Tb', 2 * x, 2)}Fe14B" for x in contents))
    h = sintered(bulk, temperature=ROOM)["coercivity_kA_m"].to_numpy()
    assert h[-1] > magnet["coercivity_kA_m"]
    equal_row = int(np.argmax(h >= magnet["coercivity_kA_m"]))
    saving = 1.0 - 0.005 / bulk.weight_fractions()[equal_row, INDEX["Tb"]]
    assert 0.5 <= saving <= 0.9
    assert magnet["shell"] == shell
    # Remanence pays for what the shell holds, not for what the boundaries keep.
    # 60 % of 0.5 wt.% of a formula of 1081 g/mol are 0.0204 atoms of terbium.
    alloy = _figures("Nd1.9796Tb0.0204Fe14B")["remanence_T"]
    assert magnet["remanence_T"] == pytest.approx(alloy, rel=2e-3)
    assert magnet["remanence_T"] < _figures("Nd2Fe14B")["remanence_T"]


def test_several_temperatures_equal_single_calls():
    table = _table("SmCo5", "Nd1.8Dy0.2Fe14B", "FeCo", "Sm2Co14Fe3")
    temperatures = [423.15, 293.15, 1000.0]
    together = sintered_at(table, temperatures, shell="Tb 0.3 @ 0.1")
    ends = [f"max_working_temperature_K{end}" for end in ("_lo", "_hi")]
    for temperature, frame in zip(temperatures, together, strict=True):
        alone = sintered(table, temperature, shell="Tb 0.3 @ 0.1")
        pd.testing.assert_frame_equal(
            frame.drop(columns=ends),
            alone.drop(columns=ends),
            check_exact=True,
        )
        # They have the spread at the first temperature.
        limits = frame[ends]
        first = together[0][ends].where(limits.notna())
        assert limits.equals(first)


# Without a difference in temperature the magnet does not bear the load line at 20 C.
@pytest.mark.parametrize(
    ("formula", "load_line"),
    [
        ("Nd2Fe14B", 0.0),
        ("Nd2Fe14B", 2.0),
        ("Pr2Fe14B", 1.0),
        ("Nd1.4Dy0.6Fe14B", 0.5),
        ("Nd1.4Dy0.6Fe14B", 2.0),
    ],
)
def test_working_temperature_is_where_line_meets_knee(formula, load_line):
    warmest = _figures(formula, load_line=load_line)[
        "max_working_temperature_K"
    ]
    # The temperatures that are tried lie 50 K apart: what lies between is interpolated.
    sides = {warmest - 3.0: True, warmest + 3.0: False}
    if np.isnan(warmest):
        sides = {ROOM: False}
    elif warmest == pytest.approx(493.15):
        # The boundary phase ends there what the knee would bear.
        sides = {warmest - 3.0: True}
    for kelvin, bears in sides.items():
        row = _figures(formula, temperature=kelvin, load_line=load_line)
        # The straight line of recoil, mu_rec 1.05 as catalogues print it, meets the load line.
        field = row["remanence_T"] / (4e-7 * np.pi) / (load_line + 1.05) / 1e3
        assert (row["knee_field_kA_m"] > field) == bears, kelvin


def test_temperatures_of_use_are_tried_up_to_1100_K():
    cold = [*range(300, 650, 50), *range(700, 1101, 100)]
    assert _list_use_temperatures(300.0).tolist() == cold
    # One step beyond a first one above all others.
    assert _list_use_temperatures(1200.0).tolist() == [1200.0, 1300.0]


def columns_of_range(texts, at, use, *columns):
    return figure_columns(
        alloys(_table(*texts), ranges=True), at, use, *columns
    )


def test_central_values_equal_the_whole_table():
    texts = ["Nd2Fe14B", "Sm2Co17", "Er2Fe14B", "XeF2", "Nd3Fe14B"]
    at = [423.15, 293.15]
    use = Use((250.0, 423.15), whole_range=True)
    whole = columns_of_range(texts, at, use)
    names = {"remanence_T", "coercivity_kA_m"}
    first, later = columns_of_range(texts, at, use, {293.15: names})
    pd.testing.assert_frame_equal(first.frame(), whole[0].frame())
    assert set(later) == {"host", "status", *names}
    expected = whole[1].frame()[list(later)]
    pd.testing.assert_frame_equal(later.frame(), expected)
    assert expected["status"].tolist()[:2] == ["ok", "ok"]


def test_range_status_combines_its_ends():
    texts = (
        "Nd2Fe14B SmCo5 Er2Fe14B Ho2Fe14B TbCo5 ErCo5 Nd2Co14B YCo5 Fe".split()
    )
    use = Use((77.0, 500.0), whole_range=True)
    statuses, *ends = (
        np.array(columns["status"].texts())
        for columns in columns_of_range(texts, [300.0, 77.0, 500.0], use)
    )
    good = statuses == "ok"
    assert good.any()
    assert len(set(statuses)) > 2
    for status in ends:
        assert (status[good] == "ok").all()
