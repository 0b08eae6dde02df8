/* report.c - what the report says of a capture; see report.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include <inttypes.h>
#include <string.h>

#include "capture.h"
#include "incarnations.h"
#include "preferences.h"
#include "unanswered.h"
#include "wording.h"

static const struct {
    const char *name;
    enum tcpstate_trouble trouble;
} sections[TCPSTATE_SECTIONS] = {
#define SECTION(id, name, kind) [TCPSTATE_SECTION_##id] = { name, TCPSTATE_TROUBLE_##kind }
    SECTION(UNANSWERED, "unanswered", FAILED),
    SECTION(UNREACHABLE, "unreachable", FAILED),
    SECTION(REFUSED, "refused", FAILED),
    SECTION(REJECTED, "rejected", FAILED),
    SECTION(HANDSHAKE_ABORTED, "handshake-aborted", FAILED),
    SECTION(HALF_OPEN, "half-open", FAILED),
    SECTION(RESET, "reset", FAILED),
    SECTION(FIN_RESET, "fin-then-reset", FAILED),
    SECTION(STALLED, "stalled", HANGS),
    SECTION(NO_RESPONSE, "no-response", HANGS),
    SECTION(SILENT, "silent", HANGS),
    SECTION(WAITING, "waiting", HANGS),
    SECTION(HALF_CLOSED, "half-closed", HANGS),
    SECTION(LAST_ACK_MISSING, "last-ack-missing", HANGS),
    SECTION(SLOW_HANDSHAKE, "slow-handshake", SLOW),
    SECTION(SLOW_RESPONSE, "slow-response", SLOW),
    SECTION(DISOWNED, "reset-disowned", ODD),
    SECTION(HEALTHY, "healthy", NONE),
#undef SECTION
};

const char *tcpstate_section_title(enum tcpstate_section section)
{
    const enum tcpstate_language language = tcpstate_language();

    switch (section) {
    case TCPSTATE_SECTION_FIN_RESET: return tcpstate_close_kind_word(TCPSTATE_CLOSE_FIN_RESET, language);
    case TCPSTATE_SECTION_WAITING: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_WAITING_TITLE, language);
    case TCPSTATE_SECTION_DISOWNED: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_DISOWNED, language);
    case TCPSTATE_SECTION_HEALTHY: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_HEALTHY, language);
    case TCPSTATE_SECTION_SLOW_HANDSHAKE: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_SLOW, language);
    case TCPSTATE_SECTION_SLOW_RESPONSE: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_SLOW_RESPONSES, language);
    default: break;
    }
    for (int result = 0; result < TCPSTATE_RESULTS; result++)
        if (strcmp(tcpstate_result_name((enum tcpstate_result)result), sections[section].name) == 0)
            return tcpstate_result_word((enum tcpstate_result)result, language);
    return sections[section].name;
}

const char *tcpstate_section_name(enum tcpstate_section section)
{
    return sections[section].name;
}

enum tcpstate_trouble tcpstate_section_trouble(enum tcpstate_section section)
{
    return sections[section].trouble;
}

const char *tcpstate_trouble_name(enum tcpstate_trouble trouble)
{
    static const char *const names[] = {
        [TCPSTATE_TROUBLE_FAILED] = "failed", [TCPSTATE_TROUBLE_HANGS] = "hangs", [TCPSTATE_TROUBLE_SLOW] = "slow",
        [TCPSTATE_TROUBLE_ODD] = "odd",       [TCPSTATE_TROUBLE_NONE] = "healthy",
    };
    return names[trouble];
}

int64_t tcpstate_section_threshold(enum tcpstate_section section)
{
    switch (section) {
    case TCPSTATE_SECTION_STALLED:
    case TCPSTATE_SECTION_NO_RESPONSE:
    case TCPSTATE_SECTION_WAITING: return tcpstate_stalled_after();
    case TCPSTATE_SECTION_SLOW_HANDSHAKE: return tcpstate_slow_handshake();
    case TCPSTATE_SECTION_SLOW_RESPONSE: return tcpstate_slow_response();
    default: return -1;
    }
}

/* ---- Which sections a connection is in ---- */

