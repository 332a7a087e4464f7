"""Defaults for options: from ``commscore.toml`` and from the environment, below what the command line says.

``[defaults]`` holds for every command that has the option, ``[score]`` or ``[ruleset.check]`` for that command alone;
in the environment ``COMMSCORE_LANG`` and ``COMMSCORE_SCORE_LANG`` do the same. The nearest wins: command line, then
environment, then file, and in each what names the command before what does not.
"""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from cyclopts.config import Dict

from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cyclopts import App
    from cyclopts.argument import ArgumentCollection

FILE = "commscore.toml"
PREFIX = "COMMSCORE_"
DEFAULTS = "defaults"
# What a default would only make dangerous or confusing.
_NEVER = frozenset({"help", "version", "overwrite"})
# Read outside the options.
OTHER_VARIABLES = frozenset({"COMMSCORE_TRACEBACK"})

Path_ = tuple[str, ...]  # the names of a command, such as ("ruleset", "check")


@attrs.frozen
class Setting:
    """An option that was given a value outside the command line.

    Attributes:
        option: Its name, without dashes.
        command: The command it is for; empty for all that have it.
        value: What was given.
        source: The variable, or the file and its table.
    """

    option: str
    command: Path_
    value: Any
    source: str


@attrs.frozen
class Faulty:
    """A setting that nothing will read.

    Attributes:
        name: The variable or key.
        source: Where it stands.
        why: What is wrong, and the nearest name.
    """

    name: str
    source: str
    why: str


def apply_settings(root: App, app: App, commands: Path_, arguments: ArgumentCollection) -> None:
    """Give the options of a command their defaults; cyclopts calls this once the command line was read.

    Args:
        root: All commands.
        app: The one that runs.
        commands: Its names.
        arguments: Its options.

    Raises:
        UsageError: The file cannot be read, or holds a key that no command has.
    """
    settings, faults = read_settings(root)
    wrong = [fault for fault in faults if not fault.name.startswith(PREFIX)]
    if wrong:
        raise UsageError("\n".join(f"{fault.source}: {fault.name!r}: {fault.why}" for fault in wrong))
    mine = options_of(arguments)
    for setting in settings:
        if setting.option in mine and setting.command in ((), commands):
            _given(commands, setting)(app, commands, arguments)


def _given(commands: Path_, setting: Setting) -> Dict:
    """Return a setting as cyclopts takes it: below the names of the command."""
    data: dict[str, Any] = {setting.option: setting.value}
    for name in reversed(commands):
        data = {name: data}
    return Dict(data, source=setting.source)


def read_settings(app: App) -> tuple[list[Setting], list[Faulty]]:
    """Return what environment and file set, the strongest first, and what nothing reads."""
    known = {command: options_of(arguments) for command, arguments in commands_of(app)}
    settings, faults = _from_environment(known)
    path = config_file()
    if path is not None:
        more, wrong = _from_file(path, known)
        settings, faults = settings + more, faults + wrong
    return settings, faults


def config_file(start: Path | None = None) -> Path | None:
    """Return the nearest ``commscore.toml``, here or in a folder above; null where there is none."""
    here = Path.cwd() if start is None else start
    return next((folder / FILE for folder in (here, *here.parents) if (folder / FILE).is_file()), None)


def commands_of(app: App, above: Path_ = ()) -> Iterator[tuple[Path_, ArgumentCollection]]:
    """Yield every command with its options."""
    for name in app:
        if name.startswith("-"):
            continue
        inner = app[name]
        if inner.default_command is not None:
            yield (*above, name), inner.assemble_argument_collection()
        yield from commands_of(inner, (*above, name))


def options_of(arguments: ArgumentCollection) -> frozenset[str]:
    """Return the long names of the options that may have a default."""
    names = {name.removeprefix("--") for argument in arguments for name in argument.names if name.startswith("--")}
    return frozenset(names - _NEVER)


# ---- ENVIRONMENT ----


def _from_environment(known: Mapping[Path_, frozenset[str]]) -> tuple[list[Setting], list[Faulty]]:
    meant = {_variable(command, option): (command, option) for command in known for option in known[command]}
    meant |= {_variable((), option): ((), option) for options in known.values() for option in options}
    found: list[Setting] = []
    faults: list[Faulty] = []
    for name in sorted(os.environ):
        if not name.startswith(PREFIX) or name in OTHER_VARIABLES:
            continue
        if name in meant:
            command, option = meant[name]
            found.append(Setting(option, command, os.environ[name], name))
        else:
            faults.append(Faulty(name, "environment", f"no option has this name{_nearest(name, [*meant])}"))
    found.sort(key=lambda setting: not setting.command)
    return found, faults


def _variable(command: Path_, option: str) -> str:
    return PREFIX + "_".join([*command, option]).upper().replace("-", "_")


# ---- FILE ----


def _from_file(path: Path, known: Mapping[Path_, frozenset[str]]) -> tuple[list[Setting], list[Faulty]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML: {error}") from None
    everything = frozenset().union(*known.values())
    found: list[Setting] = []
    faults: list[Faulty] = []
    for name, table in tables.items():
        if name == DEFAULTS and isinstance(table, dict):
            _read_table(path, (), table, everything, (found, faults))
        elif isinstance(table, dict):
            _read_command(path, (name,), table, known, (found, faults))
        else:
            why = f"stands outside a table; write it below [{DEFAULTS}] or below a command such as [score]"
            faults.append(Faulty(name, str(path), why))
    found.sort(key=lambda setting: not setting.command)
    return found, faults


def _read_command(
    path: Path,
    command: Path_,
    table: Mapping[str, Any],
    known: Mapping[Path_, frozenset[str]],
    into: tuple[list[Setting], list[Faulty]],
) -> None:
    below = {other[len(command)] for other in known if len(other) > len(command) and other[: len(command)] == command}
    if command not in known and not below:
        name, names = ".".join(command), [DEFAULTS, *(".".join(other) for other in known)]
        into[1].append(Faulty(name, str(path), f"there is no such command{_nearest(name, names)}"))
        return
    inner = {name: value for name, value in table.items() if isinstance(value, dict)}
    for name, value in inner.items():
        _read_command(path, (*command, name), value, known, into)
    own = {name: value for name, value in table.items() if name not in inner}
    _read_table(path, command, own, known.get(command, frozenset()), into)


def _read_table(
    path: Path,
    command: Path_,
    table: Mapping[str, Any],
    options: frozenset[str],
    into: tuple[list[Setting], list[Faulty]],
) -> None:
    source = f"{path} [{'.'.join(command) or DEFAULTS}]"
    for name, value in table.items():
        option = name.replace("_", "-")
        if option in options:
            into[0].append(Setting(option, command, value, source))
        else:
            into[1].append(Faulty(name, source, f"no option has this name{_nearest(option, sorted(options))}"))


def _nearest(name: str, names: Sequence[str]) -> str:
    close = get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
