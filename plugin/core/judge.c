/* judge.c - the judge: who can have sent this segment, what may it move?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Here stand RFC 9293 section 3.10.7's questions of acceptability and RFC
 * 5961's of resets, asked from the outside.  A host knows its RCV.NXT; a
 * passer-by knows two bounds of it: what the host has acknowledged, and what
 * has been sent to it without a hole.  "Its receiver must refuse it" is one
 * thing, "it does not fit what the capture holds" another: of the second the
 * capture may be to blame.
 */
#include "internal.h"

/* What a SYN has room for, in an Ethernet of the usual size. */
#define MOST_SYN_DATA 1460

/* States in which an endpoint is past its handshake. */
static bool is_open(uint8_t state)
{
    return state >= TCPSTATE_ESTABLISHED && state <= TCPSTATE_TIME_WAIT;
}

/* Whether the segment acknowledges the SYN that opened `peer`'s side.  Only asked
 * while that is news, so the ISN is less than 2^31 behind. */
static bool covers_syn(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (segment->flags & TCPSTATE_FLAG_ACK) && (peer->known & KNOWS_ISN)
           && seq_gt(segment->ack, peer->isn) && seq_le(segment->ack, peer->snd_max);
}

/* A FIN is the last number there is: an ACK is of it, or it is none of this connection. */
static bool covers_fin(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (segment->flags & TCPSTATE_FLAG_ACK) && (peer->known & (SENT_FIN | FIN_IN_DOUBT)) && segment->ack == peer->fin + 1;
}

/* How far beyond what it acknowledged an endpoint can accept.  Without both SYNs
 * the scale is not known, and the largest one (RFC 7323 section 2.3) lets in
 * whatever may be let in. */
static uint32_t receive_window(const struct tcpstate_endpoint *end)
{
    if (end->known & KNOWS_ACK)
        return end->window;
    return (end->known & SENT_SYN) ? UINT16_MAX : FAR; /* a SYN's is never scaled */
}

/* What follows all that the end is known to have sent: what was seen of it, or what
 * the other has acknowledged beyond that. */
static uint32_t highest_sent(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer)
{
    const bool claimed = (peer->known & CLAIMS) && peer->claim - me->snd_max <= receive_window(peer);

    if ((me->known & FIN_IN_DOUBT) && me->fin - me->snd_max < receive_window(peer))
        return me->fin + 1;
    return claimed ? peer->claim : me->snd_max;
}

/* Whether the segment acknowledges what its sender can have received, but the
 * capture has not: the other's SYN, or data after it. */
static bool acks_the_uncaptured(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    /* What is known of the one end may be of the connection before. */
    if (!(peer->known & KNOWS_ISN) || (connection->facts & TCPSTATE_CONNECTION_CONTESTED))
        return !(me->known & SENT_SYN) || segment->seq == me->isn + 1 || segment->seq == me->snd_max
               || (segment->seq - me->isn < FAR && (segment->payload > 0 || (segment->flags & TCPSTATE_FLAG_FIN)));
    return seq_gt(segment->ack, peer->snd_max) && segment->ack - peer->snd_max <= receive_window(me);
}

/* ---- RST ---- */

/* Beside the receiver's RCV.NXT there are numbers that show the sender's own
 * hand: its SND.NXT, where it gives up data that was never acknowledged (it is
 * the right edge of what was SACKed, too: Linux accepts it there, RFC 5961
 * section 3.2 does not know it), and its FIN's, where the other had the FIN
 * (macOS sends it, Linux accepts it). */
static bool is_own_number(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return (me->known & KNOWS_SEQ)
           && (segment->seq == me->snd_max || ((me->known & SENT_FIN) && segment->seq == me->fin));
}

/* A RST with an ACK of just what the other sent last: who knows that number is
 * in the connection, and the capture lacks what came before. */
static bool is_behind_a_hole(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                             const struct tcpstate_segment *segment)
{
    return (segment->flags & TCPSTATE_FLAG_ACK) && (me->known & KNOWS_SEQ) && (peer->known & KNOWS_SEQ)
           && (me->known & KNOWS_ACK) && seq_gt(segment->seq, me->snd_max) && segment->seq - me->snd_max < FAR
           && seq_ge(segment->ack, me->rcv_nxt) && seq_le(segment->ack, peer->snd_max);
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
    if (peer->likely == TCPSTATE_SYN_SENT && covers_syn(peer, segment))
        return TCPSTATE_RESET_NUMBER_ACK; /* the SYN,ACK may not have arrived */
    uint32_t base = (peer->known & KNOWS_ACK) ? peer->rcv_nxt : me->snd_nxt;
    return segment->seq - base < receive_window(peer) ? TCPSTATE_RESET_NUMBER_WINDOW
                                                      : TCPSTATE_RESET_NUMBER_OUTSIDE;
}

/* What a RST may do to its receiver.  RFC 9293 section 3.5.3: who came from
 * LISTEN goes back there, who sent the first SYN does not. */
