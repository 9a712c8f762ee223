"""Alerts in CAP: what is read, and how each thing that may be wrong is told."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from bartizan.desk.sharing.cap import Alert, Info, Reference
from bartizan.desk.sharing.cap_read import offered, read_cap
from bartizan.desk.sharing.cap_write import cap_time, write_cap
from bartizan.desk.sharing.errors import CapError

SPACE = "urn:oasis:names:tc:emergency:cap:1.2"
HEAD = (
    "<identifier>a1</identifier><sender>desk@example.org</sender><sent>2026-03-02T14:00:00+01:00</sent>"
    "<status>Actual</status><msgType>Alert</msgType>"
)
INFO = (
    "<category>Security</category><event>intrusion</event><urgency>Immediate</urgency>"
    "<severity>Severe</severity><certainty>Likely</certainty>"
)
GOOD = HEAD + f"<scope>Public</scope><info>{INFO}</info>"


def xml(inner: str, before: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<alert xmlns="{SPACE}">{inner}</alert>'.encode()


def test_a_plain_alert() -> None:
    alert = read_cap(xml(GOOD))
    assert (alert.identifier, alert.sender, alert.status) == ("a1", "desk@example.org", "Actual")
    assert alert.sent == datetime(2026, 3, 2, 13, tzinfo=UTC)
    assert alert.infos[0].categories == ("Security",)
    assert not alert.exercise
    assert offered(alert)["infos"][0]["event"] == "intrusion"


AREA = "<info>" + INFO + "<area><areaDesc>here</areaDesc>{}</area></info>"
FAULTS = {
    "no time": (GOOD.replace("<sent>2026-03-02T14:00:00+01:00</sent>", ""), "alert has no sent. Add it"),
    "Z": (GOOD.replace("+01:00", "Z"), "sent is '2026-03-02T14:00:00Z', not a time"),
    "fraction": (GOOD.replace("00+01:00", "00.5+01:00"), "no fraction"),
    "30 February": (GOOD.replace("2026-03-02", "2026-02-30"), "sent is '2026-02-30"),
    "word": (GOOD.replace("Actual", "Real"), "status is 'Real', not one of Actual, Exercise"),
    "order": (GOOD.replace("<status>Actual</status>", "") + "<status>Actual</status>", "status comes too late"),
    "twice": (GOOD.replace("<status>Actual</status>", "<status>Actual</status>" * 2), "has 2 of status. Give one"),
    "unknown": (GOOD + "<colour>red</colour>", "holds the element 'colour'"),
    "text between": (HEAD + "loose" + GOOD.removeprefix(HEAD), "holds text between its elements, 'loose'"),
    "attribute": (GOOD.replace("<status>", '<status why="x">'), "has the attribute 'why'"),
    "element in text": (GOOD.replace("intrusion", "<b>x</b>"), "event holds the element 'b'"),
    "empty": (GOOD.replace("intrusion", " "), "event is empty. Fill it in"),
    "space": (GOOD.replace(">a1<", ">a 1<"), "identifier is 'a 1': it must hold no space"),
    "comma": (GOOD.replace("desk@", "a,desk@"), "sender is 'a,desk@example.org'"),
    "restricted": (GOOD.replace("Public", "Restricted"), "nothing says to whom. Add restriction"),
    "private": (GOOD.replace("Public", "Private"), "nothing says for whom. Add addresses"),
    "restriction": (GOOD.replace("Public</scope>", "Public</scope><restriction>police</restriction>"), "Take it out"),
    "update": (GOOD.replace(">Alert<", ">Update<"), "Update and it names no earlier alert"),
    "cancel": (GOOD.replace(">Alert<", ">Cancel<"), "Cancel and it names no earlier alert"),
    "error": (
        GOOD.replace(">Alert<", ">Error<").replace(
            "</scope>", "</scope><references>x,y,2026-03-01T00:00:00-00:00</references>"
        ),
        "an Error says in a note",
    ),
    "itself": (
        GOOD.replace("</scope>", "</scope><references>desk@example.org,a1,2026-03-02T13:00:00-00:00</references>"),
        "names the alert itself",
    ),
    "later": (
        GOOD.replace("</scope>", "</scope><references>desk@example.org,a0,2026-03-03T13:00:00-00:00</references>"),
        "was sent later than this alert",
    ),
    "triplet": (GOOD.replace("</scope>", "</scope><references>a,b</references>"), "not sender,identifier,sent"),
    "language": (GOOD.replace("<category>", "<language>english!</language><category>"), "not a language as en-GB"),
    "open ring": (HEAD + "<scope>Public</scope>" + AREA.format("<polygon>1,1 2,2 1,2 3,3</polygon>"), "not closed"),
    "short ring": (HEAD + "<scope>Public</scope>" + AREA.format("<polygon>1,1 2,2 1,1</polygon>"), "four points"),
    "off the globe": (HEAD + "<scope>Public</scope>" + AREA.format("<circle>91,0 1</circle>"), "off the globe"),
    "no radius": (HEAD + "<scope>Public</scope>" + AREA.format("<circle>1,1</circle>"), "not a plain number"),
    "infinite": (HEAD + "<scope>Public</scope>" + AREA.format("<circle>1,1 inf</circle>"), "not a plain number"),
    "ceiling": (HEAD + "<scope>Public</scope>" + AREA.format("<ceiling>9</ceiling>"), "Add altitude"),
    "heights": (
        HEAD + "<scope>Public</scope>" + AREA.format("<altitude>10</altitude><ceiling>9</ceiling>"),
        "altitude is above ceiling",
    ),
    "type": (
        GOOD.replace("</info>", "<resource><resourceDesc>p</resourceDesc><mimeType>jpg</mimeType></resource></info>"),
        "mimeType is 'jpg'",
    ),
    "relative": (
        GOOD.replace(
            "</info>",
            "<resource><resourceDesc>p</resourceDesc><mimeType>image/jpeg</mimeType><uri>p.jpg</uri></resource></info>",
        ),
        "is relative and there is no derefUri",
    ),
    "base64": (
        GOOD.replace(
            "</info>",
            "<resource><resourceDesc>p</resourceDesc><mimeType>a/b</mimeType><derefUri>!</derefUri></resource></info>",
        ),
        "not base64",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_told_with_its_line(name: str) -> None:
    inner, words = FAULTS[name]
    with pytest.raises(CapError) as refused:
        read_cap(xml(inner))
    assert words in str(refused.value)


def test_every_fault_at_once_each_with_its_line() -> None:
    text = GOOD.replace("Actual", "Real").replace("Severe", "Bad").replace("<info>", "\n\n<info>")
    with pytest.raises(CapError) as refused:
        read_cap(xml(text))
    assert [words.partition(":")[0] for words in refused.value.faults] == ["line 3", "line 1"]


HOSTILE = {
    "nothing": (b"", "no well-formed XML"),
    "no XML": (b"%PDF-1.7", "no well-formed XML"),
    "another root": (b"<rss/>", "it begins with 'rss'"),
    "another space": (b'<alert xmlns="urn:oasis:names:tc:emergency:cap:9"/>', "it begins with 'alert' of 'urn:"),
    "doctype": (xml(GOOD, "<!DOCTYPE alert>"), "document type"),
    "entity bomb": (xml("&b;", '<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>'), "document type"),
    "outside": (xml("&x;", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "document type"),
    "deep": (xml("<info>" * 50 + "</info>" * 50), "deep"),
    "many": (xml("<code>x</code>" * 20_001), "more than 20,000 elements"),
    "large": (xml("x" * (4 * 1024 * 1024)), "more than 4,194,304"),
    "encoding": (b'<?xml version="1.0" encoding="klingon"?><alert/>', "encoding"),
    "attributes": (
        xml("<code " + " ".join(f"a{number}='x'" for number in range(17)) + "/>"),
        "more than 16 attributes",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_in_words(name: str) -> None:
    content, words = HOSTILE[name]
    with pytest.raises(CapError) as refused:
        read_cap(content)
    assert words in str(refused.value)
    assert len(str(refused.value)) < 5_000


def test_what_is_odd_is_said_and_read() -> None:
    bow = "<polygon>0,0 1,1 0,1 1,0 0,0</polygon>"
    text = (
        HEAD.replace("Actual", "Exercise")
        + "<scope>Public</scope>"
        + AREA.replace("</certainty>", "</certainty><headline>a &lt;b&gt; c</headline>").format(bow)
    )
    alert = read_cap(xml(text))
    told = " ".join(alert.warnings)
    assert "it is an exercise, and no note says which" in told
    assert "headline holds markup" in told
    assert "crosses itself" in told
    assert alert.exercise


def test_version_1_1_is_read_and_1_2_is_written() -> None:
    old = xml(GOOD.replace("Likely", "Very Likely")).replace(b":1.2", b":1.1")
    alert = read_cap(old)
    assert (alert.version, alert.infos[0].certainty) == ("1.1", "Likely")
    assert b"cap:1.2" in write_cap(alert)
    with pytest.raises(CapError, match="certainty is 'Very Likely'"):
        read_cap(xml(GOOD.replace("Likely", "Very Likely")))


def test_quoted_addresses() -> None:
    text = GOOD.replace("Public", "Private").replace("</scope>", '</scope><addresses>a "b c" d</addresses>')
    assert read_cap(xml(text)).addresses == ("a", "b c", "d")


def test_times_are_written_without_z() -> None:
    assert cap_time(datetime(2026, 3, 2, 14, 5, 6, 7, tzinfo=UTC)) == "2026-03-02T14:05:06-00:00"
    with pytest.raises(CapError, match="no offset"):
        cap_time(datetime(2026, 3, 2))  # noqa: DTZ001 - that is what is refused


def test_no_alert_is_written_that_would_be_refused() -> None:
    alert = read_cap(xml(GOOD))
    with pytest.raises(CapError, match="Update and it names no earlier alert"):
        write_cap(dataclasses.replace(alert, message_type="Update"))


def test_characters_that_xml_lacks_do_not_break_the_alert() -> None:
    info = Info(categories=("Security",), event="a\x00b]]>&", urgency="Past", severity="Minor", certainty="Unknown")
    alert = Alert(
        identifier="a",
        sender="b",
        sent=datetime(2026, 1, 1, tzinfo=UTC),
        status="Test",
        message_type="Update",
        scope="Public",
        infos=(info,),
        references=(Reference(sender="b", identifier="0", sent=datetime(2025, 1, 1, tzinfo=UTC)),),
    )
    assert read_cap(write_cap(alert)).infos[0].event == "a\ufffdb]]>&"
