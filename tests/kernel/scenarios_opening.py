# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories of the kernel lab: how connections open, and how that fails.

One function per story; its docstring says the situation and where RFC 9293
(or another) speaks of it. A is the client's machine, B the server's, and
tcpdump stands beside A unless the decorator says otherwise. What each wait()
names is part of the story: a kernel that does otherwise fails the recording.
The odder ways to open are in scenarios_opening_odd.py.
"""
from lab import REQUEST, RESPONSE, scenario


@scenario(also_ipv6=True)
def opened(lab):
    """The three-way handshake, then a request and its response (§3.5, fig. 6)."""
    lab.served()


@scenario()
def without_options(lab):
    """The same by stacks as of 1990: no time stamps, no SACK, no window
    scale."""
    for host in (lab.a, lab.b):
        for name in ("tcp_timestamps", "tcp_sack", "tcp_window_scaling"):
            host.sysctl("ipv4/" + name, 0)
    lab.served()


@scenario()
def server_speaks_first(lab):
    """The server greets as soon as it has accepted."""
    client, server = lab.connected()
    server.sendall(b"220 b.example ESMTP\r\n")
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")
    client.sendall(b"EHLO a.example\r\n")
    lab.wire.wait("A", "data")


@scenario()
def handshake_ack_on_data(lab):
    """The client's stack saves its bare ACK: the first data carries it."""
    lab.b.listen()
    client = lab.a.socket(TCP_QUICKACK=0)
    held = lab.wire.hold("B", "S.")
    lab.a.connect(lab.b, sock=client)
    lab.wire.wait_held(held)
    lab.wire.release(held)
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")


@scenario(also_beside="B", seconds=2)
def syn_lost(lab):
    """The first SYN is lost behind A; the second opens (§3.8.1)."""
    lab.b.listen()
    lab.wire.drop("A", "S")
    lab.a.connect(lab.b)
    lab.wire.wait("A", "S")
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")


@scenario(seconds=4, also_ipv6=True)
def syn_unanswered(lab):
    """Nobody ever answers; the client gives up (§3.8.3)."""
    lab.b.listen()
    lab.wire.drop("A", "S", times=99)
    client = lab.a.connect(lab.b)
    for _ in range(3):
        lab.wire.wait("A", "S")
    assert lab.failure(client) == "ETIMEDOUT"


@scenario(also_beside="B", seconds=2)
def syn_ack_lost(lab):
    """The SYN,ACK is lost: SYN again, SYN,ACK again (§3.8.1)."""
    lab.b.listen()
    lost = lab.wire.drop("B", "S.", times=9)    # B's timer may come first
    lab.a.connect(lab.b)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    held = lab.wire.hold("A", "S")
    lab.wire.wait_held(held)
    lost.left = 0
    lab.wire.release(held)
    lab.wire.wait("A", ".")


@scenario(also_beside="B", seconds=2)
def handshake_ack_lost(lab):
    """The last ACK of the handshake is lost: the client is ESTABLISHED, the
    server is not, and says so by its SYN,ACK sent again (§3.8.1)."""
    lab.b.listen()
    lab.wire.drop("A", ".")
    lab.a.connect(lab.b)
    for sender, flags in (("A", "S"), ("B", "S."), ("A", "."), ("B", "S."),
                          ("A", ".")):
        lab.wire.wait(sender, flags)


@scenario(seconds=2)
def handshake_ack_lost_data_follows(lab):
    """As above, but the client's data comes first and serves as the ACK."""
    lab.b.listen()
    lab.wire.drop("A", ".")
    client = lab.a.connect(lab.b)
    lab.wire.wait("A", ".")
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")


@scenario(capture="B", untold=("ESTABLISHED",), seconds=8)
def syn_ack_given_up(lab):
    """No ACK of the client's arrives: the server sends its SYN,ACK three
    times, then is back in LISTEN by a timer; data that comes then draws a
    RST."""
    lab.b.listen()
    lost = lab.wire.drop("A", ".", times=9)
    client = lab.a.connect(lab.b)
    for _ in range(3):
        lab.wire.wait("B", "S.")
    last = lab.wire.log[-1]
    lab.until(lambda: lab.wire.look(last)["B"] == "LISTEN")
    lost.left = 0
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", "R")


@scenario(also_ipv6=True)
def refused(lab):
    """Nothing listens on that port: RST,ACK (§3.5.2, group 1)."""
    client = lab.a.connect(lab.b, port=81)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "R.")
    assert lab.failure(client) == "ECONNREFUSED"


@scenario(also_ipv6=True)
def port_unreachable(lab):
    """A firewall answers the SYN by ICMP "port unreachable", which ends the
    attempt (§3.9.2.2, "hard" errors)."""
    lab.b.listen()
    lab.b.firewall("tcp dport 80 reject with icmpx port-unreachable")
    client = lab.a.connect(lab.b)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "icmp")
    assert lab.failure(client) == "ECONNREFUSED"


