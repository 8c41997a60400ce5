"""Panels of the help: which options stand under which heading, and which are hidden."""

import pytest
import typer

from magnetkit.cli.app import app
from tests.command import invoke


def command(*words):
    group = typer.main.get_command(app)
    for word in words:
        group = group.commands[word]
    return group


def panels(*words):
    """Return the names of the options that are shown, by the heading of their panel."""
    by_panel = {}
    for one in command(*words).params:
        if one.param_type_name == "option" and not one.hidden:
            panel = one.rich_help_panel
            by_panel.setdefault(panel, []).extend(one.opts)
    return by_panel


def test_the_space_of_a_screening_has_a_panel():
    shown = panels("screen")
    space = shown["The space of candidates"]
    assert {"--host", "--replace", "--limit"} <= set(space)
    output = shown["Output"]
    assert {"--out", "--json", "--units", "--quiet", "--top"} <= set(output)


def test_a_parts_list_and_other_questions_have_panels():
    shown = panels("replace")
    assert set(shown["A parts list"]) == {"--unit", "--shortage"}
    assert shown["Other questions"] == ["--compensated"]
    assert {"--out", "--force", "--all", "--json"} <= set(shown["Output"])


@pytest.mark.parametrize(
    ("words", "hidden"),
    [
        (("predict",), {"--shape", "--along"}),
        (("curve",), {"--hours", "--application", "--bare"}),
        (("replace",), {"--spread", "--mass", "--most-cost", "--circuit"}),
        (("diffuse",), {"--probability", "--anneal", "--anneal-hours"}),
        (("suggest",), {"--melts", "--charge", "--seed"}),
        (("report",), {"--places", "--draws", "--pool", "--seed"}),
    ],
)
def test_rare_options_are_hidden(words, hidden):
    shown = {name for names in panels(*words).values() for name in names}
    assert not hidden & shown
    every = {name for one in command(*words).params for name in one.opts}
    assert hidden <= every


@pytest.mark.parametrize(
    ("words", "defaults"),
    [
        (("predict",), {"temperature": "300K", "basis": "auto", "along": "z"}),
        (("curve",), {"bound": "centre", "form": "csv", "kind": "BH"}),
        (("replace",), {"mass": 1.0, "family": "own", "circuit": 0.0}),
        (
            ("diffuse",),
            {"along": "z", "faces": "all", "temperature": "150C"},
        ),
        (("suggest",), {"batch": 5, "charge": 1.0, "seed": 0}),
        (("report",), {"places": 10, "draws": 500, "pool": 300, "seed": 0}),
        (("validate",), {"learn_from": "data"}),
    ],
)
def test_options_that_are_not_given(words, defaults):
    usual = {one.name: one.default for one in command(*words).params}
    assert {name: usual[name] for name in defaults} == defaults
    switches = [
        one for one in command(*words).params if getattr(one, "is_flag", False)
    ]
    assert not any(one.default for one in switches)


@pytest.mark.parametrize(
    "words",
    [
        "suggest x --batch 0",
        "suggest x --melts 0",
        "screen x --top -1",
        "replace x --per-year 0",
        "curve x --bound middle",
        "predict x --units imperial",
    ],
)
def test_a_value_out_of_its_range_is_an_error_of_usage(words):
    done = invoke(words)
    assert done.exit_code == 2, done.output
