"""Readers of solver files, after the manuals of FEMM and Elmer."""

import re

import numpy as np


def read_table(
    text: str, skip: str = "%", mark: str = ","
) -> list[list[float]]:
    """Return the numbers of each line that is no comment."""
    rows = [row for row in text.splitlines() if row[:1] not in skip]
    return [list(map(float, row.split(mark))) for row in rows]


def read_femm(text: str) -> tuple[float, float, np.ndarray]:
    """Read a Lua script as FEMM 4.2's manual defines its two functions."""
    number = r"([-+.\deE]+)"
    (entry,) = re.findall(
        r'^mi_addmaterial\("([^"]+)", (.*)\)$', text, re.MULTILINE
    )
    name, rest = entry
    # Name, mu_x, mu_y, H_c, J, Cduct, Lam_d, Phi_hmax, lam_fill, LamType, Phi_hx, Phi_hy.
    numbers = [float(x) for x in rest.split(", ")]
    assert len(numbers) == 11
    points = re.findall(
        rf'^mi_addbhpoint\("([^"]+)", {number}, {number}\)$',
        text,
        re.MULTILINE,
    )
    assert {title for title, _, _ in points} == {name}
    other = [
        line
        for line in text.splitlines()
        if not line.startswith(("--", "mi_add"))
    ]
    assert not other
    return numbers[0], numbers[2], np.array([p[1:] for p in points], float)


def read_elmer(text: str) -> tuple[float, np.ndarray]:
    """Read a Material section as Elmer's solver input file defines it."""
    lines = [
        line.strip() for line in text.splitlines() if not line.startswith("!")
    ]
    assert re.fullmatch(r"Material \d+", lines[0])
    assert lines[-1] == "End"
    start = lines.index('H-B Curve = Variable "dummy"')
    assert lines[start + 1] == "Real Monotone Cubic"
    end = lines.index("End", start)
    points = np.array([line.split() for line in lines[start + 2 : end]], float)
    outside = [*lines[1:start], *lines[end + 1 : -1]]
    rest = dict(line.split(" = ") for line in outside)
    kind, value = rest["Magnetization 1"].split()
    assert kind == "Real"
    return float(value), points
