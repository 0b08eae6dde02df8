/* printed.c - what the printed views have in common; see printed.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "printed.h"

#include <string.h>

bool tcpstate_takes(const char **argument, const char *word)
{
    size_t length = strlen(word);

    if (!*argument || strncmp(*argument, word, length) != 0
        || ((*argument)[length] != '\0' && (*argument)[length] != ','))
        return false;
    *argument = (*argument)[length] == ',' && (*argument)[length + 1] != '\0' ? *argument + length + 1 : NULL;
    return true;
}

const char *tcpstate_surveyed_begin(struct tcpstate_surveyed *view, const char *filter)
{
    view->survey = tcpstate_survey_new();
    return view->filter = g_strdup(filter);
}

void tcpstate_surveyed_take(void *view, const struct tcpstate_tapped *tapped)
{
    tcpstate_survey_take(((struct tcpstate_surveyed *)view)->survey, tapped);
}

void tcpstate_surveyed_forget(void *view)
{
    tcpstate_survey_clear(((struct tcpstate_surveyed *)view)->survey);
}

void tcpstate_surveyed_select(void *view, tcpstate_selects *wanted, const void *whom)
{
    tcpstate_survey_select(((struct tcpstate_surveyed *)view)->survey, wanted, whom);
}

void tcpstate_surveyed_end(void *view)
{
    struct tcpstate_surveyed *surveyed = (struct tcpstate_surveyed *)view;

    tcpstate_survey_free(surveyed->survey);
    g_free(surveyed->filter);
    g_free(surveyed);
}
