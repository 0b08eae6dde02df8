/* windows-layout.c - makes the compiler lay out what we share with Wireshark;
 * test_layouts.py has it print the layouts, for two compilers' rules.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "compat.h"

#include <epan/column-info.h>
#include <epan/column-utils.h>
#include <epan/expert.h>
#include <epan/prefs.h>
#include <epan/stat_tap_ui.h>
#include <epan/stats_tree.h>
#include <epan/uat.h>

const size_t sizes[] = {
    sizeof(packet_info),       sizeof(frame_data),          sizeof(hf_register_info),
    sizeof(header_field_info), sizeof(field_info),          sizeof(item_label_t),
    sizeof(proto_node),        sizeof(tree_data_t),         sizeof(proto_plugin),
    sizeof(conversation_t),    sizeof(ei_register_info),    sizeof(uat_field_t),
    sizeof(stat_tap_table_ui), sizeof(stat_tap_table_item), sizeof(stat_tap_table),
    sizeof(stat_data_t),       sizeof(stat_tap_ui),         sizeof(tap_param),
    sizeof(struct _seq_analysis_item), sizeof(struct _seq_analysis_info), sizeof(address),
    sizeof(nstime_t),          sizeof(enum_val_t),          sizeof(GArray),
};
