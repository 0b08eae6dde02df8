# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories of the kernel lab: connections that end by RST, and nonsense.

See scenarios_opening.py for how a story is written.
"""
import socket

from host import set_option
from lab import REQUEST, RESPONSE, scenario


def _abort(sock):
    """close() with SO_LINGER 0: the ABORT call of §3.10.5."""
    set_option(sock, "SO_LINGER", 0)
    sock.close()


@scenario(also_ipv6=True)
def abort_by_client(lab):
    """The client's program aborts (§3.10.5, ABORT)."""
    client, _ = lab.served()
    _abort(client)
    lab.wire.wait("A", "R.")


@scenario(also_ipv6=True)
def abort_by_server(lab):
    """The server's program aborts (§3.10.5, ABORT)."""
    _, server = lab.served()
    _abort(server)
    lab.wire.wait("B", "R.")


@scenario(seconds=2)
def abort_lost(lab):
    """The RST is lost; B lives on until its data draws another RST."""
    client, server = lab.served()
    lab.wire.drop("A", "R.")
    _abort(client)
    lab.wire.wait("A", "R.")
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", "R")


@scenario()
def abort_with_unread_data(lab):
    """The server closes although the request is still unread: Linux sends a
    RST (RFC 2525 §2.17)."""
    client, server = lab.connected()
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")
    server.close()
    lab.wire.wait("B", "R.")


@scenario()
def abort_in_close_wait(lab):
    """The same in CLOSE_WAIT: the client has closed already; its kernel is
    in FIN_WAIT_2, and the RST ends that."""
    client, server = lab.connected()
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", ".")
    client.shutdown(socket.SHUT_WR)
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")
    server.close()
    lab.wire.wait("B", "R.")


@scenario()
def abort_after_own_fin(lab):
    """The client closes its side, is acknowledged (FIN_WAIT_2), then aborts."""
    client, _ = lab.served()
    client.shutdown(socket.SHUT_WR)
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")
    _abort(client)
    lab.wire.wait("A", "R.")


@scenario()
def abort_in_fin_wait_1(lab):
    """The client closes its side and aborts before the ACK comes: the FIN
    and the RST follow each other."""
    client, _ = lab.served()
    held = lab.wire.hold("A", lambda tcp: "F" in tcp.flags or "R" in tcp.flags,
                         times=2)
    client.shutdown(socket.SHUT_WR)
    lab.wire.wait_held(held)
    _abort(client)
    lab.wire.wait_held(held, 2)
    lab.wire.release(held)


@scenario()
def data_to_closed_socket(lab):
    """The client's program has closed; the server answers the FIN, then
    sends data nobody can read any more: RST (§3.6; RFC 1122 §4.2.2.13)."""
    client, server = lab.served()
    client.close()
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")
    server.sendall(RESPONSE)
    lab.wire.wait("B", "data")
    lab.wire.wait("A", "R")


@scenario()
def data_crosses_fin(lab):
    """The same, but the data was under way when the client closed. The RST
    answers it, so its number is the one before the FIN's; B has already taken
    the FIN, and accepts that RST all the same (Linux tcp_reset_check)."""
    client, server = lab.served()
    held = lab.wire.hold("B", "data")
    server.sendall(RESPONSE)
    lab.wire.wait_held(held)
    client.close()
    lab.wire.wait("A", "F.")
    lab.wire.release(held)
    lab.wire.wait("A", lambda tcp: "R" in tcp.flags)


@scenario()
def reset_after_close(lab):
    """Both have closed; a RST with the right number then comes to TIME_WAIT
    and ends it early (§3.10.7.4, second; what RFC 1337 warns of)."""
    client, server = lab.served()
    client.close()
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")
    server.close()
    lab.wire.wait("B", "F.")
    lab.wire.wait("A", ".")
    lab.wire.forge("B", "R", lab.wire.next_seq("B"))


@scenario(capture="B")
def forged_reset(lab):
    """A RST with exactly the right number, but another TTL, as a middlebox
    forges it: it counts. A knows nothing of it and meets a RST itself."""
    client, _ = lab.served()
    lab.wire.forge("A", "R", lab.wire.next_seq("A"), ttl=99)
    client.sendall(REQUEST)
    lab.wire.wait("A", "data")
    lab.wire.wait("B", "R")


@scenario()
def port_reused_after_reset(lab):
    """After an abort the client comes back at once, from the same port."""
    client, _ = lab.served()
    _abort(client)
    lab.wire.wait("A", "R.")
    client = lab.a.connect(lab.b)
    lab.wire.wait("A", "S")
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", ".")


# --- Nonsense: no connection, or flags that no honest stack sends ----------

SCANS = (("null", ""), ("fin", "F"), ("xmas", "FPU"), ("syn-fin", "SF"),
         ("syn-rst", "SR"), ("ack", "A"), ("fin-ack", "FA"), ("data", "PA"))


def _scan(lab, port):
    """Each scan from a port of its own; the answers come at once."""
    for source, (name, flags) in enumerate(SCANS, 50001):
        lab.wire.forge("A", flags, 1000, 2000 if "A" in flags else 0,
                       REQUEST if name == "data" else b"",
                       sport=source, dport=port)
    lab.wire.quiet()


@scenario(capture="B", also_ipv6=True)
def scans_of_open_port(lab):
    """Null, FIN, Xmas, SYN+FIN, SYN+RST and ACK scans, and data without a
    connection, to a port that listens (§3.10.7.2)."""
    lab.b.listen()
    _scan(lab, 80)


@scenario(capture="B")
def scans_of_closed_port(lab):
    """The same to a port on which nothing listens (§3.10.7.1)."""
    _scan(lab, 81)


@scenario(capture="B", also_ipv6=True)
def syn_scan(lab):
    """A SYN from a host that did not send it: its kernel rejects the SYN,ACK
    by a RST, and B is back in LISTEN (§3.10.7.4, SYN-RECEIVED)."""
    lab.b.listen()
    lab.wire.forge("A", "S", 1000, sport=50001, dport=80)
    lab.wire.wait("B", "S.")
    lab.wire.wait("A", "R")


@scenario(snaplen=54)
def headers_cut_short(lab):
    """A whole life, of which the capture kept only 54 bytes of each frame:
    no options, no data."""
    client, server = lab.served()
    client.close()
    lab.wire.wait("A", "F.")
    lab.wire.wait("B", ".")
    server.close()
    lab.wire.wait("B", "F.")
    lab.wire.wait("A", ".")
