"""Decisions as diagnostics: what is a fault or worth a note, in words, at its place."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

from commscore._checking._model import Claim, Decision, Obligation
from commscore._checking._pieces import asked_of, is_unit_level
from commscore._comparing import asked_text, part_text
from commscore._loading._codes import Code
from commscore._requirement import describe
from commscore.errors import Proof, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from commscore._checking._places import Page
    from commscore.errors import Place, WitnessTable

CODES = MappingProxyType(
    {
        Claim.NEVER_TOGETHER: Code.NEVER_TOGETHER,
        Claim.NEVER_APPLIES: Code.NEVER_APPLIES,
        Claim.NEVER_FAILS: Code.NEVER_FAILS,
        Claim.NEVER_PASSES: Code.NEVER_PASSES,
        Claim.IMPLIED: Code.IMPLIED,
    }
)
HINTS = MappingProxyType(
    {
        Claim.NEVER_TOGETHER: "mend one of them, or keep them apart by `where:`",
        Claim.NEVER_APPLIES: "mend `where:`, or drop the rule",
        Claim.NEVER_FAILS: "it says nothing about any unit: mend the figure, or the bounds of the input",
        Claim.NEVER_PASSES: "mend the figure, or the bounds of the input",
        Claim.IMPLIED: "score one of them, or leave both where the document says both",
    }
)
_SHOWN = 60  # requirements of compounds are long


def report(found: Iterable[Decision], page: Page, *, proofs: bool) -> None:
    """Record decisions.

    Args:
        found: The decisions.
        page: Takes what is a fault, worth a note, or undecided.
        proofs: Whether to note as well what was asked and is no fault, with its witness.
    """
    for decision in found:
        if decision.proof is Proof.PROVED:
            _fault(decision, page)
        elif decision.proof is Proof.UNDECIDED:
            message = f"not known whether {_claim(decision)}: {decision.reason}"
            _note(Code.UNDECIDED, message, decision, page)
        elif proofs and decision.witness is not None:
            message = f"it is not so that {_claim(decision)}: {_rows(decision.witness)}"
            _note(Code.ANSWER, message, decision, page)


def _fault(decision: Decision, page: Page) -> None:
    reason = f", because {decision.reason}" if decision.reason else ""
    place = page.files.requirement(_told(decision).rule)
    if decision.claim is Claim.NEVER_APPLIES:
        place = page.files.rule(_told(decision).rule, "where", "require")
    page.faults.add(
        CODES[decision.claim],
        f"{_claim(decision)}{reason}",
        place,
        hint=HINTS[decision.claim],
        severity=Severity.NOTE if decision.claim is Claim.IMPLIED else Severity.WARNING,
        proof=decision.proof,
        related=_related(decision, page),
    )


def _note(code: Code, message: str, decision: Decision, page: Page) -> None:
    page.faults.note(
        code,
        message,
        page.files.requirement(_told(decision).rule),
        proof=decision.proof,
        witness=decision.witness,
        related=_related(decision, page),
    )


def _related(decision: Decision, page: Page) -> tuple[Place, ...]:
    told = _told(decision)
    return tuple(page.files.related(other.rule) for other in decision.about if other is not told)


def _told(decision: Decision) -> Obligation:
    """Give the rule at whose place it is told: the one that adds nothing, else the last."""
    return decision.about[0] if decision.claim is Claim.IMPLIED else decision.about[-1]


def _claim(decision: Decision) -> str:
    first, last = decision.about[0], decision.about[-1]
    match decision.claim:
        case Claim.NEVER_TOGETHER:
            units = all(is_unit_level(obligation.rule) for obligation in decision.about)
            listed = " and ".join(_with_asked(obligation) for obligation in decision.about)
            return f"no {'unit' if units else 'area'} can meet {listed}"
        case Claim.NEVER_APPLIES:
            return f"rule {_with_asked(first)} applies to no unit at all"
        case Claim.NEVER_FAILS:
            return f"rule {_with_asked(first)} never fails"
        case Claim.NEVER_PASSES:
            return f"rule {_with_asked(first)} is never met"
        case Claim.IMPLIED:
            return f"rule {_with_asked(first)} asks nothing that {_with_asked(last)} does not ask"


def _with_asked(obligation: Obligation) -> str:
    rule = obligation.rule
    asked = asked_of(rule, obligation.scope)
    figure = (asked_text(rule) if asked is None else describe(asked)) or ""
    text = f"{part_text(rule)} {figure}".rstrip()
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"{obligation.named} ({short})"


def _rows(witness: WitnessTable) -> str:
    rows = json.dumps([dict(row) for row in witness.rows], ensure_ascii=False)
    statuses = json.dumps(dict(witness.statuses), ensure_ascii=False)
    return f"{rows} gives {statuses}"
