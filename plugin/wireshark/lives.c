/* lives.c - the desk and the files; see lives.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lives.h"

#include <string.h>

#include "host.h"

/* How many connections lie open.  More would not be slower, only larger; with
 * fewer a busy server's connections would be filed between their segments. */
#define DESK 1024

/* How much of a timeline is kept together: a visit reads it from its start. */
#define PART 256

struct place {
    struct tcpstate_life *life; /* NULL: free */
    struct tcpstate_connection connection;
    struct tcpstate_entry last; /* of the timeline, what the next entry is written against */
    uint16_t size;              /* bytes of .timeline */
    bool used;                  /* lately */
    uint8_t timeline[PART];
};

/* A connection and the latest part of its timeline. */
struct filed {
    uint16_t packed, timeline; /* bytes of each */
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

static struct place desk[DESK];
static unsigned hand; /* where to look for somebody to file */

/* What was last looked at without being open. */
static struct {
    const struct tcpstate_life *life;
    struct tcpstate_connection connection;
} looked_at;

/* Small pieces of memory without a header each: wmem's cost 16 bytes. */
#define PIECE 8
#define PAGE 65536
#define MOST_PIECES ((sizeof(struct filed) + TCPSTATE_MOST_PACKED + PART) / PIECE + 1)
static uint8_t *page;
static size_t page_left;
static void *given_back[MOST_PIECES + 1]; /* by size, in pieces */

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

void tcpstate_lives_begin(void)
{
    page = NULL;
    page_left = 0;
    memset(given_back, 0, sizeof given_back);
    for (unsigned i = 0; i < DESK; i++)
        desk[i].life = NULL;
    hand = 0;
    looked_at.life = NULL;
}

void tcpstate_lives_end(void)
{
    tcpstate_lives_begin(); /* the file scope frees it all */
}

static size_t filed_size(const struct filed *filed)
{
    return sizeof *filed + filed->packed + filed->timeline;
}

static void file_away(struct place *place)
{
    struct tcpstate_life *life = place->life;
    uint8_t packed[TCPSTATE_MOST_PACKED];
    size_t size = tcpstate_pack(&place->connection, packed);
    size_t all = sizeof(struct filed) + size + place->size;

    if (life->filed && pieces(filed_size(life->filed)) != pieces(all)) {
        give_back(life->filed, filed_size(life->filed));
        life->filed = NULL;
    }
    if (!life->filed)
        life->filed = (struct filed *)take_memory(all);
    life->filed->packed = (uint16_t)size;
    life->filed->timeline = place->size;
    memcpy(life->filed->bytes, packed, size);
    memcpy(life->filed->bytes + size, place->timeline, place->size);
    life->place = -1;
    place->life = NULL;
    if (looked_at.life == life)
        looked_at.life = NULL;
}

/* A place on the desk, that of somebody who was not used for longest, more or
 * less: the hand goes round and spares once who was used since it came by. */
static struct place *clear_place(void)
{
    for (;;) {
        struct place *place = &desk[hand];
        hand = (hand + 1) % DESK;
        if (place->life && place->used) {
            place->used = false;
            continue;
        }
        if (place->life)
            file_away(place);
        return place;
    }
}

static struct place *lay_out(struct tcpstate_life *life)
{
    struct place *place = clear_place();

    place->life = life;
    place->used = true;
    life->place = (int16_t)(place - desk);
    return place;
}

struct tcpstate_connection *tcpstate_life_make(struct tcpstate_life *life)
{
    struct place *place = lay_out(life);

    place->last = tcpstate_no_entry;
    place->size = 0;
    return &place->connection;
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

struct tcpstate_connection *tcpstate_life_open(struct tcpstate_life *life)
{
    if (life->place >= 0) {
        desk[life->place].used = true;
        return &desk[life->place].connection;
    }
    struct place *place = lay_out(life);
    const struct filed *filed = life->filed;
    tcpstate_unpack(&place->connection, filed->bytes, filed->packed);
    place->size = filed->timeline;
    memcpy(place->timeline, filed->bytes + filed->packed, filed->timeline);
    place->last = tcpstate_no_entry;
    read_entries(place->timeline, place->size, UINT32_MAX, UINT8_MAX, &place->last);
    return &place->connection;
}

const struct tcpstate_connection *tcpstate_life_look(const struct tcpstate_life *life)
{
    if (life->place >= 0)
        return &desk[life->place].connection;
    if (looked_at.life != life) {
        tcpstate_unpack(&looked_at.connection, life->filed->bytes, life->filed->packed);
        looked_at.life = life;
    }
    return &looked_at.connection;
}

/* The timeline on the desk is full: it becomes one of the earlier parts. */
static void turn_page(struct tcpstate_life *life, struct place *place)
{
    struct older *older = life->older;
    struct tcpstate_entry first = tcpstate_no_entry;

    if (!older)
        older = life->older = (struct older *)tcpstate_keep(sizeof *older);
    if (older->count == older->room) {
        older->room = older->room ? older->room * 2 : 2;
        older->parts = (struct part *)wmem_realloc(tcpstate_file_scope(), older->parts,
                                                   older->room * sizeof *older->parts);
    }
    struct part *part = &older->parts[older->count++];
    tcpstate_read_entry(place->timeline, &first);
    part->first_frame = first.frame;
    part->size = place->size;
    part->bytes = (uint8_t *)take_memory(place->size);
    memcpy(part->bytes, place->timeline, place->size);
    place->size = 0;
}

void tcpstate_life_append(struct tcpstate_life *life, const struct tcpstate_entry *entry)
{
    struct place *place = &desk[life->place];
    uint8_t bytes[TCPSTATE_MOST_ENTRY];
    size_t size = tcpstate_write_entry(bytes, entry, &place->last);

    struct tcpstate_entry whole = *entry;
    for (int i = 0; i < 2; i++) /* what it does not know itself was known before */
        if (!(whole.knows_isn & 1u << i))
            whole.isn[i] = place->last.isn[i];
    whole.knows_isn |= place->last.knows_isn;
    if (place->size + size > PART) {
        turn_page(life, place); /* the first entry of a part follows none, and says all */
        size = tcpstate_write_entry(bytes, &whole, &tcpstate_no_entry);
    }
    memcpy(place->timeline + place->size, bytes, size);
    place->size = (uint16_t)(place->size + size);
    place->last = whole;
}

bool tcpstate_life_is_blank(const struct tcpstate_life *life)
{
    return life->place >= 0 ? desk[life->place].size == 0 && !life->older
                            : life->filed->timeline == 0 && !life->older;
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

bool tcpstate_life_entry(const struct tcpstate_life *life, uint32_t frame, uint8_t layer,
                         struct tcpstate_entry *entry)
{
    const struct tcpstate_entry *last = life->place >= 0 ? &desk[life->place].last : NULL;

    /* On first visits the latest entry is the one that is asked for. */
    if (last && last->frame != 0 && (last->frame < frame || (last->frame == frame && last->layer <= layer))) {
        *entry = *last;
        return true;
    }
    const uint8_t *bytes = life->place >= 0 ? desk[life->place].timeline : life->filed->bytes + life->filed->packed;
    size_t size = life->place >= 0 ? desk[life->place].size : life->filed->timeline;

    if (read_entries(bytes, size, frame, layer, entry))
        return true;
    const struct part *part = life->older ? part_at(life->older, frame, layer) : NULL;
    return part && read_entries(part->bytes, part->size, frame, layer, entry);
}
