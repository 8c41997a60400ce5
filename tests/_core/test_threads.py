"""Rows shared among threads."""

from threading import Thread

import numpy as np
import pytest

from magnetkit._core import _jit


@pytest.mark.parametrize("n", [0, 1, 99, 100, 101, 1234])
def test_every_row_is_done_once(n):
    hits = np.zeros(n, int)

    def kernel(counts, start, stop):
        counts[start:stop] += 1

    _jit.share_rows(kernel, n, hits, chunk=100)
    assert (hits == 1).all()


def test_an_exception_in_any_piece_is_raised():
    def kernel(start, stop):
        if stop > 500:
            raise ValueError("piece")

    for threads in (1, 2):
        with _jit.limited_threads(threads), pytest.raises(ValueError, match="piece"):
            _jit.share_rows(kernel, 1000, chunk=100)


def test_what_a_kernel_does_once_a_piece_is_not_done_once_for_few_rows():
    calls = []
    for threads, most in ((1, 1), (2, 2 * _jit.PIECES)):
        calls.clear()
        with _jit.limited_threads(threads):
            _jit.share_rows(lambda start, stop: calls.append((start, stop)), 100_000, chunk=1)
        assert len(calls) <= most


def test_a_limit_sets_the_thread_count(monkeypatch):
    started = []
    monkeypatch.setattr(Thread, "start", lambda self: started.append(self))
    monkeypatch.setattr(Thread, "join", lambda self: None)
    with _jit.limited_threads(3):
        _jit.share_rows(lambda start, stop: None, 1000, chunk=100)
        assert len(started) == 2
        _jit.share_rows(lambda start, stop: None, 100, chunk=100)
        assert len(started) == 2


def test_a_limit_holds_in_its_own_thread_and_is_given_back():
    seen = []

    def other():
        _jit.limit_threads(1)
        seen.append(_jit.thread_count())

    with _jit.limited_threads(5):
        thread = Thread(target=other)
        thread.start()
        thread.join()
        assert (seen, _jit.thread_count()) == ([1], 5)
    assert _jit.thread_count() == _jit.most_threads()
