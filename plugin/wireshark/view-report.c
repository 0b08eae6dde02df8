/* view-report.c - "-z tcpstate,report": what a reviewer wants first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *   -z tcpstate,report[,filter]       for people
 *   -z tcpstate,report,json[,filter]  for programs: see report-rows.c
 *
 * How the connections ended, then the worst: what failed, hangs, was slow or odd, by
 * server; then what is healthy; with each line the display filter that shows it.
 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>

#include "capture.h"
#include "preferences.h"
#include "printed.h"
#include "text-width.h"
#include "wording.h"

/* What has been asked for. */
struct request {
    struct tcpstate_surveyed of; /* first: see printed.h */
    bool json;
};

static const char *phrase(enum tcpstate_phrase which)
{
    return tcpstate_phrase(which, tcpstate_language());
}

static const char *ends_text(wmem_allocator_t *pool, const struct tcpstate_known *known)
{
    const char *inferred = known->summary.roles_inferred ? phrase(TCPSTATE_PHRASE_REPORT_INFERRED) : "";

    return wmem_strdup_printf(pool, known->summary.client < 0 ? "%s ↔ %s" : "%s → %s%s",
                              tcpstate_endpoint_text(pool, &known->summary.pair, known->a),
                              tcpstate_endpoint_text(pool, &known->summary.pair, known->b), inferred);
}

static const char *with_comma(wmem_allocator_t *pool, const char *text, const char *more)
{
    return *more ? wmem_strdup_printf(pool, "%s%s%s", text, phrase(TCPSTATE_PHRASE_COMMA), more) : text;
}

/* The server of several connections, and whether it is inferred who that is. */
static const char *server_text(wmem_allocator_t *pool, const struct tcpstate_group *group, const struct tcpstate_known *known)
{
    if (group->key.length == 0)
        return phrase(TCPSTATE_PHRASE_ROLES_UNKNOWN);
    const char *server = tcpstate_endpoint_text(pool, &known->summary.pair, known->b);
    if (group->inferred == 0)
        return server;
    const char *inferred = group->inferred == group->count
                               ? phrase(TCPSTATE_PHRASE_REPORT_INFERRED)
                               : wmem_strdup_printf(pool, phrase(TCPSTATE_PHRASE_REPORT_INFERRED_IN), group->inferred);
    return wmem_strdup_printf(pool, "%s%s", server, inferred);
}

/* Who ended or closed it; of one connection with unknown roles, which of its ends. */
static const char *by_text(wmem_allocator_t *pool, const struct tcpstate_group *group, const struct tcpstate_known *known)
{
    static const enum tcpstate_phrase sides[] = {
        TCPSTATE_PHRASE_TREE_BY_CLIENT, TCPSTATE_PHRASE_TREE_BY_SERVER, TCPSTATE_PHRASE_TREE_BY_BOTH,
        TCPSTATE_PHRASE_TREE_BY_UNKNOWN,
    };
    const struct tcpstate_outcome *outcome = &known->summary.outcome;
    const int end = group->key.ended ? outcome->ended_by : outcome->closed_by;

    if (group->count > 1 || known->summary.client >= 0 || (end != 0 && end != 1))
        return phrase(sides[group->key.by]);
    return wmem_strdup_printf(pool, phrase(TCPSTATE_PHRASE_REPORT_BY), tcpstate_endpoint_text(pool, &known->summary.pair, end));
}

/* Of one connection, its ends and why; of several, their server, and why it is the worst. */
static const char *group_text(wmem_allocator_t *pool, const struct tcpstate_group *group, const struct tcpstate_incarnation *incarnation,
                              const struct tcpstate_known *known)
{
    const enum tcpstate_section section = (enum tcpstate_section)group->key.section;
    const char *text = group->count == 1 ? ends_text(pool, known) : server_text(pool, group, known);

    if (section == TCPSTATE_SECTION_HEALTHY || section == TCPSTATE_SECTION_TOO_EARLY)
        text = with_comma(pool, text, tcpstate_result_word((enum tcpstate_result)group->key.result, tcpstate_language()));
    if (section == TCPSTATE_SECTION_HEALTHY)
        return text;
    if (group->key.by >= 0 && section != TCPSTATE_SECTION_REFUSED) /* a firewall's RST looks like the server's */
        text = with_comma(pool, text, by_text(pool, group, known));
    const char *why = tcpstate_section_why(pool, tcpstate_language(), section, incarnation, known);
    if (group->count == 1 || section == TCPSTATE_SECTION_REFUSED)
        return with_comma(pool, text, section == TCPSTATE_SECTION_DISOWNED ? "" : why); /* its title says it */
    if (group->causes)
        return with_comma(pool, text, tcpstate_group_causes(pool, tcpstate_language(), group));
    if (!*why || section == TCPSTATE_SECTION_DISOWNED)
        return text;
    return with_comma(pool, text, wmem_strdup_printf(pool, phrase(TCPSTATE_PHRASE_REPORT_WORST), known->summary.number, why));
}

/* ---- Printing ---- */

