/* page-data.c - what was gathered for a page, as JSON; see page.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: names and shapes of the data that ../page/data.js reads; what is null,
 * empty or false there is not written.  End 0 is A: the client, or where the
 * roles are unknown the sender of the first segment.  Times are microseconds,
 * states numbers into "states", texts numbers into "texts", where each stands in
 * English and in Chinese.
 *
 * A capture brings names along, and they may be anything: every string goes
 * through append_string(), and none of its letters can end the element of HTML
 * in which the data stand.
 */
#include "page.h"

#include <inttypes.h>
#include <string.h>

#include "../text/phrases.h"
#include "host.h"
#include "names.h"
#include "preferences.h"
#include "text-width.h"
#include "unanswered.h"
#include "wording.h"

#define INFERRED 16u /* added to a state's number */
_Static_assert(TCPSTATE_STATES <= INFERRED, "a state's number has no room for the mark");

/* While the data are written. */
struct writing {
    GString *out;
    struct tcpstate_page *page;
    wmem_allocator_t *pool;
    uint32_t *numbers; /* of a text of the page in the data; 0: not used yet */
    GArray *used;      /* tcpstate_page_text, in the order of their numbers, from 1 */
    uint32_t room;     /* of numbers */
};

/* ---- Values ---- */

static void append_string(GString *out, const char *text)
{
    char *printable = tcpstate_printable(text);

    g_string_append_c(out, '"');
    for (const char *at = printable; *at; at++) {
        if (strchr("\"\\<>&'", *at))
            g_string_append_printf(out, "\\u%04x", (unsigned)*at);
        else
            g_string_append_c(out, *at);
    }
    g_string_append_c(out, '"');
    g_free(printable);
}

/* A comma before all members but the first; then the name. */
static void name(GString *out, const char *text)
{
    char last = out->str[out->len - 1];

    g_string_append_printf(out, "%s\"%s\":", last == '{' ? "" : ",", text);
}

static void add_string(GString *out, const char *member, const char *text)
{
    if (!text || !*text)
        return;
    name(out, member);
    append_string(out, text);
}

static void add_number(GString *out, const char *member, int64_t number)
{
    name(out, member);
    g_string_append_printf(out, "%" PRId64, number);
}

static void add_count(GString *out, const char *member, uint64_t number)
{
    if (number > 0)
        add_number(out, member, (int64_t)number);
}

static void add_time(GString *out, const char *member, int64_t nanoseconds)
{
    if (nanoseconds >= 0)
        add_number(out, member, nanoseconds / 1000);
}

static void add_flag(GString *out, const char *member, bool flag)
{
    if (flag)
        add_number(out, member, 1);
}

static void add_pair(GString *out, const char *member, uint64_t a, uint64_t b)
{
    name(out, member);
    g_string_append_printf(out, "[%" PRIu64 ",%" PRIu64 "]", a, b);
}

static void add_text(struct writing *writing, const char *member, tcpstate_page_text text)
{
    if (text == 0)
        return;
    if (text >= writing->room) {
        uint32_t room = writing->page->texts->len;
        writing->numbers = g_renew(uint32_t, writing->numbers, room);
        memset(writing->numbers + writing->room, 0, (room - writing->room) * sizeof writing->numbers[0]);
        writing->room = room;
    }
    if (writing->numbers[text] == 0) {
        g_array_append_val(writing->used, text);
        writing->numbers[text] = writing->used->len;
    }
    add_number(writing->out, member, writing->numbers[text]);
}

static void add_words(struct writing *writing, const char *member, const char *english, const char *chinese)
{
    add_text(writing, member, tcpstate_page_text_of(writing->page, english, chinese));
}

/* ---- A step ---- */

static void add_checks(GString *out, const struct tcpstate_rung *rung, const struct tcpstate_page_detail *detail)
{
    static const struct {
        uint8_t check;
        const char *name;
        bool of_ack;
    } checks[] = {
        { TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1, "ack_isn", true },
        { TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1, "seq_isn", false },
        { TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1, "ack_fin", true },
    };

    if (detail->checks == 0)
        return;
    name(out, "checks");
    g_string_append_c(out, '[');
    for (size_t i = 0; i < array_length(checks); i++) {
        if (!(detail->checks & checks[i].check))
            continue;
        uint32_t found = checks[i].of_ack ? rung->numbers.ack : rung->numbers.seq;
        g_string_append_printf(out, "%s[\"%s\",%u,%u]", out->str[out->len - 1] == '[' ? "" : ",", checks[i].name, found,
                               detail->failed & checks[i].check ? detail->expected : found);
    }
    g_string_append_c(out, ']');
}

