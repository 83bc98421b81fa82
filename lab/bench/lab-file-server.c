/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file server of the labs, one client after the other: a name in one line comes, the
 * bytes of that file go, then the connection is closed. The folder is a wall: the kernel
 * itself resolves names beneath it (openat2(2)), so neither `..` nor a link leads out.
 */
#include "config.h"

#include "lab/bench/lab-file-server.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/proto/sal-text.h"
#include "lab/bench/lab-net.h"

#define CHUNK_BYTES 65536
/* How much of a name is shown. */
#define SHOWN_BYTES 400

/* What the other side has sent, fit to be shown. */
static char *
clean_text (const char *text)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  sal_text_clean_line (clean, text, sal_text_fit (text, strlen (text), SHOWN_BYTES));
  return g_string_free (g_steal_pointer (&clean), FALSE);
}

/* What every client gets. */
typedef struct
{
  int folder;
  guint stall_s;
} Service;

static gint64
deadline (const Service *service)
{
  return g_get_monotonic_time () + (gint64) service->stall_s * G_USEC_PER_SEC;
}

/* Waits for something to read; FALSE with errno ETIMEDOUT if nothing comes in time. */
static gboolean
wait_to_read (int fd, gint64 until_us)
{
  gint64 left_ms = MAX (until_us - g_get_monotonic_time (), 0) / 1000 + 1;
  int n = poll (&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, (int) left_ms);

  if (n == 0)
    errno = ETIMEDOUT;
  return n > 0 || (n < 0 && errno == EINTR);
}

/* The line that says which file. The whole of it has to come in time: a byte now and then
 * would hold everybody else for ever. FALSE with errno. */
static gboolean
read_name (const Service *service, int fd, char *name)
{
  gint64 until_us = deadline (service);
  gsize len = 0;

  for (;;)
    {
      char *newline = memchr (name, '\n', len);
      ssize_t n = 0;

      if (newline != NULL)
        {
          *newline = '\0';
          if (newline > name && newline[-1] == '\r')
            newline[-1] = '\0';
          return TRUE;
        }
      if (len == LAB_FILE_NAME_BYTES)
        {
          errno = ENAMETOOLONG;
          return FALSE;
        }
      if (!wait_to_read (fd, until_us))
        return FALSE;
      n = recv (fd, name + len, LAB_FILE_NAME_BYTES - len, MSG_DONTWAIT);
      if (n == 0)
        {
          errno = ENODATA; /* ended without having asked */
          return FALSE;
        }
      if (n < 0 && errno != EAGAIN && errno != EINTR)
        return FALSE;
      len += n > 0 ? (gsize) n : 0;
    }
}

/* A regular file beneath @folder. Returns -1 with errno; EXDEV if it is outside. */
static int
open_beneath (int folder, const char *name)
{
  struct open_how how = {
    /* Without O_NONBLOCK a fifo would hold us for ever. */
    .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
  };
  int fd = (int) syscall (SYS_openat2, folder, name, &how, sizeof how);
  struct stat info;

  if (fd >= 0 && fstat (fd, &info) == 0 && !S_ISREG (info.st_mode))
    {
      sal_fd_close (&fd);
      errno = S_ISDIR (info.st_mode) ? EISDIR : EINVAL;
    }
  return fd;
}

/* What a client is told; in English, it is on the wire. */
static const char *
refusal (int number)
{
  switch (number)
    {
    case ENOENT:
    case ENOTDIR:
      return "no such file";
    case EXDEV:
    case ELOOP:
      return "outside of the folder that is served";
    case EISDIR:
      return "a folder, not a file";
    case EACCES:
    case EPERM:
      return "not readable";
    case ENAMETOOLONG:
      return "the name is too long";
    case EINVAL:
      return "not a file with bytes";
    default:
      return "cannot be opened";
    }
}

static void
refuse (const Service *service, int fd, const char *name, int number)
{
  g_autofree char *clean = clean_text (name);
  g_autofree char *line =
      g_strdup_printf (LAB_FILE_REFUSAL "\"%s\": %s\n", clean, refusal (number));

  (void) lab_net_send_all_by (fd, line, strlen (line), deadline (service));
}

/* Returns how many bytes went; -1 with errno. */
static gint64
send_file (const Service *service, int fd, int file)
{
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);
  gint64 sent = 0;
  ssize_t n = 0;

  while ((n = read (file, chunk, CHUNK_BYTES)) > 0)
    {
      if (!lab_net_send_all_by (fd, chunk, (gsize) n, deadline (service)))
        return -1;
      sent += n;
    }
  return n < 0 ? -1 : sent;
}

