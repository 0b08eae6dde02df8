/* evidence.c - the judge: what does this segment prove, what may it move?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Here stand RFC 9293 section 3.10.7's questions of acceptability and RFC
 * 5961's of resets, asked from the outside.  A host knows its RCV.NXT; a
 * passer-by knows two bounds of it: what the host has acknowledged, and what
 * has been sent to it without a hole.
 */
#include "internal.h"

/* States in which an endpoint is past its handshake (RFC 9293 section 3.3.2:
 * "synchronized", less SYN_RCVD). */
static bool is_open(uint8_t state)
{
    return state >= TCPSTATE_ESTABLISHED && state <= TCPSTATE_TIME_WAIT;
}

/* Whether `ack` acknowledges the SYN that opened `peer`'s side.  Only asked
 * while that is news, so the ISN is less than 2^31 behind. */
static bool covers_syn(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (segment->flags & TCPSTATE_FLAG_ACK) && (peer->known & KNOWS_ISN)
           && seq_gt(segment->ack, peer->isn) && seq_le(segment->ack, peer->max);
}

/* An ACK acknowledges a FIN only if it covers the FIN's own number. */
static bool covers_fin(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (segment->flags & TCPSTATE_FLAG_ACK) && (peer->known & SENT_FIN)
           && seq_gt(segment->ack, peer->fin) && seq_le(segment->ack, peer->max);
}

/* How far beyond what it acknowledged an endpoint can accept.  Without its
 * SYN the scale is unknown; the largest one (RFC 7323 section 2.3) errs on
 * the side of letting a segment in. */
static uint32_t receive_window(const struct tcpstate_endpoint *end)
{
    return (end->known & KNOWS_ACK) ? end->window : 65535;
}

/* Whether the segment acknowledges what its sender can have received, but the
 * capture has not: the other's SYN, or data after it. */
static bool acks_the_unseen(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                            const struct tcpstate_segment *segment)
{
    if (!(peer->known & KNOWS_ISN))
        return (me->known & SENT_SYN) && (segment->seq == me->isn + 1 || segment->seq == me->max);
    return seq_gt(segment->ack, peer->max) && segment->ack - peer->max <= receive_window(me);
}

static enum tcpstate_reset_number judge_reset_number(const struct tcpstate_endpoint *me,
                                                     const struct tcpstate_endpoint *peer,
                                                     const struct tcpstate_segment *segment)
{
    /* RFC 9293 section 3.10.7.3: in SYN-SENT the acknowledgment decides. */
    if (peer->state == TCPSTATE_SYN_SENT)
        return covers_syn(peer, segment) ? TCPSTATE_RESET_NUMBER_ACK : TCPSTATE_RESET_NUMBER_BAD_ACK;
    if (!(peer->known & KNOWS_ACK) && !(me->known & KNOWS_SEQ))
        return TCPSTATE_RESET_NUMBER_NONE;
    if ((peer->known & KNOWS_ACK) && segment->seq == peer->acked)
        return TCPSTATE_RESET_NUMBER_EXACT;
    if ((me->known & KNOWS_SEQ) && segment->seq == me->nxt)
        return TCPSTATE_RESET_NUMBER_EXACT;
    if (peer->proven == TCPSTATE_SYN_SENT && covers_syn(peer, segment))
        return TCPSTATE_RESET_NUMBER_ACK; /* the SYN,ACK may not have arrived */
    uint32_t base = (peer->known & KNOWS_ACK) ? peer->acked : me->nxt;
    if (segment->seq - base < receive_window(peer))
        return TCPSTATE_RESET_NUMBER_WINDOW;
    return TCPSTATE_RESET_NUMBER_OUTSIDE;
}

/* RFC 9293 section 3.5.3: who came from LISTEN goes back there, who sent the
 * first SYN does not. */
static uint8_t reset_arrival(const struct tcpstate_endpoint *receiver)
{
    return (receiver->known & SENT_SYN) ? BIT(TCPSTATE_GETS_RST_AS_OPENER) : BIT(TCPSTATE_GETS_RST);
}

