/* preferences.c - registers what the user can set, and keeps it; see preferences.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "preferences.h"

#include <string.h>

#include "compat.h"

#include <epan/prefs.h>
#include <epan/uat.h>
#include <wsutil/filesystem.h>

#include "../text/phrases.h"
#include "views.h"
#include "text-width.h"

enum { LANGUAGE_AUTO, LANGUAGE_EN, LANGUAGE_ZH };

static int language_choice = LANGUAGE_AUTO;
static unsigned two_msl_seconds = TCPSTATE_TWO_MSL_SECONDS;
static unsigned stalled_seconds = TCPSTATE_STALLED_SECONDS;
static unsigned slow_response_ms = TCPSTATE_SLOW_RESPONSE_MS, slow_handshake_ms = TCPSTATE_SLOW_HANDSHAKE_MS;
static TCPSTATE_BOOL label_all;
static TCPSTATE_BOOL info_label;
static void (*on_change)(void);
static enum tcpstate_language language = TCPSTATE_ENGLISH;

static const enum_val_t language_choices[] = {
    { "auto", "Automatic (follows Wireshark, or the locale)", LANGUAGE_AUTO },
    { "en", "English", LANGUAGE_EN },
    { "zh", "Chinese (中文)", LANGUAGE_ZH },
    { NULL, NULL, 0 },
};

/* One row of the table "Labels". */
struct own_label {
    char *step;
    uint32_t language;
    char *text;
};

static const value_string label_languages[] = {
    { TCPSTATE_ENGLISH, "en" },
    { TCPSTATE_CHINESE, "zh" },
    { 0, NULL },
};

static struct own_label *own_labels;
static unsigned own_label_count;
/* The table above, by step; strings belong to it. */
static const char *own_by_step[TCPSTATE_STEPS][TCPSTATE_LANGUAGES];

UAT_CSTRING_CB_DEF(own_labels, step, struct own_label)
UAT_VS_DEF(own_labels, language, struct own_label, uint32_t, TCPSTATE_ENGLISH, "en")
UAT_CSTRING_CB_DEF(own_labels, text, struct own_label)

static bool is_step(const char *name)
{
    for (int step = TCPSTATE_STEP_NONE + 1; step < TCPSTATE_STEPS; step++)
        if (strcmp(name, tcpstate_step_name((enum tcpstate_step)step)) == 0)
            return true;
    return false;
}

static void *own_label_copy(void *to, const void *from, size_t size _U_)
{
    const struct own_label *source = (const struct own_label *)from;
    struct own_label *copy = (struct own_label *)to;

    copy->step = g_strdup(source->step);
    copy->language = source->language;
    copy->text = g_strdup(source->text);
    return copy;
}

/* gboolean, later bool: what UATs want is what their header declares. */
static TCPSTATE_UAT_BOOL own_label_update(void *record, char **error)
{
    struct own_label *label = (struct own_label *)record;

    g_strstrip(label->step);
    if (!is_step(label->step)) {
        char *escaped = g_strescape(label->step, NULL); /* tshark prints what is wrong, and the row may be anybody's */
        *error = g_strdup_printf("\"%.40s\" is not a step (see the values of tcpstate.step)", escaped);
        g_free(escaped);
        return FALSE;
    }
    /* No control character may reach a terminal or a column through a label. */
    if (!tcpstate_is_printable(label->text)) {
        *error = g_strdup("The text must be valid UTF-8 without control characters");
        return FALSE;
    }
    *error = NULL;
    return TRUE;
}

static void own_label_free(void *record)
{
    struct own_label *label = (struct own_label *)record;

    g_free(label->step);
    g_free(label->text);
}

static void own_labels_apply(void)
{
    memset(own_by_step, 0, sizeof own_by_step);
    for (unsigned i = 0; i < own_label_count; i++)
        for (int step = TCPSTATE_STEP_NONE + 1; step < TCPSTATE_STEPS; step++)
            if (strcmp(own_labels[i].step, tcpstate_step_name((enum tcpstate_step)step)) == 0)
                own_by_step[step][own_labels[i].language] = own_labels[i].text;
}

static void own_labels_reset(void)
{
    memset(own_by_step, 0, sizeof own_by_step);
}

/* The language of Wireshark's own menus, "zh_CN", or NULL where it follows the
 * system: the one line of the file `language`, which the window writes
 * (ui/language.c).  tshark has no language of its own. */
static char *window_language(void)
{
    char *name, *text = NULL, *found = NULL;

    if (!tcpstate_has_window())
        return NULL;
    name = TCPSTATE_PERSONAL_FILE("language");
    if (g_file_get_contents(name, &text, NULL, NULL)) {
        char **lines = g_strsplit_set(text, "\r\n", -1);
        for (char **at = lines; *at; at++)
            if (g_str_has_prefix(*at, "language:")) {
                g_free(found);
                found = g_strdup(g_strstrip(*at + strlen("language:")));
            }
        g_strfreev(lines);
    }
    g_free(text);
    g_free(name);
    if (found && strcmp(found, "system") == 0)
        g_clear_pointer(&found, g_free);
    return found;
}

