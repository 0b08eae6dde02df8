/* sequence.h - sequence number arithmetic, modulo 2^32 (RFC 9293 section 3.4).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two numbers are compared by the sign of their difference, so each of these
 * is meaningful for numbers less than 2^31 apart.
 */
#ifndef TCPSTATE_SEQUENCE_H
#define TCPSTATE_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

static inline bool seq_lt(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool seq_le(uint32_t a, uint32_t b) { return (int32_t)(a - b) <= 0; }
static inline bool seq_gt(uint32_t a, uint32_t b) { return (int32_t)(a - b) > 0; }
static inline bool seq_ge(uint32_t a, uint32_t b) { return (int32_t)(a - b) >= 0; }

/* How far two numbers are apart, whichever is first. */
static inline uint32_t seq_distance(uint32_t a, uint32_t b) { return a - b < b - a ? a - b : b - a; }

/* Whether two numbers are more than `by` apart, whichever is first; `by` is at most 2^30. */
static inline bool seq_apart(uint32_t a, uint32_t b, uint32_t by) { return a - b + by > 2 * by; }

#endif
