"""The main job: candidates through every stage, ranked for a device."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import CompositionError, InputError, StoreError
from magnetkit.settings import get_settings

import magnetkit as mk
from magnetkit import columns
from magnetkit._core import _toml
from magnetkit.alloy import CompositionTable
from magnetkit.choose import _job
from magnetkit.choose._job import job_identity
from magnetkit.run._files import read_manifest
from magnetkit.run.screen import ScreenResult
from magnetkit.supply import scenario
from tests.command import kill_fork
from tests.recipes import make_table

MAGNETS = [
    "SmCo5",
    "Sm2Co17",
    "Sm0.6Gd0.4Co5",
    "Nd2Fe14B",
    "Er2Fe14B",
    "Y2Co17",
    "FeCo",
]


@pytest.fixture(scope="module")
def tube():
    return mk.screen(application="patriot-beam-focusing")


def test_default_space_ranks_all_with_the_reference(tube):
    ranks = tube.table[tube.table["rank"].notna()]
    assert len(ranks) >= 600
    assert tube.profile.reference.formula in set(ranks["candidate"])
    assert sorted(ranks["rank"]) == list(range(1, len(ranks) + 1))


def test_tube_wants_lean_samarium_cobalt(
    tube,
):
    best = tube.best(10)
    # Alloys of 20 % iron are too far from measured ones, the others meet all.
    distant = best["candidate"].str.contains("Fe20")
    assert (best["meets_requirements"] == ~distant).all()
    assert (
        best["evidence_distance"][distant]
        > best["evidence_distance"][~distant].max()
    ).all()
    assert (~distant).sum() >= 5
    assert best["host"].isin(["1:5", "2:17"]).all()
    assert (best["status"] == "ok").all()
    assert (best["remanence_coefficient_pct_K"].abs() <= 0.05).all()
    assert best["candidate"].str.startswith("Sm").all()
    first = best.iloc[0]
    meeting = tube.table[tube.table["meets_requirements"]]
    assert (
        first["heavy_rare_earth_wt_pct"]
        == meeting["heavy_rare_earth_wt_pct"].min()
    )


def test_plain_compounds_count_as_makeable(
    tube,
):
    plain = mk.screen(
        ["SmCo5", "Sm2Co17"], application=tube.profile
    ).table.set_index("candidate")
    assert (plain["status"] == "ok").all()
    assert 0.0 < plain.loc["SmCo5", "energy_above_hull_eV_atom"] < 0.05


def test_taking_gadolinium_out_shows_in_alpha(tube):
    series = ["SmCo5", "Sm0.9Gd0.1Co5", "Sm0.8Gd0.2Co5", "Sm0.7Gd0.3Co5"]
    table = mk.screen(series, tube.profile).table.set_index("candidate")
    alpha = table.loc[series, "remanence_coefficient_pct_K"].to_numpy()
    assert (np.diff(alpha) > 0).all()
    assert alpha[0] < 0


def test_result_has_every_column_in_order(tube):
    names = [c for name in columns.NAMES for c in columns.with_interval(name)]
    assert [c for c in tube.table.columns if c in set(names)] == names


def test_intervals_hold_their_value(tube):
    for name in (n for n in columns.NAMES if columns.COLUMNS[n].predicted):
        rows = tube.table[[name, f"{name}_lo", f"{name}_hi"]].dropna()
        value, low, high = (rows[c].astype(float) for c in rows)
        assert ((low <= value + 1e-9) & (value <= high + 1e-9)).all(), name


def test_no_number_where_there_is_no_magnet():
    table = mk.screen(
        MAGNETS, application="patriot-beam-focusing"
    ).table.set_index("candidate")
    status = table["status"].astype(str)
    assert status["Y2Co17"] == "planar"
    assert status["FeCo"] == "unknown host"
    for name in ("Y2Co17", "FeCo"):
        assert pd.isna(table.loc[name, "rank"])
        assert pd.isna(table.loc[name, "remanence_T"])
    # Without fetched data nobody knows the T_C of a host without physics; E_f is learnt.
    assert pd.isna(table.loc["FeCo", "curie_temperature_K"])
    assert table.loc["Y2Co17", "curie_temperature_K"] > 1000.0


def test_rows_keep_their_position_in_the_table(tmp_path):
    texts = ["Er2Fe14B", "nonsense", *MAGNETS]
    in_memory = mk.screen(texts, application="f22-engine")
    in_files = mk.screen(texts, application="f22-engine", out=tmp_path / "out")
    for result in (in_memory, in_files):
        table = result.table
        for rows in (
            result.best(3),
            result.pareto,
            result.find("SmCo5"),
            result.sample_ranks(3),
        ):
            pd.testing.assert_frame_equal(
                rows, table.loc[rows.index], check_categorical=False
            )
        assert [texts[i] for i in result.best(9)["row_index"]] == list(
            result.best(9)["candidate"]
        )


def test_an_unknown_column_is_no_damage(tmp_path):
    for options in ({}, {"out": tmp_path / "out"}):
        result = mk.screen(["SmCo5"], application="f22-engine", **options)
        assert result.select(["rank", "host"]).column_names == ["rank", "host"]
        with pytest.raises(
            InputError,
            match=r"no column 'remanence' \(did you mean remanence_T",
        ):
            result.select(["remanence"])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("chunk_rows", 0, "chunk_rows must be a whole number of 1 or more"),
        ("chunk_rows", None, "chunk_rows must be a whole number"),
        ("out", 5, "out must be the path of a folder"),
        ("temperature", [300.0, 400.0], "expected one temperature"),
    ],
)
def test_names_impossible_arguments(name, value, message):
    with pytest.raises(InputError, match=message):
        mk.screen(["SmCo5"], application="f22-engine", **{name: value})


def test_short_table_starts_with_the_ranked_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("magnetkit.choose.result.TOP_ROWS", 6)
    texts = [*MAGNETS[:-1], "Nd1.8Dy0.2Fe14B"]
    result = mk.screen(
        texts, "hot-servo-motor", out=tmp_path / "out", chunk_rows=3
    )
    ranks = result.table["rank"]
    count = int(ranks.notna().sum())
    assert 0 < count < 6
    short = pd.read_csv(tmp_path / "out" / "ranked.csv")
    assert len(short) == 6
    assert short["candidate"].is_unique
    assert short["rank"].tolist()[:count] == list(range(1, count + 1))
    assert short["rank"].isna().sum() == 6 - count
    rest = result.table["candidate"][ranks.isna()].tolist()
    assert short["candidate"].tolist()[count:] == rest[: 6 - count]


def test_failing_rerun_keeps_the_result(tmp_path):
    out = tmp_path / "out"
    mk.screen(["SmCo5", "Sm2Co17"], application="f22-engine", out=out).report(
        out / "report.html"
    )
    before = {f.name: f.read_bytes() for f in out.iterdir()}
    with pytest.raises(CompositionError, match="line 2"):
        mk.screen(
            ["SmCo5", "??"],
            application="f22-engine",
            out=out,
            strict=True,
            force=True,
        )
    with pytest.raises(
        InputError, match=r"no candidate could be read.*\.magnetkit-parts"
    ):
        mk.screen(["??"], application="f22-engine", out=out, force=True)
    with pytest.raises(
        InputError, match=r"holds a finished screening; .* --force"
    ):
        mk.screen(["SmCo5"], application="f22-engine", out=out)
    assert {
        f.name: f.read_bytes() for f in out.iterdir() if f.is_file()
    } == before
    again = ScreenResult.from_folder(out)
    assert len(again) == 2
    again.report(out / "report.html")
    mk.screen(["SmCo5"], application="f22-engine", out=out, force=True)
    assert len(ScreenResult.from_folder(out)) == 1
    assert not (out / "report.html").exists()


def test_stale_result_is_an_error(tmp_path):
    first = mk.screen(
        ["SmCo5", "Sm2Co17"], application="f22-engine", out=tmp_path
    )
    mk.screen(
        ["SmCo5", "Nd2Fe14B"],
        application="f22-engine",
        out=tmp_path,
        force=True,
    )
    with pytest.raises(StoreError, match="was screened anew"):
        first.best(1)
    with pytest.raises(StoreError, match="was screened anew"):
        first.select(["rank"])


def test_resume_notices_other_data_settings_and_scenario(
    tmp_path, monkeypatch
):
    scenario = tmp_path / "mine.toml"
    embargo = mk.datasets.path("supply/scenarios/embargo.toml").read_text(
        encoding="utf-8"
    )
    scenario.write_text(embargo, encoding="utf-8")

    def resume(**options):
        return mk.screen(
            ["SmCo5"],
            "f22-engine",
            scenario=str(scenario),
            out=tmp_path / "out",
            resume=True,
            **options,
        )

    first = resume(process=mk.magnetism.Process(grain_size_um=4.0))
    # The producer of the device's reference stands beside what was given.
    assert first.manifest["identity"]["process"]["grain_size_um"] == 4.0
    with pytest.raises(InputError, match="another process"):
        resume(process={"grain_size_um": 5.0})
    same = {"process": {"grain_size_um": 4.0}}
    assert resume(**same).manifest == first.manifest
    scenario.write_text(
        embargo.replace("title =", "title = 'x' #"), encoding="utf-8"
    )
    with pytest.raises(InputError, match="another scenario content"):
        resume(**same)
    scenario.write_text(embargo, encoding="utf-8")
    monkeypatch.setattr(get_settings(), "heavy_rare_earths", ("Dy",))
    with pytest.raises(InputError, match="another settings"):
        resume(**same)


def test_shells_are_candidates_beside_bulk(tmp_path):
    path = tmp_path / "alloys.csv"
    path.write_text(
        "composition,shell\nNd2Fe14B,\nNd1.8Dy0.2Fe14B,\nNd2Fe14B,Tb 0.30 @ 0.10\n"
    )
    table = mk.screen(path, application="hot-servo-motor").table
    bulk, alloy, shell = (table.iloc[i] for i in range(3))
    assert (
        0
        < shell["dysprosium_terbium_wt_pct"]
        < alloy["dysprosium_terbium_wt_pct"]
    )
    assert shell["coercivity_kA_m"] > bulk["coercivity_kA_m"]
    assert shell["remanence_T"] > alloy["remanence_T"]


def test_scenario_and_recycling_change_only_risk():
    def risk(**options):
        return mk.screen(["SmCo5"], application="f22-engine", **options).table[
            "supply_risk"
        ][0]

    assert risk(scenario="embargo") > risk()
    assert risk(recycled={"Co": 0.5}) < risk()


def test_killed_screening_resumes_to_the_same_bytes(tmp_path):
    path = tmp_path / "alloys.txt"
    rows = [f"Sm{1 + i / 1000:.3f}Co5" for i in range(400)]
    path.write_text("\n".join(rows), encoding="utf-8")
    whole = tmp_path / "whole"
    part = tmp_path / "cut"

    def run(out, **more):
        mk.screen(
            path, application="f22-engine", out=out, chunk_rows=40, **more
        )

    def is_begun():
        # A chunk may lie there before the manifest names the first.
        manifest = part / ".magnetkit-parts" / "manifest.json"
        chunks = list(part.glob(".magnetkit-parts/chunk-000002*"))
        return chunks and '"phase"' in manifest.read_text("utf-8")

    run(whole)
    kill_fork(lambda progress: run(part, progress=progress), is_begun)
    manifest = read_manifest(part)
    assert not manifest["done"]
    assert manifest["chunks"]
    run(part, resume=True)
    for name in (
        "ranked.parquet",
        "ranked.csv",
        "rejected.csv",
        "manifest.json",
    ):
        assert (part / name).read_bytes() == (whole / name).read_bytes(), name


def test_an_ordinary_recipe_is_inside_the_domain():
    """Excess rare earth, copper and aluminium lie between the grains, not in the phase."""
    recipe = "Nd28.5Dy2.0Co0.9Cu0.1Al0.2B1.0Fe bal."
    table = make_table(recipe, basis="weight")
    assert mk.predict(table)["in_domain"].all()


@pytest.mark.parametrize("name", ["communication-twt", "f22-engine"])
def test_no_magnet_of_a_device_is_listed_twice(name):
    # Today's magnet is written with brackets in some profiles and without them in their space.
    table = mk.screen(application=name).table
    atoms = (
        CompositionTable.from_strings(list(table["formula"]))
        .to_array()
        .round(6)
    )
    magnets = zip(
        atoms,
        table["shell"].astype(str),
        table["route"].astype(str),
        strict=True,
    )
    kinds = [(*row, shell, route) for row, shell, route in magnets]
    assert len(set(kinds)) == len(kinds)


def test_builds_one_job_and_reads_no_scenario_twice(monkeypatch, tmp_path):
    calls = []
    reads = Counter()
    make = _job.Conditions.of
    load = _toml.load

    def count_calls(*args, **kwargs):
        calls.append(kwargs)
        return make(*args, **kwargs)

    def read_one(name, model, kind, folder):
        reads[name] += kind == "scenario"
        return load(name, model, kind, folder)

    monkeypatch.setattr(_job.Conditions, "of", count_calls)
    monkeypatch.setattr(_toml, "load", read_one)
    scenario._embedded_scenarios.cache_clear()
    result = mk.screen(
        ["SmCo5", "Sm0.9Gd0.1Co5"],
        "f22-engine",
        out=tmp_path / "out",
        chunk_rows=1,
    )
    result.robustness(draws=20)
    result.report(tmp_path / "report.html")
    assert len(calls) == 1
    assert len(reads) >= len(mk.supply.scenarios())
    assert max(reads.values()) == 1
    # Of a folder it is what was asked.
    again = ScreenResult.from_folder(tmp_path / "out")
    assert again.job is again.job
    assert job_identity(again.job) == job_identity(result.job)
    assert len(calls) == 2


def test_a_text_alone_is_one_requirement_or_objective():
    screened = [
        mk.screen(
            ["SmCo5", "Sm0.6Gd0.4Co5"],
            "patriot-beam-focusing",
            require=require,
            objectives=objectives,
        ).best(2)
        for require, objectives in (
            ("remanence_T >= 0.7", "cost:min"),
            (["remanence_T >= 0.7"], ["cost:min"]),
        )
    ]
    pd.testing.assert_frame_equal(*screened)


def test_a_damaged_list_of_rejected_rows_is_refused(tmp_path):
    mk.screen(["SmCo5", "junk!"], "f22-engine", out=tmp_path)
    assert len(ScreenResult.from_folder(tmp_path).best(9)) == 1
    file = tmp_path / "rejected.csv"
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(StoreError, match=r"rejected\.csv is missing or dam"):
        ScreenResult.from_folder(tmp_path)
