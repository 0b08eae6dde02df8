/* beside.c - the anchors of two connections of one four-tuple at once; see beside.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "beside.h"

#include "host.h"

struct anchor {
    uint32_t frame; /* it holds for later ones */
    struct tcpstate_anchor numbers;
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

static void add_anchor(struct anchors *anchors, uint32_t frame, const struct tcpstate_anchor *numbers)
{
    if (anchors->count == anchors->room) {
        anchors->room = anchors->room ? anchors->room * 2 : 2;
        anchors->list = (struct anchor *)wmem_realloc(tcpstate_file_scope(), anchors->list,
                                                      anchors->room * sizeof *anchors->list);
    }
    anchors->list[anchors->count++] = (struct anchor){ frame, *numbers };
}

void tcpstate_beside_add(const void *latest, uint32_t frame, const struct tcpstate_beside *began)
{
    struct beside *beside = wmem_new0(tcpstate_file_scope(), struct beside);

    beside->since = frame;
    beside->until = began->until;
    for (int i = 0; i < 2; i++)
        add_anchor(&beside->of[i], frame - 1, &began->of[i]);
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

bool tcpstate_beside_at(const void *latest, uint32_t frame, struct tcpstate_beside *beside)
{
    const struct beside *kept = find(latest);

    if (!kept || frame < kept->since)
        return false;
    beside->until = kept->until;
    for (int i = 0; i < 2; i++)
        beside->of[i] = anchor_at(&kept->of[i], frame)->numbers;
    return true;
}

bool tcpstate_is_of_before(const void *latest, const struct tcpstate_segment *segment)
{
    struct tcpstate_beside beside;

    return tcpstate_beside_at(latest, segment->frame, &beside) && tcpstate_beside_is_before(&beside, segment);
}

void tcpstate_beside_moved(const void *latest, uint32_t frame, const struct tcpstate_beside *beside)
{
    struct beside *kept = find(latest);

    for (int i = 0; kept && i < 2; i++)
        if (beside->moved & 1 << i)
            add_anchor(&kept->of[i], frame, &beside->of[i]);
}
