/* account-pack.c - what account.h counts, in as few bytes as it needs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A part of what pack.c writes.  Most of these numbers can be told from those
 * that pack.c has written already, or are what they are in an ordinary
 * connection: each is written only where it is not, and a bit for each says
 * whether.  Both directions follow the same lists.
 */
#include <string.h>

#include "internal.h"
#include "varint.h"

#define OF_END(X, me, end, other, from)                                                             \
    X(me.sent, end->snd_max) X(me.acked, other->rcv_nxt) X(me.resent, 0) X(me.keep_alives, end->keep_alives) \
    X(me.mss, 1460) X(me.offers, from == 0 ? TCPSTATE_OFFERS_SYN : c->account.ends[0].offers) X(me.varies, 0) \
    X(me.ecn, 0)

#define OF_ZEEK_END(X, z, end, other)                                                                \
    X(z.start, end->isn) X(z.last, end->snd_max) X(z.ack, other->rcv_nxt) X(z.syn, 0)                      \
    X(z.fin, z.last - 1 - z.start) X(z.rst, 0) X(z.resent, 0) X(z.closed_windows, 0)               \
    X(z.state, 5) X(z.was, 4)

#define OF_ALL(X, a)                                                                                 \
    X(a->zeek.seen, 0x00330033) X(a->zeek.facts, 0x3d) X(a->slowest_frame, 0) X(a->reset_frame, 0)        \
    X(a->reset_after, 0) X(a->disowned, 0) X(a->causes, 0) X(a->reset_count, 0) X(a->reset_reason, 0)    \
    X(a->facts, 0x79) X(a->asker, c->client) X(a->hole, 0)                                                \
    X(a->stall_frame, 0)

#define TIMES(X, a)                                                                                  \
    X(a->ends[0].waiting_since, TCPSTATE_NO_TIME) X(a->ends[1].waiting_since, TCPSTATE_NO_TIME)          \
    X(a->ends[0].shut_since, TCPSTATE_NO_TIME) X(a->ends[1].shut_since, TCPSTATE_NO_TIME)                \
    X(a->zeek.began, c->moments[TCPSTATE_MOMENT_FIRST]) X(a->zeek.completed, TCPSTATE_NO_TIME)           \
    X(a->asked_at, TCPSTATE_NO_TIME) X(a->asked_for, 0) X(a->slowest, 0) X(a->stall, 0)

enum {
    NUMBERS = 2 * (8 + 10) + 13,
    TIME_COUNT = 10,
    FLAG_BYTES = (NUMBERS + TIME_COUNT + 7) / 8,
};
_Static_assert(FLAG_BYTES + 5 * NUMBERS + 10 * TIME_COUNT + 1 + TCPSTATE_ZEEK_LETTERS <= TCPSTATE_MOST_ACCOUNT,
               "the longest packing has room");

/* A bit for each, the first the lowest.  The lists are followed without a loop, as in pack.c. */
struct flags {
    uint64_t word[(NUMBERS + TIME_COUNT + 63) / 64];
};

static uint8_t *put_distance(uint8_t *to, int64_t distance)
{
    return tcpstate_write_varint(to, tcpstate_fold(distance));
}

static inline void put(struct flags *flags, unsigned n, uint8_t **to, int64_t distance)
{
    if (distance == 0)
        return;
    flags->word[n / 64] |= UINT64_C(1) << n % 64;
    *to = put_distance(*to, distance);
}

/* Letters in five bits each: which one, and whose. */
static const char letters[] = "SHADFRTWIQ^";

static unsigned code_of(uint8_t letter)
{
    unsigned lower = letter >= 'a' && letter <= 'z';
    const char *at = strchr(letters, lower ? letter - 'a' + 'A' : letter);

    return (unsigned)(at ? at - letters : 0) << 1 | lower;
}

static uint8_t *put_history(const struct tcpstate_zeek *zeek, uint8_t *to)
{
    unsigned bits = 0, filled = 0;

    *to++ = zeek->letters;
    for (unsigned i = 0; i < zeek->letters; i++) {
        bits |= code_of(zeek->history[i]) << filled;
        filled += 5;
        for (; filled >= 8; filled -= 8, bits >>= 8)
            *to++ = (uint8_t)bits;
    }
    if (filled > 0)
        *to++ = (uint8_t)bits;
    return to;
}

