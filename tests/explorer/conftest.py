"""A small screening of two hosts, one of them with shells, that the explorer's tests share."""

import pytest

from magnetkit.explorer._results import Results
from magnetkit.run.screen import screen


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("explored")
    source = out / "candidates.csv"
    lines = [
        "composition,shell",
        "Nd2Fe14B,Tb 0.30 @ 0.10",
        "Nd2Fe14B,",
        "Nd1.8Dy0.2Fe14B,",
    ]
    lines += [
        f"Nd{2 - a - b:.2f}Dy{a}Pr{b}Fe{14 - c}Co{c}B,"
        for a in (0.05, 0.1, 0.3)
        for b in (0, 0.5)
        for c in (0, 1, 2)
    ]
    lines += [f"Sm{1 - a:.2f}Gd{a}Co5," for a in (0.05, 0.1, 0.15, 0.2, 0.3)]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    screen(source, "hot-servo-motor", out=out / "results")
    return out / "results"


@pytest.fixture(scope="session")
def results(folder):
    table = Results(folder)
    table.evaluate()
    return table
