"""Progress goes to stderr, and is silent in a notebook that cannot draw it."""

import pytest
import rich.console

from magnetkit._core import _progress


def test_progress_goes_to_stderr():
    console = _progress.progress_console()
    assert console.stderr
    assert not console.quiet


@pytest.mark.parametrize(
    ("installed", "quiet"), [(None, True), (object(), False)]
)
def test_a_notebook_without_widgets_stays_silent(
    monkeypatch, installed, quiet
):
    monkeypatch.setattr(rich.console, "_is_jupyter", lambda: True)
    monkeypatch.setattr(_progress, "find_spec", lambda name: installed)
    console = _progress.progress_console()
    assert (console.quiet, console.stderr) == (quiet, True)
