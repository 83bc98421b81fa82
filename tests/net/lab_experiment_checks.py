# SPDX-License-Identifier: GPL-3.0-or-later
#
# For test-lab-experiments: captures taken apart from their bytes, the reports of experiments, and
# for each experiment what has to be seen in both.
"""What each experiment is about, found again."""

import ipaddress
import json
import re
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58


def host(address):
    """Whose address it is, in either family."""
    text = str(ipaddress.ip_address(address))
    found = re.fullmatch(r"10\.10\.(\d)\.100|fd10:10:(\d)::100", text)
    return f"host {found[1] or found[2]}" if found else text


ROMEO, JULIET, MERCUTIO = (host(f"10.10.{n}.100") for n in (1, 2, 3))


class Segment:
    """One frame: Ethernet, IPv4 or IPv6, and TCP, UDP or ICMP on top."""

    def __init__(self, number, when, frame):
        self.number, self.time = number, when
        ip = frame[14:]
        self.family = {0x0800: 4, 0x86DD: 6}[struct.unpack(">H", frame[12:14])[0]]
        if self.family == 4:
            header, whole = (ip[0] & 15) * 4, struct.unpack(">H", ip[2:4])[0]
            self.protocol, addresses = ip[9], ip[12:20]
            self.ip_ok = checksum(ip[:header]) == 0
        else:
            header, whole = 40, 40 + struct.unpack(">H", ip[4:6])[0]
            self.protocol, addresses = ip[6], ip[8:40]
            self.ip_ok = True  # RFC 8200 leaves that to those above
        half = len(addresses) // 2
        self.src, self.dst = host(addresses[:half]), host(addresses[half:])
        rest = ip[header:whole]
        self.rest = rest
        self.flags = self.length = 0
        self.sport = self.dport = None
        self.mss = None
        if self.protocol in (TCP, UDP):
            self.sport, self.dport = struct.unpack(">HH", rest[:4])
        if self.protocol == TCP:
            self.seq, self.ack, offset, self.flags = struct.unpack(">IIBB", rest[4:14])
            offset = (offset >> 4) * 4
            self.length = len(rest) - offset
            self.window = struct.unpack(">H", rest[14:16])[0]
            self.data = rest[offset:]
            self.mss = self._mss(rest[20:offset])
            pseudo = addresses + struct.pack(">IHH", len(rest), 0, TCP)
            self.tcp_ok = checksum(pseudo + rest) == 0

    @staticmethod
    def _mss(options):
        while options and options[0]:
            if options[0] == 1:
                options = options[1:]
                continue
            if options[0] == 2:
                return struct.unpack(">H", options[2:4])[0]
            options = options[options[1] :]
        return None


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def read_capture(path):
    """The frames of a pcap file."""
    data = path.read_bytes()
    magic = struct.unpack("<I", data[:4])[0]
    scale = {0xA1B2C3D4: 1e-6, 0xA1B23C4D: 1e-9}[magic]
    at, segments = 24, []
    while at < len(data):
        seconds, part, captured, whole = struct.unpack("<IIII", data[at : at + 16])
        assert captured == whole
        frame = data[at + 16 : at + 16 + captured]
        segments.append(Segment(len(segments) + 1, seconds + part * scale, frame))
        at += 16 + captured
    return segments


class Run:
    """What one experiment has left."""

    def __init__(self, name, folder, status, said, ipv6=False):
        self.name, self.folder, self.status, self.said = name, folder, status, said
        self.ipv6 = ipv6
        lines = (folder / "report.ndjson").read_text(encoding="utf-8").splitlines()
        self.objects = [json.loads(line) for line in lines]
        self.answers = [o for o in self.objects if o["type"] == "answer"]
        self.captures = {
            o["host"]: read_capture(folder / o["file"]) for o in self.objects if o["type"] == "frames"
        }
        self.romeo, self.juliet = self.captures["romeo"], self.captures["juliet"]

    def text(self):
        return (self.folder / "report.txt").read_text(encoding="utf-8")

    def steps(self):
        return max(o["step"] for o in self.objects if o["type"] == "step")

    def sockets(self, step, host, port=None, state=None):
        """The last sample of a host in a step."""
        found, sample = [], []
        for o in self.objects:
            if o.get("step") == step and o.get("host") == host:
                if o["type"] == "sample":
                    sample = []
                elif o["type"] == "socket":
                    sample.append(o)
        for o in sample:
            ports = {o["local"].rpartition(":")[2], o["remote"].rpartition(":")[2]}
            if (port is None or str(port) in ports) and state in (None, o["state"]):
                found.append(o)
        return found

    def frames(self, step, host):
        for o in self.objects:
            if o["type"] == "frames" and o["step"] == step and o["host"] == host:
                return self.captures[host][o["after"] : o["last"]]
        raise KeyError(step, host)


