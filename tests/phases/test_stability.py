"""Stability of substituted phases on the embedded snapshot."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.alloy.table import CompositionTable

ABOVE = "energy_above_hull_eV_atom"
FORMATION = "formation_energy_eV_atom"


def table(text):
    return CompositionTable.from_strings(text.split())


FORMS = "probability_phase_forms"


def forms(text, **options):
    return (mk.phases.stability(table(text), **options)[FORMS] >= 0.5).tolist()


def test_magnets_lie_where_the_snapshot_puts_them():
    frame = mk.phases.stability(
        table("SmCo5 PrCo5 GdCo5 Pr2Fe14B Dy2Fe14B Nd2Fe14B Sm2Co17"),
        temperature=0.0,
    )
    above = frame[ABOVE].to_numpy() * 1000
    assert above == pytest.approx([16, 27, 34, 11, 0, 0, 0], abs=2)
    assert frame["missing_end_members"].eq("").all()
    for name in (ABOVE, FORMATION):
        assert (frame[f"{name}_lo"] <= frame[name]).all()
        assert (frame[name] <= frame[f"{name}_hi"]).all()
        assert frame[f"{name}_provenance"].eq("physics").all()
    warm = mk.phases.stability(
        table("SmCo5 PrCo5 GdCo5 Pr2Fe14B Dy2Fe14B Nd2Fe14B Sm2Co17")
    )
    assert (warm[FORMS] > 0.7).all()
    assert (warm[f"{FORMS}_lo"] < warm[FORMS]).all()
    assert (warm[f"{FORMS}_hi"] > warm[FORMS]).all()
    # By hand: 17/19 x + 3/4 (1 - x) = 5/6 of the atoms are cobalt.
    assert warm["decomposes_to"][0] == "0.58 Sm2Co17 + 0.42 SmCo3"


def test_tells_makeable_phases_from_others():
    """What is made, and what nobody could make."""
    makeable = "SmCo5 PrCo5 GdCo5 Pr2Fe14B Sm2Fe14B Y2Co14B La2Co14B Sm2Fe15Si2 Sm2Fe14Ga3 SmCo3Cu2"
    assert all(forms(makeable))
    bulk = "SmFe11Ti CeFe11Ti NdFe11Ti SmFe10V2 SmFe10Mo2 La2Fe14B Ce2Fe14B NdFe11TiN Sm2Fe17N3"
    assert all(forms(bulk))
    never = "NdFe12 SmFe12 LaFe5 SmFe5 CeCo12 La2Fe17 La2Co17 La1.5Sm0.5Co17 La2Fe14Co3"
    assert not any(forms(never))
    assert not any(
        forms("Sm2Fe13Zr4 Sm2Fe13Hf4 SmFe9Ti3 SmFe9.6Co2.4 NdFe12N La2Fe17N3")
    )


def test_smco5_is_metastable_under_its_eutectoid():
    assert forms("SmCo5 GdCo5", temperature=1400.0) == [True, True]
    assert forms("SmCo5 GdCo5", temperature=900.0) == [False, False]
    assert forms("SmNi5 Sm2Co17", temperature=900.0) == [True, True]


def test_judges_recipes_by_their_hard_phase():
    """Zirconium beyond its solubility leaves a recipe's hard phase, not a formula."""
    recipe, formula = mk.phases.stability(table("Sm2.2Co13Zr4 Sm2Co13Zr4"))[
        FORMS
    ]
    assert formula < 0.2 < recipe


def test_unknown_hosts_and_elements():
    frame = mk.phases.stability(table("Fe2O3 Fe3C SmCo5 NdFe2 TbFe2 Eu2Fe14B"))
    for name in (FORMATION, FORMS):
        assert np.flatnonzero(frame[name].isna()).tolist() == [0, 5]
    products = frame["decomposes_to"]
    assert products[0] == "unknown: the snapshot has no phases of O"
    assert products[5] == "unknown: the snapshot has no phases of Eu"
    assert "C" in products[1]
    # An entry's energy, where the composition is one; another rare earth's, where it is none.
    assert (
        frame[FORMS][4] > 0.5 > mk.phases.stability(table("LaFe2"))[FORMS][0]
    )
    assert np.isfinite(mk.phases.stability(table("Sm7Fe2Co3"))[FORMS][0])


def test_names_missing_end_members():
    frame = mk.phases.stability(table("NdFe12 Dy2Co14B Nd2Fe14B"))
    assert frame["missing_end_members"].tolist() == ["NdFe12", "Dy2Co14B", ""]
    width = frame[f"{FORMATION}_hi"] - frame[f"{FORMATION}_lo"]
    assert width[0] > 2 * width[2]
    assert width[1] > 2 * width[2]


def test_energies_that_lean_on_chgnet_say_so():
    """The snapshot tells nothing of niobium beside cobalt in 1:5; of copper it does."""
    frame = mk.phases.stability(
        table("SmCo4.8Nb0.2 SmCo4.8Cu0.2 SmCo4.98Nb0.02 Nd2Fe13.5Nb0.5B")
    )
    provenance = frame[f"{FORMATION}_provenance"].tolist()
    assert provenance == ["surrogate", "physics", "physics", "physics"]
    assert frame[f"{ABOVE}_provenance"].tolist() == provenance


def test_entropy_counts_for_a_phase_and_its_rivals():
    """Mixed praseodymium and samarium are mixed in the rivals too: nothing is won by them."""
    phases = table("Sm0.5Pr0.5Co5 SmCo5 SmCo3Cu2")
    cold = mk.phases.stability(phases, temperature=0.0)[ABOVE]
    warm = mk.phases.stability(phases, temperature=1000.0)[ABOVE]
    one_in_six = 8.617333262e-5 * 1000 * np.log(2) / 6
    assert abs(cold[0] - warm[0]) < one_in_six / 2
    assert cold[1] == pytest.approx(warm[1])


