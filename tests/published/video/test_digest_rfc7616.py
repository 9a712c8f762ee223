"""RFC 7616 (Shekh-Yusef, Ahrens, Bremer, 2015), section 3.9.1; RFC 2069's answer without qop; RFC 7617, section 2."""

from __future__ import annotations

import re

from bartizan.adapters.video.login import answer

REALM = 'realm="http-auth@example.org", qop="auth, auth-int", '
NONCES = 'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
SHA = f"Digest {REALM}algorithm=SHA-256, {NONCES}"
MD5 = f"Digest {REALM}algorithm=MD5, {NONCES}"
CLIENT = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def ask(*challenges: str, user: str = "Mufasa", password: str = "Circle of Life") -> str | None:  # noqa: S107
    return answer(challenges, user, password, method="GET", path="/dir/index.html", nonce=CLIENT)


def response(told: str | None) -> str:
    found = re.search(r' response="([0-9a-f]+)"', told or "")
    assert found is not None
    return found[1]


def test_sha_256() -> None:
    told = ask(SHA)
    assert response(told) == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    assert told is not None
    for piece in ('username="Mufasa"', 'uri="/dir/index.html"', "qop=auth,", "nc=00000001", "algorithm=SHA-256"):
        assert piece in told
    assert 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' in told


def test_md5() -> None:
    assert response(ask(MD5)) == "8ca523f5e9506fed4657c9700eebdbec"


def test_the_strongest_is_met_whatever_the_order() -> None:
    basic = 'Basic realm="x"'
    for order in ((basic, MD5, SHA), (SHA, MD5, basic)):
        assert "algorithm=SHA-256" in (ask(*order) or "")
    assert "algorithm=MD5" in (ask(basic, MD5) or "")


def test_an_old_camera_without_qop() -> None:
    # the request digest of RFC 2617's section 3.2.2.1 without qop, for its own example's A1 and A2
    told = answer(
        ['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'],
        "Mufasa",
        "Circle Of Life",
        method="GET",
        path="/dir/index.html",
        nonce="unused",
    )
    assert response(told) == "670fd8c2df070c60b045671b8b24ff02"


def test_basic() -> None:
    assert ask('Basic realm="WallyWorld"', user="Aladdin", password="open sesame") == (
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    )


def test_what_cannot_be_met_is_none() -> None:
    for hostile in ((), ("",), ("Bearer x",), ("Digest " + "a=b," * 5000,), ('Digest realm="x", algorithm=MD5',)):
        assert ask(*hostile) is None
