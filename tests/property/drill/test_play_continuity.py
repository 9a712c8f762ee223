"""Whatever the script: nobody jumps, and nobody is faster than their step says."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bartizan.drill.play import figure
from bartizan.drill.scenario import Actor, Wait, Walk

places = st.tuples(st.floats(-50, 50), st.floats(-50, 50))
walks = st.builds(Walk, to=places, speed=st.floats(0.1, 8.0))
waits = st.builds(Wait, seconds=st.floats(0.01, 60.0), face=st.none() | places, busy=st.booleans())
actors = st.builds(
    Actor,
    id=st.just("a"),
    enters=st.floats(0.0, 30.0),
    start=places,
    steps=st.lists(walks | waits, min_size=1, max_size=6).map(tuple),
    stays=st.booleans(),
)


@given(actors, st.floats(0.0, 1.0), st.floats(0.001, 2.0))
def test_nobody_outruns_their_script(actor: Actor, share: float, step: float) -> None:
    fastest = max((one.speed for one in actor.steps if isinstance(one, Walk)), default=0.0)
    t = actor.enters + share * actor.seconds()
    before, after = figure(actor, t), figure(actor, t + step)
    if before is None or after is None:
        return
    # a place is a product of a share and a length of up to 140 m: twelve digits of that
    assert math.dist(before.at, after.at) <= fastest * step + 1e-9


@given(actors)
def test_everybody_is_there_exactly_while_their_steps_last(actor: Actor) -> None:
    end = actor.enters + actor.seconds()
    assert figure(actor, math.nextafter(actor.enters, -math.inf)) is None
    gone = figure(actor, end + 1e-6 * max(1.0, end))
    assert (gone is not None) == actor.stays
