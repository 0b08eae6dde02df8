/* view-report.c - "-z tcpstate,report": what a reviewer wants first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How the connections ended, then the worst: what failed, by server, the
 * slowest handshakes and responses; then what is healthy; with each line the
 * display filter that shows it.  One
 * walk over the connections, one over the groups, and a bounded output.
 */
#include "survey.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../text/phrases.h"
#include "capture.h"
#include "preferences.h"
#include "unanswered.h"
#include "wording.h"
#include "text-width.h"

#define MOST_LINES 10 /* per section */

/* What is worth a section, the worst first. */
static const enum tcpstate_result sections[] = {
    TCPSTATE_RESULT_UNANSWERED, TCPSTATE_RESULT_UNREACHABLE,       TCPSTATE_RESULT_REFUSED,
    TCPSTATE_RESULT_REJECTED,   TCPSTATE_RESULT_HANDSHAKE_ABORTED, TCPSTATE_RESULT_HALF_OPEN,
    TCPSTATE_RESULT_RESET,      TCPSTATE_RESULT_STALLED,           TCPSTATE_RESULT_NO_RESPONSE,
    TCPSTATE_RESULT_SILENT,     TCPSTATE_RESULT_HALF_CLOSED,       TCPSTATE_RESULT_LAST_ACK_MISSING,
};

/* Connections that failed alike, at one server.  All bytes count as the key. */
struct key {
    uint8_t address[16];
    uint16_t port;
    uint8_t length; /* of the address; 0: roles unknown */
    uint8_t result; /* enum tcpstate_result */
    uint8_t kind;   /* enum tcpstate_close_kind */
    uint8_t ended;  /* .by ended it; else it closed first */
    int8_t by;      /* 0 client, 1 server, as in struct tcpstate_outcome otherwise */
};

struct group {
    struct key key;
    unsigned count;
    unsigned first; /* index of a connection of it */
    bool mixed;     /* its filter shows others, too */
};

/* The greatest so far, the greatest first. */
struct best {
    unsigned count;
    struct {
        int64_t value;
        unsigned index; /* of the connection; the earlier one of two equal ones comes first */
        const struct group *group;
    } lines[MOST_LINES];
};

struct report {
    struct tcpstate_survey *survey;
    char *filter; /* or NULL */
};

static const char *phrase(enum tcpstate_phrase which)
{
    return tcpstate_phrase(which, tcpstate_language());
}

static unsigned hash_key(gconstpointer key)
{
    return wmem_strong_hash((const uint8_t *)key, sizeof(struct key));
}

static gboolean equal_keys(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct key)) == 0;
}

static void enter(struct best *best, int64_t value, unsigned index, const struct group *group)
{
    unsigned at = best->count;

    while (at > 0 && (best->lines[at - 1].value < value
                      || (best->lines[at - 1].value == value && best->lines[at - 1].index > index)))
        at--;
    if (at == MOST_LINES)
        return;
    if (best->count < MOST_LINES)
        best->count++;
    memmove(&best->lines[at + 1], &best->lines[at], (best->count - 1 - at) * sizeof best->lines[0]);
    best->lines[at].value = value;
    best->lines[at].index = index;
    best->lines[at].group = group;
}

static bool has_section(enum tcpstate_result result)
{
    for (size_t i = 0; i < array_length(sections); i++)
        if (sections[i] == result)
            return true;
    return false;
}

static bool has_slow_handshake(const struct tcpstate_known *known)
{
    return known->handshake >= tcpstate_slow_handshake();
}

static bool has_slow_response(const struct tcpstate_known *known)
{
    return known->slowest_response >= tcpstate_slow_response();
}

bool tcpstate_report_lists(const struct tcpstate_known *known)
{
    return has_section(known->summary.outcome.result) || has_slow_handshake(known) || has_slow_response(known);
}

/* A last ACK that may only have come after the capture's end. */
static bool is_early(const struct tcpstate_outcome *outcome)
{
    return outcome->result == TCPSTATE_RESULT_LAST_ACK_MISSING
           && tcpstate_capture_lasts(outcome->since) < INT64_C(1000000000);
}

static struct group *find_group(GHashTable *groups, const struct key *key, unsigned index)
{
    struct group *group = (struct group *)g_hash_table_lookup(groups, key);

