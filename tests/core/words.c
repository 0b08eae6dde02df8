/* words.c - the catalogue: a label and an explanation for every step, in both
 * languages, and how a template's places are filled.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "catalogue.h"
#include "complain.h"

static const char *const languages[TCPSTATE_LANGUAGES] = { "English", "Chinese" };

/* The places that ../../plugin/text/catalogue.h lists. */
static const char *const places[] = {
    "sender", "receiver", "Sender", "Receiver", "who",    "proto",   "PROTO",
    "n", "s",  "t",        "before", "after",    "rbefore", "rafter", "reason", "icmp",
};

static bool is_place(const char *name, size_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        if (strlen(places[i]) == length && memcmp(places[i], name, length) == 0)
            return true;
    return false;
}

static bool has_cjk(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (c >= 0x4e00 && c <= 0x9fff)
            return true;
    }
    return false;
}

/* What any text for the screen must be. */
static void check_text(const char *whose, const char *what, const char *text, enum tcpstate_language language)
{
    if (!text || !*text) {
        complain("%s: no %s %s", whose, languages[language], what);
        return;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        complain("%s: the %s %s is not UTF-8", whose, languages[language], what);
        return;
    }
    if (has_cjk(text) != (language == TCPSTATE_CHINESE))
        complain("%s: the %s %s is in the wrong language: %s", whose, languages[language], what, text);
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '%')
            complain("%s: the %s %s holds character %d", whose, languages[language], what, *c);
    for (const char *brace = strpbrk(text, "{}"); brace; brace = strpbrk(brace + 1, "{}")) {
        size_t length = *brace == '{' ? strcspn(brace + 1, "{}") : 0;
        if (*brace == '}' || brace[1 + length] != '}' || !is_place(brace + 1, length)) {
            complain("%s: the %s %s has a bad place: %s", whose, languages[language], what, brace);
            return;
        }
        brace += 1 + length;
    }
}

static void every_step_has_words(void)
{
    for (unsigned i = TCPSTATE_STEP_NONE + 1; i < TCPSTATE_STEPS; i++) {
        enum tcpstate_step step = (enum tcpstate_step)i;
        for (unsigned j = 0; j < TCPSTATE_LANGUAGES; j++) {
            enum tcpstate_language language = (enum tcpstate_language)j;
            const char *whose = tcpstate_step_name(step);
            const char *plain = tcpstate_label(step, language, false);
            check_text(whose, "label", tcpstate_label(step, language, true), language);
            check_text(whose, "label without protocol", plain, language);
            check_text(whose, "explanation", tcpstate_explanation(step, language), language);
            if (strstr(plain, "{proto}") || strstr(plain, "{PROTO}"))
                complain("%s: %s needs the protocol that it has not", whose, plain);
        }
    }
}

/* No two steps of one phase may be told by the same words. */
static void labels_tell_steps_apart(void)
{
    for (unsigned j = 0; j < TCPSTATE_LANGUAGES; j++)
        for (unsigned a = 1; a < TCPSTATE_STEPS; a++)
            for (unsigned b = a + 1; b < TCPSTATE_STEPS; b++) {
                const char *label = tcpstate_label((enum tcpstate_step)a, (enum tcpstate_language)j, true);
                if (strcmp(label, tcpstate_label((enum tcpstate_step)b, (enum tcpstate_language)j, true)) == 0)
                    complain("%s and %s are both called %s", tcpstate_step_name((enum tcpstate_step)a),
                             tcpstate_step_name((enum tcpstate_step)b), label);
            }
}

