"""The version check, in syntax that even an old Python 3 can read."""

import sys

OLDEST = (3, 11)


def version_problem(version: tuple) -> str:  # type: ignore[type-arg]
    """Say in one line why ``version`` (a ``sys.version_info``) will not do; empty when it will."""
    if tuple(version[:2]) >= OLDEST:
        return ""
    return (
        "Parley needs Python %d.%d or newer, and this is Python %d.%d (%s): "
        "run it with a newer one, for example 'make up PYTHON=python3.12'."
        % (OLDEST + tuple(version[:2]) + (sys.executable,))
    )


def check_python() -> None:
    """End the process with exit code 1 and one line on stderr when this Python is too old."""
    problem = version_problem(sys.version_info)
    if problem:
        sys.stderr.write(problem + "\n")
        sys.exit(1)


if __name__ == "__main__":
    check_python()
