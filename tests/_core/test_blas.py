"""The limit on the threads of linear algebra holds until the last one leaves."""

import threading

from threadpoolctl import threadpool_info, threadpool_limits

from magnetkit._core._blas import one_thread


def threads() -> set[int]:
    return {
        i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"
    }


def test_inner_limit_keeps_the_outer_limit():
    import scipy.linalg  # noqa: F401

    with threadpool_limits(limits=2, user_api="blas"):
        assert threads() == {2}
        inside = threading.Event()
        leave = threading.Event()

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
