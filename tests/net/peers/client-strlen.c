/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands for: raw both ways for the name, lines for the texts. fgets() keeps the end of
 * the line; who wrote this took it off the name, and forgot it for the rest.
 *
 * Usage: client-strlen HOST PORT NAME; what is typed is the standard input.
 */
#include "config.h"

#include "tests/net/peers/peer.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
        char received[1024];
        ssize_t n = recv (fd, received, sizeof received - 1, 0);

        if (n <= 0)
          break;
        received[n] = '\0';
        fputs (received, stdout);
        fflush (stdout);
      }
    else if (fgets (text, sizeof text, keyboard) != NULL)
      peer_send (fd, text, strlen (text));
    else
      break;
  close (fd);
  return 0;
}
