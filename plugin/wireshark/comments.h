/* comments.h - what each step means, as packet comments in a copy of the capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_COMMENTS_H
#define TCPSTATE_COMMENTS_H

#include "views.h"

struct tcpstate_comments;

/* Begin to copy FROM, which is pcapng and not compressed; NULL and *problem (to be
 * freed) when a file cannot be opened. */
struct tcpstate_comments *tcpstate_comments_begin(const char *from, const char *to, char **problem);

/* A frame, whose block is at this offset in FROM, and then each segment in it.  Again
 * with the same frame: nothing. */
void tcpstate_comments_turn_to(struct tcpstate_comments *comments, uint32_t frame, int64_t offset);
void tcpstate_comments_take(struct tcpstate_comments *comments, wmem_allocator_t *pool, const struct tcpstate_tapped *tapped);

/* The last frame was there: how many there were, how many have a comment of ours.
 * NULL, or what went wrong (to be freed): the copy is then worth nothing. */
char *tcpstate_comments_end(struct tcpstate_comments *comments, unsigned *packets, unsigned *commented);

#endif
