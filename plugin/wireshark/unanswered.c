/* unanswered.c - why a SYN may have got no answer; see unanswered.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The server may hold what the connection before has left.  What of that the
 * capture shows is told; whether it was the reason nobody outside can know.
 */
#include "unanswered.h"

#include "../core/sequence.h"
#include "../text/phrases.h"
#include "lives.h"
#include "preferences.h"
#include "wording.h"

unsigned tcpstate_unanswered(const struct tcpstate_life *life, int64_t *after)
{
    struct tcpstate_outcome outcome;

    *after = -1;
    if (!life->before)
        return 0;
    tcpstate_life_outcome(life, &outcome);
    if (outcome.result != TCPSTATE_RESULT_UNANSWERED)
        return 0;
    const struct tcpstate_connection *now = tcpstate_life_look(life);
    const int client = now->client, server = !client;
    const int64_t syn = now->moments[TCPSTATE_MOMENT_SYN];
    if (client < 0 || syn == TCPSTATE_NO_TIME)
        return 0;
    const bool stamped = now->account.ends[client].offers & TCPSTATE_OFFERS_TIMESTAMPS;
    const uint32_t stamp = now->ends[client].ts_val;
    const struct tcpstate_connection *before = tcpstate_life_look(life->before); /* and no longer `now` */
    const int64_t ended = before->moments[TCPSTATE_MOMENT_END];
    if (ended == TCPSTATE_NO_TIME || ended > syn)
        return 0;
    *after = syn - ended;
    unsigned causes = TCPSTATE_UNANSWERED_REUSED;
    if (before->end == TCPSTATE_ENDING_CLOSED && before->active_closer == server && *after < tcpstate_two_msl()) {
        causes |= TCPSTATE_UNANSWERED_TIME_WAIT;
        if (stamped && (before->account.ends[0].offers & before->account.ends[1].offers & TCPSTATE_OFFERS_TIMESTAMPS)
            && seq_lt(stamp, before->ends[client].ts_val))
            causes |= TCPSTATE_UNANSWERED_OLD_STAMP;
    }
    return causes;
}

const char *tcpstate_unanswered_name(unsigned cause)
{
    return cause == TCPSTATE_UNANSWERED_REUSED      ? "reused"
           : cause == TCPSTATE_UNANSWERED_TIME_WAIT ? "time-wait"
                                                    : "old-time-stamp";
}

const char *tcpstate_unanswered_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                     const struct tcpstate_life *life)
{
    static const enum tcpstate_phrase more[] = { TCPSTATE_PHRASE_UNANSWERED_TIME_WAIT, TCPSTATE_PHRASE_UNANSWERED_OLD_STAMP };
    const char *separator = tcpstate_phrase(TCPSTATE_PHRASE_COMMA, language);
    int64_t after;
    unsigned causes = tcpstate_unanswered(life, &after);

    if (causes == 0)
        return "";
    const char *text = wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_UNANSWERED_REUSED, language),
                                          tcpstate_seconds_text(pool, after));
    for (unsigned i = 0; i < array_length(more); i++)
        if (causes & TCPSTATE_UNANSWERED_TIME_WAIT << i)
            text = wmem_strdup_printf(pool, "%s%s%s", text, separator, tcpstate_phrase(more[i], language));
    return text;
}
