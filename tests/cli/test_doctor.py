"""``magnetkit doctor``: says what is there, never the key, and asks a server only if told to."""

import json
import os
from importlib import import_module, metadata
from itertools import pairwise
from types import SimpleNamespace

import pytest
from magnetkit.settings import get_settings

from magnetkit import datasets
from magnetkit.cli.doctor import (
    NEEDED,
    Finding,
    _caches,
    _check_finding,
    _files,
    _models,
    _packages,
    _print,
    _size,
    _tested_versions,
    examine,
)
from tests.command import invoke, run
from tests.phases.mp_server import KEY, Server

doctor = import_module("magnetkit.cli.doctor")


@pytest.fixture
def mp_server():
    server = Server()
    yield server
    server.close()


def findings_by_name(**options):
    return {finding.name: finding for finding in examine(**options)}


def test_sound_machine_has_no_faults_and_hides_the_key(mp_server):
    environment = {
        **os.environ,
        "MP_API_KEY": KEY,
        "MP_API_ENDPOINT": mp_server.url,
    }
    done = run("doctor", env=environment)
    assert done.returncode == 0, done.stdout
    assert KEY not in done.stdout + done.stderr
    assert "MP_API_KEY is set" in done.stdout
    assert "0 broken" in done.stdout
    groups = [
        before
        for before, line in pairwise(["", *done.stdout.splitlines()])
        if line.startswith(("ok ", "note ")) and before.isalpha()
    ]
    assert {"Packages", "Data", "Caches", "Models"} <= set(groups)
    assert "\x1b[" not in done.stdout
    assert mp_server.requests == []

    report = run("doctor", "--online", "--json", env=environment)
    rows = {
        row["name"]: row for row in map(json.loads, report.stdout.splitlines())
    }
    assert rows["server"]["value"] == "127.0.0.1 answers, database 2025.09.25"
    assert KEY not in report.stdout + report.stderr
    assert set(NEEDED) <= set(rows)


def test_absent_server_is_a_note(monkeypatch):
    monkeypatch.setenv("MP_API_ENDPOINT", "http://name:secret@127.0.0.1:9/")
    server = findings_by_name(online=True)["server"]
    assert server.state == "note"
    assert "secret" not in server.value + server.advice
    assert "MP_API_ENDPOINT" in server.advice


def test_damage_is_found_and_says_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setattr(
        datasets, "verify", lambda: {"a.csv": "ok", "b.csv": "changed"}
    )
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    get_settings.cache_clear()
    try:
        rows = findings_by_name()
        monkeypatch.setenv("MAGNETKIT_MIRROR", str(tmp_path / "none"))
        get_settings.cache_clear()
        wrong = findings_by_name()["environment"]
    finally:
        get_settings.cache_clear()
    assert rows["embedded"].state == "broken"
    assert "b.csv" in rows["embedded"].advice
    assert (wrong.state, "MAGNETKIT_MIRROR" in wrong.value) == ("broken", True)


def test_another_version_than_tested_is_a_note(monkeypatch):
    import magnetkit.cli.doctor as module

    monkeypatch.setattr(module, "_tested_versions", lambda: {"numpy": "0.0.1"})
    assert findings_by_name()["numpy"].state == "note"
    assert "tested with 0.0.1" in findings_by_name()["numpy"].value


def test_makes_no_request_by_default(
    monkeypatch,
):
    monkeypatch.delenv("MP_API_ENDPOINT", raising=False)
    rows = findings_by_name()
    assert (
        rows["server"].value
        == "api.materialsproject.org, not requested (--online requests it)"
    )
    assert rows["compiled"].state == "ok"
    monkeypatch.setattr("magnetkit._core._kernel_files.folder", lambda: None)
    finding = findings_by_name()["compiled"]
    assert (finding.state, finding.value) == (
        "note",
        "not kept between commands",
    )
    assert "NUMBA_CACHE_DIR" in finding.advice


def test_findings_stand_by_group_with_their_advice(capsys, monkeypatch):
    findings = [
        Finding("Packages", "numpy", "2.0"),
        Finding("Packages", "dash", "not [installed]", "note", "pip [x]"),
        Finding("Data", "embedded", "1 of 2", "broken", "install again"),
    ]
    _print(findings)
    assert capsys.readouterr().out.splitlines() == [
        "Packages",
        "ok     numpy: 2.0",
        "note   dash: not [installed]",
        "         pip [x]",
        "",
        "Data",
        "broken embedded: 1 of 2",
        "         install again",
        "",
        "1 broken, 1 to note",
    ]
    monkeypatch.setenv("FORCE_COLOR", "1")
    _print(findings)
    assert "\x1b[31m" in capsys.readouterr().out


def test_advice_is_for_what_is_not_good():
    good = _check_finding("A", "b", "c", True, "note", "do")
    assert good == Finding("A", "b", "c", "ok", "")
    bad = _check_finding("A", "b", "c", False, "note", "do")
    assert bad == Finding("A", "b", "c", "note", "do")


