"""A text of candidates, one of which cannot be read."""

import pytest


@pytest.fixture(scope="session")
def recipes(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipes") / "alloys.txt"
    lines = [f"Sm{1 - i / 1000:.3f}Gd{i / 1000:.3f}Co5" for i in range(240)]
    lines[50] = "Sm??"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
