/* fields.h - the protocol and its fields.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_FIELDS_H
#define TCPSTATE_FIELDS_H

#include "../text/catalogue.h"
#include "compat.h"

enum tcpstate_field {
#define FIELD(id, type, display, filter, english, chinese, meaning) TCPSTATE_FIELD_##id,
#include "fields.def"
#undef FIELD
    TCPSTATE_FIELDS
};

extern int tcpstate_proto;                /* the protocol's number */
extern int tcpstate_hf[TCPSTATE_FIELDS];  /* each field's */
/* Each field's registration, whose .ref_type tells whether anybody refers to it. */
extern hf_register_info tcpstate_field_registrations[TCPSTATE_FIELDS];
extern int tcpstate_ett;                  /* the tree's */
extern int tcpstate_ett_below;            /* its subtrees' */

/* Register protocol, fields and tree. */
void tcpstate_fields_register(void);

/* A field's name in a language. */
const char *tcpstate_field_name(enum tcpstate_field field, enum tcpstate_language language);

/* Have Wireshark call the fields so: in heads of columns, the filter's dialogs, the status bar. */
void tcpstate_fields_name(enum tcpstate_language language);

#endif
