"""服务管理器: telling systemd (`Type=notify`) that the service is ready; elsewhere nothing is told."""

import os
import socket
from contextlib import suppress

_READY = b"READY=1"


def tell_ready() -> None:
    """As sd_notify(3) does: one datagram; a name that begins with @ is an abstract one. Nobody waits for an answer."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, suppress(OSError):
        manager.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        manager.sendall(_READY)
