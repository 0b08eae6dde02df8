# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories of the kernel lab: which RST a host takes, and which it does not.

By its number (RFC 5961 section 3, and what Linux takes beyond it), and by its
signature (RFC 2385). See scenarios_opening.py for how a story is written.
"""
import socket

from host import set_option, sign
from lab import REQUEST, RESPONSE, scenario

KEY = b"state"


def _abort(sock):
    """close() with SO_LINGER 0: the ABORT call of §3.10.5."""
    set_option(sock, "SO_LINGER", 0)
    sock.close()


def _still_alive(lab, client, server):
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")


def _fin_and_ack(lab, sender, flags="F."):
    """`sender` has closed: its FIN, and the other's ACK of it."""
    lab.wire.wait(sender, flags)
    lab.wire.wait("B" if sender == "A" else "A", ".")


# --- By its number -----------------------------------------------------------

@scenario()
def reset_at_edge_of_sacked_block(lab):
    """The first of two segments is lost, the second SACKed; then the program
    aborts. Its RST is beyond the hole, at the right edge of the SACKed block,
    and Linux takes it (RFC 5961 §3.2, tcp_validate_incoming)."""
    client, server = lab.served()
    lab.wire.drop("A", "data")
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")
    _abort(client)
    lab.wire.wait("A", "R.")
    assert lab.failure(server) == "ECONNRESET"


@scenario(capture="B")
def reset_at_edge_of_lower_sacked_block(lab):
    """Two blocks are SACKed, and a RST comes at the right edge of the lower
    one: that is only somewhere in the window, so B challenges it (RFC 5961
    §3)."""
    client, server = lab.served()
    start, ack = lab.wire.next_seq("A"), lab.wire.next_seq("B")
    for at in (100, 200):
        lab.wire.forge("A", "PA", start + at, ack, bytes(10))
        lab.wire.wait("B", ".")
    lab.wire.forge("A", "R", start + 110, ttl=99)
    lab.wire.wait("B", ".")
    _still_alive(lab, client, server)


@scenario(capture="B")
def reset_with_fins_number_in_close_wait(lab):
    """A RST with the number of the FIN that B has taken, as macOS sends it:
    Linux ends CLOSE_WAIT (tcp_reset_check)."""
    client, server = lab.served()
    client.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "A")
    lab.wire.forge("A", "R", lab.wire.next_seq("A") - 1)
    assert lab.failure(server) == "EPIPE"


@scenario(capture="B")
def reset_with_fins_number_in_last_ack(lab):
    """The same in LAST_ACK, while the last ACK is on its way."""
    client, server = lab.served()
    client.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "A")
    lab.wire.drop("A", ".", times=9)
    server.close()
    lab.wire.wait("B", "F.")
    lab.wire.forge("A", "R", lab.wire.next_seq("A") - 1)


@scenario(capture="B")
def reset_with_fins_number_in_closing(lab):
    """The same in CLOSING: both have closed, the FINs crossed, and B's is not
    acknowledged yet."""
    client, server = lab.served()
    rules = [lab.wire.hold(sender, "F.") for sender in ("A", "B")]
    held = lab.wire.hold("A", ".", times=9)
    client.shutdown(socket.SHUT_WR)
    server.close()
    for rule in rules:
        lab.wire.wait_held(rule)
    lab.wire.release(*rules)
    lab.wire.wait("B", ".")
    lab.wire.wait_held(held)
    lab.wire.forge("A", "R", lab.wire.next_seq("A") - 1)


@scenario(capture="B")
def reset_below_next_in_established(lab):
    """A RST one below what B expects next, where no FIN was: outside the
    window, so ignored (§3.5.3)."""
    client, server = lab.served()
    lab.wire.forge("A", "R", lab.wire.next_seq("A") - 1, ttl=99)
    lab.wire.quiet()
    _still_alive(lab, client, server)


@scenario(capture="B")
def reset_below_next_in_fin_wait_2(lab):
    """The same in FIN_WAIT_2."""
    client, server = lab.served()
    server.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "B")
    lab.wire.forge("A", "R", lab.wire.next_seq("A") - 1, ttl=99)
    lab.wire.quiet()
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")


@scenario(capture="B")
def reset_in_window_in_time_wait(lab):
    """A RST in the window of TIME_WAIT, but not exact: ignored."""
    client, server = lab.served()
    server.close()
    _fin_and_ack(lab, "B")
    client.close()
    _fin_and_ack(lab, "A")
    lab.wire.forge("A", "R", lab.wire.next_seq("A") + 100)
    lab.wire.quiet()


@scenario(capture="B")
def reset_in_window_in_fin_wait_2(lab):
    """The same in FIN_WAIT_2, whose program still reads."""
    client, server = lab.served()
    server.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "B")
    lab.wire.forge("A", "R", lab.wire.next_seq("A") + 100, ttl=99)
    lab.wire.wait("B", ".")
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")


# --- By its signature --------------------------------------------------------

def _signed(lab):
    """connected() with TCP-MD5 on both sides: (client, server)."""
    lab.listener = lab.b.listen()
    sign(lab.listener, lab.a.address, KEY)
    client = lab.a.socket()
    sign(client, lab.b.address, KEY)
    lab.a.connect(lab.b, sock=client)
    lab.wire.wait("A", ".")
    server = lab.b.accept(lab.listener)
    lab.exchange(client, server)
    return client, server


@scenario(also_ipv6=True)
def signed_abort(lab):
    """TCP-MD5: every segment is signed, the RST of an abort too, so it counts
    (RFC 2385 §2.0)."""
    client, server = _signed(lab)
    _abort(client)
    lab.wire.wait("A", "R.")
    assert lab.failure(server) == "ECONNRESET"


@scenario(capture="B")
def unsigned_reset_in_established(lab):
    """TCP-MD5, and a RST with the right number but without the signature: B
    drops it (RFC 2385 §2.0)."""
    client, server = _signed(lab)
    lab.wire.forge("A", "R", lab.wire.next_seq("A"), ttl=99)
    lab.wire.quiet()
    _still_alive(lab, client, server)


@scenario(capture="B")
def unsigned_reset_in_close_wait(lab):
    """The same in CLOSE_WAIT; the close goes on."""
    client, server = _signed(lab)
    client.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "A")
    lab.wire.forge("A", "R", lab.wire.next_seq("A"), ttl=99)
    lab.wire.quiet()
    server.close()
    _fin_and_ack(lab, "B")


@scenario(capture="B")
def unsigned_reset_in_fin_wait_2(lab):
    """The same in FIN_WAIT_2."""
    client, server = _signed(lab)
    server.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "B")
    lab.wire.forge("A", "R", lab.wire.next_seq("A"), ttl=99)
    lab.wire.quiet()
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")
    client.close()
    _fin_and_ack(lab, "A")
