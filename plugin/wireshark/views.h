/* views.h - the views of a whole capture, and how they are fed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One file per view.  A view by tap ("-z", the Statistics menu) is fed one
 * segment after another through Wireshark's tap "tcpstate", with what its own
 * display filter lets through.  What a segment means was decided on the first
 * visit (connections.c); a view only collects and prints.  When it prints, the
 * capture has been read to its end, so what it then asks of a connection
 * (tcpstate_incarnation_summary()) is the whole truth in one pass as well as in two.
 */
#ifndef TCPSTATE_VIEWS_H
#define TCPSTATE_VIEWS_H

#include "compat.h"

#include "../text/catalogue.h"
#include "connections.h"

/* What the tap "tcpstate" hands over, once per segment (a frame may hold
 * several, and an ICMP error one that it quotes: reading.quoted).  Valid during
 * the call; meaning.incarnation as long as the capture file is open. */
struct tcpstate_tapped {
    struct tcpstate_reading reading;
    struct tcpstate_meaning meaning;
    double began;    /* the frame, in milliseconds since the capture's first one */
    uint32_t length; /* of the whole frame on the wire, in bytes */
};

#define TCPSTATE_TAP "tcpstate"

/* Whether it counts: a copy does not, nor an ICMP error, which is nobody's segment, whoever it quotes. */
static inline bool tcpstate_counts(const struct tcpstate_tapped *tapped)
{
    return !tapped->reading.quoted && !tapped->meaning.seen.copy;
}

/* The time of the capture's first frame. */
static inline int64_t tcpstate_tapped_start(const struct tcpstate_tapped *tapped)
{
    return tapped->reading.segment.time - (int64_t)(tapped->began * 1e6 + 0.5);
}

/* Whether a connection is wanted, as `whom` has it. */
typedef bool tcpstate_selects(const struct tcpstate_incarnation *incarnation, const void *whom);

/* A view that is printed when the capture has been read to its end: by tshark,
 * with "-z tcpstate,NAME[,...]" (view-printed.c), and by the program "tcpstate". */
struct tcpstate_printed {
    const char *name;
    /* `given` is what stands after the name and its comma, or NULL; *filter
     * becomes the display filter in it, or NULL. */
    void *(*begin)(const char *given, const char **filter);
    void (*take)(void *view, const struct tcpstate_tapped *tapped);
    void (*forget)(void *view); /* all that was taken */
    void (*print)(void *view);
    void (*end)(void *view);
    /* Drop all connections but the wanted ones, before .print; NULL: the view cannot. */
    void (*select)(void *view, tcpstate_selects *wanted, const void *whom);
};
extern const struct tcpstate_printed tcpstate_printed_report, tcpstate_printed_connections, tcpstate_printed_ladder,
    tcpstate_printed_page, tcpstate_printed_sockets;

/* Whether this is the program with a window, where "-z" and the menu open
 * dialogs; else what a view has to say is printed.  (view-printed.c) */
bool tcpstate_has_window(void);

/* Once, with the protocol's number: each view makes itself known to Wireshark. */
void tcpstate_view_expert_register(int proto);
void tcpstate_view_flow_register(int proto);
void tcpstate_view_statistics_register(void);
void tcpstate_view_printed_register(void);
void tcpstate_view_connections_window_register(void);
void tcpstate_view_comments_register(void);

void tcpstate_view_filter_register(void);

/* What Wireshark's dialogs call expert information and the flow graph, in a language. */
void tcpstate_view_expert_name(enum tcpstate_language language);
void tcpstate_view_flow_name(enum tcpstate_language language);

/* Whether there may be any of this segment; most have none, and need not be asked more. */
bool tcpstate_view_expert_has(const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning);

/* The three views below are not fed by the tap, but asked to look at each
 * segment.  On later visits they are asked only if one of them is wanted:
 * whether what it adds would reach anybody.  `tree` may be NULL. */
bool tcpstate_view_expert_is_wanted(packet_info *pinfo, proto_tree *tree);
bool tcpstate_view_info_is_wanted(packet_info *pinfo);

/* Expert information on one segment, if it is wanted; `item` is the head of
 * its tree, or NULL where there is no tree. */
void tcpstate_view_expert(packet_info *pinfo, proto_item *item, const struct tcpstate_reading *reading,
                          const struct tcpstate_meaning *meaning);

/* Its label at the end of the Info column, if the user wants that. */
void tcpstate_view_info(packet_info *pinfo, const struct tcpstate_reading *reading,
                        const struct tcpstate_meaning *meaning);

/* Its connection, for the window's menus on the selected packet. */
void tcpstate_view_filter(packet_info *pinfo, const struct tcpstate_meaning *meaning);

#endif
