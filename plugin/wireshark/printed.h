/* printed.h - what the printed views have in common: the words that they are asked with,
 * and a survey of the connections to print.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_PRINTED_H
#define TCPSTATE_PRINTED_H

#include "survey.h"

/* Whether what a view is asked for begins with this word and a comma, or is it; then it goes
 * on behind it, or is NULL. */
bool tcpstate_takes(const char **given, const char *word);

/* What a view of a survey has first in its data, so that these are its .take, .forget, .select
 * and .end; the latter frees the whole of it. */
struct tcpstate_surveyed {
    struct tcpstate_survey *survey;
    char *filter; /* or NULL */
};
void tcpstate_surveyed_take(void *view, const struct tcpstate_tapped *tapped);
void tcpstate_surveyed_forget(void *view);
void tcpstate_surveyed_select(void *view, tcpstate_selects *wanted, const void *whom);
void tcpstate_surveyed_end(void *view);

/* Begin it with the words that are left: the filter, which is returned, or NULL. */
const char *tcpstate_surveyed_begin(struct tcpstate_surveyed *view, const char *filter);

#endif
