"""What is taken where nothing is said: the same of all functions that ask for the same.

A number or a switch that can be left out has its value here, by the name of what asks for it, and
those few functions that take another are named. One that is not here fails: whoever adds it says
what it is, and whoever changes it changes what users get who never mentioned it.
"""

import dataclasses
import inspect
from importlib import import_module
from math import inf, nan

import pandas as pd
import pytest
import typer.main

import magnetkit as mk
from tests.mutants.changes import modules

ROOM, HUNDRED_C = 273.15 + 20.0, 273.15 + 100.0
TEN_YEARS = 10 * 365 * 24.0

DEFAULTS = {
    # Where and how the magnet is used: 300 K; alpha and beta from 20 to 100 C, as the trade prints
    # them; a short block with nothing outside, for ten years.
    "temperature": 300.0,
    "between": (ROOM, HUNDRED_C),
    "load_line": 1.0,
    "outside_kA_m": 0.0,
    "hours": TEN_YEARS,
    "losses": (0.2, 1.0, 5.0),
    "highest_field_T": 30.0,
    "whole_range": False,
    "circuit": 0.0,
    "outside_field_kA_m": 0.0,
    "service_hours": TEN_YEARS,
    # How sure: nine in ten; a requirement is met from a probability of 0.8 on.
    "interval": 0.9,
    "threshold": 0.8,
    "draws": 500,
    "pool": 300,
    "seed": 0,
    # Nothing is refused, shown, continued, fetched anew or added unless that is asked for.
    "strict": False,
    "progress": False,
    "resume": False,
    "refresh": False,
    "absolute": False,
    "empty": False,
    "fastmath": False,
    "guaranteed": False,
    "hexagonal": False,
    "linear": False,
    "named": False,
    "products": False,
    "reported": False,
    "search": False,
    "sheets": False,
    "turned": False,
    # What is there unless it is denied.
    "anywhere": True,
    "deep": True,
    "estimate": True,
    "keep": True,
    "near": True,
    "physics": True,
    "replaced": True,
    "spread": True,
    # Lists of which nothing is asked.
    "anchors": (),
    "prices": (),
    "restrictions": (),
    "shell": (),
    "space": (),
    "units": (),
    "leading": (),
    "left_out": (),
    "limits": (),
    "objectives": (),
    "rejected": (),
    "require": (),
    # How many: the first ten, one magnet of a kilogram, a thousand a year, a charge of a kilogram.
    "n": 10,
    "top": 10,
    "count": 5,
    "most": 4,
    "least": 2,
    "batch": 5,
    "rounds": 2,
    "mass_kg": 1.0,
    "number": 1000,
    "per_year": 1,
    "charge_kg": 1.0,
    "weight": 1.0,
    "moved": 0.01,
    "limit": inf,
    "density_kg_m3": nan,
    "resistivity_uohm_m": nan,
    # Recipes of the trade, wt.%, in which nothing else is put: 1 of Co in Nd-Fe-B, 5 of Cu in 2:17.
    # Compensation: of a coefficient of zero, to a thousandth of a per cent per kelvin.
    "alpha": 0.0,
    "tolerance": 0.001,
    # Where counting starts, and what sums start from.
    "start": 0,
    "stretches": 1,
    "total": 0,
    "others": 0.0,
    "sd": 0.0,
    "shared": (0.0, 0.0),
    "deviation": 1.0,
    "trend": 0,
    "local": 0,
    "wait": 0.0,
    # How texts are rounded, and tables cut into pieces.
    "digits": 4,
    "chunk": 8192,
    "chunk_rows": 32_768,
    "size": 32_768,
    # A fit: Student's t with four degrees of freedom; how much of the data is searched how long.
    "robust": 4.0,
    "search_iterations": 40,
    "search_rows": 1000,
    "searches": 1,
    # What a server may take, s; tries, with the first wait between them; and what it may send.
    "connect_s": 10.0,
    "read_s": 20.0,
    "answer_s": 120.0,
    "attempts": 4,
    "backoff_s": 0.5,
    "longest_wait_s": 60.0,
    "answer_bytes": 64 * 1024**2,
    "documents": 50_000,
    "page": 200,
}
OTHERS = {
    # At 20 C a process states coercivity; at 1300 K alloys are annealed.
    "magnetism.kinds.kinds": {"temperature": ROOM},
    "phases.substituted.dilute": {"temperature": 1300.0},
    "phases.substituted.filled": {"temperature": 1300.0},
    "magnetism.limits.use_limits": {
        "load_line": (0.5, 1.0, 2.0, 3.0),
        "hours": (100.0, TEN_YEARS),
    },
    # Grids, of a site, of a compensated magnet and of the temperature (K).
    "composition.substitution.substitutions": {"step": 0.05},
    "magnetism.compensation.compensate": {"step": 0.01},
    "magnetism.reorientation.transitions": {"step": 2.0},
    "composition.substitution.Substitutions.chunks": {"size": 65_536},
    # Fitting the formation energy takes minutes, so that loading it shows a bar.
    "surrogates.models.load": {"progress": True},
    "surrogates.explanation.explain": {"n": 5},
    "phases.substituted.substitute": {"count": 1},
    "run.screen.refined": {"keep": 20},
    "composition.shells._written": {"digits": 2},
    "learning.sets.merge_duplicates": {"digits": 5},
    "run._candidates.SpacePiece.take": {"named": True},
}


