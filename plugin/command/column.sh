# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# column.sh - --into PROFILE: the column Analysis in a profile that the user has.
#
# Scope: the one preference gui.column.format in a file that is not ours.  Each
# other byte of it stays, and a backup lies beside it.  The format of the file
# is epan/prefs.c's: a name and a colon at the start of a line; lines that begin
# with white space go on with the value; # begins a comment; of a name that
# stands twice the last one counts.

# into: what --uninstall has to take out again; three lines for each file: its
#       path, its checksum as we left it, its backup (empty: there was no file).
readonly into=$state/into
readonly COLUMN='"Analysis", "%Cus:tcpstate.analysis:0:R"'

# Prints the preferences in $1 with the column added (how: add) or taken out
# (how: drop).  Status 3: it is there already; 4: there are no columns at all.
edit_columns() {
    LC_ALL=C awk -v how="$2" -v column="$COLUMN" '
        { line[NR] = $0 }
        /^[A-Za-z0-9]/ { inside = /^gui\.column\.format[ \t]*:/; if (inside) { first = NR; last = NR } }
        inside && /^[ \t]+[^ \t\r]/ { last = NR }
        END {
            if (!first)
                exit 4
            for (i = first; i <= last; i++)
                value = value (i > first ? "\n" : "") line[i]
            sub(/^gui\.column\.format[ \t]*:/, "", value)
            has = value ~ /%Cus:[^",]*tcpstate\.analysis/
            if (how == "add" && has)
                exit 3
            if (how == "add") {
                end = ""
                if (sub(/\r$/, "", value))
                    end = "\r"
                empty = value ~ /^[ \t\r\n]*$/
                value = value (empty || value ~ /,[ \t]*$/ ? "" : ",") end "\n\t" column end
                if (empty)
                    exit 4
            } else if (has) {
                space = "[ \t\r\n]*"
                pair = "(\"([^\"\\\\]|\\\\.)*\"|[^\",\n]*)" space "," space "\"?%Cus:tcpstate\\.analysis[:0-9A-Z]*\"?"
                if (!sub("," space pair, "", value) && !sub(pair space "," space, "", value))
                    sub(pair, "", value)
            }
            for (i = 1; i < first; i++)
                print line[i]
            print substr(line[first], 1, index(line[first], ":")) value
            for (i = last + 1; i <= NR; i++)
                print line[i]
        }' <"$1"
}

# awk ends the last line of a file that did not end it.
ends_its_line() { [[ ! -s $1 || $(tail -c 1 -- "$1" | od -An -tx1) == *0a ]]; }

# The columns that Wireshark has where a profile names none.
default_columns() {
    printf 'gui.column.format: \n'
    tshark -G defaultprefs 2>/dev/null |
        awk '/^#?gui\.column\.format/ { inside = 1; next } inside && !/^#?[ \t]+"/ { exit } inside { sub(/^#/, ""); print }' |
        sed '$s/$/,/'
    printf '\t%s\n' "$COLUMN"
}

# Makes $1 what standard input holds, and what $1 was stays or goes at once.
replace() {
    {
        half_written=$(mktemp -- "$(dirname -- "$1")/.tcpstate-XXXXXX") && cat >"$half_written" &&
            if [[ -e $1 ]]; then chmod --reference="$1" -- "$half_written"; else chmod 644 -- "$half_written"; fi &&
            mv -fT -- "$half_written" "$1"
    } 2>/dev/null || die "cannot write $1" "无法写入$1"
    half_written=''
}

# Sets backup to a name beside $1 that nobody has.
backup=''
free_name() {
    local number=''
    while backup=$1.before-tcpstate$number; [[ -e $backup || -L $backup ]]; do number=$((${number:-1} + 1)); done
}

# Sets preferences to the file of the profile $1, behind any links.
preferences=''
find_preferences() {
    local folder=${profile%/profiles/*} known
    if [[ $1 != Default ]]; then
        known=$(find "$folder/profiles" -mindepth 1 -maxdepth 1 ! -name '.*' -printf '%f\n' 2>/dev/null | sort | paste -sd , -)
        [[ $1 != */* && $1 != .* && -d $folder/profiles/$1 ]] ||
            die "you have no profile $(shown "$1"); there are: Default${known:+,$known}" \
                "您没有配置文件$(shown "$1")；现有：Default${known:+,$known}"
        folder=$folder/profiles/$1
    fi
    preferences=$(readlink -f -- "$folder/preferences")
    [[ -n $preferences && $preferences != *$'\n'* ]] ||
        die "cannot use $(shown "$folder/preferences")" "无法使用$(shown "$folder/preferences")"
}

