/* unanswered.c - why a SYN may have got no answer; see unanswered.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The server may hold what the connection before has left, or its answer may be to
 * another SYN.  What of that the capture shows is told; whether it was the reason
 * nobody outside can know.
 */
#include "unanswered.h"

#include "../core/sequence.h"
#include "../text/phrases.h"
#include "capture.h"
#include "icmp.h"
#include "incarnations.h"
#include "preferences.h"
#include "wording.h"

/* What the connection before shows. */
static unsigned before_of(const struct tcpstate_incarnation *incarnation, int64_t *after)
{
    if (!incarnation->before)
        return 0;
    const struct tcpstate_connection *now = tcpstate_incarnation_look(incarnation);
    const int client = now->client, server = !client;
    const int64_t syn = now->moments[TCPSTATE_MOMENT_SYN];
    if (client < 0 || syn == TCPSTATE_NO_TIME)
        return 0;
    const bool stamped = now->account.ends[client].offers & TCPSTATE_OFFERS_TIMESTAMPS;
    const uint32_t stamp = now->ends[client].ts_val;
    const struct tcpstate_connection *before = tcpstate_incarnation_look(incarnation->before); /* and no longer `now` */
    const int64_t ended = before->moments[TCPSTATE_MOMENT_END];
    if (ended == TCPSTATE_NO_TIME || ended > syn)
        return 0;
    *after = syn - ended;
    unsigned causes = TCPSTATE_UNANSWERED_REUSED;
    if (before->end == TCPSTATE_ENDING_CLOSED && before->ends[server].state == TCPSTATE_TIME_WAIT && *after < tcpstate_two_msl())
        causes |= TCPSTATE_UNANSWERED_TIME_WAIT;
    /* Also where the server is not in TIME_WAIT: Linux before 4.12 drops such a SYN with tcp_tw_recycle, by
     * the time stamps of the client's address alone. */
    if (stamped && (before->account.ends[0].offers & before->account.ends[1].offers & TCPSTATE_OFFERS_TIMESTAMPS)
        && seq_lt(stamp, before->ends[client].ts_val))
        causes |= TCPSTATE_UNANSWERED_OLD_STAMP;
    return causes;
}

/* A number that the other end acknowledged, and the one that would have answered the SYN. */
struct misfit {
    unsigned cause; /* 0: none */
    uint32_t acked, expected;
};

/* The answers to a SYN that stays in SYN_SENT: none of them is its SYN,ACK, for that
 * would be a milestone (RFC 9293 section 3.10.7.3). */
static struct misfit misfit_of(const struct tcpstate_incarnation *incarnation, enum tcpstate_result result)
{
    struct misfit misfit = { 0 };

    if (result != TCPSTATE_RESULT_UNKNOWN && result != TCPSTATE_RESULT_UNANSWERED)
        return misfit;
    const struct tcpstate_connection *now = tcpstate_incarnation_look(incarnation);
    const int client = now->client;
    if (client < 0 || now->milestones[TCPSTATE_MILESTONE_SYN] == 0 || now->milestones[TCPSTATE_MILESTONE_SYN_ACK] != 0
        || now->milestones[TCPSTATE_MILESTONE_HANDSHAKE_ACK] != 0 || now->ends[client].likely != TCPSTATE_SYN_SENT
        || !tcpstate_isn(now, client, &misfit.expected))
        return misfit;
    const struct tcpstate_endpoint *server = &now->ends[!client];
    misfit.expected++;
    uint32_t isn; /* the SYN,ACK's */
    const bool sent_syn_ack = result == TCPSTATE_RESULT_UNANSWERED && tcpstate_isn(now, !client, &isn);
    misfit.acked = sent_syn_ack ? server->syn_acked : server->last_ack;
    if (server->last.frame < now->milestones[TCPSTATE_MILESTONE_SYN] || misfit.acked == misfit.expected)
        return misfit;
    if (sent_syn_ack)
        misfit.cause = TCPSTATE_UNANSWERED_WRONG_SYN_ACK;
    /* Its last segment has neither SYN, FIN nor RST.  Where it may be of an open connection whose
     * SYN,ACK was not captured, nothing is said of it. */
    else if (server->last.frame != server->last_control.frame && misfit.acked != 0
             && (result == TCPSTATE_RESULT_UNANSWERED || server->rcv_nxt == server->last_ack))
        misfit.cause = TCPSTATE_UNANSWERED_WRONG_ACK;
    return misfit;
}

