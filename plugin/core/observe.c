/* observe.c - the one way in: which of a four-tuple's connections takes the segment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The one before, which goes on beside the latest or is seen again (beside.c); the latest, by its fast path (fast-path.c) or
 * its slow one (connection.c), where it may turn out that the segment opens the next.
 */
#include "evidence.h"

/* The segment belongs to `latest`, or opens `next`. */
static void take_segment(struct tcpstate_connection *latest, const struct tcpstate_connection *before,
                         struct tcpstate_connection *next, const struct tcpstate_segment *segment, int64_t two_msl,
                         struct tcpstate_observation *observation)
{
    if (!tcpstate_take_fast_path(latest, segment, observation))
        tcpstate_take_slow_path(latest, before, next, segment, two_msl, observation);
    tcpstate_account(observation->incarnation == TCPSTATE_INCARNATION_NEXT ? next : latest, segment, observation);
}

/* Of a socket that is connected to itself: who sent the segment gets it, too, and has sent what the other
 * endpoint has (a simultaneous open, RFC 9293 section 3.5, of one end). */
static void take_as_the_others(struct tcpstate_connection *connection, const struct tcpstate_segment *segment, int64_t two_msl,
                               struct tcpstate_observation *observation)
{
    struct tcpstate_segment others = *segment;
    struct tcpstate_connection next;
    struct tcpstate_observation reflected;

    others.from = !(segment->from & 1);
    take_segment(connection, NULL, &next, &others, two_msl, &reflected);
    for (int i = 0; i < 2; i++) {
        observation->ends[i].after = reflected.ends[i].after;
        observation->ends[i].after_inferred = reflected.ends[i].after_inferred;
    }
    observation->changed |= reflected.changed;
    observation->over |= reflected.over;
}

/* A RST that answers a challenge ends the connection that the challenger still held
 * (RFC 9293 section 3.5.1, figure 9). */
static void end_the_one_before(struct tcpstate_connection *before, const struct tcpstate_segment *segment)
{
    if (before->end != TCPSTATE_ENDING_NONE)
        return;
    before->end = TCPSTATE_ENDING_RESET;
    before->ended_by = (int8_t)(segment->from & 1);
}

/* Of two connections that go on beside each other, the other one: who sends a SYN or SYN,ACK in the one may have left
 * this, and a RST may be meant for this. */
static bool touch_the_other(struct tcpstate_connection *other, const struct tcpstate_segment *segment)
{
    const bool reset = segment->flags & TCPSTATE_FLAG_RST;

    if (!reset && !(segment->flags & TCPSTATE_FLAG_SYN))
        return false;
    if (reset)
        tcpstate_may_have_left(other, !(segment->from & 1));
    tcpstate_may_have_left(other, segment->from & 1);
    return true;
}

/* A segment of the one before, which goes on beside the latest, or is seen again: of what is seen
 * again nobody knows when it was sent. */
static void take_of_the_one_before(struct tcpstate_remembered *remembered, const struct tcpstate_segment *segment, int64_t two_msl,
                                   struct tcpstate_observation *observation)
{
    struct tcpstate_connection *before = remembered->before;

    take_segment(before, NULL, remembered->next, segment, two_msl, observation);
    remembered->before_changed = true;
    if (observation->incarnation == TCPSTATE_INCARNATION_NEXT) {
        *remembered->beside = (struct tcpstate_beside){ .until = TCPSTATE_NO_TIME };
        return;
    }
    observation->incarnation = TCPSTATE_INCARNATION_BEFORE;
    if (!observation->copy)
        (void)touch_the_other(remembered->latest, segment);
    if (remembered->beside->until == INT64_MAX)
        return;
    for (int i = 0; i < 2; i++) {
        tcpstate_may_have_left(before, i);
        observation->ends[i].after_inferred = is_inferred(&before->ends[i]);
    }
}

void tcpstate_observe(struct tcpstate_remembered *remembered, const struct tcpstate_segment *segment, int64_t two_msl,
                      struct tcpstate_observation *observation)
{
    struct tcpstate_connection *latest = remembered->latest, *before = remembered->before;
    struct tcpstate_beside *beside = remembered->beside;

    remembered->before_changed = false;
    if (beside)
        beside->began = false, beside->moved = 0;
    if (before && tcpstate_is_of_the_one_before(remembered, segment)) {
        take_of_the_one_before(remembered, segment, two_msl, observation);
        return;
    }
    take_segment(latest, before, remembered->next, segment, two_msl, observation);
    if (before) {
        remembered->before_changed = (beside && beside->began) || observation->ends_before;
        if (observation->ends_before)
            end_the_one_before(before, segment);
        if (beside && beside->until == INT64_MAX && observation->incarnation == TCPSTATE_INCARNATION_LATEST)
            remembered->before_changed |= touch_the_other(before, segment);
    }
    if (beside && observation->incarnation == TCPSTATE_INCARNATION_NEXT)
        tcpstate_begin_next(beside, latest, remembered->next, segment);
    if (segment->to_itself && !(segment->flags & TCPSTATE_FLAG_RST))
        take_as_the_others(observation->incarnation == TCPSTATE_INCARNATION_NEXT ? remembered->next : latest, segment, two_msl, observation);
}
