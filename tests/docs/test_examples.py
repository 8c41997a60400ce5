"""Every public name has a page with an example, and each example runs."""

import inspect
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import magnetkit as mk
from tests.scripts import script

DOCS = Path(__file__).resolve().parents[2] / "docs"
pytest.importorskip("mkdocs", reason="needs the extra `docs`")


@pytest.fixture(scope="module")
def hooks():
    return script("docs/hooks.py")


def _examples():
    import tomllib

    with (DOCS / "examples.toml").open("rb") as stream:
        return tomllib.load(stream)


def test_every_public_name_has_a_page_with_an_example(hooks):
    pages = "".join(hooks.api().values())
    known, seen = hooks.examples(), set()
    for room in hooks.ROOMS:
        for name, thing in hooks.public(room):
            assert f"::: {thing.__module__}.{thing.__qualname__}\n" in pages + "\n", name
            own = ">>> " in (inspect.getdoc(thing) or "")
            assert thing in seen or own or f"{room}.{name}" in known, f"{room}.{name}"
            seen.add(thing)
    # What works with mk. directly lies in these rooms too.
    direct = [getattr(mk, name) for name in dir(mk) if callable(getattr(mk, name, None))]
    assert [thing for thing in direct if thing not in seen] == []


@pytest.mark.parametrize("name", [n for n, c in _examples().items() if "# server" not in c])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_example_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plt.switch_backend("Agg")
    exec(_examples()[name], {"mk": mk})
    plt.close("all")
