"""The attack, compiled: the generator, the laws, the fight and the attack itself, many times over.

All of it stands in one file because Numba keeps machine code by the file it was made from: a change in another one
would leave old code in use.

The generator is SFC64 (Doty-Humphrey). Its state is four words, handed in and out within the kernels, and an array that
is changed at their doors, so that nothing is shared between threads. Normal numbers come from the ziggurat of Marsaglia
and Tsang (2000) with 256 layers, gamma numbers from their method of the same year. Seeded alike, words, uniform and
normal numbers are the stream of `numpy.random.Generator(SFC64)`, which the tests compare.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled_for_threads as compiled
from bartizan.compiled import compiled_in_place as in_place

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
State = tuple[np.uint64, np.uint64, np.uint64, np.uint64]

# ---------------------------------------------------------------- the generator

UNIT = 2.0**-53
LAYERS = 256
TAIL = 3.6541528853610088  # where the lowest of 256 layers of equal area ends
_BITS = 2.0**52
_U1, _U3, _U8, _U11, _U24, _U40 = (np.uint64(shift) for shift in (1, 3, 8, 11, 24, 40))
_LAYER = np.uint64(LAYERS - 1)
_MANTISSA = np.uint64(2**52 - 1)


def _layers() -> tuple[Floats, Ints, Floats]:
    """Per layer its width over 2^52, the part of it that lies wholly under the curve, and the curve's height there."""
    height = [math.exp(-0.5 * TAIL * TAIL)]
    area = TAIL * height[0] + math.sqrt(math.pi / 2.0) * math.erfc(TAIL / math.sqrt(2.0))
    edge = [area / height[0], TAIL]  # the lowest layer's width stands for its rectangle and the tail together
    for _ in range(2, LAYERS):
        edge.append(math.sqrt(-2.0 * math.log(area / edge[-1] + math.exp(-0.5 * edge[-1] ** 2))))
    edge.append(0.0)
    order = [0, *range(LAYERS - 1, 0, -1)]  # the lowest first, then from the narrowest to the widest
    width = np.array([edge[layer] / _BITS for layer in order])
    inside = np.array([int(edge[layer + 1] / edge[layer] * _BITS) for layer in order], dtype=np.int64)
    top = np.array([1.0, *(math.exp(-0.5 * edge[layer] ** 2) for layer in order[1:])])
    return width, inside, top


_WIDTH, _INSIDE, _TOP = _layers()


@compiled
def taken(words: Words) -> State:
    """The generator's state out of its array."""
    return words[0], words[1], words[2], words[3]


@compiled
def put_back(words: Words, state: State) -> None:
    """The generator's state into its array."""
    words[0], words[1], words[2], words[3] = state


@compiled
def word(state: State) -> tuple[np.uint64, State]:
    """The next 64 bits."""
    a, b, c, count = state
    out = a + b + count
    return out, (b ^ (b >> _U11), c + (c << _U3), ((c << _U24) | (c >> _U40)) + out, count + np.uint64(1))


@compiled
def uniform(state: State) -> tuple[float, State]:
    """A number in [0, 1)."""
    bits, state = word(state)
    return np.int64(bits >> _U11) * UNIT, state


@compiled
def _split(bits: np.uint64) -> tuple[np.int64, np.int64, float]:
    """Layer, place within it and the normal number that both stand for."""
    layer = np.int64(bits & _LAYER)
    place = np.int64((bits >> np.uint64(9)) & _MANTISSA)
    # no branch on the sign: it would be guessed wrong half the time
    return layer, place, place * _WIDTH[layer] * (1 - 2 * np.int64((bits >> _U8) & _U1))


