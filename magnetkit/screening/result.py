"""The outcome of a screening."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from ..errors import StoreError
from .reading import Rejected

if TYPE_CHECKING:
    from ..applications.profile import Profile

TOP_ROWS = 1000
"""Rows of ``ranked.csv``."""


@dataclass(frozen=True)
class ScreenResult:
    """Ranked candidates for a device.

    Attributes
    ----------
    data : pyarrow.Table, n rows
        Every candidate with its rank, in the order of the input.
    profile : Profile
        The device.
    manifest : dict
        What was asked, of which data, with which versions.
    rejected : list of Rejected
        Lines of the input that could not be read.
    """

    data: pa.Table
    profile: "Profile"
    manifest: dict[str, Any]
    rejected: list[Rejected] = field(default_factory=list)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every candidate, in the order of the input; columns as in `magnetkit.columns`."""
        frame = self.data.to_pandas()
        # Arrow has no masked integers; a missing rank must not turn ranks into floats.
        for name, kind in (("rank", "Int64"), ("pareto_front", "Int32")):
            if name in frame:
                frame[name] = frame[name].astype(kind)
        return frame

    @property
    def pareto(self) -> pd.DataFrame:
        """The first Pareto front of those that meet the requirements, by rank."""
        return self.table[self.table["pareto_front"] == 1].sort_values("rank")

    def best(self, n: int = 10) -> pd.DataFrame:
        """Return the first `n` candidates in order of rank.

        Parameters
        ----------
        n : int
            How many.

        Returns
        -------
        DataFrame
            Columns as in `magnetkit.columns`.
        """
        return self.table.nsmallest(n, "rank")

    def weighted(self, weights: Mapping[str, float], n: int = 10) -> pd.DataFrame:
        """Return the best by weights of your own among those that meet the requirements.

        Parameters
        ----------
        weights : mapping of str to float
            Goal to its weight, for example
            ``{"heavy_rare_earth_wt_pct:min": 2, "cost_USD_kg:min": 1}``.
        n : int
            How many.

        Returns
        -------
        DataFrame
            Rows of `table` with ``weighted_score``, 0 for the best in every goal; see
            `magnetkit.screening.ranking.weighted_scores`.

        Raises
        ------
        InputError
            If a goal cannot be read or is no column, or the weights are negative or all zero.
        """
        from .ranking import weighted_scores

        meets = self.table[self.table["meets_requirements"]]
        meets = meets.assign(weighted_score=weighted_scores(meets, weights))
        return meets.sort_values(["weighted_score", "rank"]).head(n)

    def robustness(self, **options: Any) -> pd.DataFrame:
        """Return how firmly the best candidates hold their rank when inputs move.

        Parameters
        ----------
        **options
            ``top``, ``draws``, ``pool``, ``seed`` and ``interval`` of
            `magnetkit.screening.robustness.robustness`.

        Returns
        -------
        DataFrame
            Leading candidates by rank with the columns of `magnetkit.columns.ROBUSTNESS`.

        Raises
        ------
        InputError
            If a number is out of its range.
        """
        from .robustness import robustness

        return robustness(self, **options)

    def ledger(self, n: int | None = None) -> pd.DataFrame:
        """Return what the best candidates save of heavy rare earth, and what they pay.

        Parameters
        ----------
        n : int, optional
            How many, by rank; all if not given.

        Returns
        -------
        DataFrame
            ``rank``, ``candidate``, ``shell`` and the columns of
            `magnetkit.supply.heavy_rare_earth_ledger`; bulk at equal coercivity is looked for
            among all candidates.
        """
        from ..composition import CompositionTable
        from ..supply import heavy_rare_earth_ledger
        from .properties import magnets
        from .robustness import job_of

        rows = self.table[self.table["rank"].notna()].sort_values("rank").reset_index(drop=True)
        table = CompositionTable.from_strings(list(rows["formula"]), basis="atomic")
        job = job_of(self)
        reference = self.profile.reference
        shell = [reference.shell] if reference.shell else None
        today = magnets(reference.table(), shell, [job.temperature], job.conditions)[0]
        ledger = heavy_rare_earth_ledger(rows, table, self.profile, today)
        return pd.concat([rows[["rank", "candidate", "shell"]], ledger], axis=1).head(
            len(rows) if n is None else n
        )

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand `data` to anything that speaks Arrow: ``polars.DataFrame(result)``."""
        return self.data.__arrow_c_stream__(requested_schema)

    def to_parquet(self, path: str | Path) -> None:
        """Write every candidate to a Parquet file.

        Parameters
        ----------
        path : str or Path
            File to write.
        """
        from .folder import write_parquet

        write_parquet([self.data], self.data.schema, Path(path))

    def report(self, path: str | Path = "report.html") -> Path:
        """Write the self-contained HTML report and return its path.

        Parameters
        ----------
        path : str or Path
            File to write.

        Returns
        -------
        Path
            The file.
        """
        from ..report import write_report

        return write_report(self, Path(path))

    @classmethod
    def from_folder(cls, path: str | Path) -> "ScreenResult":
        """Read a finished results folder.

        Parameters
        ----------
        path : str or Path
            Folder that `magnetkit.screen` wrote.

        Returns
        -------
        ScreenResult

        Raises
        ------
        StoreError
            If it is no results folder, is not finished or is damaged.
        """
        from ..applications.profile import Profile
        from . import folder

        path = Path(path)
        manifest = folder.read_manifest(path)
        if not manifest.get("done"):
            raise StoreError(f"{path} holds an unfinished screening; go on with screen --resume")
        try:
            profile = Profile.model_validate(manifest["identity"]["application"])
            folder.check_files(path, manifest)
            data = pa.parquet.read_table(path / folder.RANKED, memory_map=True)
            rejected = folder.read_rejected(path / folder.REJECTED)
        except (OSError, KeyError, ValueError, pa.ArrowException) as error:
            raise StoreError(f"{path} is damaged ({error}); screen again") from None
        return cls(data, profile, manifest, rejected)

    def __repr__(self) -> str:
        meets = int(self.table["meets_requirements"].sum())
        return (
            f"<ScreenResult for {self.profile.name}: {len(self.data):,} candidates, "
            f"{meets:,} meet the requirements, {len(self.rejected):,} rejected>"
        )
