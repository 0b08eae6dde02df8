/* pack.c - a connection in as few bytes as it needs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Most connections of a large capture are over or idle at any moment, and most
 * of their numbers are near each other: SND.NXT is near the ISN, one side's
 * acknowledgments are the other's numbers, most times are one of a few.  So
 * each number is written as its distance from one that was written before.
 *
 * The lists below name every field once, in an order in which a field's
 * neighbour comes before it; both directions follow them, so they cannot
 * differ.  Nothing is lost: a connection that comes back goes on as if it had
 * never been away.
 */
#include <string.h>

#include "internal.h"
#include "varint.h"

/* Numbers of one endpoint: field, and what it is likely to be near. */
#define OWN_NUMBERS(X, me)                                                     \
    X(me->isn, 0) X(me->snd_nxt, me->isn) X(me->snd_max, me->snd_nxt) X(me->out_of_order, me->snd_max) \
    X(me->fin, me->snd_max) X(me->fin_from, me->snd_max) X(me->carried_to, me->snd_max) X(me->known, 0) \
    X(me->window, 0) X(me->ts_val, 0) X(me->ts_newest, me->ts_val) X(me->reset_seq, me->snd_max) X(me->isn_before, me->isn)

/* ... with the other's numbers known. */
#define SHARED_NUMBERS(X, me, peer)                                            \
    X(me->rcv_nxt, peer->snd_max) X(me->last_ack, me->rcv_nxt) X(me->claim, me->rcv_nxt) X(me->syn_acked, peer->isn) \
    X(me->anew_from, peer->snd_max) \
    X(me->last.digest, 0) X(me->last_control.digest, me->last.digest)

/* Frame numbers: each near the one before it. */
#define FRAMES(X, c)                                                            \
    X(c->milestones[0], 0)                                                      \
    X(c->milestones[1], c->milestones[0]) X(c->milestones[2], c->milestones[1]) \
    X(c->milestones[3], c->milestones[2]) X(c->milestones[4], c->milestones[3]) \
    X(c->milestones[5], c->milestones[4]) X(c->milestones[6], c->milestones[5]) \
    X(c->milestones[7], c->milestones[2])                                       \
    X(c->ends[0].syn_frame, c->milestones[0]) X(c->ends[1].syn_frame, c->milestones[0]) \
    X(c->ends[0].last.frame, c->milestones[6]) X(c->ends[1].last.frame, c->ends[0].last.frame) \
    X(c->ends[0].last_control.frame, c->ends[0].last.frame) X(c->ends[1].last_control.frame, c->ends[1].last.frame) \
    X(c->provoked_by, c->milestones[0]) X(c->stale_frame, c->milestones[0]) X(c->stale_isn, 0) X(c->last_reset_seq, c->ends[0].snd_max)

/* Small ones, four to a number. */
#define SMALL(X, c)                                                             \
    X(c->ends[0].state, c->ends[0].likely, c->ends[0].pending, c->ends[0].doubtful) \
    X(c->ends[1].state, c->ends[1].likely, c->ends[1].pending, c->ends[1].doubtful) \
    X(c->ends[0].window_scale, c->ends[0].ttl, c->ends[1].window_scale, c->ends[1].ttl) \
    X(c->client, c->active_closer, c->ended_by, c->end)
#define SMALL_16(X, c)                                                          \
    X(c->ends[0].repeats, c->ends[1].repeats) X(c->ends[0].syns, c->ends[1].syns) \
    X(c->ends[0].syn_digest, c->ends[1].syn_digest)                               \
    X(c->ends[0].keep_alives, c->ends[1].keep_alives) X(c->facts, c->stale)   \
    X(c->ends[0].after, c->ends[0].may) X(c->ends[1].after, c->ends[1].may) X(c->ends[0].ttl_again, c->ends[1].ttl_again)

/* Times, in the order in which they are likely to come. */
#define TIMES(X, c)                                                             \
    X(c->moments[0]) X(c->moments[1]) X(c->moments[2]) X(c->moments[3]) X(c->moments[4]) X(c->moments[5]) \
    X(c->moments[6]) X(c->moments[7]) X(c->moments[8]) X(c->time_wait_since) X(c->last_reset) \
    X(c->ends[0].first_sent) X(c->ends[1].first_sent) X(c->ends[0].last.time) X(c->ends[1].last.time) \
    X(c->ends[0].last_control.time) X(c->ends[1].last_control.time) X(c->ends[0].since) X(c->ends[1].since) \
    X(c->ends[0].likely_since) X(c->ends[1].likely_since)

