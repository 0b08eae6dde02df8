#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slirp-repeats-fin: how often does a host send the FIN of a connection, if nothing is lost and no time-out passes?
#
# Guess:   once.  What its peer says until the FIN is acknowledged, it acknowledges by bare ACKs, as Linux does.
# Happens: the host behind slirp4netns (libslirp, whose TCP is 4.4BSD's) puts its FIN on each ACK that it sends, until that is
#          acknowledged: a guest that says three more words gets four FINs within milliseconds.  So a FIN that comes again tells of no
#          time-out, and a FIN,ACK that answers a FIN at once need not be the first of its sender, who may have closed before.
# Seen:    libslirp 4.7.0 (slirp4netns 1.2.0, Debian 12), beside Linux; needs root, python3, iproute2 and a kernel with veth

set -euo pipefail
unshare -n true 2>/dev/null || {
    echo "${0##*/}: needs root, for a network of its own" >&2
    exit 2
}
packages=(slirp4netns=1.2.0-1 libslirp0=4.7.0-1)
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

cat >peer.py <<'END'
# A client on the card given, with an address that its kernel does not know: connects, acknowledges the server's FIN late, and says
# three words meanwhile.  Prints the flags of all that the server sends.  Arguments: card, the server's address and port.
import select
import socket
import struct
import sys
import time

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
HERE, THERE, PORT = socket.inet_aton("10.0.2.77"), socket.inet_aton(sys.argv[2]), int(sys.argv[3])
card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
card.bind((sys.argv[1], 0))
mac = card.getsockname()[4]
its_mac = None


def arp(operation, target):
    card.send((target or b"\xff" * 6) + mac + struct.pack("!HHHBBH6s4s6s4s", 0x0806, 1, 0x0800, 6, 4, operation, mac, HERE, target or bytes(6), THERE))


def total(data):
    value = sum(struct.unpack(f"!{len(data) // 2}H", data))
    value = (value & 0xFFFF) + (value >> 16)
    return ~((value & 0xFFFF) + (value >> 16)) & 0xFFFF


def send(flags, seq, ack, data=b""):
    tcp = struct.pack("!HHIIBBHHH", 5000, PORT, seq, ack, 0x50, flags, 60000, 0, 0) + data
    tcp = tcp[:16] + struct.pack("!H", total(HERE + THERE + struct.pack("!HH", 6, len(tcp)) + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, HERE, THERE)
    card.send(its_mac + mac + b"\x08\x00" + ip[:10] + struct.pack("!H", total(ip)) + ip[12:] + tcp)


def receive(seconds):
    """(flags, seq, ack) of the next segment; None if none comes."""
    global its_mac
    end = time.monotonic() + seconds
    while select.select([card], [], [], max(0, end - time.monotonic()))[0]:
        frame = card.recv(2000)
        if frame[12:14] == b"\x08\x06" and frame[28:32] == THERE:
            its_mac = frame[22:28]
            if frame[21] == 1 and frame[38:42] == HERE:
                arp(2, its_mac)
        elif frame[12:14] == b"\x08\x00" and frame[23] == 6 and frame[30:34] == HERE:
            tcp = frame[34:]
            return tcp[13], *struct.unpack("!II", tcp[4:12])
    return None


def show(what, segment):
    flags = "nothing" if segment is None else "".join(text for bit, text in ((SYN, "S"), (FIN, "F"), (RST, "R"), (ACK, "A")) if segment[0] & bit)
    print(f"{what}: {flags}")


arp(1, None)
while its_mac is None:
    receive(0.2)
send(SYN, 1000, 0)
answer = receive(3)
show("SYN", answer)
isn = answer[1]
send(ACK, 1001, isn + 1)
show("ACK", receive(3))                     # the server closes its side at once
for number in range(3):
    send(PSH | ACK, 1001 + 4 * number, isn + 1, b"word")
    show("word", receive(0.15))
send(ACK, 1013, isn + 2)
show("ACK of the FIN", receive(0.15))
send(PSH | ACK, 1013, isn + 2, b"word")
show("word", receive(0.15))
END
cat >host.py <<'END'
# Runs the command given, with the port of a server behind it that says nothing, closes its side, and reads.
import socket
import subprocess
import sys

with socket.create_server((sys.argv[1], 0)) as listener:
    with subprocess.Popen([*sys.argv[2:], str(listener.getsockname()[1])]) as guest:
        listener.settimeout(10)
        server, _ = listener.accept()
        server.shutdown(socket.SHUT_WR)
        while server.recv(100):
            pass
        guest.wait(timeout=10)
END
# A guest of slirp4netns, which reaches the host as 10.0.2.2.
cat >slirp.sh <<'END'
unshare -n sleep 15 &
guest=$!
sleep 0.3       # until it is in its own namespace
slirp4netns --configure --ready-fd 4 "$guest" tap0 >/dev/null 4>ready &
network=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s ready ] || sleep 0.2; done
nsenter -t "$guest" -n "$@"
kill "$network" "$guest"
END
# One that reaches it by a cable.
cat >linux.sh <<'END'
unshare -n sleep 15 &
guest=$!
sleep 0.3
ip link add near type veth peer name tap0 netns "$guest" && ip addr add 10.0.2.2/24 dev near && ip link set near up
nsenter -t "$guest" -n sh -c 'ip link set tap0 up; sleep 0.3; exec "$@"' guest "$@"
kill "$guest"
END
host() { timeout 30 unshare -n sh -c 'ip link set lo up; exec "$@"' host python3 host.py "$@" 2>/dev/null; }

answers="SYN: SA
ACK: FA
word: A
word: A
word: A
ACK of the FIN: nothing
word: A"
so "Linux, by a cable" "$answers" "$(host 0.0.0.0 sh linux.sh python3 peer.py tap0 10.0.2.2)"
# Until the FIN is acknowledged, FA for A.
so "behind slirp4netns" "$(sed '/of the FIN/,$!s/: A$/: FA/' <<<"$answers")" "$(host 127.0.0.1 sh slirp.sh python3 peer.py tap0 10.0.2.2)"

exit $changed
