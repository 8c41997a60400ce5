"""What a command says on stderr, without the lines on compiling kernels that may come first."""


def command_lines(stderr: str) -> list[str]:
    """Return the lines that are about the command itself."""
    return [line for line in stderr.splitlines() if "compiling" not in line]
