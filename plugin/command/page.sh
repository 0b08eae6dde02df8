# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# page.sh - --page: the connections as one page for a browser.
#
# Scope: which files are read, and that OUT is the whole new page or what it was
# before.  The page is made by the plugin (plugin/wireshark/view-page.c) in one
# run of tshark for each capture, or by the program; what a capture brings into it is one line, so
# the pages of several become one.

readonly CAPTURE_LINE='<script type="application/json" class="capture">'

# Sets files to the FILEs: the one that was read already, and those that follow.
files=()
read_more_files() {
    files=("$file")
    while [[ $# -gt 0 && $1 != -* && -e $1 ]]; do
        check_file "$1"
        check_out "$save_as" "$1"
        files+=("$1")
        shift
    done
    check_out "$save_as" "$file"
    [[ ${#files[@]} -eq 1 || " ${files[*]} " != *' - '* ]] ||
        usage_error 'standard input stands alone' '标准输入不能与其他文件一起使用'
}

# write_page FILE FILTER OPTION...: the page of one capture becomes $part.  By
# number: a name may hold what -z takes for the end of it.
write_page() {
    local capture=$1 filter=$2 name=${1##*/}
    shift 2
    [[ $capture != - ]] || name=''
    if program_answers "$capture" "${words[@]+"${words[@]}"}"; then
        (run_program page "$capture" -o "$part") || true
    else
        TCPSTATE_PAGE_NAME=$name run_tshark -q -z "tcpstate,page,/dev/fd/9${filter:+,$filter}" "$@" -r "$capture" \
            9>"$part"
    fi
    # Of a capture that was cut short tshark says so, and shows what there is.
    [[ $(tail -n 1 -- "$part") == '</html>' ]] ||
        not_saved "there is no page of $(shown "$capture")" "没有得到$(shown "$capture")的网页"
}

# One page with the captures of all: $1 becomes it.
join_pages() {
    local whole=$1
    shift
    {
        sed "\\@^$CAPTURE_LINE@q" -- "$1" &&
            grep -h -- "^$CAPTURE_LINE" "${@:2}" &&
            sed "1,\\@^$CAPTURE_LINE@d" -- "$1"
    } >"$whole" || not_saved 'cannot put the pages together: is the disk full?' '无法把各网页合在一起：磁盘已满？'
}

make_page() {
    local filter=$1 whole pages=() capture size
    shift
    begin_writing
    for capture in "${files[@]}"; do
        new_part
        pages+=("$part")
        write_page "$capture" "$filter" "$@"
    done
    whole=$part
    if [[ ${#pages[@]} -gt 1 ]]; then
        new_part
        whole=$part
        join_pages "$whole" "${pages[@]}"
    fi
    put_out "$whole"
    size=$(($(stat -c %s -- "$out") / 1000 + 1))
    say "wrote $(shown "$out"), $size kB: open it in any browser" "已写入$(shown "$out")，$size kB：用任何浏览器打开"
}
