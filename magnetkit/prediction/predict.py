"""All properties of some compositions, without a device."""

from collections.abc import Sequence
from typing import Any, Unpack

from ..arguments import named, renamed
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from .conditions import ConditionKeywords, Conditions, with_conditions
from .properties import predicted


@renamed(outside_kA_m="outside_field_kA_m")
@named
@with_conditions("use", "magnet", "supply", "models")
def predict(
    compositions: Any,
    temperature: float | str | Sequence[float | str] = 300.0,
    *,
    basis: Basis = "auto",
    column: str | None = None,
    strict: bool = False,
    **keywords: Unpack[ConditionKeywords],
) -> Any:
    """Predict every property of some compositions at one temperature or several.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        Recipes. A frame is one of pandas, polars or Arrow, a column one of theirs, a path that of
        a table (.csv, .tsv, .parquet, .txt). A column ``shell`` gives the grain-boundary shell of
        each row; all other columns come back beside the result.
    temperature : float, str or sequence of them
        K, or a text such as ``"150C"``. Several, as a list or as the texts ``"20C,100C,150C"``
        and ``"20C:200C:10"``, give a row each.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    column : str, optional
        Composition column of a frame or file; ``composition`` or the only text column otherwise.
    strict : bool
        Fail on the first row that cannot be read; such rows are left out otherwise, with a
        `RejectedRows` warning, and listed in ``.attrs["rejected"]``.
    **keywords
        Conditions, see `magnetkit.prediction.Conditions`.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each composition that could be read and each temperature, in the library and
        with the index and other columns of the input: properties by physics, surrogate and table,
        each predicted one with its interval and where it comes from; columns as in
        `magnetkit.columns`.

    Raises
    ------
    InputError
        If an argument cannot be used.
    CompositionError
        If no row can be read, or one cannot and `strict` is set.

    Examples
    --------
    >>> frame = predict(["SmCo5", "Nd2Fe14B"], temperature="150C")
    >>> frame["host"].tolist()
    ['1:5', '2:14:1']
    """
    conditions = Conditions.of(temperature=temperature, **keywords)
    inputs = read_inputs(compositions, basis, column, strict=strict)
    return predicted(inputs, conditions)