static void judge_reset_arrival(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                const struct tcpstate_segment *segment, struct judgement *judgement)
{
    const uint8_t reset = (peer->known & SENT_SYN) ? BIT(TCPSTATE_GETS_RST_AS_OPENER) : BIT(TCPSTATE_GETS_RST);
    /* A signed connection drops what is not signed (RFC 2385 section 4.1, RFC 5925
     * section 7.3), although a host that has restarted sends just that. */
    bool unsigned_one = (me->known & peer->known & SIGNED) && !(segment->options & TCPSTATE_OPTION_SIGNATURE);
    enum tcpstate_reset_number number = judge_reset_number(me, peer, segment);
    bool refused = (number == TCPSTATE_RESET_NUMBER_BAD_ACK && peer->may == TCPSTATE_IN(SYN_SENT))
                   || (number == TCPSTATE_RESET_NUMBER_OUTSIDE && (peer->known & KNOWS_ACK)
                       && seq_lt(segment->seq, peer->rcv_nxt));

    judgement->reset_number = (uint8_t)number;
    if (number == TCPSTATE_RESET_NUMBER_BAD_ACK && (segment->flags & TCPSTATE_FLAG_ACK) && seq_gt(segment->ack, peer->snd_max))
        judgement->is |= ANOTHERS_NUMBERS; /* the capture lacks what it answers */
    if (unsigned_one)
        return;
    if (number == TCPSTATE_RESET_NUMBER_NONE || number == TCPSTATE_RESET_NUMBER_EXACT
        || number == TCPSTATE_RESET_NUMBER_ACK
        || (number != TCPSTATE_RESET_NUMBER_BAD_ACK
            && (is_own_number(me, segment) || is_behind_a_hole(me, peer, segment)))) {
        judgement->is |= ACCEPTABLE;
        judgement->arrives |= reset;
    } else if (!refused) {
        judgement->may_arrive |= reset;
    }
}

static void judge_reset(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                        const struct tcpstate_segment *segment, struct judgement *judgement)
{
    bool has_ack = segment->flags & TCPSTATE_FLAG_ACK;

    judge_reset_arrival(me, peer, segment, judgement);
    if (me->known & SENT_RST)
        judgement->is |= AGAIN;
    /* Figures 8 and 9: a host in SYN_SENT answers an ACK that does not fit its SYN
     * with a RST made from that ACK, and goes on waiting.  The same in SYN_RCVD
     * (RFC 9293 section 3.5.2, group 2). */
    if ((me->likely == TCPSTATE_SYN_SENT || (me->likely == TCPSTATE_SYN_RCVD && !has_ack))
        && (me->known & KNOWS_SEQ) && segment->seq != me->snd_nxt)
        judgement->is |= FOREIGN;
    if (!(judgement->is & ACCEPTABLE))
        return;
    /* A SYN answered by RST: there was nobody who could have received it. */
    if (me->likely == TCPSTATE_UNKNOWN || me->likely == TCPSTATE_CLOSED)
        judgement->had_not |= BIT(TCPSTATE_GETS_SYN);
    /* A RST with ACK is a program's abort (RFC 9293 section 3.10.5): the third
     * segment had been taken in.  A bare one was made from the third segment,
     * by a host that would not have it. */
    if (me->likely == TCPSTATE_SYN_RCVD)
        *(has_ack ? &judgement->had : &judgement->had_not) |= me->pending & BIT(TCPSTATE_GETS_ACK_OF_SYN);
    /* A RST in place of the third segment: its sender never took the SYN,ACK
     * in, unless it acknowledges it. */
    if (me->likely == TCPSTATE_SYN_SENT && covers_syn(peer, segment))
        judgement->had |= BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
    else if (me->likely == TCPSTATE_UNKNOWN || me->likely == TCPSTATE_SYN_SENT)
        judgement->had_not |= BIT(TCPSTATE_GETS_SYN_ACK);
    judgement->lost = judgement->had_not;
}

/* ---- SYN ---- */

/* Sooner than anything is sent again: a capture that saw it twice, or a new connection
 * with the old number. */
static bool is_too_soon(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return me->last.frame != 0 && segment->time - me->last.time < TCPSTATE_SHORTEST_RETRANSMISSION;
}

static void judge_syn(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                      const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                      struct judgement *judgement)
{
    bool same_isn = (me->known & KNOWS_ISN) && segment->seq == me->isn;

    judgement->senders = NOBODY_THERE | TCPSTATE_IN(SYN_SENT)
                         | ((peer->known & SENT_SYN) && (same_isn || !(me->known & KNOWS_ISN)) ? TCPSTATE_IN(SYN_RCVD) : 0);
    if ((me->known & (SENT_SYN | SENT_SYN_ACK)) && !same_isn)
        judgement->is |= STALE;
    if (same_isn && (me->known & SENT_SYN)) {
        judgement->is |= AGAIN;
        judgement->senders &= (tcpstate_set)~NOBODY_THERE;
        /* Sent again because nothing came back: whatever we thought had
         * reached it did not. */
        judgement->had_not |= BIT(TCPSTATE_GETS_SYN_ACK) | BIT(TCPSTATE_GETS_ACK_OF_SYN) | GETS_RESET;
        judgement->lost = judgement->had_not;
        if (is_too_soon(me, segment))
            judgement->is |= MAY_BE_ANOTHERS;
    } else if (same_isn && (me->may & ~judgement->senders) != 0
               && (me->marked.frame == 0 || segment->time - me->marked.time < TCPSTATE_LONG_WAY)) {
        judgement->is |= OVERTAKEN; /* the SYN of this connection, recorded late */
    }
    judgement->had_not |= BIT(TCPSTATE_GETS_SYN);
    if ((connection->facts & TCPSTATE_CONNECTION_CONTESTED) || (me->known & (SENT_SYN | SENT_SYN_ACK)) == SENT_SYN_ACK
        || (!(me->known & SENT_SYN) && me->may != TCPSTATE_ANY_STATE))
        judgement->is |= MAY_BE_ANOTHERS; /* it is in a connection, as far as we know */
    if ((connection->facts & TCPSTATE_CONNECTION_REUSED) && !(me->known & SENT_SYN))
        judgement->is |= REUSES;
    if (is_open(peer->state) && peer->likely != TCPSTATE_SYN_SENT)
        judgement->is |= PEER_LIVES;
    else if (!(judgement->is & STALE) || !(peer->known & SENT_SYN_ACK))
        judgement->arrives |= BIT(TCPSTATE_GETS_SYN);
    if (peer->after & TCPSTATE_IN(SYN_SENT))
        judgement->may_arrive |= BIT(TCPSTATE_GETS_SYN);
    if ((peer->known & SENT_SYN) && !(peer->known & SENT_SYN_ACK))
        judgement->is |= CROSSES;
}