def test_a_missing_package_is_broken_and_an_extra_a_note(monkeypatch):
    installed = metadata.version

    def version(name):
        if name in ("numpy", "dask"):
            raise metadata.PackageNotFoundError
        return installed(name)

    monkeypatch.setattr(metadata, "version", version)
    rows = {finding.name: finding for finding in _packages()}
    assert next(iter(rows)) == "magnetkit"
    assert " on Python 3." in rows["magnetkit"].value
    assert rows["magnetkit"].state == "ok"
    numpy = rows["numpy"]
    assert (numpy.value, numpy.state) == ("missing", "broken")
    assert "pip install --force-reinstall magnetkit" in numpy.advice
    dask = rows["dask"]
    assert (dask.value, dask.state) == ("not installed", "note")
    advice = "for screening on a cluster: pip install 'magnetkit[cluster]'"
    assert dask.advice == advice
    assert rows["scipy"].value.startswith(installed("scipy"))


def test_versions_tested_are_those_of_the_constraints():
    versions = _tested_versions()
    assert set(NEEDED) <= set(versions)
    assert all(name == name.lower() for name in versions)
    assert versions["numpy"][0].isdigit()


def test_caches_count_files_and_models(monkeypatch, tmp_path):
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(tmp_path))
    get_settings.cache_clear()
    try:
        models = tmp_path / "surrogates"
        models.mkdir()
        (models / "curie_temperature_K-1.npz").write_bytes(b"x" * 500_000)
        (models / "curie_temperature_K-2.npz").write_bytes(b"x" * 500_000)
        folder, *parts = _caches()
        trained = {finding.name: finding for finding in _models()}
    finally:
        get_settings.cache_clear()
    assert (folder.value, folder.state) == (str(tmp_path), "ok")
    by_name = {finding.name: finding.value for finding in parts}
    assert by_name["trained models"].startswith("2 files, ")
    assert by_name["data sets fetched"].startswith("0 files, ")
    assert len(parts) == 4
    curie = trained["curie_temperature_K"]
    assert (curie.value, curie.state, curie.advice) == ("2 trained", "ok", "")
    others = [f for name, f in trained.items() if name != curie.name]
    assert {finding.value for finding in others} == {"not trained"}
    assert {finding.state for finding in others} == {"ok"}
    assert _size([]) == by_name["data sets fetched"].split(", ")[1]


def test_sizes_are_written_in_their_unit(tmp_path):
    def size(count):
        file = tmp_path / "x"
        with file.open("wb") as stream:
            stream.truncate(count)
        return _size([file])

    assert size(999) == "999 B"
    assert size(1500) == "2 kB"
    assert size(12_400_000) == "12 MB"
    assert size(1_500_000_000) == "1.5 GB"


def test_compiling_says_how_long_it_took(monkeypatch):
    called = []
    monkeypatch.setattr(doctor, "_make_ready", lambda: called.append(1))
    done = invoke("doctor --compile")
    assert done.exit_code == 0
    assert done.stderr.startswith("magnetkit: kernels and models are ready (")
    quiet = invoke("doctor --compile -q")
    assert (quiet.stderr, quiet.stdout) == ("", "")
    assert called == [1, 1]


def test_ends_with_1_where_something_is_broken(monkeypatch):
    bad = Finding("Data", "embedded", "1 of 2", "broken", "install again")
    monkeypatch.setattr(doctor, "examine", lambda online: iter([bad]))
    assert invoke("doctor").exit_code == 1
    note = Finding("Data", "embedded", "1 of 2", "note", "install again")
    monkeypatch.setattr(doctor, "examine", lambda online: iter([note]))
    done = invoke("doctor --json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["state"] == "note"


def test_the_key_is_needed_for_pulls_alone(monkeypatch):
    monkeypatch.delenv("MP_API_KEY", raising=False)
    key, server = doctor._materials_project(False)
    assert (key.value, key.state) == ("MP_API_KEY is not set", "ok")
    assert "the embedded phases need none" in key.advice
    monkeypatch.setenv("MP_API_KEY", "secret")
    monkeypatch.setenv("MP_API_ENDPOINT", "http://me:pass@host.test/x")
    key, server = doctor._materials_project(False)
    assert (key.value, key.advice) == ("MP_API_KEY is set", "")
    assert server.value == "host.test, not requested (--online requests it)"


def test_compiled_kernels_are_counted(monkeypatch, tmp_path):
    def kernel(ready, *names):
        files = [tmp_path / name for name in names]
        for file in files:
            file.write_bytes(b"x" * 600)
        return SimpleNamespace(are_ready=lambda: ready, find=lambda: files)

    from magnetkit._core import _kernel_files

    kernels = [kernel(True, "a.nbc", "a.nbi"), kernel(False, "b.nbc")]
    monkeypatch.setattr(_kernel_files, "folder", lambda: tmp_path)
    monkeypatch.setattr(_kernel_files, "list_kernels", lambda _: kernels)
    threads, compiled = doctor._kernels()
    assert threads.value.endswith("processors; NUMBA_NUM_THREADS sets them")
    assert compiled.value == f"1 in {tmp_path}, 600 B"
    monkeypatch.setattr(_kernel_files, "list_kernels", lambda _: [])
    _, compiled = doctor._kernels()
    assert compiled.value == f"none in {tmp_path}"
    assert "doctor --compile` does it now" in compiled.advice
    assert compiled.state == "ok"


def test_files_of_all_folders_are_listed(tmp_path):
    (tmp_path / "below" / "deep").mkdir(parents=True)
    paths = [
        tmp_path / "a",
        tmp_path / "below" / "b",
        tmp_path / "below" / "deep" / "c",
    ]
    for path in paths:
        path.write_text("")
    assert sorted(_files(tmp_path)) == paths
    assert _files(tmp_path / "absent") == []
