/* view-connections.c - a row per connection: "-z tcpstate,connections".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *   -z tcpstate,connections[,filter]      aligned, the first thousand
 *   -z tcpstate,connections,all[,filter]  aligned, all
 *   -z tcpstate,connections,tsv[,filter]  for programs, all: the names and values of
 *                                         this are never translated and stay as they are
 *   -z tcpstate,connections,json[,filter] the same, an object in each line
 *
 * A is the client and B the server, unless the roles are unknown: then A sent
 * the first segment, and the column "roles" says so.
 */
#include "view-connections.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agreed.h"
#include "capture.h"
#include "host.h"
#include "icmp.h"
#include "names.h"
#include "preferences.h"
#include "printed.h"
#include "rows.h"
#include "text-width.h"
#include "unanswered.h"
#include "wording.h"

#define MOST_ROWS 1000

/* What a print has been asked for. */
struct request {
    struct tcpstate_surveyed of; /* first: see printed.h */
    bool tsv, json, all;
};

static const struct {
    enum tcpstate_phrase head;
    bool number;
} columns[TCPSTATE_COLUMNS] = {
#define COLUMN(id, number) [TCPSTATE_COLUMN_##id] = { TCPSTATE_PHRASE_COLUMN_##id, number }
    COLUMN(CONNECTION, true), COLUMN(A, false),           COLUMN(B, false),         COLUMN(ROLES, false),
    COLUMN(PROTOCOL, false),  COLUMN(OPENED, false),      COLUMN(HANDSHAKE, true),  COLUMN(REQUEST, true),
    COLUMN(RESPONSE, true),   COLUMN(CLOSED_BY, false), COLUMN(ENDED_BY, false),   COLUMN(CLOSE_KIND, false), COLUMN(OUTCOME, false),
    COLUMN(CONN_STATE, false), COLUMN(DURATION, true),    COLUMN(PACKETS_AB, true), COLUMN(BYTES_AB, true),
    COLUMN(PACKETS_BA, true), COLUMN(BYTES_BA, true),     COLUMN(AGREED, false),    COLUMN(MISSING, false),
#undef COLUMN
};

const char *tcpstate_column_head(enum tcpstate_column column)
{
    return tcpstate_phrase(columns[column].head, tcpstate_language());
}

bool tcpstate_column_is_number(enum tcpstate_column column)
{
    return columns[column].number;
}

/* Nanoseconds as seconds; "" if negative: not known. */
static const char *seconds(wmem_allocator_t *pool, int64_t nanoseconds, int decimals)
{
    return nanoseconds < 0 ? "" : tcpstate_decimal_seconds(pool, nanoseconds, decimals);
}

static const char *protocol_name(const struct tcpstate_summary *summary)
{
    return summary->application < 0
               ? ""
               : tcpstate_protocol_short_name(summary->application);
}

const char *tcpstate_column_text(wmem_allocator_t *pool, enum tcpstate_column column,
                                 const struct tcpstate_tally *tally, const struct tcpstate_known *known)
{
    const struct tcpstate_summary *summary = &known->summary;
    const struct tcpstate_outcome *outcome = &summary->outcome;
    enum tcpstate_language language = tcpstate_language();

    switch (column) {
    case TCPSTATE_COLUMN_CONNECTION: return tcpstate_number_text(pool, summary->number);
    case TCPSTATE_COLUMN_A: return tcpstate_endpoint_text(pool, &summary->pair, known->a);
    case TCPSTATE_COLUMN_B: return tcpstate_endpoint_text(pool, &summary->pair, known->b);
    case TCPSTATE_COLUMN_ROLES: return tcpstate_roles_word(summary);
    case TCPSTATE_COLUMN_PROTOCOL: return protocol_name(summary);
    case TCPSTATE_COLUMN_OPENED: return tcpstate_opening_word(outcome->opening, language);
    case TCPSTATE_COLUMN_HANDSHAKE: return seconds(pool, known->handshake, 6);
    case TCPSTATE_COLUMN_REQUEST: return seconds(pool, known->to_first_request, 6);
    case TCPSTATE_COLUMN_RESPONSE: return seconds(pool, known->to_first_response, 6);
    case TCPSTATE_COLUMN_CLOSED_BY: return tcpstate_closed_by(known);
    case TCPSTATE_COLUMN_ENDED_BY: return tcpstate_ended_by(known);
    case TCPSTATE_COLUMN_CLOSE_KIND:
        return outcome->close_kind == TCPSTATE_CLOSE_NONE ? ""
                                                          : tcpstate_close_kind_word(outcome->close_kind, language);
    case TCPSTATE_COLUMN_OUTCOME: return tcpstate_result_word(outcome->result, language);
    case TCPSTATE_COLUMN_CONN_STATE: return outcome->conn_state;
    case TCPSTATE_COLUMN_DURATION: return seconds(pool, known->duration, 6);
    case TCPSTATE_COLUMN_PACKETS_AB: return tcpstate_number_text(pool, tally->packets[known->a]);
    case TCPSTATE_COLUMN_BYTES_AB: return tcpstate_number_text(pool, tally->bytes[known->a]);
    case TCPSTATE_COLUMN_PACKETS_BA: return tcpstate_number_text(pool, tally->packets[known->b]);
    case TCPSTATE_COLUMN_BYTES_BA: return tcpstate_number_text(pool, tally->bytes[known->b]);
    case TCPSTATE_COLUMN_AGREED:
        return tcpstate_agreed_text(pool, language, tcpstate_incarnation_connection(tally->incarnation), known->a);
    case TCPSTATE_COLUMN_MISSING:
        return tcpstate_missing_and_why(pool, language, tally->incarnation, outcome, summary->client);
    case TCPSTATE_COLUMNS: break;
    }
    return "";
}