warn_if_wireshark_runs() {
    ! pgrep -u "$EUID" -x wireshark >/dev/null 2>&1 ||
        say 'Wireshark is running: close it before you change its settings there, or it writes the old columns back' \
            'Wireshark正在运行：请先关闭它，再到其中修改设置，否则它会写回原来的列'
}

# with_column FILE: the text of these preferences, with the column.
with_column() {
    local file=$1 new
    new=$(edit_columns "$file" add && echo x)
    case $? in
        0)
            new=${new%x}
            ends_its_line "$file" || new=${new%$'\n'}
            printf '%s' "$new" ;;
        3) return 3 ;;
        4)
            cat -- "$file" 2>/dev/null
            [[ ! -e $file ]] || ends_its_line "$file" || echo
            default_columns ;;
        *) return 1 ;;
    esac
}

install_into() {
    local new status file
    find_places
    find_preferences "$1"
    [[ ! -e $preferences || -r $preferences ]] || die "no permission to read $preferences" "没有权限读取$preferences"
    file=$preferences
    [[ -e $file ]] || file=/dev/null
    new=$(with_column "$file" && echo x)
    status=$?
    if [[ $status -eq 3 ]]; then
        say "the profile $(shown "$1") has the column already" "配置文件$(shown "$1")中早已有这一列"
        return
    fi
    [[ $status -eq 0 && $new == *tcpstate.analysis* ]] ||
        die "cannot read the columns in $preferences" "无法读出${preferences}中的列"
    warn_if_wireshark_runs
    make_folder_or_die "$(dirname -- "$preferences")"
    note_folders
    backup=''
    if [[ -e $preferences ]]; then
        free_name "$preferences"
        cp -p -- "$preferences" "$backup" 2>/dev/null || { rm -f -- "$backup"; die "cannot write $backup" "无法写入$backup"; }
    fi
    { printf '%s\n' "$preferences" "$(printf '%s' "${new%x}" | sha256sum | cut -d' ' -f1)" "$backup" >>"$into"; } \
        2>/dev/null || { [[ -z $backup ]] || rm -f -- "$backup"; die "cannot write to $into" "无法写入$into"; }
    printf '%s' "${new%x}" | replace "$preferences"
    say "added the column Analysis to the profile $(shown "$1")${backup:+; its preferences as they were: $backup}" \
        "已在配置文件$(shown "$1")中加入“Analysis”列${backup:+；原来的首选项：$backup}"
}

# For --uninstall: the file as it was, or, where something else was changed
# since, only without the column.
take_out_columns() {
    local path sum saved new
    [[ -r $into ]] || return 0
    while IFS= read -r path && read -r sum && IFS= read -r saved; do
        if [[ -e $path && $(sum_of "$path") == "$sum" ]]; then
            if [[ -z $saved ]]; then
                rm -f -- "$path"
            elif [[ -e $saved ]]; then
                mv -fT -- "$saved" "$path"
            fi || die "cannot write $path" "无法写入$path"
        elif [[ -e $path ]] && new=$(edit_columns "$path" drop && echo x); then
            new=${new%x}
            ends_its_line "$path" || new=${new%$'\n'}
            printf '%s' "$new" | cmp -s - "$path" || printf '%s' "$new" | replace "$path"
        fi
        [[ -n $saved && -e $saved ]] || continue
        if cmp -s "$saved" "$path"; then
            rm -f -- "$saved"
        else
            say "kept, the preferences before --into: $saved" "保留了--into之前的首选项：$saved"
        fi
    done <"$into"
}