def pick(segments, src=None, flags=None, mask=FIN | SYN | RST | ACK, data=None, port=None, dst=None):
    """Those that are so."""
    return [
        s
        for s in segments
        if s.protocol == TCP
        and src in (None, s.src)
        and dst in (None, s.dst)
        and (flags is None or s.flags & mask == flags)
        and (data is None or (s.length > 0) == data)
        and (port is None or port in (s.sport, s.dport))
    ]


def once(segments):
    """Without what a busy machine has sent again, and what it was answered."""
    seen, found = set(), []
    for s in segments:
        if s.protocol == TCP:
            takes_numbers = s.length > 0 or s.flags & (SYN | FIN | RST)
            ack = None if takes_numbers else s.ack
            key = s.src, s.dst, s.sport, s.dport, s.seq, s.length, s.flags & ~PSH, ack
            if key in seen:
                continue
            seen.add(key)
        found.append(s)
    return found


def need(truth, what):
    """A complaint unless it is so."""
    if not truth:
        yield what


# What each experiment is about, found again.


def opening(run):
    syn, syn_ack, ack = once(run.romeo)[:3]
    yield from need(
        (syn.flags, syn_ack.flags, ack.flags & ~PSH) == (SYN, SYN | ACK, ACK), "no three-way handshake"
    )
    yield from need(
        syn_ack.ack == syn.seq + 1 and ack.ack == (syn_ack.seq + 1) % 2**32, "numbers of the handshake"
    )


def open_socket(run):
    yield from need(not run.romeo and not run.juliet, "something passed")
    yield from need(not run.sockets(1, "romeo") and not run.sockets(1, "juliet"), "listed")


def refused(run):
    yield from need(len(once(run.romeo)) == 2 and len(once(run.juliet)) == 2, "not two segments")
    syn, rst = once(run.romeo)
    yield from need(syn.flags == SYN and rst.flags == RST | ACK and rst.ack == syn.seq + 1, "no refusal")
    yield from need(syn.src == ROMEO and rst.src == JULIET and syn.dport == 4000, "of others")


def udp(run):
    datagram, icmp = run.romeo[:2]
    yield from need(datagram.protocol == UDP and datagram.dport == 4001, "no datagram")
    kind, unreachable, header = (ICMP6, b"\1\4", 40) if run.ipv6 else (ICMP, b"\3\3", 20)
    yield from need(icmp.protocol == kind and icmp.rest[:2] == unreachable, "no port unreachable")
    quoted = icmp.rest[8 + header :]
    yield from need(struct.unpack(">H", quoted[2:4])[0] == 4001, "another datagram is quoted")
    yield from need([s.flags for s in once(run.romeo[2:])] == [SYN, RST | ACK], "TCP is not compared")


def establishment(run):
    yield from opening(run)
    yield from need([len(once(run.frames(n, "romeo"))) for n in (1, 2, 3, 4)] == [0, 0, 3, 0], "frames of steps")
    yield from need([s["state"] for s in run.sockets(2, "juliet")] == ["LISTEN"], "does not listen")
    waiting = run.sockets(3, "juliet", state="ESTABLISHED")
    yield from need(len(waiting) == 1 and not waiting[0]["accepted"], "accepted too early")
    yield from need(run.sockets(3, "juliet", state="LISTEN")[0]["recv_q"] == 1, "nobody waits")
    accepted = run.sockets(4, "juliet", state="ESTABLISHED")
    yield from need(len(accepted) == 1 and accepted[0]["accepted"], "not accepted")


