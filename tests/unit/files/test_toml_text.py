"""Where the keys of a TOML or JSON text stand, and cuts that leave every other letter where it was."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from bartizan.adapters.files import toml_edit
from bartizan.adapters.files.json_lines import json_lines
from bartizan.adapters.files.site_edit import edited
from bartizan.adapters.files.toml_places import key_path, nearest_line, toml_places

TEXT = '''a.b = 1 # dotted
"c d" = """
three "quotes"" # no comment
"""
[t]
list = [ # first
  1, [2,
  3],
  { x = 'it', y = ["]", "}"] },
]
'x.y' . "z\\u00e9" = 2020-01-01T00:00:00Z
[[u]]
k = "\\"#"
[[u.v]]
w = true
[[u]]
[u.s.t]
n = { m.o = 1 }
'''


def test_every_key_and_item_has_its_line() -> None:
    tomllib.loads(TEXT)
    assert toml_places(TEXT).lines == {
        ("a",): 1,
        ("a", "b"): 1,
        ("c d",): 2,
        ("t",): 5,
        ("t", "list"): 6,
        ("t", "list", 0): 7,
        ("t", "list", 1): 7,
        ("t", "list", 1, 0): 7,
        ("t", "list", 1, 1): 8,
        ("t", "list", 2): 9,
        ("t", "list", 2, "x"): 9,
        ("t", "list", 2, "y"): 9,
        ("t", "list", 2, "y", 0): 9,
        ("t", "list", 2, "y", 1): 9,
        ("t", "x.y"): 11,
        ("t", "x.y", "zé"): 11,
        ("u",): 12,
        ("u", 0): 12,
        ("u", 0, "k"): 13,
        ("u", 0, "v"): 14,
        ("u", 0, "v", 0): 14,
        ("u", 0, "v", 0, "w"): 15,
        ("u", 1): 16,
        ("u", 1, "s"): 17,
        ("u", 1, "s", "t"): 17,
        ("u", 1, "s", "t", "n"): 18,
        ("u", 1, "s", "t", "n", "m"): 18,
        ("u", 1, "s", "t", "n", "m", "o"): 18,
    }


def test_the_stretch_of_a_value_is_the_value() -> None:
    places = toml_places(TEXT)

    def value(*path: str | int) -> str:
        start, end = places.values[path]
        return TEXT[start:end]

    assert value("a", "b") == "1"
    assert value("c d") == '"""\nthree "quotes"" # no comment\n"""'
    assert value("t", "list", 1) == "[2,\n  3]"
    assert value("t", "x.y", "zé") == "2020-01-01T00:00:00Z"
    assert value("u", 0, "k") == '"\\"#"'
    assert value("u", 1, "s", "t", "n") == "{ m.o = 1 }"


def test_what_has_no_line_has_that_of_what_is_around_it() -> None:
    lines = toml_places(TEXT).lines
    assert nearest_line(lines, key_path("u[0].v[0].missing.more")) == 14
    assert nearest_line(lines, key_path("missing")) == 0
    assert key_path("element[2].way[0].delay") == ("element", 2, "way", 0, "delay")


def test_json_values_have_their_lines_and_keys_that_come_twice_are_told() -> None:
    text = '{"a": [1,\n {"b": "}",\n  "c": null}], "d": {}\n, "d": {"e": [[]]}}'
    lines, twice = json_lines(text)
    assert lines == {
        (): 1,
        ("a",): 1,
        ("a", 0): 1,
        ("a", 1): 2,
        ("a", 1, "b"): 2,
        ("a", 1, "c"): 3,
        ("d",): 4,
        ("d", "e"): 4,
        ("d", "e", 0): 4,
    }
    assert twice == [("d",)]


HEAD = 'schema = 1\n[site]\nname = "n"\n'


