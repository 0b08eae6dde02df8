/* environment.c - the language that the user's environment asks for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"

/* The locale that messages are to be in, by the rules of gettext: LANGUAGE
 * goes first, but only where the locale is not the C locale. */
static const char *message_locale(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    const char *locale = NULL;

    for (size_t i = 0; i < sizeof names / sizeof *names && !(locale && *locale); i++)
        locale = getenv(names[i]);
    const char *wanted = getenv("LANGUAGE");
    if (wanted && *wanted && locale && *locale && strcmp(locale, "C") != 0 && strcmp(locale, "POSIX") != 0)
        return wanted;
    return locale;
}

enum tcpstate_language tcpstate_language_of_environment(void)
{
    return tcpstate_language_of_locale(message_locale());
}