static void no_step_no_words(void)
{
    for (unsigned j = 0; j < TCPSTATE_LANGUAGES; j++) {
        enum tcpstate_language language = (enum tcpstate_language)j;
        g_assert_cmpstr(tcpstate_label(TCPSTATE_STEP_NONE, language, true), ==, "");
        g_assert_cmpstr(tcpstate_label(TCPSTATE_STEP_NONE, language, false), ==, "");
        g_assert_cmpstr(tcpstate_explanation(TCPSTATE_STEP_NONE, language), ==, "");
        g_assert_cmpstr(tcpstate_label(TCPSTATE_STEPS, language, true), ==, "");
        g_assert_cmpstr(tcpstate_explanation(TCPSTATE_STEPS, language), ==, "");
    }
    g_assert_cmpstr(tcpstate_label(TCPSTATE_STEP_SYN, TCPSTATE_LANGUAGES, true), ==, "");
    g_assert_cmpstr(tcpstate_explanation(TCPSTATE_STEP_SYN, TCPSTATE_LANGUAGES), ==, "");
}

static void words_outside_of_steps(void)
{
    for (unsigned i = 0; i < TCPSTATE_WORDS; i++)
        for (unsigned j = 0; j < TCPSTATE_LANGUAGES; j++)
            check_text("a word", "text", tcpstate_word((enum tcpstate_word)i, (enum tcpstate_language)j),
                       (enum tcpstate_language)j);
}

/* Something is owed, or nothing is; both languages agree about which. */
static void what_never_came(void)
{
    static const enum tcpstate_result owing[] = {
        TCPSTATE_RESULT_UNANSWERED, TCPSTATE_RESULT_HALF_OPEN,   TCPSTATE_RESULT_OPEN,
        TCPSTATE_RESULT_SILENT,     TCPSTATE_RESULT_HALF_CLOSED, TCPSTATE_RESULT_LAST_ACK_MISSING,
        TCPSTATE_RESULT_STALLED,    TCPSTATE_RESULT_NO_RESPONSE, TCPSTATE_RESULT_ONE_DIRECTION,
        TCPSTATE_RESULT_UNKNOWN,
    };

    for (unsigned j = 0; j < TCPSTATE_LANGUAGES; j++) {
        enum tcpstate_language language = (enum tcpstate_language)j;
        for (unsigned i = 0; i < TCPSTATE_RESULTS; i++) {
            enum tcpstate_result result = (enum tcpstate_result)i;
            bool owes = false;
            for (size_t k = 0; k < G_N_ELEMENTS(owing); k++)
                owes |= owing[k] == result;
            if (owes)
                check_text(tcpstate_result_name(result), "text of what is missing",
                           tcpstate_missing(result, language), language);
            else
                g_assert_cmpstr(tcpstate_missing(result, language), ==, "");
        }
        g_assert_cmpstr(tcpstate_missing(TCPSTATE_RESULTS, language), ==, "");
    }
    g_assert_cmpstr(tcpstate_missing(TCPSTATE_RESULT_OPEN, TCPSTATE_LANGUAGES), ==, "");
}

/* ---- Filling ---- */

static struct tcpstate_places client_sends_http(enum tcpstate_language language)
{
    return (struct tcpstate_places){
        .language = language, .sender_is_client = 1, .protocol = "http", .protocol_name = "HTTP",
        .repeats = 3, .seconds = "63.1", .before = TCPSTATE_ESTABLISHED, .after = TCPSTATE_FIN_WAIT_1,
        .receiver_before = TCPSTATE_SYN_RCVD, .receiver_after = TCPSTATE_CLOSE_WAIT,
    };
}

static void assert_filled(const char *text, const struct tcpstate_places *with, const char *wanted)
{
    char buffer[256];

    g_assert_cmpuint(tcpstate_fill(buffer, sizeof buffer, text, with), ==, strlen(wanted));
    g_assert_cmpstr(buffer, ==, wanted);
}

