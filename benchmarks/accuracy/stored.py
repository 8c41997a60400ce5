"""The figures that `magnetkit validate` prints: picked from the pages on which they stand.

``python -m benchmarks.accuracy --store`` writes them after a page was made anew.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "datasets/accuracy/figures.json"

Row = dict[str, str]

# A terminal has 80 columns.
_SHORT = {
    "saturation_polarization_T": "J_s, T",
    "anisotropy_field_T": "mu0 H_a, T",
    "curie_temperature_K": "T_C, K",
    "remanence_T": "B_r",
    "coercivity_kA_m": "H_cJ",
    "max_energy_product_kJ_m3": "(BH)max",
    "remanence_coefficient_pct_K": "alpha",
    "coercivity_coefficient_pct_K": "beta",
    "max_working_temperature_K": "T_max, K",
    "papers, ": "",
    "random forest on composition (MaMMoS)": "random forest",
    "leave one paper out": "paper left out",
    "papers on one compound": "two papers differ",
    "papers not fitted": "not fitted",
    "inside the range": "in range",
    "pulled energies": "energies",
    " at 20 °C": " 20 °C",
    " at 1": " 1",
    " kJ/m3": "",
    "papers that entered no fit": "not fitted",
    "paper, its compounds": "compounds",
    "paper, crystals": "crystals",
    "GaussianProcess": "Gaussian",
    "RandomForest": "forest",
    "formation energy, eV/atom": "energy, eV",
    "Curie temperature, K": "T_C, K",
    "Neel temperature, K": "T_N, K",
}


@dataclass(frozen=True)
class Table:
    """A table of a page, and what of it is stored.

    Attributes
    ----------
    about : str
        What was predicted, and how it was left out.
    page : str
        File that holds it; the first date there is the table's.
    heading : str
        How the heading row begins.
    columns : dict
        Name on the page to the one printed.
    keep : callable
        Which rows are stored, by column of the page.
    """

    about: str
    page: str
    heading: str
    columns: dict[str, str]
    keep: Callable[[Row], bool] = lambda row: True

    def rows(self) -> list[Row]:
        """Return the rows of the page's table, by column."""
        lines = (ROOT / self.page).read_text("utf-8").splitlines()
        first = next(
            i for i, line in enumerate(lines) if line.startswith(self.heading)
        )
        names = _cells(lines[first])
        rows = []
        for line in lines[first + 2 :]:
            if not line.startswith("|"):
                break
            rows.append(dict(zip(names, _cells(line), strict=True)))
        return rows

    def stored_text(self) -> dict[str, object]:
        """Return what is stored of the table."""
        day = re.search(
            r"\d{4}-\d\d-\d\d", (ROOT / self.page).read_text("utf-8")
        )
        kept = [row for row in self.rows() if self.keep(row)]
        rows = [[_shorten(row[name]) for name in self.columns] for row in kept]
        if day is None or not rows:
            raise ValueError(
                f"{self.page} needs a date and rows under {self.heading!r}"
            )
        return {
            "about": self.about,
            "date": day[0],
            "page": self.page,
            "columns": list(self.columns.values()),
            "rows": rows,
        }


def _cells(line: str) -> list[str]:
    return [
        cell.strip()
        for cell in line.strip().removeprefix("|").removesuffix("|").split("|")
    ]


def _shorten(cell: str) -> str:
    for long, short in _SHORT.items():
        cell = cell.replace(long, short)
    # The unit of an interval is that of what was claimed.
    return re.sub(r"\) (%|T)$", ")", cell)


_CURIE = "datasets/surrogates/VALIDATION.md"
_MODELS = (
    "model",
    "physics alone",
    "data alone",
    "random forest on composition (MaMMoS)",
    "ExtraTrees on Magpie",
)


def _left_out_papers(quantity: str) -> Table:
    """Return the table of a quantity of measured magnets, by family."""
    return Table(
        "Measured magnets, each with its whole paper left out of laws, ranges and distances.",
        "datasets/magnets/VALIDATION.md",
        "| quantity | family",
        {
            "family": "family",
            "asked": "asked",
            "answered": "answered",
            "inside": "inside",
            "median": "median",
            "rms": "rms",
            "width": "width",
        },
        lambda row: row["quantity"] == quantity,
    )


