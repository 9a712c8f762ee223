"""Every word of the calibration page is in its catalogue, none is there in vain."""

from __future__ import annotations

import re
from importlib.resources import files

from bartizan.adapters.web.calibrate.pages import catalogue, page, static_files

ROOM = files("bartizan.adapters.web.calibrate")
TEXTS = [
    one.read_text()
    for folder in (ROOM, ROOM.joinpath("static"), ROOM.joinpath("templates"))
    for one in folder.iterdir()
    if one.name.endswith((".py", ".js", ".html"))
]


def test_every_key_that_is_said_is_in_the_catalogue_and_none_is_kept_in_vain() -> None:
    said = {key for text in TEXTS for key in re.findall(r"""\bsay\(\s*["']([\w.-]+)["']""", text)}
    assert len(said) > 40
    assert said - set(catalogue()) == set()
    everything = "\n".join(TEXTS)
    assert [key for key in catalogue() if f'"{key}"' not in everything] == []


def test_every_file_that_a_page_names_is_there() -> None:
    text = bytes(page("calibrate.html", site="s", camera="c", csrf="t").body).decode()
    asked = set(re.findall(r'/static/([\w.]+)"', text))
    for name, (content, _) in static_files().items():
        if name.endswith(".js"):
            asked |= set(re.findall(r'from "\./([\w.]+)"', content.decode()))
    assert asked <= set(static_files())
    assert "calibrate.js" in asked
