"""What a prediction rests on: the nearest known compounds, and what each part of the model adds."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .._core._arguments import named, whole
from .._core.errors import InputError
from ..alloy._read import Compositions, as_table
from ..alloy.notation import Basis
from .models import load
from .training_sets import COMPUTED, TARGETS, check_target

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Why one composition is predicted as it is.

    Attributes
    ----------
    formula : str
        The composition.
    predictions : DataFrame
        One row a target: value, low, high, in_domain, domain_distance, origin of the data.
    neighbours : DataFrame
        The most similar known compounds: target, formula, similarity (0 to 1), value, source.
    parts : DataFrame
        Target, part of the model, what it adds (in the target's unit).
    """

    formula: str
    predictions: "pd.DataFrame"
    neighbours: "pd.DataFrame"
    parts: "pd.DataFrame"

    def __repr__(self) -> str:
        """Return the explanation as text."""
        shown = [
            f"{name}\n{frame.to_string(index=False)}"
            for name, frame in (
                ("Predictions", self.predictions),
                ("Nearest known compounds", self.neighbours),
                ("Contributions", self.parts),
            )
        ]
        return "\n\n".join([self.formula, *shown])


@named
def explain(
    compositions: Compositions,
    target: str | None = None,
    *,
    n: int = 5,
    data: str | Path | None = None,
    progress: bool = False,
    basis: Basis = "auto",
) -> Explanation:
    """Explain the prediction of one composition.

    Parameters
    ----------
    compositions : text, pymatgen Composition, CompositionTable or another form of one recipe
        One composition, see `magnetkit.predict`; of several the first.
    target : str, optional
        A name of `magnetkit.surrogates.TARGETS`; all of them without it.
    n : int
        Known compounds to name for each target.
    data : str or Path, optional
        A CSV file that the surrogate was trained on, see `magnetkit.surrogates.train`.
    progress : bool
        Show a progress bar on stderr where a surrogate must first be trained.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.

    Returns
    -------
    Explanation
        Its parts are data frames; printed, it is a text.

    Raises
    ------
    InputError
        If there is no composition or it is a target, the target is not known, or `n` is no whole
        number.
    """
    import pandas as pd

    if isinstance(compositions, str) and compositions in (*TARGETS, *COMPUTED):
        raise InputError(
            f"explain takes the composition first, as predict does, then the target {compositions}"
        )
    table = as_table(compositions, basis)[:1]
    if not len(table):
        raise InputError("expected one composition to explain, got none")
    whole("n", n, 0)
    if target is not None:
        check_target(target)
    predictions, neighbours, parts = [], [], []
    for name in TARGETS if target is None else (target,):
        model = load(name, data, progress=progress)
        row = model.predict(table).iloc[0]
        predictions.append(
            {
                "target": name,
                "value": row[name],
                "low": row[f"{name}_lo"],
                "high": row[f"{name}_hi"],
                "in_domain": bool(row["in_domain"]),
                "domain_distance": row["domain_distance"],
                "data": model.known.origin,
            }
        )
        alike = np.where(model.known.learn, model.similarity(table)[0], 0.0)
        nearest = np.argsort(-alike, kind="stable")[:n]
        known = model.known[nearest]
        neighbours += [
            {
                "target": name,
                "formula": formula,
                "similarity": alike[i],
                "value": value,
                "source": source,
            }
            for i, formula, value, source in zip(
                nearest, known.table.formulas(), known.values, known.sources, strict=True
            )
        ]
        parts += [
            {"target": name, "part": part, "adds": float(added[0])}
            for part, added in model.parts(table).items()
        ]
    return Explanation(
        table.formulas()[0],
        pd.DataFrame(predictions),
        pd.DataFrame(neighbours),
        pd.DataFrame(parts),
    )
