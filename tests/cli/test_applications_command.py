"""``magnetkit applications`` for programs."""

import json

from magnetkit.choose.applications import load, names
from tests.command import invoke


def test_devices_as_json():
    lines = invoke("applications list --json").stdout.splitlines()
    assert [json.loads(line)["name"] for line in lines] == list(names())
    done = invoke("applications show f22-engine --json")
    record = json.loads(done.stdout)
    assert record["load_line"] == load("f22-engine").load_line
