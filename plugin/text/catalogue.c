/* catalogue.c - the table behind catalogue.h, and the filling of its templates.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The rows of the steps are in catalogue.def; the words of outcomes, kinds of close
 * and Zeek's codes are here.
 */
#include "catalogue.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct words {
    const char *label, *label_plain, *explanation;
};

struct row {
    struct words in[TCPSTATE_LANGUAGES];
};

static const struct row catalogue[TCPSTATE_STEPS] = {
#define ROW(id, en, en_plain, en_why, zh, zh_plain, zh_why) \
    [TCPSTATE_STEP_##id] = { { { en, en_plain, en_why }, { zh, zh_plain, zh_why } } },
#include "catalogue.def"
#undef ROW
};

enum {
    ROWS = 0
#define ROW(...) +1
#include "catalogue.def"
#undef ROW
};
static_assert(ROWS == TCPSTATE_STEPS - 1, "each step has its words");

static const char *const words[TCPSTATE_WORDS][TCPSTATE_LANGUAGES] = {
    [TCPSTATE_WORD_CLIENT] = { "client", "客户端" },
    [TCPSTATE_WORD_SERVER] = { "server", "服务器" },
    [TCPSTATE_WORD_ONE_END] = { "one end", "一端" },
    [TCPSTATE_WORD_OTHER_END] = { "the other end", "另一端" },
    [TCPSTATE_WORD_INFERRED] = { "inferred", "推断" },
    [TCPSTATE_WORD_WAS] = { ", was ", "，此前为" },
    [TCPSTATE_WORD_FOR] = { " for ", "，停留" },
    [TCPSTATE_WORD_SECONDS] = { " s", "秒" },
    [TCPSTATE_WORD_SENT_BY] = { ", sent by the ", "，发送方：" },
    [TCPSTATE_WORD_PASSED] = { "yes", "是" },
    [TCPSTATE_WORD_FAILED] = { "no", "否" },
    [TCPSTATE_WORD_UNKNOWN] = { "unknown", "未知" },
    [TCPSTATE_WORD_MIDSTREAM] = { "The beginning of this connection was not captured",
                                  "抓包中没有该连接的开头" },
    [TCPSTATE_WORD_BOTH] = { "both", "双方" },
    [TCPSTATE_WORD_WHOLE] = { "The whole connection", "整个连接" },
    [TCPSTATE_WORD_ROLES_INFERRED] = { "client and server inferred", "客户端与服务器为推断" },
};

const char *tcpstate_label(enum tcpstate_step step, enum tcpstate_language language, bool with_protocol)
{
    if ((unsigned)step >= TCPSTATE_STEPS || (unsigned)language >= TCPSTATE_LANGUAGES)
        return "";
    const struct words *row = &catalogue[step].in[language];
    const char *label = !with_protocol && row->label_plain ? row->label_plain : row->label;
    return label ? label : "";
}

const char *tcpstate_explanation(enum tcpstate_step step, enum tcpstate_language language)
{
    if ((unsigned)step >= TCPSTATE_STEPS || (unsigned)language >= TCPSTATE_LANGUAGES)
        return "";
    const char *text = catalogue[step].in[language].explanation;
    return text ? text : "";
}

const char *tcpstate_word(enum tcpstate_word word, enum tcpstate_language language)
{
    return words[word][language];
}

const char *tcpstate_missing(enum tcpstate_result result, enum tcpstate_language language)
{
    static const char *const texts[TCPSTATE_RESULTS][TCPSTATE_LANGUAGES] = {
        [TCPSTATE_RESULT_UNANSWERED] = { "no answer to {n} SYN{s} in {t} s", "{t}秒内{n}个SYN均无应答" },
        [TCPSTATE_RESULT_HALF_OPEN] = { "{sender} has not completed the handshake for {t} s", "{who}已有{t}秒没有完成握手" },
        [TCPSTATE_RESULT_OPEN] = { "neither side has closed; the capture goes on for {t} s after the last segment", "双方都没有发出FIN；最后一个报文段之后，抓包又持续了{t}秒" },
        [TCPSTATE_RESULT_SILENT] = { "{sender} no longer answers keep-alives ({n} in a row), and has been silent for {t} s",
                                     "{who}不再应答保活探测（连续{n}次），已有{t}秒没有发送任何报文段" },
        [TCPSTATE_RESULT_HALF_CLOSED] = { "{sender} has not closed its side for {t} s", "{who}已有{t}秒没有关闭自己的方向" },
        [TCPSTATE_RESULT_LAST_ACK_MISSING] = { "{sender}'s FIN has not been acknowledged for {t} s", "{who}的FIN已有{t}秒没有得到确认" },
        [TCPSTATE_RESULT_STALLED] = { "{sender} has acknowledged nothing for {t} s of data that was sent again ({n} time{s})",
                                      "{who}已有{t}秒没有确认重传的数据（重传{n}次）" },
        [TCPSTATE_RESULT_NO_RESPONSE] = { "{sender} has sent no data for {t} s since the request", "请求之后{who}已有{t}秒没有发送数据" },
        [TCPSTATE_RESULT_ONE_DIRECTION] = { "nothing that {sender} sent was captured", "没有抓到{who}发送的任何报文段" },
        [TCPSTATE_RESULT_UNKNOWN] = { "the capture may lack the last that {sender} sent, and with it the FIN",
                                      "抓包可能缺少{who}最后发送的内容，FIN可能也在其中" },
    };
    if ((unsigned)result >= TCPSTATE_RESULTS || (unsigned)language >= TCPSTATE_LANGUAGES)
        return "";
    return texts[result][language] ? texts[result][language] : "";
}

const char *tcpstate_result_word(enum tcpstate_result result, enum tcpstate_language language)
{
    static const char *const texts[TCPSTATE_RESULTS][TCPSTATE_LANGUAGES] = {
        [TCPSTATE_RESULT_CLOSED] = { "closed", "已关闭" },
        [TCPSTATE_RESULT_RESET] = { "reset", "被重置" },
        [TCPSTATE_RESULT_REFUSED] = { "refused", "被拒绝" },
        [TCPSTATE_RESULT_REJECTED] = { "SYN,ACK rejected", "SYN,ACK被拒绝" },
        [TCPSTATE_RESULT_HANDSHAKE_ABORTED] = { "handshake aborted", "握手被中止" },
        [TCPSTATE_RESULT_UNREACHABLE] = { "unreachable", "不可达" },
        [TCPSTATE_RESULT_UNANSWERED] = { "unanswered", "无应答" },
        [TCPSTATE_RESULT_HALF_OPEN] = { "half-open", "握手未完成" },
        [TCPSTATE_RESULT_OPEN] = { "open", "尚未关闭" },
        [TCPSTATE_RESULT_SILENT] = { "silent", "对端无响应" },
        [TCPSTATE_RESULT_HALF_CLOSED] = { "half-closed", "半关闭" },
        [TCPSTATE_RESULT_LAST_ACK_MISSING] = { "last ACK missing", "缺少最后的ACK" },
        [TCPSTATE_RESULT_STALLED] = { "stalled", "停滞" },
        [TCPSTATE_RESULT_NO_RESPONSE] = { "no response", "无响应" },
        [TCPSTATE_RESULT_ONE_DIRECTION] = { "only one direction captured", "只抓取了一个方向" },
        [TCPSTATE_RESULT_UNKNOWN] = { "unknown", "未知" },
    };
    if ((unsigned)result >= TCPSTATE_RESULTS)
        result = TCPSTATE_RESULT_UNKNOWN;
    return texts[result][language];
}

const char *tcpstate_close_kind_word(enum tcpstate_close_kind kind, enum tcpstate_language language)
{
    static const char *const texts[TCPSTATE_CLOSE_KINDS][TCPSTATE_LANGUAGES] = {
        [TCPSTATE_CLOSE_NONE] = { "none", "无" },
        [TCPSTATE_CLOSE_FOUR_SEGMENTS] = { "four segments", "四次挥手" },
        [TCPSTATE_CLOSE_THREE_SEGMENTS] = { "three segments", "三次挥手" },
        [TCPSTATE_CLOSE_SIMULTANEOUS] = { "simultaneous", "同时关闭" },
        [TCPSTATE_CLOSE_RESET] = { "reset", "重置" },
        [TCPSTATE_CLOSE_FIN_RESET] = { "FIN, then RST", "先FIN后RST" },
    };
    return texts[(unsigned)kind < TCPSTATE_CLOSE_KINDS ? kind : TCPSTATE_CLOSE_NONE][language];
}

const char *tcpstate_opening_word(enum tcpstate_opening opening, enum tcpstate_language language)
{
    static const char *const texts[TCPSTATE_OPENINGS][TCPSTATE_LANGUAGES] = {
        [TCPSTATE_OPENING_NONE] = { "not opened", "未建立" },
        [TCPSTATE_OPENING_HANDSHAKE] = { "handshake", "三次握手" },
        [TCPSTATE_OPENING_SIMULTANEOUS] = { "simultaneous", "同时打开" },
        [TCPSTATE_OPENING_FAST_OPEN] = { "Fast Open", "Fast Open" },
        [TCPSTATE_OPENING_UNSEEN] = { "not captured", "抓包之前" },
    };
    return texts[(unsigned)opening < TCPSTATE_OPENINGS ? opening : TCPSTATE_OPENING_NONE][language];
}

/* Written from what Zeek's documentation of conn.log says of each. */
const char *tcpstate_conn_state_meaning(const char *code, enum tcpstate_language language)
{
    static const struct {
        const char *code, *texts[TCPSTATE_LANGUAGES];
    } meanings[] = {
        { "S0", { "no answer to the client's SYN was seen", "未见对客户端SYN的应答" } },
        { "S1", { "opened, not closed", "已建立，尚未关闭" } },
        { "SF", { "opened and closed normally", "正常建立、正常关闭" } },
        { "REJ", { "the SYN was refused", "SYN被拒绝" } },
        { "S2", { "opened; only the client was seen to close", "已建立，只见到客户端关闭" } },
        { "S3", { "opened; only the server was seen to close", "已建立，只见到服务器关闭" } },
        { "RSTO", { "opened; the client sent a RST", "已建立，客户端发出RST" } },
        { "RSTR", { "opened; the server sent a RST", "已建立，服务器发出RST" } },
        { "RSTOS0", { "the client sent a SYN and then a RST; no SYN,ACK was seen", "客户端先发SYN，再发RST，未见SYN,ACK" } },
        { "RSTRH", { "the server sent a SYN,ACK and then a RST; no SYN was seen", "服务器先发SYN,ACK，再发RST，未见SYN" } },
        { "SH", { "the client sent a SYN and then a FIN; no SYN,ACK was seen", "客户端先发SYN，再发FIN，未见SYN,ACK" } },
        { "SHR", { "the server sent a SYN,ACK and then a FIN; no SYN was seen", "服务器先发SYN,ACK，再发FIN，未见SYN" } },
        { "OTH", { "no SYN was seen, or none of the other codes fits", "未见SYN，或不属于其他任何代码" } },
    };

    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(code, meanings[i].code) == 0)
            return meanings[i].texts[language];
    return "";
}

