#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tcpick-without-established: which states does tcpick print of a connection whose SYN carries data?
#
# Guess:   SYN-SENT, SYN-RECEIVED, ESTABLISHED and then those of the close: tcpick prints RFC 793's states, and
#          data on a SYN is in that RFC; since RFC 7413 (Fast Open) it is common.
# Happens: SYN-SENT and SYN-RECEIVED, and no other to the end, though it prints the data of both ends, and both
#          close.  Elsewhere, too, a connection has one state, not one of each end: where FINs cross, which takes
#          both ends to CLOSING, it goes from FIN-WAIT-1 to TIME-WAIT, and a connection opened from both ends at
#          once counts as two sessions, one of which stays in SYN-SENT.
# Seen:    tcpick 0.2.1 (Debian 12)

set -euo pipefail
packages=(tcpick=0.2.1-10 python3-scapy=2.5.0+dfsg-2)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
# With them, the libraries that they need and this machine lacks.
mapfile -t needed < <(apt-get -qq -s install --no-install-recommends --allow-downgrades "${packages[@]}" 2>/dev/null |
    sed -nE 's/^Inst ([^ ]+)( \[[^]]*\])? \(([^ ]+) .*/\1=\3/p')
apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}" "${needed[@]}" || {
    echo "${0##*/}: not to be had: is apt-get update due, or has Debian newer ones?" >&2
    exit 2
}
root=$work/root
for package in *.deb; do dpkg -x "$package" "$root"; done
export HOME=$work LC_ALL=C.UTF-8 PATH=$root/usr/bin:$root/usr/sbin:$PATH
export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
export PYTHONPATH=$root/usr/lib/python3/dist-packages

changed=0
# so WHAT EXPECTED SEEN: tells what was seen, and whether it is still so.
so() {
    if [[ $2 == "$3" ]]; then
        printf 'still so: %s: %s\n' "$1" "${3//$'\n'/ | }"
    else
        printf 'CHANGED:  %s: %s\n     not  %s\n' "$1" "${3//$'\n'/ | }" "${2//$'\n'/ | }"
        changed=1
    fi
}

# Each connection is opened, asked, answered and closed from both ends, but in its own way.
cat >frames.py <<'END'
from scapy.all import Ether, IP, TCP, wrpcap

ENDS = {">": ("192.0.2.1", "198.51.100.2", 40000, 80), "<": ("198.51.100.2", "192.0.2.1", 80, 40000)}
ASK, SAY = b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\nhi"
OPEN = [(">", "S", 1000, 0, b""), ("<", "SA", 5000, 1001, b""), (">", "A", 1001, 5001, b""), (">", "PA", 1001, 5001, ASK)]
FAST = [(">", "S", 1000, 0, ASK), ("<", "SA", 5000, 1019, b""), (">", "A", 1019, 5001, b"")]
BOTH = [(">", "S", 1000, 0, b""), ("<", "S", 5000, 0, b""), (">", "SA", 1000, 5001, b""), ("<", "SA", 5000, 1001, b""),
        (">", "PA", 1001, 5001, ASK)]
SAID = [("<", "PA", 5001, 1019, SAY), (">", "A", 1019, 5022, b"")]
CLOSE = [("<", "FA", 5022, 1019, b""), (">", "A", 1019, 5023, b""), (">", "FA", 1019, 5023, b""), ("<", "A", 5023, 1020, b"")]
CROSS = [("<", "FA", 5022, 1019, b""), (">", "FA", 1019, 5022, b""), (">", "A", 1020, 5023, b""), ("<", "A", 5023, 1020, b"")]


def frames(rows, start=1700000000.0, gap=0.01):
    for number, (way, flags, seq, ack, data) in enumerate(rows):
        source, target, sport, dport = ENDS[way]
        frame = (Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=source, dst=target, id=number + 1)
                 / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack, window=64240) / data)
        frame.time = start + number * gap
        yield frame
END

python3 - <<'END' 2>/dev/null
from frames import *
for name, rows in (("plain", OPEN + SAID + CLOSE), ("fast", FAST + SAID + CLOSE), ("cross", OPEN + SAID + CROSS),
                   ("both", BOTH + SAID + CLOSE)):
    wrpcap(name + ".pcap", list(frames(rows)))
END

states() { tcpick -n -r "$1" 2>/dev/null | sed -nE 's/^([0-9]+) +([A-Z][A-Z0-9-]+) .*>.*/\1 \2/p' | paste -sd, ; }
so "a plain connection" "1 SYN-SENT,1 SYN-RECEIVED,1 ESTABLISHED,1 FIN-WAIT-1,1 FIN-WAIT-2,1 TIME-WAIT,1 CLOSED" "$(states plain.pcap)"
so "data on the SYN, which the SYN,ACK acknowledges" "1 SYN-SENT,1 SYN-RECEIVED" "$(states fast.pcap)"
so "... of which it prints" "GET / HTTP/1.0 HTTP/1.0 200 OK hi" \
    "$(tcpick -n -yP -r fast.pcap 2>/dev/null | tr -d '\r' | grep -E '^(GET|HTTP|hi)' | paste -sd ' ')"
so "FINs that cross" "1 SYN-SENT,1 SYN-RECEIVED,1 ESTABLISHED,1 FIN-WAIT-1,1 TIME-WAIT,1 CLOSED" "$(states cross.pcap)"
so "opened from both ends at once" \
    "1 SYN-SENT,2 SYN-SENT,1 SYN-RECEIVED,1 ESTABLISHED,1 FIN-WAIT-1,1 FIN-WAIT-2,1 TIME-WAIT,1 CLOSED" "$(states both.pcap)"

exit $changed