/* A last ACK that may only have come after the capture's end. */
static bool is_early(const struct tcpstate_outcome *outcome)
{
    return outcome->result == TCPSTATE_RESULT_LAST_ACK_MISSING
           && tcpstate_capture_lasts(outcome->since) < INT64_C(1000000000);
}

/* How long the server has been waited for on an open connection; -1: it is not. */
static int64_t waits(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    struct tcpstate_wait wait;

    if (known->summary.outcome.result != TCPSTATE_RESULT_OPEN)
        return -1;
    int64_t lasts = tcpstate_incarnation_waits(incarnation, &wait);
    return wait.kind != TCPSTATE_WAIT_NONE && lasts >= tcpstate_stalled_after() ? lasts : -1;
}

/* The section of an outcome; TCPSTATE_SECTIONS: none. */
static enum tcpstate_section section_of(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    const struct tcpstate_outcome *outcome = &known->summary.outcome;

    switch (outcome->result) {
#define HAS(result) case TCPSTATE_RESULT_##result: return TCPSTATE_SECTION_##result
    HAS(UNANSWERED);
    HAS(UNREACHABLE);
    HAS(REFUSED);
    HAS(REJECTED);
    HAS(HANDSHAKE_ABORTED);
    HAS(HALF_OPEN);
    HAS(STALLED);
    HAS(NO_RESPONSE);
    HAS(SILENT);
    HAS(HALF_CLOSED);
#undef HAS
    case TCPSTATE_RESULT_RESET:
        return outcome->close_kind == TCPSTATE_CLOSE_FIN_RESET ? TCPSTATE_SECTION_FIN_RESET : TCPSTATE_SECTION_RESET;
    case TCPSTATE_RESULT_LAST_ACK_MISSING: return is_early(outcome) ? TCPSTATE_SECTIONS : TCPSTATE_SECTION_LAST_ACK_MISSING;
    default: return waits(incarnation, known) >= 0 ? TCPSTATE_SECTION_WAITING : TCPSTATE_SECTIONS;
    }
}

static bool has_slow_handshake(const struct tcpstate_known *known)
{
    return known->handshake >= tcpstate_slow_handshake();
}

static bool has_slow_response(const struct tcpstate_known *known)
{
    return known->slowest_response >= tcpstate_slow_response();
}

/* Unless it is the RST that ended the connection: then its own section says so. */
static bool has_disowned_reset(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    const struct tcpstate_account *account = &tcpstate_incarnation_connection(incarnation)->account;

    return account->disowned != 0
           && (known->summary.outcome.result != TCPSTATE_RESULT_RESET || account->disowned != account->reset_frame);
}

bool tcpstate_report_lists(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    return section_of(incarnation, known) != TCPSTATE_SECTIONS || has_slow_handshake(known) || has_slow_response(known)
           || has_disowned_reset(incarnation, known);
}

/* ---- Groups ---- */

static unsigned hash_key(gconstpointer key)
{
    return wmem_strong_hash((const uint8_t *)key, sizeof(struct tcpstate_group_key));
}

static gboolean equal_keys(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct tcpstate_group_key)) == 0;
}

int tcpstate_group_compare(const struct tcpstate_group *one, const struct tcpstate_group *other)
{
    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    if (one->badness != other->badness)
        return one->badness < other->badness ? 1 : -1;
    return one->worst < other->worst ? -1 : one->worst > other->worst;
}

static bool is_behind(const struct tcpstate_line *line, const struct tcpstate_line *new_one)
{
    if (line->group && new_one->group)
        return tcpstate_group_compare(line->group, new_one->group) > 0;
    return line->value < new_one->value || (line->value == new_one->value && line->index > new_one->index);
}

