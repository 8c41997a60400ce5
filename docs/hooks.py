"""What no plugin of MkDocs does: notebooks as pages without running them, equations as MathML.

Everything works offline: browsers draw MathML by themselves. References, gallery and columns are
pages like others, whose code mkdocstrings and markdown-exec read and run.
"""

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
# Display equations stand alone in $$ $$, others in $ $; code is left as it is.
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_DISPLAY, _INLINE = re.compile(r"\$\$(.+?)\$\$", re.DOTALL), re.compile(r"\$([^$\n]+?)\$")


def on_files(files: Files, config: Any) -> Files:
    """Add the notebooks as pages, with their pictures."""
    from nbconvert import MarkdownExporter

    for file in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        text, resources = MarkdownExporter().from_filename(str(file))
        text = re.sub(r"<style[^>]*>.*?</style>", "", text, flags=re.DOTALL)
        for name, content in resources["outputs"].items():
            unique = f"{file.stem}-{name}"
            text = text.replace(f"({name})", f"({unique})")
            files.append(File.generated(config, f"notebooks/{unique}", content=content))
        # A notebook lies beside others and the package; a page of the site lies elsewhere.
        text = re.sub(r"\]\((?:\./)?(\d\d-[^)]*)\.ipynb\)", r"](\1.md)", text)
        text = re.sub(r"\[([^\]]*)\]\(\.\./[^)]*\)", r"\1", text)
        files.append(File.generated(config, f"notebooks/{file.stem}.md", content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Turn equations into MathML."""
    from latex2mathml.converter import convert

    def display(match: re.Match[str]) -> str:
        return f"\n\n<p>{convert(match[1].strip(), display='block')}</p>\n\n"

    parts = _CODE.split(markdown)
    for i in range(0, len(parts), 2):
        parts[i] = _DISPLAY.sub(display, parts[i])
        # A line that began with the element itself would be taken as a block.
        parts[i] = _INLINE.sub(lambda m: f"<span>{convert(m[1])}</span>", parts[i])
    return "".join(parts)
