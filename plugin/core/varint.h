/* varint.h - numbers in as few bytes as they need: seven bits to a byte, the
 * lowest first, the high bit set on all but the last.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A timeline's reader trusts its bytes; who reads a packed connection goes no farther than its end.
 */
#ifndef TCPSTATE_VARINT_H
#define TCPSTATE_VARINT_H

#include <stdint.h>

/* Write a number, at most ten bytes; returns where the next one goes. */
static inline uint8_t *tcpstate_write_varint(uint8_t *to, uint64_t number)
{
    while (number >= 0x80) {
        *to++ = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    *to++ = (uint8_t)number;
    return to;
}

/* What was packed, as far as it has not been read. */
struct packed_reader {
    const uint8_t *from, *end;
};

/* Reads nothing beyond the end; what is missing there is zero. */
static inline uint64_t tcpstate_read_varint(struct packed_reader *reader)
{
    uint64_t number = 0;

    for (unsigned shift = 0; reader->from < reader->end && shift < 64; shift += 7) {
        number |= (uint64_t)(*reader->from & 0x7f) << shift;
        if (!(*reader->from++ & 0x80))
            break;
    }
    return number;
}

/* A distance as a number that is small where that is near 0, on either side; and back. */
static inline uint64_t tcpstate_fold(int64_t distance)
{
    return (uint64_t)distance << 1 ^ (distance < 0 ? UINT64_MAX : 0);
}

static inline int64_t tcpstate_unfold(uint64_t folded)
{
    return (int64_t)(folded >> 1 ^ (0 - (folded & 1)));
}

#endif
