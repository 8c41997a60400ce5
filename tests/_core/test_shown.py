"""What a result shows of itself fits into a number of characters."""

from magnetkit._core._shown import shorten_lines


def test_one_long_line_is_cut_at_the_limit():
    text = shorten_lines("x" * 900, most=80)
    first, last = text.split("\n")
    assert len(text) == 80
    assert set(first) == {"x"}
    assert last == "... print() shows all"


def test_whole_lines_stay_whole():
    text = "\n".join(["twelve chars"] * 20)
    # Two lines of 12 and the end of each leave no room for a third in 50 with the last, of 21.
    assert shorten_lines(text, most=50) == "\n".join(
        ["twelve chars", "twelve chars", "... print() shows all"]
    )
    assert shorten_lines(text, most=len(text)) == text
