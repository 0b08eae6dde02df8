/* standing.c - what is shown of both ends: where they stood before a segment, and where they stand after it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It only tells what was judged and moved: nothing here decides where an end stands, but since when and how long it
 * stood there is kept here.
 */
#include "evidence.h"

void tcpstate_begin_observation(struct tcpstate_connection *connection, struct tcpstate_observation *observation)
{
    *observation = (struct tcpstate_observation){
        .client = connection->client, .roles_inferred = connection->facts & TCPSTATE_CONNECTION_ROLES_GUESSED,
        .stayed = { -1, -1 }, .reset_after = -1, .repeats_after = -1,
    };
    for (int i = 0; i < 2; i++) {
        const struct tcpstate_endpoint *end = &connection->ends[i];
        observation->ends[i] = (struct tcpstate_standing){ end->state, end->state, is_inferred(end), is_inferred(end) };
    }
}

void tcpstate_show_before_first(const struct tcpstate_segment *segment, struct tcpstate_observation *observation)
{
    const int from = segment->from & 1;
    const bool ack = segment->flags & TCPSTATE_FLAG_ACK;

    if ((segment->flags & TCPSTATE_SYN_FIN_RST) != TCPSTATE_FLAG_SYN)
        return;
    for (int i = 0; i < 2; i++) {
        if (observation->ends[i].before != TCPSTATE_UNKNOWN)
            continue;
        if (i == from)
            observation->ends[i].before = ack ? TCPSTATE_LISTEN : TCPSTATE_CLOSED;
        else
            observation->ends[i].before = ack ? TCPSTATE_SYN_SENT : TCPSTATE_LISTEN;
        observation->ends[i].before_inferred = true;
    }
}

void tcpstate_show_departure(const struct departure *departure, enum tcpstate_state now,
                             struct tcpstate_standing *standing)
{
    if (departure->in_flight) {
        standing->before = (uint8_t)departure->own;
        standing->before_inferred = !departure->certain;
    } else if (departure->corrected && now != departure->shown) {
        standing->before = (uint8_t)departure->state;
        standing->before_inferred = !departure->stood;
    }
}

static void keep_stay(struct tcpstate_endpoint *end, const struct was *was, const struct tcpstate_segment *segment,
                      bool is_sender, const struct departure *departure, struct tcpstate_observation *observation, int i)
{
    const bool corrected = is_sender && departure->corrected;

    if (!corrected && end->likely == was->likely && observation->ends[i].before == end->state)
        return; /* it stays */
    /* It left a state that we did not believe it to be in: since when is not known. */
    const bool other_than_believed = corrected && departure->state != was->likely;
    /* Where the capture begins midway nobody saw it enter the state that it is met in:
     * what would have taken it there may have been sent before, or now only again. */
    const bool met = observation->ends[i].before == TCPSTATE_UNKNOWN
                     && (is_inferred(end) || !(segment->flags & TCPSTATE_SYN_FIN_RST));
    const int64_t entered = met ? TCPSTATE_NO_TIME : segment->time;

    if (end->likely != was->likely)
        end->likely_since = end->likely == was->state ? end->since : entered;
    if (corrected && end->state == was->likely) {
        end->since = end->likely_since; /* it never left */
    } else if (observation->ends[i].before != end->state) {
        if (end->since != TCPSTATE_NO_TIME && segment->time >= end->since && !(is_sender && departure->in_flight)
            && !other_than_believed)
            observation->stayed[i] = segment->time - end->since;
        end->since = entered;
    }
}

void tcpstate_show_ends(struct tcpstate_connection *connection, const struct was was[2],
                        const struct tcpstate_segment *segment, const struct departure *departure,
                        struct tcpstate_observation *observation)
{
    for (int i = 0; i < 2; i++) {
        struct tcpstate_endpoint *end = &connection->ends[i];
        if (end->state == TCPSTATE_TIME_WAIT && was[i].state != TCPSTATE_TIME_WAIT)
            connection->time_wait_since = segment->time;
        keep_stay(end, &was[i], segment, i == (segment->from & 1), departure, observation, i);
        observation->ends[i].after = end->state;
        observation->ends[i].after_inferred = is_inferred(end);
    }
}
