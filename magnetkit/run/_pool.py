"""Several pieces at once, in threads, processes or on machines, with their parts in order.

On many processes or machines, by Dask, each piece is a task of its own and its part comes back as
bytes, so that workers need no common disk. A part depends on its piece alone: the pieces of a
worker that is lost go to another one, and the results have the same bytes as those of one machine.
"""

import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from warnings import catch_warnings, filterwarnings

from .._core._arguments import parse_whole_number
from .._core._threads import limit_threads, limited_threads, thread_count
from .._core.errors import InputError, NetworkError
from ..choose._job import Job
from ._work import dependencies, differences

if TYPE_CHECKING:
    from distributed import Client


A = TypeVar("A")
B = TypeVar("B")

_CONNECT_SECONDS = 20.0
_LOOK_SECONDS = 5.0

Progress = Callable[[int, int | None], None]
"""Called with the rows done and the rows in all (None if not known)."""


def iterate_results(
    pool: "Pool", work: Callable[[A], B], pieces: Iterable[A]
) -> Iterator[B]:
    """Yield ``work(piece)`` of each of `pieces` in order, computed by the workers of `pool`.

    `pool` is what `open_workers` yields. `work` takes one of `pieces`; on a
    cluster both must be picklable. Only a few pieces are started before their
    turn, so that memory stays flat and an interruption loses little. An error
    of a piece is raised in its turn; those not started yet are then cancelled.
    """
    futures: deque[Future[Any] | _Watched] = deque()
    try:
        for piece in pieces:
            futures.append(pool.submit(work, piece))
            if len(futures) > pool.workers + 1:
                yield futures.popleft().result()
        while futures:
            yield futures.popleft().result()
    finally:
        for future in futures:
            future.cancel()


def ahead(items: Iterable[A]) -> Iterator[A]:
    """Yield `items` in order, while a thread takes the next one from the iterator.

    An error of the iterator is raised where its item would come. One item more
    than was asked for is taken from it.
    """
    iterator = iter(items)
    end = object()
    with ThreadPoolExecutor(1, "ahead") as pool:
        coming: Any = pool.submit(next, iterator, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, iterator, end)
            yield item


class Threads(ThreadPoolExecutor):
    """The threads of this process: kernels and Arrow release the GIL.

    One piece a thread is faster than several threads a piece: the code between the kernels runs in
    parallel too.
    """

    def __init__(self) -> None:
        self.workers = thread_count()
        super().__init__(self.workers, "screening", limit_threads, (1,))

    def __exit__(self, *error: object) -> None:
        self.shutdown(cancel_futures=True)


def parse_worker_count(workers: Any) -> int:
    """Return a number of processes as an int; InputError unless it is a whole number of 1 or more."""
    try:
        return parse_whole_number("workers", workers)
    except InputError as error:
        raise InputError(
            f"{error}; leave it out for the threads of this process"
        ) from None


@contextmanager
def open_workers(
    workers: int | None = None,
    address: str | None = None,
    job: Job | None = None,
    needed: Mapping[str, Any] | None = None,
) -> "Iterator[Pool]":
    """Open the workers of a run: threads, processes on this machine, or those of a cluster.

    It is a context manager, as in ``with open_workers() as pool:``.

    Parameters
    ----------
    workers : int, optional
        Number of processes, 1 or more; `thread_count` threads without it.
    address : str, optional
        Address of a Dask scheduler, e.g. ``"tcp://10.0.0.1:8786"``.
    job : Job, optional
        What is computed; only for the comparison with `needed`, and only on
        processes or a cluster.
    needed : mapping, optional
        `dependencies` of the job here. Where those of a worker differ,
        ``result()`` raises an InputError; without `needed` nothing is
        compared.

    Yields
    ------
    Pool
        ``submit(work, piece)`` starts ``work(piece)`` and returns a future;
        ``workers`` is the number of threads or processes. It is closed after
        the block.

    Raises
    ------
    InputError
        If both are given, `workers` is no such number, Dask is missing, the
        scheduler does not answer or has no workers, or workers keep dying.
    NetworkError
        If the scheduler or all its workers are lost on the way.
    """
    if workers is None and address is None:
        with Threads() as pool:
            yield pool
        return
    if workers is not None and address is not None:
        raise InputError(
            "give workers on this machine or the address of a cluster, not both"
        )
    if workers is not None:
        workers = parse_worker_count(workers)
    try:
        import distributed
        from distributed.comm import CommClosedError
    except ImportError:
        raise InputError(
            "several processes need Dask, which is not installed; "
            "install it with: pip install 'magnetkit[cluster]'"
        ) from None
    try:
        with _client(workers, address) as client:
            yield _Cluster(client, job, needed)
    except distributed.KilledWorker as error:
        raise InputError(
            f"several Dask workers died over one chunk ({str(error).splitlines()[0]}); give them "
            "more memory and go on with --resume"
        ) from None
    except (CancelledError, CommClosedError) as error:
        where = "" if address is None else f" at {address}"
        raise NetworkError(
            f"the Dask scheduler{where} was lost ({str(error).splitlines()[0]}); start it again "
            "and go on with --resume, which keeps the finished chunks in --out"
        ) from None


