/* connections.c - from a segment to its connection, and the timelines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark's tcp.stream names a conversation, and it starts a new one at any
 * SYN with a new ISN, even an old duplicate's.  The core says whether that
 * opens a new connection; if not, the new stream is one more name of the
 * connection that is there.  A stream never changes its connection, so a
 * stream's number leads to it directly.
 */
#include "connections.h"

#include <string.h>

#include "preferences.h"

/* One entry of a timeline.  The frames are in order. */
struct event {
    uint32_t frame;
    uint32_t answers;     /* frame */
    uint32_t value;       /* by step: application protocol + 1, or what a failed check expected */
    uint16_t repeats;
    uint8_t step;
    uint8_t layer;
    uint8_t before;       /* two states, 4 bits each */
    uint8_t after;
    uint8_t marks;        /* MARK_* */
    uint8_t checks;       /* checks made, 4 bits; failed, 4 bits */
    uint32_t stayed[2];   /* shortened times, see shorten() */
    uint32_t elapsed;     /* of a RST: since its sender's last segment; else since it was first sent */
};

enum {
    MARK_BEFORE_INFERRED_0 = 0x01,
    MARK_BEFORE_INFERRED_1 = 0x02,
    MARK_AFTER_INFERRED_0 = 0x04,
    MARK_AFTER_INFERRED_1 = 0x08,
    MARK_CLIENT_0 = 0x10, /* endpoint 0 is the client */
    MARK_CLIENT_1 = 0x20,
    MARK_ROLES_INFERRED = 0x40,
    MARK_TTL_DIFFERS = 0x80,
};

/* A number that holds from a frame on.  Nearly always there is one for the
 * whole connection; where it changes, the changes are kept too, so that a
 * later visit to an earlier frame shows what was known there. */
struct since {
    uint32_t frame, number;
};

struct history {
    struct since first; /* .frame is 0 while nothing is known */
    struct since *later;
    uint32_t count, room;
};

struct tcpstate_life {
    struct tcpstate_connection connection;
    const struct tcpstate_pair *pair;
    struct history isn[2]; /* initial sequence numbers, by endpoint */
    struct history stream; /* tcp.stream */
    struct event *events;
    uint32_t count, room;
    uint32_t first_frame;
    bool over;
    struct tcpstate_outcome outcome; /* with .over: as it ended */
    int application; /* protocol of the first data that told it, or -1 */
    const struct tcpstate_life *before; /* the one that had the four-tuple before, or NULL */
};

/* A four-tuple, and its connections one after another. */
struct tuple {
    struct tcpstate_pair pair;
    struct tcpstate_life *latest;
    struct tcpstate_life **lives; /* all, if there was more than one */
    uint32_t count, room;
};

/* A frame that is not ordinary: its readings. */
struct kept {
    uint32_t frame;
    unsigned count;
    struct tcpstate_reading readings[];
};

static wmem_map_t *tuples;               /* struct tcpstate_pair -> struct tuple */
static struct tcpstate_life **by_stream; /* tcp.stream -> its connection */
static uint32_t streams;                 /* room in by_stream */
static wmem_map_t *kept_frames;          /* frame number -> struct kept */

static unsigned pair_hash(const void *key)
{
    return wmem_strong_hash((const uint8_t *)key, sizeof(struct tcpstate_pair));
}

static gboolean pair_equal(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct tcpstate_pair)) == 0;
}

static void begin_file(void)
{
    tuples = wmem_map_new(wmem_file_scope(), pair_hash, pair_equal);
    kept_frames = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
    by_stream = NULL;
    streams = 0;
}

static void end_file(void)
{
    tuples = NULL; /* the file scope frees it all */
    kept_frames = NULL;
    by_stream = NULL;
    streams = 0;
}

void tcpstate_connections_register(void)
{
    register_init_routine(begin_file);
    register_cleanup_routine(end_file);
}

