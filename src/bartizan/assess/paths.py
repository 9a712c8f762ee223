"""The worst paths: those of least P_I over all paths and ways, exactly, with a proof.

**Why not a shortest path.** P_I is no sum along a path: what a sensor is worth depends on all the delay behind it.
Backwards it obeys V' = p Phi(z) + (1 - p) V, so what matters of a way to go on is the triple (M, S, V): mean and
variance of the delay left, and the value to go. With C = RFT, T = S + s_RFT^2, a task before it at which a delay a
and a variance b more are left adds Phi((M + a - C) / sqrt(T + b)), which rises with M, but with T falls or rises
with the sign of M + a - C. So variance must be compared on both sides.

**When one label is never higher than another at the same node.** Let 0 <= a <= A, 0 <= b <= B hold for all that can
lie before. Every value is sum_i first_i Phi(z_i) + miss V with the same first_i >= 0 and miss >= 0 for both labels,
so V1 <= V2 and z1(a, b) <= z2(a, b) on the whole box are enough. Write x_k = M_k + a - C. The inequality
x1 / sqrt(T1 + b) <= x2 / sqrt(T2 + b) reads r x1 <= x2 with r = sqrt((T2 + b) / (T1 + b)). For fixed b both sides
are linear in a; for fixed a, r is monotone in b and the inequality linear in r. An inequality that is linear in a
parameter holds on an interval where it holds at both ends: so the four corners of the box decide. Where T + b = 0,
z is +inf or -inf as in the definition, a tie counting as not in time. If one of T1, T2 is 0, the corners with b = 0
still decide: a step below a slope must be 0 up to a = A, one above a slope must be 1 from a = 0 on. If both are 0,
two steps are compared, and the corners cannot tell them apart; then M1 <= M2 is asked as well. The relation is an
order of numbers, V, z at four corners and M among labels without spread, and transitive: between steps 1 and 3 with
a slope 2 in the middle, M1 + A <= C < M3.

**K worst.** A label may go when one of its own sequence of elements is never higher, or when K labels of K different
sequences are: whatever comes before, K different paths are then no higher. By transitivity the labels that remain
contain K paths no higher than the K worst. *Ties* are broken by ids, step by step: a label goes in favour of an
equal one only where that comes first in the order of ids; V1 < V2 decides alone only where nothing before is noticed
with certainty, for otherwise V may not count.

**No area twice on a leg.** The search runs over walks, by number of arcs, at most as many as there are areas to
enter. A label remembers those areas only that its node is told to remember, at first none: so it also runs over
walks that revisit, and its least value is a lower bound. Comparing labels stays right for true paths: what comes
before label 2 on a true path also fits label 1, which has no more arcs, remembers no more and so is refused nowhere
where label 2 is not. If one of the K best walks enters an area twice, the nodes between the two must remember that
area, which forbids this walk, and the search runs again. Memory only grows, so this ends; and when all K are paths
they are the K worst paths, for they are the K best of a larger set. The certificate's `lower_bound` is the least
value over all walks, and `value` that of the path given, both from the same arithmetic.

All this holds up to rounding (some 1e-15 of a probability). The number of labels is small where spreads are a fixed
share of the means, and may grow without bound in the worst case, for the problem contains NP-hard ones; beyond
LABELS the search stops with an error rather than guess.
"""

from __future__ import annotations

from collections.abc import Sequence

from bartizan.assess.labels import Network
from bartizan.assess.problem import Problem
from bartizan.assess.result import Certificate, Path
from bartizan.assess.taskgraph import Arc
from bartizan.assess.timeline import timeline
from bartizan.errors import InputError

LABELS = 4_000_000  # about 500 MB
ROUNDS_OF_LITTLE_MEMORY = 12  # then every node remembers every area, and the next round is the last


def worst_paths(problem: Problem, count: int = 1) -> tuple[tuple[Path, ...], Certificate | None]:
    """Which paths are least likely to be interrupted, and what proves it?

    `count`: how many, 1 or more; they differ in areas and elements, each with its worst ways. Returns them worst
    first (equal ones in the order of ids, step by step) with the certificate of the worst, or no path and None
    where no path leads to the target. Fewer than `count` means that there are no more.

    Raises InputError for a count below 1, or where the search would need more than LABELS labels. Source: label
    setting with dominance (Martins 1984) and decremental state space relaxation (Righini and Salani 2008), applied
    to EASI; the comparison of labels is proved in the module. Not modelled: an intruder who changes his plan when he
    notices that he was seen.
    """
    if count < 1:
        raise InputError(f"{count} worst paths were asked for. Ask for 1 or more")
    network = Network(problem.graph, problem.response_mean, problem.response_sd)
    remember = network.no_memory()
    made = 0
    for round_number in range(1, ROUNDS_OF_LITTLE_MEMORY + 3):
        labels = network.search(remember, count, LABELS)
        if labels is None:
            raise InputError(
                f"the search for the worst paths to target '{problem.target}' needs more than {LABELS:,} labels. "
                "Ask for fewer paths, or join areas and elements that differ little"
            )
        made += len(labels)
        found = network.best(labels, count)
        if not found:
            return (), None
        if not network.remember_revisits(remember, [walk for _, walk in found]):
            break
        if round_number > ROUNDS_OF_LITTLE_MEMORY:
            remember = network.full_memory()
    bound, worst = found[0]
    certificate = Certificate(
        lower_bound=problem.p_communication * bound,
        value=problem.p_communication * network.value(worst),
        labels=made,
        rounds=round_number,
    )
    paths = [_path(problem, [network.arcs[index] for index in walk]) for _, walk in found]
    # stable: equal paths stay in the order of ids
    return tuple(sorted(paths, key=lambda path: path.p_interruption)), certificate


def _path(problem: Problem, arcs: Sequence[Arc]) -> Path:
    tasks = [task for arc in arcs for task in arc.tasks]
    return timeline(tasks, problem.response_mean, problem.response_sd, problem.p_communication)
