import numpy as np
import pandas as pd
import pytest
from magnetkit.columns import with_interval
from magnetkit.errors import InputError

from magnetkit.alloy import CompositionTable
from magnetkit.magnetism import Process, sintered, sintered_at
from magnetkit.magnetism._figures import FIGURES
from magnetkit.magnetism._magnets import alloys
from magnetkit.magnetism.sintered import Use, figure_columns
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


@pytest.mark.parametrize(
    ("formula", "b_r", "h_cj", "alpha", "beta"),
    [
        # Coercivity of dysprosium-free magnets: from class N to what class H asks.
        (
            "Nd2Fe14B",
            (1.20, 1.45),
            (955, 1353),
            (-0.13, -0.10),
            (-0.76, -0.45),
        ),
        ("SmCo5", (0.88, 1.02), (1200, 2400), (-0.05, -0.03), (-0.40, -0.15)),
        (STANDARD, (0.95, 1.18), (1433, 2800), (-0.04, -0.025), (-0.32, -0.1)),
    ],
)
def test_families_are_what_makers_sell(formula, b_r, h_cj, alpha, beta):
    row = _figures(formula)
    assert b_r[0] <= row["remanence_T"] <= b_r[1]
    assert h_cj[0] <= row["coercivity_kA_m"] <= h_cj[1]
    assert alpha[0] <= row["remanence_coefficient_pct_K"] <= alpha[1]
    assert beta[0] <= row["coercivity_coefficient_pct_K"] <= beta[1]


def test_dysprosium_costs_remanence_and_gives_coercivity():
    wt_pct = sintered(
        _table("Nd2Fe14B", "Nd1.943Dy0.057Fe14B"), temperature=ROOM
    )
    b = wt_pct["remanence_T"].to_numpy()
    h = wt_pct["coercivity_kA_m"].to_numpy()
    # 0.057 of 2 is 0.85 wt.% Dy of the formula: 1 to 3 kOe and about 0.02 T a wt.%.
    assert -0.035 < (b[1] - b[0]) / 0.85 < -0.01
    assert 80.0 < (h[1] - h[0]) / 0.85 < 240.0


def test_status_covers_the_range_of_use():
    table = _table("Nd2Fe14B", "Y2Co17", "Sm2Fe14B", "Fe3Al", "NdCo5")
    (frame,) = sintered_at(
        table, ["300K"], between=("100K", "400K"), whole_range=True
    )
    assert frame["status"].iloc[1] != "ok"
    assert frame["status"].iloc[2] != "ok"
    assert frame["status"].iloc[3] == "unknown host"
    assert frame["status"].iloc[4] != "ok"
    # The cone of Nd2Fe14B below 135 K is a magnet, above T_C it is none.
    assert frame["status"].iloc[0] == "ok"
    (hot,) = sintered_at(
        table[:1], ["300K"], between=("250K", "600K"), whole_range=True
    )
    assert hot["status"].iloc[0] == "paramagnetic"
    bad = frame["status"] != "ok"
    assert frame.loc[bad, list(FIGURES)].isna().all().all()


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


@pytest.mark.parametrize(
    "keywords",
    [
        {"process": {"grain": 3}},
        {"process": {"density": 1.2}},
        {"process": {"alignment": [0.9, 0.9]}},
        {"process": "fine"},
        {"between": (300, 300)},
        {"load_line": -1.0},
        {"interval": 1.5},
        {"temperature": "hot"},
        {"host": "3:29"},
    ],
)
def test_refuses_bad_arguments(keywords):
    with pytest.raises(InputError):
        sintered(_table("Nd2Fe14B"), **keywords)


def test_empty_table():
    frame = sintered(_table("SmCo5")[:0])
    assert len(frame) == 0
    assert "remanence_T" in frame.columns