static void judge_syn_ack(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                          const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                          struct judgement *judgement)
{
    bool same_isn = (me->known & KNOWS_ISN) && segment->seq == me->isn;

    judgement->senders = NOBODY_THERE | TCPSTATE_IN(SYN_SENT) | TCPSTATE_IN(SYN_RCVD);
    if ((connection->facts & TCPSTATE_CONNECTION_CONTESTED) && !same_isn && peer->likely == TCPSTATE_SYN_SENT
        && covers_syn(peer, segment)) {
        judgement->is |= REUSES; /* the old connection is gone: it answers the new SYN */
    } else if ((me->known & SENT_SYN) && !same_isn) {
        judgement->is |= STALE | ANOTHERS_NUMBERS; /* who has sent a SYN repeats its number */
        return;
    } else if ((me->known & KNOWS_ISN) && !same_isn
               && (is_open(me->likely)
                   || ((me->known & SENT_SYN_ACK) && (peer->known & KNOWS_ISN)
                       && ((me->syn_acked == peer->isn + 1 && peer->marked.time <= me->marked.time)
                           || !covers_syn(peer, segment))))) {
        judgement->is |= STALE | ANOTHERS_NUMBERS; /* it belongs to nothing that is there (RFC 5961 section 4) */
        return;
    }
    if ((me->known & (KNOWS_ISN | KNOWS_SEQ)) == KNOWS_SEQ && me->snd_max - segment->seq >= FAR
        && !covers_syn(peer, segment)) {
        judgement->is |= STALE | ANOTHERS_NUMBERS;
        return;
    }
    if ((me->known & SENT_SYN_ACK) && same_isn && me->syn_acked == segment->ack) {
        judgement->is |= AGAIN;
        /* Who begins anew takes another number; one that has closed sends it again, too. */
        judgement->senders = TCPSTATE_IN(SYN_RCVD) | ((me->known & SENT_FIN) ? TCPSTATE_IN(FIN_WAIT_1) : 0);
        judgement->is |= (me->known & SENT_FIN) ? MAY_BE_ANOTHERS : 0;
        judgement->had_not |= BIT(TCPSTATE_GETS_ACK_OF_SYN);
        judgement->lost = judgement->had_not;
        if (is_too_soon(me, segment) && peer->marked.time < me->marked.time)
            judgement->is |= MAY_BE_ANOTHERS;
    }
    if ((me->known & RST_IN_ITS_NAME) && segment->time - me->marked.time < TCPSTATE_LONGEST_WAY)
        judgement->is |= MAY_BE_ANOTHERS;
    if (!(me->known & SENT_SYN))
        judgement->had |= BIT(TCPSTATE_GETS_SYN) | ((peer->known & RST_IN_ITS_NAME) ? 0 : me->pending & BIT(TCPSTATE_GETS_RST));
    else if (covers_syn(peer, segment))
        judgement->had |= BIT(TCPSTATE_GETS_SYN);
    if (!(peer->known & KNOWS_ISN) || covers_syn(peer, segment)) {
        judgement->is |= GOOD_ACK;
        judgement->arrives |= BIT(TCPSTATE_GETS_SYN_ACK);
        if ((peer->known & KNOWS_ISN) && segment->ack != peer->isn + 1)
            judgement->is |= ACKS_SYN_DATA;
        /* Its receiver may leave data and FIN on it alone (Linux does). */
        if (segment->flags & TCPSTATE_FLAG_FIN)
            judgement->may_arrive |= BIT(TCPSTATE_GETS_FIN);
    }
    else if (seq_gt(segment->ack, peer->snd_max) && segment->ack - peer->snd_max <= MOST_SYN_DATA) {
        judgement->is |= GOOD_ACK | ACKS_SYN_DATA; /* of data on the SYN that the capture lacks, perhaps */
        judgement->may_arrive |= BIT(TCPSTATE_GETS_SYN_ACK);
    }
    if (connection->facts & TCPSTATE_CONNECTION_SIMULTANEOUS)
        judgement->is |= CROSSES;
    const bool far = (peer->known & (KNOWS_ISN | KNOWS_SEQ)) == KNOWS_SEQ && peer->snd_max - segment->ack >= FAR;
    if ((!(me->known & KNOWS_ISN) && me->may != TCPSTATE_ANY_STATE) || far
        || (!(judgement->is & GOOD_ACK) && (connection->stale_frame == 0 || segment->ack != connection->stale_isn + 1)))
        judgement->is |= MAY_BE_ANOTHERS;
}

/* ---- Acknowledgments, data, FIN ---- */

bool tcpstate_is_acknowledged_fin(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                  const struct tcpstate_segment *segment)
{
    return (segment->flags & (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST))
               == (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_ACK)
           && !(me->known & SENT_FIN) && (peer->known & SENT_FIN)
           && ((peer->known & CLAIMS) ? peer->claim : peer->rcv_nxt) == tcpstate_segment_next(segment)
           && (peer->known & (KNOWS_ACK | CLAIMS));
}

