# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories of the kernel lab: how connections close in order.

See scenarios_opening.py for how a story is written; what ends by RST is in
scenarios_abort.py.
"""
import socket

from lab import REQUEST, RESPONSE, scenario


def _fin_and_ack(lab, sender, flags="F."):
    """`sender` has closed: its FIN, and the other's ACK of it."""
    lab.wire.wait(sender, flags)
    lab.wire.wait("B" if sender == "A" else "A", ".")


def _close_both(lab, first, second, sender="A"):
    first.close()
    _fin_and_ack(lab, sender)
    second.close()
    _fin_and_ack(lab, "B" if sender == "A" else "A")


@scenario(also_ipv6=True)
def close_by_client(lab):
    """Four segments, the client first (§3.6, fig. 12)."""
    client, server = lab.served()
    _close_both(lab, client, server)


@scenario(skip=3)
def capture_begins_after_handshake(lab):
    """As close_by_client, but tcpdump came too late for the handshake."""
    client, server = lab.served()
    _close_both(lab, client, server)


@scenario(skip=7)
def capture_begins_with_fin(lab):
    """As close_by_client, but tcpdump saw nothing before the first FIN."""
    client, server = lab.served()
    _close_both(lab, client, server)


@scenario(also_ipv6=True)
def close_by_server(lab):
    """Four segments, the server first (§3.6, fig. 12)."""
    client, server = lab.served()
    _close_both(lab, server, client, "B")


@scenario()
def close_in_three_segments(lab):
    """The server closes at once: its ACK and its FIN are one segment."""
    client, server = lab.served()
    held = lab.wire.hold("A", "F.")
    client.shutdown(socket.SHUT_WR)
    lab.wire.wait_held(held)
    server.setblocking(True)
    closing = lab.when_readable(server, server.close)
    lab.wire.release(held)
    lab.wire.wait("B", "F.")
    lab.wire.wait("A", ".")
    closing.join()


@scenario(also_ipv6=True)
def simultaneous_close(lab):
    """Both close at the same moment; the FINs cross (§3.6, fig. 13)."""
    client, server = lab.served()
    rules = [lab.wire.hold(sender, "F.") for sender in ("A", "B")]
    client.close()
    server.close()
    for rule in rules:
        lab.wire.wait_held(rule)
    lab.wire.release(*rules)
    lab.wire.quiet()


@scenario()
def simultaneous_close_reordered(lab):
    """As above, but B's ACK overtakes B's own FIN: the ACK number of the FIN
    still shows that B had not seen A's FIN when it sent its own."""
    client, server = lab.served()
    ours, theirs = (lab.wire.hold(sender, "F.") for sender in ("A", "B"))
    client.close()
    server.close()
    lab.wire.wait_held(ours)
    lab.wire.wait_held(theirs)
    lab.wire.release(ours)
    lab.wire.wait("B", ".")
    lab.wire.release(theirs)
    lab.wire.wait("A", ".")


@scenario()
def simultaneous_close_ack_lost(lab):
    """As above, but B's ACK is lost: A stays in CLOSING and sends its FIN
    again; B, in TIME_WAIT, acknowledges it again."""
    client, server = lab.served()
    rules = [lab.wire.hold(sender, "F.") for sender in ("A", "B")]
    lab.wire.drop("B", ".")
    client.close()
    server.close()
    for rule in rules:
        lab.wire.wait_held(rule)
    lab.wire.release(*rules)
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")


@scenario(also_beside="B")
def fin_lost(lab):
    """The first FIN is lost and sent again (§3.8.1)."""
    client, server = lab.served()
    lab.wire.drop("A", "F.")
    client.close()
    lab.wire.wait("A", "F.")
    _fin_and_ack(lab, "A")
    server.close()
    _fin_and_ack(lab, "B")


@scenario(also_beside="B")
def ack_of_fin_lost(lab):
    """The ACK of the first FIN is lost: FIN again, ACK again."""
    client, server = lab.served()
    lab.wire.drop("B", ".")
    client.close()
    _fin_and_ack(lab, "A")
    _fin_and_ack(lab, "A")
    server.close()
    _fin_and_ack(lab, "B")


@scenario(also_beside="B", also_ipv6=True)
def last_ack_lost(lab):
    """The last ACK is lost: the passive closer stays in LAST_ACK and sends
    its FIN again, which meets TIME_WAIT and is acknowledged again (§3.6.1)."""
    client, server = lab.served()
    client.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "A")
    lab.wire.drop("A", ".")
    server.close()
    _fin_and_ack(lab, "B")
    _fin_and_ack(lab, "B")


@scenario(capture="B", also_beside="A")
def fin_out_of_order(lab):
    """The FIN overtakes the data before it: B does not leave ESTABLISHED
    until the hole is filled (§3.10.7.4, eighth, after the text is in order)."""
    client, server = lab.served()
    held = lab.wire.hold("A", "data")
    client.sendall(REQUEST)
    lab.wire.wait_held(held)
    client.close()
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")
    lab.wire.release(held)
    lab.wire.wait("B", ".")
    server.recv(4096)
    server.close()
    _fin_and_ack(lab, "B")


@scenario()
def fin_with_data(lab):
    """The last data carries the FIN."""
    client, server = lab.served()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    client.sendall(REQUEST)
    client.close()
    _fin_and_ack(lab, "A", "FP.")
    server.recv(4096)
    server.close()
    _fin_and_ack(lab, "B")