static void judge_reset(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                        const struct tcpstate_segment *segment, struct evidence *evidence)
{
    evidence->reset_number = judge_reset_number(me, peer, segment);
    switch (evidence->reset_number) {
    case TCPSTATE_RESET_NUMBER_NONE:
    case TCPSTATE_RESET_NUMBER_EXACT:
    case TCPSTATE_RESET_NUMBER_ACK:
        evidence->is |= ACCEPTABLE;
        evidence->arrives |= reset_arrival(peer);
        break;
    case TCPSTATE_RESET_NUMBER_WINDOW:
    case TCPSTATE_RESET_NUMBER_OUTSIDE:
    case TCPSTATE_RESET_NUMBER_BAD_ACK:
        break;
    }
    if (me->known & SENT_RST)
        evidence->is |= AGAIN;
    /* Figures 8 and 9: a host in SYN_SENT answers an ACK that does not fit
     * its SYN with a RST made from that ACK, and goes on waiting. */
    if (me->proven == TCPSTATE_SYN_SENT && segment->seq != me->nxt)
        evidence->is |= FOREIGN;
    /* The same in SYN_RCVD, to an ACK that does not acknowledge its SYN
     * (RFC 9293 section 3.5.2, group 2). */
    if (me->proven == TCPSTATE_SYN_RCVD && !(segment->flags & TCPSTATE_FLAG_ACK) && segment->seq != me->nxt)
        evidence->is |= FOREIGN;
    /* What its receiver must not accept anybody may have sent. */
    if (!(evidence->is & ACCEPTABLE))
        return;
    /* A bare RST from an end that we took for reset: it was made from a segment
     * that met a closed port, so the reset did arrive. */
    if (!(segment->flags & TCPSTATE_FLAG_ACK))
        evidence->shown |= BIT(TCPSTATE_GETS_RST) | BIT(TCPSTATE_GETS_RST_AS_OPENER);
    /* A SYN answered by RST: there was nobody who could have received it. */
    if (me->proven == TCPSTATE_UNKNOWN || me->proven == TCPSTATE_CLOSED)
        evidence->contradicted |= BIT(TCPSTATE_GETS_SYN);
    /* A RST with ACK is a program's abort (RFC 9293 section 3.10.5): the third
     * segment had been taken in.  A bare one was made from the third segment,
     * by a host that would not have it. */
    if (me->proven == TCPSTATE_SYN_RCVD && (segment->flags & TCPSTATE_FLAG_ACK)
        && (me->pending & BIT(TCPSTATE_GETS_ACK_OF_SYN)))
        evidence->shown |= BIT(TCPSTATE_GETS_ACK_OF_SYN);
    /* A RST in place of the third segment: its sender never took the SYN,ACK
     * in, unless it acknowledges it. */
    if (me->proven == TCPSTATE_UNKNOWN || me->proven == TCPSTATE_SYN_SENT) {
        if (me->proven == TCPSTATE_SYN_SENT && covers_syn(peer, segment))
            evidence->shown |= BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
        else
            evidence->contradicted |= BIT(TCPSTATE_GETS_SYN_ACK);
    }
}

static void judge_syn(const struct tcpstate_connection *connection,
                      const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                      const struct tcpstate_segment *segment, struct evidence *evidence)
{
    bool has_ack = segment->flags & TCPSTATE_FLAG_ACK;
    bool same_isn = (me->known & KNOWS_ISN) && segment->seq == me->isn;

    if (!has_ack) {
        if ((me->known & SENT_SYN) && !same_isn)
            evidence->is |= STALE;
        if ((me->known & SENT_SYN) && same_isn) {
            evidence->is |= AGAIN;
            /* Sent again because nothing came back: whatever we thought had
             * reached it did not. */
            evidence->contradicted |= BIT(TCPSTATE_GETS_SYN_ACK) | BIT(TCPSTATE_GETS_ACK_OF_SYN)
                                      | BIT(TCPSTATE_GETS_RST) | BIT(TCPSTATE_GETS_RST_AS_OPENER);
        }
        if ((connection->facts & TCPSTATE_CONNECTION_REUSED) && !(me->known & SENT_SYN))
            evidence->is |= REUSES;
        if (is_open(tcpstate_replay((enum tcpstate_state)peer->proven, peer->pending)))
            evidence->is |= PEER_LIVES;
        else if (!(evidence->is & STALE) || !(peer->known & SENT_SYN_ACK))
            evidence->arrives |= BIT(TCPSTATE_GETS_SYN);
        if ((peer->known & SENT_SYN) && !(peer->known & SENT_SYN_ACK))
            evidence->is |= CROSSES;
        return;
    }

    if ((connection->facts & TCPSTATE_CONNECTION_CONTESTED) && !same_isn && peer->proven == TCPSTATE_SYN_SENT
        && covers_syn(peer, segment)) {
        evidence->is |= REUSES; /* the old connection is gone: it answers the new SYN */
    } else if (is_open(me->proven) && (me->known & KNOWS_ISN) && !same_isn) {
        evidence->is |= STALE; /* it belongs to nothing that is there (RFC 5961 section 4) */
        return;
    }
    if ((me->known & SENT_SYN_ACK) && same_isn) {
        evidence->is |= AGAIN;
        evidence->contradicted |= BIT(TCPSTATE_GETS_ACK_OF_SYN);
    }
    if (!(me->known & SENT_SYN))
        evidence->shown |= BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_RST);
    else if (covers_syn(peer, segment))
        evidence->shown |= BIT(TCPSTATE_GETS_SYN);
    if (!(peer->known & KNOWS_ISN) || covers_syn(peer, segment)) {
        evidence->is |= GOOD_ACK;
        evidence->arrives |= BIT(TCPSTATE_GETS_SYN_ACK);
        if ((peer->known & KNOWS_ISN) && segment->ack != peer->isn + 1)
            evidence->is |= ACKS_SYN_DATA;
    }
    if (connection->facts & TCPSTATE_CONNECTION_SIMULTANEOUS)
        evidence->is |= CROSSES;
}

