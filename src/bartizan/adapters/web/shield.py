"""What stands before every request and after every answer: host, size, headers. Nothing leaves without them."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 16 * 1024  # bytes; the longest thing a person sends is the note of an assessment
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        # no script may turn text into markup, ours included
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
# what is no page of ours (a picture, a file, JSON) runs nothing and opens nothing, even in a tab of its own
SANDBOX = f"{POLICY}; sandbox"
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # "no-referrer" would make browsers send "Origin: null" with our own forms
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cache-control": "no-store",
}
_HSTS = "max-age=31536000; includeSubDomains"


class Shield:
    """ASGI middleware: refuses foreign hosts and large bodies, and puts the security headers on every answer.

    `hosts`: names under which the desk may be asked for, without port; None admits any (behind TLS a foreign name
    fails in the browser already). On the loopback address the names are fixed, which stops DNS rebinding: a page of
    another site whose name was made to point here. `body`: the longest body [bytes]; None leaves that to the routes.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str] | None, tls: bool, body: int | None = MAX_BODY) -> None:
        self._app = app
        self._hosts = None if hosts is None else frozenset(host.lower() for host in hosts)
        self._body = body
        self._headers = HEADERS | ({"strict-transport-security": _HSTS} if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer (ASGI)."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":  # no WebSocket is offered
            await self._answer(scope, receive if self._body is None else bounded(receive, self._body), send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def shielded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if not headers.get("content-type", "text/html").startswith("text/html"):
                    headers["content-security-policy"] = SANDBOX
            await send(message)

        answer = self._refusal(Headers(scope=scope)) or self._app
        try:
            await answer(scope, receive, shielded)
        except Exception:
            if not started:
                await PlainTextResponse("Something went wrong here", status_code=500)(scope, receive, shielded)
            raise

    def _refusal(self, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "").lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if not name or (self._hosts is not None and name not in self._hosts):
            return PlainTextResponse("This desk does not answer to that name", status_code=421)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or (self._body is not None and int(length[:20]) > self._body):
            return PlainTextResponse("Too large", status_code=413)
        return None


def bounded(receive: Receive, most: int) -> Receive:
    """`receive` that stops a body without a length, or with a false one, at `most` bytes."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413)
        return message

    return counted
