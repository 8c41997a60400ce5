"""Values of a user's own for the hard phase."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.compound.evaluate import PROPERTIES
from magnetkit.magnetism._given import widen

T_C = "curie_temperature_K"
J_S = "saturation_polarization_T"
K_1 = "anisotropy_constant_MJ_m3"
FIGURES = [
    "remanence_T",
    "coercivity_kA_m",
    "anisotropy_field_T",
    "max_working_temperature_K",
]


@pytest.mark.parametrize(
    "recipe", ["Nd1.8Dy0.2Fe14B + Tb 0.5 wt%", "SmCo5", "Sm2Co17"]
)
def test_the_models_own_values_change_nothing(recipe):
    recipe, _, shell = recipe.partition(" + ")
    options = {"temperature": ["300K", "150C"], "shell": shell or None}
    frame = mk.predict(recipe, **options)
    values = frame.loc[0, [T_C, J_S, K_1]].to_dict() | {"temperature_K": 300.0}
    result = mk.predict(recipe, given=values, **options)
    for name in [*FIGURES, "density_kg_m3", T_C, J_S, K_1]:
        assert result[name].to_numpy() == pytest.approx(
            frame[name].to_numpy(), rel=1e-9
        )
    assert (result[f"{J_S}_provenance"] == "given").all()
    assert result["evidence_nearest"].str.startswith("given; ").all()


def test_given_values_pass_through_the_pipeline(tmp_path):
    # Of first principles: J_s(0) of Nd2Fe14B is 1.85 T in print, T_C 586 K.
    rows = {"composition": ["Nd2Fe14B"] * 3, f"given_{T_C}": ["640", "", ""]}
    rows |= {
        f"given_{T_C}_lo": ["600", "", ""],
        f"given_{J_S}": ["", "1.85", ""],
    }
    frame = pd.DataFrame(rows | {"given_temperature_K": ["", "0", ""]})
    frame.to_csv(tmp_path / "mine.csv", index=False)
    prediction = mk.predict(tmp_path / "mine.csv", "300K")
    hot, strong, plain = (row for _, row in prediction.iterrows())
    range_of_curie = (hot[T_C], hot[f"{T_C}_lo"], hot[f"{T_C}_hi"])
    assert range_of_curie == pytest.approx((640.0, 600.0, 680.0))
    assert (hot[f"{T_C}_provenance"], plain[f"{T_C}_provenance"]) != (
        "given",
        "given",
    )
    assert hot["remanence_T"] > plain["remanence_T"]
    cold = mk.predict(
        "Nd2Fe14B", "0.1K", given={J_S: 1.85, "temperature_K": 0.0}
    ).iloc[0]
    assert cold[J_S] == pytest.approx(1.85, rel=1e-4)
    ratio = strong[J_S] / plain[J_S]
    assert strong["remanence_T"] / plain["remanence_T"] == pytest.approx(
        ratio, rel=1e-9
    )
    assert plain["anisotropy_field_T"] / strong[
        "anisotropy_field_T"
    ] == pytest.approx(ratio)
    # Without a range it reaches as far as the model's own value.
    assert strong[f"{J_S}_lo"] <= plain[J_S] * (1 + 1e-9)
    curves = mk.curve(
        "Nd2Fe14B", "300K", given={J_S: 1.85, "temperature_K": 0.0}
    ).curves
    assert curves.remanence[0, 0] == pytest.approx(strong["remanence_T"])
    table = mk.screen(frame, "energy-traction-motor").table
    assert table[T_C].iloc[0] == 640.0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"T_C": 600.0}, "given 'T_C': expected some of temperature_K, curie"),
        ({J_S: 1.7}, "needs its temperature_K, 0 for one of first principles"),
        ({J_S: 1.7, "temperature_K": 900.0}, "is above T_C"),
        (
            {K_1: -4.0, "temperature_K": 300.0},
            "of another sign than the model's",
        ),
        ({T_C: [600.0, 610.0]}, "expected a number, or one a row"),
        ({T_C: -1.0}, "below zero"),
    ],
)
def test_names_what_is_of_no_use(values, message):
    with pytest.raises(InputError, match=message):
        mk.predict("Nd2Fe14B", given=values)


@pytest.mark.parametrize("recipe", ["SmCo5", "Nd2Fe14B"])
@pytest.mark.parametrize("name", [J_S, K_1])
def test_twice_as_hard_as_the_model_is_unknown(recipe, name):
    plain = mk.predict(recipe, "20C").iloc[0]
    unknown = "coercivity unknown: far from every measured magnet"
    for share, status in ((1.98, "ok"), (2.02, unknown)):
        value = plain[name] * (share if name == K_1 else 1.0 / share)
        given = {name: value, "temperature_K": 293.15}
        row = mk.predict(recipe, "20C", given=given).iloc[0]
        field = "anisotropy_field_T"
        assert row[field] == pytest.approx(share * plain[field])
        assert row["status"] == status
        for end in ("", "_lo", "_hi"):
            is_unknown = np.isnan(row[f"coercivity_kA_m{end}"])
            assert is_unknown == (status == unknown)


def test_a_given_width_spreads_to_what_follows():
    # Half of a 90 % range is 1.645 deviations: of J_s 1 % of a deviation, of K_1 2 %.
    value = np.full((2, 1, len(PROPERTIES)), 2.0)
    deviation = np.full_like(value, 0.03)
    got = SimpleNamespace(value=value, sd=deviation)
    widen(
        got, {J_S: 1.645 * np.array([0.01, np.nan]), K_1: [1.645 * 0.02] * 2}
    )
    first, second = got.sd[:, 0]
    expected = {
        J_S: (0.02, 0.03),
        K_1: (0.04, 0.04),
        # Beside their own deviation: other constants follow K_1, fields follow both.
        "anisotropy_constant_2_MJ_m3": (0.05, 0.05),
        "anisotropy_constant_3_MJ_m3": (0.05, 0.05),
    }
    fields = np.hypot(0.03, [np.hypot(0.02, 0.04), 0.04])
    for name, row in zip(
        PROPERTIES, zip(first, second, strict=True), strict=True
    ):
        assert row == pytest.approx(expected.get(name, fields), rel=1e-3)


def test_given_values_of_rows_stay_with_their_rows():
    # Rows that cannot be read count, the last one too.
    recipes = ["SmCo5", "no recipe", "Nd2Fe14B", "no other"]
    with pytest.warns(UserWarning, match="no recipe"):
        frame = mk.predict(recipes, given={T_C: [900.0, 800.0, 640.0, 1.0]})
    assert frame[T_C].tolist() == [900.0, 640.0]


@pytest.mark.parametrize(("name", "value"), [(J_S, 1.6), (K_1, 4.5)])
def test_a_given_range_widens_that_of_the_coercivity(name, value):
    values = {name: value, "temperature_K": 293.15}
    ends = {f"{name}_lo": 0.9 * value, f"{name}_hi": 1.1 * value}
    halves = []
    for given in (values | {f"{name}_lo": value}, values | ends):
        row = mk.predict("Nd2Fe14B", "20C", given=given).iloc[0]
        ratio = row["coercivity_kA_m_hi"] / row["coercivity_kA_m_lo"]
        halves.append(0.5 * np.log(ratio))
    narrow, wide = halves
    assert wide == pytest.approx(np.hypot(narrow, 0.1), rel=1e-3)


def test_a_given_range_reaches_to_its_farther_end():
    given = {T_C: 640.0, f"{T_C}_lo": 630.0, f"{T_C}_hi": 700.0}
    row = mk.predict("Nd2Fe14B", "20C", given=given).iloc[0]
    ends = [row[f"{T_C}{end}"] for end in ("_lo", "", "_hi")]
    assert ends == pytest.approx([580.0, 640.0, 700.0])
    assert row[f"{T_C}_provenance"] == "given"