def found(module):
    """Yield each number and switch that functions and classes of a module can do without."""
    for name, thing in vars(import_module(module)).items():
        thing = getattr(thing, "py_func", thing)
        if getattr(thing, "__module__", None) != module or not callable(thing):
            continue
        parts = [(name, thing)]
        if inspect.isclass(thing):
            own = ((k, getattr(v, "__func__", v)) for k, v in vars(thing).items())
            parts += [(f"{name}.{k}", f) for k, f in own if inspect.isfunction(f) and k[0] != "_"]
        for told, function in parts:
            try:
                taken = inspect.signature(function).parameters.values()
            except (TypeError, ValueError):
                continue
            for one in taken:
                parts = one.default if isinstance(one.default, tuple) else (one.default,)
                if all(isinstance(part, bool | int | float) for part in parts):
                    yield f"{module.removeprefix('magnetkit.')}.{told}", one.name, one.default


def is_same(one, other):
    return repr(one) == repr(other) and type(one) is type(other)


@pytest.mark.parametrize("module", modules())
def test_what_is_left_out_is_what_all_that_ask_for_it_take(module):
    wrong = [
        f"{function}({name}={value!r})"
        for function, name, value in found(module)
        if not is_same(value, OTHERS.get(function, {}).get(name, DEFAULTS.get(name)))
    ]
    assert not wrong


def test_nothing_is_listed_that_nobody_asks_for():
    there = [one for module in modules() for one in found(module)]
    assert set(DEFAULTS) | {"step"} == {name for _, name, _ in there}
    wanted = {(function, name) for function, own in OTHERS.items() for name in own}
    assert wanted <= {(function, name) for function, name, _ in there}


BASE = "Nd1.8Dy0.2Fe14B"
SAID = {"temperature": 300.0, "interval": 0.9}
CALLS = {
    "predict": (mk.predict, (BASE,), {**SAID, "load_line": 1.0, "hours": TEN_YEARS}),
    "compare": (mk.compare, ([BASE, "Nd2Fe14B"],), {"temperature": 300.0}),
    "intrinsic": (mk.magnetism.intrinsic, (BASE,), SAID),
    "sintered": (mk.magnetism.sintered, (BASE,), {**SAID, "between": ("20C", "100C")}),
    "transitions": (mk.magnetism.transitions, ("Nd2Fe14B",), {"step": 2.0}),
    "stability": (mk.phases.stability, (BASE,), {"interval": 0.9}),
    "ledger": (mk.supply.ledger, (BASE,), {"scenario": "baseline"}),
}


@pytest.mark.parametrize("name", CALLS)
def test_leaving_out_is_saying_what_is_documented(name):
    function, given, documented = CALLS[name]
    left_out, said = (pd.DataFrame(function(*given, **k)) for k in ({}, documented))
    pd.testing.assert_frame_equal(left_out, said)


def test_a_space_left_alone_has_steps_of_a_twentieth():
    asked = "Nd2Fe14B", {"Nd": ["Ce", "Dy"]}
    left_out, said = mk.substitutions(*asked), mk.substitutions(*asked, step=0.05)
    # Amounts of three elements that sum to twenty twentieths: 22 over 2.
    assert len(left_out) == len(said) == 231