bool tcpstate_is_keep_alive(const struct tcpstate_endpoint *sender, const struct tcpstate_segment *segment)
{
    return segment->payload <= 1 && (sender->known & KNOWS_SEQ) && segment->seq == sender->snd_max - 1
           && (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_ACK))
                  == TCPSTATE_FLAG_ACK
           && sender->likely == TCPSTATE_ESTABLISHED && (sender->known & KNOWS_ACK)
           && segment->ack == sender->rcv_nxt;
}

static bool is_below_isn(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return (me->known & KNOWS_ISN) && seq_le(segment->seq + segment->payload, me->isn) && me->snd_max - me->isn < FAR;
}

/* Whether its receiver must refuse the segment's number (RFC 9293 section
 * 3.10.7.4, first check), however much the capture lacks: what it acknowledged
 * before is behind it for ever. */
static bool is_old(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                   const struct tcpstate_segment *segment)
{
    const uint32_t end = segment->seq + segment->payload;

    if (is_below_isn(me, segment))
        return true;
    if (!(peer->known & KNOWS_ACK))
        return false;
    /* What was acknowledged last, and is not known to be data, may have been this FIN. */
    if ((segment->flags & TCPSTATE_FLAG_FIN) && (me->known & KNOWS_SEQ) && end + 1 == me->snd_max
        && seq_ge(end, me->fin_from))
        return false;
    return seq_lt(end, peer->rcv_nxt);
}

/* Whether it acknowledges other numbers than those that are known of the other end. */
static bool is_of_another(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *peer,
                          const struct tcpstate_segment *segment, bool opens)
{
    if (!(peer->known & KNOWS_ISN))
        return opens && segment->ack != peer->snd_max;
    return seq_le(segment->ack, peer->isn) || ((connection->facts & TCPSTATE_CONNECTION_CONTESTED) && !covers_syn(peer, segment));
}

/* What the acknowledgment says of its sender: had it the other's FIN when it
 * sent this? */
static void judge_acknowledgment(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                 const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                                 struct judgement *judgement)
{
    /* Of the connection that it held before: its numbers are not the new ones. */
    if ((connection->facts & TCPSTATE_CONNECTION_CONTESTED) && connection->client != (segment->from & 1)
        && !covers_syn(peer, segment)) {
        judgement->senders &= ALIVE;
        judgement->unseen |= BIT(TCPSTATE_GETS_FIN) | BIT(TCPSTATE_GETS_ACK_OF_FIN);
        return;
    }
    if (covers_fin(peer, segment)) {
        judgement->had |= BIT(TCPSTATE_GETS_FIN);
        judgement->senders &= GOT_FIN;
        if (me->likely == TCPSTATE_SYN_SENT && !(peer->known & SENT_SYN_ACK))
            judgement->is |= MAY_BE_ANOTHERS; /* it may be the SYN,ACK's number */
        if (!(peer->known & SENT_FIN) && (!(peer->known & KNOWS_SEQ) || seq_le(peer->snd_max, segment->ack)))
            judgement->is |= CONFIRMS_FIN;
    } else if ((peer->known & FIN_DISPUTED) || is_of_another(connection, peer, segment, me->likely == TCPSTATE_SYN_SENT)) {
        judgement->unseen |= BIT(TCPSTATE_GETS_FIN);
    } else if (peer->known & SENT_FIN) {
        if (seq_le(segment->ack, peer->fin)) {
            judgement->had_not |= BIT(TCPSTATE_GETS_FIN);
            judgement->senders &= (tcpstate_set)~GOT_FIN;
        }
    } else if ((peer->known & KNOWS_SEQ) && seq_le(segment->ack, peer->fin_from)) {
        judgement->had_not |= BIT(TCPSTATE_GETS_FIN);
        judgement->senders &= (tcpstate_set)~GOT_FIN;
    } else {
        judgement->unseen |= BIT(TCPSTATE_GETS_FIN);
    }
    if (judgement->unseen & BIT(TCPSTATE_GETS_FIN)) {
        if ((peer->known & KNOWS_SEQ) && seq_gt(segment->ack, peer->snd_max)
            && segment->ack - peer->snd_max < FAR)
            judgement->is |= ACKS_UNSEEN;
    }
    /* The other's data or FIN carried its ACK of our FIN: who acknowledges the
     * one has received the other. */
    if ((peer->known & ACK_OF_FIN_CARRIED) && seq_ge(segment->ack, peer->carried_to)) {
        judgement->had |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
        judgement->senders &= (tcpstate_set)~WAITS_FOR_ACK_OF_FIN;
    } else if (me->may & WAITS_FOR_ACK_OF_FIN)
        judgement->unseen |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
}

