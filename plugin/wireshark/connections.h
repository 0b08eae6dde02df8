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
#include "segment.h"

struct tcpstate_incarnation;

/* In place of tcp.stream: Wireshark has none. */
#define TCPSTATE_NO_STREAM UINT32_MAX

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
    /* See tcpstate_application_of(). */
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

/* Frames of this connection's milestones, 0 where there is none (yet), and times of
 * its moments, TCPSTATE_NO_TIME likewise; valid until another connection is looked at. */
const uint32_t *tcpstate_incarnation_milestones(const struct tcpstate_incarnation *incarnation);
const int64_t *tcpstate_incarnation_moments(const struct tcpstate_incarnation *incarnation);

/* The initial sequence numbers of endpoints 0 and 1 as they were known at a
 * frame.  Returns which are: bit 0 and bit 1. */
unsigned tcpstate_incarnation_isns(const struct tcpstate_incarnation *incarnation, uint32_t frame, uint32_t isn[2]);

/* What became of the connection: as it ended, if it did, else as far as seen. */
void tcpstate_incarnation_outcome(const struct tcpstate_incarnation *incarnation, struct tcpstate_outcome *outcome);

/* First visits: a frame of any protocol was recorded then.  The latest is the
 * capture's end, to which absence is measured: nanoseconds, -1 if not known. */
void tcpstate_connections_pass(int64_t time);
int64_t tcpstate_capture_lasts(int64_t since);

/* Who waits for what on a connection that is not over, and for how many
 * nanoseconds until the capture's end; -1: nobody. */
int64_t tcpstate_incarnation_waits(const struct tcpstate_incarnation *incarnation, struct tcpstate_wait *wait);

/* What the core remembers of it; valid until another connection is looked at. */
const struct tcpstate_connection *tcpstate_incarnation_connection(const struct tcpstate_incarnation *incarnation);

/* All that is known of a connection by now: after the capture file has been
 * read, the whole of it, in one pass as well as in two. */
struct tcpstate_summary {
    uint32_t stream;                    /* tcp.stream, the first it had; or TCPSTATE_NO_STREAM */
    uint32_t number;                    /* its own number in the capture file, from 0 */
    struct tcpstate_pair pair;          /* its endpoints 0 and 1 */
    int client;                         /* endpoint 0 or 1, or -1: roles unknown */
    bool roles_inferred;                /* ... for no SYN or SYN,ACK tells them */
    int application;                    /* protocol number of its first data, or -1 */
    struct tcpstate_outcome outcome;
    uint32_t first_frame;
    uint32_t milestones[TCPSTATE_MILESTONES]; /* frames, 0: not seen */
    int64_t moments[TCPSTATE_MOMENTS];  /* nanoseconds since 1970, or TCPSTATE_NO_TIME */
};
void tcpstate_incarnation_summary(const struct tcpstate_incarnation *incarnation, struct tcpstate_summary *summary);

/* Nanoseconds between the first and the last segment. */
int64_t tcpstate_incarnation_duration(const struct tcpstate_incarnation *incarnation);

/* Whether the capture lacks the connection's beginning. */
bool tcpstate_incarnation_is_midstream(const struct tcpstate_incarnation *incarnation);

/* Whether data of it was acknowledged by now that the capture does not hold. */
bool tcpstate_incarnation_lacks_segments(const struct tcpstate_incarnation *incarnation);

/* Whether one end acknowledges what the other sent, and nothing of that was captured by now. */
bool tcpstate_incarnation_is_one_sided(const struct tcpstate_incarnation *incarnation);

/* Its own number in the capture file, from 0, in the order of their first segments:
 * tcpstate.connection.  Equals tcp.stream where Wireshark splits as we do. */
uint32_t tcpstate_incarnation_number(const struct tcpstate_incarnation *incarnation);

/* The frame that opened the connection that had this four-tuple before; 0: none. */
uint32_t tcpstate_incarnation_previous(const struct tcpstate_incarnation *incarnation);

/* Frame of its last segment so far; copies that the capture made not counted. */
uint32_t tcpstate_incarnation_last_frame(const struct tcpstate_incarnation *incarnation);

#endif
