/* begin.c - where a connection begins: new on its four-tuple, anew after
 * another, or midway.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A SYN on a four-tuple that had a connection before may open a new one, be an
 * old duplicate or be forged (RFC 9293 sections 3.5 and 3.6.1, RFC 5961 section
 * 4); and what its other end still holds matters until that end has spoken.
 */
#include <string.h>

#include "internal.h"
#include "sighting.h"

#define NOTHING_KNOWN                                                                                    \
    {                                                                                                    \
        .state = TCPSTATE_UNKNOWN, .proven = TCPSTATE_UNKNOWN, .since = TCPSTATE_NO_TIME,                \
        .proven_since = TCPSTATE_NO_TIME                                                                 \
    }

void tcpstate_forget(struct tcpstate_endpoint *end)
{
    *end = (struct tcpstate_endpoint)NOTHING_KNOWN;
}

void tcpstate_connection_begin(struct tcpstate_connection *connection,
                               const struct tcpstate_connection *before)
{
    static const struct tcpstate_connection fresh = {
        .ends = { NOTHING_KNOWN, NOTHING_KNOWN },
        .moments = { TCPSTATE_NO_TIME, TCPSTATE_NO_TIME, TCPSTATE_NO_TIME, TCPSTATE_NO_TIME, TCPSTATE_NO_TIME,
                     TCPSTATE_NO_TIME, TCPSTATE_NO_TIME, TCPSTATE_NO_TIME, TCPSTATE_NO_TIME },
        .client = -1, .active_closer = -1, .ended_by = -1,
    };

    _Static_assert(TCPSTATE_MOMENTS == 9, "each of them has no time yet");
    *connection = fresh;
    if (before) {
        memcpy(connection->ends, before->ends, sizeof connection->ends);
        connection->facts = TCPSTATE_CONNECTION_REUSED;
        connection->time_wait_since = before->time_wait_since;
    }
}

bool tcpstate_opens_new_connection(const struct tcpstate_connection *connection,
                                   const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    if ((segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_FIN))
        != TCPSTATE_FLAG_SYN)
        return false;
    if ((me->known & KNOWS_ISN) && segment->seq == me->isn)
        return false; /* the very SYN that opened it */
    if (!(me->known & SENT_SYN) && (me->known & KNOWS_ISN) == 0 && (peer->known & SENT_SYN)
        && !(peer->known & SENT_SYN_ACK) && me->state == TCPSTATE_SYN_RCVD)
        return false; /* the other half of a simultaneous open */
    if ((segment->options & TCPSTATE_OPTION_TIMESTAMPS) && (me->known & SENT_TIMESTAMPS)
        && seq_lt(segment->ts_val, me->ts_val))
        return false; /* older than what it sent last (RFC 7323 section 5) */
    if (me->proven == TCPSTATE_SYN_SENT && seq_lt(segment->seq, me->isn))
        return false; /* older than the SYN that waits for its answer */
    return true;
}

bool tcpstate_restore(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                      const struct tcpstate_segment *segment)
{
    int from = segment->from & 1;
    const struct tcpstate_endpoint *was = &before->ends[from], *is = &connection->ends[from];

    if (!(connection->facts & TCPSTATE_CONNECTION_CONTESTED) || !(is->known & SENT_SYN)
        || is->proven != TCPSTATE_SYN_SENT || !(was->known & KNOWS_SEQ)
        || (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_ACK)) != TCPSTATE_FLAG_ACK)
        return false;
    /* In the old numbers, not in the new ones. */
    bool old = segment->seq - was->nxt <= UINT16_MAX || was->nxt - segment->seq <= UINT16_MAX;
    bool news = seq_gt(tcpstate_segment_next(segment), was->max) || !(was->known & KNOWS_ACK) || seq_gt(segment->ack, was->acked)
                || segment->time - was->last.time >= TCPSTATE_COPY_TIME;
    if (!old || !news || segment->seq == is->isn + 1)
        return false;
    struct tcpstate_endpoint other = connection->ends[!from];
    *connection = *before;
    if ((other.known & SENT_FIN) && other.proven == TCPSTATE_LAST_ACK) {
        /* It closed meanwhile, and had the old FIN when it did. */
        other.known |= ACK_OF_FIN_CARRIED;
        other.carried_to = other.fin + 1;
    }
    connection->ends[!from] = other;
    connection->facts |= TCPSTATE_CONNECTION_RESTORED;
    connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_SETTLED;
    return true;
}

enum tcpstate_state tcpstate_begin(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    connection->facts |= TCPSTATE_CONNECTION_BEGAN;
    if (connection->facts & TCPSTATE_CONNECTION_REUSED) {
        /* The sender has begun anew; the other end may still be in the old
         * connection, or be rid of it. */
        bool newer = (peer->state == TCPSTATE_TIME_WAIT && (me->known & KNOWS_SEQ)
                      && (seq_gt(segment->seq, me->max)
                          || ((segment->options & TCPSTATE_OPTION_TIMESTAMPS)
                              && (me->known & SENT_TIMESTAMPS)
                              && seq_gt(segment->ts_val, me->ts_val))));
        bool holds = (peer->state >= TCPSTATE_ESTABLISHED && peer->state < TCPSTATE_UNKNOWN && !newer)
                     || (peer->state == TCPSTATE_SYN_RCVD && peer->proven == TCPSTATE_SYN_RCVD);
        tcpstate_forget(me);
        if (holds) {
            connection->facts |= TCPSTATE_CONNECTION_CONTESTED;
            return TCPSTATE_UNKNOWN;
        }
        enum tcpstate_state was = (enum tcpstate_state)peer->state;
        tcpstate_forget(peer);
        return was == TCPSTATE_TIME_WAIT || was == TCPSTATE_LISTEN || was == TCPSTATE_CLOSED ? was
                                                                                             : TCPSTATE_UNKNOWN;
    }
    if (!(segment->flags & TCPSTATE_FLAG_SYN)) {
        connection->facts |= TCPSTATE_CONNECTION_MIDSTREAM;
        me->known |= GUESSED;
        peer->known |= GUESSED;
    }
    return TCPSTATE_UNKNOWN;
}

bool tcpstate_reopened_unseen(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    return (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_FIN))
               == (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK)
           && (me->state == TCPSTATE_TIME_WAIT || me->state == TCPSTATE_CLOSED)
           && (peer->state == TCPSTATE_CLOSED || peer->state == TCPSTATE_TIME_WAIT)
           && (me->known & KNOWS_ISN) && me->isn != segment->seq
           && (peer->known & KNOWS_ISN) && segment->ack != peer->isn + 1;
}
