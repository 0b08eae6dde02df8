/* remember.c - the numbers of a segment, kept for judging the next ones.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is kept is bounded: two numbers and one range behind a hole for each
 * direction, whatever is sent.
 */
#include "internal.h"

/* Take `next` as seen from `me`, keeping at most one range behind a hole.
 * Where there are more holes the older range is forgotten; the receiver's
 * acknowledgment fills them all in the end. */
static void extend(struct tcpstate_endpoint *me, uint32_t seq, uint32_t next)
{
    if (!(me->known & KNOWS_SEQ)) {
        me->known |= KNOWS_SEQ;
        me->nxt = me->max = me->island = next;
        return;
    }
    bool has_island = me->island != me->max;
    if (seq_le(seq, me->nxt)) {
        if (seq_gt(next, me->nxt))
            me->nxt = next;
        if (has_island && seq_ge(me->nxt, me->island) && seq_lt(me->nxt, me->max))
            me->nxt = me->max;
    } else if (!has_island || seq_gt(seq, me->max)) {
        me->island = seq;
        if (seq_gt(next, me->max))
            me->max = next;
        return;
    }
    if (seq_gt(next, me->max)) {
        me->max = next;
        if (!has_island)
            me->island = next;
    }
    if (me->nxt == me->max)
        me->island = me->max;
}

/* The initial sequence number of an end whose SYN was not captured. */
static void learn_isn(struct tcpstate_endpoint *end, uint32_t isn)
{
    end->isn = isn;
    end->known |= KNOWS_ISN;
    if (!(end->known & KNOWS_SEQ)) {
        end->known |= KNOWS_SEQ;
        end->nxt = end->max = end->island = isn + 1;
    }
}

/* Whether the segment acknowledges, or leaves out, what may have been a FIN. */
static bool acks_unseen(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                        const struct tcpstate_segment *segment)
{
    return (segment->flags & (TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST)) == TCPSTATE_FLAG_ACK
           && (peer->known & KNOWS_SEQ) && !(peer->known & SENT_FIN) && (me->known & KNOWS_ACK)
           && peer->proven >= TCPSTATE_SYN_RCVD && peer->proven != TCPSTATE_UNKNOWN
           && seq_gt(segment->ack, peer->max) && segment->ack - peer->max <= me->window;
}

static bool skips_unseen(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return (segment->flags & (TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_FIN))
               == TCPSTATE_FLAG_ACK
           && segment->payload == 0 && (me->known & KNOWS_SEQ) && !(me->known & SENT_FIN)
           && me->proven >= TCPSTATE_SYN_RCVD && me->proven != TCPSTATE_UNKNOWN && seq_gt(segment->seq, me->max)
           && segment->seq - me->max < (UINT32_C(1) << 30);
}

bool tcpstate_shows_unseen(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    return acks_unseen(me, peer, segment) || skips_unseen(me, segment);
}

/* What was not seen may have been a FIN: until its sender goes on, nobody can
 * say where either end stands. */
static void remember_unseen(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                            const struct tcpstate_segment *segment, const struct evidence *evidence)
{
    uint8_t flags = segment->flags;
    uint32_t next = tcpstate_segment_next(segment);

    if ((me->known & SENT_UNSEEN) && (segment->payload > 0 || (flags & TCPSTATE_FLAG_FIN))
        && !(evidence->is & UNACCEPTABLE) && seq_ge(next, me->max)) {
        me->known &= ~(uint32_t)SENT_UNSEEN; /* no FIN, for it goes on; or the FIN itself */
        peer->known &= ~(uint32_t)HEARD_UNSEEN;
    }
    if (acks_unseen(me, peer, segment)) {
        peer->known |= SENT_UNSEEN;
        me->known |= HEARD_UNSEEN;
    }
    if (skips_unseen(me, segment)) {
        me->known |= SENT_UNSEEN;
        peer->known |= HEARD_UNSEEN;
    }
}