def test_shell_gives_coercivity_for_less_heavy_rare_earth():
    from magnetkit.alloy import with_shell

    shell = "Tb 0.5 wt%"
    base = _table("Nd2Fe14B")
    bulk = _table(
        *(
            f"{mix('Nd', 'Tb', 2 * x, 2)}Fe14B"
            for x in np.arange(0.01, 0.3, 0.005)
        )
    )
    magnet = sintered(base, temperature=ROOM, shell=shell).iloc[0]
    h = sintered(bulk, temperature=ROOM)["coercivity_kA_m"].to_numpy()
    equal_row = int(np.argmax(h >= magnet["coercivity_kA_m"]))
    assert h[equal_row] >= magnet["coercivity_kA_m"]
    tb = 64
    cost = with_shell(base, shell).weight_fractions()[0, tb]
    saving = 1.0 - cost / bulk.weight_fractions()[equal_row, tb]
    assert 0.5 <= saving <= 0.9
    assert magnet["shell"] == shell
    assert magnet["remanence_T"] < _figures("Nd2Fe14B")["remanence_T"]
    # Remanence pays for what the shell holds, not for what the boundaries keep.
    # 60 % of 0.5 wt.% of a formula of 1081 g/mol are 0.0204 atoms of terbium.
    alloy = sintered(_table("Nd1.9796Tb0.0204Fe14B"), temperature=ROOM)[
        "remanence_T"
    ].iloc[0]
    assert magnet["remanence_T"] == pytest.approx(alloy, rel=2e-3)


def test_several_temperatures_equal_single_calls():
    table = CompositionTable.from_strings(
        ["SmCo5", "Nd1.8Dy0.2Fe14B", "FeCo", "Sm2Co14Fe3"]
    )
    temperatures = [423.15, 293.15, 1000.0]
    together = sintered_at(table, temperatures, shell="Tb 0.3 @ 0.1")
    for temperature, frame in zip(temperatures, together, strict=True):
        alone = sintered(table, temperature, shell="Tb 0.3 @ 0.1")
        ends = [f"max_working_temperature_K{end}" for end in ("_lo", "_hi")]
        pd.testing.assert_frame_equal(
            frame.drop(columns=ends),
            alone.drop(columns=ends),
            check_exact=True,
        )
        finite = frame[ends].notna()
        assert (
            frame[ends].where(finite).equals(together[0][ends].where(finite))
        )


@pytest.mark.parametrize("load_line", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize(
    "formula", ["Nd2Fe14B", "Pr2Fe14B", "Nd1.4Dy0.6Fe14B"]
)
def test_working_temperature_is_where_line_meets_knee(formula, load_line):
    warmest = _figures(formula, load_line=load_line)[
        "max_working_temperature_K"
    ]
    if np.isnan(warmest):
        # Already at 20 degrees C it does not bear the load line.
        warmest = ROOM
        sides = [(ROOM, False)]
    else:
        # The temperatures that are tried lie 50 K apart: what lies between is interpolated.
        sides = [(warmest - 3.0, True), (warmest + 3.0, False)]
        if warmest == pytest.approx(493.15):
            # The boundary phase ends there what the knee would bear.
            sides = sides[:1]
    for kelvin, bears in sides:
        row = _figures(formula, temperature=kelvin, load_line=load_line)
        # The straight line of recoil, mu_rec 1.05 as catalogues print it, meets the load line.
        field = row["remanence_T"] / (4e-7 * np.pi) / (load_line + 1.05) / 1e3
        assert (row["knee_field_kA_m"] > field) == bears, kelvin


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


def test_central_values_equal_the_whole_table():
    table = CompositionTable.from_strings(
        ["Nd2Fe14B", "Sm2Co17", "Er2Fe14B", "XeF2", "Nd3Fe14B"]
    )
    at = [423.15, 293.15]
    use = Use((250.0, 423.15), whole_range=True)
    whole = figure_columns(alloys(table, ranges=True), at, use)
    names = {"remanence_T", "coercivity_kA_m"}
    first, later = figure_columns(
        alloys(table, ranges=True), at, use, {293.15: names}
    )
    pd.testing.assert_frame_equal(first.frame(), whole[0].frame())
    assert set(later) == {"host", "status", *names}
    expected = whole[1].frame()[list(later)]
    pd.testing.assert_frame_equal(later.frame(), expected)
    assert expected["status"].tolist()[:2] == ["ok", "ok"]


def test_range_status_combines_its_ends():
    texts = (
        "Nd2Fe14B SmCo5 Er2Fe14B Ho2Fe14B TbCo5 ErCo5 Nd2Co14B YCo5 Fe".split()
    )
    table = CompositionTable.from_strings(texts)
    use = Use((77.0, 500.0), whole_range=True)
    columns = figure_columns(
        alloys(table, ranges=True), [300.0, 77.0, 500.0], use
    )
    statuses, *ends = (columns["status"].texts() for columns in columns)
    assert len(set(statuses)) > 2
    assert "ok" in statuses
    for status in ends:
        assert {
            a for a, b in zip(status, statuses, strict=True) if b == "ok"
        } == {"ok"}
