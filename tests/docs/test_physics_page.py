"""The page of physics is what code and the law book say."""

import re

from magnetkit.magnetism.laws import constants
from tests.scripts import ROOT, script


def test_the_page_is_written_from_code_and_data():
    page = script("docs/physics_page.py")
    assert page.main(["--check"]) == 0, "run python docs/physics_page.py"


def test_every_constant_stands_there_once_with_its_status():
    text = (ROOT / "docs" / "physics.md").read_text("utf-8")
    rows = re.findall(
        r"^\| `(\w+)` \| .* \| (cited|fitted|memory|assumed) \| ",
        text,
        re.MULTILINE,
    )
    book = constants()
    assert sorted(rows) == sorted(
        zip(book["name"], book["status"], strict=True)
    )
