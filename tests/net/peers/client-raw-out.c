/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands for: raw out, needs LF in. It never sends the end of a line, and shows nothing
 * that has none.
 *
 * Usage: client-raw-out HOST PORT NAME; what is typed is the standard input.
 */
#include "config.h"

#include "tests/net/peers/peer.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char line[1024];
static size_t used;

/* Returns 0 at the end. */
static int
read_lines (int fd)
{
  ssize_t n = recv (fd, line + used, sizeof line - used, 0);
  char *newline = NULL;

  if (n <= 0)
    return 0;
  used += (size_t) n;
  while ((newline = memchr (line, '\n', used)) != NULL)
    {
      size_t len = (size_t) (newline + 1 - line);

      printf ("%.*s", (int) len, line);
      fflush (stdout);
      used -= len;
      memmove (line, line + len, used);
    }
  return 1;
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
  peer_send (fd, argv[3], strlen (argv[3]));
  for (;;)
    if (peer_wait (fd, keyboard) == fd)
      {
        if (!read_lines (fd))
          break;
      }
    else if (fgets (text, sizeof text, keyboard) != NULL)
      peer_send (fd, text, strcspn (text, "\n"));
    else
      break;
  close (fd);
  return 0;
}
