/* account-reset.c - what the segments before a RST show of why it was sent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A set of circumstances, TCPSTATE_CAUSE_*, of which none is claimed to be the
 * reason; and whether its sender went on, so that the RST was not its own.
 */
#include "account-facts.h"

#define LONG_SILENCE (10 * TCPSTATE_SECOND) /* before a RST, worth telling */
#define AT_ONCE (TCPSTATE_SECOND / 100)     /* RSTs from both ends */

/* In whose name the RST of .reset_frame was sent. */
static int reset_by(const struct tcpstate_account *account)
{
    return (account->facts & ACCOUNT_RESET_BY) != 0;
}

/* Time since the segment before this RST, of whichever end. */
static int64_t silence_before(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                              const struct tcpstate_observation *observation)
{
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    int64_t since = observation->reset_after;

    if (segment->time >= peer->last.time && (since < 0 || segment->time - peer->last.time < since))
        since = segment->time - peer->last.time;
    return since < 0 ? 0 : since;
}

/* How long the window of an end has been 0. */
static int64_t shut_for(const struct tcpstate_account *account, int end, int64_t now)
{
    const struct tcpstate_account_end *me = &account->ends[end];

    return me->shut_since == TCPSTATE_NO_TIME || tcpstate_has_sent_into(&account->ends[!end], me) ? 0 : now - me->shut_since;
}

/* How long the RST's sender had sent nothing when the other end sent what the RST may answer: its data, its FIN or a keep-alive. */
static int64_t pause_before(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                            const struct tcpstate_observation *observation)
{
    const int other = !(segment->from & 1);
    const struct tcpstate_endpoint *peer = &connection->ends[other];
    const int64_t waiting = connection->account.ends[other].waiting_since, last = segment->time - observation->reset_after;
    const uint16_t keep_alives = connection->account.ends[other].keep_alives;
    const int64_t spoke = waiting != TCPSTATE_NO_TIME ? waiting
                          : keep_alives == 1          ? peer->last.time
                          : peer->known & SENT_FIN    ? peer->first_sent
                                                      : last;

    return observation->reset_after < 0 ? 0 : spoke - last;
}

/* The time that tells most of why a RST came: a cause, and how long. */
static uint16_t note_time(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                          const struct tcpstate_observation *observation, int64_t *lasted)
{
    const int from = segment->from & 1;
    const struct {
        uint16_t cause;
        int64_t lasted, least;
    } times[] = {
        { TCPSTATE_CAUSE_SHUT, shut_for(&connection->account, !from, segment->time), TCPSTATE_SECOND },
        { TCPSTATE_CAUSE_OWN_SHUT, shut_for(&connection->account, from, segment->time), TCPSTATE_SECOND },
        { TCPSTATE_CAUSE_SILENCE, silence_before(connection, segment, observation), LONG_SILENCE },
        { TCPSTATE_CAUSE_PAUSE, pause_before(connection, segment, observation), LONG_SILENCE },
    };

    *lasted = 0;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (times[i].lasted >= times[i].least) {
            *lasted = times[i].lasted;
            return times[i].cause;
        }
    return 0;
}

static void note_causes(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                        const struct tcpstate_observation *observation)
{
    struct tcpstate_account *account = &connection->account;
    int from = segment->from & 1;
    const struct tcpstate_account_end *me = &account->ends[from];
    const bool heard = connection->ends[!from].last.frame != 0; /* else the capture may lack that direction */
    int64_t lasted = 0;
    uint16_t causes = heard ? note_time(connection, segment, observation, &lasted) : 0;

    account->reset_frame = segment->frame;
    account->facts = (uint16_t)((account->facts & ~ACCOUNT_RESET_BY) | (from == 1 ? ACCOUNT_RESET_BY : 0));
    account->reset_after = lasted / 1000000 > UINT32_MAX ? UINT32_MAX : (uint32_t)(lasted / 1000000);
    account->reset_count = 0;
    account->reset_reason = 0;
    if (account->facts & (ACCOUNT_SPOKE_LATE << !from))
        causes |= TCPSTATE_CAUSE_DATA_AFTER_CLOSE;
    if (me->keep_alives > 0) {
        causes |= TCPSTATE_CAUSE_KEEP_ALIVES;
        account->reset_count = me->keep_alives;
    } else if (heard && me->resent > 0 && me->waiting_since != TCPSTATE_NO_TIME) {
        causes |= TCPSTATE_CAUSE_RETRANSMISSIONS;
        account->reset_count = me->resent;
    }
    if (connection->client == !from && !(connection->ends[from].known & SENT_DATA)
        && (connection->ends[from].known & SENT_SYN_ACK) && segment->seq == connection->ends[from].isn + 1)
        causes |= TCPSTATE_CAUSE_NO_RESPONSE;
    if (observation->reset_ttl_differs)
        causes |= TCPSTATE_CAUSE_OTHER_TTL;
    if ((account->ends[0].offers & account->ends[1].offers & TCPSTATE_OFFERS_SIGNATURE)
        && !(segment->options & (TCPSTATE_OPTION_SIGNATURE | TCPSTATE_OPTION_CUT)))
        causes |= TCPSTATE_CAUSE_UNSIGNED;
    if (segment->options & TCPSTATE_OPTION_MP_TCPRST) {
        causes |= TCPSTATE_CAUSE_MP_REASON;
        account->reset_reason = segment->reset_reason;
    }
    if (segment->payload > 0)
        causes |= TCPSTATE_CAUSE_PAYLOAD;
    account->causes = causes;
}

void tcpstate_account_reset(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                            const struct tcpstate_observation *observation)
{
    struct tcpstate_account *account = &connection->account;
    int64_t ended = connection->moments[TCPSTATE_MOMENT_END];

    if (observation->over)
        note_causes(connection, segment, observation);
    else if (account->reset_frame != 0 && reset_by(account) != (segment->from & 1)
             && connection->end == TCPSTATE_ENDING_RESET && ended != TCPSTATE_NO_TIME && segment->time >= ended
             && segment->time - ended <= AT_ONCE)
        account->causes |= TCPSTATE_CAUSE_BOTH_ENDS;
}

/* Its RST was not its own, for it went on; or it refused one SYN, and answers the next. */
void tcpstate_account_disowned(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    struct tcpstate_account *account = &connection->account;
    const int from = segment->from & 1;

    if (account->reset_frame == 0 || reset_by(account) != from)
        return;
    if ((segment->flags & TCPSTATE_FLAG_SYN) && connection->ends[!from].last_control.frame > account->reset_frame) {
        account->reset_frame = 0;
        account->causes = 0;
    } else if (connection->end != TCPSTATE_ENDING_RESET || connection->ended_by != from) {
        account->disowned = account->reset_frame;
    }
}

const char *tcpstate_cause_name(unsigned cause)
{
    static const char *const names[] = {
        "data-after-close",
        "silence",
        "pause",
        "zero-window",
        "own-zero-window",
        "keep-alives-unanswered",
        "retransmissions",
        "no-response-yet",
        "other-ttl",
        "both-ends",
        "unsigned",
        "mptcp-reason",
        "payload",
    };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (cause == 1u << i)
            return names[i];
    return "";
}
