/* counts.c - how many ends of connections are in a state, after each frame; see counts.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A number is the sum of what changed it, frame by frame.  Only a TIME_WAIT ends
 * between frames: it is kept as a time, and has ended for all frames behind that.
 */
#include "counts.h"

#include "beside.h"
#include "capture.h"
#include "census.h"
#include "connections.h"
#include "four-tuples.h"
#include "host.h"
#include "incarnations.h"
#include "preferences.h"

/* After this frame it is so many; while they are gathered: so many more. */
struct change {
    uint32_t frame;
    int32_t number;
};

static struct {
    GArray *changes[TCPSTATE_STATES][2]; /* struct change: of all ends, and of those that are there by inference */
    GArray *time_waits[2];               /* int64_t, when they end: likewise */
    uint32_t frames;                     /* of the capture, when it was counted; 0: it was not */
} counts;

/* Of what begins with the number of a frame. */
static int by_frame(gconstpointer a, gconstpointer b)
{
    const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

    return one < other ? -1 : one > other;
}

/* ---- A connection, from its first entry on ---- */

struct walk {
    bool counted;                     /* the ends hold it, by the four-tuple's other connections */
    struct tcpstate_standing ends[2];
    bool is_in[2][2];                 /* each end is in its state; is there by inference */
    int64_t time_wait_ends;
    int64_t closed[2];                /* when an end that is CLOSED at last became so */
};

/* One end is not in its state any more, from this frame and time on; TCPSTATE_NO_TIME: for ever. */
static void leave(struct walk *walk, int end, bool inferred, uint32_t frame, int64_t time)
{
    const enum tcpstate_state state = (enum tcpstate_state)walk->ends[end].after;
    const struct change change = { frame, -1 };

    if (!walk->is_in[end][inferred])
        return;
    walk->is_in[end][inferred] = false;
    if (state == TCPSTATE_TIME_WAIT && (frame == UINT32_MAX || (time != TCPSTATE_NO_TIME && time > walk->time_wait_ends)))
        g_array_append_val(counts.time_waits[inferred], walk->time_wait_ends);
    else if (frame != UINT32_MAX)
        g_array_append_val(counts.changes[state][inferred], change);
}

static void enter(struct walk *walk, int end, bool inferred, uint32_t frame)
{
    const struct change change = { frame, 1 };

    if (walk->is_in[end][inferred] || !walk->counted || (inferred && !walk->ends[end].after_inferred)
        || !tcpstate_has_socket((enum tcpstate_state)walk->ends[end].after))
        return;
    walk->is_in[end][inferred] = true;
    g_array_append_val(counts.changes[walk->ends[end].after][inferred], change);
}

/* From this frame on the ends stand so. */
static void stand(struct walk *walk, uint32_t frame, const struct tcpstate_standing ends[2])
{
    for (int end = 0; end < 2; end++) {
        const bool moves = walk->ends[end].after != ends[end].after;
        const int64_t time = ends[end].after == TCPSTATE_CLOSED ? walk->closed[end] : TCPSTATE_NO_TIME;
        if (moves)
            leave(walk, end, false, frame, time);
        if (moves || !ends[end].after_inferred)
            leave(walk, end, true, frame, time);
        walk->ends[end] = ends[end];
        enter(walk, end, false, frame);
        enter(walk, end, true, frame);
    }
}

/* From this frame on the four-tuple is another connection's, or this one's, too. */
static void set_counted(struct walk *walk, bool counted, uint32_t frame, int64_t time)
{
    walk->counted = counted;
    for (int end = 0; end < 2; end++)
        for (int inferred = 0; inferred < 2; inferred++) {
            if (counted)
                enter(walk, end, inferred, frame);
            else
                leave(walk, end, inferred, frame, time);
        }
}

/* What happened to a connection, in order: its entries, and what the next ones of its four-tuple do to it. */
struct happened {
    uint32_t frame;
    enum { ENTRY, GOES_ON, ENDS } kind;
    int64_t time; /* of ENDS */
    struct tcpstate_standing ends[2];
};

static void gather_entry(void *whom, const struct tcpstate_entry *entry)
{
    struct happened one = { .frame = entry->frame, .kind = ENTRY };

    tcpstate_entry_standings(entry, one.ends);
    g_array_append_val((GArray *)whom, one);
}

static void gather_end(GArray *all, const struct tcpstate_incarnation *later)
{
    const struct happened one = { .frame = later->first_frame, .kind = ENDS,
                                  .time = tcpstate_incarnation_moments(later)[TCPSTATE_MOMENT_FIRST] };

    g_array_append_val(all, one);
}

