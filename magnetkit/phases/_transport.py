"""mp-api in a process of its own, which is ended when its server keeps it waiting.

The API key goes to that process by its standard input and from there to the server alone: it is
in no argument, no environment and no file. Nothing that a server says is put into a message, so
that none can hold the key, whole or in part, or what a terminal obeys.
"""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread, Timer
from typing import Any
from urllib.parse import urljoin, urlsplit

from .._core.errors import NetworkError

KEY_HELP = (
    "get a key at https://next-gen.materialsproject.org/api (free, after signing in) and set it "
    "in the environment variable MP_API_KEY or pass api_key="
)
_LESS = "ask for smaller chemical systems"
_CHECK = "check the network and the endpoint (MP_API_ENDPOINT or endpoint=)"

# Seconds until mp-api is loaded, from a slow disk too; then until each answer has come whole.
LOADING_S = 300.0
ANSWER_S = 120.0
# Tries of a search, beside those that mp-api makes of a request; seconds before the second.
ATTEMPTS = 3
PAUSE_S = 1.0
# Documents of one answer, of one search, and the size of an answer unpacked.
DOCUMENTS_A_PAGE = 200
MOST_DOCUMENTS = 50_000
MOST_BYTES = 64 << 20
# Chemical systems or identifiers in one question: its address stays below the usual 8 kB.
BATCH = 100
# A date, perhaps without its day, and which release of that day.
_VERSION = re.compile(
    r"\d{4}[._-]\d{1,2}([._-]\d{1,2})?([._-]?(post)?\d{1,3})?"
)

News = dict[str, Any]


class _PassingError(Exception):
    """An answer that may be another at the next try."""


