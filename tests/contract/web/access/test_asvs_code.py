"""How the program is written: encoding and input (ASVS 1 and 2).

Source: OWASP Application Security Verification Standard 5.0.0 (2025), levels 1 and 2; the words are ours.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from access_post import Guarded
from asvs import pages, routes
from desk_post import HOSTILE
from pydantic import BaseModel

import bartizan

SOURCES = sorted(Path(bartizan.__file__).parent.rglob("*.py"))


@cache
def every_call() -> tuple[tuple[Path, str, ast.Call], ...]:
    """(file, dotted name, call) of the calls of every file that has one of the words which the tests look for."""
    found: list[tuple[Path, str, ast.Call]] = []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if re.search(
            r"\b(eval|exec|pickle|marshal|unsafe_load|system|popen|getoutput|shell|Template|from_string)\b", text
        ):
            calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
            found += [(path, ast.unparse(call.func), call) for call in calls]
    return tuple(found)


def test_asvs_1_2_1_names_are_escaped_wherever_they_are_shown(desk: Guarded) -> None:
    shown = 0
    for answer in pages(desk, desk.enter("officer")):
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert HOSTILE not in answer.text, answer.request.url
            shown += "&lt;script&gt;" in answer.text
    assert shown >= 3


def test_asvs_1_2_5_nothing_is_run_by_a_shell() -> None:
    for path, name, call in every_call():
        assert name not in ("os.system", "os.popen", "subprocess.getoutput", "commands.getoutput"), path
        assert not any(word.arg == "shell" for word in call.keywords), path


def test_asvs_1_3_2_and_1_5_2_nothing_that_was_read_is_executed_or_unpickled() -> None:
    for path, name, _ in every_call():
        assert name not in ("eval", "exec", "pickle.load", "pickle.loads", "marshal.loads", "yaml.unsafe_load"), path


def test_asvs_1_3_7_templates_are_files_of_ours_alone() -> None:
    for path, name, _ in every_call():
        if "web" in path.parts:
            assert not name.endswith(("from_string", "Template")), path


def test_asvs_1_5_1_xml_is_read_by_a_parser_that_resolves_nothing() -> None:
    readers = ("parse", "iterparse", "fromstring", "XMLParser", "XMLPullParser", "XML")
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if re.search(r"\b(xml|lxml)\b", text) else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("xml.", "lxml")):
                assert not {one.name for one in node.names} & set(readers), path
            if isinstance(node, ast.Import):
                assert not any(one.name.startswith(("xml.etree", "lxml", "xml.dom", "xml.sax")) for one in node.names)


def test_asvs_2_2_1_and_15_3_3_a_field_that_no_form_has_is_refused(desk: Guarded) -> None:
    seen = 0
    for _, route in routes(desk):
        body = route.body_field
        model = getattr(getattr(body, "field_info", None), "annotation", None)
        if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__.startswith("bartizan"):
            assert model.model_config.get("extra") == "forbid", route.path
            seen += 1
    assert seen >= 8
