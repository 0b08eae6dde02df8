#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The recorder of the samples that real programs made.

Two network namespaces, joined by a veth pair, stand for a client's and a
server's machine. curl, ssh, sshd, openssl and Python's http.server run in
them as they are; tcpdump listens beside the client. Nothing leaves the
namespaces, so every address in the captures is made up.

    samples/generate/record_real.py [-o DIR] [NAME ...]

records all the samples below, or those that are named. A second recording
has other ports, numbers and times, but tells the same story; so record a
sample anew only when its story changes, and read its golden file again.

Needs root and: iproute2 ethtool tcpdump wireshark-common (editcap) curl
openssh-server openssl python3-aiosmtpd. To add a sample, add a function under "The samples".
"""
import argparse
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

CLIENT, SERVER = "tcpstate-client", "tcpstate-server"
ADDRESS = {CLIENT: ("10.77.0.10", "fd00:77::10"),
           SERVER: ("10.77.0.20", "fd00:77::20")}
MAC = {CLIENT: "02:00:00:00:00:10", SERVER: "02:00:00:00:00:20"}
PAGE = b"<!doctype html><title>tcpstate</title><p>Hello, segment.\n"


# --- The two machines ----------------------------------------------------

def run(*argv, **kwargs):
    return subprocess.run(argv, check=True, **kwargs)


def inside(namespace, *argv):
    return ("ip", "netns", "exec", namespace, *map(str, argv))


@contextlib.contextmanager
def two_machines():
    """Both namespaces, and the cable between them, for as long as needed."""
    remove_machines()
    try:
        for ns in (CLIENT, SERVER):
            run("ip", "netns", "add", ns)
            run(*inside(ns, "ip", "link", "set", "lo", "up"))
        run("ip", "link", "add", "eth0", "netns", CLIENT, "type", "veth",
            "peer", "name", "eth0", "netns", SERVER)
        for ns in (CLIENT, SERVER):
            four, six = ADDRESS[ns]
            run(*inside(ns, "ip", "link", "set", "eth0", "address", MAC[ns]))
            # A real card sends what its cable can carry, with a checksum:
            # without this the capture shows segments larger than the MTU.
            run(*inside(ns, "ethtool", "-K", "eth0", "tx", "off", "tso", "off",
                        "gso", "off", "gro", "off", "sg", "off"),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            run(*inside(ns, "ip", "address", "add", four + "/24", "dev", "eth0"))
            run(*inside(ns, "ip", "address", "add", six + "/64", "dev", "eth0",
                        "nodad"))
            run(*inside(ns, "ip", "link", "set", "eth0", "up"))
        time.sleep(1.5)         # the carrier, and IPv6's own start
        yield
    finally:
        remove_machines()


def remove_machines():
    for ns in (CLIENT, SERVER):
        subprocess.run(("ip", "netns", "delete", ns),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def background(*argv, port=None):
    """A program in the server's namespace, ready when it listens on port."""
    program = subprocess.Popen(inside(SERVER, *argv), stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            listening = run(*inside(SERVER, "ss", "-Hltn", f"sport = :{port}"),
                            capture_output=True).stdout
            if listening:
                break
            if program.poll() is not None:
                raise RuntimeError(f"{argv[0]} ended before it listened")
            time.sleep(0.05)
        yield
    finally:
        program.terminate()
        program.wait()


@contextlib.contextmanager
def recorded(target, namespace=CLIENT, interface="eth0", port=80):
    """tcpdump from before the first segment until after the last one."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as raw:
        dump = subprocess.Popen(
            inside(namespace, "tcpdump", "-i", interface, "-n", "-U",
                   "--immediate-mode", "-s", "262144", "-Z", "root",
                   "-w", raw.name, f"tcp port {port}"),
            stderr=subprocess.PIPE, text=True)
        dump.stderr.readline()          # "tcpdump: listening on ..."
        time.sleep(0.2)
        try:
            yield
            size = -1                   # quiet for half a second: complete
            while size != os.path.getsize(raw.name):
                size = os.path.getsize(raw.name)
                time.sleep(0.5)
        finally:
            dump.terminate()
            dump.wait()
        # editcap writes pcapng without a word about this machine.
        run("editcap", "-F", "pcapng", raw.name, target)


def client(*argv, ok=(0,)):
    done = subprocess.run(inside(CLIENT, *argv), stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=30)
    if done.returncode not in ok:
        raise RuntimeError(f"{argv}: {done.returncode}, {done.stderr!r}")


def web_server(folder, protocol, address, port=80):
    return background("/usr/bin/python3", "-m", "http.server", port,
                      "--directory", folder, "--bind", address,
                      "--protocol", protocol, port=port)


# --- The samples ---------------------------------------------------------
# One function each; its docstring is the story. `home` is an empty folder.

def http_server_closes(target, home):
    """HTTP/1.0: the server's end of answer is its FIN, so it closes first.

    curl takes its time over the page, so that its kernel acknowledges that
    FIN long before curl closes too: four segments, none of them merged."""
    pathlib.Path(home, "index.html").write_bytes(PAGE * 100)
    with web_server(home, "HTTP/1.0", ADDRESS[SERVER][0]):
        with recorded(target):
            client("curl", "-s", "--ignore-content-length",
                   "--limit-rate", "4k", "http://10.77.0.20/")


def http_client_closes(target, home):
    """HTTP/1.1, two requests on one connection, then curl closes first.

    The server closes at once when it reads the end: its ACK and its FIN are
    one segment, so that the close takes three."""
    with web_server(home, "HTTP/1.1", ADDRESS[SERVER][0]):
        with recorded(target):
            client("curl", "-s", "http://10.77.0.20/", "http://10.77.0.20/")


def http_ipv6(target, home):
    """The same as http-client-closes with one request, over IPv6."""
    with web_server(home, "HTTP/1.1", ADDRESS[SERVER][1]):
        with recorded(target):
            client("curl", "-s", "http://[fd00:77::20]/")


def http_loopback(target, home):
    """Client and server on one machine, recorded on its loopback."""
    with web_server(home, "HTTP/1.1", "127.0.0.1", 8080):
        with recorded(target, SERVER, "lo", 8080):
            run(*inside(SERVER, "curl", "-s", "http://127.0.0.1:8080/"),
                stdout=subprocess.DEVNULL)


def https(target, home):
    """TLS 1.3 by openssl's own web server: the first request is a TLS one."""
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650", "-subj",
        "/CN=server.example", "-keyout", f"{home}/key", "-out", f"{home}/cert",
        stderr=subprocess.DEVNULL)
    with background("openssl", "s_server", "-accept", "443", "-www", "-quiet",
                    "-cert", f"{home}/cert", "-key", f"{home}/key", port=443):
        with recorded(target, port=443):
            client("curl", "-sk", "https://10.77.0.20/")


