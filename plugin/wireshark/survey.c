/* survey.c - one entry per connection; see survey.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "survey.h"

#include <string.h>

#include "../text/phrases.h"
#include "host.h"
#include "preferences.h"
#include "wording.h"

bool tcpstate_takes(const char **argument, const char *word)
{
    size_t length = strlen(word);

    if (!*argument || strncmp(*argument, word, length) != 0
        || ((*argument)[length] != '\0' && (*argument)[length] != ','))
        return false;
    *argument = (*argument)[length] == ',' && (*argument)[length + 1] != '\0' ? *argument + length + 1 : NULL;
    return true;
}

struct tcpstate_survey *tcpstate_survey_new(void)
{
    struct tcpstate_survey *survey = g_new(struct tcpstate_survey, 1);

    survey->tallies = g_array_new(FALSE, TRUE, sizeof(struct tcpstate_tally));
    survey->by_incarnation = g_hash_table_new(g_direct_hash, g_direct_equal);
    return survey;
}

void tcpstate_survey_clear(struct tcpstate_survey *survey)
{
    g_array_set_size(survey->tallies, 0);
    g_hash_table_remove_all(survey->by_incarnation);
}

void tcpstate_survey_free(struct tcpstate_survey *survey)
{
    g_array_free(survey->tallies, TRUE);
    g_hash_table_destroy(survey->by_incarnation);
    g_free(survey);
}

struct tcpstate_tally *tcpstate_survey_at(const struct tcpstate_survey *survey, unsigned index)
{
    return &g_array_index(survey->tallies, struct tcpstate_tally, index);
}

unsigned tcpstate_survey_take(struct tcpstate_survey *survey, const struct tcpstate_tapped *tapped)
{
    const struct tcpstate_incarnation *incarnation = tapped->meaning.incarnation;
    int from = tapped->reading.segment.from;
    unsigned index = GPOINTER_TO_UINT(g_hash_table_lookup(survey->by_incarnation, incarnation));

    if (index == 0) {
        struct tcpstate_tally fresh = { .incarnation = incarnation, .first_sender = (int8_t)from,
                                        .file = tcpstate_capture_name(), .began = tapped->began };
        g_array_append_val(survey->tallies, fresh);
        index = survey->tallies->len;
        g_hash_table_insert(survey->by_incarnation, (gpointer)incarnation, GUINT_TO_POINTER(index));
    }
    if (tcpstate_counts(tapped)) {
        struct tcpstate_tally *tally = tcpstate_survey_at(survey, index - 1);
        tally->packets[from]++;
        tally->bytes[from] += tapped->length;
    }
    return index - 1;
}

void tcpstate_survey_select(struct tcpstate_survey *survey, tcpstate_selects *wanted, const void *whom)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < survey->tallies->len; i++)
        if (wanted(tcpstate_survey_at(survey, i)->incarnation, whom))
            *tcpstate_survey_at(survey, kept++) = *tcpstate_survey_at(survey, i);
    g_array_set_size(survey->tallies, kept);
    g_hash_table_remove_all(survey->by_incarnation);
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

    tcpstate_incarnation_summary(tally->incarnation, summary);
    const int64_t slowest = tcpstate_incarnation_connection(tally->incarnation)->account.slowest;
    known->slowest_response = slowest > 0 ? slowest : -1;
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

const char *tcpstate_closed_by(const struct tcpstate_known *known)
{
    const struct tcpstate_outcome *outcome = &known->summary.outcome;

    if (known->summary.client < 0 && (outcome->closed_by == 0 || outcome->closed_by == 1))
        return outcome->closed_by == known->a ? "A" : "B";
    return outcome->closed_by < 0 ? "" : tcpstate_closed_by_word(outcome, known->summary.client);
}

const char *tcpstate_ended_by(const struct tcpstate_known *known)
{
    const struct tcpstate_outcome *outcome = &known->summary.outcome;

    if (known->summary.client < 0 && (outcome->ended_by == 0 || outcome->ended_by == 1))
        return outcome->ended_by == known->a ? "A" : "B";
    return outcome->ended_by < 0 ? "" : tcpstate_ended_by_word(outcome, known->summary.client);
}
