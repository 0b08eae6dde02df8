/* incarnations.c - open connections in slots, all others packed; see incarnations.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "incarnations.h"

#include <string.h>

#include "host.h"

/* How many connections are open at once.  More would not be slower, only larger; with
 * fewer a busy server's connections would be packed between their segments. */
#define SLOTS 1024

/* How much of a timeline is kept together: a visit reads it from its start. */
#define PART 256

struct slot {
    struct tcpstate_incarnation *incarnation; /* NULL: free */
    struct tcpstate_connection connection;
    struct tcpstate_entry entries[2]; /* the timeline's last, which the next one is written against; and room for that */
    uint8_t last;               /* which of them it is */
    uint16_t size;              /* bytes of .timeline */
    bool used;                  /* lately */
    uint8_t timeline[PART];
};

/* A connection and the latest part of its timeline. */
struct packed {
    uint16_t connection, timeline; /* bytes of each */
    uint8_t bytes[];
};

/* A part of a timeline that is full: its first entry follows none. */
struct part {
    uint8_t *bytes;
    uint32_t first_frame;
    uint16_t size;
};

struct older {
    uint32_t count, room;
    struct part *parts;
};

static struct slot slots[SLOTS];
static unsigned clock_hand; /* the next slot that may have to be cleared */

/* What was last looked at without being open. */
static struct {
    const struct tcpstate_incarnation *incarnation;
    struct tcpstate_connection connection;
} looked_at;

/* Small pieces of memory without a header each: wmem's cost 16 bytes. */
#define PIECE 8
#define PAGE 65536
#define MOST_PIECES ((sizeof(struct packed) + TCPSTATE_MOST_PACKED + PART) / PIECE + 1)
static uint8_t *page;
static size_t page_left;
static void *given_back[MOST_PIECES + 1]; /* by size, in pieces */

static const struct tcpstate_entry *last_of(const struct slot *slot)
{
    return &slot->entries[slot->last];
}

static size_t pieces(size_t size) { return (size + PIECE - 1) / PIECE; }

static void *take_memory(size_t size)
{
    size_t count = pieces(size);

    if (count <= MOST_PIECES && given_back[count]) {
        void *memory = given_back[count];
        memcpy(&given_back[count], memory, sizeof(void *));
        return memory;
    }
    size = count * PIECE;
    if (size > page_left) {
        page = (uint8_t *)wmem_alloc(tcpstate_file_scope(), PAGE);
        page_left = PAGE;
    }
    void *memory = page;
    page += size;
    page_left -= size;
    return memory;
}

static void give_back(void *memory, size_t size)
{
    size_t count = pieces(size);

    memcpy(memory, &given_back[count], sizeof(void *));
    given_back[count] = memory;
}

void *tcpstate_keep(size_t size)
{
    return memset(take_memory(size), 0, size);
}

void tcpstate_incarnations_begin(void)
{
    page = NULL;
    page_left = 0;
    memset(given_back, 0, sizeof given_back);
    for (unsigned i = 0; i < SLOTS; i++)
        slots[i].incarnation = NULL;
    clock_hand = 0;
    looked_at.incarnation = NULL;
}

void tcpstate_incarnations_end(void)
{
    tcpstate_incarnations_begin(); /* the file scope frees it all */
}

static size_t packed_size(const struct packed *packed)
{
    return sizeof *packed + packed->connection + packed->timeline;
}

/* Only the last entry of its timeline: nobody asks for more. */
static void write_last_entry(struct slot *slot)
{
    const struct tcpstate_entry *last = last_of(slot);

    slot->size = last->frame != 0 ? (uint16_t)tcpstate_write_entry(slot->timeline, last, &tcpstate_no_entry) : 0;
}

static void pack_away(struct slot *slot)
{
    if (!tcpstate_keeps_timelines())
        write_last_entry(slot);
    struct tcpstate_incarnation *incarnation = slot->incarnation;
    uint8_t bytes[TCPSTATE_MOST_PACKED];
    size_t size = tcpstate_pack(&slot->connection, bytes);
    size_t all = sizeof(struct packed) + size + slot->size;

    if (incarnation->packed && pieces(packed_size(incarnation->packed)) != pieces(all)) {
        give_back(incarnation->packed, packed_size(incarnation->packed));
        incarnation->packed = NULL;
    }
    if (!incarnation->packed)
        incarnation->packed = (struct packed *)take_memory(all);
    incarnation->packed->connection = (uint16_t)size;
    incarnation->packed->timeline = slot->size;
    memcpy(incarnation->packed->bytes, bytes, size);
    memcpy(incarnation->packed->bytes + size, slot->timeline, slot->size);
    incarnation->slot = -1;
    slot->incarnation = NULL;
    if (looked_at.incarnation == incarnation)
        looked_at.incarnation = NULL;
}

