/* connection-rows.c - a row per connection for programs: tab-separated values, or an
 * object in each line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The names and values of this are never translated and stay as they are.
 * plugin/doc/json.md has all of them.
 */
#include "connection-rows.h"

#include <stdio.h>
#include <string.h>

#include "agreed.h"
#include "capture.h"
#include "host.h"
#include "icmp.h"
#include "names.h"
#include "rows.h"
#include "unanswered.h"
#include "wording.h"

static const char tsv_head[] =
    "stream\troles\taddress_a\tport_a\taddress_b\tport_b\tprotocol\topened\thandshake\tto_first_request\t"
    "to_first_response\tclosed_by\tclose_kind\toutcome\tconn_state\tduration\tpackets_a_to_b\tbytes_a_to_b\t"
    "packets_b_to_a\tbytes_b_to_a\tmissing\tended_by\thistory\tconnection\tcapture\t" TCPSTATE_AGREED_NAMES
    "\tunanswered\tstate_a\tinferred_a\tstate_b\tinferred_b\ticmp\ticmp_from\n";

static void append_number(GString *row, uint64_t value)
{
    g_string_append_c(row, '\t');
    tcpstate_append_number(row, value);
}

/* Why a SYN may have got no answer, and where both ends stood after the last segment. */
static void append_states(GString *row, wmem_allocator_t *pool, const struct tcpstate_tally *tally,
                          const struct tcpstate_known *known)
{
    const struct tcpstate_last_states last = tcpstate_last_states_of(tally->incarnation);
    int64_t after;
    const char *names = tcpstate_unanswered_names(
        pool, tcpstate_unanswered(tally->incarnation, known->summary.outcome.result, &after));

    tcpstate_append_value(row, names ? names : "");
    for (int i = 0; i < 2; i++) {
        tcpstate_append_value(row, tcpstate_state_name(last.state[i ? known->b : known->a]));
        tcpstate_append_value(row, last.inferred[i ? known->b : known->a] ? "true" : "false");
    }
}

/* What an ICMP error said of it, and who. */
static void append_icmp(GString *row, wmem_allocator_t *pool, const struct tcpstate_incarnation *incarnation)
{
    const struct tcpstate_icmp *icmp = tcpstate_icmp_of(incarnation);

    tcpstate_append_value(row, icmp ? tcpstate_icmp_name(icmp) : "");
    tcpstate_append_value(row, icmp ? tcpstate_ip_text(pool, icmp->reporter, icmp->address_length, false) : "");
}

/* "a" or "b" where the roles are unknown. */
static const char *end_name(const struct tcpstate_known *known, int end, const char *name)
{
    return known->summary.client < 0 && (end == 0 || end == 1) ? (end == known->a ? "a" : "b") : name;
}

