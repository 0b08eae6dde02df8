/* connections.c - from a segment to its connection, and back to what is known
 * of it at any frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A four-tuple has one connection after another, and the core says which segment
 * opens a new one: tcp.stream is split elsewhere, differently from one version of
 * Wireshark to the next.  Any other segment belongs to the latest connection of its
 * four-tuple, so the tuple leads to it directly.
 */
#include "connections.h"

#include <string.h>

#include "beside.h"
#include "capture.h"
#include "copies.h"
#include "host.h"
#include "incarnations.h"
#include "preferences.h"
#include "servers.h"

/* A four-tuple as a key: 4 words for IPv4, 10 for IPv6. */
struct key {
    uint32_t words; /* how many follow */
    uint32_t word[9];
};
#define KEY_SIZE(key) (sizeof(uint32_t) * (1 + (key)->words))

/* All connections of a four-tuple that had more than one, in order. */
struct incarnations {
    uint32_t count, room;
    struct tcpstate_incarnation *list[];
};

struct tuple {
    struct tcpstate_incarnation *latest;
    struct incarnations *incarnations; /* NULL while there is one */
    uint32_t last_stream; /* tcp.stream of the segment that opened the latest */
    struct key key;       /* as long as it needs; last */
};

static GHashTable *tuples;    /* of struct key, the tuples' own */
static int64_t capture_end;   /* time of the latest frame; TCPSTATE_NO_TIME: none */
static struct tuple *recent;  /* the one that was found last */
static uint32_t connections;  /* how many there are in the file so far */

