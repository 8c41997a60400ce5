"""What was typed and written for 0.1 works for a release, and says the new name."""

import re
import warnings
from importlib import import_module
from pathlib import Path

import pytest
from magnetkit.errors import InputError, MagnetkitError
from typer.testing import CliRunner

import magnetkit as mk
from magnetkit._core._renamed import renamed
from magnetkit.cli import _options
from magnetkit.cli.app import app
from magnetkit.diffusion._local import Circuit
from magnetkit.magnetism.sintered import Duty
from magnetkit.prediction.conditions import calibrated


class Reached(Exception):
    """The command has read its options."""


# Where a command goes once its options are read, and what is typed in 0.1 and now.
CALLS = {
    "compare": ("prediction.predict.compare", "A B --temperature 150C --cgs", "['A', 'B']"),
    "limits": ("curves.curve.use_limits", "A --load-line 1,2 --hours 100 --json", "A"),
    "parts": ("replacement.devices.bill", "patriot --per-year 100 --keep", "patriot"),
    "compensate": ("cli.replace._compensate", "--reference 2:17TC-16 --circuit 0.01", "2:17TC-16"),
    "robustness": ("run.screen.ScreenResult.from_folder", ". --top 5 --rows 3", "."),
    "train": ("surrogates.models.train", "curie_temperature_K -q", "curie_temperature_K"),
    "featurize": ("features._tables.featurize", "a.csv --out b.csv", "a.csv"),
    "bench": ("cli.features.subprocess.run", "--quick --rows 2000", "'--quick', '--rows', '2000'"),
    "warmup": ("cli.doctor._make_ready", "-q", None),
    "data freeze": ("cli.data._pulled", "Sm-Co --out a --key-from-env", "Sm-Co"),
}
DIFFUSE = "diffusion.diffuse.diffuse"
OPTIONS = {
    ("predict", "--cgs"): ("show._tables.print_properties", "SmCo5 --cgs", "units"),
    ("predict", "--wide"): ("show._tables.print_properties", "SmCo5 --wide", "wide"),
    ("models", "--phases"): (
        "cli.models._source",
        "train curie_temperature_K --phases=7",
        "snapshot",
    ),
    ("replace", "--number"): ("replacement.replace.replace", "N42SH --number=7", "per_year"),
    ("diffuse", "--outside"): (DIFFUSE, "A --shape 1x1x1mm --outside 7", "outside_field_kA_m"),
    ("diffuse", "--hours"): (DIFFUSE, "A --shape 1x1x1mm --hours 7", "anneal_hours"),
    ("diffuse", "--pieces"): (DIFFUSE, "A --shape 1x1x1mm --pieces 7", "per_year"),
}


def owner_of(place):
    """Return the module or class that holds a name; a function may hide its module from getattr."""
    *path, name = place.split(".")
    for end in range(len(path), 0, -1):
        try:
            owner = import_module(".".join(path[:end]))
        except ModuleNotFoundError:
            continue
        for part in path[end:]:
            owner = getattr(owner, part)
        return owner, name
    raise AssertionError(place)


def reach(monkeypatch, place, *words):
    """Run a command up to a function; return what that was given, and what stderr says."""
    given = {}

    def stop(*args, **kwargs):
        given.update(kwargs, args=args)
        raise Reached

    owner, name = owner_of(f"magnetkit.{place}")
    monkeypatch.setattr(owner, name, stop)
    done = CliRunner().invoke(app, list(words))
    assert isinstance(done.exception, Reached), (done.exception, done.output, place)
    return given, done.stderr


def test_every_old_command_is_tried():
    assert {name.split()[-1] for name in CALLS} == set(renamed()["commands"])
    tried = {option for _, option in OPTIONS} | {
        word.partition("=")[0] for _, text, _ in CALLS.values() for word in text.split()
    }
    assert {option for own in renamed()["options"].values() for option in own} <= tried


@pytest.mark.parametrize("name", CALLS)
def test_an_old_command_does_what_the_new_one_does_and_names_it(name, monkeypatch):
    place, text, first = CALLS[name]
    given, err = reach(monkeypatch, place, *name.split(), *text.split())
    new = renamed()["commands"][name.split()[-1]]
    assert f"{name.split()[-1]} is removed in the next release; use {new}" in err
    if first is not None:
        assert first in str([*given["args"], *given.values()])


