# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh - is the FILE a capture?
#
# Scope: what is said of a wrong FILE, before anything is built for it.

# say_why_missing FILE NAME: a file that is not there, or in a folder that is not
# there, or in one that may not be looked into.
say_why_missing() {
    local parent above
    parent=$(dirname -- "$1") above=$parent
    [[ ! -L $1 ]] || die "this link leads nowhere: $2" "这个名称指向的文件不存在：$2"
    while [[ ! -e $above && $above != / && $above != . ]]; do above=$(dirname -- "$above"); done
    [[ ! -d $above || -x $above ]] ||
        die "no permission to look into the folder $(shown "$above"): $2" "没有权限进入文件夹$(shown "$above")：$2"
    [[ -d $parent ]] || die "no such folder: $(shown "$parent")" "没有这个文件夹：$(shown "$parent")"
    die "no such file: $2" "没有这个文件：$2"
}

# check_another FILE...: what else is named is an option or a filter, no second file.
check_another() {
    [[ $# -gt 0 && $1 == *[./]* && $1 != -* && -f $1 ]] || return 0
    usage_error "one capture at a time, and $(shown "$1") is another; mergecap -w ALL.pcapng FILE... makes one of several" \
        "一次只能处理一个抓包文件，而$(shown "$1")是另一个；mergecap -w ALL.pcapng FILE... 可把多个合并为一个"
}

# check_right_to_capture: dumpcap captures for tshark, and Debian lets only some run it.
check_right_to_capture() {
    local dumpcap
    [[ $EUID -ne 0 ]] || return 0
    for dumpcap in "$(command -v dumpcap)" /usr/bin/dumpcap; do     # the shell passes over one that may not be run
        [[ ! -e $dumpcap ]] || break
    done
    [[ -e $dumpcap && ! -x $dumpcap ]] || return 0
    die 'no right to capture; an administrator gives it: dpkg-reconfigure wireshark-common (answer yes), then adduser YOU wireshark, and you log in anew' \
        '没有抓包权限；请管理员执行 dpkg-reconfigure wireshark-common（回答yes），再执行 adduser 您的用户名 wireshark，然后您重新登录'
}

# check_file FILE [NAME]: says what is wrong with a FILE, before anything is
# built for it.
check_file() {
    local name kind
    name=$(shown "${2-$1}")
    [[ -e $1 ]] || say_why_missing "$1" "$name"
    [[ ! -d $1 ]] || die "this is a folder, not a capture: $name" "这是文件夹，不是抓包文件：$name"
    [[ -r $1 ]] || die "no permission to read: $name" "没有权限读取：$name"
    [[ -f $1 ]] || return 0     # a pipe can be read only once, by tshark
    [[ -s $1 ]] || die "the file is empty: $name" "文件是空的：$name"

    # Wireshark also opens pictures and other files as if they were captures.
    # The beginning of a file tells, and large files cost no more than small.
    command -v capinfos >/dev/null || return 0
    kind=$(head -c 65536 -- "$1" | capinfos -T -t -r -m -Q - 2>&1)
    case $kind in
        *,'"mime"'* | *,'"mp4"'* | *,'"json"'* | *,'"rfc7468"'* | *,'"ruby_marshal"'* | \
        'capinfos: The standard input '* | *'post-encapsulation boundary'*)
            die "not a capture of network traffic that Wireshark can read: $name" "不是Wireshark能读的网络抓包文件：$name" ;;
    esac
}
