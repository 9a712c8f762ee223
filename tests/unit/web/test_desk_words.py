"""Every word of the pages is in the catalogue, none is there in vain, and all can be read on their ground."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from bartizan.adapters.web.pages import catalogue, page, say
from bartizan.desk.alarms import DISPOSITIONS, PRIORITIES

ROOM = files("bartizan.adapters.web")
SCRIPTS = {one.name: one.read_text() for one in ROOM.joinpath("static").iterdir() if one.name.endswith(".js")}
TEMPLATES = {one.name: one.read_text() for one in ROOM.joinpath("templates").iterdir()}
PYTHON = {one.name: one.read_text() for one in ROOM.iterdir() if one.name.endswith(".py")}

# keys that are put together from a name: group -> the names it may get
GROUPS = {
    "priority": PRIORITIES,
    "condition": ("active", "cleared"),
    "handling": ("raised", "acknowledged", "assessing", "closed", "reopened"),
    "disposition": (*DISPOSITIONS, *(f"{one}.means" for one in DISPOSITIONS)),
    "kind": None,
    "because": None,
    "command": None,
    "act.done": None,
    "help.row": None,
    "error": None,
    "evidence.event": ("received", "looked", "copied", "held", "lifted", "marked", "kept-until", "erased"),
    "arrivals": ("quarantined", "accepted", "refused"),
}


def test_every_key_that_is_said_is_in_the_catalogue() -> None:
    said = set()
    for text in (*SCRIPTS.values(), *TEMPLATES.values(), *PYTHON.values()):
        said |= set(re.findall(r"""\bsay\(\s*["']([\w.-]+)["']""", text))
        said |= set(re.findall(r"""\? "([a-z]+\.[\w.]+)" :""", text))
    # what ends in a dot is put together with a name
    groups = {key for key in said if key.endswith(".")}
    assert len(said) > 300
    assert said - groups - set(catalogue()) == set()
    assert all(any(key.startswith(group) for key in catalogue()) for group in groups)
    for group, names in GROUPS.items():
        for name in names or ():
            assert f"{group}.{name}" in catalogue()


def test_no_word_is_kept_in_vain() -> None:
    everything = "\n".join((*SCRIPTS.values(), *TEMPLATES.values(), *PYTHON.values()))
    # keys that are put together: `group.${name}`, "group." + name, f"group.{name}", name("group", id)
    together = set(re.findall(r"""[`"']([a-z][\w.-]*\.)(?:\$\{|["']\s*[+~]|\{)""", everything))
    together |= {f"{group}." for group in re.findall(r"""\bname\(\s*["']([\w.-]+)["']""", everything)}
    unsaid = [
        key
        for key in catalogue()
        if not re.search(rf"""["'`]{re.escape(key)}["'`]""", everything)
        and not any(key.startswith(group) for group in (*together, *(f"{one}." for one in GROUPS)))
    ]
    assert unsaid == []


def test_every_key_of_the_help_and_of_the_foot_has_its_words() -> None:
    rows: list[str] = []
    hints: list[str] = []
    for text in SCRIPTS.values():
        rows += re.findall(r"""\[\[[^\]]*\], "([\w.-]+)"\]""", text)
        for told in re.split(r"""\bhints\b\s*[:=]|\bHINTS\b\s*=""", text)[1:]:
            hints += re.findall(r"""\[(?:"[^"]{1,4}", )+"([a-z][\w.-]+)"\]""", told.partition("]]")[0] + "]]")
    assert len(rows) >= 40
    assert len(hints) >= 25
    assert {f"help.row.{row}" for row in rows} - set(catalogue()) == set()
    assert {f"command.{hint}" for hint in hints} - set(catalogue()) == set()


def test_scripts_make_no_markup_and_load_nothing_from_elsewhere() -> None:
    banned = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|https?://(?!www\.w3\.org/2000/svg)"
    )
    for name, text in SCRIPTS.items():
        assert re.search(banned, text) is None, name
    for name, text in TEMPLATES.items():
        assert re.search(r"\|\s*safe|<style|\sstyle=|\son\w+=|https?://", text) is None, name
        assert re.search(r"<script(?! type=\"module\" src=\"/static/[a-z-]+\.js\">)", text) is None, name


def test_values_are_escaped_in_templates() -> None:
    text = page("error.html", 404, status=404, words="<b>", path="\"'><script>").body
    assert b"<b>" not in text
    assert b"<script>" not in text
    assert say("login.site", site="<b>") == "Desk of <b>", "escaping is the template's, once"


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


COLOURS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", ROOM.joinpath("static", "house.css").read_text()))


@pytest.mark.parametrize("text", ["text", "soft", "faint", "high", "medium", "low", "good", "focus"])
@pytest.mark.parametrize("ground", ["ground", "panel", "raised"])
def test_text_can_be_read_on_every_ground(text: str, ground: str) -> None:
    # WCAG 2.2, 1.4.3: 4.5 to 1 for text
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


def test_the_exercise_banner_can_be_read() -> None:
    assert contrast(COLOURS["exercise"], COLOURS["exercise-ink"]) >= 7


def test_contrast_itself_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known grey just short of 4.5
