"""Twenty-seven tasks of a user, one after the other in one process whose stdout is a terminal.

Run by test_transcript.py, and by hand to read: ``python tests/cli/transcript.py FOLDER``.
"""

import io
import os
import shlex
import sys

import typer
from openpyxl import Workbook

TASKS = r"""
--help
predict SmCo5 Nd2Fe14B --temperature 150C
predict "Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal." --basis weight --temperature 20C,100C,150C
predict Nd1.8Dy0.2Fe14B --temperature 20C:200C:60
predict Nd2Fe14B --temperature 150
predict Nd2Fe14B --shell "Tb 2 mg/cm2 on 5 mm" --temperature 150C
predict buyer.xlsx --basis weight --temperature 150C
predict buyer.xlsx --basis weight --temperature 150C --out answers.xlsx
predict - --temperature 150C
predict SmCo5 --json
predict melts.csv --element-columns --basis weight --temperature 150C
predict SmCo5 Nd2Fe14B --columns candidate,coercivity_kA_m
predict --compare Nd2Fe14B Nd1.8Dy0.2Fe14B --temperature 150C
screen alloys.csv --application energy-traction-motor --out results
screen alloys.csv --application energy-traction-motor --require "coercivity_kA_m>=400" \
    --objective cost:min --price Tb=3x --reference Nd1.7Dy0.3Fe14B --out asked
report results
report results --robustness
replace N42SH --temperature 150C
curve N42SH --temperature 150C --bound low --format femm --out n42sh.lua
curve results:1 --temperature 150C --bare
grades N42SH --temperature 150C
grades
supply elements
supply alloys SmCo5 Nd1.8Dy0.2Fe14B
applications new my-pump
applications show my-pump.toml
supply new my-scenario
"""
MARK = "\x01task "
ALLOYS = "composition,shell,id\nNd2Fe14B,,a\nNd1.8Dy0.2Fe14B,,b\nNd1.9Dy0.1Fe14B,Tb 0.6 wt%,c\n"
MELTS = "melt,Nd wt%,Dy wt%,B,Fe\nA1,30.5,1.2,1.0,bal.\nA2,31,,1.0,bal.\n"


def tasks():
    return [
        line for line in TASKS.replace("\\\n    ", "").splitlines() if line
    ]


def prepare():
    """Write the files that the tasks read into the current folder."""
    with open("alloys.csv", "w", encoding="utf-8") as file:
        file.write(ALLOYS)
    with open("melts.csv", "w", encoding="cp1252") as file:
        file.write(MELTS)
    book = Workbook()
    book.active.append(["id", "composition", "offer EUR/kg"])
    book.active.append(["x1", "Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal.", 61.5])
    book.active.append(["x2", "Nd29.0Pr2.0B1.0Fe bal.", 48])
    book.save("buyer.xlsx")


def main(folder):
    from magnetkit.errors import MagnetkitError

    from magnetkit.cli.app import app

    os.chdir(folder)
    prepare()
    command = typer.main.get_command(app)
    for task in tasks():
        print(f"{MARK}{task}", flush=True)
        if " - " in task:
            sys.stdin = io.StringIO("SmCo5\nNd2Fe14B\n")
        code = 0
        try:
            command.main(
                shlex.split(task), prog_name="magnetkit", standalone_mode=False
            )
        except MagnetkitError as error:
            code = 1
            print(f"error: {error}")
        except SystemExit as stop:
            code = stop.code or 0
        print(f"{MARK}code {code}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
