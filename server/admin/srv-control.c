/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The operator's console on a unix socket. Each line is answered with lines and then
 * one that is `ok` or `error`, so that a script knows. Who may connect is a matter of
 * the file's permissions; who did is logged. Few connections, so GLib sources serve.
 */
#include "config.h"

#include "server/admin/srv-control.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "server/admin/srv-console-talk.h"
#include "server/admin/srv-console.h"

/* Consoles at once, and what one may leave unread before its next word is taken. One answer may be
 * more: who is there, where there are thousands. */
#define MAX_CONSOLES 16
#define MAX_UNREAD_BYTES (1024 * 1024)

/* How long to leave callers alone that there is no descriptor for. */
#define PAUSE_MS 100

typedef struct
{
  SrvControl *control; /* (unowned) */
  int fd;
  guint source;
  SrvConsoleInput input;
  SrvConsoleTalk *talk; /* (owned) */
  GString *unsent;      /* (owned) */
  gboolean ended;       /* no more words come */
} Console;

struct _SrvControl
{
  SrvServer *server; /* (unowned) */
  char *path;        /* (owned) */
  int fd;
  int lock_fd;         /* held as long as the socket is ours */
  guint source;        /* for callers, or for the end of the pause */
  GPtrArray *consoles; /* (owned) of Console (owned) */
};

/**
 * srv_control_default_path:
 *
 * Returns: (transfer full) (nullable): where the socket is unless it is said; %NULL
 * where there is no folder that is this user's alone.
 */
char *
srv_control_default_path (void)
{
  const char *systemd = g_getenv ("RUNTIME_DIRECTORY");
  const char *user = g_getenv ("XDG_RUNTIME_DIR");

  if (systemd != NULL && *systemd != '\0')
    {
      g_autofree char *folder = g_strndup (systemd, strcspn (systemd, ":"));

      return g_build_filename (folder, "control", NULL);
    }
  if (user != NULL && *user != '\0')
    return g_build_filename (user, "salotto", "control", NULL);
  return NULL;
}

static void
console_free (gpointer data)
{
  Console *console = data;

  g_clear_handle_id (&console->source, g_source_remove);
  srv_console_talk_free (console->talk);
  sal_fd_close (&console->fd);
  srv_console_input_clear (&console->input);
  g_string_free (console->unsent, TRUE);
  g_free (console);
}

static gboolean on_console (int fd, GIOCondition condition, gpointer data);

/* Nobody need read the answers; the words count all the same. */
static void
send_unsent (Console *console)
{
  ssize_t n =
      send (console->fd, console->unsent->str, console->unsent->len, MSG_DONTWAIT | MSG_NOSIGNAL);

  if (n > 0)
    g_string_erase (console->unsent, 0, n);
  else if (n < 0 && errno != EAGAIN && errno != EINTR)
    g_string_truncate (console->unsent, 0);
}

static void
on_line (const char *line, gpointer data)
{
  srv_console_talk_line (((Console *) data)->talk, line);
}

/* While a word is being answered, or many answers have not been read, the next is not read, so that
 * they cannot pile up. */
static void
watch (Console *console)
{
  GIOCondition condition = console->unsent->len > 0 ? G_IO_OUT : 0;

  if (!console->ended && !srv_console_talk_is_waiting (console->talk) &&
      console->unsent->len < MAX_UNREAD_BYTES)
    condition |= G_IO_IN;
  g_clear_handle_id (&console->source, g_source_remove);
  console->source = g_unix_fd_add (console->fd, condition, on_console, console);
}

static void
on_say (const char *text, gpointer data)
{
  g_string_append (((Console *) data)->unsent, text);
}

/* No answer begins like this: names have no question mark, paths a slash. */
static void
on_ask (const char *prompt, gpointer data)
{
  g_string_append_printf (((Console *) data)->unsent, "? %s\n", prompt);
}

static void
on_done (gboolean ok, gpointer data)
{
  Console *console = data;

  g_string_append (console->unsent, ok ? "ok\n" : "error\n");
  /* Some answers come by themselves, not when the socket has something. */
  watch (console);
}

static const SrvConsoleHooks hooks = { on_say, on_ask, on_done };

static gboolean
on_console (int fd, GIOCondition condition, gpointer data)
{
  Console *console = data;
  char bytes[1024];
  ssize_t n = condition & (G_IO_IN | G_IO_HUP | G_IO_ERR)
                  ? recv (fd, bytes, sizeof bytes, MSG_DONTWAIT)
                  : -1;

  if (n > 0)
    srv_console_input_push (&console->input, bytes, (gsize) n, on_line, console);
  explicit_bzero (bytes, sizeof bytes); /* it may have been a password */
  console->ended = console->ended || n == 0;
  send_unsent (console);
  /* Who has said everything may still be reading. */
  if ((console->ended && console->unsent->len == 0) || (condition & (G_IO_HUP | G_IO_ERR) && n < 0))
    {
      g_ptr_array_remove_fast (console->control->consoles, console);
      return G_SOURCE_REMOVE;
    }
  watch (console);
  return G_SOURCE_CONTINUE;
}

