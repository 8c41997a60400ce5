import pandas as pd
import pytest

from benchmarks.accuracy.magnetism import hot, recipes, recipes_report
from magnetkit import datasets
from magnetkit.magnetism.process import parameters


@pytest.fixture(scope="module")
def left_out():
    return recipes.left_out()


def test_every_row_names_its_source():
    for name in ("recipes/diffusion.csv", "grades/grades.csv"):
        data = pd.read_csv(datasets.path(name))
        assert data["source"].notna().all()
        assert data["verification"].notna().all()


def test_recipes_are_read_as_the_host_they_name():
    from magnetkit.phases.partition import assign_hosts
    from magnetkit.phases.records import HOST_NAMES

    data = recipes.recipes()
    magnets, *_ = recipes.evaluate_recipes()
    assert len(magnets.alloys.factor) == len(data)
    for recipe, basis, host in zip(
        data["recipe"], data["basis"], data["host"], strict=True
    ):
        table = recipes.CompositionTable.from_strings([recipe], basis=basis)
        assert HOST_NAMES[assign_hosts(table)[0]] == host


@pytest.mark.xfail(
    strict=True,
    reason="a fit from the file moves the wetting gain from 0.835 to 0.846 and three losses by at "
    "most 1.7 %: the file is no fixed point of fit, split and ranges",
)
def test_parameter_file_is_what_the_fit_gives():
    for host, free in recipes.FREE.items():
        constants = recipes.fit(host)
        family = parameters().families[host]
        for name in free.prior:
            assert getattr(family, name) == pytest.approx(
                constants[name], rel=1e-3
            )
        assert family.process.alignment == pytest.approx(
            recipes.alignment(host), abs=1e-4
        )


def test_the_law_used_beats_line_and_constant_left_out():
    laws = hot.compare_laws()
    laws = laws[laws["used"]]
    rms = ((laws["left_out"] - laws["known"]) ** 2).groupby(
        laws["law"]
    ).mean() ** 0.5
    assert rms[hot.USED] < rms.drop(hot.USED).min()
    assert hot.decay() == pytest.approx(
        parameters().families["2:14:1"].decay, rel=0.05
    )


@pytest.mark.xfail(
    strict=True, reason="0.0402 on the measured magnets of today"
)
def test_the_law_used_leaves_four_hundredths_left_out():
    laws = hot.compare_laws()
    laws = laws[laws["used"] & (laws["law"] == hot.USED)]
    assert ((laws["left_out"] - laws["known"]) ** 2).mean() ** 0.5 < 0.040


@pytest.mark.xfail(
    strict=True,
    reason="class N, which no fit uses: 22 and 30 % on two sheets, of which one prints -0.62 %/K",
)
def test_beta_of_the_classes_over_their_printed_range():
    # Makers' sheets, classes N to SH: within 15 %.
    laws = hot.compare_laws()
    rows = laws[
        (laws["law"] == hot.USED) & laws["class"].isin(["N", "M", "H"])
    ]
    error = (1.0 - rows["fitted"]) / (1.0 - rows["known"]) - 1.0
    assert error.abs().max() < 0.15


def test_left_out_recipes_agree_with_the_report(left_out):
    # What is reached today on the rows of magnets.csv; VALIDATION.md lists every miss.
    hits = pd.Series(
        recipes_report.is_met(left_out), index=left_out["quantity"]
    )
    assert left_out["predicted"].notna().all()
    assert hits["coercivity_kA_m"].mean() >= 0.55
    # A bare formula is good to 9 %, the trade's own span of B_r / J_s (0.754 to 0.904).
    on_b = left_out.loc[left_out["quantity"] == "remanence_T", "error"].abs()
    assert (on_b < 0.09).mean() > 0.8
    # 0.049 before the ions were diagonalized, 0.051 since; no constant was moved to get it back.
    assert on_b.mean() < 0.053


def test_report_names_every_recipe(left_out):
    text = recipes_report.report()
    assert all(f"| {i} |" in text for i in left_out["id"])


def test_a_copper_series_and_a_hot_magnet_are_in_order_and_inside_their_ranges():
    # Tang et al., J. Appl. Phys. 87 (2000) 5308; at 500 C Gong et al. (2017).
    from magnetkit.magnetism import sintered

    data = recipes.recipes().set_index("id")["recipe"]
    name = "coercivity_kA_m"
    values = {"S26": 446.0, "S21": 708.0, "S22": 3056.0, "S27": 604.0}
    frame = sintered(data[list(values)].tolist(), ["20C", "500C"])
    rows = frame[frame["temperature_K"] == 293.15][:3].to_dict("records")
    rows.append(frame[frame["temperature_K"] == 773.15].iloc[3].to_dict())
    for row, value in zip(rows, values.values(), strict=True):
        assert row[f"{name}_lo"] <= value <= row[f"{name}_hi"]
        assert 1 / 1.8 < row[name] / value < 1.8
    assert rows[0][name] < rows[1][name]
    assert 3.0 < rows[2][name] / rows[1][name] < 6.0
