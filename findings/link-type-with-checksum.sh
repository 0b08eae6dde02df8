#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# link-type-with-checksum: who reads a pcap file whose header says that its frames end in an FCS?
#
# Guess:   everybody: the length of that checksum stands in the upper bits of the field that holds the link
#          type (draft-ietf-opsawg-pcap), with Ethernet's 1 in the lower ones.
# Happens: tshark and tcpdump do.  To Scapy every frame is "Raw", and dpkt gives out a link type of 603979777.  editcap, mergecap and
#          tcprewrite take a file with the length and write one without it, which no longer says that there are checksums.
# Seen:    Scapy 2.5.0, dpkt 1.9.8, editcap and mergecap 4.0.17, tcprewrite 4.4.3, tcpdump 4.99.3 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcpdump=4.99.3-1 tcpreplay=4.4.3-1 python3-dpkt=1.9.8-1 python3-scapy=2.5.0+dfsg-2)
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
import struct
import zlib
from frames import *

with open("fcs.pcap", "wb") as file:    # Ethernet (1), FCS length present (bit 26), 2 times 16 bits (from bit 28 on)
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 | 1 << 26 | 2 << 28))
    for frame in frames(WHOLE):
        data = bytes(frame).ljust(60, b"\0")
        data += struct.pack("<I", zlib.crc32(data))
        file.write(struct.pack("<IIII", int(frame.time), 0, len(data), len(data)) + data)
END

link() { od -An -tx4 -j20 -N4 --endian=little "$1" | tr -d ' '; }
so "frames with a right FCS, to tshark" 11 "$(tshark -o eth.check_fcs:TRUE -r fcs.pcap -Y 'eth.fcs.status == "Good"' 2>/dev/null | wc -l)"
so "segments, to tcpdump" 11 "$(tcpdump -nr fcs.pcap tcp 2>/dev/null | wc -l)"
so "the first frame, to Scapy" Raw "$(python3 -c 'from scapy.all import rdpcap; print(rdpcap("fcs.pcap")[0].__class__.__name__)' 2>/dev/null)"
so "link type, to dpkt" 603979777 "$(python3 -c 'import dpkt; print(dpkt.pcap.Reader(open("fcs.pcap", "rb")).datalink())')"
editcap -F pcap fcs.pcap editcap.pcap
mergecap -F pcap -w mergecap.pcap fcs.pcap
tcprewrite --infile=fcs.pcap --outfile=tcprewrite.pcap
tcpdump -r fcs.pcap -w tcpdump.pcap 2>/dev/null
so "link type in the file" 24000001 "$(link fcs.pcap)"
so "as tcpdump writes it" 24000001 "$(link tcpdump.pcap)"
for tool in editcap mergecap tcprewrite; do
    so "as $tool writes it" 00000001 "$(link $tool.pcap)"
done

exit $changed