enum {
    NUMBERS = 2 * (13 + 7) + 18 + 4 + 8,
    TIME_COUNT = 21,
    CODE_BYTES = (NUMBERS + 3) / 4,
    TIME_CODE_BYTES = (TIME_COUNT + 1) / 2,
};
_Static_assert(TCPSTATE_MOMENTS == 9 && TCPSTATE_MILESTONES == 8, "the lists above name them one by one");
_Static_assert(CODE_BYTES + TIME_CODE_BYTES + NUMBERS * 5 + TIME_COUNT * 10 + TCPSTATE_MOST_ACCOUNT <= TCPSTATE_MOST_PACKED,
               "the longest packing has room");

/* How a number is written: two bits. */
enum { ZERO, AS_EXPECTED, NEAR, ANY };

/* How a time is written: four bits; from SAME on, as the so manieth that was
 * written in full. */
enum { TIME_ZERO, TIME_NONE, TIME_NEW, TIME_SAME, MOST_SAME = 16 - TIME_SAME };

/* The codes of each kind, the first in the lowest bits.  The lists are followed without a loop, so where a code goes is known
 * when this is compiled. */
struct codes {
    uint64_t word[(NUMBERS + 31) / 32], time_word[(TIME_COUNT + 15) / 16];
};

static unsigned put_unexpected(uint8_t **to, uint32_t number, int32_t distance)
{
    if (distance > -(1 << 20) && distance < 1 << 20) {
        *to = tcpstate_write_varint(*to, tcpstate_fold(distance));
        return NEAR;
    }
    memcpy(*to, &number, sizeof number);
    *to += sizeof number;
    return ANY;
}

/* Returns its code. */
static inline uint64_t put(uint8_t **to, uint32_t number, uint32_t expected)
{
    if (number == 0)
        return ZERO;
    return number == expected ? AS_EXPECTED : put_unexpected(to, number, (int32_t)(number - expected));
}

struct time_writer {
    uint8_t *to;
    unsigned known;
    int64_t times[MOST_SAME + 1]; /* one more, for what is looked for: it is always found */
    int64_t before;
};

/* Returns its code. */
static uint64_t put_time(struct time_writer *writer, int64_t time)
{
    unsigned same = 0;

    if (time == 0)
        return TIME_ZERO;
    if (time == TCPSTATE_NO_TIME)
        return TIME_NONE;
    writer->times[writer->known] = time;
    while (writer->times[same] != time)
        same++;
    if (same < writer->known)
        return TIME_SAME + same;
    writer->to = tcpstate_write_varint(writer->to, tcpstate_fold((int64_t)((uint64_t)time - (uint64_t)writer->before)));
    writer->known += writer->known < MOST_SAME;
    writer->before = time;
    return TIME_NEW;
}

size_t tcpstate_pack(const struct tcpstate_connection *c, uint8_t packed[TCPSTATE_MOST_PACKED])
{
    const struct tcpstate_endpoint *one = &c->ends[0], *other = &c->ends[1];
    struct codes codes = { { 0 }, { 0 } };
    uint8_t *to = packed + CODE_BYTES + TIME_CODE_BYTES;
    unsigned n = 0;

#define PUT(field, expected) codes.word[n / 32] |= put(&to, field, expected) << n % 32 * 2, n++;
    OWN_NUMBERS(PUT, one)
    OWN_NUMBERS(PUT, other)
    SHARED_NUMBERS(PUT, one, other)
    SHARED_NUMBERS(PUT, other, one)
    FRAMES(PUT, c)
#define PUT_4(a, b, d, e) \
    PUT((uint8_t)(a) | (uint32_t)(uint8_t)(b) << 8 | (uint32_t)(uint8_t)(d) << 16 | (uint32_t)(uint8_t)(e) << 24, 0)
    SMALL(PUT_4, c)
#define PUT_2(a, b) PUT((a) | (uint32_t)(b) << 16, 0)
    SMALL_16(PUT_2, c)
    struct time_writer times = { .to = to };
    n = 0;
#define PUT_TIME(field) codes.time_word[n / 16] |= put_time(&times, field) << n % 16 * 4, n++;
    TIMES(PUT_TIME, c)
    memcpy(packed, codes.word, CODE_BYTES);
    memcpy(packed + CODE_BYTES, codes.time_word, TIME_CODE_BYTES);
    return (size_t)(times.to - packed) + tcpstate_account_pack(c, times.to);
}

