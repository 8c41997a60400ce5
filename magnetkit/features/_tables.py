"""Features of a candidate table, file to file."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from .._core._files import replacing, safe_cell, write_csv
from .._core.errors import InputError
from ..alloy._element_columns import with_composition_column
from ..alloy._files import read_blocks
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from .compositions import CompositionStatistics
from .rare_earths import RareEarthDescriptors

_RECIPES_A_BLOCK = 65_536


def featurize(
    path: Path, out: Path, basis: Basis = "auto", column: str | None = None
) -> tuple[int, int]:
    """Write statistics and sublattice descriptors of candidates to a table.

    Rows that cannot be read go to a file beside `out`, of the same name but
    ending in ``.rejected.csv``, with the columns line, text and reason. It is
    written only if there are such rows. A file that `out` names is replaced.
    Lines are those of the input file, its header included, from 1; of Parquet
    they are numbers of rows. An older file of rejected rows is removed if there
    are none now, unless it is the input.

    Parameters
    ----------
    path : Path
        Table (.csv, .tsv, .parquet, .xlsx) with a header, or .txt of one recipe a line.
    out : Path
        File to write, a Path ending in .parquet or .csv, in a folder that exists. Its columns are
        row_index, candidate (the text as given) and the features of `CompositionStatistics` and
        `RareEarthDescriptors`, by their names. ``row_index`` counts the rows of the input from 0.
        Other columns of the input are not written. In .csv a text that a spreadsheet would run gets
        an apostrophe in front.
    basis : {"auto", "atomic", "weight"}
        Basis of the amounts.
    column : str, optional
        Composition column of a table. By default it is ``composition`` or the only text column. "*"
        asks for one column for each element.

    Returns
    -------
    row_count : int
        Number of rows written. It is 0 if no row can be read, and the table is written without
        rows.
    rejected_count : int
        Number of rows that cannot be read.

    Raises
    ------
    InputError
        If the input cannot be read, or the output has another ending or cannot be written.
    """
    if out.suffix not in (".parquet", ".csv"):
        raise InputError(f"{out}: expected a file ending in .parquet or .csv")
    parts = (CompositionStatistics().fit(), RareEarthDescriptors())
    names = [str(n) for part in parts for n in part.get_feature_names_out()]
    fields = [("row_index", pa.int64()), ("candidate", pa.string())]
    schema = pa.schema([*fields, *((name, pa.float64()) for name in names)])
    row_count = 0
    rejections: list[tuple[int, str, str]] = []
    blocks = read_blocks(path, _RECIPES_A_BLOCK)
    first = next(blocks, None)
    try:
        is_csv = out.suffix == ".csv"
        kind = pyarrow.csv.CSVWriter if is_csv else pq.ParquetWriter
        with replacing(out) as temporary, kind(temporary, schema) as writer:
            while first is not None:
                block = first
                first = next(blocks, None)
                rejections += [
                    (r.line, r.text, r.reason) for r in block.rejected
                ]
                frame, name = with_composition_column(
                    block.table, column, path
                )
                texts = frame[name]
                table = CompositionTable.from_arrow(texts, basis=basis)
                rejections += [
                    (int(block.lines[e.row]), e.text, e.reason)
                    for e in table.errors
                ]
                formulas = texts.take(pa.array(table.row_index)).cast(
                    pa.string()
                )
                if is_csv:
                    safe = list(map(safe_cell, formulas.to_pylist()))
                    formulas = pa.array(safe, pa.string())
                columns = [pa.array(block.start + table.row_index), formulas]
                for part in parts:
                    columns += [
                        pa.array(values) for values in part.transform(table).T
                    ]
                writer.write_table(pa.table(columns, schema=schema))
                row_count += len(table)
        rejected_file = out.with_suffix(".rejected.csv")
        if rejections:
            write_csv(("line", "text", "reason"), rejections, rejected_file)
        elif path.resolve() != rejected_file.resolve():
            rejected_file.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"{out} cannot be written: {error.strerror or error}"
        ) from None
    return row_count, len(rejections)
