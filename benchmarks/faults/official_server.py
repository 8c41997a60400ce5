"""The Materials Project's own server code on this machine, for the test beside it.

Run by an interpreter that has ``emmet-api`` and ``mongomock`` (``make official-server``), which is
not the one that runs the tests: ``python official_server.py CRYSTALS.json`` prints its address.
Routes, query language, paging, licences, heartbeat and errors are emmet-api's; the documents are
made from crystals, moments and energies by emmet-core's own builders; the database is mongomock.
"""

import json
import socket
import sys
from typing import Any

import mongomock
import uvicorn
from emmet.api.core.api import MAPI
from emmet.api.resource.utils import CollectionWithKey
from emmet.api.routes.materials.magnetism.resources import magnetism_resource
from emmet.api.routes.materials.summary.resources import summary_resource
from emmet.api.routes.materials.thermo.resources import thermo_resource
from emmet.core.magnetism import MagnetismDoc
from emmet.core.symmetry import SymmetryData
from emmet.core.thermo import ThermoDoc
from pymatgen.core import Structure
from pymatgen.entries.computed_entries import ComputedStructureEntry

LICENCE = {"license": "BY-C"}


class Found:
    """A cursor that is awaited."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.documents = documents

    async def to_list(self) -> list[dict[str, Any]]:
        return self.documents


class Collection:
    """mongomock's collection with the awaitable methods that emmet-api calls.

    mongomock knows neither time limits nor hints.
    """

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self._collection = mongomock.MongoClient().db.documents
        self._collection.insert_many(documents)

    async def count_documents(self, criteria: dict[str, Any], **_: Any) -> int:
        return self._collection.count_documents(criteria)

    async def estimated_document_count(self) -> int:
        return self._collection.estimated_document_count()

    async def aggregate(
        self, pipeline: list[dict[str, Any]], **_: Any
    ) -> Found:
        return Found(list(self._collection.aggregate(pipeline)))


def documents(
    crystals: list[dict[str, Any]],
) -> dict[str, list[dict[str, Any]]]:
    """Return the documents of each kind, made by emmet-core from crystals and energies."""
    entries = []
    magnetism = []
    summary = []
    for row in crystals:
        crystal = Structure.from_dict(row["structure"])
        name = row["material_id"]
        entry = ComputedStructureEntry(
            crystal,
            row["energy"],
            parameters={"run_type": "GGA"},
            data={
                "material_id": name,
                "task_id": name,
                "run_type": "GGA",
                **LICENCE,
            },
        )
        entries.append(entry)
        moment = sum(crystal.site_properties["magmom"])
        magnetism.append(
            MagnetismDoc.from_structure(
                crystal,
                moment,
                material_id=name,
                builder_meta=LICENCE,
                deprecated=False,
            )
        )
    thermo = []
    for scheme in ("GGA_GGA+U", "R2SCAN", "GGA_GGA+U_R2SCAN"):
        thermo += ThermoDoc.from_entries(entries, scheme, deprecated=False)
    energy = {str(d.material_id): d for d in thermo}
    for row, magnet in zip(crystals, magnetism, strict=True):
        crystal = Structure.from_dict(row["structure"])
        parts = (
            energy[str(magnet.material_id)].model_dump(mode="json"),
            magnet.model_dump(mode="json"),
            {
                "symmetry": SymmetryData.from_structure(crystal).model_dump(
                    mode="json"
                ),
                "structure": crystal.as_dict(),
                "theoretical": False,
                "deprecated": False,
                "builder_meta": LICENCE,
            },
        )
        summary.append({k: v for part in parts for k, v in part.items()})
    return {
        "summary": summary,
        "thermo": [d.model_dump(mode="json") for d in thermo],
        "magnetism": [d.model_dump(mode="json") for d in magnetism],
    }


def main() -> None:
    """Serve the crystals of a JSON file on a free port until killed."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        made = documents(json.load(stream))
    kinds = {"summary": summary_resource, "thermo": thermo_resource}
    kinds["magnetism"] = magnetism_resource
    resources = [
        resource(CollectionWithKey(Collection(made[kind]), "material_id"))
        for kind, resource in kinds.items()
    ]
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
        app = MAPI(resources={"materials": resources}).app
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(
            sockets=[listener]
        )


if __name__ == "__main__":
    main()
