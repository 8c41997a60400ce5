"""What a command printed, as tests read it."""

import re


def cells(text: str) -> list[list[str]]:
    """Return the cells of the printed tables, line by line."""
    lines = [line for line in text.splitlines() if re.match("[│┃]", line)]
    return [
        [cell.strip() for cell in re.split("[│┃]", line)[1:-1]]
        for line in lines
    ]


def sentences(text: str) -> str:
    """Return what stands beside the printed tables, on one line."""
    lines = [
        line for line in text.splitlines() if line and line[0] not in "┏┃┡│├└"
    ]
    return " ".join(" ".join(lines).split())
