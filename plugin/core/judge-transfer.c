/* judge-transfer.c - acknowledgments, data and FINs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 9293 section 3.10.7.4 from the fifth check on, asked from the outside.  Whether the
 * numbers fit at all, judge-numbers.c says.
 */
#include "evidence.h"

/* Whether it acknowledges other numbers than those that are known of the other end. */
static bool is_of_another(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, bool opens)
{
    if (!(peer->known & KNOWS_ISN))
        return opens && segment->ack != peer->snd_max;
    return acks_below_isn(peer, segment);
}

/* The other's data or FIN carried its ACK of the sender's FIN: who acknowledges the one
 * has received the other. */
static void judge_ack_of_own_fin(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                 const struct tcpstate_segment *segment, struct judgement *judgement)
{
    if ((peer->known & ACK_OF_FIN_CARRIED) && !(me->known & FIN_DISPUTED) && seq_ge(segment->ack, peer->carried_to)) {
        judgement->had |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
        judgement->senders &= (tcpstate_set)~WAITS_FOR_ACK_OF_FIN;
    } else if (me->may & WAITS_FOR_ACK_OF_FIN)
        judgement->unseen |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
}

/* It acknowledges more than was captured of the other end. More than its sender's window
 * let in: much is missing, perhaps a whole opening. */
static void judge_ack_of_unseen(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                const struct tcpstate_segment *segment, struct judgement *judgement)
{
    const bool within = tcpstate_acks_one_within(me, peer, segment);

    if (!within && (!(peer->known & KNOWS_SEQ) || seq_le(segment->ack, peer->snd_max)))
        return;
    judgement->is |= ACKS_UNSEEN_FIN;
    if ((me->known & KNOWS_ACK) && segment->ack - me->rcv_nxt > receive_window(me) && !(segment->flags & TCPSTATE_FLAG_FIN))
        judgement->is |= ANOTHERS_NUMBERS | MAY_BE_ANOTHERS;
}

/* Whether data was seen at the number of its FIN, which is in doubt for that: one of the two is a stranger's. */
static bool is_among_data(const struct tcpstate_endpoint *end)
{
    return (end->known & (KNOWS_SEQ | FIN_IN_DOUBT)) == (KNOWS_SEQ | FIN_IN_DOUBT) && seq_lt(end->fin, end->fin_from);
}

/* Whether all that it acknowledges lies before the other's FIN, captured or not. */
static bool is_before_its_fin(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                              const struct tcpstate_segment *segment)
{
    if ((peer->known & FIN_DISPUTED) || is_of_another(peer, segment, me->likely == TCPSTATE_SYN_SENT))
        return false;
    if (peer->known & SENT_FIN)
        return seq_le(segment->ack, peer->fin_from);
    return (peer->known & KNOWS_SEQ) && seq_le(segment->ack, peer->fin_from) && !tcpstate_acks_one_within(me, peer, segment);
}

/* What the acknowledgment says of its sender: had it the other's FIN when it
 * sent this? */
static void judge_acknowledgment(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                 const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                                 struct judgement *judgement)
{
    /* Of the connection that it held before: its numbers are not the new ones. */
    if ((connection->facts & TCPSTATE_CONNECTION_CONTESTED) && !covers_syn(peer, segment)) {
        judgement->senders &= ALIVE;
        judgement->unseen |= BIT(TCPSTATE_GETS_FIN) | BIT(TCPSTATE_GETS_ACK_OF_FIN);
        return;
    }
    if (covers_fin(peer, segment)) {
        judgement->had |= BIT(TCPSTATE_GETS_FIN);
        judgement->senders &= GOT_FIN;
        judgement->is |= (peer->known & FIN_LATER) ? HAD_ACK_FIRST : 0;
        /* What it acknowledged before the data came is the FIN. */
        const bool among_data = is_among_data(peer) && !((me->known & KNOWS_ACK) && me->rcv_nxt == segment->ack);
        if (is_unplaced(peer) || among_data || (peer->known & DISPUTED)
            || (peer->known & (SENT_FIN | FIN_DISPUTED)) == (SENT_FIN | FIN_DISPUTED))
            judgement->is |= MAY_BE_ANOTHERS; /* it may be the number of data, captured or not, or of a stranger's FIN */
        if (me->likely == TCPSTATE_SYN_SENT && !(peer->known & SENT_SYN_ACK))
            judgement->is |= MAY_BE_ANOTHERS; /* it may be the SYN,ACK's number */
        if (!(peer->known & SENT_FIN) && !among_data && (!(peer->known & KNOWS_SEQ) || seq_le(peer->snd_max, segment->ack)))
            judgement->is |= CONFIRMS_FIN;
    } else if (is_before_its_fin(me, peer, segment)) {
        judgement->had_not |= BIT(TCPSTATE_GETS_FIN);
        judgement->senders &= (tcpstate_set)~GOT_FIN;
    } else {
        judgement->unseen |= BIT(TCPSTATE_GETS_FIN);
    }
    if (judgement->unseen & BIT(TCPSTATE_GETS_FIN))
        judge_ack_of_unseen(me, peer, segment, judgement);
    judge_ack_of_own_fin(me, peer, segment, judgement);
}

