/* beside.c - two connections of one four-tuple at once; see beside.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "beside.h"

#include "host.h"

#define FAR_FROM_ANCHOR (UINT32_C(1) << 19)

struct anchor {
    uint32_t frame;   /* it holds for later ones */
    uint32_t next[2]; /* sequence numbers of endpoints 0 and 1 */
    uint8_t known;    /* 1 << endpoint */
};

struct anchors {
    struct anchor *list; /* by frame */
    uint32_t count, room;
};

struct beside {
    uint32_t since;
    int64_t until;
    struct anchors of[2]; /* the one before, the latest */
};

static GHashTable *pairs; /* the latest -> struct beside; NULL: none in this file */

void tcpstate_beside_end(void)
{
    g_clear_pointer(&pairs, g_hash_table_destroy); /* the file scope frees what is in it */
}

static void add_anchor(struct anchors *anchors, const struct anchor *anchor)
{
    if (anchors->count == anchors->room) {
        anchors->room = anchors->room ? anchors->room * 2 : 2;
        anchors->list = (struct anchor *)wmem_realloc(tcpstate_file_scope(), anchors->list,
                                                      anchors->room * sizeof *anchors->list);
    }
    anchors->list[anchors->count++] = *anchor;
}

void tcpstate_beside_add(const void *latest, uint32_t frame, int64_t until, const struct tcpstate_connection *before_connection,
                         const struct tcpstate_connection *latest_connection)
{
    const struct tcpstate_connection *connections[2] = { before_connection, latest_connection };
    struct beside *beside = wmem_new0(tcpstate_file_scope(), struct beside);

    beside->since = frame;
    beside->until = until;
    for (int i = 0; i < 2; i++) {
        struct anchor anchor = { .frame = frame - 1 };
        anchor.known = (uint8_t)tcpstate_next_numbers(connections[i], anchor.next);
        add_anchor(&beside->of[i], &anchor);
    }
    if (!pairs)
        pairs = g_hash_table_new(NULL, NULL);
    g_hash_table_insert(pairs, (void *)latest, beside);
}

static struct beside *find(const void *latest)
{
    return pairs ? (struct beside *)g_hash_table_lookup(pairs, latest) : NULL;
}

uint32_t tcpstate_beside_since(const void *latest)
{
    return find(latest)->since;
}

/* The last one before a frame; the first holds for all that are asked. */
static const struct anchor *anchor_at(const struct anchors *anchors, uint32_t frame)
{
    uint32_t low = 1, high = anchors->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (anchors->list[middle].frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return &anchors->list[low - 1];
}

static uint32_t between(uint32_t a, uint32_t b)
{
    return MIN(a - b, b - a);
}

/* How far the segment's numbers are from those of the anchor; UINT32_MAX: none is known. */
static uint32_t distance(const struct anchor *anchor, const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    const bool acknowledges = (segment->flags & TCPSTATE_FLAG_ACK) && (anchor->known & 1 << !from);
    const bool sends = (anchor->known & 1 << from) && !((segment->flags & TCPSTATE_FLAG_RST) && segment->seq == 0);
    uint32_t farthest = sends ? between(segment->seq, anchor->next[from]) : 0;

    if (acknowledges)
        farthest = MAX(farthest, between(segment->ack, anchor->next[!from]));
    return sends || acknowledges ? farthest : UINT32_MAX;
}

bool tcpstate_beside_is_before(const void *latest, const struct tcpstate_segment *segment)
{
    const struct beside *beside = find(latest);

    if (!beside || segment->frame < beside->since || segment->time >= beside->until)
        return false;
    return distance(anchor_at(&beside->of[0], segment->frame), segment)
           < distance(anchor_at(&beside->of[1], segment->frame), segment);
}

void tcpstate_beside_took(const void *latest, bool before, const struct tcpstate_segment *segment)
{
    struct beside *beside = find(latest);
    const int from = segment->from & 1;

    if (!beside || (segment->flags & TCPSTATE_FLAG_RST))
        return;
    struct anchors *anchors = &beside->of[!before];
    struct anchor anchor = anchors->list[anchors->count - 1];
    const uint32_t next = tcpstate_segment_next(segment);
    if ((anchor.known & 1 << from) && between(next, anchor.next[from]) < FAR_FROM_ANCHOR)
        return;
    anchor.frame = segment->frame;
    anchor.next[from] = next;
    anchor.known |= (uint8_t)(1 << from);
    add_anchor(anchors, &anchor);
}
