/* report-sections.c - what each section of the report is: its names, which connections are in it,
 * the filters that show them, and why they are there; see report.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include <inttypes.h>
#include <string.h>

#include "capture.h"
#include "icmp.h"
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
    SECTION(STALL_ENDED, "stall-ended", SLOW),
    SECTION(DISOWNED, "reset-disowned", ODD),
    SECTION(TOO_EARLY, "too-early", UNDECIDED),
    SECTION(HEALTHY, "healthy", NONE),
#undef SECTION
};

/* The outcome that a section is named after; TCPSTATE_RESULTS: none. */
static enum tcpstate_result result_of(enum tcpstate_section section)
{
    int result = 0;

    while (result < TCPSTATE_RESULTS && strcmp(tcpstate_result_name((enum tcpstate_result)result), sections[section].name) != 0)
        result++;
    return (enum tcpstate_result)result;
}

const char *tcpstate_section_title(enum tcpstate_section section)
{
    const enum tcpstate_language language = tcpstate_language();

    switch (section) {
    case TCPSTATE_SECTION_FIN_RESET: return tcpstate_close_kind_word(TCPSTATE_CLOSE_FIN_RESET, language);
    case TCPSTATE_SECTION_WAITING: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_WAITING_TITLE, language);
    case TCPSTATE_SECTION_DISOWNED: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_DISOWNED, language);
    case TCPSTATE_SECTION_TOO_EARLY: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_TOO_EARLY, language);
    case TCPSTATE_SECTION_HEALTHY: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_HEALTHY, language);
    case TCPSTATE_SECTION_SLOW_HANDSHAKE: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_SLOW, language);
    case TCPSTATE_SECTION_SLOW_RESPONSE: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_SLOW_RESPONSES, language);
    case TCPSTATE_SECTION_STALL_ENDED: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_STALLS, language);
    default: break;
    }
    return tcpstate_result_word(result_of(section), language);
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
        [TCPSTATE_TROUBLE_ODD] = "odd",       [TCPSTATE_TROUBLE_UNDECIDED] = "undecided", [TCPSTATE_TROUBLE_NONE] = "healthy",
    };
    return names[trouble];
}

int64_t tcpstate_section_threshold(enum tcpstate_section section)
{
    switch (section) {
    case TCPSTATE_SECTION_STALLED:
    case TCPSTATE_SECTION_NO_RESPONSE:
    case TCPSTATE_SECTION_STALL_ENDED:
    case TCPSTATE_SECTION_WAITING: return tcpstate_stalled_after();
    case TCPSTATE_SECTION_SLOW_HANDSHAKE: return tcpstate_slow_handshake();
    case TCPSTATE_SECTION_SLOW_RESPONSE: return tcpstate_slow_response();
    default: return -1;
    }
}

/* ---- Which sections a connection is in ---- */

/* How long an open connection's turn to send data has been somebody's; -1: it is nobody's. */
static int64_t waits(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    struct tcpstate_wait wait;

    if (known->summary.outcome.result != TCPSTATE_RESULT_OPEN)
        return -1;
    int64_t lasts = tcpstate_incarnation_waits(incarnation, &wait);
    return wait.kind != TCPSTATE_WAIT_NONE && lasts >= tcpstate_stalled_after() ? lasts : -1;
}

/* The section of an outcome; TCPSTATE_SECTIONS: none. */
static enum tcpstate_section section_of(const struct tcpstate_outcome *outcome, bool is_waiting)
{
    if (tcpstate_outcome_is_early(outcome))
        return TCPSTATE_SECTION_TOO_EARLY;
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
    HAS(LAST_ACK_MISSING);
#undef HAS
    case TCPSTATE_RESULT_RESET:
        return outcome->close_kind == TCPSTATE_CLOSE_FIN_RESET ? TCPSTATE_SECTION_FIN_RESET : TCPSTATE_SECTION_RESET;
    default: return is_waiting ? TCPSTATE_SECTION_WAITING : TCPSTATE_SECTIONS;
    }
}

