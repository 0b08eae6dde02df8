#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# passt-leaves-keep-alives: how long does an idle connection of a guest behind passt last, if the guest sends keep-alives?
#
# Guess:   for as long as the other end is there: that is what keep-alives are for.  Who receives one answers with
#          an ACK, as to every segment of old numbers (RFC 9293 sections 3.8.4, 3.10.7.4); passt is the guest's peer.
# Happens: passt answers none, and the guest gives up after the last one, "timed out", though the network is well and
#          the server only had nothing to say.  Without keep-alives the same connection lasts.  Linux's usual times
#          make it two hours and eleven minutes; databases and ssh are often set to a few.  A capture in the guest
#          looks as if the server had died.
# Seen:    passt's pasta, of 2023-03-09 (Debian 12); needs root, python3 and a kernel with veth

set -euo pipefail
unshare -n true 2>/dev/null || {
    echo "${0##*/}: needs root, for a network of its own" >&2
    exit 2
}
packages=(passt=0.0~git20230309.7c7625d-1)
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

cat >idle.py <<'END'
# Connects, says a word, gets it back, and waits in silence; prints what recv() says.
import socket
import sys

host, keep_alive, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client = socket.create_connection((host, port))
for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 3)):
    client.setsockopt(socket.IPPROTO_TCP, option, value)
client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, keep_alive)
client.send(b"word")
assert client.recv(10) == b"word"
client.settimeout(7)
try:
    client.recv(10)
except OSError as error:
    print(error.strerror or "silent for 7 s")
END
cat >host.py <<'END'
# Runs the guest's command, and tells it the port of a server that says what it hears once, and then waits.
import socket
import subprocess
import sys

with socket.create_server(("127.0.0.1", 0)) as listener:
    with subprocess.Popen([*sys.argv[1:], str(listener.getsockname()[1])]) as guest:
        listener.settimeout(10)
        server, _ = listener.accept()
        server.send(server.recv(10))
        guest.wait(timeout=20)
END

# A host of its own, whose address pasta gives to the guest, too; the guest reaches the host as 192.0.2.1.
host() {
    unshare -n sh -c 'ip link set lo up
        ip link add near type veth peer name far && ip link set far up
        ip addr add 192.0.2.2/24 dev near && ip link set near up && ip route add default via 192.0.2.1
        exec "$@"' host "$@" 2>/dev/null
}
guest=(pasta --runas 0 -D 192.0.2.1 -S none --config-net -q --)
so "without passt, keep-alives" "silent for 7 s" "$(host python3 host.py python3 idle.py 127.0.0.1 1)"
so "behind passt, none" "silent for 7 s" "$(host python3 host.py "${guest[@]}" python3 idle.py 192.0.2.1 0)"
so "behind passt, three, one each second" "Connection timed out" "$(host python3 host.py "${guest[@]}" python3 idle.py 192.0.2.1 1)"

exit $changed