static struct tcpstate_life *life_of_stream(uint32_t stream)
{
    return stream < streams ? by_stream[stream] : NULL;
}

static void name_stream(uint32_t stream, struct tcpstate_life *life)
{
    if (stream >= streams) {
        uint32_t room = MAX(stream + 1, streams * 2);
        by_stream = (struct tcpstate_life **)wmem_realloc(wmem_file_scope(), by_stream,
                                                          room * sizeof *by_stream);
        memset(by_stream + streams, 0, (room - streams) * sizeof *by_stream);
        streams = room;
    }
    by_stream[stream] = life;
}

/* An array with room for one more. */
static void *grow(void *array, uint32_t count, uint32_t *room, uint32_t least, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : least;
    return wmem_realloc(wmem_file_scope(), array, *room * size);
}

static void note(struct history *history, uint32_t frame, uint32_t number)
{
    if (history->first.frame == 0) {
        history->first = (struct since){ frame, number };
        return;
    }
    if (number == (history->count ? history->later[history->count - 1].number : history->first.number))
        return;
    history->later = (struct since *)grow(history->later, history->count, &history->room, 2,
                                          sizeof *history->later);
    history->later[history->count++] = (struct since){ frame, number };
}

static bool recall(const struct history *history, uint32_t frame, uint32_t *number)
{
    uint32_t low = 0, high = history->count;

    if (history->first.frame == 0 || frame < history->first.frame)
        return false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (history->later[middle].frame <= frame)
            low = middle + 1;
        else
            high = middle;
    }
    *number = low > 0 ? history->later[low - 1].number : history->first.number;
    return true;
}

/* The connection that a four-tuple had at a frame. */
static struct tcpstate_life *life_at(const struct tuple *tuple, uint32_t frame)
{
    uint32_t low = 0, high = tuple->count;

    if (tuple->count == 0)
        return tuple->latest && tuple->latest->first_frame <= frame ? tuple->latest : NULL;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (tuple->lives[middle]->first_frame <= frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? tuple->lives[low - 1] : NULL;
}

static void add_life(struct tuple *tuple, struct tcpstate_life *life)
{
    if (tuple->latest) {
        tuple->lives = (struct tcpstate_life **)grow(tuple->lives, tuple->count, &tuple->room, 4,
                                                     sizeof *tuple->lives);
        if (tuple->count == 0)
            tuple->lives[tuple->count++] = tuple->latest;
        tuple->lives[tuple->count++] = life;
    }
    tuple->latest = life;
}

/* The connection of a stream that has not been met before. */
static struct tcpstate_life *open_stream(const struct tcpstate_reading *reading)
{
    struct tuple *tuple = (struct tuple *)wmem_map_lookup(tuples, &reading->pair);

