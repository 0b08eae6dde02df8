/* conclude.c - what follows once a segment has its name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The textbook's checks, the links to what it answers, what it provokes, the
 * moments times are measured from, and whether it ends the connection.
 */
#include "internal.h"

void tcpstate_check(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                    struct tcpstate_observation *observation)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    uint8_t checks = tcpstate_step_row(observation->step)->checks;

    if (!(peer->known & KNOWS_ISN))
        checks &= (uint8_t)~TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1;
    if (!(me->known & KNOWS_ISN))
        checks &= (uint8_t)~TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1;
    /* Data on a SYN (Fast Open) moves what follows it. */
    if (peer->known & SENT_SYN_DATA)
        checks &= (uint8_t)~(observation->step == TCPSTATE_STEP_TFO_NOT_ACCEPTED ? 0 : TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1);
    if ((connection->facts & TCPSTATE_CONNECTION_FAST_OPEN) && (peer->known & SENT_DATA)
        && observation->step != TCPSTATE_STEP_TFO_NOT_ACCEPTED)
        checks &= (uint8_t)~TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1; /* the answer came before the handshake ended */
    if (me->known & SENT_SYN_DATA)
        checks &= (uint8_t)~TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1;
    if (!(peer->known & SENT_FIN))
        checks &= (uint8_t)~TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1;
    if ((checks & TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1) && segment->seq != me->isn + 1) {
        observation->failed |= TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1;
        observation->expected = me->isn + 1;
    }
    if ((checks & TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1) && segment->ack != peer->fin + 1) {
        observation->failed |= TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1;
        observation->expected = peer->fin + 1;
    }
    if ((checks & TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1) && segment->ack != peer->isn + 1) {
        observation->failed |= TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1;
        observation->expected = peer->isn + 1;
    }
    observation->checks = checks;
}

/* The frame of what the step answers or repeats; 0: not known. */
static uint32_t find_answered(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                              const struct step_row *row)
{
    const int from = segment->from & 1;

    switch (row->answers) {
    case 0:
        return 0;
    case ITS_OWN_FIN:
        return connection->milestones[connection->active_closer == from ? TCPSTATE_MILESTONE_FIN
                                                                        : TCPSTATE_MILESTONE_PASSIVE_FIN];
    case THE_PROVOCATION:
        return connection->provoked_by ? connection->provoked_by : connection->milestones[TCPSTATE_MILESTONE_SYN];
    case THE_OTHERS_SYN:
        return connection->ends[!from].syn_frame;
    case THE_STALE_SYN:
        return tcpstate_stale_from(connection) != from && segment->ack == connection->stale_isn + 1 ? connection->stale_frame : 0;
    default:
        return connection->milestones[row->answers - 1];
    }
}

/* How often a SYN, SYN,ACK or FIN was sent again, and since when. */
static void count_repeats(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                          const struct judgement *judgement, struct tcpstate_observation *observation)
{
    if ((judgement->is & (AGAIN | HAS_RST)) == AGAIN) {
        if (me->repeats < UINT16_MAX)
            me->repeats++;
        observation->repeats = me->repeats;
        if (segment->time >= me->first_sent)
            observation->repeats_after = segment->time - me->first_sent;
    } else if (judgement->is & (HAS_SYN | HAS_FIN)) {
        me->repeats = 0;
        me->first_sent = segment->time;
    }
    if ((judgement->is & (HAS_SYN | HAS_ACK | HAS_RST)) == HAS_SYN) {
        if (!(judgement->is & (STALE | AGAIN)) && me->syn_frame == 0)
            me->syn_frame = segment->frame;
        if (me->syns < UINT16_MAX)
            me->syns++;
    }
}

/* RFC 5961 section 3: of the RSTs that are not accepted those in the window are
 * answered; section 4: a SYN where a connection is. */
static bool provokes(const struct tcpstate_connection *connection, const struct step_row *row,
                     const struct judgement *judgement)
{
    if ((judgement->is & (HAS_SYN | HAS_ACK)) == HAS_SYN && (connection->facts & TCPSTATE_CONNECTION_CONTESTED))
        return true;
    /* Section 5: an ACK of what was never sent, perhaps. */
    if ((judgement->is & (HAS_FIN | ACKS_UNSEEN_FIN)) == (HAS_FIN | ACKS_UNSEEN_FIN))
        return true;
    return (judgement->is & HAS_RST) ? judgement->reset_number == TCPSTATE_RESET_NUMBER_WINDOW : row->provokes;
}

void tcpstate_link(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                   const struct judgement *judgement, struct tcpstate_observation *observation)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    const struct step_row *row = tcpstate_step_row(observation->step);

    observation->answers = find_answered(connection, segment, row);
    if (row->is && connection->milestones[row->is - 1] == 0)
        connection->milestones[row->is - 1] = segment->frame;
    if ((judgement->is & (HAS_SYN | STALE)) == (HAS_SYN | STALE)) {
        connection->stale = (uint16_t)((segment->from & 1 ? TCPSTATE_STALE_FROM_B : 0)
                                       | (segment->flags & TCPSTATE_FLAG_ACK ? TCPSTATE_STALE_SYN_ACK : 0));
        connection->stale_isn = segment->seq;
        connection->stale_frame = segment->frame;
    }
    count_repeats(me, segment, judgement, observation);
    if (provokes(connection, row, judgement)) {
        peer->known |= PROVOKED;
        connection->provoked_by = segment->frame;
    }
    me->known &= ~(uint32_t)PROVOKED;
    if (segment->options & TCPSTATE_OPTION_MP_DATA_FIN)
        me->known |= SENT_DATA_FIN;
}

