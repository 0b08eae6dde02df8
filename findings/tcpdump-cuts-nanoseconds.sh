#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tcpdump-cuts-nanoseconds: does `tcpdump -r IN -w OUT` copy a capture that counts nanoseconds?
#
# Guess:   yes; or it says that it cannot.
# Happens: OUT counts microseconds, cut off and not rounded, and nothing says so; tcpslice and tcprewrite do the same.
#          --nano, which the manual has for capturing, keeps them in tcpdump; the other two have no such option.  The
#          three frames of a handshake of 690 ns get one time, and tshark no longer shows a round trip
#          (tcp.analysis.initial_rtt), not even 0.  Where one of two captures of a connection went through tcpdump,
#          its frames move to the front: mergecap puts the answer before the SYN.
# Seen:    tcpdump 4.99.3, tcpslice 1.5, tcprewrite 4.4.3, tshark, editcap and mergecap 4.0.17 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcpdump=4.99.3-1 tcpslice=1.5-1 tcpreplay=4.4.3-1 python3-scapy=2.5.0+dfsg-2)
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

# Both ends of a short cable, recorded by clocks that agree: 345 ns from frame to frame.
python3 - <<'END' 2>/dev/null
from decimal import Decimal
from frames import *
packets = list(frames(WHOLE))
for number, packet in enumerate(packets):
    packet.time = Decimal("1700000000.123456100") + number * Decimal("0.000000345")
wrpcap("nano.pcap", packets, nano=True)
for name, end in (("client", ">"), ("server", "<")):     # what each end sent
    wrpcap(name + ".pcap", [packet for packet in packets if packet[IP].src == ENDS[end][0]], nano=True)
END

# handshake FILE: when SYN, SYN,ACK and ACK were recorded, less the whole seconds, and the round trip that tshark shows.
handshake() {
    tshark -r "$1" -c 3 -T fields -e frame.time_epoch -e tcp.analysis.initial_rtt 2>/dev/null |
        sed -E 's/^[0-9]*//; s/\t0?/ /' | xargs
}
cut=".123456000 .123456000 .123456000"
so "recorded" ".123456100 .123456445 .123456790 .000000690" "$(handshake nano.pcap)"
tcpdump -r nano.pcap -w dumped.pcap 2>dumped.txt
so "what tcpdump says" "reading from file nano.pcap, link-type EN10MB (Ethernet), snapshot length 65535" "$(<dumped.txt)"
so "behind tcpdump" "$cut" "$(handshake dumped.pcap)"
tcpdump --nano -r nano.pcap -w nano-dumped.pcap 2>/dev/null
so "behind tcpdump --nano, the bytes are the same" "yes" "$(cmp -s nano.pcap nano-dumped.pcap && echo yes || echo no)"
tcpslice -w sliced.pcap nano.pcap 2>sliced.txt
so "behind tcpslice, which says nothing" "$cut" "$(cat sliced.txt)$(handshake sliced.pcap)"
tcprewrite -i nano.pcap -o rewritten.pcap 2>rewritten.txt
so "behind tcprewrite, which says nothing" "$cut" "$(cat rewritten.txt)$(handshake rewritten.pcap)"
editcap -F nsecpcap nano.pcap edited.pcap
so "behind editcap" ".123456100 .123456445 .123456790 .000000690" "$(handshake edited.pcap)"

# flags FILE...: of the first three frames, merged.
flags() {
    mergecap -w merged.pcapng "$@"
    tshark -r merged.pcapng -c 3 -T fields -e tcp.flags.str 2>/dev/null | tr -d '·' | paste -sd ' '
}
so "both ends, merged" "S AS A" "$(flags client.pcap server.pcap)"
tcpdump -r server.pcap -w filtered.pcap tcp 2>/dev/null
so "the server's through tcpdump, merged" "AS S A" "$(flags client.pcap filtered.pcap)"

exit $changed
