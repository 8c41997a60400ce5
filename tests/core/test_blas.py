"""The limit on the threads of linear algebra holds until the last one leaves."""

import subprocess
import sys
import threading

from threadpoolctl import threadpool_info, threadpool_limits

from magnetkit._core._blas import one_thread


def threads() -> set[int]:
    return {i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"}


def test_one_that_leaves_does_not_loosen_the_limit_under_another():
    import scipy.linalg  # noqa: F401

    with threadpool_limits(limits=2, user_api="blas"):
        assert threads() == {2}
        inside, leave = threading.Event(), threading.Event()

        def other() -> None:
            with one_thread():
                inside.set()
                leave.wait()

        first = threading.Thread(target=other)
        with one_thread():
            first.start()
            inside.wait()
            assert threads() == {1}
            with one_thread():
                assert threads() == {1}
        # The first to come in has left, the other is at work.
        assert threads() == {1}
        leave.set()
        first.join()
        assert threads() == {2}


def test_an_error_inside_takes_the_limit_back():
    with threadpool_limits(limits=2, user_api="blas"):
        try:
            with one_thread():
                raise ValueError
        except ValueError:
            pass
        assert threads() == {2}


def test_linear_algebra_of_others_works_though_it_is_loaded_late():
    code = """
import sys
import magnetkit as mk
from magnetkit import kernels
kernels.places()
import numba, numpy as np
dot = numba.njit(lambda a, b: a @ b)
assert "scipy.linalg" not in sys.modules
a = np.eye(2) * 3.0
assert dot(a, a).tolist() == [[9.0, 0.0], [0.0, 9.0]]
from scipy.linalg import solve
assert solve(a, [3.0, 6.0]).tolist() == [1.0, 2.0]
import scipy.linalg.cython_blas as blas
assert "dgemm" in blas.__pyx_capi__
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
