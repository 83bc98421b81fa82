/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whose socket it is. The kernel tells the inode; which process has that inode open is
 * written in /proc/PID/fd, of one's own processes for everybody, of all for root.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-fd.h"
#include "lab/bench/lab-diag.h"

static gboolean
is_number (const char *text)
{
  return *text != '\0' && strspn (text, "0123456789") == strlen (text);
}

static void
read_program (int process, char program[16])
{
  int fd = openat (process, "comm", O_RDONLY | O_CLOEXEC);
  ssize_t n = fd >= 0 ? read (fd, program, 15) : -1;

  program[MAX (n, 0)] = '\0';
  g_strdelimit (program, "\n", '\0');
  /* A process chooses its name itself. */
  for (char *at = program; *at != '\0'; at++)
    if (!g_ascii_isprint (*at))
      *at = '?';
  sal_fd_close (&fd);
}

/* The inode of a descriptor if it is a socket, else 0. */
static guint32
socket_inode (int folder, const char *name)
{
  char target[64] = { 0 };
  guint32 inode = 0;

  if (readlinkat (folder, name, target, sizeof target - 1) > 0)
    (void) sscanf (target, "socket:[%u]", &inode);
  return inode;
}

static void
search_process (const char *pid, GHashTable *by_inode)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s", pid);
  int process = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  int fds = process >= 0 ? openat (process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  DIR *folder = fds >= 0 ? fdopendir (fds) : NULL;
  const struct dirent *entry = NULL;

  while (folder != NULL && (entry = readdir (folder)) != NULL)
    {
      guint32 inode = is_number (entry->d_name) ? socket_inode (fds, entry->d_name) : 0;
      LabSocket *socket =
          inode != 0 ? g_hash_table_lookup (by_inode, GUINT_TO_POINTER (inode)) : NULL;

      if (socket == NULL || socket->pid != 0)
        continue; /* of several owners the first, which is the oldest */
      socket->pid = atoi (pid);
      socket->fd = atoi (entry->d_name);
      read_program (process, socket->program);
    }
  if (folder != NULL)
    closedir (folder);
  else
    sal_fd_close (&fds);
  sal_fd_close (&process);
}

/**
 * lab_owner_find:
 * @sockets: of #LabSocket
 *
 * Fills in pid, fd and program of those whose process may be known.
 */
void
lab_owner_find (GPtrArray *sockets)
{
  g_autoptr (GHashTable) by_inode = g_hash_table_new (NULL, NULL);
  DIR *folder = opendir ("/proc");
  const struct dirent *entry = NULL;

  for (guint i = 0; i < sockets->len; i++)
    {
      LabSocket *socket = g_ptr_array_index (sockets, i);

      if (socket->inode != 0)
        g_hash_table_insert (by_inode, GUINT_TO_POINTER (socket->inode), socket);
    }
  while (folder != NULL && g_hash_table_size (by_inode) > 0 && (entry = readdir (folder)) != NULL)
    if (is_number (entry->d_name))
      search_process (entry->d_name, by_inode);
  if (folder != NULL)
    closedir (folder);
}
