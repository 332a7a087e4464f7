"""Pages with examples, read and run from top to bottom.

A block is a fence with a language:

- any language with ``title="NAME"`` writes the file NAME;
- ``python`` is run with what the blocks above it have defined; what it prints must stand in a ``text`` block below it;
- ``console`` holds commands after ``$ `` and what each writes to stdout;
- ``sh`` is for commands that install things: only their form is looked at.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import attrs

from commscore._cli import main

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$', re.DOTALL | re.MULTILINE
)
# A command of ours, perhaps written to a file, cut short, or followed by its exit code.
_PLAIN = re.compile(
    r"commscore (?P<arguments>[^|<>;&*?$(`]*?)"
    r"(?: > (?P<file>[\w.-]+))?(?: \| head -n (?P<head>\d+))?(?P<code>; echo \$\?)?"
)


@attrs.frozen
class Block:
    """A fenced block of a page, and the line it begins at."""

    language: str
    title: str | None
    body: str
    line: int


@attrs.frozen
class Told:
    """What an example wrote, beside what the page says it writes."""

    line: int
    said: str
    written: str


def made(name: str) -> bool:
    """Say whether git ignores a page of the docs, because it is made."""
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()]
    return any(fnmatch(name, pattern) or name.startswith(f"{pattern}/") for pattern in ignored)


def written_pages() -> list[str]:
    """List the pages that are written by hand."""
    found = [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")]
    return ["CHANGELOG.md", "CONTRIBUTING.md", "README.md", *sorted(name for name in found if not made(name))]


def blocks(text: str) -> list[Block]:
    """Return the blocks of a page."""
    return [
        Block(found["language"], found["title"], found["body"], text.count("\n", 0, found.start()) + 1)
        for found in _FENCE.finditer(text)
    ]


def told(text: str, folder: Path) -> Iterator[Told]:
    """Run a page in a folder, which must be the working folder.

    Args:
        text: The page.
        folder: Where its files are written.

    Yields:
        Each example that writes something or is said to.
    """
    names: dict[str, Any] = {}
    found = blocks(text)
    for n, block in enumerate(found):
        if block.title is not None:
            (folder / block.title).write_text(block.body, encoding="utf-8")
        elif block.language == "python":
            after = found[n + 1] if n + 1 < len(found) else None
            said = after.body if after is not None and after.language == "text" else ""
            written = io.StringIO()
            with contextlib.redirect_stdout(written):
                exec(compile(block.body, f"line {block.line}", "exec"), names)  # noqa: S102 - the page is ours
            if said or written.getvalue():
                yield Told(block.line, said, written.getvalue())
        elif block.language == "console":
            yield from _commands(block)


def _commands(block: Block) -> Iterator[Told]:
    for part in re.split(r"^\$ ", block.body, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        yield Told(block.line, said, _ended(command))


def _ended(command: str) -> str:
    """Run a command and return what it writes to stdout: in this process if it is ours and not much besides."""
    plain = _PLAIN.fullmatch(command)
    if plain is None:
        return _shell(command)
    written = io.StringIO()
    with contextlib.redirect_stdout(written), contextlib.redirect_stderr(io.StringIO()):
        code = main(shlex.split(plain["arguments"]))
    shown = written.getvalue().splitlines(keepends=True)
    if plain["file"] is not None:
        Path(plain["file"]).write_text("".join(shown), encoding="utf-8")
        shown = []
    if plain["head"] is not None:
        shown = shown[: int(plain["head"])]
    return "".join([*shown, f"{code}\n" if plain["code"] else ""])


def _shell(command: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(  # noqa: S603 - the page is ours
        ["/bin/bash", "-c", command],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PATH": path},
    )
    return ended.stdout
