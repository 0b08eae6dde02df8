/* survey.c - one entry per connection; see survey.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "survey.h"

#include "../text/phrases.h"
#include "host.h"
#include "preferences.h"
#include "wording.h"

struct tcpstate_survey *tcpstate_survey_new(void)
{
    struct tcpstate_survey *survey = g_new(struct tcpstate_survey, 1);

    tcpstate_per_connection_begin(&survey->tallies, sizeof(struct tcpstate_tally));
    return survey;
}

void tcpstate_survey_clear(struct tcpstate_survey *survey)
{
    tcpstate_per_connection_clear(&survey->tallies);
}

void tcpstate_survey_free(struct tcpstate_survey *survey)
{
    tcpstate_per_connection_end(&survey->tallies);
    g_free(survey);
}

struct tcpstate_tally *tcpstate_survey_at(const struct tcpstate_survey *survey, unsigned index)
{
    return (struct tcpstate_tally *)tcpstate_per_connection_at(&survey->tallies, index);
}

unsigned tcpstate_survey_take(struct tcpstate_survey *survey, const struct tcpstate_tapped *tapped)
{
    const struct tcpstate_incarnation *incarnation = tapped->meaning.incarnation;
    int from = tapped->reading.segment.from;
    unsigned index;

    if (!tcpstate_per_connection_find(&survey->tallies, incarnation, &index)) {
        index = survey->tallies.count;
        *(struct tcpstate_tally *)tcpstate_per_connection_add(&survey->tallies, incarnation) = (struct tcpstate_tally){
            .incarnation = incarnation, .first_sender = (int8_t)from, .file = tcpstate_capture_name(), .began = tapped->began,
        };
    }
    if (tcpstate_counts(tapped)) {
        struct tcpstate_tally *tally = tcpstate_survey_at(survey, index);
        tally->packets[from]++;
        tally->bytes[from] += tapped->length;
    }
    return index;
}

void tcpstate_survey_select(struct tcpstate_survey *survey, tcpstate_selects *wanted, const void *whom)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < survey->tallies.count; i++)
        if (wanted(tcpstate_survey_at(survey, i)->incarnation, whom))
            *tcpstate_survey_at(survey, kept++) = *tcpstate_survey_at(survey, i);
    tcpstate_per_connection_cut(&survey->tallies, kept);
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
    const struct tcpstate_account *account = &tcpstate_incarnation_connection(tally->incarnation)->account;
    known->slowest_response = account->slowest > 0 ? account->slowest : -1;
    known->longest_stall = account->stall > 0 ? account->stall : -1;
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