@compiled
def _normal_at_the_edge(state: State, layer: np.int64, place: np.int64, value: float) -> tuple[float, State]:
    """A normal number whose first try fell outside the sure part of its layer."""
    while True:
        while layer == 0:
            first, state = uniform(state)
            second, state = uniform(state)
            beyond = -math.log1p(-first) / TAIL
            if -2.0 * math.log1p(-second) > beyond * beyond:
                return (TAIL + beyond) * (1 - 2 * ((place >> 8) & 1)), state
        height, state = uniform(state)
        if (_TOP[layer - 1] - _TOP[layer]) * height + _TOP[layer] < math.exp(-0.5 * value * value):
            return value, state
        bits, state = word(state)
        layer, place, value = _split(bits)
        if place < _INSIDE[layer]:
            return value, state


@compiled
def normal(state: State) -> tuple[float, State]:
    """A number of the standard normal law."""
    bits, state = word(state)
    layer, place, value = _split(bits)
    if place < _INSIDE[layer]:
        return value, state
    return _normal_at_the_edge(state, layer, place, value)


@compiled
def exponential(state: State) -> tuple[float, State]:
    """A number of the exponential law of mean 1."""
    number, state = uniform(state)
    return -math.log1p(-number), state


@compiled
def gamma(shape: float, state: State) -> tuple[float, State]:
    """A number of the gamma law of this shape and scale 1."""
    lift = 1.0
    if shape < 1.0:
        number, state = uniform(state)
        # 1 - number is never 0, whose power would be lost
        lift = (1.0 - number) ** (1.0 / shape)
        shape += 1.0
    base = shape - 1.0 / 3.0
    slope = 1.0 / math.sqrt(9.0 * base)
    while True:
        x, state = normal(state)
        cube = (1.0 + slope * x) ** 3
        if cube <= 0.0:
            continue
        number, state = uniform(state)
        if math.log1p(-number) < 0.5 * x * x + base * (1.0 - cube + math.log(cube)):
            return base * cube * lift, state


# ---------------------------------------------------------------- the laws

FIXED, NORMAL, NEGATIVE_NORMAL, LOGNORMAL, GAMMA, TRIANGULAR, PERT, UNIFORM = range(8)
LONGEST = 1e18  # seconds: longer than the universe is old; keeps a far tail a number
LOG_LONGEST = math.log(LONGEST)


class Laws(NamedTuple):
    """Laws of times: what kind each is, shape (n,), and its four figures, shape (n, 4); `draw.coded` fills it."""

    kind: Ints
    figures: Floats


@compiled
def _seldom(kind: int, a: float, b: float, c: float, d: float, state: State) -> tuple[float, State]:  # noqa: PLR0917
    """A time of any law but the usual one, the normal cut at 0 [s]."""
    time = a  # FIXED
    if kind == NEGATIVE_NORMAL:
        number, state = normal(state)
        time = a + b * number
    elif kind == LOGNORMAL:
        number, state = normal(state)
        time = math.exp(min(a + b * number, LOG_LONGEST))
    elif kind == GAMMA:
        number, state = gamma(a, state)
        time = min(number * b, LONGEST)
    elif kind == TRIANGULAR:
        # low, mode, high and the share below the mode
        number, state = uniform(state)
        time = (
            a + math.sqrt(number * (c - a) * (b - a))
            if number < d
            else c - math.sqrt((1.0 - number) * (c - a) * (c - b))
        )
    elif kind == PERT:
        # low, width and the two shapes of the beta law
        number, state = gamma(c, state)
        other, state = gamma(d, state)
        time = a + b * (number / (number + other))
    elif kind == UNIFORM:
        number, state = uniform(state)
        time = a + b * number
    return time, state


@in_place
def drawn(kind: int, a: float, b: float, c: float, d: float, state: State) -> tuple[float, State]:  # noqa: PLR0917
    """A time of one law [s]; a normal one is cut at 0 unless it may be negative."""
    if kind == NORMAL:
        number, state = normal(state)
        return max(0.0, a + b * number), state
    return _seldom(kind, a, b, c, d, state)


