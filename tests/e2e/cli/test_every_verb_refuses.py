"""Every verb on input that is none: exit status 2, the thing and the cure in words, never a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bartizan.cli.main import VERBS, main

# verbs that take no site, with something else that they read; demo and schema read nothing
WITHOUT_SITE = {
    "verify": ["{}"],
    "backup": ["{}", "copy"],
    "restore": ["{}", "data"],
    "import": ["{}"],
    "figures": ["{}"],
    "score": ["--truth", "{}", "--signals", "{}"],
}
NOTHING_READ = {"demo", "schema", "new"}
MORE = {
    "arm": ["gate"],
    "disarm": ["gate"],
    "calibrate": ["north"],
    "compare": ["{}"],
    "drill": ["story"],
    "report": ["page.html"],
    "harden": ["--budget", "5"],
}


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def words_of(verb: str, given: str) -> list[str]:
    rest = WITHOUT_SITE.get(verb) or ["{}", *MORE.get(verb, [])]
    return [verb, *(word.format(given) for word in rest)]


def refused(found: Result, *told: str) -> None:
    assert found.exit_code == 2, found.output
    assert isinstance(found.exception, SystemExit), found.exception
    assert found.stdout == ""
    for words in told:
        assert words in found.stderr


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("verb", sorted(set(VERBS) - NOTHING_READ))
def test_what_is_not_there(verb: str, here: Path) -> None:
    found = run(*words_of(verb, "nowhere"))
    refused(found, "nowhere")
    # the last sentence is the cure: it says what to do
    assert len(found.stderr.strip().split(". ")) > 1, found.stderr
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("verb", sorted(set(VERBS) - NOTHING_READ))
def test_what_is_something_else(verb: str, here: Path) -> None:
    (here / "noise").write_bytes(bytes(range(256)) * 8)
    found = run(*words_of(verb, "noise"))
    refused(found, "noise")
    assert [one.name for one in here.iterdir()] == ["noise"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["assess", "--threat", "nobody"], "no threat has the id 'nobody'. There is: armed-intruder, lone-intruder"),
        (["assess", "--state", "day,night"], "the states 'day' and 'night' lie on one axis, 'time'. Choose one"),
        (["assess", "--report", "missing/r.html"], "cannot be written: there is no folder"),
        (["arm", "nobody"], "no rule and no zone has the id 'nobody'. There is: apron,"),
        (["arm", "--data", "nowhere"], "--data nowhere: there is no such folder"),
        (["episodes", "--data", "nowhere"], "--data nowhere: there is no such folder"),
        (["handover", "--data", "nowhere"], "--data nowhere: there is no such folder"),
        (["disarm", "pavement", "--until", "2020-01-01T00:00Z"], "Give a later or an earlier end"),
        (["drill", "wandrer"], "there is no scenario 'wandrer'. There are: armed-entry, passers-by, wanderer"),
        (["drill", "wandrer.toml"], "wandrer.toml: is not there"),
        (["drill", "wanderer", "--blind", "nord"], "no camera has the id 'nord'"),
        (["calibrate", "nord"], "no camera has the id 'nord'"),
        (["watch", "--camera", "nord=x.avi"], "no camera has the id 'nord'"),
        (["watch", "--camera", "west=none.avi"], "none.avi: it does not exist. Give the path of a video file"),
        (["watch"], "there is nothing to watch. Give --camera ID=SOURCE"),
        (["watch", "--from", "nonsense"], "'nonsense' is no address of a broker. Give mqtts://HOST:PORT/PREFIX"),
        (
            ["desk", "--host", "192.0.2.1"],
            "passwords and alarms would cross the network in clear text. Give --tls-cert",
        ),
        (["desk", "--watch"], "so there is nothing to watch. Give --camera ID=SOURCE"),
        (["desk", "--inputs", "nonsense"], "'nonsense' is no address of a broker. Give mqtts://HOST:PORT"),
        (["harden", "--budget", "-1"], "is no amount to spend. Give a finite number, 0 or more"),
        (["terrain", "--resolution", "0"], "Give the side of a cell in metres, above 0"),
        (["terrain", "--picture", "map.jpg"], "Give it a name that ends in .png"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_a_sound_site_does_not_have(chancery: Path, words: list[str], told: str) -> None:
    verb, *more = words
    refused(run(verb, str(chancery), *more), told)


def test_a_place_that_is_taken_stays_as_it_is(here: Path) -> None:
    (here / "site").mkdir()
    (here / "site" / "letter.txt").write_text("keep me")
    refused(run("new", "site"), "there is something already")
    assert (here / "site" / "letter.txt").read_text() == "keep me"


@pytest.mark.parametrize(
    ("word", "cure"), [("asess", "Did you mean 'assess'?"), ("frobnicate", "The verbs are in bartizan --help")]
)
def test_a_word_that_is_no_verb(word: str, cure: str) -> None:
    refused(run(word, "site"), f"there is no verb '{word}'. {cure}")
