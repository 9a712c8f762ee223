"""A study as pandas frames, with the types that their columns have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bartizan.app.study.study import Study
from bartizan.app.study.tables import Kind, study_tables
from bartizan.errors import MissingExtraError

if TYPE_CHECKING:
    import pandas as pd

# nullable types: what is absent stays absent, and a whole number stays one
_TYPES: dict[Kind, str] = {"text": "string", "whole": "Int64", "number": "Float64", "yes": "boolean"}


def frames(study: Study) -> dict[str, pd.DataFrame]:
    """The tables of a study as frames: `results`, `paths`, `steps` and `figures`.

    They join on `case`, `path` and `step`, which count from 0. Times are in seconds and end in _s, probabilities are
    in [0, 1]; what is absent is NA. Raises MissingExtraError where pandas is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415 an extra
    except ImportError as error:
        raise MissingExtraError.of("frames", "pandas") from error
    made = {}
    for name, table in study_tables(study).items():
        frame = pd.DataFrame.from_records(list(table.rows), columns=list(table.columns))
        made[name] = frame.astype({column: _TYPES[kind] for column, kind in table.columns.items()})
    return made