static gboolean on_pause_over (gpointer data);

static gboolean
on_connect (int fd, GIOCondition condition, gpointer data)
{
  SrvControl *control = data;
  struct ucred who = { 0 };
  socklen_t len = sizeof who;
  Console *console = NULL;
  int peer = accept4 (fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

  /* Who could not be accepted stays in the queue, and the socket stays readable. */
  if (peer < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
    {
      control->source = g_timeout_add (PAUSE_MS, on_pause_over, control);
      return G_SOURCE_REMOVE;
    }
  if (peer < 0)
    return G_SOURCE_CONTINUE;
  if (control->consoles->len >= MAX_CONSOLES)
    {
      sal_fd_close (&peer);
      return G_SOURCE_CONTINUE;
    }
  if (getsockopt (peer, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0)
    g_message (_ ("console opened by user %u, process %d"), who.uid, who.pid);

  console = g_new0 (Console, 1);
  console->control = control;
  console->fd = peer;
  console->unsent = g_string_new (NULL);
  srv_console_input_init (&console->input);
  console->talk = srv_console_talk_new (control->server, &hooks, console);
  g_ptr_array_add (control->consoles, console);
  watch (console);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_pause_over (gpointer data)
{
  SrvControl *control = data;

  control->source = g_unix_fd_add (control->fd, G_IO_IN, on_connect, control);
  return G_SOURCE_REMOVE;
}

static gboolean
fail (const SrvControl *control, GError **error)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE, _ ("cannot open the control socket %s: %s"),
               control->path, g_strerror (errno));
  return FALSE;
}

/* The lock says whose the name is; so what a server that was killed left behind can be
 * taken away without a race. */
static gboolean
take_name (SrvControl *control, GError **error)
{
  g_autofree char *lock = g_strconcat (control->path, ".lock", NULL);

  control->lock_fd = open (lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (control->lock_fd < 0)
    return fail (control, error);
  if (flock (control->lock_fd, LOCK_EX | LOCK_NB) < 0)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE,
                   _ ("the control socket %s belongs to another server that is running"),
                   control->path);
      return FALSE;
    }
  (void) g_unlink (control->path);
  return TRUE;
}

static gboolean
set_owner (SrvControl *control, const char *group, GError **error)
{
  struct group *entry = group != NULL ? getgrnam (group) : NULL;

  if (group == NULL)
    return chmod (control->path, 0600) == 0 || fail (control, error);
  if (entry == NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("control-group: there is no group “%s”"),
                   group);
      return FALSE;
    }
  return (chown (control->path, (uid_t) -1, entry->gr_gid) == 0 &&
          chmod (control->path, 0660) == 0) ||
         fail (control, error);
}

static gboolean
listen_on (SrvControl *control, const char *group, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *folder = g_path_get_dirname (control->path);

  if (strlen (control->path) >= sizeof address.sun_path)
    {
      errno = ENAMETOOLONG;
      return fail (control, error);
    }
  strcpy (address.sun_path, control->path);
  if (g_mkdir_with_parents (folder, 0700) < 0)
    return fail (control, error);
  if (!take_name (control, error))
    return FALSE;
  control->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (control->fd < 0 || bind (control->fd, (const struct sockaddr *) &address, sizeof address) < 0)
    return fail (control, error);
  /* Between bind and this the umask (077) keeps others out. */
  return set_owner (control, group, error) &&
         (listen (control->fd, MAX_CONSOLES) == 0 || fail (control, error));
}

/**
 * srv_control_open:
 * @server: (transfer none): what is controlled
 * @path: where; its folder is made, for this user alone, if it is missing
 * @group: (nullable): a group that may use it too
 *
 * Returns: (transfer full): the socket, open, or %NULL with a #SAL_ERROR.
 */
SrvControl *
srv_control_open (SrvServer *server, const char *path, const char *group, GError **error)
{
  g_autoptr (SrvControl) control = g_new0 (SrvControl, 1);

  control->server = server;
  control->path = g_strdup (path);
  control->fd = control->lock_fd = -1;
  control->consoles = g_ptr_array_new_with_free_func (console_free);
  if (!listen_on (control, group, error))
    return NULL;
  control->source = g_unix_fd_add (control->fd, G_IO_IN, on_connect, control);
  return g_steal_pointer (&control);
}

/**
 * srv_control_free:
 * @control: (nullable) (transfer full)
 */
void
srv_control_free (SrvControl *control)
{
  if (control == NULL)
    return;
  g_clear_handle_id (&control->source, g_source_remove);
  for (guint i = 0; i < control->consoles->len; i++)
    send_unsent (control->consoles->pdata[i]);
  g_ptr_array_unref (control->consoles);
  if (control->fd >= 0)
    (void) g_unlink (control->path);
  sal_fd_close (&control->fd);
  sal_fd_close (&control->lock_fd);
  g_free (control->path);
  g_free (control);
}
