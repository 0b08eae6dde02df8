# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# install.sh - bringing the plugin to this Wireshark.
#
# Scope: the order of things, one call at a time.  A single file is files.sh's,
# the compiler build.sh's, the profile profile.sh's.

# one_at_a_time COMMAND...: other calls wait, and nothing half done is left behind.
one_at_a_time() {
    local mask
    mask=$(umask)       # the user's own, for what tshark writes afterwards
    umask 022
    at_any_end clean_up
    make_folder_or_die "$state"
    { exec 9>>"$state/lock"; } 2>/dev/null || die "cannot write to $state" "无法写入$state"
    flock 9
    "$@"
    clean_up
    tree=''
    trap - EXIT INT TERM HUP
    exec 9>&-
    umask "$mask"
}

install_all() { one_at_a_time install_missing; }

install_missing() { in_place || install_now; }      # or somebody did it while we waited

install_now() {
    local before='' files sources
    make_folder_or_die "$cache"
    { : >"$log" && : >>"$manifest"; } 2>/dev/null || die "cannot write to $cache and $state" "无法写入${cache}和$state"
    note_folders
    [[ ! -r $stamp ]] || before=$(<"$stamp")
    files=$(checksums)
    sources=$(without_profile "$files" | sha256sum | cut -d' ' -f1)

    # No tshark, then no plugin of somebody else's either: all in one go.
    command -v tshark >/dev/null || provide print build
    find_places
    if shared; then
        say "using the plugin that is installed for everybody: $plugin" "使用为所有用户安装的插件：$plugin"
        warn_if_made_from_others "$sources"
    elif only_tshark_is_new "$before" "$(fingerprint "$files")" && loads; then
        say 'Wireshark was changed since the plugin was built, but takes it as it is' \
            '插件构建之后Wireshark有过变动，但仍能加载它'
    elif [[ $(without_profile "$before") != "$(without_profile "$(fingerprint "$files")")" ]]; then
        warn_if_for_another_wireshark
        provide build
        [[ -z $before ]] || explain_rebuild "$before" "$(without_profile "$files")"
        build "$sources"
        put "$tree/tcpstate.so" "$plugin"
        put_program
    fi
    remove_former_plugins
    remove_former_profile
    install_profile
    install_window_size
    check_that_it_loads
    {
        printf '%s\n' "$plugin" "$global_plugin" "$profile" >"$places" &&
            fingerprint "$files" >"$stamp.part" && mv -f -- "$stamp.part" "$stamp"
    } 2>/dev/null || die "cannot write to $state" "无法写入$state"
    say "installed for Wireshark: $plugin and the profiles \"$PROFILE\" and \"$PROFILE_ZH\"" \
        "已为Wireshark安装：${plugin}以及配置文件“${PROFILE}”和“${PROFILE_ZH}”"
    show_that_it_works
}

# What the new plugin says of a sample's first packet.
show_that_it_works() {
    local sample=$checkout/samples/http-loopback.pcapng label
    [[ -r $sample ]] || return 0
    label=$(LC_ALL=C.UTF-8 tshark -C "$PROFILE" -o "tcpstate.language:$(told en zh)" -r "$sample" -c 1 -T fields -e tcpstate.analysis 2>/dev/null)
    [[ $label ]] ||
        die "Wireshark loads $plugin, but it says nothing of $(shown "$sample"): is the protocol disabled? (plugin/annotate --check)" \
            "Wireshark加载了${plugin}，但它对$(shown "$sample")没有任何说明：协议被禁用了？（plugin/annotate --check）"
    say "it works: the first packet of samples/http-loopback.pcapng is \"$label\"" \
        "可以使用：samples/http-loopback.pcapng的第一个分组是“${label}”"
}

# $1 is the build id that this checkout would give it.
warn_if_made_from_others() {
    local id
    id=$(readelf -n "$plugin" 2>/dev/null | sed -n 's/.*Build ID: //p')
    [[ -z $id || $id == "$1" ]] ||
        say 'it was built from other sources than these; an administrator updates it: plugin/annotate --install' \
            '它不是由这份源代码构建的；请管理员更新：plugin/annotate --install'
}

# Whether what is in place, of the stamp $1, differs from $2 by tshark's own file
# only.  Within a series (4.0.11, 4.0.17) plugins stay what they are.
only_tshark_is_new() {
    [[ $1 && $(without_profile "$1" | without_tshark) == "$(without_profile "$2" | without_tshark)" ]] &&
        [[ $(without_profile "$1") != "$(without_profile "$2")" ]]
}

without_tshark() { grep -vE '/tshark [0-9]+ [0-9]+$'; }

loads() { [[ $(tshark -G plugins 2>/dev/null) == *"$plugin"* ]]; }

# What is there may be another Wireshark's: built for another series, or for
# libraries that are gone.  Wireshark's own words say which.
warn_if_for_another_wireshark() {
    [[ -e $plugin ]] && ! loads || return 0
    local said
    said=$(refusal)
    say "not fit for this Wireshark: $plugin ($said)" "不适合这个Wireshark：${plugin}（${said}）"
}

refusal() { tshark -G plugins 2>&1 >/dev/null | grep -F -m 1 tcpstate.so | sed 's/^tshark: //'; }

# Removes a plugin that an earlier installation put elsewhere, for instance for
# the Wireshark version of then; and its program.
remove_former_plugins() {
    local sum path
    while read -r sum path; do
        [[ $path == */tcpstate.so || $path == */tcpstate/tcpstate || $path == */tcpstate/tcpstate-dissect.so ]] || continue
        [[ $path != "$plugin" && $path != "$(program_folder)"/* && -w $path && $(sum_of "$path") == "$sum" ]] || continue
        rm -f -- "$path"
        [[ $path != */tcpstate.so ]] || say "removed the former $path" "已删除原来的$path"
    done <"$manifest"
}

# A plugin that does not load would make each Wireshark complain; better none.
check_that_it_loads() {
    loads && return
    tshark -G plugins 2>&1 >/dev/null | grep -i tcpstate >&2
    if shared; then
        die "Wireshark does not load $plugin; an administrator builds it anew: plugin/annotate --install" \
            "Wireshark不加载${plugin}；请管理员重新构建：plugin/annotate --install"
    fi
    rm -f -- "$plugin"
    die "Wireshark does not load $plugin" "Wireshark不加载$plugin"
}

# Why the installation of yesterday, whose stamp is $1, will not do for the
# sources of today, whose checksums are $2.
explain_rebuild() {
    local tshark_now
    tshark_now=$(stat -L -c '%n %s %Y' -- "$(command -v tshark)")
    if [[ $1 != *"$tshark_now"* ]]; then
        say 'Wireshark was changed since the plugin was built' '插件构建之后Wireshark有过变动'
    elif [[ $(without_profile "$1") != *"$2" ]]; then
        say "the plugin's sources were changed since it was built" '插件构建之后源代码有过变动'
    else
        say 'the installed plugin is gone or was changed' '已安装的插件不见了，或有过变动'
    fi
}
