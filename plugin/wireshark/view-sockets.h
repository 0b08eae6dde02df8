/* view-sockets.h - the sockets as text, which the terminal (view-sockets.c) and the
 * window (view-sockets-window.c) share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_VIEW_SOCKETS_H
#define TCPSTATE_VIEW_SOCKETS_H

#include "sockets.h"

/* As a person reads them: the table, and the counts below it. */
void tcpstate_sockets_append(GString *out, const struct tcpstate_sockets *sockets);

/* Its entry in the window's menu. */
struct _ext_menubar_t;
void tcpstate_view_sockets_window_register(struct _ext_menubar_t *menu);

#endif
