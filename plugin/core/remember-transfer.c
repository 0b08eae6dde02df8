/* remember-transfer.c - the numbers of data, FINs and acknowledgments, kept for judging the next segments.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * No state is written here.
 */
#include "evidence.h"

/* A FIN was taken for its own, and data or an ACK came from below it. */
static void dispute_fin(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                        struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                        const struct judgement *judgement)
{
    if (judgement->is & WITHDRAWS_FIN) {
        me->known = (me->known & ~(uint32_t)(SENT_FIN | FIN_ARRIVED)) | FIN_IN_DOUBT | FIN_DISPUTED;
        peer->known &= ~(uint32_t)(ACKED_FIN | ACK_OF_FIN_CARRIED);
        if (connection->active_closer == (segment->from & 1)) {
            const bool others = peer->known & SENT_FIN;
            connection->active_closer = (int8_t)(others ? !(segment->from & 1) : -1);
            connection->moments[TCPSTATE_MOMENT_FIN] = others ? peer->first_sent : TCPSTATE_NO_TIME;
        }
        if (me->snd_nxt == me->fin + 1)
            me->snd_nxt = me->fin;
    }
    if ((judgement->is & (BELOW_ITS_FIN | NEWEST)) == (BELOW_ITS_FIN | NEWEST))
        me->known |= FIN_DISPUTED;
}

/* Whether what its own data or FIN carries, the ACK of the other's FIN, has come with it: then
 * who acknowledges the one has had the other.  A host acknowledges a FIN within 500 ms (RFC 9293
 * section 3.8.6.3).  Where that was not seen, its own FIN may be sent again, and the first one
 * have acknowledged less. */
static void remember_what_is_carried(struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                     const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    const uint32_t next = tcpstate_segment_next(segment), sent = highest_sent(me, peer);
    const bool had_fin = judgement->had & BIT(TCPSTATE_GETS_FIN), fin = segment->flags & TCPSTATE_FLAG_FIN;
    const bool first_fin = fin && !(me->known & SENT_FIN);
    const bool late = !(me->known & ACKED_FIN) && segment->time - peer->last_control.time >= TCPSTATE_LONG_WAY / 2;
    const bool may_repeat = late || ((me->known & KNOWS_SEQ) && seq_le(next, sent));
    const bool carries = first_fin ? !may_repeat
                                   : segment->payload > 0 && (me->known & KNOWS_SEQ) && seq_gt(next, sent);

    if (fin && !had_fin)
        me->known &= ~(uint32_t)ACK_OF_FIN_CARRIED; /* it is the FIN alone that the other may have got */
    const bool of_syn_perhaps = (me->known & SENT_SYN) && !(peer->known & SENT_SYN_ACK) && is_unplaced(peer);
    if (had_fin && !(me->known & ACK_OF_FIN_CARRIED) && carries && !of_syn_perhaps) {
        me->known |= ACK_OF_FIN_CARRIED;
        me->carried_to = next;
    }
    if (first_fin && ((me->known & ACKED_FIN) || (had_fin && may_repeat)))
        me->known |= FIN_LATER;
}

/* Data after a pause may be sent again, and so may be the FIN that follows it. */
static void remember_repetition(struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer, bool had_fin,
                                bool midstream, const struct judgement *judgement)
{
    const bool more = judgement->is & SENDS_MORE;

    me->known |= SENT_DATA;
    if (more && !(peer->known & SENT_FIN))
        me->known &= ~(uint32_t)MAY_REPEAT;
    else if ((judgement->is & AFTER_A_PAUSE)
             && ((!more && ((peer->known & SENT_FIN) || midstream)) || (had_fin && !(me->known & ACKED_FIN))))
        me->known |= MAY_REPEAT;
}

static void remember_data(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                          struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                          const struct judgement *judgement)
{
    const uint32_t next = tcpstate_segment_next(segment);
    const bool had_fin = judgement->had & BIT(TCPSTATE_GETS_FIN), fin = segment->flags & TCPSTATE_FLAG_FIN;
    const bool follows = (me->known & KNOWS_SEQ) && seq_le(segment->seq, me->fin_from);

    dispute_fin(connection, me, peer, segment, judgement);
    if (segment->payload > 0)
        remember_repetition(me, peer, had_fin, connection->facts & TCPSTATE_CONNECTION_MIDSTREAM, judgement);
    if (judgement->is & FIRST_HALF_CLOSED)
        me->known |= SENT_HALF_CLOSED;
    if (fin && (me->known & SENT_FIN) && next != me->fin + 1) { /* elsewhere */
        tcpstate_take_fin(connection, me, segment);
        return;
    }
    remember_what_is_carried(me, peer, segment, judgement);
    /* Of a number that the other has already: late, or a stranger's. */
    if (fin && !(me->known & SENT_FIN) && comes_another_way(me, peer, segment) && (peer->known & KNOWS_ACK)
        && seq_le(next, peer->rcv_nxt))
        me->known |= FIN_DISPUTED;
    if (fin)
        tcpstate_take_fin(connection, me, segment);
    tcpstate_extend(me, segment->seq, next);
    if ((follows || !fin) && (follows || !comes_another_way(me, peer, segment))) /* a stranger's data may lie behind its FIN */
        tcpstate_keep_fin_from(me, segment);
}

void tcpstate_remember_claim(struct tcpstate_endpoint *me, uint32_t ack)
{
    if (!(me->known & CLAIMS) || seq_gt(ack, me->claim))
        me->claim = ack;
    me->known |= CLAIMS;
}

