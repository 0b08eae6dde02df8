# SPDX-License-Identifier: GPL-2.0-or-later
#
# rows.awk - tshark's rows under a heading, each column as wide as its texts.
#
# Scope: rows of "tshark -T tabs" with the columns that rows.sh asks for, in
# bytes (LC_ALL=C): every awk counts those alike.  Variables: live, a row waits
# for no other; chinese, the heading's language as long as no label tells it.

# How many columns a UTF-8 text takes in a terminal: letters are bytes less those
# that continue one; Chinese letters and full-width signs take two.
function width(text,    rest, columns) {
    rest = text
    columns = length(text) - gsub(/[\200-\277]/, "", rest)
    rest = text
    columns += gsub(/[\343-\355][\200-\277][\200-\277]/, "", rest)
    columns += gsub(/\357\274[\200-\277]|\357\275[\200-\240]/, "", rest)
    return columns + gsub(/\360[\237-\257][\200-\277][\200-\277]/, "", rest)
}

function padded(text, columns, right,    blanks) {
    blanks = sprintf("%" (columns > width(text) ? columns - width(text) : 0) "s", "")
    return right ? blanks text : text blanks
}

function fit(row,    i) {
    for (i = 1; i < INFO; i++)
        if (width(cell[row, i]) > wide[i] && !(i == ANALYSIS && width(cell[row, i]) > MOST))
            wide[i] = width(cell[row, i])
}

function print_row(row,    i, line) {
    for (i = 1; i < INFO; i++)
        line = line padded(cell[row, i], wide[i], i == NUMBER || i == TIME || i == LENGTH) (i == ARROW || i == ARROW - 1 ? " " : "  ")
    line = line cell[row, INFO]
    sub(/ +$/, "", line)
    print line
    if (live)
        fflush()
}

function print_all(    i) {
    split(chinese ? "编号 时间 源地址 . 目的地址 客户端 服务器 分析 协议 长度 信息" \
                  : "No. Time Source . Destination Client Server Analysis Protocol Length Info", heads, " ")
    heads[ARROW] = ""
    for (i = 1; i <= INFO; i++)
        cell[0, i] = heads[i]
    fit(0)
    for (i = 0; i <= rows; i++)
        print_row(i)
    begun = 1
}

BEGIN {
    FS = "\t"
    NUMBER = 1; TIME = 2; ARROW = 4; ANALYSIS = 8; LENGTH = 10; INFO = 11
    MOST = 48       # a label that is wider moves its own row only
    AHEAD = live ? 1 : 200
    if (live) {
        wide[3] = wide[5] = 15
        wide[6] = wide[7] = 13
        wide[ANALYSIS] = 32
    }
}

{
    row = begun ? 1 : ++rows
    for (i = 1; i < INFO; i++) {
        cell[row, i] = $i
        gsub(/^ +| +$/, "", cell[row, i])
    }
    cell[row, INFO] = $INFO
    for (i = INFO + 1; i <= NF; i++)
        cell[row, INFO] = cell[row, INFO] " " $i
    if (cell[row, ANALYSIS] != "" && !told) {
        chinese = cell[row, ANALYSIS] ~ /[\343-\355]/
        told = 1
    }
    fit(row)
    if (begun)
        print_row(row)
    else if (rows == AHEAD)
        print_all()
}

END {
    if (!begun && rows)
        print_all()
}