void tcpstate_best_enter(struct tcpstate_best *best, int64_t value, unsigned index, const struct tcpstate_group *group)
{
    const struct tcpstate_line line = { .value = value, .index = index, .group = group };
    unsigned at = best->count;

    while (at > 0 && is_behind(&best->lines[at - 1], &line))
        at--;
    if (at == TCPSTATE_REPORT_LINES)
        return;
    if (best->count < TCPSTATE_REPORT_LINES)
        best->count++;
    memmove(&best->lines[at + 1], &best->lines[at], (best->count - 1 - at) * sizeof best->lines[0]);
    best->lines[at] = line;
}

/* The gathering. */
struct walk {
    struct tcpstate_report *report;
    GHashTable *groups;
    unsigned index; /* of the connection at hand */
};

static void begin_key(struct tcpstate_group_key *key, enum tcpstate_section section, const struct tcpstate_known *known)
{
    const struct tcpstate_summary *summary = &known->summary;

    memset(key, 0, sizeof *key); /* padding too */
    key->section = (uint8_t)section;
    key->by = -1;
    if (summary->client >= 0) {
        memcpy(key->address, summary->pair.address[known->b], sizeof key->address);
        key->port = summary->pair.port[known->b];
        key->length = summary->pair.address_length;
    }
}

/* The group of a key; made, but with no connection in it, if there is none. */
static struct tcpstate_group *find_group(struct walk *walk, const struct tcpstate_group_key *key)
{
    struct tcpstate_group *group = (struct tcpstate_group *)g_hash_table_lookup(walk->groups, key);

    if (!group) {
        group = g_new0(struct tcpstate_group, 1);
        memcpy(&group->key, key, sizeof *key);
        g_hash_table_add(walk->groups, group); /* its key is its beginning */
        g_ptr_array_add(walk->report->sections[key->section].groups, group);
    }
    return group;
}

static void join(struct walk *walk, struct tcpstate_group *group, int64_t badness, int64_t owed)
{
    if (group->count++ == 0 || badness > group->badness) {
        group->worst = walk->index;
        group->badness = badness;
        group->owed = owed;
    }
    walk->report->sections[group->key.section].connections++;
}

/* How long something has been owed when the capture ends; -1: nothing is. */
static int64_t owed(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    const struct tcpstate_outcome *outcome = &known->summary.outcome;
    int64_t waited = waits(incarnation, known);

    return waited >= 0 || outcome->since == TCPSTATE_NO_TIME ? waited : tcpstate_capture_lasts(outcome->since);
}

static void join_trouble(struct walk *walk, enum tcpstate_section section, const struct tcpstate_tally *tally,
                         const struct tcpstate_known *known)
{
    const struct tcpstate_summary *summary = &known->summary;
    const struct tcpstate_outcome *outcome = &summary->outcome;
    bool ended = outcome->ended_by >= 0;
    int by = ended ? outcome->ended_by : outcome->closed_by == TCPSTATE_BY_UNKNOWN ? TCPSTATE_BY_NOBODY : outcome->closed_by;
    struct tcpstate_group_key key;

    begin_key(&key, section, known);
    if (section != TCPSTATE_SECTION_DISOWNED) {
        key.kind = (uint8_t)outcome->close_kind;
        key.ended = ended;
        key.by = (int8_t)(by == 0 || by == 1 ? summary->client < 0 ? 3 : by != summary->client : by);
    }
    /* Of several alike the worst waits longest, or had carried most bytes. */
    int64_t owes = owed(tally->incarnation, known);
    join(walk, find_group(walk, &key), owes >= 0 ? owes : (int64_t)(tally->bytes[0] + tally->bytes[1]), owes);
}

/* Closed as it should be, or open with nobody waiting.  One that was slow or odd makes the
 * group's filter show others, too. */
static void join_healthy(struct walk *walk, const struct tcpstate_known *known, bool listed)
{
    const enum tcpstate_result result = known->summary.outcome.result;
    struct tcpstate_group_key key;

    if (result != TCPSTATE_RESULT_CLOSED && result != TCPSTATE_RESULT_OPEN)
        return;
    begin_key(&key, TCPSTATE_SECTION_HEALTHY, known);
    key.result = (uint8_t)result;
    struct tcpstate_group *group = find_group(walk, &key);
    if (listed)
        group->mixed = true;
    else
        join(walk, group, 0, -1);
}

