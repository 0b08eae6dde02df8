#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# reset-becomes-end-of-file: what does a server learn when a program behind user-mode networking aborts its connection?
#
# Guess:   that it was aborted: the guest sends RST, and the server's read fails with "Connection reset by peer", as it
#          would without the network in between, so that it does not take half an upload for a whole one.
# Happens: libslirp (slirp4netns, QEMU's -netdev user) and passt (pasta) take the RST and close their own connection to the
#          server with FIN.  The server reads end of file, as after a message that is complete.  In a capture in the
#          guest a connection ends with RST, in one on the host with FIN.  The other way, from the server to the guest,
#          a RST stays one.
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

cat >client.py <<'END'
# Connects, and either says half of a message and aborts, or waits until the server aborts and prints what recv() says.
import socket
import struct
import sys
import time

who, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = socket.create_connection((host, port), timeout=5)
if who == "client":
    client.send(b"half of")
    time.sleep(0.5)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    time.sleep(0.5)
else:
    client.send(b"well?")
    try:
        print(client.recv(10) or "end of file")
    except OSError as error:
        print(error.strerror)
END
cat >host.py <<'END'
# Runs the client's command, and tells it the port of a server, which aborts, or prints what recv() says behind the message.
import socket
import struct
import subprocess
import sys

with socket.create_server(("127.0.0.1", 0)) as listener:
    with subprocess.Popen([*sys.argv[1:], str(listener.getsockname()[1])]) as guest:
        listener.settimeout(10)
        server, _ = listener.accept()
        server.settimeout(5)
        if server.recv(10) == b"half of":
            try:
                print(server.recv(10) or "end of file")
            except OSError as error:
                print(error.strerror)
        else:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            server.close()
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

# A host of its own, whose address pasta gives to the guest, too; the guest reaches the host as 192.0.2.1.
host() {
    unshare -n sh -c 'ip link set lo up
        ip link add near type veth peer name far && ip link set far up
        ip addr add 192.0.2.2/24 dev near && ip link set near up && ip route add default via 192.0.2.1
        exec "$@"' host "$@" 2>/dev/null
}
guest=(pasta --runas 0 -D 192.0.2.1 -S none --config-net -q --)

so "the server, without such a network" "Connection reset by peer" "$(host python3 host.py python3 client.py client 127.0.0.1)"
so "the server, guest behind slirp4netns" "end of file" "$(host python3 host.py sh slirp.sh python3 client.py client 10.0.2.2)"
so "the server, guest behind pasta" "end of file" "$(host python3 host.py "${guest[@]}" python3 client.py client 192.0.2.1)"
so "the guest behind slirp4netns" "Connection reset by peer" "$(host python3 host.py sh slirp.sh python3 client.py server 10.0.2.2)"
so "the guest behind pasta" "Connection reset by peer" "$(host python3 host.py "${guest[@]}" python3 client.py server 192.0.2.1)"

exit $changed