@pytest.mark.parametrize(
    ("body", "change", "after"),
    [
        # a value, with the comment behind it
        ("[[threat]]\nid = 't'\ncount = 1 # one\n", {"set": {"count": 2}}, "[[threat]]\nid = 't'\ncount = 2 # one\n"),
        # a new key goes behind the last one and takes its indent, not behind the comment of the next table
        (
            "[[threat]]\n  id = 't' # x\n\n# next\n[[threat]]\nid = 'u'\n",
            {"set": {"count": 2}},
            "[[threat]]\n  id = 't' # x\n  count = 2\n\n# next\n[[threat]]\nid = 'u'\n",
        ),
        # a key away with its line
        (
            "[[threat]]\nid = 't'\ncount = 1 # one\nspeed = 2\n",
            {"at": "/count", "remove": True},
            "[[threat]]\nid = 't'\nspeed = 2\n",
        ),
        # a list in brackets on one line
        ("threat = [{id = 't'}, {id='u'}]\n", {"set": {"count": 2}}, "threat = [{id = 't', count = 2}, {id='u'}]\n"),
        ("threat = [{id = 't'}, {id='u'}]\n", {"remove": True}, "threat = [{id='u'}]\n"),
        ("threat = [{id = 'u'}, {id='t'}]\n", {"remove": True}, "threat = [{id = 'u'},]\n"),
        ("threat = [{id = 't'}]\n", {"remove": True}, "threat = []\n"),
        # a list in brackets on several lines, with comments
        (
            "threat = [\n  {id = 't'}, # t\n  {id='u'}, # u\n]\n",
            {"at": None, "add": {"threat": {"id": "v"}}},
            "threat = [\n  {id = 't'}, # t\n  {id='u'}, # u\n  { id = \"v\" },\n]\n",
        ),
        (
            "threat = [\n  {id = 't'}, # t\n  {id='u'} # u\n]\n",
            {"at": None, "add": {"threat": {"id": "v"}}},
            "threat = [\n  {id = 't'}, # t\n  {id='u'}, # u\n  { id = \"v\" }\n]\n",
        ),
        # an inline table: first, middle and last key away
        ("threat = [{id='t', count=1, speed=2}]\n", {"at": "/count", "remove": True}, "threat = [{id='t', speed=2}]\n"),
        ("threat = [{count=1, id='t'}]\n", {"at": "/count", "remove": True}, "threat = [{id='t'}]\n"),
        ("threat = [{id='t', count=1}]\n", {"at": "/count", "remove": True}, "threat = [{id='t'}]\n"),
        # a table of its own, between two of another kind
        (
            "[[area]]\nid='a'\n\n# t\n[[threat]]\nid='t'\n\n# b\n[[area]]\nid='b'\n",
            {"remove": True},
            "[[area]]\nid='a'\n\n# t\n# b\n[[area]]\nid='b'\n",
        ),
        (
            "[[area]]\nid='a'\n\n[[threat]]\nid='t'\n\n# b\n[[area]]\nid='b'\n",
            {"at": None, "add": {"threat": {"id": "v"}}},
            "[[area]]\nid='a'\n\n[[threat]]\nid='t'\n\n[[threat]]\nid = \"v\"\n\n# b\n[[area]]\nid='b'\n",
        ),
        # a file that does not end its last line
        ("[[threat]]\nid='t'", {"set": {"count": 2}}, "[[threat]]\nid='t'\ncount = 2"),
        # strings are spelt so that they read back
        (
            "[[threat]]\nid='t'\n",
            {"set": {"name": 'a "b"\\\n\té'}},
            '[[threat]]\nid=\'t\'\nname = "a \\"b\\"\\\\\\n\\té"\n',
        ),
    ],
)
def test_a_cut_leaves_the_rest_to_the_letter(body: str, change: dict[str, Any], after: str) -> None:
    at = change.pop("at", "")
    address = {} if at is None else {"at": f"threat/t{at}"}
    text = body + HEAD if body.startswith("threat = ") else HEAD + body
    assert edited(text, [address | change]) == text.replace(body, after)


def test_a_table_in_dotted_keys_or_under_its_own_header_is_changed_where_it_stands() -> None:
    body = "[[area]]\nid='a'\ncrossing.delay.mean = 8 # eight\ncrossing.delay.sd = 2\n[[area]]\nid='b'\n"
    body += "[area.crossing]\n# how\ndelay = {mean = 3, sd = 1}\n"
    text = HEAD + body
    delay = {"delay": {"mean": 9, "sd": 2}}
    assert edited(text, [{"at": "area/a", "set": {"crossing": delay}}]) == text.replace("mean = 8", "mean = 9")
    assert edited(text, [{"at": "area/b", "set": {"crossing": delay}}]) == text.replace(
        "{mean = 3, sd = 1}", "{mean = 9, sd = 2}"
    )
    gone = edited(text, [{"at": "area/a/crossing", "remove": True}])
    assert gone == text.replace("crossing.delay.mean = 8 # eight\ncrossing.delay.sd = 2\n", "")
    more = edited(text, [{"at": "area/b", "set": {"crossing": delay | {"detect_at": "end"}}}])
    assert tomllib.loads(more)["area"][1]["crossing"] == delay | {"detect_at": "end"}
    assert "# how\n" in more


def test_values_are_spelt_as_toml_reads_them() -> None:
    values = [True, False, 3, -2.5, 1e300, 'é\\"\n', [1, [2, "x"]], {"a b": {"c": [], "d": {}}}]
    for value in values:
        assert tomllib.loads(f"x = {toml_edit.spelt(value)}")["x"] == value
