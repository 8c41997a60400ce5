"""Every public name has a page with an example, and each example runs."""

import importlib
import inspect
import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import magnetkit as mk

PAGES = sorted(
    (Path(__file__).resolve().parents[2] / "docs/reference/python").glob(
        "*.md"
    )
)
ENTRY = re.compile(
    r"^::: (\S+)\n(?:\n```python\n(.*?)```)?", re.MULTILINE | re.DOTALL
)
EXAMPLES = {
    name: code
    for page in PAGES
    for name, code in ENTRY.findall(page.read_text("utf-8"))
}


def public(thing):
    is_public = (getattr(thing, "__module__", "") or "").startswith(
        "magnetkit"
    )
    return is_public and (
        inspect.isclass(thing) or inspect.isfunction(inspect.unwrap(thing))
    )


def full_name(thing):
    return f"{thing.__module__}.{thing.__qualname__}"


def test_every_public_name_has_an_example():
    rooms = [
        importlib.import_module(f"magnetkit.{p.stem}")
        for p in PAGES
        if p.stem != "index"
    ]
    # Sets of data are files.
    direct = {
        name for name in mk.__all__ if inspect.ismodule(getattr(mk, name))
    }
    pages = {page.stem.removeprefix("report.") for page in PAGES}
    assert direct - pages == {"datasets"}
    things = [
        getattr(room, name)
        for room in (mk, *rooms)
        for name in getattr(room, "__all__", ())
    ]
    things = {full_name(thing): thing for thing in things if public(thing)}
    assert things.keys() - EXAMPLES.keys() == set()
    for name in EXAMPLES:
        module, _, leaf = name.rpartition(".")
        thing = getattr(importlib.import_module(module), leaf)
        assert EXAMPLES[name] or ">>> " in (inspect.getdoc(thing) or ""), name


@pytest.mark.parametrize(
    "name", [n for n, c in EXAMPLES.items() if c and "# server" not in c]
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_example_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plt.switch_backend("Agg")
    exec(EXAMPLES[name], {"mk": mk})
    plt.close("all")
