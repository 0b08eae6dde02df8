#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# reused-port-one-flow: how many flows are two connections on the same four-tuple?
#
# Guess:   two: the first is closed by FINs and ACKs of both ends 20 seconds before the second's SYN, and an
#          exporter of flows ends a flow at its FIN or RST.
# Happens: nfpcapd of nfdump makes one flow per direction of both, with the packets of both, the flags
#          of both in one word, and a duration that spans the silence.  tshark and tcptrace count two.
# Seen:    nfdump 1.7.1, tshark 4.0.17, tcptrace 6.6.7 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcptrace=6.6.7-6+b1 nfdump=1.7.1-2+deb12u1 python3-scapy=2.5.0+dfsg-2)
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
again = [(way, flags, seq + (900000 if way == ">" else 700000), ack and ack + (900000 if way == "<" else 700000), data)
         for way, flags, seq, ack, data in WHOLE]
wrpcap("reused.pcap", list(frames(WHOLE)) + list(frames(again, 1700000020.0)))
END

mkdir flows
nfpcapd -r reused.pcap -l flows >/dev/null 2>&1
so "tshark's streams" 2 "$(tshark -r reused.pcap -T fields -e tcp.stream 2>/dev/null | sort -u | wc -l)"
so "tcptrace's connections, all complete" 2 "$(tcptrace -n reused.pcap 2>/dev/null | grep -c '(complete)')"
so "nfdump's flows, both directions: duration, flags, packets" "00:00:20.090 ...AP.SF 12
00:00:20.090 ...AP.SF 10" "$(nfdump -q -R flows -o 'fmt:%td %flg %pkt' 2>/dev/null | awk 'NF {print $1, $2, $3}')"

exit $changed
