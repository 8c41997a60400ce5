"""Tables with what no table should have: lines of ten million characters, other encodings."""

from pathlib import Path

LINE_LENGTH = 10_000_000
_GOOD = b"composition,x\nSmCo5,1\n"


def cases(length: int = LINE_LENGTH) -> dict[str, tuple[bytes, str]]:
    """Return by file name the content and what is said of it, or the candidates that are read."""
    two = "SmCo5 Nd2Fe14B"
    return {
        "field.csv": (
            _GOOD + b"Fe" * (length // 2) + b",2\nNd2Fe14B,3\n",
            "line 3 is longer",
        ),
        "commas.csv": (
            _GOOD + b"," * length + b"\nNd2Fe14B,3\n",
            "line 3 is longer",
        ),
        "quote.csv": (
            _GOOD + b'"' + b"a\n" * (length // 2),
            "close its quote",
        ),
        "brackets.csv": (_GOOD + b"(" * length + b",2\n", "line 3 is longer"),
        "header.csv": (
            b"composition," + b"x" * length + b"\nSmCo5,1\n",
            "first line is longer",
        ),
        "columns.csv": (
            b"composition" + b",x" * 500_000 + b"\nSmCo5,1\n",
            "stands twice",
        ),
        "cell.csv": (
            b'composition,"' + b"x" * 200_000 + b'"\nSmCo5,1\n',
            "header line cannot",
        ),
        "long.txt": (
            b"SmCo5\n" + b"Fe" * (length // 2) + b"\nNd2Fe14B\n",
            two,
        ),
        "digits.txt": (b"SmCo5\nFe" + b"1" * length + b"\nNd2Fe14B\n", two),
        "utf16.csv": ("composition,x\nSmCo5,1\n".encode("utf-16"), "SmCo5"),
        "bytes.csv": (_GOOD + b"Nd2Fe14B,\x81\n", "save it as UTF-8"),
        "bytes.txt": (b"SmCo5\nNd2Fe14B \x81\n", "save it as UTF-8"),
        "nul.csv": (_GOOD + b"Nd2\0Fe14B,2\nNd2Fe14B,3\n", two),
        "mark.csv": (
            "\ufeffcomposition;Br\r\nSmCo5;1\r\nNd2Fe14B;2\r\n".encode(),
            two,
        ),
        "old-mac.csv": (b"composition;Br\rSmCo5;1\rNd2Fe14B;2\r", two),
        "decimal-comma.csv": (
            b"composition;Br\nSm0,8Co5;1,05\nSmCo5;1\nNd2Fe14B;1,3\n",
            two,
        ),
        "blank.csv": (b"\n\ncomposition,x\nSmCo5,1\n", "first line is blank"),
    }


def read(folder: Path, name: str, content: bytes) -> str:
    """Return the candidates of a file, or what is said of it."""
    from magnetkit.errors import InputError

    from magnetkit.run._candidates import FileCandidates

    file = folder / name
    file.write_bytes(content)
    try:
        pieces = FileCandidates(file).pieces()
        return " ".join(
            text for piece in pieces for text in piece().labels.to_pylist()
        )
    except InputError as error:
        return str(error)
    finally:
        file.unlink()