/* The labels that the issue "The plugin, end to end" spells out. */
static void labels_that_were_promised(void)
{
    static const struct {
        enum tcpstate_step step;
        const char *english, *chinese;
    } promised[] = {
        { TCPSTATE_STEP_SYN, "Handshake 1/3", "第一次握手" },
        { TCPSTATE_STEP_SYN_ACK, "Handshake 2/3", "第二次握手" },
        { TCPSTATE_STEP_HANDSHAKE_ACK, "Handshake 3/3", "第三次握手" },
        { TCPSTATE_STEP_FIRST_REQUEST, "Connected: client sends HTTP request", "建立连接后，客户端发送http请求" },
        { TCPSTATE_STEP_FIN, "Close 1/4", "第一次挥手" },
        { TCPSTATE_STEP_FIN_ACKED, "Close 2/4", "第二次挥手" },
        { TCPSTATE_STEP_PASSIVE_FIN, "Close 3/4", "第三次挥手" },
        { TCPSTATE_STEP_PASSIVE_FIN_COMBINED, "Close 2+3/4", "第二、三次挥手（合并）" },
        { TCPSTATE_STEP_LAST_ACK, "Close 4/4", "第四次挥手" },
    };
    struct tcpstate_places english = client_sends_http(TCPSTATE_ENGLISH);
    struct tcpstate_places chinese = client_sends_http(TCPSTATE_CHINESE);

    for (size_t i = 0; i < G_N_ELEMENTS(promised); i++) {
        assert_filled(tcpstate_label(promised[i].step, TCPSTATE_ENGLISH, true), &english, promised[i].english);
        assert_filled(tcpstate_label(promised[i].step, TCPSTATE_CHINESE, true), &chinese, promised[i].chinese);
    }
}

static void every_place_is_filled(void)
{
    struct tcpstate_places with = client_sends_http(TCPSTATE_ENGLISH);

    assert_filled("{sender}|{receiver}|{Sender}|{Receiver}|{who}", &with,
                  "the client|the server|The client|The server|client");
    assert_filled("{proto}{PROTO} {n} {t}", &with, "httpHTTP 3 63.1");
    assert_filled("{before}>{after} {rbefore}>{rafter}", &with, "ESTABLISHED>FIN_WAIT_1 SYN_RCVD>CLOSE_WAIT");
    with.sender_is_client = 0;
    assert_filled("{sender}|{receiver}|{Sender}|{Receiver}|{who}", &with,
                  "the server|the client|The server|The client|server");
    with.sender_is_client = -1;
    assert_filled("{sender}|{receiver}|{Sender}|{Receiver}|{who}", &with,
                  "one end|the other end|One end|The other end|one end");
    with.ends[0] = "192.0.2.1:80";
    assert_filled("{sender}|{receiver}|{Sender}|{Receiver}|{who}", &with,
                  "192.0.2.1:80|the other end|192.0.2.1:80|The other end|192.0.2.1:80");
    with.ends[0] = NULL;
    with.language = TCPSTATE_CHINESE;
    assert_filled("{sender}|{receiver}|{Sender}|{Receiver}|{who}", &with, "一端|另一端|一端|另一端|一端");
    with.sender_is_client = 1;
    assert_filled("{sender}|{receiver}|{Sender}|{Receiver}|{who}", &with, "客户端|服务器|客户端|服务器|客户端");
}

static void what_is_not_known_is_left_empty(void)
{
    struct tcpstate_places with = { .sender_is_client = -1 };

    assert_filled("<{proto}{PROTO}{t}> {n} {before}", &with, "<> 0 CLOSED");
    with.repeats = UINT_MAX;
    assert_filled("{n}{s}", &with, "4294967295s");
    with.repeats = 1;
    assert_filled("{n}{s}", &with, "1");
}