/* Whether the handshake was over for its sender. */
static void judge_opening(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                          const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                          struct judgement *judgement)
{
    bool acks_syn = covers_syn(peer, segment) || acks_the_uncaptured(connection, me, peer, segment);
    bool begins = !(me->known & KNOWS_ISN) || segment->seq == me->isn + 1 || (me->known & SENT_SYN_DATA);
    bool alone = (peer->known & KNOWS_ISN)
                     ? segment->ack == peer->isn + 1 || ((peer->known & SENT_SYN_DATA) && segment->ack == peer->snd_max)
                     : !(peer->known & SENT_DATA);

    if (acks_syn && (peer->known & KNOWS_ISN))
        judgement->is |= GOOD_ACK;
    if (acks_syn && begins && alone)
        judgement->is |= ACKS_SYN_ALONE;
    if (me->likely == TCPSTATE_SYN_SENT) {
        judgement->is |= OPENS;
        judgement->arrives |= BIT(TCPSTATE_GETS_ACK_OF_SYN);
        judgement->had |= BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
        if (segment->payload > 0 || (!((me->pending | me->doubtful) & BIT(TCPSTATE_GETS_SYN)) && (me->known & SENT_SYN)))
            judgement->senders &= (tcpstate_set)~TCPSTATE_IN(SYN_RCVD);
    } else if ((peer->known & SENT_SYN_ACK) && !(me->known & SENT_SYN_ACK) && covers_syn(peer, segment)
               && ((me->known & SENT_SYN) || segment->payload > 0) && !(connection->facts & TCPSTATE_CONNECTION_SIMULTANEOUS)) {
        judgement->had |= BIT(TCPSTATE_GETS_SYN_ACK); /* whoever gets a SYN,ACK is no server */
        judgement->senders &= (tcpstate_set)~TCPSTATE_IN(SYN_RCVD);
    } else if (me->may & TCPSTATE_IN(SYN_RCVD)) {
        /* A server speaks only once the handshake is over, unless there was data
         * on the SYN (RFC 7413 section 4.2), or may have been; and what it
         * acknowledges beyond the SYN came with or after the third segment. */
        bool early = !(peer->known & SENT_SYN) || (peer->known & SENT_SYN_DATA)
                     || (connection->facts & TCPSTATE_CONNECTION_FAST_OPEN);
        bool more = ((me->known & SENT_SYN_ACK) && (peer->known & KNOWS_SEQ) && seq_gt(segment->ack, me->syn_acked))
                    || ((me->known & KNOWS_ACK) && !(me->known & SENT_SYN_ACK) && seq_gt(segment->ack, me->rcv_nxt));
        if ((segment->payload > 0 && !early) || more) {
            judgement->had |= BIT(TCPSTATE_GETS_ACK_OF_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
            judgement->senders &= (tcpstate_set)~TCPSTATE_IN(SYN_RCVD);
        } else {
            judgement->unseen |= BIT(TCPSTATE_GETS_ACK_OF_SYN) | BIT(TCPSTATE_GETS_SYN_ACK);
        }
    }
    if (me->likely == TCPSTATE_UNKNOWN && (me->pending & BIT(TCPSTATE_GETS_SYN))) {
        if (acks_syn && (peer->known & KNOWS_ISN)) {
            /* Its SYN,ACK was not captured, nor what ended the handshake. */
            judgement->arrives |= BIT(TCPSTATE_GETS_SYN_ACK);
            if (segment->payload > 0 || segment->ack != peer->snd_max)
                judgement->had |= BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_ACK_OF_SYN);
        } else {
            /* Figure 9, line 4: nobody in SYN_RCVD sends that.  It still
             * holds an old connection, and challenges. */
            judgement->had_not |= BIT(TCPSTATE_GETS_SYN);
            judgement->lost |= BIT(TCPSTATE_GETS_SYN);
            judgement->is |= CHALLENGES | MAY_BE_ANOTHERS;
        }
    }
}

/* Whether it goes on although a RST was sent to it, or by it.  What was sent before
 * may have been overtaken by the RST; what it sends later, or anew, was not. */
static void judge_life_after_reset(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                   const struct tcpstate_segment *segment, struct judgement *judgement)
{
    /* Data beyond the RST's own number was sent after it; so was the ACK of what the
     * other sent only then. */
    const uint32_t next = tcpstate_segment_next(segment);
    const bool beyond = (me->known & KNOWS_SEQ) && seq_gt(next, me->snd_max)
                        && (!(me->known & SENT_ANY_RST) || seq_gt(next, me->reset_seq));
    const bool news = beyond
                      || ((me->known & KNOWS_ACK) && seq_gt(segment->ack, me->rcv_nxt) && (peer->known & KNOWS_SEQ)
                          && segment->ack == peer->snd_max && peer->last.time > me->marked.time);

    if (me->known & (SENT_RST | RST_IN_ITS_NAME)) {
        if (news || segment->time - me->marked.time >= TCPSTATE_LONGEST_WAY)
            judgement->is |= ((me->known & SENT_RST) ? AFTER_RESET : 0)
                             | (segment->time - me->marked.time < TCPSTATE_SHORTEST_RETRANSMISSION ? MAY_BE_ANOTHERS | RESET_LATELY : 0);
        else
            judgement->is |= OVERTAKEN;
    }
    if (!((me->pending | me->doubtful) & GETS_RESET))
        return;
    /* It acknowledges what came after the RST, or what it should have answered by one. */
    const bool after = (peer->known & KNOWS_SEQ) && seq_le(segment->ack, peer->snd_max)
                       && (!(me->known & KNOWS_ACK) || seq_gt(segment->ack, me->rcv_nxt))
                       && ((peer->known & SENT_ANY_RST) ? seq_gt(segment->ack, peer->reset_seq)
                                                        : segment->ack == peer->snd_max);
    const bool late = segment->time - peer->marked.time >= TCPSTATE_LONG_WAY;
    if (!after && !late)
        return;
    judgement->had_not |= GETS_RESET;
    judgement->is |= OUTLIVES_RESET;
    if (after || segment->time - peer->marked.time >= TCPSTATE_LONGEST_WAY) {
        judgement->lost |= GETS_RESET;
        judgement->is |= LOST_FOR_EVER;
    }
}

