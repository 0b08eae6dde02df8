# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# program.sh - where the program tcpstate answers instead of tshark.
#
# Scope: which questions it answers, and where it is installed.  It reads a capture without
# dissecting packets, in a fraction of the time and memory.  The report is the same to the
# letter.  Only dissection can name protocols, and all else names them: that is tshark's
# unless the capture is too large for it.

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

# program_answers FILE WORD...: whether the program does, and not tshark.  WORD is a filter or
# an option of tshark's.
program_answers() {
    [[ $# -eq 1 && -x $(program_folder)/tcpstate ]] && ! profile_has_settings || return 1
    [[ $task != report || $json ]] || return 0
    is_large "$1" || return 1
    say 'a large capture: the program tcpstate reads it, which names no protocols' \
        '抓包文件很大：由程序tcpstate读取，它不给出应用协议的名称'
}

# Ends this shell.
run_program() { exec "$(program_folder)/tcpstate" "$1" ${language:+--language "$language"} "${@:2}"; }

# print_with_program WORD...: returns where tshark has to answer.
print_with_program() {
    program_answers "$file" "$@" || return 0
    prepare_locale
    run_program "$task" ${json:+--json} "$file"
}
