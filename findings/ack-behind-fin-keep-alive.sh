#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ack-behind-fin-keep-alive: what is an ACK that was recorded behind its sender's FIN?
#
# Guess:   an ACK out of order: the capture, or the network, changed the order of two segments of one host, half
#          a millisecond apart.  A keep-alive is a probe after a long silence, of an end that has not closed.
# Happens: Wireshark calls it a TCP Keep-Alive, with an expert item, and `tcp.analysis.keep_alive` finds it: its
#          sequence number is one below the next, for the FIN took that one.  Neither how long the host had been
#          silent nor that it has closed is asked.
# Seen:    tshark 4.0.17 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
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

# Opened, asked, answered; then the client acknowledges the answer and closes.  In late.pcap its ACK and its FIN
# have changed places; nothing else differs.
cat >frames.py <<'END'
from scapy.all import Ether, IP, TCP, wrpcap

ENDS = {">": ("192.0.2.1", "198.51.100.2", 40000, 80), "<": ("198.51.100.2", "192.0.2.1", 80, 40000)}
ASK, SAY = b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\nhi"
OPEN = [(">", "S", 1000, 0, b""), ("<", "SA", 5000, 1001, b""), (">", "A", 1001, 5001, b""),
        (">", "PA", 1001, 5001, ASK), ("<", "PA", 5001, 1019, SAY)]
ACK, FIN = (">", "A", 1019, 5022, b""), (">", "FA", 1019, 5022, b"")
CLOSE = [("<", "FA", 5022, 1020, b""), (">", "A", 1020, 5023, b"")]


def frames(rows):
    for number, (way, flags, seq, ack, data) in enumerate(rows):
        source, target, sport, dport = ENDS[way]
        frame = (Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=source, dst=target, id=number + 1)
                 / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack, window=64240) / data)
        frame.time = 1700000000.0 + number * 0.0005
        yield frame


wrpcap("as-sent.pcap", list(frames(OPEN + [ACK, FIN] + CLOSE)))
wrpcap("late.pcap", list(frames(OPEN + [FIN, ACK] + CLOSE)))
END
python3 frames.py 2>/dev/null

probes() { tshark -r "$1" -Y tcp.analysis.keep_alive -T fields -e frame.number -e tcp.flags.str -e frame.time_delta 2>/dev/null | tr -d '·\t'; }

so "keep-alives, as sent" "" "$(probes as-sent.pcap)"
so "keep-alives, the ACK behind the FIN" "7A0.000500000" "$(probes late.pcap)"

exit $changed
