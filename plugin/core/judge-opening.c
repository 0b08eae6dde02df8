/* judge-opening.c - SYN, SYN,ACK, and what ends the handshake.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 9293 sections 3.5 and 3.10.7.2 to .4; RFC 7413 (Fast Open).
 */
#include "evidence.h"

/* What a SYN has room for to a peer whose MSS is not known (RFC 9293 section 3.7.1). */
#define MOST_SYN_DATA 536

/* Whether the segment acknowledges what its sender can have received, but the
 * capture has not: the other's SYN, or data after it. */
bool tcpstate_acks_unseen(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                          const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    /* What is known of the one end may be of the connection before. */
    if (!(peer->known & KNOWS_ISN) || (connection->facts & TCPSTATE_CONNECTION_CONTESTED))
        return segment->seq == me->isn + 1 || segment->seq == me->snd_max
               || segment->payload > 0 || (segment->flags & TCPSTATE_FLAG_FIN);
    return segment->ack - peer->snd_max <= receive_window(me);
}

/* Whether the receiver has a connection that this one meets, or it comes to a listener. */
static void judge_receiver_of_syn(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *peer,
                                  const struct tcpstate_segment *segment, struct judgement *judgement)
{
    if (is_open(peer->state) && peer->likely != TCPSTATE_SYN_SENT)
        judgement->is |= tcpstate_is_recorded_late(connection, segment, judgement) ? 0 : PEER_LIVES;
    else if (!(judgement->is & STALE))
        judgement->arrives |= BIT(TCPSTATE_GETS_SYN);
    if (peer->after & TCPSTATE_IN(SYN_SENT))
        judgement->may_arrive |= BIT(TCPSTATE_GETS_SYN);
    if (segment->payload > 0 && (peer->known & SENT_SYN_ACK)) /* its data lies in the window, and so does the SYN (fourth check) */
        judgement->may_arrive |= BIT(TCPSTATE_GETS_RST);
}

void tcpstate_judge_syn(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                        const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                        struct judgement *judgement)
{
    bool same_isn = (me->known & KNOWS_ISN) && segment->seq == me->isn;

    judgement->senders = NOBODY_THERE | TCPSTATE_IN(SYN_SENT) | ((peer->known & SENT_SYN) ? TCPSTATE_IN(SYN_RCVD) : 0);
    if ((me->known & (SENT_SYN | SENT_SYN_ACK)) && !same_isn)
        judgement->is |= STALE;
    if (same_isn && (me->known & SENT_SYN)) {
        judgement->is |= AGAIN;
        judgement->senders &= (tcpstate_set)~NOBODY_THERE;
        /* Sent again because nothing came back: whatever we thought had
         * reached it did not. */
        judgement->had_not |= BIT(TCPSTATE_GETS_SYN_ACK) | BIT(TCPSTATE_GETS_ACK_OF_SYN) | GETS_RESET;
        judgement->lost = judgement->had_not;
        if (!(judgement->is & AFTER_A_PAUSE) || is_one_sending(me, segment))
            judgement->is |= MAY_BE_ANOTHERS;
    } else if (same_isn && (me->known & (SENT_SYN | SENT_SYN_ACK)) != SENT_SYN_ACK) {
        judgement->is |= OVERTAKEN; /* the SYN of this connection, recorded late */
    }
    judgement->had_not |= BIT(TCPSTATE_GETS_SYN);
    if ((connection->facts & TCPSTATE_CONNECTION_CONTESTED) || (!(me->known & SENT_SYN) && me->may != TCPSTATE_ANY_STATE))
        judgement->is |= MAY_BE_ANOTHERS; /* it is in a connection, as far as we know */
    if (connection->facts & TCPSTATE_CONNECTION_REUSED)
        judgement->is |= REUSES;
    judge_receiver_of_syn(connection, peer, segment, judgement);
    if (peer->known & SENT_SYN)
        judgement->is |= CROSSES;
}

