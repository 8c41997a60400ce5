"""Short runs of the second round's campaign."""

import inspect

import pytest

from benchmarks.faults import arguments, texts, workbooks


def test_no_text_of_a_table_becomes_markup(tmp_path):
    figures = texts.KINDS["table"](tmp_path)
    assert figures.faults == []
    assert figures.shown


def test_detects_markup():
    assert texts.markup(f"<title>{texts.HOSTILE}</title>")
    assert not texts.markup("<p>&lt;img src=x onerror=alert(1)&gt;</p>")


def test_the_good_values_of_a_campaign_are_of_arguments_that_there_are():
    for function, values in arguments.functions().values():
        inspect.signature(function).bind(**values)


@pytest.mark.parametrize(
    "name", ["use_limits", "with_shell", "substitutions", "makeup"]
)
def test_refuses_or_accepts_none_by_name(name, tmp_path):
    few = ("none", "nan", "text", "empty list", "object", "array of no axis")
    result = arguments.run(
        name, tmp_path, {kind: arguments.JUNK[kind] for kind in few}
    )
    assert result.faults == []
    assert result.refused >= len(few)


def test_refuses_workbooks_over_any_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "BLANKS", 100)
    files = workbooks.cases(tmp_path)
    for name in ("last cell of a sheet", "row four billion", "cut", "emptied"):
        with pytest.raises(workbooks.MagnetkitError, match="xlsx"):
            list(workbooks.read_blocks(files[name], 1000))
    (block,) = workbooks.read_blocks(files["formulas"], 1000)
    assert block.table.num_rows == 2
