"""How far off what is predicted lies, on measurements that were left out."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._core import datasets
from .._core._arguments import check_arguments, share
from .._core._progress import bar
from .._core._shown import shorten_lines
from .._core.errors import InputError
from .._core.units import parse_temperatures
from ..surrogates import _validation
from ..surrogates._measured import TARGET as CURIE
from ..surrogates._measured import TrainingSet, measured_compounds, read_frame
from ..surrogates.training_sets import ENERGY, training_set

if TYPE_CHECKING:
    import pandas as pd

    from ..report.plots import Figure

STORED = "accuracy/figures.json"
"""The figures of magnetkit's own validation, picked from the pages on which they stand."""

_LEARN_FROM = ("data", "known")


@dataclass(frozen=True, eq=False, repr=False)
class Validation:
    """Figures of merit of a target.

    Attributes
    ----------
    target : str
        What was predicted, such as "curie_temperature_K".
    about : str
        Which rows were left out, and of what.
    table : DataFrame
        The figures: a row a model, or of stored figures the first of `tables`.
    tables : dict of str to DataFrame
        All tables by what they are about; of stored figures there may be several.
    predictions : DataFrame or None
        One row a measurement with a column a model; None of stored figures.
    """

    target: str
    about: str
    table: "pd.DataFrame"
    tables: "dict[str, pd.DataFrame]" = field(default_factory=dict)
    predictions: "pd.DataFrame | None" = None

    def __repr__(self) -> str:
        """Return the first lines of the tables; `print` shows all."""
        return shorten_lines(str(self))

    def __str__(self) -> str:
        """Return the tables as text."""
        texts = [f"Validation of {self.target}"]
        for about, table in self.tables.items():
            texts.append(f"{about}\n{table.round(3).to_string()}")
        return "\n\n".join(texts)

    def _repr_html_(self) -> str:
        """Return the tables as HTML, for notebooks, each below its heading, with three decimals."""
        from html import escape

        text = f"<p>Validation of {escape(self.target)}</p>"
        for about, table in self.tables.items():
            text += f"<p>{escape(about)}</p>{table.round(3).to_html()}"
        return text

    def plot(self, model: str | None = None) -> "Figure":
        """Draw predictions against measurements.

        `predictions` must have ``measured``, a column for each model, and
        ``low`` and ``high`` of the first one.

        Parameters
        ----------
        model : str, optional
            A row of `table`; the first without it. The first is drawn with its
            intervals.

        Returns
        -------
        Figure
            See `magnetkit.plots.parity`.

        Raises
        ------
        InputError
            If the figures are stored ones, without their rows, or there is no such model.
        """
        from ..report import plots

        if self.predictions is None:
            raise InputError(
                f"the stored figures of {self.target} have no rows to draw; give data=, or "
                "anew=True to leave out again"
            )
        names = list(self.table.index)
        name = names[0] if model is None else model
        if name not in names:
            raise InputError(
                f"there is no model {model!r}; use one of {', '.join(names)}"
            )
        rows = self.predictions
        measured_values = rows["measured"].to_numpy()
        predicted_values = rows[name].to_numpy()
        ends = {}
        if name == names[0]:
            ends = {
                "lo": rows["low"].to_numpy(),
                "hi": rows["high"].to_numpy(),
            }
        return plots.parity(
            measured_values, predicted_values, self.target, **ends
        )


