#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tcptrace-ends-a-silence: how many connections is one whose ends said nothing for five minutes?
#
# Guess:   one: TCP has no limit to silence, the numbers go on where they stopped, and no SYN begins another.  That
#          tcptrace makes two of a four-tuple used twice is right, and its log of changes names a SYN, or both FINs,
#          as a condition, beside four minutes.
# Happens: after four minutes any segment begins a new connection, without a SYN, a FIN or a word: the first half has
#          no FIN, the second no SYN, neither is "(complete)", and counts and round trips of both are wrong.  Where
#          keep-alives come every five minutes each of them is a connection of its own.  An option moves the limit
#          (--endpoint_reuse_interval), but the help shows <NULL> where the limit in force should stand.
# Seen:    tcptrace 6.6.7, tshark 4.0.17 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcptrace=6.6.7-6+b1 python3-scapy=2.5.0+dfsg-2)
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
export WIRESHARK_DATA_DIR=$root/usr/share/wireshark WIRESHARK_PLUGIN_DIR=$work   # no plugin of this machine's

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


def silent(seconds, alive=()):
    """The connection, whose ends are silent between the answer and the close, or send keep-alives."""
    capture = list(frames(WHOLE[:7]))
    for number in range(1, 4):
        capture += frames(alive, 1700000000.0 + number * seconds)
    return capture + list(frames(WHOLE[7:], 1700000000.0 + (4 if alive else 1) * seconds))


wrpcap("three.pcap", silent(180))
wrpcap("five.pcap", silent(300))
wrpcap("alive.pcap", silent(300, [(">", "A", 1018, 5022, b""), ("<", "A", 5022, 1019, b"")]))
END

# tcptrace's connections: segments of either end, and whether it is complete.
tcptraces() {
    tcptrace -n "$@" 2>/dev/null |
        sed -nE 's/^ +[0-9]+: .*\([a-z0-9]+\) +([0-9]+)> +([0-9]+)<( +\(complete\))?.*/\1 \2\3/p' | tr -s ' '
}
streams() { tshark -r "$1" -T fields -e tcp.stream 2>/dev/null | sort -u | wc -l; }
so "tcptrace, silent for three minutes" "6 5 (complete)" "$(tcptraces three.pcap)"
so "tcptrace, for five" "4 3
2 2" "$(tcptraces five.pcap)"
so "tcptrace, with keep-alives" "4 3
1 1
1 1
1 1
2 2" "$(tcptraces alive.pcap)"
so "tcptrace, with the limit moved" "9 8 (complete)" "$(tcptraces --endpoint_reuse_interval=7200 alive.pcap)"
so "streams, tshark" "1 1" "$(streams five.pcap) $(streams alive.pcap)"

exit $changed