def send_receive(run):
    yield from establishment(run)
    data, ack = once(run.frames(5, "romeo"))
    yield from need(data.data == b"Hello juliet" and ack.ack == (data.seq + 12) % 2**32, "not acknowledged")
    yield from need(run.sockets(5, "juliet", state="ESTABLISHED")[0]["recv_q"] == 12, "read too early")
    yield from need(run.sockets(6, "juliet", state="ESTABLISHED")[0]["recv_q"] == 0, "not read")
    yield from need(run.frames(7, "romeo")[0].data == b"Hello romeo", "no answer")


def termination(run):
    yield from send_receive(run)
    fin, ack = once(run.frames(8, "romeo"))
    yield from need(fin.flags & FIN and ack.ack == fin.seq + 1, "no half close")
    yield from need(run.sockets(8, "romeo", state="FIN-WAIT-2"), "not in FIN-WAIT-2")
    yield from need(run.sockets(8, "juliet", state="CLOSE-WAIT"), "not in CLOSE-WAIT")
    other, last = once(run.frames(9, "romeo"))
    yield from need(other.flags & FIN and other.src == JULIET and last.ack == other.seq + 1, "no close")
    yield from need(run.sockets(9, "romeo", state="TIME-WAIT"), "not in TIME-WAIT")
    yield from need(not run.sockets(9, "juliet"), "juliet still has something")
    yield from need((run.folder / "romeo-tcp-connection-establishment.pcap").exists(), "its name")


def stages(run):
    for step in (1, 2, 3):
        yield from need([s.flags for s in once(run.frames(step, "romeo"))] == [SYN, RST | ACK], f"stage {step}")
        yield from need(not run.sockets(step, "juliet", 49152), f"listed at stage {step}")
    yield from need(run.sockets(4, "juliet", 49152, "LISTEN"), "does not listen")
    unread = run.sockets(4, "juliet", 49152, "ESTABLISHED")
    yield from need(len(unread) == 1 and unread[0]["recv_q"] == 12 and not unread[0]["accepted"], "unread")


def silent_stages(run):
    for step in (1, 2, 3):
        frames = run.frames(step, "romeo")
        yield from need(len(frames) >= 2 and {s.flags for s in frames} == {SYN}, f"stage {step}")
        yield from need(len({s.seq for s in frames}) == 1, "not the same SYN")
        yield from need(frames[1].time - frames[0].time > 0.9, "sent again too early")
        yield from need(run.sockets(step, "romeo", 49152, "SYN-SENT"), "not in SYN-SENT")
    yield from need(len(once(pick(run.juliet, ROMEO, SYN))) == 1, "the silent host has heard")
    yield from need(run.sockets(4, "juliet", 49152, "ESTABLISHED")[0]["recv_q"] == 12, "stage 4")


def server_killed(run):
    last = once(run.frames(2, "romeo"))
    yield from need(len(last) == 1 and last[0].flags & RST and last[0].src == JULIET, "no reset")
    yield from need(not run.sockets(2, "romeo") and not run.sockets(2, "juliet"), "something is left")


def reset_lost(run):
    yield from need(not pick(run.romeo, flags=RST, mask=RST), "a reset has come")
    yield from need(pick(run.juliet, JULIET, RST, RST), "no reset was sent")
    yield from need(run.sockets(2, "romeo", 49152, "ESTABLISHED"), "the client knows")
    yield from need(run.sockets(3, "romeo", 49152, "FIN-WAIT-1"), "not in FIN-WAIT-1")
    fins = pick(run.romeo, ROMEO, FIN, FIN)
    gaps = [b.time - a.time for a, b in zip(fins, fins[1:])]
    yield from need(len(fins) >= 4 and gaps[-1] > 2 * gaps[0], "not sent again and again")
    yield from need(not run.sockets(4, "romeo"), "did not give up")


