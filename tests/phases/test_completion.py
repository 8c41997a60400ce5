"""What no data decide is unknown: its words, what the embedded snapshot completes, the error."""

from itertools import chain

import numpy as np
import pandas as pd
import pytest
from magnetkit.elements import INDEX
from magnetkit.errors import DataError, InputError

import magnetkit as mk
from magnetkit.phases import Snapshot
from magnetkit.phases._space import lowest_entries
from magnetkit.phases.completion import (
    Correction,
    _correct_energies,
    _groups,
    fit_correction,
)
from magnetkit.phases.pull import subsystems, systems_of_substitutes

SYSTEMS = ("B-Fe-Nd", "Co-Sm")


def _part(systems, shift=0.0, lost=()):
    """Return the embedded entries of some systems as a pull: energies shifted, moments there."""
    entries = mk.phases.load()
    inside = set(subsystems(systems))
    symbols = (
        entries["formula"]
        .str.findall("[A-Z][a-z]?")
        .map(lambda s: "-".join(sorted(set(s))))
    )
    part = entries[symbols.isin(inside)].reset_index(drop=True)
    is_compound = symbols[symbols.isin(inside)].str.contains("-").to_numpy()
    part["formation_energy_eV_atom"] += np.where(is_compound, shift, 0.0)
    part["magnetic_moment_muB_atom"] = 2.0
    part.loc[part["formula"].isin(lost), "magnetic_moment_muB_atom"] = 0.0
    part["material_id"] = [f"mp-{k}" for k in range(len(part))]
    manifest = {
        "scheme": "another scheme",
        "source": "a pull",
        "licence": "CC BY 4.0",
        "query": {"systems": list(systems)},
    }
    return Snapshot("part", part, manifest)


def _with_higher_entry(part, formula, energy, moment):
    """Return a pull with a second entry of a formula, by an energy (eV/atom) above the first."""
    row = part.entries[part.entries["formula"] == formula].iloc[0].to_dict()
    row["formation_energy_eV_atom"] += energy
    row |= {"magnetic_moment_muB_atom": moment, "material_id": "mp-616958"}
    entries = pd.concat([part.entries, pd.DataFrame([row])], ignore_index=True)
    return Snapshot("part", entries, part.manifest)


def test_missing_elements_are_named_and_no_status():
    frame = mk.predict(
        ["Nd1.8Pr0.2Fe14B", "Nd2Fe14B"], "20C", snapshot=_part(SYSTEMS).save()
    )
    assert frame["status"].tolist() == ["ok", "ok"]
    assert frame["stability_status"].tolist() == [
        "not judged: the snapshot has no phases of Pr",
        "judged",
    ]
    assert frame["probability_phase_forms"].isna().tolist() == [True, False]


def test_names_missing_systems():
    """Nd, Fe, B and Co are all there, but no compound of Nd and Co is."""
    frame = mk.phases.stability(["Nd2Fe12Co2B"], snapshot=_part(SYSTEMS))
    missing = "the snapshot was not pulled for B-Co, Co-Fe, Co-Nd"
    assert frame["stability_status"][0] == f"not judged: {missing}"
    assert np.isnan(frame["energy_above_hull_eV_atom"][0])
    assert frame["decomposes_to"][0] == f"unknown: {missing}"


def test_doubtful_entry_leaves_the_phase_unknown():
    part = _with_higher_entry(
        _part(SYSTEMS, lost=["Nd2Fe14B"]), "Nd2Fe14B", 0.26, 2.0
    )
    with pytest.warns(UserWarning, match="unknown for it: Nd2Fe14B"):
        frame = mk.phases.stability(["Nd2Fe14B", "Sm2Co17"], snapshot=part)
    words = frame["stability_status"].tolist()
    assert words == [
        "not judged: Nd2Fe14B was calculated without its moment",
        "judged",
    ]
    assert np.isnan(frame["probability_phase_forms"][0])
    done = mk.phases.stability(["Nd2Fe14B"], snapshot=part.completed())
    assert done["stability_status"].tolist() == ["judged"]
    assert done["probability_phase_forms"][0] > 0.9


def test_sound_lowest_entry_stays():
    part = _with_higher_entry(_part(SYSTEMS), "SmCo5", 0.13, 0.0)
    with pytest.warns(
        UserWarning, match="SmCo5: calculated without its moment"
    ):
        space = lowest_entries(part)
    assert not space.doubtful
    energies = part.entries.set_index("formula")["formation_energy_eV_atom"]
    lowest = energies["SmCo5"].min()
    assert space.energy[space.formulas.index("SmCo5")] == lowest


def test_the_correction_finds_the_shift_of_a_scheme():
    correction = fit_correction(
        mk.phases.open_snapshot(), _part(SYSTEMS, shift=0.03)
    )
    table = mk.CompositionTable.from_strings(["Pr2Fe14B", "SmCo5", "Fe"])
    energies = correction.apply(table, np.zeros(3))
    assert energies == pytest.approx([0.03, 0.03, 0.0], abs=0.002)
    assert correction.error < 0.002
    with pytest.raises(DataError, match="share 0 compounds"):
        fit_correction(mk.phases.open_snapshot(), _part(["Co"]))


