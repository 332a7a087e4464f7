"""An output folder made whole or not at all: written beside its place under a hidden name, then renamed."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

import attrs

from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Not on Windows, where a folder with open files cannot be removed anyway.
fcntl: Any = import_module("fcntl") if find_spec("fcntl") else None

MANIFEST = "manifest.json"
RULESET = "ruleset.yaml"
SUMS = "sums.npz"
KIND = "commscore-output"
_WORK = "work"
_STATE = "state.npz"
# How often a folder is tried to be removed, and the seconds between.
_TRIES = 50
_PAUSE = 0.02


@attrs.define
class Stage:
    """A hidden folder that an output is written into.

    Attributes:
        folder: The folder.
        kept: Whether it stays where it is when something fails, so that the run can be resumed.
    """

    folder: Path
    kept: bool = False

    @property
    def work(self) -> Path:
        """Return the folder inside for what is no part of the output."""
        return self.folder / _WORK

    @property
    def state(self) -> Path:
        """Return where the state of an interrupted run is kept."""
        return self.work / _STATE


@contextmanager
def staged(out: Path, *, overwrite: bool, resume: bool = False) -> Iterator[Stage]:
    """Give a hidden folder to write into; it takes its place when all is written, and vanishes when anything fails.

    What killed runs have left beside ``out`` is removed first; another run under way keeps its own.

    Args:
        out: The place. Missing folders above it are made.
        overwrite: Whether an output that stands there is replaced.
        resume: Whether the folder is the one that an interrupted run has left, where one has, and stays when this one
            is interrupted and says so.

    Yields:
        The folder to write into.

    Raises:
        UsageError: Something stands there that may not be replaced, nothing can be written there, or an interrupted
            run waits to be resumed.
    """
    place = Path(os.path.realpath(out))
    above = [folder for folder in place.parents if not folder.exists()]
    stage = Stage(unfinished(out) if resume else place.parent / f"{_prefix(place)}{secrets.token_hex(6)}-new")
    lock: int | None = None
    try:
        with writing(out):
            place.parent.mkdir(parents=True, exist_ok=True)
            _clear(place)
        refuse_taken(out, overwrite=overwrite)
        if not resume:
            _leave_unfinished(out, overwrite=overwrite)
        with writing(out):
            lock = _make(stage.folder, out)
        stage.kept = stage.state.exists()
        stage.work.mkdir(exist_ok=True)
        yield stage
        shutil.rmtree(stage.work)
        with writing(out):
            _publish(stage.folder, place, out, overwrite=overwrite)
    except BaseException:
        # A name drawn for this run is nobody else's, even where the run is interrupted before it has locked the folder.
        _give_up(stage, above, mine=not resume or lock is not None or fcntl is None)
        raise
    finally:
        _release(lock)


def unfinished(out: Path) -> Path:
    """Return the folder that an interrupted run leaves for one that resumes it."""
    place = Path(os.path.realpath(out))
    return place.parent / f"{_prefix(place)}unfinished"


def _leave_unfinished(out: Path, *, overwrite: bool) -> None:
    """Remove what could be resumed, if whoever calls says so.

    Raises:
        UsageError: Nobody said so, or the run is under way.
    """
    folder = unfinished(out)
    if not folder.exists():
        return
    lock = _lock(folder)
    if lock is None and fcntl is not None:
        raise UsageError(f"out: another run is writing to {out} at this moment")
    try:
        if not overwrite:
            raise UsageError(
                f"out: a run that was to write {out} has been interrupted: resume=True (--resume) carries it on, "
                "overwrite=True (--overwrite) starts anew"
            )
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        _release(lock)


def _give_up(stage: Stage, above: list[Path], *, mine: bool) -> None:
    """Remove what was written, and the folders made for it, but what can be resumed."""
    if stage.kept:
        return
    if mine:
        _remove(stage.folder)
    for made in above:
        with suppress(OSError):
            made.rmdir()


def _remove(folder: Path) -> None:
    """Remove a folder, even where a thread that was interrupted as it was told to end still writes its last file there.

    It makes no folders, so once this one is gone nothing comes again.
    """
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        sleep(_PAUSE)


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Tell what the system refuses while the output is written.

    Raises:
        UsageError: Naming the output and the reason, such as a full disk.
    """
    try:
        yield
    except OSError as error:
        raise UsageError(f"out: {out} cannot be written: {error.strerror or error}") from error


