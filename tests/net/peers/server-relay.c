/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands for: an unframed relay without a greeting. What one recv returns goes to all
 * the others as it is; nobody has a name, and the server itself never says anything.
 *
 * Usage: server-relay HOST; prints its port, then how many bytes came from whom.
 */
#include "config.h"

#include "tests/net/peers/peer.h"

#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEOPLE 16

static struct pollfd fds[1 + PEOPLE]; /* [0] listens */

static void
let_in (void)
{
  int fd = accept (fds[0].fd, NULL, NULL);

  for (int i = 1; i <= PEOPLE; i++)
    if (fds[i].fd < 0)
      {
        fds[i].fd = fd;
        printf ("%d is there\n", i);
        fflush (stdout);
        return;
      }
  close (fd);
}

static void
relay (int from)
{
  char bytes[256];
  ssize_t n = recv (fds[from].fd, bytes, sizeof bytes, 0);

  if (n <= 0)
    {
      close (fds[from].fd);
      fds[from].fd = -1;
      printf ("%d has gone\n", from);
      fflush (stdout);
      return;
    }
  printf ("%d sent %zd bytes\n", from, n);
  fflush (stdout);
  for (int i = 1; i <= PEOPLE; i++)
    if (i != from && fds[i].fd >= 0)
      peer_send (fds[i].fd, bytes, (size_t) n);
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    return 2;
  for (int i = 0; i <= PEOPLE; i++)
    fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
  fds[0].fd = peer_listen (argv[1]);
  while (poll (fds, 1 + PEOPLE, -1) > 0)
    {
      if (fds[0].revents != 0)
        let_in ();
      for (int i = 1; i <= PEOPLE; i++)
        if (fds[i].fd >= 0 && fds[i].revents != 0)
          relay (i);
    }
  return 1;
}