static void join_slow(struct walk *walk, enum tcpstate_section section, int64_t time)
{
    walk->report->sections[section].connections++;
    tcpstate_best_enter(&walk->report->sections[section].slowest, time, walk->index, NULL);
}

static void take(struct walk *walk, const struct tcpstate_tally *tally)
{
    struct tcpstate_report *report = walk->report;
    struct tcpstate_known known;

    tcpstate_known_of(tally, &known);
    report->outcomes[known.summary.outcome.result]++;
    enum tcpstate_section section = section_of(tally->incarnation, &known);
    const bool disowned = has_disowned_reset(tally->incarnation, &known);
    const bool listed = section != TCPSTATE_SECTIONS || has_slow_handshake(&known) || has_slow_response(&known) || disowned;
    if (section != TCPSTATE_SECTIONS)
        join_trouble(walk, section, tally, &known);
    if (has_slow_handshake(&known))
        join_slow(walk, TCPSTATE_SECTION_SLOW_HANDSHAKE, known.handshake);
    if (has_slow_response(&known))
        join_slow(walk, TCPSTATE_SECTION_SLOW_RESPONSE, known.slowest_response);
    if (disowned)
        join_trouble(walk, TCPSTATE_SECTION_DISOWNED, tally, &known);
    join_healthy(walk, &known, listed);
    report->any_trouble = report->any_trouble || listed;
}

struct tcpstate_report *tcpstate_report_new(const struct tcpstate_survey *survey)
{
    struct tcpstate_report *report = g_new0(struct tcpstate_report, 1);
    struct walk walk = { .report = report, .groups = g_hash_table_new(hash_key, equal_keys) };

    report->survey = survey;
    for (int i = 0; i < TCPSTATE_SECTIONS; i++)
        report->sections[i].groups = g_ptr_array_new_with_free_func(g_free);
    for (; walk.index < survey->tallies.count; walk.index++)
        take(&walk, tcpstate_survey_at(survey, walk.index));
    g_hash_table_destroy(walk.groups);
    return report;
}

void tcpstate_report_free(struct tcpstate_report *report)
{
    for (int i = 0; i < TCPSTATE_SECTIONS; i++)
        g_ptr_array_free(report->sections[i].groups, TRUE);
    g_free(report);
}

/* ---- Filters and reasons ---- */

const char *tcpstate_section_filter(wmem_allocator_t *pool, enum tcpstate_section section)
{
    const double seconds = (double)tcpstate_section_threshold(section) / 1e9;

    switch (section) {
    case TCPSTATE_SECTION_RESET: return "tcpstate.outcome == \"reset\" && tcpstate.close_kind == \"reset\"";
    case TCPSTATE_SECTION_FIN_RESET: return "tcpstate.outcome == \"reset\" && tcpstate.close_kind == \"fin-then-reset\"";
    case TCPSTATE_SECTION_WAITING: return "tcpstate.outcome == \"open\" && tcpstate.wait";
    case TCPSTATE_SECTION_SLOW_HANDSHAKE: return wmem_strdup_printf(pool, "tcpstate.time.handshake >= %g", seconds);
    case TCPSTATE_SECTION_SLOW_RESPONSE: return wmem_strdup_printf(pool, "tcpstate.time.slowest_response >= %g", seconds);
    case TCPSTATE_SECTION_DISOWNED: return "tcpstate.reset.cause == \"disowned\"";
    case TCPSTATE_SECTION_HEALTHY: return "";
    default: return wmem_strdup_printf(pool, "tcpstate.outcome == \"%s\"", sections[section].name);
    }
}

