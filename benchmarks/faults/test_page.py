"""The page of the campaign holds what is stored, and nothing that the next run would drop."""

import json

from benchmarks.faults import campaign


def test_page_equals_the_stored_figures():
    text = campaign.FILE.read_text(encoding="utf-8")
    assert text == campaign.page(
        json.loads(campaign.FIGURES.read_text(encoding="utf-8"))
    )
    for title in (
        "## Second round",
        "## One change at a time",
        "## Supply chain",
    ):
        assert title in text
    assert all(
        f"## {name.capitalize()}\n" in text
        for name in campaign.stored_figures()
    )


def test_every_fault_of_the_second_round_says_what_was_and_what_holds_it():
    faults = campaign.earlier_faults()
    assert list(faults) == [str(n) for n in range(1, 14)]
    for point in faults.values():
        assert point["fault"]
        assert point["then"]
        for name in point["tests"]:
            assert (campaign.FILE.parents[2] / name.split("::")[0]).is_file(), (
                name
            )
            _, _, test = name.partition("::")
            text = (campaign.FILE.parents[2] / name.split("::")[0]).read_text(
                encoding="utf-8"
            )
            assert f"def {test}(" in text or not test, name
