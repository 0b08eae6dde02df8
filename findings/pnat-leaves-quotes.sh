#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pnat-leaves-quotes: does tcprewrite --pnat give a host its new address everywhere?
#
# Guess:   it maps one network to another in all packets, ARP's included, as a NAT does.
# Happens: not in what ICMP errors quote.  The SYN comes from 10.1.1.1 afterwards, and the error that answers it still
#          quotes one from 192.0.2.1: it belongs to no connection of the file any more.  A NAT has to change
#          them (RFC 5508 section 4.2).
# Seen:    tcprewrite 4.4.3, tshark 4.0.17 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcpreplay=4.4.3-1 python3-scapy=2.5.0+dfsg-2)
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
from scapy.all import ICMP
syn, = frames(WHOLE[:1])
error = (Ether(src="02:00:00:00:00:02", dst="02:00:00:00:00:01") / IP(src="203.0.113.9", dst="192.0.2.1")
         / ICMP(type=3, code=1) / bytes(syn[IP])[:28])
error.time = syn.time + 0.01
wrpcap("error.pcap", [syn, error])
END

tcprewrite --pnat=192.0.2.0/24:10.1.1.0/24,198.51.100.0/24:10.2.2.0/24 --infile=error.pcap --outfile=mapped.pcap
ends() { tshark -r mapped.pcap -Y "frame.number == $1" -T fields -E occurrence="$2" -e ip.src -e ip.dst 2>/dev/null | tr '\t' ' '; }
so "the SYN" "10.1.1.1 10.2.2.2" "$(ends 1 f)"
so "the error" "203.0.113.9 10.1.1.1" "$(ends 2 f)"
so "the SYN that it quotes" "192.0.2.1 198.51.100.2" "$(ends 2 l)"

exit $changed