    if (!tuple) {
        tuple = wmem_new0(wmem_file_scope(), struct tuple);
        tuple->pair = reading->pair;
        wmem_map_insert(tuples, &tuple->pair, tuple);
    }
    struct tcpstate_life *before = tuple->latest;
    if (before && !tcpstate_opens_new_connection(&before->connection, &reading->segment)) {
        name_stream(reading->stream, before);
        return before;
    }
    struct tcpstate_life *life = wmem_new0(wmem_file_scope(), struct tcpstate_life);
    tcpstate_connection_begin(&life->connection, before ? &before->connection : NULL);
    life->pair = &tuple->pair;
    life->first_frame = reading->segment.frame;
    life->application = -1;
    life->before = before;
    add_life(tuple, life);
    name_stream(reading->stream, life);
    return life;
}

/* A time in 32 bits: microseconds up to 35 minutes, milliseconds up to 24
 * days.  Both visits show the shortened time, so both show the same. */
#define NO_TIME UINT32_MAX
#define IN_MILLISECONDS UINT32_C(0x80000000)

static uint32_t shorten(int64_t nanoseconds)
{
    if (nanoseconds < 0)
        return NO_TIME;
    if (nanoseconds / 1000 < IN_MILLISECONDS)
        return (uint32_t)(nanoseconds / 1000);
    int64_t milliseconds = nanoseconds / 1000000;
    return milliseconds < INT32_MAX ? (uint32_t)milliseconds | IN_MILLISECONDS : NO_TIME - 1;
}

static int64_t lengthen(uint32_t time)
{
    if (time == NO_TIME)
        return -1;
    return time & IN_MILLISECONDS ? (int64_t)(time & ~IN_MILLISECONDS) * 1000000 : (int64_t)time * 1000;
}

static void append(struct tcpstate_life *life, const struct tcpstate_reading *reading,
                   const struct tcpstate_observation *seen, int application)
{
    life->events = (struct event *)grow(life->events, life->count, &life->room, 8, sizeof *life->events);
    bool is_reset = reading->segment.flags & TCPSTATE_FLAG_RST;
    struct event *event = &life->events[life->count++];
    *event = (struct event){
        .frame = reading->segment.frame,
        .layer = reading->layer,
        .answers = seen->answers,
        .repeats = seen->repeats,
        .step = (uint8_t)seen->step,
        .before = (uint8_t)(seen->ends[0].before | seen->ends[1].before << 4),
        .after = (uint8_t)(seen->ends[0].after | seen->ends[1].after << 4),
        .checks = (uint8_t)(seen->checks | seen->failed << 4),
        .stayed = { shorten(seen->stayed[0]), shorten(seen->stayed[1]) },
        .elapsed = shorten(is_reset ? seen->reset_after : seen->repeats_after),
        .marks = (uint8_t)((seen->ends[0].before_inferred ? MARK_BEFORE_INFERRED_0 : 0)
                           | (seen->ends[1].before_inferred ? MARK_BEFORE_INFERRED_1 : 0)
                           | (seen->ends[0].after_inferred ? MARK_AFTER_INFERRED_0 : 0)
                           | (seen->ends[1].after_inferred ? MARK_AFTER_INFERRED_1 : 0)
                           | (seen->client == 0 ? MARK_CLIENT_0 : 0)
                           | (seen->client == 1 ? MARK_CLIENT_1 : 0)
                           | (seen->roles_inferred ? MARK_ROLES_INFERRED : 0)
                           | (seen->reset_ttl_differs ? MARK_TTL_DIFFERS : 0)),
    };
    if (tcpstate_step_is_first_data(seen->step) && !seen->failed)
        event->value = (uint32_t)(application + 1);
    else if (is_reset)
        event->value = (uint32_t)seen->reset_number;
    else
        event->value = seen->expected;
}

bool tcpstate_life_isn(const struct tcpstate_life *life, int endpoint, uint32_t frame, uint32_t *isn)
{
    return recall(&life->isn[endpoint & 1], frame, isn);
}

/* Keep the outcome as it is when the connection ends; an attempt that failed
 * and then succeeded after all has not ended. */
static void note_end(struct tcpstate_life *life, const struct tcpstate_observation *seen)
{
    if (seen->over) {
        tcpstate_outcome(&life->connection, &life->outcome);
        life->over = true;
    } else if (life->over && life->connection.end == TCPSTATE_ENDING_NONE) {
        life->over = false;
    }
}

void tcpstate_connections_take(const struct tcpstate_reading *reading, struct tcpstate_sight *sight)
{
    struct tcpstate_life *life = life_of_stream(reading->stream);

    if (!life)
        life = open_stream(reading);
    if (life->before)
        tcpstate_restore(&life->connection, &life->before->connection, &reading->segment);
    tcpstate_observe(&life->connection, &reading->segment, tcpstate_two_msl(), &sight->seen);
    sight->life = life;
    /* An answer that is still incomplete has no protocol of its own yet; the
     * question's will do. */
    sight->application = -1;
    if (tcpstate_step_is_first_data(sight->seen.step) && !sight->seen.failed) {
        if (reading->application >= 0)
            life->application = reading->application;
        sight->application = reading->application == TCPSTATE_UNTOLD ? life->application : reading->application;
    }
    sight->later = false;
    if (sight->seen.step == TCPSTATE_STEP_NONE && reading->plain != TCPSTATE_STEP_NONE) {
        sight->seen.step = sight->seen.copy ? TCPSTATE_STEP_COPY : (enum tcpstate_step)reading->plain;
        sight->seen.changed = true;
    }
    for (int i = 0; i < 2; i++)
        sight->seen.stayed[i] = lengthen(shorten(sight->seen.stayed[i]));
    sight->seen.reset_after = lengthen(shorten(sight->seen.reset_after));
    sight->seen.repeats_after = lengthen(shorten(sight->seen.repeats_after));
    note_end(life, &sight->seen);
    note(&life->stream, reading->segment.frame, reading->stream);
    for (int i = 0; i < 2 && sight->seen.changed; i++) {
        uint32_t isn;
        if (tcpstate_isn(&life->connection, i, &isn))
            note(&life->isn[i], reading->segment.frame, isn);
    }
    if (sight->seen.changed || life->count == 0)
        append(life, reading, &sight->seen, sight->application);
}

bool tcpstate_connections_take_quoted(struct tcpstate_reading *reading, struct tcpstate_sight *sight)
{
    const struct tuple *tuple = (const struct tuple *)wmem_map_lookup(tuples, &reading->pair);
    struct tcpstate_life *life = tuple ? tuple->latest : NULL;

    if (!life)
        return false;
    tcpstate_observe_unreachable(&life->connection, &reading->segment, &sight->seen);
    if (!sight->seen.changed || !recall(&life->stream, reading->segment.frame, &reading->stream))
        return false;
    sight->life = life;
    sight->application = -1;
    sight->later = false;
    note_end(life, &sight->seen);
    append(life, reading, &sight->seen, -1);
    return true;
}

/* The last entry not after this frame and layer, or NULL. */
static const struct event *event_at(const struct tcpstate_life *life, uint32_t frame, uint8_t layer)
{
    uint32_t low = 0, high = life->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct event *event = &life->events[middle];
        if (event->frame < frame || (event->frame == frame && event->layer <= layer))
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &life->events[low - 1] : NULL;
}

void tcpstate_connections_keep(uint32_t frame, const struct tcpstate_reading *readings, unsigned count)
{
    struct kept *kept = (struct kept *)wmem_alloc(wmem_file_scope(),
                                                  sizeof *kept + count * sizeof *readings);

    kept->frame = frame;
    kept->count = count;
    memcpy(kept->readings, readings, count * sizeof *readings);
    wmem_map_insert(kept_frames, GUINT_TO_POINTER(frame), kept);
}

bool tcpstate_connections_kept(uint32_t frame, struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS],
                               unsigned *count)
{
    const struct kept *kept = (const struct kept *)wmem_map_lookup(kept_frames, GUINT_TO_POINTER(frame));

    if (!kept)
        return false;
    *count = kept->count;
    memcpy(readings, kept->readings, kept->count * sizeof *readings);
    return true;
}

