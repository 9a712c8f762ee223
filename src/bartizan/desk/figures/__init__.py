"""What the desk's own record says of its work: how many alarms, how good, how fast. Pure: lives in, figures out.

A `Life` is what one alarm went through (`life_of`). From lives come the load on an operator (`load`), how often a
source was right (`quality`), and the times of the chain (`chain`), each with its interval. Exercises are never
counted with what was real: whoever calls gives lives of one kind.
"""

from bartizan.desk.figures.chain import LINKS, Link, Span, chain_times
from bartizan.desk.figures.interval import Interval, rate, share
from bartizan.desk.figures.life import Life, Origin, life_of
from bartizan.desk.figures.load import Flood, Load, Peak, load_of
from bartizan.desk.figures.measured import Counted, Timed, measured_time
from bartizan.desk.figures.period import Bucket, shifts, weeks
from bartizan.desk.figures.quality import Quality, quality_of
from bartizan.desk.figures.waiting import Quantile, Wait, quantile

__all__ = [
    "LINKS",
    "Bucket",
    "Counted",
    "Flood",
    "Interval",
    "Life",
    "Link",
    "Load",
    "Origin",
    "Peak",
    "Quality",
    "Quantile",
    "Span",
    "Timed",
    "Wait",
    "chain_times",
    "life_of",
    "load_of",
    "measured_time",
    "quality_of",
    "quantile",
    "rate",
    "share",
    "shifts",
    "weeks",
]