unsigned tcpstate_unanswered(const struct tcpstate_incarnation *incarnation, enum tcpstate_result result, int64_t *after)
{
    const unsigned misfit = misfit_of(incarnation, result).cause;

    *after = -1;
    return misfit | (misfit || result == TCPSTATE_RESULT_UNANSWERED ? before_of(incarnation, after) : 0);
}

const char *tcpstate_unanswered_name(unsigned cause)
{
    switch (cause) {
    case TCPSTATE_UNANSWERED_REUSED: return "reused";
    case TCPSTATE_UNANSWERED_TIME_WAIT: return "time-wait";
    case TCPSTATE_UNANSWERED_OLD_STAMP: return "old-time-stamp";
    case TCPSTATE_UNANSWERED_WRONG_SYN_ACK: return "wrong-syn-ack";
    default: return "wrong-ack";
    }
}

const char *tcpstate_unanswered_names(wmem_allocator_t *pool, unsigned causes)
{
    const char *names = NULL;

    for (unsigned cause = TCPSTATE_UNANSWERED_REUSED; cause <= TCPSTATE_UNANSWERED_WRONG_ACK; cause <<= 1)
        if (causes & cause)
            names = names ? wmem_strdup_printf(pool, "%s,%s", names, tcpstate_unanswered_name(cause))
                          : tcpstate_unanswered_name(cause);
    return names;
}

const char *tcpstate_unanswered_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                     const struct tcpstate_incarnation *incarnation, enum tcpstate_result result)
{
    const char *separator = tcpstate_phrase(TCPSTATE_PHRASE_COMMA, language);
    int64_t after;
    unsigned causes = tcpstate_unanswered(incarnation, result, &after) & TCPSTATE_UNANSWERED_BEFORE;

    if (causes == 0)
        return "";
    const char *text = wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_UNANSWERED_REUSED, language),
                                          tcpstate_seconds_text(pool, after));
    if (causes & TCPSTATE_UNANSWERED_TIME_WAIT)
        text = wmem_strdup_printf(pool, "%s%s%s", text, separator, tcpstate_phrase(TCPSTATE_PHRASE_UNANSWERED_TIME_WAIT, language));
    if (causes & TCPSTATE_UNANSWERED_OLD_STAMP)
        text = wmem_strdup_printf(pool, "%s%s%s", text, separator,
                                  tcpstate_phrase(causes & TCPSTATE_UNANSWERED_TIME_WAIT ? TCPSTATE_PHRASE_UNANSWERED_OLD_STAMP
                                                                                         : TCPSTATE_PHRASE_UNANSWERED_OLDER_STAMP, language));
    return text;
}

/* What is in the way of the other FIN, where one end has closed: data that is not acknowledged, or a window that is shut. */
static const char *stalled_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                const struct tcpstate_incarnation *incarnation, const struct tcpstate_outcome *outcome, int client)
{
    struct tcpstate_wait wait;

    if (outcome->result != TCPSTATE_RESULT_HALF_CLOSED || outcome->count > 0
        || tcpstate_incarnation_waits(incarnation, &wait) < tcpstate_stalled_after() || wait.kind == TCPSTATE_WAIT_NONE)
        return "";
    const struct tcpstate_outcome stalled = { .result = TCPSTATE_RESULT_STALLED, .owing = wait.owing, .count = wait.count,
                                              .since = wait.since };
    return tcpstate_missing_in(pool, language, incarnation, &stalled, client, TCPSTATE_NO_TIME);
}

/* Where all that the server has sent since the third segment is its SYN,ACK again, and not because the two crossed. */
static const char *third_text(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_incarnation *incarnation,
                              const struct tcpstate_outcome *outcome)
{
    const struct tcpstate_connection *now = tcpstate_incarnation_look(incarnation);
    const int64_t third = now->moments[TCPSTATE_MOMENT_HANDSHAKE_ACK];
    const struct tcpstate_endpoint *server = &now->ends[now->client == 0];

    if ((outcome->result != TCPSTATE_RESULT_NO_RESPONSE && outcome->result != TCPSTATE_RESULT_STALLED) || now->client < 0
        || third == TCPSTATE_NO_TIME || server->repeats == 0 || server->last.frame != server->last_control.frame
        || server->last.time - third < TCPSTATE_SECOND)
        return "";
    const struct tcpstate_places places = { .language = language, .sender_is_client = 0, .repeats = server->repeats };
    return tcpstate_filled(pool, tcpstate_phrase(TCPSTATE_PHRASE_WAIT_THIRD, language), &places);
}