bool tcpstate_connections_find(struct tcpstate_reading *reading, struct tcpstate_sight *sight)
{
    const struct tuple *tuple = (const struct tuple *)wmem_map_lookup(tuples, &reading->pair);
    struct tcpstate_life *life = tuple ? life_at(tuple, reading->segment.frame) : NULL;
    const struct event *event =
        life ? event_at(life, reading->segment.frame, reading->layer) : NULL;

    if (!event || !recall(&life->stream, reading->segment.frame, &reading->stream))
        return false;
    struct tcpstate_observation *seen = &sight->seen;
    bool itself = event->frame == reading->segment.frame && event->layer == reading->layer;
    if (reading->quoted && !itself)
        return false;
    *seen = (struct tcpstate_observation){ .client = -1, .stayed = { -1, -1 },
                                           .reset_after = -1, .repeats_after = -1 };
    sight->life = life;
    sight->application = -1;
    sight->later = true;
    for (int i = 0; i < 2; i++) {
        seen->ends[i].after = (event->after >> (4 * i)) & 0x0f;
        seen->ends[i].after_inferred = event->marks & (MARK_AFTER_INFERRED_0 << i);
        seen->ends[i].before = itself ? (event->before >> (4 * i)) & 0x0f : seen->ends[i].after;
        seen->ends[i].before_inferred = itself ? (event->marks & (MARK_BEFORE_INFERRED_0 << i)) != 0
                                               : seen->ends[i].after_inferred;
    }
    if (event->marks & (MARK_CLIENT_0 | MARK_CLIENT_1))
        seen->client = (event->marks & MARK_CLIENT_1) ? 1 : 0;
    seen->roles_inferred = event->marks & MARK_ROLES_INFERRED;
    if (!itself)
        return true;
    seen->step = (enum tcpstate_step)event->step;
    seen->changed = true;
    seen->answers = event->answers;
    seen->repeats = event->repeats;
    seen->checks = event->checks & 0x0f;
    seen->failed = event->checks >> 4;
    seen->stayed[0] = lengthen(event->stayed[0]);
    seen->stayed[1] = lengthen(event->stayed[1]);
    *(reading->segment.flags & TCPSTATE_FLAG_RST ? &seen->reset_after : &seen->repeats_after) = lengthen(event->elapsed);
    seen->reset_ttl_differs = event->marks & MARK_TTL_DIFFERS;
    if (tcpstate_step_is_first_data(seen->step) && !seen->failed)
        sight->application = (int)event->value - 1;
    else if (reading->segment.flags & TCPSTATE_FLAG_RST)
        seen->reset_number = (enum tcpstate_reset_number)event->value;
    else
        seen->expected = event->value;
    return true;
}

