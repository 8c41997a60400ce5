"""Every public name says what it takes, what it gives, in which units, and how it fails."""

import ast
import doctest
import importlib
import inspect
import re
import textwrap
from pathlib import Path

import docstring_parser
import pytest

import magnetkit as mk
from magnetkit import errors

PACKAGES = (
    "applications alloy curves diffusion features magnetism phases report.plots "
    "report.report run supply surrogates columns elements errors settings units"
).split()

CONTRACT = {
    "fit",
    "transform",
    "fit_transform",
    "predict",
    "get_feature_names_out",
    "refit",
}
"""Methods whose arguments the scikit-learn contract gives."""

UNITS = {
    "temperature": r"\bK\b|kelvin",
    "temperatures": r"\bK\b|kelvin",
    "between": r"\bK\b|kelvin",
    "fields": r"A/m",
    "alpha": r"%/K",
    "cutoff": r"Å|angstrom",
    "load_line": r"[Pp]ermeance|`sintered`",
}
"""What the description of a physical quantity must name."""

WITH_EXAMPLE = {
    "applications.load",
    "magnetism.grades",
    "alloy.parse_composition",
    "alloy.refine",
    "alloy.substitutions",
    "curves.curve",
    "diffusion.diffuse",
    "magnetism.compensate",
    "magnetism.intrinsic",
    "magnetism.sintered",
    "phases.energy_above_hull",
    "curves.compare",
    "magnetism.predict",
    "run.screen",
    "supply.ledger",
}
"""The functions most used, each with an example."""

PACKAGE = Path(mk.__file__).parent
EXAMPLES = [
    ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)
    for file in sorted(PACKAGE.rglob("*.py"))
    if ">>> " in file.read_text(encoding="utf-8")
]


def _public():
    """Yield the name, object and owner of each public function, class and method."""
    things = set()
    for package in PACKAGES:
        module = importlib.import_module(f"magnetkit.{package}")
        names = [
            n
            for n, t in vars(module).items()
            if getattr(t, "__module__", 0) == module.__name__
        ]
        for name in getattr(module, "__all__", None) or names:
            thing = getattr(module, name)
            home = getattr(thing, "__module__", "") or ""
            if (
                name.startswith("_")
                or not home.startswith("magnetkit")
                or thing in things
            ):
                continue
            if not (
                inspect.isclass(thing)
                or inspect.isfunction(inspect.unwrap(thing))
            ):
                continue
            things.add(thing)
            yield f"{package}.{name}", thing, None
            for key, value in (
                vars(thing).items() if inspect.isclass(thing) else ()
            ):
                method = getattr(value, "__func__", value)
                if not key.startswith("_") and inspect.isfunction(method):
                    yield f"{package}.{name}.{key}", method, thing


PUBLIC = {name: (thing, owner) for name, thing, owner in _public()}
FUNCTIONS = {n: f for n, (f, _) in PUBLIC.items() if not inspect.isclass(f)}
CLASSES = {n: c for n, (c, _) in PUBLIC.items() if inspect.isclass(c)}


def _read(thing):
    return docstring_parser.parse(
        inspect.getdoc(thing) or "", docstring_parser.DocstringStyle.NUMPYDOC
    )


def _parameter_texts(document):
    names = {}
    for entry in document.params:
        for name in entry.arg_name.replace("*", "").split(","):
            names[name.strip()] = entry.description or ""
    return names


def _parameters(function):
    return [
        p
        for p in inspect.signature(function).parameters
        if p not in ("self", "cls")
    ]


def test_there_is_something_to_check():
    assert len(FUNCTIONS) > 100
    assert {"run.screen", "phases.load"} <= set(FUNCTIONS)
    assert not [name for name in mk.__all__ if not hasattr(mk, name)]


@pytest.mark.parametrize("name", PUBLIC)
def test_has_a_summary(name):
    summary = _read(PUBLIC[name][0]).short_description
    assert summary
    assert summary.endswith((".", ":", "::"))


@pytest.mark.parametrize(
    "name", [n for n in FUNCTIONS if n.split(".")[-1] not in CONTRACT]
)
def test_names_its_parameters_and_what_it_returns(name):
    function = FUNCTIONS[name]
    document = _read(function)
    names = _parameters(function)
    assert not set(names) - set(_parameter_texts(document))
    annotation = inspect.signature(function).return_annotation
    if names and annotation not in (None, "None", inspect.Signature.empty):
        assert document.many_returns or "Yield" in document.short_description


@pytest.mark.parametrize("name", CLASSES)
def test_classes_name_their_attributes(name):
    thing = CLASSES[name]
    if issubclass(thing, Exception):
        return
    document = _read(thing)
    fields = getattr(thing, "__dataclass_fields__", None) or getattr(
        thing, "model_fields", None
    )
    names = fields if fields is not None else _parameters(thing)
    from_parents = {
        f
        for base in thing.__mro__[1:]
        for kind in ("model_fields", "__dataclass_fields__")
        for f in getattr(base, kind, ())
    }
    missing = (
        {f for f in names if not f.startswith("_")}
        - set(_parameter_texts(document))
        - from_parents
    )
    assert not missing


@pytest.mark.parametrize("name", FUNCTIONS)
def test_physical_quantities_have_units(name):
    for parameter, text in _parameter_texts(_read(FUNCTIONS[name])).items():
        if parameter in UNITS:
            assert re.search(UNITS[parameter], text), (parameter, text)


def _error_classes(function):
    """Return the classes of `magnetkit.errors` that the function itself raises."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = getattr(node.exc.func, "id", "")
            if isinstance(getattr(errors, name, None), type):
                yield name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_says_what_it_raises(name):
    function = inspect.unwrap(FUNCTIONS[name])
    names = {entry.type_name for entry in _read(function).raises}
    assert not set(_error_classes(function)) - names


def test_the_functions_most_used_have_an_example():
    assert not {
        name
        for name in WITH_EXAMPLE
        if ">>> " not in (FUNCTIONS[name].__doc__ or "")
    }


@pytest.mark.parametrize("module", EXAMPLES)
def test_examples_run(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted > 0
    assert result.failed == 0
