/* pcapng-copy.c - copies a pcapng file block by block; see pcapng-copy.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: the layout of blocks and of a packet block's options, as in the pcapng
 * specification (draft-ietf-opsawg-pcapng, sections 3.1, 3.5, 4.1, 4.3 and
 * appendix A).  Nothing of Wireshark is needed.
 */
#include "pcapng-copy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

enum {
    BLOCK_SECTION = 0x0A0D0D0A,
    BLOCK_OLD_PACKET = 2, /* laid out like an enhanced one up to its options */
    BLOCK_SIMPLE_PACKET = 3,
    BLOCK_PACKET = 6,
    BYTE_ORDER_MAGIC = 0x1A2B3C4D,
    SHORTEST_BLOCK = 12,
    LONGEST_HEAD = 12,
    PACKET_DATA = 28,   /* offset of the packet's bytes */
    CAPTURED_LENGTH = 20,
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    LONGEST_OPTION = 65535,
    LONGEST_PACKET = 0x20000000, /* Wireshark reads none near as long */
    PIECE = 2048, /* on the stack: less than a page, or Windows wants each page touched */
};

struct tcpstate_copy {
    FILE *from, *to;
    int64_t at;             /* offset of the next block */
    bool big_endian;        /* of this section */
    GByteArray *block, *made; /* a packet as it was, and with its comments */
    unsigned packets, commented;
    char *problem;          /* the first; nothing is done after it */
};

struct head {
    uint8_t bytes[LONGEST_HEAD];
    unsigned read;
    uint32_t type, length;
};

static void fail(struct tcpstate_copy *copy, const char *what)
{
    if (!copy->problem)
        copy->problem = errno ? g_strdup_printf("%s: %s", what, g_strerror(errno)) : g_strdup(what);
}