enum tcpstate_language tcpstate_language_of_locale(const char *locale)
{
    if (locale && strncmp(locale, "zh", 2) == 0
        && (locale[2] == '\0' || locale[2] == '_' || locale[2] == '-' || locale[2] == '.'
            || locale[2] == ':' || locale[2] == '@'))
        return TCPSTATE_CHINESE;
    return TCPSTATE_ENGLISH;
}

/* The sender or the receiver, within a sentence, at its head, and bare. */
static const char *side(bool sender, bool capital, bool bare, const struct tcpstate_places *places)
{
    static const char *const english[][2] = {
        [TCPSTATE_WORD_CLIENT] = { "the client", "The client" },
        [TCPSTATE_WORD_SERVER] = { "the server", "The server" },
        [TCPSTATE_WORD_ONE_END] = { "one end", "One end" },
        [TCPSTATE_WORD_OTHER_END] = { "the other end", "The other end" },
    };
    enum tcpstate_word word = sender ? TCPSTATE_WORD_ONE_END : TCPSTATE_WORD_OTHER_END;

    if (places->sender_is_client < 0 && places->ends[!sender])
        return places->ends[!sender];
    if (places->sender_is_client >= 0)
        word = (places->sender_is_client == 1) == sender ? TCPSTATE_WORD_CLIENT : TCPSTATE_WORD_SERVER;
    if (bare || places->language != TCPSTATE_ENGLISH)
        return tcpstate_word(word, places->language);
    return english[word][capital];
}

