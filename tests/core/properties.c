/* properties.c - what holds of any segments whatever, forged or not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Random segments, mostly with numbers that almost fit, go into three
 * connections at once: as they are, with the ends exchanged, and with all
 * numbers moved.  Nothing else than the names of the ends and the numbers may
 * differ.  This file alone looks inside of struct tcpstate_endpoint.
 *
 * TCPSTATE_SEED=N tests/properties    other segments than the usual ones
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "internal.h"
#include "latest.h"

#define SEGMENTS 200000
#define DEFAULT_SEED 9293
#define MILLISECOND INT64_C(1000000)
#define MICROSECOND INT64_C(1000)

/* Times are whole milliseconds, those of copies 1 us more, so that no copy is
 * the one to find TIME_WAIT over. */
#define TWO_MSL (60000 * MILLISECOND + 500 * MICROSECOND)

static const uint32_t moved[2] = { 0x7ffffff0u, 0xdeadbeefu };

struct world {
    struct tcpstate_connection plain, mirrored, shifted;
    struct tcpstate_connection before[3]; /* of each, with has_before */
    struct tcpstate_beside beside[3];
    bool has_before;
    GRand *random;
    uint32_t frame;
    int64_t now;
    struct { uint8_t state; bool inferred; } shown[2]; /* after the last segment */
    bool fresh;                                        /* no segment yet */
    unsigned fast; /* how many segments took the fast path */
    unsigned before_often; /* ... were of the connection before the latest */
};

static uint32_t dice(struct world *world, uint32_t sides)
{
    return (uint32_t)g_rand_int_range(world->random, 0, (gint32)sides);
}

/* A number that `end`'s bytes may have: often one that matters. */
static uint32_t number(struct world *world, const struct tcpstate_endpoint *end, const struct tcpstate_endpoint *peer)
{
    const uint32_t told[] = { end->snd_nxt, end->snd_nxt, end->snd_nxt, end->snd_max, end->isn, end->fin, peer->rcv_nxt, peer->rcv_nxt };
    uint32_t at = told[dice(world, G_N_ELEMENTS(told))];

    switch (dice(world, 8)) {
    case 0:
        return at + 1;
    case 1:
        return at - 1;
    case 2:
        return at + dice(world, 3000) - 1500;
    case 3:
        return g_rand_int(world->random);
    default:
        return at;
    }
}

static struct tcpstate_segment anything(struct world *world)
{
    enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32 };
    static const uint8_t usual[] = { SYN, SYN | ACK, SYN | ACK, ACK, ACK, ACK, ACK, ACK, ACK, ACK, ACK | PSH,
                                     FIN | ACK, FIN | ACK, FIN | ACK, FIN | ACK | PSH, RST, RST | ACK, RST | ACK };
    static const uint32_t lengths[] = { 0, 0, 0, 1, 10, 10, 1460, 65535, 0x7fffffff, 0xffffffff };
    static const int64_t gaps[] = { 0, 1, 1, 1, 10, 10, 100, 1000, 59000, 61000, 3600000, -1, -100000 };
    const struct tcpstate_connection *connection = &world->plain;
    uint8_t from = (uint8_t)dice(world, 2);
    const struct tcpstate_endpoint *me = &connection->ends[from], *peer = &connection->ends[!from];

    world->now += gaps[dice(world, G_N_ELEMENTS(gaps))] * MILLISECOND;
    world->frame++;
    struct tcpstate_segment segment = {
        .from = from,
        .flags = dice(world, 10) ? usual[dice(world, G_N_ELEMENTS(usual))] : (uint8_t)dice(world, 256),
        .options = (uint16_t)(dice(world, 3) ? 0 : dice(world, 1024)),
        .window_scale = (uint8_t)dice(world, dice(world, 4) ? 15 : 256),
        .ttl = (uint8_t)(dice(world, 10) ? 64 : dice(world, 256)),
        .ip_id = (uint16_t)(1 + dice(world, 65535)),
        .window = (uint16_t)(dice(world, 3) ? 1000 : dice(world, 65536)),
        .options_sum = (uint16_t)dice(world, 65536),
        .seq = number(world, me, peer),
        .ack = number(world, peer, me),
        .payload = dice(world, 2) ? 0 : lengths[dice(world, G_N_ELEMENTS(lengths))],
        .ts_val = dice(world, 5) ? world->frame : g_rand_int(world->random),
        .frame = world->frame,
        .time = world->now,
        .server_hint = (int8_t)((int)dice(world, 3) - 1),
    };
    return segment;
}