static uint32_t get_unexpected(struct packed_reader *reader, unsigned code, uint32_t expected)
{
    uint32_t number = 0;

    if (code == NEAR)
        return expected + (uint32_t)tcpstate_unfold(tcpstate_read_varint(reader));
    if (reader->end - reader->from >= (ptrdiff_t)sizeof number) {
        memcpy(&number, reader->from, sizeof number);
        reader->from += sizeof number;
    }
    return number;
}

static inline uint32_t get(struct packed_reader *reader, unsigned code, uint32_t expected)
{
    if (code == ZERO)
        return 0;
    return code == AS_EXPECTED ? expected : get_unexpected(reader, code, expected);
}

struct time_reader {
    struct packed_reader bytes;
    unsigned known;
    int64_t times[MOST_SAME];
    int64_t before;
};

static int64_t get_time(struct time_reader *reader, unsigned code)
{
    if (code == TIME_ZERO)
        return 0;
    if (code == TIME_NONE)
        return TCPSTATE_NO_TIME;
    if (code >= TIME_SAME)
        return code - TIME_SAME < reader->known ? reader->times[code - TIME_SAME] : 0;
    int64_t time = (int64_t)((uint64_t)reader->before + (uint64_t)tcpstate_unfold(tcpstate_read_varint(&reader->bytes)));
    if (reader->known < MOST_SAME)
        reader->times[reader->known++] = time;
    reader->before = time;
    return time;
}

size_t tcpstate_unpack(struct tcpstate_connection *c, const uint8_t *packed, size_t size)
{
    struct tcpstate_endpoint *one = &c->ends[0], *other = &c->ends[1];
    struct codes codes = { { 0 }, { 0 } };
    uint32_t four, two;
    unsigned n = 0;

    memset(c, 0, sizeof *c);
    if (size < CODE_BYTES + TIME_CODE_BYTES)
        return 0;
    memcpy(codes.word, packed, CODE_BYTES);
    memcpy(codes.time_word, packed + CODE_BYTES, TIME_CODE_BYTES);
    struct packed_reader reader = { packed + CODE_BYTES + TIME_CODE_BYTES, packed + size };
#define GET(field, expected) field = get(&reader, codes.word[n / 32] >> n % 32 * 2 & 3, expected), n++;
    OWN_NUMBERS(GET, one)
    OWN_NUMBERS(GET, other)
    SHARED_NUMBERS(GET, one, other)
    SHARED_NUMBERS(GET, other, one)
    FRAMES(GET, c)
#define GET_4(a, b, d, e)                                                      \
    GET(four, 0)                                                               \
    memcpy(&(a), (uint8_t[]){ (uint8_t)four }, 1);                             \
    memcpy(&(b), (uint8_t[]){ (uint8_t)(four >> 8) }, 1);                      \
    memcpy(&(d), (uint8_t[]){ (uint8_t)(four >> 16) }, 1);                     \
    memcpy(&(e), (uint8_t[]){ (uint8_t)(four >> 24) }, 1);
    SMALL(GET_4, c)
#define GET_2(a, b) GET(two, 0) (a) = (uint16_t)two, (b) = (uint16_t)(two >> 16);
    SMALL_16(GET_2, c)
    struct time_reader times = { .bytes = reader };
    n = 0;
#define GET_TIME(field) field = get_time(&times, codes.time_word[n / 16] >> n % 16 * 4 & 0xf), n++;
    TIMES(GET_TIME, c)
    return (size_t)(times.bytes.from - packed)
           + tcpstate_account_unpack(c, times.bytes.from, (size_t)(times.bytes.end - times.bytes.from));
}
