"""The questions a pull asks, put by mp-api's own resters.

What mp-api leaves open is closed by the session it is given, and here: its ``/heartbeat`` has no
time limit, a search without criteria goes to a storage bucket, its document models are made from
the fields of the first document alone, and a page that stays empty ends a search without a word.
"""

from typing import Any
from urllib.parse import urljoin

import orjson

from ...errors import NetworkError
from .progress import Report
from .session import Limits, Session, place


class Client:
    """The questions a pull asks, through mp-api's resters.

    Parameters
    ----------
    key, endpoint : str
        API key of 32 characters, and base address.
    limits : Limits
        See there.
    report : Report
        Told of pages and waits.
    """

    def __init__(self, key: str, endpoint: str, limits: Limits, report: Report) -> None:
        self._key = key
        self._endpoint = endpoint
        self._limits = limits
        self._report = report
        self._session = Session(key, limits, report)
        self._resters: dict[str, Any] = {}
        self.database_version = self._heartbeat()

    def _heartbeat(self) -> str:
        # mp-api asks this itself, without a time limit; it is told the answer instead.
        answer = self._session.get(urljoin(self._endpoint, "heartbeat"))
        beat = orjson.loads(answer.content)
        version = beat.get("db_version") if isinstance(beat, dict) else None
        if not isinstance(version, str) or not version or self._key in version:
            raise NetworkError(
                f"{place(self._endpoint)} gives no database version at /heartbeat; is it a "
                "Materials Project server? Check MP_API_ENDPOINT or endpoint="
            )
        return version

    def _rester(self, kind: str) -> Any:
        if kind not in self._resters:
            from mp_api.client.routes.materials.magnetism import MagnetismRester
            from mp_api.client.routes.materials.summary import SummaryRester
            from mp_api.client.routes.materials.thermo import ThermoRester

            version = self.database_version
            base: Any = {
                "summary": SummaryRester,
                "thermo": ThermoRester,
                "magnetism": MagnetismRester,
            }[kind]

            class Rester(base):
                """mp-api's rester, told the heartbeat instead of asking for it."""

                @staticmethod
                def _get_heartbeat_info(endpoint: str) -> tuple[str, list[str]]:
                    return version, []

                @property
                def available_fields(self) -> list[str]:
                    # mp-api makes the model's JSON schema for this, anew for every field asked for.
                    return list(self.document_model.model_fields)

            self._resters[kind] = Rester(
                api_key=self._key,
                endpoint=self._endpoint,
                session=self._session,
                # mp-api would make its model from the fields of the first document alone.
                use_document_model=False,
                mute_progress_bars=True,
            )
        return self._resters[kind]

    def search(self, kind: str, fields: tuple[str, ...], **criteria: Any) -> list[dict[str, Any]]:
        """Return every document of a kind that meets the criteria, at least one of them given.

        Parameters
        ----------
        kind : str
            ``"summary"``, ``"thermo"`` or ``"magnetism"``.
        fields : tuple of str
            Fields to ask for.
        **criteria
            Of mp-api's ``search``. Without any it would turn to a storage bucket.

        Raises
        ------
        NetworkError
            If the server cannot be reached, refuses, or does not answer whole and as agreed.
        """
        if not any(criteria.values()):
            raise ValueError("a search needs a criterion")
        from mp_api.client.core.exceptions import MPRestError

        self._session.announced = None
        self._report.start(kind)
        try:
            found = self._rester(kind).search(
                fields=list(fields), all_fields=False, chunk_size=self._limits.page, **criteria
            )
        except MPRestError as error:
            raise NetworkError(f"mp-api refuses the question for {kind}: {error}") from None
        announced = self._session.announced or 0
        distinct = {(str(d.get("material_id")), str(d.get("thermo_type"))) for d in found}
        if len(found) != announced or len(distinct) != announced:
            raise NetworkError(
                f"{place(self._endpoint)} announced {announced} {kind} documents and sent "
                f"{len(distinct)} different ones; nothing was kept, pull again"
            )
        return found

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
