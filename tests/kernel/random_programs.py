# SPDX-License-Identifier: GPL-2.0-or-later
"""What the programs of a random world do, and when: the hosts are the kernel's.

A program is a generator that uses its sockets and yields how long it waits. All
of them run in one thread, the stage's, which never waits for a socket: a call that
would block is left out. Nothing here knows the wire.
"""
import heapq
import itertools
import socket
import time

from host import choose_isn, set_option

SIZES = (1, 10, 100, 1000, 5000, 30000)


class Stage:
    """Runs programs and other actions at their times."""

    def __init__(self, random):
        self.random = random
        self.refused = []       # by the own kernel: (local, remote, from, until) of each connect()
        self._due, self._order = [], itertools.count()

    def at(self, delay, action):
        heapq.heappush(self._due, (time.monotonic() + delay, next(self._order), action))

    def begin(self, program, delay=0.0):
        self.at(delay, lambda: self._go_on(program))

    def _go_on(self, program):
        try:
            self.begin(program, next(program))
        except (StopIteration, OSError):        # a program that meets an error ends, and its socket stays
            pass

    def run(self, seconds, meanwhile):
        """`meanwhile` is called every millisecond or so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            meanwhile()
            while self._due and self._due[0][0] <= time.monotonic():
                heapq.heappop(self._due)[2]()
            ahead = self._due[0][0] - time.monotonic() if self._due else 1
            time.sleep(max(0, min(0.001, ahead)))

    def pause(self):
        longest = self.random.choice((0, 0, 0.002, 0.02, 0.02, 0.06, 0.3, 0.3, 1.2))
        return self.random.uniform(0, longest)


def chance(random, probability):
    return random.random() < probability


# --- A connection that is there ---

def session(stage, sock):
    """Uses a connection at random, and ends it in one way or another."""
    sock.setblocking(False)
    random = stage.random
    if chance(random, 0.5):
        yield from polite(stage, sock)
        return
    for _ in range(random.choice((0, 0, 1, 2, 4))):
        use(random, sock)
        yield stage.pause()
    yield from end(stage, sock)


def use(random, sock):
    what = random.choice(("send", "send", "receive", "drain", "urgent"))
    try:
        if what == "send":
            sock.send(bytes(random.choice(SIZES)))
        elif what == "receive":
            sock.recv(100)
        elif what == "drain":
            while sock.recv(65536):
                pass
        elif chance(random, 0.1):
            sock.send(b"!", socket.MSG_OOB)
    except BlockingIOError:
        pass


def polite(stage, sock):
    """Speaks, listens until the other has closed its side, then closes its own."""
    random = stage.random
    closes_first = chance(random, 0.4)
    for _ in range(random.choice((5, 20, 60))):
        try:
            if not sock.recv(65536):
                break
        except BlockingIOError:
            pass
        if chance(random, 0.2):
            use(random, sock)
        if closes_first and chance(random, 0.2):
            sock.shutdown(socket.SHUT_WR)
            closes_first = False
        yield random.uniform(0, 0.04)
    yield stage.pause()
    sock.close()


def end(stage, sock):
    random = stage.random
    how = random.choice(("close", "close", "close", "half", "half", "abort", "abort half", "vanish", "stay"))
    if "half" in how:
        sock.shutdown(random.choice((socket.SHUT_WR, socket.SHUT_WR, socket.SHUT_RDWR)))
        yield stage.pause()
        use(random, sock)
        yield stage.pause()
    if "abort" in how:
        set_option(sock, "SO_LINGER", 0)
    if how == "vanish":
        sock.setsockopt(socket.IPPROTO_TCP, 19, 1)       # TCP_REPAIR, as Machine.vanish has it
    if how != "stay":
        sock.close()


# --- How it opens ---

def client_options(random):
    options = {}
    if chance(random, 0.1):
        options |= {"SO_KEEPALIVE": 1, "TCP_KEEPIDLE": 1, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 2}
    if chance(random, 0.1):
        options["TCP_USER_TIMEOUT"] = random.choice((300, 800))
    if chance(random, 0.15):
        options["SO_RCVBUF"] = 2048
    if chance(random, 0.1):
        options["TCP_LINGER2"] = 1
    if chance(random, 0.2):
        options["TCP_QUICKACK"] = 0
    if chance(random, 0.3):
        options["TCP_NODELAY"] = 1
    return options


def server_options(random):
    options = client_options(random)
    if chance(random, 0.07):
        options["TCP_DEFER_ACCEPT"] = 1
    if chance(random, 0.3):
        options["TCP_FASTOPEN"] = 8
    return options


def serve(stage, host, port):
    """Listens, accepts sooner or later, and is not always there."""
    random = stage.random
    backlog, options = random.choice((0, 1, 8)), server_options(random)
    slow, leaves = chance(random, 0.3), chance(random, 0.2)
    while True:
        listener = host.listen(port, backlog, **options)
        listener.setblocking(False)
        while not (leaves and chance(random, 0.02)):
            try:
                sock = host.accept(listener)
                stage.begin(session(stage, sock), stage.pause())
            except (BlockingIOError, TimeoutError, ConnectionError):
                pass
            yield random.uniform(0, 0.6 if slow else 0.02)
        listener.close()
        yield stage.pause()


def call(stage, host, peer, port, source, again=3, early=0.15):
    """Connects, and comes back from the same port; `early` is how likely it sends its data with the SYN."""
    random = stage.random
    options, same_isn = client_options(random), random.getrandbits(32) if chance(random, 0.06) else None
    for _ in range(random.randint(1, again)):
        sock = host.socket(**options)
        if chance(random, early):
            set_option(sock, "TCP_FASTOPEN_CONNECT", 1)
        if same_isn is not None:
            choose_isn(sock, same_isn)
        start = time.monotonic()
        try:
            host.connect(peer, port, source, sock)
        except OSError:                         # TIME_WAIT, or its last one is still there
            stage.refused.append(((host.address, source), (peer.address, port), start, time.monotonic()))
            sock.close()
            yield 0.1 + stage.pause()
            continue
        sock.setblocking(False)
        yield stage.pause()
        try:
            yield from session(stage, sock)
        except OSError:
            pass
        if chance(random, 0.7):
            sock.close()                        # what it left open; nothing, otherwise
        yield stage.pause()


def cross(stage, one, other, ports):
    """Both call each other, at about the same time. Without Fast Open: Linux waits with that SYN for data,
    and in SYN_SENT takes the other's meanwhile; it then sends a SYN in SYN_RCVD."""
    for _ in range(stage.random.randint(1, 2)):
        stage.begin(call(stage, one, other, ports[1], ports[0], 1, 0))
        yield stage.pause() / 4
        stage.begin(call(stage, other, one, ports[0], ports[1], 1, 0))
        yield 0.5 + stage.pause()


def swap(stage, one, other, ports):
    """One calls the other, and then the other calls the one, with the same ports."""
    listener = other.listen(ports[1])
    listener.setblocking(False)
    stage.begin(call(stage, one, other, ports[1], ports[0], again=1))
    for _ in range(30):
        try:
            stage.begin(session(stage, other.accept(listener)))
        except (BlockingIOError, TimeoutError, ConnectionError):
            pass
        yield 0.02
    listener.close()
    yield stage.pause()
    stage.begin(serve(stage, one, ports[0]))
    yield stage.pause()
    yield from call(stage, other, one, ports[0], ports[1])
