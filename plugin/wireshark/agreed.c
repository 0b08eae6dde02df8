/* agreed.c - what the handshake agreed, as text; see agreed.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What both offer is named, and what one of them offered in vain; of what nobody
 * offered nothing is said.
 */
#include "agreed.h"

#include <string.h>

#include "../text/phrases.h"
#include "wording.h"

/* A line that grows. */
struct line {
    wmem_allocator_t *pool;
    wmem_strbuf_t *text;
    enum tcpstate_language language;
    const struct tcpstate_connection *connection;
    int first;
};

static const char *phrase(const struct line *line, enum tcpstate_phrase which)
{
    return tcpstate_phrase(which, line->language);
}

static void add(struct line *line, const char *text)
{
    if (wmem_strbuf_get_len(line->text) > 0)
        wmem_strbuf_append(line->text, phrase(line, TCPSTATE_PHRASE_COMMA));
    wmem_strbuf_append(line->text, text);
}

/* A phrase with one "%s", or with two; a row of the connections table has two of them, and printf() needs as long for
 * one as all else of the text. */
static void add_filled(struct line *line, enum tcpstate_phrase which, const char *value, const char *second)
{
    const char *text = phrase(line, which), *place;

    add(line, "");
    for (; (place = strstr(text, "%s")) != NULL; text = place + strlen("%s"), value = second) {
        wmem_strbuf_append_len(line->text, text, (size_t)(place - text));
        wmem_strbuf_append(line->text, value);
    }
    wmem_strbuf_append(line->text, text);
}

static const char *end_text(const struct line *line, int end)
{
    if (line->connection->client < 0)
        return end == line->first ? "A" : "B";
    return phrase(line, end == line->connection->client ? TCPSTATE_PHRASE_THE_CLIENT : TCPSTATE_PHRASE_THE_SERVER);
}

/* "%s offered by %s only" and "%s not known"; nothing where neither offers it. */
static void add_not_agreed(struct line *line, const char *option, const int8_t offered[2])
{
    const int one = offered[1] == TCPSTATE_YES;

    if (tcpstate_by_both(offered) == TCPSTATE_NOT_KNOWN)
        add_filled(line, TCPSTATE_PHRASE_AGREED_NOT_KNOWN, option, NULL);
    else if (offered[one] == TCPSTATE_YES)
        add_filled(line, TCPSTATE_PHRASE_AGREED_ONLY, option, end_text(line, one));
}

static void add_option(struct line *line, const char *option, const int8_t offered[2])
{
    if (tcpstate_by_both(offered) == TCPSTATE_YES)
        add(line, option);
    else
        add_not_agreed(line, option, offered);
}

static const char *mss_text(wmem_allocator_t *pool, int32_t mss)
{
    return mss < 0 ? "?" : mss == 0 ? "-" : tcpstate_number_text(pool, (uint64_t)mss);
}

static void add_mss(struct line *line, const struct tcpstate_agreed *agreed)
{
    add_filled(line, TCPSTATE_PHRASE_AGREED_MSS, mss_text(line->pool, agreed->mss[line->first]),
               mss_text(line->pool, agreed->mss[!line->first]));
}

/* As Wireshark's Info has them: what a window is multiplied by (RFC 7323 section 2.3: 2^14 at most). */
static void add_scale(struct line *line, const struct tcpstate_agreed *agreed)
{
    const char *factors[2];

    if (tcpstate_by_both(agreed->window_scale) != TCPSTATE_YES) {
        add_not_agreed(line, phrase(line, TCPSTATE_PHRASE_AGREED_WINDOW_SCALE), agreed->window_scale);
        return;
    }
    for (int i = 0; i < 2; i++)
        factors[i] = agreed->shift[i] < 0 ? "?" : tcpstate_number_text(line->pool, UINT64_C(1) << MIN(agreed->shift[i], 14));
    add_filled(line, TCPSTATE_PHRASE_AGREED_SCALE, factors[line->first], factors[!line->first]);
}

/* Each permits the other to send it. */
static void add_sack(struct line *line, const int8_t permits[2])
{
    for (int i = 0; i < 2; i++)
        if (permits[i] == TCPSTATE_YES && permits[!i] == TCPSTATE_NO) {
            add_filled(line, TCPSTATE_PHRASE_AGREED_SACK_ONE, end_text(line, !i), NULL);
            return;
        }
    add_option(line, "SACK", permits);
}

static void add_ecn(struct line *line, const struct tcpstate_agreed *agreed)
{
    const struct tcpstate_account_end *ends = line->connection->account.ends;
    int8_t asked[2];

    if (agreed->ecn == TCPSTATE_ECN_CLASSIC || agreed->ecn == TCPSTATE_ECN_ACCURATE) {
        add(line, agreed->ecn == TCPSTATE_ECN_CLASSIC ? "ECN" : "AccECN");
        return;
    }
    for (int i = 0; i < 2; i++) {
        bool asks = (ends[i].ecn & (TCPSTATE_ECN_ECE | TCPSTATE_ECN_CWR)) == (TCPSTATE_ECN_ECE | TCPSTATE_ECN_CWR);
        asked[i] = asks ? TCPSTATE_YES : TCPSTATE_NO;
    }
    if (agreed->ecn == TCPSTATE_ECN_NOT_KNOWN)
        asked[0] = asked[1] = TCPSTATE_NOT_KNOWN;
    add_not_agreed(line, "ECN", asked);
}

