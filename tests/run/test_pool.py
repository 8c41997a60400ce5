"""Pieces at once, their parts in order; items that are made ahead of time."""

import threading
import time
from concurrent.futures import Future

import pytest

from magnetkit._core import _progress
from magnetkit._core._threads import limited_threads, thread_count
from magnetkit.run._pool import (
    Threads,
    _alone,
    ahead,
    iterate_results,
    reporting,
)


def test_items_come_in_order_one_at_a_time():
    items_out = []
    lead = []

    def items():
        for k in range(6):
            items_out.append(k)
            yield k

    for k in ahead(items()):
        end = time.monotonic() + 60
        while len(items_out) < min(k + 2, 6) and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(0.01)
        lead.append(len(items_out) - k)
        assert items_out[: k + 1] == list(range(k + 1))
    assert items_out == list(range(6))
    # The next is made meanwhile, and no more than that: memory stays flat.
    assert max(lead) == 2


def test_failure_appears_at_its_item():
    def items():
        yield 1
        raise ValueError("the disk is gone")

    iterator = ahead(items())
    assert next(iterator) == 1
    with pytest.raises(ValueError, match="the disk is gone"):
        next(iterator)


def test_parts_come_in_order_whoever_is_first():
    with Threads() as pool:
        began = threading.Event()

        def work(k):
            if k == 0:
                began.wait(0.2)
            return k * k

        assert list(iterate_results(pool, work, range(20))) == [
            k * k for k in range(20)
        ]


def test_shows_a_bar_on_request(monkeypatch):
    calls = []
    bars = _progress.bars
    monkeypatch.setattr(
        _progress, "bars", lambda *a, **k: calls.append(1) or bars(*a, **k)
    )
    with reporting(False, "screening") as tell:
        tell(1, 2)
    assert not calls
    with reporting(True, "screening") as tell:
        tell(1, 2)
    assert calls


def test_worker_takes_one_thread():
    with limited_threads(3):
        assert _alone(lambda _: thread_count(), None, None, None) == 1
        assert thread_count() == 3


def test_few_pieces_start_before_their_turn():
    started = []

    class Pool:
        workers = 3

        def submit(self, work, piece):
            started.append(piece)
            future = Future()
            future.set_result(work(piece))
            return future

    results = iterate_results(Pool(), str, range(8))
    ahead_of = [(result, len(started)) for result in results]
    assert ahead_of[:4] == [("0", 5), ("1", 6), ("2", 7), ("3", 8)]
    assert [result for result, _ in ahead_of] == [str(k) for k in range(8)]
