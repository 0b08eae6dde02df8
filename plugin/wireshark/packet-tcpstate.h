/* packet-tcpstate.h - the two calls by which Wireshark gets to know us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_PACKET_TCPSTATE_H
#define TCPSTATE_PACKET_TCPSTATE_H

void proto_register_tcpstate(void);
void proto_reg_handoff_tcpstate(void);

#endif
