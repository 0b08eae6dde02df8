/* report-rows.c - the report for programs: "-z tcpstate,report,json".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An object in each line, never translated: the capture, each outcome, and each
 * section with what it found.  plugin/doc/json.md has the names.
 */
#include "report.h"

#include "capture.h"
#include "host.h"
#include "icmp.h"
#include "names.h"
#include "preferences.h"
#include "rows.h"
#include "unanswered.h"
#include "wording.h"

static void print_capture(const struct tcpstate_report *report, const char *filter)
{
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    uint64_t packets = 0, bytes = 0;
    json_dumper row;

    for (unsigned i = 0; i < report->survey->tallies.count; i++) {
        const struct tcpstate_tally *tally = tcpstate_survey_at(report->survey, i);
        packets += (uint64_t)tally->packets[0] + tally->packets[1];
        bytes += tally->bytes[0] + tally->bytes[1];
    }
    tcpstate_row_begin(&row);
    tcpstate_row_string(&row, "record", "capture");
    tcpstate_row_number(&row, "connections", report->survey->tallies.count);
    tcpstate_row_number(&row, "packets", (int64_t)packets);
    tcpstate_row_number(&row, "bytes", (int64_t)bytes);
    tcpstate_row_string(&row, "capture", tcpstate_capture_summary(pool));
    tcpstate_row_string(&row, "filter", filter);
    tcpstate_row_end(&row);
    wmem_destroy_allocator(pool);
}

/* What the capture is, with what helps: a line of each that holds. */
static void print_notes(void)
{
    for (int i = 0; i < TCPSTATE_CAPTURE_KINDS; i++) {
        const enum tcpstate_capture_kind kind = (enum tcpstate_capture_kind)i;
        const uint32_t holds = tcpstate_capture_holds(kind);
        json_dumper row;

        if (holds == 0)
            continue;
        tcpstate_row_begin(&row);
        tcpstate_row_string(&row, "record", "note");
        tcpstate_row_string(&row, "note", tcpstate_capture_name_of(kind));
        tcpstate_row_number(&row, "count", holds);
        tcpstate_row_string(&row, "filter", tcpstate_capture_filter(kind));
        tcpstate_row_string(&row, "command", tcpstate_capture_command(kind));
        tcpstate_row_end(&row);
    }
}

static void print_outcome(enum tcpstate_result result, unsigned count)
{
    char *filter = g_strdup_printf("tcpstate.outcome == \"%s\"", tcpstate_result_name(result));
    json_dumper row;

    tcpstate_row_begin(&row);
    tcpstate_row_string(&row, "record", "outcome");
    tcpstate_row_string(&row, "outcome", tcpstate_result_name(result));
    tcpstate_row_number(&row, "count", count);
    tcpstate_row_string(&row, "filter", filter);
    tcpstate_row_end(&row);
    g_free(filter);
}

/* A line of a section begins. */
static void begin(json_dumper *row, const char *record, enum tcpstate_section section, unsigned count)
{
    tcpstate_row_begin(row);
    tcpstate_row_string(row, "record", record);
    tcpstate_row_string(row, "finding", tcpstate_section_name(section));
    tcpstate_row_string(row, "class", tcpstate_trouble_name(tcpstate_section_trouble(section)));
    tcpstate_row_number(row, "count", count);
}

static void print_heading(const struct tcpstate_report *report, enum tcpstate_section section)
{
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    json_dumper row;

    begin(&row, "section", section, report->sections[section].connections);
    tcpstate_row_seconds(&row, "threshold", tcpstate_section_threshold(section));
    tcpstate_row_string(&row, "filter", tcpstate_section_filter(pool, report, section));
    tcpstate_row_end(&row);
    wmem_destroy_allocator(pool);
}

/* Names of what the capture shows of the reason. */
static void add_causes(json_dumper *row, wmem_allocator_t *pool, enum tcpstate_section section,
                       const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    int64_t after;

    json_dumper_set_member_name(row, "causes");
    json_dumper_begin_array(row);
    const char *unanswered = tcpstate_unanswered_names(
        pool, tcpstate_unanswered(incarnation, known->summary.outcome.result, &after));
    char **names = g_strsplit(unanswered ? unanswered : "", ",", -1);
    for (char **name = names; *name; name++)
        json_dumper_value_string(row, *name);
    g_strfreev(names);
    const struct tcpstate_account *account = &tcpstate_incarnation_connection(incarnation)->account;
    if (section == TCPSTATE_SECTION_RESET || section == TCPSTATE_SECTION_FIN_RESET)
        for (unsigned cause = 1; cause <= TCPSTATE_CAUSE_PAYLOAD; cause <<= 1)
            if (account->causes & cause)
                json_dumper_value_string(row, tcpstate_cause_name(cause));
    if (account->disowned != 0 && (section == TCPSTATE_SECTION_DISOWNED || account->disowned == account->reset_frame))
        json_dumper_value_string(row, "disowned");
    json_dumper_end_array(row);
}