def fetch_records(
    systems: list[str], key: str, endpoint: str, progress: bool
) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Fetch the documents of chemical systems from the server, in a process of its own.

    Parameters
    ----------
    systems : list of str
        Chemical systems, such as "Co-Sm", elements in alphabetical order; those of fewer elements
        must be listed, too, as `subsystems` does.
    key : str
        API key. It goes to the process through its standard input, not through its environment.
    endpoint : str
        Address of the server with a final slash.
    progress : bool
        Show a bar for each kind of document, and notes on further tries.

    Returns
    -------
    version : str
        Version of the database, such as "2025.09.25".
    records : dict of list of dict
        Results of `_documents.read_document` by kind: ``summary``, ``thermo`` and ``magnetism``.

    Raises
    ------
    NetworkError
        If the server cannot be reached, refuses, or does not answer whole, as agreed and in time.
    """
    from rich.progress import MofNCompleteColumn

    from .._core._progress import bars

    with bars(MofNCompleteColumn(), shown=progress) as progress_bars:
        tasks: dict[str, Any] = {}
        for news in _ask_in_child(
            {"systems": systems, "endpoint": endpoint}, key
        ):
            if "error" in news:
                raise NetworkError(news["error"])
            if "records" in news:
                break
            if "kind" in news:
                kind = news["kind"]
                if kind not in tasks:
                    tasks[kind] = progress_bars.add_task(
                        f"Materials Project {kind}"
                    )
                progress_bars.update(
                    tasks[kind], completed=news["done"], total=news["total"]
                )
            elif "note" in news and progress:
                progress_bars.console.print(
                    news["note"], markup=False, highlight=False
                )
    return news["version"], news["records"]


def _ask_in_child(question: News, key: str) -> Iterator[News]:
    """Start a process that asks the server; yield its messages, the last one records or an error.

    The process is killed if it gives no sign for 300 s at first, or 120 s
    later, and at the end. `question` is a dict of ``systems``, a list of texts
    such as "Co-Sm", and ``endpoint``, the address. `key` is the API key, which
    is written to the standard input of the process. Messages are dicts:
    ``loaded`` (True); ``kind`` ("summary", "thermo" or "magnetism"), ``done``
    and ``total`` (numbers of documents); ``note``, a text; ``version`` and
    ``records``; or ``error``, a text. An error message always comes last,
    behind the records too, so the caller must stop at these.
    """
    environment = {
        name: text for name, text in os.environ.items() if name != "MP_API_KEY"
    }
    # The packages are those of this process, in its order.
    environment["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, sys.path))
    over = Event()
    patience = LOADING_S
    with subprocess.Popen(
        [sys.executable, "-P", "-W", "ignore", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None

        def stop() -> None:
            over.set()
            child.kill()

        try:
            child.stdin.write(
                json.dumps({**question, "key": key}).encode() + b"\n"
            )
            child.stdin.flush()
            while True:
                clock = Timer(patience, stop)
                clock.daemon = True
                clock.start()
                line = child.stdout.readline()
                clock.cancel()
                if not line.endswith(b"\n"):
                    break
                yield json.loads(line)
                patience = ANSWER_S
        except BrokenPipeError:
            pass
        finally:
            child.kill()
    how = (
        f"gave no answer within {patience:.0f} s"
        if over.is_set()
        else "was asked in vain"
    )
    yield {"error": f"{_place(question['endpoint'])} {how}; pull again later"}


def _main() -> None:
    """Read the question from standard input, ask the server, and write messages to standard output.

    It runs in the child process. The question is one line of JSON with ``systems``, ``endpoint``
    and ``key``; each message is a line of JSON, see `_ask_in_child`. What other packages print goes
    to standard error. A thread ends the process, with code 1, when standard input is closed, as it
    is with its parent. An interrupt from the keyboard is ignored.
    """
    # The process that started this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What other packages print does not mix with the answer.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    question = json.loads(sys.stdin.buffer.readline())
    key = question.pop("key")

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        os._exit(1)

    def say(news: News) -> None:
        out.write(json.dumps(news) + "\n")
        out.flush()

    Thread(target=end_with_parent, daemon=True).start()
    answer(question, key, say)


def answer(question: News, key: str, say: Callable[[News], None]) -> None:
    """Ask the server and pass the answer to `say`, records or an error.

    An error holds no word of the server's. Nothing is raised.

    Parameters
    ----------
    question : dict
        ``endpoint``, the server's address, and ``systems``, a list of chemical systems.
    key : str
        API key. An answer that holds it is an error.
    say : callable
        Called with one dict a time, see `_ask_in_child`: messages of progress
        (``loaded``, ``note``, or ``kind``, ``done`` and ``total``), and last
        ``version`` and ``records``, or ``error``, a text.
    """
    where = _place(question["endpoint"])
    try:
        records = _ask(question, key, say)
        if json.dumps(key)[1:-1] in json.dumps(records):
            raise NetworkError(
                f"{where} sends the API key among its documents; {_CHECK}"
            )
    except NetworkError as error:
        records = {"error": str(error)}
    except Exception as error:
        records = {
            "error": f"{where} cannot be asked ({_reason(error)}); {_CHECK}"
        }
    say(records)


def _ask(question: News, key: str, say: Callable[[News], None]) -> News:
    """Ask the server for version and documents, and return the message that holds both.

    Parameters
    ----------
    question : News
        ``endpoint``, the server's address, and ``systems``, the chemical systems.
    key : str
        API key.
    say : callable
        Called with each message of progress, a dict as of `_ask_in_child`:
        ``loaded``, ``note``, or ``kind``, ``done`` and ``total``.

    Returns
    -------
    dict
        ``version``, a text such as "2025.09.25", and ``records``, a dict of lists of documents by
        ``summary``, ``thermo`` and ``magnetism``.

    Raises
    ------
    NetworkError
        If the server gives no such answer.
    """
    from mp_api.client import MPRester

    say({"loaded": True})
    endpoint = question["endpoint"]
    systems = question["systems"]
    where = _place(endpoint)
    watch = _Watch(say)
    # mp-api asks for /heartbeat, without the key.
    with watch.try_again(
        lambda: MPRester(
            key, endpoint, use_document_model=False, mute_progress_bars=True
        ),
        f"{where}heartbeat",
    ) as rester:
        version = rester.db_version
        if not (isinstance(version, str) and _VERSION.fullmatch(version)):
            raise NetworkError(
                f"{where}heartbeat gives no database version; is it a Materials Project server? "
                f"{_CHECK}"
            )
        rester.session.hooks["response"].append(watch.check)
        records = _fetch_documents(rester.materials, watch, where, systems)
    return {"version": version, "records": records}


def _fetch_documents(
    materials: Any, watch: "_Watch", where: str, systems: list[str]
) -> dict[str, list[News]]:
    """Search all documents of chemical systems, kind by kind.

    Parameters
    ----------
    materials : mp_api rester
        Has the attributes ``summary``, ``thermo`` and ``magnetism``, each with a method ``search``.
    watch : _Watch
        Hook of its session; it calls the searches, a failing one three times in all.
    where : str
        Address of the server with a final slash, for messages.
    systems : list of str
        Chemical systems, such as "Co-Sm".

    Returns
    -------
    dict of list of dict
        Results of `read_document` by kind: ``summary``, ``thermo`` and
        ``magnetism``; empty lists without systems. A material is in ``thermo``
        once for each scheme of correction.

    Raises
    ------
    NetworkError
        If an answer is not whole or a document not as expected.
    """
    from ._documents import FIELDS, read_document

    def search(
        kind: str, criterion: str, values: list[str], **more: Any
    ) -> list[News]:
        """Search documents of a kind by a criterion, in batches.

        `kind` is "summary", "thermo" or "magnetism"; `criterion` the keyword
        of mp-api that gets `values`, such as "chemsys" or "material_ids";
        `more` are further keywords, but not ``fields``, ``all_fields`` or
        ``chunk_size``, which are set here. A list of values longer than
        `BATCH` (100) is asked for in several searches; an empty one in none.
        The result is a list of what `read_document` returns of each document.
        """
        documents: list[News] = []
        for start in range(0, len(values), BATCH):
            answer = watch.search(
                getattr(materials, kind).search,
                f"{where}materials/{kind}/",
                len(documents),
                fields=FIELDS[kind],
                all_fields=False,
                chunk_size=DOCUMENTS_A_PAGE,
                **{criterion: values[start : start + BATCH]},
                **more,
            )
            documents += [read_document(kind, document) for document in answer]
        return documents

    summary = search("summary", "chemsys", systems, deprecated=False)
    # All schemes, for mp-api and the server spell them differently; one is chosen later.
    thermo = search("thermo", "chemsys", systems)
    names = sorted({document["material_id"] for document in summary})
    magnetism = search("magnetism", "material_ids", names)
    return {"summary": summary, "thermo": thermo, "magnetism": magnetism}


class _Watch:
    """Looks at every answer before mp-api does, and counts the documents of a search."""

    def __init__(self, say: Callable[[News], None]) -> None:
        self._say = say
        self._before = self._came = 0
        self._totals: set[int] = set()

    def try_again(self, action: Callable[[], Any], where: str) -> Any:
        """Call an action, again after a pause if it fails; NetworkError after several attempts.

        `where` names the address in messages. `action` takes no argument, and what it returns is
        returned. A NetworkError that it raises goes through at once; any other Exception is tried
        again, 3 times in all, after 1 s and 2 s. Each pause is told as ``{"note": text}``. The
        counts of documents are reset before each try.
        """
        for attempt in range(1, ATTEMPTS + 1):
            self._came = 0
            self._totals = set()
            try:
                return action()
            except NetworkError:
                raise
            except Exception as error:
                reason = _reason(error)
            if attempt < ATTEMPTS:
                pause = PAUSE_S * 2 ** (attempt - 1)
                self._say(
                    {"note": f"{where}: {reason}; next try in {pause:g} s"}
                )
                time.sleep(pause)
        raise NetworkError(
            f"{where} did not answer as it should: {reason} (tried {ATTEMPTS} times); {_CHECK}"
        )

    def search(
        self, ask: Callable[..., Any], where: str, before: int, **criteria: Any
    ) -> Any:
        """Return the documents of a search, all that were announced; NetworkError otherwise.

        `ask` is mp-api's search, called with `criteria` as keywords; `where` is the address for
        messages; `before` is how many of the kind came earlier, for the progress. The result is
        what `ask` returns, a list of dicts, in which each pair of ``material_id`` and
        ``thermo_type`` must be there once. `check` must be a hook of the session, as it counts what
        the server announces. A search is repeated as by `try_again`.
        """
        self._before = before
        records = self.try_again(lambda: ask(**criteria), where)
        distinct = {
            (str(d.get("material_id")), str(d.get("thermo_type")))
            for d in records
        }
        if self._totals != {len(records)} or len(distinct) != len(records):
            raise NetworkError(
                f"{where} announced {max(self._totals)} documents and sent {len(distinct)} "
                "different ones; nothing was kept, pull again"
            )
        return records

    def check(self, response: Any, *_: Any, **__: Any) -> None:
        """Read an HTTP answer whole and check it; a hook of requests.

        `response` is that of requests; further arguments, `_` and `__`, are
        not used. Nothing is returned. `_PassingError` is raised if another
        answer may come later (429, or 500 and above), NetworkError if not (any
        other status but 200, or a redirect to another host). The body is read
        into memory, see `_read`, and the documents of an answer of 200 are
        counted, with the errors of `_count`. A redirect to the same scheme,
        host and port passes.
        """
        where = _place(response.url)
        status = response.status_code
        if response.is_redirect:
            target = urljoin(response.url, response.headers["location"])
            if urlsplit(target)[:2] != urlsplit(response.url)[:2]:
                raise NetworkError(
                    f"{where} redirects to another host, which the key is not sent to; if it is "
                    "the right one, name it in MP_API_ENDPOINT or endpoint="
                )
        self._read(response, where)
        if status == 200:
            self._count(response, where)
        elif status == 429 or status >= 500:
            raise _PassingError(f"it answered {status}")
        elif not response.is_redirect:
            refusal = f"the key was refused; {KEY_HELP}"
            advice = {401: refusal, 403: refusal, 404: _CHECK}
            other = "the server may need another version of mp-api"
            raise NetworkError(
                f"{where} answered {status}; {advice.get(status, other)}"
            )

    def _read(self, response: Any, where: str) -> None:
        """Read the body of an answer into memory, in place; NetworkError if it is too large.

        `response`, of requests, whose body must not have been read before, is
        changed: ``raw`` becomes the body in memory, unpacked, and ``encoding``
        UTF-8. Nothing is kept on this object. `where` names the server in the
        message. Too large is more than `MOST_BYTES` (64 MiB).
        """
        # In parts as they come, so that an endless answer does not fill the memory.
        parts = []
        size = 0
        with response:
            while part := response.raw.read(1 << 16, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > MOST_BYTES:
                    raise NetworkError(
                        f"{where} sends more than {MOST_BYTES >> 20} MiB; {_LESS}"
                    )
        response.raw = io.BytesIO(b"".join(parts))
        # JSON is UTF-8; left to guess, requests takes its time and may be wrong.
        response.encoding = "utf-8"

    def _count(self, response: Any, where: str) -> None:
        """Count the documents of a page and report the progress; NetworkError if it names no total.

        A part of an answer must not pass for the whole. `response` must be read; its body is JSON
        with ``data``, a list of dicts, and ``meta.total_doc``, a whole number, not below the number
        of these. `where` is the address, whose last part is the kind, such as "thermo". ``{"kind",
        "done", "total"}`` is told, earlier documents of the kind counted. NetworkError too if the
        total is above `MOST_DOCUMENTS` (50,000). ValueError for a body that is no JSON.
        """
        page = json.loads(response.content)
        try:
            documents = page["data"]
            total = page["meta"]["total_doc"]
            sound = all(
                isinstance(d, dict) for d in documents
            ) and total >= len(documents)
        except (TypeError, KeyError, IndexError):
            sound = False
        if not sound or type(total) is not int:
            raise NetworkError(
                f"{where} gives no 'data' with its 'meta.total_doc'; {_CHECK}"
            )
        if total > MOST_DOCUMENTS:
            raise NetworkError(
                f"{where} has more than {MOST_DOCUMENTS} documents; {_LESS}"
            )
        self._totals.add(total)
        self._came += len(documents)
        kind = where.rstrip("/").rsplit("/", 1)[-1]
        self._say(
            {
                "kind": kind,
                "done": self._before + self._came,
                "total": self._before + total,
            }
        )


def _reason(error: BaseException) -> str:
    """Say what went wrong in words of this machine, never of the server's.

    The innermost cause of `error` is told: of a `_PassingError` its own text, of an OSError what
    the system calls it, of a ValueError, LookupError, TypeError or AttributeError "its answer has
    another shape", of any other the name of its class.
    """
    while inner := error.__cause__ or error.__context__:
        error = inner
    if isinstance(error, _PassingError):
        return str(error)
    if isinstance(error, OSError):
        # Before its shape: an expired certificate is a ValueError too.
        return error.strerror or type(error).__name__
    if isinstance(
        error, ValueError | LookupError | TypeError | AttributeError
    ):
        return "its answer has another shape"
    return type(error).__name__


def _place(url: str) -> str:
    """Return host and path, without query and credentials."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


if __name__ == "__main__":
    _main()