/* What a place in braces may be called. */
#define PLACES(X) X(sender) X(Sender) X(who) X(receiver) X(Receiver) X(proto) X(PROTO) X(n) X(s) X(t) X(before) X(after) X(rbefore) X(rafter) X(reason) X(icmp)
#define ENUMERATOR(name) PLACE_##name,
#define NAME(name) #name,
enum place { PLACES(ENUMERATOR) PLACE_NONE };
static const char *const place_names[] = { PLACES(NAME) };
static_assert(sizeof place_names / sizeof place_names[0] == PLACE_NONE, "each place has its name");
#undef NAME
#undef ENUMERATOR
#undef PLACES

static enum place place_of(const char *name, size_t length)
{
    unsigned i = 0;

    while (i < PLACE_NONE && (strncmp(place_names[i], name, length) != 0 || place_names[i][length] != '\0'))
        i++;
    return (enum place)i;
}

static const char *or_nothing(const char *text)
{
    return text ? text : "";
}

/* One place's text, or NULL if `name` is none. */
static const char *text_of_place(const char *name, size_t length, const struct tcpstate_places *places,
                                 char *scratch, size_t scratch_size)
{
    switch (place_of(name, length)) {
    case PLACE_sender:   return side(true, false, false, places);
    case PLACE_Sender:   return side(true, true, false, places);
    case PLACE_who:      return side(true, false, true, places);
    case PLACE_receiver: return side(false, false, false, places);
    case PLACE_Receiver: return side(false, true, false, places);
    case PLACE_proto:    return or_nothing(places->protocol);
    case PLACE_PROTO:    return or_nothing(places->protocol_name);
    case PLACE_s:        return places->repeats == 1 ? "" : "s";
    case PLACE_t:        return or_nothing(places->seconds);
    case PLACE_before:   return tcpstate_state_name(places->before);
    case PLACE_after:    return tcpstate_state_name(places->after);
    case PLACE_rbefore:  return tcpstate_state_name(places->receiver_before);
    case PLACE_rafter:   return tcpstate_state_name(places->receiver_after);
    case PLACE_reason:   return or_nothing(places->reason);
    case PLACE_icmp:     return or_nothing(places->icmp);
    case PLACE_n:
        snprintf(scratch, scratch_size, "%u", places->repeats);
        return scratch;
    case PLACE_NONE:
        break;
    }
    return NULL;
}

/* Append without cutting a UTF-8 character in two; `full` tells that not all
 * of it had room. */
static size_t append(char *buffer, size_t size, size_t at, const char *text, size_t length, bool *full)
{
    if (length > size - 1 - at) {
        *full = true;
        length = size - 1 - at;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(buffer + at, text, length);
    return at + length;
}

size_t tcpstate_fill(char *buffer, size_t size, const char *text, const struct tcpstate_places *places)
{
    size_t at = 0;
    char scratch[64];
    bool full = false;

    if (size == 0)
        return 0;
    while (*text && !full) {
        const char *brace = strchr(text, '{');
        const char *end = brace ? strchr(brace, '}') : NULL;
        if (!end) {
            at = append(buffer, size, at, text, strlen(text), &full);
            break;
        }
        at = append(buffer, size, at, text, (size_t)(brace - text), &full);
        if (full)
            break;
        const char *filled = text_of_place(brace + 1, (size_t)(end - brace - 1), places, scratch, sizeof scratch);
        if (filled) {
            at = append(buffer, size, at, filled, strlen(filled), &full);
            text = end + 1;
        } else {
            at = append(buffer, size, at, brace, 1, &full);
            text = brace + 1;
        }
    }
    buffer[at] = '\0';
    return at;
}