@contextmanager
def _client(workers: int | None, address: str | None) -> "Iterator[Client]":
    """Open a Dask client within the block, and close it after.

    It is that of a cluster of `workers` processes of one thread started here,
    or, if `address` is given, of the scheduler there, which goes on; `workers`
    is then ignored. InputError if the scheduler does not answer or has no
    workers. It is a context manager.
    """
    import distributed

    if address is None:
        # Without an address the scheduler asks for a port that another one may have.
        free = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
        options = {
            "n_workers": workers,
            "threads_per_worker": 1,
            "scheduler_kwargs": free,
        }
        cluster = distributed.LocalCluster(**options)
        with cluster, distributed.Client(cluster) as client:
            yield client
        return
    try:
        client = distributed.Client(address, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler answers at {address} ({error}); expected an address such as "
            "tcp://10.0.0.1:8786"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except TimeoutError:
            raise InputError(
                f"the Dask scheduler at {address} has no workers; start some with: "
                f"dask worker {address}"
            ) from None
        yield client


class _Cluster:
    """A Dask client as a pool."""

    def __init__(
        self,
        client: "Client",
        job: Job | None,
        needed: Mapping[str, Any] | None,
    ) -> None:
        """Keep the open `client`, and `job` with `needed`, its `dependencies` here.

        Workers compare theirs with `needed`; None for no check.
        """
        self._client = client
        self._job = job
        self._needed = needed
        self.workers = max(1, sum(client.nthreads().values()))

    def submit(self, work: Callable[[Any], Any], piece: Any) -> "_Watched":
        """Start ``work(piece)`` on a worker of the cluster; return its future.

        `work` and `piece` are sent there, and the result comes back: all must
        be picklable. The future has ``result()`` and ``cancel()``. A worker
        that would answer otherwise fails with an InputError, which ``result()``
        raises.
        """
        # The job goes with each piece, so that a worker that comes later needs nothing else; Dask
        # would rather have it sent before.
        with catch_warnings():
            filterwarnings("ignore", message="Sending large graph")
            future = self._client.submit(
                _alone, work, piece, self._job, self._needed, pure=False
            )
        return _Watched(self._client, future)


class _Watched:
    """A future of Dask's that does not wait for ever where no workers are left."""

    def __init__(self, client: "Client", future: Any) -> None:
        self._client = client
        self._future = future

    def result(self) -> Any:
        """Wait for the result and return it; an error of the work is raised here.

        NetworkError if the scheduler has had no worker for twenty seconds.

        It may wait for ever while there are workers.
        """
        left_alone = 0.0
        while True:
            try:
                return self._future.result(timeout=_LOOK_SECONDS)
            except TimeoutError:
                if self._future.done():
                    # It came just now, or the work itself raised the error.
                    return self._future.result()
            left_alone = (
                0.0 if self._client.nthreads() else left_alone + _LOOK_SECONDS
            )
            if left_alone >= _CONNECT_SECONDS:
                raise NetworkError(
                    "the Dask scheduler has had no workers any more for "
                    f"{left_alone:.0f} s; start some and go on with --resume"
                )

    def cancel(self) -> None:
        """Cancel the work, if it is not done."""
        self._future.cancel()


Pool = Threads | _Cluster


def _alone(
    work: Callable[[A], B],
    piece: A,
    job: Job | None,
    needed: Mapping[str, Any] | None,
) -> B:
    """Run ``work(piece)`` in one thread and return its result; runs in a worker of a cluster.

    InputError if the worker's `dependencies` of `job` differ from `needed`, a
    mapping of JSON values; without `job` or `needed` nothing is compared.
    """
    if job is not None and needed is not None:
        changes = list(differences(dict(needed), dependencies(job)))
        if changes:
            raise InputError(
                f"the Dask worker of process {os.getpid()} on {socket.gethostname()} would answer "
                f"otherwise than this process: {'; '.join(changes[:3])}; install the same version "
                "with the same data on every machine, and let all share one MAGNETKIT_CACHE_DIR"
            )
    with limited_threads(1):
        return work(piece)


@contextmanager
def reporting(progress: bool | Progress, task: str) -> Iterator[Progress]:
    """Provide the function that reports progress, called as ``report(done, total)``, within the block.

    It is a context manager, as in ``with reporting(True, "Rows") as report:``.

    Parameters
    ----------
    progress : bool or callable
        True for a progress bar on stderr, False for no report; a callable,
        which takes the number done and the total, is provided as it is.
    task : str
        Title of the bar.

    Yields
    ------
    callable
        Takes the number done so far, not the increment, and the total, which
        may be None.
    """
    if callable(progress):
        yield progress
        return
    if not progress:
        yield lambda done, total: None
        return
    from rich.progress import (
        MofNCompleteColumn,
        ProgressColumn,
        Task,
        TimeRemainingColumn,
    )
    from rich.text import Text

    from .._core._progress import bars

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f} rows/s" if speed else "")

    with bars(
        MofNCompleteColumn(), Rate(), TimeRemainingColumn(), transient=True
    ) as progress_bar:
        number = progress_bar.add_task(task, total=None)
        yield lambda done, total: progress_bar.update(
            number, completed=done, total=total
        )
