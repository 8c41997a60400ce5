"""The how-tos of docs/ as a reader follows them: files, commands, answers as printed."""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.fresh import run_python

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").glob("add-a-*.md"))
# A block names its language and, where it is a file, the file; `+` adds to it.
BLOCK = re.compile(
    r"^```(\w+) ?(\S*)( \+)?\n(.*?)^```", re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def data_copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copied")
    shutil.copytree(ROOT / "datasets", folder / "datasets")
    return folder


@pytest.fixture
def desk(data_copy, tmp_path):
    """A folder with the data, as a checkout has them."""
    shutil.copytree(data_copy / "datasets", tmp_path / "datasets")
    (tmp_path / "alloys.txt").write_text(
        "SmCo5\nSm2Co17\nNd2Fe14B\n", encoding="utf-8"
    )
    return tmp_path


def run(command, desk):
    program, *words = shlex.split(command)
    if program == "magnetkit":
        words = ["-m", "magnetkit", *words]
    env = {
        **os.environ,
        "MAGNETKIT_DATASETS": str(desk / "datasets"),
        "PYTHONPATH": str(ROOT),
    }
    done = run_python(*words, env=env, cwd=desk)
    assert done.returncode == 0, f"{command}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_reader_gets_what_the_page_says(page, desk):
    output = ""
    files = set()
    for language, name, is_more, text in BLOCK.findall(
        page.read_text(encoding="utf-8")
    ):
        if language == "sh":
            output = "\n".join(run(line, desk) for line in text.splitlines())
        elif language == "text":
            missing = [
                line for line in text.splitlines() if line not in output
            ]
            assert not missing, f"{missing} not in\n{output}"
        else:
            file = desk / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open(
                "a" if is_more else "w", encoding="utf-8"
            ) as stream:
                stream.write("\n" + text if is_more else text)
            files.add(name)
    # A record, and where it is measured its measurements: nothing of the package.
    assert 1 <= len(files) <= 2
    assert not any(name.startswith("magnetkit/") for name in files)


def test_a_page_is_a_page():
    assert {page.stem for page in PAGES} == {
        f"add-a-{name}"
        for name in ("device", "host", "property", "route", "supply-criterion")
    }
    assert all(
        len(page.read_text("utf-8").splitlines()) <= 75 for page in PAGES
    )
