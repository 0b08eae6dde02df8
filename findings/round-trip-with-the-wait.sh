#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# round-trip-with-the-wait: how long is the round trip of a segment that had to be sent twice?
#
# Guess:   20 ms: that is how long the ACK takes in this capture, and its time stamp echo says which of the two
#          transmissions it answers (RFC 7323 section 4).  Without time stamps one cannot know, and leaves such a
#          segment out, as hosts do (Karn's rule, RFC 6298 section 3).
# Happens: tcp.analysis.ack_rtt, "The RTT to ACK the segment", counts from the first transmission: 320 ms for data, 1020 ms
#          for a SYN, which is the sender's time-out and says little of the path.  Of the same handshake
#          tcp.analysis.initial_rtt, which counts from the last SYN, is 20 ms.  A graph or an average of
#          ack_rtt is made by the lost segments.  tcptrace leaves these out ("ambiguous acks"), argus says 20 ms.
# Seen:    tshark 4.0.17, tcptrace 6.6.7, argus 3.0.8.2 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcptrace=6.6.7-6+b1 argus-server=2:3.0.8.2-2.2 argus-client=1:3.0.8.2-6.1+b3 python3-scapy=2.5.0+dfsg-2)
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

cat >capture.py <<'END'
from scapy.all import Ether, IP, TCP, wrpcap

ENDS = {">": ("192.0.2.1", "198.51.100.2", 40000, 80), "<": ("198.51.100.2", "192.0.2.1", 80, 40000)}
DATA = b"0123456789"
# When, in ms, from which end, flags, numbers, data, and the time stamp that is echoed, 0 if none.  Clocks tick in ms.
ROWS = [(0, ">", "S", 1000, 0, b"", 0), (1000, ">", "S", 1000, 0, b"", 0), (1020, "<", "SA", 5000, 1001, b"", 1000),
        (1020.1, ">", "A", 1001, 5001, b"", 1020),
        (1100, ">", "PA", 1001, 5001, DATA, 1020), (1120, "<", "A", 5001, 1011, b"", 1100),
        (2000, ">", "PA", 1011, 5001, DATA, 1120), (2300, ">", "PA", 1011, 5001, DATA, 1120),
        (2320, "<", "A", 5001, 1021, b"", 2300),
        (3000, ">", "FA", 1021, 5001, b"", 2320), (3020, "<", "FA", 5001, 1022, b"", 3000),
        (3020.1, ">", "A", 1022, 5002, b"", 3020)]
capture = []
for when, way, flags, seq, ack, data, echo in ROWS:
    source, target, sport, dport = ENDS[way]
    frame = Ether() / IP(src=source, dst=target) / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack, options=[
        ("NOP", None), ("NOP", None), ("Timestamp", (int(when), echo))]) / data
    frame.time = 1700000000 + when / 1000
    capture.append(frame)
wrpcap("twice.pcap", capture)
END
python3 capture.py 2>/dev/null

field() { tshark -r twice.pcap -Y "frame.number == $1" -T fields -e "$2" 2>/dev/null; }
so "ack_rtt of the SYN,ACK (sent after the second SYN)" 1.020000000 "$(field 3 tcp.analysis.ack_rtt)"
so "initial_rtt, one frame later" 0.020100000 "$(field 4 tcp.analysis.initial_rtt)"
so "ack_rtt of data that was sent once" 0.020000000 "$(field 6 tcp.analysis.ack_rtt)"
so "ack_rtt of data that was sent twice" 0.320000000 "$(field 9 tcp.analysis.ack_rtt)"
so "time stamp of the transmission that this ACK answers, and of the second one" "2300 2300" \
    "$(field 9 tcp.options.timestamp.tsecr) $(field 8 tcp.options.timestamp.tsval)"
so "tcptrace, longest round trip, and ACKs it leaves out" "20.0 2" "$(tcptrace -n -l -r twice.pcap 2>/dev/null |
    awk '/RTT max:/ {longest = $3} /ambiguous acks:/ {left = $3} END {print longest, left}')"
so "argus, from SYN to SYN,ACK" 0.020000 \
    "$(argus -X -r twice.pcap -w - 2>/dev/null | ra -X -L -1 -nr - -s synack 2>/dev/null | tr -d ' ')"

exit $changed
