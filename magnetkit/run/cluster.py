"""Screening on many processes or machines, by Dask.

Each piece is a task of its own and its part comes back as bytes, so that workers need no common
disk. A part depends on its piece alone: a worker that is lost costs the pieces it was working on,
which Dask gives to another, and the results have the same bytes as those of one machine.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import InputError
from .pool import Begun, Pool, Threads
from .work import code_sha256

if TYPE_CHECKING:
    from distributed import Client

A = TypeVar("A")
B = TypeVar("B")

_CONNECT_SECONDS = 20


@contextmanager
def opened(workers: int | None = None, address: str | None = None) -> Iterator[Pool]:
    """Give what works on pieces: threads here, processes here, or a cluster.

    Parameters
    ----------
    workers : int, optional
        Start so many processes on this machine.
    address : str, optional
        Scheduler of a cluster, e.g. ``"tcp://10.0.0.1:8786"``.

    Raises
    ------
    InputError
        If both are given, Dask is missing, the scheduler does not answer or workers keep dying.
    """
    if workers is None and address is None:
        with Threads() as pool:
            yield pool
        return
    if workers is not None and address is not None:
        raise InputError("give workers on this machine or the address of a cluster, not both")
    if workers is not None and workers < 1:
        raise InputError(f"workers must be 1 or more, got {workers}")
    try:
        import distributed
    except ImportError:
        raise InputError(
            "several processes need Dask, which is not installed; "
            "install it with: pip install 'magnetkit[dask]'"
        ) from None
    try:
        with _client(workers, address) as client:
            yield _Cluster(client)
    except distributed.KilledWorker as error:
        raise InputError(
            f"several Dask workers died over one chunk ({str(error).splitlines()[0]}); give them "
            "more memory and go on with --resume"
        ) from None


@contextmanager
def _client(workers: int | None, address: str | None) -> "Iterator[Client]":
    import distributed

    if address is None:
        cluster = distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None
        )
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
        yield client


class _Cluster:
    """A Dask client with the face of a pool."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self.workers = max(1, sum(client.nthreads().values()))

    def submit(self, work: Callable[[Any], Any], piece: Any) -> Begun:
        """Begin some work."""
        return self._client.submit(_alone, work, piece, code_sha256(), pure=False)


def _alone(work: Callable[[A], B], piece: A, code: str) -> B:
    """Work in one thread, as each of a worker's threads has a piece of its own."""
    import numba

    if code != code_sha256():
        raise InputError(
            "a Dask worker has another state of magnetkit than this process; install the same "
            "version on every machine"
        )
    numba.set_num_threads(1)
    return work(piece)