    if (!group) {
        group = g_new(struct group, 1);
        *group = (struct group){ .first = index };
        memcpy(&group->key, key, sizeof *key);
        g_hash_table_add(groups, group); /* its key is its beginning */
    }
    return group;
}

static void begin_key(struct key *key, const struct tcpstate_known *known)
{
    const struct tcpstate_pair *pair = &known->summary.pair;

    memset(key, 0, sizeof *key); /* padding too */
    key->result = (uint8_t)known->summary.outcome.result;
    if (known->summary.client >= 0) {
        memcpy(key->address, pair->address[known->b], sizeof key->address);
        key->port = pair->port[known->b];
        key->length = pair->address_length;
    }
}

static void join_group(GHashTable *groups, const struct tcpstate_known *known, unsigned index)
{
    const struct tcpstate_summary *summary = &known->summary;
    bool ended = summary->outcome.ended_by >= 0;
    int by = ended ? summary->outcome.ended_by : summary->outcome.closed_by;
    struct key key;

    begin_key(&key, known);
    key.kind = (uint8_t)summary->outcome.close_kind;
    key.ended = ended;
    key.by = (int8_t)(by == 0 || by == 1 ? summary->client < 0 ? 3 : by != summary->client : by);
    find_group(groups, &key, index)->count++;
}

/* Closed as it should be, or open with nobody waiting: by server.  One that was slow
 * counts nowhere here. */
static void join_healthy(GHashTable *healthy, const struct tcpstate_known *known, unsigned index, bool slow)
{
    struct key key;

    if (known->summary.outcome.result != TCPSTATE_RESULT_CLOSED && known->summary.outcome.result != TCPSTATE_RESULT_OPEN)
        return;
    begin_key(&key, known);
    key.by = -1;
    struct group *group = find_group(healthy, &key, index);
    if (slow) {
        group->mixed = true;
    } else {
        if (group->count == 0)
            group->first = index;
        group->count++;
    }
}

/* ---- Words and filters ---- */

/* A display filter for all segments of a group of several. */
static const char *filter_of(wmem_allocator_t *pool, const struct group *group, const struct tcpstate_known *first)
{
    static const char *const sides[] = { "client", "server" };
    const struct key *key = &group->key;
    const struct tcpstate_summary *summary = &first->summary;
    const char *filter = wmem_strdup_printf(pool, "tcpstate.outcome == \"%s\"",
                                            tcpstate_result_name((enum tcpstate_result)key->result));

    if (group->mixed && group->count > 1)
        return "";
    if (group->count == 1)
        return wmem_strdup_printf(pool, "tcpstate.connection == %u", summary->number);
    if (key->by == 0 || key->by == 1)
        filter = wmem_strdup_printf(pool, "%s && tcpstate.%s == \"%s\"", filter, key->ended ? "ended_by" : "closed_by",
                                    sides[key->by]);
    if (key->kind == TCPSTATE_CLOSE_FIN_RESET)
        filter = wmem_strdup_printf(pool, "%s && tcpstate.close_kind == \"fin-then-reset\"", filter);
    if (key->length == 0)
        return wmem_strdup_printf(pool, "%s && tcpstate.roles == \"unknown\"", filter);
    const char *ip = key->length == 4 ? "ip" : "ipv6";
    const char *server = tcpstate_address_text(pool, &summary->pair, first->b, false);
    return wmem_strdup_printf(pool, "%s && ((%s.dst == %s && tcp.dstport == %u) || (%s.src == %s && tcp.srcport == %u))",
                              filter, ip, server, key->port, ip, server, key->port);
}

static const char *ends_text(wmem_allocator_t *pool, const struct tcpstate_known *known)
{
    return wmem_strdup_printf(pool, known->summary.client < 0 ? "%s ↔ %s" : "%s → %s",
                              tcpstate_endpoint_text(pool, &known->summary.pair, known->a),
                              tcpstate_endpoint_text(pool, &known->summary.pair, known->b));
}

