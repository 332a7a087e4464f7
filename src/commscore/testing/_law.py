"""A law, and what is raised where one is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from commscore.testing._tables import written, written_more

if TYPE_CHECKING:
    from hypothesis import strategies as st

    from commscore._ruleset import Ruleset
    from commscore.testing._sampling import Sample


@attrs.frozen
class Law:
    """One law that every ruleset obeys under every table.

    Attributes:
        number: Its number, 1 to 10.
        name: A short name, such as ``parts-and-whole``.
        sentence: What it says.
        check: Tries it on one drawn example; raises `LawError` where it is broken.
        cost: How many examples of another law one of this takes the time of.
    """

    number: int
    name: str
    sentence: str
    check: Callable[[Ruleset, st.DataObject], None] = attrs.field(repr=False, eq=False)
    cost: int = attrs.field(default=1, repr=False, eq=False)

    def __str__(self) -> str:
        """Give number and name."""
        return f"law {self.number} ({self.name})"


class LawError(AssertionError):
    """A law is broken: the ruleset, or the library, says two things at once.

    Attributes:
        law: The law.
        ruleset: The id of the ruleset.
        rules: The ids of the rules that were evaluated; the others were left out, which changes nothing (law 2).
        words: What is broken, in words.
        data: The smallest table of units found that breaks it, a mapping of columns that ``evaluate`` takes; null where
            the law is not about tables.
        options: The other arguments of ``evaluate``: ``level``, ``more`` and, where they matter, ``key`` and ``as_of``.
        results: Both results that do not go together.
    """

    def __init__(
        self,
        law: Law | None,
        ruleset: str,
        words: str,
        *,
        rules: tuple[str, ...] = (),
        data: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        results: tuple[Any, Any] = (None, None),
    ) -> None:
        super().__init__(words)
        self.law = law
        self.ruleset = ruleset
        self.rules = rules
        self.words = words
        self.data = data
        self.options = dict(options or {})
        self.results = results

    def __str__(self) -> str:
        """Name the law, say what is broken, and give the table."""
        head = "a law" if self.law is None else str(self.law)
        lines = [f"{self.ruleset} breaks {head}"]
        if self.law is not None:
            lines.append(f"  the law: {self.law.sentence}")
        lines.append(f"  broken: {self.words}")
        if self.rules:
            lines.append(f"  rules: {', '.join(self.rules)}")
        if self.data is not None:
            lines.append(f"  evaluate: {self.call()}")
        one, two = _differing(*self.results)
        lines += [f"  {name}: {shown}" for name, shown in (("one", one), ("other", two)) if shown is not None]
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by its parts."""
        parts = {name: getattr(self, name) for name in ("rules", "data", "options", "results")}
        return partial(LawError, **parts), (self.law, self.ruleset, self.words)

    def call(self) -> str:
        """Write the evaluation that shows it, to be pasted."""
        written_options = [
            f", {name}={written_more(value) if name == 'more' else repr(value)}"
            for name, value in self.options.items()
            if value not in (None, {}, ())
        ]
        return f"commscore.evaluate({written(self.data or {})}, {self.ruleset!r}{''.join(written_options)})"


def _differing(one: Any, two: Any) -> tuple[Any, Any]:
    """Leave out of two records what is the same."""
    if not isinstance(one, dict) or not isinstance(two, dict):
        return one, two
    names = [name for name in one if name in two and one[name] != two[name]]
    return {name: one[name] for name in names}, {name: two[name] for name in names}


def broken(sample: Sample, words: str, one: Any = None, two: Any = None) -> LawError:
    """Make the error for a sample; which law it is is filled in by who runs it."""
    more = {level: table.to_pydict() for level, table in sample.dataset.more.items()}
    options = {**sample.options, "more": more}
    return LawError(
        None,
        sample.ruleset.id,
        words,
        rules=tuple(rule.id for rule in sample.ruleset.rules),
        data=sample.dataset.table.to_pydict(),
        options=options,
        results=(one, two),
    )
