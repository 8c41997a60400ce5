"""The page of the campaign holds what is stored, and nothing that the next run would drop."""

import json

from benchmarks.faults import campaign


def test_page_equals_the_stored_figures():
    text = campaign.FILE.read_text(encoding="utf-8")
    assert text == campaign.page(
        json.loads(campaign.FIGURES.read_text(encoding="utf-8"))
    )
    assert "## Supply chain" in text
    assert all(
        f"## {name.capitalize()}\n" in text
        for name in campaign.stored_figures()
    )