/* ... and its data were seen, or more. */
static bool is_overtaken(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    const bool goes_on = segment->payload > 0 && goes_beyond(me, segment);

    return goes_back(me, segment) && !goes_on;
}

/* Its sender's FIN was seen before: nothing came back, or this is another's. */
static void judge_fin_again(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment, struct judgement *judgement)
{
    judgement->is |= AGAIN;
    if (tcpstate_segment_next(segment) != me->fin + 1 || !(judgement->is & AFTER_A_PAUSE) || is_one_sending(me, segment))
        judgement->is |= MAY_BE_ANOTHERS;
    else if (!(me->known & FIN_DISPUTED))
        judgement->senders &= WAITS_FOR_ACK_OF_FIN;
    if (!(judgement->had & BIT(TCPSTATE_GETS_ACK_OF_FIN)))
        judgement->had_not |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
    judgement->had_not |= GETS_RESET; /* or it would not send it again */
    judgement->is |= ((me->pending | me->doubtful) & GETS_RESET) && !(judgement->is & MAY_BE_ANOTHERS) ? OUTLIVES_RESET : 0;
    judgement->lost |= judgement->had_not & (BIT(TCPSTATE_GETS_ACK_OF_FIN) | BIT(TCPSTATE_GETS_FIN));
}

static void judge_fin(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                      const struct tcpstate_segment *segment, bool fits, struct judgement *judgement)
{
    judgement->senders &= SENDS_A_FIN;
    /* The first one may have been sent before the other's came, which this one acknowledges: after a pause,
     * or where the data before it is sent again. */
    const bool again = (me->known & KNOWS_SEQ) && seq_lt(segment->seq, me->snd_max);
    if (!(me->known & SENT_FIN) && covers_fin(peer, segment) && !((me->known & KNOWS_ACK) && me->rcv_nxt == segment->ack)
        && (again || segment->time - peer->last_control.time >= TCPSTATE_SHORTEST_RETRANSMISSION))
        judgement->is |= AFTER_A_PAUSE;
    if ((judgement->is & (SENDS_MORE | AFTER_A_PAUSE)) == SENDS_MORE && !(me->known & MAY_REPEAT))
        judgement->senders &= SENDS_NEW_DATA | TCPSTATE_IN(SYN_RCVD);
    if (me->known & SENT_FIN)
        judge_fin_again(me, segment, judgement);
    judgement->unseen &= (uint8_t)~BIT(TCPSTATE_GETS_ACK_OF_FIN);
    if (tcpstate_is_acknowledged_fin(me, peer, segment))
        judgement->is &= ~PEER_SENT_FIN; /* the other's was recorded early: this one is the first */
    else if ((peer->known & SENT_FIN) && !covers_fin(peer, segment))
        judgement->is |= CROSSES;
    if (!(me->known & SENT_FIN) && is_overtaken(me, segment))
        judgement->is |= AFTER_THE_FIN;
    if (judgement->is & UNACCEPTABLE) {
        judgement->may_arrive |= (judgement->is & OUTDATED) ? BIT(TCPSTATE_GETS_FIN) : 0;
        return;
    }
    *(fits && (judgement->is & IN_ORDER) ? &judgement->arrives : &judgement->may_arrive) |= BIT(TCPSTATE_GETS_FIN);
}

/* Whether it acknowledges the other's SYN and no more. */
static bool has_none_of_its_data(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return segment->ack == peer->isn + 1;
}

