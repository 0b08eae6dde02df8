/* in-flight.c - what may still be on its way when a segment has passed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A RST, or what acknowledges a SYN,ACK, need not arrive in the order of the capture: for a while an end may be elsewhere
 * than the last segment alone tells.
 */
#include "evidence.h"

/* It was where it sent the last segment from, and may be in one of these by now. */
static void may_be_soon(struct tcpstate_endpoint *end, tcpstate_set others, bool is_sender)
{
    if (is_sender && !is_inferred(end))
        end->known |= AS_SENT;
    tcpstate_may_be(end, others);
}

/* Whether a RST of this number, perhaps of the connection before, is beyond all that its receiver takes. */
static bool is_reset_beyond(const struct tcpstate_connection *connection, int from, uint32_t seq)
{
    const struct tcpstate_endpoint *me = &connection->ends[from];

    return (me->known & KNOWS_ISN) && seq - me->isn > me->snd_max - me->isn + receive_window(&connection->ends[!from]);
}

/* One that its receiver must refuse does not make another harmless that is on its way. */
static void remember_last_reset(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                                bool refused, bool another_is_on_its_way)
{
    const int from = segment->from & 1;
    const bool same_sender = tcpstate_last_reset_by(connection) == from;

    if (another_is_on_its_way && (refused || is_reset_beyond(connection, from, segment->seq)))
        return;
    connection->last_reset = segment->time;
    /* Of several the highest may count longest; of unknown numbers, the last. */
    const bool comparable = connection->ends[from].known & KNOWS_SEQ;
    if (!another_is_on_its_way || !same_sender || !comparable || seq_gt(segment->seq, connection->last_reset_seq))
        connection->last_reset_seq = segment->seq;
    connection->facts &= (uint16_t)~(TCPSTATE_CONNECTION_RESET_REFUSED | TCPSTATE_CONNECTION_RESET_BY_B);
    connection->facts |= refused ? TCPSTATE_CONNECTION_RESET_REFUSED : 0;
    connection->facts |= from ? TCPSTATE_CONNECTION_RESET_BY_B : 0;
}

/* A RST may reach its receiver behind what its sender sent after it, and overtake what was
 * sent before: for a while either end may be gone, and what one of them sends shows only
 * where it was when it sent that. */
static void keep_reset_in_mind(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                               const struct judgement *judgement)
{
    const bool known = connection->last_reset != TCPSTATE_NO_TIME;
    const int64_t since = known ? segment->time - connection->last_reset : 0;
    const bool refused = connection->facts & TCPSTATE_CONNECTION_RESET_REFUSED;

    if (segment->flags & TCPSTATE_FLAG_RST) {
        remember_last_reset(connection, segment, judgement->is & BELOW_ALL, known && !refused && since < TCPSTATE_LONGEST_WAY);
        return;
    }
    if (!known)
        return;
    if (since >= TCPSTATE_LONGEST_WAY
        || is_reset_beyond(connection, tcpstate_last_reset_by(connection), connection->last_reset_seq)) {
        connection->last_reset = TCPSTATE_NO_TIME;
        return;
    }
    for (int i = 0; i < 2; i++) {
        struct tcpstate_endpoint *end = &connection->ends[i];
        const bool sent = end->known & SENT_ANY_RST;
        const bool got = i != tcpstate_last_reset_by(connection);
        /* It has acknowledged more than the RST's number since. */
        const bool beyond = got && (end->known & KNOWS_ACK) && seq_lt(connection->last_reset_seq + 1, end->rcv_nxt);
        /* Its own RST may have been sent behind this, and recorded before it. */
        const bool overtaken = sent && since < TCPSTATE_SHORTEST_RETRANSMISSION
                               && seq_le(tcpstate_segment_next(segment), end->reset_seq);

        if ((!refused && !beyond) || sent)
            may_be_soon(end, NOBODY_THERE, i == (segment->from & 1) && !overtaken);
    }
}

/* The sender of a SYN,ACK may be elsewhere when the next segment passes. */
static void keep_opening_in_mind(struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                 const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    if ((judgement->is & (HAS_SYN | HAS_ACK | HAS_RST)) != (HAS_SYN | HAS_ACK))
        return;
    /* Data on a SYN that comes when it waits for the third segment lies in its window: it may
     * give up then (RFC 9293 section 3.10.7.4, fourth check). */
    if ((peer->known & SENT_SYN_DATA) && segment->ack != peer->snd_max)
        may_be_soon(me, NOBODY_THERE, true);
    /* Recorded behind what acknowledges it: that may have come by now. */
    if ((peer->known & KNOWS_ACK) && peer->rcv_nxt == segment->seq + 1)
        may_be_soon(me, TCPSTATE_IN(ESTABLISHED), true);
}

void tcpstate_keep_in_mind(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                           const struct judgement *judgement)
{
    keep_reset_in_mind(connection, segment, judgement);
    keep_opening_in_mind(&connection->ends[segment->from & 1], &connection->ends[!(segment->from & 1)], segment, judgement);
}
