/* judge-reset.c - RSTs, and what goes on after one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 9293 section 3.10.7.3 and .4, second check; RFC 5961 section 3.  "Its receiver
 * must refuse it" is one thing, "it does not fit what the capture holds" another: of
 * the second the capture may be to blame.
 */
#include "evidence.h"

/* Beside the receiver's RCV.NXT there are numbers that show the sender's own
 * hand: its SND.NXT, where it gives up data that was never acknowledged (it is
 * the right edge of what was SACKed, too: Linux accepts it there, RFC 5961
 * section 3.2 does not know it), and its FIN's, where the other had the FIN
 * (macOS sends it, Linux accepts it, but not in TIME_WAIT). */
static bool is_own_number(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                          const struct tcpstate_segment *segment)
{
    return (me->known & KNOWS_SEQ)
           && (segment->seq == me->snd_max
               || ((me->known & SENT_FIN) && segment->seq == me->fin && peer->state != TCPSTATE_TIME_WAIT));
}

/* A RST with an ACK whose numbers go on from what both ends sent, or the other acknowledged: who knows
 * them is in the connection, and the capture lacks what came before. */
static bool is_behind_a_hole(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                             const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (segment->flags & (TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_SYN)) == TCPSTATE_FLAG_ACK && (me->known & peer->known & KNOWS_SEQ)
           && (segment->seq - me->snd_max < FAR || only_flags_were_seen(connection, me, peer, segment))
           && (!(me->known & KNOWS_ACK) || seq_ge(segment->ack, me->rcv_nxt))
           && seq_lt(segment->ack, peer->snd_max + MOST_UNSEEN);
}

/* Of a RST without ACK: whether it was made from the third segment, which its sender would not have: nothing
 * but that came from the other, and just now. */
static bool is_made_of_third(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *peer,
                             const struct tcpstate_segment *segment)
{
    return connection->milestones[TCPSTATE_MILESTONE_HANDSHAKE_ACK] == peer->last.frame
           && segment->time - peer->last.time < TCPSTATE_SHORTEST_RETRANSMISSION;
}

/* Whether all that it sent since the third segment passed was its SYN,ACK again: it had not taken that in. */
static bool waits_for_third(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me)
{
    const uint32_t third = connection->milestones[TCPSTATE_MILESTONE_HANDSHAKE_ACK];

    return me->last.frame > third && me->last.frame == me->last_control.frame;
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
    if ((peer->known & KNOWS_ACK) && segment->seq == peer->rcv_nxt)
        return TCPSTATE_RESET_NUMBER_EXACT;
    if ((me->known & KNOWS_SEQ) && segment->seq == me->snd_nxt)
        return TCPSTATE_RESET_NUMBER_EXACT;
    /* Of an end of which only keep-alives were seen, which have the number before its next. */
    if ((me->known & (KNOWS_SEQ | SENT_DATA)) == KNOWS_SEQ && peer->last.frame == 0 && segment->seq == me->snd_max + 1)
        return TCPSTATE_RESET_NUMBER_EXACT;
    /* The other has acknowledged just that, though the capture lacks it: unless this refuses that very ACK. */
    if (claims_what_may_be(peer, me) && segment->seq == peer->claim
        && (me->likely != TCPSTATE_SYN_RCVD || (segment->flags & TCPSTATE_FLAG_ACK)))
        return TCPSTATE_RESET_NUMBER_EXACT;
    if (peer->likely == TCPSTATE_SYN_SENT && covers_syn(peer, segment))
        return TCPSTATE_RESET_NUMBER_ACK; /* the SYN,ACK may not have arrived */
    uint32_t base = (peer->known & KNOWS_ACK) ? peer->rcv_nxt : me->snd_nxt;
    /* Past its SYN it has named a window that may not have been seen yet. */
    uint32_t window = (peer->known & KNOWS_ACK) ? receive_window(peer) : FAR;
    return segment->seq - base < window ? TCPSTATE_RESET_NUMBER_WINDOW : TCPSTATE_RESET_NUMBER_OUTSIDE;
}

/* Whether it answers what the capture lacks: by its ACK; or by its number, which has nothing to do
 * with what its receiver expects (a closed port takes 0, RFC 9293 section 3.10.7.1). */
