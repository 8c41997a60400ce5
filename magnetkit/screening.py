"""Screening as users meet it: run the candidates, then a result that can show itself."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ParamSpec, Self

from .run import _files
from .run import screen as runs
from .run._files import check_report
from .run.result import ANSWER, REPORT, Ranked

P = ParamSpec("P")


class ScreenResult(Ranked):
    """Ranked candidates for a device, with their report; see `Ranked` for what they hold."""

    @classmethod
    def from_folder(cls, path: str | Path) -> Self:
        """Open a finished results folder.

        Parameters
        ----------
        path : str or Path
            Folder that `magnetkit.screen` wrote, or its URL in a store.

        Returns
        -------
        ScreenResult

        Raises
        ------
        StoreError
            If it is no results folder, is not finished or is damaged.
        """
        return _files.open_result(path, cls)

    def _repr_html_(self) -> str:
        from .show.notebook import ROWS, table_html

        return f"<p>{escape(repr(self))}</p>{table_html(self.best(ROWS))}"

    def tell(self, answer: Sequence[str], out: str | Path | None = None) -> None:
        """Let every report begin with an answer, as `magnetkit.replace` has one.

        Parameters
        ----------
        answer : sequence of str
            Sentences.
        out : str or Path, optional
            Results folder, or its URL in a store, where this was screened into: reports that are
            made of it later begin so too.

        Raises
        ------
        StoreError
            If `out` is no results folder, or was screened anew.
        InputError
            If it cannot be written.
        """
        self.manifest[ANSWER] = list(answer)
        if out is not None:
            _files.save_answer(out, self.manifest)

    def report(self, path: str | Path = "report.html") -> Path:
        """Write the self-contained HTML report and return its path.

        Parameters
        ----------
        path : str or Path
            File to write, or its URL in a store.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            If a file stands there that is no report, or it cannot be written.
        """
        from .files import is_url
        from .show.report import write_report

        if is_url(path):
            with TemporaryDirectory() as folder:
                page = write_report(self, Path(folder) / REPORT).read_bytes()
            base, _, name = str(path).rpartition("/")
            _files.Place(base).put(name, page)
            return Path(path)
        check_report(Path(path))
        return write_report(self, Path(path))

    def to_excel(self, path: str | Path = "results.xlsx", n: int = 10_000) -> Path:
        """Write a workbook: the ranking in brief, the best rows in full, what the columns mean.

        Parameters
        ----------
        path : str or Path
            File to write.
        n : int
            How many of the best, by rank.

        Returns
        -------
        Path
            The file.
        """
        import pandas as pd

        from .show.files import write_workbook
        from .show.tables import RANKING, chosen

        best = self.best(n)
        answer = self.manifest.get(ANSWER)
        first = {"answer": pd.DataFrame({"answer": answer})} if answer else {}
        brief = chosen(best, {**RANKING, "shell": 0})
        names = [name for name in best.columns if name in brief]
        return write_workbook({**first, "ranking": best[names], "everything": best}, Path(path))


def _as_screen_result(run: Callable[P, Ranked]) -> Callable[P, ScreenResult]:
    @wraps(run)
    def shown(*args: P.args, **kwargs: P.kwargs) -> ScreenResult:
        found = run(*args, **kwargs)
        return ScreenResult(*(getattr(found, field.name) for field in fields(Ranked)))

    return shown


screen = _as_screen_result(runs.screen)
refined = _as_screen_result(runs.refined)
