/* move.c - how a segment moves both ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sender by what is proven (move-sender.c), the receiver by what arrives; and then
 * each by what the segment shows of a FIN or a SYN that the capture lacks, or of one
 * that was taken for its own.
 */
#include "evidence.h"

/* Let arrivals move the receiver, as far as they can. */
static void arrive(struct tcpstate_connection *connection, struct tcpstate_endpoint *end,
                   const struct judgement *judgement, int64_t now)
{
    for (uint8_t left = judgement->arrives; left != 0; left &= (uint8_t)(left - 1)) {
        const uint8_t bit = BIT(tcpstate_lowest(left));
        if (tcpstate_replay((enum tcpstate_state)end->likely, end->pending | bit) != end->state
            || tcpstate_reach(end->may, bit) != end->may) {
            if (bit == BIT(TCPSTATE_GETS_ACK_OF_FIN) && (end->after & TCPSTATE_IN(LAST_ACK)))
                end->after |= TCPSTATE_IN(TIME_WAIT); /* its program closed before the other's FIN came, perhaps, while data waited */
            end->pending |= bit;
            tcpstate_derive_state(end);
        }
    }
    const uint8_t news = judgement->may_arrive & (uint8_t)~(end->pending | end->doubtful);
    if (news != 0 && tcpstate_moves_any(end->may, news)) {
        end->doubtful |= news;
        tcpstate_derive_state(end);
    }
    if (judgement->arrives & BIT(TCPSTATE_GETS_FIN))
        connection->time_wait_since = now; /* a FIN seen again starts it anew */
}

/* A FIN that waited behind a hole arrives with the segment that fills it; one
 * recorded after its own acknowledgment had arrived before. */
static void arrive_late(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                        struct tcpstate_endpoint *peer, bool is_fin, int64_t now)
{
    if (!(me->known & SENT_FIN))
        return;
    if (is_fin && (peer->known & KNOWS_ACK) && !(peer->known & ACKED_FIN) && peer->rcv_nxt == me->fin + 1
        && !((peer->known & SENT_SYN_ACK) && peer->syn_acked == peer->rcv_nxt)) { /* that was of a SYN */
        const bool carried = me->known & ACK_OF_FIN_CARRIED;
        const struct judgement to_me = { .arrives = BIT(TCPSTATE_GETS_ACK_OF_FIN) };
        const tcpstate_set was = (me->known & FIN_DISPUTED) ? peer->may : 0; /* it may not have had it */
        tcpstate_set after = tcpstate_next_of(tcpstate_reach(peer->after, peer->pending | peer->doubtful), TCPSTATE_GETS_FIN);

        if ((peer->known & SENT_FIN) && peer->last.frame == peer->last_control.frame && peer->last_ack == me->fin + 1) {
            peer->likely = TCPSTATE_LAST_ACK; /* its own FIN acknowledged this one, or was sent again and did so then */
            peer->after = (tcpstate_set)(TCPSTATE_IN(LAST_ACK)
                                         | (now - peer->last_control.time < TCPSTATE_SHORTEST_RETRANSMISSION && !(peer->known & MAY_REPEAT) ? 0 : TCPSTATE_IN(CLOSING)));
        } else {
            peer->likely = (uint8_t)tcpstate_replay((enum tcpstate_state)peer->likely,
                                           BIT(TCPSTATE_GETS_FIN) | (carried ? BIT(TCPSTATE_GETS_ACK_OF_FIN) : 0));
            peer->after = (after & GOT_FIN) | (tcpstate_set)(peer->likely < TCPSTATE_UNKNOWN ? 1u << peer->likely : 0);
        }
        peer->pending &= (uint8_t)~BIT(TCPSTATE_GETS_FIN);
        peer->known |= ACKED_FIN;
        peer->after |= was;
        tcpstate_derive_state(peer);
        arrive(connection, me, &to_me, now);
        me->known |= FIN_ARRIVED;
    } else if (!(me->known & FIN_ARRIVED) && seq_gt(me->snd_nxt, me->fin)) {
        const struct judgement to_peer = { .arrives = BIT(TCPSTATE_GETS_FIN) };
        arrive(connection, peer, &to_peer, now);
        me->known |= FIN_ARRIVED;
    }
}

/* Where a SYN passes, its receiver may have given up what we believe it to hold,
 * unseen, and take it. */
