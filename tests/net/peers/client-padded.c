/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands for: whole buffers, NUL-padded, of 40 bytes for the name and 100 for a text. A
 * buffer is sent as it is, so behind the text come its NUL and whatever is left of the
 * text before.
 *
 * Usage: client-padded HOST PORT NAME; what is typed is the standard input.
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
  char name[40] = "";
  char text[100] = "";
  FILE *keyboard = peer_keyboard ();
  int fd = -1;

  if (argc != 4 || strlen (argv[3]) >= sizeof name)
    return 2;
  fd = peer_connect (argv[1], argv[2]);
  strcpy (name, argv[3]);
  peer_send (fd, name, sizeof name);
  for (;;)
    if (peer_wait (fd, keyboard) == fd)
      {
        char received[100];
        ssize_t n = recv (fd, received, sizeof received, 0);

        if (n <= 0)
          break;
        printf ("%.*s", (int) n, received);
        fflush (stdout);
      }
    else if (fgets (text, sizeof text, keyboard) != NULL)
      peer_send (fd, text, sizeof text);
    else
      break;
  close (fd);
  return 0;
}
