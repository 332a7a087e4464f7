"""NDJSON in, NDJSON out, with a state that says how far both have come."""

from __future__ import annotations

import hashlib
import json
import os
import select
import stat
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any, BinaryIO

import attrs

from commscore.errors import UsageError
from commscore.monitor._monitor import Monitor, Record

LONGEST_LINE = 2**20
_CHUNK = 2**16
_HEAD = 1024  # so many first bytes tell one input from another
_MOST_LINES = 5000
_MOST_SECONDS = 1.0


@attrs.define(eq=False)
class _Input:
    """An input as far as it was read."""

    descriptor: int
    offset: int = 0
    head: bytes = b""

    @property
    def seekable(self) -> bool:
        return stat.S_ISREG(os.fstat(self.descriptor).st_mode)

    def position(self) -> Mapping[str, Any]:
        head = self.head[: min(_HEAD, self.offset)]
        return {"offset": self.offset, "head": len(head), "digest": hashlib.sha256(head).hexdigest()}

    def ready(self) -> bool:
        """Say whether more is there to be read at once."""
        try:
            return bool(select.select([self.descriptor], [], [], 0)[0])
        except (OSError, ValueError):  # where only sockets can be asked
            return False

    def read(self) -> bytes:
        chunk = os.read(self.descriptor, _CHUNK)
        if len(self.head) < _HEAD:
            self.head = (self.head + chunk)[:_HEAD]
        return chunk

    def skip(self, position: Mapping[str, Any]) -> None:
        """Pass over what was processed, after a look at whether it is the same input."""
        left = int(position["offset"])
        while left > 0 and (not self.seekable or len(self.head) < position["head"]):
            chunk = os.read(self.descriptor, min(_CHUNK, left))
            if not chunk:
                break
            left -= len(chunk)
            self.head = (self.head + chunk)[:_HEAD]
        if self.seekable:
            left = max(0, int(position["offset"]) - os.fstat(self.descriptor).st_size)
            os.lseek(self.descriptor, int(position["offset"]), os.SEEK_SET)
        digest = hashlib.sha256(self.head[: position["head"]]).hexdigest()
        if left or digest != position["digest"]:
            raise UsageError(
                "--resume: this is not the input that was being read: give that one from its start, "
                "or leave --resume out to read this one as new"
            )
        self.offset = int(position["offset"])


def _output_position(sink: BinaryIO) -> Mapping[str, Any] | None:
    """Return which file the output is and how long; null where it is none."""
    try:
        found = os.fstat(sink.fileno())
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return {"device": found.st_dev, "inode": found.st_ino, "size": found.st_size}


def _cut_output(sink: BinaryIO, committed: Mapping[str, Any] | None) -> None:
    """Remove from an output file what was written after the last commit: it is told again."""
    now = _output_position(sink)
    if now is None or committed is None or now["size"] <= committed["size"]:
        return
    if (now["device"], now["inode"]) == (committed["device"], committed["inode"]):
        os.ftruncate(sink.fileno(), committed["size"])
        os.lseek(sink.fileno(), 0, os.SEEK_END)


def watch(monitor: Monitor, source: BinaryIO, sink: BinaryIO, *, resume: bool = False) -> None:
    """Read reports line by line to the end, and write what the monitor tells.

    State, output and the place in the input are kept together, whenever the input pauses and at least every second
    or 5000 lines: the output is written and flushed first, then one transaction keeps the units, the number of the
    last record, how far the input was read and how long the output file is.

    Args:
        monitor: The monitor; its ``on_change`` is called as well.
        source: The events; anything with a file descriptor.
        sink: Where records go, one line of JSON each. A regular file is cut back to what was kept before the first
            record is written, so that it holds each record once.
        resume: Whether the source is the one that was being read, from its start: what was processed is passed over.

    Raises:
        UsageError: ``resume``, and the source is another one.
    """
    before = monitor.position
    found = _Input(source.fileno())
    if resume and before.get("input"):
        found.skip(before["input"])
    else:
        monitor.line = 0
    _cut_output(sink, before.get("output"))
    _commit(monitor, found, sink)  # so that what is written before the next one is known to be beyond it
    lines, since = 0, monotonic()
    for line in _lines(found):
        if line == _PAUSE:
            due = lines >= _MOST_LINES or monotonic() - since >= _MOST_SECONDS or not found.ready()
        else:
            lines += 1
            _write(sink, monitor.refuse(_TOO_LONG) if line is None else monitor.read(line))
            due = False
        if due and lines:
            _commit(monitor, found, sink)
            lines, since = 0, monotonic()
    _commit(monitor, found, sink)


_TOO_LONG = f"the line is longer than {LONGEST_LINE} bytes: an event has one unit's inputs"
_PAUSE = b"\n"  # no line holds its own end


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


def _write(sink: BinaryIO, records: list[Record]) -> None:
    sink.writelines(_encode(record).encode("utf-8", "replace") + b"\n" for record in records)


def _commit(monitor: Monitor, found: _Input, sink: BinaryIO) -> None:
    sink.flush()
    output = _output_position(sink)
    if output is not None:
        os.fsync(sink.fileno())
    monitor.commit({"input": found.position(), "output": output})


def _lines(found: _Input) -> Iterator[bytes | None]:
    """Give lines without their ends, null for one that is too long, and `_PAUSE` after what one read gave."""
    rest, dropped = b"", 0
    while chunk := found.read():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            found.offset += dropped + len(line) + 1
            yield None if dropped or len(line) > LONGEST_LINE else line
            dropped = 0
        if len(rest) > LONGEST_LINE:
            dropped, rest = dropped + len(rest), b""
        yield _PAUSE
    if rest or dropped:
        found.offset += dropped + len(rest)
        yield None if dropped else rest
