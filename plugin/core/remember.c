/* remember.c - the numbers of a segment, kept for judging the next ones.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is kept is bounded: a few numbers and one range behind a hole for each
 * direction, whatever is sent.  No state is written here.
 */
#include "evidence.h"

/* Take `next` as seen from `me`, keeping at most one range behind a hole.
 * Where there are more holes the older range is forgotten; the receiver's
 * acknowledgment fills them all in the end. */
static void extend(struct tcpstate_endpoint *me, uint32_t seq, uint32_t next)
{
    if (!(me->known & KNOWS_SEQ)) {
        me->known |= KNOWS_SEQ;
        me->snd_nxt = me->snd_max = me->out_of_order = next;
        me->fin_from = seq - 2; /* what lies right before it may be a FIN, or data before another */
        if (!(me->known & KNOWS_ISN))
            me->isn = seq - 1;
        return;
    }
    bool has_out_of_order = me->out_of_order != me->snd_max;
    if (seq_le(seq, me->snd_nxt)) {
        if (seq_gt(next, me->snd_nxt))
            me->snd_nxt = next;
        if (seq_ge(me->snd_nxt, me->out_of_order) && seq_lt(me->snd_nxt, me->snd_max))
            me->snd_nxt = me->snd_max;
    } else if (seq_gt(seq, me->snd_max)) {
        me->out_of_order = seq;
        if (seq_gt(next, me->snd_max))
            me->snd_max = next;
        return;
    } else if (seq_lt(seq, me->out_of_order) && seq_ge(next, me->out_of_order)) {
        me->out_of_order = seq; /* it touches the range from below */
    }
    if (seq_gt(next, me->snd_max)) {
        me->snd_max = next;
        if (!has_out_of_order)
            me->out_of_order = next;
    }
    if (me->snd_nxt == me->snd_max)
        me->out_of_order = me->snd_max;
}

/* The initial sequence number of an end whose SYN was not captured; what was
 * acknowledged may be more than the SYN, so its FIN may lie right behind that. */
static void learn_isn(struct tcpstate_endpoint *end, uint32_t isn, bool alone)
{
    const bool knew = end->known & KNOWS_SEQ;

    if (alone || !knew || isn - end->isn >= MOST_UNSEEN) /* else before the first that was seen of it */
        end->isn = isn;
    end->known |= KNOWS_ISN;
    if (!knew || end->snd_max - isn >= MOST_UNSEEN) {
        end->known |= knew ? DISPUTED : 0; /* what was seen of it has other numbers */
        end->known |= KNOWS_SEQ;
        end->snd_nxt = end->snd_max = end->out_of_order = isn + 1;
        end->fin_from = alone ? isn + 1 : isn;
    }
}

/* What the capture shows to be data or SYN is no FIN; data behind a hole larger than what is sent
 * unseen may be a stranger's. */
static void keep_fin_from(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    uint32_t to = segment->seq + segment->payload + ((segment->flags & TCPSTATE_FLAG_SYN) != 0);

    if ((segment->payload > 0 || (segment->flags & TCPSTATE_FLAG_SYN)) && seq_gt(to, me->fin_from)
        && seq_lt(segment->seq, me->snd_nxt + MOST_UNSEEN))
        me->fin_from = (me->known & SENT_FIN) && me->snd_nxt == me->fin + 1 ? me->fin : to; /* the last hole before it */
}

static void take_fin(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                     const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;

    if (me->known & SENT_FIN) {
        me->known |= me->fin != tcpstate_segment_next(segment) - 1 ? FIN_DISPUTED : 0;
        return;
    }
    me->fin = tcpstate_segment_next(segment) - 1;
    me->known = (me->known & ~(uint32_t)FIN_IN_DOUBT) | SENT_FIN;
    if (connection->active_closer < 0)
        connection->active_closer = (int8_t)(connection->ends[!from].known & SENT_FIN ? !from : from);
}

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

static void remember_syn(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
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
    extend(me, segment->seq, tcpstate_segment_next(segment));
    keep_fin_from(me, segment);
    if (has_ack) {
        me->syn_acked = segment->ack;
        if (segment->flags & TCPSTATE_FLAG_FIN)
            take_fin(connection, me, segment);
        /* The SYN was not captured; that it is answered shows that it was sent,
         * and with which number. */
        if (!(peer->known & KNOWS_ISN))
            learn_isn(peer, segment->ack - 1, true);
        if (seq_apart(peer->rcv_nxt, segment->seq, MOST_UNSEEN))
            peer->known &= ~(uint32_t)KNOWS_ACK; /* of other numbers */
    }
}

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
        take_fin(connection, me, segment);
        return;
    }
    remember_what_is_carried(me, peer, segment, judgement);
    /* Of a number that the other has already: late, or a stranger's. */
    if (fin && !(me->known & SENT_FIN) && comes_another_way(me, peer, segment) && (peer->known & KNOWS_ACK)
        && seq_le(next, peer->rcv_nxt))
        me->known |= FIN_DISPUTED;
    if (fin)
        take_fin(connection, me, segment);
    extend(me, segment->seq, next);
    if (follows || !fin)
        keep_fin_from(me, segment);
}

