/* timeline.h - what happened on a connection, as entries, and these as bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A timeline has an entry for each frame at which something happened; any
 * other frame's states are those of the last entry before it, so plain data
 * stores nothing.  An entry is written as what differs from the one before it,
 * about ten bytes.  Pure: neither Wireshark nor memory is known here.
 */
#ifndef TCPSTATE_TIMELINE_H
#define TCPSTATE_TIMELINE_H

#include "../core/tcpstate.h"

struct tcpstate_entry {
    uint32_t frame;
    uint32_t answers;     /* frame, or 0 */
    uint32_t value;       /* by step: application protocol + 1, number of a RST, or what a failed check expected */
    uint32_t isn[2];      /* initial sequence numbers, with .knows_isn */
    uint32_t stayed[2];   /* shortened times */
    uint32_t elapsed;     /* of a RST: since its sender's last segment; else since it was first sent */
    uint16_t repeats;
    uint8_t step, layer;
    uint8_t before;       /* two states, 4 bits each */
    uint8_t after;
    uint8_t inferred;     /* INFERRED_* */
    uint8_t roles;        /* ROLES_* */
    uint8_t checks;       /* checks made, 4 bits; failed, 4 bits */
    uint8_t knows_isn;    /* 1 << endpoint */
};

enum {
    TCPSTATE_INFERRED_BEFORE = 0x01, /* << endpoint */
    TCPSTATE_INFERRED_AFTER = 0x04,  /* << endpoint */
};
enum {
    TCPSTATE_ROLES_CLIENT_0 = 0x01, /* endpoint 0 is the client */
    TCPSTATE_ROLES_CLIENT_1 = 0x02,
    TCPSTATE_ROLES_INFERRED = 0x04,
    TCPSTATE_ROLES_TTL_DIFFERS = 0x08, /* no role, but there is room for it */
};

/* Times in 32 bits: microseconds up to 35 minutes, milliseconds up to 24 days.
 * Every visit shows the shortened time, so all show the same.  Negative: none. */
uint32_t tcpstate_shorten(int64_t nanoseconds);
int64_t tcpstate_lengthen(uint32_t time);

/* The entry of what a segment did: all that later visits show of it.  `application` is its protocol, asked
 * only of the steps of first data.  The times in `seen` become those that are kept. */
void tcpstate_entry_make(struct tcpstate_entry *entry, const struct tcpstate_connection *connection,
                         const struct tcpstate_segment *segment, uint8_t layer, struct tcpstate_observation *seen,
                         int application);

/* The inverse, for that segment; and for any behind it, up to the next entry: nothing happened then, and the
 * ends stand where it left them.  Returns the application, or -1. */
int tcpstate_entry_seen(const struct tcpstate_entry *entry, const struct tcpstate_segment *segment,
                        struct tcpstate_observation *seen);
int tcpstate_entry_seen_since(const struct tcpstate_entry *entry, struct tcpstate_observation *seen);

/* Where both ends stand by an entry. */
void tcpstate_entry_standings(const struct tcpstate_entry *entry, struct tcpstate_standing ends[2]);

#define TCPSTATE_MOST_ENTRY 64

/* Write an entry that follows `before`; the first of all follows one that is
 * all zero but for its times, tcpstate_no_entry.  Returns how many bytes. */
extern const struct tcpstate_entry tcpstate_no_entry;
size_t tcpstate_write_entry(uint8_t to[TCPSTATE_MOST_ENTRY], const struct tcpstate_entry *entry,
                            const struct tcpstate_entry *before);

/* Turn the entry before it into the next one.  Returns how many bytes it took. */
size_t tcpstate_read_entry(const uint8_t *from, struct tcpstate_entry *entry);

#endif