/* Whether a SYN,ACK with another number than its sender's belongs to nothing that is
 * there (RFC 5961 section 4).  Of two that answer one SYN the first counts, unless
 * another SYN came in between. */
static bool is_stale_syn_ack(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                             const struct tcpstate_segment *segment)
{
    const bool acks_syn = covers_syn(peer, segment);

    if (!(me->known & KNOWS_ISN))
        return (me->known & KNOWS_SEQ) && me->snd_max - segment->seq >= MOST_UNSEEN && !acks_syn;
    if ((me->known & SENT_SYN) || is_open(me->likely))
        return true; /* who has sent a SYN repeats its number */
    if (!(me->known & SENT_SYN_ACK))
        return false;
    return !acks_syn || (me->syn_acked == peer->isn + 1 && peer->last_control.time <= me->last_control.time);
}

/* The SYN,ACK that was seen before: nothing came back.  Who begins anew takes another
 * number; one that has closed sends it again, too. */
static void judge_syn_ack_again(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                const struct tcpstate_segment *segment, struct judgement *judgement)
{
    /* Nothing refused the first: its receiver is not in SYN_SENT with another number, whatever the capture holds. */
    judgement->may_arrive |= BIT(TCPSTATE_GETS_SYN_ACK);
    judgement->is |= AGAIN;
    judgement->senders = TCPSTATE_IN(SYN_RCVD);
    if (me->may & TCPSTATE_IN(SYN_RCVD))
        judgement->senders |= TCPSTATE_IN(FIN_WAIT_1);
    if ((me->known & SENT_FIN) || (!(judgement->is & AFTER_A_PAUSE) && peer->last_control.time < me->last_control.time)
        || is_one_sending(me, segment))
        judgement->is |= MAY_BE_ANOTHERS;
    judgement->had_not |= BIT(TCPSTATE_GETS_ACK_OF_SYN) | GETS_RESET | BIT(TCPSTATE_GETS_ACK_OF_FIN) | BIT(TCPSTATE_GETS_FIN);
    judgement->lost = judgement->had_not;
}

/* So long after the SYN an answer that does not fit that one may be to another, which was not
 * captured. */
static bool sent_syn_long_ago(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return segment->time - peer->last.time >= TCPSTATE_SHORTEST_RETRANSMISSION;
}

/* Whether the SYN that it acknowledges can be that of the numbers that were seen. */
static bool precedes_what_was_seen(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return !(peer->known & KNOWS_SEQ) || peer->snd_max - segment->ack < MOST_UNSEEN;
}

/* Whether it has answered the sender's SYN by a SYN,ACK and sent no SYN, as far as was seen:
 * then its window begins behind that SYN (RFC 9293 section 3.10.7.4, first check). */
static bool has_accepted(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (peer->known & (SENT_SYN | SENT_SYN_ACK)) == SENT_SYN_ACK && covers_syn(peer, segment);
}

/* What it acknowledges. */
static void judge_ack_of_syn(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *peer,
                             const struct tcpstate_segment *segment, struct judgement *judgement)
{
    if (judgement->is & PEER_LIVES) {
        judgement->is |= GOOD_ACK;
        judgement->may_arrive |= BIT(TCPSTATE_GETS_SYN_ACK);
    } else if (covers_syn(peer, segment) || (!(peer->known & KNOWS_ISN) && precedes_what_was_seen(peer, segment))) {
        judgement->is |= GOOD_ACK;
        judgement->arrives |= BIT(TCPSTATE_GETS_SYN_ACK);
        if (segment->ack != peer->isn + 1)
            judgement->is |= ACKS_SYN_DATA;
        /* Its receiver may leave data and FIN on it alone (Linux does). */
        if (segment->flags & TCPSTATE_FLAG_FIN)
            judgement->may_arrive |= BIT(TCPSTATE_GETS_FIN);
    } else if (peer->likely == TCPSTATE_SYN_SENT && segment->ack - peer->snd_max <= MOST_SYN_DATA) {
        judgement->is |= GOOD_ACK | ACKS_SYN_DATA; /* of data on the SYN that the capture lacks, perhaps */
        judgement->may_arrive |= BIT(TCPSTATE_GETS_SYN_ACK);
    } else if (answers_stale_syn(connection, segment) || seq_gt(segment->ack, peer->snd_max) || sent_syn_long_ago(peer, segment)) {
        judgement->may_arrive |= BIT(TCPSTATE_GETS_SYN_ACK); /* of a later SYN, that the capture lacks; or of one that its sender goes on with, perhaps */
    }
}

