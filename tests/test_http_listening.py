"""An answer leaves at once."""

import socket

from gateway.http_listening import listen


def test_what_is_written_to_a_connection_does_not_wait_for_the_peers_acknowledgement() -> None:
    """Nagle's algorithm and a delayed acknowledgement together cost every second answer 40 ms."""
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
