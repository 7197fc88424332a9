"""One query over TCP (RFC 7766)."""

import asyncio
import socket

from trustlane.dns.servers import Server


async def exchange(server: Server, octets: bytes, seconds: float) -> bytes:
    """Sends a query and gives what comes back, each after its length in two octets (RFC 1035 §4.2.2).

    Raises:
        OSError: no way leads to the server, or it hung up.
        TimeoutError: it took too long.
    """
    loop = asyncio.get_running_loop()
    with socket.socket(server.family, socket.SOCK_STREAM) as connection:
        connection.settimeout(0.0)
        async with asyncio.timeout(seconds):
            await loop.sock_connect(connection, server.place)
            # In one piece: some servers read no further than the first segment (RFC 7766 §8).
            await loop.sock_sendall(connection, len(octets).to_bytes(2) + octets)
            length = int.from_bytes(await _exactly(connection, 2))
            return await _exactly(connection, length)


async def _exactly(connection: socket.socket, count: int) -> bytes:
    loop = asyncio.get_running_loop()
    parts = []
    while count > 0:
        part = await loop.sock_recv(connection, count)
        if not part:
            raise ConnectionResetError("the server hung up")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
