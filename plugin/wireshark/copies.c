/* copies.c - which segments were seen again; see copies.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "copies.h"

#include "compat.h"
#include "host.h"

/* 4096 frames in 512 bytes. */
#define FRAME_BITS 12

struct page {
    uint8_t bits[(1u << FRAME_BITS) / 8];
};

static GHashTable *pages;   /* of struct page; NULL: no copy in this file */
static struct page *recent; /* the one that was asked last, */
static uint32_t recent_key; /* and its key */

void tcpstate_copies_end(void)
{
    g_clear_pointer(&pages, g_hash_table_destroy); /* the file scope frees what is in it */
    recent = NULL;
}

static uint32_t key_of(uint32_t frame, uint8_t layer)
{
    return (frame >> FRAME_BITS) << 8 | layer;
}

static struct page *find(uint32_t key)
{
    if (recent && recent_key == key)
        return recent;
    struct page *page = (struct page *)g_hash_table_lookup(pages, GUINT_TO_POINTER(key));
    if (page) {
        recent = page;
        recent_key = key;
    }
    return page;
}

static uint8_t *byte_of(struct page *page, uint32_t frame)
{
    return &page->bits[(frame & ((1u << FRAME_BITS) - 1)) / 8];
}

void tcpstate_copies_note(uint32_t frame, uint8_t layer, bool copy)
{
    if (!pages && !copy)
        return;
    if (!pages)
        pages = g_hash_table_new(NULL, NULL);
    const uint32_t key = key_of(frame, layer);
    struct page *page = find(key);
    if (!page && !copy)
        return;
    if (!page) {
        page = wmem_new0(tcpstate_file_scope(), struct page);
        g_hash_table_insert(pages, GUINT_TO_POINTER(key), page);
    }
    if (copy)
        *byte_of(page, frame) |= (uint8_t)(1u << frame % 8);
    else
        *byte_of(page, frame) &= (uint8_t)~(1u << frame % 8);
}

bool tcpstate_copies_has(uint32_t frame, uint8_t layer)
{
    struct page *page = pages ? find(key_of(frame, layer)) : NULL;

    return page && (*byte_of(page, frame) & 1u << frame % 8);
}
