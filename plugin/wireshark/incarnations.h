/* incarnations.h - where connections are kept: a few open, each in a slot, all others packed
 * in as few bytes as they need.  An incarnation is one connection of a four-tuple, which
 * may have had others before (RFC 9293, 4).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * At any moment most connections of a large capture are over or idle.  Only
 * those that had a segment lately are open, in a fixed number of slots; the others
 * are packed (core/pack.c) together with their timeline and unpacked at their next
 * segment, unchanged.  All memory has the capture file's scope.
 */
#ifndef TCPSTATE_INCARNATIONS_H
#define TCPSTATE_INCARNATIONS_H

#include "compat.h"

#include "../core/tcpstate.h"
#include "timeline.h"

/* A connection's outcome as it ended. */
struct tcpstate_ended {
    bool is_over;
    uint8_t result, opening, close_kind;
    int8_t closed_by, ended_by;
};

struct tcpstate_incarnation {
    struct tcpstate_incarnation *before; /* the one that had the four-tuple before, or NULL */
    struct tcpstate_four_tuple *tuple;   /* its four-tuple: four-tuples.c's */
    struct packed *packed;               /* when not in a slot */
    struct older *older;                 /* the timeline's earlier parts, if it is long; or NULL */
    struct tcpstate_ended ended;
    bool one_sided;                      /* one end acknowledges what the other sent, and nothing of that was captured */
    bool has_beside;                     /* segments of the one before come after it began: beside.h */
    bool has_icmp;                       /* an ICMP error quotes a segment of it: icmp.h */
    bool goes_on;                        /* beside the next one, and is not only seen again */
    uint32_t first_frame;
    uint32_t stream;                     /* the first tcp.stream that it had, or TCPSTATE_NO_STREAM */
    uint32_t number;                     /* its own number in the capture file, from 0 */
    int32_t application;                 /* protocol of the first data that told it, or -1 */
    int16_t slot;                        /* where it is open, or -1 */
};

/* A capture file begins or ends. */
void tcpstate_incarnations_begin(void);
void tcpstate_incarnations_end(void);

/* Memory of the capture file's scope, zeroed, never given back. */
void *tcpstate_keep(size_t size);

/* Prepare an incarnation that was just made; the connection is yet to be written. */
struct tcpstate_connection *tcpstate_incarnation_make(struct tcpstate_incarnation *incarnation);

/* The connection, open for its next segment; valid until another one is. */
struct tcpstate_connection *tcpstate_incarnation_open(struct tcpstate_incarnation *incarnation);

/* The connection, to look at; valid until another one is looked at or open. */
const struct tcpstate_connection *tcpstate_incarnation_look(const struct tcpstate_incarnation *incarnation);

/* Add to the timeline of an incarnation that is open what has been written where its next entry is to be.  Frames
 * never go back. */
struct tcpstate_entry *tcpstate_incarnation_next_entry(const struct tcpstate_incarnation *incarnation);
void tcpstate_incarnation_append(struct tcpstate_incarnation *incarnation);

/* Whether nothing was ever added. */
bool tcpstate_incarnation_is_blank(const struct tcpstate_incarnation *incarnation);

/* The last entry not after this frame and layer; false if there is none. */
bool tcpstate_incarnation_entry(const struct tcpstate_incarnation *incarnation, uint32_t frame, uint8_t layer,
                                struct tcpstate_entry *entry);

/* All of its timeline, in order. */
typedef void tcpstate_entry_takes(void *whom, const struct tcpstate_entry *entry);
void tcpstate_incarnation_entries(const struct tcpstate_incarnation *incarnation, tcpstate_entry_takes *take, void *whom);

#endif
