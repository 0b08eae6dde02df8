/* capture.h - what the whole capture is, as far as it matters to who reads it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Counted on first visits, in constant memory: so what is told does not depend on
 * any filter, and is known when the capture has been read to its end.
 */
#ifndef TCPSTATE_CAPTURE_H
#define TCPSTATE_CAPTURE_H

#include <wiretap/wtap.h>

#include "../packet/reading.h"
#include "../text/catalogue.h"
#include "compat.h"

/* Register the callbacks that begin and end a capture file. */
void tcpstate_capture_register(void);

/* Of a record, what matters here; of none (NULL), nothing is known. */
struct tcpstate_recorded {
    uint32_t interface; /* UINT32_MAX: not known */
    uint32_t captured;  /* bytes, where .cut: not all were */
    bool cut;
};
struct tcpstate_recorded tcpstate_recorded(const wtap_rec *record);

/* First visits, in order: a record of any protocol; its time in nanoseconds since 1970. */
void tcpstate_capture_pass(uint32_t frame, int64_t time, struct tcpstate_recorded recorded);

/* First visits: a segment of a connection, after it was understood.  `was` and `is`
 * are the connection's facts before and after it; `first` says that it began the
 * connection, `peer_seen` that the other end has sent anything by now. */
struct tcpstate_counted {
    const struct tcpstate_segment *segment;
    uint16_t was, is; /* TCPSTATE_CONNECTION_* */
    bool first, copy, peer_seen;
    bool lacked, lacks; /* segments, before and after it */
    uint8_t ttl;      /* of its sender's segments before it; 0: not known */
    int64_t last_time; /* of its sender's last segment before it; TCPSTATE_NO_TIME: none */
};
void tcpstate_capture_count(const struct tcpstate_counted *counted, bool *one_sided);

enum tcpstate_capture_kind {
    TCPSTATE_CAPTURE_COPIES,        /* segments were captured more than once */
    TCPSTATE_CAPTURE_TWO_POINTS,    /* ... before a router and behind it, or milliseconds apart */
    TCPSTATE_CAPTURE_FLAGS_ONLY,    /* only segments with SYN, FIN or RST */
    TCPSTATE_CAPTURE_NO_BARE_ACKS,  /* connections that closed or sent data, and not one segment without data, SYN, FIN or RST */
    TCPSTATE_CAPTURE_SEGMENTS_MISSING, /* connections of which data was acknowledged that was not captured */
    TCPSTATE_CAPTURE_ONE_DIRECTION, /* connections of which one end alone was captured */
    TCPSTATE_CAPTURE_MIDSTREAM,     /* connections without their beginning */
    TCPSTATE_CAPTURE_CUT,           /* records that hold a part of their packet */
    TCPSTATE_CAPTURE_TIME_BACKWARDS,
    TCPSTATE_CAPTURE_KINDS
};

/* How often it holds: how many copies (of them, those that tell of two points), segments,
 * connections (three times), packets; of time that goes backwards the number of the first frame.
 * 0: it does not hold, or not often enough to say so. */
uint32_t tcpstate_capture_holds(enum tcpstate_capture_kind kind);

/* Whether the capture, by a filter perhaps, holds no bare ACK, and no FIN without data; or lacks segments of most
 * of its connections: what was not captured of one is not missing then. */
bool tcpstate_capture_lacks_bare_acks(void);
bool tcpstate_capture_lacks_bare_fins(void);
bool tcpstate_capture_is_sampled(void);

/* Nanoseconds from a time to the latest frame, of any protocol, up to which absence is measured; -1: not known. */
int64_t tcpstate_capture_lasts(int64_t since);

/* How many frames there were so far, of any protocol. */
uint32_t tcpstate_capture_frames(void);

/* How far time goes back at most, from the latest so far to a later frame's: nanoseconds. */
int64_t tcpstate_capture_goes_back(void);

/* The first frame with a segment; 0: none. */
uint32_t tcpstate_capture_first(void);

/* A fixed name, never translated: "copies", "cut" and so on. */
const char *tcpstate_capture_name_of(enum tcpstate_capture_kind kind);

/* A sentence, and the filter or command that helps, in it. */
const char *tcpstate_capture_text(wmem_allocator_t *pool, enum tcpstate_capture_kind kind);

/* The same help for programs: a display filter, or NULL; a command in which IN and OUT
 * stand for files, or NULL.  Constants. */
const char *tcpstate_capture_filter(enum tcpstate_capture_kind kind);
const char *tcpstate_capture_command(enum tcpstate_capture_kind kind);

/* Print the sentences of all that holds, each in its line. */
void tcpstate_capture_print(void);

/* All that holds for programs: "cut=12 midstream=3"; "" if nothing does. */
const char *tcpstate_capture_summary(wmem_allocator_t *pool);

#endif
