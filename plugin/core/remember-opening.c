/* remember-opening.c - the numbers and options of a SYN or SYN,ACK, kept for judging the next segments.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * No state is written here.
 */
#include "evidence.h"

/* Whether the SYN is that of its sender's numbers that are known, recorded behind what was sent
 * later. */
static bool is_syn_of_what_was_seen(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                                    const struct judgement *judgement)
{
    const bool answers = judgement->is & HAS_ACK; /* and is sent again until it is acknowledged */

    const bool same_ack = ((me->known & KNOWS_ACK) && segment->ack == me->rcv_nxt) || ((me->known & CLAIMS) && segment->ack == me->claim);

    if ((judgement->is & REUSES) || ((judgement->is & AFTER_A_PAUSE) && !same_ack)
        || (!answers && tcpstate_is_of_another_clock(me, segment)))
        return false; /* nor is a SYN on its way for so long */
    return (me->known & (KNOWS_ISN | KNOWS_SEQ)) == KNOWS_SEQ && me->snd_max - segment->seq < MOST_UNSEEN
           && (!(me->known & SENT_FIN) || seq_gt(me->fin, segment->seq));
}

/* What a SYN brings beside its number. */
static void remember_offers(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                            const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    if (!(segment->options & TCPSTATE_OPTION_CUT))
        me->known |= SYN_WHOLE;
    if (!(segment->flags & TCPSTATE_FLAG_ACK)
        && (segment->options & (TCPSTATE_OPTION_TFO_REQUEST | TCPSTATE_OPTION_TFO_COOKIE | TCPSTATE_OPTION_CUT)))
        connection->facts |= TCPSTATE_CONNECTION_MAY_BE_FAST_OPEN;
    if (segment->options & TCPSTATE_OPTION_WINDOW_SCALE) {
        me->window_scale = segment->window_scale > 14 ? 14 : segment->window_scale;
        me->known |= KNOWS_SCALE;
    }
    if (segment->payload > 0) {
        me->known |= SENT_DATA | SENT_SYN_DATA;
        if (judgement->is & TFO_HAS_COOKIE)
            connection->facts |= TCPSTATE_CONNECTION_FAST_OPEN;
    }
}

void tcpstate_remember_syn(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                           struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                           const struct judgement *judgement)
{
    bool has_ack = segment->flags & TCPSTATE_FLAG_ACK;

    if (is_syn_of_what_was_seen(me, segment, judgement)) {
        me->isn = segment->seq;
        me->known |= KNOWS_ISN;
    } else if (!(me->known & KNOWS_ISN) || me->isn != segment->seq) {
        uint32_t kept = me->known & (HAD_ISN | REPLAYED | DISPUTED | KNOWS_ACK | PROVOKED | SENT_SYN | SENT_TIMESTAMPS);
        kept |= (me->known & (SENT_FIN | FIN_IN_DOUBT)) && me->fin - segment->seq < MOST_UNSEEN ? FIN_DISPUTED : 0;
        me->isn = segment->seq;
        me->snd_nxt = me->snd_max = me->out_of_order = me->fin_from = tcpstate_segment_next(segment);
        me->known = kept | KNOWS_ISN | KNOWS_SEQ;
        me->repeats = 0;
    }
    me->known = (me->known & ~(uint32_t)(SENT_RST | SENT_ANY_RST)) | (has_ack ? SENT_SYN_ACK : SENT_SYN);
    me->syn_digest = tcpstate_syn_digest(segment);
    if (has_ack)
        connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_CONTESTED; /* it is rid of the old one */
    peer->known &= ~(uint32_t)SENT_RST; /* what it answers to this is a new answer */
    if (!has_ack && (judgement->is & (AGAIN | AFTER_A_PAUSE)) == AGAIN) /* too soon to be sent again */
        (void)tcpstate_suspect_new_beginning(me, peer);
    remember_offers(connection, me, segment, judgement);
    if (judgement->is & ACKS_SYN_DATA) /* whatever was seen of the SYN */
        connection->facts |= TCPSTATE_CONNECTION_MAY_BE_FAST_OPEN;
    if (judgement->is & CROSSES)
        connection->facts |= TCPSTATE_CONNECTION_SIMULTANEOUS;
    tcpstate_extend(me, segment->seq, tcpstate_segment_next(segment));
    tcpstate_keep_fin_from(me, segment);
    if (has_ack) {
        me->syn_acked = segment->ack;
        if (segment->flags & TCPSTATE_FLAG_FIN)
            tcpstate_take_fin(connection, me, segment);
        /* The SYN was not captured; that it is answered shows that it was sent,
         * and with which number. */
        if (!(peer->known & KNOWS_ISN))
            tcpstate_learn_isn(peer, segment->ack - 1, true);
        if (seq_apart(peer->rcv_nxt, segment->seq, MOST_UNSEEN))
            peer->known &= ~(uint32_t)KNOWS_ACK; /* of other numbers */
    }
}
