/* hash.h - keys of hash tables, as words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Not Wireshark's: the library that is loaded when a frame has to be dissected
 * draws the seeds of all tables anew (wmem_init_hashing), and what the program
 * "tcpstate" had filed by then would not be found again.  Until then they are 0,
 * which files everything in one place.
 */
#ifndef TCPSTATE_HASH_H
#define TCPSTATE_HASH_H

#include <stdint.h>
#include <string.h>

static inline unsigned tcpstate_hash_words(const uint32_t *words, uint32_t count)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < count; i++)
        hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return (unsigned)(hash >> 32);
}

/* Of a struct, its padding included, of at most 64 bytes. */
static inline unsigned tcpstate_hash(const void *key, size_t size)
{
    uint32_t words[16] = { 0 };

    memcpy(words, key, size);
    const unsigned hash = tcpstate_hash_words(words, (uint32_t)(size + 3) / 4);
    return hash;
}

#endif