static void add_multipath(struct line *line, const struct tcpstate_agreed *agreed)
{
    /* Where nobody could see options cut off, MPTCP is too rare to be told as not known. */
    for (int i = 0; i < 2; i++) {
        const int8_t *offered = i == 0 ? agreed->mp_capable : agreed->mp_join;
        if (offered[0] == TCPSTATE_YES || offered[1] == TCPSTATE_YES)
            add_option(line, phrase(line, i == 0 ? TCPSTATE_PHRASE_AGREED_MPTCP : TCPSTATE_PHRASE_AGREED_MPTCP_JOIN), offered);
    }
}

static void add_fast_open(struct line *line, enum tcpstate_fast_open fast_open)
{
    switch (fast_open) {
    case TCPSTATE_FAST_OPEN_ASKED: add(line, phrase(line, TCPSTATE_PHRASE_FAST_OPEN_ASKED)); break;
    case TCPSTATE_FAST_OPEN_GRANTED: add(line, phrase(line, TCPSTATE_PHRASE_FAST_OPEN_GRANTED)); break;
    case TCPSTATE_FAST_OPEN_ACCEPTED: add(line, phrase(line, TCPSTATE_PHRASE_FAST_OPEN_ACCEPTED)); break;
    case TCPSTATE_FAST_OPEN_IGNORED: add(line, phrase(line, TCPSTATE_PHRASE_FAST_OPEN_IGNORED)); break;
    case TCPSTATE_FAST_OPEN_NOT_KNOWN:
    case TCPSTATE_FAST_OPEN_NONE: break;
    }
}

const char *tcpstate_agreed_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                 const struct tcpstate_connection *connection, int first)
{
    struct line line = { .pool = pool, .language = language, .connection = connection, .first = first };
    struct tcpstate_agreed agreed;

    tcpstate_agreed(connection, &agreed);
    if (!agreed.answered)
        return "";
    line.text = wmem_strbuf_new(pool, "");
    add_mss(&line, &agreed);
    add_scale(&line, &agreed);
    add_option(&line, phrase(&line, TCPSTATE_PHRASE_AGREED_TIMESTAMPS), agreed.timestamps);
    add_sack(&line, agreed.sack);
    add_ecn(&line, &agreed);
    add_multipath(&line, &agreed);
    if (tcpstate_by_both(agreed.signature) == TCPSTATE_YES)
        add(&line, phrase(&line, TCPSTATE_PHRASE_AGREED_SIGNED));
    add_fast_open(&line, agreed.fast_open);
    return wmem_strbuf_get_str(line.text);
}

/* ---- For programs ---- */

const char *tcpstate_ecn_name(enum tcpstate_ecn ecn)
{
    static const char *const names[] = {
        [TCPSTATE_ECN_NOT_KNOWN] = NULL,    [TCPSTATE_ECN_NONE] = "none",
        [TCPSTATE_ECN_CLASSIC] = "ecn", [TCPSTATE_ECN_ACCURATE] = "accecn",
    };
    return names[ecn];
}

const char *tcpstate_mptcp_name(const struct tcpstate_agreed *agreed)
{
    enum tcpstate_answer capable = tcpstate_by_both(agreed->mp_capable), join = tcpstate_by_both(agreed->mp_join);

    if (capable == TCPSTATE_YES || join == TCPSTATE_YES)
        return capable == TCPSTATE_YES ? "mp_capable" : "mp_join";
    return capable == TCPSTATE_NO && join == TCPSTATE_NO ? "none" : NULL;
}

const char *tcpstate_fast_open_name(enum tcpstate_fast_open fast_open)
{
    static const char *const names[] = {
        [TCPSTATE_FAST_OPEN_NOT_KNOWN] = NULL,     [TCPSTATE_FAST_OPEN_NONE] = "none",
        [TCPSTATE_FAST_OPEN_ASKED] = "asked",      [TCPSTATE_FAST_OPEN_GRANTED] = "granted",
        [TCPSTATE_FAST_OPEN_ACCEPTED] = "accepted", [TCPSTATE_FAST_OPEN_IGNORED] = "ignored",
    };
    return names[fast_open];
}

static void append_number(GString *row, int32_t number, bool known)
{
    g_string_append_c(row, '\t');
    if (known)
        tcpstate_append_number(row, (uint64_t)number);
}

static void append_answer(GString *row, enum tcpstate_answer answer)
{
    tcpstate_append_value(row, answer == TCPSTATE_NOT_KNOWN ? "" : answer == TCPSTATE_YES ? "true" : "false");
}

void tcpstate_agreed_append(GString *row, const struct tcpstate_connection *connection, int first)
{
    struct tcpstate_agreed agreed;

    tcpstate_agreed(connection, &agreed);
    for (int i = 0; i < 2; i++)
        append_number(row, agreed.mss[first ^ i], agreed.mss[first ^ i] > 0);
    if (!agreed.answered) {
        g_string_append(row, "\t\t\t\t\t\t\t\t\t");
        return;
    }
    enum tcpstate_answer scaled = tcpstate_by_both(agreed.window_scale);
    append_answer(row, scaled);
    for (int i = 0; i < 2; i++)
        append_number(row, agreed.shift[first ^ i], scaled == TCPSTATE_YES && agreed.shift[first ^ i] >= 0);
    append_answer(row, tcpstate_by_both(agreed.timestamps));
    append_answer(row, (enum tcpstate_answer)agreed.sack[!first]);
    append_answer(row, (enum tcpstate_answer)agreed.sack[first]);
    const char *const names[] = { tcpstate_ecn_name(agreed.ecn), tcpstate_mptcp_name(&agreed),
                                  tcpstate_fast_open_name(agreed.fast_open) };
    for (size_t i = 0; i < array_length(names); i++)
        tcpstate_append_value(row, names[i] ? names[i] : "");
}
