/* wlan.h - from the beginning of an 802.11 frame to the LLC header of its data.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_WLAN_H
#define TCPSTATE_WLAN_H

#include <stdint.h>

enum {
    TCPSTATE_WLAN_NOTHING = 0, /* no data, or not enough of it */
    TCPSTATE_WLAN_ODD = -1,    /* only dissection can tell */
};

/* How many bytes long the radiotap header is that `size` bytes begin with; or one of the above. */
int tcpstate_radiotap_length(const uint8_t *bytes, int size);

/* How many bytes long the 802.11 header is, where plain data of one packet follows; or
 * one of the above.  What is encrypted is odd, and so is what tells its keys. */
int tcpstate_wlan_length(const uint8_t *bytes, int size);

#endif
