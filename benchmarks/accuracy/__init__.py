"""How far the predictions are from measurements that the models have not seen; offline fits.

``python -m benchmarks.accuracy TARGET`` prints the figures of a target anew.
"""

from datetime import date


def provenance_line(command: str) -> str:
    """Return the sentence that says what wrote a page, and when."""
    return f"Written by `{command}`, {date.today().isoformat()}."


def table_row(*cells: object) -> str:
    """Return the row of a Markdown table that has these cells."""
    return f"| {' | '.join(map(str, cells))} |"
