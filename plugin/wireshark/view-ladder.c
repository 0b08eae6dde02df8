/* view-ladder.c - to be built.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "views.h"

void tcpstate_view_ladder_register(void)
{
}
