/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every first program with sockets has in common, whoever wrote it: connect,
 * listen, and wait for the keyboard or the network. How each of them cuts its messages
 * is their own affair and not in here.
 */
#include "config.h"

#include "tests/net/peers/peer.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void __attribute__ ((noreturn)) die (const char *what)
{
  perror (what);
  exit (1);
}

/* peer_connect:
 *
 * Returns: a connected socket. Ends the program if there is none.
 */
int
peer_connect (const char *host, const char *port)
{
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
  struct addrinfo *infos = NULL;
  int fd = -1;

  if (getaddrinfo (host, port, &hints, &infos) != 0)
    die ("getaddrinfo");
  fd = socket (infos->ai_family, SOCK_STREAM, 0);
  if (fd < 0 || connect (fd, infos->ai_addr, infos->ai_addrlen) < 0)
    die ("connect");
  freeaddrinfo (infos);
  return fd;
}

/* peer_listen:
 *
 * Listens on a port that the kernel chooses, and prints it.
 */
int
peer_listen (const char *host)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  if (fd < 0 || inet_pton (AF_INET, host, &address.sin_addr) != 1 ||
      bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (fd, 16) < 0 ||
      getsockname (fd, (struct sockaddr *) &address, &len) < 0)
    die ("listen");
  printf ("port %d\n", ntohs (address.sin_port));
  fflush (stdout);
  return fd;
}

/* peer_send:
 *
 * One send for all of @bytes. Whoever has gone meanwhile is no concern of the sender.
 */
void
peer_send (int fd, const void *bytes, size_t len)
{
  if (send (fd, bytes, len, MSG_NOSIGNAL) < 0)
    perror ("send");
}

/* peer_keyboard:
 *
 * Returns: standard input, which keeps nothing to itself that peer_wait() could miss.
 */
FILE *
peer_keyboard (void)
{
  setvbuf (stdin, NULL, _IONBF, 0);
  return stdin;
}

/* peer_wait:
 *
 * Returns: @fd or the keyboard's descriptor, whichever has something to read.
 */
int
peer_wait (int fd, FILE *keyboard)
{
  struct pollfd poll_fds[] = { { .fd = fd, .events = POLLIN },
                               { .fd = fileno (keyboard), .events = POLLIN } };

  if (poll (poll_fds, 2, -1) < 0)
    die ("poll");
  return poll_fds[0].revents != 0 ? fd : fileno (keyboard);
}