static void meet_syn(struct tcpstate_endpoint *peer, bool overtaken, const struct judgement *judgement)
{
    const bool anew = !(judgement->is & AGAIN) || (is_open(peer->likely) && (judgement->is & AFTER_A_PAUSE));

    if (anew && !overtaken && (peer->after & ALIVE))
        peer->after |= NOBODY_THERE | TCPSTATE_IN(SYN_RCVD);
    if (peer->pending & GETS_RESET) {
        /* A reset came before it, and is not to be replayed after it. */
        peer->after |= peer->may;
        peer->likely = peer->state;
        peer->pending = 0;
    }
    tcpstate_derive_state(peer);
}

static void move_receiver(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                          struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                          const struct judgement *judgement)
{
    if ((judgement->is & (HAS_SYN | HAS_ACK | HAS_FIN | HAS_RST)) == HAS_SYN)
        meet_syn(peer, tcpstate_is_recorded_late(connection, segment, judgement), judgement);
    arrive(connection, peer, judgement, segment->time);
    if (judgement->arrives & BIT(TCPSTATE_GETS_FIN))
        me->known |= FIN_ARRIVED;
    if ((judgement->is & (HAS_RST | HAS_SYN | HAS_ACK)) == HAS_ACK)
        arrive_late(connection, me, peer, judgement->is & HAS_FIN, segment->time);
}

/* Where it is if it has closed, unseen, from where it may be. */
static tcpstate_set closed_from(tcpstate_set set)
{
    return tcpstate_next_of(set & (SENDS_NEW_DATA | TCPSTATE_IN(SYN_RCVD)), TCPSTATE_SENDS_FIN);
}

/* A FIN that the capture lacks may lie among what was acknowledged, or before a
 * bare segment; not before what its sender goes on with. */
static void suspect_unseen_fin(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                               const struct judgement *judgement)
{
    if (judgement->is & ACKS_UNSEEN_FIN) {
        peer->after |= closed_from(peer->may);
        peer->doubtful |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
        tcpstate_derive_state(peer);
    }
    if (judgement->is & SKIPS_UNSEEN_FIN) {
        if (me->after & TCPSTATE_IN(CLOSE_WAIT)) /* it may have closed before it had the other's */
            me->after |= TCPSTATE_IN(CLOSING) | TCPSTATE_IN(TIME_WAIT);
        me->after |= closed_from(me->after);
        peer->doubtful |= BIT(TCPSTATE_GETS_FIN);
        tcpstate_derive_state(me);
        tcpstate_derive_state(peer);
    }
    if ((judgement->is & (SENDS_MORE | OVERTAKEN)) == SENDS_MORE && !(me->known & FIN_IN_DOUBT)) {
        peer->doubtful &= (uint8_t)~(BIT(TCPSTATE_GETS_FIN) & ~judgement->may_arrive);
        tcpstate_derive_state(peer);
    }
}

/* All that the other has acknowledged is data or SYN: it had no FIN when it did. */
static void clear_of_fin(const struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer)
{
    const bool had_none = !(me->known & (SENT_FIN | FIN_IN_DOUBT | FIN_DISPUTED))
                          && (peer->known & (KNOWS_ACK | CLAIMS)) == KNOWS_ACK && seq_ge(me->fin_from, peer->rcv_nxt)
                          && seq_gt(peer->rcv_nxt, me->isn); /* where its numbers are not known both are 0, and this is false */

    if (!had_none || !(peer->after & GOT_FIN) || ((1u << peer->likely) & GOT_FIN))
        return;
    peer->after &= (tcpstate_set)~GOT_FIN;
    tcpstate_derive_state(peer);
}

/* A SYN,ACK shows that the other sent a SYN, and an ACK of an unseen SYN,ACK that
 * there was one. */
static void learn_of_unseen(struct tcpstate_endpoint *peer, const struct judgement *judgement)
{
    if (peer->likely != TCPSTATE_UNKNOWN)
        return;
    if ((judgement->is & (HAS_SYN | HAS_ACK | GOOD_ACK | HAS_RST)) == (HAS_SYN | HAS_ACK | GOOD_ACK))
        tcpstate_stand(peer, TCPSTATE_SYN_SENT);
    else if (judgement->is & OPENS)
        tcpstate_stand(peer, TCPSTATE_SYN_RCVD);
}

