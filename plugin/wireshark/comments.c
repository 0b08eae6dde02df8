/* comments.c - which packet gets which comment; see comments.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pcapng-copy.c writes them.
 */
#include "comments.h"

#include <string.h>

#include "../text/phrases.h"
#include "pcapng-copy.h"
#include "preferences.h"
#include "text-width.h"
#include "wording.h"

enum { LONGEST_COMMENT = 4096 };

struct tcpstate_comments {
    struct tcpstate_copy *copy;
    uint32_t frame;      /* the one whose comments are being collected; 0: none yet */
    int64_t offset;      /* of its block in IN */
    GPtrArray *texts;
};

/* One line of text, whatever the user's own labels hold, and not without end. */
static char *one_line(const char *text)
{
    char *line = tcpstate_printable(text);

    if (strlen(line) > LONGEST_COMMENT)
        *g_utf8_find_prev_char(line, line + LONGEST_COMMENT) = '\0';
    return line;
}

static char *standing(wmem_allocator_t *pool, enum tcpstate_phrase phrase, const struct tcpstate_meaning *meaning, int end)
{
    const char *state = tcpstate_state_text((enum tcpstate_state)meaning->seen.ends[end].after,
                                            meaning->seen.ends[end].after_inferred);

    return wmem_strdup_printf(pool, tcpstate_phrase(phrase, tcpstate_language()), state);
}

/* "tcpstate: Handshake 2/3 | client ESTABLISHED (inferred), server SYN_RCVD" */
static char *comment_on(wmem_allocator_t *pool, const char *label, const struct tcpstate_tapped *tapped)
{
    int client = tapped->meaning.seen.client, left = client < 0 ? tapped->reading.segment.from : client;
    const char *text = wmem_strdup_printf(
        pool, TCPSTATE_COMMENT_PREFIX "%s | %s%s%s", label,
        standing(pool, client < 0 ? TCPSTATE_PHRASE_SENDER_STANDS : TCPSTATE_PHRASE_CLIENT_STANDS, &tapped->meaning, left),
        tcpstate_phrase(TCPSTATE_PHRASE_COMMA, tcpstate_language()),
        standing(pool, client < 0 ? TCPSTATE_PHRASE_RECEIVER_STANDS : TCPSTATE_PHRASE_SERVER_STANDS, &tapped->meaning,
                 !left));

    return one_line(text);
}

static void flush(struct tcpstate_comments *comments)
{
    if (comments->frame != 0)
        tcpstate_copy_packet(comments->copy, comments->offset, comments->texts);
    g_ptr_array_set_size(comments->texts, 0);
}

struct tcpstate_comments *tcpstate_comments_begin(const char *from, const char *to, char **problem)
{
    struct tcpstate_copy *copy = tcpstate_copy_begin(from, to, problem);

    if (!copy)
        return NULL;
    struct tcpstate_comments *comments = g_new0(struct tcpstate_comments, 1);
    comments->texts = g_ptr_array_new_with_free_func(g_free);
    comments->copy = copy;
    return comments;
}

void tcpstate_comments_turn_to(struct tcpstate_comments *comments, uint32_t frame, int64_t offset)
{
    if (comments->frame == frame)
        return;
    flush(comments);
    comments->frame = frame;
    comments->offset = offset;
}

void tcpstate_comments_take(struct tcpstate_comments *comments, wmem_allocator_t *pool, const struct tcpstate_tapped *tapped)
{
    const char *label = tcpstate_label_of(pool, &tapped->reading, &tapped->meaning);

    if (*label)
        g_ptr_array_add(comments->texts, comment_on(pool, label, tapped));
}

char *tcpstate_comments_end(struct tcpstate_comments *comments, unsigned *packets, unsigned *commented)
{
    flush(comments);
    tcpstate_copy_count(comments->copy, packets, commented);
    char *problem = tcpstate_copy_end(comments->copy);
    g_ptr_array_free(comments->texts, TRUE);
    g_free(comments);
    return problem;
}
