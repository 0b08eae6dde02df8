/* conclude.c - what follows once a segment has its name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The textbook's checks, the links to what it answers, what it provokes, the
 * moments times are measured from, and whether it ends the connection.
 */
#include "internal.h"

/* Whether an answer is owed that changes nothing: RFC 5961 section 4 (SYN),
 * section 3 (RST), and the ACK of a FIN or SYN,ACK that was sent again. */
static bool provokes(enum tcpstate_step step, enum tcpstate_reset_number reset_number)
{
    switch (step) {
    case TCPSTATE_STEP_SYN_IN_CONNECTION:
    case TCPSTATE_STEP_SYN_RETRANSMITTED:
    case TCPSTATE_STEP_STALE_SYN:
    case TCPSTATE_STEP_SYN_ACK_RETRANSMITTED:
    case TCPSTATE_STEP_FIN_RETRANSMITTED:
    case TCPSTATE_STEP_FIN_IN_TIME_WAIT:
    case TCPSTATE_STEP_FIN_DOUBTFUL:
    case TCPSTATE_STEP_FIN_IGNORED:
        return true;
    case TCPSTATE_STEP_RESET_IGNORED:
        return reset_number == TCPSTATE_RESET_NUMBER_WINDOW;
    default:
        return false;
    }
}

void tcpstate_check(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                  struct tcpstate_observation *observation)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    uint8_t checks = tcpstate_step_facts(observation->step)->checks;

    if (!(peer->known & KNOWS_ISN))
        checks &= (uint8_t)~TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1;
    if (!(me->known & KNOWS_ISN))
        checks &= (uint8_t)~TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1;
    /* Data on a SYN (Fast Open) moves what follows it. */
    if (peer->known & SENT_SYN_DATA)
        checks &= (uint8_t)~(observation->step == TCPSTATE_STEP_TFO_NOT_ACCEPTED
                                 ? 0 : TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1);
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

/* Count what is sent again, mark what it provokes, link it to what it answers. */
void tcpstate_link(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                 const struct evidence *evidence, struct tcpstate_observation *observation)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    enum tcpstate_step step = observation->step;
    const struct step_facts *facts = tcpstate_step_facts(step);

    if (facts->answers >= 0)
        observation->answers = connection->milestones[facts->answers];
    if (facts->milestone >= 0 && connection->milestones[facts->milestone] == 0)
        connection->milestones[facts->milestone] = segment->frame;
    switch (step) {
    case TCPSTATE_STEP_FIN_RETRANSMITTED:
    case TCPSTATE_STEP_FIN_IN_TIME_WAIT:
        observation->answers = connection->milestones[connection->active_closer == (segment->from & 1)
                                                          ? TCPSTATE_MILESTONE_FIN
                                                          : TCPSTATE_MILESTONE_PASSIVE_FIN];
        break;
    case TCPSTATE_STEP_CHALLENGE_ACK:
        observation->answers = connection->provoked_by ? connection->provoked_by
                                                       : connection->milestones[TCPSTATE_MILESTONE_SYN];
        break;
    case TCPSTATE_STEP_SIMULTANEOUS_SYN_ACK:
        observation->answers = peer->syn_frame;
        break;
    case TCPSTATE_STEP_STALE_SYN:
        connection->stale_from = segment->from & 1;
        connection->stale_isn = segment->seq;
        connection->stale_frame = segment->frame;
        break;
    case TCPSTATE_STEP_BAD_SYN_ACK:
        if (connection->stale_frame != 0 && connection->stale_from != (segment->from & 1)
            && segment->ack == connection->stale_isn + 1)
            observation->answers = connection->stale_frame;
        break;
    default:
        break;
    }
    if ((evidence->is & AGAIN) && !(evidence->is & HAS_RST)) {
        if (me->repeats < UINT16_MAX)
            me->repeats++;
        observation->repeats = me->repeats;
        if (segment->time >= me->first_sent)
            observation->repeats_after = segment->time - me->first_sent;
    } else if (evidence->is & (HAS_SYN | HAS_FIN)) {
        me->repeats = 0;
        me->first_sent = segment->time;
    }
    if ((evidence->is & (HAS_SYN | HAS_ACK | STALE | AGAIN)) == HAS_SYN && me->syn_frame == 0)
        me->syn_frame = segment->frame;
    bool contests = (evidence->is & (HAS_SYN | HAS_ACK)) == HAS_SYN
                    && (connection->facts & TCPSTATE_CONNECTION_CONTESTED);
    if (contests || provokes(step, observation->reset_number)) {
        peer->known |= PROVOKED;
        connection->provoked_by = segment->frame;
    }
    me->known &= ~(uint32_t)PROVOKED;
    if (segment->options & TCPSTATE_OPTION_MP_DATA_FIN)
        me->known |= SENT_DATA_FIN;
}