def test_rows_do_not_depend_on_their_neighbours():
    texts = (
        "SmCo5 Nd2Fe14B Nd1.8Dy0.2Fe13CoB Sm2Co17 Fe3C SmCo4.5Cu0.5 Sm2Fe17N3"
    )
    together = mk.phases.stability(table(texts))
    for i, text in enumerate(texts.split()):
        alone = mk.phases.stability(table(text))
        for name in (ABOVE, FORMATION):
            assert alone[name][0] == pytest.approx(
                together[name][i], abs=1e-9, nan_ok=True
            )
        assert alone["decomposes_to"][0] == together["decomposes_to"][i]
        assert (
            alone["missing_end_members"][0]
            == together["missing_end_members"][i]
        )


def test_several_threads_at_once_find_the_same():
    phases = next(
        iter(
            mk.substitutions(
                "SmCo5", {"Sm": ["Gd", "Pr"], "Co": ["Fe"]}, step=0.1
            ).chunks(100)
        )
    )
    alone = mk.phases.stability(phases)
    with ThreadPoolExecutor(4) as pool:
        several = list(pool.map(mk.phases.stability, [phases] * 4))
    for frame in several:
        pd.testing.assert_frame_equal(frame, alone)


def test_energy_above_hull_takes_entries_as_they_are():
    above = mk.phases.energy_above_hull(
        table("SmCo5 GdCo5 Fe3C Fe2O3 Sm0.8Gd0.2Co5")
    )
    distances = (
        mk.phases.load().drop_duplicates("formula").set_index("formula")[ABOVE]
    )
    assert above[:3] == pytest.approx(
        distances[["SmCo5", "GdCo5", "Fe3C"]].to_numpy(), abs=1e-6
    )
    assert np.isnan(above[3])
    assert 0.016 < above[4] < 0.03


def test_empty_table():
    empty = CompositionTable.from_strings([])
    assert len(mk.phases.stability(empty)) == 0
    assert mk.phases.energy_above_hull(empty).shape == (0,)


@pytest.mark.parametrize("temperature", [-1.0, float("nan")])
def test_temperature_must_make_sense(temperature):
    with pytest.raises(InputError, match="temperature"):
        mk.phases.stability(table("SmCo5"), temperature=temperature)


def test_a_small_snapshot_lacks_end_members(tmp_path):
    entries = mk.phases.load()
    manifest = {"scheme": "test", "source": "test", "licence": "test"}
    bare = entries[entries["formula"].isin(["Sm", "Co", "SmCo2"])]
    folder = mk.phases.write_snapshot(tmp_path / "bare", bare, manifest)
    frame = mk.phases.stability(table("SmCo5"), snapshot=folder)
    assert frame["missing_end_members"].tolist() == ["SmCo5"]
    assert np.isfinite(frame[FORMATION][0])
    assert frame[f"{FORMATION}_hi"][0] - frame[f"{FORMATION}_lo"][0] > 0.2


def test_own_entries_have_their_distance_beside():
    entries = mk.phases.load().sort_values(FORMATION)
    entries = entries.drop_duplicates("formula").set_index("formula")
    texts = ["SmCo5", "Sm0.8Gd0.2Co5", "GdCo5", "Nd2Fe14B", "SmCo4Cu"]
    frame = pd.DataFrame({"composition": texts, "note": list("abcde")})
    frame = mk.phases.stability(frame.set_axis([7, 5, 3, 1, 0]))
    own = frame["entry_above_hull_eV_atom"].to_numpy()
    assert np.isnan(own[1])
    names = ["SmCo5", "GdCo5", "Nd2Fe14B"]
    assert own[[0, 2, 3, 4]] == pytest.approx(
        entries.loc[[*names, "SmCo4Cu"], ABOVE].to_numpy(), abs=1e-6
    )
    # The other distance is that of the interpolated phase, hot.
    assert frame[ABOVE][0] > own[4] + 0.01
    # The user's rows and columns stay.
    assert frame.index.tolist() == [7, 5, 3, 1, 0]
    assert frame["note"].tolist() == list("abcde")
    energy = mk.phases.hull_energy(
        pd.Series(names, index=[3, 2, 1], name="composition")
    )
    assert energy.name == "hull_energy_eV_atom"
    assert energy.index.tolist() == [3, 2, 1]
    hull = entries.loc[names, FORMATION] - entries.loc[names, ABOVE]
    assert energy.to_numpy() == pytest.approx(hull.to_numpy(), abs=1e-6)


def test_what_melts_is_liquid_beside_what_does_not():
    # Nd2Fe14B melts at 1428 K, SmCo5 near 1590 K; of oxides nothing is known.
    frame = mk.phases.stability(
        table("SmCo5 Nd2Fe14B Fe2O3 SmCo5"), temperature=1500.0
    )
    words = frame["decomposes_to"].tolist()
    assert words[0] == words[3] == "0.58 Sm2Co17 + 0.42 SmCo3"
    assert words[1] == "liquid"
    assert words[2] == "unknown: the snapshot has no phases of O"
    names = [FORMS, f"{FORMS}_lo", f"{FORMS}_hi"]
    assert frame.loc[1, names].tolist() == [0.0, 0.0, 0.0]
    assert frame.loc[2, names].isna().all()
    provenance = frame[f"{FORMATION}_provenance"]
    assert provenance.isna().tolist() == [False, False, True, False]
    assert (frame[f"{ABOVE}_lo"].dropna() >= 0.0).all()
