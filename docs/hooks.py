"""What MkDocs builds beside the pages written by hand: references, gallery, notebooks, equations.

``make docs`` runs it. Everything is made from the package itself: the API page of a room lists its
public names with the examples of ``docs/examples.toml``, the gallery runs its code, and equations
become MathML, so that no script from elsewhere is needed.
"""

import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mkdocs.structure.files import File, Files

DOCS = Path(__file__).parent
ROOT = DOCS.parent
ROOMS = (
    "errors", "composition", "curves", "magnetism", "hosts", "phases", "surrogates", "catalogue",
    "anchors", "diffusion", "prediction", "ranking", "replacement", "supply", "applications",
    "features", "run.suggestion", "screening", "show.plots", "show.report", "columns", "elements",
    "units", "settings",
)  # fmt: skip
# Of a module without a list of its own names, or with names for other rooms.
_ONLY = {
    "run.suggestion": ("suggest",),
    "diffusion": ("diffuse", "Diffusion", "flux_against", "needed_by_temperature"),
}
_TITLES = {"start": "Five-minute starts", "howto": "How-tos"}
# Display equations stand alone in $$ $$, others in $ $; code is left as it is.
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_DISPLAY, _INLINE = re.compile(r"\$\$(.+?)\$\$", re.DOTALL), re.compile(r"\$([^$\n]+?)\$")


def public(room: str) -> Iterator[tuple[str, Any]]:
    """Yield the name and the object of each public function and class of a room."""
    module = importlib.import_module(f"magnetkit.{room}")
    for name in _ONLY.get(room) or getattr(module, "__all__", None) or vars(module):
        thing = getattr(module, name)
        own = (getattr(thing, "__module__", "") or "").startswith("magnetkit")
        if not own or name.startswith("_"):
            continue
        if inspect.isclass(thing) or inspect.isfunction(inspect.unwrap(thing)):
            yield name, thing


def examples() -> dict[str, str]:
    """Return the code of an example by public name, of what has none in its docstring."""
    with (DOCS / "examples.toml").open("rb") as stream:
        return tomllib.load(stream)


def api() -> dict[str, str]:
    """Return the page of each room: every public name, once, with an example that runs."""
    known, seen, pages = examples(), set(), {}
    for room in ROOMS:
        module = importlib.import_module(f"magnetkit.{room}")
        about = inspect.getdoc(module) or ""
        parts = [f"# magnetkit.{room}\n\n{about.split('::')[0]}"]
        for name, thing in public(room):
            if thing in seen:
                continue
            seen.add(thing)
            parts.append(f"::: {thing.__module__}.{thing.__qualname__}")
            if code := known.get(f"{room}.{name}"):
                parts.append(f"**Example**\n\n```python\n{code.strip()}\n```")
        if len(parts) > 1:
            pages[f"reference/api/{room}.md"] = "\n\n".join(parts) + "\n"
    listed = "\n".join(f"- [magnetkit.{p[14:-3]}]({p[14:]})" for p in pages)
    pages["reference/api/index.md"] = (
        "# Python\n\n`import magnetkit as mk` loads nothing until it is used. The names that "
        f"work with `mk.` directly are links into these rooms:\n\n{listed}\n"
    )
    return pages


def commands() -> str:
    """Return the page of the command line, from the commands themselves."""
    import typer

    from magnetkit.cli.app import app

    def told(command: Any, path: str) -> Iterator[str]:
        if hasattr(command, "commands"):
            for name in command.commands:
                yield from told(command.commands[name], f"{path} {name}")
            return
        text = inspect.cleandoc(command.help or "")
        about, _, rest = text.partition("Examples\n")
        lines = [line.strip() for line in rest.splitlines() if line.strip("- ")]
        yield f"## {path}\n\n{about.strip()}\n"
        if lines:
            yield "```\n" + "\n".join(lines) + "\n```\n"
        rows = [_option(parameter) for parameter in command.params]
        rows = [row for row in rows if row]
        if rows:
            yield "| argument | meaning |\n|---|---|\n" + "\n".join(rows) + "\n"

    group = typer.main.get_command(app)
    return "# Command line\n\nExit: 0 done, 1 failed, 2 usage.\n\n" + "\n".join(
        told(group, "magnetkit")
    )


def _option(parameter: Any) -> str:
    names = [n for n in parameter.opts if n.startswith("-")] or [parameter.name.upper()]
    meaning = (getattr(parameter, "help", None) or "").replace("|", "\\|").replace("\n", " ")
    return "" if {"--help", "--help-all"} & set(names) else f"| `{'` `'.join(names)}` | {meaning} |"


