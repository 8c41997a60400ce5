"""``magnetkit predict`` with requirements of one's own."""

import json

from tests import command

ASKED = ("--temperature", "150C", "--require", "coercivity_kA_m>=500")


def run(*arguments):
    return command.run("predict", *arguments)


def test_judges_each_recipe_in_order():
    done = run(
        "Nd2Fe14B",
        "??",
        "Nd1.4Dy0.6Fe14B",
        "SmCo5",
        *ASKED,
        "--reference",
        "Nd1.8Dy0.2Fe14B",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["candidate"] for row in rows] == [
        "Nd2Fe14B",
        "Nd1.4Dy0.6Fe14B",
        "SmCo5",
    ]
    assert "??" in done.stderr
    chance = [row["probability_meets_requirements"] for row in rows]
    assert chance[0] < 0.5 < chance[1]
    assert rows[0]["failed_requirements"] == "coercivity_kA_m >= 500"
    assert sorted(row["rank"] for row in rows) == [1, 2, 3]


def test_names_the_recipes_predicted_beside_a_grade():
    done = run("N42SH", "Nd2Fe14B", "--compare", "--temperature", "20C")
    assert done.returncode == 0, done.stderr
    assert (
        "recipes are predicted as of the producer that makes N42SH"
        in " ".join(done.stderr.split())
    )
