"""Names of 0.1 are found for one more release, and say the new one; those of today say nothing."""

import importlib
import json
import subprocess
import sys
import warnings

import pytest

# Public names of 0.1 by room, as its stubs and its reference had them.
OLD = {
    "": "CompositionTable calibrate compare compensation curve diffuse explain grades"
    " parse_composition plots predict replace screen substitutions suggest anchors applications"
    " catalogue columns composition curves diffusion elements errors features hosts kernels"
    " magnetism phases prediction ranking replacement run screening settings supply surrogates"
    " units",
    "anchors": "Calibration Makeup calibrate calibration makeup",
    "applications": "Profile Reference Requirement Space asked load names with_reference",
    "catalogue": "QUANTITIES find grades is_grade nearest",
    "columns": "COLUMNS Column EASY_DIRECTIONS NAMES PREDICTED PROVENANCES ordered with_interval",
    "composition": "CompositionTable ParseError Substitutions parse_composition refine"
    " substitutions",
    "curves": "Curve curve", "datasets": "path rows toml verify",
    "diffusion": "Diffusion diffuse flux_against needed_by_temperature",
    "elements": "HEAVY_LANTHANIDES LIGHT_RARE_EARTHS RARE_EARTHS TRANSITION_METALS index mask",
    "errors": "CompositionError DataError InputError MagnetkitError NetworkError StoreError",
    "features": "CompositionStatistics Crystals RareEarthDescriptors StructureDescriptors"
    " composition_statistics coordination crystal_field dipolar_field load_ions"
    " load_table neighbour_list radial_distribution rare_earth_descriptors structure_descriptors",
    "hosts": "HOSTS HOST_NAMES Partition assign_hosts partition",
    "magnetism": "Duty Process Shell assumption comparators compensate demagnetization evaluate"
    " first_order_transitions intrinsic phase_balance routes sintered sintered_at transitions"
    " use_limits with_shell write_material",
    "phases": "Snapshot differences energy_above_hull hull_energy load"
    " open_snapshot pull pull_snapshot read_snapshot stability subsystems touched_systems"
    " write_cifs write_poscars write_snapshot",
    "prediction": "compare predict", "replacement": "Replacement bill compensation replace",
    "run.suggestion": "suggest", "screening": "ScreenResult refined screen",
    "settings": "Settings get_settings", "show.explorer": "serve",
    "show.plots": "coverage demagnetization depth_profile grade_map margin_map pareto parity"
    " property_against_temperature section sweep table terbium_against_temperature ternary",
    "show.report": "write_report",
    "supply": "PriceChange Restriction Scenario break_even_recycled_share claims controls"
    " element_table heavy_rare_earth_ledger ledger load_scenario overdue sampled_supply scenarios"
    " with_prices",
    "surrogates": "CompositionRegressor Computed EnergyModel TARGETS TrainingSet explain load"
    " train training_set",
    "units": "MU_0 ROOM_K TemperatureWarning parse_temperature parse_temperatures",
}  # fmt: skip
MOVED = {
    "anchors.Makeup": "calibration.CompositionEstimate",
    "anchors.makeup": "calibration.estimate_composition",
    "calibration.makeup": "calibration.estimate_composition",
    "catalogue.grades": "calibration.grades",
    "catalogue.is_grade": "composition.is_grade",
    "magnetism.use_limits": "curves.use_limits",
    "screening.screen": "run.screen",
    "show.explorer.serve": "explorer.serve",
    "supply.heavy_rare_earth_ledger": "ranking.heavy_rare_earth_ledger",
}


@pytest.mark.parametrize("room", OLD)
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_every_public_name_is_found(room):
    module = importlib.import_module(f"magnetkit.{room}".rstrip("."))
    assert [name for name in OLD[room].split() if not hasattr(module, name)] == []


def test_a_moved_name_is_the_new_one_and_says_so():
    code = (
        "import importlib, json, sys, warnings\n"
        "warnings.simplefilter('error')\n"
        "for old, new in json.loads(sys.argv[1]).items():\n"
        "    room, _, name = new.rpartition('.')\n"
        "    new = getattr(importlib.import_module(f'magnetkit.{room}'), name)\n"
        "    with warnings.catch_warnings(record=True) as seen:\n"
        "        warnings.simplefilter('always')\n"
        "        exec('from magnetkit.{} import {} as found'.format(*old.rsplit('.', 1)))\n"
        "    assert found is new, old\n"
        "    assert {w.category for w in seen} == {FutureWarning}, old\n"
        "    assert {w.filename for w in seen} == {'<string>'}, (old, [w.filename for w in seen])\n"
        "    assert any(f'magnetkit.{room}' in str(w.message) for w in seen), old\n"
    )
    command = [sys.executable, "-c", code, json.dumps(MOVED)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_left_the_package_says_where_it_is():
    import magnetkit as mk

    with pytest.raises(AttributeError, match="magnetkit validate"):
        _ = mk.evaluation
    with pytest.raises(AttributeError, match=r"benchmarks\.accuracy"):
        _ = mk.phases.site_check
    with pytest.raises(AttributeError, match="column nearest_grade"):
        _ = mk.calibration.nearest_grades
    with pytest.raises(AttributeError, match="RareEarthDescriptors"):
        _ = mk.features.SublatticeRatios
    with pytest.raises(AttributeError, match="TARGETS"):
        _ = mk.surrogates.predict_all
    with pytest.raises(ModuleNotFoundError, match=r"benchmarks\.accuracy"):
        importlib.import_module("magnetkit.evaluation")


def test_short_names_are_the_modules_themselves_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for short in ("applications", "columns", "elements", "errors", "settings", "units"):
            module = importlib.import_module(f"magnetkit.{short}")
            assert module.__name__ != f"magnetkit.{short}"