/* ---- For programs ---- */

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

    tcpstate_append_value(row, icmp ? tcpstate_icmp_name(icmp->address_length, icmp->type, icmp->code) : "");
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
    tcpstate_append_value(row, seconds(pool, known->handshake, 9));
    tcpstate_append_value(row, seconds(pool, known->to_first_request, 9));
    tcpstate_append_value(row, seconds(pool, known->to_first_response, 9));
    tcpstate_append_value(row, closed_by);
    tcpstate_append_value(row, tcpstate_close_kind_name(outcome->close_kind));
    tcpstate_append_value(row, tcpstate_result_name(outcome->result));
    tcpstate_append_value(row, outcome->conn_state);
    tcpstate_append_value(row, seconds(pool, known->duration, 9));
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

static void print_rows(const struct tcpstate_survey *survey, bool json)
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

/* ---- For people ---- */

struct texts {
    const char *of[TCPSTATE_COLUMNS];
    size_t lengths[TCPSTATE_COLUMNS]; /* in bytes */
    int widths[TCPSTATE_COLUMNS];     /* ... and in columns of the terminal */
};

/* The rows that are shown, each asked for twice: for its width, and to be printed.
 * The first are kept, the others made anew. */
struct rows {
    const struct tcpstate_survey *survey;
    wmem_allocator_t *pool, *fleeting;
    unsigned shown, kept;
    struct texts texts[MOST_ROWS], other;
};

static void add_text(struct texts *texts, enum tcpstate_column column, const char *text)
{
    texts->of[column] = *text || column == TCPSTATE_COLUMN_MISSING ? text : "-";
    texts->lengths[column] = strlen(texts->of[column]);
    texts->widths[column] = tcpstate_columns(texts->of[column]);
}

enum { GAP = 2 };

/* The row's bytes, at most. */
static size_t most_bytes(const struct texts *texts, const int widths[TCPSTATE_COLUMNS])
{
    size_t most = 1;

    for (int column = 0; column < TCPSTATE_COLUMNS; column++)
        most += texts->lengths[column] + (size_t)(widths[column] + GAP);
    return most;
}

static char *put_blanks(char *at, int count)
{
    memset(at, ' ', (size_t)count);
    return at + count;
}

static char *put_text(char *at, const struct texts *texts, enum tcpstate_column column)
{
    memcpy(at, texts->of[column], texts->lengths[column]);
    return at + texts->lengths[column];
}