/* Keep-alives in a row; any segment of the other end answers them all. */
void tcpstate_count_keep_alives(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                              struct tcpstate_observation *observation, bool is_keep_alive)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];

    connection->ends[!(segment->from & 1)].keep_alives = 0;
    if (!is_keep_alive)
        me->keep_alives = 0;
    else if (me->keep_alives < UINT16_MAX)
        me->keep_alives++;
    if (observation->step == TCPSTATE_STEP_KEEP_ALIVE_UNANSWERED)
        observation->repeats = me->keep_alives;
}

/* The moments from which times are measured: each the first of its kind. */
void tcpstate_keep_time(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                      enum tcpstate_step step)
{
    enum tcpstate_moment moment;
    int from = segment->from & 1;
    const struct step_facts *facts = tcpstate_step_facts(step);

    if (tcpstate_step_is_first_data(step) && connection->client >= 0) {
        moment = connection->client == from ? TCPSTATE_MOMENT_REQUEST : TCPSTATE_MOMENT_RESPONSE;
        if (connection->moments[moment] == TCPSTATE_NO_TIME)
            connection->moments[moment] = segment->time;
    }
    switch (facts->milestone) {
    case TCPSTATE_MILESTONE_SYN:
        moment = TCPSTATE_MOMENT_SYN;
        break;
    case TCPSTATE_MILESTONE_SYN_ACK:
        moment = TCPSTATE_MOMENT_SYN_ACK;
        break;
    case TCPSTATE_MILESTONE_HANDSHAKE_ACK:
        moment = TCPSTATE_MOMENT_HANDSHAKE_ACK;
        break;
    case TCPSTATE_MILESTONE_FIN:
        moment = TCPSTATE_MOMENT_FIN;
        break;
    default:
        return;
    }
    if (connection->moments[moment] == TCPSTATE_NO_TIME)
        connection->moments[moment] = segment->time;
}

/* Whether this segment ends the connection, and how.  What ended it first
 * stays: a RST after the last ACK does not turn a close into an abort. */
void tcpstate_finish(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                   const struct evidence *evidence, struct tcpstate_observation *observation)
{
    const struct tcpstate_endpoint *a = &connection->ends[0], *b = &connection->ends[1];
    enum tcpstate_ending ending = TCPSTATE_ENDING_NONE;
    int8_t by = (int8_t)(segment->from & 1);

    /* An attempt that failed, and then succeeded after all; a reset that was forged. */
    if (((evidence->is & OPENS) && connection->end != TCPSTATE_ENDING_NONE)
        || ((evidence->is & OUTLIVES_RESET) && connection->end == TCPSTATE_ENDING_RESET)) {
        connection->end = TCPSTATE_ENDING_NONE;
        connection->ended_by = -1;
        connection->moments[TCPSTATE_MOMENT_END] = TCPSTATE_NO_TIME;
    }
    /* Whoever goes on where its RST was never sent that: it was reset in its name,
     * and nobody can say by whom. */
    if ((evidence->is & AFTER_RESET) && connection->end == TCPSTATE_ENDING_RESET && connection->ended_by == by)
        connection->ended_by = -1;
    switch (observation->step) {
    case TCPSTATE_STEP_PASSIVE_FIN_COMBINED:
        connection->facts |= TCPSTATE_CONNECTION_THREE_SEGMENTS;
        break;
    case TCPSTATE_STEP_SIMULTANEOUS_CLOSE:
        connection->facts |= TCPSTATE_CONNECTION_CROSSED_FINS;
        break;
    case TCPSTATE_STEP_REFUSED:
        ending = TCPSTATE_ENDING_REFUSED;
        break;
    case TCPSTATE_STEP_SYN_ACK_REJECTED:
        /* Its sender may still be waiting for the answer to its own SYN. */
        if (!(evidence->is & FOREIGN))
            ending = TCPSTATE_ENDING_REJECTED;
        break;
    case TCPSTATE_STEP_HANDSHAKE_ABORTED:
        ending = TCPSTATE_ENDING_ABORTED;
        break;
    case TCPSTATE_STEP_MPTCP_FASTCLOSE:
        if (evidence->is & HAS_RST)
            ending = TCPSTATE_ENDING_RESET;
        break;
    case TCPSTATE_STEP_ABORT:
    case TCPSTATE_STEP_RESET_IN_CLOSE:
    case TCPSTATE_STEP_RESET_OF_UNKNOWN:
        ending = TCPSTATE_ENDING_RESET;
        break;
    default:
        break;
    }
    if (ending == TCPSTATE_ENDING_NONE && (a->known & ACKED_FIN) && (b->known & ACKED_FIN)) {
        ending = TCPSTATE_ENDING_CLOSED;
        by = connection->active_closer;
    }
    if (ending == TCPSTATE_ENDING_NONE || connection->end != TCPSTATE_ENDING_NONE)
        return;
    connection->end = (uint8_t)ending;
    connection->ended_by = by;
    connection->moments[TCPSTATE_MOMENT_END] = segment->time;
    observation->over = true;
}