/* Where the client still sends its SYN when the SYN,ACK has been here for longer than the two could have crossed: SYNs
 * are sent again 1 s, and then 2 s, after the one before (RFC 6298 section 2). */
static const char *second_text(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_incarnation *incarnation,
                               const struct tcpstate_outcome *outcome)
{
    const struct tcpstate_connection *now = tcpstate_incarnation_look(incarnation);
    const int client = now->client;

    if (outcome->result != TCPSTATE_RESULT_HALF_OPEN || outcome->since == TCPSTATE_NO_TIME || client < 0 || outcome->owing != client
        || tcpstate_outcome_is_early(outcome))
        return "";
    const struct tcpstate_endpoint *end = &now->ends[client];
    if (end->last.frame != end->last_control.frame || end->last.time - outcome->since < 2 * TCPSTATE_SECOND)
        return "";
    const struct tcpstate_places places = { .language = language, .sender_is_client = 1,
                                            .seconds = tcpstate_decimal_seconds(pool, end->last.time - outcome->since, 1) };
    return tcpstate_filled(pool, tcpstate_phrase(TCPSTATE_PHRASE_WAIT_SECOND, language), &places);
}

const char *tcpstate_missing_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                  const struct tcpstate_incarnation *incarnation, const struct tcpstate_outcome *outcome, int client)
{
    if (outcome->result == TCPSTATE_RESULT_UNANSWERED && tcpstate_capture_holds(TCPSTATE_CAPTURE_ONE_DIRECTION) > 0
        && !tcpstate_outcome_is_early(outcome)) {
        const struct tcpstate_places places = { .language = language, .repeats = outcome->count,
                                                .sender_is_client = client < 0 ? -1 : outcome->owing == client,
                                                .seconds = tcpstate_decimal_seconds(pool, tcpstate_capture_lasts(outcome->since), 1) };
        return tcpstate_filled(pool, tcpstate_phrase(TCPSTATE_PHRASE_UNANSWERED_ONE_DIRECTION, language), &places);
    }
    const struct misfit misfit = misfit_of(incarnation, outcome->result);
    const int64_t last = tcpstate_incarnation_moments(incarnation)[TCPSTATE_MOMENT_LAST];
    const char *missing = tcpstate_joined(pool, language,
                                          tcpstate_missing_in(pool, language, incarnation, outcome, client, last),
                                          third_text(pool, language, incarnation, outcome));

    missing = tcpstate_joined(pool, language, missing, second_text(pool, language, incarnation, outcome));
    if (misfit.cause == 0)
        return tcpstate_joined(pool, language, missing, stalled_text(pool, language, incarnation, outcome, client));
    const enum tcpstate_phrase phrase = misfit.cause == TCPSTATE_UNANSWERED_WRONG_SYN_ACK ? TCPSTATE_PHRASE_UNANSWERED_WRONG_SYN_ACK
                                                                                        : TCPSTATE_PHRASE_UNANSWERED_WRONG_ACK;
    return tcpstate_joined(pool, language, missing,
                           wmem_strdup_printf(pool, tcpstate_phrase(phrase, language), misfit.acked, misfit.expected));
}

const char *tcpstate_missing_and_why(wmem_allocator_t *pool, enum tcpstate_language language,
                                     const struct tcpstate_incarnation *incarnation, const struct tcpstate_outcome *outcome, int client)
{
    const char *icmp = tcpstate_icmp_why(pool, language, incarnation, outcome, client);

    if (outcome->result == TCPSTATE_RESULT_RESET)
        return tcpstate_joined(pool, language, tcpstate_reset_why(pool, language, &tcpstate_incarnation_connection(incarnation)->account),
                               icmp);
    const char *missing = tcpstate_joined(pool, language, tcpstate_missing_text(pool, language, incarnation, outcome, client), icmp);
    return tcpstate_joined(pool, language, missing, tcpstate_unanswered_text(pool, language, incarnation, outcome->result));
}
