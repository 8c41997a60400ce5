"""Conditions, and the stages that `describe` joins."""

from importlib import import_module
from types import SimpleNamespace

import pandas as pd
import pytest

from magnetkit.magnetism._stages import describe, supplies
from magnetkit.magnetism.conditions import Conditions
from tests.recipes import make_table


def test_conditions_that_nobody_gave():
    for plain in (Conditions(), Conditions.of()):
        assert plain.interval == 0.9
        assert plain.between == (293.15, 373.15)
        assert plain.scenario == "baseline"
        assert not plain.whole_range
    # A magnet in no circuit at all: a load line of 0 is not "none given".
    assert Conditions.of(load_line=0.0).duty.load_line == 0.0


def test_saving_refers_to_the_reference_with_shell():
    table = make_table("Nd2Fe14B")
    bare = supplies(
        table, None, Conditions.of(reference=table, reference_shell="")
    )
    with_shell = supplies(
        table,
        None,
        Conditions.of(reference=table, reference_shell="Tb 0.30 @ 0.10"),
    )
    assert bare["heavy_rare_earth_saved_wt_pct"][0] == 0.0
    # 0.3 times 0.1 of the rare-earth sites, and 0.4 of what is put in stays in the boundaries; Nd
    # is 26.7 wt.%, Tb 158.9 to its 144.2.
    saving = with_shell["heavy_rare_earth_saved_wt_pct"][0]
    assert saving == pytest.approx(0.03 / 0.6 * 26.7 * 158.9 / 144.2, rel=0.01)


def test_cost_per_flux_uses_the_hot_magnet():
    table = make_table("Nd2Fe14B")
    row = describe(table, 400.0, Conditions.of()).frame().iloc[0]
    per_kg = row["cost_USD_kg"] * row["density_kg_m3"]
    assert row["cost_per_flux_USD_m3_T"] == pytest.approx(
        per_kg / row["remanence_T"]
    )


def test_additional_properties_join_the_others(monkeypatch):
    table = make_table("Nd2Fe14B", "SmCo5")

    class Model:
        def predict(self, given, interval):
            assert given is table
            values = {
                "curie_temperature_K": [1.0, 2.0],
                "curie_temperature_K_lo": [0.5, 1.5],
            }
            return pd.DataFrame(
                values | {"curie_temperature_K_hi": [interval, 3.0]}
            )

    monkeypatch.setattr(
        import_module("magnetkit.surrogates.models"),
        "load",
        lambda name: Model(),
    )
    # As if that of another property: it comes last, and so stands.
    properties = (SimpleNamespace(name="curie_temperature_K"),)
    room = import_module("magnetkit.magnetism._stages")
    monkeypatch.setattr(room, "properties", lambda: properties)
    frame = describe(table, 300.0, Conditions.of(interval=0.7)).frame()
    assert frame["curie_temperature_K"].tolist() == [1.0, 2.0]
    assert frame["curie_temperature_K_lo"].tolist() == [0.5, 1.5]
    assert frame["curie_temperature_K_hi"].tolist() == [0.7, 3.0]
    assert set(frame["curie_temperature_K_provenance"]) == {"surrogate"}
    assert frame["remanence_T"].notna().all()
