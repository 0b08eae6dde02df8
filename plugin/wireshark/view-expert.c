/* view-expert.c - to be built.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "views.h"

void tcpstate_view_expert_register(int proto _U_)
{
}

bool tcpstate_view_expert_is_wanted(proto_tree *tree _U_)
{
    return false;
}

void tcpstate_view_expert(packet_info *pinfo _U_, proto_item *item _U_,
                          const struct tcpstate_reading *reading _U_, const struct tcpstate_sight *sight _U_)
{
}
