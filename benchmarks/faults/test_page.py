"""The page of the campaign holds what is stored, and nothing that the next run would drop."""

import json

from benchmarks.faults import campaign


def test_page_equals_the_stored_figures():
    written = campaign.FILE.read_text(encoding="utf-8")
    assert written == campaign.page(
        json.loads(campaign.FIGURES.read_text(encoding="utf-8"))
    )
    for title in ("## Second round", "## One change at a time", "## Supply chain"):
        assert title in written
    assert all(
        f"## {name.capitalize()}\n" in written for name in campaign.stored_figures()
    )


def test_every_fault_of_the_second_round_says_what_was_and_what_holds_it():
    known = campaign.earlier_faults()
    assert list(known) == [str(n) for n in range(1, 14)]
    for point in known.values():
        assert point["fault"]
        assert point["then"]
        for name in point["tests"]:
            assert (campaign.FILE.parents[2] / name.split("::")[0]).is_file(), name
            _, _, test = name.partition("::")
            text = (campaign.FILE.parents[2] / name.split("::")[0]).read_text(
                encoding="utf-8"
            )
            assert f"def {test}(" in text or not test, name
