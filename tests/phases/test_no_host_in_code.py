"""Hosts are data: no module asks for one by its name or by its number."""

import ast
from pathlib import Path

import pytest

import magnetkit
from magnetkit.phases import HOST_NAMES

PACKAGE = Path(magnetkit.__file__).parent
# What holds published figures against the model names the hosts of the papers; codes of the table
# of recipes are those of mistakes in them.
APART = ("evaluation/", "magnetism/observations.py", "alloy/table.py")
MODULES = [
    file
    for file in sorted(PACKAGE.rglob("*.py"))
    if not file.relative_to(PACKAGE).as_posix().startswith(APART)
]
# What a code of a host is called, in kernels and elsewhere.
CODES = {"h", "host", "hosts", "code", "codes", "root", "roots", "parent"}


def variable_name(node):
    """Return the name of a variable, of an attribute, or of what is indexed."""
    if isinstance(node, ast.Subscript):
        return variable_name(node.value)
    return getattr(node, "id", getattr(node, "attr", ""))


def number(node):
    """Return the whole number that a node is, None if it is none."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    if type(value) is int:
        return value
    return None


def faults(text):
    """Return the lines that compare a host's code with one number, or hold a host's name."""
    tree = ast.parse(text)
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    lines = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and node.value in HOST_NAMES
            and id(node) not in prose
        ):
            lines.append(node.lineno)
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        for one, operator, other in zip(
            sides, node.ops, sides[1:], strict=False
        ):
            for side, value in ((one, number(other)), (other, number(one))):
                # -1 is no host; 0 or more is any.
                unknown = value == -1 or (
                    value == 0 and isinstance(operator, ast.GtE | ast.Lt)
                )
                if (
                    variable_name(side) in CODES
                    and value is not None
                    and not unknown
                ):
                    lines.append(node.lineno)
    return lines


def test_no_module_knows_a_host():
    lines = {f.name: faults(f.read_text(encoding="utf-8")) for f in MODULES}
    assert len(lines) > 50
    assert {name: found for name, found in lines.items() if found} == {}


@pytest.mark.parametrize(
    "text",
    [
        "h == 0",
        "if host > 0: pass",
        "0 == codes[i]",
        "found.host[3] != 2",
        'name = "2:14:1"',
        'f(host="1:5")',
        'X = {"2:17": 1}',
    ],
)
def test_reports_a_host_in_code(text):
    assert faults(text) == [1]


@pytest.mark.parametrize(
    "text", ["h >= 0", "codes < 0", "host == -1", '"""1:5"""', "n == 0"]
)
def test_lets_code_without_hosts_pass(text):
    assert faults(text) == []