/* Whether the sender may stand elsewhere than its segment seems to say. */
static void remember_doubt(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                           const struct evidence *evidence)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    uint8_t flags = segment->flags;
    /* An ACK of the other's FIN, sent after something of its own that was not
     * seen: perhaps a FIN, and then it was CLOSING. */
    bool after_a_hole = (evidence->is & (ACKS_FIN | IN_ORDER)) == ACKS_FIN;
    bool rejects = (evidence->is & (HAS_RST | HAS_ACK | ACCEPTABLE)) == (HAS_RST | ACCEPTABLE)
                   && !(evidence->is & FOREIGN) && (evidence->contradicted & BIT(TCPSTATE_GETS_SYN_ACK))
                   && (me->known & (SENT_SYN | KNOWS_ISN)) && (evidence->is & PEER_ACCEPTED);

    /* A RST that its receiver ignores was sent by this end, which then is
     * CLOSED, or by a forger: until it sends again nobody can say. */
    if ((evidence->is & (HAS_RST | HAS_ACK | HAS_SYN)) == HAS_ACK
        && (me->proven == TCPSTATE_SYN_SENT || me->proven == TCPSTATE_CLOSED || me->proven == TCPSTATE_LISTEN))
        me->known |= DOUBTED; /* nobody there sends that */
    else if ((evidence->is & (HAS_RST | ACCEPTABLE | HAS_SYN)) == HAS_RST || after_a_hole)
        me->known |= DOUBTED;
    else if ((evidence->is & HAS_RST) && me->ttl != 0 && segment->ttl != 0 && segment->ttl != me->ttl)
        me->known |= DOUBTED; /* it came another way than all before: another machine may have sent it */
    else if (rejects)
        me->known |= DOUBTED; /* CLOSED, or waiting for the answer to a SYN that was not seen (figure 8) */
    else if ((evidence->is & (HAS_SYN | HAS_ACK)) == HAS_SYN && (connection->facts & TCPSTATE_CONNECTION_CONTESTED))
        me->known |= DOUBTED; /* begun anew, or an old or forged SYN */
    else if (flags & (TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST))
        me->known &= ~(uint32_t)DOUBTED;
}

