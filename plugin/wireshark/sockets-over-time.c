/* sockets-over-time.c - how many sockets each host has, every so many seconds; see sockets-over-time.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sockets-over-time.h"

#include <stdlib.h>

#include "capture.h"
#include "census.h"
#include "four-tuples.h"
#include "incarnations.h"
#include "wording.h"

#define MOST_MOMENTS 1000000
#define MOST_HOSTS 20

/* One end of a connection has a socket in a state from then on, or not any more. */
struct change {
    int64_t time;
    uint32_t where; /* while it is fed: which stand of the census; then: which host */
    uint8_t state, end;
    bool inferred;
    int8_t by; /* 1 or -1 */
};

struct tcpstate_over_time {
    struct tcpstate_census census;
    GArray *changes; /* struct change, as they come */
    int64_t every;   /* nanoseconds */
    char *host;      /* or NULL: all */
};

/* ---- As it is fed ---- */

static void note(void *whom, const struct tcpstate_stand *stand, int end, int by, int64_t now)
{
    const struct tcpstate_over_time *over_time = (const struct tcpstate_over_time *)whom;
    struct change change = { .time = MAX(now, over_time->census.moment), .state = stand->state[end], .end = (uint8_t)end, .inferred = stand->inferred[end],
                             .by = (int8_t)by };

    tcpstate_per_connection_find(&over_time->census.stands, stand->incarnation, &change.where);
    g_array_append_val(over_time->changes, change);
}

struct tcpstate_over_time *tcpstate_over_time_new(double every, const char *host)
{
    struct tcpstate_over_time *over_time = g_new0(struct tcpstate_over_time, 1);

    tcpstate_census_begin(&over_time->census, note, over_time);
    over_time->changes = g_array_new(FALSE, FALSE, sizeof(struct change));
    over_time->every = (int64_t)CLAMP(every * 1e9, 1, 1e18);
    over_time->host = g_strdup(host);
    return over_time;
}

void tcpstate_over_time_free(struct tcpstate_over_time *over_time)
{
    tcpstate_census_end(&over_time->census);
    g_array_free(over_time->changes, TRUE);
    g_free(over_time->host);
    g_free(over_time);
}

void tcpstate_over_time_take(struct tcpstate_over_time *over_time, const struct tcpstate_tapped *tapped)
{
    tcpstate_census_take(&over_time->census, tapped);
}

void tcpstate_over_time_clear(struct tcpstate_over_time *over_time)
{
    tcpstate_census_clear(&over_time->census);
    g_array_set_size(over_time->changes, 0);
}

void tcpstate_over_time_select(struct tcpstate_over_time *over_time, tcpstate_selects *wanted, const void *whom)
{
    for (unsigned i = 0; i < over_time->census.stands.count; i++) {
        struct tcpstate_stand *stand = tcpstate_census_at(&over_time->census, i);
        if (!wanted(stand->incarnation, whom))
            stand->incarnation = NULL;
    }
}

/* ---- The hosts ---- */

#define NOT_ASKED 0
#define NOT_WANTED UINT32_MAX

/* They are numbered from 1, in the order in which they were met. */
struct hosts {
    const struct tcpstate_over_time *over_time;
    GPtrArray *names;    /* NULL: all that have no rows of their own */
    GHashTable *numbers; /* by name */
    uint32_t (*ends)[2]; /* by stand: on which host each end is; NOT_ASKED yet; NOT_WANTED */
    wmem_allocator_t *pool;
};

static void begin_hosts(struct hosts *hosts, const struct tcpstate_over_time *over_time)
{
    hosts->over_time = over_time;
    hosts->names = g_ptr_array_new_with_free_func(g_free);
    hosts->numbers = g_hash_table_new(g_str_hash, g_str_equal);
    hosts->ends = (uint32_t(*)[2])g_new0(uint32_t, (gsize)over_time->census.stands.count * 2);
    hosts->pool = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
}

static void end_hosts(struct hosts *hosts)
{
    g_hash_table_destroy(hosts->numbers);
    g_ptr_array_free(hosts->names, TRUE);
    g_free(hosts->ends);
    wmem_destroy_allocator(hosts->pool);
}

