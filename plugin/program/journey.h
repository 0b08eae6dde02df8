/* journey.h - the way of each record through the program.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * captures.c reads it, in a thread of its own (reader.c), the table of layers (packet/walk.c) or, for the few frames
 * that it cannot place, Wireshark's dissection (odd.c) finds the segment,
 * connections.c and the core understand it, and a view takes it.
 */
#ifndef TCPSTATE_JOURNEY_H
#define TCPSTATE_JOURNEY_H

#include "../wireshark/capture.h"
#include "captures.h"
#include "command-line.h"

/* A record, and a segment in it.  Of further ones of the same record, not .first, there is one each. */
struct tcpstate_finding {
    struct tcpstate_reading reading; /* where .found */
    struct tcpstate_recorded recorded;
    int64_t time;
    int64_t offset;  /* of the record, in its file */
    uint32_t length; /* of the packet, on the wire */
    unsigned file;
    bool packet, first, found;
    bool odd;    /* it had to be dissected */
    bool passes; /* the filter, if there is one */
};

/* What was met on the way. */
struct tcpstate_journey {
    const struct tcpstate_command *command;
    void *view;          /* what takes the segments; or NULL */
    void (*take)(void *view, const struct tcpstate_tapped *tapped);
    /* ... and before them the record that holds them; or NULL */
    void (*turn_to)(void *view, const struct tcpstate_finding *first, uint32_t frame);
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

/* What a record holds: how many findings, at least one.  `frame` counts from 1.  Where it would
 * have to be dissected, and is not to, it only says so.  Touches nothing that
 * tcpstate_journey_take() does: it is called in another thread. */
unsigned tcpstate_find(struct tcpstate_journey *journey, const struct tcpstate_record *record, uint32_t frame, bool dissect,
                       struct tcpstate_finding findings[TCPSTATE_MOST_LAYERS]);

/* Understand the next of them. */
void tcpstate_journey_take(struct tcpstate_journey *journey, struct tcpstate_finding *finding);

/* Whether a record, read again in the same order, is of a connection that is asked
 * for: all of each connection is known by then.  `frame` counts from 1. */
bool tcpstate_journey_wants(struct tcpstate_journey *journey, const struct tcpstate_record *record, uint32_t frame);

#endif