static bool refuses_unseen(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                           enum tcpstate_reset_number number)
{
    if (number == TCPSTATE_RESET_NUMBER_OUTSIDE)
        return true;
    return number == TCPSTATE_RESET_NUMBER_BAD_ACK && seq_gt(segment->ack, peer->snd_max);
}

/* What a RST may do to its receiver.  RFC 9293 section 3.5.3: who came from
 * LISTEN goes back there, who sent the first SYN does not. */
static void judge_reset_arrival(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                                struct judgement *judgement)
{
    const uint8_t reset = (peer->known & SENT_SYN) ? BIT(TCPSTATE_GETS_RST_AS_OPENER) : BIT(TCPSTATE_GETS_RST);
    /* Who signs drops what is not signed (RFC 2385 section 4.1, RFC 5925 section 7.3),
     * although a host that has restarted, or refuses a SYN, sends just that. */
    bool unsigned_one = (peer->known & SIGNED) && !(segment->options & TCPSTATE_OPTION_SIGNATURE);
    enum tcpstate_reset_number number = judge_reset_number(me, peer, segment);
    bool refused = (peer->may == TCPSTATE_IN(SYN_SENT) && (segment->flags & TCPSTATE_FLAG_ACK)
                    && !answers_stale_syn(connection, segment))
                   || ((peer->known & KNOWS_ACK) && seq_lt(segment->seq, peer->rcv_nxt));

    /* Below what its receiver has had, or below its sender's SYN; not
     * where the FIN was that it may have had (macOS and Linux take it there). */
    const bool at_fin = (peer->may & GOT_FIN) && segment->seq + 1 == peer->rcv_nxt;

    judgement->reset_number = (uint8_t)number;
    if ((number == TCPSTATE_RESET_NUMBER_OUTSIDE && refused) || is_below_isn(me, segment))
        judgement->is |= BELOW_ALL;
    if ((segment->flags & TCPSTATE_FLAG_ACK) && refuses_unseen(peer, segment, number))
        judgement->is |= ANOTHERS_NUMBERS;
    if (unsigned_one) {
        judgement->is |= UNSIGNED;
        return;
    }
    if (number == TCPSTATE_RESET_NUMBER_NONE || number == TCPSTATE_RESET_NUMBER_EXACT
        || number == TCPSTATE_RESET_NUMBER_ACK
        || (number != TCPSTATE_RESET_NUMBER_BAD_ACK
            && (is_own_number(me, peer, segment) || is_behind_a_hole(connection, me, peer, segment)))) {
        judgement->is |= ACCEPTABLE;
        judgement->arrives |= reset;
    } else if (!refused || at_fin) {
        judgement->may_arrive |= reset;
    }
}

void tcpstate_judge_reset(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                          const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, struct judgement *judgement)
{
    bool has_ack = segment->flags & TCPSTATE_FLAG_ACK;

    judge_reset_arrival(connection, me, peer, segment, judgement);
    if (me->known & SENT_RST)
        judgement->is |= AGAIN;
    if ((me->known & SENT_ANY_RST) && segment->seq == me->reset_seq)
        judgement->is |= RESET_BEFORE;
    /* Figures 8 and 9: a host in SYN_SENT answers an ACK that does not fit its SYN
     * with a RST made from that ACK, and goes on waiting.  The same in SYN_RCVD
     * (RFC 9293 section 3.5.2, group 2). */
    if ((me->likely == TCPSTATE_SYN_SENT || me->likely == TCPSTATE_SYN_RCVD) && !has_ack
        && !((me->known & KNOWS_SEQ) && segment->seq == me->snd_nxt)) {
        judgement->is |= FOREIGN;
        judgement->had_not |= me->pending & BIT(TCPSTATE_GETS_ACK_OF_SYN);
    }
    if (!(judgement->is & ACCEPTABLE))
        return;
    if (has_ack && (peer->known & KNOWS_ISN) && seq_gt(segment->ack, peer->isn + 1)) {
        judgement->is |= PEER_SPOKE;
        judgement->arrives |= BIT(TCPSTATE_GETS_ACK_OF_SYN); /* what it acknowledges was sent behind the handshake */
    }
    /* A RST with ACK is a program's abort (RFC 9293 section 3.10.5): the third
     * segment had been taken in; or another, where it acknowledges more than its SYN,ACK did. */
    const bool more = judgement->reset_number != TCPSTATE_RESET_NUMBER_ACK && (me->known & SENT_SYN_ACK)
                      && seq_gt(segment->ack, me->syn_acked);
    if (has_ack)
        judgement->had |= (more ? 0xff : me->pending) & BIT(TCPSTATE_GETS_ACK_OF_SYN);
    else if (is_made_of_third(connection, peer, segment) || waits_for_third(connection, me))
        judgement->had_not |= me->pending & BIT(TCPSTATE_GETS_ACK_OF_SYN);
    /* A RST in place of the third segment: its sender never took the SYN,ACK
     * in, unless it acknowledges it, or more. */
    if (me->likely == TCPSTATE_SYN_SENT && has_ack && (peer->known & KNOWS_ISN) && seq_gt(segment->ack, peer->isn))
        judgement->had |= BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
    else if (me->likely == TCPSTATE_SYN_SENT)
        judgement->had_not |= BIT(TCPSTATE_GETS_SYN_ACK);
    judgement->lost = judgement->had_not;
}

