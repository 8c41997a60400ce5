"""What a diffusion design says: ways compared, what is where, what remains undone."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import path
from ..files import replacing
from ..units import ZERO_CELSIUS
from .asked import quantile
from .cases import Circuit
from .design import Coated, Search
from .selffield import SelfField

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Diffusion:
    """A magnet's heavy rare earth by the gram.

    Attributes
    ----------
    magnet : str
        Recipe, shape and direction of magnetization.
    designs : DataFrame
        One row a way and element: ``way`` (``faces``, ``uniform shell``, ``bulk alloy``),
        ``element``, ``meets``, ``probability``, ``hours``, ``anneal_C``, ``mg_cm2`` (largest of
        the faces), ``put_on_g`` and ``inside_g`` per magnet, ``amount_wt_pct`` of the magnet,
        ``flux_lost_pct`` against the base, ``cost_USD`` per magnet and ``kg_year`` at that number
        of pieces. Masses are NaN where nothing meets what is asked.
    coated : dict of str to Coated
        The coating of each element.
    search : dict of str to Search
        The magnet in cells and what it stands, of each element.
    circuit : Circuit
    field : SelfField or None
        None where the field came as a map.
    asked : str
        What was asked, in words.
    undone : list of str
        What no treatment does, in words.
    """

    magnet: str
    designs: "pd.DataFrame"
    coated: dict[str, Coated]
    search: dict[str, Search]
    circuit: Circuit
    field: SelfField | None
    asked: str
    undone: list[str]

    def __repr__(self) -> str:
        """Return the answer as one text."""
        return "\n".join(self.lines())

    @property
    def meets(self) -> bool:
        """Whether a coating of some element meets what is asked."""
        return any(c.met for c in self.coated.values())

    @property
    def best(self) -> str:
        """The element that does it for least money, the likelier one where none does."""
        rows = self.designs[self.designs["way"] == "faces"]
        good = rows[rows["meets"]]
        if len(good):
            return str(good.sort_values("cost_USD").iloc[0]["element"])
        return str(rows.sort_values("probability").iloc[-1]["element"])

    def margins(self, element: str | None = None) -> "pd.DataFrame":
        """Return field, heavy rare earth and margin of each cell at the worst operating point.

        Parameters
        ----------
        element : str, optional
            ``Tb`` or ``Dy``; the best otherwise.

        Returns
        -------
        DataFrame
            ``x_mm``, ``y_mm``, ``z_mm``, ``reverse_kA_m``, ``amount_wt_pct``, ``before_kA_m``
            and ``after_kA_m``: H_cJ less the reverse field.
        """
        import pandas as pd

        name = element or self.best
        search, coated = self.search[name], self.coated[name]
        nothing = np.zeros(len(search.cells))
        margin = [
            (m.h_cj(nothing) - c.reverse, m.h_cj(coated.amount) - c.reverse, c.reverse)
            for m, c in search.each
        ]
        before, after, reverse = min(margin, key=lambda each: float(each[0].min()))
        points = 1e3 * search.spreading.cells.points
        return pd.DataFrame(
            {
                "x_mm": points[:, 0],
                "y_mm": points[:, 1],
                "z_mm": points[:, 2],
                "reverse_kA_m": 1e-3 * reverse,
                "amount_wt_pct": coated.amount,
                "before_kA_m": 1e-3 * before,
                "after_kA_m": 1e-3 * after,
            }
        )

    def coating(self, element: str | None = None) -> "pd.DataFrame":
        """Return what goes on each part of a face.

        Parameters
        ----------
        element : str, optional
            ``Tb`` or ``Dy``; the best otherwise.

        Returns
        -------
        DataFrame
            ``face``, ``area_cm2``, ``mg_cm2`` that enters, and where the part lies, mm from the
            face's middle.
        """
        import pandas as pd

        name = element or self.best
        coated, spreading = self.coated[name], self.search[name].spreading
        rows = []
        for group, mass in zip(coated.groups, coated.mass, strict=True):
            for patch in group:
                row = {
                    "face": patch.face,
                    "area_cm2": 1e4 * spreading.patch_area(patch),
                    "mg_cm2": 100.0 * float(mass),
                }
                for i, line in enumerate(spreading.middles(patch.face)):
                    along = patch.where.any(
                        axis=tuple(j for j in range(patch.where.ndim) if j != i)
                    )
                    half = 0.5 * float(line[1] - line[0])
                    row[f"from_{i + 1}_mm"] = 1e3 * (float(line[along].min()) - half)
                    row[f"to_{i + 1}_mm"] = 1e3 * (float(line[along].max()) + half)
                rows.append(row)
        return pd.DataFrame(rows)

    def lines(self) -> list[str]:
        """Return the answer in sentences."""
        said = [f"{self.magnet}: {self.asked}"]
        rows: list[dict[str, Any]] = [dict(r) for _, r in self.designs.iterrows()]
        said.extend(_sentence(row) for row in rows)
        said.extend(self.undone)
        return said

    def write(self, folder: str | Path) -> None:
        """Write ``designs.csv``, and of the best element ``coating.csv`` and ``margins.csv``.

        Parameters
        ----------
        folder : str or Path
            Made where it is missing.
        """
        out = path("out", folder)
        out.mkdir(parents=True, exist_ok=True)
        for name, table in (
            ("designs", self.designs),
            ("coating", self.coating()),
            ("margins", self.margins()),
        ):
            with replacing(out / f"{name}.csv") as temporary:
                table.to_csv(temporary, index=False)

    def to_json(self) -> str:
        """Return the answer as JSON."""
        records = json.loads(self.designs.to_json(orient="records"))
        found = {"magnet": self.magnet, "asked": self.asked, "meets": self.meets,
                 "designs": records, "undone": self.undone}  # fmt: skip
        return json.dumps(found, ensure_ascii=False)


def _sentence(row: dict[str, Any]) -> str:
    start = f"{row['element']} {row['way']}"
    if not row["meets"]:
        return f"{start}: does not do it"
    text = f"{start}: {row['put_on_g']:.3g} g per magnet ({row['amount_wt_pct']:.2f} wt.%)"
    if row["way"] == "faces":
        text += f", {row['mg_cm2']:.2g} mg/cm2 at most, {row['hours']:g} h at {row['anneal_C']:g} C"
    return (
        f"{text}; flux {-row['flux_lost_pct']:+.1f} %, {row['cost_USD']:.2f} USD, "
        f"{_mass(row['kg_year'])} a year, probability {row['probability']:.2f}"
    )


def _mass(kg: float) -> str:
    return f"{kg:.3g} kg" if kg >= 0.1 else f"{1e3 * kg:.3g} g"


def undone(search: Search, coated: Coated) -> list[str]:
    """Return what a coating that does not do it leaves, in words.

    Parameters
    ----------
    search : Search
    coated : Coated
    """
    if coated.met:
        return []
    spreading = search.spreading
    faces = tuple(dict.fromkeys(p.face for g in coated.groups for p in g))
    way = 1e3 * spreading.cells.shape.thickness(faces)
    reach = 1e3 * 3.6 * float(np.sqrt(coated.anneal.spread()))
    low = quantile(search.probability)
    short = [c.reverse - m.h_cj(coated.amount, low) for m, c in search.each]
    worst = int(np.argmax([float(s.max()) for s in short]))
    gap = short[worst]
    place = 1e3 * spreading.cells.points[int(np.argmax(gap))]
    share = 100.0 * float(search.cells[gap > 0.0].sum() / search.cells.sum())
    kelvin = search.each[worst][0].temperature_K - ZERO_CELSIUS
    said = (
        f"{coated.anneal.element} from {', '.join(faces)} at {coated.anneal.celsius:g} C for "
        f"{coated.anneal.hours:g} h: probability {coated.probability:.2f} of "
        f"{search.probability:.2f}; with H_cJ at the low end that asks for, {share:.0f} % of the "
        f"volume lies below its reverse field at {kelvin:.0f} C, most at ({place[0]:.1f}, "
        f"{place[1]:.1f}, {place[2]:.1f}) mm, by {1e-3 * float(gap.max()):.0f} kA/m"
    )
    if way > reach:
        said += (
            f"; diffusion reaches {reach:.1f} mm and would have to reach {way:.1f} mm: what lies "
            "deeper keeps the base alloy, which has to be more coercive itself"
        )
    return [said]
