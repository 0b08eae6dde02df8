#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# gvisor-fin-goes-back: in which state is a server in gVisor whose last FIN has to be sent again?
#
# Guess:   LAST_ACK, until the FIN is acknowledged, and then CLOSED (RFC 9293 section 3.6): sending it again changes nothing.
# Happens: with the second FIN it goes to FIN_WAIT1, and with the ACK of that to FIN_WAIT2, as if it had closed first: it waits
#          for a FIN that came long ago.  The client's next connection from the same port gets an ACK in answer to
#          its SYN, not SYN,ACK.  One lost segment is enough; in the capture nothing tells it but that ACK.
# Seen:    gVisor 20221219 (runsc, Debian 12), beside Linux, which stays in LAST_ACK; needs root, python3, iproute2 and /dev/net/tun

set -euo pipefail
unshare -n true 2>/dev/null || {
    echo "${0##*/}: needs root, for a network of its own" >&2
    exit 2
}
packages=(runsc=0.0~20221219.0-2+b3)
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

cat >last.py <<'END'
# A server in this sandbox closes behind its client, which is the other end of a TUN card and is played here.
# Prints the server's state, as /proc/net/tcp has it, and what it sends. Argument: which of the server's FINs the client acknowledges.
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import time

STATES = {"01": "ESTABLISHED", "04": "FIN_WAIT1", "05": "FIN_WAIT2", "06": "TIME_WAIT", "07": "CLOSE", "08": "CLOSE_WAIT", "09": "LAST_ACK", "0B": "CLOSING"}
FIN, SYN, RST, ACK = 1, 2, 4, 16
HERE, PEER = socket.inet_aton("192.0.2.1"), socket.inet_aton("192.0.2.2")
card = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(card, 0x400454CA, struct.pack("16sH22x", b"tun0", 0x1001))      # TUNSETIFF, IFF_TUN | IFF_NO_PI
subprocess.run("ip addr add 192.0.2.1/24 dev tun0; ip link set tun0 up", shell=True, check=True)


def total(data):
    value = sum(struct.unpack(f"!{len(data) // 2}H", data))
    value = (value & 0xFFFF) + (value >> 16)
    return ~((value & 0xFFFF) + (value >> 16)) & 0xFFFF


def send(flags, seq, ack):
    tcp = struct.pack("!HHIIBBHHH", 5000, 80, seq, ack, 0x50, flags, 60000, 0, 0)
    tcp = tcp[:16] + struct.pack("!H", total(PEER + HERE + struct.pack("!HH", 6, 20) + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 64, 6, 0, PEER, HERE)
    os.write(card, ip[:10] + struct.pack("!H", total(ip)) + ip[12:] + tcp)


def receive(seconds=5):
    """(flags, seq, ack) of its next segment; None if none comes."""
    end = time.monotonic() + seconds
    while select.select([card], [], [], max(0, end - time.monotonic()))[0]:
        packet = os.read(card, 2000)
        if packet[0] >> 4 == 4 and packet[9] == 6:
            tcp = packet[(packet[0] & 15) * 4:]
            seq, ack = struct.unpack("!II", tcp[4:12])
            return tcp[13] & (FIN | SYN | RST | ACK), seq, ack
    return None


def name(segment):
    return "nothing" if segment is None else "".join(text for bit, text in ((SYN, "S"), (FIN, "F"), (RST, "R"), (ACK, "A")) if segment[0] & bit)


def state():
    time.sleep(0.1)
    for line in open("/proc/net/tcp"):
        fields = line.split()
        if fields[2:3] and fields[2].endswith(":1388"):
            return STATES.get(fields[3], fields[3])
    return "gone"


listener = socket.create_server(("192.0.2.1", 80))
send(SYN, 1000, 0)
isn = receive()[1]
send(ACK, 1001, isn + 1)
server, _ = listener.accept()
send(FIN | ACK, 1001, isn + 1)
assert receive()[2] == 1002
print("client's FIN:", state())
server.shutdown(socket.SHUT_WR)
for number in range(int(sys.argv[1])):
    fin = receive()
    assert fin[0] == FIN | ACK and fin[1] == isn + 1, fin
    print("sends", name(fin) + ":", state())
send(ACK, 1002, isn + 2)
print("ACK:", state())
send(SYN, 900000, 0)
print("to the client's next SYN:", name(receive(1)))
END
gvisor() { timeout 30 runsc --root="$work/runsc" --platform=ptrace --network=none --net-raw 'do' python3 "$work/last.py" "$1" 2>/dev/null; }
linux() { timeout 30 unshare -n python3 last.py "$1"; }
once="client's FIN: CLOSE_WAIT
sends FA: LAST_ACK
ACK: gone
to the client's next SYN: SA"
again=${once/LAST_ACK/LAST_ACK$'\n'sends FA: LAST_ACK}
so "Linux, the first FIN acknowledged" "$once" "$(linux 1)"
so "Linux, the second" "$again" "$(linux 2)"
so "gVisor, the first" "$once" "$(gvisor 1)"
so "gVisor, the second" "client's FIN: CLOSE_WAIT
sends FA: LAST_ACK
sends FA: FIN_WAIT1
ACK: FIN_WAIT2
to the client's next SYN: A" "$(gvisor 2)"

exit $changed
