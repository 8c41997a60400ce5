"""A text of candidates, one of which cannot be read."""

import pytest


@pytest.fixture
def recipes(tmp_path):
    path = tmp_path / "alloys.txt"
    lines = [f"Sm{1 - i / 1000:.3f}Gd{i / 1000:.3f}Co5" for i in range(240)]
    lines[50] = "Sm??"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
