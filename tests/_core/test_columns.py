"""The column registry."""

import re

from magnetkit import columns
from magnetkit._core.columns import properties


def test_table_keeps_contract_columns_in_order():
    contract = (
        "rank decision copies simpler_rank candidate row_index formula host status "
        "easy_direction temperature_K shell "
        "curie_temperature_K saturation_polarization_T anisotropy_constant_MJ_m3 "
        "anisotropy_constant_2_MJ_m3 anisotropy_constant_3_MJ_m3 anisotropy_field_T "
        "nucleation_field_T hardness_parameter remanence_T "
        "coercivity_kA_m knee_field_kA_m max_energy_product_kJ_m3 max_working_temperature_K "
        "remanence_coefficient_pct_K coercivity_coefficient_pct_K formation_energy_eV_atom "
        "energy_above_hull_eV_atom probability_phase_forms stability_status decomposes_to "
        "heavy_rare_earth_wt_pct dysprosium_terbium_wt_pct rare_earth_wt_pct cobalt_wt_pct "
        "heavy_rare_earth_saved_wt_pct "
        "import_reliance supply_risk cost_USD_kg cost_per_flux_USD_m3_T density_kg_m3 "
        "irreversible_loss_pct "
        "in_domain domain_distance route nearest_grade "
        "probability_meets_requirements meets_requirements failed_requirements pareto_front "
        "evidence_distance evidence_nearest evidence_farthest "
        "coercivity_guaranteed_kA_m remanence_guaranteed_T"
    ).split()
    assert [name for name in columns.NAMES if name in contract] == contract


def test_name_and_unit_agree():
    for column in columns.COLUMNS.values():
        # kA/m is kA_m, USD/(m3 T) is USD_m3_T, wt.% is wt_pct.
        unit = column.unit.replace(".%", " pct").replace("%", "pct")
        ending = "_".join(["", *re.findall(r"\w+", unit)])
        assert column.name.endswith(ending)
        assert column.meaning.endswith(".")


def test_ordered_puts_other_columns_last():
    got = columns.order_columns(
        ["mine", "rank", "remanence_T_hi", "remanence_T", "candidate"]
    )
    assert got == [
        "rank",
        "candidate",
        "remanence_T",
        "remanence_T_hi",
        "mine",
    ]


def test_a_column_knows_its_kind_heading_and_range():
    remanence = columns.COLUMNS["remanence_T"]
    assert (remanence.kind, remanence.predicted) == ("number", True)
    assert (remanence.heading, remanence.short) == ("Remanence (T)", "Br")
    rank = columns.COLUMNS["rank"]
    assert (rank.kind, rank.predicted) == ("integer", False)
    assert (rank.heading, rank.short) == ("Rank", "#")
    assert columns.Column("x", "", "A label", "").short == "A label"
    assert columns.with_interval("rank") == ("rank",)


def test_every_property_has_a_file_of_measurements():
    for known in properties():
        column = columns.COLUMNS[known.name]
        assert (column.unit, column.meaning) == (known.unit, known.meaning)
        assert known.meaning
        assert known.file.suffix == ".csv"
        assert known.file.is_file()
