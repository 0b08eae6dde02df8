/* varint.h - numbers in as few bytes as they need: seven bits to a byte, the
 * lowest first, the high bit set on all but the last.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who reads knows whether the bytes can be trusted, so each has its own reader.
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

#endif
