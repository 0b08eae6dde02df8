# SPDX-License-Identifier: GPL-2.0-or-later
"""What the captures that a test makes for itself begin with."""
from scapy.layers.l2 import Ether

# Both ends are named: for what is left out scapy asks the network (ARP), and waits for an answer, once for each frame.
ETHERNET = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
