/* view-comments.c - "-z tcpstate,comments,IN,OUT": the capture, with what each
 * step means as a packet comment that any Wireshark shows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: which packet gets which comment; pcapng-copy.c writes them.  IN is the
 * capture that is being read, in pcapng, not compressed.  plugin/annotate
 * --save sees to that, and to OUT's taking the place of another file only when
 * it is whole.
 */
#include "views.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "../text/phrases.h"
#include "pcapng-copy.h"
#include "preferences.h"
#include "text-width.h"
#include "wording.h"

enum { LONGEST_COMMENT = 4096 };

struct comments {
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

static char *standing(wmem_allocator_t *pool, enum tcpstate_phrase phrase, const struct tcpstate_sight *sight, int end)
{
    const char *state = tcpstate_state_text((enum tcpstate_state)sight->seen.ends[end].after,
                                            sight->seen.ends[end].after_inferred);

    return wmem_strdup_printf(pool, tcpstate_phrase(phrase, tcpstate_language()), state);
}

/* "tcpstate: Handshake 2/3 | client ESTABLISHED (inferred), server SYN_RCVD" */
static char *comment_on(wmem_allocator_t *pool, const char *label, const struct tcpstate_tapped *tapped)
{
    int client = tapped->sight.seen.client, left = client < 0 ? tapped->reading.segment.from : client;
    const char *text = wmem_strdup_printf(
        pool, TCPSTATE_COMMENT_PREFIX "%s | %s%s%s", label,
        standing(pool, client < 0 ? TCPSTATE_PHRASE_SENDER_STANDS : TCPSTATE_PHRASE_CLIENT_STANDS, &tapped->sight, left),
        tcpstate_language() == TCPSTATE_CHINESE ? "，" : ", ",
        standing(pool, client < 0 ? TCPSTATE_PHRASE_RECEIVER_STANDS : TCPSTATE_PHRASE_SERVER_STANDS, &tapped->sight,
                 !left));

    return one_line(text);
}

static void flush(struct comments *comments)
{
    if (comments->copy && comments->frame != 0)
        tcpstate_copy_packet(comments->copy, comments->offset, comments->texts);
    g_ptr_array_set_size(comments->texts, 0);
}

/* Both taps tell of a frame, in an order that is Wireshark's own affair. */
static void turn_to(struct comments *comments, const packet_info *pinfo)
{
    if (comments->frame == pinfo->num)
        return;
    flush(comments);
    comments->frame = pinfo->num;
    comments->offset = pinfo->fd->file_off;
}

static tap_packet_status see_frame(void *tapdata, packet_info *pinfo, epan_dissect_t *edt _U_, const void *data _U_,
                                   tap_flags_t flags _U_)
{
    turn_to((struct comments *)tapdata, pinfo);
    return TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status see_segment(void *tapdata, packet_info *pinfo, epan_dissect_t *edt _U_, const void *data,
                                     tap_flags_t flags _U_)
{
    struct comments *comments = (struct comments *)tapdata;
    const struct tcpstate_tapped *tapped = (const struct tcpstate_tapped *)data;
    const char *label = tcpstate_label_of(pinfo->pool, &tapped->reading, &tapped->sight);

    turn_to(comments, pinfo);
    if (*label)
        g_ptr_array_add(comments->texts, comment_on(pinfo->pool, label, tapped));
    return TAP_PACKET_DONT_REDRAW;
}

/* The capture has been read.  The line on standard output says that OUT is whole. */
static void finish(void *tapdata)
{
    struct comments *comments = (struct comments *)tapdata;
    unsigned packets, commented;

    if (!comments->copy)
        return;
    flush(comments);
    tcpstate_copy_count(comments->copy, &packets, &commented);
    char *problem = tcpstate_copy_end(comments->copy);
    comments->copy = NULL;
    if (problem) {
        report_failure("tcpstate: %s", problem);
    } else {
        printf(tcpstate_phrase(TCPSTATE_PHRASE_COMMENTED, tcpstate_language()), commented, packets);
        putchar('\n');
    }
    g_free(problem);
}

static void refuse(const char *why)
{
    report_failure("Couldn't register tcpstate,comments tap: %s", why);
    exit(1);
}

static TCPSTATE_STARTS begin(const char *argument, void *userdata _U_)
{
    char **names = g_strsplit(argument, ",", -1); /* "tcpstate", "comments", IN, OUT */
    char *problem = NULL;

    if (g_strv_length(names) != 4 || !*names[2] || !*names[3])
        refuse("it takes two file names without commas: -z tcpstate,comments,IN.pcapng,OUT.pcapng");
    struct comments *comments = g_new0(struct comments, 1);
    comments->texts = g_ptr_array_new_with_free_func(g_free);
    comments->copy = tcpstate_copy_begin(names[2], names[3], &problem);
    if (!comments->copy)
        refuse(problem);
    g_strfreev(names);

    GString *error = register_tap_listener("frame", comments, NULL, TL_REQUIRES_NOTHING, NULL, see_frame, finish, NULL);
    if (!error)
        error = register_tap_listener(TCPSTATE_TAP, comments, NULL, TL_REQUIRES_NOTHING, NULL, see_segment, NULL, NULL);
    if (error)
        refuse(error->str);
    return TCPSTATE_STARTED;
}

void tcpstate_view_comments_register(void)
{
    static stat_tap_ui ui = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "TCP Connection State: comments",
        .cli_string = "tcpstate,comments",
        .tap_init_cb = begin,
    };

    register_stat_tap_ui(&ui, NULL);
}