size_t tcpstate_account_pack(const struct tcpstate_connection *c, uint8_t *packed)
{
    const struct tcpstate_account *a = &c->account;
    const struct tcpstate_endpoint *one = &c->ends[0], *other = &c->ends[1];
    struct flags flags = { { 0 } };
    uint8_t *to = packed + FLAG_BYTES;
    unsigned n = 0;

#define PUT(field, expected) put(&flags, n++, &to, (int32_t)((uint32_t)(field) - (uint32_t)(expected)));
#define PUT_TIME(field, expected) put(&flags, n++, &to, (int64_t)((uint64_t)(field) - (uint64_t)(expected)));
    OF_END(PUT, a->ends[0], one, other, 0)
    OF_ZEEK_END(PUT, a->zeek.ends[0], one, other)
    OF_END(PUT, a->ends[1], other, one, 1)
    OF_ZEEK_END(PUT, a->zeek.ends[1], other, one)
    OF_ALL(PUT, a)
    TIMES(PUT_TIME, a)
    memcpy(packed, flags.word, FLAG_BYTES);
    return (size_t)(put_history(&a->zeek, to) - packed);
}

/* What is missing is as expected. */
static int64_t read_distance(struct packed_reader *reader)
{
    return tcpstate_unfold(tcpstate_read_varint(reader));
}

static inline int64_t get(struct packed_reader *reader, bool there)
{
    return there ? read_distance(reader) : 0;
}

static const uint8_t *get_history(struct tcpstate_zeek *zeek, const uint8_t *from, const uint8_t *end)
{
    unsigned bits = 0, filled = 0, count = from < end ? *from++ : 0;

    zeek->letters = (uint8_t)(count < TCPSTATE_ZEEK_LETTERS ? count : TCPSTATE_ZEEK_LETTERS);
    for (unsigned i = 0; i < zeek->letters; i++) {
        if (filled < 5) {
            bits |= (unsigned)(from < end ? *from++ : 0) << filled;
            filled += 8;
        }
        unsigned code = bits & 0x1f;
        uint8_t letter = code >> 1 < sizeof letters - 1 ? (uint8_t)letters[code >> 1] : 'Q';
        zeek->history[i] = (uint8_t)(code & 1 && letter != '^' ? letter - 'A' + 'a' : letter);
        bits >>= 5;
        filled -= 5;
    }
    return from;
}

/* To a field of four, two or one bytes. */
static void assign(void *field, size_t size, uint32_t number)
{
    uint16_t two = (uint16_t)number;
    uint8_t one = (uint8_t)number;

    memcpy(field, size == 4 ? (const void *)&number : size == 2 ? (const void *)&two : (const void *)&one, size);
}

size_t tcpstate_account_unpack(struct tcpstate_connection *c, const uint8_t *packed, size_t size)
{
    struct tcpstate_account *a = &c->account;
    const struct tcpstate_endpoint *one = &c->ends[0], *other = &c->ends[1];
    struct flags flags = { { 0 } };
    unsigned n = 0;

    if (size < FLAG_BYTES)
        return 0;
    memcpy(flags.word, packed, FLAG_BYTES);
    struct packed_reader reader = { packed + FLAG_BYTES, packed + size };
#define GET_IF get(&reader, flags.word[n / 64] >> n % 64 & 1)
#define GET(field, expected) assign(&(field), sizeof (field), (uint32_t)(expected) + (uint32_t)GET_IF), n++;
#define GET_TIME(field, expected) field = (int64_t)((uint64_t)(expected) + (uint64_t)GET_IF), n++;
    OF_END(GET, a->ends[0], one, other, 0)
    OF_ZEEK_END(GET, a->zeek.ends[0], one, other)
    OF_END(GET, a->ends[1], other, one, 1)
    OF_ZEEK_END(GET, a->zeek.ends[1], other, one)
    OF_ALL(GET, a)
    TIMES(GET_TIME, a)
    return (size_t)(get_history(&a->zeek, reader.from, reader.end) - packed);
}
