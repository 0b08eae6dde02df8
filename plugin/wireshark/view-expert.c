/* view-expert.c - expert information: Analyze -> Expert Information, -z expert,
 * and the fields tcpstate.expert.*.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a step is worth is one cell of the table below; the text is the step's
 * own label.  What only hindsight knows - no answer, never closed - stands at
 * the connection's last segment, on later visits: when one pass of tshark
 * comes by there, it cannot know that nothing will follow.
 *
 * A plain segment costs the look into the table.  `item` may stand for another
 * one (see view-tree.c), so it is handed on and never asked anything.
 */
#include "views.h"

#include <epan/column-info.h>
#include <epan/column-utils.h>
#include <epan/expert.h>
#include <epan/tap.h>

#include <string.h>

#include "../text/phrases.h"
#include "fields.h"
#include "preferences.h"
#include "unanswered.h"
#include "wording.h"

enum expert {
    EXPERT_NONE,
#define EXPERT(id, filter, severity, summary, chinese, more) EXPERT_##id,
#include "expert.def"
#undef EXPERT
    EXPERTS
};

static expert_field fields[EXPERTS];

static ei_register_info registrations[] = {
#define EXPERT(id, filter, severity, summary, chinese, more) \
    { &fields[EXPERT_##id], { filter, PI_SEQUENCE, PI_##severity, summary, EXPFILL } },
#include "expert.def"
#undef EXPERT
};

static const char *const more[] = {
#define EXPERT(id, filter, severity, summary, chinese, more) more,
#include "expert.def"
#undef EXPERT
};

static const char *const summaries[][TCPSTATE_LANGUAGES] = {
#define EXPERT(id, filter, severity, summary, chinese, more) { summary, chinese },
#include "expert.def"
#undef EXPERT
};

static const uint8_t by_step[TCPSTATE_STEPS] = {
    [TCPSTATE_STEP_REFUSED] = EXPERT_REFUSED,
    [TCPSTATE_STEP_UNREACHABLE] = EXPERT_UNREACHABLE,
    [TCPSTATE_STEP_SYN_ACK_REJECTED] = EXPERT_HANDSHAKE_ABORTED,
    [TCPSTATE_STEP_HANDSHAKE_ABORTED] = EXPERT_HANDSHAKE_ABORTED,
    [TCPSTATE_STEP_HALF_OPEN_RESET] = EXPERT_HALF_OPEN,

    [TCPSTATE_STEP_SYN_RETRANSMITTED] = EXPERT_SYN_RETRANSMITTED,
    [TCPSTATE_STEP_SYN_ACK_RETRANSMITTED] = EXPERT_SYN_RETRANSMITTED,
    [TCPSTATE_STEP_FIN_RETRANSMITTED] = EXPERT_FIN_RETRANSMITTED,
    [TCPSTATE_STEP_FIN_IN_TIME_WAIT] = EXPERT_FIN_RETRANSMITTED,
    [TCPSTATE_STEP_NOT_DELIVERED] = EXPERT_NOT_DELIVERED,
    [TCPSTATE_STEP_KEEP_ALIVE_UNANSWERED] = EXPERT_KEEP_ALIVE,

    [TCPSTATE_STEP_ABORT] = EXPERT_ABORTED,
    [TCPSTATE_STEP_MPTCP_FASTCLOSE] = EXPERT_ABORTED,
    [TCPSTATE_STEP_RESET_IN_CLOSE] = EXPERT_CLOSE_CUT_SHORT,
    [TCPSTATE_STEP_TIME_WAIT_ASSASSINATION] = EXPERT_CLOSE_CUT_SHORT,
    [TCPSTATE_STEP_RESET_OF_UNKNOWN] = EXPERT_RESET_OF_UNKNOWN,
    [TCPSTATE_STEP_RESET_IGNORED] = EXPERT_SUSPICIOUS_RST,
    [TCPSTATE_STEP_RESET_UNSIGNED] = EXPERT_SUSPICIOUS_RST,

    [TCPSTATE_STEP_SYN_IN_CONNECTION] = EXPERT_MISFIT,
    [TCPSTATE_STEP_STALE_SYN] = EXPERT_MISFIT,
    [TCPSTATE_STEP_BAD_SYN_ACK] = EXPERT_MISFIT,
    [TCPSTATE_STEP_CHALLENGE_ACK] = EXPERT_MISFIT,
    [TCPSTATE_STEP_FIN_DOUBTFUL] = EXPERT_MISFIT,
    [TCPSTATE_STEP_FIN_IGNORED] = EXPERT_MISFIT,
    [TCPSTATE_STEP_DATA_AFTER_FIN] = EXPERT_MISFIT,
    [TCPSTATE_STEP_NO_CONNECTION] = EXPERT_MISFIT,

    [TCPSTATE_STEP_NULL_SEGMENT] = EXPERT_NONSENSE,
    [TCPSTATE_STEP_FIN_WITHOUT_ACK] = EXPERT_NONSENSE,
    [TCPSTATE_STEP_XMAS_SEGMENT] = EXPERT_NONSENSE,
    [TCPSTATE_STEP_SYN_FIN] = EXPERT_NONSENSE,
    [TCPSTATE_STEP_SYN_RST] = EXPERT_NONSENSE,

    [TCPSTATE_STEP_PORT_REUSED] = EXPERT_UNUSUAL,
    [TCPSTATE_STEP_SIMULTANEOUS_OPEN] = EXPERT_UNUSUAL,
    [TCPSTATE_STEP_SIMULTANEOUS_CLOSE] = EXPERT_UNUSUAL,
    [TCPSTATE_STEP_FIN_IN_HANDSHAKE] = EXPERT_UNUSUAL,
    [TCPSTATE_STEP_RESET_AFTER_CLOSE] = EXPERT_UNUSUAL,
};

static const uint8_t by_result[TCPSTATE_RESULTS] = {
    [TCPSTATE_RESULT_UNANSWERED] = EXPERT_NO_ANSWER,
    [TCPSTATE_RESULT_HALF_OPEN] = EXPERT_HALF_OPEN,
    [TCPSTATE_RESULT_OPEN] = EXPERT_NEVER_CLOSED,
    [TCPSTATE_RESULT_SILENT] = EXPERT_SILENT,
    [TCPSTATE_RESULT_STALLED] = EXPERT_STALLED,
    [TCPSTATE_RESULT_NO_RESPONSE] = EXPERT_NO_RESPONSE,
    [TCPSTATE_RESULT_HALF_CLOSED] = EXPERT_CLOSE_UNFINISHED,
    [TCPSTATE_RESULT_LAST_ACK_MISSING] = EXPERT_CLOSE_UNFINISHED,
};

static const struct {
    uint8_t check;
    enum tcpstate_field field;
} checks[] = {
    { TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1, TCPSTATE_FIELD_CHECK_ACK_ISN },
    { TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1, TCPSTATE_FIELD_CHECK_SEQ_ISN },
    { TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1, TCPSTATE_FIELD_CHECK_ACK_FIN },
};

void tcpstate_view_expert_register(int proto)
{
    for (size_t i = 0; i < array_length(fields); i++)
        fields[i] = (expert_field)EI_INIT;
    for (size_t i = 0; i < array_length(registrations); i++)
        registrations[i].eiinfo.hf_info.hfinfo.blurb = more[i];
    expert_register_field_array(expert_register_protocol(proto), registrations, array_length(registrations));
}

void tcpstate_view_expert_name(enum tcpstate_language language)
{
    for (size_t i = 0; i < array_length(registrations); i++)
        registrations[i].eiinfo.summary = registrations[i].eiinfo.hf_info.hfinfo.name = summaries[i][language];
}

static bool has_severity_column(const packet_info *pinfo)
{
    return pinfo->cinfo && pinfo->cinfo->col_first[COL_EXPERT] >= 0;
}

/* Whether somebody sees the tree, or refers to expert information: Wireshark's
 * fields for it (and so to their protocol) or one of ours. */
static bool is_asked_for(proto_tree *tree)
{
    static const header_field_info *wiresharks;

    if (!tree)
        return false;
    if (!wiresharks)
        wiresharks = proto_registrar_get_nth((unsigned)proto_expert);
    if (PTREE_DATA(tree)->visible)
        return true;
    unsigned any = wiresharks->ref_type;
    for (size_t i = 0; i < array_length(registrations); i++)
        any |= registrations[i].eiinfo.hf_info.hfinfo.ref_type;
    return any != HF_REF_TYPE_NONE;
}

bool tcpstate_view_expert_is_wanted(packet_info *pinfo, proto_tree *tree)
{
    static int tap; /* Wireshark makes it after it has registered plugins */

    if (tap == 0)
        tap = find_tap_id("expert");
    return have_tap_listener(tap) || is_asked_for(tree) || has_severity_column(pinfo);
}

static int severity_of(const char *name)
{
    for (const value_string *severity = expert_severity_vals; severity->strptr; severity++)
        if (strcmp(severity->strptr, name) == 0)
            return (int)severity->value;
    return 0;
}

/* The severity column holds what was added last; ours does not hide a higher
 * one of another protocol. */
static void add(packet_info *pinfo, proto_item *item, enum expert what, const char *text)
{
    const char *before = has_severity_column(pinfo) ? wmem_strdup(pinfo->pool, col_get_text(pinfo->cinfo, COL_EXPERT))
                                                    : NULL;

    expert_add_info_format(pinfo, item, &fields[what], "%s", text);
    if (before && severity_of(before) > severity_of(col_get_text(pinfo->cinfo, COL_EXPERT)))
        col_add_str(pinfo->cinfo, COL_EXPERT, before);
}

static void add_failed_checks(packet_info *pinfo, proto_item *item, uint8_t failed)
{
    enum tcpstate_language language = tcpstate_language();

    for (size_t i = 0; i < array_length(checks); i++) {
        if (!(failed & checks[i].check))
            continue;
        add(pinfo, item, EXPERT_CHECK_FAILED,
            wmem_strdup_printf(pinfo->pool, tcpstate_phrase(TCPSTATE_PHRASE_EXPERT_CHECK_FAILED, language),
                               tcpstate_field_name(checks[i].field, language)));
    }
}

/* What became of the connection, where it is not over. */
static void add_end(packet_info *pinfo, proto_item *item, const struct tcpstate_meaning *meaning)
{
    enum tcpstate_language language = tcpstate_language();
    struct tcpstate_summary summary;

    tcpstate_incarnation_summary(meaning->incarnation, &summary);
    enum expert what = (enum expert)by_result[summary.outcome.result];
    if (what == EXPERT_NONE || tcpstate_outcome_is_early(&summary.outcome))
        return;
    const char *missing = tcpstate_missing_text(pinfo->pool, language, meaning->incarnation, &summary.outcome, summary.client);
    add(pinfo, item, what,
        wmem_strdup_printf(pinfo->pool, tcpstate_phrase(TCPSTATE_PHRASE_EXPERT_CONNECTION, language),
                           tcpstate_result_word(summary.outcome.result, language), missing));
}

/* How long the connection's slowest response took, if it began in this frame; or 0. */
static int64_t slowest_here(const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning)
{
    const struct tcpstate_account *account = &tcpstate_incarnation_connection(meaning->incarnation)->account;

    return account->slowest_frame == reading->segment.frame ? account->slowest : 0;
}

/* Whether the connection's longest stall, a long one, ended in this frame. */
static bool ended_stall(const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning)
{
    const struct tcpstate_account *account = &tcpstate_incarnation_connection(meaning->incarnation)->account;

    return account->stall >= tcpstate_stalled_after() && account->stall_frame == reading->segment.frame
           && tcpstate_stall_by(account) == reading->segment.from;
}

/* Whether this is a RST whose sender went on afterwards. */
static bool is_disowned(const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning)
{
    return meaning->later && (reading->segment.flags & TCPSTATE_FLAG_RST) && !reading->quoted
           && tcpstate_incarnation_connection(meaning->incarnation)->account.disowned == reading->segment.frame;
}

bool tcpstate_view_expert_has(const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning)
{
    return meaning->later || by_step[meaning->seen.step] != EXPERT_NONE || meaning->seen.failed
           || (reading->segment.flags & TCPSTATE_FLAG_RST);
}

void tcpstate_view_expert(packet_info *pinfo, proto_item *item, const struct tcpstate_reading *reading,
                          const struct tcpstate_meaning *meaning)
{
    const struct tcpstate_observation *seen = &meaning->seen;
    enum expert what = (enum expert)by_step[seen->step];
    bool forged = (reading->segment.flags & TCPSTATE_FLAG_RST) && seen->reset_ttl_differs && what != EXPERT_SUSPICIOUS_RST;
    bool last = meaning->later && reading->segment.frame == tcpstate_incarnation_last_frame(meaning->incarnation);

    bool slow = meaning->later && reading->segment.payload > 0 && slowest_here(reading, meaning) >= tcpstate_slow_response();

    bool disowned = is_disowned(reading, meaning);

    const bool stalled = meaning->later && ended_stall(reading, meaning);

    if (what == EXPERT_NONE && !seen->failed && !forged && !last && !slow && !stalled && !disowned)
        return;
    if (what != EXPERT_NONE) {
        const char *label = tcpstate_label_of(pinfo->pool, reading, meaning);
        add(pinfo, item, what, *label ? label : expert_get_summary(&fields[what]));
    }
    if (forged)
        add(pinfo, item, EXPERT_SUSPICIOUS_RST, tcpstate_phrase(TCPSTATE_PHRASE_EXPERT_TTL, tcpstate_language()));
    if (disowned)
        add(pinfo, item, EXPERT_SUSPICIOUS_RST, tcpstate_phrase(TCPSTATE_PHRASE_EXPERT_DISOWNED, tcpstate_language()));
    if (slow)
        add(pinfo, item, EXPERT_SLOW_RESPONSE,
            wmem_strdup_printf(pinfo->pool, tcpstate_phrase(TCPSTATE_PHRASE_EXPERT_SLOW_RESPONSE, tcpstate_language()),
                               tcpstate_seconds_text(pinfo->pool, slowest_here(reading, meaning))));
    if (stalled)
        add(pinfo, item, EXPERT_STALL_ENDED,
            tcpstate_stall_text(pinfo->pool, tcpstate_language(), meaning->incarnation, seen->client));
    add_failed_checks(pinfo, item, seen->failed);
    if (last)
        add_end(pinfo, item, meaning);
}
