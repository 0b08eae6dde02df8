# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories of the kernel lab: which RST a host takes, and which it does not.

By its number (RFC 5961 section 3, and what Linux takes beyond it), by its
signature (RFC 2385), and RSTs that are lost. See scenarios_opening.py for how
a story is written.
"""
import socket

from host import set_option, sign
from lab import REQUEST, scenario

KEY = b"state"


def _abort(sock):
    """close() with SO_LINGER 0: the ABORT call of §3.10.5."""
    set_option(sock, "SO_LINGER", 0)
    sock.close()


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
    lab.still_alive(client, server)


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
    lab.still_alive(client, server)


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
def reset_below_next_in_time_wait(lab):
    """A RST with the FIN's number to TIME_WAIT: Linux takes one there with
    exactly the next number only (tcp_timewait_state_process)."""
    client, server = lab.served()
    server.close()
    _fin_and_ack(lab, "B")
    client.close()
    _fin_and_ack(lab, "A")
    lab.wire.forge("A", "R", lab.wire.next_seq("A") - 1)
    lab.wire.quiet()


@scenario(capture="B")
def reset_in_window_in_close_wait(lab):
    """A RST elsewhere in the window of CLOSE_WAIT: challenge ACK, and the
    close goes on (RFC 5961 §3)."""
    client, server = lab.served()
    client.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "A")
    lab.wire.forge("A", "R", lab.wire.next_seq("A") + 100, ttl=99)
    lab.wire.wait("B", ".")
    server.close()
    _fin_and_ack(lab, "B")


@scenario(capture="B")
def reset_in_window_in_syn_rcvd(lab):
    """The same in SYN_RCVD: the ACK that comes then completes the handshake."""
    lab.listener = lab.b.listen()
    held = lab.wire.hold("A", ".")
    client = lab.a.connect(lab.b)
    lab.wire.wait_held(held)
    lab.wire.forge("A", "R", lab.wire.next_seq("A") + 100, ttl=99)
    lab.wire.wait("B", ".")
    lab.wire.release(held)
    lab.still_alive(client, lab.b.accept(lab.listener))


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
    lab.still_alive(client, server)


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


@scenario(capture="B")
def unsigned_reset_in_syn_rcvd(lab):
    """The same in SYN_RCVD: the ACK that comes after it completes the
    handshake."""
    listener = lab.b.listen()
    sign(listener, lab.a.address, KEY)
    client = lab.a.socket()
    sign(client, lab.b.address, KEY)
    held = lab.wire.hold("A", ".")
    lab.a.connect(lab.b, sock=client)
    lab.wire.wait_held(held)
    lab.wire.forge("A", "R", lab.wire.next_seq("A"), ttl=99)
    lab.wire.quiet()
    lab.wire.release(held)
    lab.wire.quiet()
    lab.still_alive(client, lab.b.accept(listener))


@scenario(seconds=2)
def unsigned_reset_in_syn_sent(lab):
    """A signed SYN is refused by a RST,ACK that is not: A drops it, and sends
    its SYN again (RFC 2385 §4.1)."""
    lab.listener = lab.b.listen()
    sign(lab.listener, lab.a.address, KEY)
    client = lab.a.socket()
    sign(client, lab.b.address, KEY)
    lab.wire.drop("A", "S")
    lab.a.connect(lab.b, sock=client)
    syn = lab.wire.wait("A", "S")
    lab.wire.forge("B", "RA", 0, syn.tcp.seq + 1)
    for sender, flags in (("A", "S"), ("B", "S."), ("A", ".")):
        lab.wire.wait(sender, flags)
    lab.still_alive(client, lab.b.accept(lab.listener))


# --- Lost ---------------------------------------------------------------------

@scenario(untold=("ESTABLISHED",), seconds=2)
def syn_ack_again_after_lost_reset(lab):
    """The client gave up before the SYN,ACK came; its RST is lost, so B, still
    in SYN_RCVD, sends the SYN,ACK again and draws another."""
    lab.b.listen()
    held = lab.wire.hold("B", "S.")
    lab.wire.drop("A", "R")
    client = lab.a.connect(lab.b)
    lab.wire.wait_held(held)
    client.close()
    lab.wire.release(held)
    lab.wire.wait("A", "R")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", "R")


@scenario()
def fin_again_after_lost_reset(lab):
    """The server closes in CLOSE_WAIT, but the client is gone: what it answers
    to the FIN is lost, so B, still in LAST_ACK, sends its FIN again."""
    client, server = lab.served()
    client.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "A")
    lab.wire.drop("A", lambda tcp: "R" in tcp.flags, times=2)
    _abort(client)
    lab.wire.wait("A", "R.")
    server.close()
    lab.wire.wait("B", "F.")
    lab.wire.wait("A", "R")
    lab.wire.wait("B", "F.")
    lab.wire.wait("A", "R")


@scenario()
def first_fin_again_after_lost_reset(lab):
    """The client aborts, its RST is lost; the server closes, whose FIN draws
    another, lost too: B, in FIN_WAIT_1, sends it again."""
    client, server = lab.served()
    lab.wire.drop("A", lambda tcp: "R" in tcp.flags, times=2)
    _abort(client)
    lab.wire.wait("A", "R.")
    server.close()
    lab.wire.wait("B", "F.")
    lab.wire.wait("A", "R")
    lab.wire.wait("B", "F.")
    lab.wire.wait("A", "R")