/* A slot that is free, or that of a connection which was not used for long, by the
 * clock algorithm: one that was used since the hand came by is spared once. */
static struct slot *evict(void)
{
    for (;;) {
        struct slot *slot = &slots[clock_hand];
        clock_hand = (clock_hand + 1) % SLOTS;
        if (slot->incarnation && slot->used) {
            slot->used = false;
            continue;
        }
        if (slot->incarnation)
            pack_away(slot);
        return slot;
    }
}

static struct slot *take_slot(struct tcpstate_incarnation *incarnation)
{
    struct slot *slot = evict();

    slot->incarnation = incarnation;
    slot->used = true;
    incarnation->slot = (int16_t)(slot - slots);
    return slot;
}

struct tcpstate_connection *tcpstate_incarnation_make(struct tcpstate_incarnation *incarnation)
{
    struct slot *slot = take_slot(incarnation);

    slot->entries[slot->last] = tcpstate_no_entry;
    slot->size = 0;
    return &slot->connection;
}

/* Entries up to `frame` and `layer`; true if there was one. */
static bool read_entries(const uint8_t *bytes, size_t size, uint32_t frame, uint8_t layer,
                         struct tcpstate_entry *entry)
{
    struct tcpstate_entry next = tcpstate_no_entry;
    bool found = false;

    for (size_t at = 0; at < size;) {
        at += tcpstate_read_entry(bytes + at, &next);
        if (next.frame > frame || (next.frame == frame && next.layer > layer))
            break;
        *entry = next;
        found = true;
    }
    return found;
}

struct tcpstate_connection *tcpstate_incarnation_open(struct tcpstate_incarnation *incarnation)
{
    if (incarnation->slot >= 0) {
        slots[incarnation->slot].used = true;
        return &slots[incarnation->slot].connection;
    }
    struct slot *slot = take_slot(incarnation);
    const struct packed *packed = incarnation->packed;
    tcpstate_unpack(&slot->connection, packed->bytes, packed->connection);
    slot->size = packed->timeline;
    memcpy(slot->timeline, packed->bytes + packed->connection, packed->timeline);
    slot->entries[slot->last] = tcpstate_no_entry;
    read_entries(slot->timeline, slot->size, UINT32_MAX, UINT8_MAX, &slot->entries[slot->last]);
    return &slot->connection;
}

const struct tcpstate_connection *tcpstate_incarnation_look(const struct tcpstate_incarnation *incarnation)
{
    if (incarnation->slot >= 0)
        return &slots[incarnation->slot].connection;
    if (looked_at.incarnation != incarnation) {
        tcpstate_unpack(&looked_at.connection, incarnation->packed->bytes, incarnation->packed->connection);
        looked_at.incarnation = incarnation;
    }
    return &looked_at.connection;
}

/* The timeline in the slot is full: it becomes one of the earlier parts. */
static void close_part(struct tcpstate_incarnation *incarnation, struct slot *slot)
{
    struct older *older = incarnation->older;
    struct tcpstate_entry first = tcpstate_no_entry;

    if (!older)
        older = incarnation->older = (struct older *)tcpstate_keep(sizeof *older);
    if (older->count == older->room) {
        older->room = older->room ? older->room * 2 : 2;
        older->parts = (struct part *)wmem_realloc(tcpstate_file_scope(), older->parts,
                                                   older->room * sizeof *older->parts);
    }
    struct part *part = &older->parts[older->count++];
    tcpstate_read_entry(slot->timeline, &first);
    part->first_frame = first.frame;
    part->size = slot->size;
    part->bytes = (uint8_t *)take_memory(slot->size);
    memcpy(part->bytes, slot->timeline, slot->size);
    slot->size = 0;
}

/* What it does not know itself was known before. */
static void take_isns(struct tcpstate_entry *entry, const struct tcpstate_entry *before)
{
    for (int i = 0; i < 2; i++)
        if (!(entry->knows_isn & 1u << i))
            entry->isn[i] = before->isn[i];
    entry->knows_isn |= before->knows_isn;
}

