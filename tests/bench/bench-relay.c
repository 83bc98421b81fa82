/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The yardstick: the least that a chat server on Linux can do. Whatever line comes in
 * is passed on to everybody in the same group, its sender included. No names, no log,
 * no limits, no judgement; a group is a number. What a real server needs beyond this
 * is its own cost, and the benchmarks state it as a ratio to this program's.
 *
 * Three forms. "Each" writes every delivery by itself, as the simplest program would.
 * "Gathered" collects what arrives in one turn of the event loop and writes it to each
 * receiver at once. "Plain" does that too, and says what salottod says to who comes in on the
 * plain port, but tells nobody of anybody: what that conversation costs by itself.
 *
 * The first line of a connection is its group's number and is answered with "in";
 * until then it takes part in nothing. In the plain form it is a name, and "/join ROOM-NUMBER"
 * leads to the group. Nothing is ever dropped: what the kernel does not take is kept until it
 * does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_GROUPS 65536
#define TURN_EVENTS 1024
#define READ_BYTES (64 * 1024)
#define ACCEPTS_A_TURN 256
#define LINE_BYTES 4096
#define NAME_BYTES 32

typedef struct
{
  char *bytes;
  size_t len, size;
} Buffer;

typedef struct
{
  int fd;
  int group;      /* -1: not in one yet */
  uint32_t index; /* among the group's members */
  bool closed;
  bool waits;    /* for the kernel to take more */
  uint16_t port; /* plain form: what stands before each of their messages */
  char name[NAME_BYTES + 1];
  Buffer partial; /* a line whose end has not come */
  Buffer unsent;
} Peer;

typedef struct
{
  Peer **members;
  uint32_t n, size;
  Buffer turn; /* gathered form: what has come in this turn */
} Group;

static int epoll_fd;
static bool gathered, plain;
static Group *groups[MAX_GROUPS];
static Group *active[TURN_EVENTS];
static unsigned n_active;
static Peer *closed[TURN_EVENTS + 1];
static unsigned n_closed;
static char input[READ_BYTES];

static void __attribute__ ((noreturn)) die (const char *what)
{
  perror (what);
  exit (3);
}

static void *
grow (void *old, size_t size)
{
  void *bytes = realloc (old, size);

  if (bytes == NULL)
    die ("realloc");
  return bytes;
}

static void
append (Buffer *buffer, const char *bytes, size_t len)
{
  if (buffer->len + len > buffer->size)
    {
      buffer->size = 2 * (buffer->len + len);
      buffer->bytes = grow (buffer->bytes, buffer->size);
    }
  memcpy (buffer->bytes + buffer->len, bytes, len);
  buffer->len += len;
}

static void
release (Buffer *buffer)
{
  free (buffer->bytes);
  *buffer = (Buffer){ 0 };
}

static void
watch (Peer *peer, int operation, uint32_t events)
{
  struct epoll_event event = { .events = events, .data.ptr = peer };

  if (epoll_ctl (epoll_fd, operation, peer->fd, &event) < 0)
    die ("epoll_ctl");
}

/* What the kernel does not take waits behind what waits already. A broken connection
 * shows when it is read. */