/* Its sender's SYN,ACK was not seen before, and the other has acknowledged another number
 * than that which follows this one. */
static bool is_against_what_was_acked(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                      const struct tcpstate_segment *segment)
{
    return !(me->known & KNOWS_ISN) && (peer->known & KNOWS_ACK) && peer->rcv_nxt != tcpstate_segment_next(segment);
}

/* Whether another than the end in whose name it comes may have sent it, or that end
 * before what was seen of it. */
static bool may_be_anothers_syn_ack(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                    const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                                    bool good)
{
    if ((me->known & RST_IN_ITS_NAME) && segment->time - me->last_control.time < TCPSTATE_LONGEST_WAY)
        return true;
    if (!(me->known & KNOWS_ISN) && me->may != TCPSTATE_ANY_STATE)
        return true;
    if ((peer->known & (KNOWS_ISN | KNOWS_SEQ)) == KNOWS_SEQ && peer->snd_max - segment->ack >= FAR)
        return true;
    if ((peer->known & CLAIMS) && seq_apart(peer->claim, segment->seq, MOST_UNSEEN))
        return true; /* the other has acknowledged something else */
    return !good && !answers_stale_syn(connection, segment);
}

/* It carries a FIN, and may be sent again; or its FIN was recorded before it. */
static bool may_have_closed(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                            const struct tcpstate_segment *segment)
{
    if (segment->flags & TCPSTATE_FLAG_FIN)
        return true;
    return (connection->facts & TCPSTATE_CONNECTION_MIDSTREAM) && (me->known & (SENT_FIN | ACKED_FIN | KNOWS_ISN)) == SENT_FIN;
}

/* Its sender has sent a SYN before.  Who was answered by a SYN,ACK sends none: there was none, where none
 * was captured. */
static void judge_syn_ack_of_opener(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                                    struct judgement *judgement)
{
    judgement->is |= has_accepted(peer, segment) ? PEER_LIVES : CROSSES;
    if (peer->known & SENT_SYN_ACK)
        return;
    judgement->had_not |= BIT(TCPSTATE_GETS_SYN_ACK);
    judgement->lost |= BIT(TCPSTATE_GETS_SYN_ACK);
}

/* A SYN,ACK that was not captured before is recorded behind what its sender sent later; long after
 * the first data, it is of another connection, perhaps. */
static conditions recorded_behind(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                  const struct tcpstate_segment *segment)
{
    const bool late = (me->known & SENT_DATA) && segment->time - connection->moments[TCPSTATE_MOMENT_FIRST] >= TCPSTATE_LONG_WAY;

    return OVERTAKEN | (late ? ANOTHERS_NUMBERS : 0);
}

