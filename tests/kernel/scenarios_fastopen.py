# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories of the kernel lab: Fast Open (RFC 7413), and data on a SYN without it.

See scenarios_opening.py for how a story is written.
"""
import socket

from host import set_option
from lab import REQUEST, RESPONSE, scenario

COOKIE, NO_COOKIE_SENT, NO_COOKIE_ASKED = 3, 5, 0x203    # tcp_fastopen, ip-sysctl.rst


def _fast_open(lab, source):
    client = lab.a.socket(TCP_FASTOPEN_CONNECT=1)
    lab.a.connect(lab.b, source=source, sock=client)
    client.sendall(REQUEST)
    return client


def _with_cookie(lab):
    for host in (lab.a, lab.b):
        host.sysctl("ipv4/tcp_fastopen", 3)
    listener = lab.b.listen(TCP_FASTOPEN=8)
    first = lab.a.socket(TCP_FASTOPEN_CONNECT=1)
    lab.a.connect(lab.b, source=40001, sock=first)
    lab.wire.wait("A", ".")
    lab.b.accept(listener)
    return listener


def _hold_acks(lab):
    """What A's second connection acknowledges, and nothing else, is late."""
    return lab.wire.hold("A", lambda tcp: tcp.flags == "A" and tcp.sport == 40002,
                         times=9)


def _asked_in_syn_rcvd(lab):
    """B's program has the request, and B no ACK of its SYN,ACK yet: (the rule
    that holds it, the client, the server)."""
    listener = _with_cookie(lab)
    held = _hold_acks(lab)
    client = _fast_open(lab, 40002)
    lab.wire.wait("B", "S.")
    server = lab.b.accept(listener)
    server.recv(4096)
    return held, client, server


@scenario(also_ipv6=True)
def fast_open(lab):
    """The first connection asks for a cookie; the second shows it and sends
    its request on the SYN, which the server accepts (RFC 7413 §2.1)."""
    listener = _with_cookie(lab)
    _fast_open(lab, 40002)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")
    server = lab.b.accept(listener)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")


@scenario(seconds=2)
def fast_open_cookie_refused(lab):
    """The server has a new key: it acknowledges the SYN alone, and the client
    sends its data again (RFC 7413 §4.2.2)."""
    listener = _with_cookie(lab)
    lab.b.sysctl("ipv4/tcp_fastopen_key", "1-2-3-4")
    _fast_open(lab, 40002)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")
    lab.b.accept(listener)


@scenario(capture="B")
def fast_open_close_in_syn_rcvd(lab):
    """Fast Open lets the server answer and close before the handshake's ACK
    came: SYN_RECV -> FIN_WAIT1 (§3.10.4, CLOSE in SYN-RECEIVED)."""
    held, client, server = _asked_in_syn_rcvd(lab)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    server.close()
    lab.wire.wait("B", lambda tcp: "F" in tcp.flags)
    lab.wire.wait_held(held, 2)
    lab.wire.release(held)
    client.recv(4096)
    client.close()
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")


@scenario(capture="B")
def fast_open_server_speaks_in_syn_rcvd(lab):
    """The response is there before the handshake's ACK: B sends it in SYN_RCVD,
    so it proves nothing about that ACK (RFC 7413 §4.2.2)."""
    held, client, server = _asked_in_syn_rcvd(lab)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait_held(held, 2)
    lab.wire.release(held)
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")


@scenario(capture="B", seconds=2)
def fast_open_ack_lost(lab):
    """The handshake's ACK is lost: B sends its SYN,ACK again, with what the
    data on the SYN made it acknowledge."""
    _with_cookie(lab)
    lab.wire.drop("A", lambda tcp: tcp.flags == "A" and tcp.sport == 40002)
    _fast_open(lab, 40002)
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")


@scenario(capture="B", seconds=2)
def fast_open_syn_ack_again_in_fin_wait_1(lab):
    """B has answered and closed in SYN_RCVD, and no ACK comes: in FIN_WAIT_1 it
    sends its SYN,ACK again (Linux tcp_retransmit_timer, tcp_fastopen_synack_timer)."""
    held, client, server = _asked_in_syn_rcvd(lab)
    server.close()
    lab.wire.wait("B", lambda tcp: "F" in tcp.flags)
    lab.wire.wait("B", "S.")
    lab.wire.release(held)
    lab.wire.quiet()
    client.close()
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")


