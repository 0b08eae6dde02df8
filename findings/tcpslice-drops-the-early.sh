#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tcpslice-drops-the-early: does tcpslice copy a capture in which one frame is recorded behind a later one?
#
# Guess:   yes: no time is given, so all is asked for; or the frames come out in the order of their times.
# Happens: tcpslice leaves out each frame whose time is earlier than that of the one before it, as that of a frame of
#          another queue of the same card may be by microseconds: here the request, which was never sent again.  Where
#          the clock was set back by a second it takes the frame before for the capture's last, and ends there: five
#          frames are left of eleven.  It says nothing, and its exit code is 0.  tcpdump, editcap and mergecap keep all.
# Seen:    tcpslice 1.5, tcpdump 4.99.3, editcap and mergecap 4.0.17 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcpdump=4.99.3-1 tcpslice=1.5-1 python3-scapy=2.5.0+dfsg-2)
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

# The request was recorded behind the ACK of it, which another queue handed over: 20 us earlier by its time.
python3 - <<'END' 2>/dev/null
from frames import *
rows = [WHOLE[i] for i in (0, 1, 2, 4, 3, 5, 6, 7, 8, 9, 10)]
packets = list(frames(rows))
packets[4].time = packets[3].time - 0.00002
wrpcap("queues.pcap", packets)
wrpcap("ordered.pcap", sorted(packets, key=lambda packet: packet.time))
# And the same connection on a host whose clock was set back by a second in its midst.
packets = list(frames(WHOLE))
for packet in packets[5:]:
    packet.time -= 1
wrpcap("clock.pcap", packets)
END

# sequence FILE: the flags of its frames, in their order.
sequence() { tshark -r "$1" -T fields -e tcp.flags.str 2>/dev/null | tr -d '·' | paste -sd ' '; }
all="S AS A A AP AP A AF A AF A"
so "recorded" "$all" "$(sequence queues.pcap)"
tcpdump -r queues.pcap -w dumped.pcap 2>/dev/null
editcap queues.pcap edited.pcapng
mergecap -w merged.pcapng queues.pcap
so "behind tcpdump, editcap, mergecap" "$all | $all | $all" "$(for file in dumped.pcap edited.pcapng merged.pcapng; do sequence "$file"; done | sed ':a;N;$!ba;s/\n/ | /g')"
tcpslice -w sliced.pcap queues.pcap >said.txt 2>&1 && echo "exit code 0" >>said.txt
so "what tcpslice says" "exit code 0" "$(<said.txt)"
so "behind tcpslice" "S AS A A AP A AF A AF A" "$(sequence sliced.pcap)"
so "the request in it" "" "$(tshark -r sliced.pcap -Y 'tcp.dstport == 80 && tcp.len > 0' 2>/dev/null)"
tcpslice -w range.pcap 1699999999 1700000009 queues.pcap
so "for a range of ten seconds" "S AS A A AP A AF A AF A" "$(sequence range.pcap)"
tcpslice -w fine.pcap ordered.pcap
so "the same frames in the order of their times, behind tcpslice" "S AS A AP A AP A AF A AF A" "$(sequence fine.pcap)"
tcpslice -w before.pcap clock.pcap >said.txt 2>&1 && echo "exit code 0" >>said.txt
so "where the clock was set back, of eleven frames" "exit code 0 S AS A AP A" "$(<said.txt) $(sequence before.pcap)"
so "its idea of first and last" "clock.pcap 1700000000.000000 1700000000.040000" "$(tcpslice -R clock.pcap | tr '\t' ' ')"

exit $changed
