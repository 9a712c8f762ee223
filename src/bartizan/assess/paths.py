"""The worst paths: those of least P_I over all paths and ways, exactly, with a proof, or with a proved gap.

**Why not a shortest path.** P_I is no sum along a path: what a sensor is worth depends on all the delay behind it.
Backwards it obeys V' = p Phi(z) + (1 - p) V, so what matters of a way to go on is the triple (M, S, V): mean and
variance of the delay left, and the value to go. With C = RFT, T = S + s_RFT^2, a task before it at which a delay a
and a variance b more are left adds Phi((M + a - C) / sqrt(T + b)), which rises with M, but with T falls or rises
with the sign of M + a - C. So variance must be compared on both sides.

**When one label is never higher than another at the same node.** Let (a, b) lie in a convex region R at every moment
of detection that can come before. Every value is sum_i first_i Phi(z_i) + miss V with the same first_i >= 0 and
miss >= 0 for both labels, so V1 <= V2 and z1 <= z2 on R are enough. Write x_k = M_k + a - C, r = sqrt((T2 + b) /
(T1 + b)). Then z1 <= z2 reads r x1 <= x2.

- *On a box* 0 <= a <= A, 0 <= b <= B the four corners decide: for fixed b both sides are linear in a; for fixed a, r
  is monotone in b and the inequality linear in r; and what is linear in a parameter holds on an interval where it
  holds at both ends.
- *On any convex polygon*, where M1 <= M2, its corners decide. With d = M2 - M1 >= 0 and D = T2 - T1 the inequality
  reads d >= (r - 1) x1, which is d (t + sqrt(t^2 + D t)) - D x1 >= 0, t = T1 + b, whether D > 0 or D < 0; the root
  is concave in t, so both left sides are concave in (a, b), and what is concave is least at a corner. For D = 0 it
  is d >= 0.

R is the part of the box in which b lies between the least and the most variance that any task has for its delay,
times a (`prefixes`); where M1 > M2, the box round it is asked instead. R ends at the delay beyond which a response is
in time to within SURE deviations whatever follows, for then Phi = 1 to half a unit of the last place for both.

Where T + b = 0, z is +inf or -inf as in the definition, a tie counting as not in time. If one of T1, T2 is 0, the
corners of the box with b = 0 still decide: a step below a slope must be 0 up to a = A, one above a slope must be 1
from a = 0 on. If both are 0, two steps are compared, and M1 <= M2 is asked as well. Never to be higher is transitive.

**K worst.** A label may go when one of its own sequence of elements is never higher, or when K labels of K different
sequences are: whatever comes before, K different paths are then no higher. By transitivity the labels that remain
contain K paths no higher than the K worst. *Ties* are broken by ids, step by step: a label goes in favour of an
equal one only where that comes first in the order of ids; V1 < V2 decides alone only where nothing before is noticed
with certainty, for otherwise V may not count.

**Bounds.** No path that ends with a label is lower than its bound (`completion`; without a table, than the least of V
and of Phi on the box at a = 0, for P_I is a mean of them). A label whose bound exceeds the value of the K-th path
known is of no use: every path through it, and through all that it made needless, is higher than K others. So the
search may leave it out, and it ends when no label is left.

**No place twice on a leg, and what must have been opened.** The search runs over walks. A label remembers those
areas only that its node is told to remember, at first none, and no opening that a later leg needs: so it also runs
over walks that revisit, or pass what nobody opened, and its least value is a lower bound. Comparing labels stays right
for true paths: label 1 stands for label 2 only where it holds nothing that 2 does not hold, so what comes before 2 on a
true path is refused nowhere before 1. If one of the K best walks enters an area twice, the nodes between the two must
remember it, which forbids this walk; if it needs what it did not open, every node must remember that; and the search
runs again. Memory only grows, so this ends; and when all K are paths they are the K worst paths, for they are the K
best of a larger set. The certificate's `lower_bound` is the least value over all walks, `value` that of the path
given, both from the same arithmetic.

*Walks are finite.* With L places a true path has at most L arcs, and labels of more than 2 L arcs are left out. Start
with a true path and follow what stands for what is made needless: label 1 replaces label 2 only where it has no more
arcs, or enters no place twice and so has at most L. The arcs of the label and of what comes before it are therefore
never more than 2 L together, and nothing that stands for a path is left out for its length.

**An unfinished search is an answer.** Every path not found ends with a label that waits, or is no lower than one that
does. So the least bound of those that wait, or the least value found if that is less, is a lower bound on P_I, and
the best path found lies above it by the gap: *not proved*, with its gap. `floor` gives another lower bound, and the
higher of the two is told.

All this holds up to rounding (some 1e-15 of a probability). The number of labels is small where spreads are a fixed
share of the means, and may grow without bound in the worst case, for the problem contains NP-hard ones.
"""

