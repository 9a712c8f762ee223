"""Signals, tables and tracks scored: what is an alarm, what a plain timer raises, what the verb says and refuses."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon

from bartizan.adapters.files.episodes import read_episodes, read_signals
from bartizan.adapters.score import MotMetrics
from bartizan.app.score import alarms_of, ground_frames, picture_frames, plain_timer, score_tracks
from bartizan.cli.main import main
from bartizan.errors import EpisodesError, InputError, MissingPartError

SITE = """
schema = 1
[site]
name = "A pavement"
[plan]
crs = "metres"
[[area]]
id = "street"
outside = true
[[zone]]
id = "pavement"
area = "street"
polygon = [[0, 0], [20, 0], [20, 10], [0, 10]]
[[rule]]
id = "stay"
kind = "loitering"
zone = "pavement"
after = 60
"""


def signal(name: str, state: str, t: float, **more: object) -> dict[str, object]:
    return {
        "id": name,
        "state": state,
        "t": t,
        "kind": "loitering",
        "zone": "pavement",
        "element": None,
        "because": {"seconds": t - 40.0},
        **more,
    }


def test_an_alarm_is_raised_once_and_keeps_the_last_length() -> None:
    told = [signal("a", "raised", 100.0), signal("a", "updated", 115.0), signal("a", "ended", 140.0)]
    alarms, silent = alarms_of(told)
    assert [(one.t, one.seconds) for one in alarms] == [(100.0, 100.0)]
    assert silent == 0


def test_a_silent_signal_is_no_alarm() -> None:
    told = [signal("a", "raised", 100.0, silent="access zone"), signal("a", "ended", 120.0, silent="access zone")]
    assert alarms_of(told) == ((), 1)


def test_what_is_no_signal_is_named() -> None:
    with pytest.raises(InputError, match="signal 2 is no signal"):
        alarms_of([signal("a", "raised", 1.0), {"id": "b"}])


def test_the_plain_timer_never_forgets_and_fires_on_who_comes_back() -> None:
    zone = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)])
    # in for a second, away for a minute and back for one: 2 s in the zone, and a minute on its clock
    moments = [(float(t), [("a", 0.5 if t < 2 or t >= 61 else 5.0, 0.5)]) for t in range(63)]
    (alarm,) = plain_timer("loitering", "z", zone, moments)
    assert (alarm.t, alarm.seconds) == (61.0, 62.0)


def test_tracks_broken_in_the_middle() -> None:
    true = [(float(t), [("p", float(t), 0.0)]) for t in range(10)]
    found = [(float(t), [("a" if t < 5 else "b", float(t), 0.6)]) for t in range(10)]
    scored = score_tracks(ground_frames(true, found), MotMetrics(), by="1 m", least=0.5)
    # one switch in ten; of the two ids one can be right: IDTP 5, IDFP 5, IDFN 5
    assert (scored.clear.switches, scored.clear.mota, scored.clear.idf1) == pytest.approx((1, 0.9, 0.5))
    # 0.6 m is 0.7 alike: 14 of 19 thresholds
    assert scored.detection == pytest.approx(14 / 19)
    assert scored.association == pytest.approx(14 / 19 * 0.5)


def test_places_further_than_a_metre_are_anothers() -> None:
    true = [(0.0, [("p", 0.0, 0.0), ("q", 5.0, 0.0)])]
    found = [(0.02, [("a", 1.0, 0.0), ("b", 6.01, 0.0)])]
    scored = score_tracks(ground_frames(true, found), MotMetrics(), by="1 m", least=0.5)
    assert (scored.clear.recall, scored.clear.precision) == (0.5, 0.5)


def test_moments_apart_are_not_compared() -> None:
    frames = ground_frames([(0.0, [("p", 0.0, 0.0)])], [(0.2, [("a", 0.0, 0.0)])])
    assert [(len(true), len(found)) for true, found, _ in frames] == [(1, 0)]


def test_boxes_overlap_as_by_hand() -> None:
    (frame,) = picture_frames([(1, 1, 0.0, 0.0, 10.0, 10.0)], [(1, 7, 5.0, 0.0, 10.0, 10.0)])
    assert frame[2] == pytest.approx(np.array([[50.0 / 150.0]]))


def test_without_a_common_frame_nothing_is_scored() -> None:
    with pytest.raises(MissingPartError, match="share no moment"):
        score_tracks([], MotMetrics(), by="1 m", least=0.5)


# ---- files


def test_every_fault_of_a_table_at_once(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("kind,zone,begin,end,due\nloitering,z,0,90,60\n,z,1,2,1\nloitering,z,x,2,1\nloitering,z,5,9,99\n")
    with pytest.raises(EpisodesError) as caught:
        read_episodes(path)
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [(3, "kind"), (4, "begin"), (5, "due")]


@pytest.mark.parametrize("text", ["", "kind,zone,begin\n", "kind,kind,zone,begin,end\n", 'kind,"zone,begin,end\n'])
def test_a_table_without_its_heading(tmp_path: Path, text: str) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(text)
    with pytest.raises(EpisodesError, match=r"Begin with the line|quotation"):
        read_episodes(path)


@given(st.binary(max_size=300))
def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    for read in (read_episodes, read_signals):
        with suppress(EpisodesError):
            assert all(read(path))


# ---- the verb


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["score", *arguments])
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site.toml").write_text(SITE)
    rows = [f"{t / 2:g},a,5,5\n" for t in range(181)]  # 90 s
    (tmp_path / "true.csv").write_text("t,track,x,y\n" + "".join(rows))
    # the same man, of whom the tracker makes two after 40 s
    rows = [f"{t / 2:g},{'a' if t < 80 else 'b'},5.2,5\n" for t in range(181)]
    (tmp_path / "found.csv").write_text("t,track,x,y\n" + "".join(rows))
    return tmp_path


def test_a_broken_track_loses_the_stay(folder: Path) -> None:
    true, found = str(folder / "true.csv"), str(folder / "found.csv")
    code, said = run(str(folder), "--true-tracks", true, "--tracks", found, "--json")
    told = json.loads(said)
    assert code == 0
    assert told["overall"]["signals"]["recall"]["value"] == 0.0
    assert told["overall"]["plain 60 s timer"]["recall"]["value"] == 0.0
    (tracks,) = told["tracks"]
    assert tracks["switches"] == 1
    code, said = run(str(folder), "--true-tracks", true, "--tracks", true)
    assert "1 of 1" in said
    assert "IDF1 1.000" in said


def test_signals_against_a_table(folder: Path) -> None:
    truth = folder / "truth.csv"
    truth.write_text("kind,zone,begin,due,end,seconds\nloitering,pavement,40,100,150,110\n")
    signals = folder / "signals.jsonl"
    signals.write_text("\n".join(json.dumps(signal("a", s, t)) for s, t in (("raised", 103.0), ("ended", 149.0))))
    code, said = run("--truth", str(truth), "--signals", str(signals), "--hours", "24", "--json")
    score = json.loads(said)["overall"]["signals"]
    assert code == 0
    assert (score["matched"], score["delay_median"]["value"], score["dwell_median"]["value"]) == (1, 3.0, 1.0)
    assert score["camera_days"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "nothing to score"),
        (["--mot", "x"], "go together"),
        (["--signals", "s"], "give the truth"),
        (["--truth", "t"], "give what is to be scored"),
        (["--truth", "t", "--tracks", "x"], "does not exist"),
    ],
)
def test_what_is_missing_is_said(arguments: list[str], words: str, tmp_path: Path) -> None:
    code, said = run(*arguments)
    assert code == 2
    assert words in said
