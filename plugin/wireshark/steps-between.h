/* steps-between.h - what the two ladders have in common: the plain segments
 * between two steps, folded, and how ends and numbers are written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The flow graph (view-flow.c) and the ladder (ladder.c) have one arrow per
 * step.  What lies between two steps of a connection is one arrow for
 * each direction: a run.  With the preference "Label every segment" every
 * segment is a step, and nothing is folded.
 */
#ifndef TCPSTATE_STEPS_BETWEEN_H
#define TCPSTATE_STEPS_BETWEEN_H

#include "views.h"

/* Plain segments of one direction since the last step: what was recorded twice
 * counts once where it is told.  What was sent twice, and what shuts the window, is a run of its own. */
struct tcpstate_run {
    uint32_t segments;
    uint32_t last_frame;
    uint64_t bytes;
    bool again; /* all of them are data that was seen before */
    bool shut;  /* all of them offer a window of 0 */
};

/* Whether a segment of this kind goes on with the run. */
static inline bool tcpstate_run_takes(const struct tcpstate_run *run, const struct tcpstate_reading *reading, bool again)
{
    return run->again == again && run->shut == (reading->segment.window == 0);
}

/* Whether a segment belongs to a run. */
static inline bool tcpstate_is_plain(const struct tcpstate_tapped *tapped)
{
    return tapped->meaning.seen.step == TCPSTATE_STEP_NONE && !tapped->reading.quoted;
}

/* The states shown with a run.  A segment that leaves others ends it: the run
 * shows where the ends stood, and they stood there until this segment. */
struct tcpstate_shown {
    uint8_t state[2];
    bool inferred[2];
};
static inline bool tcpstate_shows_the_same(const struct tcpstate_shown *shown, const struct tcpstate_observation *seen)
{
    for (int i = 0; i < 2; i++)
        if (shown->state[i] != seen->ends[i].after || shown->inferred[i] != seen->ends[i].after_inferred)
            return false;
    return true;
}

void tcpstate_run_add(struct tcpstate_run *run, const struct tcpstate_reading *reading);

/* The data of an end that was taken in: all from .begin to .end, but for one hole
 * (empty where .hole == .hole_end).  What lies before .begin is not remembered. */
struct tcpstate_taken {
    uint32_t begin, end, hole, hole_end;
    bool any;
};

/* Whether all data of a segment was taken in before, by its numbers alone.  A probe of
 * one octet before the next (a keep-alive, a zero window probe) is not told apart from
 * data, so it is not called that.  What fills a hole, or came before all that is
 * remembered, is new. */
bool tcpstate_was_taken(struct tcpstate_taken *taken, const struct tcpstate_segment *segment);

/* "12 segments, 14 480 bytes", "3 ACKs, window 0", "2 retransmissions, 2 896 bytes"; with more than one segment, up to
 * which frame. */
#define TCPSTATE_RUN_TEXT 160
void tcpstate_run_text(char text[TCPSTATE_RUN_TEXT], const struct tcpstate_run *run, bool with_frame);

/* A number with its digits in groups of three: "14 480". */
#define TCPSTATE_GROUPED 32
void tcpstate_grouped(char text[TCPSTATE_GROUPED], uint64_t number);

/* Flags, seq and ack of a segment: "SYN,ACK seq=0 ack=1".  Numbers are relative
 * to the initial one as it was known at this frame; with `hindsight` to one that
 * became known later, too; else they are as captured, behind a "~", and *raw is
 * set. */
struct tcpstate_numbers {
    uint32_t frame, seq, ack;
    uint8_t from, flags;
    bool ae; /* the flag beside CWR (RFC 9768) */
};
static inline struct tcpstate_numbers tcpstate_numbers_of(const struct tcpstate_segment *segment)
{
    return (struct tcpstate_numbers){ segment->frame, segment->seq, segment->ack, segment->from, segment->flags,
                                      (segment->options & TCPSTATE_OPTION_AE) != 0 };
}
char *tcpstate_numbers_text(wmem_allocator_t *pool, const struct tcpstate_incarnation *incarnation,
                            const struct tcpstate_numbers *numbers, bool hindsight, bool *raw);

#endif
