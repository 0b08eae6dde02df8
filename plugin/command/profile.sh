# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# profile.sh - the profile "TCP State", and the same in Chinese, "TCP 状态".
#
# Scope: Wireshark's files that belong to the user as soon as they are in place.

# The profile belongs to its user.  A file that is still as we left it follows
# the new version; one that was changed stays, with the new version beside it.
# Of `recent` (column widths) Wireshark itself makes a new one on each exit, so
# a change says nothing there.
install_profile() {
    local from zh=${profile%/*}/$PROFILE_ZH
    for from in "$checkout"/plugin/profile/*; do
        install_profile_file "$from" "$profile"
        [[ -e $checkout/plugin/profile-zh/${from##*/} ]] || install_profile_file "$from" "$zh"
    done
    for from in "$checkout"/plugin/profile-zh/*; do install_profile_file "$from" "$zh"; done
}

install_profile_file() {
    local from=$1 to=$2/${1##*/} new
    new=$(sum_of "$from")
    if [[ -e $to && $(sum_of "$to") == "$new" ]]; then
        installed_by_us "$new" "$to" || note "$new  $to"
    elif [[ -e $to ]] && ! installed_by_us "$(sum_of "$to")" "$to"; then
        [[ ${from##*/} != recent ]] || return 0
        ! installed_by_us "$new" "$to.new" || return 0      # said before
        put "$from" "$to.new"
        say "you changed $to: kept, the new version is beside it as ${to##*/}.new" \
            "您改动过${to}：已保留，新版本在旁边，名为${to##*/}.new"
    else
        put "$from" "$to"
    fi
}

# Removes what an earlier version of the profile had and this one has not.
remove_former_profile() {
    local sum path name
    while read -r sum path; do
        name=${path##*/}
        [[ ${path%/*} == "$profile" || ${path%/*} == "${profile%/*}/$PROFILE_ZH" ]] || continue
        [[ $name != *.new && ! -e $checkout/plugin/profile/$name && -w $path ]] || continue
        [[ $(sum_of "$path") != "$sum" ]] || rm -f -- "$path"
    done <"$manifest"
}
