"""The HTTP session that mp-api is given: every answer bounded, retried, checked.

A time limit on every answer, retries on the failures that pass, no redirect to another host
(the key would follow), answers of bounded size, and a count of the documents announced.
"""

import io
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson
import requests
import tenacity
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from ..._version import __version__
from ...errors import NetworkError
from .progress import Report
from .watch import Watch, WatchedAdapter, printable, reveals

KEY_HELP = (
    "get a key at https://next-gen.materialsproject.org/api (free, after signing in) and set it "
    "in the environment variable MP_API_KEY or pass api_key="
)

_PASSING = frozenset({429, 500, 502, 503, 504})
_REFUSED = frozenset({401, 403})


@dataclass(frozen=True)
class Limits:
    """What a pull puts up with.

    Attributes
    ----------
    connect_s, read_s, answer_s : float
        Seconds to connect, between two parts of an answer, and for a whole answer.
    attempts : int
        Tries of one request; 429, 500, 502, 503, 504, time-outs, resets, answers cut short and
        answers that are no JSON are tried again.
    backoff_s, longest_wait_s : float
        First wait between tries, doubled each time; a server that asks for a longer wait than
        the longest ends the pull.
    answer_bytes, documents : int
        Size of one answer, unpacked, and documents of one kind.
    page : int
        Documents asked for in one answer.
    """

    connect_s: float = 10.0
    read_s: float = 20.0
    answer_s: float = 120.0
    attempts: int = 4
    backoff_s: float = 0.5
    longest_wait_s: float = 60.0
    answer_bytes: int = 64 << 20
    documents: int = 50_000
    page: int = 200


