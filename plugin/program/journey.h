/* journey.h - the way of each record through the program.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * captures.c reads it, the table of layers (packet/walk.c) or, for the few frames
 * that it cannot place, Wireshark's dissection (odd.c) finds the segment,
 * connections.c and the core understand it, and a view takes it.
 */
#ifndef TCPSTATE_JOURNEY_H
#define TCPSTATE_JOURNEY_H

#include "captures.h"
#include "command-line.h"

/* What was met on the way. */
struct tcpstate_journey {
    const struct tcpstate_command *command;
    void *view;          /* what takes the segments; or NULL */
    void (*take)(void *view, const struct tcpstate_tapped *tapped);
    /* ... and before them the record that holds them; or NULL */
    void (*turn_to)(void *view, const struct tcpstate_record *record, uint32_t frame);
    struct tcpstate_asked asked;
    uint32_t frames;
    uint64_t odd;        /* frames that Wireshark dissected */
    int64_t began;       /* time of the first frame */
    const char *problem; /* why odd frames could not be dissected */
    GArray *odd_incarnations;   /* for a second way: the connections of odd frames, in order; or NULL */
    unsigned next_odd;
    GHashTable *passed;  /* of these, with a filter: those of which a frame meets it; or NULL */
};

/* With `twice`, tcpstate_journey_wants() is asked of each record after the last. */
struct tcpstate_journey tcpstate_journey_begin(const struct tcpstate_command *command, bool twice);
void tcpstate_journey_end(struct tcpstate_journey *journey);

/* Understand the next record. */
void tcpstate_journey_take(struct tcpstate_journey *journey, const struct tcpstate_record *record);

/* Whether a record, read again in the same order, is of a connection that is asked
 * for: all of each connection is known by then.  `frame` counts from 1. */
bool tcpstate_journey_wants(struct tcpstate_journey *journey, const struct tcpstate_record *record, uint32_t frame);

#endif