def test_groups_are_elements_but_rare_earths_are_one():
    table = mk.CompositionTable.from_strings(["NdYFe2", "ScFe", "H"])
    groups = _groups(table)
    # 118 elements, of which sixteen are together the last.
    assert groups.shape == (3, 103)
    assert groups[:, -1].tolist() == [0.5, 0.0, 0.0]
    assert groups.sum(axis=1).tolist() == [1.0] * 3
    assert groups[2, 0] == 1.0
    assert groups[1, [INDEX["Sc"], INDEX["Fe"]]].tolist() == [0.5, 0.5]


def test_a_correction_shifts_each_group_by_its_share():
    shifts = np.zeros(103)
    shifts[INDEX["Fe"]], shifts[-1] = 0.1, 0.4
    correction = Correction(shifts, 0.02, 8)
    table = mk.CompositionTable.from_strings(["NdFe3", "Fe", "YCo3", "NdFe"])
    energies = correction.apply(table, np.array([1.0, 2.0, 3.0, np.nan]))
    assert energies[:3] == pytest.approx([1.175, 2.0, 3.1])
    assert np.isnan(energies[3])
    name = "formation_energy_eV_atom"
    frame = pd.DataFrame({"formula": ["NdFe3", "Fe"], name: [1.0, 2.0]})
    result = _correct_energies(frame, correction, "R2SCAN")
    assert result[name].tolist() == pytest.approx([1.175, 2.0])
    assert result["energy_error_eV_atom"].tolist() == [0.02, 0.0]
    words = "embedded snapshot, corrected to R2SCAN"
    assert result["source"].tolist() == [words] * 2
    assert frame[name].tolist() == [1.0, 2.0]


def test_correction_error_covers_nine_in_ten():
    """Against noise of 10 meV/atom it is that, and it widens the range of what is taken over."""
    part = _part(["Co-Fe-Sm-Nd"])
    noise = np.random.default_rng(0).normal(0.0, 0.01, len(part.entries))
    is_pure = (
        part.entries["formula"].str.fullmatch("[A-Z][a-z]?[0-9]*").to_numpy()
    )
    part.entries["formation_energy_eV_atom"] += np.where(is_pure, 0.0, noise)
    correction = fit_correction(mk.phases.open_snapshot(), part)
    assert 0.006 < correction.error < 0.016
    whole = part.completed()
    reference = mk.phases.stability(["PrCo5", "Pr2Co17"])
    frame = mk.phases.stability(["PrCo5", "Pr2Co17"], snapshot=whole)
    name = "energy_above_hull_eV_atom"
    width = frame[f"{name}_hi"] - frame[name]
    before = reference[f"{name}_hi"] - reference[name]
    assert (width > before + 0.003).all()


def test_names_entries_of_other_systems():
    part = _part(SYSTEMS, shift=0.01)
    whole = part.completed()
    symbols = whole.entries["formula"].str.findall("[A-Z][a-z]?")
    systems = set(subsystems(SYSTEMS))
    of_pull = ["-".join(sorted(set(s))) in systems for s in symbols]
    is_foreign = whole.entries["source"].str.startswith(
        "embedded snapshot, corrected to"
    )
    assert (is_foreign.to_numpy() != np.array(of_pull)).all()
    facts = whole.manifest["completed"]
    numbers = [INDEX[symbol] for symbol in whole.manifest["elements"]]
    assert numbers == sorted(set(numbers))
    assert facts["entries"] == is_foreign.sum() == 7703 - sum(of_pull)
    above = whole.entries["energy_above_hull_eV_atom"].to_numpy()
    assert above == pytest.approx(whole.distances())
    again = mk.phases.read_snapshot(whole.save())
    assert again.manifest["completed"] == facts
    assert (
        mk.phases.stability(["Pr2Fe14B"], snapshot=again)["stability_status"]
        == "judged"
    ).all()


def test_substitute_systems_have_up_to_four_elements():
    systems = systems_of_substitutes(
        ["Sm-Co", "Nd-Fe-B"], {"Nd": ["Pr", "Ce", "Dy"]}
    )
    parts = set(chain.from_iterable(subsystems([s]) for s in systems))
    assert "Co-Sm" in systems
    assert {"B-Fe-Nd-Pr", "Ce-Dy-Fe-Pr", "B-Ce-Fe"} <= parts
    assert max(system.count("-") for system in systems) == 3
    with pytest.raises(
        InputError, match="Gd is replaced but in none of the systems"
    ):
        systems_of_substitutes("Sm-Co", {"Gd": ["Dy"]})


def test_ranks_keep_unjudged_phases():
    recipe = "Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal."
    device = "energy-traction-motor"
    result = mk.screen(
        [recipe], application=device, basis="weight", snapshot=_part(SYSTEMS)
    )
    assert result.table["status"].tolist() == ["ok"]
    assert result.table["rank"].tolist() == [1]
    words = "stability not judged: the snapshot has no phases of Cu, Dy"
    assert result.decisions["next_test"].iloc[-1].endswith(words)
