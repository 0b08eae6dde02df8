# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rows.sh - rows with a heading, one column below the other.
#
# Scope: what tshark prints where nothing else is asked of it.  By itself it has
# no heading, and columns made from fields are as wide as each row's text.

# As in the profile, but what is long and may be anything stands last.
readonly ROW_COLUMNS='"No.","%m","Time","%t","Source","%s","Destination","%d","Client","%Cus:tcpstate.client:0:R","Server","%Cus:tcpstate.server:0:R","Analysis","%Cus:tcpstate.analysis:0:R","Protocol","%p","Length","%L","Info","%i"'

# are_rows OPTION...: whether tshark would print its rows and only these, and the
# columns are nobody's own.
are_rows() {
    command -v awk >/dev/null || return 1
    while [[ $# -gt 0 ]]; do
        case $1 in
            -o) [[ ${2-} != gui.column* ]] || return 1
                shift ;;
            -ogui.column*) return 1 ;;
            -[YRcdNtifsBau] | --display-filter | --interface | --enable-protocol | --disable-protocol) shift ;;
            -[YRcdNtifsBauo]?* | -2 | -n | -p | -l | --display-filter=* | --interface=*) ;;
            -*) return 1 ;;
        esac
        shift
    done
    [[ $(columns_of "$profile/preferences") == "$(columns_of "$checkout/plugin/profile/preferences")" ]]
}

columns_of() { awk '/^gui\.column\.format:/ { on = 1; next } on { gsub(/[ \t]/, ""); print } on && !/,$/ { exit }' "$1"; }

# mawk would wait for a full buffer.
run_awk() {
    local options=()
    [[ -z $1 || $(readlink -f -- "$(command -v awk)") != */mawk ]] || options=(-W interactive)
    trap '' INT         # tshark has something to say after Ctrl-C
    LC_ALL=C exec awk "${options[@]+"${options[@]}"}" -v live="$1" -v chinese="$2" -f "$checkout/plugin/command/rows.awk"
}

# print_rows LIVE OPTION...: LIVE is not empty where rows are to come at once.
print_rows() {
    local live=$1 chinese='' reader status
    shift
    prepare_locale
    [[ ${LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG-}}}} != zh* ]] || chinese=1
    exec 5> >(run_awk "$live" "$chinese")
    reader=$!
    run_tshark -o "gui.column.format:$ROW_COLUMNS" -T tabs "$@" >&5 5>&-
    status=$?
    exec 5>&-
    wait "$reader"
    exit "$status"
}
