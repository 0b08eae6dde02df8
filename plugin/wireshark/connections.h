/* connections.h - the connections of the capture file, and their timelines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All memory has the capture file's scope: closing, reloading or dissecting
 * anew leaves nothing.  A connection keeps a timeline of the frames at which
 * something happened.  Any other frame's states are those of the last entry
 * before it, so plain data stores nothing.
 */
#ifndef TCPSTATE_CONNECTIONS_H
#define TCPSTATE_CONNECTIONS_H

#include "../core/tcpstate.h"
#include "facts.h"
#include "segment.h"
#include "timeline.h"

struct tcpstate_incarnation;

/* In place of tcp.stream: Wireshark has none. */
#define TCPSTATE_NO_STREAM UINT32_MAX

enum {
    TCPSTATE_NO_APPLICATION = -1, /* there is none, or Wireshark knows none */
    TCPSTATE_UNTOLD = -2,         /* a dissector waits for more before it tells */
};

/* What is to be shown of one segment: the same on the first visit and on any
 * later one. */
struct tcpstate_meaning {
    struct tcpstate_observation seen;
    int application;                   /* protocol, on the steps of first data; or -1 */
    bool later;                        /* a later visit: all of the connection is known */
    const struct tcpstate_incarnation *incarnation;
};

/* What is asked about a segment beside its bytes, of whoever found it: Wireshark
 * has dissected it; the program "tcpstate" counts streams itself. */
struct tcpstate_asked {
    /* tcp.stream; false if there is none. */
    bool (*stream)(void *whom, const struct tcpstate_reading *reading, const void *room, uint32_t *stream);
    /* A protocol, or one of the above. */
    int (*application)(void *whom, const struct tcpstate_reading *reading);
    void *whom;
    /* Who counts streams has .room bytes with each four-tuple, at first all zero,
     * and is called at each of its segments before .stream. */
    void (*count)(void *whom, const struct tcpstate_reading *reading, void *room);
    size_t room;
};

/* Register the callbacks that begin and end a capture file. */
void tcpstate_connections_register(void);

/* First visit: let the core see the segment and remember what happened. */
void tcpstate_connections_take(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading,
                               struct tcpstate_meaning *meaning);

/* First visit: a header that is no segment of a connection, but counts for its
 * stream.  False if its four-tuple has none yet. */
bool tcpstate_connections_count(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading);

/* First visit: word of a segment that could not be delivered.  False if it
 * means nothing to any connection. */
bool tcpstate_connections_take_quoted(const struct tcpstate_reading *reading, struct tcpstate_meaning *meaning);

/* Later visits, in any order: only read.  False if no such segment was ever
 * taken. */
bool tcpstate_connections_find(const struct tcpstate_reading *reading, struct tcpstate_meaning *meaning);

/* The connection that a segment, or an ICMP error that quotes one, belongs to; NULL: none. */
const struct tcpstate_incarnation *tcpstate_connections_incarnation(const struct tcpstate_reading *reading);

#endif