def refuse_taken(out: Path, *, overwrite: bool) -> None:
    """Refuse a place that is taken by something that may not be replaced.

    Raises:
        UsageError: What stands there.
    """
    place = Path(os.path.realpath(out))
    if not place.exists():
        return
    if not place.is_dir():
        raise UsageError(f"out: {out} is a file; results are a folder")
    if place in (Path.cwd(), *Path.cwd().parents):
        raise UsageError(f"out: {out} is the folder you are in; give the results one of their own")
    names = {entry.name for entry in place.iterdir()}
    if not names:
        return
    if not overwrite:
        hint = "give another folder" if _outputs(place) is None else "give another folder, or overwrite"
        raise UsageError(f"out: {out} is there already and is not empty; {hint}")
    own = _outputs(place)
    foreign = sorted(names if own is None else names - own - {MANIFEST, RULESET, SUMS})
    if foreign:
        shown = ", ".join(foreign[:5]) + (", …" if len(foreign) > 5 else "")  # noqa: PLR2004
        raise UsageError(f"out: {out} holds what commscore did not write and is not replaced: {shown}")


def _outputs(folder: Path) -> set[str] | None:
    """Return the files that a folder's manifest lists; null where it is no output of ours."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        return None
    return {str(entry.get("name")) for entry in manifest.get("outputs", ()) if isinstance(entry, dict)}


# --- beside the output ------------------------------------------------------------------------------------


def _prefix(place: Path) -> str:
    return f".{place.name}.commscore-"


def _make(folder: Path, out: Path) -> int | None:
    """Make a folder and lock it, so that nobody takes it for a leftover; return the lock.

    Raises:
        UsageError: Another run has it.
    """
    while True:
        folder.mkdir(exist_ok=True)
        lock = _lock(folder)
        if lock is not None or fcntl is None:
            return lock
        if folder.exists():
            raise UsageError(f"out: another run is writing to {out} at this moment")


def _lock(folder: Path) -> int | None:
    """Lock a folder for this process, until it releases it or ends; null if another has it, or it is gone."""
    if fcntl is None:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    if not folder.exists():  # removed between opening and locking
        os.close(handle)
        return None
    return handle


def _release(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _clear(place: Path) -> None:
    """Remove what killed runs have left; bring an output back that one had moved away without replacing it."""
    prefix = _prefix(place)
    for folder in sorted(place.parent.iterdir()):
        if not folder.name.startswith(prefix) or folder == unfinished(place) or not folder.is_dir():
            continue
        lock = _lock(folder)
        if lock is None and fcntl is not None:
            continue
        if folder.name.endswith("-old") and not place.exists():
            with suppress(OSError):
                folder.rename(place)
        else:
            shutil.rmtree(folder, ignore_errors=True)
        _release(lock)


def _publish(folder: Path, place: Path, out: Path, *, overwrite: bool) -> None:
    """Put the finished folder in its place, so that whoever looks sees the old output, the new one, or none."""
    for path in (*folder.iterdir(), folder):
        _flush(path)
    refuse_taken(out, overwrite=overwrite)  # it may have come to be while we wrote
    if place.exists() and any(place.iterdir()):
        old = folder.with_name(folder.name.removesuffix("-new") + "-old")
        lock = _lock(place)
        try:
            place.rename(old)
            folder.rename(place)
            _remove(old)
        except BaseException:  # an interruption too must take away no old output, and leave none beside the new one
            if not place.exists():
                old.rename(place)
            _remove(old)
            raise
        finally:
            _release(lock)
    else:
        with suppress(FileNotFoundError):
            place.rmdir()
        folder.rename(place)
    _flush(place.parent)


def _flush(path: Path) -> None:
    """Have the system write a file or folder to the disk."""
    with suppress(PermissionError):  # Windows opens no folders
        handle = os.open(path, os.O_RDONLY)
        try:
            with suppress(OSError):
                os.fsync(handle)
        finally:
            os.close(handle)
