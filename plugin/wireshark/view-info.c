/* view-info.c - the label at the end of the Info column, for tools that show
 * nothing else.  Off unless the preference "info_label" is on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A post-dissector comes last, so what the others wrote stays in front of the
 * label.  Wireshark builds the column anew each time it dissects a frame, so
 * the label is appended on every visit.
 */
#include "views.h"

#include <epan/column-utils.h>

#include "fields.h"
#include "preferences.h"
#include "wording.h"

bool tcpstate_view_info_is_wanted(packet_info *pinfo)
{
    return tcpstate_labels_in_info() && col_get_text(pinfo->cinfo, COL_INFO) != NULL;
}

void tcpstate_view_info(packet_info *pinfo, const struct tcpstate_reading *reading,
                        const struct tcpstate_meaning *meaning)
{
    const char *label = tcpstate_label_of(pinfo->pool, reading, meaning);
    if (!*label)
        return;
    /* A dissector may have left the column shut, against those that it called. */
    column_info *columns = pinfo->cinfo;
    bool all = col_get_writable(columns, -1);
    col_set_writable(columns, -1, TRUE);
    bool open = col_get_writable(columns, COL_INFO);
    col_set_writable(columns, COL_INFO, TRUE);
    col_append_fstr(columns, COL_INFO, " > %s: %s",
                    tcpstate_field_name(TCPSTATE_FIELD_ANALYSIS, tcpstate_language()), label);
    col_set_writable(columns, COL_INFO, open);
    col_set_writable(columns, -1, all);
}
