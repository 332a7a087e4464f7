"""Runs that carry on: what is kept of an interrupted one, and whether another is the same run."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from commscore._files._staging import writing
from commscore._files._state import read_state, write_state
from commscore._version import __version__
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from commscore._files._job import Job
    from commscore._files._staging import Stage

# Seconds of work that an interruption may cost.
EVERY = 5.0
# How much longer than saving takes the run works before it saves again.
_PATIENCE = 20
_SHOWN = 5


def identity(job: Job) -> dict[str, Any]:
    """Return all that decides what a run gives, so that two runs can be told to be the same.

    Raises:
        UsageError: Something it reads cannot be told from something else.
    """
    loose = sorted(set(job.options["more"]) - set(job.further))
    if job.data is None or loose:
        what = "data: a stream" if job.data is None else f"more[{loose[0]!r}]: a table in memory"
        raise UsageError(f"resume: {what} cannot be read again from where a run was interrupted; give files")
    options = {name: given for name, given in job.options.items() if name != "more"}
    options["columns"] = dict(options["columns"] or {})
    options["missing"] = sorted(options["missing"])
    return {
        "commscore": __version__,
        "ruleset": f"{job.ruleset.id} {job.ruleset.hash}",
        "options": {**{name: _plain(given) for name, given in options.items()}, "findings": job.findings},
        "block_rows": job.block_rows,
        "inputs": {
            f"{level}:{file.path}": [*_looks(file.path), dict(file.partition)]
            for level, selection in job.tables.items()
            for file in selection.files
        },
    }


def _plain(given: Any) -> Any:
    return given if given is None or isinstance(given, str | dict) else [*given] if _is_listed(given) else str(given)


def _is_listed(given: Any) -> bool:
    return isinstance(given, list | tuple | set | frozenset)


def _looks(path: Path) -> tuple[int, int]:
    with writing(path):
        about = path.stat()
    return about.st_size, about.st_mtime_ns


def interrupted(job: Job, stage: Stage) -> dict[str, Any] | None:
    """Return the state that an interrupted run has left; null where none has.

    Raises:
        UsageError: That was another run: what differs.
    """
    if not job.resume or not stage.state.exists():
        return None
    state: dict[str, Any] = read_state(stage.state)
    changed = list(_changes(state["identity"], identity(job)))
    if changed:
        shown = "; ".join(changed[:_SHOWN]) + (f"; and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else "")
        raise UsageError(
            f"resume: since the run that was interrupted, {shown}; put that back as it was, or start anew: "
            "overwrite=True without resume (--overwrite)"
        )
    return state


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Say what differs between two runs."""
    for name, what in (("commscore", "the version of commscore"), ("ruleset", "the ruleset")):
        if before[name] != now[name]:
            yield f"{what} changed ({before[name]}, now {now[name]})"
    options = before["options"].keys() | now["options"].keys()
    for name in sorted(options):
        one, other = before["options"].get(name), now["options"].get(name)
        if one != other:
            yield f"the option {name} changed ({one!r}, now {other!r})"
    if before["block_rows"] != now["block_rows"]:
        yield "the size of blocks changed"
    yield from _changed_files(before["inputs"], now["inputs"])


def _changed_files(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in before:
        if name not in now:
            yield f"{_path(name)} is no longer among the input"
        elif before[name][0] != now[name][0]:
            yield f"{_path(name)} changed in size ({before[name][0]:,} bytes, now {now[name][0]:,})"
        elif before[name][1] != now[name][1]:
            yield f"{_path(name)} was written to"
        elif before[name] != now[name]:
            yield f"{_path(name)} lies in another partition"
    for name in now:
        if name not in before:
            yield f"{_path(name)} is new among the input"
    if before.keys() == now.keys() and list(before) != list(now):
        yield "the order of the files changed"


def _path(name: str) -> str:
    return name.partition(":")[2]


class Checkpoints:
    """Saves the state of a run now and then, so that it can be carried on from there."""

    def __init__(self, job: Job, stage: Stage) -> None:
        self._stage = stage
        self._out = job.out
        self._identity = identity(job)
        self._saved = monotonic()
        self._cost = 0.0

    def due(self) -> bool:
        """Say whether it is time to save."""
        return monotonic() - self._saved >= max(EVERY, _PATIENCE * self._cost)

    def save(self, state: Mapping[str, Any], began: float) -> None:
        """Save the state.

        Args:
            state: The state.
            began: When its making began, by the monotonic clock.
        """
        with writing(self._out):
            write_state(self._stage.state, {"identity": self._identity, **state})
        self._stage.kept = True
        self._saved = monotonic()
        self._cost = self._saved - began
