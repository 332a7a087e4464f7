"""How a command ends: the exit codes, and the faults and signals that lead to each."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
import warnings
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

from cyclopts import CycloptsError

from commscore._cli._streams import tell
from commscore.errors import CommscoreError, DataError, DataWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRACEBACK = "COMMSCORE_TRACEBACK"


class Exit(IntEnum):
    """Exit codes; part of the command line's promise."""

    DONE = 0
    GATE = 1
    USAGE = 2
    DATA = 3
    FAULT = 4
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    TERMINATED = 143


def ended(command: Callable[[], int]) -> int:
    """Run a command and return its exit code, whatever happens: a user's mistake never ends in a traceback."""
    try:
        with _signals(), _warnings():
            code = command()
            sys.stdout.flush()
    except CycloptsError as error:
        tell(f"commscore: {_worded(error)}")
        return Exit.USAGE
    except CommscoreError as error:
        tell(f"commscore: {error}")
        return Exit.DATA if isinstance(error, DataError) else Exit.USAGE
    except KeyboardInterrupt:
        tell("commscore: interrupted")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; what is still buffered must not fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.BROKEN_PIPE
    except Exception as error:  # noqa: BLE001  # the last line of defence
        return _fault(error)
    return code


def _worded(error: CycloptsError) -> str:
    """Return what is wrong with the arguments, and where help is."""
    chain = [name for name in error.command_chain or () if name]
    return f"{' '.join(str(error).split())}\ncommscore: see {' '.join(['commscore', *chain, '--help'])}"


def _fault(error: Exception) -> int:
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    said = (str(error).splitlines() or [""])[0][:300]
    tell(
        f"commscore: internal fault, please report it: {type(error).__name__}: {said} (set {TRACEBACK}=1 to see where)"
    )
    return Exit.FAULT


@contextmanager
def _signals() -> Iterator[None]:
    """Let a termination unwind like an interruption, so that nothing half written stays."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_signal: int, _frame: object) -> None:
    raise SystemExit(Exit.TERMINATED)


@contextmanager
def _warnings() -> Iterator[None]:
    """Show warnings about the data as lines of their own, each once; others only where Python is asked to."""

    def show(message: Warning | str, category: type[Warning], *_: object) -> None:
        if issubclass(category, DataWarning) and str(message) not in seen:
            seen.add(str(message))
            tell(f"commscore: warning: {message}")

    seen: set[str] = set()
    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        warnings.simplefilter("always", DataWarning)
        warnings.showwarning = show  # type: ignore[assignment]
        yield
