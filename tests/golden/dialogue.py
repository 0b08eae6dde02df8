# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures as a host would leave them, written as words.

A word is a segment: ">" from the client or "<" from the server, its flags as tcpdump writes them, the bytes of its data, and what else it has
("again": the number of the last data once more, "sent": the FIN once more, "w0": window 0, "lost": it was not captured).  "+N": so many seconds pass; else a millisecond does.
"""
from scapy.all import IP, UDP, TCP, Raw, wrpcap

from frames import ETHERNET

CLIENT, SERVER = "192.0.2.10", "192.0.2.20"
OPEN = ">S <S. >. "


def capture(path, words, **options):
    at, packets, following, last = 1_700_000_000.0, [], {">": 1000, "<": 9000}, {}
    for word in words.split():
        if word.startswith("+"):
            at += float(word[1:])
            continue
        if word == "other":     # a frame of another protocol, so that the capture goes on
            frame = ETHERNET / IP(src=CLIENT, dst=SERVER) / UDP(sport=53000, dport=53001) / Raw(b"x")
            frame.time = at
            packets.append(frame)
            continue
        side, other = word[0], "<" if word[0] == ">" else ">"
        flags, *more = word[1:].split(":")
        size = next((int(part) for part in more if part.isdigit()), 0)
        seq = last.get(side, following[side]) if "again" in more else following[side] - ("sent" in more)
        letters = flags.replace(".", "A")
        segment = TCP(sport=40000 if side == ">" else 8081, dport=8081 if side == ">" else 40000, flags=letters, seq=seq,
                      ack=following[other] if "." in flags else 0, window=0 if "w0" in more else 8000,
                      options=options.get(side, []) if "S" in flags else [])
        frame = (ETHERNET / IP(src=CLIENT if side == ">" else SERVER, dst=SERVER if side == ">" else CLIENT,
                              id=len(packets) + 1, ttl=33 if "ttl" in more else 64) / segment / Raw(b"d" * size))
        frame.time = at
        if "lost" not in more:
            packets.append(frame)
        if "again" not in more and "sent" not in more and "R" not in flags:
            if size:
                last[side] = following[side]
            following[side] += size + ("S" in flags) + ("F" in flags)
        at += 0.001
    wrpcap(str(path), packets)
    return path
