#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bittwiste-moves-ports-into-data: what does "bittwiste -T tcp -s PORT" change in a segment that came in two fragments?
#
# Guess:   the port in the first fragment, which holds the TCP header.  Or nothing, if fragments are too hard for it.
# Happens: it leaves the first fragment as it is, port and all, and writes the new port over the first two bytes of
#          the second one, which are data.  The IP packet is as long as before and its header's checksum fits, so
#          that only the TCP checksum, over both, tells.
# Seen:    bittwiste 2.0 (Debian 12)

set -euo pipefail
packages=(bittwist=2.0-15 tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    python3-scapy=2.5.0+dfsg-2)
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

python3 - <<'END' 2>/dev/null
from scapy.all import Ether, IP, TCP, fragment, wrpcap
segment = (Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src="192.0.2.1", dst="198.51.100.2", id=7)
           / TCP(sport=40000, dport=80, flags="PA", seq=1, ack=1, window=64240)
           / (b"The first part is 44 bytes long, and then: " + b" " + b"the rest, which is longer than a TCP header, as in life."))
frames = fragment(segment, 64)
for number, frame in enumerate(frames):
    frame.time = 1700000000 + number
wrpcap("fragments.pcap", frames)
END
bittwiste -I fragments.pcap -O twisted.pcap -T tcp -s 40001 >/dev/null 2>&1

# The port in the first fragment, which alone has a header; the data of the second; the segment made of both.
port() { tshark -r "$1" -o ip.defragment:FALSE -T fields -e tcp.srcport 2>/dev/null | paste -sd ' '; }
rest() { tshark -r "$1" -o ip.defragment:FALSE -Y 'ip.frag_offset > 0' -T fields -e data.data 2>/dev/null |
    python3 -c 'print("".join(chr(b) if 32 <= b < 127 else "." for b in bytes.fromhex(input())))'; }
whole() { tshark -r "$1" -o tcp.check_checksum:TRUE -Y tcp -T fields -e tcp.srcport -e tcp.checksum.status 2>/dev/null | tr '\t' ' '; }
so "port, before" "40000 " "$(port fragments.pcap)"
so "port, after -s 40001" "40000 " "$(port twisted.pcap)"
so "data of the second fragment, before" "the rest, which is longer than a TCP header, as in life." "$(rest fragments.pcap)"
so "data of the second fragment, after" ".Ae rest, which is longer than a TCP header, as in life." "$(rest twisted.pcap)"
so "both together: port and whether the checksum is right, before" "40000 1" "$(whole fragments.pcap)"
so "both together: port and whether the checksum is right, after" "40000 0" "$(whole twisted.pcap)"

exit $changed
