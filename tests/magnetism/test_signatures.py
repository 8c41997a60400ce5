"""What must hold for any composition of any host: signs, limits, directions."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from magnetkit.magnetism import sintered, transitions
from magnetkit.surrogates.intrinsic import intrinsic
from tests.recipes import make_table, mix

quick = settings(max_examples=25, deadline=None)
SHARE = st.floats(0.05, 0.95)
# Formula after the rare earth, rare-earth atoms, a light rare earth with an easy axis there.
HOSTS = [
    ("Fe14B", 2, "Nd"),
    ("Fe12Co2B", 2, "Pr"),
    ("Co5", 1, "Sm"),
    ("Co4.5Cu0.5", 1, "Sm"),
    ("Co14Fe3", 2, "Sm"),
    ("Fe17N3", 2, "Sm"),
    ("Fe15Co2N3", 2, "Sm"),
    ("Fe11Ti", 1, "Sm"),
    ("Fe10CoV", 1, "Sm"),
    ("Fe11TiN", 1, "Nd"),
]
ANY = st.sampled_from(HOSTS)


def earths(n, **shares):
    parts = [f"{e}{n * x:.5f}" for e, x in shares.items() if x > 1e-4]
    return "".join(parts)


@quick
@given(
    member=ANY,
    x=SHARE,
    below=st.floats(1e-7, 1e-5),
    other=st.sampled_from(["Gd", "Y", "Dy"]),
)
def test_polarization_vanishes_at_the_curie_temperature(
    member, x, below, other
):
    rest, n, light = member
    table = make_table(earths(n, **{light: x, other: 1 - x}) + rest)
    curie = intrinsic(table)["curie_temperature_K"].iloc[0]
    polarization = intrinsic(table, curie * (1 - below))[
        "saturation_polarization_T"
    ].iloc[0]
    assert 0 <= polarization < 0.08
    assert intrinsic(table, curie * 1.0001)["status"].iloc[0] == "paramagnetic"


@quick
@given(
    member=ANY, x=SHARE, heavy=st.sampled_from(["Gd", "Dy", "Tb", "Ho", "Er"])
)
def test_only_heavy_rare_earths_lower_the_polarization(member, x, heavy):
    rest, n, light = member
    share = 1 - 0.3 * x
    frame = intrinsic(
        make_table(
            *(
                earths(n, **{light: share, other: 1 - share}) + rest
                for other in (heavy, "Y")
            )
        )
    )
    with_heavy, with_diluent = frame["saturation_polarization_T"]
    assert with_heavy < with_diluent


@quick
@given(member=ANY, x=SHARE, diluent=st.sampled_from(["La", "Y", "Ce", "Gd"]))
def test_rare_earths_without_anisotropy_take_it_away(member, x, diluent):
    rest, n, light = member
    pure = make_table(f"{light}{n}{rest}")
    mixed = make_table(mix(light, diluent, n * x, n) + rest)
    whole = intrinsic(pure).iloc[0]
    # La(Fe,Si)13 is no ThMn12: rich in lanthanum, the host has to be named.
    less = intrinsic(mixed, host=whole["host"]).iloc[0]
    name = "anisotropy_constant_MJ_m3"
    assert less[name] < whole[name]


@quick
@given(
    x=st.floats(0.0, 1.0),
    heavy=st.sampled_from(["Tb", "Dy", "Ho", "Er", "Gd"]),
    rest=st.sampled_from(["Fe14B", "Co17", "Fe17N3", "Fe11Ti", "Fe11TiN"]),
)
def test_strong_metals_have_no_compensation(x, heavy, rest):
    n = 1 if rest.startswith("Fe11") else 2
    text = earths(n, **{heavy: x, "Y": 1 - x}) + rest
    assert (
        transitions(make_table(text), step=6.0)["compensation_temperature_K"]
        .isna()
        .all()
    )


@quick
@given(
    x=st.floats(0.05, 0.45),
    heavy=st.sampled_from(["Gd", "Er", "Ho", "Dy"]),
    base=st.sampled_from(["Co5", "Co4.6Cu0.4", "Co17", "Co14Fe3"]),
)
def test_alpha_shows_removed_heavy_rare_earth(x, heavy, base):
    n = 1 if "Co5" in base or "Co4" in base else 2
    formulas = [f"Sm{n}{base}", earths(n, Sm=1 - x, **{heavy: x}) + base]
    frame = sintered(make_table(*formulas), between=(223.15, 423.15))
    alpha = frame["remanence_coefficient_pct_K"]
    assume((frame["status"] == "ok").all())
    assert alpha.iloc[1] > alpha.iloc[0]


@quick
@given(
    member=st.sampled_from([m for m in HOSTS if "Fe1" in m[0]]),
    co=st.floats(0.2, 1.5),
)
def test_cobalt_for_iron_raises_the_curie_temperature(member, co):
    rest, n, light = member
    iron = int(rest[2:4])
    formulas = [
        f"{light}{n}{rest}",
        f"{light}{n}"
        + rest.replace(f"Fe{iron}", mix("Fe", "Co", co, iron), 1),
    ]
    curie = intrinsic(make_table(*formulas))["curie_temperature_K"]
    assert curie.iloc[1] > curie.iloc[0] + 5 * co


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        ("Y2Co17", "planar"),
        ("Nd2Fe17N3", "planar"),
        ("SmFe11TiN", "planar"),
        ("TbCo2", "unknown host"),
        ("Eu2Fe14B", "outside the model"),
    ],
)
def test_soft_compounds_name_the_reason(formula, status):
    frame = sintered(
        make_table(formula), temperature=300.0, between=(280.0, 310.0)
    )
    assert frame["status"].iloc[0] == status
    figures = [
        "remanence_T",
        "coercivity_kA_m",
        "max_energy_product_kJ_m3",
        "anisotropy_field_T",
    ]
    assert frame[figures].isna().all().all()
    assert np.isnan(frame["max_working_temperature_K"].iloc[0])


@quick
@given(
    x=SHARE,
    share=st.floats(0.2, 1.0),
    earth=st.sampled_from(["Sm", "Nd", "Pr", "Y"]),
    host=st.sampled_from(
        [
            ("2:17", "2:17:3", "Fe17", 2, 3.0),
            ("1:12", "1:12:1", "Fe11Ti", 1, 1),
        ]
    ),
)
def test_nitrogen_raises_the_curie_temperature_of_iron_compounds(
    x, share, earth, host
):
    name, nitride_name, metal, n, maximum = host
    text = earths(n, **{earth: x, "Ce": 1 - x}) + metal
    bare = intrinsic(make_table(text), host=name).iloc[0]
    compound = make_table(f"{text}N{share * maximum:.4f}")
    nitride = intrinsic(compound, host=nitride_name).iloc[0]
    # Nearly empty nitrides and the bare compound have parameters of their own, which meet only
    # within the deviation.
    end = "" if share > 0.5 else "_hi"
    maximum = nitride[f"curie_temperature_K{end}"]
    assert maximum > bare["curie_temperature_K"]


@quick
@given(
    member=st.sampled_from(
        [
            ("Nd2", "Fe", 14.0, "B", "2:14:1"),
            ("Sm", "Co", 5.0, "", "1:5"),
            ("Sm2", "Co", 14.0, "Fe3", "2:17"),
            ("Sm2", "Fe", 17.0, "N3", "2:17:3"),
            ("Sm", "Fe", 11.0, "Ti", "1:12"),
            ("Nd", "Fe", 11.0, "TiN", "1:12:1"),
        ]
    ),
    y=st.floats(0.1, 0.6),
    diluent=st.sampled_from(["Al", "Si", "Ti", "V", "Mo", "Cr"]),
)
def test_diluents_lower_the_polarization(member, y, diluent):
    earth, metal, amount, rest, host = member
    table = make_table(
        f"{earth}{metal}{amount:g}{rest}",
        f"{earth}{metal}{amount - y:.4f}{rest}{diluent}{y:.4f}",
    )
    # The cold polarization: in R2Fe17 a diluent raises T_C, and with it J_s at 300 K.
    cold = intrinsic(table, "20K", host=host)["saturation_polarization_T"]
    assert cold[1] < cold[0]


@pytest.mark.parametrize("earth", ["Y", "Pr", "Gd", "Ho"])
@pytest.mark.parametrize("metal", ["Al", "Ga", "Si"])
def test_short_iron_pairs_give_way_to_substituents(earth, metal):
    """Al, Ga and Si raise the Curie temperature of R2Fe17, less with each atom; not of R2Co17."""

    def steps(base):
        formulas = [f"{earth}2{base}17"]
        formulas += [f"{earth}2{base}{17 - n}{metal}{n}" for n in (1, 2, 3)]
        frame = intrinsic(make_table(*formulas), host="2:17")
        return np.diff(frame["curie_temperature_K"])

    first, _, third = steps("Fe")
    assert third < first
    assert first > 0.0
    assert (steps("Co") < 0.0).all()