@check_arguments
def validate(
    target: str,
    data: Any = None,
    groups: Any = None,
    *,
    learn_from: str = "data",
    interval: float = 0.9,
    temperature: float | str = 300.0,
    peers: bool = True,
    anew: bool = False,
    progress: bool = False,
) -> Validation:
    """Say how far off predictions lie on measurements that were left out.

    Without `data` these are the stored figures of magnetkit's own validation, which
    ``magnetkit validate`` prints too. With `data` every row is predicted by models that saw
    neither its group nor its compound; ExtraTrees, RandomForest and GaussianProcess of
    scikit-learn (on Magpie statistics and rare-earth descriptors) stand beside on the same rows.

    Parameters
    ----------
    target : str
        What is predicted: a name of stored figures (`stored_targets`), or any
        numeric column of `data`.
    data : path or frame, optional
        Measurements with the columns ``composition`` and `target`, and where
        known ``group`` and ``source``, see `magnetkit.surrogates.training_set`.
    groups : str or sequence of str, optional
        Rows that are left out together: a column of `data`, or one name for each row that can be
        read; the column ``group``, else the chemical systems, without it.
    learn_from : {"data", "known"}
        Whether the models learn from the other groups of `data`, or from magnetkit's own
        set less the groups, sources and compounds of `data`. Of polarization, anisotropy constant
        and field that set are the embedded compounds, and the physics as it is shipped, which was
        fitted to them, stands first: give it what they do not hold.
    interval : float
        Probability of the intervals, between 0 and 1.
    temperature : float or str
        That of the measurements, K or a text such as ``"20C"``; for the physics alone.
    peers : bool
        Whether the models of scikit-learn stand beside.
    anew : bool
        Leave out the rows of magnetkit's own training set again rather than give stored figures.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    Validation
        ``.table`` is a frame of figures, ``.predictions`` one of rows (None of
        stored figures), ``.plot()`` draws them. With `data` or `anew`,
        ``table`` has a row a model, by its name as index, and the columns
        ``rows``, ``groups``, ``mean_absolute_error``,
        ``median_absolute_error``, ``pairs_in_order``, ``coverage``,
        ``half_width``, ``error_gain`` and ``pairs_gain`` with ``_lo`` and
        ``_hi``; ``predictions`` has ``composition``, ``measured``, ``group``,
        ``source``, a column a model, and ``low`` and ``high`` of the first.
        Values are in the unit of `target`. Stored tables have columns of their
        own. Pairs are those of one group further apart than a tolerance (10 K,
        0.02 T, 0.5 T, 0.2 MJ/m3, 0.02 eV/atom, else a twentieth of the
        spread), ordered as measured. Gains are those of the first model on
        each, with 95 % intervals over groups drawn anew.

    Raises
    ------
    InputError
        If nothing is stored of the target, or an argument cannot be used.
    DataError
        If the table holds too few rows.

    Examples
    --------
    >>> validate("phases").table.columns[0]
    'left out'
    """
    share("interval", interval)
    if learn_from not in _LEARN_FROM:
        raise InputError(
            f"learn_from must be one of {', '.join(_LEARN_FROM)}, got {learn_from!r}"
        )
    if data is None and not anew:
        if groups is not None:
            raise InputError("groups= names groups of data=; give both")
        return _stored_validation(target)
    rows = _with_groups(target, data, groups)
    (kelvin,) = parse_temperatures(temperature)
    options: dict[str, Any] = {
        "coverage": interval,
        "with_peers": peers,
        "temperature": kelvin,
    }
    with bar(
        f"validating {target}",
        _validation.steps(rows, learn_from, peers),
        progress,
    ) as advance:
        if learn_from == "known":
            own_set = _own_set(target, data)
            left_out = _validation.leave_known_out(
                rows, own_set, advance=advance, **options
            )
            how = f"predicted from {own_set.origin} less their groups and compounds"
        else:
            left_out = _validation.leave_groups_out(
                rows, advance=advance, **options
            )
            how = "each left out with its compounds"
    table = left_out.figures()
    count = len(set(rows.groups))
    about = f"{rows.origin}: {len(rows)} values in {count} groups, {how}."
    return Validation(
        target, about, table, {about: table}, left_out.to_frame()
    )


def stored_targets() -> tuple[str, ...]:
    """Return the targets of which figures are stored."""
    return tuple(stored_figures())


