"""The two pages of a replacement for a buyer."""

import re

import magnetkit as mk
from magnetkit.run._buyer_page import buyer_page, write_buyer_page


def test_verdict_ways_order_lines_and_grounds_stand_on_the_page(tmp_path):
    answer = mk.replace("N42SH", "150C")
    page = write_buyer_page(answer, tmp_path / "order.html").read_text("utf-8")
    headings = re.findall("<h2>(.*?)</h2>", page)
    assert headings == ["What it has to do", "Ways", "To order", "What this rests on"]
    assert page.count("<tr>") == 1 + len(answer.ways)
    assert "certify at 150 °C" in page
    assert "size: A4" in page


def test_what_a_user_types_is_no_markup():
    answer = mk.replace("N42SH", "150C", require=("remanence_T>=0.98*reference",))
    assert "&gt;=" in buyer_page(answer)
    assert "<script" not in buyer_page(answer)