/* What every connection of a group meets, but for the server. */
static const char *alike_filter(wmem_allocator_t *pool, const struct tcpstate_group_key *key)
{
    static const char *const sides[] = { "client", "server" };
    const char *filter;

    if (key->section == TCPSTATE_SECTION_WAITING || key->section == TCPSTATE_SECTION_DISOWNED)
        return tcpstate_section_filter(pool, (enum tcpstate_section)key->section);
    if (key->section == TCPSTATE_SECTION_HEALTHY)
        return wmem_strdup_printf(pool, "tcpstate.outcome == \"%s\"", tcpstate_result_name((enum tcpstate_result)key->result));
    if (key->section == TCPSTATE_SECTION_RESET || key->section == TCPSTATE_SECTION_FIN_RESET)
        filter = "tcpstate.outcome == \"reset\"";
    else
        filter = tcpstate_section_filter(pool, (enum tcpstate_section)key->section);
    if (key->by == 0 || key->by == 1)
        filter = wmem_strdup_printf(pool, "%s && tcpstate.%s == \"%s\"", filter, key->ended ? "ended_by" : "closed_by",
                                    sides[key->by]);
    if (key->kind == TCPSTATE_CLOSE_FIN_RESET)
        filter = wmem_strdup_printf(pool, "%s && tcpstate.close_kind == \"fin-then-reset\"", filter);
    return filter;
}

const char *tcpstate_group_filter(wmem_allocator_t *pool, const struct tcpstate_group *group,
                                  const struct tcpstate_known *known)
{
    const struct tcpstate_group_key *key = &group->key;

    if (group->mixed && group->count > 1)
        return "";
    if (group->count == 1)
        return wmem_strdup_printf(pool, "tcpstate.connection == %u", known->summary.number);
    const char *filter = alike_filter(pool, key);
    if (key->length == 0)
        return wmem_strdup_printf(pool, "%s && tcpstate.roles == \"unknown\"", filter);
    const char *ip = key->length == 4 ? "ip" : "ipv6";
    const char *server = tcpstate_address_text(pool, &known->summary.pair, known->b, false);
    return wmem_strdup_printf(pool, "%s && ((%s.dst == %s && tcp.dstport == %u) || (%s.src == %s && tcp.srcport == %u))",
                              filter, ip, server, key->port, ip, server, key->port);
}

/* What came before a RST, and what speaks against its sender. */
static const char *reset_why(wmem_allocator_t *pool, enum tcpstate_language language,
                             const struct tcpstate_account *account)
{
    if (account->disowned != 0 && account->disowned == account->reset_frame)
        return tcpstate_phrase(TCPSTATE_PHRASE_CAUSE_DISOWNED, language);
    const char *why = "";
    for (unsigned cause = 1; cause <= TCPSTATE_CAUSE_PAYLOAD; cause <<= 1)
        if (account->causes & cause)
            why = tcpstate_joined(pool, language, why, tcpstate_cause_text(pool, language, account, cause));
    return why;
}

const char *tcpstate_section_why(wmem_allocator_t *pool, enum tcpstate_language language, enum tcpstate_section section,
                                 const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    switch (section) {
    case TCPSTATE_SECTION_REFUSED: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_REFUSED, language);
    case TCPSTATE_SECTION_RESET:
    case TCPSTATE_SECTION_FIN_RESET: return reset_why(pool, language, &tcpstate_incarnation_connection(incarnation)->account);
    case TCPSTATE_SECTION_WAITING:
        return wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_REPORT_WAITING, language),
                                  tcpstate_seconds_text(pool, waits(incarnation, known)));
    case TCPSTATE_SECTION_DISOWNED: return tcpstate_phrase(TCPSTATE_PHRASE_CAUSE_DISOWNED, language);
    case TCPSTATE_SECTION_SLOW_HANDSHAKE:
    case TCPSTATE_SECTION_SLOW_RESPONSE:
    case TCPSTATE_SECTION_HEALTHY: return "";
    default: return tcpstate_missing_and_why(pool, language, incarnation, &known->summary.outcome, known->summary.client);
    }
}
