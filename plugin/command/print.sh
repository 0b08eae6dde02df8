# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# print.sh - handing over to tshark.
#
# Scope: locale, root, signals: what stands between a user and tshark's rows.

# Labels are not ASCII.  Where the locale cannot show them (C, POSIX, one that
# is not installed) tshark runs in C.UTF-8.  LANGUAGE then carries the language
# that was meant to the plugin's "auto" (gettext's rule: C ignores LANGUAGE).
prepare_locale() {
    [[ $(locale charmap 2>/dev/null) == ANSI_X3.4-1968 ]] || return 0
    local meant=${LC_ALL:-${LC_MESSAGES:-${LANG:-C}}}
    if [[ $meant == C || $meant == POSIX ]]; then LANGUAGE=en; fi
    export LANGUAGE=${LANGUAGE:-$meant} LC_ALL=C.UTF-8
}

# Lets everything pass but one warning, without waiting for the end of a line
# in what follows it.
drop_root_warning() {
    local first=''
    trap '' INT         # tshark has something to say after Ctrl-C
    if IFS= read -r first; then first+=$'\n'; fi
    [[ $first == 'Running as user "root"'* ]] || printf '%s' "$first"
    exec cat
}

# tshark tells root on each run that it is root.  The shell stays to filter
# that; whatever kills the shell ends tshark as well (--pdeathsig).
run_tshark() {
    local status
    if [[ $EUID -ne 0 ]]; then
        setpriv --pdeathsig TERM tshark "$@"
        return
    fi
    {
        setpriv --pdeathsig TERM tshark "$@" 2>&1 >&3 3>&- | drop_root_warning >&2 3>&-
        status=${PIPESTATUS[0]}
    } 3>&1
    return "$status"
}

print_with_tshark() {
    prepare_locale
    [[ $EUID -eq 0 ]] || exec tshark "$@"
    run_tshark "$@"
    exit
}