static void judge_fin(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                      const struct tcpstate_segment *segment, bool fits, struct judgement *judgement)
{
    uint32_t fin = segment->seq + segment->payload;

    judgement->senders &= SENDS_A_FIN;
    if ((judgement->is & (SENDS_MORE | AFTER_A_PAUSE)) == SENDS_MORE && !(me->known & MAY_REPEAT))
        judgement->senders &= SENDS_NEW_DATA | TCPSTATE_IN(SYN_RCVD);
    if (me->known & SENT_FIN) {
        judgement->is |= AGAIN;
        if (fin != me->fin || is_too_soon(me, segment))
            judgement->is |= MAY_BE_ANOTHERS;
        else if (!(me->known & FIN_DISPUTED))
            judgement->senders &= WAITS_FOR_ACK_OF_FIN;
        if (!(judgement->had & BIT(TCPSTATE_GETS_ACK_OF_FIN)))
            judgement->had_not |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
        judgement->lost |= judgement->had_not & (BIT(TCPSTATE_GETS_ACK_OF_FIN) | BIT(TCPSTATE_GETS_FIN));
    }
    judgement->unseen &= (uint8_t)~BIT(TCPSTATE_GETS_ACK_OF_FIN);
    if (tcpstate_is_acknowledged_fin(me, peer, segment))
        judgement->is &= ~PEER_SENT_FIN; /* the other's was recorded early: this one is the first */
    else if ((peer->known & SENT_FIN) && !covers_fin(peer, segment))
        judgement->is |= CROSSES;
    if (!(me->known & SENT_FIN) && (judgement->is & OVERTAKEN))
        judgement->is |= AFTER_THE_FIN;
    if (judgement->is & UNACCEPTABLE) {
        judgement->may_arrive |= (judgement->is & OUTDATED) ? BIT(TCPSTATE_GETS_FIN) : 0;
        return;
    }
    if ((me->known & SENT_FIN) && fin != me->fin) /* a second one, elsewhere: the first one counts */
        judgement->may_arrive |= BIT(TCPSTATE_GETS_FIN);
    else if (fits && (judgement->is & IN_ORDER))
        judgement->arrives |= BIT(TCPSTATE_GETS_FIN);
    else
        judgement->may_arrive |= BIT(TCPSTATE_GETS_FIN);
}

static void judge_data(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                       const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, struct judgement *judgement)
{
    uint32_t next = tcpstate_segment_next(segment);
    bool is_new = (me->known & KNOWS_SEQ) && seq_gt(next, me->snd_max);

    if (!(me->known & SENT_DATA) && (me->known & KNOWS_ISN) && segment->seq == me->isn + 1)
        judgement->is |= FIRST_DATA;
    /* It acknowledges data of the other that was not captured. */
    if ((peer->known & KNOWS_ISN) && seq_gt(segment->ack, peer->isn + 1)
        && !((peer->known & SENT_FIN) && peer->fin == peer->isn + 1))
        judgement->is |= PEER_SPOKE;
    if (is_new)
        judgement->is |= NEW_DATA;
    if (is_new && covers_fin(peer, segment) && !(me->known & SENT_HALF_CLOSED))
        judgement->is |= FIRST_HALF_CLOSED;
    if (is_new && (me->known & SENT_FIN)) {
        /* A host repeats its FIN where it was; data in its place says that this was
         * no FIN of that host, and data behind it fits neither. */
        judgement->is |= seq_le(segment->seq, me->fin) ? WITHDRAWS_FIN : DOES_NOT_FIT;
    } else if (is_new && seq_gt(next, highest_sent(me, peer)) && !(connection->facts & TCPSTATE_CONNECTION_MIDSTREAM)) {
        if (!(segment->flags & TCPSTATE_FLAG_FIN))
            judgement->senders &= SENDS_NEW_DATA | TCPSTATE_IN(SYN_RCVD);
    } else if (!(me->known & KNOWS_SEQ) || (is_new && (connection->facts & TCPSTATE_CONNECTION_MIDSTREAM))) {
        /* Where the capture begins midway it may be sent again, in front of a FIN. */
        judgement->senders &= (connection->facts & TCPSTATE_CONNECTION_MIDSTREAM)
                                  ? (tcpstate_set)~(TCPSTATE_IN(FIN_WAIT_2) | TCPSTATE_IN(TIME_WAIT))
                                  : SENDS_NEW_DATA | TCPSTATE_IN(SYN_RCVD);
    }
}

/* Whether nobody who is in this connection can have sent it: the numbers are far
 * from all that there were, or it is sent by one who waits for the SYN,ACK and
 * acknowledges something else. */
static bool is_stray(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                     const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    const bool holds = (connection->facts & TCPSTATE_CONNECTION_CONTESTED) != 0;

    if (me->likely == TCPSTATE_SYN_SENT && !covers_syn(peer, segment)
        && !acks_the_uncaptured(connection, me, peer, segment))
        return true;
    if (holds)
        return false;
    /* Beyond a FIN there is nothing. */
    if (((me->known & (SENT_FIN | FIN_DISPUTED)) == SENT_FIN && seq_gt(segment->seq, me->fin + 1))
        || ((peer->known & (SENT_FIN | FIN_DISPUTED)) == SENT_FIN && seq_gt(segment->ack, peer->fin + 1)))
        return true;
    /* What the other has acknowledged, however far, is not; the capture lacks much. */
    const bool claimed = (peer->known & CLAIMS) && segment->seq + 1 - peer->claim <= receive_window(peer) + 1;
    return (!claimed && (me->known & KNOWS_SEQ) && segment->seq - me->snd_max + FAR > 2 * FAR)
           || (!claimed && !(segment->flags & TCPSTATE_FLAG_FIN) && is_below_isn(me, segment))
           || ((peer->known & KNOWS_SEQ) && segment->ack - peer->snd_max + FAR > 2 * FAR);
}

