"""Rows shared among threads."""

from threading import Thread

import numpy as np
import pytest

from magnetkit._core import _threads


@pytest.mark.parametrize("n", [0, 1, 99, 100, 101, 1234])
def test_every_row_gets_one_visit(n):
    hits = np.zeros(n, int)

    def kernel(counts, start, stop):
        counts[start:stop] += 1

    for threads in (1, 3):
        with _threads.limited_threads(threads):
            hits[:] = 0
            _threads.share_rows(kernel, n, hits, chunk=100)
        assert (hits == 1).all()


def test_raises_an_exception_of_any_piece():
    def kernel(start, stop):
        if stop > 500:
            raise ValueError("piece")

    for threads in (1, 2):
        with (
            _threads.limited_threads(threads),
            pytest.raises(ValueError, match="piece"),
        ):
            _threads.share_rows(kernel, 1000, chunk=100)


def test_a_thread_takes_a_few_pieces():
    calls = []
    for threads, limit in ((1, 1), (2, 2 * _threads.PIECES)):
        calls.clear()
        with _threads.limited_threads(threads):
            _threads.share_rows(
                lambda start, stop: calls.append((start, stop)),
                100_000,
                chunk=1,
            )
        assert len(calls) == limit


def test_a_limit_sets_the_thread_count(monkeypatch):
    threads = []
    monkeypatch.setattr(Thread, "start", lambda self: threads.append(self))
    monkeypatch.setattr(Thread, "join", lambda self: None)
    with _threads.limited_threads(3):
        _threads.share_rows(lambda start, stop: None, 1000, chunk=100)
        assert len(threads) == 2
        _threads.share_rows(lambda start, stop: None, 100, chunk=100)
        assert len(threads) == 2


def test_limit_holds_in_one_thread_for_a_while():
    counts = []

    def other():
        _threads.limit_threads(1)
        counts.append(_threads.thread_count())

    with _threads.limited_threads(5):
        thread = Thread(target=other)
        thread.start()
        thread.join()
        assert (counts, _threads.thread_count()) == ([1], 5)
    assert _threads.thread_count() == _threads.most_threads()