/* Unless it is the RST that ended the connection: then its own section says so. */
static bool has_disowned_reset(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    const struct tcpstate_account *account = &tcpstate_incarnation_connection(incarnation)->account;

    return account->disowned != 0
           && (known->summary.outcome.result != TCPSTATE_RESULT_RESET || account->disowned != account->reset_frame);
}

void tcpstate_listed_of(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known,
                        struct tcpstate_listed *listed)
{
    const int64_t waited = waits(incarnation, known);
    const enum tcpstate_section section = section_of(&known->summary.outcome, waited >= 0);

    *listed = (struct tcpstate_listed){
        .section = section,
        .slow_handshake = known->handshake >= tcpstate_slow_handshake(),
        .slow_response = known->slowest_response >= tcpstate_slow_response(),
        .stall_ended = known->longest_stall >= tcpstate_stalled_after(),
        .disowned = has_disowned_reset(incarnation, known),
        .waits = waited,
    };
    listed->trouble = (section != TCPSTATE_SECTIONS && section != TCPSTATE_SECTION_TOO_EARLY) || listed->slow_handshake
                      || listed->slow_response || listed->stall_ended || listed->disowned;
}

bool tcpstate_report_lists(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    struct tcpstate_listed listed;

    tcpstate_listed_of(incarnation, known, &listed);
    return listed.trouble;
}

/* ---- Filters and reasons ---- */

/* An outcome's; without those of which it is too early to say that, where there are any. */
static const char *outcome_filter(wmem_allocator_t *pool, const struct tcpstate_report *report, enum tcpstate_result result)
{
    return wmem_strdup_printf(pool, "tcpstate.outcome == \"%s\"%s", tcpstate_result_name(result),
                              report->early[result] ? " && !tcpstate.too_early" : "");
}

const char *tcpstate_section_filter(wmem_allocator_t *pool, const struct tcpstate_report *report, enum tcpstate_section section)
{
    const double seconds = (double)tcpstate_section_threshold(section) / 1e9;

    switch (section) {
    case TCPSTATE_SECTION_RESET: return "tcpstate.outcome == \"reset\" && tcpstate.close_kind == \"reset\"";
    case TCPSTATE_SECTION_FIN_RESET: return "tcpstate.outcome == \"reset\" && tcpstate.close_kind == \"fin-then-reset\"";
    case TCPSTATE_SECTION_WAITING: return "tcpstate.outcome == \"open\" && tcpstate.wait";
    case TCPSTATE_SECTION_SLOW_HANDSHAKE: return wmem_strdup_printf(pool, "tcpstate.time.handshake >= %g", seconds);
    case TCPSTATE_SECTION_SLOW_RESPONSE: return wmem_strdup_printf(pool, "tcpstate.time.slowest_response >= %g", seconds);
    case TCPSTATE_SECTION_STALL_ENDED: return wmem_strdup_printf(pool, "tcpstate.time.longest_stall >= %g", seconds);
    case TCPSTATE_SECTION_DISOWNED: return "tcpstate.reset.cause == \"disowned\"";
    case TCPSTATE_SECTION_TOO_EARLY: return "tcpstate.too_early";
    case TCPSTATE_SECTION_HEALTHY: return "";
    default: return outcome_filter(pool, report, result_of(section));
    }
}

/* What every connection of a group meets, but for the server. */
static const char *alike_filter(wmem_allocator_t *pool, const struct tcpstate_report *report, const struct tcpstate_group_key *key)
{
    static const char *const sides[] = { "client", "server" };
    const char *filter;

    if (key->section == TCPSTATE_SECTION_WAITING || key->section == TCPSTATE_SECTION_DISOWNED)
        return tcpstate_section_filter(pool, report, (enum tcpstate_section)key->section);
    if (key->section == TCPSTATE_SECTION_TOO_EARLY)
        return wmem_strdup_printf(pool, "tcpstate.outcome == \"%s\" && tcpstate.too_early",
                                  tcpstate_result_name((enum tcpstate_result)key->result));
    if (key->section == TCPSTATE_SECTION_HEALTHY)
        return wmem_strdup_printf(pool, "tcpstate.outcome == \"%s\"", tcpstate_result_name((enum tcpstate_result)key->result));
    if (key->section == TCPSTATE_SECTION_RESET || key->section == TCPSTATE_SECTION_FIN_RESET)
        filter = "tcpstate.outcome == \"reset\"";
    else
        filter = tcpstate_section_filter(pool, report, (enum tcpstate_section)key->section);
    const struct tcpstate_icmp icmp = { .address_length = key->length, .type = key->icmp[0], .code = key->icmp[1] };
    if (key->section == TCPSTATE_SECTION_UNREACHABLE)
        filter = wmem_strdup_printf(pool, "%s && tcpstate.icmp == \"%s\"", filter, tcpstate_icmp_name(&icmp));
    if (key->by == 0 || key->by == 1)
        filter = wmem_strdup_printf(pool, "%s && tcpstate.%s == \"%s\"", filter, key->ended ? "ended_by" : "closed_by",
                                    sides[key->by]);
    if (key->kind == TCPSTATE_CLOSE_FIN_RESET)
        filter = wmem_strdup_printf(pool, "%s && tcpstate.close_kind == \"fin-then-reset\"", filter);
    return filter;
}