void tcpstate_judge_syn_ack(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                            const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                            struct judgement *judgement)
{
    const bool same_isn = (me->known & KNOWS_ISN) && segment->seq == me->isn;
    /* The old connection is gone: it answers the new SYN. */
    const bool anew = (connection->facts & TCPSTATE_CONNECTION_CONTESTED) && !same_isn
                      && peer->likely == TCPSTATE_SYN_SENT && covers_syn(peer, segment);

    judgement->senders = NOBODY_THERE | TCPSTATE_IN(SYN_SENT) | TCPSTATE_IN(SYN_RCVD)
                         | (may_have_closed(connection, me, segment) ? TCPSTATE_IN(FIN_WAIT_1) : 0);
    if (anew) {
        judgement->is |= REUSES;
        /* What was on its way to it in the old one never will arrive. */
        judgement->lost = judgement->lost_for_ever = BIT(TCPSTATE_GETS_FIN) | BIT(TCPSTATE_GETS_ACK_OF_FIN);
    }
    if (!anew && !same_isn && is_stale_syn_ack(me, peer, segment)) {
        judgement->is |= STALE | ANOTHERS_NUMBERS;
        return;
    }
    if ((me->known & SENT_SYN_ACK) && same_isn && me->syn_acked == segment->ack)
        judge_syn_ack_again(me, peer, segment, judgement);
    else if (!(me->known & SENT_SYN_ACK) && !(judgement->is & NEWEST))
        judgement->is |= recorded_behind(connection, me, segment);
    if (!(me->known & SENT_SYN))
        judgement->had |= BIT(TCPSTATE_GETS_SYN)
                          | ((peer->known & RST_IN_ITS_NAME) ? 0 : me->pending & BIT(TCPSTATE_GETS_RST));
    else if (covers_syn(peer, segment))
        judgement->had |= BIT(TCPSTATE_GETS_SYN);
    if (me->known & SENT_SYN)
        judge_syn_ack_of_opener(peer, segment, judgement);
    judge_ack_of_syn(connection, peer, segment, judgement);
    if (connection->facts & TCPSTATE_CONNECTION_SIMULTANEOUS)
        judgement->is |= CROSSES;
    if (is_against_what_was_acked(me, peer, segment)
        || (!(judgement->is & GOOD_ACK) && peer->likely != TCPSTATE_SYN_SENT)
        /* Its ISN was that of the one before, which its receiver has closed. */
        || ((me->known & SENT_SYN_ACK) && !same_isn && (peer->known & SENT_FIN)))
        judgement->is |= ANOTHERS_NUMBERS;
    if (may_be_anothers_syn_ack(connection, me, peer, segment, judgement->is & GOOD_ACK))
        judgement->is |= MAY_BE_ANOTHERS;
    if ((judgement->is & GOOD_ACK) && connection->end == TCPSTATE_ENDING_REFUSED)
        judgement->is |= AFTER_RESET; /* it was not this end that refused it, or it does no more */
}

/* It waits for the SYN,ACK, as far as was seen: it has it now.  Unless the other was seen
 * to answer by one, and to send no SYN without ACK, its sender may be the server of a
 * handshake of four segments, which acknowledges the SYN before its own is answered. */
static void judge_syn_sent(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                           const struct tcpstate_segment *segment, struct judgement *judgement)
{
    const bool crossed = (peer->known & (SENT_SYN | SENT_SYN_ACK)) != SENT_SYN_ACK
                         || !is_behind_syn(me, peer->syn_acked);
    const bool acks_data = (peer->known & (SENT_DATA | SENT_SYN_DATA)) == SENT_DATA
                           && segment->ack != peer->isn + 1; /* a keep-alive is no news */

    /* Not if it has acknowledged that before, but so that it proved nothing. */
    const bool again = has_acked_syn(me, peer);

    judgement->is |= again ? 0 : OPENS;
    judgement->arrives |= BIT(TCPSTATE_GETS_ACK_OF_SYN);
    judgement->had |= BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
    /* ... or of another connection, if it does not go on from the SYN. */
    if (segment->payload > 0 || (!crossed && (me->known & SENT_SYN)) || acks_data)
        judgement->senders &= (tcpstate_set)~TCPSTATE_IN(SYN_RCVD);
}

/* A server speaks only once the handshake is over, unless there was data or Fast Open's
 * option on the SYN (RFC 7413 section 4.2; Linux takes a cookie without data, too), or
 * may have been; and what it acknowledges beyond the SYN came with or after the third
 * segment. */
