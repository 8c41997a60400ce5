"""Making candidates by substitution on the sites of a host."""

from collections.abc import Iterator
from dataclasses import dataclass

from .table import CompositionTable


@dataclass(frozen=True)
class Substitutions:
    """A lazy, chunked space of substituted formulas."""

    host: str

    def __len__(self) -> int:
        raise NotImplementedError

    def chunks(self, size: int = 65536) -> Iterator[CompositionTable]:
        """Yield the space in tables of at most `size` rows."""
        raise NotImplementedError


def substitutions(
    host: str,
    replace: dict[str, list[str]],
    step: float = 0.05,
    limits: dict[str, float] | None = None,
) -> Substitutions:
    """Describe the substitutions of a host formula without building them."""
    raise NotImplementedError
