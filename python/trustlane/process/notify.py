"""Word to the service manager, where there is one: systemd's notify protocol over a datagram socket."""

import os
import socket


def notify(message: str) -> bool:
    """Sends e.g. ``READY=1``; claims whether anybody listens. Never raises."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return False
    address = "\0" + path[1:] if path[0] == "@" else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(message.encode(), address)
    except OSError:
        return False
    return True