def client_first(run):
    waiting = run.sockets(2, "juliet", 49152, "CLOSE-WAIT")
    yield from need(len(waiting) == 1 and waiting[0]["recv_q"] == 13, "not 12 bytes and a FIN")
    yield from need(run.sockets(2, "romeo", 49152, "FIN-WAIT-2"), "not in FIN-WAIT-2")
    yield from need(not pick(run.frames(2, "romeo"), JULIET, FIN, FIN), "the server has closed")
    yield from need(not run.sockets(3, "romeo"), "its timer does not end it")


def exchange(run):
    yield from opening(run)
    lengths = [s.length for s in once(pick(run.romeo, JULIET, data=True))]
    yield from need(lengths == [36, 8, 14], f"not greeting, reply and farewell but {lengths}")
    fin = pick(run.romeo, ROMEO, FIN, FIN)[0]
    farewell = once(pick(run.romeo, JULIET, data=True))[-1]
    yield from need(farewell.number > fin.number, "the farewell came before the FIN")


def ends(run):
    yield from need(not pick(run.frames(2, "romeo"), flags=RST, mask=RST), "Ctrl-D resets")
    after = run.frames(3, "romeo")
    yield from need(pick(after, ROMEO, FIN, FIN) and pick(after, ROMEO, RST, RST), "Ctrl-C does not")


def two_clients(run):
    both = run.sockets(2, "juliet", 4000, "ESTABLISHED")
    yield from need(sorted(s["accepted"] for s in both) == [False, True], "not one that waits")
    yield from need([s["recv_q"] for s in both if not s["accepted"]] == [16], "its bytes")
    echo = pick(run.juliet, JULIET, data=True, dst=MERCUTIO)[0]
    yield from need(echo.number > pick(run.juliet, ROMEO, FIN, FIN)[0].number, "it did not wait")


def killed_clients(run):
    rst = pick(run.juliet, MERCUTIO, RST, RST)
    echo = pick(run.juliet, JULIET, data=True, dst=MERCUTIO)
    yield from need(rst and echo and rst[0].number > echo[0].number, "no reset after the echo")
    yield from need(run.sockets(3, "juliet", 4000, "LISTEN"), "the server has not survived")


def no_close(run):
    yield from need(len(run.sockets(2, "juliet", 4000, "CLOSE-WAIT")) == 2, "not two in CLOSE-WAIT")
    yield from need(len(run.sockets(2, "romeo", 4000, "FIN-WAIT-2")) == 2, "not two in FIN-WAIT-2")
    yield from need(not pick(run.frames(2, "romeo"), JULIET, FIN, FIN), "it has closed")
    yield from need(pick(run.frames(3, "romeo"), JULIET, FIN, FIN), "no FIN at its end")


def reuse(run):
    said = [o["text"] for o in run.objects if o["type"] == "output"]
    yield from need(sum("EADDRINUSE" in text for text in said) == 3, "not refused three times")
    yield from need(run.sockets(1, "juliet", 4000, "FIN-WAIT-2"), "nothing keeps the port")
    yield from need(run.sockets(3, "juliet", 4000, "TIME-WAIT"), "not in TIME-WAIT")
    states = {s["state"] for s in run.sockets(6, "juliet", 4001)}
    yield from need(states == {"LISTEN", "FIN-WAIT-2"}, f"not started again: {states}")


def backlog(run):
    listener = run.sockets(1, "juliet", 4000, "LISTEN")[0]
    yield from need((listener["recv_q"], listener["send_q"]) == (2, 1), "the queue")
    yield from need(len(once(pick(run.romeo, JULIET, SYN | ACK))) == 3, "not three are let in")
    fourth = run.frames(2, "romeo")
    yield from need(len(fourth) >= 2 and {s.flags for s in fourth} == {SYN}, "the fourth is answered")
    yield from need(len({s.seq for s in fourth}) == 1, "not the same SYN")
    yield from need(not run.sockets(3, "romeo", 4000, "SYN-SENT"), "the fourth goes on")


