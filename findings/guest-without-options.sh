#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest-without-options: which TCP options has a connection behind user-mode networking?
#
# Guess:   those of every connection of today: both kernels offer window scaling, SACK and time stamps, and the network
#          between them, which ends both halves itself, would not give up windows of more than 64 KiB or SACK.
# Happens: towards its guest libslirp (slirp4netns, QEMU's -netdev user) answers none of the three, passt (pasta) window scaling alone.
#          Towards the server both have all of them.  What a capture on the host shows says nothing of what limits the guest.
# Seen:    slirp4netns 1.2.0 with libslirp 4.7.0, passt's pasta of 2023-03-09 (Debian 12); needs root, python3 and a
#          kernel with veth and tun

set -euo pipefail
unshare -n true 2>/dev/null || {
    echo "${0##*/}: needs root, for a network of its own" >&2
    exit 2
}
packages=(slirp4netns=1.2.0-1 libslirp0=4.7.0-1 passt=0.0~git20230309.7c7625d-1)
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

cat >options.py <<'END'
# Which options its connection has, to the kernel (TCP_INFO's tcpi_options).
import socket


def options(connection):
    bits = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)[5]
    return " ".join(name for bit, name in ((1, "time-stamps"), (2, "SACK"), (4, "window-scale")) if bits & bit) or "none"
END
cat >client.py <<'END'
import socket
import sys
from options import options

client = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5)
print("client:", options(client), flush=True)
client.recv(1)
END
cat >host.py <<'END'
# Runs the client's command, and tells it the port of a server.
import socket
import subprocess
import sys
from options import options

with socket.create_server(("127.0.0.1", 0)) as listener:
    with subprocess.Popen([*sys.argv[1:], str(listener.getsockname()[1])], stdout=subprocess.PIPE, text=True) as guest:
        listener.settimeout(10)
        server, _ = listener.accept()
        print("server:", options(server), flush=True)
        server.close()
        print(guest.communicate(timeout=10)[0], end="")
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

# A host of its own, whose address pasta gives to the guest, too; the guest reaches the host as 192.0.2.1.
host() {
    unshare -n sh -c 'ip link set lo up
        ip link add near type veth peer name far && ip link set far up
        ip addr add 192.0.2.2/24 dev near && ip link set near up && ip route add default via 192.0.2.1
        exec "$@"' host "$@" 2>/dev/null
}
guest=(pasta --runas 0 -D 192.0.2.1 -S none --config-net -q --)


all="time-stamps SACK window-scale"
so "without such a network" "server: $all
client: $all" "$(host python3 host.py python3 client.py 127.0.0.1)"
so "guest behind slirp4netns" "server: $all
client: none" "$(host python3 host.py sh slirp.sh python3 client.py 10.0.2.2)"
so "guest behind pasta" "server: $all
client: window-scale" "$(host python3 host.py "${guest[@]}" python3 client.py 192.0.2.1)"

exit $changed
