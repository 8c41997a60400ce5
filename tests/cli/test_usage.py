"""What all commands have in common: help, completion, colour, and how they refuse."""

import os
import re
import shlex
import shutil
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from magnetkit.errors import MagnetkitError

import magnetkit
from magnetkit.cli import main
from magnetkit.cli.app import app
from tests.command import on_terminal, run
from tests.said import command_lines


def commands(group=None, path=()):
    """Yield the words of every command, and its definition."""
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands())


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_examples_of_the_help_parse(words):
    command = ALL[words]
    example = f"magnetkit {' '.join(words)}"
    text = command.help
    assert "Examples" in text
    lines = [
        line.strip()
        for line in text.splitlines()
        if line.strip().startswith("magnetkit ")
    ]
    assert lines
    assert all(line.startswith(example) for line in lines)
    for line in lines:
        arguments = shlex.split(line)[1 + len(words) :]
        command.make_context(example, arguments)


def test_an_option_means_the_same_everywhere():
    meanings = {}
    for words, command in ALL.items():
        for parameter in command.params:
            if (
                parameter.param_type_name == "option"
                and parameter.name != "out"
            ):
                for name in parameter.opts:
                    meanings.setdefault(name, {}).setdefault(
                        parameter.help, []
                    ).append(words)
    for name in (
        "--json",
        "--units",
        "--quiet",
        "--basis",
        "--temperature",
        "--scenario",
        "-q",
    ):
        assert len(meanings[name]) == 1, meanings[name]


GROUPS = sorted({words[0] for words in ALL if words[1:]})


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_alone_lists_its_commands(monkeypatch, capfd, group):
    _, out, err = run_in_this_process(monkeypatch, capfd, group)
    assert f"Usage: magnetkit {group}" in out
    assert "Missing command" not in err
    for words in ALL:
        assert words[0] != group or words[1] in out


def run_in_this_process(monkeypatch, capfd, *arguments):
    monkeypatch.setattr(sys, "argv", ["magnetkit", *arguments])
    # Watching for signals is for a process of its own.
    monkeypatch.setattr("magnetkit.cli._start.watch", lambda: None)
    with pytest.raises(SystemExit) as exit_:
        main()
    out, err = capfd.readouterr()
    return exit_.value.code or 0, out, err


DEVICE = ("--application", "f22-engine")
# No NUL: the system lets none through to a program.
NASTY = ("", "-", "--", "\x01", "é🧲", "../..", "1e999", "NaN", "Co=")


@pytest.mark.parametrize(
    "before",
    [
        ("predict",),
        ("predict", "SmCo5", "--temperature"),
        ("predict", "SmCo5", "--shell"),
        ("predict", "SmCo5", "--scenario"),
        ("predict", "SmCo5", "--snapshot"),
        ("screen", "--out", "{tmp}", "--application"),
        ("screen", *DEVICE, "--out", "{tmp}", "--recycled"),
        ("screen", *DEVICE, "--out", "{tmp}", "--host"),
        ("screen", *DEVICE, "--out", "{tmp}", "--host", "2:14:1", "--replace"),
        ("screen", *DEVICE, "--out", "{tmp}", "--step"),
        ("screen", *DEVICE, "--out", "{file}/x", "--column"),
        ("report",),
        ("report", "--robustness"),
        ("features", "make", "--out", "{tmp}/x.csv"),
        ("applications", "show"),
        ("supply", "alloys"),
        ("supply", "elements", "--recycled"),
        ("models", "train"),
        ("data", "fetch"),
        ("data", "pull"),
    ],
    ids=" ".join,
)
def test_no_argument_ends_in_a_defect(monkeypatch, capfd, tmp_path, before):
    file = tmp_path / "file"
    file.touch()
    arguments = [
        word.format(tmp=tmp_path / "out", file=file) for word in before
    ]
    # Some of these are valid calls; what they would compute is not asked here.
    monkeypatch.setattr(
        import_module("magnetkit.run.screen"), "screen", _refuse
    )
    if before == ("predict",):
        monkeypatch.setattr(
            import_module("magnetkit.magnetism.predict"), "predict", _refuse
        )
    monkeypatch.setattr("magnetkit.surrogates.models.train", _refuse)
    for nasty in NASTY:
        code, _, err = run_in_this_process(
            monkeypatch, capfd, *arguments, nasty
        )
        assert "defect" not in err, (nasty, err)
        assert "Traceback" not in err
        assert code in (0, 1, 2)
        if code == 1:
            assert len(command_lines(err.strip())) == 1


def _refuse(*_, **__):
    raise MagnetkitError("not run in this test")


def test_defect_is_one_line_and_verbose_adds_the_traceback(monkeypatch, capfd):
    def divide_by_zero(*_, **__):
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr("magnetkit.applications.names", divide_by_zero)
    code, _, err = run_in_this_process(
        monkeypatch, capfd, "applications", "list"
    )
    assert code == 1
    assert "defect: ZeroDivisionError: deep inside" in err
    assert len(err.splitlines()) == 1
    monkeypatch.setattr("magnetkit.cli._start._verbose", False)
    monkeypatch.setattr(
        sys, "argv", ["magnetkit", "--verbose", "applications", "list"]
    )
    with pytest.raises(ZeroDivisionError):
        main()


def complete(*words):
    environment = {
        **os.environ,
        "_MAGNETKIT_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("magnetkit", *words)),
        "COMP_CWORD": str(len(words)),
    }
    return run(env=environment).stdout.split()


def test_the_shell_completes_commands_devices_and_scenarios():
    assert {"report", "replace"} <= set(complete("r"))
    assert "f22-engine" in complete("screen", "--application", "f22")
    assert complete("predict", "--scenario", "emb") == ["embargo"]
    assert "aviation-actuator" in complete("applications", "show", "avia")
    assert "curie_temperature_K" in complete("models", "train", "cur")


def test_colour_is_for_terminals_that_want_it():
    for name in ("NO_COLOR", "FORCE_COLOR"):
        os.environ.pop(name, None)
    colour = re.compile("\x1b\\[(1;)?3")
    assert colour.search(on_terminal("--help"))
    assert not colour.search(on_terminal("--help", NO_COLOR="1"))
    assert "\x1b[" not in run("--help").stdout


def test_the_report_of_a_moved_folder(tmp_path):
    source = tmp_path / "a.txt"
    source.write_text("SmCo5\nSmCo5.4Fe1.125Cu0.75Zr0.225\n", encoding="utf-8")
    out = tmp_path / "first"
    options = "--application f22-engine -q --units cgs"
    done = run(*f"screen {source} --out {out} {options}".split())
    assert done.returncode == 0, done.stderr
    assert "kOe" in done.stdout
    assert all(
        "No candidate meets" in line for line in command_lines(done.stderr)
    )
    shutil.move(out, tmp_path / "second")
    source.unlink()
    (tmp_path / "second" / "report.html").unlink()
    done = run(
        "report",
        "second",
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "second" / "report.html").stat().st_size > 1e6


def test_messages_name_commands_that_exist():
    commands = typer.main.get_command(app)
    context = typer.Context(commands)
    names = set()
    for file in Path(magnetkit.__file__).parent.rglob("*.py"):
        names.update(
            re.findall(r"`magnetkit ([a-z][^`]*)`", file.read_text("utf-8"))
        )
    assert {"models train", "supply controls", "calibrate"} <= names
    for name in names:
        command = commands
        for word in name.split():
            if not hasattr(command, "commands"):
                break
            command = command.get_command(context, word)
            assert command is not None, name