static void append_row(GString *row, wmem_allocator_t *pool, const struct tcpstate_tally *tally,
                       const struct tcpstate_known *known, const char *capture)
{
    const struct tcpstate_summary *summary = &known->summary;
    const struct tcpstate_outcome *outcome = &summary->outcome;
    const struct tcpstate_pair *pair = &summary->pair;
    const char *closed_by = end_name(known, outcome->closed_by, tcpstate_closed_by_name(outcome, summary->client));
    const char *ended_by = end_name(known, outcome->ended_by, tcpstate_ended_by_name(outcome, summary->client));
    char history[TCPSTATE_ZEEK_LETTERS + 1];

    if (summary->stream != TCPSTATE_NO_STREAM)
        tcpstate_append_number(row, summary->stream);
    tcpstate_append_value(row, tcpstate_roles_name(summary));
    for (int i = 0; i < 2; i++) {
        tcpstate_append_value(row, tcpstate_address_text(pool, pair, i ? known->b : known->a, false));
        append_number(row, pair->port[i ? known->b : known->a]);
    }
    tcpstate_append_value(row, summary->application < 0 ? "" : tcpstate_protocol_filter_name(summary->application));
    tcpstate_append_value(row, tcpstate_opening_name(outcome->opening));
    tcpstate_append_value(row, tcpstate_known_seconds(pool, known->handshake, 9));
    tcpstate_append_value(row, tcpstate_known_seconds(pool, known->to_first_request, 9));
    tcpstate_append_value(row, tcpstate_known_seconds(pool, known->to_first_response, 9));
    tcpstate_append_value(row, closed_by);
    tcpstate_append_value(row, tcpstate_close_kind_name(outcome->close_kind));
    tcpstate_append_value(row, tcpstate_result_name(outcome->result));
    tcpstate_append_value(row, outcome->conn_state);
    tcpstate_append_value(row, tcpstate_known_seconds(pool, known->duration, 9));
    for (int i = 0; i < 2; i++) {
        append_number(row, tally->packets[i ? known->b : known->a]);
        append_number(row, tally->bytes[i ? known->b : known->a]);
    }
    tcpstate_append_value(row, tcpstate_missing_and_why(pool, TCPSTATE_ENGLISH, tally->incarnation, outcome, summary->client));
    tcpstate_append_value(row, ended_by);
    tcpstate_history(tcpstate_incarnation_connection(tally->incarnation), history);
    tcpstate_append_value(row, history);
    append_number(row, summary->number);
    tcpstate_append_value(row, capture);
    tcpstate_agreed_append(row, tcpstate_incarnation_connection(tally->incarnation), known->a);
    append_states(row, pool, tally, known);
    append_icmp(row, pool, tally->incarnation);
}

/* Digits, without a zero before others, and perhaps as many as there are behind a point. */
static bool is_json_number(const char *text)
{
    static const char digits[] = "0123456789";
    const size_t whole = strspn(text, digits);

    if (whole == 0 || (text[0] == '0' && whole > 1))
        return false;
    const size_t decimals = text[whole] == '.' ? strspn(text + whole + 1, digits) : 0;
    return text[whole + (decimals > 0) + decimals] == '\0';
}

/* Cut off at the next tab; *rest becomes what stands behind it, or NULL. */
static char *cut_value(char **rest)
{
    char *value = *rest, *tab = strchr(value, '\t');

    if (tab)
        *tab++ = '\0';
    *rest = tab;
    return value;
}

/* The same names and values as an object in one line, with the name of the file, if there
 * is one, and what other formats have. */
static void print_json_row(wmem_allocator_t *pool, char *values, char *const *names, const struct tcpstate_tally *tally,
                           const struct tcpstate_known *known)
{
    json_dumper row;

    tcpstate_row_begin(&row);
    if (tally->file)
        tcpstate_row_string(&row, "file", tally->file);
    for (unsigned i = 0; names[i] && values; i++) {
        const char *value = cut_value(&values);
        if (is_json_number(value) || strcmp(value, "true") == 0 || strcmp(value, "false") == 0) {
            json_dumper_set_member_name(&row, names[i]);
            json_dumper_value_anyf(&row, "%s", value);
        } else {
            tcpstate_row_string(&row, names[i], value);
        }
    }
    tcpstate_row_connection(&row, pool, tally, known);
    tcpstate_row_end(&row);
}

void tcpstate_connection_rows_print(const struct tcpstate_survey *survey, bool json)
{
    GString *row = g_string_new("");
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST); /* emptied after each row */
    wmem_allocator_t *for_all = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    const char *capture = tcpstate_capture_summary(for_all);
    char *head = g_strndup(tsv_head, sizeof tsv_head - sizeof "\n"), **names = g_strsplit(head, "\t", -1);

    if (!json)
        puts(head);
    for (unsigned i = 0; i < survey->tallies.count; i++) {
        const struct tcpstate_tally *tally = tcpstate_survey_at(survey, i);
        struct tcpstate_known known;

        tcpstate_known_of(tally, &known);
        g_string_truncate(row, 0);
        append_row(row, pool, tally, &known, capture);
        if (json)
            print_json_row(pool, row->str, names, tally, &known);
        else
            puts(row->str);
        wmem_free_all(pool);
    }
    g_strfreev(names);
    g_free(head);
    wmem_destroy_allocator(for_all);
    wmem_destroy_allocator(pool);
    g_string_free(row, TRUE);
}