/* The worst of a group. */
static void add_worst(json_dumper *row, wmem_allocator_t *pool, const struct tcpstate_tally *tally,
                      const struct tcpstate_known *known)
{
    const struct tcpstate_last_states last = tcpstate_last_states_of(tally->incarnation);

    json_dumper_set_member_name(row, "worst");
    json_dumper_begin_object(row);
    if (tally->file)
        tcpstate_row_string(row, "file", tally->file);
    tcpstate_row_number(row, "connection", known->summary.number);
    tcpstate_row_number(row, "first_frame", known->summary.first_frame);
    tcpstate_row_string(row, "roles", tcpstate_roles_name(&known->summary));
    tcpstate_row_string(row, "state_a", tcpstate_state_name(last.state[known->a]));
    tcpstate_row_boolean(row, "inferred_a", last.inferred[known->a]);
    tcpstate_row_string(row, "state_b", tcpstate_state_name(last.state[known->b]));
    tcpstate_row_boolean(row, "inferred_b", last.inferred[known->b]);
    tcpstate_row_connection(row, pool, tally, known);
    json_dumper_end_object(row);
}

/* What an ICMP error said of it. */
static void add_icmp(json_dumper *row, wmem_allocator_t *pool, const struct tcpstate_incarnation *incarnation)
{
    const struct tcpstate_icmp *icmp = tcpstate_icmp_of(incarnation);

    tcpstate_row_string(row, "icmp", icmp ? tcpstate_icmp_name(icmp) : NULL);
    tcpstate_row_string(row, "icmp.from", icmp ? tcpstate_ip_text(pool, icmp->reporter, icmp->address_length, false) : NULL);
    tcpstate_row_string(row, "icmp.kind", icmp ? tcpstate_icmp_kind(icmp) : NULL);
}

static void add_server(json_dumper *row, wmem_allocator_t *pool, const struct tcpstate_known *known)
{
    if (known->summary.client >= 0) {
        tcpstate_row_end_of(row, pool, "server", &known->summary.pair, known->b);
        return;
    }
    tcpstate_row_string(row, "server.address", NULL);
    tcpstate_row_string(row, "server.port", NULL);
}

static void add_by(json_dumper *row, const struct tcpstate_group *group)
{
    static const char *const sides[] = { "client", "server", "both", "unknown" };
    const char *by = group && group->key.by >= 0 ? sides[group->key.by] : NULL;

    tcpstate_row_string(row, "ended_by", group && group->key.ended ? by : NULL);
    tcpstate_row_string(row, "closed_by", group && !group->key.ended ? by : NULL);
}

/* `group` NULL: one connection, and how long it took. */
static void print_finding(const struct tcpstate_report *report, enum tcpstate_section section,
                          const struct tcpstate_group *group, unsigned worst, int64_t time)
{
    const struct tcpstate_tally *tally = tcpstate_survey_at(report->survey, worst);
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    struct tcpstate_known known;
    json_dumper row;

    tcpstate_known_of(tally, &known);
    begin(&row, "finding", section, group ? group->count : 1);
    tcpstate_row_string(&row, "outcome", tcpstate_result_name(known.summary.outcome.result));
    add_server(&row, pool, &known);
    tcpstate_row_number(&row, "roles_inferred", group ? group->inferred : known.summary.roles_inferred);
    add_by(&row, group);
    tcpstate_row_seconds(&row, "seconds", time);
    tcpstate_row_string(&row, "why", tcpstate_section_why(pool, TCPSTATE_ENGLISH, section, tally->incarnation, &known));
    add_causes(&row, pool, section, tally->incarnation, &known);
    add_icmp(&row, pool, tally->incarnation);
    tcpstate_row_string(&row, "filter", tcpstate_group_filter(pool, report, group, &known));
    add_worst(&row, pool, tally, &known);
    tcpstate_row_end(&row);
    wmem_destroy_allocator(pool);
}

/* The largest first; of two alike the one whose worst came first. */
static int compare(gconstpointer a, gconstpointer b)
{
    return tcpstate_group_compare(*(const struct tcpstate_group *const *)a, *(const struct tcpstate_group *const *)b);
}

static void print_section(const struct tcpstate_report *report, enum tcpstate_section section)
{
    GPtrArray *groups = report->sections[section].groups;
    const struct tcpstate_best *slowest = &report->sections[section].slowest;

    print_heading(report, section);
    g_ptr_array_sort(groups, compare);
    for (guint i = 0; i < groups->len; i++) {
        const struct tcpstate_group *group = (const struct tcpstate_group *)g_ptr_array_index(groups, i);
        if (group->count > 0)
            print_finding(report, section, group, group->worst, group->owed);
    }
    for (unsigned i = 0; i < slowest->count; i++)
        print_finding(report, section, NULL, slowest->lines[i].index, slowest->lines[i].value);
}

void tcpstate_report_print_rows(const struct tcpstate_report *report, const char *filter)
{
    print_capture(report, filter);
    print_notes();
    for (int result = 0; result < TCPSTATE_RESULTS; result++)
        if (report->outcomes[result] > 0)
            print_outcome((enum tcpstate_result)result, report->outcomes[result]);
    for (int section = 0; section < TCPSTATE_SECTIONS; section++)
        if (report->sections[section].connections > 0)
            print_section(report, (enum tcpstate_section)section);
}