bool tcpstate_is_acknowledged_fin(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                  const struct tcpstate_segment *segment)
{
    return (segment->flags & (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST))
               == (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_ACK)
           && !(me->known & SENT_FIN) && (peer->known & SENT_FIN)
           && (peer->known & ACKED_FIN) && peer->acked == tcpstate_segment_next(segment);
}

bool tcpstate_is_keep_alive(const struct tcpstate_endpoint *sender, const struct tcpstate_segment *segment)
{
    return segment->payload <= 1 && (sender->known & KNOWS_SEQ) && segment->seq == sender->max - 1
           && (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_ACK))
                  == TCPSTATE_FLAG_ACK
           && sender->proven == TCPSTATE_ESTABLISHED && (sender->known & KNOWS_ACK)
           && segment->ack == sender->acked;
}

/* A segment with neither SYN nor RST: acknowledgments, data, FIN. */
static void judge_transfer(const struct tcpstate_connection *connection,
                           const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                           const struct tcpstate_segment *segment, struct evidence *evidence)
{
    uint32_t next = tcpstate_segment_next(segment);
    bool acks_syn = covers_syn(peer, segment) || acks_the_unseen(me, peer, segment);
    bool acks_fin = covers_fin(peer, segment);
    /* The far edge is the receiver's window, once it has named one (RFC 9293
     * section 3.10.7.4, first check); the near one is left open, because old
     * numbers move nothing anyway. */
    bool fits = !(peer->known & KNOWS_ACK)
                || seq_le(segment->seq, peer->acked + receive_window(peer));

    if (!(me->known & KNOWS_SEQ) || seq_le(segment->seq, me->nxt))
        evidence->is |= IN_ORDER;
    if (segment->flags & TCPSTATE_FLAG_FIN) {
        bool again = (me->known & SENT_FIN) && segment->seq + segment->payload == me->fin;
        /* An ACK for what was never sent, or not captured. */
        if ((peer->known & KNOWS_SEQ) && seq_gt(segment->ack, peer->max)
            && !((me->known & KNOWS_ACK) && seq_le(segment->ack, me->acked))) {
            evidence->is |= UNACCEPTABLE;
            if (segment->ack - peer->max <= receive_window(me))
                evidence->is |= ACKS_UNSEEN; /* there was room for it, so it may have been */
        }
        /* Outside the window; all of it received before; a time stamp from
         * before the connection (RFC 7323 section 5.3, PAWS). */
        if (!fits || (evidence->is & UNACCEPTABLE)
            || (!again && (peer->known & KNOWS_ACK) && seq_lt(next, peer->acked))
            || ((segment->options & TCPSTATE_OPTION_TIMESTAMPS) && (me->known & SENT_TIMESTAMPS)
                && seq_lt(segment->ts_val, me->ts_val))) {
            evidence->is |= UNACCEPTABLE;
            return;
        }
    }

    bool begins = !(me->known & KNOWS_ISN) || segment->seq == me->isn + 1 || (me->known & SENT_SYN_DATA);
    bool alone = (peer->known & KNOWS_ISN) ? segment->ack == peer->isn + 1 : !(peer->known & SENT_DATA);
    if (acks_syn && begins && alone)
        evidence->is |= ACKS_SYN_ALONE;
    if (me->proven == TCPSTATE_SYN_SENT && acks_syn) {
        evidence->is |= OPENS;
        evidence->arrives |= BIT(TCPSTATE_GETS_ACK_OF_SYN);
        evidence->shown |= BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
    } else if (me->proven == TCPSTATE_SYN_RCVD
               && ((me->pending & (BIT(TCPSTATE_GETS_ACK_OF_SYN) | BIT(TCPSTATE_GETS_SYN_ACK)))
                   || (!(connection->facts & TCPSTATE_CONNECTION_FAST_OPEN)
                       && (segment->payload > 0
                           || (acks_syn && (peer->known & KNOWS_ISN) && segment->ack != peer->isn + 1))))) {
        /* A server speaks only once the handshake is over, unless the SYN
         * carried Fast Open data (RFC 7413 section 4.2); even if the ACK that
         * ended it was not captured. */
        evidence->shown |= BIT(TCPSTATE_GETS_ACK_OF_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
    }

    if (me->proven == TCPSTATE_UNKNOWN && (me->pending & BIT(TCPSTATE_GETS_SYN))) {
        if (acks_syn) {
            /* Its SYN,ACK was not captured, nor what ended the handshake. */
            evidence->shown |= BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_ACK_OF_SYN);
            evidence->arrives |= BIT(TCPSTATE_GETS_SYN_ACK);
        } else {
            /* Figure 9, line 4: nobody in SYN_RCVD sends that.  It still
             * holds an old connection, and challenges. */
            evidence->contradicted |= BIT(TCPSTATE_GETS_SYN);
            evidence->is |= CHALLENGES;
        }
    }

    /* A RST moved it, but whoever the RST claims to come from goes on, and so
     * does this end, for it acknowledges what came after: the RST was forged,
     * and never arrived. */
    const uint8_t resets = me->pending & (BIT(TCPSTATE_GETS_RST) | BIT(TCPSTATE_GETS_RST_AS_OPENER));
    if (resets && !(peer->known & SENT_RST) && (peer->known & KNOWS_SEQ) && seq_ge(segment->ack, peer->max)) {
        evidence->contradicted |= resets;
        evidence->is |= OUTLIVES_RESET;
    }

    /* Arrivals: an acceptable ACK first, as section 3.10.7.4 orders them. */
    if (fits && covers_syn(peer, segment)
        && (peer->proven == TCPSTATE_SYN_RCVD || (peer->known & SENT_SYN)))
        evidence->arrives |= BIT(TCPSTATE_GETS_ACK_OF_SYN);
    /* The other's data or FIN carried its ACK of our FIN: who acknowledges the
     * one has received the other. */
    if ((peer->known & ACK_OF_FIN_CARRIED) && seq_ge(segment->ack, peer->carried_to))
        evidence->shown |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
    if (acks_fin) {
        if (fits)
            evidence->arrives |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
        evidence->shown |= BIT(TCPSTATE_GETS_FIN);
        if (!(me->known & ACKED_FIN))
            evidence->is |= ACKS_FIN;
        else if (segment->payload == 0 && !(segment->flags & TCPSTATE_FLAG_FIN))
            evidence->is |= ACKS_FIN_AGAIN;
    }
    if (segment->flags & TCPSTATE_FLAG_FIN) {
        uint32_t fin = segment->seq + segment->payload;
        if ((me->known & SENT_FIN) && fin == me->fin) {
            evidence->is |= AGAIN;
            if (!(evidence->shown & BIT(TCPSTATE_GETS_ACK_OF_FIN)))
                evidence->contradicted |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
            if (!acks_fin)
                evidence->contradicted |= BIT(TCPSTATE_GETS_FIN);
        }
        if (tcpstate_is_acknowledged_fin(me, peer, segment))
            evidence->is &= ~PEER_SENT_FIN; /* the other's was recorded early: this one is the first */
        else if ((peer->known & SENT_FIN) && !acks_fin)
            evidence->is |= CROSSES;
        if (fits && (evidence->is & IN_ORDER))
            evidence->arrives |= BIT(TCPSTATE_GETS_FIN);
    }

    if (segment->payload > 0) {
        if (!(me->known & SENT_DATA) && (me->known & KNOWS_ISN) && segment->seq == me->isn + 1)
            evidence->is |= FIRST_DATA;
        /* It acknowledges data of the other that was not captured. */
        if ((peer->known & KNOWS_ISN) && seq_gt(segment->ack, peer->isn + 1)
            && !((peer->known & SENT_FIN) && peer->fin == peer->isn + 1))
            evidence->is |= PEER_SPOKE;
        if ((me->known & KNOWS_SEQ) && seq_gt(next, me->max))
            evidence->is |= NEW_DATA;
        if ((evidence->is & NEW_DATA) && acks_fin && !(me->known & SENT_HALF_CLOSED))
            evidence->is |= FIRST_HALF_CLOSED;
    } else if (!(segment->flags & TCPSTATE_FLAG_FIN)) {
        bool nothing_new = (me->known & KNOWS_ACK) && segment->ack == me->acked;
        if (nothing_new && (me->known & PROVOKED))
            evidence->is |= CHALLENGES;
    }
    if (acks_syn && (peer->known & KNOWS_ISN))
        evidence->is |= GOOD_ACK;
    if ((me->known & SENT_RST) && me->proven == TCPSTATE_CLOSED && (me->known & KNOWS_SEQ)
        && seq_gt(next, me->max) && segment->seq == me->max)
        evidence->is |= AFTER_RESET;
    if (me->keep_alives > 0 && tcpstate_is_keep_alive(me, segment))
        evidence->is |= KEEP_ALIVE_AGAIN;
    if ((segment->options & TCPSTATE_OPTION_MP_DATA_FIN) && !(me->known & SENT_DATA_FIN))
        evidence->is |= MP_CLOSES;
}

