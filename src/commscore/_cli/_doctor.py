"""``commscore doctor``: what is installed, and where each default comes from."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commscore._cli._config import DEFAULTS, FILE, config_file, read_settings
from commscore._cli._exits import Exit
from commscore._cli._options import Json
from commscore._cli._streams import say, say_json, tabled
from commscore._version import __version__

if TYPE_CHECKING:
    from commscore._cli._config import Faulty, Setting

EXAMPLES = """Examples:

  commscore doctor
  COMMSCORE_LANG=zh commscore doctor --json"""

# By extra, what is imported and the package that brings it.
_EXTRAS = {
    "excel": (("python_calamine", "python-calamine"), ("xlsxwriter", "xlsxwriter")),
    "plot": (("altair", "altair"),),
    "rules": (("durable_rules_engine", "durable-rules"),),
    "spark": (("pyspark", "pyspark-client"),),
    "sql": (("sqlglot", "sqlglot"),),
    "testing": (("hypothesis", "hypothesis"),),
}
_NEEDED = ("attrs", "cyclopts", "numpy", "pyarrow", "ruamel.yaml", "tabulate")


def doctor(*, json: Json = False) -> int:
    """Show versions, extras, and every default with where it was set.

    Exits with 2 when a setting is one that no command reads.
    """
    from commscore._cli._main import build_app

    settings, faults = read_settings(build_app())
    found = {
        "commscore": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _NEEDED},
        "extras": {extra: _extra(extra) for extra in _EXTRAS},
        "config": _text(config_file()),
        "settings": [_row(setting, settings) for setting in settings],
        "ignored": [{"name": fault.name, "source": fault.source, "why": fault.why} for fault in faults],
        "terminal": {
            "encoding": sys.stdout.encoding,
            "colour": "off (NO_COLOR)" if os.environ.get("NO_COLOR") else "where the terminal has it",
        },
    }
    if json:
        say_json(found)
    else:
        say(_shown(found, faults))
    return Exit.USAGE if faults else Exit.DONE


def _extra(extra: str) -> dict[str, Any]:
    """Say whether an extra's packages are there, with their versions."""
    packages = {package: _version(package) for module, package in _EXTRAS[extra] if find_spec(module) is not None}
    there = len(packages) == len(_EXTRAS[extra])
    return {"installed": there, "packages": packages, "install": None if there else f"pip install 'commscore[{extra}]'"}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # another package may bring the same module
        return None


def _row(setting: Setting, settings: list[Setting]) -> dict[str, Any]:
    """Show a setting, and whether a stronger one hides it."""
    first = next(each for each in settings if (each.option, each.command) == (setting.option, setting.command))
    return {
        "option": f"--{setting.option}",
        "command": " ".join(setting.command) or "all that have it",
        "value": setting.value,
        "from": setting.source,
        "hidden by": None if first is setting else first.source,
    }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _shown(found: dict[str, Any], faults: list[Faulty]) -> str:
    extras = [
        {
            "extra": name,
            "installed": "yes" if extra["installed"] else "no",
            "packages": ", ".join(f"{package} {number or ''}".strip() for package, number in extra["packages"].items()),
            "to install": extra["install"],
        }
        for name, extra in found["extras"].items()
    ]
    versions = ", ".join(f"{name} {number}" for name, number in found["packages"].items())
    parts = [
        f"commscore {found['commscore']}, Python {found['python']}",
        versions,
        f"stdout is {found['terminal']['encoding']}; colour {found['terminal']['colour']}",
        "",
        tabled(extras),
        "",
        f"Configuration file: {found['config'] or f'none ({FILE} is looked for here and in the folders above)'}",
        "",
        tabled(found["settings"])
        if found["settings"]
        else f"No option has a default of yours. Set one below [{DEFAULTS}] in {FILE}, or as COMMSCORE_LANG=zh.",
    ]
    if faults:
        parts += ["", "Not read by any command:", *(f"  {each.name} ({each.source}): {each.why}" for each in faults)]
    return "\n".join(parts)