def smtp_server_speaks_first(target, home):
    """curl hands a mail to aiosmtpd: the server greets, then the client."""
    mail = pathlib.Path(home, "mail")
    mail.write_text("Subject: three segments\n\nto open, four to close\n")
    with background("/usr/bin/python3", "-m", "aiosmtpd", "-n", "-l",
                    "10.77.0.20:25", "-c", "aiosmtpd.handlers.Sink", port=25):
        with recorded(target, port=25):
            client("curl", "-s", "smtp://10.77.0.20/client.example",
                   "--mail-from", "a@client.example",
                   "--mail-rcpt", "b@server.example", "-T", mail)


def ssh(target, home):
    """ssh logs in with a key and runs `true`. Neither waits for the other's
    version line; ssh is the faster one, so here the client speaks first."""
    for name in ("host", "user"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "",
            "-f", f"{home}/{name}")
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    shutil.copy(f"{home}/user.pub", f"{home}/authorized")
    with background("/usr/sbin/sshd", "-D", "-f", "/dev/null",
                    "-h", f"{home}/host", "-o", "StrictModes=no", "-o",
                    f"AuthorizedKeysFile={home}/authorized", "-o", "PidFile=none",
                    "-o", "PermitRootLogin=prohibit-password", "-o", "UseDNS=no",
                    "-o", "PrintMotd=no", port=22):
        with recorded(target, port=22):
            client("ssh", "-F", "none", "-i", f"{home}/user", "-o",
                   "StrictHostKeyChecking=no", "-o",
                   "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes",
                   "root@10.77.0.20", "true")


def refused(target, home):
    """curl to a port on which nothing listens: RST,ACK answers the SYN."""
    with recorded(target):
        client("curl", "-s", "http://10.77.0.20/", ok=(7,))


SAMPLES = (http_server_closes, http_client_closes, http_ipv6, http_loopback,
           https, smtp_server_speaks_first, ssh, refused)


def main():
    names = {f.__name__.replace("_", "-"): f for f in SAMPLES}
    parser = argparse.ArgumentParser(description="Record the real samples.")
    parser.add_argument("-o", metavar="DIR", dest="folder",
                        default=pathlib.Path(__file__).parents[1])
    parser.add_argument("names", metavar="NAME", nargs="*",
                        help="of: " + " ".join(names))
    options = parser.parse_args()
    unknown = set(options.names) - set(names)
    if unknown:
        parser.error("no such sample: " + " ".join(sorted(unknown)))
    if os.geteuid() != 0:
        sys.exit("record_real.py: needs root, to make network namespaces")
    with two_machines():
        for name in options.names or names:
            with tempfile.TemporaryDirectory() as home:
                os.chmod(home, 0o755)
                pathlib.Path(home, "index.html").write_bytes(PAGE)
                target = pathlib.Path(options.folder, name + ".pcapng")
                names[name](str(target), home)
                print(target)


if __name__ == "__main__":
    main()