static void
put (Peer *peer, const char *bytes, size_t len)
{
  ssize_t n = 0;

  if (peer->unsent.len == 0)
    n = send (peer->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n == (ssize_t) len || (n < 0 && errno != EAGAIN))
    return;
  n = n < 0 ? 0 : n;
  append (&peer->unsent, bytes + n, len - (size_t) n);
  if (!peer->waits)
    watch (peer, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  peer->waits = true;
}

static void
put_unsent (Peer *peer)
{
  ssize_t n = send (peer->fd, peer->unsent.bytes, peer->unsent.len, MSG_DONTWAIT | MSG_NOSIGNAL);

  if (n < 0 && errno == EAGAIN)
    return;
  if (n > 0 && (size_t) n < peer->unsent.len)
    {
      peer->unsent.len -= (size_t) n;
      memmove (peer->unsent.bytes, peer->unsent.bytes + n, peer->unsent.len);
      return;
    }
  release (&peer->unsent);
  peer->waits = false;
  watch (peer, EPOLL_CTL_MOD, EPOLLIN);
}

static void
pass_on (Group *group, const char *bytes, size_t len)
{
  for (uint32_t i = 0; i < group->n; i++)
    put (group->members[i], bytes, len);
}

static void
enter (Peer *peer, unsigned long number)
{
  Group *group = groups[number];

  if (group == NULL)
    {
      group = groups[number] = grow (NULL, sizeof *group);
      *group = (Group){ 0 };
    }
  if (group->n == group->size)
    {
      group->size = group->size == 0 ? 8 : 2 * group->size;
      group->members = grow (group->members, group->size * sizeof (Peer *));
    }
  peer->group = (int) number;
  peer->index = group->n;
  group->members[group->n++] = peer;
}

/* The first line, or in the plain form one of the first: @len bytes with its end. */
static void
come_in (Peer *peer, const char *line, size_t len)
{
  const char *dash = memrchr (line, '-', len);
  char answer[256] = "";
  int n = 0;

  if (!plain)
    {
      enter (peer, strtoul (line, NULL, 10) % MAX_GROUPS);
      n = snprintf (answer, sizeof answer, "in\n");
    }
  else if (peer->name[0] == '\0')
    {
      snprintf (peer->name, sizeof peer->name, "%.*s", (int) len - 1, line);
      n = snprintf (answer, sizeof answer,
                    "Hi %s, you are in the room now. Say 'quit' or 'exit' to leave.\n"
                    "Just write now, everyone reads it\n",
                    peer->name);
    }
  else if (len > 6 && len < 100 && memcmp (line, "/join ", 6) == 0 && dash != NULL)
    {
      enter (peer, strtoul (dash + 1, NULL, 10) % MAX_GROUPS);
      n = snprintf (answer, sizeof answer, "-- You are in %.*s now.\n", (int) len - 7, line + 6);
    }
  put (peer, answer, (size_t) n);
}

/* What was said in the plain form, with who has said it. */
static void
append_said (Buffer *turn, const Peer *peer, const char *lines, size_t len)
{
  char prefix[NAME_BYTES + 32];
  int n = snprintf (prefix, sizeof prefix, "> %s('127.0.0.1', %u): ", peer->name, peer->port);

  while (len > 0)
    {
      const char *end = (const char *) memchr (lines, '\n', len) + 1;

      append (turn, prefix, (size_t) n);
      append (turn, lines, (size_t) (end - lines));
      len -= (size_t) (end - lines);
      lines = end;
    }
}

/* Whole lines of one sender, at least one. */
static void
take_lines (Peer *peer, const char *lines, size_t len)
{
  Group *group = NULL;

  while (peer->group < 0)
    {
      const char *end = (const char *) memchr (lines, '\n', len) + 1;

      come_in (peer, lines, (size_t) (end - lines));
      len -= (size_t) (end - lines);
      lines = end;
      if (len == 0)
        return;
    }

  group = groups[peer->group];
  if (gathered)
    {
      if (group->turn.len == 0)
        active[n_active++] = group;
      if (plain)
        append_said (&group->turn, peer, lines, len);
      else
        append (&group->turn, lines, len);
      return;
    }
  while (len > 0)
    {
      const char *end = (const char *) memchr (lines, '\n', len) + 1;

      pass_on (group, lines, (size_t) (end - lines));
      len -= (size_t) (end - lines);
      lines = end;
    }
}

static void
leave (Peer *peer)
{
  if (peer->group >= 0)
    {
      Group *group = groups[peer->group];

      group->members[peer->index] = group->members[--group->n];
      group->members[peer->index]->index = peer->index;
    }
  close (peer->fd);
  peer->closed = true;
  closed[n_closed++] = peer;
}

static void
take_input (Peer *peer)
{
  ssize_t n = recv (peer->fd, input, sizeof input, MSG_DONTWAIT);
  const char *last = NULL;
  size_t whole = 0;

  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0 || peer->partial.len > LINE_BYTES)
    {
      leave (peer);
      return;
    }
  last = memrchr (input, '\n', (size_t) n);
  whole = last != NULL ? (size_t) (last + 1 - input) : 0;
  if (whole > 0 && peer->partial.len > 0)
    {
      Buffer lines = peer->partial;

      peer->partial = (Buffer){ 0 };
      append (&lines, input, whole);
      take_lines (peer, lines.bytes, lines.len);
      release (&lines);
    }
  else if (whole > 0)
    take_lines (peer, input, whole);
  if (whole < (size_t) n)
    append (&peer->partial, input + whole, (size_t) n - whole);
}

