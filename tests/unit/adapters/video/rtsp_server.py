"""An RTSP server on loopback with a ball that moves, for the tests. The system's Python runs it: it has GStreamer.

Arguments: port (0: any), file of certificate and key or "", user or "", password. It prints its port and serves /cam.
"""

from __future__ import annotations

import sys
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtspServer  # noqa: E402 - versions are named first

PIPELINE = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=10/1 ! "
    "x264enc tune=zerolatency key-int-max=10 speed-preset=ultrafast ! rtph264pay name=pay0 pt=96 )"
)


def guard(server: Any, factory: Any, certificate: str, user: str, password: str) -> None:
    """Ask for TLS, for a name and a password, or both."""
    auth, token, role = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken(), user or "anyone"
    token.set_string("media.factory.role", role)
    if certificate:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(certificate))
    if user:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    else:
        auth.set_default_token(token)
    rights = f"{role}, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
    factory.add_role_from_structure(Gst.Structure.new_from_string(rights))
    server.set_auth(auth)


def main(port: str, certificate: str, user: str, password: str) -> None:
    Gst.init(None)
    server, factory = GstRtspServer.RTSPServer(), GstRtspServer.RTSPMediaFactory()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory.set_launch(PIPELINE)
    factory.set_shared(True)
    server.get_mount_points().add_factory("/cam", factory)
    if certificate or user:
        guard(server, factory, certificate, user, password)
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(*sys.argv[1:5])