def columns() -> str:
    """Return the page of the result columns."""
    from magnetkit.columns import COLUMNS

    rows = [
        f"| `{c.name}` | {c.label} | {c.unit} | {c.meaning} |".replace("|α|", "α")
        for c in COLUMNS.values()
    ]
    return (
        "# Columns\n\nA predicted column `X` has `X_lo`, `X_hi` and `X_provenance` beside it.\n\n"
        "| column | label | unit | meaning |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def gallery() -> tuple[str, dict[str, bytes]]:
    """Return the gallery's page and its pictures, each drawn by the code that stands beside it."""
    with (DOCS / "gallery.toml").open("rb") as stream:
        entries = tomllib.load(stream)
    parts, pictures = ["# Gallery\n\nEvery plot is a figure: show it, save it, add to it.\n"], {}
    for name, entry in entries.items():
        space: dict[str, Any] = {}
        exec(entry["code"], space)
        with TemporaryDirectory() as folder:
            picture = space["figure"].save(Path(folder) / f"{name}.svg")
            pictures[f"gallery/{name}.svg"] = picture.read_bytes()
        parts.append(
            f"## {entry['title']}\n\n![{entry['title']}]({name}.svg){{ width=640 }}\n\n"
            f"```python\n{entry['code'].strip()}\n```\n"
        )
    return "\n".join(parts), pictures


def notebooks() -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the notebooks as pages, with their pictures; nothing is run."""
    from nbconvert import MarkdownExporter

    pages, pictures = {}, {}
    for file in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        text, resources = MarkdownExporter().from_filename(str(file))
        text = re.sub(r"<style[^>]*>.*?</style>", "", text, flags=re.DOTALL)
        for name, content in resources["outputs"].items():
            unique = f"{file.stem}-{name}"
            text = text.replace(f"({name})", f"({unique})")
            pictures[f"notebooks/{unique}"] = content
        # A notebook lies beside others and the package; a page of the site lies elsewhere.
        text = re.sub(r"\]\((?:\./)?(\d\d-[^)]*)\.ipynb\)", r"](\1.md)", text)
        text = re.sub(r"\[([^\]]*)\]\(\.\./[^)]*\)", r"\1", text)
        pages[f"notebooks/{file.stem}.md"] = text
    return pages, pictures


def on_config(config: Any) -> Any:
    """List the pages: what stands in docs/, then what is made."""
    titles = {file: _heading(file) for file in sorted(DOCS.rglob("*.md"))}

    def under(folder: str) -> list[dict[str, str]]:
        files = [f for f in titles if f.parent == DOCS / folder]
        return [{titles[f]: f.relative_to(DOCS).as_posix()} for f in files]

    own = [{titles[f]: f.name} for f in titles if f.parent == DOCS and f.name.startswith("add-")]
    known = {"index.md", "physics.md", "renamed.md"}
    more = [
        {titles[f]: f.name}
        for f in titles
        if f.parent == DOCS and f.name not in known and not f.name.startswith("add-")
    ]
    notes = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    config.nav = [
        {"Which command": "index.md"},
        {_TITLES["start"]: under("start")},
        {_TITLES["howto"]: [*under("howto"), *own]},
        {"Physics": ["physics.md", *more]},
        {"Gallery": "gallery/index.md"},
        {"Notebooks": [{f.stem.replace("-", " "): f"notebooks/{f.stem}.md"} for f in notes]},
        {
            "Reference": [
                {"Command line": "reference/commands.md"},
                {"Columns": "reference/columns.md"},
                {"New names": "renamed.md"},
                {
                    "Python": [
                        "reference/api/index.md",
                        *(f"reference/api/{r}.md" for r in _rooms()),
                    ]
                },
            ]
        },
    ]
    return config


def _rooms() -> list[str]:
    seen: set[Any] = set()
    found = []
    for room in ROOMS:
        own = [thing for _, thing in public(room) if thing not in seen]
        seen.update(own)
        found += [room] if own else []
    return found


def _heading(file: Path) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((line[2:] for line in lines if line.startswith("# ")), file.stem)


def on_files(files: Files, config: Any) -> Files:
    """Add what is made to the pages written by hand."""
    pictures: dict[str, bytes]
    pages = api() | {"reference/commands.md": commands(), "reference/columns.md": columns()}
    pages["gallery/index.md"], pictures = gallery()
    notes, more = notebooks()
    for name, content in {**pages, **notes, **pictures, **more}.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Turn equations into MathML, which browsers draw by themselves."""
    from latex2mathml.converter import convert

    def display(match: re.Match[str]) -> str:
        return f"\n\n<p>{convert(match[1].strip(), display='block')}</p>\n\n"

    parts = _CODE.split(markdown)
    for i in range(0, len(parts), 2):
        parts[i] = _DISPLAY.sub(display, parts[i])
        # A line that began with the element itself would be taken as a block.
        parts[i] = _INLINE.sub(lambda m: f"<span>{convert(m[1])}</span>", parts[i])
    return "".join(parts)