static void
serve_client (const Service *service, int fd, const char *peer)
{
  char name[LAB_FILE_NAME_BYTES + 1] = { 0 };
  gboolean asked = read_name (service, fd, name);
  int file = asked ? open_beneath (service->folder, name) : -1;
  int number = errno;
  gint64 sent = file >= 0 ? send_file (service, fd, file) : -1;
  g_autofree char *clean = clean_text (name);

  if (file >= 0 && sent < 0)
    number = errno;
  if (sent >= 0)
    printf (g_dngettext (NULL, "%s: sent “%s”, %" PRId64 " byte\n",
                         "%s: sent “%s”, %" PRId64 " bytes\n", (gulong) sent),
            peer, clean, sent);
  else
    {
      g_autofree char *text = lab_net_error_text (number);

      if (asked)
        printf (_ ("%s: not sent “%s”: %s\n"), peer, clean, text);
      else
        printf (_ ("%s: no request: %s\n"), peer, text);
      if (file < 0 && (asked || number == ENAMETOOLONG))
        refuse (service, fd, name, number);
    }
  fflush (stdout);
  sal_fd_close (&file);
}

/* Closes so that what was sent arrives: bytes of a client that were not read would make the
 * kernel send a reset, which destroys it. */
static void
close_gently (int fd)
{
  gint64 until_us = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;
  char scratch[4096];

  if (shutdown (fd, SHUT_WR) == 0)
    while (wait_to_read (fd, until_us) && recv (fd, scratch, sizeof scratch, MSG_DONTWAIT) > 0 &&
           g_get_monotonic_time () < until_us)
      ;
  close (fd);
}

/**
 * lab_file_serve:
 * @listener: (transfer none): listening, blocking
 * @folder: (transfer none): what is served
 * @stall_s: how long a client may let everybody else wait
 *
 * Serves until the process is ended. Returns: %FALSE with a #SAL_ERROR when @listener can
 * accept no more.
 */
gboolean
lab_file_serve (int listener, int folder, guint stall_s, GError **error)
{
  const Service service = { folder, stall_s };

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      g_autofree char *name = NULL;
      LabEndpoint peer;
      int fd = lab_net_accept (listener, &peer, &local);

      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (fd < 0)
        continue;
      name = lab_endpoint_format (&peer);
      serve_client (&service, fd, name);
      close_gently (fd);
    }
}

/* Whether all that came is a reason and no file: one line that begins as ours do. */
static gboolean
is_refusal (const GString *reply)
{
  return g_str_has_prefix (reply->str, LAB_FILE_REFUSAL) && reply->len <= LAB_FILE_NAME_BYTES * 4 &&
         strchr (reply->str, '\n') == reply->str + reply->len - 1;
}

/* Reads on until the other side's FIN. What could still turn out to be a reason is held
 * back in @reply; of the rest nothing is. */
static gboolean
copy_reply (int fd, int out, GString *reply, gint64 *bytes, GError **error)
{
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);
  ssize_t n = 0;

  while ((n = recv (fd, chunk, CHUNK_BYTES, 0)) != 0)
    {
      gsize compared = 0;

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_autofree char *text = lab_net_error_text (errno);

          g_set_error (error, SAL_ERROR, SAL_EXIT_CLOSED,
                       _ ("the connection broke after %" PRId64 " bytes: %s"), *bytes, text);
          return FALSE;
        }
      *bytes += n;
      g_string_append_len (reply, chunk, n);
      compared = MIN (reply->len, strlen (LAB_FILE_REFUSAL));
      if (memcmp (reply->str, LAB_FILE_REFUSAL, compared) == 0 &&
          reply->len <= LAB_FILE_NAME_BYTES * 4)
        continue;
      if (!sal_fd_write_all (out, reply->str, reply->len))
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("cannot write the file: %s"),
                       g_strerror (errno));
          return FALSE;
        }
      g_string_truncate (reply, 0);
    }
  return TRUE;
}

/**
 * lab_file_fetch:
 * @fd: (transfer none): connected to a file server
 * @name: of the file, without a newline
 * @out: (transfer none): where its bytes go
 *
 * Asks for a file. Nothing is written when the server says why it does not send it.
 *
 * Returns: an exit status; if not 0, @error says why.
 */
int
lab_file_fetch (int fd, const char *name, int out, GError **error)
{
  g_autofree char *request = g_strdup_printf ("%s\n", name);
  g_autoptr (GString) reply = g_string_new (NULL);
  g_autoptr (GError) local = NULL;
  gint64 bytes = 0;

  if (!lab_net_send_all (fd, request, strlen (request)))
    {
      g_autofree char *text = lab_net_error_text (errno);

      g_set_error (error, SAL_ERROR, SAL_EXIT_CLOSED, _ ("cannot send: %s"), text);
      return SAL_EXIT_CLOSED;
    }
  if (!copy_reply (fd, out, reply, &bytes, &local))
    {
      int status = sal_error_exit_status (local);

      g_propagate_error (error, g_steal_pointer (&local));
      return status;
    }
  if (reply->len > 0 && is_refusal (reply))
    {
      g_autofree char *reason = NULL;

      g_string_truncate (reply, reply->len - 1);
      reason = clean_text (reply->str + strlen (LAB_FILE_REFUSAL));
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("the server sends no file: %s"), reason);
      return SAL_EXIT_FAILED;
    }
  if (sal_fd_write_all (out, reply->str, reply->len))
    return SAL_EXIT_OK;
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("cannot write the file: %s"),
               g_strerror (errno));
  return SAL_EXIT_FAILED;
}
