/* four-tuples.c - each four-tuple of the capture file, and the connections that it had; see four-tuples.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection leads to the one before it, and a four-tuple to its latest; where
 * there were more than one, they are kept in order, too.
 */
#include "four-tuples.h"

#include <string.h>

#include "beside.h"
#include "hash.h"
#include "host.h"
#include "incarnations.h"

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

struct tcpstate_four_tuple {
    struct tcpstate_incarnation *latest;
    struct incarnations *incarnations; /* NULL while there is one */
    uint32_t last_stream;              /* tcp.stream of the segment that opened the latest */
    struct key key;                    /* as long as it needs; last */
};

static GHashTable *tuples;   /* of struct key, the tuples' own */
static uint32_t connections; /* how many there are in the file so far */

/* Those that were found last, each where its hash says: a segment's four-tuple is nearly always one of them, and
 * the table would be looked up in three places that are far from each other. */
enum { RECENT = 1024 };
static struct recent {
    struct tcpstate_four_tuple *tuple; /* or NULL */
    unsigned hash;                     /* of its key, which lies elsewhere */
} recent[RECENT];

static unsigned hash_of(const struct key *key)
{
    return tcpstate_hash_words(key->word, key->words);
}

static unsigned key_hash(gconstpointer key)
{
    return hash_of((const struct key *)key);
}

/* The shorter of two keys has no more memory than its words. */
static bool are_equal(const struct key *a, const struct key *b)
{
    if (a->words != b->words)
        return false;
    for (uint32_t i = 0; i < a->words; i++)
        if (a->word[i] != b->word[i])
            return false;
    return true;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    return are_equal((const struct key *)a, (const struct key *)b);
}

void tcpstate_four_tuples_begin(void)
{
    tuples = g_hash_table_new(key_hash, key_equal);
    connections = 0;
}

void tcpstate_four_tuples_end(void)
{
    g_clear_pointer(&tuples, g_hash_table_destroy);
    memset(recent, 0, sizeof recent); /* the file scope frees it all */
}

static void make_key(const struct tcpstate_pair *pair, struct key *key)
{
    const uint32_t length = pair->address_length == 4 ? 1 : 4; /* words of an address */

    key->words = length * 2 + 1;
    for (int i = 0; i < 2; i++) /* a copy of a fixed length is no call */
        if (length == 1)
            memcpy(&key->word[i], pair->address[i], 4);
        else
            memcpy(&key->word[i * 4], pair->address[i], 16);
    key->word[length * 2] = (uint32_t)pair->port[0] << 16 | pair->port[1];
}

void tcpstate_four_tuple_pair(const struct tcpstate_four_tuple *tuple, struct tcpstate_pair *pair)
{
    const struct key *key = &tuple->key;
    uint32_t length = (key->words - 1) / 2;

    memset(pair, 0, sizeof *pair);
    pair->address_length = (uint8_t)(length * 4);
    memcpy(pair->address[0], key->word, length * 4);
    memcpy(pair->address[1], key->word + length, length * 4);
    pair->port[0] = (uint16_t)(key->word[length * 2] >> 16);
    pair->port[1] = (uint16_t)key->word[length * 2];
}

static struct tcpstate_four_tuple *tuple_of(const struct key *key)
{
    return (struct tcpstate_four_tuple *)((char *)key - offsetof(struct tcpstate_four_tuple, key));
}

static void note_recent(struct tcpstate_four_tuple *tuple, unsigned hash)
{
    recent[hash % RECENT] = (struct recent){ tuple, hash };
}

static struct tcpstate_four_tuple *find(const struct key *key)
{
    const unsigned hash = hash_of(key);
    const struct recent *known = &recent[hash % RECENT];

    if (known->tuple && known->hash == hash && are_equal(key, &known->tuple->key))
        return known->tuple;
    struct key *found = (struct key *)g_hash_table_lookup(tuples, key);
    if (!found)
        return NULL;
    note_recent(tuple_of(found), hash);
    return tuple_of(found);
}

struct tcpstate_four_tuple *tcpstate_four_tuple_find(const struct tcpstate_reading *reading)
{
    struct key key;

    make_key(&reading->pair, &key);
    return find(&key);
}

struct tcpstate_incarnation *tcpstate_four_tuple_latest(const struct tcpstate_four_tuple *tuple)
{
    return tuple->latest;
}

