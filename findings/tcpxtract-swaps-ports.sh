#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tcpxtract-swaps-ports: from which connection does tcpxtract say that a file is?
#
# Guess:   from that of the capture, by its addresses and ports, so that it can be looked up.
# Happens: the addresses are right, and the ports are none of the capture's: port 80 is called 20480, 40000 is 16540,
#          with the two bytes the wrong way round.  No filter finds such a connection; only a port like 257 or 514 is right.
# Seen:    tcpxtract 1.0.1 (Debian 12)

set -euo pipefail
packages=(tcpxtract=1.0.1-17 python3-scapy=2.5.0+dfsg-2)
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

# A whole connection: opened, asked, answered, closed by the server, then by the client.
cat >frames.py <<'END'
from scapy.all import Ether, IP, TCP, wrpcap

ENDS = {">": ("192.0.2.1", "198.51.100.2", 40000, 80), "<": ("198.51.100.2", "192.0.2.1", 80, 40000)}
ASK, SAY = b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\nhi"
WHOLE = [(">", "S", 1000, 0, b""), ("<", "SA", 5000, 1001, b""), (">", "A", 1001, 5001, b""),
         (">", "PA", 1001, 5001, ASK), ("<", "A", 5001, 1019, b""), ("<", "PA", 5001, 1019, SAY), (">", "A", 1019, 5022, b""),
         ("<", "FA", 5022, 1019, b""), (">", "A", 1019, 5023, b""), (">", "FA", 1019, 5023, b""), ("<", "A", 5023, 1020, b"")]


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
picture = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(1, 200)) + b"\xff\xd9"
rows = WHOLE[:5] + [("<", "PA", 5001, 1019, b"HTTP/1.0 200 OK\r\n\r\n" + picture)]
wrpcap("picture.pcap", list(frames(rows)))
END

mkdir files
said=$(tcpxtract -f picture.pcap -o files -c "$root/etc/tcpxtract.conf" 2>&1 | sed -nE 's/.*session \[(.*)\].*/\1/p')
so "files found" 1 "$(find files -type f | wc -l)"
so "the connection from 198.51.100.2:80 to 192.0.2.1:40000" "198.51.100.2:20480 -> 192.0.2.1:16540" "$said"
so "80 and 40000 with their bytes swapped" "20480 16540" "$(((80 & 255) << 8 | 80 >> 8)) $(((40000 & 255) << 8 | 40000 >> 8))"

exit $changed
