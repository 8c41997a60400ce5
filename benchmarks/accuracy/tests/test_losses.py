"""Irreversible losses in print beside the model's."""

import re

from benchmarks.accuracy.magnetism import hot, losses


def test_losses_agree_with_what_papers_print():
    frame = losses.irreversible()
    assert set(frame["id"]) == {"I1", "I2", "I3"}
    # More than a third lost without gallium, less than a twentieth with it (Acta Metall. Sin. 37):
    # at one load line the model says both to within half as much again.
    at = frame[frame["line"] == 1.3].set_index("id")["predicted"]
    assert at["I1"] > 33.0 / 1.5
    assert at["I2"] < 5.0 * 1.5


def test_what_would_have_to_be_left_is_beside_what_is():
    frame = losses.irreversible()
    is_bound = frame["bound"] == "at most"
    # A loss is met where at least as much is left as it asks for.
    assert (
        (frame["left"] >= frame["bound_on"])[is_bound]
        == frame["agrees"][is_bound]
    ).all()
    page = "\n".join(losses.lines())
    assert "| at least" in page
    assert "| at most" in page
    # 260 C is above what any class is sold for: no loss is predicted, and none agrees.
    assert "| I3 | 533 | 1 (assumed) | 2 | at most 5 | none |  | none |" in page


def test_what_follows_is_said_with_figures_of_the_tables():
    text = losses.lines()[-1]
    frame = losses.irreversible()
    laws = hot.compare_laws()
    # 260 C of the paper; AH is sold for 220 C and not fitted, EH to 200 C is.
    assert "I3 stands at 260 °C" in text
    assert "the 220 °C up to which the model answers" in text
    limit_of_fit = hot.curves().query("fit == 'yes'")["to_K"].max() - 273.15
    assert f"fitted to ({limit_of_fit:.0f} °C)" in text
    row_of_law = laws[(laws["law"] == hot.USED) & (laws["id"] == "C9")].iloc[0]
    assert (
        f"keeps {row_of_law['known'] / row_of_law['left_out']:.1f} times"
        in text
    )
    # Both magnets of the paper agree at the lines that are named, and at no other.
    lines = text[text.index("line of") : text.index(". With")]
    lines_of_load = {float(x) for x in re.findall(r"\d(?:\.\d)?", lines)}
    agreement = (
        frame[frame["id"].isin(["I1", "I2"])].groupby("line")["agrees"].all()
    )
    assert lines_of_load == set(agreement.index[agreement])
    spare, error = (
        float(x)
        for x in re.findall(r"(?:I2 keeps |curves is )([+-]?\d\.\d+)", text)
    )
    row = frame[
        (frame["id"] == "I2") & (frame["line"] == agreement.idxmax())
    ].iloc[0]
    assert spare == round(row["left"] - row["bound_on"], 3)
    rows_of_law = laws[(laws["law"] == hot.USED) & laws["used"]]
    assert error == round(
        float(
            ((rows_of_law["left_out"] - rows_of_law["known"]) ** 2).mean()
            ** 0.5
        ),
        3,
    )