const char *tcpstate_group_filter(wmem_allocator_t *pool, const struct tcpstate_report *report,
                                  const struct tcpstate_group *group, const struct tcpstate_known *known)
{
    if (!group || group->count == 1)
        return wmem_strdup_printf(pool, "tcpstate.connection == %u", known->summary.number);
    if (group->mixed)
        return "";
    const struct tcpstate_group_key *key = &group->key;
    const char *filter = alike_filter(pool, report, key);
    if (key->length == 0)
        return wmem_strdup_printf(pool, "%s && tcpstate.roles == \"unknown\"", filter);
    const char *ip = key->length == 4 ? "ip" : "ipv6";
    const char *server = tcpstate_address_text(pool, &known->summary.pair, known->b, false);
    return wmem_strdup_printf(pool, "%s && ((%s.dst == %s && tcp.dstport == %u) || (%s.src == %s && tcp.srcport == %u))",
                              filter, ip, server, key->port, ip, server, key->port);
}

const char *tcpstate_group_causes(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_group *group)
{
    const char *all = "";

    for (unsigned i = 0; i < TCPSTATE_REPORT_CAUSES; i++) {
        const struct tcpstate_group_cause *cause = &group->causes[i];
        if (cause->count == 0)
            continue;
        const char *text = tcpstate_causes_text(pool, language, 1u << i, cause->least, cause->most);
        if (cause->count < group->count)
            text = wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_REPORT_IN, language), cause->count, text);
        all = tcpstate_joined(pool, language, all, text);
    }
    return all;
}

/* Who has sent no data, and for how long. */
static const char *waiting_why(wmem_allocator_t *pool, enum tcpstate_language language,
                               const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    struct tcpstate_wait wait;
    const char *seconds = tcpstate_seconds_text(pool, tcpstate_incarnation_waits(incarnation, &wait));
    const struct tcpstate_places places = { .language = language, .sender_is_client = wait.owing == known->summary.client,
                                            .seconds = seconds };

    return tcpstate_filled(pool, tcpstate_phrase(TCPSTATE_PHRASE_REPORT_WAITING, language), &places);
}

const char *tcpstate_section_why(wmem_allocator_t *pool, enum tcpstate_language language, enum tcpstate_section section,
                                 const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known)
{
    switch (section) {
    case TCPSTATE_SECTION_REFUSED: return tcpstate_phrase(TCPSTATE_PHRASE_REPORT_REFUSED, language);
    case TCPSTATE_SECTION_WAITING:
        return waiting_why(pool, language, incarnation, known);
    case TCPSTATE_SECTION_DISOWNED: return tcpstate_phrase(TCPSTATE_PHRASE_CAUSE_DISOWNED, language);
    case TCPSTATE_SECTION_STALL_ENDED:
        return tcpstate_stall_text(pool, language, incarnation, known->summary.client);
    case TCPSTATE_SECTION_SLOW_HANDSHAKE:
    case TCPSTATE_SECTION_SLOW_RESPONSE:
    case TCPSTATE_SECTION_HEALTHY: return "";
    default: return tcpstate_missing_and_why(pool, language, incarnation, &known->summary.outcome, known->summary.client);
    }
}