/* A section's lines: how many or how long, what, its filter. */
static void print_lines(const struct tcpstate_report *report, enum tcpstate_section section, const struct tcpstate_best *best)
{
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    const char *texts[TCPSTATE_REPORT_LINES], *filters[TCPSTATE_REPORT_LINES], *numbers[TCPSTATE_REPORT_LINES];
    bool times = best->count > 0 && !best->lines[0].group;
    int width = 0;

    for (unsigned i = 0; i < best->count; i++) {
        const struct tcpstate_group *group = best->lines[i].group;
        const struct tcpstate_tally *tally = tcpstate_survey_at(report->survey, best->lines[i].index);
        int64_t value = best->lines[i].value;
        struct tcpstate_known known;

        tcpstate_known_of(tally, &known);
        texts[i] = times ? with_comma(pool, ends_text(pool, &known),
                                      tcpstate_section_why(pool, tcpstate_language(), section, tally->incarnation, &known))
                         : group_text(pool, group, tally->incarnation, &known);
        filters[i] = tcpstate_group_filter(pool, report, group, &known);
        numbers[i] = times ? wmem_strdup_printf(pool, "%s s", tcpstate_decimal_seconds(pool, value, 6))
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

/* "Refused: 3", with the time that decides; and, where no outcome has it, with the filter of all. */
static void print_title(const struct tcpstate_report *report, enum tcpstate_section section)
{
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    const int64_t threshold = tcpstate_section_threshold(section);
    const bool slow = tcpstate_section_trouble(section) == TCPSTATE_TROUBLE_SLOW;
    const bool filtered = slow || section == TCPSTATE_SECTION_WAITING || section == TCPSTATE_SECTION_DISOWNED
                          || section == TCPSTATE_SECTION_TOO_EARLY;

    putchar('\n');
    if (slow)
        printf(tcpstate_section_title(section), (int)(threshold / 1000000));
    else
        fputs(tcpstate_section_title(section), stdout);
    if (threshold >= 0 && !slow)
        printf(phrase(TCPSTATE_PHRASE_REPORT_AT_LEAST), wmem_strdup_printf(pool, "%g", (double)threshold / 1e9));
    printf("%s%u%s%s\n", phrase(TCPSTATE_PHRASE_COLON), report->sections[section].connections, filtered ? "  " : "",
           filtered ? tcpstate_section_filter(pool, report, section) : "");
    wmem_destroy_allocator(pool);
}

static void print_section(const struct tcpstate_report *report, enum tcpstate_section section)
{
    const GPtrArray *groups = report->sections[section].groups;
    unsigned connections = report->sections[section].connections, lines = 0;
    struct tcpstate_best best = report->sections[section].slowest;

    if (connections == 0)
        return;
    for (guint i = 0; i < groups->len; i++) {
        const struct tcpstate_group *group = (const struct tcpstate_group *)g_ptr_array_index(groups, i);
        lines += group->count > 0;
        if (group->count > 0)
            tcpstate_best_enter(&best, group->count, group->worst, group);
    }
    print_title(report, section);
    print_lines(report, section, &best);
    print_more(best.count, groups->len > 0 ? lines : connections);
}

static void print_heading(const struct request *request)
{
    uint64_t packets = 0, bytes = 0;
    char numbers[3][24];

    for (unsigned i = 0; i < request->of.survey->tallies.count; i++) {
        const struct tcpstate_tally *tally = tcpstate_survey_at(request->of.survey, i);
        packets += (uint64_t)tally->packets[0] + tally->packets[1];
        bytes += tally->bytes[0] + tally->bytes[1];
    }
    snprintf(numbers[0], sizeof numbers[0], "%u", request->of.survey->tallies.count);
    snprintf(numbers[1], sizeof numbers[1], "%" PRIu64, packets);
    snprintf(numbers[2], sizeof numbers[2], "%" PRIu64, bytes);
    printf("%s\n", phrase(TCPSTATE_PHRASE_REPORT_TITLE));
    tcpstate_capture_print();
    if (request->of.filter) {
        printf(phrase(TCPSTATE_PHRASE_FILTERED_BY), request->of.filter);
        putchar('\n');
    }
    printf(phrase(TCPSTATE_PHRASE_REPORT_TOTAL), numbers[0], numbers[1], numbers[2]);
    putchar('\n');
}

static void print_text(const struct request *request)
{
    struct tcpstate_report *report = tcpstate_report_new(request->of.survey);

    print_heading(request);
    if (request->of.survey->tallies.count > 0)
        print_outcomes(report->outcomes, request->of.survey->tallies.count);
    for (int section = 0; section < TCPSTATE_SECTIONS; section++)
        print_section(report, (enum tcpstate_section)section);
    printf("\n%s\n", phrase(report->any_trouble ? TCPSTATE_PHRASE_REPORT_HINT : TCPSTATE_PHRASE_REPORT_NONE));
    tcpstate_report_free(report);
}

static void print(void *data)
{
    const struct request *request = (const struct request *)data;

    if (!request->json) {
        print_text(request);
        return;
    }
    struct tcpstate_report *report = tcpstate_report_new(request->of.survey);
    tcpstate_report_print_rows(report, request->of.filter);
    tcpstate_report_free(report);
}

/* ---- The view ---- */

static void *begin(const char *given, const char **filter)
{
    struct request *request = g_new0(struct request, 1);

    request->json = tcpstate_takes(&given, "json");
    *filter = tcpstate_surveyed_begin(&request->of, given);
    return request;
}

const struct tcpstate_printed tcpstate_printed_report = {
    "report", begin, tcpstate_surveyed_take, tcpstate_surveyed_forget, print, tcpstate_surveyed_end, tcpstate_surveyed_select,
};
