"""The cheapest set of fixes whose gains add up to what is needed: a covering problem, solved exactly.

Every number is a fraction, so that "just enough" means just enough. Sets are built fix by fix; a set that another one
beats in both cost and gain is dropped, and so is one that cannot become cheaper than the best known any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from heapq import heappop, heappush

import attrs

_STATES = 200_000  # sets kept beside each other, or tried one after the other, before the search gives up its proof
_NOTHING = Fraction(0)


@attrs.frozen
class Fix:
    """Something that can be mended.

    Attributes:
        cost: What it costs, not negative.
        gain: By how much it raises the score, whatever else is mended.
        needed: Whether nothing helps without it.
    """

    cost: Fraction
    gain: Fraction
    needed: bool = False


@attrs.frozen
class Choice:
    """A set of fixes.

    Attributes:
        chosen: Their positions, in ascending order.
        cost: What they cost together.
        proven: Whether it is certain that no set is cheaper.
    """

    chosen: tuple[int, ...]
    cost: Fraction
    proven: bool = True


@attrs.frozen
class _State:
    cost: Fraction
    gain: Fraction
    chosen: tuple[int, ...]


def cheapest(
    fixes: Sequence[Fix], need: Fraction, accepted: Callable[[tuple[int, ...]], bool] = lambda _: True
) -> Choice | None:
    """Return the cheapest set of fixes that gains enough.

    Args:
        fixes: What can be mended.
        need: The least sum of gains.
        accepted: Whether a set that gains enough does: more than the sum may count, such as a cap on the grade.

    Returns:
        The set; of several as cheap, one with the fewest fixes, then the one that comes first. Null when all fixes
        together are not enough.
    """
    given = tuple(i for i, fix in enumerate(fixes) if fix.needed)
    others = [i for i, fix in enumerate(fixes) if not fix.needed and (fix.gain > 0 or fix.cost == 0)]
    start = _State(_sum(fixes, given, "cost"), _sum(fixes, given, "gain"), given)
    best = _by_dominance(fixes, others, need, start)
    if best is None or accepted(best.chosen):
        return best
    every = [i for i, fix in enumerate(fixes) if not fix.needed]
    return _by_branching(fixes, every, need, start, accepted)


def _sum(fixes: Sequence[Fix], chosen: Sequence[int], field: str) -> Fraction:
    return sum((getattr(fixes[i], field) for i in chosen), _NOTHING)


# ---- SUMS ALONE ----


def _by_dominance(fixes: Sequence[Fix], others: Sequence[int], need: Fraction, start: _State) -> Choice | None:
    """Return the cheapest set where only the sum of the gains counts."""
    order = sorted(others, key=lambda i: _worth(fixes[i]), reverse=True)
    best = _greedy(fixes, order, need, start)
    if best is None:
        return None
    states, proven = [start], True
    for position, i in enumerate(order):
        rest = order[position + 1 :]
        grown = [_State(s.cost + fixes[i].cost, s.gain + fixes[i].gain, (*s.chosen, i)) for s in states]
        done = [state for state in grown if state.gain >= need]
        best = min([best, *done], key=_rank)
        alive = [s for s in (*states, *grown) if s.gain < need and _may_beat(fixes, rest, need, s, best)]
        states = _undominated(alive)
        if len(states) > _STATES:
            states, proven = states[:_STATES], False
    return Choice(tuple(sorted(best.chosen)), best.cost, proven)


def _rank(state: _State) -> tuple[Fraction, int, tuple[int, ...]]:
    return state.cost, len(state.chosen), tuple(sorted(state.chosen))


def _worth(fix: Fix) -> tuple[bool, Fraction]:
    """Order by gain for the cost; what costs nothing comes first."""
    return (True, fix.gain) if fix.cost == 0 else (False, fix.gain / fix.cost)


def _greedy(fixes: Sequence[Fix], order: Sequence[int], need: Fraction, start: _State) -> _State | None:
    """Return some set that is enough, and not too dear: what gives most for its cost, then without what is spare."""
    state = start
    for i in order:
        if state.gain >= need:
            break
        state = _State(state.cost + fixes[i].cost, state.gain + fixes[i].gain, (*state.chosen, i))
    if state.gain < need:
        return None
    for i in sorted(set(state.chosen) - set(start.chosen), key=lambda i: fixes[i].cost, reverse=True):
        if state.gain - fixes[i].gain >= need:
            left = tuple(each for each in state.chosen if each != i)
            state = _State(state.cost - fixes[i].cost, state.gain - fixes[i].gain, left)
    return state


def _may_beat(fixes: Sequence[Fix], rest: Sequence[int], need: Fraction, state: _State, best: _State) -> bool:
    """Say whether a set can still become better than the best, were fixes to be had in part."""
    lacking, cost = need - state.gain, state.cost
    count = len(state.chosen)
    for i in rest:
        if lacking <= 0:
            break
        part = min(Fraction(1), lacking / fixes[i].gain) if fixes[i].gain else _NOTHING
        cost, lacking = cost + part * fixes[i].cost, lacking - part * fixes[i].gain
        count += 1
    return lacking <= 0 and (cost < best.cost or (cost == best.cost and count <= len(best.chosen)))


def _undominated(states: Sequence[_State]) -> list[_State]:
    """Leave out sets that gain no more than one that is not dearer, nor larger."""
    kept: list[_State] = []
    fewest: dict[int, Fraction] = {}  # by number of fixes, the greatest gain so far
    for state in sorted(states, key=lambda s: (s.cost, len(s.chosen), -s.gain, s.chosen)):
        size = len(state.chosen)
        if all(gain < state.gain for count, gain in fewest.items() if count <= size):
            kept.append(state)
            fewest[size] = state.gain
    return kept


# ---- MORE THAN SUMS ----


def _by_branching(
    fixes: Sequence[Fix],
    others: Sequence[int],
    need: Fraction,
    start: _State,
    accepted: Callable[[tuple[int, ...]], bool],
) -> Choice | None:
    """Try sets in the order of their cost until one is accepted."""
    order = sorted(others, key=lambda i: (fixes[i].cost, -fixes[i].gain))
    everything = tuple(sorted((*start.chosen, *order)))
    tried = 0
    layer: list[tuple[tuple[Fraction, int, tuple[int, ...]], int, _State]] = [(_rank(start), 0, start)]
    while layer:
        _, following, state = heappop(layer)
        tried += 1
        chosen = tuple(sorted(state.chosen))
        if state.gain >= need and accepted(chosen):
            return Choice(chosen, state.cost)
        if tried > _STATES:
            break
        for position in range(following, len(order)):
            i = order[position]
            grown = _State(state.cost + fixes[i].cost, state.gain + fixes[i].gain, (*state.chosen, i))
            heappush(layer, (_rank(grown), position + 1, grown))
    if not layer or _sum(fixes, everything, "gain") < need or not accepted(everything):
        return None
    return _pruned(fixes, everything, need, accepted, start.chosen)


def _pruned(
    fixes: Sequence[Fix],
    everything: tuple[int, ...],
    need: Fraction,
    accepted: Callable[[tuple[int, ...]], bool],
    given: tuple[int, ...],
) -> Choice:
    """Return a set that does, from which nothing can be left out; a cheaper one may exist."""
    chosen = everything
    for i in sorted(set(everything) - set(given), key=lambda i: fixes[i].cost, reverse=True):
        left = tuple(each for each in chosen if each != i)
        if _sum(fixes, left, "gain") >= need and accepted(left):
            chosen = left
    return Choice(chosen, _sum(fixes, chosen, "cost"), proven=False)