void tcpstate_judge(const struct tcpstate_connection *connection,
                    const struct tcpstate_segment *segment, struct evidence *evidence)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    uint8_t flags = segment->flags;

    *evidence = (struct evidence){ 0 };
    if (flags & TCPSTATE_FLAG_SYN)
        evidence->is |= HAS_SYN;
    if (flags & TCPSTATE_FLAG_ACK)
        evidence->is |= HAS_ACK;
    if (flags & TCPSTATE_FLAG_FIN)
        evidence->is |= HAS_FIN;
    if (flags & TCPSTATE_FLAG_RST)
        evidence->is |= HAS_RST;
    if ((flags & TCPSTATE_FLAG_URG) && (flags & TCPSTATE_FLAG_PSH))
        evidence->is |= HAS_URG_PSH;
    if (segment->payload > 0)
        evidence->is |= HAS_DATA;
    if (segment->options & TCPSTATE_OPTION_TFO_REQUEST)
        evidence->is |= TFO_ASKS;
    if (segment->options & TCPSTATE_OPTION_TFO_COOKIE)
        evidence->is |= TFO_HAS_COOKIE;
    if (connection->facts & TCPSTATE_CONNECTION_FAST_OPEN)
        evidence->is |= TFO_SENT;
    if (connection->client == (segment->from & 1))
        evidence->is |= FROM_CLIENT;
    else if (connection->client >= 0)
        evidence->is |= FROM_SERVER;
    if (segment->options & TCPSTATE_OPTION_MP_FASTCLOSE)
        evidence->is |= MP_CLOSES_FAST;
    if (peer->known & SENT_FIN)
        evidence->is |= PEER_SENT_FIN;
    if (peer->known & SENT_SYN_ACK)
        evidence->is |= PEER_ACCEPTED;
    if (peer->known & ACKED_FIN)
        evidence->is |= PEER_ACKED_FIN;
    if (me->known & SENT_FIN)
        evidence->is |= ALREADY_SENT_FIN;
    if (peer->known & SENT_DATA)
        evidence->is |= PEER_SPOKE;
    if (me->known & (GUESSED | HEARD_UNSEEN))
        evidence->is |= GUESSES;

    /* No TCP sends SYN with FIN or RST (RFC 9293 section 3.10.7.2); no TCP
     * sends a segment without ACK once it is past SYN_SENT (section 3.10.7.4,
     * fifth check: dropped).  They prove nothing and move nobody. */
    if ((flags & TCPSTATE_FLAG_SYN) && (flags & (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST)))
        return;
    if (flags & TCPSTATE_FLAG_RST)
        judge_reset(me, peer, segment, evidence);
    else if (flags & TCPSTATE_FLAG_SYN)
        judge_syn(connection, me, peer, segment, evidence);
    else if (flags & TCPSTATE_FLAG_ACK)
        judge_transfer(connection, me, peer, segment, evidence);
}