/* A segment with neither SYN nor RST. */
static void judge_transfer(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                           const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                           struct judgement *judgement)
{
    uint32_t next = tcpstate_segment_next(segment);
    bool has_fin = segment->flags & TCPSTATE_FLAG_FIN;
    /* Beyond the window that its receiver named last, it does not fit what the
     * capture holds; the receiver may have named a larger one since. */
    const uint32_t expects = (peer->known & CLAIMS) && seq_gt(peer->claim, peer->rcv_nxt) ? peer->claim : peer->rcv_nxt;
    bool fits = !(peer->known & KNOWS_ACK) || seq_le(segment->seq, expects + receive_window(peer));
    /* Its receiver drops it (RFC 7323 section 5.3, PAWS). */
    const bool outdated = tcpstate_is_older_stamp(me, segment), refused = outdated || is_old(me, peer, segment);
    const bool known_fin = (me->known & SENT_FIN) && segment->seq + segment->payload == me->fin;

    /* A FIN where data was seen is another's. */
    if (has_fin && !refused && (me->known & (KNOWS_SEQ | SENT_FIN)) == KNOWS_SEQ
        && me->fin_from - (segment->seq + segment->payload) - 1 < FAR)
        fits = false;
    judgement->senders = ALIVE;
    if (is_stray(connection, me, peer, segment)) {
        judgement->is |= STRAY | (me->snd_max - segment->seq > UINT16_MAX ? ANOTHERS_NUMBERS : 0);
        judgement->senders = 0;
        return;
    }
    if (!(me->known & KNOWS_SEQ) || seq_le(segment->seq, me->snd_nxt)
        || ((peer->known & CLAIMS) && segment->seq == peer->claim))
        judgement->is |= IN_ORDER;
    if (!fits)
        judgement->is |= DOES_NOT_FIT | MAY_BE_ANOTHERS;
    if ((me->known & KNOWS_ACK) && seq_lt(segment->ack, me->rcv_nxt)
        && !(me->likely == TCPSTATE_SYN_SENT
             || (segment->payload > 0 && (!(me->known & KNOWS_SEQ) || seq_gt(next, me->snd_max)))))
        judgement->is |= OVERTAKEN;
    if (has_fin && refused && !known_fin) {
        judgement->is |= UNACCEPTABLE | (outdated ? OUTDATED | MAY_BE_ANOTHERS : 0);
        if (!outdated)
            return;
    }
    judge_acknowledgment(connection, me, peer, segment, judgement);
    judge_opening(connection, me, peer, segment, judgement);
    if (!(judgement->is & OVERTAKEN))
        judge_life_after_reset(me, peer, segment, judgement);
    if ((me->known & (KNOWS_SEQ | SENT_FIN)) == KNOWS_SEQ) {
        bool bare = segment->payload == 0 && !has_fin;
        if (bare && seq_gt(segment->seq, me->fin_from) && segment->seq - me->fin_from < FAR)
            judgement->is |= SKIPS_UNSEEN;
        else if (bare && segment->seq == me->snd_max)
            judgement->senders &= SENDS_NEW_DATA | TCPSTATE_IN(SYN_RCVD); /* no FIN of its own is behind it */
        if (!bare && seq_gt(next, me->snd_max) && fits && !refused)
            judgement->is |= SENDS_MORE;
    }

    /* A program that has closed both ways need not take data: its host answers by
     * RST (RFC 9293 section 3.6.1; Linux's orphans). */
    if ((!(me->known & KNOWS_SEQ) || seq_gt(next - (has_fin ? 1 : 0), me->snd_max))
        && (peer->may & (TCPSTATE_IN(FIN_WAIT_1) | TCPSTATE_IN(FIN_WAIT_2))))
        judgement->may_arrive |= BIT(TCPSTATE_GETS_RST_AS_OPENER);
    if ((me->known & SENT_FIN) && segment->payload == 0 && !has_fin && seq_le(segment->seq, me->fin))
        judgement->is |= BELOW_ITS_FIN | ((judgement->is & NEWS) && segment->seq != me->fin ? WITHDRAWS_FIN : 0);

    /* Arrivals: an acceptable ACK first, as section 3.10.7.4 orders them. */
    if (!refused || outdated) {
        uint8_t acks = 0;
        if (covers_syn(peer, segment) && (peer->likely == TCPSTATE_SYN_RCVD || (peer->known & SENT_SYN)))
            acks |= BIT(TCPSTATE_GETS_ACK_OF_SYN);
        if (covers_fin(peer, segment))
            acks |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
        *(fits && !refused ? &judgement->arrives : &judgement->may_arrive) |= acks;
    }
    if (covers_fin(peer, segment)) {
        if (!(me->known & ACKED_FIN))
            judgement->is |= ACKS_FIN;
        else if (segment->payload == 0 && !has_fin)
            judgement->is |= ACKS_FIN_AGAIN;
    }
    if (segment->payload > 0)
        judge_data(connection, me, peer, segment, judgement);
    if (has_fin)
        judge_fin(me, peer, segment, fits, judgement);
    if (segment->payload == 0 && !has_fin && (me->known & KNOWS_ACK) && segment->ack == me->rcv_nxt
        && (me->known & PROVOKED))
        judgement->is |= CHALLENGES;
    if (me->keep_alives > 0 && tcpstate_is_keep_alive(me, segment))
        judgement->is |= KEEP_ALIVE_AGAIN;
    if ((segment->options & TCPSTATE_OPTION_MP_DATA_FIN) && !(me->known & SENT_DATA_FIN))
        judgement->is |= MP_CLOSES;
}