static void judge_data(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                       const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, struct judgement *judgement)
{
    const uint32_t next = tcpstate_segment_next(segment);
    const bool is_new = goes_beyond(me, segment), midstream = connection->facts & TCPSTATE_CONNECTION_MIDSTREAM;

    if (!(me->known & SENT_DATA) && (me->known & KNOWS_ISN) && segment->seq == me->isn + 1)
        judgement->is |= FIRST_DATA | (has_none_of_its_data(peer, segment) && !(judgement->is & HAS_FIN) ? CROSSES : 0);
    if (is_new)
        judgement->is |= NEW_DATA;
    if (is_new && covers_fin(peer, segment) && !(me->known & SENT_HALF_CLOSED))
        judgement->is |= FIRST_HALF_CLOSED;
    if ((me->known & SENT_FIN) && seq_le(next, me->snd_nxt))
        judgement->is |= BEHIND; /* who sends data again need not have closed: its FIN may be a stranger's */
    if (is_new && (me->known & SENT_FIN)) {
        /* A host repeats its FIN where it was; data in its place says that this was
         * no FIN of that host, and data behind it fits neither. */
        judgement->is |= seq_le(segment->seq, me->fin) ? WITHDRAWS_FIN : DOES_NOT_FIT;
    } else if (!(me->known & KNOWS_SEQ) || (is_new && seq_gt(next, highest_sent(me, peer)))) {
        /* Where the capture begins midway it may be sent again, in front of a FIN. */
        if (me->known & FIN_DISPUTED)
            ; /* nor where one may have been */
        else if (midstream)
            judgement->senders &= (tcpstate_set)~(TCPSTATE_IN(FIN_WAIT_2) | TCPSTATE_IN(TIME_WAIT));
        else if (!(segment->flags & TCPSTATE_FLAG_FIN))
            judgement->senders &= SENDS_NEW_DATA | TCPSTATE_IN(SYN_RCVD);
    }
}

/* Whether it says nothing new, and answers nothing: a keep-alive, perhaps, of who waits for the other's FIN, and of the number of
 * its own, which the capture lacks (Linux sends them in FIN_WAIT_2, too). */
static bool may_keep_alive(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                           const struct tcpstate_segment *segment)
{
    return (me->known & KNOWS_ACK) && segment->ack == me->rcv_nxt
           && segment->time - me->last.time >= TCPSTATE_LONG_WAY && segment->time - peer->last.time >= TCPSTATE_LONG_WAY;
}

/* What a bare segment's number shows: it is its sender's SND.NXT.  A FIN takes one. */
static void judge_bare(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                       const struct tcpstate_segment *segment, struct judgement *judgement)
{
    if (me->known & SENT_FIN) {
        if (seq_le(segment->seq, me->fin))
            judgement->is |= BEHIND | BELOW_ITS_FIN | ((judgement->is & NEWEST) && segment->seq != me->fin ? WITHDRAWS_FIN : 0);
        else if (!is_unplaced(me))
            judgement->senders &= CLOSED_ITS_SIDE;
    } else if (me->known & KNOWS_SEQ) {
        if (seq_gt(segment->seq, me->fin_from) || (segment->seq == me->snd_max && may_keep_alive(me, peer, segment)))
            judgement->is |= SKIPS_UNSEEN_FIN;
        else if (segment->seq == me->snd_max)
            judgement->senders &= SENDS_NEW_DATA | TCPSTATE_IN(SYN_RCVD); /* no FIN of its own is behind it */
        else if (me->snd_max - segment->seq > 1 && !tcpstate_is_older_stamp(me, segment))
            judgement->is |= BEHIND;
    } else if (covers_syn(peer, segment) || ((peer->known & KNOWS_ACK) && seq_gt(segment->seq, peer->rcv_nxt))) {
        judgement->is |= SKIPS_UNSEEN_FIN; /* nothing was seen that is not before it */
    }
    if ((me->known & KNOWS_ACK) && segment->ack == me->rcv_nxt && (me->known & PROVOKED))
        judgement->is |= CHALLENGES;
}

/* What arrives with it: an acceptable ACK first, as section 3.10.7.4 orders them. */
static void judge_arrivals(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, bool accepted,
                           struct judgement *judgement)
{
    const uint32_t end = segment->seq + segment->payload;
    uint8_t acks = 0;

    if (covers_syn(peer, segment))
        acks |= BIT(TCPSTATE_GETS_ACK_OF_SYN);
    if (peer->likely == TCPSTATE_SYN_SENT && segment->ack - peer->isn - 1 < UINT16_MAX)
        judgement->may_arrive |= BIT(TCPSTATE_GETS_SYN_ACK); /* it was not captured */
    if (covers_fin(peer, segment))
        acks |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
    *(accepted ? &judgement->arrives : &judgement->may_arrive) |= acks;
    /* A program that has closed both ways need not take data: its host answers by
     * RST (RFC 9293 section 3.6.1; Linux's orphans). */
    if ((!(peer->known & KNOWS_ACK) || seq_gt(end, peer->rcv_nxt))
        && (peer->may & (TCPSTATE_IN(FIN_WAIT_1) | TCPSTATE_IN(FIN_WAIT_2))))
        judgement->may_arrive |= BIT(TCPSTATE_GETS_RST_AS_OPENER);
}