@pytest.mark.parametrize("case", OPTIONS, ids=" ".join)
def test_an_old_option_is_the_new_one_and_names_it(case, monkeypatch):
    command, option = case
    place, text, keyword = OPTIONS[case]
    given, err = reach(monkeypatch, place, command, *text.split())
    assert given.get(keyword, given["args"][-1:]) in (7, 7.0, True, "cgs", (Path("7"),))
    assert f"{option} is removed in the next release; use --" in err


def test_what_places_and_rows_were_are_not_mixed_up(monkeypatch):
    assert _options.renew("robustness", ["--top", "5", "--rows=3", "--", "--top"]) == [
        "--places", "5", "--top=3", "--", "--top",
    ]  # fmt: skip
    assert _options.renew("compensate", ["--reference=N42", "--json"]) == ["N42", "--json"]


def test_old_names_are_not_shown(capsys):
    said = CliRunner().invoke(app, ["--help"]).output
    for name in (*renamed()["commands"], "freeze"):
        assert f"│ {name} " not in said


CALLED = {
    ("predict", "outside_kA_m", "outside_field_kA_m"): lambda w: mk.predict("?", **w),
    ("screen", "outside_kA_m", "outside_field_kA_m"): lambda w: mk.screen("?", **w),
    ("compare", "outside_kA_m", "outside_field_kA_m"): lambda w: mk.compare("?", **w),
    ("use_limits", "outside_kA_m", "outside_field_kA_m"): lambda w: mk.curves.use_limits("?", **w),
    ("replace", "number", "per_year"): lambda w: mk.replace("?", **w),
    ("replace", "price", "prices"): lambda w: mk.replace("?", **w),
    ("diffuse", "price", "prices"): lambda w: mk.diffuse("?", "?", **w),
    ("diffuse", "pieces", "per_year"): lambda w: mk.diffuse("?", "?", **w),
    ("diffuse", "hours", "anneal_hours"): lambda w: mk.diffuse("?", "?", **w),
    ("diffuse", "outside_kA_m", "outside_field_kA_m"): lambda w: mk.diffuse("?", "?", **w),
}


@pytest.mark.parametrize("case", CALLED, ids=" ".join)
def test_an_old_keyword_is_taken_and_the_new_one_named(case):
    name, old, new = case
    told = pytest.warns(FutureWarning, match=f"{name}: {old} is now called {new}")
    with told, pytest.raises(MagnetkitError) as ended:
        CALLED[case]({old: {} if old == "price" else 1})
    assert old not in str(ended.value)
    with pytest.raises(InputError, match=f"{old} is the old name of {new}"):
        CALLED[case]({old: 1, new: 1})


def test_an_old_keyword_means_the_same():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        old = mk.predict("Nd2Fe14B", outside_kA_m=40.0)
        assert Duty(outside_kA_m=7.0) == Duty(outside_field_kA_m=7.0)
        works = calibrated(None, "N42SH", 423.15)["producer"]
        was = mk.predict("Nd2Fe14B", process={"mill": works})
        assert was.equals(mk.predict("Nd2Fe14B", process={"producer": works}))
        assert mk.magnetism.Process(mill=None) == mk.magnetism.Process(producer=None)
        assert Circuit("z", outside_kA_m=7.0) == Circuit("z", outside_field_kA_m=7.0)
    new = mk.predict("Nd2Fe14B", outside_field_kA_m=40.0)
    assert old.equals(new)
    assert not old.equals(mk.predict("Nd2Fe14B"))


def test_the_page_of_new_names_lists_them_all():
    page = (Path(__file__).resolve().parents[2] / "docs/renamed.md").read_text("utf-8")
    for name, new in renamed()["commands"].items():
        (line,) = re.findall(rf"^\| `magnetkit (?:data )?{name}\b.*$", page, re.MULTILINE)
        assert f"| `magnetkit {new}" in line.replace("magnetkit data", "magnetkit")
    for own in renamed()["options"].values():
        for option in own:
            assert f"`{option}" in page, option
    for _, old, new in CALLED:
        assert f"`{old}=`" in page
        assert f"`{new}=`" in page