@scenario()
def host_unreachable(lab):
    """ICMP "host unreachable" is a soft error, which should not end the
    attempt (§3.9.2.2); Linux lets it, in SYN_SENT only (tcp_v4_err)."""
    lab.b.listen()
    lab.b.firewall("tcp dport 80 reject with icmpx host-unreachable")
    client = lab.a.connect(lab.b)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "icmp")
    assert lab.failure(client) == "EHOSTUNREACH"


@scenario(untold=("ESTABLISHED",))
def deferred_accept(lab):
    """TCP_DEFER_ACCEPT: the server stays in SYN_RECV after a valid ACK, until
    data comes. No segment tells."""
    listener = lab.b.listen(TCP_DEFER_ACCEPT=5)
    client = lab.a.connect(lab.b)
    lab.wire.wait("A", ".")
    lab.wire.quiet()
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    server = lab.b.accept(listener)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")


@scenario(untold=("ESTABLISHED",), seconds=2)
def deferred_accept_in_vain(lab):
    """TCP_DEFER_ACCEPT, and no data in time: the SYN,ACK is sent again, and
    the ACK that answers it counts."""
    lab.b.listen(TCP_DEFER_ACCEPT=1)
    lab.a.connect(lab.b)
    for sender, flags in (("A", "S"), ("B", "S."), ("A", "."), ("B", "S."),
                          ("A", ".")):
        lab.wire.wait(sender, flags)


def _accept_queue_full(lab):
    """Three clients, two places in the queue: the first client's ACK comes
    when the two others have taken both."""
    listener = lab.b.listen(backlog=1)          # Linux adds one
    held = lab.wire.hold("A", ".")
    unlucky = lab.a.connect(lab.b, source=40003)
    lab.wire.wait_held(held)
    lab.wire.rewind()
    for source in (40001, 40002):
        lab.a.connect(lab.b, source=source)
        lab.wire.wait("A", lambda tcp, port=source:
                      tcp.sport == port and tcp.flags == "A")
    lab.wire.release(held)
    return listener, unlucky


@scenario(capture="B", untold=("ESTABLISHED",), seconds=2)
def accept_queue_full(lab):
    """The program does not accept, the queue is full: B ignores the third
    client's ACK and stays in SYN_RECV until its SYN,ACK is answered anew."""
    listener, _ = _accept_queue_full(lab)
    lab.b.accept(listener)
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")


@scenario(capture="B", untold=("ESTABLISHED",))
def accept_queue_full_abort(lab):
    """As above with tcp_abort_on_overflow: B answers that ACK by a RST."""
    lab.b.sysctl("ipv4/tcp_abort_on_overflow", 1)
    _, unlucky = _accept_queue_full(lab)
    lab.wire.wait("B", "R")
    assert lab.failure(unlucky) == "ECONNRESET"


@scenario(untold=("SYN_RCVD",), seconds=3)
def accept_queue_full_syn_ignored(lab):
    """The queue is full already when the SYN comes: it is dropped unanswered,
    as if lost, until the program accepts."""
    listener = lab.b.listen(backlog=0)          # one place
    lab.a.connect(lab.b, source=40002)
    lab.wire.wait("A", ".")
    lab.a.connect(lab.b, source=40001)
    lab.wire.wait("A", "S")
    lab.b.accept(listener)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")


@scenario(capture="B")
def handshake_aborted_by_client(lab):
    """The client's program aborts before its ACK reached B: RST to SYN_RECV
    (§3.10.7.4, SYN-RECEIVED: back to LISTEN)."""
    lab.b.listen()
    lab.wire.drop("A", ".")
    client = lab.a.connect(lab.b, SO_LINGER=0)
    lab.wire.wait("A", ".")
    client.close()
    lab.wire.wait("A", "R.")


@scenario(untold=("ESTABLISHED",))
def connect_given_up(lab):
    """The client's program closes in SYN_SENT, which sends nothing; the
    SYN,ACK that comes later meets CLOSED and draws a RST (§3.5.2, group 1)."""
    lab.b.listen()
    held = lab.wire.hold("B", "S.")
    client = lab.a.connect(lab.b)
    lab.wire.wait_held(held)
    client.close()
    lab.wire.release(held)
    lab.wire.wait("A", "R")


@scenario(capture="B", also_beside="A", untold=("ESTABLISHED",))
def listener_closed_in_handshake(lab):
    """The server's program stops listening before the ACK arrives: the ACK
    meets CLOSED and draws a RST."""
    listener = lab.b.listen()
    held = lab.wire.hold("A", ".")
    client = lab.a.connect(lab.b)
    lab.wire.wait_held(held)
    listener.close()
    lab.wire.release(held)
    lab.wire.wait("B", "R")
    assert lab.failure(client) == "ECONNRESET"
