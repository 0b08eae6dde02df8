#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# softflowd-dates: on which day do the flows lie that softflowd makes of a capture?
#
# Guess:   on the capture's; or, as they are exported now, today.
# Happens: on neither.  NetFlow 5 and 9 count milliseconds since the exporter's start, in 32 bits, which pass 2^32 every
#          49.7 days, and softflowd counts from the present: the flows lie where the rest of that division puts
#          them, with NetFlow 5 up to 49.7 days before now, with 9 as much after.  Read a day later, the same file has
#          flows of other days.  Only -a puts them where they were.
# Seen:    softflowd 1.1.0, nfcapd and nfdump 1.7.1 (Debian 12)

set -euo pipefail
packages=(softflowd=1.1.0-1+b1 nfdump=1.7.1-2+deb12u1 python3-scapy=2.5.0+dfsg-2)
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

python3 -c 'from frames import *; wrpcap("plain.pcap", list(frames(WHOLE)))' 2>/dev/null

# The first flow's time, in seconds, as a collector has it.
first() {
    rm -rf flows && mkdir flows
    nfcapd -l flows -b 127.0.0.1 -p "$port" -t 3600 >/dev/null 2>&1 &
    local collector=$!
    for _ in $(seq 50); do ss -Hlun "sport = :$port" | grep -q . && break; sleep 0.1; done
    softflowd "$@" -r plain.pcap -n "127.0.0.1:$port" >/dev/null 2>&1
    sleep 1
    kill $collector
    wait $collector || true
    date -d "$(TZ=UTC nfdump -q -r flows/nfcapd.2* -o 'fmt:%ts' | sed -n '1s/\..*//p') UTC" +%s
}
port=$((20000 + RANDOM % 20000))
captured=1700000000
rest=$((($(date +%s) - captured) * 1000 % 4294967296 / 1000))
# Whether the flows lie so many seconds after now, give or take ten for the time that this takes.
lie_at() { local off=$(($1 - $(date +%s) - $2)); echo "$((off > -10 && off < 10))"; }
so "NetFlow 5: before now by the rest of the time since the capture" 1 "$(lie_at "$(first -v 5)" "-$rest")"
so "NetFlow 9: after now by what that rest lacks" 1 "$(lie_at "$(first -v 9)" "$((4294967 - rest))")"
so "with -a" "$captured" "$(first -v 5 -a)"

exit $changed