_FOUR = "2:14:1, 1:5, 2:17 and 1:12"
_BESIDE = (
    "beside models of scikit-learn on the same rows, which learn what is left. Gain: 95 % of what "
    "the model's error is less, groups drawn anew."
)


def _left_out_compounds(
    quantity: str, error: str, hosts: str, about: str
) -> Table:
    """Return the table of a property of compounds: of all hosts, or of the four."""
    return Table(
        about,
        "datasets/magnetism/LEFT_OUT.md",
        "| property | left out",
        {
            "left out": "left out",
            "model": "model",
            error: error.replace("relative, ", "rel. ").replace(",", ""),
            "pairs": "pairs",
            "inside": "inside",
            "half width, T": "half T",
            "gain, T": "gain, T",
        },
        lambda row: row["property"] == quantity and row["hosts"] == hosts,
    )


def _curie_comparison(hosts: str, about: str) -> Table:
    """Return the table of the Curie temperature beside other models, of all hosts or the four."""
    return Table(
        about,
        "datasets/surrogates/BESIDE.md",
        "| left out | rows | model",
        {
            "left out": "left out",
            "model": "model",
            "MAE, K": "mean, K",
            "pairs": "pairs",
            "in 90 %": "inside",
            "half width, K": "half, K",
            "gain, K": "gain, K",
        },
        lambda row: row["rows"] == hosts,
    )