/* Whether it goes on although a RST came in its name. */
static void judge_after_own_reset(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                  const struct tcpstate_segment *segment, struct judgement *judgement)
{
    /* Data beyond the RST's own number was sent after it; so was the ACK of what the
     * other sent only then. */
    const bool beyond = goes_beyond(me, segment)
                        && (!(me->known & SENT_ANY_RST) || seq_gt(tcpstate_segment_next(segment), me->reset_seq));
    const bool news = beyond
                      || ((me->known & KNOWS_ACK) && seq_gt(segment->ack, me->rcv_nxt) && (peer->known & KNOWS_SEQ)
                          && segment->ack == peer->snd_max && peer->last.time > me->last_control.time);
    const int64_t since = segment->time - me->last_control.time;
    const bool too_soon = since < TCPSTATE_SHORTEST_RETRANSMISSION;
    /* Overtaken by the RST; but data is rather sent again. */
    const bool may_be_older = !news && since < TCPSTATE_LONGEST_WAY;

    if (!(me->known & (SENT_RST | RST_IN_ITS_NAME)))
        return;
    if (may_be_older && (too_soon || segment->payload == 0))
        judgement->is |= OVERTAKEN;
    else
        judgement->is |= ((me->known & SENT_RST) ? AFTER_RESET : 0)
                         | (too_soon || may_be_older ? MAY_BE_ANOTHERS | RESET_LATELY : 0);
}

/* Whether it goes on although a RST was sent to it, or by it.  What was sent before
 * may have been overtaken by the RST; what it sends later, or anew, was not. */
void tcpstate_judge_after_reset(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                const struct tcpstate_segment *segment, struct judgement *judgement)
{
    judge_after_own_reset(me, peer, segment, judgement);
    if (!((me->pending | me->doubtful) & GETS_RESET))
        return;
    /* It acknowledges what came after the RST, or what it should have answered by one. */
    const bool after = (peer->known & KNOWS_SEQ) && seq_le(segment->ack, peer->snd_max)
                       && (!(me->known & KNOWS_ACK) || seq_gt(segment->ack, me->rcv_nxt))
                       && ((peer->known & SENT_ANY_RST) ? seq_gt(segment->ack, peer->reset_seq)
                                                        : segment->ack == peer->snd_max);
    const bool late = segment->time - peer->last_control.time >= TCPSTATE_LONG_WAY;
    /* A challenge ACK says so, too, but so would an older ACK of the same number. */
    if (!after && !late && !(me->known & PROVOKED))
        return;
    judgement->had_not |= GETS_RESET;
    judgement->is |= OUTLIVES_RESET;
    if (after || segment->time - peer->last_control.time >= TCPSTATE_LONGEST_WAY) {
        judgement->lost |= GETS_RESET;
        judgement->lost_for_ever |= GETS_RESET;
    }
}