@compiled
def many(laws: Laws, index: int, count: int, words: Words) -> Floats:
    """So many times of one law [s]: the draws of the kernels, for tests and for looking at them."""
    out = np.empty(count)
    state = taken(words)
    for number in range(count):
        out[number], state = drawn(
            laws.kind[index],
            laws.figures[index, 0],
            laws.figures[index, 1],
            laws.figures[index, 2],
            laws.figures[index, 3],
            state,
        )
    put_back(words, state)
    return out


# ---------------------------------------------------------------- the fight


class Fighting(NamedTuple):
    """A duel: `square` or linear, each force's advantage, mean seconds between casualties (0: at once), enemies."""

    square: bool
    advantage: Floats
    pace: float
    adversaries: int


@compiled
def _casualty_is_theirs(
    duel: Fighting, present: Ints, total: int, adversaries: int, state: State
) -> tuple[bool, State]:
    """Whether the next casualty is an adversary."""
    weighed = 0.0
    for force in range(len(present)):
        weighed += duel.advantage[force] * present[force]
    chance = weighed / (weighed + adversaries) if duel.square else weighed / total
    number, state = uniform(state)
    return number < chance, state


class Coming(NamedTuple):
    """Who comes to a fight: forces by arrival, what was left of the tasks at each one's call and is at its arrival [s].

    Of `order` the first `arrived` are there when the fight begins, and those up to `coming` come later.
    """

    order: Ints
    call: Floats
    slack: Floats
    strength: Ints
    arrived: int
    coming: int


@compiled
def _drawn_up(forces: Coming, present: Ints) -> tuple[int, int]:
    """Fill `present` with who is there of each force; returns how many are there, and where those who come end.

    Who comes later moves up in `order`; who had not been called when the fight began does not come.
    """
    order, call, slack, strength, arrived, last = forces
    total = 0
    for force in range(len(present)):
        present[force] = 0
    for place in range(arrived):
        present[order[place]] = strength[order[place]]
        total += strength[order[place]]
    coming = arrived
    for place in range(arrived, last):
        if call[order[place]] >= slack[order[arrived - 1]]:
            order[coming] = order[place]
            coming += 1
    return total, coming


@compiled
def _one_falls(present: Ints, total: int, state: State) -> State:
    """One of the `total` who are there falls, each as likely as the other."""
    number, state = uniform(state)
    fallen = int(number * total)
    for force in range(len(present)):
        if fallen < present[force]:
            present[force] -= 1
            break
        fallen -= present[force]
    return state


@compiled
def fight(duel: Fighting, forces: Coming, present: Ints, state: State) -> tuple[bool, float, State]:
    """One fight: whether the adversaries are all beaten, and when it is decided [s after it began].

    `present`: room for who is there of each force. While both sides stand the tasks rest. When nobody is left to
    fight, the adversaries go on, and are stopped again if another force comes before they are done.
    """
    order, slack, strength, arrived = forces.order, forces.slack, forces.strength, forces.arrived
    total, coming = _drawn_up(forces, present)
    adversaries = duel.adversaries
    began = slack[order[arrived - 1]]
    now, rested, decided = 0.0, 0.0, 0.0
    while True:
        if total == 0:
            # the tasks went on whenever no fight was on: what a force finds left is its slack and all that rested
            if arrived == coming or slack[order[arrived]] + rested <= 0.0:
                return False, decided, state
        else:
            wait, state = exponential(state)
            wait *= duel.pace
            if arrived == coming or began - slack[order[arrived]] > now + wait:
                now += wait
                rested += wait
                decided = now
                theirs, state = _casualty_is_theirs(duel, present, total, adversaries, state)
                if not theirs:
                    state = _one_falls(present, total, state)
                    total -= 1
                    continue
                adversaries -= 1
                if adversaries == 0:
                    return True, now, state
                continue
            rested += began - slack[order[arrived]] - now
        now = began - slack[order[arrived]]
        present[order[arrived]] += strength[order[arrived]]
        total += strength[order[arrived]]
        arrived += 1


# ---------------------------------------------------------------- the attack

