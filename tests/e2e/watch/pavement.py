"""A pavement that two cameras see, as a site folder and as videos of somebody who comes and stays."""

from __future__ import annotations

import tomllib
from pathlib import Path

import cv2
import numpy as np

from bartizan.site.document import build

SITE = """
schema = 1
[site]
name = "A pavement"
[plan]
crs = "metres"
[[zone]]
id = "pavement"
polygon = [[-2, -2], [10, -2], [10, 16], [-2, 16]]
[[camera]]
id = "north"
size = [320, 240]
model = { points = [[50, 200, 0, 0], [270, 200, 8, 0], [110, 75, 0, 20], [210, 75, 8, 20]] }
[[camera]]
id = "south"
size = [320, 240]
model = { points = [[270, 200, 0, 12], [50, 200, 8, 12], [210, 75, 0, -8], [110, 75, 8, -8]] }
[[rule]]
id = "loiter"
kind = "loitering"
zone = "pavement"
after = 2
grace = 5
"""
FPS = 10.0


def site_folder(parent: Path) -> Path:
    folder = parent / "site"
    folder.mkdir()
    (folder / "site.toml").write_text(SITE)
    return folder


def video(path: Path, camera: str, seconds: float, comes: float) -> Path:
    """`seconds` of one camera; after `comes` seconds somebody walks up and down the pavement."""
    model = build(tomllib.loads(SITE)).camera(camera).model
    assert model is not None
    rng = np.random.default_rng(len(camera) + ord(camera[0]))
    scene = cv2.GaussianBlur(rng.normal(120.0, 40.0, (240, 320)), (0, 0), 2.0)[:, :, None].repeat(3, axis=2)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (320, 240))
    for n in range(int(seconds * FPS)):
        t = n / FPS
        picture = scene + rng.normal(0.0, 2.0, scene.shape)
        if t >= comes:
            place = np.array([[3.0 + 0.8 * (t - comes) % 4.0, 5.0]])
            (x, y), high = model.to_image(place)[0], 1.75 * float(model.height_scale(place)[0])
            left, right = round(x - 0.14 * high), round(x + 0.14 * high)
            picture[round(y - high) : round(y), left:right] = (40.0, 30.0, 30.0)
        writer.write(np.clip(picture, 0, 255).astype(np.uint8))
    writer.release()
    return path