# The command line takes what the functions take; what it alone takes stands here too.
OPTIONS = {
    ("predict", "temperature"): "300K",
    ("compare", "temperature"): "300K",
    ("curve", "temperature"): "20C",
    ("limits", "load_line"): "0.5,1,2,3",
    ("limits", "hours"): "100,87600",
    ("screen", "step"): 0.05,
    ("screen", "top"): 10,
    ("robustness", "top"): 10,
    ("robustness", "draws"): 500,
    ("robustness", "pool"): 300,
    ("robustness", "seed"): 0,
    ("robustness", "rows"): 20,
    ("replace", "mass"): 1.0,
    ("replace", "number"): 1000,
    ("replace", "top"): 10,
    ("parts", "per_year"): 1,
    ("diffuse", "temperature"): "150C",
    ("diffuse", "require"): "irreversible_loss_pct<=3",
    ("diffuse", "outside"): 0.0,
    ("diffuse", "probability"): 0.9,
    ("diffuse", "pieces"): 1,
    ("suggest", "batch"): 5,
    ("suggest", "charge"): 1.0,
    ("suggest", "seed"): 0,
    ("compensate", "circuit"): 0.0,
    ("explore", "port"): 8050,
    ("bench", "rows"): 500_000,
    ("data", "diff", "top"): 50,
}


def options(command, path=()):
    parts = getattr(command, "commands", {})
    for name, part in parts.items():
        yield from options(part, (*path, name))
    for one in () if parts else command.params:
        yield (*path, one.name), one.default


def test_commands_take_what_the_functions_take():
    from magnetkit.cli.app import app

    there = dict(options(typer.main.get_command(app)))
    assert {name: there[name] for name in OPTIONS} == OPTIONS
    # An option with a number that is not listed here is a new one.
    numbers = {name for name, v in there.items() if type(v) in (int, float)}
    assert numbers <= set(OPTIONS)


# Records of arrays are themselves and no others: comparing arrays by value tells of no record, and
# what is kept by record must find it again. All other records are equal where their fields are.
THEMSELVES = {
    "composition.answers.Inputs", "composition.substitution.Substitutions",
    "composition.table.CompositionTable", "hosts.partition.Partition", "learning.sets.TrainingSet",
    "magnetism.balance.Balance", "magnetism.belief.Branch", "magnetism.belief.Belief",
    "magnetism.beside.Beside", "magnetism.compensation.Compensation",
    "magnetism.demagnetization.Demagnetization", "magnetism.intrinsic.Intrinsic",
    "magnetism.limits._Loops", "magnetism.magnets.Alloys", "magnetism.magnets.Magnets",
    "magnetism.mill.Known", "magnetism.mill.Mill", "magnetism.parameters.Parameters",
    "magnetism.shell.ShellRows", "phases.facets.Facets", "phases.hull.Decomposition",
    "phases.mixing.Nodes", "phases.snapshot.Snapshot", "phases.space.PhaseSpace",
    "phases.space.Systems", "ranking.draws.Drawn", "surrogates.computed.Computed",
    "surrogates.energy.EnergyModel", "surrogates.explanation.Explanation",
}  # fmt: skip
# What is too large to be shown, or follows from the rest.
HIDDEN = {
    "composition.substitution.Substitutions": {"sites"},
    "magnetism.belief.Belief": {"estimator_"},
    "phases.snapshot.Snapshot": {"_cache"},
    "phases.space.PhaseSpace": {"facets"},
    "surrogates.computed.Computed": {"estimator_"},
}


@pytest.mark.parametrize("module", modules())
def test_records_are_compared_and_shown_as_listed(module):
    for name, thing in vars(import_module(module)).items():
        if getattr(thing, "__module__", None) != module or not dataclasses.is_dataclass(thing):
            continue
        told = f"{module.removeprefix('magnetkit.')}.{name}"
        assert (thing.__eq__ is object.__eq__) == (told in THEMSELVES), told
        hidden = {f.name for f in dataclasses.fields(thing) if not f.repr}
        assert hidden == HIDDEN.get(told, set()), told
