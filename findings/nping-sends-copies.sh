#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nping-sends-copies: how do the three probes of `nping --tcp -c 3` differ from each other?
#
# Guess:   as three pings do: in the source port, or at least in sequence number and IP identification, so that each
#          answer can be told from the others, as hping3's can.
# Happens: in nothing.  Port, sequence number and identification are drawn once at random, and the same packet is sent
#          again, byte for byte, without a word of it in the manual.  Three pings that were answered at once are one
#          connection with two "retransmissions" to tshark and "hardware duplicates" to tcptrace: a capture shows
#          losses where there are none, and where there is one it cannot say which probe an answer is for.  editcap -d
#          removes all probes but the first, and their answers.
# Seen:    nping 0.7.93, hping3 3.0.0-alpha-2, tshark and editcap 4.0.17, tcptrace 6.6.7 (Debian 12); needs root, python3

set -euo pipefail
unshare -n true 2>/dev/null || {
    echo "${0##*/}: needs root, for a network of its own" >&2
    exit 2
}
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    nmap=7.93+dfsg1-1 hping3=3.a2.ds2-10 tcptrace=6.6.7-6+b1)
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

cat >record.py <<'END'
# Records what a command sends and receives over lo, while nobody listens on its port; prints how many different packets
# it sent and what is the same in all.
import socket
import struct
import subprocess
import sys

name, *command = sys.argv[1:]
with socket.socket() as nobody, socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3)) as sniffer:
    nobody.bind(("127.0.0.1", 0))
    port = nobody.getsockname()[1]
    sniffer.bind(("lo", 3))
    sniffer.settimeout(0.5)
    subprocess.run([word.replace("PORT", str(port)) for word in command], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=20, check=False)
    packets = []
    try:
        while True:
            packet, where = sniffer.recvfrom(65535)
            if where[2] != socket.PACKET_OUTGOING and packet[0] >> 4 == 4:
                packets.append(packet)
    except TimeoutError:
        pass
with open(name + ".pcap", "wb") as capture:
    capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
    for number, packet in enumerate(packets):       # a tenth of a second apart
        capture.write(struct.pack("<IIII", 1700000000, number * 100000, len(packet), len(packet)) + packet)
probes = [packet for packet in packets if packet[22:24] == struct.pack(">H", port)]
print(len(probes), "probes,", len(set(probes)), "different,", len({packet[20:22] for packet in probes}), "source ports")
END
export NMAPDIR=$root/usr/share/nmap
record() { unshare -n sh -c 'ip link set lo up; exec python3 record.py "$@"' record "$@" 2>/dev/null; }
count() { capinfos -Mc "$1" 2>/dev/null | sed -nE 's/^Number of packets: *//p'; }
so "hping3" "3 probes, 3 different, 3 source ports" "$(record hping3 hping3 -S -c 3 -i u200000 -p PORT 127.0.0.1)"
so "nping" "3 probes, 1 different, 1 source ports" "$(record nping nping --tcp -c 3 --delay 200ms -p PORT 127.0.0.1)"
so "retransmissions to tshark, of hping3 and of nping" "0 2" "$(for each in hping3 nping; do
    tshark -r $each.pcap -Y tcp.analysis.retransmission 2>/dev/null | wc -l; done | paste -sd ' ')"
so "tcptrace's duplicates of nping's probes" "2 hardware duplicate(s)" "$(tcptrace -n nping.pcap 2>/dev/null |
    grep -oE '[0-9]+ hardware duplicate\(s\)' | head -n 1)"
for each in hping3 nping; do editcap -d $each.pcap $each-once.pcap 2>/dev/null; done
so "packets of hping3, and after editcap -d; of nping" "6 6 6 2" \
    "$(count hping3.pcap) $(count hping3-once.pcap) $(count nping.pcap) $(count nping-once.pcap)"

exit $changed