void tcpstate_remember_ack(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                           const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    bool syn = segment->flags & TCPSTATE_FLAG_SYN;

    /* It goes back although its sender goes on: of another connection, whose opening
     * was not captured. */
    if (!syn && (me->known & KNOWS_ACK) && seq_lt(segment->ack, me->rcv_nxt) && !(judgement->is & OVERTAKEN)) {
        if (peer->last.frame == 0)
            peer->known &= ~(uint32_t)(KNOWS_SEQ | KNOWS_ISN);
        me->rcv_nxt = segment->ack;
    }

    /* Far beyond the SYN of an end that has sent only that: such a number is nobody's. */
    if (seq_gt(segment->ack, peer->snd_max + MOST_UNSEEN) && peer->may == TCPSTATE_IN(SYN_SENT))
        return;
    if ((peer->known & KNOWS_SEQ) && !syn && seq_gt(segment->ack, peer->snd_max)) {
        tcpstate_remember_claim(me, segment->ack); /* what comes next will tell */
        return;
    }
    if (tcpstate_acks_one_within(me, peer, segment))
        peer->known |= FIN_DISPUTED;
    else if ((peer->known & (FIN_DISPUTED | SENT_FIN | FIN_IN_DOUBT)) == FIN_DISPUTED
             && (me->known & KNOWS_ACK) && seq_gt(segment->ack, me->rcv_nxt + 1))
        peer->known &= ~(uint32_t)FIN_DISPUTED; /* it has taken more: there was none */
    if (!claims_what_may_be(me, peer) || !seq_lt(segment->ack, me->claim) || (judgement->is & SENDS_MORE))
        me->known &= ~(uint32_t)CLAIMS; /* else it was overtaken by what it claims */
    if (!(me->known & KNOWS_ACK) || seq_gt(segment->ack, me->rcv_nxt) || !(judgement->is & (AGAIN | OVERTAKEN)))
        me->rcv_nxt = segment->ack;
    me->known |= KNOWS_ACK;
    me->window = (uint32_t)segment->window << (syn ? 0 : tcpstate_window_scale(me, peer));
    /* It acknowledges what lies in a hole of the capture: that did arrive. */
    if (seq_gt(segment->ack, peer->snd_nxt)) {
        peer->snd_nxt = segment->ack;
        if (seq_ge(peer->snd_nxt, peer->out_of_order))
            peer->snd_nxt = peer->snd_max, peer->out_of_order = peer->snd_max;
    }
}

/* An ACK beyond all that was seen is followed by a segment from there, or from what
 * the window allows beyond. */
static void confirm_claim(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                          const struct tcpstate_segment *segment)
{
    if (!(peer->known & CLAIMS) || segment->seq + 1 - peer->claim > receive_window(peer) + 1)
        return;
    me->snd_nxt = me->snd_max = me->out_of_order = peer->rcv_nxt = peer->claim;
    if (segment->seq + 1 == peer->claim && tcpstate_segment_next(segment) != peer->claim)
        me->known |= FIN_DISPUTED; /* a stranger's may have been there */
    if ((me->known & SENT_FIN) && seq_ge(me->fin, peer->claim)) /* of the numbers before */
        me->known = (me->known & ~(uint32_t)(SENT_FIN | FIN_ARRIVED)) | FIN_DISPUTED;
    me->fin_from = peer->claim - 1; /* what lies right before it may be a FIN */
    peer->known &= ~(uint32_t)CLAIMS;
}

void tcpstate_remember_transfer(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                                struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                                const struct judgement *judgement)
{
    const bool had_closed = me->known & SENT_FIN;

    confirm_claim(me, peer, segment);
    if (!(judgement->is & OVERTAKEN))
        me->known &= ~(uint32_t)SENT_RST;
    if (judgement->is & OUTLIVES_RESET)
        peer->known &= ~(uint32_t)SENT_RST; /* it did nothing; another is a new one */
    /* A number that its receiver cannot take is not remembered, or one forged
     * segment would spoil all that follows. */
    if (judgement->is & DOES_NOT_FIT)
        tcpstate_doubt_fin(me, segment);
    else
        remember_data(connection, me, peer, segment, judgement);
    if (judgement->is & CONFIRMS_FIN) {
        if (!(peer->known & (KNOWS_SEQ | KNOWS_ISN)))
            peer->isn = peer->fin - 1;
        peer->known = (peer->known & ~(uint32_t)FIN_IN_DOUBT) | KNOWS_SEQ | SENT_FIN;
        peer->snd_nxt = peer->snd_max = peer->out_of_order = peer->fin_from = peer->fin + 1;
        if (connection->active_closer < 0 || !had_closed)
            connection->active_closer = (int8_t)!(segment->from & 1);
    }
    if (judgement->is & OPENS) {
        const bool of_old = (connection->facts & TCPSTATE_CONNECTION_CONTESTED) && !covers_syn(peer, segment);
        connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_CONTESTED;
        const bool seen_behind = (peer->known & KNOWS_SEQ) && peer->snd_max - segment->ack < MOST_UNSEEN;
        if ((!(judgement->is & GOOD_ACK) && !seen_behind) || of_old) { /* what is known of the other is of another connection */
            peer->known |= peer->known & SENT_FIN ? FIN_DISPUTED : 0;
            peer->known &= HAD_ISN | REPLAYED | DISPUTED | SENT_SYN_ACK | SENT_DATA | FIN_DISPUTED;
        }
        if (!(peer->known & KNOWS_ISN))
            tcpstate_learn_isn(peer, segment->ack - 1, false); /* the SYN,ACK was not captured */
    }
    if (judgement->had & BIT(TCPSTATE_GETS_FIN)) {
        me->known |= ACKED_FIN;
        peer->known |= FIN_ARRIVED;
    }
}
