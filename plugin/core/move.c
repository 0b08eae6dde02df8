/* move.c - how one segment moves its sender and its receiver.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sender is moved by what the segment proves, the receiver by what it
 * brings.  Both keep the invariant state == tcpstate_replay(proven, pending).
 */
#include "internal.h"

enum tcpstate_state tcpstate_replay(enum tcpstate_state state, uint8_t pending)
{
    for (int event = 0; pending != 0; event++, pending >>= 1)
        if (pending & 1)
            state = tcpstate_next(state, (enum tcpstate_event)event);
    return state;
}

void tcpstate_settle(struct tcpstate_endpoint *end)
{
    end->state = (uint8_t)tcpstate_replay((enum tcpstate_state)end->proven, end->pending);
}

/* Move the sender.  Returns where it stood when it sent the segment;
 * `in_flight` tells that something it did not know of yet moves it on. */
enum tcpstate_state tcpstate_move_sender(struct tcpstate_endpoint *me,
                                       const struct tcpstate_segment *segment,
                                       const struct evidence *evidence, bool *corrected,
                                       bool *in_flight)
{
    enum tcpstate_state departure = (enum tcpstate_state)me->proven;
    uint8_t remaining = me->pending & (uint8_t)~(evidence->shown | evidence->contradicted);
    uint8_t shown = evidence->shown;

    /* That it was reset is shown by who begins again after it, or answers from
     * a port that is closed. */
    const uint8_t resets = BIT(TCPSTATE_GETS_RST) | BIT(TCPSTATE_GETS_RST_AS_OPENER);
    if (me->pending & shown & resets) {
        departure = (evidence->is & HAS_SYN) ? TCPSTATE_LISTEN : TCPSTATE_CLOSED;
        remaining = 0;
        shown = 0;
    }
    shown &= (uint8_t)~resets;
    *corrected = (me->pending & evidence->contradicted) != 0;
    if ((me->known & EXPIRED) && (evidence->is & (HAS_ACK | HAS_RST | HAS_SYN)) == HAS_ACK) {
        /* Its TIME_WAIT is longer than we believed. */
        departure = TCPSTATE_TIME_WAIT;
        *corrected = true;
    }
    if ((evidence->is & (HAS_SYN | HAS_ACK | REUSES)) == (HAS_SYN | HAS_ACK | REUSES)) {
        /* It answers the new SYN, so it was rid of the old connection. */
        departure = TCPSTATE_LISTEN;
        remaining = shown = 0;
    }
    if (evidence->is & AFTER_RESET) {
        /* The RST was not its own: somebody in between had forged it. */
        departure = (enum tcpstate_state)me->before_reset;
        *corrected = true;
    }
    departure = tcpstate_replay(departure, shown);

    enum tcpstate_state after = departure;
    if ((evidence->is & (HAS_SYN | HAS_RST)) == HAS_SYN && !(evidence->is & HAS_FIN)) {
        if (!(evidence->is & STALE))
            after = tcpstate_next(after, (evidence->is & HAS_ACK) ? TCPSTATE_SENDS_SYN_ACK
                                                                  : TCPSTATE_SENDS_SYN);
    } else if ((evidence->is & HAS_RST) && !(evidence->is & HAS_SYN)) {
        if ((evidence->is & (FOREIGN | ACCEPTABLE)) == ACCEPTABLE) {
            if (after != TCPSTATE_CLOSED)
                me->before_reset = (uint8_t)after;
            after = tcpstate_next(after, TCPSTATE_SENDS_RST);
            remaining = 0;
        }
    } else if ((evidence->is & HAS_ACK) && !(evidence->is & HAS_SYN)) {
        after = tcpstate_next(after, TCPSTATE_SENDS_ACK);
        /* Data midway: it was sent in ESTABLISHED or in CLOSE_WAIT.  The
         * former is what it mostly is; it stays marked as a guess. */
        if (after == TCPSTATE_UNKNOWN
            && (((me->known & GUESSED) && segment->payload > 0) || (evidence->is & CHALLENGES))) {
            after = TCPSTATE_ESTABLISHED;
            me->known |= GUESSED;
        }
        if (evidence->is & UNACCEPTABLE)
            ; /* whoever sent it, it closes nothing yet */
        else if ((evidence->is & HAS_FIN) && (evidence->is & CROSSES) && after == TCPSTATE_CLOSE_WAIT) {
            /* Its later ACK was recorded before this FIN: it never was in
             * CLOSE_WAIT, for it closed before the other's FIN came in. */
            departure = TCPSTATE_ESTABLISHED;
            *corrected = true;
            after = TCPSTATE_CLOSING;
        }
        else if (evidence->is & HAS_FIN)
            after = tcpstate_next(after, TCPSTATE_SENDS_FIN);
    }
    me->proven = (uint8_t)after;
    me->pending = remaining;
    tcpstate_settle(me);
    *in_flight = remaining != 0 && after != departure && me->state != after;
    return departure;
}

/* A FIN whose ACK of a FIN came before that FIN in the capture: here is the one
 * it acknowledges, so its sender had it, and closed second. */