NEVER = -math.inf  # what is left of the tasks when nobody notices; what a force that is never called finds left
DETECTED, ARRIVED, INTERRUPTED, WON, KINDS = range(5)
DETECTION, ARRIVAL, ASSEMBLY, COMPLETION, DECISION, MOMENTS = range(6)


class Plan(NamedTuple):
    """An attack as arrays; `attack.Attack` says what each means and `attack.planned` fills it.

    Tasks, shape (n,): `p`, `weight`, `kind`, and `figures` (n, 4). `detecting`: the tasks with p > 0, and
    `cumulative` the chance that one of them up to there is the first to notice. Forces, shape (k,): `called`,
    `strength`, and `parts` (k + 1,) saying which rows of `part_kind` and `part_figures` are each one's.
    """

    p: Floats
    weight: Floats
    kind: Ints
    figures: Floats
    detecting: Ints
    cumulative: Floats
    called: Floats
    strength: Ints
    parts: Ints
    part_kind: Ints
    part_figures: Floats
    need: int
    per_alarm: bool


class Block(NamedTuple):
    """Some attacks, one a row: the delay `left` [s] when each is first noticed (NEVER: not) and the `whole` one.

    `slack`, shape (attacks, forces): what each force finds left of the tasks [s]. `counts`, shape (KINDS,), and
    `there`, shape (strengths + 1,): how often each thing happened, and how many were there before the tasks were
    done. `moments`, shape (attacks, MOMENTS) or without rows: times from the begin [s], nan for what never comes.
    """

    left: Floats
    whole: Floats
    slack: Floats
    counts: Ints
    there: Ints
    moments: Floats


# Arrays are never handed to a function within a loop over attacks: counting references would cost more than the draws.


@compiled
def all_drawn(plan: Plan, block: Block, words: Words) -> None:
    """Attacks with every draw made: fills `left` and `whole`."""
    left, whole = block.left, block.whole
    state = taken(words)
    p, weight, kind, figures = plan.p, plan.weight, plan.kind, plan.figures
    for attack in range(len(left)):
        after, noticed = 0.0, NEVER
        for task in range(len(p) - 1, -1, -1):
            delay, state = drawn(
                kind[task], figures[task, 0], figures[task, 1], figures[task, 2], figures[task, 3], state
            )
            if p[task] > 0.0:
                number, state = uniform(state)
                # chosen, not branched upon: which way it goes cannot be guessed
                noticed = weight[task] * delay + after if number < p[task] else noticed
            after += delay
        left[attack] = noticed
        whole[attack] = after
    put_back(words, state)


@compiled
def all_called(plan: Plan, block: Block, words: Words) -> None:
    """As `all_drawn` where each notice raises an alarm: fills `slack` too, with what was left at each force's call."""
    left, whole, slack = block.left, block.whole, block.slack
    state = taken(words)
    p, weight, kind, figures, called = plan.p, plan.weight, plan.kind, plan.figures, plan.called
    for attack in range(len(left)):
        after, noticed = 0.0, NEVER
        for task in range(len(p) - 1, -1, -1):
            delay, state = drawn(
                kind[task], figures[task, 0], figures[task, 1], figures[task, 2], figures[task, 3], state
            )
            number, state = uniform(state)
            if number < p[task]:
                noticed = weight[task] * delay + after
                # from the last task to the first: an earlier call takes the place of a later one
                for force in range(len(called)):
                    number, state = uniform(state)
                    if number < called[force]:
                        slack[attack, force] = noticed
            after += delay
        left[attack] = noticed
        whole[attack] = after
    put_back(words, state)


