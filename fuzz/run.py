"""Fuzz one target, guided by coverage: ``python fuzz/run.py phrase -max_total_time=60``.

Options that begin with one hyphen are libFuzzer's. What is found is saved under ``fuzz/.work/found/``; give such a file
as the only argument after the target to run it again. A finding that is mended goes to ``tests/fuzz/corpus/``, for the
tests to read.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import atheris
import attrs

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = HERE / ".work"
PAST = ROOT / "tests" / "fuzz" / "corpus"
REQUIREMENT = re.compile(r"(?:require|phrase|urban|rural):\s*['\"]?([^,}'\"\n]+)")
LONGEST = 2048  # bytes of an input
TABLES = (
    "code,orgs,floor,open\n370901001001,10,3.5,true\n370901001002,,0,否\n",
    '\ufeffcode;orgs\r\n"370901001001";"1,000"\r\n',
    "社区\torgs\tfloor\n甲\t９\t1e3\n",
    "orgs\n-1\nNaN\n",
)


def seeds(target: str) -> list[Path]:
    """Return the folders that a target starts from: what past runs reached, files of the project, the tests' corpus."""
    own, given = WORK / "corpus" / target, WORK / "seeds" / target
    for folder in (own, given, WORK / "found"):
        folder.mkdir(parents=True, exist_ok=True)
    texts = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "rulesets").glob("*.yaml"))]
    folders = [own, given, PAST / target]
    if target == "ruleset":
        folders.append(ROOT / "tests" / "loading" / "faults")
        _write(given, [_head(text) for text in texts if "extends:" not in text])
    elif target == "phrase":
        found = {phrase for text in texts for phrase in REQUIREMENT.findall(text)}
        _write(given, sorted(found))
    else:
        _write(given, TABLES)
    return [folder for folder in folders if folder.is_dir()]


def _head(text: str) -> str:
    """Return the beginning of a ruleset without its comments, small enough to be changed many times a second."""
    plain = "".join(
        line for line in text.splitlines(keepends=True) if line.strip() and not line.lstrip().startswith("#")
    )
    return plain.encode()[:LONGEST].decode("utf-8", "ignore").rpartition("\n")[0] + "\n"


def words(target: str) -> list[str]:
    """Write the words that a target knows to a file, and return the option that makes libFuzzer put them in."""
    from commscore._phrases._vocabulary import MEASURES, WORDS  # noqa: PLC0415 - after it is instrumented
    from commscore._ruleset import Part, Rule, Ruleset  # noqa: PLC0415 - the same

    keys = [field.name for kind in (Ruleset, Rule, Part) for field in attrs.fields(kind)]
    known = {"phrase": [*WORDS, *MEASURES], "ruleset": [f"{key}: " for key in keys]}.get(target, [",", "\r\n", '"'])
    lines = ["".join(f"\\x{byte:02x}" for byte in word.encode()) for word in dict.fromkeys(known)]
    path = WORK / f"{target}.dict"
    path.write_text("".join(f'"{line}"\n' for line in lines if line), encoding="ascii")
    return [f"-dict={path}"]


def _write(folder: Path, texts: list[str] | tuple[str, ...]) -> None:
    for number, text in enumerate(texts):
        (folder / f"{number}").write_text(text, encoding="utf-8")


def main() -> None:
    """Run the target that is named first."""
    with atheris.instrument_imports(include=["commscore"]):
        from targets import TARGETS  # noqa: PLC0415 - instrumented as it is imported
    name, *rest = sys.argv[1:] or [""]
    if name not in TARGETS:
        sys.exit(f"name a target: {', '.join(TARGETS)}")
    options = [f"-artifact_prefix={WORK / 'found' / name}-", "-timeout=20", "-rss_limit_mb=2048", f"-max_len={LONGEST}"]
    again = any(not option.startswith("-") for option in rest)
    start = [] if again else [*map(str, seeds(name)), *words(name)]
    atheris.Setup([sys.argv[0], *options, *start, *rest], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
