"""The terrain: on a plan an intruder walks anywhere. The worst path, and from each place the chance to stop him.

`raster` cuts the ground into cells, `barriers` and `sight` say what nobody walks or sees through, `coverage` what
notices whom; `crossing` joins areas where elements stand; `network` is all that in numbers, `trees`, `bound` and
`labels` search it, and `terrain` is the question and its answer.
"""

from bartizan.assess.terrain.result import Stretch, TerrainPath, TerrainResult
from bartizan.assess.terrain.terrain import terrain

__all__ = ["Stretch", "TerrainPath", "TerrainResult", "terrain"]