static const char *name_of(const struct hosts *hosts, uint32_t number)
{
    return (const char *)g_ptr_array_index(hosts->names, number - 1);
}

static uint32_t number_of(struct hosts *hosts, const char *name)
{
    uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(hosts->numbers, name));

    if (number == 0) {
        char *kept = g_strdup(name);
        g_ptr_array_add(hosts->names, kept);
        number = hosts->names->len;
        g_hash_table_insert(hosts->numbers, kept, GUINT_TO_POINTER(number));
    }
    return number;
}

static uint32_t find_host(struct hosts *hosts, unsigned where, int end)
{
    const struct tcpstate_over_time *over_time = hosts->over_time;
    const struct tcpstate_stand *stand = tcpstate_census_at(&over_time->census, where);
    struct tcpstate_pair pair;

    if (!stand->incarnation)
        return NOT_WANTED;
    tcpstate_four_tuple_pair(stand->incarnation->tuple, &pair);
    wmem_free_all(hosts->pool);
    const char *name = tcpstate_address_text(hosts->pool, &pair, end, false);
    return over_time->host && strcmp(over_time->host, name) != 0 ? NOT_WANTED : number_of(hosts, name);
}

/* On which host an end is: many changes are of one end. */
static uint32_t host_of(struct hosts *hosts, unsigned where, int end)
{
    uint32_t *host = &hosts->ends[where][end];

    if (*host == NOT_ASKED)
        *host = find_host(hosts, where, end);
    return *host;
}

/* ---- In the order of time ---- */

static int by_time(gconstpointer a, gconstpointer b)
{
    const struct change *one = (const struct change *)a, *other = (const struct change *)b;

    return one->time < other->time ? -1 : one->time > other->time;
}

/* The changes by host, and those that no segment shows: TIME_WAITs end. */
static GArray *in_order(const struct tcpstate_over_time *over_time, struct hosts *hosts)
{
    GArray *ordered = g_array_new(FALSE, FALSE, sizeof(struct change));

    for (guint i = 0; i < over_time->changes->len; i++) {
        struct change change = g_array_index(over_time->changes, struct change, i);
        const struct tcpstate_stand *stand = tcpstate_census_at(&over_time->census, change.where);
        change.where = host_of(hosts, change.where, change.end);
        if (change.where == NOT_WANTED)
            continue;
        if (change.state == TCPSTATE_TIME_WAIT && change.by < 0)
            change.time = MIN(change.time, tcpstate_incarnation_time_wait_ends(stand->incarnation) + 1);
        g_array_append_val(ordered, change);
    }
    for (unsigned i = 0; i < over_time->census.stands.count; i++) {
        const struct tcpstate_stand *stand = tcpstate_census_at(&over_time->census, i);
        for (int end = 0; end < 2; end++) {
            if (stand->over || stand->state[end] != TCPSTATE_TIME_WAIT || host_of(hosts, i, end) == NOT_WANTED)
                continue;
            const struct change change = { .time = tcpstate_incarnation_time_wait_ends(stand->incarnation) + 1,
                                           .where = host_of(hosts, i, end), .state = TCPSTATE_TIME_WAIT,
                                           .inferred = stand->inferred[end], .by = -1 };
            g_array_append_val(ordered, change);
        }
    }
    g_array_sort(ordered, by_time);
    return ordered;
}

/* ---- Rows of their own ---- */

/* How many sockets a host has, and has had at most. */
struct peak {
    uint32_t host;
    int now, most;
};

static int highest_first(const void *a, const void *b)
{
    const struct peak *one = (const struct peak *)a, *other = (const struct peak *)b;

    if (one->most != other->most)
        return one->most < other->most ? 1 : -1;
    return one->host < other->host ? -1 : 1;
}

/* Of many hosts those that had the most sockets at once keep their rows, and the earlier of two alike; all
 * others are counted as one, or a scan would be told row by row. */
