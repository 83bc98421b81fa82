/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands for: a line reader with a prompt without LF. The name is a line like all
 * others; nothing is answered before its end has come. Who has said a name gets what
 * the others write, but not what they write themselves.
 *
 * With --whole-names it stands for the one program that cannot bear a name without the
 * end of its line in the same segment: it ends there and then.
 *
 * Usage: server-prompt [--whole-names] HOST; prints its port, then the lines it reads.
 */
#include "config.h"

#include "tests/net/peers/peer.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEOPLE 16

typedef struct
{
  char name[64]; /* empty until it is known */
  char line[1024];
  size_t used;
} Person;

static struct pollfd fds[1 + PEOPLE]; /* [0] listens */
static Person people[1 + PEOPLE];
static int whole_names;

static void
tell (int to, const char *text)
{
  peer_send (fds[to].fd, text, strlen (text));
}

static void
tell_others (int from, const char *name, const char *text)
{
  char line[2048];

  snprintf (line, sizeof line, "<%s> %s\n", name, text);
  for (int i = 1; i <= PEOPLE; i++)
    if (i != from && fds[i].fd >= 0 && people[i].name[0] != '\0')
      tell (i, line);
}

static void
let_in (void)
{
  int fd = accept (fds[0].fd, NULL, NULL);
  int i = 1;

  while (i <= PEOPLE && fds[i].fd >= 0)
    i++;
  if (i > PEOPLE)
    {
      close (fd);
      return;
    }
  memset (&people[i], 0, sizeof people[i]);
  fds[i].fd = fd;
  tell (i, "[WHO ARE YOU, PLEASE]: ");
}

static void
handle_line (int from, const char *line)
{
  Person *person = &people[from];

  if (person->name[0] == '\0')
    {
      snprintf (person->name, sizeof person->name, "%.60s", line);
      printf ("name '%s'\n", line);
      tell (from, "Come in.\n");
      tell_others (from, person->name, "(comes in)");
    }
  else
    {
      printf ("%s '%s'\n", person->name, line);
      tell_others (from, person->name, line);
    }
  fflush (stdout);
}

static void
let_out (int from)
{
  close (fds[from].fd);
  fds[from].fd = -1;
  if (people[from].name[0] == '\0')
    return;
  printf ("%s has gone\n", people[from].name);
  fflush (stdout);
  tell_others (from, people[from].name, "(goes)");
}

static void
read_from (int from)
{
  Person *person = &people[from];
  ssize_t n =
      recv (fds[from].fd, person->line + person->used, sizeof person->line - person->used, 0);
  char *newline = NULL;

  if (n <= 0)
    {
      let_out (from);
      return;
    }
  person->used += (size_t) n;
  if (whole_names && person->name[0] == '\0' && person->line[person->used - 1] != '\n')
    abort ();
  while ((newline = memchr (person->line, '\n', person->used)) != NULL)
    {
      size_t len = (size_t) (newline + 1 - person->line);

      *newline = '\0';
      handle_line (from, person->line);
      person->used -= len;
      memmove (person->line, person->line + len, person->used);
    }
}

int
main (int argc, char **argv)
{
  whole_names = argc > 2 && strcmp (argv[1], "--whole-names") == 0;
  for (int i = 0; i <= PEOPLE; i++)
    fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
  fds[0].fd = peer_listen (argv[argc - 1]);
  while (poll (fds, 1 + PEOPLE, -1) > 0)
    {
      if (fds[0].revents != 0)
        let_in ();
      for (int i = 1; i <= PEOPLE; i++)
        if (fds[i].fd >= 0 && fds[i].revents != 0)
          read_from (i);
    }
  return 1;
}