static struct tcpstate_segment exchange_ends(struct tcpstate_segment segment)
{
    segment.from = !segment.from;
    if (segment.server_hint >= 0)
        segment.server_hint = !segment.server_hint;
    return segment;
}

static struct tcpstate_segment move_numbers(struct tcpstate_segment segment)
{
    segment.seq += moved[segment.from];
    segment.ack += moved[!segment.from];
    return segment;
}

/* What the sets and the likeliest states follow from: state-set.c's invariant, by the
 * table alone. */
static uint8_t replay(const struct tcpstate_endpoint *end)
{
    enum tcpstate_state state = (enum tcpstate_state)end->likely;

    for (unsigned event = 0; event < 8; event++)
        if (end->pending & (1u << event))
            state = tcpstate_next(state, (enum tcpstate_event)event);
    return (uint8_t)state;
}

static tcpstate_set reach(const struct tcpstate_endpoint *end)
{
    unsigned set = end->after;

    for (unsigned event = 0; event < 8; event++)
        for (unsigned state = 0; state < TCPSTATE_UNKNOWN; state++)
            if (((end->pending | end->doubtful) & (1u << event)) && (set & (1u << state)))
                set |= 1u << tcpstate_next((enum tcpstate_state)state, (enum tcpstate_event)event);
    return (tcpstate_set)set;
}