/* Keep-alives in a row; any segment of the other end answers them all.  Where the capture has
 * none of it nobody knows that they were not answered. */
void tcpstate_count_keep_alives(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                                struct tcpstate_observation *observation, bool is_keep_alive)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1], *peer = &connection->ends[!(segment->from & 1)];

    peer->keep_alives = 0;
    if (!is_keep_alive)
        me->keep_alives = 0;
    else if (me->keep_alives < UINT16_MAX && peer->last.frame != 0)
        me->keep_alives++;
    if (observation->step == TCPSTATE_STEP_KEEP_ALIVE_UNANSWERED)
        observation->repeats = me->keep_alives;
}

static void keep(struct tcpstate_connection *connection, enum tcpstate_moment moment, int64_t time)
{
    if (connection->moments[moment] == TCPSTATE_NO_TIME)
        connection->moments[moment] = time;
}

/* The moments from which times are measured: each the first of its kind. */
void tcpstate_keep_time(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                        enum tcpstate_step step)
{
    const struct step_row *row = tcpstate_step_row(step);

    const bool asks = connection->client == (segment->from & 1);
    if (row->first_data && connection->client >= 0 && (asks || !row->crosses))
        keep(connection, asks ? TCPSTATE_MOMENT_REQUEST : TCPSTATE_MOMENT_RESPONSE, segment->time);
    if (row->moment)
        keep(connection, (enum tcpstate_moment)(row->moment - 1), segment->time);
    if (connection->active_closer >= 0) /* a FIN may be no step of its own: on a SYN,ACK, ahead of data */
        keep(connection, TCPSTATE_MOMENT_FIN, segment->time);
}

static void withdraw(struct tcpstate_connection *connection)
{
    connection->end = TCPSTATE_ENDING_NONE;
    connection->ended_by = -1;
    connection->moments[TCPSTATE_MOMENT_END] = TCPSTATE_NO_TIME;
}

/* What was told of its end turns out not to be so: an attempt that failed, and then
 * succeeded after all; a reset that somebody else sent. */
static void withdraw_end(struct tcpstate_connection *connection, const struct judgement *judgement, int8_t by)
{
    const bool by_reset = connection->end != TCPSTATE_ENDING_NONE && connection->end != TCPSTATE_ENDING_CLOSED;

    if (by_reset && (judgement->is & (OPENS | OUTLIVES_RESET)))
        withdraw(connection);
    /* What ICMP said was of one attempt; a later SYN was answered. */
    if (connection->end == TCPSTATE_ENDING_UNREACHABLE
        && ((judgement->is & (HAS_SYN | HAS_ACK | GOOD_ACK)) == (HAS_SYN | HAS_ACK | GOOD_ACK) || (judgement->is & ACCEPTABLE)))
        withdraw(connection);
    /* Whoever goes on where its RST was never sent that: it was reset in its name,
     * and nobody can say by whom. */
    if (!(judgement->is & AFTER_RESET) || connection->ended_by != by)
        return;
    if (connection->end == TCPSTATE_ENDING_RESET)
        connection->ended_by = -1;
    else if (by_reset)
        withdraw(connection); /* ... nor did it give up its attempt, or refuse the other's */
}

/* Whether this segment ends the connection, and how.  What ended it first
 * stays: a RST after the last ACK does not turn a close into an abort. */
void tcpstate_finish(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                     const struct judgement *judgement, struct tcpstate_observation *observation)
{
    const struct tcpstate_endpoint *a = &connection->ends[0], *b = &connection->ends[1];
    const struct step_row *row = tcpstate_step_row(observation->step);
    enum tcpstate_ending ending = (enum tcpstate_ending)row->ends;
    int8_t by = (int8_t)(segment->from & 1);

    withdraw_end(connection, judgement, by);
    connection->facts |= row->tells;
    observation->ends_before = observation->step == TCPSTATE_STEP_HALF_OPEN_RESET;
    /* Its sender may still be waiting for the answer to its own SYN; and MPTCP
     * closes without a RST, too. */
    if ((judgement->is & (ACCEPTABLE | FOREIGN)) != ACCEPTABLE)
        ending = TCPSTATE_ENDING_NONE;
    if (ending == TCPSTATE_ENDING_NONE && (a->known & ACKED_FIN) && (b->known & ACKED_FIN)) {
        ending = TCPSTATE_ENDING_CLOSED;
        by = connection->active_closer;
    }
    /* A reset that nobody sent who is in it ended nothing, where both have closed and know it of each other. */
    const bool disowned = connection->end == TCPSTATE_ENDING_RESET && connection->ended_by < 0 && ending == TCPSTATE_ENDING_CLOSED;
    if (ending == TCPSTATE_ENDING_NONE || (connection->end != TCPSTATE_ENDING_NONE && !disowned))
        return;
    connection->end = (uint8_t)ending;
    connection->ended_by = by;
    connection->moments[TCPSTATE_MOMENT_END] = segment->time;
    observation->over = true;
}
