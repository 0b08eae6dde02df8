/* fields.c - registration of the protocol and its fields, from fields.def.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fields.h"

/* TCPSTATE_FIELD_* of a type that takes a display base */
#define BASE_OF_NONE BASE_NONE
#define BASE_OF_DEC BASE_DEC
#define BASE_OF_ACK BASE_NONE
#define BASE_OF_RETRANS_PREV BASE_NONE
/* ... and, of a link, the mark at the linked frame */
#define MARK_OF_NONE NULL
#define MARK_OF_DEC NULL
#define MARK_OF_ACK FRAMENUM_TYPE(FT_FRAMENUM_ACK)
#define MARK_OF_RETRANS_PREV FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_PREV)

int tcpstate_proto = -1;
int tcpstate_ett = -1;
int tcpstate_ett_below = -1;
int tcpstate_hf[TCPSTATE_FIELDS];

static const char *const names[TCPSTATE_FIELDS][TCPSTATE_LANGUAGES] = {
#define FIELD(id, type, display, filter, english, chinese, meaning) { english, chinese },
#include "fields.def"
#undef FIELD
};

hf_register_info tcpstate_field_registrations[TCPSTATE_FIELDS] = {
#define FIELD(id, type, display, filter, english, chinese, meaning)                    \
    { &tcpstate_hf[TCPSTATE_FIELD_##id],                                               \
      { english, filter, FT_##type, BASE_OF_##display, MARK_OF_##display, 0x0,         \
        meaning, HFILL } },
#include "fields.def"
#undef FIELD
};

void tcpstate_fields_register(void)
{
    static int *etts[] = { &tcpstate_ett, &tcpstate_ett_below };

    tcpstate_proto = proto_register_protocol("TCP Connection State", "TCP State", "tcpstate");
    for (size_t i = 0; i < TCPSTATE_FIELDS; i++)
        tcpstate_hf[i] = -1;
    proto_register_field_array(tcpstate_proto, tcpstate_field_registrations, TCPSTATE_FIELDS);
    proto_register_subtree_array(etts, array_length(etts));
}

const char *tcpstate_field_name(enum tcpstate_field field, enum tcpstate_language language)
{
    return names[field][language];
}

void tcpstate_fields_name(enum tcpstate_language language)
{
    for (size_t i = 0; i < TCPSTATE_FIELDS; i++)
        tcpstate_field_registrations[i].hfinfo.name = names[i][language];
}
