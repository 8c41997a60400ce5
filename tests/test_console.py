"""Progress goes to stderr, and is silent in a notebook that cannot draw it."""

import pytest
import rich.console

from magnetkit import _console


def test_progress_goes_to_stderr():
    console = _console.progress_console()
    assert console.stderr
    assert not console.quiet


@pytest.mark.parametrize(("installed", "quiet"), [(None, True), (object(), False)])
def test_a_notebook_without_widgets_stays_silent(monkeypatch, installed, quiet):
    monkeypatch.setattr(rich.console, "_is_jupyter", lambda: True)
    monkeypatch.setattr(_console, "find_spec", lambda name: installed)
    assert _console.progress_console().quiet is quiet