static void confirm_fin_recorded_early(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                                       struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    if (!(peer->known & FIN_IN_DOUBT) || (peer->known & SENT_FIN) || (me->known & SENT_FIN)
        || (segment->flags & (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_SYN))
               != (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_ACK)
        || peer->proven != TCPSTATE_ESTABLISHED || !(me->known & KNOWS_SEQ) || segment->seq != me->max
        || tcpstate_segment_next(segment) != peer->claim || seq_gt(segment->ack, peer->fin))
        return;
    peer->known &= ~(uint32_t)(FIN_IN_DOUBT | DOUBTED | HEARD_UNSEEN);
    peer->acked = peer->claim;
    peer->carried_to = peer->fin + 1;
    if (!(peer->known & KNOWS_SEQ) || peer->nxt == peer->fin)
        peer->nxt = peer->max = peer->island = peer->fin + 1;
    peer->known |= KNOWS_SEQ | SENT_FIN | FIN_ARRIVED | ACKED_FIN | ACK_OF_FIN_CARRIED;
    peer->proven = TCPSTATE_LAST_ACK;
    peer->pending = 0;
    tcpstate_settle(peer);
    me->known &= ~(uint32_t)SENT_UNSEEN;
    connection->active_closer = (int8_t)(segment->from & 1);
    connection->facts |= TCPSTATE_CONNECTION_THREE_SEGMENTS;
}

void tcpstate_confirm(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    if ((peer->known & CLAIMS) && !(segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST))
        && segment->seq - peer->claim <= peer->window) {
        me->nxt = me->max = me->island = peer->acked = peer->claim;
        peer->known &= ~(uint32_t)CLAIMS;
    }
    confirm_fin_recorded_early(connection, me, peer, segment);
    if (!(peer->known & FIN_IN_DOUBT) || (segment->flags & (TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_SYN)) != TCPSTATE_FLAG_ACK
        || segment->ack != peer->fin + 1)
        return;
    peer->known &= ~(uint32_t)FIN_IN_DOUBT;
    peer->known |= KNOWS_SEQ | SENT_FIN | FIN_ARRIVED;
    peer->nxt = peer->max = peer->island = segment->ack;
    peer->proven = (uint8_t)tcpstate_next((enum tcpstate_state)peer->proven, TCPSTATE_SENDS_FIN);
    tcpstate_settle(peer);
    if (connection->active_closer < 0)
        connection->active_closer = (int8_t)!(segment->from & 1);
}

/* Let one arrival move the receiver, if it moves it at all. */
static void arrive(struct tcpstate_connection *connection, struct tcpstate_endpoint *end,
                   enum tcpstate_event event, int64_t now)
{
    uint8_t pending = end->pending | BIT(event);
    enum tcpstate_state state = tcpstate_replay((enum tcpstate_state)end->proven, pending);

    if (state == end->state && end->state != TCPSTATE_TIME_WAIT)
        return;
    if (state == TCPSTATE_TIME_WAIT && (end->state != TCPSTATE_TIME_WAIT || event == TCPSTATE_GETS_FIN))
        connection->time_wait_since = now; /* a FIN seen again starts it anew */
    if (state != end->state) {
        end->pending = pending;
        end->state = (uint8_t)state;
    }
}

void tcpstate_move_receiver(struct tcpstate_connection *connection,
                          const struct tcpstate_segment *segment, const struct evidence *evidence)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    uint8_t arrives = evidence->arrives;
    uint8_t flags = segment->flags;

    /* Nonsense brings nothing, not even what waited for the next segment. */
    if (!(flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_RST))
        || ((flags & TCPSTATE_FLAG_SYN) && (flags & (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST))))
        return;
    if (arrives & BIT(TCPSTATE_GETS_SYN)) {
        /* A new life begins: from what is proven, not from what is shown; but
         * a reset came before it, and is not to be replayed after it. */
        tcpstate_settle(peer);
        if (peer->pending & (BIT(TCPSTATE_GETS_RST) | BIT(TCPSTATE_GETS_RST_AS_OPENER))) {
            peer->proven = peer->state;
            peer->pending = 0;
            peer->known |= GUESSED;
        }
    }
    for (int event = 0; arrives != 0; event++, arrives >>= 1)
        if (arrives & 1)
            arrive(connection, peer, (enum tcpstate_event)event, segment->time);
    if (evidence->arrives & BIT(TCPSTATE_GETS_FIN))
        me->known |= FIN_ARRIVED;

    /* A FIN that waited behind a hole arrives with the segment that fills it;
     * one recorded after its own acknowledgment had arrived before. */
    if ((me->known & SENT_FIN) && !(segment->flags & TCPSTATE_FLAG_RST)) {
        if ((peer->known & KNOWS_ACK) && !(peer->known & ACKED_FIN) && seq_gt(peer->acked, me->fin)
            && seq_le(peer->acked, me->max)) {
            uint8_t had = BIT(TCPSTATE_GETS_FIN);
            if ((me->known & ACK_OF_FIN_CARRIED) && seq_ge(peer->acked, me->carried_to))
                had |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
            peer->proven = (uint8_t)tcpstate_replay((enum tcpstate_state)peer->proven, had);
            peer->pending &= (uint8_t)~had;
            peer->known |= ACKED_FIN;
            tcpstate_settle(peer);
            arrive(connection, me, TCPSTATE_GETS_ACK_OF_FIN, segment->time);
            me->known |= FIN_ARRIVED;
        } else if (!(me->known & FIN_ARRIVED) && seq_gt(me->nxt, me->fin)) {
            arrive(connection, peer, TCPSTATE_GETS_FIN, segment->time);
            me->known |= FIN_ARRIVED;
        }
    }
}