@scenario(capture="B")
def fast_open_fin_before_ack(lab):
    """The client has sent its request on the SYN and closes; the handshake's
    ACK is lost, so the FIN ends the handshake: SYN_RCVD -> CLOSE_WAIT."""
    listener = _with_cookie(lab)
    lab.wire.drop("A", lambda tcp: tcp.flags == "A" and tcp.sport == 40002)
    client = _fast_open(lab, 40002)
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")
    client.shutdown(socket.SHUT_WR)
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")
    server = lab.b.accept(listener)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")


@scenario(capture="B")
def fast_open_abort_in_syn_rcvd(lab):
    """The server's program aborts before the handshake's ACK has come."""
    held, client, server = _asked_in_syn_rcvd(lab)
    set_option(server, "SO_LINGER", 0)
    server.close()
    lab.wire.wait("B", lambda tcp: "R" in tcp.flags)
    assert lab.failure(client) == "ECONNRESET"
    held.left = 0


@scenario(capture="B")
def fast_open_bad_ack(lab):
    """An ACK of what B never sent comes to SYN_RCVD of Fast Open: a RST with
    that number, or nothing, and B stays there (§3.10.7.4, fifth)."""
    listener = _with_cookie(lab)
    held = _hold_acks(lab)
    client = _fast_open(lab, 40002)
    lab.wire.wait("B", "S.")
    lab.wire.wait_held(held)
    lab.wire.forge("A", "A", lab.wire.next_seq("A"),
                   lab.wire.next_seq("B") + 1000000)
    lab.wire.quiet()
    lab.wire.release(held)
    server = lab.b.accept(listener)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")


@scenario(missed=(6,), untold=("SYN_RCVD",))
def fast_open_ack_not_captured(lab):
    """The cookie is known from before, and the capture lacks the third segment:
    the next from A that it holds is the ACK of the response."""
    listener = _with_cookie(lab)
    client = _fast_open(lab, 40002)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")
    server = lab.b.accept(listener)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")


def _syn_with_data(lab):
    client = lab.a.socket()
    client.bind((lab.a.address, 40001))
    client.sendto(REQUEST, socket.MSG_FASTOPEN, (lab.b.address, 80))
    return client


@scenario()
def syn_data_without_option(lab):
    """Client and server are set to do without cookies: data on the SYN, and no
    option; the server takes it (Linux tcp_fastopen 0x4 and 0x200)."""
    lab.a.sysctl("ipv4/tcp_fastopen", NO_COOKIE_SENT)
    lab.b.sysctl("ipv4/tcp_fastopen", NO_COOKIE_ASKED)
    listener = lab.b.listen(TCP_FASTOPEN=8)
    _syn_with_data(lab)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")
    server = lab.b.accept(listener)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")


@scenario(capture="B")
def syn_data_without_option_answered_early(lab):
    """The same, and the server answers before the handshake's ACK has come."""
    lab.a.sysctl("ipv4/tcp_fastopen", NO_COOKIE_SENT)
    lab.b.sysctl("ipv4/tcp_fastopen", NO_COOKIE_ASKED)
    listener = lab.b.listen(TCP_FASTOPEN=8)
    held = lab.wire.hold("A", ".", times=9)
    client = _syn_with_data(lab)
    lab.wire.wait("B", "S.")
    server = lab.b.accept(listener)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait_held(held, 2)
    lab.wire.release(held)
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")


@scenario(seconds=2)
def syn_data_without_option_not_taken(lab):
    """The same to a server that knows nothing of it: it acknowledges the SYN
    alone, and the client sends the data again (§3.10.7.2, third)."""
    lab.a.sysctl("ipv4/tcp_fastopen", NO_COOKIE_SENT)
    lab.b.sysctl("ipv4/tcp_fastopen", 0)
    listener = lab.b.listen()
    _syn_with_data(lab)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")
    server = lab.b.accept(listener)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")
