/* ladder.h - the ladder of one connection: what is kept of it, and its drawing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A view by tap has a ladder take in each segment (view-ladder.c, page.c);
 * ladder-drawing.c draws it for a terminal, page-data.c writes it for a browser.  Of a
 * very long one only the first and the last rungs are kept.
 */
#ifndef TCPSTATE_LADDER_H
#define TCPSTATE_LADDER_H

#include "steps-between.h"

#define TCPSTATE_LADDER_COLUMNS 100

/* One arrow: a step, or a run of plain segments. */
struct tcpstate_rung {
    int64_t time;
    int64_t pause;                   /* nanoseconds since the segment before it, where that is a row; else 0 */
    struct tcpstate_numbers numbers; /* its frame, and who sent it */
    struct tcpstate_run run;         /* .segments 0: a step */
    const char *label;               /* of a step */
    const char *icmp;                /* an ICMP error that quotes a segment of numbers.from: who reports it; or NULL */
    uint8_t before[2], after[2];     /* enum tcpstate_state */
    bool before_inferred[2], after_inferred[2];
};

struct tcpstate_ladder {
    const struct tcpstate_incarnation *incarnation;
    struct tcpstate_rung *rungs;
    uint32_t room;
    uint32_t half;    /* how many are kept at each end; UINT32_MAX: all */
    uint64_t count;   /* how many there were */
    uint64_t open[2]; /* by direction, the run that goes on: its number + 1; or 0 */
    int64_t latest;   /* of the segments taken in, if .count > 0 */
    struct tcpstate_taken taken[2];
    bool filtered;    /* a filter chose the segments: others may lie in a pause */
};

/* Take in one segment: a rung of its own, or one more of the run that goes on.
 * A pause of 10 s ends a run; data that was taken in before is a run of its own,
 * and so is what shuts the window; and a copy of a plain segment is nothing that was sent.
 * Returns that rung; of a step's, .label and .icmp are the caller's to fill; or
 * NULL where there is none. */
struct tcpstate_rung *tcpstate_ladder_take(struct tcpstate_ladder *ladder, const struct tcpstate_tapped *tapped);

/* A rung that is still kept. */
struct tcpstate_rung *tcpstate_ladder_rung(const struct tcpstate_ladder *ladder, uint64_t number);

/* Whether a rung was left out of the middle. */
bool tcpstate_ladder_left_out(const struct tcpstate_ladder *ladder, uint64_t number);

/* Nanoseconds from the last segment to the end of the capture, where another one could have
 * come and that is a row; else 0. */
int64_t tcpstate_ladder_pause_at_the_end(const struct tcpstate_summary *summary);

/* What the drawing made use of, and the legend has to explain. */
enum {
    TCPSTATE_LEGEND_INFERRED = 0x01,
    TCPSTATE_LEGEND_RUN = 0x02,
    TCPSTATE_LEGEND_BEFORE = 0x04,
    TCPSTATE_LEGEND_RAW = 0x08,
    TCPSTATE_LEGEND_ICMP = 0x10,
};

/* Append heading, rungs and closing line.  `codes` collects the conn_states of the closing lines, each once. */
void tcpstate_ladder_draw(GString *out, const struct tcpstate_ladder *ladder, unsigned *legend, GPtrArray *codes);

#endif
