/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands for: lines, fgets and LF. The end of a line leaves in a write of its own, which
 * Nagle's algorithm holds back until the other side has acknowledged the first.
 *
 * Usage: client-lines HOST PORT NAME; what is typed is the standard input.
 */
#include "config.h"

#include "tests/net/peers/peer.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
say (int fd, const char *text)
{
  peer_send (fd, text, strcspn (text, "\n"));
  peer_send (fd, "\n", 1);
}

int
main (int argc, char **argv)
{
  char text[1024];
  FILE *keyboard = peer_keyboard ();
  int fd = -1;

  if (argc != 4)
    return 2;
  fd = peer_connect (argv[1], argv[2]);
  say (fd, argv[3]);
  for (;;)
    if (peer_wait (fd, keyboard) == fd)
      {
        char received[256];
        ssize_t n = recv (fd, received, sizeof received, 0);

        if (n <= 0)
          break;
        (void) fwrite (received, 1, (size_t) n, stdout);
        fflush (stdout);
      }
    else if (fgets (text, sizeof text, keyboard) != NULL)
      say (fd, text);
    else
      break;
  close (fd);
  return 0;
}