static void print_row(GString *line, const struct texts *texts, const int widths[TCPSTATE_COLUMNS])
{
    const bool missing = texts->lengths[TCPSTATE_COLUMN_MISSING] > 0; /* the last: nothing stands after it */
    int blanks = 0;

    g_string_set_size(line, most_bytes(texts, widths));
    char *at = line->str;
    for (int column = 0; column < TCPSTATE_COLUMN_MISSING; column++) {
        const int left_over = widths[column] - texts->widths[column];
        at = put_blanks(at, blanks + (columns[column].number ? left_over : 0));
        at = put_text(at, texts, (enum tcpstate_column)column);
        blanks = GAP + (columns[column].number ? 0 : left_over);
    }
    at = put_blanks(at, missing ? blanks : blanks - GAP);
    at = put_text(at, texts, TCPSTATE_COLUMN_MISSING);
    *at++ = '\n';
    fwrite(line->str, 1, (size_t)(at - line->str), stdout);
}

/* Valid until the next row is asked for. */
static const struct texts *row_at(struct rows *rows, unsigned i)
{
    if (i < rows->kept)
        return &rows->texts[i];
    const struct tcpstate_tally *tally = tcpstate_survey_at(rows->survey, i);
    struct texts *texts = i < MOST_ROWS ? &rows->texts[rows->kept++] : &rows->other;
    wmem_allocator_t *pool = i < MOST_ROWS ? rows->pool : rows->fleeting;
    struct tcpstate_known known;

    wmem_free_all(rows->fleeting);
    tcpstate_known_of(tally, &known);
    for (int column = 0; column < TCPSTATE_COLUMNS; column++)
        add_text(texts, (enum tcpstate_column)column,
                 tcpstate_column_text(pool, (enum tcpstate_column)column, tally, &known));
    return texts;
}

static void print_table(struct rows *rows)
{
    struct texts heads;
    int widths[TCPSTATE_COLUMNS];
    GString *line = g_string_new("");

    for (int column = 0; column < TCPSTATE_COLUMNS; column++) {
        add_text(&heads, (enum tcpstate_column)column, tcpstate_column_head((enum tcpstate_column)column));
        widths[column] = heads.widths[column];
    }
    for (unsigned i = 0; i < rows->shown; i++) {
        const struct texts *texts = row_at(rows, i);
        for (int column = 0; column < TCPSTATE_COLUMNS; column++)
            widths[column] = MAX(widths[column], texts->widths[column]);
    }
    print_row(line, &heads, widths);
    for (unsigned i = 0; i < rows->shown; i++)
        print_row(line, row_at(rows, i), widths);
    g_string_free(line, TRUE);
}

static void print_aligned(const struct request *request)
{
    enum tcpstate_language language = tcpstate_language();
    unsigned count = request->of.survey->tallies.count, shown = request->all ? count : MIN(count, MOST_ROWS);
    struct rows *rows = g_new(struct rows, 1);

    rows->survey = request->of.survey;
    rows->pool = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    rows->fleeting = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    rows->shown = shown;
    rows->kept = 0;
    printf("%s\n", tcpstate_phrase(TCPSTATE_PHRASE_CONNECTIONS_TITLE, language));
    tcpstate_capture_print();
    if (request->of.filter) {
        printf(tcpstate_phrase(TCPSTATE_PHRASE_FILTERED_BY, language), request->of.filter);
        putchar('\n');
    }
    print_table(rows);
    printf(tcpstate_phrase(TCPSTATE_PHRASE_CONNECTIONS_COUNT, language), count);
    putchar('\n');
    if (shown < count) {
        printf(tcpstate_phrase(TCPSTATE_PHRASE_CONNECTIONS_LEFT_OUT, language), count - shown,
               tcpstate_option_for_all("-z tcpstate,connections,all"));
        putchar('\n');
    }
    wmem_destroy_allocator(rows->pool);
    wmem_destroy_allocator(rows->fleeting);
    g_free(rows);
}

/* ---- The view ---- */

static void print(void *data)
{
    const struct request *request = (const struct request *)data;

    if (request->tsv || request->json)
        print_rows(request->of.survey, request->json);
    else
        print_aligned(request);
}

static void *begin(const char *given, const char **filter)
{
    struct request *request = g_new0(struct request, 1);

    request->tsv = tcpstate_takes(&given, "tsv");
    request->json = !request->tsv && tcpstate_takes(&given, "json");
    request->all = !request->tsv && !request->json && tcpstate_takes(&given, "all");
    *filter = tcpstate_surveyed_begin(&request->of, given);
    return request;
}

const struct tcpstate_printed tcpstate_printed_connections = {
    "connections", begin, tcpstate_surveyed_take, tcpstate_surveyed_forget, print, tcpstate_surveyed_end, tcpstate_surveyed_select,
};
