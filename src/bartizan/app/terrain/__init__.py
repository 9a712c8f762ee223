"""The terrain of a site: where over the ground is it thin, and how likely is an intruder stopped from where?"""

from bartizan.app.terrain.study import TerrainCase, TerrainStudy, terrain_study

__all__ = ["TerrainCase", "TerrainStudy", "terrain_study"]
