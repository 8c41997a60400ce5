"""What the phase data, and what is built on them, are worth: one report beside the peers.

Formation energies of substituted phases beside plain linear mixing, entries left out one by one;
slopes of potentials where whole metals are left out; sites beside those found by diffraction.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from magnetkit.phases import _mixing
from magnetkit.phases._mixing import MixingModel, Occupation
from magnetkit.phases._space import PhaseSpace
from magnetkit.phases.records import HOSTS
from magnetkit.phases.snapshot import Snapshot

from .forming import read_table, table_of_scores
from .leave_one_out import VALIDATED, leave_one_out, validation_space
from .sites import site_check

if TYPE_CHECKING:
    import pandas as pd

# Shares of the metal sites up to which errors are told apart.
_CONTENTS = (0.0, 0.13, 0.26, 1.0)


@dataclass(frozen=True)
class PhaseValidation:
    """Tables of the report.

    Attributes
    ----------
    left_out : DataFrame
        See `benchmarks.accuracy.phases.leave_one_out.leave_one_out`.
    metals_left_out : DataFrame
        One row a host and content: ``host``, ``metal_content``, ``entries``, and the mean
        absolute error of the entries of a metal predicted without any entry of it, without and
        with the slopes of a potential, eV/atom; ``used``: whether the host takes the slopes.
    sites : DataFrame
        See `benchmarks.accuracy.phases.sites.site_check`.
    made, reliability, wrong : DataFrame
        See `benchmarks.accuracy.phases.forming.table_of_scores`.
    """

    left_out: "pd.DataFrame"
    metals_left_out: "pd.DataFrame"
    sites: "pd.DataFrame"
    made: "pd.DataFrame"
    reliability: "pd.DataFrame"
    wrong: "pd.DataFrame"

    def to_text(self) -> str:
        """Return the report as text."""
        with_verdict = self.sites[self.sites["hit"].notna()]
        columns = [
            "host",
            "stacking",
            "transition_metal",
            "element",
            "relation",
            "sites",
            "found",
            "margin_eV",
            "hit",
        ]
        parts = (
            (
                "Phases known to exist or not: probability of forming",
                self.made,
            ),
            ("Reliability, each rare earth left out", self.reliability),
            ("Answers that are wrong with a rare earth left out", self.wrong),
            (
                "Entries of intermediate composition left out one by one",
                self.left_out,
            ),
            (
                "All entries of a metal left out of a host: slopes of potentials",
                self.metals_left_out,
            ),
            (
                f"Sites beside diffraction: {int(with_verdict['hit'].sum())} of {len(with_verdict)} met",
                with_verdict[columns],
            ),
        )
        return "\n\n".join(
            f"{title}\n{table.to_string(index=False)}"
            for title, table in parts
        )


def validate(
    snapshot: "Snapshot | str | Path | None" = None,
    report: Callable[[str], None] = lambda text: None,
) -> PhaseValidation:
    """Compare interpolation, slopes and sites with entries and diffraction.

    Parameters
    ----------
    snapshot : str, Path or Snapshot, optional
        Phases to validate on; the embedded snapshot without it, and for the entries left out
        those of the mirror folder where it has them.
    report : callable
        Told what is being done.

    Returns
    -------
    PhaseValidation
    """
    report("entries left out one by one")
    left_out = leave_one_out(snapshot)
    report("metals left out of hosts")
    slopes = metals_left_out(snapshot)
    report(
        "phases known to exist or not, each rare earth and each host left out"
    )
    scores = table_of_scores(read_table())
    return PhaseValidation(left_out, slopes, site_check(), *scores)


def metals_left_out(
    snapshot: "Snapshot | str | Path | None" = None,
    known: Callable[[str], tuple[_mixing.Slope, ...]] = _mixing.all_slopes,
) -> "pd.DataFrame":
    """Predict the entries of each metal in each host from entries without it.

    That is what a user meets whose metal the snapshot knows nothing of in that host. The
    potentials have learnt from crystals of the same database, some of these among them. `known`
    gives the slopes of a host.
    """
    import pandas as pd

    space, _ = validation_space(snapshot)
    rows = []
    for host in VALIDATED:
        content, errors = _metal_by_metal(space, host, known(host))
        for low, high in itertools.pairwise(_CONTENTS):
            part = (content > low) & (content <= high)
            if part.any():
                without, with_slopes = errors[:, part].mean(axis=1)
                rows.append(
                    {
                        "host": host,
                        "metal_content": f"{low:.0%}-{high:.0%}",
                        "entries": int(part.sum()),
                        "mae_without_eV_atom": without,
                        "mae_with_slopes_eV_atom": with_slopes,
                        "used": HOSTS[host].substitution_slopes,
                    }
                )
    return pd.DataFrame(rows)


def _metal_by_metal(
    space: PhaseSpace, host: str, known: tuple[_mixing.Slope, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return metal contents (n,), and absolute errors without and with slopes (2, n)."""
    whole = MixingModel(space, host, slopes=())
    at = {name: i for i, name in enumerate(space.formulas)}
    contents = [np.zeros(0)]
    errors = [np.zeros((2, 0))]
    for metal in sorted({s.metal for s in known} & set(whole.metals.tolist())):
        share = whole.occupation.metal[:, np.searchsorted(whole.metals, metal)]
        exclude = np.array(
            [at[whole.formulas[i]] for i in np.flatnonzero(share)], np.int64
        )
        # Collapsed calculations are no test.
        places = np.flatnonzero((share > 0.0) & whole.kept)
        if len(places):
            occupation = Occupation(
                *(part[places] for part in whole.occupation)
            )
            models = (
                MixingModel(space, host, exclude, slopes=slopes)
                for slopes in ((), known)
            )
            means = np.array(
                [model.predict(occupation)[0] for model in models]
            )
            contents.append(share[places])
            errors.append(np.abs(whole.energy[places] - means))
    return np.concatenate(contents), np.concatenate(errors, axis=1)