/* An ACK of more than was seen: the capture lacks something, or a stranger made the number up. */
static void remember_claim(struct tcpstate_endpoint *me, uint32_t ack)
{
    if (!(me->known & CLAIMS) || seq_gt(ack, me->claim))
        me->claim = ack;
    me->known |= CLAIMS;
}

/* What it acknowledges, and the window it names. */
static void remember_ack(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
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
        remember_claim(me, segment->ack); /* what comes next will tell */
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

/* It goes on just where it stood, and acknowledges what the other sent: these are the
 * numbers of the connection. */
static void settle_dispute(struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                           const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    if ((judgement->is & NEWEST) && (me->known & peer->known & KNOWS_SEQ) && segment->seq == me->snd_max && segment->ack == peer->snd_max
        && !may_precede_new_syn(me, peer, segment))
        me->known &= ~(uint32_t)(DISPUTED | BEGAN_ANEW);
}

static void remember_reset(struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                           const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    const enum tcpstate_reset_number number = (enum tcpstate_reset_number)judgement->reset_number;

    if (!(judgement->is & FOREIGN) || number == TCPSTATE_RESET_NUMBER_WINDOW)
        me->known |= RST_IN_ITS_NAME;
    const bool outside = number == TCPSTATE_RESET_NUMBER_OUTSIDE;
    /* A host's RSTs take its number, which does not grow when it is gone: of several, the first tells what was sent before. */
    const bool again = judgement->is & AGAIN;
    /* One that refuses an answer to another SYN ends nothing: its sender goes on (RFC 9293 section 3.10.7.3). */
    if (!again && (!(judgement->is & FOREIGN) || me->likely != TCPSTATE_SYN_SENT)) {
        me->known |= SENT_ANY_RST;
        me->reset_seq = (me->known & KNOWS_SEQ) && (outside || seq_gt(me->snd_max, segment->seq)) ? me->snd_max : segment->seq;
    }
    if (!(judgement->is & ACCEPTABLE))
        return;
    if (!(segment->flags & TCPSTATE_FLAG_SYN))
        me->known |= SENT_RST;
    if ((segment->flags & TCPSTATE_FLAG_ACK) && (peer->known & KNOWS_SEQ) && seq_gt(segment->ack, peer->snd_max)
        && (segment->ack - peer->snd_max < MOST_UNSEEN || segment->ack - peer->snd_max <= receive_window(me)))
        remember_claim(me, segment->ack);
    /* What is before its number was sent before it; of one that refuses an ACK, the number is that ACK's. */
    if (!again && !(judgement->is & FOREIGN) && (me->known & KNOWS_SEQ) && seq_gt(segment->seq, me->snd_max)) {
        if (me->out_of_order == me->snd_max)
            me->out_of_order = segment->seq;
        me->snd_max = segment->seq;
    }
}

/* Late; strange, but not where its data is; or refused by numbers that are a stranger's, perhaps, and
 * beyond all that its sender sent. */
static bool may_be_its_fin(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                           const struct judgement *judgement)
{
    const uint32_t fin = tcpstate_segment_next(segment) - 1;

    return (judgement->is & OUTDATED)
           || ((judgement->is & STRAY) && !((me->known & KNOWS_SEQ) && me->fin_from - 1 - fin < MOST_UNSEEN))
           || ((me->known & KNOWS_SEQ) && seq_ge(fin, me->snd_max));
}

/* The number of a FIN that is not taken for one yet. */
static void doubt_fin(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    const uint32_t fin = tcpstate_segment_next(segment) - 1;

    if (!(segment->flags & TCPSTATE_FLAG_FIN) || (me->known & SENT_FIN))
        return;
    if ((me->known & FIN_IN_DOUBT) && me->fin != fin)
        me->known |= FIN_DISPUTED; /* one of the two is a stranger's */
    me->fin = fin;
    me->known |= FIN_IN_DOUBT;
}

/* What fits no numbers that are known: from now on either numbering may be the
 * connection's. */
static void remember_dispute(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                             const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    static const struct {
        conditions all, those;
    } disputes[] = {
        { STRAY, STRAY },
        { STALE | HAS_ACK, STALE | HAS_ACK },
        { HAS_SYN | HAS_ACK | OVERTAKEN, HAS_SYN | OVERTAKEN },
        { HAS_SYN | HAS_ACK | AGAIN | MAY_BE_ANOTHERS, HAS_SYN | AGAIN | MAY_BE_ANOTHERS },
    };

    for (size_t i = 0; i < sizeof disputes / sizeof disputes[0]; i++)
        if ((judgement->is & disputes[i].all) == disputes[i].those)
            me->known |= DISPUTED;
    if (judgement->is & ANOTHERS_NUMBERS)
        peer->known |= DISPUTED | ((judgement->is & HAS_SYN) && (peer->known & SENT_FIN) ? FIN_DISPUTED : 0);
    if (judgement->is & STRAY) {
        me->claim = segment->ack;
        me->known |= CLAIMS;
    }
    settle_dispute(me, peer, segment, judgement);
}

/* A segment of neither SYN nor RST, of this connection. */
static void remember_transfer(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
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
        doubt_fin(me, segment);
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
            learn_isn(peer, segment->ack - 1, false); /* the SYN,ACK was not captured */
    }
    if (judgement->had & BIT(TCPSTATE_GETS_FIN)) {
        me->known |= ACKED_FIN;
        peer->known |= FIN_ARRIVED;
    }
}