static void add_reset(GString *out, const struct tcpstate_rung *rung, const struct tcpstate_page_detail *detail)
{
    if (!(rung->numbers.flags & TCPSTATE_FLAG_RST) || rung->icmp)
        return;
    add_string(out, "reset", tcpstate_reset_number_name((enum tcpstate_reset_number)detail->reset_number));
    add_flag(out, "ttl_differs", detail->reset_ttl_differs);
    add_time(out, "reset_after", detail->reset_after);
}

static void add_detail(struct writing *writing, const struct tcpstate_rung *rung,
                       const struct tcpstate_page_detail *detail, int a)
{
    GString *out = writing->out;

    add_string(out, "kind", tcpstate_step_name((enum tcpstate_step)detail->step));
    add_string(out, "phase", tcpstate_phase_name(tcpstate_step_phase((enum tcpstate_step)detail->step)));
    add_text(writing, "label", detail->label);
    add_text(writing, "explanation", detail->explanation);
    add_checks(out, rung, detail);
    add_count(out, "payload", detail->payload);
    add_count(out, "answers", detail->answers);
    add_count(out, "repeats", detail->repeats);
    add_time(out, "repeats_after", detail->repeats_after);
    add_time(out, "stayed_a", detail->stayed[a]);
    add_time(out, "stayed_b", detail->stayed[!a]);
    add_reset(out, rung, detail);
}

static unsigned state_number(uint8_t state, bool inferred)
{
    return state + (inferred && state != TCPSTATE_UNKNOWN ? INFERRED : 0);
}

/* A row in which nothing was sent, as the ladder has it; nanoseconds, 0: none. */
static void add_pause(struct writing *writing, enum tcpstate_phrase phrase, int64_t pause)
{
    const char *seconds = tcpstate_seconds_text(writing->pool, pause), *texts[TCPSTATE_LANGUAGES];

    if (pause <= 0)
        return;
    for (int language = 0; language < TCPSTATE_LANGUAGES; language++)
        texts[language] = wmem_strdup_printf(writing->pool, tcpstate_phrase(phrase, (enum tcpstate_language)language), seconds);
    add_words(writing, "pause", texts[TCPSTATE_ENGLISH], texts[TCPSTATE_CHINESE]);
}

static void append_step(struct writing *writing, const struct tcpstate_page_connection *connection,
                        const struct tcpstate_rung *rung, int a, int64_t first)
{
    const struct tcpstate_ladder *ladder = &connection->ladder;
    GString *out = writing->out;
    bool raw = false;
    int b = !a;

    g_string_append_c(out, '{');
    add_number(out, "frame", rung->numbers.frame);
    add_number(out, "time", (rung->time - first) / 1000);
    add_number(out, "from", rung->numbers.from != a);
    add_pause(writing, writing->page->filter ? TCPSTATE_PHRASE_LADDER_PAUSE_FILTERED : TCPSTATE_PHRASE_LADDER_PAUSE, rung->pause);
    name(out, "states");
    g_string_append_printf(out, "[%u,%u,%u,%u]", state_number(rung->before[a], rung->before_inferred[a]),
                           state_number(rung->before[b], rung->before_inferred[b]),
                           state_number(rung->after[a], rung->after_inferred[a]),
                           state_number(rung->after[b], rung->after_inferred[b]));
    add_string(out, "icmp", rung->icmp);
    if (!rung->icmp) {
        add_string(out, "numbers", tcpstate_numbers_text(writing->pool, ladder->incarnation, &rung->numbers, true, &raw));
        add_flag(out, "raw", raw);
        add_number(out, "seq", rung->numbers.seq);
        if (rung->numbers.flags & TCPSTATE_FLAG_ACK)
            add_number(out, "ack", rung->numbers.ack);
    }
    if (rung->run.segments > 0) {
        name(out, "run");
        g_string_append_printf(out, "[%u,%" PRIu64 ",%u,%d]", rung->run.segments, rung->run.bytes, rung->run.last_frame,
                               rung->run.again);
    } else {
        add_detail(writing, rung, &connection->details[rung - ladder->rungs], a);
    }
    g_string_append_c(out, '}');
}

