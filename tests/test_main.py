"""``python -m magnetkit`` is the command."""

import runpy
import sys

import pytest

from magnetkit import __version__


def test_the_module_runs_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["magnetkit", "--version"])
    with pytest.raises(SystemExit) as exit_info:
        runpy.run_module("magnetkit", run_name="__main__")
    assert exit_info.value.code in (0, None)
    assert __version__ in capsys.readouterr().out


def test_importing_it_runs_nothing(capsys):
    runpy.run_module("magnetkit.__main__", run_name="imported")
    assert capsys.readouterr().out == ""
