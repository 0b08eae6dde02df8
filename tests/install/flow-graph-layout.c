/* flow-graph-layout.c - compat.h's copy of the flow graph's list is laid out as
 * epan/sequence_analysis.h has it: compiled by test_layouts.py against the header
 * of each series, and never run.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stddef.h>

#define TCPSTATE_OWN_FLOW_GRAPH
#define _seq_analysis_item copied_item
#define _seq_analysis_info copied_info
#define sequence_analysis_create_sai_with_addresses copied_create
#define sequence_analysis_use_color_filter copied_use_color_filter
#include "compat.h"
#undef _seq_analysis_item
#undef _seq_analysis_info
#undef sequence_analysis_create_sai_with_addresses
#undef sequence_analysis_use_color_filter

/* And register_seq_analysis() is declared as we declare it, or this does not compile. */
#include "sequence_analysis.h"

#define SAME(kind, member)                                                                      \
    _Static_assert(offsetof(struct copied_##kind, member) == offsetof(struct _seq_analysis_##kind, member) \
                       && sizeof(((struct copied_##kind *)0)->member) == sizeof(((struct _seq_analysis_##kind *)0)->member), \
                   "another place or size: " #kind "." #member)

SAME(item, frame_number);
SAME(item, src_addr);
SAME(item, port_src);
SAME(item, dst_addr);
SAME(item, port_dst);
SAME(item, frame_label);
SAME(item, time_str);
SAME(item, comment);
SAME(item, conv_num);
SAME(item, fg_color);
SAME(item, bg_color);
SAME(item, has_color_filter);
SAME(item, display);
SAME(item, src_node);
SAME(item, dst_node);
SAME(item, line_style);
SAME(info, name);
SAME(info, any_addr);
SAME(info, nconv);
SAME(info, items);
SAME(info, ht);
SAME(info, nodes);
SAME(info, num_nodes);
_Static_assert(TCPSTATE_FLOW_NODES == MAX_NUM_NODES, "as many lifelines");
_Static_assert(TCPSTATE_HAS_FLOW_GRAPH, "this series has the flow graph");
