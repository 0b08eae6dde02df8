# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories of the kernel lab: the odder ways in which connections open.

Simultaneous and half-open ones, old duplicates, MPTCP, cookies, ECN. See scenarios_opening.py for how a story is written.
"""
import socket

from host import IPPROTO_MPTCP, choose_isn
from lab import REQUEST, RESPONSE, scenario


@scenario(also_ipv6=True)
def simultaneous_open(lab):
    """Both connect at the same moment, from and to the same two ports: the
    SYNs cross, then the SYN,ACKs (§3.5, fig. 7)."""
    answers, one, two = lab.syns_crossed()
    lab.wire.release(*answers)
    lab.wire.quiet()
    one.sendall(b"from A\n")
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")
    two.sendall(b"from B\n")
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")


@scenario()
def close_in_simultaneous_open(lab):
    """As above, but A's program closes before B's SYN,ACK has arrived:
    SYN_RECV -> FIN_WAIT1 (§3.10.4, CLOSE in SYN-RECEIVED)."""
    answers, one, two = lab.syns_crossed()
    one.close()
    lab.wire.quiet()
    lab.wire.release(*answers)
    lab.wire.quiet()
    two.close()
    lab.wire.quiet()


@scenario(untold=("SYN_SENT", "CLOSED"))
def called_back(lab):
    """A's call is lost, and A gives up; then B calls A, from and to the same
    ports. That is no simultaneous open: A listens, and begins with a number
    of its own."""
    lab.wire.drop("A", "S")
    lab.a.connect(lab.b, port=40002, source=40001).close()
    lab.wire.wait("A", "S")
    listener = lab.a.listen(40001)
    client = lab.b.connect(lab.a, port=40001, source=40002)
    lab.wire.wait("B", "S")
    lab.wire.wait("A", "S.")
    lab.wire.wait("B", ".")
    server = lab.a.accept(listener)
    client.sendall(REQUEST)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")
    server.recv(4096)
    for sock, sender, other in ((client, "B", "A"), (server, "A", "B")):
        sock.close()
        lab.wire.wait(sender, "F.")
        lab.wire.wait(other, ".")


@scenario(capture="B", also_beside="A", untold=("ESTABLISHED", "CLOSED"))
def stale_syn(lab):
    """An old duplicate SYN comes, the true one is lost: the server answers
    the old one, the client rejects the answer, and the true SYN, sent again
    at once, opens (§3.5, fig. 8)."""
    lab.b.listen()
    lab.wire.drop("A", "S")
    lab.a.connect(lab.b)
    true = lab.wire.wait("A", "S")
    lab.wire.forge("A", "S", true.tcp.seq - 1000)
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", "R")
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")


@scenario(capture="B")
def stale_syn_two_listeners(lab):
    """An old duplicate SYN between two ports that both listen: the SYN,ACK
    draws a RST, and both are back in LISTEN (§3.5, fig. 11)."""
    lab.a.listen(40001)
    lab.b.listen(80)
    lab.wire.forge("A", "S", 5000, sport=40001, dport=80)
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", "R")


@scenario()
def bad_syn_ack(lab):
    """A SYN,ACK for a SYN that A never sent: RST, and A stays in SYN_SENT
    (§3.10.7.3). Then its SYN, sent again, gets the right one."""
    lab.b.listen()
    lab.wire.drop("A", "S")
    lab.a.connect(lab.b)
    syn = lab.wire.wait("A", "S")
    lab.wire.forge("B", "SA", 7000, syn.tcp.seq + 1001)
    lab.wire.wait("A", "R")
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")


@scenario()
def reset_ignored_in_syn_sent(lab):
    """A RST,ACK that does not acknowledge the SYN changes nothing
    (§3.10.7.3, second check)."""
    lab.b.listen()
    lab.wire.drop("A", "S")
    lab.a.connect(lab.b)
    syn = lab.wire.wait("A", "S")
    lab.wire.forge("B", "RA", 0, syn.tcp.seq - 4999)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")


@scenario(capture="B", untold=("SYN_RCVD",))
def other_syn_in_syn_rcvd(lab):
    """In SYN_RECV comes a SYN with another number, in the window: B resets
    and forgets. Its RST,ACK has sequence number 0, so A ignores it and
    learns only from the answer to its data (§3.10.7.4, Linux tcp_check_req)."""
    lab.b.listen()
    lab.wire.drop("A", ".")
    client = lab.a.connect(lab.b)
    lab.wire.wait("A", ".")
    lab.wire.forge("A", "S", lab.wire.next_seq("A") + 50)
    lab.wire.wait("B", "R.")
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", "R")


@scenario(seconds=2)
def half_open_found_by_syn(lab):
    """A crashed and connects anew from the same port: challenge ACK, RST, B
    is CLOSED; the next SYN opens (§3.5.1, fig. 9)."""
    client, _ = lab.served()
    lab.a.vanish(client)
    lab.a.connect(lab.b)
    for sender, flags in (("A", "S"), ("B", "."), ("A", "R"), ("A", "S"),
                          ("B", "S."), ("A", ".")):
        lab.wire.wait(sender, flags)


@scenario()
def half_open_found_by_data(lab):
    """A crashed; B sends data and draws a RST (§3.5.1, fig. 10)."""
    client, server = lab.served()
    lab.a.vanish(client)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", "R")
    assert lab.failure(server) == "ECONNRESET"


def _mptcp(lab, **options):
    for host in (lab.a, lab.b):
        host.run("ip", "mptcp", "limits", "set", "subflow", "2",
                 "add_addr_accepted", "2")
    lab.a.run("ip", "mptcp", "endpoint", "add", lab.a.second_four, "dev",
              "eth0", "subflow")
    listener = lab.b.listen(protocol=IPPROTO_MPTCP)
    client = lab.a.connect(lab.b, sock=lab.a.socket(IPPROTO_MPTCP, **options))
    lab.wire.wait("A", ".")
    server = lab.b.accept(listener)
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    server.recv(4096)
    # The path manager opens the second subflow by itself, with MP_JOIN.
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")
    lab.wire.quiet()
    return client, server


@scenario()
def mptcp(lab):
    """Multipath TCP: MP_CAPABLE, a second subflow by MP_JOIN, DATA_FIN, and
    the close of both subflows (RFC 8684 §2)."""
    client, server = _mptcp(lab)
    client.close()
    lab.wire.quiet()
    server.close()
    lab.wire.quiet()


@scenario()
def mptcp_fastclose(lab):
    """Multipath TCP aborted: MP_FASTCLOSE (RFC 8684 §3.5)."""
    client, _ = _mptcp(lab, SO_LINGER=0)
    client.close()
    lab.wire.quiet()


@scenario(stateless=True)
def syn_cookies(lab):
    """The server keeps nothing until the ACK comes (RFC 4987 §3.6)."""
    lab.b.sysctl("ipv4/tcp_syncookies", 2)
    lab.served()


@scenario()
def ecn(lab):
    """ECN set-up: ECE and CWR on the SYN, ECE on the SYN,ACK (RFC 3168 §6.1.1)."""
    for host in (lab.a, lab.b):
        host.sysctl("ipv4/tcp_ecn", 1)
    lab.served()


@scenario()
def sequence_number_wraps(lab):
    """The client's ISN is 2^32-1: its SYN takes the last number, its data
    starts at 0 (§3.4)."""
    lab.listener = lab.b.listen()
    client = lab.a.socket()
    choose_isn(client, 0xFFFFFFFF)
    lab.a.connect(lab.b, sock=client)
    assert lab.wire.wait("A", "S").tcp.seq == 0xFFFFFFFF
    lab.wire.wait("A", ".")
    server = lab.b.accept(lab.listener)
    lab.exchange(client, server)
    client.shutdown(socket.SHUT_WR)
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")
    server.close()
    lab.wire.wait("B", "F.")
    lab.wire.wait("A", ".")
