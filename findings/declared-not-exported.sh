#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# declared-not-exported: can a plugin ask Wireshark when another frame came?
#
# Guess:   yes: epan.h, which is installed for plugins, declares epan_get_frame_ts(), and what an installed
#          header declares can be linked with the library that it belongs to.
# Happens: a program that calls it compiles without a warning and cannot be linked: libwireshark does not export
#          it.  Its neighbour in the header, epan_get_interface_name(), can be linked.  The header does not say
#          that the one is the library's own affair, but for a macro that stands before the other.
# Seen:    libwireshark-dev 4.0.17 (Debian 12)

set -euo pipefail
packages=(libwireshark-dev=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3 libwiretap-dev=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil-dev=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3)
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

# program CALL: one that does nothing but this call.
program() {
    printf '#include <epan/epan.h>\nint main(void) { return %s == NULL; }\n' "$1" >program.c
}

flags=(-Wall -Wextra -Werror -isystem "$root/usr/include/wireshark" -isystem "$root/usr/include/glib-2.0"
    -isystem "$root/usr/lib/x86_64-linux-gnu/glib-2.0/include" -isystem /usr/include/glib-2.0
    -isystem /usr/lib/x86_64-linux-gnu/glib-2.0/include)

# made: what becomes of it.
made() {
    cc "${flags[@]}" -c program.c -o program.o 2>compiled || { echo "does not compile"; return; }
    cc program.o -L"$root/usr/lib/x86_64-linux-gnu" -lwireshark -Wl,--allow-shlib-undefined -o program 2>linked && { echo "is linked"; return; }
    grep -o 'undefined reference to .*' linked | sort -u
}

program 'epan_get_frame_ts(NULL, 1)'
so "a program that calls epan_get_frame_ts()" "undefined reference to \`epan_get_frame_ts'" "$(made)"
program 'epan_get_interface_name(NULL, 0)'
so "a program that calls epan_get_interface_name()" "is linked" "$(made)"
exit "$changed"