static void
accept_some (int listener)
{
  static const char greeting[] = "Welcome to the room!!\nPlease type your name first:\n";

  for (int i = 0; i < ACCEPTS_A_TURN; i++)
    {
      struct sockaddr_in address = { 0 };
      socklen_t len = sizeof address;
      int fd = accept4 (listener, (struct sockaddr *) &address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
      Peer *peer = NULL;

      if (fd < 0 && errno == EAGAIN)
        return;
      if (fd < 0)
        die ("accept");
      peer = grow (NULL, sizeof *peer);
      *peer = (Peer){ .fd = fd, .group = -1, .port = ntohs (address.sin_port) };
      watch (peer, EPOLL_CTL_ADD, EPOLLIN);
      if (plain)
        put (peer, greeting, sizeof greeting - 1);
    }
}

static void
end_turn (void)
{
  for (unsigned i = 0; i < n_active; i++)
    {
      pass_on (active[i], active[i]->turn.bytes, active[i]->turn.len);
      active[i]->turn.len = 0;
    }
  n_active = 0;
  for (unsigned i = 0; i < n_closed; i++)
    {
      release (&closed[i]->partial);
      release (&closed[i]->unsent);
      free (closed[i]);
    }
  n_closed = 0;
}

static int
listen_on_loopback (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int one = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  /* Inherited by what is accepted. */
  if (fd < 0 || setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) < 0 ||
      bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (fd, 4096) < 0 ||
      getsockname (fd, (struct sockaddr *) &address, &len) < 0)
    die ("listen");
  printf ("listening on 127.0.0.1:%d (%s)\n", ntohs (address.sin_port), plain ? "plain" : "relay");
  fflush (stdout);
  return fd;
}

/* Ending by the default action would be no clean end for who looks at the status. */
static void __attribute__ ((noreturn)) on_signal (int number)
{
  _exit (0);
}

int
main (int argc, char **argv)
{
  struct rlimit limit;
  struct epoll_event event = { .events = EPOLLIN };
  int listener = -1;

  plain = argc == 2 && strcmp (argv[1], "--plain") == 0;
  gathered = plain || (argc == 2 && strcmp (argv[1], "--gathered") == 0);
  if (argc != 2 || (!gathered && strcmp (argv[1], "--each") != 0))
    {
      fprintf (stderr, "usage: bench-relay --each|--gathered|--plain\n");
      return 2;
    }
  signal (SIGTERM, on_signal);
  signal (SIGINT, on_signal);
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      (void) setrlimit (RLIMIT_NOFILE, &limit);
    }

  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  listener = listen_on_loopback ();
  if (epoll_fd < 0 || epoll_ctl (epoll_fd, EPOLL_CTL_ADD, listener, &event) < 0)
    die ("epoll");
  for (;;)
    {
      struct epoll_event events[TURN_EVENTS];
      int n = epoll_wait (epoll_fd, events, TURN_EVENTS, -1);

      for (int i = 0; i < n; i++)
        {
          Peer *peer = events[i].data.ptr;

          if (peer == NULL)
            accept_some (listener);
          else
            {
              if (events[i].events & EPOLLOUT)
                put_unsent (peer);
              if (events[i].events & ~EPOLLOUT)
                take_input (peer);
            }
        }
      end_turn ();
    }
}
