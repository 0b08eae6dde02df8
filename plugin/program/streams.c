/* streams.c - tcp.stream, counted; see streams.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "streams.h"

#include <string.h>

#include "../wireshark/hash.h"

/* What Wireshark remembers of the latest stream of a four-tuple. */
struct numbered {
    uint32_t base[2]; /* what it takes for the initial sequence numbers */
    uint32_t stream;
    uint8_t known;    /* 1 << endpoint: .base */
    bool begun;
    bool closing;     /* a FIN or RST was met */
};

static uint32_t count;
/* Four-tuples that were only mentioned so far; most captures have none. */
static GHashTable *mentioned; /* struct tcpstate_pair -> struct numbered */

static unsigned pair_hash(gconstpointer pair)
{
    return tcpstate_hash(pair, sizeof(struct tcpstate_pair));
}

static gboolean pair_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct tcpstate_pair)) == 0;
}

static void begin_stream(struct numbered *numbered)
{
    *numbered = (struct numbered){ .stream = count++, .begun = true };
}

/* The first numbers that are met are taken for the initial ones (base_seq, in its TCP dissector). */
static void learn(struct numbered *numbered, const struct tcpstate_segment *segment)
{
    int from = segment->from;

    if (!(numbered->known & 1 << from)) {
        numbered->base[from] = segment->flags & TCPSTATE_FLAG_SYN ? segment->seq : segment->seq - 1;
        numbered->known |= (uint8_t)(1 << from);
    }
    if (!(numbered->known & 1 << !from) && (segment->flags & TCPSTATE_FLAG_ACK)) {
        numbered->base[!from] = segment->ack - 1;
        numbered->known |= (uint8_t)(1 << !from);
    }
    if (segment->flags & (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST))
        numbered->closing = true;
}

static void count_segment(void *whom, const struct tcpstate_reading *reading, void *room)
{
    const struct tcpstate_segment *segment = &reading->segment;
    struct numbered *numbered = (struct numbered *)room;
    uint8_t opening = segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK);

    (void)whom;
    if (!reading->counts)
        return;
    if (!numbered->begun) {
        const struct numbered *before =
            g_hash_table_size(mentioned) > 0 ? (struct numbered *)g_hash_table_lookup(mentioned, &reading->pair) : NULL;
        if (before && before != numbered)
            *numbered = *before;
        else
            begin_stream(numbered);
    }
    if ((opening & TCPSTATE_FLAG_SYN) && (numbered->known & 1 << segment->from)) {
        bool same = numbered->base[segment->from] == segment->seq;
        if (opening != TCPSTATE_FLAG_SYN && !TCPSTATE_STREAM_ENDS)
            numbered->base[segment->from] = segment->seq;
        else if (!same || (TCPSTATE_STREAM_ENDS && numbered->closing))
            begin_stream(numbered);
    }
    if (reading->whole)
        learn(numbered, segment);
}

static bool stream_of(void *whom, const struct tcpstate_reading *reading, const void *room, uint32_t *stream)
{
    (void)whom;
    (void)reading;
    *stream = ((const struct numbered *)room)->stream;
    return true;
}

/* Only dissection names a protocol, and a connection is dissected as a whole or not at all. */
static int application_of(void *whom, const struct tcpstate_reading *reading)
{
    (void)whom;
    (void)reading;
    return TCPSTATE_NO_APPLICATION;
}

struct tcpstate_asked tcpstate_streams_begin(void)
{
    count = 0;
    mentioned = g_hash_table_new_full(pair_hash, pair_equal, g_free, g_free);
    return (struct tcpstate_asked){
        .stream = stream_of, .application = application_of, .count = count_segment, .room = sizeof(struct numbered),
    };
}

void tcpstate_streams_end(void)
{
    g_clear_pointer(&mentioned, g_hash_table_destroy);
}

void tcpstate_streams_mention(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading)
{
    if (!reading->counts || tcpstate_connections_count(asked, reading))
        return;
    struct numbered *numbered = (struct numbered *)g_hash_table_lookup(mentioned, &reading->pair);
    if (!numbered) {
        numbered = g_new0(struct numbered, 1);
        begin_stream(numbered);
        g_hash_table_insert(mentioned, g_memdup2(&reading->pair, sizeof reading->pair), numbered);
    }
    count_segment(NULL, reading, numbered);
}