/* What "auto" means: the window's language, or the user's. */
static enum tcpstate_language automatic_language(void)
{
    char *name = window_language();
    enum tcpstate_language automatic = name ? tcpstate_language_of_locale(name) : tcpstate_language_of_user();

    g_free(name);
    return automatic;
}

static void apply(void)
{
    switch (language_choice) {
    case LANGUAGE_EN:
        language = TCPSTATE_ENGLISH;
        break;
    case LANGUAGE_ZH:
        language = TCPSTATE_CHINESE;
        break;
    default:
        language = automatic_language();
    }
    on_change();
}

static const char *phrase(enum tcpstate_phrase which)
{
    return tcpstate_phrase(which, language);
}

void tcpstate_preferences_register(int proto, void (*changed)(void))
{
    static uat_field_t fields[] = {
        UAT_FLD_CSTRING(own_labels, step, "Step", "Value of tcpstate.step, for example syn-ack"),
        UAT_FLD_VS(own_labels, language, "Language", label_languages, "The language whose label is replaced"),
        UAT_FLD_CSTRING(own_labels, text, "Text", "The label to show; {who} and {proto} are filled in"),
        UAT_END_FIELDS,
    };
    module_t *module = prefs_register_protocol(proto, apply);

    language = automatic_language(); /* of the texts below; what the user chose is known later */
    uat_t *table = uat_new("TCP Connection State Labels", sizeof(struct own_label), "tcpstate_labels", TRUE,
                           &own_labels, &own_label_count, UAT_AFFECTS_DISSECTION, NULL, own_label_copy,
                           own_label_update, own_label_free, own_labels_apply, own_labels_reset, fields);

    prefs_register_enum_preference(module, "language", phrase(TCPSTATE_PHRASE_PREF_LANGUAGE),
                                   phrase(TCPSTATE_PHRASE_PREF_LANGUAGE_MORE), &language_choice, language_choices,
                                   FALSE);
    prefs_register_uint_preference(module, "two_msl", phrase(TCPSTATE_PHRASE_PREF_TWO_MSL),
                                   phrase(TCPSTATE_PHRASE_PREF_TWO_MSL_MORE), 10, &two_msl_seconds);
    prefs_register_uint_preference(module, "stalled_after", phrase(TCPSTATE_PHRASE_PREF_STALLED),
                                   phrase(TCPSTATE_PHRASE_PREF_STALLED_MORE), 10, &stalled_seconds);
    prefs_register_uint_preference(module, "slow_response", phrase(TCPSTATE_PHRASE_PREF_SLOW_RESPONSE),
                                   phrase(TCPSTATE_PHRASE_PREF_SLOW_RESPONSE_MORE), 10, &slow_response_ms);
    prefs_register_uint_preference(module, "slow_handshake", phrase(TCPSTATE_PHRASE_PREF_SLOW_HANDSHAKE),
                                   phrase(TCPSTATE_PHRASE_PREF_SLOW_HANDSHAKE_MORE), 10, &slow_handshake_ms);
    prefs_register_bool_preference(module, "label_all", phrase(TCPSTATE_PHRASE_PREF_LABEL_ALL),
                                   phrase(TCPSTATE_PHRASE_PREF_LABEL_ALL_MORE), &label_all);
    prefs_register_bool_preference(module, "info_label", phrase(TCPSTATE_PHRASE_PREF_INFO_LABEL),
                                   phrase(TCPSTATE_PHRASE_PREF_INFO_LABEL_MORE), &info_label);
    prefs_register_uat_preference(module, "labels", phrase(TCPSTATE_PHRASE_PREF_LABELS),
                                  phrase(TCPSTATE_PHRASE_PREF_LABELS_MORE), table);
    on_change = changed;
}

enum tcpstate_language tcpstate_language(void)
{
    return language;
}

bool tcpstate_labels_all(void)
{
    return label_all;
}

bool tcpstate_labels_in_info(void)
{
    return info_label;
}

int64_t tcpstate_stalled_after(void)
{
    return (int64_t)stalled_seconds * TCPSTATE_SECOND;
}

int64_t tcpstate_slow_response(void)
{
    return (int64_t)slow_response_ms * (TCPSTATE_SECOND / 1000);
}

int64_t tcpstate_slow_handshake(void)
{
    return (int64_t)slow_handshake_ms * (TCPSTATE_SECOND / 1000);
}

int64_t tcpstate_two_msl(void)
{
    return (int64_t)two_msl_seconds * TCPSTATE_SECOND;
}

const char *tcpstate_label_template(enum tcpstate_step step, enum tcpstate_language of, bool with_protocol)
{
    const char *own = own_by_step[step][of];

    return own ? own : tcpstate_label(step, of, with_protocol);
}