/* Of one connection, what is missing, or what came before its reset. */
static const char *why_text(wmem_allocator_t *pool, const struct tcpstate_life *life, const struct tcpstate_known *known)
{
    const struct tcpstate_account *account = &tcpstate_life_connection(life)->account;

    if (known->summary.outcome.result != TCPSTATE_RESULT_RESET)
        return tcpstate_missing_and_why(pool, tcpstate_language(), life, &known->summary.outcome, known->summary.client);
    if (account->disowned != 0 && account->disowned == account->reset_frame)
        return phrase(TCPSTATE_PHRASE_CAUSE_DISOWNED);
    for (unsigned cause = 1; cause <= TCPSTATE_CAUSE_PAYLOAD; cause <<= 1)
        if (account->causes & cause)
            return tcpstate_cause_text(pool, account, cause);
    return "";
}

static const char *group_text(wmem_allocator_t *pool, const struct group *group, const struct tcpstate_life *life,
                              const struct tcpstate_known *first)
{
    static const enum tcpstate_phrase sides[] = {
        TCPSTATE_PHRASE_TREE_BY_CLIENT, TCPSTATE_PHRASE_TREE_BY_SERVER, TCPSTATE_PHRASE_TREE_BY_BOTH,
        TCPSTATE_PHRASE_TREE_BY_UNKNOWN,
    };
    const char *text = group->count == 1 ? ends_text(pool, first)
                       : group->key.length == 0 ? phrase(TCPSTATE_PHRASE_ROLES_UNKNOWN)
                                                : tcpstate_endpoint_text(pool, &first->summary.pair, first->b);

    const char *comma = phrase(TCPSTATE_PHRASE_COMMA);
    if (group->key.result == TCPSTATE_RESULT_REFUSED)
        return wmem_strdup_printf(pool, "%s%s%s", text, comma, phrase(TCPSTATE_PHRASE_REPORT_REFUSED));
    if (!has_section((enum tcpstate_result)group->key.result))
        return wmem_strdup_printf(pool, "%s%s%s", text, comma,
                                  tcpstate_result_word((enum tcpstate_result)group->key.result, tcpstate_language()));
    if (group->key.by >= 0)
        text = wmem_strdup_printf(pool, "%s%s%s", text, comma, phrase(sides[group->key.by]));
    const char *why = group->count == 1 ? why_text(pool, life, first) : "";
    return *why ? wmem_strdup_printf(pool, "%s%s%s", text, comma, why) : text;
}

/* ---- Printing ---- */

/* A section's lines: how many or how long, what, its filter. */
static void print_lines(const struct tcpstate_survey *survey, const struct best *best, bool times)
{
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    const char *texts[MOST_LINES], *filters[MOST_LINES], *numbers[MOST_LINES];
    int width = 0;

    for (unsigned i = 0; i < best->count; i++) {
        const struct group *group = best->lines[i].group;
        int64_t value = best->lines[i].value;
        struct tcpstate_known known;

        tcpstate_known_of(tcpstate_survey_at(survey, best->lines[i].index), &known);
        texts[i] = times ? ends_text(pool, &known) : group_text(pool, group, tcpstate_survey_at(survey, best->lines[i].index)->life, &known);
        filters[i] = times ? wmem_strdup_printf(pool, "tcpstate.connection == %u", known.summary.number)
                           : filter_of(pool, group, &known);
        numbers[i] = times ? wmem_strdup_printf(pool, "%" PRId64 ".%06" PRId64 " s", value / 1000000000,
                                                value % 1000000000 / 1000)
                           : wmem_strdup_printf(pool, "%" PRId64, value);
        width = MAX(width, tcpstate_columns(texts[i]));
    }
    for (unsigned i = 0; i < best->count; i++) {
        fputs("  ", stdout);
        tcpstate_print_padded(numbers[i], times ? 12 : 8, true);
        fputs("  ", stdout);
        tcpstate_print_padded(texts[i], *filters[i] ? width : 0, false);
        printf("%s%s\n", *filters[i] ? "  " : "", filters[i]);
    }
    wmem_destroy_allocator(pool);
}

static void print_more(unsigned shown, unsigned all)
{
    if (shown == all)
        return;
    printf("            ");
    printf(phrase(TCPSTATE_PHRASE_REPORT_MORE), all - shown);
    putchar('\n');
}