static void judge_syn_rcvd(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                           const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                           struct judgement *judgement)
{
    const bool early = !(me->known & SENT_SYN)
                       && ((peer->known & (SENT_SYN | SENT_SYN_DATA)) != SENT_SYN
                           || (connection->facts & TCPSTATE_CONNECTION_MAY_BE_FAST_OPEN));
    const uint32_t acked = (me->known & SENT_SYN_ACK) ? me->syn_acked : me->rcv_nxt;
    const bool more = (me->known & (SENT_SYN_ACK | KNOWS_ACK)) && seq_gt(segment->ack, acked)
                      && segment->ack - acked <= receive_window(me);

    if ((segment->payload > 0 && !early) || more) {
        judgement->had |= BIT(TCPSTATE_GETS_ACK_OF_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
        judgement->senders &= (tcpstate_set)~TCPSTATE_IN(SYN_RCVD);
    } else {
        judgement->unseen |= BIT(TCPSTATE_GETS_ACK_OF_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
    }
}

/* A SYN is on its way to it, and nothing else is known of it. */
static void judge_answer_to_syn(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                                bool acks_syn, struct judgement *judgement)
{
    if (acks_syn) {
        /* Its SYN,ACK was not captured, nor what ended the handshake. */
        judgement->arrives |= BIT(TCPSTATE_GETS_SYN_ACK);
        if (segment->ack != peer->snd_max)
            judgement->had |= BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_ACK_OF_SYN);
    } else {
        /* Figure 9, line 4: nobody in SYN_RCVD sends that.  It still holds an old
         * connection, and challenges. */
        judgement->had_not |= BIT(TCPSTATE_GETS_SYN);
        judgement->lost |= BIT(TCPSTATE_GETS_SYN);
        judgement->is |= CHALLENGES | MAY_BE_ANOTHERS;
        /* Data or a FIN is no challenge: it may go on in a connection that the capture lacks. */
        const bool no_challenge = segment->payload > 0 || (segment->flags & TCPSTATE_FLAG_FIN);
        judgement->may_arrive |= no_challenge || sent_syn_long_ago(peer, segment) ? BIT(TCPSTATE_GETS_SYN_ACK) : 0;
    }
}

/* Whether it acknowledges the other's SYN and nothing after it. */
static bool acks_syn_alone(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                           const struct tcpstate_segment *segment)
{
    if (segment->seq != me->isn + 1 && !(me->known & SENT_SYN_DATA))
        return false;
    if (!(peer->known & KNOWS_ISN))
        return !(peer->known & SENT_DATA);
    return segment->ack == peer->isn + 1 || ((peer->known & SENT_SYN_DATA) && segment->ack == peer->snd_max);
}

void tcpstate_judge_opening(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                            const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                            struct judgement *judgement)
{
    const bool acks_syn = covers_syn(peer, segment) || tcpstate_acks_unseen(connection, me, peer, segment);
    /* Whoever gets a SYN,ACK is no server. */
    const bool client = (peer->known & (SENT_SYN | SENT_SYN_ACK)) == SENT_SYN_ACK && covers_syn(peer, segment)
                        && ((me->known & SENT_SYN) || segment->payload > 0);

    judgement->is |= (peer->known & KNOWS_ISN) ? GOOD_ACK : 0; /* only asked in SYN_SENT: an ACK of something else is a stray there */
    judgement->is |= acks_syn_alone(me, peer, segment) ? ACKS_SYN_ALONE : 0;
    if (me->likely == TCPSTATE_SYN_SENT) {
        judge_syn_sent(me, peer, segment, judgement);
        if ((connection->facts & TCPSTATE_CONNECTION_CONTESTED) && !covers_syn(peer, segment))
            judgement->is |= ANOTHERS_NUMBERS; /* the other has given up, unseen, what it held */
    } else if (client) {
        judgement->had |= BIT(TCPSTATE_GETS_SYN_ACK);
        judgement->senders &= (tcpstate_set)~TCPSTATE_IN(SYN_RCVD);
    } else if (me->may & TCPSTATE_IN(SYN_RCVD)) {
        judge_syn_rcvd(connection, me, peer, segment, judgement);
    }
    if (me->likely == TCPSTATE_UNKNOWN && (me->pending & BIT(TCPSTATE_GETS_SYN)))
        judge_answer_to_syn(peer, segment, acks_syn, judgement);
}
