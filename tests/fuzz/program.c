/* program.c - a capture file into the program "tcpstate".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: all of the program but its command line's mistakes and main().  The input is
 * a capture file; its size says which of the answers below is asked for.  What a user
 * reads of it goes nowhere.  Frames that need dissection are left out: fuzz-capture
 * dissects.
 */
#define _GNU_SOURCE /* memfd_create() */
int tcpstate_main(int argc, char **argv); /* its own: not called */
#define main tcpstate_main
#include "../../plugin/program/main.c"
#undef main

#include <sys/mman.h>
#include <unistd.h>

#include "../../plugin/packet/walk.h"
#include "../../plugin/wireshark/link.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char capture[64], out[64]; /* names of files */
static int input = -1;

static const char *const asked[][8] = {
    { "report", capture },
    { "report", capture, "--json" },
    { "connections", capture, "--all", "--trouble" },
    { "connections", capture, "--json", "--port", "80", "--address", "10.0.0.1" },
    { "connections", capture, "--tsv", "--language", "zh" },
    { "sockets", capture },
    { "sockets", capture, "--json", "--at", "3" },
    { "ladder", capture, "--all" },
    { "ladder", capture, "--connection", "1" },
    { "connections", capture, capture }, /* two files in time order */
    { "page", capture, "-o", out },
    { "page", capture, "-o", out, "--outcome", "reset" },
    { "save", capture, "-o", out },
    { "save", capture, "-o", out, "--trouble" },
    { "extract", capture, out, "--trouble" },
    { "extract", capture, out, "--connection", "0", "--stream", "2" },
};
static struct tcpstate_command commands[G_N_ELEMENTS(asked)];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    g_setenv("WIRESHARK_PLUGIN_DIR", "/nonexistent", TRUE);
    /* Each piece of memory on its own, so that the sanitizers see its bounds. */
    g_setenv("WIRESHARK_DEBUG_WMEM_OVERRIDE", "simple", TRUE);
    g_setenv("G_SLICE", "always-malloc", TRUE);
    input = memfd_create("capture", 0);
    snprintf(capture, sizeof capture, "/proc/self/fd/%d", input);
    snprintf(out, sizeof out, "/dev/shm/tcpstate-fuzz-%d", (int)getpid());
    for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
        char **words = g_new0(char *, G_N_ELEMENTS(asked[i]) + 2); /* as long as the command */
        int count = 1;
        words[0] = g_strdup("tcpstate");
        for (size_t j = 0; j < G_N_ELEMENTS(asked[i]) && asked[i][j]; j++)
            words[count++] = g_strdup(asked[i][j]);
        tcpstate_command_line(&commands[i], count, words);
    }
    init_process_policies();
    TCPSTATE_LOG_INIT("tcpstate-fuzz");
    g_free(TCPSTATE_CONFIGURE((*argv)[0]));
    TCPSTATE_WTAP_INIT(FALSE);
    tcpstate_connections_register();
    tcpstate_capture_register();
    return input < 0;
}

/* The table of layers alone, of as many bytes as there are. */
static void walk_all(void)
{
    char *name = capture, *problem;
    struct tcpstate_captures *captures = tcpstate_captures_open(&name, 1, &problem);
    struct tcpstate_record record;

    g_free(problem);
    while (captures && tcpstate_captures_next(captures, &record)) {
        if (record.record->rec_type != REC_TYPE_PACKET)
            continue;
        const wtap_packet_header *header = &record.record->rec_header.packet_header;
        uint8_t *bytes = (uint8_t *)g_memdup2(record.bytes, header->caplen);
        struct tcpstate_bytes there = { bytes, (int)header->caplen, (int)MIN(header->len, (uint32_t)INT_MAX) };
        struct tcpstate_reading reading;
        tcpstate_walk(tcpstate_link_of(header->pkt_encap), &there, 1, 0, &reading);
        g_free(bytes);
    }
    if (captures)
        tcpstate_captures_close(captures);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct tcpstate_command *command = &commands[size % G_N_ELEMENTS(commands)];

    if (ftruncate(input, 0) != 0 || pwrite(input, data, size, 0) != (ssize_t)size)
        return 0;
    walk_all();
    if (command->task == TCPSTATE_TASK_SAVE)
        save(command);
    else
        open_and_answer(command);
    g_unlink(out);
    return 0;
}