static void print_outcomes(const unsigned counts[TCPSTATE_RESULTS], unsigned all)
{
    bool printed[TCPSTATE_RESULTS] = { false };
    int width = 0;

    for (int i = 0; i < TCPSTATE_RESULTS; i++)
        if (counts[i] > 0)
            width = MAX(width, tcpstate_columns(tcpstate_result_word((enum tcpstate_result)i, tcpstate_language())));
    printf("\n%s\n", phrase(TCPSTATE_PHRASE_REPORT_OUTCOMES));
    for (;;) {
        int most = -1;

        for (int i = 0; i < TCPSTATE_RESULTS; i++)
            if (!printed[i] && counts[i] > 0 && (most < 0 || counts[i] > counts[most]))
                most = i;
        if (most < 0)
            break;
        printed[most] = true;
        printf("  %8u  %5.1f%%  ", counts[most], counts[most] * 100.0 / all);
        tcpstate_print_padded(tcpstate_result_word((enum tcpstate_result)most, tcpstate_language()), width, false);
        printf("  tcpstate.outcome == \"%s\"\n", tcpstate_result_name((enum tcpstate_result)most));
    }
}

/* The largest of so many groups, which have so many connections. */
static void print_groups(const struct tcpstate_survey *survey, const char *heading, const struct best *best,
                         unsigned groups, unsigned connections)
{
    if (connections == 0)
        return;
    printf("\n%s%s%u\n", heading, phrase(TCPSTATE_PHRASE_COLON), connections);
    print_lines(survey, best, false);
    print_more(best->count, groups);
}

/* A RST after a FIN is a close of its own kind, and has a section of its own. */
static bool belongs(const struct key *key, enum tcpstate_result result, bool after_fin)
{
    return key->result == result && (key->kind == TCPSTATE_CLOSE_FIN_RESET) == after_fin;
}

static void print_section(const struct tcpstate_survey *survey, GHashTable *groups, enum tcpstate_result result,
                          bool after_fin)
{
    struct best best = { 0 };
    unsigned lines = 0, connections = 0;
    GHashTableIter iterator;
    gpointer key;

    g_hash_table_iter_init(&iterator, groups);
    while (g_hash_table_iter_next(&iterator, &key, NULL)) {
        const struct group *group = (const struct group *)key;
        if (!belongs(&group->key, result, after_fin))
            continue;
        lines++;
        connections += group->count;
        enter(&best, group->count, group->first, group);
    }
    print_groups(survey, after_fin ? tcpstate_close_kind_word(TCPSTATE_CLOSE_FIN_RESET, tcpstate_language())
                                   : tcpstate_result_word(result, tcpstate_language()), &best, lines, connections);
}

static void print_healthy(const struct tcpstate_survey *survey, GHashTable *healthy)
{
    struct best best = { 0 };
    unsigned lines = 0, connections = 0;
    GHashTableIter iterator;
    gpointer key;

    g_hash_table_iter_init(&iterator, healthy);
    while (g_hash_table_iter_next(&iterator, &key, NULL)) {
        const struct group *group = (const struct group *)key;
        if (group->count == 0)
            continue;
        lines++;
        connections += group->count;
        enter(&best, group->count, group->first, group);
    }
    print_groups(survey, phrase(TCPSTATE_PHRASE_REPORT_HEALTHY), &best, lines, connections);
}

/* Whether somebody has waited for long. */
static bool is_waited_on(const struct tcpstate_life *life)
{
    struct tcpstate_wait wait;

    return tcpstate_life_waits(life, &wait) >= tcpstate_stalled_after() && wait.kind != TCPSTATE_WAIT_NONE;
}

static void print_heading(const struct report *report)
{
    uint64_t packets = 0, bytes = 0;
    char numbers[3][24];

    for (unsigned i = 0; i < report->survey->tallies->len; i++) {
        const struct tcpstate_tally *tally = tcpstate_survey_at(report->survey, i);
        packets += (uint64_t)tally->packets[0] + tally->packets[1];
        bytes += tally->bytes[0] + tally->bytes[1];
    }
    snprintf(numbers[0], sizeof numbers[0], "%u", report->survey->tallies->len);
    snprintf(numbers[1], sizeof numbers[1], "%" PRIu64, packets);
    snprintf(numbers[2], sizeof numbers[2], "%" PRIu64, bytes);
    printf("%s\n", phrase(TCPSTATE_PHRASE_REPORT_TITLE));
    tcpstate_capture_print();
    if (report->filter) {
        printf(phrase(TCPSTATE_PHRASE_FILTERED_BY), report->filter);
        putchar('\n');
    }
    printf(phrase(TCPSTATE_PHRASE_REPORT_TOTAL), numbers[0], numbers[1], numbers[2]);
    putchar('\n');
}

