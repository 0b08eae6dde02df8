# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories of the kernel lab: what meets a handshake that is not done yet.

Acknowledgements of what was never sent, old duplicates, answers that no
honest stack gives. See scenarios_opening.py for how a story is written.
"""
from lab import scenario

FAR = 1000000           # beyond any window that these machines advertise


# --- An unacceptable ACK in SYN_RCVD (§3.10.7.4, fifth: a RST, no more) -------

def _in_syn_rcvd(lab):
    """B is in SYN_RCVD, A's ACK is on its way: (its rule, the client)."""
    lab.listener = lab.b.listen()
    held = lab.wire.hold("A", ".")
    client = lab.a.connect(lab.b)
    lab.wire.wait_held(held)
    return held, client


def _bad_ack_in_syn_rcvd(lab, flags, ack, payload=b""):
    held, client = _in_syn_rcvd(lab)
    lab.wire.forge("A", flags, lab.wire.next_seq("A"),
                   lab.wire.next_seq("B") + ack, payload)
    lab.wire.wait("B", "R")
    lab.wire.release(held)
    lab.still_alive(client, lab.b.accept(lab.listener))


@scenario(capture="B")
def bad_ack_in_syn_rcvd(lab):
    """An ACK of what B never sent draws a RST with that number, and B stays in
    SYN_RCVD (§3.10.7.4, fifth): the true ACK then counts."""
    _bad_ack_in_syn_rcvd(lab, "A", FAR)


@scenario(capture="B")
def low_ack_in_syn_rcvd(lab):
    """The same with an ACK of less than the SYN,ACK."""
    _bad_ack_in_syn_rcvd(lab, "A", -FAR)


@scenario(capture="B")
def bad_ack_with_data_in_syn_rcvd(lab):
    """The same with data on that ACK."""
    _bad_ack_in_syn_rcvd(lab, "PA", FAR, b"forged")


@scenario(capture="B")
def bad_ack_with_fin_in_syn_rcvd(lab):
    """The same with a FIN on that ACK."""
    _bad_ack_in_syn_rcvd(lab, "FA", FAR)


@scenario(capture="B")
def bad_ack_in_simultaneous_open(lab):
    """The same where both connect at once: A is in SYN_RCVD of figure 7."""
    answers, one, two = lab.syns_crossed()
    lab.wire.forge("A", "A", lab.wire.next_seq("A"),
                   lab.wire.next_seq("B") + FAR)
    lab.wire.wait("B", "R")
    lab.wire.release(*answers)
    lab.wire.quiet()
    lab.still_alive(one, two)


# --- Old duplicates in SYN_RCVD ------------------------------------------------

@scenario(capture="B")
def old_syn_in_syn_rcvd(lab):
    """A SYN of long ago comes to SYN_RCVD: a bare ACK of the SYN that B has,
    and B stays there (§3.10.7.4, first; Linux tcp_check_req)."""
    held, client = _in_syn_rcvd(lab)
    lab.wire.forge("A", "S", lab.wire.next_seq("A") - FAR)
    lab.wire.wait("B", ".")
    lab.wire.release(held)
    lab.still_alive(client, lab.b.accept(lab.listener))


@scenario(capture="B")
def same_syn_in_syn_rcvd(lab):
    """The SYN comes once more, as a network copies it: B sends its SYN,ACK
    again."""
    held, client = _in_syn_rcvd(lab)
    syn = lab.wire.log[0]
    lab.wire.forge("A", "S", syn.tcp.seq, options=syn.tcp.options,
                   window=syn.tcp.window)
    lab.wire.wait("B", "S.")
    lab.wire.release(held)
    lab.still_alive(client, lab.b.accept(lab.listener))


@scenario(capture="B")
def old_data_in_syn_rcvd(lab):
    """Data of long ago comes to SYN_RCVD: a bare ACK, and B stays there
    (§3.10.7.4, first)."""
    held, client = _in_syn_rcvd(lab)
    lab.wire.forge("A", "PA", lab.wire.next_seq("A") - FAR,
                   lab.wire.next_seq("B"), b"old")
    lab.wire.wait("B", ".")
    lab.wire.release(held)
    lab.still_alive(client, lab.b.accept(lab.listener))


@scenario(capture="B")
def same_syn_in_simultaneous_open(lab):
    """Both connect at once, and A's SYN comes twice: B, in SYN_RCVD, answers
    the second (§3.10.7.4, fourth)."""
    answers, one, two = lab.syns_crossed()
    syn = next(s for s in lab.wire.log if s.sender == "A")
    lab.wire.forge("A", "S", syn.tcp.seq, options=syn.tcp.options,
                   window=syn.tcp.window)
    lab.wire.quiet()
    lab.wire.release(*answers)
    lab.wire.quiet()
    lab.still_alive(one, two)


@scenario()
def simultaneous_open_overtaken(lab):
    """Both connect at once; A's SYN is late, so that B's, which crossed it,
    is answered before it comes: A's SYN,ACK overtakes A's SYN, and opens B as
    any SYN,ACK does (§3.10.7.3)."""
    late = lab.wire.hold("A", "S")
    theirs = lab.wire.hold("B", "S")
    one = lab.a.connect(lab.b, port=40002, source=40001)
    two = lab.b.connect(lab.a, port=40001, source=40002)
    lab.wire.wait_held(late)
    lab.wire.wait_held(theirs)
    lab.wire.release(theirs)
    lab.wire.wait("A", "S.")
    lab.wire.quiet()
    lab.wire.release(late)
    lab.wire.quiet()
    lab.still_alive(one, two)


