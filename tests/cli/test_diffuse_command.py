"""``magnetkit diffuse`` and ``features``: what they ask, print and write."""

import re
from importlib import import_module

import pytest
from magnetkit.errors import InputError

from tests.command import invoke


@pytest.fixture
def asked(monkeypatch):
    """Return what a design was asked for, and which pictures were drawn."""
    seen = {"pictures": [], "folders": []}

    class Design:
        def lines(self):
            return ["first", "second"]

        def to_json(self):
            return "{}"

        def write(self, out):
            seen["folders"].append(out)

    def diffuse(recipe, shape, **options):
        seen["asked"] = options | {"recipe": recipe, "shape": shape}
        return Design()

    module = import_module("magnetkit.diffusion.diffuse")
    monkeypatch.setattr(module, "diffuse", diffuse)
    pictures = import_module("magnetkit.report._design_picture")
    draw = lambda design, path: seen["pictures"].append(path)  # noqa: E731
    monkeypatch.setattr(pictures, "save_design", draw)
    return seen


def test_a_design_is_a_list_of_sentences(asked):
    done = invoke("diffuse N42 --shape 40x15x5mm")
    assert done.exit_code == 0, done.output
    assert done.stdout == "- first\n- second\n"
    assert done.stderr == ""
    assert asked["asked"] == {
        "recipe": "N42",
        "shape": "40x15x5mm",
        "along": "z",
        "faces": "all",
        "element": None,
        "field": None,
        "temperature": "150C",
        "require": "irreversible_loss_pct<=3",
        "law": "component",
        "basis": "auto",
        "probability": 0.8,
        "anneal_hours": None,
        "per_year": 1,
        "anneal": None,
    }


def test_options_of_a_design_reach_it(asked, tmp_path):
    magnet = "diffuse N42 --shape x --along x --faces poles --element Tb"
    heat = "--anneal 900C --anneal-hours 8 --temperature 110C"
    duty = "--load-line 2 --hours 5 --per-year 7 --law coherent"
    plot = tmp_path / "a.svg"
    done = invoke(f"{magnet} {heat} {duty} --out {tmp_path} --plot {plot}")
    assert done.exit_code == 0, done.output
    given = {"along": "x", "faces": "poles", "element": "Tb", "per_year": 7}
    given |= {"anneal_hours": 8.0, "temperature": "110C", "law": "coherent"}
    given |= {"load_line": 2.0, "hours": 5.0}
    assert given.items() <= asked["asked"].items()
    assert asked["asked"]["anneal"] == pytest.approx(900.0)
    assert asked["folders"] == [tmp_path]
    assert asked["pictures"] == [tmp_path / "design.png", plot]
    assert done.stderr.splitlines() == [
        f"magnetkit: see {tmp_path / 'designs.csv'} and "
        f"{tmp_path / 'design.png'}",
        f"magnetkit: see {plot}",
    ]
    assert invoke("diffuse N42 --shape x --json").stdout == "{}\n"


def test_a_picture_of_another_kind_is_refused_before_any_work(asked):
    done = invoke("diffuse N42 --shape x --plot a.html")
    assert isinstance(done.exception, InputError)
    assert "is drawn into .png, .svg, .pdf, got 'a.html'" in str(
        done.exception
    )
    assert "asked" not in asked


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ((1, 0), "1 row in {out}"),
        ((1200, 0), "1,200 rows in {out}"),
        ((2, 1500), "2 rows in {out}, 1,500 rejected: {bad}"),
    ],
)
def test_features_say_how_many_rows_were_written(
    monkeypatch, tmp_path, counts, text
):
    calls = []

    def featurize(*arguments):
        calls.append(arguments)
        return counts

    module = import_module("magnetkit.features._tables")
    monkeypatch.setattr(module, "featurize", featurize)
    out = tmp_path / "f.parquet"
    words = f"features make a.csv --out {out} --basis weight"
    done = invoke(f"{words} --column alloy")
    said = text.format(out=out, bad=tmp_path / "f.rejected.csv")
    assert done.stderr == f"magnetkit: {said}\n"
    ((source, place, basis, column),) = calls
    assert (str(source), place) == ("a.csv", out)
    assert (basis, column) == ("weight", "alloy")
    assert invoke(f"{words} -q").stderr == ""


def test_models_are_trained_one_or_all(monkeypatch, tmp_path):
    trained = []

    def train(name, *, data, progress):
        trained.append((name, data, progress))
        return f"model of {name}"

    module = import_module("magnetkit.surrogates.models")
    monkeypatch.setattr(module, "train", train)
    # The help names every column and every kind of file that are read.
    words = set(re.findall(r"[.\w]+", invoke("models train --help").stdout))
    assert words >= {"composition", "group", "source", "basis", "learn"}
    assert words >= {".csv", ".tsv", ".xlsx", ".parquet"}
    done = invoke("models train")
    names = [name for name, _, _ in trained]
    assert done.stdout.splitlines() == [f"model of {name}" for name in names]
    assert "curie_temperature_K" in names
    assert len(names) == len(set(names)) > 1
    assert all(progress for _, _, progress in trained)
    trained.clear()
    data = tmp_path / "mine.csv"
    invoke(f"models train curie_temperature_K --data {data} -q")
    assert trained == [("curie_temperature_K", data, False)]