class _PassingError(NetworkError):
    """A failure that may be gone at the next try; `wait` is what the server asks for, seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class Session(requests.Session):
    """The session that mp-api is given.

    Parameters
    ----------
    key : str
        The API key; it goes into the request header and nowhere else.
    limits : Limits
        See there.
    report : Report
        Told of pages and waits.
    """

    def __init__(self, key: str, limits: Limits, report: Report) -> None:
        super().__init__()
        self._key = key
        self._limits = limits
        self._report = report
        self._watch = Watch(limits.answer_s)
        for scheme in ("http://", "https://"):
            self.mount(scheme, WatchedAdapter(self._watch))
        self.announced: int | None = None
        self.headers.update({"x-api-key": key, "user-agent": f"magnetkit/{__version__}"})

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send a request; return its answer whole, checked and read."""
        trying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._limits.attempts),
            wait=self._wait,
            before_sleep=self._tell,
            retry=tenacity.retry_if_exception_type(_PassingError),
            reraise=True,
        )
        try:
            return trying(self._attempt, method, url, options)
        except _PassingError as error:
            # The cause may hold the request, and with it the key.
            tried = f"(tried {self._limits.attempts} times)"
            raise NetworkError(f"{self._clean(str(error))} {tried}") from None
        except NetworkError as error:
            # What a server says, in a reason or an address, may be what it was sent.
            raise NetworkError(self._clean(str(error))) from None

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        backoff = self._limits.backoff_s * 2 ** (state.attempt_number - 1)
        asked = error.wait if isinstance(error, _PassingError) else None
        if asked is not None and asked > self._limits.longest_wait_s:
            raise NetworkError(
                f"{error}; the server asks to wait {asked:.0f} s, try again after that"
            ) from None
        return min(max(backoff, asked or 0.0), self._limits.longest_wait_s)

    def _tell(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        said = self._clean(str(error))
        self._report.note(f"{said}; next try in {state.upcoming_sleep:.1f} s")

    def _attempt(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        where = place(url)
        try:
            with self._watch:
                response = self._follow(method, url, options)
                self._read(response, where)
        except (RequestException, HTTPError) as error:
            if self._watch.over:
                raise _PassingError(f"{where} takes over {self._limits.answer_s:.0f} s") from None
            reason = self._short(f"{type(error).__name__}: {error}")
            raise _PassingError(f"{where} did not answer ({reason})") from None
        self._check_status(response, where)
        self._check_page(response, where)
        return response

    def _follow(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        timeout = (self._limits.connect_s, self._limits.read_s)
        options = {**options, "stream": True, "timeout": timeout, "allow_redirects": False}
        for _ in range(5):
            try:
                response = super().request(method, url, **options)
            except RequestException:
                raise
            except ValueError as error:
                # requests reads where a redirect leads, even if it is not to follow it.
                raise NetworkError(
                    f"{place(url)} redirects to what is no address ({error}); check the endpoint "
                    "(MP_API_ENDPOINT or endpoint=)"
                ) from None
            if not response.is_redirect:
                return response
            response.close()
            target = _target(response)
            if not _sameplace(response.url, target):
                raise NetworkError(
                    f"{place(response.url)} redirects to {place(target)}; the key is not sent to "
                    "another host. If that is the right server, name it in MP_API_ENDPOINT or "
                    "endpoint="
                )
            url, options = target, {**options, "params": None}
        raise NetworkError(f"{place(url)} redirects in circles; check the endpoint")

    def _read(self, response: requests.Response, where: str) -> None:
        # In parts as they come, so that an endless answer does not fill the memory.
        parts, size = [], 0
        with response:
            while part := response.raw.read1(1 << 16, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > self._limits.answer_bytes:
                    raise NetworkError(
                        f"{where} sends more than {self._limits.answer_bytes >> 20} MiB in one "
                        "answer; ask for smaller chemical systems"
                    )
        if self._watch.over:
            # The end that was read is the one made here.
            raise _PassingError(f"{where} takes over {self._limits.answer_s:.0f} s")
        response.raw = io.BytesIO(b"".join(parts))
        # JSON is UTF-8; left to guess, requests takes its time and may be wrong.
        response.encoding = "utf-8"

    def _check_status(self, response: requests.Response, where: str) -> None:
        status = response.status_code
        if status == 200:
            return
        said = self._short(_detail(response.content))
        answer = f"{where} answered {status} {self._short(response.reason or '')}".rstrip()
        answer += f" ({said})" if said else ""
        if status in _REFUSED:
            raise NetworkError(f"{answer}: the key was refused; {KEY_HELP}")
        if status in _PASSING:
            raise _PassingError(answer, _retry_after(response.headers.get("retry-after")))
        if status == 404:
            raise NetworkError(f"{answer}; check the endpoint (MP_API_ENDPOINT or endpoint=)")
        raise NetworkError(f"{answer}; the server may need another version of mp-api")

    def _check_page(self, response: requests.Response, where: str) -> None:
        try:
            page = orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            raise _PassingError(
                f"{where} answered with something that is no JSON ({error})"
            ) from None
        if "/materials/" not in response.url:
            return
        documents = page.get("data") if isinstance(page, dict) else None
        meta = page.get("meta") if isinstance(page, dict) else None
        total = meta.get("total_doc") if isinstance(meta, dict) else None
        if not isinstance(documents, list) or not all(isinstance(d, dict) for d in documents):
            raise NetworkError(f"{where} answered without a list of documents under 'data'")
        if not isinstance(total, int) or isinstance(total, bool) or total < len(documents):
            raise NetworkError(
                f"{where} answered without a sound count under 'meta.total_doc' (got {total!r} "
                f"with {len(documents)} documents), so a partial answer could not be told from a "
                "whole one"
            )
        if total > self._limits.documents:
            raise NetworkError(
                f"{where} announces {total} documents, more than {self._limits.documents}; "
                "ask for smaller chemical systems"
            )
        if self.announced not in (None, total):
            raise NetworkError(f"{where} changed while it was read; pull again")
        self._report.page(len(documents), total if self.announced is None else 0)
        self.announced = total

    def _clean(self, text: str) -> str:
        """Return a message without the key, in one line that a terminal obeys nothing of."""
        text = printable(text.replace(self._key, "<key>"))
        if reveals(self._key, text):
            return (
                "the server's answer is of no use, and not shown because it holds the API key in "
                "some form; check the endpoint (MP_API_ENDPOINT or endpoint=)"
            )
        return text

    def _short(self, text: str) -> str:
        """Return what a server says, for a message."""
        text = printable(text.replace(self._key, "<key>"))
        if reveals(self._key, text):
            return "not shown, for it holds the API key"
        return text if len(text) <= 300 else text[:297] + "..."


def _target(response: requests.Response) -> str:
    """Return where a redirect leads."""
    said = response.headers["location"]
    try:
        target = urljoin(response.url, said)
        if not urlsplit(target).hostname:
            raise ValueError("it names no host")
        # Raises where it is no number.
        _ = urlsplit(target).port
    except ValueError as error:
        raise NetworkError(
            f"{place(response.url)} redirects to {said!r}, which is no address ({error}); check "
            "the endpoint (MP_API_ENDPOINT or endpoint=)"
        ) from None
    return target


def place(url: str) -> str:
    """Return host and path, without query and credentials."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def _sameplace(old: str, new: str) -> bool:
    """Whether a redirect stays on the host, or moves the same host from http to https."""
    a, b = urlsplit(old), urlsplit(new)
    if (a.scheme, a.hostname, a.port) == (b.scheme, b.hostname, b.port):
        return True
    plain = a.port in (None, 80) and b.port in (None, 443)
    return a.hostname == b.hostname and (a.scheme, b.scheme) == ("http", "https") and plain


def _detail(body: bytes) -> str:
    """Return what the server says is wrong, as one line."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    detail = answer.get("detail", answer.get("message")) if isinstance(answer, dict) else None
    if isinstance(detail, list):
        parts = [d for d in detail if isinstance(d, dict)]
        return ", ".join(f"{(d.get('loc') or ['?'])[-1]}: {d.get('msg')}" for d in parts)
    return " ".join(str(detail).split()) if detail else ""


def _retry_after(text: str | None) -> float | None:
    """Return the seconds of a Retry-After header, given as a number or a date."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            date = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        # A date without a zone is one of Greenwich (RFC 9110, 5.6.7).
        date = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
        seconds = (date - datetime.now(UTC)).total_seconds()
    return None if math.isnan(seconds) else max(0.0, seconds)