def maxseg(run):
    yield from need(pick(run.romeo, ROMEO, SYN)[0].mss == 88, "the MSS option")
    sent = list({s.seq: s.length for s in pick(run.romeo, ROMEO, data=True)}.values())
    yield from need(sum(sent) == 200 and max(sent) == 76, f"segments of {sent}")
    back = list({s.seq: s.length for s in pick(run.romeo, JULIET, data=True)}.values())
    yield from need(sum(back) == 200 and max(back) <= 88, f"echo of {back}")
    said = [o["text"] for o in run.objects if o["type"] == "output"]
    yield from need(any(text.startswith("EINVAL") for text in said), "87 is taken")


def two_servers(run):
    for port in (4000, 4001):
        states = sorted(s["state"] for s in run.sockets(1, "juliet", port))
        yield from need(states == ["ESTABLISHED", "LISTEN"], f"port {port}: {states}")


def inetd(run):
    yield from opening(run)
    lengths = [(s.src, s.length) for s in once(pick(run.romeo, data=True, port=7))]
    yield from need(lengths == [(ROMEO, 15), (JULIET, 15)], f"port 7: {lengths}")
    owner = run.sockets(1, "juliet", 7, "LISTEN")[0]["program"]
    yield from need("inetd" in owner, f"{owner} listens")
    ours = run.sockets(3, "juliet", 4007, "ESTABLISHED")[0]
    yield from need(ours["program"] != owner and ours["fd"] == 0, f"{ours}")


def models(run):
    for step in range(1, 7):
        both = run.sockets(step, "juliet", 3999 + step, "ESTABLISHED")
        yield from need([s["accepted"] for s in both] == [True, True], f"step {step}: {both}")


def file_transfer(run):
    frames = run.frames(2, "romeo")
    yield from need(b"".join(s.data for s in once(pick(frames, ROMEO, data=True))) == b"letter\n", "the request")
    reply = b"".join(s.data for s in once(pick(frames, JULIET, data=True)))
    yield from need(reply == b"x" * 3000, "the file")
    yield from need(b"root:" not in b"".join(s.data for s in pick(run.romeo, data=True)), "the wall")


def lossy(run):
    for step, more in ((2, 1), (3, 0), (4, 0), (5, 0)):
        sent = pick(run.frames(step, "romeo"), ROMEO, data=True)
        starts = [s.seq for s in sent]
        yield from need(len(starts) - len(set(starts)) >= more, f"step {step}: nothing sent again")
    seen = [s.seq for s in pick(run.frames(4, "juliet"), ROMEO, data=True)]
    yield from need(len(seen) > len(set(seen)), "nothing came twice")
    order = [s.seq for s in pick(run.frames(5, "juliet"), ROMEO, data=True)]
    yield from need(order != sorted(order), "nothing was overtaken")


def chat_two(run):
    yield from need(len(once(pick(run.romeo, JULIET, SYN | ACK))) == 2, "not two connections")
    said = b"".join(s.data for s in pick(run.romeo, JULIET, data=True))
    yield from need(b"Ciao ragazzi" in said and b"Grazie <3" in said, "they do not talk")
    yield from need(len(once(pick(run.romeo, JULIET, FIN, FIN))) == 2, "not two goodbyes")


def chat_room(run):
    clients = {s.src for s in pick(run.juliet, flags=SYN)}
    yield from need(len(clients) == 5, f"from {clients}")
    for name, capture in run.captures.items():
        said = b"".join(s.data for s in pick(capture, JULIET, data=True))
        yield from need(name == "juliet" or b"ciao raga!" in said or name == "mercutio", f"{name} misses it")
    yield from need(len(run.sockets(4, "juliet", 15102, "ESTABLISHED")) == 4, "not four are left")


def chat_force(run):
    yield from need(run.sockets(2, "romeo", 15102, "CLOSE-WAIT"), "not in CLOSE-WAIT")
    fins = pick(run.frames(3, "romeo"), ROMEO, FIN, FIN)
    yield from need(len(fins) >= 4, f"{len(fins)} FINs")
    yield from need(not run.sockets(4, "romeo"), "did not give up")


def end_states(run, step, port=4000):
    """The states of both hosts, without who listens."""
    return [{s["state"] for s in run.sockets(step, host, port)} - {"LISTEN"} for host in ("romeo", "juliet")]


