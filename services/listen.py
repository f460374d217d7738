"""The socket on which pages are served: opened before anything else starts, so that a taken port is told at once."""

import socket

from config.settings import WebSettings
from services.errors import PortTaken


def listen(given: WebSettings) -> socket.socket:
    """Listen where the settings say. Raises PortTaken."""
    host, port = given.host, given.port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        what = f"can't serve pages at {host}:{port}: {error.strerror}"
        raise PortTaken(f"{what}; give another one with YUQING_WEB__PORT, or --port of `yuqing serve`; 0 takes any free one") from error


def address_of(listening: socket.socket) -> str:
    """Give the address of pages that are served on a socket, as a browser on this machine takes it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