TABLES = {
    "saturation_polarization_T": (
        _left_out_compounds(
            "saturation_polarization_T",
            "mean, T",
            "all",
            f"J_s at room temperature, the intrinsic model fitted anew {_BESIDE} Compounds: those of "
            "a paper leave the others too.",
        ),
        _left_out_compounds(
            "saturation_polarization_T",
            "mean, T",
            "the four",
            f"The same, of {_FOUR}.",
        ),
    ),
    "anisotropy_field_T": (
        _left_out_compounds(
            "anisotropy_field_T",
            "relative, %",
            "all",
            f"mu0 H_a at room temperature, the intrinsic model fitted anew {_BESIDE} Compounds: those of "
            "a paper leave the others too.",
        ),
        _left_out_compounds(
            "anisotropy_field_T",
            "relative, %",
            "the four",
            f"The same, of {_FOUR}.",
        ),
    ),
    "CompositionRegressor": (
        Table(
            "The regressor of any property, learnt from few rows of groups drawn at random: mean "
            "error on other groups, and that over ExtraTrees' (95 % by draws).",
            "datasets/surrogates/REGRESSOR.md",
            "| property | rows | draws",
            {
                "property": "property",
                "rows": "rows",
                "mean": "by mean",
                "ExtraTrees": "trees",
                "regressor": "regressor",
                "over that of ExtraTrees (95 %)": "over trees (95 %)",
            },
        ),
    ),
    "curie_temperature_K": (
        Table(
            "T_C of R-(Fe,Co) compounds: every paper left out with its compounds; published "
            "compilations, fetched. Pairs: of one paper, over 10 K apart, ordered as measured.",
            _CURIE,
            "| rows | model | n | MAE, K",
            {
                "rows": "left out",
                "model": "model",
                "n": "values",
                "MAE, K": "mean, K",
                "median, K": "median, K",
                "pairs": "pairs",
            },
            lambda row: (
                row["rows"] in ("papers, all rows", "papers, 2:14:1")
                and row["model"] in _MODELS
            ),
        ),
        Table(
            "Intervals of 90 %, calibrated on other folds; a chemistry is a host with its elements "
            "but rare earths.",
            _CURIE,
            "| left out | rows | n | MAE",
            {
                "left out": "left out",
                "rows": "rows",
                "n": "values",
                "MAE, K": "mean, K",
                "coverage": "share inside",
                "median half width, K": "half width, K",
            },
        ),
        _curie_comparison(
            "all",
            "Papers of series (crystals: without the glasses, films and mixtures that are not learnt "
            f"from either) and chemistries left out, {_BESIDE}",
        ),
        _curie_comparison("the four", f"The same, of {_FOUR}."),
    ),
    "magnetism": (
        Table(
            "Intrinsic properties of 2:14:1 alloys, one paper left out at a time, and T_C of other "
            "hosts in papers that entered no fit. Two papers on one compound differ by as much as "
            "their row says.",
            "datasets/magnetism/VALIDATION.md",
            "| test | host | property",
            {
                "test": "test",
                "host": "host",
                "property": "property",
                "n": "n",
                "mean": "mean error",
                "relative": "rel.",
                "inside": "in 90 %",
            },
            lambda row: (
                row["test"]
                in (
                    "leave one paper out",
                    "papers on one compound",
                    "papers not fitted",
                )
            ),
        ),
    ),
    "magnets": (
        Table(
            "Sintered magnets of published recipes, one source left out at a time. No blind test: "
            "some choices were made knowing these errors.",
            "datasets/recipes/VALIDATION.md",
            "| quantity | rows | mean abs. error",
            {
                "quantity": "quantity",
                "rows": "rows",
                "mean abs. error": "mean error",
                "wanted": "wanted",
                "met": "met",
                "met, not odd": "ordinary",
            },
        ),
        Table(
            "The same beside gradient boosting on recipe and process: mean error of ln, and the "
            "share of pairs in the order measured.",
            "datasets/recipes/MAGNETS.md",
            "| quantity | rows | sources",
            {
                "quantity": "quantity",
                "rows": "rows",
                "error, model": "error",
                "error, boosting": "boosting",
                "order, model": "order",
                "order, boosting": "boosting's",
            },
        ),
    ),
    "grades": (
        Table(
            "Commercial grades, predicted from the B_r and H_cJ that makers print at 20 °C.",
            "docs/grades.md",
            "| quantity | host | pairs",
            {
                "quantity": "quantity",
                "host": "host",
                "pairs": "values",
                "within": "within",
                "mean error": "mean error",
                "median size": "median",
            },
        ),
    ),
    "phases": (
        Table(
            "Whether a phase forms, of phases known to exist or not. The terms were chosen while "
            "looking at these errors, so the first row flatters.",
            "datasets/known_phases/VALIDATION.md",
            "| rows | AUC | AUC of the bare",
            {
                "rows": "left out",
                "AUC": "AUC",
                "AUC of the bare hull distance": "by hull alone",
                "wrong at 0.5": "wrong",
            },
        ),
        Table(
            "Energies of substituted phases, interpolated between calculated ones.",
            "docs/physics.md",
            "| quantity | measured on what",
            {"measured on what was left out": "left out", "figure": "figure"},
            lambda row: (
                row["quantity"] == "formation energy of substituted phases"
            ),
        ),
    ),
    "hindcast": (
        Table(
            "What industry adopted since 2010, asked as an engineer of that day would have asked; "
            "(BH)max in kJ/m3.",
            "docs/hindcast.md",
            "| | what | quantity | claimed",
            {
                "": "id",
                "quantity": "quantity",
                "claimed": "claimed",
                "predicted (90 %)": "predicted (90 %)",
                "agrees": "in it",
                "place in its kind": "place",
            },
            lambda row: row["agrees"] != "",
        ),
    ),
    "diffusion": (
        Table(
            "H_cJ after diffusion of heavy rare earth, kA/m at 20 °C (+: the gain). No blind test: "
            "one parameter was fitted to gains of the same papers.",
            "datasets/diffusion/VALIDATION.md",
            "| id | measured | predicted",
            {
                "id": "published result",
                "measured": "measured",
                "predicted": "predicted",
                "interval": "90 % interval",
                "holds": "inside",
            },
        ),
    ),
}
_PAPERS = ("coercivity_kA_m", "remanence_T", "coercivity_coefficient_pct_K")
TABLES |= {quantity: (_left_out_papers(quantity),) for quantity in _PAPERS}


def figures() -> dict[str, list[dict[str, object]]]:
    """Return the stored tables by target, as the pages have them now."""
    return {
        target: [table.stored_text() for table in tables]
        for target, tables in TABLES.items()
    }


def text() -> str:
    """Return the content of the file, a row of a table on a line."""
    plain = json.dumps(figures(), indent=1, ensure_ascii=False)
    return (
        re.sub(
            r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()), plain
        )
        + "\n"
    )


def store() -> None:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")