def stored_figures() -> dict[str, list[dict[str, Any]]]:
    """Return the stored tables of figures by target, as ``magnetkit validate --json`` does."""
    return json.loads(datasets.path(STORED).read_text("utf-8"))


def _stored_validation(target: str) -> Validation:
    """Build the validation of a target from the stored figures; InputError if none are stored of it.

    `target` is a key of `stored_figures`, such as "curie_temperature_K", "remanence_T" or "magnets".

    Its ``predictions`` are None. ``tables`` maps a text, "date: about More:
    page", to each table; the first is ``table``, its text ``about``. A column
    whose texts are all numbers becomes one of numbers.
    """
    import pandas as pd

    figures = stored_figures()
    if target not in figures:
        raise InputError(
            f"no figures of {target!r} are stored, but of {', '.join(figures)}; data= takes "
            "measurements of anything else"
        )
    tables = {}
    for entry in figures[target]:
        frame = pd.DataFrame(entry["rows"], columns=entry["columns"])
        about = "{date}: {about} More: {page}".format_map(entry)
        tables[about] = frame.apply(_as_numbers)
    about, table = next(iter(tables.items()))
    return Validation(target, about, table, tables)


def _as_numbers(column: "pd.Series") -> "pd.Series":
    """Convert a column of texts to numbers if all of them are numbers; else return it as it is.

    An empty text or a missing value is no number, so that the column stays as
    it is. A new series is returned in the first case.
    """
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.isna().any():
        return column
    return numbers


def _with_groups(target: str, data: Any, groups: Any) -> TrainingSet:
    """Return the rows to test on, in the groups of `groups`.

    Parameters
    ----------
    target : str
        Column that is predicted.
    data : TrainingSet, path, frame or None
        A training set, or what `training_set` reads for the target; None for
        magnetkit's own.
    groups : str, sequence of str or None
        A column of `data`, which must then be a path or frame; one group for
        each row that can be read, in their order; or None for the groups of
        `data`.

    Returns
    -------
    TrainingSet
        The rows, in the order of `data`; without `groups` `data` itself, if it
        is a set.

    Raises
    ------
    InputError
        If there is no such column, `groups` is a text and `data` no path or
        frame, or there is not one group a row.
    """
    rows = (
        data if isinstance(data, TrainingSet) else training_set(target, data)
    )
    if groups is None:
        return rows
    if isinstance(groups, str):
        return training_set(target, _renamed_group(data, groups))
    if len(groups) != len(rows):
        raise InputError(
            f"groups must name one group for each of {len(rows)} rows that can be read, got "
            f"{len(groups)}"
        )
    return _validation.with_groups(rows, groups)


def _renamed_group(data: Any, column: str) -> "pd.DataFrame":
    """Read data as a frame whose column ``group`` holds the groups that another column names.

    `data` is a path or a frame, which is not changed; a column ``group`` that
    it has is replaced in the new frame, which keeps all others, `column` too.
    InputError if there is no such `column`.
    """
    frame = read_frame(data)
    if column not in frame.columns:
        raise InputError(
            f"groups= names no column: {column!r} is not among {', '.join(map(str, frame.columns))}"
        )
    return frame.assign(group=frame[column])


def _own_set(target: str, data: Any) -> TrainingSet:
    """Return the set that magnetkit learns from, or is fitted to, of a target.

    `target` is "curie_temperature_K", "formation_energy_eV_atom",
    "saturation_polarization_T", "anisotropy_constant_MJ_m3" or
    "anisotropy_field_T". InputError, with the list of these, for another, or
    for any target if `data`, the user's measurements, is None; `data` is not
    read.
    """
    targets = tuple(dict.fromkeys((CURIE, ENERGY, *_validation.PHYSICS)))
    if data is None or target not in targets:
        raise InputError(
            f'learn_from="known" needs data= and one of {", ".join(targets)}, of which magnetkit '
            "has a set of its own"
        )
    if target in (CURIE, ENERGY):
        return training_set(target)
    return measured_compounds(target)