static void remember_options(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                             const struct judgement *judgement)
{
    const bool syn = (segment->flags & TCPSTATE_FLAG_SYN) && tcpstate_segment_next(segment) == me->snd_max;
    const bool in_order = judgement->is & IN_ORDER;

    me->known = (me->known & ~(uint32_t)SIGNED) | ((segment->options & TCPSTATE_OPTION_SIGNATURE) ? SIGNED : 0);
    if (!(segment->options & TCPSTATE_OPTION_TIMESTAMPS))
        return;
    if (!(me->known & SENT_TIMESTAMPS) || syn || (in_order && (seq_gt(segment->ts_val, me->ts_val) || (judgement->is & NEWEST))))
        me->ts_val = segment->ts_val;
    if (!(me->known & SENT_TIMESTAMPS) || syn || seq_gt(segment->ts_val, me->ts_newest) || (judgement->is & NEWEST))
        me->ts_newest = segment->ts_val;
    me->known |= SENT_TIMESTAMPS;
}

/* A SYN that its sender, who holds the connection as was seen, can only have sent since it lost
 * it: with a time stamp older than a segment gets, or of the end that accepted the other's. */
static bool has_restarted(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                          const struct judgement *judgement)
{
    if (judgement->is & STALE)
        return !tcpstate_compares_stamps(me, segment) || tcpstate_is_of_another_clock(me, segment);
    return (me->known & (SENT_SYN | SENT_SYN_ACK)) == SENT_SYN_ACK;
}

/* The TTL that its sender's segments have; not that of what may be a stranger's: a FIN, a SYN in a
 * connection that the other end still holds, what was seen before, what does not fit. */
static void remember_ttl(const struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                         const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    const conditions strange = HAS_FIN | DOES_NOT_FIT | ANOTHERS_NUMBERS
                               | ((connection->facts & TCPSTATE_CONNECTION_CONTESTED) ? HAS_SYN : 0);

    if (segment->ttl != 0 && (me->ttl == 0 || (judgement->is & (strange | NEWEST)) == NEWEST))
        me->ttl = segment->ttl;
}

/* It acknowledges the SYN with which the other began anew while it held the one before, and its SYN,ACK was not
 * captured: what it did in the one before counts no more. */
static void leave_the_one_before(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                                 const struct judgement *judgement)
{
    if (!(judgement->is & LEAVES_OLD))
        return;
    me->known &= KEPT_OF_OLD;
    connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_CONTESTED;
}

void tcpstate_remember(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                       const struct judgement *judgement)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    const uint8_t flags = segment->flags;

    if (flags & TCPSTATE_FLAG_RST) {
        remember_reset(me, peer, segment, judgement);
        return;
    }
    if (tcpstate_is_nonsense(segment))
        return; /* it leaves no trace */
    if (!(flags & TCPSTATE_FLAG_SYN))
        leave_the_one_before(connection, me, judgement);
    me->known &= ~(uint32_t)(EXPIRED | ((judgement->is & (OVERTAKEN | RESET_LATELY)) ? 0 : RST_IN_ITS_NAME));
    /* It was not answered, or the answer was lost, and a FIN with it. */
    const conditions fin = judgement->is & (HAS_FIN | AGAIN | AFTER_A_PAUSE | DOES_NOT_FIT);
    if (fin == (HAS_FIN | AGAIN | AFTER_A_PAUSE) && !(peer->known & (ACKED_FIN | SENT_FIN)))
        peer->known |= MAY_REPEAT;
    /* It acknowledges the other's FIN, perhaps, which is recorded behind it: the first may have been lost before that came. */
    if ((fin & ~AGAIN) == (HAS_FIN | AFTER_A_PAUSE) && !(peer->known & SENT_FIN))
        me->known |= MAY_REPEAT;
    remember_dispute(me, peer, segment, judgement);
    if ((judgement->is & (HAS_SYN | HAS_ACK)) == HAS_SYN && has_restarted(me, segment, judgement))
        (void)tcpstate_suspect_new_beginning(me, peer);
    if (judgement->is & (STALE | UNACCEPTABLE | STRAY)) {
        if (may_be_its_fin(me, segment, judgement))
            doubt_fin(me, segment);
        return;
    }
    if (flags & TCPSTATE_FLAG_SYN)
        remember_syn(connection, me, peer, segment, judgement);
    else
        remember_transfer(connection, me, peer, segment, judgement);
    if (flags & TCPSTATE_FLAG_ACK)
        remember_ack(me, peer, segment, judgement);
    remember_options(me, segment, judgement);
    remember_ttl(connection, me, segment, judgement);
}