from __future__ import annotations

import math

from bartizan.assess.network import network_of
from bartizan.assess.problem import Problem
from bartizan.assess.result import Certificate, Path
from bartizan.assess.rounds import Answer, Rounds, Wanted
from bartizan.errors import InputError

MEMORY = 1_000_000_000  # bytes of labels: some seven million
WORK = 200_000_000  # comparisons of labels: some six seconds
LIMIT = 100  # paths within a distance of the worst: more than anybody reads


def worst_paths(
    problem: Problem,
    count: int = 1,
    *,
    within: float | None = None,
    limit: int = LIMIT,
    memory: int = MEMORY,
    work: int = WORK,
) -> tuple[tuple[Path, ...], Certificate | None]:
    """Which paths are least likely to be interrupted, and what proves it?

    `count`: how many, 1 or more; they differ in areas and elements, each with its worst ways. `within` (in P_I): all
    paths no more than this above the worst instead, at most `limit` of them; `Certificate.more` says that there are
    more. `memory`: bytes that labels may take; `work`: comparisons of labels that may be made (a count, not a clock,
    so the answer is the same on every machine). Returns them worst first (equal ones in the order of ids, step by
    step) with the certificate of the worst, or no path and None where no path leads to the target. Fewer than asked
    for means that there are no more, where the certificate is `complete`; where memory or work did not suffice it is
    not, the paths are the best found, and its `gap` is proved.

    Raises InputError for a count, distance or bound out of range, or where the work was used up before any path was
    found. Source: label setting with dominance (Martins 1984), best first with bounds on completion (Hart, Nilsson
    and Raphael 1968) and decremental state space relaxation (Righini and Salani 2008), applied to EASI; comparison and
    bounds are proved in the modules. Not modelled: an intruder who changes his plan when he notices that he was seen.
    """
    _check(count, within, limit, memory, work)
    outside = problem.p_outside
    distance = math.inf
    if within is not None:
        count = limit + 1
        distance = within / outside if outside > 0.0 else math.inf
    network = network_of(problem)
    if not len(network.arcs):
        return (), None
    answer = Rounds(network, Wanted(count=count, within=distance, memory=memory, work=work)).run()
    if not answer.found and answer.complete:
        return (), None
    if not answer.found:
        raise InputError(
            f"no path to target '{problem.target}' was found with {work:,} comparisons of labels, nor was it proved "
            "that there is none. Allow more work"
        )
    more = within is not None and len(answer.found) > limit
    arcs = [[problem.graph.arcs[network.arcs[arc]] for arc in walk] for _, walk in answer.found[: count - more]]
    paths = [problem.path([task for arc in walk for task in arc.tasks]) for walk in arcs]
    # stable: equal paths stay in the order of ids
    return tuple(sorted(paths, key=lambda path: path.p_interruption)), _certificate(problem, answer, more=more)


def _certificate(problem: Problem, answer: Answer, *, more: bool) -> Certificate:
    return Certificate(
        lower_bound=problem.p_outside * answer.lower,
        value=problem.p_outside * answer.found[0][0],
        labels=answer.labels,
        rounds=answer.rounds,
        complete=answer.complete,
        more=more,
    )


def _check(count: int, within: float | None, limit: int, memory: int, work: int) -> None:
    if count < 1:
        raise InputError(f"{count} worst paths were asked for. Ask for 1 or more")
    if within is not None and not 0.0 <= within <= 1.0:
        raise InputError(f"paths within {within!r} of the worst were asked for. Give a difference in P_I, 0 to 1")
    for what, number in (("paths within a distance", limit), ("bytes of memory", memory), ("comparisons", work)):
        if number < 1:
            raise InputError(f"{number} {what} were allowed. Allow 1 or more")