def boundaries(run):
    said = [o["text"] for o in run.objects if o["type"] == "output"]
    yield from need('11 bytes "Hellojuliet"' in said, "two writes are not read as one")
    yield from need({'5 bytes "Hello"', '7 bytes " juliet"'} <= set(said), "one is not read as two")
    large = once(pick(run.frames(4, "romeo"), ROMEO, data=True))
    yield from need(sum(s.length for s in large) == 4000 and len(large) >= 3, "4000 bytes")
    datagrams = [s for s in run.frames(5, "juliet") if s.protocol == UDP]
    yield from need([len(s.rest) - 8 for s in datagrams] == [5, 6, 1], "datagrams")
    yield from need('3 bytes "jul"' in said and '1 bytes "!"' in said, "a datagram has no boundary")


def zero_window(run):
    frames = run.frames(2, "romeo")
    closed = [s for s in pick(frames, JULIET, ACK) if s.window == 0]
    yield from need(closed, "no window is closed")
    probes = [s for s in pick(frames, ROMEO, ACK, data=False) if s.number > closed[0].number]
    yield from need(len(probes) >= 3 and {s.seq for s in probes} == {closed[0].ack - 1}, "no probes")
    gaps = [b.time - a.time for a, b in zip(probes, probes[1:])]
    yield from need(gaps[0] > 0.35 and gaps[1] > 0.7, f"they do not wait longer: {gaps}")
    sender = run.sockets(2, "romeo", 4000)[0]
    yield from need(sender["timer"] == "persist" and sender["send_q"] > 0, f"{sender}")
    data = once(pick(run.romeo, ROMEO, data=True))
    yield from need(max(s.seq + s.length for s in data) - data[0].seq == 20000, "not all has come")
    yield from need("window probe" in run.text() and "window closed" in run.text(), "the ladder")


def nagle(run):
    lengths = [[s.length for s in once(pick(run.frames(n, "juliet"), ROMEO, data=True))] for n in (2, 3)]
    yield from need(lengths == [[3, 8], [3, 3, 5]], f"{lengths}")
    first, second = once(pick(run.frames(2, "juliet"), ROMEO, data=True))
    ack = [s for s in pick(run.juliet, JULIET, ACK) if s.number > first.number][0]
    yield from need(first.number < ack.number < second.number, "it did not wait for the ACK")
    yield from need(ack.time - first.time > 0.025, "which was not delayed")


def keepalive(run):
    probes = pick(run.frames(2, "romeo"), ROMEO, ACK, data=False)
    syn = pick(run.romeo, ROMEO, SYN)[0]
    yield from need(probes and probes[0].seq == syn.seq, "no probe")
    answers = pick(run.frames(2, "romeo"), JULIET, ACK)
    yield from need(answers and answers[0].ack == (syn.seq + 1) % 2**32, "no answer")
    last_word = pick(run.romeo, JULIET)[-1].number
    after = [s.flags for s in run.romeo[last_word:]]
    yield from need(after == [ACK, ACK, ACK, RST | ACK], "not three and a reset")
    yield from need(end_states(run, 3) == [set(), {"ESTABLISHED"}], f"{end_states(run, 3)}")
    yield from need("answer to keep-alive" in run.text(), "the ladder does not know the answer")
    yield from need("window update" not in run.text(), "the ladder takes it for something else")


def half_open(run):
    yield from need(not run.frames(2, "romeo"), "romeo has heard something")
    yield from need(end_states(run, 2) == [{"ESTABLISHED"}, set()], f"{end_states(run, 2)}")
    data, rst = once(run.frames(3, "romeo"))
    yield from need(data.data == b"Hello juliet" and rst.flags == RST and rst.seq == data.ack, "no reset")
    yield from need(end_states(run, 3) == [set(), set()], f"{end_states(run, 3)}")


