#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tso-length-zero: what do tools make of an IPv4 total length of 0?
#
# Linux leaves the field at 0 in captures taken at the sender where a segment is larger than 65,535 bytes
# (BIG TCP), and some drivers do with every segment that the card is to cut (TSO); the frame's length is right.
#
# Guess:   a tool that follows TCP either takes the length from the frame, or says that it cannot.
# Happens: tshark takes it from the frame.  tcpdump prints "bad-len 0" instead of a segment.  tcptrace and
#          tcpflow lose the data without a word: tcptrace counts 9 of 11 segments, yet "(complete)", tcpflow
#          writes no file at all.  Argus takes the two frames for a flow between Ethernet addresses.
# Seen:    tshark 4.0.17, tcpdump 4.99.3, tcptrace 6.6.7, tcpflow 1.6.1, argus 3.0.8.2 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcpdump=4.99.3-1 tcpflow=1.6.1-2+b1 tcptrace=6.6.7-6+b1 argus-server=2:3.0.8.2-2.2
    argus-client=1:3.0.8.2-6.1+b3 python3-scapy=2.5.0+dfsg-2)
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
whole = list(frames(WHOLE))
for frame in whole:
    if len(frame[TCP].payload):
        frame[IP].len = 0
wrpcap("tso.pcap", whole)
END

so "tshark's lengths of data" "0 0 0 18 0 21 0 0 0 0 0" "$(tshark -r tso.pcap -T fields -e tcp.len 2>/dev/null | paste -sd ' ')"
so "tcpdump's bad-len 0" 2 "$(tcpdump -nr tso.pcap 2>/dev/null | grep -c 'bad-len 0')"
so "tcptrace" "11 packets seen, 9 TCP packets traced (complete)" \
    "$(tcptrace -n tso.pcap 2>/dev/null | sed -nE 's/^(.*packets traced).*/\1/p; s/^ +1: .*(\(complete\)).*/\1/p' | paste -sd ' ')"
mkdir out
tcpflow -r tso.pcap -o out >/dev/null 2>&1
so "files of tcpflow, but for its report" "" "$(find out -type f ! -name report.xml)"
so "argus: protocol and packets of each flow" "tcp 5 4
ip 2 0" "$(argus -X -r tso.pcap -w - 2>/dev/null | ra -X -L -1 -nr - -s proto spkts dpkts 2>/dev/null | awk 'NF {print $1, $2, $3}')"

exit $changed
