"""One change at a time in the rooms, and whether a test sees it.

``python -m benchmarks.mutants OUT.jsonl [COUNT] [SEED]`` copies the checkout, changes one place,
runs the tests that reach the module until one fails, its own first and then the nearest, and writes
a line a change: killed (and by what) or survived. A change in a kernel is tried without compilation
first. At the end the tests that killed are run on what is unchanged; what one killed that fails
there too is tried again without it. A run goes on where its file was left; the copy stands beside
that. ``again`` after the file tries what survived once more, with the tests as they now stand and
more of them; the last line of a change counts. Not part of `make test`: it takes hours.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from .changes import ROOT, Change, changed_source, sample, source_path
from .nearest import mirror_tests, nearest_tests, uncompiled_tests
from .running import Seen, copy_tree, preload, run

COUNT = 200
SAMPLE_SEED = 20_261_126
BUDGET_S = 20.0
AGAIN_S = 90.0
"""Tests of one change end where the next file would exceed this time of a processor; again more."""
UNKNOWN_S = 2.0
"""Taken for a test file that no run has timed yet."""
PLAIN_S = 45
"""Time of a processor after which a test without compilation says nothing."""
CHANGE_LIMIT_S = 150
COMPILING_S = 300
"""A change that makes its tests take longer is seen; compiling what calls a kernel takes more."""


class Trial:
    """A copy of the checkout in which one place at a time is changed.

    Parameters
    ----------
    out : Path
        The file of results, beside which the copy and the times of test files are kept.
    """

    def __init__(self, out: Path) -> None:
        preload()
        for name in (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "NUMBA_NUM_THREADS",
            "PYTHONDONTWRITEBYTECODE",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD",
        ):
            os.environ[name] = "1"
        folder = out.with_suffix(".tree")
        self.tree = folder / "tree" if folder.is_dir() else copy_tree(folder)
        os.environ["TESTS_CACHE"] = str(folder / "cache")
        self.file = out.with_suffix(".seconds.json")
        self.seconds: dict[str, float] = (
            json.loads(self.file.read_text()) if self.file.is_file() else {}
        )

    def try_change(
        self, change: Change, budget: float, without: Sequence[str] = ()
    ) -> dict:
        """Make a change in the copy, run tests until one fails, and undo it."""
        place = self.tree / source_path(change.module)
        whole = (ROOT / source_path(change.module)).read_text(encoding="utf-8")
        start = time.monotonic()
        kernel = change.module.endswith("_kernels")
        first = mirror_tests(change.module)
        rest = [
            test
            for test in nearest_tests(
                change.module, self.seconds, budget, UNKNOWN_S
            )
            if test not in first
        ]
        limit = CHANGE_LIMIT_S + kernel * COMPILING_S
        stages = (
            [(uncompiled_tests(change.module), PLAIN_S, True)]
            if kernel
            else []
        )
        stages += [(first, limit, False), (rest, limit, False)]
        place.write_text(changed_source(change), encoding="utf-8")
        killer = ""
        try:
            for tests, most, is_plain in stages:
                if tests and not killer:
                    result = self._run_tests(tests, without, most, is_plain)
                    killer = result.failed[0] if result.failed else result.end
                    if is_plain and not result.failed:
                        killer = ""
        finally:
            place.write_text(whole, encoding="utf-8")
        return {
            **asdict(change),
            "killed": killer,
            "s": round(time.monotonic() - start, 1),
        }

    def _run_tests(
        self,
        tests: Sequence[str],
        without: Sequence[str],
        limit: int,
        plain: bool,
    ) -> Seen:
        words = ["-x", *(f"--deselect={test}" for test in without)]
        result = run(self.tree, tests, words, limit=limit, plain=plain)
        if not (result.failed or result.end or plain):
            self.seconds |= result.seconds
            self.file.write_text(json.dumps(self.seconds))
        return result

    def unsound(self, tests: Sequence[str]) -> list[str]:
        """Return those of some tests that fail in what is unchanged, compiled or not."""
        failures: list[str] = []
        kernels = [
            test
            for test in tests
            if test.endswith(("_kernels.py", "_kernel.py"))
        ]
        for stage_tests, is_plain in ((tests, False), (kernels, True)):
            if stage_tests:
                failures += run(
                    self.tree, stage_tests, limit=3600, plain=is_plain
                ).failed
        return failures


def rows(out: Path) -> dict[tuple[str, int], dict]:
    """Return the last line of every change that was tried."""
    lines = out.read_text().splitlines() if out.is_file() else []
    return {
        (row["module"], row["place"]): row for row in map(json.loads, lines)
    }


def remaining_changes(out: Path, count: int, seed: int) -> list[Change]:
    """Return the changes of a sample that have not been tried."""
    done = rows(out)
    return [c for c in sample(count, seed) if (c.module, c.place) not in done]


def read_changes(rows: Sequence[dict]) -> list[Change]:
    """Return the changes that lines of a file are about."""
    names = Change.__dataclass_fields__
    return [Change(**{n: row[n] for n in names}) for row in rows]


def main(out: Path, words: list[str]) -> None:
    again = words[:1] == ["again"]
    numbers = [int(word) for word in words[again:]]
    survivors = read_changes(
        [row for row in rows(out).values() if not row["killed"]]
    )
    if again:
        trials = survivors
    else:
        count = numbers[0] if numbers else COUNT
        seed = numbers[1] if len(numbers) > 1 else SAMPLE_SEED
        trials = remaining_changes(out, count, seed)
    trial = Trial(out)
    if again:
        shutil.copytree(
            ROOT / "tests", trial.tree / "tests", dirs_exist_ok=True
        )
    budget = AGAIN_S if again else BUDGET_S

    def write(changes: list[Change], without: Sequence[str] = ()) -> None:
        for change in changes:
            row = trial.try_change(change, budget, without)
            with out.open("a") as stream:
                stream.write(json.dumps(row) + "\n")

    write(trials)
    killers = {
        row["killed"] for row in rows(out).values() if "::" in row["killed"]
    }
    unsound = trial.unsound(sorted(killers))
    write(
        read_changes(
            [row for row in rows(out).values() if row["killed"] in unsound]
        ),
        unsound,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