static void gather_others(struct hosts *hosts, GArray *changes)
{
    const guint all = hosts->names->len;

    if (all <= MOST_HOSTS)
        return;
    struct peak *peaks = g_new0(struct peak, all);
    bool *kept = g_new0(bool, all);
    for (guint i = 0; i < all; i++)
        peaks[i].host = i;
    for (guint i = 0; i < changes->len; i++) {
        const struct change *change = &g_array_index(changes, struct change, i);
        struct peak *peak = &peaks[change->where - 1];
        peak->now += change->by;
        peak->most = MAX(peak->most, peak->now);
    }
    qsort(peaks, all, sizeof *peaks, highest_first);
    for (guint i = 0; i < MOST_HOSTS; i++)
        kept[peaks[i].host] = true;
    for (guint i = 0; i < changes->len; i++) {
        struct change *change = &g_array_index(changes, struct change, i);
        if (!kept[change->where - 1])
            change->where = all + 1;
    }
    g_ptr_array_add(hosts->names, NULL);
    g_free(peaks);
    g_free(kept);
}

/* ---- Moment after moment ---- */

/* How many there are of one host in one state. */
struct count {
    uint32_t host;
    uint8_t state;
    int number, inferred; /* below 0 only where time goes back */
    bool told;            /* that there are any */
};

static int by_host_and_state(gconstpointer a, gconstpointer b, gpointer unused _U_)
{
    const struct count *one = (const struct count *)a, *other = (const struct count *)b;

    if (one->host != other->host)
        return one->host < other->host ? -1 : 1;
    return (int)one->state - (int)other->state;
}

static void count_change(GSequence *counts, const struct change *change)
{
    struct count key = { .host = change->where, .state = change->state };
    GSequenceIter *found = g_sequence_lookup(counts, &key, by_host_and_state, NULL);

    if (!found) {
        struct count *made = g_new(struct count, 1);
        *made = key;
        found = g_sequence_insert_sorted(counts, made, by_host_and_state, NULL);
    }
    struct count *count = (struct count *)g_sequence_get(found);
    count->number += change->by;
    if (change->inferred)
        count->inferred += change->by;
}

static void tell_moment(GSequence *counts, const struct hosts *hosts, int64_t moment,
                        void (*tell)(const struct tcpstate_moment_count *count))
{
    for (GSequenceIter *at = g_sequence_get_begin_iter(counts), *next; !g_sequence_iter_is_end(at); at = next) {
        struct count *count = (struct count *)g_sequence_get(at);
        const struct tcpstate_moment_count told = { moment, name_of(hosts, count->host),
                                                    (enum tcpstate_state)count->state, (unsigned)MAX(count->number, 0),
                                                    (unsigned)MAX(count->inferred, 0) };
        next = g_sequence_iter_next(at);
        if (count->told || told.number > 0)
            tell(&told);
        count->told = told.number > 0;
        if (count->number == 0)
            g_sequence_remove(at);
    }
}

bool tcpstate_over_time_is_too_often(const struct tcpstate_over_time *over_time)
{
    return tcpstate_capture_lasts(over_time->census.start) / over_time->every >= MOST_MOMENTS;
}

void tcpstate_over_time_tell(const struct tcpstate_over_time *over_time,
                             void (*tell)(const struct tcpstate_moment_count *count))
{
    const int64_t lasts = MAX(tcpstate_capture_lasts(over_time->census.start), 0);
    struct hosts hosts;
    begin_hosts(&hosts, over_time);
    GArray *changes = in_order(over_time, &hosts);
    gather_others(&hosts, changes);
    GSequence *counts = g_sequence_new(g_free);
    guint at = 0;
    for (int64_t moment = 0, next; moment <= lasts; moment = next) {
        for (; at < changes->len && g_array_index(changes, struct change, at).time <= over_time->census.start + moment; at++)
            count_change(counts, &g_array_index(changes, struct change, at));
        tell_moment(counts, &hosts, moment, tell);
        next = moment == lasts ? lasts + 1 : MIN(moment + over_time->every, lasts);
    }
    g_sequence_free(counts);
    g_array_free(changes, TRUE);
    end_hosts(&hosts);
}