static uint32_t number32(const struct tcpstate_copy *copy, const uint8_t *at)
{
    return copy->big_endian ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
                            : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static uint16_t number16(const struct tcpstate_copy *copy, const uint8_t *at)
{
    return (uint16_t)(copy->big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
}

static void append_number(const struct tcpstate_copy *copy, GByteArray *to, uint32_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(number >> 8 * (copy->big_endian ? bytes - 1 - i : i));
        g_byte_array_append(to, &byte, 1);
    }
}

static bool get(struct tcpstate_copy *copy, void *to, size_t length)
{
    errno = 0;
    if (fread(to, 1, length, copy->from) == length)
        return true;
    fail(copy, ferror(copy->from) ? "cannot read the capture" : "the capture is cut short");
    return false;
}

static bool put(struct tcpstate_copy *copy, const void *bytes, size_t length)
{
    errno = 0;
    if (fwrite(bytes, 1, length, copy->to) == length)
        return true;
    fail(copy, "cannot write the copy");
    return false;
}

/* The head of the next block; false at the end of the file, and when it is none. */
static bool get_head(struct tcpstate_copy *copy, struct head *head)
{
    int first = getc(copy->from);

    if (first == EOF) {
        if (ferror(copy->from))
            fail(copy, "cannot read the capture");
        return false;
    }
    head->bytes[0] = (uint8_t)first;
    head->read = 8;
    if (!get(copy, head->bytes + 1, 7))
        return false;
    head->type = number32(copy, head->bytes); /* a section's reads the same in either order */
    if (head->type == BLOCK_SECTION) {
        head->read = 12;
        if (!get(copy, head->bytes + 8, 4))
            return false;
        copy->big_endian = false;
        if (number32(copy, head->bytes + 8) != BYTE_ORDER_MAGIC)
            copy->big_endian = true;
    }
    head->length = number32(copy, head->bytes + 4);
    errno = 0;
    if ((copy->at == 0 && head->type != BLOCK_SECTION) || head->length < SHORTEST_BLOCK || head->length % 4 != 0
        || (head->type == BLOCK_SECTION && number32(copy, head->bytes + 8) != BYTE_ORDER_MAGIC))
        fail(copy, "not a pcapng file");
    return !copy->problem;
}

static void copy_rest(struct tcpstate_copy *copy, const struct head *head)
{
    uint8_t piece[PIECE];
    uint32_t left = head->length - head->read;

    if (!put(copy, head->bytes, head->read))
        return;
    while (left > 0) {
        size_t length = MIN(left, sizeof piece);
        if (!get(copy, piece, length) || !put(copy, piece, length))
            return;
        left -= (uint32_t)length;
    }
}

/* Piece by piece: a length that lies costs no more memory than the file is long. */
static bool get_block(struct tcpstate_copy *copy, const struct head *head)
{
    g_byte_array_set_size(copy->block, 0);
    g_byte_array_append(copy->block, head->bytes, head->read);
    while (copy->block->len < head->length) {
        guint had = copy->block->len, length = MIN(head->length - had, (guint)PIECE);

        g_byte_array_set_size(copy->block, had + length);
        if (!get(copy, copy->block->data + had, length))
            return false;
    }
    return true;
}

static bool is_ours(const uint8_t *value, size_t length)
{
    return length >= strlen(TCPSTATE_COMMENT_PREFIX)
           && memcmp(value, TCPSTATE_COMMENT_PREFIX, strlen(TCPSTATE_COMMENT_PREFIX)) == 0;
}

static void append_comment(const struct tcpstate_copy *copy, GByteArray *to, const char *comment)
{
    size_t length = strlen(comment);

    if (length > LONGEST_OPTION)
        return;
    append_number(copy, to, OPTION_COMMENT, 2);
    append_number(copy, to, (uint32_t)length, 2);
    g_byte_array_append(to, (const guint8 *)comment, (guint)length);
    append_number(copy, to, 0, (unsigned)(-length % 4));
}

/* Make of the packet in .block the one in .made: without our comments of
 * before, with the new ones behind all other options.  False: it is to stay as
 * it is, because its lengths make no sense. */
static bool rewrite(struct tcpstate_copy *copy, const GPtrArray *comments, bool *found_ours)
{
    const uint8_t *block = copy->block->data;
    uint32_t end = copy->block->len - 4, captured, at;
    bool kept = false, end_mark = false;

    if (end < PACKET_DATA || (captured = number32(copy, block + CAPTURED_LENGTH)) > end - PACKET_DATA)
        return false;
    at = PACKET_DATA + (captured + 3) / 4 * 4;
    if (at > end)
        return false;
    g_byte_array_set_size(copy->made, 0);
    g_byte_array_append(copy->made, block, at);
    while (at < end) {
        if (end - at < 4)
            return false;
        uint16_t code = number16(copy, block + at), length = number16(copy, block + at + 2);
        uint32_t whole = 4 + ((uint32_t)length + 3) / 4 * 4;

        if (code == OPTION_END) {
            end_mark = true;
            break;
        }
        if (whole > end - at)
            return false;
        if (code == OPTION_COMMENT && is_ours(block + at + 4, length)) {
            *found_ours = true;
        } else {
            g_byte_array_append(copy->made, block + at, whole);
            kept = true;
        }
        at += whole;
    }
    for (guint i = 0; i < comments->len; i++)
        append_comment(copy, copy->made, (const char *)g_ptr_array_index(comments, i));
    if (end_mark && kept) /* with whatever stands behind it */
        g_byte_array_append(copy->made, block + at, end - at);
    else if (comments->len > 0)
        append_number(copy, copy->made, OPTION_END, 4);

    /* The length stands at both ends. */
    uint32_t length = copy->made->len + 4;
    append_number(copy, copy->made, length, 4);
    memcpy(copy->made->data + 4, copy->made->data + copy->made->len - 4, 4);
    return true;
}

static void copy_packet(struct tcpstate_copy *copy, const struct head *head, const GPtrArray *comments)
{
    bool found_ours = false;

    copy->packets++;
    if (head->type == BLOCK_SIMPLE_PACKET || head->length > LONGEST_PACKET) { /* the former has no options */
        copy_rest(copy, head);
        return;
    }
    if (!get_block(copy, head))
        return;
    if (rewrite(copy, comments, &found_ours) && (found_ours || comments->len > 0)) {
        copy->commented += comments->len > 0;
        put(copy, copy->made->data, copy->made->len);
    } else {
        put(copy, copy->block->data, copy->block->len);
    }
}

static bool is_packet(const struct head *head)
{
    return head->type == BLOCK_PACKET || head->type == BLOCK_OLD_PACKET || head->type == BLOCK_SIMPLE_PACKET;
}

struct tcpstate_copy *tcpstate_copy_begin(const char *from, const char *to, char **problem)
{
    struct tcpstate_copy *copy = g_new0(struct tcpstate_copy, 1);

    copy->block = g_byte_array_new();
    copy->made = g_byte_array_new();
    errno = 0;
    copy->from = g_fopen(from, "rb");
    if (!copy->from)
        fail(copy, from);
    else if (!(copy->to = g_fopen(to, "wb")))
        fail(copy, to);
    if (!copy->problem)
        return copy;
    *problem = tcpstate_copy_end(copy);
    return NULL;
}

void tcpstate_copy_packet(struct tcpstate_copy *copy, int64_t offset, const GPtrArray *comments)
{
    static const GPtrArray none;
    struct head head;

    while (!copy->problem && copy->at <= offset) {
        bool here = copy->at == offset;

        if (!get_head(copy, &head)) {
            fail(copy, "the capture is shorter than what was read of it");
            return;
        }
        if (is_packet(&head))
            copy_packet(copy, &head, here ? comments : &none);
        else
            copy_rest(copy, &head);
        copy->at += head.length;
        if (here)
            return;
    }
    errno = 0;
    fail(copy, "not an uncompressed pcapng file, or not the one that was read");
}

char *tcpstate_copy_end(struct tcpstate_copy *copy)
{
    struct head head;

    while (!copy->problem && get_head(copy, &head)) {
        errno = 0;
        if (is_packet(&head))
            fail(copy, "the capture was not read to its end");
        else
            copy_rest(copy, &head);
        copy->at += head.length;
    }
    errno = 0;
    if (copy->to && fclose(copy->to) != 0)
        fail(copy, "cannot write the copy");
    if (copy->from)
        fclose(copy->from);
    g_byte_array_unref(copy->block);
    g_byte_array_unref(copy->made);
    char *problem = copy->problem;
    g_free(copy);
    return problem;
}

void tcpstate_copy_count(const struct tcpstate_copy *copy, unsigned *packets, unsigned *commented)
{
    *packets = copy->packets;
    *commented = copy->commented;
}
