/* survey.c - one entry per connection; see survey.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "survey.h"

#include <stdlib.h>
#include <string.h>

#include <epan/addr_resolv.h>
#include <epan/plugin_if.h>
#include <epan/to_str.h>
#include <wsutil/report_message.h>

#include "../text/phrases.h"
#include "preferences.h"
#include "wording.h"

struct tcpstate_survey *tcpstate_survey_new(void)
{
    struct tcpstate_survey *survey = g_new(struct tcpstate_survey, 1);

    survey->tallies = g_array_new(FALSE, TRUE, sizeof(struct tcpstate_tally));
    survey->by_life = g_hash_table_new(g_direct_hash, g_direct_equal);
    return survey;
}

void tcpstate_survey_clear(struct tcpstate_survey *survey)
{
    g_array_set_size(survey->tallies, 0);
    g_hash_table_remove_all(survey->by_life);
}

void tcpstate_survey_free(struct tcpstate_survey *survey)
{
    g_array_free(survey->tallies, TRUE);
    g_hash_table_destroy(survey->by_life);
    g_free(survey);
}

struct tcpstate_tally *tcpstate_survey_at(const struct tcpstate_survey *survey, unsigned index)
{
    return &g_array_index(survey->tallies, struct tcpstate_tally, index);
}

unsigned tcpstate_survey_take(struct tcpstate_survey *survey, const packet_info *pinfo,
                              const struct tcpstate_tapped *tapped)
{
    const struct tcpstate_life *life = tapped->sight.life;
    int from = tapped->reading.segment.from;
    unsigned index = GPOINTER_TO_UINT(g_hash_table_lookup(survey->by_life, life));

    if (index == 0) {
        struct tcpstate_tally fresh = { .life = life, .first_sender = (int8_t)from,
                                        .began = nstime_to_msec(&pinfo->rel_ts) };
        g_array_append_val(survey->tallies, fresh);
        index = survey->tallies->len;
        g_hash_table_insert(survey->by_life, (gpointer)life, GUINT_TO_POINTER(index));
    }
    /* An ICMP error is nobody's segment, whoever it quotes. */
    if (!tapped->reading.quoted) {
        struct tcpstate_tally *tally = tcpstate_survey_at(survey, index - 1);
        tally->packets[from]++;
        tally->bytes[from] += pinfo->fd->pkt_len;
    }
    return index - 1;
}

static int64_t between(const struct tcpstate_summary *summary, enum tcpstate_moment from, enum tcpstate_moment to)
{
    const int64_t *moments = summary->moments;

    if (moments[from] == TCPSTATE_NO_TIME || moments[to] == TCPSTATE_NO_TIME || moments[to] < moments[from])
        return -1;
    return moments[to] - moments[from];
}

void tcpstate_known_of(const struct tcpstate_tally *tally, struct tcpstate_known *known)
{
    struct tcpstate_summary *summary = &known->summary;

    tcpstate_life_summary(tally->life, summary);
    known->a = summary->client >= 0 ? summary->client : tally->first_sender;
    known->b = !known->a;
    known->handshake = between(summary, TCPSTATE_MOMENT_SYN, TCPSTATE_MOMENT_HANDSHAKE_ACK);
    known->to_first_request = between(summary, TCPSTATE_MOMENT_HANDSHAKE_ACK, TCPSTATE_MOMENT_REQUEST);
    known->to_first_response = between(summary, TCPSTATE_MOMENT_REQUEST, TCPSTATE_MOMENT_RESPONSE);
    known->duration = between(summary, TCPSTATE_MOMENT_FIRST, TCPSTATE_MOMENT_LAST);
}

const char *tcpstate_roles_word(const struct tcpstate_summary *summary)
{
    return tcpstate_phrase(summary->client < 0          ? TCPSTATE_PHRASE_ROLES_UNKNOWN
                           : summary->roles_inferred ? TCPSTATE_PHRASE_ROLES_INFERRED
                                                     : TCPSTATE_PHRASE_ROLES_SEEN,
                           tcpstate_language());
}

const char *tcpstate_ended_by(const struct tcpstate_known *known)
{
    const struct tcpstate_outcome *outcome = &known->summary.outcome;

    if (known->summary.client < 0 && (outcome->closed_by == 0 || outcome->closed_by == 1))
        return outcome->closed_by == known->a ? "A" : "B";
    return tcpstate_closed_by_word(outcome, known->summary.client);
}

bool tcpstate_has_window(void)
{
    ws_info_t *info = NULL;

    plugin_if_get_ws_info(&info);
    return info && info->ws_info_supported;
}

void tcpstate_print_register(const char *view, stat_tap_init_cb start)
{
    stat_tap_ui ui = {
        .group = REGISTER_STAT_GROUP_GENERIC,
        .cli_string = view,
        .tap_init_cb = start,
    };

    if (!tcpstate_has_window())
        register_stat_tap_ui(&ui, NULL);
}

/* As tshark's own statistics end it. */
static void fail(const char *view, const char *why)
{
    report_failure("Couldn't register %s tap: %s", view, why);
    exit(EXIT_FAILURE);
}

const char *tcpstate_print_argument(const char *view, const char *given)
{
    const char *rest = given + strlen(view);

    /* tshark compares as many letters as the view has. */
    if (*rest != '\0' && *rest != ',')
        fail(view, wmem_strdup_printf(wmem_epan_scope(), "Invalid \"-z %s\"; perhaps \"-z %s,%s\" was meant", given,
                                      view, rest));
    return rest[0] == ',' && rest[1] != '\0' ? rest + 1 : NULL;
}

void tcpstate_print_listen(const char *view, const char *filter, void *data, tap_reset_cb reset,
                           tap_packet_cb packet, tap_draw_cb draw, tap_finish_cb finish)
{
    GString *error = register_tap_listener(TCPSTATE_TAP, data, filter, TL_REQUIRES_NOTHING, reset, packet, draw, finish);

    if (error)
        fail(view, error->str);
}