static bool is_zeek_code(const char *code)
{
    static const char *const codes[] = { "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH",
                                         "SH", "SHR", "OTH" };

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

#define HOLDS(condition) \
    do { \
        if (!(condition)) { \
            complain("segment %u (from %u, flags %#x): not so: %s", segment->frame, segment->from, \
                     segment->flags, #condition); \
            return false; \
        } \
    } while (0)

/* Whatever came, the connection and what is said of it are sound. */
static bool is_sound(const struct world *world, const struct tcpstate_segment *segment,
                     const struct tcpstate_observation *seen)
{
    const struct tcpstate_connection *connection = &world->plain;
    struct tcpstate_outcome outcome;

    for (int i = 0; i < 2; i++) {
        const struct tcpstate_endpoint *end = &connection->ends[i];
        HOLDS(end->state < TCPSTATE_STATES && end->likely < TCPSTATE_STATES);
        HOLDS((end->pending | end->doubtful) < 1u << TCPSTATE_SENDS_SYN);
        HOLDS(end->after != 0 && (end->after & ~TCPSTATE_ANY_STATE) == 0);
        HOLDS(end->state == replay(end) || (end->likely == TCPSTATE_UNKNOWN && end->state == TCPSTATE_UNKNOWN));
        HOLDS(end->may == reach(end));
        HOLDS(end->likely == TCPSTATE_UNKNOWN || (end->after & (1u << end->likely)));
        HOLDS(end->state == TCPSTATE_UNKNOWN || (end->may & (1u << end->state)));
        /* Numbers that are compared are known: judge.h. */
        HOLDS(!(end->known & (KNOWS_ISN | SENT_SYN | SENT_SYN_ACK | SENT_FIN)) || (end->known & KNOWS_SEQ));
        HOLDS(seen->ends[i].before < TCPSTATE_STATES);
        HOLDS(seen->ends[i].after == end->state);
        HOLDS(seen->ends[i].after_inferred
              == (end->state != TCPSTATE_UNKNOWN && end->may != 1u << end->state && !(end->known & AS_SENT)));
        HOLDS(!seen->ends[i].after_inferred || end->state != TCPSTATE_UNKNOWN);
        HOLDS(seen->stayed[i] >= -1);
        if (!seen->changed && !world->fresh) {
            HOLDS(seen->ends[i].after == world->shown[i].state);
            HOLDS(seen->ends[i].after_inferred == world->shown[i].inferred);
        }
    }
    HOLDS((unsigned)seen->step < TCPSTATE_STEPS);
    HOLDS(seen->changed || seen->step == TCPSTATE_STEP_NONE);
    HOLDS(seen->client >= -1 && seen->client <= 1);
    HOLDS((seen->failed & ~seen->checks) == 0);
    HOLDS(seen->answers <= segment->frame);
    HOLDS(seen->reset_after >= -1);
    HOLDS((segment->flags & TCPSTATE_FLAG_RST) || seen->reset_number == TCPSTATE_RESET_NUMBER_NONE);

    tcpstate_outcome(connection, &outcome);
    HOLDS((unsigned)outcome.result < TCPSTATE_RESULTS);
    HOLDS((unsigned)outcome.close_kind < TCPSTATE_CLOSE_KINDS);
    HOLDS(outcome.closed_by >= TCPSTATE_BY_NOBODY && outcome.closed_by <= TCPSTATE_BY_UNKNOWN);
    HOLDS(outcome.owing >= -1 && outcome.owing <= 1);
    HOLDS(is_zeek_code(outcome.conn_state));
    return true;
}

/* RFC 9293 section 3.10.7.4: what no TCP sends moves nobody; but RST is looked at
 * first, and a SYN,ACK may carry a FIN. */
static bool nonsense_moves_nobody(const struct tcpstate_segment *segment, const struct tcpstate_observation *seen)
{
    enum { SYN = TCPSTATE_FLAG_SYN, FIN = TCPSTATE_FLAG_FIN, RST = TCPSTATE_FLAG_RST, ACK = TCPSTATE_FLAG_ACK };
    bool nonsense = (segment->flags & (SYN | FIN | RST | ACK)) == (SYN | FIN)
                    || !(segment->flags & (SYN | RST | ACK));

    if (nonsense)
        for (int i = 0; i < 2; i++)
            HOLDS(seen->ends[i].before == seen->ends[i].after);
    return true;
}

static int8_t other(int8_t end)
{
    return end == 0 || end == 1 ? (int8_t)!end : end;
}

/* The same is said of the connection with its ends exchanged, or of the one
 * with other numbers. */
static bool agree(const struct tcpstate_segment *segment, const struct tcpstate_observation *one,
                  const struct tcpstate_observation *two, bool mirrored)
{
    HOLDS(one->step == two->step);
    for (int i = 0; i < 2; i++) {
        int j = mirrored ? !i : i;
        HOLDS(one->ends[i].before == two->ends[j].before);
        HOLDS(one->ends[i].after == two->ends[j].after);
        HOLDS(one->ends[i].before_inferred == two->ends[j].before_inferred);
        HOLDS(one->ends[i].after_inferred == two->ends[j].after_inferred);
        HOLDS(one->stayed[i] == two->stayed[j]);
    }
    HOLDS(one->client == (mirrored ? other(two->client) : two->client));
    HOLDS(one->roles_inferred == two->roles_inferred);
    HOLDS(one->checks == two->checks);
    HOLDS(one->failed == two->failed);
    HOLDS(one->reset_number == two->reset_number);
    HOLDS(one->reset_ttl_differs == two->reset_ttl_differs);
    HOLDS(one->repeats == two->repeats);
    HOLDS(one->reset_after == two->reset_after);
    HOLDS(one->answers == two->answers);
    HOLDS(one->over == two->over);
    HOLDS(one->changed == two->changed);
    return true;
}

/* Of both worlds the same is known; and what is known differs by as much as
 * the numbers were moved, so nothing that is not known got in. */
static bool numbers_moved(const struct world *world, const struct tcpstate_segment *segment)
{
    for (int i = 0; i < 2; i++) {
        const struct tcpstate_endpoint *one = &world->plain.ends[i], *two = &world->shifted.ends[i];
        HOLDS(one->known == two->known);
        HOLDS(one->may == two->may);
        if (one->known & KNOWS_ISN)
            HOLDS(two->isn - one->isn == moved[i]);
        if (one->known & KNOWS_SEQ) {
            HOLDS(two->snd_nxt - one->snd_nxt == moved[i]);
            HOLDS(two->snd_max - one->snd_max == moved[i]);
            HOLDS(two->out_of_order - one->out_of_order == moved[i]);
            HOLDS(two->fin_from - one->fin_from == moved[i]);
        }
        if (one->known & (SENT_FIN | FIN_IN_DOUBT))
            HOLDS(two->fin - one->fin == moved[i]);
        if (one->known & ACK_OF_FIN_CARRIED)
            HOLDS(two->carried_to - one->carried_to == moved[i]);
        if (one->known & KNOWS_ACK)
            HOLDS(two->rcv_nxt - one->rcv_nxt == moved[!i]);
        if (one->known & SENT_SYN_ACK)
            HOLDS(two->syn_acked - one->syn_acked == moved[!i]);
        if (one->known & CLAIMS)
            HOLDS(two->claim - one->claim == moved[!i]);
        HOLDS(one->window == two->window);
    }
    return true;
}

/* One of the three takes a segment in, and goes on with the connection that the
 * segment opens, if it does. */
static void take(struct world *world, struct tcpstate_connection *connection, int which, const struct tcpstate_segment *segment,
                 struct tcpstate_observation *seen)
{
    struct tcpstate_connection next, *before = &world->before[which];
    struct tcpstate_remembered remembered = { .latest = connection, .before = world->has_before ? before : NULL, .next = &next,
                                              .beside = &world->beside[which] };

    tcpstate_observe(&remembered, segment, TWO_MSL, seen);
    if (seen->incarnation != TCPSTATE_INCARNATION_NEXT)
        return;
    *before = *connection;
    *connection = next;
}

static void forget_all(struct world *world)
{
    tcpstate_connection_begin(&world->plain);
    tcpstate_connection_begin(&world->mirrored);
    tcpstate_connection_begin(&world->shifted);
    for (int i = 0; i < 3; i++)
        world->beside[i].until = TCPSTATE_NO_TIME;
    world->has_before = false;
    world->fresh = true;
}

/* All that is remembered, field by field: the struct ends in padding. */
static bool same(const struct tcpstate_connection *a, const struct tcpstate_connection *b)
{
    return memcmp(a, b, offsetof(struct tcpstate_connection, ended_by) + sizeof a->ended_by) == 0;
}

/* A segment that takes the fast path says, and leaves to be remembered, what
 * it would on the slow path; one that does not changes nothing. */
static bool fast_path_agrees(struct world *world, const struct tcpstate_segment *segment)
{
    struct tcpstate_connection fast = world->plain, slow = world->plain, next;
    struct tcpstate_observation by_fast, by_slow;

    if (!tcpstate_take_fast_path(&fast, segment, &by_fast)) {
        HOLDS(same(&fast, &world->plain));
        return true;
    }
    world->fast++;
    tcpstate_take_slow_path(&slow, world->has_before ? &world->before[0] : NULL, &next, segment, TWO_MSL,
                            &by_slow);
    HOLDS(same(&fast, &slow));
    HOLDS(by_slow.incarnation == TCPSTATE_INCARNATION_LATEST);
    HOLDS(by_fast.repeats_after == by_slow.repeats_after && by_fast.expected == by_slow.expected
          && by_fast.copy == by_slow.copy);
    return agree(segment, &by_fast, &by_slow, false);
}

/* Put away and fetched back, a connection is what it was; and it never takes
 * more bytes than were promised, nor fewer read than written. */
static bool packs(const struct world *world, const struct tcpstate_segment *segment)
{
    uint8_t packed[TCPSTATE_MOST_PACKED];
    struct tcpstate_connection back;
    size_t size = tcpstate_pack(&world->plain, packed);

    HOLDS(size <= sizeof packed);
    HOLDS(tcpstate_unpack(&back, packed, size) == size);
    HOLDS(same(&world->plain, &back));
    return true;
}

/* One segment, into all three; now and then only quoted by an ICMP error. */
static bool step(struct world *world, const struct tcpstate_segment *segment, bool quoted)
{
    struct tcpstate_segment mirror = exchange_ends(*segment), shift = move_numbers(*segment);
    struct tcpstate_observation seen, seen_mirrored, seen_shifted;

    if (quoted) {
        tcpstate_observe_unreachable(&world->plain, segment, &seen);
        tcpstate_observe_unreachable(&world->mirrored, &mirror, &seen_mirrored);
        tcpstate_observe_unreachable(&world->shifted, &shift, &seen_shifted);
    } else {
        if (!fast_path_agrees(world, segment))
            return false;
        take(world, &world->plain, 0, segment, &seen);
        take(world, &world->mirrored, 1, &mirror, &seen_mirrored);
        take(world, &world->shifted, 2, &shift, &seen_shifted);
        if (seen.incarnation == TCPSTATE_INCARNATION_NEXT)
            world->has_before = world->fresh = true;
        if (seen.incarnation == TCPSTATE_INCARNATION_BEFORE) {
            world->before_often++;
            world->fresh = true; /* what is shown is of another connection */
            return agree(segment, &seen, &seen_mirrored, true) && agree(segment, &seen, &seen_shifted, false) && numbers_moved(world, segment);
        }
    }
    if (!packs(world, segment) || !is_sound(world, segment, &seen) || (!quoted && !nonsense_moves_nobody(segment, &seen))
        || !agree(segment, &seen, &seen_mirrored, true) || !agree(segment, &seen, &seen_shifted, false)
        || !numbers_moved(world, segment))
        return false;
    for (int i = 0; i < 2; i++) {
        world->shown[i].state = seen.ends[i].after;
        world->shown[i].inferred = seen.ends[i].after_inferred;
    }
    world->fresh = false;
    return true;
}

/* A copy of what was just seen: all that is remembered of the ends stays. */
static bool copy(struct world *world, struct tcpstate_segment segment_again)
{
    struct tcpstate_segment *segment = &segment_again;
    struct tcpstate_connection *all[] = { &world->plain, &world->mirrored, &world->shifted };
    struct tcpstate_segment sent[] = { *segment, exchange_ends(*segment), move_numbers(*segment) };

    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        struct tcpstate_endpoint before[2];
        struct tcpstate_observation seen;
        memcpy(before, all[i]->ends, sizeof before);
        sent[i].time += MICROSECOND;
        observe_latest(all[i], &sent[i], TWO_MSL, &seen);
        HOLDS(seen.incarnation == TCPSTATE_INCARNATION_LATEST);
        HOLDS(seen.step == TCPSTATE_STEP_NONE || seen.step == TCPSTATE_STEP_COPY);
        HOLDS(!seen.over);
        for (int j = 0; j < 2; j++) {
            const struct tcpstate_endpoint *end = &all[i]->ends[j];
            HOLDS(seen.ends[j].before == seen.ends[j].after);
            HOLDS(before[j].state == end->state);
            HOLDS(before[j].likely == end->likely);
            HOLDS(before[j].pending == end->pending);
            HOLDS(before[j].may == end->may);
            HOLDS(before[j].known == end->known);
            HOLDS(before[j].isn == end->isn);
            HOLDS(before[j].snd_nxt == end->snd_nxt);
            HOLDS(before[j].snd_max == end->snd_max);
            HOLDS(before[j].fin == end->fin);
            HOLDS(before[j].rcv_nxt == end->rcv_nxt);
            HOLDS(before[j].window == end->window);
            HOLDS(before[j].repeats == end->repeats);
        }
    }
    return true;
}

static void random_segments(void)
{
    const char *given = getenv("TCPSTATE_SEED");
    guint32 seed = given ? (guint32)strtoul(given, NULL, 0) : DEFAULT_SEED;
    struct world world = { .random = g_rand_new_with_seed(seed) };
    bool good = true;

    g_test_message("TCPSTATE_SEED=%u", seed);
    forget_all(&world);
    for (int i = 0; i < SEGMENTS && good; i++) {
        struct tcpstate_segment segment = anything(&world);
        bool quoted = dice(&world, 50) == 0;
        bool copied = !quoted && dice(&world, 8) == 0;
        good = step(&world, &segment, quoted) && (!copied || world.fresh || copy(&world, segment));
        if (dice(&world, 60) == 0)
            forget_all(&world);
    }
    g_assert_cmpuint(world.before_often, >, 100); /* or little was compared */
    g_rand_free(world.random);
}

/* One that both ends have spoken on, in the numbers of the segments below. */
static bool open_connection(struct world *world)
{
    enum { SYN = 2, ACK = 16, PSH = 8 };
    struct tcpstate_segment opening[] = {
        { .from = 0, .flags = SYN, .seq = 999, .options = TCPSTATE_OPTION_WINDOW_SCALE, .window_scale = 7 },
        { .from = 1, .flags = SYN | ACK, .seq = 4999, .ack = 1000, .options = TCPSTATE_OPTION_WINDOW_SCALE },
        { .from = 0, .flags = ACK, .seq = 1000, .ack = 5000 },
        { .from = 0, .flags = ACK | PSH, .seq = 1000, .ack = 5000, .payload = 10 },
        { .from = 1, .flags = ACK | PSH, .seq = 5000, .ack = 1010, .payload = 10 },
        { .from = 0, .flags = ACK, .seq = 1010, .ack = 5010 },
    };

    forget_all(world);
    for (size_t i = 0; i < G_N_ELEMENTS(opening); i++) {
        opening[i].frame = ++world->frame;
        opening[i].time = world->now += 10 * MILLISECOND;
        opening[i].window = 1000;
        opening[i].server_hint = -1;
        if (!step(world, &opening[i], false))
            return false;
    }
    return true;
}

/* A transfer as networks make it: mostly the next data and ACKs of what came,
 * now and then anything. */
static void random_transfers(void)
{
    struct world world = { .random = g_rand_new_with_seed(DEFAULT_SEED) };
    bool good = true;

    for (int i = 0; i < 600 && good; i++) {
        const bool stamps = dice(&world, 2);
        good = open_connection(&world);
        for (int j = 0; j < 100 && good; j++) {
            struct tcpstate_segment segment = anything(&world);
            if (dice(&world, 20)) {
                const struct tcpstate_endpoint *ends = world.plain.ends;
                segment.flags = dice(&world, 2) ? 0x10 : 0x18;
                segment.options = stamps == !!dice(&world, 20) ? TCPSTATE_OPTION_TIMESTAMPS : 0;
                segment.ts_val = world.frame;
                segment.payload = dice(&world, 3) * 100;
                segment.ttl = (uint8_t)(dice(&world, 20) ? 64 : 0);
                segment.seq = dice(&world, 10) ? ends[segment.from].snd_max : segment.seq;
                segment.ack = dice(&world, 10) ? ends[!segment.from].snd_max - dice(&world, 2) * 100 : segment.ack;
            }
            good = step(&world, &segment, false) && (dice(&world, 8) || world.fresh || copy(&world, segment));
        }
    }
    g_assert_cmpuint(world.fast, >, 5000); /* or little was compared */
    g_rand_free(world.random);
}

/* Connections that open, talk and close as they should, with options and
 * windows of all kinds, and now and then with anything in between. */
static void random_lives(void)
{
    enum { SYN = 2, ACK = 16, FIN = 1, PSH = 8 };
    static const struct {
        uint8_t from, flags, data;
    } lives[][10] = {
        { { 0, SYN, 0 }, { 1, SYN | ACK, 0 }, { 0, ACK, 0 }, { 0, PSH | ACK, 1 }, { 1, PSH | ACK, 1 }, { 0, FIN | ACK, 0 },
          { 1, FIN | ACK, 0 }, { 0, ACK, 0 }, { 0, ACK, 0 }, { 0, SYN, 0 } },
        { { 0, SYN, 0 }, { 1, SYN | ACK, 0 }, { 0, ACK, 0 }, { 0, PSH | ACK, 1 }, { 1, ACK, 0 }, { 1, PSH | ACK, 1 },
          { 1, FIN | ACK, 0 }, { 0, ACK, 0 }, { 0, FIN | ACK, 0 }, { 1, ACK, 0 } },
        { { 0, SYN, 0 }, { 1, SYN | ACK, 0 }, { 0, ACK, 0 }, { 1, PSH | ACK, 1 }, { 0, PSH | ACK, 1 }, { 1, FIN | ACK, 0 },
          { 0, PSH | ACK, 1 }, { 0, FIN | ACK, 0 }, { 1, ACK, 0 }, { 1, ACK, 0 } },
        { { 0, SYN, 0 }, { 1, SYN | ACK, 0 }, { 0, ACK, 0 }, { 0, FIN | ACK, 0 }, { 1, ACK, 0 }, { 1, FIN | ACK, 0 },
          { 0, ACK, 0 }, { 1, ACK, 0 }, { 0, ACK, 0 }, { 1, SYN, 0 } },
    };
    struct world world = { .random = g_rand_new_with_seed(DEFAULT_SEED) };
    bool good = true;

    for (int i = 0; i < 10000 && good; i++) {
        uint32_t which = dice(&world, G_N_ELEMENTS(lives));
        uint8_t opener = (uint8_t)dice(&world, 2);
        bool stamps = dice(&world, 2);
        forget_all(&world);
        for (size_t j = 0; j < G_N_ELEMENTS(lives[0]) && good; j++) {
            struct tcpstate_segment segment = anything(&world);
            if (dice(&world, 12)) {
                const struct tcpstate_endpoint *ends = world.plain.ends;
                segment.from = lives[which][j].from ^ opener;
                segment.flags = lives[which][j].flags;
                segment.options = stamps ? TCPSTATE_OPTION_TIMESTAMPS : 0;
                if ((segment.flags & SYN) && dice(&world, 2))
                    segment.options |= TCPSTATE_OPTION_WINDOW_SCALE;
                segment.payload = lives[which][j].data ? 1 + dice(&world, 2000) : 0;
                segment.seq = segment.flags & SYN ? g_rand_int(world.random) : ends[segment.from].snd_max;
                segment.ack = ends[!segment.from].snd_max;
                segment.ttl = (uint8_t)(dice(&world, 20) ? 64 : 0);
            }
            good = step(&world, &segment, false) && (dice(&world, 8) || world.fresh || copy(&world, segment));
        }
    }
    g_rand_free(world.random);
}

/* What unpacks is not always what was packed: any bytes give a connection. */
static void unpacks_anything(void)
{
    GRand *random = g_rand_new_with_seed(DEFAULT_SEED);

    for (int i = 0; i < 10000; i++) {
        uint8_t bytes[TCPSTATE_MOST_PACKED];
        struct tcpstate_connection connection;
        size_t size = (size_t)g_rand_int_range(random, 0, sizeof bytes + 1);
        uint8_t *exact = g_malloc(size + 1);
        for (size_t j = 0; j < size; j++)
            bytes[j] = (uint8_t)g_rand_int(random);
        memcpy(exact, bytes, size); /* so that a sanitizer sees a read beyond */
        g_assert_cmpuint(tcpstate_unpack(&connection, exact, size), <=, size);
        g_free(exact);
    }
    g_rand_free(random);
}

/* The time of TIME_WAIT is the caller's to choose, down to none. */
static void any_two_msl(void)
{
    static const int64_t choices[] = { 0, 1, -1, INT64_MAX, TCPSTATE_DEFAULT_2MSL };

    for (size_t i = 0; i < G_N_ELEMENTS(choices); i++) {
        struct world world = { .random = g_rand_new_with_seed(DEFAULT_SEED) };
        forget_all(&world);
        for (int j = 0; j < SEGMENTS / 100; j++) {
            struct tcpstate_segment segment = anything(&world);
            struct tcpstate_observation seen;
            observe_latest(&world.plain, &segment, choices[i], &seen);
            if (!is_sound(&world, &segment, &seen))
                break;
            world.fresh = true;
        }
        g_rand_free(world.random);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/properties/random_segments", random_segments);
    g_test_add_func("/properties/random_transfers", random_transfers);
    g_test_add_func("/properties/random_lives", random_lives);
    g_test_add_func("/properties/unpacks_anything", unpacks_anything);
    g_test_add_func("/properties/any_two_msl", any_two_msl);
    return g_test_run();
}
