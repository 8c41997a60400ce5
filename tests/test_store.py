"""What is stored anew: the lines that README.md shows of a command."""

from tests.store import renew_lines


def test_lines_of_a_changed_decision_are_stored_anew():
    shown = (
        "    Decision: 20, which saves 3.30 g a device...\n    Next: 2 lots.\n"
    )
    output = (
        "Decision: 5, a trial that saves 4.00 g a device. Next: 3 lots. End"
    )
    stored = renew_lines(shown, output)
    assert stored == (
        "    Decision: 5, a trial that saves 4.00 g a...\n    Next: 3 lots.\n"
    )
    assert renew_lines(stored, output) == stored
    assert renew_lines("    Lost 1\n", output) == "    Lost 1\n"