/* Remember the segment's numbers. */
void tcpstate_remember(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                     const struct evidence *evidence)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    uint8_t flags = segment->flags;
    uint32_t next = tcpstate_segment_next(segment);
    bool syn = flags & TCPSTATE_FLAG_SYN;

    if (syn && (flags & (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST)))
        return; /* nonsense leaves no trace */
    remember_unseen(me, peer, segment, evidence);
    if ((me->known & EXPIRED) && me->proven == TCPSTATE_TIME_WAIT)
        connection->time_wait_since = segment->time; /* still there, after all */
    me->known &= ~(uint32_t)EXPIRED;

    remember_doubt(connection, segment, evidence);
    if (syn && !(evidence->is & STALE)) {
        if (!(me->known & KNOWS_ISN) || me->isn != segment->seq) {
            uint32_t kept = me->known & (KNOWS_ACK | PROVOKED | DOUBTED | SENT_SYN | SENT_RST | SENT_TIMESTAMPS);
            me->isn = segment->seq;
            me->nxt = me->max = me->island = next;
            me->known = kept | KNOWS_ISN | KNOWS_SEQ;
            me->repeats = 0;
        }
        me->known |= (flags & TCPSTATE_FLAG_ACK) ? SENT_SYN_ACK : SENT_SYN;
        me->known &= ~(uint32_t)GUESSED;
        peer->known &= ~(uint32_t)SENT_RST; /* what it answers to this is a new answer */
        if (segment->options & TCPSTATE_OPTION_WINDOW_SCALE) {
            me->window_scale = segment->window_scale > 14 ? 14 : segment->window_scale;
            me->known |= KNOWS_SCALE;
        }
        if (segment->payload > 0) {
            me->known |= SENT_DATA | SENT_SYN_DATA;
            if (evidence->is & TFO_HAS_COOKIE)
                connection->facts |= TCPSTATE_CONNECTION_FAST_OPEN;
        }
        if ((evidence->is & CROSSES) && !(flags & TCPSTATE_FLAG_ACK))
            connection->facts |= TCPSTATE_CONNECTION_SIMULTANEOUS;
        extend(me, segment->seq, next);
        if ((flags & TCPSTATE_FLAG_ACK) && !(peer->known & KNOWS_ISN)) {
            /* The SYN was not captured; that it is answered shows that it was
             * sent, and with which number. */
            learn_isn(peer, segment->ack - 1);
            if (peer->proven == TCPSTATE_UNKNOWN)
                peer->proven = TCPSTATE_SYN_SENT;
            tcpstate_settle(peer);
        }
    } else if (!syn && (flags & TCPSTATE_FLAG_ACK) && !(flags & TCPSTATE_FLAG_RST)) {
        /* A number that its receiver cannot take is not remembered, or one
         * forged segment would spoil all that follows. */
        bool fits = !(peer->known & KNOWS_ACK) || seq_le(segment->seq, peer->acked + peer->window);
        if (evidence->is & AFTER_RESET)
            me->known &= ~(uint32_t)SENT_RST;
        if (evidence->is & UNACCEPTABLE) {
            if (!(me->known & SENT_FIN)) {
                me->fin = segment->seq + segment->payload;
                me->known |= FIN_IN_DOUBT | ((evidence->is & ACKS_UNSEEN) ? DOUBTED : 0);
                if (!(me->known & CLAIMS))
                    me->claim = segment->ack;
            }
            return;
        }
        if (fits) {
            bool takes_fin = flags & TCPSTATE_FLAG_FIN;
            if ((evidence->is & NEW_DATA) || takes_fin)
                if (!(evidence->is & AGAIN) && (me->known & KNOWS_SEQ) && seq_ge(segment->seq, me->nxt))
                    me->known |= SENT_NEW;
            if (segment->payload > 0)
                me->known |= SENT_DATA;
            if (evidence->is & FIRST_HALF_CLOSED)
                me->known |= SENT_HALF_CLOSED;
            bool first_fin = takes_fin && !(me->known & SENT_FIN);
            if (first_fin) {
                me->fin = segment->seq + segment->payload;
                me->known |= SENT_FIN;
                me->known &= ~(uint32_t)FIN_IN_DOUBT;
                if (connection->active_closer < 0)
                    connection->active_closer = (int8_t)(segment->from & 1);
            }
            if ((evidence->shown & BIT(TCPSTATE_GETS_FIN)) && !(me->known & ACK_OF_FIN_CARRIED)
                && (first_fin || ((me->known & KNOWS_SEQ) && seq_gt(next, me->max)))) {
                me->known |= ACK_OF_FIN_CARRIED;
                me->carried_to = next;
            }
            extend(me, segment->seq, next);
        }
        if (evidence->is & OPENS && !(peer->known & KNOWS_ISN) && peer->proven == TCPSTATE_UNKNOWN) {
            /* The SYN,ACK was not captured; its acknowledgment tells K. */
            learn_isn(peer, segment->ack - 1);
            peer->proven = TCPSTATE_SYN_RCVD;
            peer->pending = 0;
            tcpstate_settle(peer);
        }
        if (evidence->is & (ACKS_FIN | ACKS_FIN_AGAIN) || evidence->shown & BIT(TCPSTATE_GETS_FIN)) {
            me->known |= ACKED_FIN;
            peer->known |= FIN_ARRIVED;
        }
        if ((me->known & SENT_NEW) && (peer->known & SENT_NEW)) {
            /* Each has sent something new since the other did, so neither had
             * closed before the capture began. */
            me->known &= ~(uint32_t)GUESSED;
            peer->known &= ~(uint32_t)GUESSED;
        }
    } else if ((evidence->is & ACCEPTABLE) && !syn) {
        if (evidence->is & FOREIGN)
            connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_CONTESTED; /* it really began anew */
        me->known |= SENT_RST;
        if (!(evidence->is & FOREIGN))
            me->known &= ~(uint32_t)GUESSED;
    }

    if ((flags & TCPSTATE_FLAG_ACK) && !(flags & TCPSTATE_FLAG_RST) && !(evidence->is & STALE)) {
        /* An ACK for far more than there is room for is forged, and dropped by
         * its receiver (RFC 9293 section 3.10.7.4, fifth), or the capture
         * missed a lot: what comes next will tell. */
        uint32_t reference = (me->known & CLAIMS) ? me->claim : peer->max;
        if ((peer->known & KNOWS_SEQ) && (me->known & KNOWS_ACK) && !syn && seq_gt(segment->ack, reference)
            && ((me->known & CLAIMS) || segment->ack - reference > me->window)) {
            me->claim = segment->ack;
            me->known |= CLAIMS;
            return;
        }
        if (!(me->known & KNOWS_ACK) || seq_gt(segment->ack, me->acked) || syn)
            me->acked = segment->ack;
        me->known |= KNOWS_ACK;
        int scale = syn ? 0 : tcpstate_window_scale(me, peer);
        me->window = (uint32_t)segment->window << scale;
        /* It acknowledges what was never captured: that did arrive.  But an
         * end in SYN_SENT has sent only its SYN; a higher number is not for it. */
        if ((peer->known & KNOWS_SEQ) && !syn && peer->proven != TCPSTATE_SYN_SENT && seq_gt(segment->ack, peer->nxt)
            && segment->ack - peer->nxt < UINT32_C(1) << 30) {
            peer->nxt = segment->ack;
            if (seq_gt(peer->nxt, peer->max))
                peer->max = peer->island = peer->nxt;
            else if (seq_ge(peer->nxt, peer->island))
                peer->nxt = peer->max, peer->island = peer->max;
        }
    }
    if (segment->options & TCPSTATE_OPTION_TIMESTAMPS) {
        if (!(me->known & SENT_TIMESTAMPS) || seq_gt(segment->ts_val, me->ts_val) || (syn && !(evidence->is & STALE)))
            me->ts_val = segment->ts_val;
        me->known |= SENT_TIMESTAMPS;
    }
}