/* Where the counter of streams (program/streams.c) keeps what it knows of a four-tuple: behind its key. */
static void *room_of(struct tcpstate_four_tuple *tuple)
{
    return (char *)&tuple->key + KEY_SIZE(&tuple->key);
}

void tcpstate_four_tuple_count(const struct tcpstate_asked *asked, struct tcpstate_four_tuple *tuple,
                               const struct tcpstate_reading *reading)
{
    if (asked->count)
        asked->count(asked->whom, reading, room_of(tuple));
}

/* The connection that a four-tuple had at a frame. */
static struct tcpstate_incarnation *incarnation_at(const struct tcpstate_four_tuple *tuple, uint32_t frame)
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

struct tcpstate_incarnation *tcpstate_four_tuple_at(const struct tcpstate_four_tuple *tuple,
                                                    const struct tcpstate_segment *segment)
{
    struct tcpstate_incarnation *incarnation = incarnation_at(tuple, segment->frame);

    if (incarnation && incarnation->has_beside && incarnation->first_frame < segment->frame
        && tcpstate_is_of_before(incarnation, segment))
        return incarnation->before;
    return incarnation;
}

static void add_incarnation(struct tcpstate_four_tuple *tuple, struct tcpstate_incarnation *incarnation)
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
static struct tcpstate_connection *begin_incarnation(struct tcpstate_four_tuple *tuple,
                                                     struct tcpstate_incarnation *incarnation,
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
static bool stream_of(const struct tcpstate_asked *asked, struct tcpstate_four_tuple *tuple,
                      const struct tcpstate_reading *reading, uint32_t *stream)
{
    if (!reading->has_stream)
        return asked->stream(asked->whom, reading, room_of(tuple), stream);
    *stream = reading->stream;
    return true;
}

static struct tcpstate_four_tuple *begin_tuple(const struct key *key, const struct tcpstate_asked *asked,
                                               const struct tcpstate_reading *reading)
{
    /* Most four-tuples have one connection: it is part of the same piece. */
    struct both { struct tcpstate_incarnation incarnation; struct tcpstate_four_tuple tuple; };
    struct both *both = tcpstate_keep(offsetof(struct both, tuple.key) + KEY_SIZE(key) + asked->room);
    struct tcpstate_four_tuple *tuple = &both->tuple;

    memcpy(&tuple->key, key, KEY_SIZE(key));
    tcpstate_four_tuple_count(asked, tuple, reading);
    if (!stream_of(asked, tuple, reading, &tuple->last_stream))
        tuple->last_stream = TCPSTATE_NO_STREAM;
    g_hash_table_add(tuples, &tuple->key);
    note_recent(tuple, hash_of(key));
    tcpstate_connection_begin(begin_incarnation(tuple, &both->incarnation, reading, tuple->last_stream));
    return tuple;
}

struct tcpstate_four_tuple *tcpstate_four_tuple_take(const struct tcpstate_asked *asked,
                                                     const struct tcpstate_reading *reading)
{
    struct key key;

    make_key(&reading->pair, &key);
    struct tcpstate_four_tuple *tuple = find(&key);
    if (!tuple)
        return begin_tuple(&key, asked, reading);
    tcpstate_four_tuple_count(asked, tuple, reading);
    return tuple;
}

struct tcpstate_connection *tcpstate_four_tuple_add(const struct tcpstate_asked *asked, struct tcpstate_four_tuple *tuple,
                                                    const struct tcpstate_reading *reading)
{
    uint32_t stream = tuple->last_stream;

    stream_of(asked, tuple, reading, &stream);
    tuple->last_stream = stream;
    return begin_incarnation(tuple, (struct tcpstate_incarnation *)tcpstate_keep(sizeof(struct tcpstate_incarnation)),
                             reading, stream);
}

void tcpstate_four_tuples_each(tcpstate_connection_takes *take, void *whom)
{
    GHashTableIter each;
    gpointer key;

    g_hash_table_iter_init(&each, tuples);
    while (g_hash_table_iter_next(&each, &key, NULL)) {
        const struct tcpstate_incarnation *later[2] = { NULL, NULL };
        for (const struct tcpstate_incarnation *at = tuple_of((const struct key *)key)->latest; at; at = at->before) {
            take(whom, at, later);
            later[1] = later[0];
            later[0] = at;
        }
    }
}