/* Whether the segment was sent after all that was seen of its sender, and not only
 * recorded after it: it goes on in numbers or time stamps, or nothing is on its way
 * so long.  What is not may have been overtaken, and takes no state away. */
static bool is_news(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                    const struct tcpstate_segment *segment)
{
    const uint32_t next = tcpstate_segment_next(segment), sent = highest_sent(me, peer);
    const bool claims = (me->known & CLAIMS) && (me->known & KNOWS_ACK) && me->claim - me->rcv_nxt <= receive_window(me);
    const uint32_t acked = claims ? me->claim : me->rcv_nxt;

    if (!(me->known & KNOWS_SEQ) || me->last.frame == 0 || segment->time - me->last.time >= TCPSTATE_LONGEST_WAY)
        return true;
    if (sent != me->snd_max && !seq_gt(next, sent))
        return false;
    if ((segment->options & TCPSTATE_OPTION_TIMESTAMPS) && (me->known & SENT_TIMESTAMPS) && segment->ts_val != me->ts_val)
        return seq_gt(segment->ts_val, me->ts_val);
    return seq_gt(next, sent)
           || ((segment->flags & TCPSTATE_FLAG_ACK)
               && (!(me->known & KNOWS_ACK) || seq_gt(segment->ack, acked)));
}

/* A SYN,ACK of just the other's SYN, or the ACK of just that: these are the numbers
 * of the connection, whatever was seen beside them. */
static bool opens_by_numbers(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                             const struct tcpstate_segment *segment)
{
    return (peer->known & KNOWS_ISN) && segment->ack == peer->isn + 1
           && ((segment->flags & TCPSTATE_FLAG_SYN) || ((me->known & KNOWS_ISN) && segment->seq == me->isn + 1));
}

/* What holds of the segment by itself, and of what its ends have done before. */
static conditions conditions_of(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    const uint8_t flags = segment->flags;
    const bool from_client = connection->client == (segment->from & 1);
    conditions is = 0;

    is |= (flags & TCPSTATE_FLAG_SYN) ? HAS_SYN : 0;
    is |= (flags & TCPSTATE_FLAG_ACK) ? HAS_ACK : 0;
    is |= (flags & TCPSTATE_FLAG_FIN) ? HAS_FIN : 0;
    is |= (flags & TCPSTATE_FLAG_RST) ? HAS_RST : 0;
    is |= (flags & TCPSTATE_FLAG_URG) && (flags & TCPSTATE_FLAG_PSH) ? HAS_URG_PSH : 0;
    is |= segment->payload > 0 ? HAS_DATA : 0;
    is |= (segment->options & TCPSTATE_OPTION_TFO_REQUEST) ? TFO_ASKS : 0;
    is |= (segment->options & TCPSTATE_OPTION_TFO_COOKIE) ? TFO_HAS_COOKIE : 0;
    is |= (segment->options & TCPSTATE_OPTION_MP_FASTCLOSE) ? MP_CLOSES_FAST : 0;
    is |= (connection->facts & TCPSTATE_CONNECTION_FAST_OPEN) ? TFO_SENT : 0;
    is |= connection->end != TCPSTATE_ENDING_NONE ? IS_OVER : 0;
    is |= connection->client < 0 ? 0 : from_client ? FROM_CLIENT : FROM_SERVER;
    is |= (peer->known & SENT_FIN) ? PEER_SENT_FIN : 0;
    is |= (peer->known & SENT_SYN_ACK) ? PEER_ACCEPTED : 0;
    is |= (peer->known & ACKED_FIN) ? PEER_ACKED_FIN : 0;
    is |= (peer->known & SENT_DATA) ? PEER_SPOKE : 0;
    is |= (me->known & SENT_FIN) ? ALREADY_SENT_FIN : 0;
    is |= peer->last.frame == 0 || segment->time - peer->last.time >= TCPSTATE_LONGEST_WAY ? LOST_FOR_EVER : 0;
    is |= is_news(me, peer, segment) ? NEWS : 0;
    is |= (me->known & REPLAYED) ? MAY_BE_ANOTHERS : 0;
    is |= (me->known & DISPUTED) && !opens_by_numbers(me, peer, segment) ? MAY_BE_ANOTHERS : 0;
    if (me->ttl != 0 && segment->ttl != 0 && segment->ttl != me->ttl)
        is |= MAY_BE_ANOTHERS; /* it came another way than all before */
    is |= me->last.frame == 0 || segment->time - me->last.time >= TCPSTATE_SHORTEST_RETRANSMISSION ? AFTER_A_PAUSE : 0;
    return is;
}

void tcpstate_judge(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                    struct judgement *judgement)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    const uint8_t flags = segment->flags;

    *judgement = (struct judgement){ .is = conditions_of(connection, me, peer, segment),
                                     .senders = TCPSTATE_ANY_STATE };
    /* No TCP sends a SYN with FIN (RFC 9293 section 3.10.7.2), nor a segment without
     * ACK once it is past SYN_SENT (section 3.10.7.4, fifth check: dropped).  They
     * prove nothing and move nobody.  With RST, RST is looked at first. */
    if (flags & TCPSTATE_FLAG_RST)
        judge_reset(me, peer, segment, judgement);
    else if ((flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK)) == (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK))
        judge_syn_ack(connection, me, peer, segment, judgement);
    else if ((flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN)) == TCPSTATE_FLAG_SYN)
        judge_syn(connection, me, peer, segment, judgement);
    else if (flags & TCPSTATE_FLAG_ACK)
        judge_transfer(connection, me, peer, segment, judgement);
}
