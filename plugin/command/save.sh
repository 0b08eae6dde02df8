# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# save.sh - --save: the same capture, each step with a packet comment.
#
# Scope: which files are read and written, and that OUT is the whole new file or
# what it was before.  The comments are made by the plugin
# (plugin/wireshark/view-comments.c) in one run of tshark, or by the program.

# Temporary files stand beside OUT: there the space is needed anyway, and from
# there the finished file is moved over OUT in one step.
save_parts=() save_jobs=()

end_save() {
    local job part
    for job in "${save_jobs[@]}"; do kill "$job" 2>/dev/null; done
    for part in "${save_parts[@]}"; do rm -f -- "$part"; done
}

# check_out OUT FILE: what is wrong with OUT, before anything is done.  Sets out
# to the file that a link points to.
out=''
check_out() {
    local name
    name=$(shown "$1")
    [[ -n $1 && $1 != - ]] || usage_error "--$task takes the name of the new file" "--${task}后面要有新文件的名称"
    [[ ! -d $1 ]] || die "this is a folder, not a file to write: $name" "这是文件夹，不是可写的文件：$name"
    [[ ! -e $1 || -f $1 ]] || die "this is no plain file: $name" "这不是普通文件：$name"
    [[ ! $1 -ef $2 ]] || die "this is the capture itself; choose another name for the new file: $name" \
        "这就是抓包文件本身；请为新文件另取名称：$name"
    IFS= read -rd '' out < <(readlink -fz -- "$1") && [[ -d ${out%/*}/ ]] ||
        die "there is no folder to write it to: $name" "要写入的文件夹不存在：$name"
    [[ -w ${out%/*}/ ]] || die "no permission to write in its folder: $name" "没有权限写入它所在的文件夹：$name"
}

# Only what tells tshark how to understand the capture: a filter or a count
# would promise less than the whole capture, which is what is saved.
check_save_options() {
    while [[ $# -gt 0 ]]; do
        case $1 in
            -o | -d) [[ $# -gt 1 ]] || usage_error "$1 takes a value" "$1后面要有值"; shift ;;
            -o?* | -d?*) ;;
            *) usage_error "--save takes of tshark's options only -o and -d" '--save只接受tshark的选项-o和-d' ;;
        esac
        shift
    done
}

# Sets part to a new file beside OUT.
part=''
new_part() {
    part=$(umask 077; mktemp -- "${out%/*}/.tcpstate-XXXXXX" 2>/dev/null) ||
        die "cannot write beside $(shown "$out")" "无法在$(shown "$out")旁边写入"
    save_parts+=("$part")
}

# not_saved ENGLISH CHINESE
not_saved() { die "$1; nothing was saved as $(shown "$out")" "$2；没有保存为$(shown "$out")"; }

first_bytes() { head -c 4 -- "$1" | od -An -tx1 | tr -d ' \n'; }

# Sets capture to a file with the packets of FILE ($1) that the plugin can copy
# block by block: pcapng, not compressed.  Whatever else there is, is written
# out once.
capture=''
prepare_capture() {
    local unpack='' name
    name=$(shown "$1")
    capture=$1
    if [[ $1 == - || ! -f $1 ]]; then
        new_part
        if [[ $1 == - ]]; then cat; else cat -- "$1"; fi 2>/dev/null >"$part" ||
            not_saved "cannot copy $name: is the disk full?" "无法复制${name}：磁盘已满？"
        capture=$part
        check_file "$capture" "$([[ $1 == - ]] && told 'standard input' '标准输入' || echo "$name")"
    fi
    case $(first_bytes "$capture") in
        1f8b*) unpack=gzip ;;
        28b52ffd) unpack=zstd ;;
        04224d18) unpack=lz4 ;;
    esac
    if [[ $unpack ]] && command -v "$unpack" >/dev/null; then
        new_part
        "$unpack" -qdc <"$capture" >"$part" || not_saved "cannot unpack $name" "无法解压$name"
        capture=$part
    fi
    [[ $(first_bytes "$capture") != 0a0d0d0a ]] || return 0
    new_part
    editcap -F pcapng -- "$capture" "$part" >/dev/null </dev/null ||
        not_saved "cannot convert $name to pcapng" "无法把${name}转换为pcapng"
    capture=$part
}

# begin_writing: from here on nothing is left behind, whatever ends the command.
begin_writing() {
    at_any_end end_save
    prepare_locale
}

# put_out FILE: OUT becomes it, with the rights that OUT had.
put_out() {
    local mode=('=rw')
    [[ ! -e $out ]] || mode=(--reference="$out")
    { chmod "${mode[@]}" -- "$1" && sync -- "$1" && mv -fT -- "$1" "$out"; } 2>/dev/null ||
        not_saved 'cannot move it into place' '无法放到指定的位置'
}

# Shown where somebody looks, until it is ended.
show_progress() {
    local whole so_far
    whole=$(stat -Lc %s -- "$1")
    while sleep 0.5; do
        so_far=$(stat -c %s -- "$2") || return
        so_far=$((so_far * 100 / (whole + 1)))
        printf '\rannotate: %d %% ' $((so_far < 99 ? so_far : 99)) >&2
    done
}

comment_packets() {
    [[ ! $by_program ]] || run_program save "$capture" -o "$part" </dev/null
    exec 8<"$capture" 9>"$part"     # by number: a name may hold what -z takes for the end of it
    run_tshark -q -n -z tcpstate,comments,/dev/fd/8,/dev/fd/9 "$@" -r "$capture" </dev/null
}

# save FILE OPTION...: OUT, which check_out has seen, becomes the new capture.
save() {
    local file=$1 status summary='' by_program=''
    shift
    begin_writing
    prepare_capture "$file"
    new_part
    if program_answers "$file" "${words[@]+"${words[@]}"}"; then
        by_program=yes
        save_parts+=("$part.part")
    fi
    exec 7< <(comment_packets "$@")
    save_jobs=($!)
    if [[ -t 2 && ! $by_program ]]; then
        show_progress "$capture" "$part" &
        save_jobs+=($!)
    fi
    # A signal is answered at once while bash waits, but not while it reads.
    wait "${save_jobs[0]}"
    status=$?
    if [[ ${#save_jobs[@]} -gt 1 ]]; then
        { kill "${save_jobs[1]}" && wait "${save_jobs[1]}"; } 2>/dev/null
        printf '\r%20s\r' '' >&2
    fi
    save_jobs=()
    # The plugin says something only when the copy is whole.
    IFS= read -ru 7 summary
    [[ $status -eq 0 && $summary ]] ||
        not_saved "tshark could not read and write it all (status $status)" "tshark没能全部读取和写入（状态${status}）"
    put_out "$part"
    say "saved $(shown "$out"): $summary" "已保存$(shown "$out")：$summary"
}