static void add_steps(struct writing *writing, const struct tcpstate_page_connection *connection, int a, int64_t first)
{
    const struct tcpstate_ladder *ladder = &connection->ladder;
    uint64_t most = (uint64_t)ladder->half * 2;

    if (ladder->count > most)
        add_pair(writing->out, "left_out", ladder->half, ladder->count - most);
    name(writing->out, "steps");
    g_string_append_c(writing->out, '[');
    for (uint64_t i = 0; i < ladder->count; i++) {
        if (tcpstate_ladder_left_out(ladder, i))
            i = ladder->count - ladder->half;
        if (i > 0)
            g_string_append_c(writing->out, ',');
        append_step(writing, connection, tcpstate_ladder_rung(ladder, i), a, first);
    }
    g_string_append_c(writing->out, ']');
}

/* ---- A connection ---- */

/* "a" or "b" where the roles are unknown. */
static const char *end_name(int end, const struct tcpstate_summary *summary, int a, const char *name)
{
    return summary->client < 0 && (end == 0 || end == 1) ? (end == a ? "a" : "b") : name;
}

static void add_outcome(struct writing *writing, const struct tcpstate_summary *summary, int a,
                        const struct tcpstate_incarnation *incarnation)
{
    const struct tcpstate_outcome *outcome = &summary->outcome;
    GString *out = writing->out;

    add_string(out, "result", tcpstate_result_name(outcome->result));
    add_number(out, "rank", tcpstate_page_rank(outcome));
    add_flag(out, "trouble", tcpstate_page_is_trouble(outcome));
    add_words(writing, "result_word", tcpstate_result_word(outcome->result, TCPSTATE_ENGLISH),
              tcpstate_result_word(outcome->result, TCPSTATE_CHINESE));
    add_words(writing, "outcome", tcpstate_ended_in(writing->pool, TCPSTATE_ENGLISH, summary),
              tcpstate_ended_in(writing->pool, TCPSTATE_CHINESE, summary));
    if (outcome->opening != TCPSTATE_OPENING_NONE)
        add_words(writing, "opening", tcpstate_opening_word(outcome->opening, TCPSTATE_ENGLISH),
                  tcpstate_opening_word(outcome->opening, TCPSTATE_CHINESE));
    if (outcome->close_kind == TCPSTATE_CLOSE_FOUR_SEGMENTS || outcome->close_kind == TCPSTATE_CLOSE_THREE_SEGMENTS)
        add_words(writing, "close", tcpstate_close_kind_word(outcome->close_kind, TCPSTATE_ENGLISH),
                  tcpstate_close_kind_word(outcome->close_kind, TCPSTATE_CHINESE));
    add_string(out, "closed_by", end_name(outcome->closed_by, summary, a, tcpstate_closed_by_name(outcome, summary->client)));
    add_string(out, "ended_by", end_name(outcome->ended_by, summary, a, tcpstate_ended_by_name(outcome, summary->client)));
    add_string(out, "conn_state", outcome->conn_state);
    add_words(writing, "conn_state_word", tcpstate_conn_state_meaning(outcome->conn_state, TCPSTATE_ENGLISH),
              tcpstate_conn_state_meaning(outcome->conn_state, TCPSTATE_CHINESE));
    add_words(writing, "missing",
              tcpstate_missing_and_why(writing->pool, TCPSTATE_ENGLISH, incarnation, outcome, summary->client),
              tcpstate_missing_and_why(writing->pool, TCPSTATE_CHINESE, incarnation, outcome, summary->client));
}

static void add_between(GString *out, const char *member, const int64_t *moments, enum tcpstate_moment from,
                        enum tcpstate_moment to)
{
    if (moments[from] != TCPSTATE_NO_TIME && moments[to] != TCPSTATE_NO_TIME)
        add_time(out, member, moments[to] - moments[from]);
}

