# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh - is the FILE a capture?
#
# Scope: what is said of a wrong FILE, before anything is built for it.

# check_file FILE [NAME]: says what is wrong with a FILE, before anything is
# built for it.
check_file() {
    local name kind
    name=$(shown "${2-$1}")
    [[ -e $1 ]] || die "no such file: $name"
    [[ ! -d $1 ]] || die "this is a folder, not a capture: $name"
    [[ -r $1 ]] || die "no permission to read: $name"
    [[ -f $1 ]] || return 0     # a pipe can be read only once, by tshark
    [[ -s $1 ]] || die "the file is empty: $name"

    # Wireshark also opens pictures and other files as if they were captures.
    # The beginning of a file tells, and large files cost no more than small.
    command -v capinfos >/dev/null || return 0
    kind=$(head -c 65536 -- "$1" | capinfos -T -t -r -m -Q - 2>&1)
    case $kind in
        *,'"mime"'* | *,'"mp4"'* | *,'"json"'* | *,'"rfc7468"'* | *,'"ruby_marshal"'* | \
        'capinfos: The standard input '* | *'post-encapsulation boundary'*)
            die "not a capture of network traffic that Wireshark can read: $name" ;;
    esac
}
