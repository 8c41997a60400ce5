"""What is said beside an answer goes to what is stderr then, once."""

import io
import logging
import sys

import pytest

from magnetkit.cli import _start


@pytest.fixture
def logger(monkeypatch):
    package_logger = logging.getLogger("magnetkit")
    monkeypatch.setattr(package_logger, "handlers", [])
    return package_logger


def test_message_appears_in_one_line_per_process(logger, monkeypatch):
    first = io.StringIO()
    second = io.StringIO()
    for stream in (first, second):
        monkeypatch.setattr(sys, "stderr", stream)
        _start.show_messages()
    logger.warning("still compiling, 3 kernels so far")
    assert (
        second.getvalue() == "magnetkit: still compiling, 3 kernels so far\n"
    )
    assert first.getvalue() == ""


def test_writes_nothing_to_a_closed_stream(logger, monkeypatch):
    old_stream = io.StringIO()
    now = io.StringIO()
    monkeypatch.setattr(sys, "stderr", old_stream)
    _start.show_messages()
    old_stream.close()
    # logging itself would complain of a failed record here, with a traceback.
    monkeypatch.setattr(logging, "raiseExceptions", True)
    logger.warning("still compiling, 3 kernels so far")
    monkeypatch.setattr(sys, "stderr", now)
    logger.warning("done")
    assert now.getvalue() == "magnetkit: done\n"