@compiled
def needed_drawn(plan: Plan, block: Block, words: Words) -> None:
    """Attacks with only the draws that matter: where each is first noticed, and the delays from there on.

    Fills `left`.
    """
    left = block.left
    state = taken(words)
    weight, kind, figures = plan.weight, plan.kind, plan.figures
    detecting, cumulative = plan.detecting, plan.cumulative
    for attack in range(len(left)):
        number, state = uniform(state)
        place = 0
        while place < len(detecting) and number >= cumulative[place]:
            place += 1
        if place == len(detecting):
            left[attack] = NEVER
            continue
        first = detecting[place]
        after = 0.0
        for task in range(len(kind) - 1, first, -1):
            delay, state = drawn(
                kind[task], figures[task, 0], figures[task, 1], figures[task, 2], figures[task, 3], state
            )
            after += delay
        if weight[first] > 0.0:
            delay, state = drawn(
                kind[first], figures[first, 0], figures[first, 1], figures[first, 2], figures[first, 3], state
            )
            after = weight[first] * delay + after
        left[attack] = after
    put_back(words, state)


@compiled
def left_at_each(plan: Plan, left: Floats, words: Words) -> None:
    """Attacks with every delay drawn and no detection: fills the delay left at each detecting task [s].

    `left`: shape (attacks, detecting tasks), in the order of `plan.detecting`.
    """
    state = taken(words)
    p, weight, kind, figures = plan.p, plan.weight, plan.kind, plan.figures
    for attack in range(len(left)):
        after = 0.0
        place = left.shape[1]
        task = len(p)
        while place > 0:
            task -= 1
            delay, state = drawn(
                kind[task], figures[task, 0], figures[task, 1], figures[task, 2], figures[task, 3], state
            )
            if p[task] > 0.0:
                place -= 1
                left[attack, place] = weight[task] * delay + after
            after += delay
    put_back(words, state)


@compiled
def answered(plan: Plan, duel: Fighting, block: Block, words: Words) -> None:
    """What the forces make of a block of attacks, of which it is known what was left when they were noticed."""
    left, whole, slack, counts, there, moments = block
    state = taken(words)
    called, strength, parts, kind, figures = plan.called, plan.strength, plan.parts, plan.part_kind, plan.part_figures
    forces = len(called)
    call = np.empty(forces)
    order = np.empty(forces, dtype=np.int64)
    present = np.empty(forces, dtype=np.int64)
    for attack in range(len(left)):
        coming = 0
        for force in range(forces if left[attack] != NEVER else 0):
            if not plan.per_alarm:
                number, state = uniform(state)
                slack[attack, force] = left[attack] if number < called[force] else NEVER
            if slack[attack, force] == NEVER:
                continue
            time = 0.0
            for part in range(parts[force], parts[force + 1]):
                delay, state = drawn(
                    kind[part], figures[part, 0], figures[part, 1], figures[part, 2], figures[part, 3], state
                )
                time += delay
            call[force] = slack[attack, force]
            slack[attack, force] -= time
            place = coming
            while place > 0 and slack[attack, order[place - 1]] < slack[attack, force]:
                order[place] = order[place - 1]
                place -= 1
            order[place] = force
            coming += 1
        gathered, in_time, arrived, assembled = 0, 0, 0, NEVER
        for place in range(coming):
            force = order[place]
            gathered += strength[force]
            if slack[attack, force] > 0.0:
                in_time = gathered
            if arrived == 0 and gathered >= plan.need:
                arrived, assembled = place + 1, slack[attack, force]
        counts[DETECTED] += left[attack] != NEVER
        counts[ARRIVED] += in_time > 0
        counts[INTERRUPTED] += assembled > 0.0
        there[in_time] += 1
        decided = math.nan
        if assembled > 0.0 and duel.adversaries > 0:
            forces_coming = Coming(order, call, slack[attack], strength, arrived, coming)
            won, decided, state = fight(duel, forces_coming, present, state)
            counts[WON] += won
        if len(moments):
            end = whole[attack]
            moments[attack, COMPLETION] = end
            moments[attack, DETECTION] = end - left[attack] if left[attack] != NEVER else math.nan
            moments[attack, ARRIVAL] = end - slack[attack, order[0]] if coming else math.nan
            moments[attack, ASSEMBLY] = end - assembled if arrived else math.nan
            moments[attack, DECISION] = end - assembled + decided if assembled > 0.0 else math.nan
    put_back(words, state)
