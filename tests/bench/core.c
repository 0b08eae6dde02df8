/* core.c - how many segments per second the core alone understands.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A program, not a test: its numbers depend on the machine (cmake builds
 * it as bench-core; tests/bench/run starts it).  Two kinds of traffic, as the
 * captures of captures.py have it: one long bulk transfer, and short
 * connections of eight segments, many at a time; these a second time without
 * the core's fast path.  The segments stand ready in memory, so that what is
 * timed is tcpstate_connection_begin() and tcpstate_observe() and the reading of
 * what they are given.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

static struct tcpstate_connection next; /* no segment here opens one */

enum {
    SEGMENTS = 1 << 20, /* per repetition */
    PER_CONNECTION = 8,
    AT_ONCE = 16, /* connections that overlap */
    REPETITIONS = 11,
    MICROSECOND = 1000,
    SEGMENT_SIZE = 1460,
};

#define F TCPSTATE_FLAG_FIN
#define S TCPSTATE_FLAG_SYN
#define P TCPSTATE_FLAG_PSH
#define A TCPSTATE_FLAG_ACK

static struct tcpstate_segment *segments;
static struct tcpstate_connection connections[AT_ONCE];
static volatile unsigned steps; /* so that no compiler finds the work useless */

/* The numbers both ends have come to. */
struct numbers {
    uint32_t next[2];
};

static void send(struct tcpstate_segment *segment, struct numbers *numbers, unsigned place, uint8_t from,
                 uint8_t flags, uint32_t payload)
{
    *segment = (struct tcpstate_segment){
        .from = from,
        .flags = flags,
        .ttl = 64,
        .ip_id = (uint16_t)(1 + place % 65535),
        .window = 1024,
        .options_sum = (uint16_t)(place * 40503u >> 3),
        .seq = numbers->next[from],
        .ack = flags & A ? numbers->next[!from] : 0,
        .payload = payload,
        .frame = place + 1,
        .time = (int64_t)place * 50 * MICROSECOND,
        .server_hint = 1,
    };
    if (flags & S) {
        segment->options = TCPSTATE_OPTION_WINDOW_SCALE;
        segment->window_scale = 8;
    }
    numbers->next[from] = tcpstate_segment_next(segment);
}

/* The place-th segment of a short connection. */
static void send_short(struct tcpstate_segment *segment, struct numbers *numbers, unsigned place, unsigned which)
{
    static const struct {
        uint8_t from, flags;
        uint32_t payload;
    } figure[PER_CONNECTION] = {
        { 0, S, 0 }, { 1, S | A, 0 }, { 0, A, 0 }, { 0, P | A, 37 }, { 1, P | A, 42 }, { 0, F | A, 0 },
        { 1, F | A, 0 }, { 0, A, 0 },
    };

    send(segment, numbers, place, figure[which].from, figure[which].flags, figure[which].payload);
}

static void make_bulk(void)
{
    struct numbers numbers = { { 1000, 5000 } };

    for (unsigned i = 0; i < SEGMENTS; i++) {
        if (i < 3)
            send_short(&segments[i], &numbers, i, i);
        else
            send(&segments[i], &numbers, i, i % 3 != 2, i % 3 == 1 ? P | A : A, i % 3 != 2 ? SEGMENT_SIZE : 0);
    }
}

static void make_short(void)
{
    struct numbers numbers[AT_ONCE];

    for (unsigned i = 0; i < SEGMENTS; i++) {
        unsigned which = i / AT_ONCE % PER_CONNECTION;

        if (which == 0)
            numbers[i % AT_ONCE] = (struct numbers){ { i * 64021u, i * 97001u } };
        send_short(&segments[i], &numbers[i % AT_ONCE], i, which);
    }
}

static void observe_alone(struct tcpstate_connection *latest, const struct tcpstate_connection *before,
                          struct tcpstate_connection *after, const struct tcpstate_segment *segment, int64_t two_msl,
                          struct tcpstate_observation *observation)
{
    struct tcpstate_remembered remembered = { .latest = latest, .next = after };

    (void)before;
    tcpstate_observe(&remembered, segment, two_msl, observation);
}

static void observe_bulk(void)
{
    struct tcpstate_observation observation;
    unsigned sum = 0;

    tcpstate_connection_begin(&connections[0]);
    for (unsigned i = 0; i < SEGMENTS; i++) {
        observe_alone(&connections[0], NULL, &next, &segments[i], TCPSTATE_DEFAULT_2MSL, &observation);
        sum += observation.step != TCPSTATE_STEP_NONE;
    }
    steps = sum;
}

typedef void observer(struct tcpstate_connection *latest, const struct tcpstate_connection *before,
                      struct tcpstate_connection *next, const struct tcpstate_segment *segment, int64_t two_msl,
                      struct tcpstate_observation *observation);

static inline void observe_connections(observer *observe)
{
    struct tcpstate_observation observation;
    unsigned sum = 0;

    for (unsigned i = 0; i < SEGMENTS; i++) {
        struct tcpstate_connection *connection = &connections[i % AT_ONCE];

        if (i / AT_ONCE % PER_CONNECTION == 0)
            tcpstate_connection_begin(connection);
        observe(connection, NULL, &next, &segments[i], TCPSTATE_DEFAULT_2MSL, &observation);
        sum += observation.step != TCPSTATE_STEP_NONE;
    }
    steps = sum;
}

static void observe_short(void)
{
    observe_connections(observe_alone);
}

static void observe_slow_path(void)
{
    observe_connections(tcpstate_take_slow_path);
}

static double now(void)
{
    struct timespec time;

    /* The processor's time: what other programs take of it is not the core's cost. */
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* The median of several repetitions; false if the traffic was not understood. */
static bool measure(const char *name, void (*make)(void), void (*observe)(void), unsigned expected)
{
    double took[REPETITIONS];

    make();
    observe(); /* once to warm up */
    for (unsigned i = 0; i < REPETITIONS; i++) {
        double begun = now();

        observe();
        took[i] = now() - begun;
    }
    qsort(took, REPETITIONS, sizeof took[0], compare);
    printf("%s\t%.1f\t%.1f\t%.1f\n", name, SEGMENTS / took[REPETITIONS / 2] / 1e6,
           SEGMENTS / took[REPETITIONS - 1] / 1e6, SEGMENTS / took[0] / 1e6);
    if (steps != expected)
        fprintf(stderr, "bench-core: %s: %u steps, not %u\n", name, steps, expected);
    return steps == expected;
}

int main(void)
{
    segments = calloc(SEGMENTS, sizeof *segments);
    if (!segments)
        return 1;
    printf("shape\tmedian, million segments per second\tslowest\tfastest\n");
    /* Bulk: the handshake and the first data; short: each of the eight is a step. */
    bool understood = measure("bulk", make_bulk, observe_bulk, 4);
    understood &= measure("short", make_short, observe_short, SEGMENTS);
    understood &= measure("short, no fast path", make_short, observe_slow_path, SEGMENTS);
    free(segments);
    return !understood;
}
