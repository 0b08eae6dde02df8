/* load-dll.c - what Wireshark's loader does with a plugin's DLL, for Windows (Wine):
 * load it, read what it is for, have it register.  And what Windows' loader does
 * and Wine's does not: refuse it where one of its imports is nowhere.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Beside it lie stand-ins of Wireshark's libraries: test_release_wine.py makes
 * them.  They tell what is called; proto_register_plugin() keeps its argument.
 */
#include <stdio.h>
#include <windows.h>

/* epan/proto.h's proto_plugin. */
struct plugin {
    void (*register_protoinfo)(void);
    void (*register_handoff)(void);
};

static const void *symbol(HMODULE module, const char *name)
{
    const void *found = (const void *)GetProcAddress(module, name);

    if (!found) {
        printf("no %s\n", name);
        ExitProcess(2);
    }
    return found;
}

/* Whether each name in the module's import table (winnt.h) is exported by its library. */
static int has_its_imports(HMODULE module)
{
    const char *base = (const char *)module;
    const IMAGE_NT_HEADERS *headers = (const void *)(base + ((const IMAGE_DOS_HEADER *)base)->e_lfanew);
    const IMAGE_IMPORT_DESCRIPTOR *library =
        (const void *)(base + headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress);
    unsigned count = 0;

    for (; library->Name; library++) {
        HMODULE from = GetModuleHandleA(base + library->Name);
        const IMAGE_THUNK_DATA *row = (const void *)(base + library->OriginalFirstThunk);

        for (; row->u1.AddressOfData; row++, count++) {
            const IMAGE_IMPORT_BY_NAME *import = (const void *)(base + row->u1.AddressOfData);

            if (!GetProcAddress(from, (const char *)import->Name)) {
                printf("no %s in %s\n", (const char *)import->Name, base + library->Name);
                return 0;
            }
        }
    }
    printf("imports %u\n", count);
    return count > 0;
}

void start(void)
{
    HMODULE plugin = LoadLibraryA("tcpstate.dll");

    if (!plugin) {
        printf("not loaded: error %lu\n", GetLastError());
        ExitProcess(1);
    }
    if (!has_its_imports(plugin))
        ExitProcess(4);
    printf("version %s\n", (const char *)symbol(plugin, "plugin_version"));
    printf("wants %d.%d\n", *(const int *)symbol(plugin, "plugin_want_major"),
           *(const int *)symbol(plugin, "plugin_want_minor"));
    printf("describes %u\n", ((unsigned (*)(void))symbol(plugin, "plugin_describe"))());
    ((void (*)(void))symbol(plugin, "plugin_register"))();
    const struct plugin *registered =
        *(const struct plugin *const *)symbol(GetModuleHandleA("libwireshark.dll"), "registered_plugin");
    if (!registered) {
        printf("nothing registered\n");
        ExitProcess(3);
    }
    printf("registers\n");
    registered->register_protoinfo();
    printf("done\n");
    ExitProcess(0);
}
