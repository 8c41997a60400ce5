"""Working on several pieces at once, their parts in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from ..kernels.threads import limit_threads, thread_count

A = TypeVar("A")
B = TypeVar("B")


class Begun(Protocol):
    """Some work that was begun: a future of Python's or of Dask's."""

    def result(self) -> Any:
        """Wait for what it returns."""
        ...

    def cancel(self) -> Any:
        """Leave it, if it is not done."""
        ...


class Pool(Protocol):
    """Something that works on pieces."""

    workers: int

    def submit(self, work: Callable[[Any], Any], piece: Any) -> Begun:
        """Begin some work."""
        ...


def in_order(pool: Pool, work: Callable[[A], B], pieces: Iterable[A]) -> Iterator[B]:
    """Yield the result of each piece in order.

    So few pieces are begun before their turn that memory stays flat, and an interruption loses
    no more than those.
    """
    begun: deque[Begun] = deque()
    try:
        for piece in pieces:
            begun.append(pool.submit(work, piece))
            if len(begun) > pool.workers + 1:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        for left in begun:
            left.cancel()


def ahead(items: Iterable[A]) -> Iterator[A]:
    """Yield items, the next of which is made in a thread while the caller has one in hand."""
    given, end = iter(items), object()
    with ThreadPoolExecutor(1, "ahead") as pool:
        coming: Any = pool.submit(next, given, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, given, end)
            yield item


class Threads:
    """The threads of this process: kernels and Arrow release the GIL.

    One piece a thread, each in one thread throughout, is faster than several threads a piece, for
    what lies between the kernels then runs side by side too.
    """

    def __init__(self) -> None:
        self.workers = thread_count()
        self._pool = ThreadPoolExecutor(self.workers, "screening", limit_threads, (1,))

    def submit(self, work: Callable[[Any], Any], piece: Any) -> Begun:
        """Begin some work."""
        return self._pool.submit(work, piece)

    def __enter__(self) -> "Threads":
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(cancel_futures=True)
