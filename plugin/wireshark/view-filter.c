/* view-filter.c - the window's menus Conversation Filter and Colorize
 * Conversation offer the selected packet's connection.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Not Wireshark's own TCP filter: that goes by addresses and ports, and takes
 * in every connection that ever used them.
 */
#include "views.h"

#include <epan/conversation_filter.h>
#include <epan/proto_data.h>

#include "fields.h"

/* The number + 1 of the connection of the packet's first segment; 0: none.  It lives
 * as long as the packet is dissected: in the window, while it is selected. */
static void *number_of(packet_info *pinfo)
{
    return p_get_proto_data(pinfo->pool, pinfo, tcpstate_proto, 0);
}

void tcpstate_view_filter(packet_info *pinfo, const struct tcpstate_meaning *meaning)
{
    if (!number_of(pinfo))
        p_add_proto_data(pinfo->pool, pinfo, tcpstate_proto, 0, GUINT_TO_POINTER(tcpstate_incarnation_number(meaning->incarnation) + 1));
}

static TCPSTATE_BOOL has_connection(struct _packet_info *pinfo TCPSTATE_FILTER_DATA)
{
    return number_of(pinfo) != NULL;
}

static char *filter_of_connection(struct _packet_info *pinfo TCPSTATE_FILTER_DATA)
{
    return g_strdup_printf("tcpstate.connection == %u", GPOINTER_TO_UINT(number_of(pinfo)) - 1);
}

void tcpstate_view_filter_register(void)
{
    register_conversation_filter("tcpstate", "TCP Connection State", has_connection,
                                 filter_of_connection TCPSTATE_FILTER_NO_DATA);
}
