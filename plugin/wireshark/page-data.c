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
 * Here are the connections and the whole; page-steps.c has a connection's steps,
 * page-json.c how a value is written.
 */
#include "../text/phrases.h"
#include "host.h"
#include "names.h"
#include "page-steps.h"
#include "preferences.h"
#include "unanswered.h"
#include "wording.h"

/* ---- A connection ---- */

/* "a" or "b" where the roles are unknown. */
static const char *end_name(int end, const struct tcpstate_summary *summary, int a, const char *name)
{
    return summary->client < 0 && (end == 0 || end == 1) ? (end == a ? "a" : "b") : name;
}

static void add_outcome(struct tcpstate_page_writing *writing, const struct tcpstate_summary *summary, int a,
                        const struct tcpstate_incarnation *incarnation)
{
    const struct tcpstate_outcome *outcome = &summary->outcome;
    json_dumper *out = writing->out;

    tcpstate_page_add_string(out, "result", tcpstate_result_name(outcome->result));
    tcpstate_page_add_number(out, "rank", tcpstate_page_rank(outcome));
    tcpstate_page_add_flag(out, "trouble", tcpstate_page_is_trouble(outcome));
    tcpstate_page_add_words(writing, "result_word", tcpstate_result_word(outcome->result, TCPSTATE_ENGLISH),
                            tcpstate_result_word(outcome->result, TCPSTATE_CHINESE));
    tcpstate_page_add_words(writing, "outcome", tcpstate_ended_in(writing->pool, TCPSTATE_ENGLISH, summary),
                            tcpstate_ended_in(writing->pool, TCPSTATE_CHINESE, summary));
    if (outcome->opening != TCPSTATE_OPENING_NONE)
        tcpstate_page_add_words(writing, "opening", tcpstate_opening_word(outcome->opening, TCPSTATE_ENGLISH),
                                tcpstate_opening_word(outcome->opening, TCPSTATE_CHINESE));
    if (outcome->close_kind == TCPSTATE_CLOSE_FOUR_SEGMENTS || outcome->close_kind == TCPSTATE_CLOSE_THREE_SEGMENTS)
        tcpstate_page_add_words(writing, "close", tcpstate_close_kind_word(outcome->close_kind, TCPSTATE_ENGLISH),
                                tcpstate_close_kind_word(outcome->close_kind, TCPSTATE_CHINESE));
    tcpstate_page_add_string(out, "closed_by", end_name(outcome->closed_by, summary, a, tcpstate_closed_by_name(outcome, summary->client)));
    tcpstate_page_add_string(out, "ended_by", end_name(outcome->ended_by, summary, a, tcpstate_ended_by_name(outcome, summary->client)));
    tcpstate_page_add_string(out, "conn_state", outcome->conn_state);
    tcpstate_page_add_words(writing, "conn_state_word", tcpstate_conn_state_meaning(outcome->conn_state, TCPSTATE_ENGLISH),
                            tcpstate_conn_state_meaning(outcome->conn_state, TCPSTATE_CHINESE));
    tcpstate_page_add_words(writing, "missing",
                            tcpstate_missing_and_why(writing->pool, TCPSTATE_ENGLISH, incarnation, outcome, summary->client),
                            tcpstate_missing_and_why(writing->pool, TCPSTATE_CHINESE, incarnation, outcome, summary->client));
}

static void add_between(json_dumper *out, const char *member, const int64_t *moments, enum tcpstate_moment from,
                        enum tcpstate_moment to)
{
    if (moments[from] != TCPSTATE_NO_TIME && moments[to] != TCPSTATE_NO_TIME)
        tcpstate_page_add_time(out, member, moments[to] - moments[from]);
}

