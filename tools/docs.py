"""Write the pages of the documentation that are made from the project itself.

    python tools/docs.py [DOCS]
    python tools/docs.py --languages SITE

A page for each ruleset that comes along (in both languages), the command line's help, the list of public names whose
docstrings the site shows, and copies of the benchmarks' results and of the changelog. They go into the folder of the
other pages, where git ignores them: what they say has its one place elsewhere, and cannot be out of date. The second
form says of the Chinese pages of a site that they are Chinese: the builder has one language for all, and screen readers
ask for it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from cyclopts import App

import commscore
from commscore._cli._main import build_app
from commscore._cli._ruleset_page import page

ROOT = Path(__file__).parents[1]
LANGUAGES = {"en": "", "zh": "zh/"}
WIDE = "---\nhide:\n  - toc\n---\n\n"  # the tables need the room
RULESETS = {
    "en": "# Rulesets\n\nThose that come with the library, each as its file says it. The inputs they ask for: "
    "`commscore ruleset show ID --format json`.\n",
    "zh": "# 规则集\n\n随库附带的规则集，每页均由规则文件生成。\n",
}
# What other modules ask of results; no promise to users.
BEHIND_RESULTS = {
    *("again", "context", "counts", "following", "keyed", "own", "parts", "plan", "run", "spread", "streamed_cells"),
    "unit_counts",
}
NOT_ON_THE_SITE = re.compile(r"\[([^]]+)\]\((?!https?://|#|[\w/-]+\.md)[^)]*\)")


def main(docs: str = str(ROOT / "docs")) -> None:
    """Write the pages below a folder."""
    for name, text in pages():
        path = Path(docs) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # Unchanged pages keep their date, or a site that is being served would be built again and again.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def mark_languages(site: str) -> None:
    """Set the language of the Chinese pages of a site."""
    for path in Path(site, "zh").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('<html lang="en"', '<html lang="zh-CN"', 1), encoding="utf-8")


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and text of each page."""
    rulesets = [commscore.load_ruleset(record.id) for record in commscore.list_rulesets()]
    for lang, folder in LANGUAGES.items():
        for ruleset in rulesets:
            yield f"{folder}rulesets/{ruleset.id}.md", WIDE + page(ruleset, lang)
        listed = [f"- [{ruleset.id}]({ruleset.id}.md): {_title(ruleset, lang)}" for ruleset in rulesets]
        yield f"{folder}rulesets/index.md", RULESETS[lang] + "\n" + "\n".join(listed) + "\n"
    yield "cli.md", "# Command line\n\n" + "\n".join(_commands(build_app(), ()))
    yield "api.md", _reference()
    benchmarks = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    yield "benchmarks.md", NOT_ON_THE_SITE.sub(r"\1", benchmarks)
    yield "changelog.md", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def _reference() -> str:
    """List every public name, functions first, for mkdocstrings to put its docstring there."""
    values = {name: getattr(commscore, name) for name in commscore.__all__ if name != "__version__"}
    errors = [name for name, value in values.items() if isinstance(value, type) and issubclass(value, BaseException)]
    classes = [name for name, value in values.items() if isinstance(value, type) and name not in errors]
    functions = [name for name in values if name not in {*errors, *classes}]
    modules = sorted(path.stem for path in (ROOT / "src" / "commscore").iterdir() if _is_public(path))
    parts = ["# Python", "What `import commscore` gives, and the public modules."]
    for title, names in (("Functions", functions), ("Classes", classes), ("Errors", errors), ("Modules", modules)):
        parts += [f"## {title}", *(f"::: commscore.{name}{_members(name)}" for name in names)]
    return "\n\n".join(parts) + "\n"


def _is_public(path: Path) -> bool:
    return path.stem not in {"errors", "py"} and not path.stem.startswith("_")


def _members(name: str) -> str:
    if name != "Result":
        return ""
    every = dict.fromkeys(member for part in reversed(commscore.Result.mro()) for member in vars(part))
    shown = [member for member in every if not (member.startswith("_") or member in BEHIND_RESULTS)]
    return f"\n    options:\n      inherited_members: true\n      members: [{', '.join(shown)}]"


def _title(ruleset: commscore.Ruleset, lang: str) -> str:
    title, place = ruleset.title, ruleset.jurisdiction.title
    return f"{place.en or place.zh}, {title.en or title.zh}" if lang == "en" else f"{place.zh}，{title.zh}"


def _commands(app: App, chain: tuple[str, ...]) -> Iterator[str]:
    """Yield the help of a command and of those inside it, as Markdown."""
    name = " ".join(("commscore", *chain))
    inner = {key: found for key, found in app.resolved_commands().items() if not key.startswith("-")}
    body = app.generate_docs(recursive=False, heading_level=2, usage_name=name).split("\n", 1)[1]
    yield f"## {name}\n\n{body.partition('## Table of Contents')[0].strip()}\n"
    for key in inner:
        yield f"- [`{name} {key}`](#{'-'.join((*name.split(), key))})"
    if app.help_epilogue:
        yield "\n" + _epilogue(str(app.help_epilogue))
    for key, found in inner.items():
        yield from _commands(found, (*chain, key))


def _epilogue(text: str) -> str:
    """Set the examples that end a help as code."""
    lines = [line.removeprefix("  ") for line in text.splitlines()]
    fenced = ["```console" if not line and n == 1 else line for n, line in enumerate(lines)]
    return "\n".join([fenced[0], "", *fenced[1:], "```", ""])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--languages"]:
        mark_languages(sys.argv[2])
    else:
        main(*sys.argv[1:2])
