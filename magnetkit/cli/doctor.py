"""``magnetkit doctor``: what is installed, cached and reachable, and what to do."""

from typing import Annotated

import typer

from ._options import Json, Quiet, option


def doctor(
    online: Annotated[
        bool, option("--online", "Also ask whether the servers can be reached.")
    ] = False,
    compile_: Annotated[
        bool,
        option(
            "--compile",
            "Compile the kernels and train the models now, so that no first command has to.",
        ),
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what is installed, cached and trained on this machine, and what to do.

    Nothing is sent anywhere without --online. Exits 1 where something is broken. --compile is for
    after an installation, for an image, or for an administrator: what is compiled beside the
    package serves every user, and what is there already is not made again.

    Examples
    --------
      magnetkit doctor

      magnetkit doctor --online --json

      magnetkit doctor --compile
    """
    if compile_:
        from .warmup import warmup

        warmup(quiet)
        return
    from dataclasses import asdict
    from json import dumps

    from .diagnosis import examine

    findings = list(examine(online))
    broken = any(finding.state == "broken" for finding in findings)
    if json:
        for finding in findings:
            typer.echo(dumps(asdict(finding)))
        raise typer.Exit(broken)
    from rich.console import Console
    from rich.markup import escape

    console = Console(soft_wrap=True, highlight=False)
    group = ""
    signs = {"ok": "[green]ok    [/]", "note": "[yellow]note  [/]", "broken": "[red]broken[/]"}
    for finding in findings:
        if finding.group != group:
            group = finding.group
            console.print(
                f"\n[bold]{group}[/]" if finding is not findings[0] else f"[bold]{group}[/]"
            )
        console.print(f"{signs[finding.state]} {finding.name}: {escape(finding.value)}")
        if finding.advice:
            console.print(f"         [dim]{escape(finding.advice)}[/]")
    counts = [sum(f.state == state for f in findings) for state in ("broken", "note")]
    console.print(f"\n{counts[0]} broken, {counts[1]} to note")
    raise typer.Exit(broken)