/* Its SYN,ACK, recorded behind what acknowledges it: who sent that is no server. */
static void prove_client(const struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer, const struct judgement *judgement)
{
    const tcpstate_set client = peer->after & (tcpstate_set)~TCPSTATE_IN(SYN_RCVD);

    if ((judgement->is & (HAS_SYN | GOOD_ACK)) != (HAS_SYN | GOOD_ACK) || (me->known & SENT_SYN)
        || (peer->known & (SENT_SYN | KNOWS_ACK)) != (SENT_SYN | KNOWS_ACK) || peer->rcv_nxt - me->isn - 1 > UINT16_MAX
        || !(client & (1u << peer->likely)))
        return;
    peer->after = client;
    tcpstate_derive_state(peer);
}

/* The other acknowledges a FIN that was in doubt. */
static void confirm_fin(struct tcpstate_endpoint *peer)
{
    peer->after = closed_from(peer->after) | (peer->after & (WAITS_FOR_ACK_OF_FIN | TCPSTATE_IN(FIN_WAIT_2)));
    tcpstate_stand(peer, tcpstate_next((enum tcpstate_state)peer->likely, TCPSTATE_SENDS_FIN));
}

/* Where it would be if the FIN that it acknowledged had never come. */
static tcpstate_set without_fin(tcpstate_set set)
{
    return (tcpstate_set)((set & TCPSTATE_IN(CLOSE_WAIT) ? TCPSTATE_IN(ESTABLISHED) : 0)
                          | (set & (TCPSTATE_IN(CLOSING) | TCPSTATE_IN(LAST_ACK)) ? TCPSTATE_IN(FIN_WAIT_1) : 0)
                          | (set & TCPSTATE_IN(TIME_WAIT) ? TCPSTATE_IN(FIN_WAIT_2) : 0));
}

/* What was taken for its FIN was none, or this is not its data. */
static void withdraw_fin(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer, bool closes)
{
    me->after |= closes ? tcpstate_next_of(SENDS_NEW_DATA, TCPSTATE_SENDS_FIN) : SENDS_NEW_DATA;
    me->likely = closes ? TCPSTATE_FIN_WAIT_1 : TCPSTATE_ESTABLISHED;
    me->pending &= (uint8_t)~BIT(TCPSTATE_GETS_ACK_OF_FIN);
    tcpstate_derive_state(me);
    peer->doubtful |= peer->pending & BIT(TCPSTATE_GETS_FIN);
    peer->pending &= (uint8_t)~BIT(TCPSTATE_GETS_FIN);
    tcpstate_may_be(peer, without_fin(peer->after));
}

/* What the other sent before it had the FIN may meet a socket that is gone. */
static void expose_closer(struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                          const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    if ((judgement->is & (HAS_FIN | HAS_ACK)) != (HAS_FIN | HAS_ACK) || !(peer->known & KNOWS_SEQ)
        || !seq_gt(peer->snd_max, segment->ack) || !(me->after & (TCPSTATE_IN(FIN_WAIT_1) | TCPSTATE_IN(FIN_WAIT_2))))
        return;
    me->doubtful |= BIT(TCPSTATE_GETS_RST_AS_OPENER);
    tcpstate_derive_state(me);
}

void tcpstate_move(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                   const struct judgement *judgement, struct departure *departure)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    *departure = (struct departure){ 0 };
    tcpstate_move_sender(me, segment, judgement, departure);
    expose_closer(me, peer, segment, judgement);
    learn_of_unseen(peer, judgement);
    prove_client(me, peer, judgement);
    if (judgement->is & CONFIRMS_FIN)
        confirm_fin(peer);
    if (judgement->is & WITHDRAWS_FIN)
        withdraw_fin(me, peer, judgement->is & HAS_FIN);
    move_receiver(connection, me, peer, segment, judgement);
    suspect_unseen_fin(me, peer, judgement);
    clear_of_fin(me, peer);
    if (judgement->is & ANOTHERS_NUMBERS) /* its receiver may be in that other connection, too */
        tcpstate_may_be(peer, ALIVE | NOBODY_THERE | ((judgement->is & HAS_SYN) ? TCPSTATE_IN(SYN_SENT) : 0));
}