/* A user's label is text: nothing in it is interpreted but the places. */
static void text_is_not_a_program(void)
{
    struct tcpstate_places with = client_sends_http(TCPSTATE_ENGLISH);
    static const char *const texts[] = {
        "", "%s %n %1000000d", "{", "}", "{}", "{{}}", "{ sender}", "{SENDER}", "{senders}", "{send", "a{", "}{",
        "\\n \033[31m", "{nn}", "{t", "握手{", "{握手}",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        assert_filled(texts[i], &with, texts[i]);
    assert_filled("{{n}}", &with, "{3}");
    assert_filled("{x{n}", &with, "{x3");
    assert_filled("{sender{sender}", &with, "{senderthe client");
    /* what is filled in is not looked at again */
    with.protocol = "{n}";
    assert_filled("{proto}", &with, "{n}");
}

static void cut_between_characters(void)
{
    struct tcpstate_places with = client_sends_http(TCPSTATE_CHINESE);
    static const char text[] = "a握手{who}é😀{n}"; /* 1 3 3, 3 3 3, 2, 4, 1 bytes */
    static const char whole[] = "a握手客户端é😀3";

    for (size_t size = 1; size <= sizeof whole + 2; size++) {
        char buffer[64];
        memset(buffer, 0x55, sizeof buffer);
        size_t length = tcpstate_fill(buffer, size, text, &with);
        g_assert_cmpuint(length, <, size);
        g_assert_cmpuint(strlen(buffer), ==, length);
        g_assert_true(g_utf8_validate(buffer, -1, NULL));
        for (size_t i = size; i < sizeof buffer; i++)
            g_assert_cmpint(buffer[i], ==, 0x55);
        /* the beginning of the whole, as much of it as fits */
        const char *end = whole;
        while (*end && (size_t)(g_utf8_next_char(end) - whole) < size)
            end = g_utf8_next_char(end);
        if (length != (size_t)(end - whole) || memcmp(buffer, whole, length) != 0)
            complain("in %" G_GSIZE_FORMAT " bytes: want %.*s, got %s", size, (int)(end - whole), whole, buffer);
    }
}

static void no_room_at_all(void)
{
    struct tcpstate_places with = client_sends_http(TCPSTATE_ENGLISH);
    char buffer[2] = { 'x', 'x' };

    g_assert_cmpuint(tcpstate_fill(buffer, 0, "{sender}", &with), ==, 0);
    g_assert_cmpint(buffer[0], ==, 'x');
    g_assert_cmpuint(tcpstate_fill(buffer, 1, "{sender}", &with), ==, 0);
    g_assert_cmpint(buffer[0], ==, '\0');
    g_assert_cmpint(buffer[1], ==, 'x');
}

/* A label that is not UTF-8 is cut somewhere, but never beyond the buffer. */
static void text_that_is_not_utf8(void)
{
    struct tcpstate_places with = client_sends_http(TCPSTATE_ENGLISH);
    static const char text[] = "\x80\x80\x80\x80\xff\xfe{n}\xc3";

    for (size_t size = 1; size < sizeof text + 4; size++) {
        char buffer[32];
        memset(buffer, 0x55, sizeof buffer);
        g_assert_cmpuint(tcpstate_fill(buffer, size, text, &with), <, size);
        for (size_t i = size; i < sizeof buffer; i++)
            g_assert_cmpint(buffer[i], ==, 0x55);
    }
}

static void language_of_locale(void)
{
    static const char *const chinese[] = { "zh", "zh_CN", "zh_CN.UTF-8", "zh_TW.Big5", "zh-Hans", "zh.UTF-8",
                                           "zh@pinyin", "zh:en" };
    static const char *const others[] = { "", "C", "C.UTF-8", "POSIX", "en", "en_US.UTF-8", "z", "za", "zha",
                                          "zhx_CN", "en_ZH", "de:zh" };

    for (size_t i = 0; i < G_N_ELEMENTS(chinese); i++)
        g_assert_cmpint(tcpstate_language_of_locale(chinese[i]), ==, TCPSTATE_CHINESE);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_cmpint(tcpstate_language_of_locale(others[i]), ==, TCPSTATE_ENGLISH);
    g_assert_cmpint(tcpstate_language_of_locale(NULL), ==, TCPSTATE_ENGLISH);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
#define TEST(name) g_test_add_func("/words/" #name, name)
    TEST(every_step_has_words);
    TEST(labels_tell_steps_apart);
    TEST(no_step_no_words);
    TEST(words_outside_of_steps);
    TEST(what_never_came);
    TEST(labels_that_were_promised);
    TEST(every_place_is_filled);
    TEST(what_is_not_known_is_left_empty);
    TEST(text_is_not_a_program);
    TEST(cut_between_characters);
    TEST(no_room_at_all);
    TEST(text_that_is_not_utf8);
    TEST(language_of_locale);
    return g_test_run();
}