/* To the timeline, which follows its last entry. */
static void write_entry(struct tcpstate_incarnation *incarnation, struct slot *slot, const struct tcpstate_entry *entry)
{
    uint8_t bytes[TCPSTATE_MOST_ENTRY];
    size_t size = tcpstate_write_entry(bytes, entry, last_of(slot));

    if (slot->size + size > PART) {
        struct tcpstate_entry whole = *entry;
        close_part(incarnation, slot); /* the first entry of a part follows none, and says all */
        take_isns(&whole, last_of(slot));
        size = tcpstate_write_entry(bytes, &whole, &tcpstate_no_entry);
    }
    memcpy(slot->timeline + slot->size, bytes, size);
    slot->size = (uint16_t)(slot->size + size);
}

struct tcpstate_entry *tcpstate_incarnation_next_entry(const struct tcpstate_incarnation *incarnation)
{
    struct slot *slot = &slots[incarnation->slot];

    return &slot->entries[!slot->last];
}

void tcpstate_incarnation_append(struct tcpstate_incarnation *incarnation)
{
    struct slot *slot = &slots[incarnation->slot];
    struct tcpstate_entry *entry = &slot->entries[!slot->last];

    if (tcpstate_keeps_timelines())
        write_entry(incarnation, slot, entry);
    take_isns(entry, last_of(slot));
    slot->last = !slot->last;
}

bool tcpstate_incarnation_is_blank(const struct tcpstate_incarnation *incarnation)
{
    return incarnation->slot >= 0 ? last_of(&slots[incarnation->slot])->frame == 0 : incarnation->packed->timeline == 0;
}

/* The part that holds a frame: the last one that begins not after it.  Two
 * layers of one frame may fall into two parts; then both begin with it. */
static const struct part *part_at(const struct older *older, uint32_t frame, uint8_t layer)
{
    uint32_t low = 0, high = older->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct part *part = &older->parts[middle];
        struct tcpstate_entry first = tcpstate_no_entry;
        bool after = part->first_frame > frame;
        if (part->first_frame == frame) {
            tcpstate_read_entry(part->bytes, &first);
            after = first.layer > layer;
        }
        if (after)
            high = middle;
        else
            low = middle + 1;
    }
    return low > 0 ? &older->parts[low - 1] : NULL;
}

/* The latest part of the timeline. */
static const uint8_t *latest_part(const struct tcpstate_incarnation *incarnation, size_t *size)
{
    if (incarnation->slot >= 0) {
        *size = slots[incarnation->slot].size;
        return slots[incarnation->slot].timeline;
    }
    *size = incarnation->packed->timeline;
    return incarnation->packed->bytes + incarnation->packed->connection;
}

bool tcpstate_incarnation_entry(const struct tcpstate_incarnation *incarnation, uint32_t frame, uint8_t layer,
                                struct tcpstate_entry *entry)
{
    const struct tcpstate_entry *last = incarnation->slot >= 0 ? last_of(&slots[incarnation->slot]) : NULL;

    /* On first visits the latest entry is the one that is asked for. */
    if (last && last->frame != 0 && (last->frame < frame || (last->frame == frame && last->layer <= layer))) {
        *entry = *last;
        return true;
    }
    size_t size;
    const uint8_t *bytes = latest_part(incarnation, &size);

    if (read_entries(bytes, size, frame, layer, entry))
        return true;
    const struct part *part = incarnation->older ? part_at(incarnation->older, frame, layer) : NULL;
    return part && read_entries(part->bytes, part->size, frame, layer, entry);
}

static void take_part(const uint8_t *bytes, size_t size, tcpstate_entry_takes *take, void *whom)
{
    struct tcpstate_entry entry = tcpstate_no_entry;

    for (size_t at = 0; at < size;) {
        at += tcpstate_read_entry(bytes + at, &entry);
        take(whom, &entry);
    }
}

void tcpstate_incarnation_entries(const struct tcpstate_incarnation *incarnation, tcpstate_entry_takes *take, void *whom)
{
    const struct older *older = incarnation->older;
    size_t size;
    const uint8_t *bytes = latest_part(incarnation, &size);

    for (uint32_t i = 0; older && i < older->count; i++)
        take_part(older->parts[i].bytes, older->parts[i].size, take, whom);
    take_part(bytes, size, take, whom);
}
