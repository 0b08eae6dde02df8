/* passer_by.h - the one place that touches the core.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef WORLDS_PASSER_BY_H
#define WORLDS_PASSER_BY_H

#include "segment.h"
#include "tcpstate.h"

/* A segment as the capture recorded it. */
struct recorded {
    const struct segment *segment;
    moment stamped;
    uint8_t ttl;
    bool cut; /* the snap length cut its options off */
};

/* A state as it is shown. */
struct shown {
    uint8_t state;  /* enum state, or STATES: unknown */
    bool inferred;
};

/* What is shown for one segment, of both hosts. */
struct row {
    struct shown before[2], after[2];
    const char *step;
    bool copy;
};

/* Whoever stands on the path: all that is remembered of one four-tuple. */
struct passer_by {
    struct tcpstate_connection latest, before;
    struct tcpstate_beside beside;
    bool has_before, is_of_before; /* the last segment was that of the one before */
    uint32_t frame;
    int8_t server_hint;
};

void passer_by_begin(struct passer_by *passer_by, int server_hint);
void passer_by_sees(struct passer_by *passer_by, const struct recorded *recorded, struct row *row);

/* What became of the connection of the last segment, in a word. */
const char *passer_by_outcome(const struct passer_by *passer_by);

/* Which host closed it first: 2: both at once; -1: nobody, or it is not told. */
int passer_by_closer(const struct passer_by *passer_by);

#endif
