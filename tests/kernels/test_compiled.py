"""What a kernel is compiled to, alone and within those that call it."""

import os
import pickle

import numpy as np
import pytest
from llvmlite.binding import Linkage

from magnetkit.kernels import _compiled
from magnetkit.kernels._accelerate import jit

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled without JIT"
)


@jit
def _scaled(x, by):
    return x * by


@jit
def _literal_and_variable(values, by):
    total = 0.0
    for value in values:
        total += _scaled(value, 2) + _scaled(value, 3) + _scaled(value, by)
    return total


@jit
def _default(x, by=3.0):
    return x * by


@jit
def _calls_default(x):
    return _default(x) + _default(x, 1.0) + _default(by=2.0, x=x)


def test_what_kernels_call_is_part_of_them_and_compiled_once():
    assert _literal_and_variable(np.arange(4.0), 4) == 6.0 * 9.0
    # Two literals and a variable are one type of argument.
    assert len(_scaled._parts) == 1
    assert not _scaled.overloads
    # Python may call it all the same.
    assert _scaled(3.0, 4) == 12.0
    assert len(_scaled.overloads) == 1


def test_defaults_and_names_of_arguments_hold_between_kernels():
    assert _calls_default(1.0) == 6.0


def test_no_kernel_takes_the_code_of_another():
    _literal_and_variable(np.arange(4.0), 4)
    (result,) = _literal_and_variable.overloads.values()
    linkages = {function.linkage for function in result.library.get_defined_functions()}
    assert Linkage.linkonce_odr not in linkages


def test_what_is_kept_is_machine_code_alone_and_runs():
    _literal_and_variable(np.arange(4.0), 4)
    (result,) = _literal_and_variable.overloads.values()
    body = _compiled.packed(result)
    _, code, *_ = pickle.loads(body)
    assert code.startswith(b"\x7fELF") or os.uname().sysname != "Linux"
    # LLVM's own code of it, several times as long to load, begins so.
    assert b"BC\xc0\xde" not in body
    again = _compiled.unpacked(body, result.target_context)
    assert again.entry_point(np.arange(4.0), 4) == 6.0 * 9.0
