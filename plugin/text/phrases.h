/* phrases.h - what the views say around the steps, in two languages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_PHRASES_H
#define TCPSTATE_PHRASES_H

#include "catalogue.h"

enum tcpstate_phrase {
#define PHRASE(id, english, chinese) TCPSTATE_PHRASE_##id,
#include "phrases.def"
#undef PHRASE
    TCPSTATE_PHRASES
};

/* Never NULL. */
const char *tcpstate_phrase(enum tcpstate_phrase phrase, enum tcpstate_language language);

#endif