static void print(void *data)
{
    const struct report *report = (const struct report *)data;
    const struct tcpstate_survey *survey = report->survey;
    GHashTable *groups = g_hash_table_new_full(hash_key, equal_keys, g_free, NULL);
    GHashTable *healthy = g_hash_table_new_full(hash_key, equal_keys, g_free, NULL);
    unsigned counts[TCPSTATE_RESULTS] = { 0 }, all = survey->tallies->len, slow = 0, failed = 0;
    unsigned waited = 0;
    struct best slowest = { 0 }, responses = { 0 };

    for (unsigned i = 0; i < all; i++) {
        struct tcpstate_known known;

        tcpstate_known_of(tcpstate_survey_at(survey, i), &known);
        counts[known.summary.outcome.result]++;
        if (has_section(known.summary.outcome.result) && !is_early(&known.summary.outcome)) {
            join_group(groups, &known, i);
            failed++;
        }
        if (has_slow_handshake(&known)) {
            slow++;
            enter(&slowest, known.handshake, i, NULL);
        }
        if (has_slow_response(&known)) {
            waited++;
            enter(&responses, known.slowest_response, i, NULL);
        }
        join_healthy(healthy, &known, i, has_slow_handshake(&known) || has_slow_response(&known)
                                             || is_waited_on(tcpstate_survey_at(survey, i)->life));
    }
    print_heading(report);
    if (all > 0)
        print_outcomes(counts, all);
    for (size_t i = 0; i < array_length(sections); i++) {
        if (counts[sections[i]] > 0)
            for (int after_fin = 0; after_fin < 2; after_fin++)
                print_section(survey, groups, sections[i], after_fin);
    }
    if (slow > 0) {
        putchar('\n');
        printf(phrase(TCPSTATE_PHRASE_REPORT_SLOW), (int)(tcpstate_slow_handshake() / 1000000));
        printf("%s%u\n", phrase(TCPSTATE_PHRASE_COLON), slow);
        print_lines(survey, &slowest, true);
        print_more(slowest.count, slow);
    }
    if (waited > 0) {
        putchar('\n');
        printf(phrase(TCPSTATE_PHRASE_REPORT_SLOW_RESPONSES), (int)(tcpstate_slow_response() / 1000000));
        printf("%s%u\n", phrase(TCPSTATE_PHRASE_COLON), waited);
        print_lines(survey, &responses, true);
        print_more(responses.count, waited);
    }
    print_healthy(survey, healthy);
    g_hash_table_destroy(healthy);
    printf("\n%s\n", phrase(failed + slow + waited > 0 ? TCPSTATE_PHRASE_REPORT_HINT : TCPSTATE_PHRASE_REPORT_NONE));
    g_hash_table_destroy(groups);
}

/* ---- The view ---- */

static void forget(void *data)
{
    tcpstate_survey_clear(((struct report *)data)->survey);
}

static void take(void *data, const struct tcpstate_tapped *tapped)
{
    tcpstate_survey_take(((struct report *)data)->survey, tapped);
}

static void end(void *data)
{
    struct report *report = (struct report *)data;

    tcpstate_survey_free(report->survey);
    g_free(report->filter);
    g_free(report);
}

static void *begin(const char *given, const char **filter)
{
    struct report *report = g_new0(struct report, 1);

    *filter = report->filter = g_strdup(given);
    report->survey = tcpstate_survey_new();
    return report;
}

static void choose(void *data, tcpstate_selects *wanted, const void *whom)
{
    tcpstate_survey_select(((struct report *)data)->survey, wanted, whom);
}

const struct tcpstate_printed tcpstate_printed_report = { "report", begin, take, forget, print, end, choose };