@scenario()
def half_closed(lab):
    """The client has nothing more to say; the server still sends, and its
    first data acknowledges the FIN (§3.6, case 2)."""
    client, server = lab.served()
    client.shutdown(socket.SHUT_WR)
    lab.wire.wait("A", "F.")
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")
    server.close()
    _fin_and_ack(lab, "B")


@scenario(capture="B", also_beside="A")
def fin_completes_handshake(lab):
    """The handshake's ACK is lost; the FIN that follows acknowledges the
    SYN,ACK too: SYN_RECV -> CLOSE_WAIT (§3.10.7.4, eighth, SYN-RECEIVED)."""
    listener = lab.b.listen()
    lab.wire.drop("A", ".")
    client = lab.a.connect(lab.b)
    lab.wire.wait("A", ".")
    client.close()
    _fin_and_ack(lab, "A")
    lab.b.accept(listener).close()
    _fin_and_ack(lab, "B")


@scenario(capture="B")
def syn_in_close_wait(lab):
    """A SYN comes while the server is in CLOSE_WAIT: challenge ACK, and the
    close goes on (RFC 5961 §4)."""
    client, server = lab.served()
    client.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "A")
    lab.wire.forge("A", "S", lab.wire.next_seq("A") + 100000)
    lab.wire.wait("B", ".")
    server.close()
    _fin_and_ack(lab, "B")


@scenario(capture="B")
def syn_in_last_ack(lab):
    """The same in LAST_ACK, while the last ACK is lost (RFC 5961 §4)."""
    client, server = lab.served()
    client.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "A")
    lab.wire.drop("A", ".")
    server.close()
    _fin_and_ack(lab, "B")
    lab.wire.forge("A", "S", lab.wire.next_seq("A") + 100000)
    lab.wire.wait("B", ".")
    _fin_and_ack(lab, "B")


@scenario(seconds=3)
def fin_never_answered(lab):
    """The peer is gone: the FIN is sent again and again, then Linux gives
    up (tcp_orphan_retries)."""
    lab.a.sysctl("ipv4/tcp_orphan_retries", 2)
    client, _ = lab.served()
    lab.wire.cut()
    client.close()
    for _ in range(3):
        lab.wire.wait("A", "F.")
    lab.wire.quiet(1)


@scenario(seconds=2)
def fin_wait_2_times_out(lab):
    """The server never closes its side. The client's program is gone, so its
    kernel waits in FIN_WAIT_2 for tcp_fin_timeout only; data that comes after
    that meets CLOSED (§3.6.1; Linux tcp_time_wait)."""
    lab.a.sysctl("ipv4/tcp_fin_timeout", 1)
    client, server = lab.served()
    client.close()
    _fin_and_ack(lab, "A")
    lab.wire.quiet(1.5)
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", "R")


@scenario()
def fin_wait_2_lasts(lab):
    """The server never closes its side, and the client's program still
    listens to it: FIN_WAIT_2 and CLOSE_WAIT last."""
    client, _ = lab.served()
    client.shutdown(socket.SHUT_WR)
    _fin_and_ack(lab, "A")


@scenario(also_ipv6=True)
def port_reused_in_time_wait(lab):
    """The server closed first and is in TIME_WAIT; the client comes back from
    the same port with a higher number: SYN_RCVD at once (§3.6.1)."""
    client, server = lab.served()
    _close_both(lab, server, client, "B")
    client = lab.a.connect(lab.b)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")
    lab.exchange(client, lab.b.accept(lab.listener))


@scenario()
def port_reused_roles_swapped(lab):
    """The same two ports again, but now the old server connects: A, in
    TIME_WAIT, takes its SYN as a server."""
    client, server = lab.served()
    _close_both(lab, client, server)
    lab.listener.close()
    listener = lab.a.listen(40001)
    other = lab.b.connect(lab.a, port=40001, source=80)
    lab.wire.wait("B", "S")
    lab.wire.wait("A", "S.")
    lab.wire.wait("B", ".")
    lab.a.accept(listener)
    other.sendall(REQUEST)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", ".")


@scenario()
def old_data_in_time_wait(lab):
    """An old duplicate of the server's data comes to TIME_WAIT: an ACK; the
    server, CLOSED by now, answers it by a RST, and TIME_WAIT is assassinated
    (RFC 1337)."""
    _old_data_in_time_wait(lab)


@scenario(untold=("CLOSED",))
def assassination_refused(lab):
    """The same with tcp_rfc1337: TIME_WAIT ignores the RST (RFC 1337 §3)."""
    lab.a.sysctl("ipv4/tcp_rfc1337", 1)
    _old_data_in_time_wait(lab)


def _old_data_in_time_wait(lab):
    client, server = lab.served()
    old = next(s for s in lab.wire.log
               if s.sender == "B" and len(s.tcp.payload))
    _close_both(lab, client, server)
    lab.wire.forge("B", "PA", old.tcp.seq, old.tcp.ack, RESPONSE)
    lab.wire.wait("A", ".")
    lab.wire.wait("B", "R")


@scenario(seconds=70)
def time_wait_ends(lab):
    """TIME_WAIT lasts 60 s on Linux (and a little, for its timer is coarse);
    a FIN that comes after it meets CLOSED and draws a RST (§3.6.1)."""
    client, server = lab.served()
    _close_both(lab, client, server)
    ack = lab.wire.log[-1]
    fin = next(s for s in lab.wire.log
               if s.sender == "B" and "F" in s.tcp.flags)
    lab.until(lambda: lab.wire.look(ack)["A"] != "TIME_WAIT", 80)
    lab.wire.forge("B", "FA", fin.tcp.seq, fin.tcp.ack)
    lab.wire.wait("A", "R")
