# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories of the kernel lab: what a living connection meets.

Probes, silence, and segments that are refused without harm: here nothing may
move a state that the kernel does not move. See scenarios_opening.py for how
a story is written.
"""
import socket

from lab import REQUEST, scenario


@scenario()
def data_lost(lab):
    """A segment with data is lost and sent again (§3.8)."""
    client, _ = lab.connected()
    lab.wire.drop("A", "data")
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")


@scenario(seconds=3)
def peer_gone_while_sending(lab):
    """The peer vanishes from the wire; the data is sent again until Linux
    gives up, which closes without a segment (§3.8.3)."""
    lab.a.sysctl("ipv4/tcp_retries2", 2)
    client, _ = lab.served()
    lab.wire.cut()
    client.sendall(REQUEST)
    for _ in range(4):
        lab.wire.wait("A", "data")
    assert lab.failure_to_read(client) == "ETIMEDOUT"


@scenario(seconds=2)
def keep_alive(lab):
    """Nothing to say: a keep-alive and its answer (§3.8.4)."""
    lab.listener = lab.b.listen()
    client = lab.a.connect(lab.b, SO_KEEPALIVE=1, TCP_KEEPIDLE=1)
    lab.wire.wait("A", ".")
    server = lab.b.accept(lab.listener)
    lab.exchange(client, server)
    lab.wire.wait("A", ".")
    lab.wire.wait("B", ".")


@scenario(seconds=4)
def keep_alive_unanswered(lab):
    """The peer is gone: two keep-alives, then Linux sends a RST into the
    void and closes (§3.8.4)."""
    lab.listener = lab.b.listen()
    client = lab.a.connect(lab.b, SO_KEEPALIVE=1, TCP_KEEPIDLE=1,
                           TCP_KEEPINTVL=1, TCP_KEEPCNT=2)
    lab.wire.wait("A", ".")
    server = lab.b.accept(lab.listener)
    lab.exchange(client, server)
    lab.wire.cut()
    lab.wire.wait("A", ".")
    lab.wire.wait("A", ".")
    lab.wire.wait("A", "R.")


def _fill(lab, sender, receiver):
    """Send until the receiver's window is shut."""
    sender.setblocking(False)
    try:
        while True:
            sender.send(bytes(60000))
    except BlockingIOError:
        sender.settimeout(8)
    lab.wire.wait(receiver, lambda tcp: tcp.window == 0)


@scenario(seconds=2)
def zero_window(lab):
    """The server does not read: its window shuts, is probed, opens (§3.8.6)."""
    lab.listener = lab.b.listen(SO_RCVBUF=2048)
    client = lab.a.connect(lab.b, SO_SNDBUF=2048)
    lab.wire.wait("A", ".")
    server = lab.b.accept(lab.listener)
    _fill(lab, client, "B")
    lab.wire.wait("A", ".")             # the probe
    lab.wire.wait("B", ".")
    while lab.pending(server):
        server.recv(65536)
    lab.wire.wait("B", lambda tcp: tcp.window > 0)
    lab.wire.wait("A", "data")


@scenario(seconds=2)
def fin_behind_zero_window(lab):
    """The client closes while the window is shut: the kernel is in FIN_WAIT1
    at once, the FIN is on the wire only when the window has opened."""
    lab.listener = lab.b.listen(SO_RCVBUF=2048)
    client = lab.a.connect(lab.b, SO_SNDBUF=2048)
    lab.wire.wait("A", ".")
    server = lab.b.accept(lab.listener)
    _fill(lab, client, "B")
    client.close()
    lab.wire.wait("A", ".")             # the probe
    lab.wire.wait("B", ".")
    while server.recv(65536):
        pass
    lab.wire.wait("A", lambda tcp: "F" in tcp.flags)
    lab.wire.wait("B", ".")
    server.close()
    lab.wire.wait("B", "F.")
    lab.wire.wait("A", ".")


@scenario()
def urgent_data(lab):
    """One byte out of band (§3.8.5)."""
    client, _ = lab.connected()
    client.send(b"!", socket.MSG_OOB)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")


@scenario(capture="B")
def syn_in_established(lab):
    """A forged or old SYN hits a living connection: challenge ACK, nothing
    else (RFC 9293 §3.10.7.4, RFC 5961 §4)."""
    client, server = lab.served()
    lab.wire.forge("A", "S", lab.wire.next_seq("A") + 100000)
    lab.wire.wait("B", ".")
    lab.still_alive(client, server)


@scenario(capture="B")
def syn_ack_in_established(lab):
    """The same with a SYN,ACK (RFC 5961 §4)."""
    client, server = lab.served()
    lab.wire.forge("A", "SA", lab.wire.next_seq("A"), lab.wire.next_seq("B"))
    lab.wire.wait("B", ".")
    lab.still_alive(client, server)


@scenario(capture="B", also_ipv6=True)
def reset_in_window(lab):
    """A blind RST in the window but not exact: challenge ACK (RFC 5961 §3)."""
    client, server = lab.served()
    lab.wire.forge("A", "R", lab.wire.next_seq("A") + 1000, ttl=99)
    lab.wire.wait("B", ".")
    lab.still_alive(client, server)


@scenario(capture="B")
def reset_outside_window(lab):
    """A blind RST outside the window: ignored (§3.5.3)."""
    client, server = lab.served()
    lab.wire.forge("A", "R", lab.wire.next_seq("A") - 100000, ttl=99)
    lab.wire.quiet()
    lab.still_alive(client, server)


@scenario(capture="B")
def fin_outside_window(lab):
    """A FIN far outside the window only draws an ACK (§3.10.7.4, first)."""
    client, server = lab.served()
    lab.wire.forge("A", "FA", lab.wire.next_seq("A") - 100000,
                   lab.wire.next_seq("B"))
    lab.wire.wait("B", ".")
    lab.still_alive(client, server)


@scenario(capture="B")
def fin_without_ack_flag(lab):
    """A FIN with the right number but without ACK is dropped (§3.10.7.4,
    fifth: "if the ACK bit is off, drop the segment")."""
    client, server = lab.served()
    lab.wire.forge("A", "F", lab.wire.next_seq("A"))
    lab.wire.quiet()
    lab.still_alive(client, server)


@scenario(capture="B")
def fin_acknowledging_unsent_data(lab):
    """A FIN whose ACK is for what B never sent: an ACK, nothing else
    (§3.10.7.4, fifth)."""
    client, server = lab.served()
    lab.wire.forge("A", "FA", lab.wire.next_seq("A"),
                   lab.wire.next_seq("B") + 1000)
    lab.wire.wait("B", ".")
    lab.still_alive(client, server)


@scenario(capture="B")
def fin_failing_paws(lab):
    """A FIN with the right numbers but a time stamp of long ago: an ACK,
    nothing else (RFC 7323 §5.3, R1)."""
    client, server = lab.served()
    stamp = dict(lab.wire.log[-1].tcp.options)["Timestamp"]
    lab.wire.forge("A", "FA", lab.wire.next_seq("A"), lab.wire.next_seq("B"),
                   options=[("NOP", None), ("NOP", None),
                            ("Timestamp", ((stamp[0] - 10 ** 6) % 2 ** 32,
                                           stamp[1]))])
    lab.wire.wait("B", ".")
    lab.still_alive(client, server)
