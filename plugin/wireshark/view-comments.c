/* view-comments.c - "-z tcpstate,comments,IN,OUT": the capture, with what each
 * step means as a packet comment that any Wireshark shows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: the taps; comments.c has the rest.  IN is the capture that is being read,
 * in pcapng, not compressed.  plugin/annotate --save sees to that, and to OUT's
 * taking the place of another file only when it is whole.
 */
#include "comments.h"

#include <stdio.h>
#include <stdlib.h>

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "../text/phrases.h"
#include "preferences.h"

/* What was asked for; NULL once it is written. */
struct asked {
    struct tcpstate_comments *comments;
};

/* Both taps tell of a frame, in an order that is Wireshark's own affair. */
static struct tcpstate_comments *turn_to(void *data, const packet_info *pinfo)
{
    struct tcpstate_comments *comments = ((struct asked *)data)->comments;

    if (comments)
        tcpstate_comments_turn_to(comments, pinfo->num, pinfo->fd->file_off);
    return comments;
}

static tap_packet_status see_frame(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *frame _U_,
                                   tap_flags_t flags _U_)
{
    turn_to(data, pinfo);
    return TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status see_segment(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *tapped,
                                     tap_flags_t flags _U_)
{
    struct tcpstate_comments *comments = turn_to(data, pinfo);

    if (comments)
        tcpstate_comments_take(comments, pinfo->pool, (const struct tcpstate_tapped *)tapped);
    return TAP_PACKET_DONT_REDRAW;
}

/* The capture has been read.  The line on standard output says that OUT is whole. */
static void finish(void *data)
{
    struct asked *asked = (struct asked *)data;
    unsigned packets, commented;

    if (!asked->comments)
        return;
    char *problem = tcpstate_comments_end(asked->comments, &packets, &commented);
    asked->comments = NULL;
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
    struct asked *asked = g_new0(struct asked, 1);
    asked->comments = tcpstate_comments_begin(names[2], names[3], &problem);
    if (!asked->comments)
        refuse(problem);
    g_strfreev(names);

    GString *error = register_tap_listener("frame", asked, NULL, TL_REQUIRES_NOTHING, NULL, see_frame, finish, NULL);
    if (!error)
        error = register_tap_listener(TCPSTATE_TAP, asked, NULL, TL_REQUIRES_NOTHING, NULL, see_segment, NULL, NULL);
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
