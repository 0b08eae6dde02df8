# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# program.sh - where the program tcpstate answers instead of tshark.
#
# Scope: which questions it answers, and where it is installed.  It reads a capture without
# dissecting packets, in a fraction of the time and memory.  The report is the same to the
# letter.  Only dissection can name protocols, and rows and ladders name them: these are
# tshark's unless the capture is too large for it.

# In bytes; of captures from this size on tshark needs gigabytes of memory.
readonly LARGE=$((256 * 1024 * 1024))

# Beside the folder of dissectors, in which Wireshark would look at each file.
program_folder() { printf '%s/tcpstate' "${plugin%/epan/tcpstate.so}"; }

put_program() {
    put "$tree/tcpstate" "$(program_folder)/tcpstate" 755
    put "$tree/tcpstate-dissect.so" "$(program_folder)/tcpstate-dissect.so"
}

is_large() { [[ -f $1 && $(stat -Lc %s -- "$1") -ge $LARGE ]]; }

# Whether the profile changes what the views say: the program reads no profile.
profile_has_settings() {
    [[ -e $profile/decode_as_entries || -e $profile/tcpstate_labels ]] || grep -qs '^tcpstate\.' "$profile/preferences"
}

# print_with_program WORD...: returns where tshark has to answer.  WORD is a filter or an
# option of tshark's.
print_with_program() {
    local program with=()
    program=$(program_folder)/tcpstate
    [[ $# -eq 0 && -x $program ]] && ! profile_has_settings || return 0
    if [[ $task != report || $json ]]; then
        is_large "$file" || return 0
        say 'a large capture: the program tcpstate reads it, which names no protocols'
    fi
    [[ -z $json ]] || with+=(--json)
    [[ -z $language ]] || with+=(--language "$language")
    prepare_locale
    exec "$program" "$task" "${with[@]+"${with[@]}"}" "$file"
}
