"""Modules are imported by their short names, and are the modules themselves."""

import importlib
import sys

import pytest

from magnetkit._core import _public_modules


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("applications", "choose.applications"),
        ("columns", "_core.columns"),
        ("datasets", "_core.datasets"),
        ("elements", "_core.elements"),
        ("errors", "_core.errors"),
        ("plots", "report.plots"),
        ("settings", "_core.settings"),
        ("units", "_core.units"),
    ],
)
def test_a_short_name_gives_the_module_itself(monkeypatch, name, place):
    monkeypatch.delitem(sys.modules, f"magnetkit.{name}", raising=False)
    module = importlib.import_module(f"magnetkit.{name}")
    assert module is importlib.import_module(f"magnetkit.{place}")
    finder = _public_modules._Finder()
    spec = finder.find_spec(f"magnetkit.{name}", None)
    assert (spec.name, spec.loader) == (f"magnetkit.{name}", finder)
    assert finder.create_module(spec) is None


def test_other_names_are_not_found():
    finder = _public_modules._Finder()
    for name in ("magnetkit", "magnetkit.none", "other.units", "units"):
        assert finder.find_spec(name, None) is None


def test_the_finder_is_put_in_place_once(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [])
    _public_modules.install()
    _public_modules.install()
    (finder,) = sys.meta_path
    assert isinstance(finder, _public_modules._Finder)