static void gather(GArray *all, const struct tcpstate_incarnation *incarnation, const struct tcpstate_incarnation *const later[2])
{
    g_array_set_size(all, 0);
    tcpstate_incarnation_entries(incarnation, gather_entry, all);
    if (!later[0])
        return;
    gather_end(all, later[0]);
    if (incarnation->goes_on) {
        const struct happened one = { .frame = tcpstate_beside_since(later[0]), .kind = GOES_ON };
        g_array_append_val(all, one);
        if (later[1])
            gather_end(all, later[1]);
    }
    g_array_sort(all, by_frame); /* of one frame in any order: a connection has no entry where its next one begins */
}

static void take_connection(void *whom, const struct tcpstate_incarnation *incarnation,
                            const struct tcpstate_incarnation *const later[2])
{
    GArray *all = (GArray *)whom;
    const struct tcpstate_endpoint *ends = tcpstate_incarnation_look(incarnation)->ends;
    struct walk walk = { .counted = true, .time_wait_ends = tcpstate_incarnation_time_wait_ends(incarnation),
                         .closed = { ends[0].since, ends[1].since } };

    walk.ends[0].after = walk.ends[1].after = TCPSTATE_UNKNOWN;
    gather(all, incarnation, later);
    for (guint i = 0; i < all->len; i++) {
        const struct happened *one = &g_array_index(all, struct happened, i);
        if (one->kind == ENTRY)
            stand(&walk, one->frame, one->ends);
        else
            set_counted(&walk, one->kind == GOES_ON, one->frame, one->time);
    }
    set_counted(&walk, false, UINT32_MAX, TCPSTATE_NO_TIME);
}

/* ---- All of them ---- */

static int by_time(gconstpointer a, gconstpointer b)
{
    const int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

    return one < other ? -1 : one > other;
}

/* From how many more to how many. */
static void add_up(GArray *changes)
{
    int32_t number = 0;

    g_array_sort(changes, by_frame);
    for (guint i = 0; i < changes->len; i++) {
        struct change *change = &g_array_index(changes, struct change, i);
        number += change->number;
        change->number = number;
    }
}

static void forget(void)
{
    for (int inferred = 0; inferred < 2 && counts.frames != 0; inferred++) {
        g_array_free(counts.time_waits[inferred], TRUE);
        for (int state = 0; state < TCPSTATE_STATES; state++)
            g_array_free(counts.changes[state][inferred], TRUE);
    }
    counts.frames = 0;
}

static void count_all(void)
{
    GArray *happened = g_array_new(FALSE, FALSE, sizeof(struct happened));

    forget();
    counts.frames = tcpstate_capture_frames();
    for (int inferred = 0; inferred < 2; inferred++) {
        counts.time_waits[inferred] = g_array_new(FALSE, FALSE, sizeof(int64_t));
        for (int state = 0; state < TCPSTATE_STATES; state++)
            counts.changes[state][inferred] = g_array_new(FALSE, FALSE, sizeof(struct change));
    }
    tcpstate_four_tuples_each(take_connection, happened);
    g_array_free(happened, TRUE);
    for (int inferred = 0; inferred < 2; inferred++) {
        g_array_sort(counts.time_waits[inferred], by_time);
        for (int state = 0; state < TCPSTATE_STATES; state++)
            add_up(counts.changes[state][inferred]);
    }
}

/* ---- Who asks ---- */

void tcpstate_counts_register(void)
{
    tcpstate_on_file(NULL, forget);
}

/* How many pieces of a list, of `size` each, are less than this one, or not more. */
static guint up_to(const GArray *list, guint size, gconstpointer one, GCompareFunc compare, bool equal)
{
    guint low = 0, high = list->len;

    while (low < high) {
        const guint middle = low + (high - low) / 2;
        const int order = compare(list->data + (size_t)middle * size, one);
        if (order < 0 || (equal && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool tcpstate_counts_after(uint32_t frame, int64_t time, enum tcpstate_state state, bool inferred, uint32_t *number)
{
    const struct change at = { frame, 0 };

    if (counts.frames == 0 || (counts.frames != tcpstate_capture_frames() && frame > counts.frames))
        count_all();
    if (state == TCPSTATE_TIME_WAIT && tcpstate_capture_goes_back() >= tcpstate_two_msl())
        return false;
    const GArray *changes = counts.changes[state][inferred];
    const guint changed = up_to(changes, sizeof at, &at, by_frame, true);
    *number = changed > 0 ? (uint32_t)g_array_index(changes, struct change, changed - 1).number : 0;
    if (state == TCPSTATE_TIME_WAIT)
        *number -= up_to(counts.time_waits[inferred], sizeof time, &time, by_time, false);
    return true;
}