static void append_connection(struct writing *writing, const struct tcpstate_page_connection *connection)
{
    const struct tcpstate_incarnation *incarnation = connection->ladder.incarnation;
    struct tcpstate_summary summary;
    GString *out = writing->out;

    tcpstate_incarnation_summary(incarnation, &summary);
    const int64_t *moments = summary.moments;
    int a = summary.client >= 0 ? summary.client : connection->first_sender, b = !a;
    g_string_append_c(out, '{');
    add_number(out, "number", summary.number);
    if (summary.stream != TCPSTATE_NO_STREAM && summary.stream != summary.number)
        add_number(out, "stream", summary.stream);
    add_number(out, "frame", summary.first_frame);
    add_string(out, "a", tcpstate_endpoint_text(writing->pool, &summary.pair, a));
    add_string(out, "b", tcpstate_endpoint_text(writing->pool, &summary.pair, b));
    add_string(out, "roles", tcpstate_roles_name(&summary));
    if (summary.application >= 0)
        add_string(out, "protocol", tcpstate_protocol_short_name(summary.application));
    add_outcome(writing, &summary, a, incarnation);
    add_between(out, "handshake", moments, TCPSTATE_MOMENT_SYN, TCPSTATE_MOMENT_HANDSHAKE_ACK);
    add_time(out, "duration", tcpstate_incarnation_duration(incarnation));
    add_pair(out, "packets", connection->packets[a], connection->packets[b]);
    add_pair(out, "bytes", connection->bytes[a], connection->bytes[b]);
    add_flag(out, "midstream", tcpstate_incarnation_is_midstream(incarnation));
    add_count(out, "previous", tcpstate_incarnation_previous(incarnation));
    add_steps(writing, connection, a, moments[TCPSTATE_MOMENT_FIRST]);
    add_pause(writing, TCPSTATE_PHRASE_LADDER_PAUSE_AT_THE_END, tcpstate_ladder_pause_at_the_end(&summary));
    g_string_append_c(out, '}');
}

/* ---- All of them ---- */

/* How many connections there were by result, kept or not. */
static void add_counts(struct writing *writing)
{
    unsigned counts[TCPSTATE_RESULTS] = { 0 };
    GHashTableIter iterator;
    gpointer incarnation;

    g_hash_table_iter_init(&iterator, writing->page->by_incarnation);
    while (g_hash_table_iter_next(&iterator, &incarnation, NULL)) {
        struct tcpstate_outcome outcome;
        tcpstate_incarnation_outcome((const struct tcpstate_incarnation *)incarnation, &outcome);
        counts[outcome.result]++;
    }
    name(writing->out, "counts");
    g_string_append_c(writing->out, '{');
    for (int i = 0; i < TCPSTATE_RESULTS; i++)
        add_count(writing->out, tcpstate_result_name((enum tcpstate_result)i), counts[i]);
    g_string_append_c(writing->out, '}');
}

static void add_texts(struct writing *writing)
{
    name(writing->out, "texts");
    g_string_append(writing->out, "[0");
    for (guint i = 0; i < writing->used->len; i++) {
        tcpstate_page_text text = g_array_index(writing->used, tcpstate_page_text, i);
        char *const *pair = (char *const *)writing->page->texts->pdata[text];
        g_string_append(writing->out, ",[");
        append_string(writing->out, pair[0]);
        g_string_append_c(writing->out, ',');
        append_string(writing->out, pair[1]);
        g_string_append_c(writing->out, ']');
    }
    g_string_append_c(writing->out, ']');
}

static void add_states(GString *out)
{
    name(out, "states");
    for (int i = 0; i < TCPSTATE_STATES; i++) {
        g_string_append_c(out, i == 0 ? '[' : ',');
        append_string(out, tcpstate_state_name((enum tcpstate_state)i));
    }
    g_string_append_c(out, ']');
}

void tcpstate_page_append_data(GString *out, struct tcpstate_page *page)
{
    struct writing writing = {
        .out = out,
        .page = page,
        .pool = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST),
        .used = g_array_new(FALSE, FALSE, sizeof(tcpstate_page_text)),
    };

    g_string_append_c(out, '{');
    add_string(out, "name", page->name);
    add_string(out, "filter", page->filter);
    add_string(out, "version", PLUGIN_VERSION);
    add_string(out, "language", tcpstate_language() == TCPSTATE_CHINESE ? "zh" : "en");
    add_states(out);
    add_counts(&writing);
    add_count(out, "left_out", g_hash_table_size(page->by_incarnation) - page->connections->len);
    name(out, "connections");
    g_string_append_c(out, '[');
    for (guint i = 0; i < page->connections->len; i++, wmem_free_all(writing.pool)) {
        if (i > 0)
            g_string_append_c(out, ',');
        append_connection(&writing, (const struct tcpstate_page_connection *)page->connections->pdata[i]);
    }
    g_string_append_c(out, ']');
    add_texts(&writing);
    g_string_append_c(out, '}');
    g_array_free(writing.used, TRUE);
    g_free(writing.numbers);
    wmem_destroy_allocator(writing.pool);
}