@scenario()
def simultaneous_open_syn_ack_overtaken(lab):
    """Both connect at once, the SYNs cross; B's SYN,ACK is late, and meanwhile
    A's has opened B: it is the SYN,ACK of an ESTABLISHED end."""
    rules = [lab.wire.hold(sender, "S") for sender in ("A", "B")]
    late = lab.wire.hold("B", "S.")
    one = lab.a.connect(lab.b, port=40002, source=40001)
    two = lab.b.connect(lab.a, port=40001, source=40002)
    for rule in rules:
        lab.wire.wait_held(rule)
    lab.wire.release(*rules)
    lab.wire.wait_held(late)
    lab.wire.wait("A", "S.")
    lab.wire.wait("B", ".")
    lab.wire.release(late)
    lab.wire.quiet()
    lab.still_alive(one, two)


@scenario(capture="B")
def syn_ack_in_clients_name(lab):
    """In SYN_RCVD comes a SYN,ACK instead of the ACK: its number is before the
    window, so it draws a bare ACK (§3.10.7.4, first)."""
    held, client = _in_syn_rcvd(lab)
    lab.wire.forge("A", "SA", lab.wire.next_seq("A") - 1,
                   lab.wire.next_seq("B"))
    lab.wire.quiet()
    lab.wire.release(held)
    lab.wire.quiet()
    lab.still_alive(client, lab.b.accept(lab.listener))


# --- Flags that do not belong together -----------------------------------------

def _syn_lost(lab):
    """A is in SYN_SENT, its first SYN lost; returns (the SYN, the client)."""
    lab.listener = lab.b.listen()
    lab.wire.drop("A", "S")
    client = lab.a.connect(lab.b)
    return lab.wire.wait("A", "S"), client


@scenario(seconds=2)
def syn_rst_in_syn_sent(lab):
    """A SYN with RST comes to SYN_SENT: without ACK a RST is dropped there
    (§3.10.7.3, second)."""
    _, client = _syn_lost(lab)
    lab.wire.forge("B", "SR", 7000)
    for sender, flags in (("A", "S"), ("B", "S."), ("A", ".")):
        lab.wire.wait(sender, flags)
    lab.still_alive(client, lab.b.accept(lab.listener))


@scenario(seconds=2)
def syn_rst_ack_in_syn_sent(lab):
    """A SYN,ACK with RST and the right ACK: RFC 9293 looks at the RST first,
    so A is refused (§3.10.7.3, second)."""
    syn, client = _syn_lost(lab)
    lab.wire.forge("B", "SRA", 7000, syn.tcp.seq + 1)
    assert lab.failure(client) == "ECONNREFUSED"


@scenario(capture="B")
def syn_rst_in_established(lab):
    """A SYN with RST and the right number to ESTABLISHED: it is a RST
    (§3.10.7.4, second before fourth)."""
    _, server = lab.served()
    lab.wire.forge("A", "SR", lab.wire.next_seq("A"))
    assert lab.failure(server) == "ECONNRESET"


@scenario(capture="B")
def syn_fin_in_syn_rcvd(lab):
    """A SYN with FIN, and a number of long ago, comes to SYN_RCVD: a bare ACK,
    and B stays there (§3.10.7.4, first)."""
    held, client = _in_syn_rcvd(lab)
    lab.wire.forge("A", "SF", lab.wire.next_seq("A") - FAR)
    lab.wire.wait("B", ".")
    lab.wire.release(held)
    lab.still_alive(client, lab.b.accept(lab.listener))


@scenario()
def syn_ack_with_data(lab):
    """A SYN,ACK that carries data: A is ESTABLISHED, but Linux does not take
    the data and acknowledges the SYN only (tcp_rcv_synsent_state_process)."""
    syn = _nobody_answers(lab)
    lab.wire.forge("B", "SA", 7000, syn.tcp.seq + 1, b"220 early\r\n")
    lab.wire.wait("A", ".")
    lab.wire.forge("B", "PA", 7001, syn.tcp.seq + 1, b"220 early\r\n")
    lab.wire.wait("A", ".")


@scenario()
def syn_ack_with_fin(lab):
    """A SYN,ACK with FIN: A is ESTABLISHED, but Linux does not take the FIN
    until it comes again."""
    syn = _nobody_answers(lab)
    lab.wire.forge("B", "SFA", 7000, syn.tcp.seq + 1)
    lab.wire.wait("A", ".")
    lab.wire.forge("B", "FA", 7001, syn.tcp.seq + 1)
    lab.wire.wait("A", ".")


@scenario(seconds=2)
def syn_fin_in_syn_sent(lab):
    """A SYN with FIN comes to SYN_SENT: a simultaneous open, whose FIN Linux
    does not take."""
    syn = _nobody_answers(lab)
    lab.wire.forge("B", "SF", 7000)
    lab.wire.wait("A", "S.")
    lab.wire.forge("B", "A", 7001, syn.tcp.seq + 1)
    lab.wire.quiet()


def _nobody_answers(lab):
    """A is in SYN_SENT, and whatever it sends is lost; returns its SYN."""
    lab.wire.cut()
    lab.a.connect(lab.b)
    return lab.wire.wait("A", "S")