static unsigned key_hash(gconstpointer pointer)
{
    const struct key *key = (const struct key *)pointer;
    uint64_t hash = 0;

    for (uint32_t i = 0; i < key->words; i++)
        hash = (hash ^ key->word[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return (unsigned)(hash >> 32);
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, KEY_SIZE((const struct key *)a)) == 0;
}

static void begin_file(void)
{
    tuples = g_hash_table_new(key_hash, key_equal);
    recent = NULL;
    connections = 0;
    capture_end = TCPSTATE_NO_TIME;
    tcpstate_incarnations_begin();
    tcpstate_beside_begin();
    tcpstate_copies_begin();
    tcpstate_servers_begin();
}

static void end_file(void)
{
    g_clear_pointer(&tuples, g_hash_table_destroy);
    recent = NULL;
    tcpstate_incarnations_end(); /* the file scope frees it all */
}

void tcpstate_connections_register(void)
{
    tcpstate_on_file(begin_file, end_file);
}

static void make_key(const struct tcpstate_pair *pair, struct key *key)
{
    uint32_t length = pair->address_length == 4 ? 1 : 4; /* words of an address */

    key->words = length * 2 + 1;
    memcpy(key->word, pair->address[0], length * 4);
    memcpy(key->word + length, pair->address[1], length * 4);
    key->word[length * 2] = (uint32_t)pair->port[0] << 16 | pair->port[1];
}

static void read_key(const struct key *key, struct tcpstate_pair *pair)
{
    uint32_t length = (key->words - 1) / 2;

    memset(pair, 0, sizeof *pair);
    pair->address_length = (uint8_t)(length * 4);
    memcpy(pair->address[0], key->word, length * 4);
    memcpy(pair->address[1], key->word + length, length * 4);
    pair->port[0] = (uint16_t)(key->word[length * 2] >> 16);
    pair->port[1] = (uint16_t)key->word[length * 2];
}

static struct tuple *find_tuple(const struct key *key)
{
    if (recent && key_equal(key, &recent->key))
        return recent;
    struct key *found = (struct key *)g_hash_table_lookup(tuples, key);
    if (!found)
        return NULL;
    recent = (struct tuple *)((char *)found - offsetof(struct tuple, key));
    return recent;
}

/* Where the counter of streams (program/streams.c) keeps what it knows of a four-tuple: behind its key. */
static void *room_of(struct tuple *tuple)
{
    return (char *)&tuple->key + KEY_SIZE(&tuple->key);
}

static void count_stream(const struct tcpstate_asked *asked, struct tuple *tuple, const struct tcpstate_reading *reading)
{
    if (asked->count)
        asked->count(asked->whom, reading, room_of(tuple));
}

/* The connection that a four-tuple had at a frame. */
static struct tcpstate_incarnation *incarnation_at(const struct tuple *tuple, uint32_t frame)
{
    const struct incarnations *incarnations = tuple->incarnations;
    uint32_t low = 0, high = incarnations ? incarnations->count : 0;

    if (!incarnations)
        return tuple->latest->first_frame <= frame ? tuple->latest : NULL;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (incarnations->list[middle]->first_frame <= frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? incarnations->list[low - 1] : NULL;
}

/* The connection that a segment belongs to, on any visit. */
static struct tcpstate_incarnation *incarnation_of(const struct tuple *tuple, const struct tcpstate_segment *segment)
{
    struct tcpstate_incarnation *incarnation = incarnation_at(tuple, segment->frame);

    if (incarnation && incarnation->has_beside && incarnation->first_frame < segment->frame
        && tcpstate_beside_is_before(incarnation, segment))
        return incarnation->before;
    return incarnation;
}

static void add_incarnation(struct tuple *tuple, struct tcpstate_incarnation *incarnation)
{
    struct incarnations *incarnations = tuple->incarnations;

    if (!incarnations || incarnations->count == incarnations->room) {
        uint32_t room = incarnations ? incarnations->room * 2 : 4;
        tuple->incarnations = (struct incarnations *)wmem_realloc(tcpstate_file_scope(), incarnations,
                                                                  sizeof *incarnations + room * sizeof incarnations->list[0]);
        if (!incarnations) {
            tuple->incarnations->count = 1;
            tuple->incarnations->list[0] = tuple->latest;
        }
        incarnations = tuple->incarnations;
        incarnations->room = room;
    }
    incarnations->list[incarnations->count++] = incarnation;
}

/* A new connection on a four-tuple, which had the one that is its latest. */
static struct tcpstate_connection *begin_incarnation(struct tuple *tuple, struct tcpstate_incarnation *incarnation,
                                                     const struct tcpstate_reading *reading, uint32_t stream)
{
    struct tcpstate_incarnation *before = tuple->latest;

    if (before)
        add_incarnation(tuple, incarnation);
    *incarnation = (struct tcpstate_incarnation){ .tuple = tuple, .before = before, .first_frame = reading->segment.frame,
                                                  .stream = stream, .number = connections++, .application = -1, .slot = -1 };
    tuple->latest = incarnation;
    return tcpstate_incarnation_make(incarnation);
}

/* tcp.stream, unless it is known already. */
static bool stream_of(const struct tcpstate_asked *asked, struct tuple *tuple, const struct tcpstate_reading *reading,
                      uint32_t *stream)
{
    if (!reading->has_stream)
        return asked->stream(asked->whom, reading, room_of(tuple), stream);
    *stream = reading->stream;
    return true;
}

static struct tuple *begin_tuple(const struct key *key, const struct tcpstate_asked *asked,
                                 const struct tcpstate_reading *reading)
{
    /* Most four-tuples have one connection: it is part of the same piece. */
    struct both { struct tcpstate_incarnation incarnation; struct tuple tuple; };
    struct both *both = tcpstate_keep(offsetof(struct both, tuple.key) + KEY_SIZE(key) + asked->room);
    struct tuple *tuple = &both->tuple;

    memcpy(&tuple->key, key, KEY_SIZE(key));
    count_stream(asked, tuple, reading);
    if (!stream_of(asked, tuple, reading, &tuple->last_stream))
        tuple->last_stream = TCPSTATE_NO_STREAM;
    g_hash_table_add(tuples, &tuple->key);
    recent = tuple;
    tcpstate_connection_begin(begin_incarnation(tuple, &both->incarnation, reading, tuple->last_stream));
    return tuple;
}

static struct tuple *tuple_of(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading)
{
    struct key key;

    make_key(&reading->pair, &key);
    struct tuple *tuple = find_tuple(&key);
    if (!tuple)
        return begin_tuple(&key, asked, reading);
    count_stream(asked, tuple, reading);
    return tuple;
}

/* Whether the one before the latest is seen to go on beside it; most segments cannot
 * tell, and of a frame's the outermost only may. */
static bool find_beside(struct tcpstate_incarnation *latest, const struct tcpstate_reading *reading)
{
    const struct tcpstate_segment *segment = &reading->segment;
    const uint8_t flags = segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK);

    if (reading->layer > 0 || !(flags & TCPSTATE_FLAG_ACK)
        || (flags == TCPSTATE_FLAG_ACK && !(tcpstate_incarnation_look(latest)->facts & TCPSTATE_CONNECTION_CONTESTED)))
        return false;
    struct tcpstate_connection before = *tcpstate_incarnation_look(latest->before);
    struct tcpstate_connection *connection = tcpstate_incarnation_open(latest);
    if (!tcpstate_is_beside(connection, &before, segment))
        return false;
    tcpstate_set_beside(connection, &before, segment);
    tcpstate_beside_add(latest, segment->frame, &before, connection);
    latest->has_beside = true;
    *tcpstate_incarnation_open(latest->before) = before;
    return true;
}

/* Of two connections that go on at once: whether the segment belongs to the one
 * before the latest. */
static bool is_of_the_one_before(struct tcpstate_incarnation *latest, const struct tcpstate_reading *reading)
{
    const struct tcpstate_segment *segment = &reading->segment;

    if (!latest->before || latest->first_frame == segment->frame || (!latest->has_beside && !find_beside(latest, reading)))
        return false;
    const bool before = tcpstate_beside_is_before(latest, segment);
    tcpstate_beside_took(latest, before, segment);
    return before;
}

/* Where no SYN has told the roles, another connection of the capture may.  True if
 * that makes them known, at this segment. */
static bool infer_roles(struct tcpstate_connection *connection, const struct tcpstate_reading *reading)
{
    if (connection->client >= 0 || (reading->segment.flags & TCPSTATE_FLAG_SYN))
        return false;
    const int server = tcpstate_servers_hint(&reading->pair);
    if (server < 0)
        return false;
    connection->client = (int8_t)!server;
    connection->facts |= TCPSTATE_CONNECTION_ROLES_GUESSED;
    return true;
}

/* A server that accepts a connection; not one of two ends that open it at once. */
static void note_server(const struct tcpstate_connection *connection, const struct tcpstate_reading *reading,
                        const struct tcpstate_observation *seen)
{
    const int from = reading->segment.from;

    if (connection->milestones[TCPSTATE_MILESTONE_SYN_ACK] == reading->segment.frame
        && seen->step != TCPSTATE_STEP_SIMULTANEOUS_SYN_ACK && seen->client == !from && !seen->roles_inferred)
        tcpstate_servers_note(&reading->pair, from);
}

static bool lacks_segments(const struct tcpstate_connection *connection)
{
    return connection->account.facts & TCPSTATE_ACCOUNT_LACKS_SEGMENTS;
}

/* The one place that hands a segment to the core, which says whether it opens a
 * new connection of its four-tuple.  Returns the connection that it belongs to, and
 * sets *open to what is known of it, valid until another one is open. */
static struct tcpstate_incarnation *observe(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading,
                                            struct tcpstate_observation *seen, const struct tcpstate_connection **open)
{
    struct tuple *tuple = tuple_of(asked, reading);
    struct tcpstate_incarnation *latest = tuple->latest;

    if (is_of_the_one_before(latest, reading))
        latest = latest->before;
    const struct tcpstate_connection *before = NULL;
    struct tcpstate_connection next, was;

    /* The one before matters only while its other end may still be in it. */
    if (latest->before && (tcpstate_incarnation_look(latest)->facts & TCPSTATE_CONNECTION_CONTESTED)) {
        was = *tcpstate_incarnation_look(latest->before);
        before = &was;
    }
    struct tcpstate_connection *connection = tcpstate_incarnation_open(latest);
    const int from = reading->segment.from;
    struct tcpstate_counted counted = { .segment = &reading->segment, .was = connection->facts,
                                        .ttl = connection->ends[from].ttl, .last_time = TCPSTATE_NO_TIME };
    const bool lacked = lacks_segments(connection);
    if (connection->ends[from].last.frame != 0)
        counted.last_time = connection->ends[from].last.time;
    const bool inferred = infer_roles(connection, reading);
    tcpstate_observe(connection, before, &next, &reading->segment, tcpstate_two_msl(), seen);
    seen->changed |= inferred;
    const bool opens = seen->incarnation != TCPSTATE_INCARNATION_LATEST;
    const struct tcpstate_connection *now = opens ? &next : connection;
    counted.first = opens || !(counted.was & TCPSTATE_CONNECTION_BEGAN);
    counted.copy = seen->copy;
    counted.lacked = !opens && lacked;
    counted.lacks = lacks_segments(now);
    counted.is = now->facts;
    counted.was = opens ? 0 : counted.was;
    counted.peer_seen = now->ends[!from].last.frame != 0;
    note_server(now, reading, seen);
    bool one_sided = !opens && latest->one_sided;
    tcpstate_capture_count(&counted, &one_sided);
    if (!opens) {
        latest->one_sided = one_sided;
        *open = connection;
        return latest;
    }
    uint32_t stream = tuple->last_stream;
    stream_of(asked, tuple, reading, &stream);
    tuple->last_stream = stream;
    connection = begin_incarnation(tuple, (struct tcpstate_incarnation *)tcpstate_keep(sizeof(struct tcpstate_incarnation)),
                                   reading, stream);
    *connection = next;
    *open = connection;
    tuple->latest->one_sided = one_sided;
    return tuple->latest;
}

static uint32_t last_appended; /* frame */

/* tshark -R takes a frame out between the passes, and the next one gets its number: whose
 * entry has that number is then told of the next one, which needs one of its own. */
static bool has_entry(const struct tcpstate_incarnation *incarnation, const struct tcpstate_reading *reading)
{
    struct tcpstate_entry entry;

    return reading->segment.frame == last_appended
           && tcpstate_incarnation_entry(incarnation, reading->segment.frame, reading->layer, &entry)
           && entry.frame == reading->segment.frame && entry.layer == reading->layer;
}

/* The observation is shown from now on as later visits find it: with times as they are kept. */
static void append(struct tcpstate_incarnation *incarnation, const struct tcpstate_connection *connection,
                   const struct tcpstate_reading *reading, struct tcpstate_observation *seen, int application)
{
    bool is_reset = reading->segment.flags & TCPSTATE_FLAG_RST;
    int64_t *elapsed = is_reset ? &seen->reset_after : &seen->repeats_after;
    struct tcpstate_entry entry = {
        .frame = reading->segment.frame,
        .layer = reading->layer,
        .answers = seen->answers,
        .repeats = seen->repeats,
        .step = (uint8_t)seen->step,
        .checks = (uint8_t)(seen->checks | seen->failed << 4),
        .elapsed = tcpstate_shorten(*elapsed),
        .roles = (uint8_t)((seen->client == 0 ? TCPSTATE_ROLES_CLIENT_0 : 0)
                           | (seen->client == 1 ? TCPSTATE_ROLES_CLIENT_1 : 0)
                           | (seen->roles_inferred ? TCPSTATE_ROLES_INFERRED : 0)
                           | (seen->reset_ttl_differs ? TCPSTATE_ROLES_TTL_DIFFERS : 0)),
    };

    for (int i = 0; i < 2; i++) {
        entry.before |= (uint8_t)(seen->ends[i].before << (4 * i));
        entry.after |= (uint8_t)(seen->ends[i].after << (4 * i));
        entry.inferred |= (uint8_t)((seen->ends[i].before_inferred ? TCPSTATE_INFERRED_BEFORE << i : 0)
                                    | (seen->ends[i].after_inferred ? TCPSTATE_INFERRED_AFTER << i : 0));
        entry.stayed[i] = tcpstate_shorten(seen->stayed[i]);
        seen->stayed[i] = tcpstate_lengthen(entry.stayed[i]);
        entry.knows_isn |= (uint8_t)(tcpstate_isn(connection, i, &entry.isn[i]) ? 1 << i : 0);
    }
    if (tcpstate_step_is_first_data(seen->step) && !seen->failed)
        entry.value = (uint32_t)(application + 1);
    else if (is_reset)
        entry.value = (uint32_t)seen->reset_number;
    else
        entry.value = seen->expected;
    *elapsed = tcpstate_lengthen(entry.elapsed);
    tcpstate_incarnation_append(incarnation, &entry);
    last_appended = entry.frame;
}

unsigned tcpstate_incarnation_isns(const struct tcpstate_incarnation *incarnation, uint32_t frame, uint32_t isn[2])
{
    struct tcpstate_entry entry;

    if (!tcpstate_incarnation_entry(incarnation, frame, UINT8_MAX, &entry))
        return 0;
    memcpy(isn, entry.isn, sizeof entry.isn);
    return entry.knows_isn;
}

/* Keep the outcome as it is when the connection ends; an attempt that failed
 * and then succeeded after all has not ended, and a RST may turn out to be
 * another's. */
static void note_end(struct tcpstate_incarnation *incarnation, const struct tcpstate_connection *connection,
                     const struct tcpstate_observation *seen)
{
    if (seen->over) {
        struct tcpstate_outcome outcome;
        tcpstate_outcome(connection, &outcome);
        incarnation->ended = (struct tcpstate_ended){
            .is_over = true,
            .result = (uint8_t)outcome.result,
            .opening = (uint8_t)outcome.opening,
            .close_kind = (uint8_t)outcome.close_kind,
            .closed_by = outcome.closed_by,
            .ended_by = outcome.ended_by,
        };
    } else if (incarnation->ended.is_over && connection->end == TCPSTATE_ENDING_NONE) {
        incarnation->ended.is_over = false;
    } else if (incarnation->ended.is_over && connection->end == TCPSTATE_ENDING_RESET) {
        incarnation->ended.ended_by = connection->ended_by;
    }
}

/* A RST that answers a challenge ends the connection that the challenger still
 * held: the one before (RFC 9293 section 3.5.1, figure 9). */
static void end_the_one_before(struct tcpstate_incarnation *incarnation, const struct tcpstate_reading *reading)
{
    struct tcpstate_incarnation *before = incarnation->before;
    struct tcpstate_outcome outcome;

    if (!before || before->ended.is_over)
        return;
    tcpstate_outcome(tcpstate_incarnation_look(before), &outcome);
    before->ended = (struct tcpstate_ended){
        .is_over = true,
        .result = TCPSTATE_RESULT_RESET,
        .opening = (uint8_t)outcome.opening,
        .close_kind = outcome.closed_by >= 0 ? TCPSTATE_CLOSE_FIN_RESET : TCPSTATE_CLOSE_RESET,
        .closed_by = outcome.closed_by,
        .ended_by = (int8_t)reading->segment.from,
    };
}

/* An answer that is still incomplete has no protocol of its own yet; the
 * question's will do. */
static int name_application(struct tcpstate_incarnation *incarnation, const struct tcpstate_asked *asked,
                            const struct tcpstate_reading *reading)
{
    int application = asked->application(asked->whom, reading);

    if (application >= 0)
        incarnation->application = application;
    return application == TCPSTATE_UNTOLD ? incarnation->application : application;
}

void tcpstate_connections_take(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading,
                               struct tcpstate_meaning *meaning)
{
    struct tcpstate_observation *seen = &meaning->seen;
    const struct tcpstate_connection *connection;
    struct tcpstate_incarnation *incarnation = observe(asked, reading, seen, &connection);

    tcpstate_connections_pass(reading->segment.time);
    tcpstate_copies_note(reading->segment.frame, reading->layer, seen->copy);
    meaning->incarnation = incarnation;
    meaning->application = -1;
    meaning->later = false;
    if (seen->step == TCPSTATE_STEP_NONE && reading->plain != TCPSTATE_STEP_NONE) {
        seen->step = seen->copy ? TCPSTATE_STEP_COPY : (enum tcpstate_step)reading->plain;
        seen->changed = true;
    }
    if (!seen->changed && !tcpstate_incarnation_is_blank(incarnation) && !has_entry(incarnation, reading))
        return;
    if (tcpstate_step_is_first_data(seen->step) && !seen->failed)
        meaning->application = name_application(incarnation, asked, reading);
    note_end(incarnation, connection, seen);
    append(incarnation, connection, reading, seen, meaning->application);
    if (seen->ends_before)
        end_the_one_before(incarnation, reading);
}

bool tcpstate_connections_count(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading)
{
    struct key key;

    make_key(&reading->pair, &key);
    struct tuple *tuple = find_tuple(&key);
    if (tuple)
        count_stream(asked, tuple, reading);
    return tuple;
}

bool tcpstate_connections_take_quoted(const struct tcpstate_reading *reading, struct tcpstate_meaning *meaning)
{
    struct key key;

    make_key(&reading->pair, &key);
    const struct tuple *tuple = find_tuple(&key);
    if (!tuple)
        return false;
    struct tcpstate_incarnation *incarnation = incarnation_of(tuple, &reading->segment);
    struct tcpstate_connection *connection = tcpstate_incarnation_open(incarnation);
    tcpstate_observe_unreachable(connection, &reading->segment, &meaning->seen);
    if (!meaning->seen.changed)
        return false;
    meaning->incarnation = incarnation;
    meaning->application = -1;
    meaning->later = false;
    note_end(incarnation, connection, &meaning->seen);
    append(incarnation, connection, reading, &meaning->seen, -1);
    return true;
}

bool tcpstate_connections_find(const struct tcpstate_reading *reading, struct tcpstate_meaning *meaning)
{
    uint32_t frame = reading->segment.frame;
    struct tcpstate_entry entry;
    struct key key;

    make_key(&reading->pair, &key);
    const struct tuple *tuple = find_tuple(&key);
    struct tcpstate_incarnation *incarnation = tuple ? incarnation_of(tuple, &reading->segment) : NULL;
    if (!incarnation || !tcpstate_incarnation_entry(incarnation, frame, reading->layer, &entry))
        return false;
    struct tcpstate_observation *seen = &meaning->seen;
    bool itself = entry.frame == frame && entry.layer == reading->layer;
    if (reading->quoted && !itself)
        return false;
    *seen = (struct tcpstate_observation){ .client = -1, .stayed = { -1, -1 },
                                           .copy = !reading->quoted && tcpstate_copies_has(frame, reading->layer),
                                           .reset_after = -1, .repeats_after = -1 };
    meaning->incarnation = incarnation;
    meaning->application = -1;
    meaning->later = true;
    for (int i = 0; i < 2; i++) {
        seen->ends[i].after = (entry.after >> (4 * i)) & 0x0f;
        seen->ends[i].after_inferred = entry.inferred & (TCPSTATE_INFERRED_AFTER << i);
        seen->ends[i].before = itself ? (entry.before >> (4 * i)) & 0x0f : seen->ends[i].after;
        seen->ends[i].before_inferred = itself ? (entry.inferred & (TCPSTATE_INFERRED_BEFORE << i)) != 0
                                               : seen->ends[i].after_inferred;
    }
    if (entry.roles & (TCPSTATE_ROLES_CLIENT_0 | TCPSTATE_ROLES_CLIENT_1))
        seen->client = (entry.roles & TCPSTATE_ROLES_CLIENT_1) ? 1 : 0;
    seen->roles_inferred = entry.roles & TCPSTATE_ROLES_INFERRED;
    if (!itself)
        return true;
    seen->step = (enum tcpstate_step)entry.step;
    seen->changed = true;
    seen->answers = entry.answers;
    seen->repeats = entry.repeats;
    seen->checks = entry.checks & 0x0f;
    seen->failed = entry.checks >> 4;
    seen->stayed[0] = tcpstate_lengthen(entry.stayed[0]);
    seen->stayed[1] = tcpstate_lengthen(entry.stayed[1]);
    *(reading->segment.flags & TCPSTATE_FLAG_RST ? &seen->reset_after : &seen->repeats_after) =
        tcpstate_lengthen(entry.elapsed);
    seen->reset_ttl_differs = entry.roles & TCPSTATE_ROLES_TTL_DIFFERS;
    if (tcpstate_step_is_first_data(seen->step) && !seen->failed)
        meaning->application = (int)entry.value - 1;
    else if (reading->segment.flags & TCPSTATE_FLAG_RST)
        seen->reset_number = (enum tcpstate_reset_number)entry.value;
    else
        seen->expected = entry.value;
    return true;
}

const struct tcpstate_incarnation *tcpstate_connections_incarnation(const struct tcpstate_reading *reading)
{
    struct key key;

    make_key(&reading->pair, &key);
    const struct tuple *tuple = find_tuple(&key);
    return tuple ? incarnation_of(tuple, &reading->segment) : NULL;
}

const uint32_t *tcpstate_incarnation_milestones(const struct tcpstate_incarnation *incarnation)
{
    return tcpstate_incarnation_look(incarnation)->milestones;
}

const int64_t *tcpstate_incarnation_moments(const struct tcpstate_incarnation *incarnation)
{
    return tcpstate_incarnation_look(incarnation)->moments;
}

bool tcpstate_incarnation_is_midstream(const struct tcpstate_incarnation *incarnation)
{
    return tcpstate_incarnation_look(incarnation)->facts & TCPSTATE_CONNECTION_MIDSTREAM;
}

bool tcpstate_incarnation_lacks_segments(const struct tcpstate_incarnation *incarnation)
{
    return lacks_segments(tcpstate_incarnation_look(incarnation));
}

bool tcpstate_incarnation_is_one_sided(const struct tcpstate_incarnation *incarnation)
{
    return incarnation->one_sided;
}

uint32_t tcpstate_incarnation_number(const struct tcpstate_incarnation *incarnation)
{
    return incarnation->number;
}

uint32_t tcpstate_incarnation_previous(const struct tcpstate_incarnation *incarnation)
{
    return incarnation->before ? incarnation->before->first_frame : 0;
}

void tcpstate_connections_pass(int64_t time)
{
    if (capture_end == TCPSTATE_NO_TIME || time > capture_end)
        capture_end = time;
}

int64_t tcpstate_capture_lasts(int64_t since)
{
    return since == TCPSTATE_NO_TIME || capture_end == TCPSTATE_NO_TIME || capture_end < since ? -1 : capture_end - since;
}

int64_t tcpstate_incarnation_waits(const struct tcpstate_incarnation *incarnation, struct tcpstate_wait *wait)
{
    *wait = (struct tcpstate_wait){ .owing = -1, .since = TCPSTATE_NO_TIME };
    /* Of a direction that was not captured nobody can say what it lacks. */
    if (incarnation->ended.is_over || incarnation->one_sided)
        return -1;
    tcpstate_waits(tcpstate_incarnation_look(incarnation), wait);
    return tcpstate_capture_lasts(wait->since);
}

/* An open connection on which somebody has waited long enough is not just open. */
static void tell_what_hangs(const struct tcpstate_incarnation *incarnation, struct tcpstate_outcome *outcome)
{
    struct tcpstate_wait wait;

    if (outcome->result != TCPSTATE_RESULT_OPEN || tcpstate_incarnation_waits(incarnation, &wait) < tcpstate_stalled_after()
        || wait.kind == TCPSTATE_WAIT_NONE || wait.kind == TCPSTATE_WAIT_SILENT)
        return;
    outcome->result = wait.kind == TCPSTATE_WAIT_NO_RESPONSE ? TCPSTATE_RESULT_NO_RESPONSE : TCPSTATE_RESULT_STALLED;
    outcome->owing = wait.owing;
    outcome->count = wait.count;
    outcome->since = wait.since;
}

void tcpstate_incarnation_outcome(const struct tcpstate_incarnation *incarnation, struct tcpstate_outcome *outcome)
{
    const struct tcpstate_ended *ended = &incarnation->ended;

    tcpstate_outcome(tcpstate_incarnation_look(incarnation), outcome);
    if (!ended->is_over) {
        tell_what_hangs(incarnation, outcome);
        return;
    }
    *outcome = (struct tcpstate_outcome){
        .conn_state = outcome->conn_state, /* Zeek goes on */
        .since = TCPSTATE_NO_TIME,
        .result = (enum tcpstate_result)ended->result,
        .opening = (enum tcpstate_opening)ended->opening,
        .close_kind = (enum tcpstate_close_kind)ended->close_kind,
        .closed_by = ended->closed_by,
        .ended_by = ended->ended_by,
        .owing = -1,
    };
}

const struct tcpstate_connection *tcpstate_incarnation_connection(const struct tcpstate_incarnation *incarnation)
{
    return tcpstate_incarnation_look(incarnation);
}

void tcpstate_incarnation_summary(const struct tcpstate_incarnation *incarnation, struct tcpstate_summary *summary)
{
    const struct tcpstate_connection *connection = tcpstate_incarnation_look(incarnation);

    *summary = (struct tcpstate_summary){
        .stream = incarnation->stream,
        .number = incarnation->number,
        .client = connection->client,
        .roles_inferred = connection->facts & TCPSTATE_CONNECTION_ROLES_GUESSED,
        .application = incarnation->application,
        .first_frame = incarnation->first_frame,
    };
    read_key(&incarnation->tuple->key, &summary->pair);
    tcpstate_incarnation_outcome(incarnation, &summary->outcome);
    memcpy(summary->milestones, connection->milestones, sizeof summary->milestones);
    memcpy(summary->moments, connection->moments, sizeof summary->moments);
}

int64_t tcpstate_incarnation_duration(const struct tcpstate_incarnation *incarnation)
{
    const int64_t *moments = tcpstate_incarnation_look(incarnation)->moments;

    return moments[TCPSTATE_MOMENT_LAST] - moments[TCPSTATE_MOMENT_FIRST];
}

uint32_t tcpstate_incarnation_last_frame(const struct tcpstate_incarnation *incarnation)
{
    const struct tcpstate_endpoint *ends = tcpstate_incarnation_look(incarnation)->ends;

    return MAX(ends[0].last.frame, ends[1].last.frame);
}