uint32_t tcpstate_life_milestone(const struct tcpstate_life *life, enum tcpstate_milestone milestone)
{
    return life->connection.milestones[milestone];
}

bool tcpstate_life_is_midstream(const struct tcpstate_life *life)
{
    return life->connection.facts & TCPSTATE_CONNECTION_MIDSTREAM;
}

uint32_t tcpstate_life_previous(const struct tcpstate_life *life)
{
    return life->before ? life->before->first_frame : 0;
}

void tcpstate_life_outcome(const struct tcpstate_life *life, struct tcpstate_outcome *outcome)
{
    if (life->over)
        *outcome = life->outcome;
    else
        tcpstate_outcome(&life->connection, outcome);
}

void tcpstate_life_summary(const struct tcpstate_life *life, struct tcpstate_summary *summary)
{
    const struct tcpstate_connection *connection = &life->connection;

    *summary = (struct tcpstate_summary){
        .stream = life->stream.first.number,
        .pair = life->pair,
        .client = connection->client,
        .roles_inferred = connection->facts & TCPSTATE_CONNECTION_ROLES_GUESSED,
        .application = life->application,
        .first_frame = life->first_frame,
    };
    tcpstate_life_outcome(life, &summary->outcome);
    memcpy(summary->milestones, connection->milestones, sizeof summary->milestones);
    memcpy(summary->moments, connection->moments, sizeof summary->moments);
}

int64_t tcpstate_life_time(const struct tcpstate_life *life, enum tcpstate_moment from, enum tcpstate_moment to,
                           int64_t now)
{
    const int64_t *moments = life->connection.moments;

    if (moments[from] == TCPSTATE_NO_TIME || moments[to] == TCPSTATE_NO_TIME || moments[to] != now
        || moments[to] < moments[from])
        return -1;
    return moments[to] - moments[from];
}

int64_t tcpstate_life_duration(const struct tcpstate_life *life)
{
    const int64_t *moments = life->connection.moments;

    return moments[TCPSTATE_MOMENT_LAST] - moments[TCPSTATE_MOMENT_FIRST];
}
