"""Irreversible losses in print beside the model's."""

from benchmarks.accuracy.magnetism import losses


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
    assert (
        "| I3 | 533 | 1 (assumed) | 2 | at most 5 | none |  | none |" in page
    )
