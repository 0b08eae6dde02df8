/* remember.c - what a segment says, kept for judging the next ones.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * By its flags it is remember-opening.c, remember-transfer.c or remember_reset() here;
 * what may be a stranger's is put in doubt first.  No state is written.
 */
#include "evidence.h"

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
    /* Its acknowledgment decided, or it is refused: its own number says nothing (RFC 9293 section 3.10.7.3; a closed port takes 0). */
    const bool says_nothing = number == TCPSTATE_RESET_NUMBER_OUTSIDE || number == TCPSTATE_RESET_NUMBER_ACK;
    /* A host's RSTs take its number, which does not grow when it is gone: of several, the first tells what was sent before. */
    const bool again = judgement->is & AGAIN;
    /* One that refuses an answer to another SYN ends nothing: its sender goes on (RFC 9293 section 3.10.7.3). */
    if (!again && (!(judgement->is & FOREIGN) || me->likely != TCPSTATE_SYN_SENT)) {
        me->known |= SENT_ANY_RST;
        me->reset_seq = (me->known & KNOWS_SEQ) && (says_nothing || seq_gt(me->snd_max, segment->seq)) ? me->snd_max : segment->seq;
    }
    if (!(judgement->is & ACCEPTABLE))
        return;
    if (!(segment->flags & TCPSTATE_FLAG_SYN))
        me->known |= SENT_RST;
    if ((segment->flags & TCPSTATE_FLAG_ACK) && (peer->known & KNOWS_SEQ) && seq_gt(segment->ack, peer->snd_max)
        && (segment->ack - peer->snd_max < MOST_UNSEEN || segment->ack - peer->snd_max <= receive_window(me)))
        tcpstate_remember_claim(me, segment->ack);
    /* What is before its number was sent before it; of one that refuses an ACK, the number is that ACK's. */
    if (!again && !says_nothing && !(judgement->is & FOREIGN) && (me->known & KNOWS_SEQ) && seq_gt(segment->seq, me->snd_max)) {
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

/* What fits no numbers that are known: from now on either numbering may be the
 * connection's. */
static void remember_dispute(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                             const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    static const struct {
        conditions all, those;
    } disputes[] = {
        { STRAY, STRAY },
        { HAS_DATA | HAS_FIN | DOES_NOT_FIT, HAS_DATA | DOES_NOT_FIT },
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
            tcpstate_doubt_fin(me, segment);
        return;
    }
    if (flags & TCPSTATE_FLAG_SYN)
        tcpstate_remember_syn(connection, me, peer, segment, judgement);
    else
        tcpstate_remember_transfer(connection, me, peer, segment, judgement);
    if (flags & TCPSTATE_FLAG_ACK)
        tcpstate_remember_ack(me, peer, segment, judgement);
    remember_options(me, segment, judgement);
    remember_ttl(connection, me, segment, judgement);
}