/* What acknowledges the other's FIN: for the first time, or again, unless it answers a RST. */
static conditions acks_fin(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer)
{
    if (!(me->known & ACKED_FIN))
        return ACKS_FIN;
    return !(peer->known & RST_IN_ITS_NAME) ? ACKS_FIN_AGAIN : 0;
}

/* Whether it acknowledges data of the other, captured or not. */
static bool acks_data(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (peer->known & KNOWS_ISN) && seq_gt(segment->ack, peer->isn + 1)
           && !((peer->known & SENT_FIN) && peer->fin == peer->isn + 1);
}

static conditions conditions_of_transfer(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                         const struct tcpstate_segment *segment, bool fits, bool refused)
{
    const bool bare = segment->payload == 0 && !(segment->flags & TCPSTATE_FLAG_FIN);
    const bool in_order = !(me->known & KNOWS_SEQ) || seq_le(segment->seq, me->snd_nxt)
                          || ((peer->known & CLAIMS) && segment->seq == peer->claim);
    const bool more = !(me->known & SENT_FIN) && goes_beyond(me, segment);
    conditions is = 0;

    is |= in_order ? IN_ORDER : 0;
    is |= refused && is_below_isn(me, segment) && me->isn - segment->seq >= LITTLE ? ANOTHERS_NUMBERS : 0;
    is |= fits ? 0 : DOES_NOT_FIT | MAY_BE_ANOTHERS;
    /* It may be sent again, in front of a FIN that was taken for another's. */
    is |= (me->known & FIN_IN_DOUBT) && segment->payload > 0 && me->fin - tcpstate_segment_next(segment) <= UINT16_MAX
              ? MAY_BE_ANOTHERS
              : 0;
    is |= is_overtaken(me, segment) ? OVERTAKEN : goes_back(me, segment) ? MAY_BE_ANOTHERS : 0;
    is |= !bare && more && fits && !refused ? SENDS_MORE : 0;
    is |= acks_data(peer, segment) ? PEER_SPOKE : 0;
    if (covers_fin(peer, segment))
        is |= acks_fin(me, peer);
    is |= me->keep_alives > 0 && tcpstate_is_keep_alive(me, peer, segment) ? KEEP_ALIVE_AGAIN : 0;
    is |= (segment->options & TCPSTATE_OPTION_MP_DATA_FIN) && !(me->known & SENT_DATA_FIN) ? MP_CLOSES : 0;
    return is;
}

void tcpstate_judge_transfer(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                             const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                             struct judgement *judgement)
{
    const bool has_fin = segment->flags & TCPSTATE_FLAG_FIN;
    const bool outdated = tcpstate_is_outdated(me, peer, segment);
    const bool refused = outdated || tcpstate_is_old(connection, me, peer, segment);
    const bool fits = tcpstate_fits_in(me, peer, segment, refused);
    const bool known_fin = (me->known & SENT_FIN) && segment->seq + segment->payload == me->fin;

    judgement->senders = ALIVE;
    if (tcpstate_is_stray(connection, me, peer, segment)) {
        judgement->is |= STRAY | (tcpstate_is_old_duplicate(me, peer, segment) ? 0 : ANOTHERS_NUMBERS);
        judgement->senders = 0;
        judgement->may_arrive = (covers_syn(peer, segment) ? BIT(TCPSTATE_GETS_ACK_OF_SYN) : 0)
                                | (covers_fin(peer, segment) ? BIT(TCPSTATE_GETS_ACK_OF_FIN) : 0);
        return;
    }
    judgement->is |= conditions_of_transfer(me, peer, segment, fits, refused);
    if (has_fin && refused && !known_fin) {
        judgement->is |= UNACCEPTABLE | (outdated ? OUTDATED | MAY_BE_ANOTHERS : 0);
        if (!outdated)
            return;
    }
    judge_acknowledgment(connection, me, peer, segment, judgement);
    tcpstate_judge_opening(connection, me, peer, segment, judgement);
    if (!(judgement->is & OVERTAKEN))
        tcpstate_judge_after_reset(me, peer, segment, judgement);
    if (!is_below_isn(me, segment))
        judge_arrivals(peer, segment, fits && !refused, judgement);
    if (segment->payload == 0 && !has_fin)
        judge_bare(me, peer, segment, judgement);
    if (segment->payload > 0)
        judge_data(connection, me, peer, segment, judgement);
    if (has_fin) {
        if ((connection->facts & TCPSTATE_CONNECTION_MIDSTREAM) && !(me->known & KNOWS_SEQ))
            judgement->is |= MAY_BE_ANOTHERS; /* nothing was seen that it follows */
        judge_fin(me, peer, segment, fits, judgement);
    }
}
