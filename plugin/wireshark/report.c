/* report.c - gathers what the report says of a capture; see report.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include <string.h>

#include "capture.h"
#include "hash.h"
#include "icmp.h"
#include "incarnations.h"
#include "wording.h"

static unsigned hash_key(gconstpointer key)
{
    return tcpstate_hash(key, sizeof(struct tcpstate_group_key));
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

static void join(struct walk *walk, struct tcpstate_group *group, const struct tcpstate_summary *summary, int64_t badness, int64_t owed)
{
    if (group->count++ == 0 || badness > group->badness) {
        group->worst = walk->index;
        group->badness = badness;
        group->owed = owed;
    }
    group->inferred += summary->roles_inferred;
    walk->report->sections[group->key.section].connections++;
}

/* What came before the RST that ended a connection of the group. */
static void join_causes(struct tcpstate_group *group, const struct tcpstate_account *account)
{
    const unsigned causes = tcpstate_reset_causes(account);

    if (!group->causes)
        group->causes = g_new0(struct tcpstate_group_cause, TCPSTATE_REPORT_CAUSES);
    for (unsigned i = 0; i < TCPSTATE_REPORT_CAUSES; i++) {
        struct tcpstate_group_cause *cause = &group->causes[i];
        const int64_t number = tcpstate_cause_number(account, 1u << i);
        if (!(causes & 1u << i))
            continue;
        cause->least = cause->count == 0 || number < cause->least ? number : cause->least;
        cause->most = cause->count == 0 || number > cause->most ? number : cause->most;
        cause->count++;
    }
}

static void free_group(gpointer data)
{
    g_free(((struct tcpstate_group *)data)->causes);
    g_free(data);
}

/* How long something has been owed when the capture ends; -1: nothing is. */
static int64_t owed(const struct tcpstate_outcome *outcome, int64_t waits)
{
    return waits >= 0 || outcome->since == TCPSTATE_NO_TIME ? waits : tcpstate_capture_lasts(outcome->since);
}

static void join_trouble(struct walk *walk, enum tcpstate_section section, const struct tcpstate_tally *tally,
                         const struct tcpstate_known *known, int64_t waits)
{
    const struct tcpstate_summary *summary = &known->summary;
    const struct tcpstate_outcome *outcome = &summary->outcome;
    bool ended = outcome->ended_by >= 0;
    int by = ended ? outcome->ended_by : outcome->closed_by == TCPSTATE_BY_UNKNOWN ? TCPSTATE_BY_NOBODY : outcome->closed_by;
    struct tcpstate_group_key key;

    begin_key(&key, section, known);
    if (section == TCPSTATE_SECTION_TOO_EARLY) {
        key.result = (uint8_t)outcome->result;
    } else if (section != TCPSTATE_SECTION_DISOWNED) {
        key.kind = (uint8_t)outcome->close_kind;
        key.ended = ended;
        const struct tcpstate_icmp *icmp = section == TCPSTATE_SECTION_UNREACHABLE ? tcpstate_icmp_of(tally->incarnation) : NULL;
        if (icmp) {
            key.icmp[0] = icmp->type;
            key.icmp[1] = icmp->code;
        }
        key.by = (int8_t)(by == 0 || by == 1 ? summary->client < 0 ? 3 : by != summary->client : by);
    }
    /* Of several alike the worst waits longest, or had carried most bytes. */
    int64_t owes = owed(outcome, waits);
    struct tcpstate_group *group = find_group(walk, &key);
    join(walk, group, summary, owes >= 0 ? owes : (int64_t)(tally->bytes[0] + tally->bytes[1]), owes);
    if (section == TCPSTATE_SECTION_RESET || section == TCPSTATE_SECTION_FIN_RESET)
        join_causes(group, &tcpstate_incarnation_connection(tally->incarnation)->account);
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
        join(walk, group, &known->summary, 0, -1);
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
    struct tcpstate_listed listed;

    tcpstate_known_of(tally, &known);
    const enum tcpstate_result result = known.summary.outcome.result;
    tcpstate_listed_of(tally->incarnation, &known, &listed);
    report->outcomes[result]++;
    report->early[result] = report->early[result] || listed.section == TCPSTATE_SECTION_TOO_EARLY;
    if (listed.section != TCPSTATE_SECTIONS)
        join_trouble(walk, listed.section, tally, &known, listed.waits);
    if (listed.slow_handshake)
        join_slow(walk, TCPSTATE_SECTION_SLOW_HANDSHAKE, known.handshake);
    if (listed.slow_response)
        join_slow(walk, TCPSTATE_SECTION_SLOW_RESPONSE, known.slowest_response);
    if (listed.stall_ended)
        join_slow(walk, TCPSTATE_SECTION_STALL_ENDED, known.longest_stall);
    if (listed.disowned)
        join_trouble(walk, TCPSTATE_SECTION_DISOWNED, tally, &known, listed.waits);
    join_healthy(walk, &known, listed.trouble);
    report->any_trouble = report->any_trouble || listed.trouble;
}

struct tcpstate_report *tcpstate_report_new(const struct tcpstate_survey *survey)
{
    struct tcpstate_report *report = g_new0(struct tcpstate_report, 1);
    struct walk walk = { .report = report, .groups = g_hash_table_new(hash_key, equal_keys) };

    report->survey = survey;
    for (int i = 0; i < TCPSTATE_SECTIONS; i++)
        report->sections[i].groups = g_ptr_array_new_with_free_func(free_group);
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
