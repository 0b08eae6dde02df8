/* no-chance.c - makes two runs of tshark count the same instructions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: preloaded by tests/bench/measure.py where instructions are counted, and
 * nowhere else.  Wireshark seeds its hash tables with GLib's random numbers
 * (wmem_init_hashing), which moves the count by some tenths of a percent from
 * run to run; here they are one number, the same for all that are compared.
 */
#include <stdint.h>

#pragma GCC visibility push(default)
uint32_t g_random_int(void);
#pragma GCC visibility pop

uint32_t g_random_int(void)
{
    return 0x9E3779B1;
}