static void append_connection(struct tcpstate_page_writing *writing, const struct tcpstate_page_connection *connection)
{
    const struct tcpstate_incarnation *incarnation = connection->ladder.incarnation;
    struct tcpstate_summary summary;
    json_dumper *out = writing->out;

    tcpstate_incarnation_summary(incarnation, &summary);
    const int64_t *moments = summary.moments;
    int a = summary.client >= 0 ? summary.client : connection->first_sender, b = !a;
    json_dumper_begin_object(out);
    tcpstate_page_add_number(out, "number", summary.number);
    if (summary.stream != TCPSTATE_NO_STREAM && summary.stream != summary.number)
        tcpstate_page_add_number(out, "stream", summary.stream);
    tcpstate_page_add_number(out, "frame", summary.first_frame);
    tcpstate_page_add_string(out, "a", tcpstate_endpoint_text(writing->pool, &summary.pair, a));
    tcpstate_page_add_string(out, "b", tcpstate_endpoint_text(writing->pool, &summary.pair, b));
    tcpstate_page_add_string(out, "roles", tcpstate_roles_name(&summary));
    if (summary.application >= 0)
        tcpstate_page_add_string(out, "protocol", tcpstate_protocol_short_name(summary.application));
    add_outcome(writing, &summary, a, incarnation);
    add_between(out, "handshake", moments, TCPSTATE_MOMENT_SYN, TCPSTATE_MOMENT_HANDSHAKE_ACK);
    tcpstate_page_add_time(out, "duration", tcpstate_incarnation_duration(incarnation));
    tcpstate_page_add_pair(out, "packets", connection->packets[a], connection->packets[b]);
    tcpstate_page_add_pair(out, "bytes", connection->bytes[a], connection->bytes[b]);
    tcpstate_page_add_flag(out, "midstream", tcpstate_incarnation_is_midstream(incarnation));
    tcpstate_page_add_count(out, "previous", tcpstate_incarnation_previous(incarnation));
    tcpstate_page_add_steps(writing, connection, a, moments[TCPSTATE_MOMENT_FIRST]);
    tcpstate_page_add_pause(writing, TCPSTATE_PHRASE_LADDER_PAUSE_AT_THE_END, tcpstate_ladder_pause_at_the_end(&summary));
    json_dumper_end_object(out);
}

/* ---- All of them ---- */

/* How many connections there were by result, kept or not. */
static void add_counts(struct tcpstate_page_writing *writing)
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
    json_dumper_set_member_name(writing->out, "counts");
    json_dumper_begin_object(writing->out);
    for (int i = 0; i < TCPSTATE_RESULTS; i++)
        tcpstate_page_add_count(writing->out, tcpstate_result_name((enum tcpstate_result)i), counts[i]);
    json_dumper_end_object(writing->out);
}

static void add_texts(struct tcpstate_page_writing *writing)
{
    json_dumper *out = writing->out;

    json_dumper_set_member_name(out, "texts");
    json_dumper_begin_array(out);
    json_dumper_value_anyf(out, "0");
    for (guint i = 0; i < writing->used->len; i++) {
        tcpstate_page_text text = g_array_index(writing->used, tcpstate_page_text, i);
        char *const *pair = (char *const *)writing->page->texts->pdata[text];
        json_dumper_begin_array(out);
        tcpstate_page_append_string(out, pair[0]);
        tcpstate_page_append_string(out, pair[1]);
        json_dumper_end_array(out);
    }
    json_dumper_end_array(out);
}

static void add_states(json_dumper *out)
{
    json_dumper_set_member_name(out, "states");
    json_dumper_begin_array(out);
    for (int i = 0; i < TCPSTATE_STATES; i++)
        tcpstate_page_append_string(out, tcpstate_state_name((enum tcpstate_state)i));
    json_dumper_end_array(out);
}

void tcpstate_page_append_data(GString *out, struct tcpstate_page *page)
{
    json_dumper dumper = { .output_string = g_string_new(NULL) };
    struct tcpstate_page_writing writing = {
        .out = &dumper,
        .page = page,
        .pool = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST),
        .used = g_array_new(FALSE, FALSE, sizeof(tcpstate_page_text)),
    };

    json_dumper_begin_object(&dumper);
    tcpstate_page_add_string(&dumper, "name", page->name);
    tcpstate_page_add_string(&dumper, "filter", page->filter);
    tcpstate_page_add_string(&dumper, "version", PLUGIN_VERSION);
    tcpstate_page_add_string(&dumper, "language", tcpstate_language() == TCPSTATE_CHINESE ? "zh" : "en");
    add_states(&dumper);
    add_counts(&writing);
    tcpstate_page_add_count(&dumper, "left_out", g_hash_table_size(page->by_incarnation) - page->connections->len);
    json_dumper_set_member_name(&dumper, "connections");
    json_dumper_begin_array(&dumper);
    for (guint i = 0; i < page->connections->len; i++, wmem_free_all(writing.pool))
        append_connection(&writing, (const struct tcpstate_page_connection *)page->connections->pdata[i]);
    json_dumper_end_array(&dumper);
    add_texts(&writing);
    json_dumper_end_object(&dumper);
    json_dumper_finish(&dumper);
    tcpstate_page_append_escaped(out, dumper.output_string->str);
    g_string_free(dumper.output_string, TRUE);
    g_array_free(writing.used, TRUE);
    g_free(writing.numbers);
    wmem_destroy_allocator(writing.pool);
}
