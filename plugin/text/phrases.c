/* phrases.c - the table behind phrases.h; edit words in phrases.def.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "phrases.h"

static const char *const phrases[TCPSTATE_PHRASES][TCPSTATE_LANGUAGES] = {
#define PHRASE(id, english, chinese) [TCPSTATE_PHRASE_##id] = { english, chinese },
#include "phrases.def"
#undef PHRASE
};

const char *tcpstate_phrase(enum tcpstate_phrase phrase, enum tcpstate_language language)
{
    return phrases[phrase][language];
}
