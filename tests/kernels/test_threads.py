"""Rows shared among threads."""

from threading import Thread

import numba
import numpy as np
import pytest

from magnetkit.kernels.threads import share_rows


@pytest.mark.parametrize("n", [0, 1, 99, 100, 101, 1234])
def test_every_row_is_done_once(n):
    hits = np.zeros(n, int)

    def kernel(counts, start, stop):
        counts[start:stop] += 1

    share_rows(kernel, n, hits, chunk=100)
    assert (hits == 1).all()


def test_an_exception_in_any_piece_is_raised():
    def kernel(start, stop):
        if start >= 500:
            raise ValueError("piece")

    with pytest.raises(ValueError, match="piece"):
        share_rows(kernel, 1000, chunk=100)


def test_thread_count_follows_numba(monkeypatch):
    started = []
    monkeypatch.setattr(Thread, "start", lambda self: started.append(self))
    monkeypatch.setattr(Thread, "join", lambda self: None)
    monkeypatch.setattr(numba, "get_num_threads", lambda: 3)
    share_rows(lambda start, stop: None, 1000, chunk=100)
    assert len(started) == 2
    share_rows(lambda start, stop: None, 100, chunk=100)
    assert len(started) == 2
