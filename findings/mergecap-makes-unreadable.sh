#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mergecap-makes-unreadable: can tcpdump read what mergecap makes of two captures that it can read?
#
# Guess:   yes: tcpdump reads pcapng, of several interfaces, too, as long as all are of one link type.
# Happens: not a packet, if the two were captured with different snapshot lengths (65535 was the usual one for long,
#          262144 is now, and people set their own with -s).  mergecap makes an interface of each, and
#          libpcap refuses a file whose interfaces do not agree on a length that none of the frames comes near.
#          tcpdump says so, and tcptrace, with exit code 0; argus and tcprewrite end as if there were nothing to read.
#          dumpcap writes such files by itself: -i eth0 -s 96 -i eth1 -s 200.  mergecap -F pcap helps.
# Seen:    mergecap and tshark 4.0.17, libpcap 1.10.3, tcpdump 4.99.3, tcptrace 6.6.7, argus 3.0.8.2,
#          tcprewrite 4.4.3 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    libpcap0.8=1.10.3-1 tcpdump=4.99.3-1 tcptrace=6.6.7-6+b1 argus-server=2:3.0.8.2-2.2 argus-client=1:3.0.8.2-6.1+b3
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
from scapy.all import PcapWriter
for name, rows, start, longest in (
        ("opened", WHOLE[:6], 0, 65535), ("closed", WHOLE[6:], 6, 65535), ("closed-262144", WHOLE[6:], 6, 262144)):
    with PcapWriter(name + ".pcap", snaplen=longest) as writer:
        writer.write(list(frames(rows, 1700000000.0 + start * 0.01)))
END

mergecap -w equal.pcapng opened.pcap closed.pcap 2>/dev/null
mergecap -w merged.pcapng opened.pcap closed-262144.pcap 2>/dev/null
mergecap -F pcap -w merged.pcap opened.pcap closed-262144.pcap 2>/dev/null
# Prints how many lines a command writes, and its exit code.
lines() {
    local code=0
    "$@" >lines.txt 2>/dev/null || code=$?
    echo "$(wc -l <lines.txt), exit $code"
}
flows() { rm -f flows.argus; argus -X -r "$1" -w flows.argus 2>/dev/null && lines ra -X -L -1 -nr flows.argus; }
rewritten() { tcprewrite -i "$1" -o rewritten.pcap 2>/dev/null && lines tshark -r rewritten.pcap; }
so "packets, tshark" "11, exit 0" "$(lines tshark -r merged.pcapng)"
so "packets, tcpdump, of each half" "6, exit 0 5, exit 0" \
    "$(lines tcpdump -nr opened.pcap) $(lines tcpdump -nr closed-262144.pcap)"
so "packets, tcpdump, of halves with one snapshot length" "11, exit 0" "$(lines tcpdump -nr equal.pcapng)"
so "packets, tcpdump" "0, exit 1" "$(lines tcpdump -nr merged.pcapng)"
so "what it says" "an interface has a snapshot length 262144 different from the snapshot length of the first interface" \
    "$(tcpdump -nr merged.pcapng 2>&1 | sed -n 's/^tcpdump: pcap_loop: //p')"
so "packets, tcpdump, with mergecap -F pcap" "11, exit 0" "$(lines tcpdump -nr merged.pcap)"
so "argus's flows, of halves with one and with two" "1, exit 0 0, exit 0" "$(flows equal.pcapng) $(flows merged.pcapng)"
so "packets that tcprewrite writes, likewise" "11, exit 0 0, exit 0" "$(rewritten equal.pcapng) $(rewritten merged.pcapng)"
so "tcptrace on merged" "no traced TCP packets" "$(tcptrace -n merged.pcapng 2>/dev/null | tail -n 1)"

exit $changed