def reset(run):
    for step in (1, 2):
        frames = run.frames(step, "romeo")
        yield from need(pick(frames, ROMEO, RST, RST) and not pick(frames, ROMEO, FIN, FIN), f"step {step}")
        yield from need("TIME-WAIT" not in end_states(run, step)[0], f"step {step}: TIME-WAIT")
    frames = run.frames(3, "romeo")
    yield from need(pick(frames, ROMEO, FIN, FIN) and not pick(frames, flags=RST, mask=RST), "step 3")
    yield from need(end_states(run, 3)[0] == {"TIME-WAIT"}, f"{end_states(run, 3)}")


def time_wait(run):
    fins = pick(run.romeo, JULIET, FIN, FIN)
    yield from need(len(fins) >= 2 and len({s.seq for s in fins}) == 1, "the FIN does not come again")
    acks = [s for s in pick(run.juliet, ROMEO, ACK) if s.ack == fins[0].seq + 1]
    all_acks = [s for s in pick(run.romeo, ROMEO, ACK) if s.ack == fins[0].seq + 1]
    yield from need(acks and len(all_acks) > len(acks), "no ACK is lost")
    yield from need(end_states(run, 2) == [{"TIME-WAIT"}, set()], f"{end_states(run, 2)}")
    said = [o["text"] for o in run.objects if o["type"] == "output"]
    yield from need(sum(text.startswith("EADDRINUSE") for text in said) == 1, "the port is free")
    yield from need("last ACK again" in run.text(), "the ladder does not know the second ACK")


def simultaneous_close(run):
    for name, capture in run.captures.items():
        fins = once(pick(capture, flags=FIN, mask=FIN))
        yield from need(len(fins) == 2 and fins[1].ack == fins[0].seq, f"{name}: they do not cross")
        yield from need(fins[0].src == (ROMEO if name == "romeo" else JULIET), f"{name}: not both first")
    for step, state in ((2, "FIN-WAIT-1"), (3, "CLOSING"), (4, "TIME-WAIT")):
        yield from need(end_states(run, step) == [{state}, {state}], f"step {step}: {end_states(run, step)}")


def simultaneous_open(run):
    for name, capture in run.captures.items():
        syns = once(pick(capture, flags=SYN))
        answers = once(pick(capture, flags=SYN | ACK))
        yield from need(len(syns) == 2 and syns[0].src != syns[1].src, f"{name}: not two SYNs")
        yield from need(len(answers) == 2, f"{name}: not two answers")
        yield from need({s.seq for s in syns} == {s.seq for s in answers}, f"{name}: other numbers")
    for step, state in ((2, "SYN-SENT"), (3, "ESTABLISHED")):
        yield from need(end_states(run, step) == [{state}, {state}], f"step {step}: {end_states(run, step)}")
    yield from need(not any("LISTEN" == o.get("state") for o in run.objects), "somebody listens")


CHECKS = {
    "tcp-open-socket": open_socket,
    "tcp-connection-refused": refused,
    "udp-port-unreachable": udp,
    "tcp-connection-establishment": establishment,
    "tcp-send-receive": send_receive,
    "tcp-connection-termination": termination,
    "fake-server": stages,
    "fake-server-silent": silent_stages,
    "fake-server-killed": server_killed,
    "fake-server-rst-lost": reset_lost,
    "fake-server-client-killed": client_first,
    "echo-exchange": exchange,
    "echo-ctrl-d-ctrl-c": ends,
    "echo-two-clients": two_clients,
    "echo-killed-clients": killed_clients,
    "echo-no-close": no_close,
    "echo-reuseaddr": reuse,
    "echo-backlog": backlog,
    "echo-maxseg": maxseg,
    "echo-two-servers": two_servers,
    "echo-inetd": inetd,
    "echo-models": models,
    "file-transfer": file_transfer,
    "lossy-link": lossy,
    "tcp-message-boundaries": boundaries,
    "tcp-zero-window": zero_window,
    "tcp-nagle": nagle,
    "tcp-keepalive": keepalive,
    "tcp-half-open": half_open,
    "tcp-reset": reset,
    "tcp-time-wait": time_wait,
    "tcp-simultaneous-close": simultaneous_close,
    "tcp-simultaneous-open": simultaneous_open,
    "chat-two-clients": chat_two,
    "chat-room": chat_room,
    "chat-forced-close": chat_force,
}
