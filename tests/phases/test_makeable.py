"""Stability of substituted phases on the embedded snapshot."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit.composition.table import CompositionTable
from magnetkit.errors import InputError

ABOVE, FORMATION = "energy_above_hull_eV_atom", "formation_energy_eV_atom"


def table(text):
    return CompositionTable.from_strings(text.split())


def test_magnets_are_makeable_and_lie_where_the_snapshot_puts_them():
    found = mk.phases.stability(table("SmCo5 PrCo5 GdCo5 Pr2Fe14B Dy2Fe14B Nd2Fe14B Sm2Co17"))
    assert found["makeable"].all()
    above = found[ABOVE].to_numpy() * 1000
    assert above == pytest.approx([16, 27, 34, 11, 0, 0, 0], abs=2)
    assert found["decomposes_to"].tolist()[:1] == ["Sm2Co17 + SmCo3"]
    assert found["missing_end_members"].eq("").all()
    for name in (ABOVE, FORMATION):
        assert (found[f"{name}_lo"] <= found[name]).all()
        assert (found[name] <= found[f"{name}_hi"]).all()
        assert found[f"{name}_provenance"].eq("physics").all()


def test_unknown_hosts_and_elements():
    found = mk.phases.stability(table("Fe2O3 Fe3C SmCo5"))
    assert found[FORMATION].isna().tolist() == [True, True, False]
    assert found["makeable"].tolist() == [False, False, True]
    assert found["decomposes_to"].tolist()[:2] == ["", "C + Fe"]


def test_far_from_the_hull_is_not_makeable():
    found = mk.phases.stability(table("Nd2Fe12Al2B Nd2Fe14B"))
    assert found["makeable"].tolist() == [False, True]


def test_1_12_is_no_bulk_phase_without_a_stabiliser():
    """However near the hull of the snapshot: SmFe12 and NdFe12 are known as films alone."""
    films = mk.phases.stability(table("SmFe12 NdFe12 CeFe12 SmFe9.6Co2.4 NdFe12N"))
    assert (films[ABOVE] < 0.05).tolist() == [True, True, True, True, False]
    assert not films["makeable"].any()
    bulk = "SmFe11Ti CeFe11Ti NdFe11Ti NdFe11TiN SmFe10V2 SmFe10Mo2 SmFe10Si2 Sm0.8Zr0.2Fe11.5Ti0.5"
    assert mk.phases.stability(table(bulk))["makeable"].all()


def test_missing_end_members_are_named():
    found = mk.phases.stability(table("NdFe12 Dy2Co14B Nd2Fe14B"))
    assert found["missing_end_members"].tolist() == ["NdFe12", "Dy2Co14B", ""]
    width = found[f"{FORMATION}_hi"] - found[f"{FORMATION}_lo"]
    assert width[0] > 2 * width[2]
    assert width[1] > 2 * width[2]


def test_energies_that_lean_on_chgnet_say_so():
    """The snapshot tells nothing of niobium beside cobalt in 1:5; of copper it does."""
    found = mk.phases.stability(table("SmCo4.8Nb0.2 SmCo4.8Cu0.2 SmCo4.98Nb0.02 Nd2Fe13.5Nb0.5B"))
    provenance = found[f"{FORMATION}_provenance"].tolist()
    assert provenance == ["surrogate", "physics", "physics", "physics"]
    assert found[f"{ABOVE}_provenance"].tolist() == provenance


def test_entropy_counts_for_mixtures_alone():
    phases = table("Sm0.5Pr0.5Co5 SmCo5")
    cold = mk.phases.stability(phases, temperature=0.0)[ABOVE]
    warm = mk.phases.stability(phases, temperature=1000.0)[ABOVE]
    # One atom in six is mixed half and half.
    expected = 8.617333262e-5 * 1000 * np.log(2) / 6
    assert cold[0] - warm[0] == pytest.approx(expected, rel=1e-6)
    assert cold[1] == pytest.approx(warm[1])


def test_rows_do_not_depend_on_their_neighbours():
    texts = "SmCo5 Nd2Fe14B Nd1.8Dy0.2Fe13CoB Sm2Co17 Fe3C SmCo4.5Cu0.5 Sm2Fe17N3"
    together = mk.phases.stability(table(texts))
    for i, text in enumerate(texts.split()):
        alone = mk.phases.stability(table(text))
        for name in (ABOVE, FORMATION):
            assert alone[name][0] == pytest.approx(together[name][i], abs=1e-9, nan_ok=True)
        assert alone["decomposes_to"][0] == together["decomposes_to"][i]
        assert alone["missing_end_members"][0] == together["missing_end_members"][i]


def test_several_threads_at_once_find_the_same():
    phases = next(
        iter(mk.substitutions("SmCo5", {"Sm": ["Gd", "Pr"], "Co": ["Fe"]}, step=0.1).chunks(500))
    )
    alone = mk.phases.stability(phases)
    with ThreadPoolExecutor(4) as pool:
        several = list(pool.map(mk.phases.stability, [phases] * 8))
    for found in several:
        pd.testing.assert_frame_equal(found, alone)


def test_energy_above_hull_takes_entries_as_they_are():
    above = mk.phases.energy_above_hull(table("SmCo5 GdCo5 Fe3C Fe2O3 Sm0.8Gd0.2Co5"))
    listed = mk.phases.load().drop_duplicates("formula").set_index("formula")[ABOVE]
    assert above[:3] == pytest.approx(listed[["SmCo5", "GdCo5", "Fe3C"]].to_numpy(), abs=1e-6)
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


def test_a_small_snapshot(tmp_path):
    """A pull of one chemical system: other elements are unknown, end members may be missing."""
    listed = mk.phases.load()
    pulled = listed[listed["formula"].str.fullmatch(r"(Sm|Co|\d)+")]
    manifest = {"scheme": "test", "source": "test", "licence": "test"}
    folder = mk.phases.write_snapshot(tmp_path / "Sm-Co", pulled, manifest)
    found = mk.phases.stability(table("SmCo5 Nd2Fe14B Sm2Co17"), snapshot=folder)
    whole = mk.phases.stability(table("SmCo5 Nd2Fe14B Sm2Co17"))
    assert found[ABOVE].isna().tolist() == [False, True, False]
    assert found[ABOVE][0] == pytest.approx(whole[ABOVE][0], abs=0.003)
    bare = pulled[pulled["formula"].isin(["Sm", "Co", "SmCo2"])]
    folder = mk.phases.write_snapshot(tmp_path / "bare", bare, manifest)
    found = mk.phases.stability(table("SmCo5"), snapshot=folder)
    assert found["missing_end_members"].tolist() == ["SmCo5"]
    assert np.isfinite(found[FORMATION][0])
    assert found[f"{FORMATION}_hi"][0] - found[f"{FORMATION}_lo"][0] > 0.2
