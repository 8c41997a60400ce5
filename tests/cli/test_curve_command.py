from tests import command


def run(*arguments):
    return command.run("curve", *arguments)


def test_one_curve_goes_to_stdout():
    done = run("N42SH", "--temperature", "150C", "--bare")
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[0]
    last = done.stdout.splitlines()[-1]
    assert first.endswith(",0")
    assert last.startswith("0,1.1")


def test_several_are_files(tmp_path):
    done = run(
        "N42SH",
        "--temperature",
        "20C,150C",
        "--format",
        "elmer",
        "--out",
        f"{tmp_path}/a.sif",
    )
    assert done.returncode == 0, done.stderr
    assert sorted(f.name for f in tmp_path.iterdir()) == [
        "a-150C.sif",
        "a-20C.sif",
    ]
    refusal = run("N42SH", "--temperature", "20C,150C")
    assert refusal.returncode == 1
    assert "need --out" in refusal.stderr
