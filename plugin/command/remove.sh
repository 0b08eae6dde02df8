# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# remove.sh - --uninstall.
#
# Scope: takes away what the manifest says was put in place, and no more.

uninstall() {
    local sum path kept='' folders=() paths=()
    [[ -r $manifest ]] || { say 'nothing is installed' '没有安装任何内容'; return 0; }
    take_out_columns
    take_out_window_size
    while read -r sum path; do
        if [[ $sum == folder ]]; then folders+=("$path"); else paths+=("$path"); fi
    done <"$manifest"

    # In this order `recent`, which Wireshark writes, comes after the files that
    # tell whether the profile is still in use.
    while read -r path; do
        [[ -e $path ]] || continue
        if installed_by_us "$(sum_of "$path")" "$path" || [[ $path == */recent && ! $kept ]]; then
            rm -f -- "$path" 2>/dev/null || die "no permission to remove $path" "没有权限删除$path"
        else
            say "kept, because it was changed: $path" "有过变动，因此保留：$path"
            kept=yes
        fi
    done < <(printf '%s\n' "${paths[@]}" | LC_ALL=C sort -u)

    rm -rf -- "$state" "$cache"
    # Inner folders come before outer ones; folders in use stay.
    printf '%s\n' "${folders[@]}" | sort -ru | while read -r path; do
        rmdir -- "$path" 2>/dev/null || [[ $path != */"$PROFILE" || ! -d $path || $kept ]] ||
            say "kept, because other files are in it: $path" "其中有其他文件，因此保留：$path"
    done
    say 'uninstalled' '已卸载'
}
