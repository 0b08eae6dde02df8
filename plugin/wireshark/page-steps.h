/* page-steps.h - the steps of a connection, in a page's data.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_PAGE_STEPS_H
#define TCPSTATE_PAGE_STEPS_H

#include "../text/phrases.h"
#include "page-json.h"

/* All steps of a connection of which end `a` is A, with times from `first` on. */
void tcpstate_page_add_steps(struct tcpstate_page_writing *writing, const struct tcpstate_page_connection *connection, int a, int64_t first);

/* A row in which nothing was sent for so many nanoseconds, with a phrase for it; nothing unless it is more than 0. */
void tcpstate_page_add_pause(struct tcpstate_page_writing *writing, enum tcpstate_phrase phrase, int64_t pause);

#endif
