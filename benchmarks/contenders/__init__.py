"""Who takes part. A contender is data and functions: how it gets its input, what is timed, how its output is read."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import attrs


@attrs.frozen
class Contender:
    """One way of doing the work.

    Attributes:
        name: What the tables call it.
        package: The distribution whose version is printed.
        prepare: Makes its own input of a `Work`, outside the clock.
        run: Does the work; this is what is timed.
        read: Brings its output into the common form of `outputs`, outside the clock; None where there is nothing to
            compare, as with the physical floor.
        cannot: What of the work it leaves out, and why; empty when it does all of it.
    """

    name: str
    package: str
    prepare: Callable[[Any], Any]
    run: Callable[[Any], Any]
    read: Callable[[Any], Any] | None = None
    cannot: str = ""


def installed(package: str) -> bool:
    """Say whether a distribution is there."""
    return version_of(package) != ""


def version_of(package: str) -> str:
    """Return the version of a distribution, or nothing when it is not there or there is none to name."""
    try:
        return version(package) if package else ""
    except PackageNotFoundError:
        return ""


def contenders(job: str, *modules: str) -> tuple[list[Contender], list[str]]:
    """Return what the modules offer for a job, in that order, and the modules whose package is not installed.

    Args:
        job: The name of the list in each module, such as ``SCORING``.
        modules: Modules of this package.
    """
    found: list[Contender] = []
    absent: list[str] = []
    for name in modules:
        try:
            found += getattr(import_module(f"contenders.{name}"), job)
        except ModuleNotFoundError as error:
            absent.append(error.name or name)
    return found, absent
