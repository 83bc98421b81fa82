/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which key each server had when it was first met, in a file of lines:
 *
 *     chat.example:15103 pin-sha256:p+2LRzz8Je2Qk7jw08Qiicf8NJzdf0LN7QYav+4aL+4=
 *     chat.example.org:15103 authority
 *
 * A server that an authority vouches for may have a new key every month; that it was
 * vouched for is remembered, too, so that nobody can be made to do without. The file is
 * read, judged by and written under one lock, because several clients of one person meet
 * servers at the same time. A file that cannot be read or understood is an error, never
 * an empty one: everything would be a first meeting then.
 */
#include "config.h"

#include "common/client/sal-known-servers.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/client/sal-spki.h"

#define AUTHORITY "authority"

/**
 * sal_known_servers_file:
 *
 * Returns: (transfer full): where the file of this user is.
 */
char *
sal_known_servers_file (void)
{
  return g_build_filename (g_get_user_data_dir (), "salotto", "known-servers", NULL);
}

/* One name for one server, however it was typed. */
static char *
key_of (const char *host, guint16 port)
{
  g_autofree char *lower = g_ascii_strdown (host, -1);
  gsize len = strlen (lower);

  if (len > 1 && lower[len - 1] == '.')
    lower[len - 1] = '\0';
  return sal_format_host_port (lower, port);
}

static gboolean
fail (const char *file, int code, GError **error)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_TLS, "%s: %s", file, g_strerror (code));
  return FALSE;
}

/* The lines, each "SERVER TRUST"; none if there is no file. */
static char **
read_lines (const char *file, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (file, &text, NULL, &local))
    {
      if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_new0 (char *, 1);
      g_set_error (error, SAL_ERROR, SAL_EXIT_TLS, "%s", local->message);
      return NULL;
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *space = strrchr (lines[i], ' ');

      if (*lines[i] == '\0' || *lines[i] == '#' ||
          (space != NULL && (g_str_equal (space + 1, AUTHORITY) || sal_spki_is_pin (space + 1))))
        continue;
      g_set_error (error, SAL_ERROR, SAL_EXIT_TLS,
                   /* TRANSLATORS: a file, the number of a line */
                   _ ("%s: line %u says nothing about a server; repair it, or remove it if you "
                      "know why it is so"),
                   file, i + 1);
      return NULL;
    }
  return g_steal_pointer (&lines);
}

/* What is known of @key: its line, and what stands behind the name. */
static const char *
look_up (char **lines, const char *key, guint *line)
{
  gsize len = strlen (key);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], key, len) == 0 && lines[i][len] == ' ')
      {
        *line = i;
        return lines[i] + len + 1;
      }
  return NULL;
}

/* Writes all of it anew, with what is known of @key now. */
static gboolean
write_lines (const char *file, char **lines, const char *key, const char *trust, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) local = NULL;
  guint old = G_MAXUINT;

  (void) look_up (lines, key, &old);
  for (guint i = 0; lines[i] != NULL; i++)
    if (i != old && *lines[i] != '\0')
      g_string_append_printf (text, "%s\n", lines[i]);
  g_string_append_printf (text, "%s %s\n", key, trust);
  if (g_file_set_contents_full (file, text->str, (gssize) text->len,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &local))
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_TLS, "%s", local->message);
  return FALSE;
}

/* One client at a time; the lock is a file of its own, because the other is replaced. */
static int
lock (const char *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *name = g_strconcat (file, "-lock", NULL);
  int fd = -1;

  if (g_mkdir_with_parents (folder, 0700) < 0)
    {
      (void) fail (folder, errno, error);
      return -1;
    }
  fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0)
    while (flock (fd, LOCK_EX) < 0)
      if (errno != EINTR)
        {
          (void) fail (name, errno, error);
          sal_fd_close (&fd);
          return -1;
        }
  if (fd < 0)
    (void) fail (name, errno, error);
  return fd;
}

static SalDoubt
refuse_change (const char *key, const char *pin, const char *known, GError **error)
{
  gboolean lapsed = g_str_equal (known, AUTHORITY);

  if (lapsed)
    g_set_error (error, SAL_ERROR, SAL_EXIT_TLS,
                 /* TRANSLATORS: a server; what its key is */
                 _ ("%s: an authority vouched for this server before, and none does now. Somebody "
                    "may be listening in, or its certificate has run out. If its operator says "
                    "that its key is %s, accept it with --pin"),
                 key, pin);
  else
    g_set_error (error, SAL_ERROR, SAL_EXIT_TLS,
                 /* TRANSLATORS: a server; what its key is; what it was */
                 _ ("%s: this server has another key than before. Somebody may be listening in, or "
                    "it was set up anew. Its key is %s now and was %s. If its operator says that "
                    "this is right, accept it with --pin"),
                 key, pin, known);
  return lapsed ? SAL_DOUBT_LAPSED : SAL_DOUBT_CHANGED;
}

static SalDoubt
refuse_new (const char *key, const char *pin, GError **error)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_TLS,
               /* TRANSLATORS: a server; what its key is */
               _ ("%s: this server is new here, and no authority vouches for it; its key is %s"),
               key, pin);
  return SAL_DOUBT_NEW;
}

/* What to think of a server, and what to remember of it: NULL: nothing new. */
static SalTrust
judge (const char *key,
       const char *pin,
       const char *wanted,
       gboolean vouched,
       const char *known,
       const char **trust,
       SalDoubt *doubt,
       GError **error)
{
  SalDoubt why = SAL_DOUBT_NONE;

  *trust = NULL;
  if (wanted != NULL && !g_str_equal (wanted, pin))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_TLS,
                   /* TRANSLATORS: a server; what its key is; what was asked for */
                   _ ("%s: the key of this server is %s, and not the one of --pin, %s"), key, pin,
                   wanted);
      return SAL_TRUST_NONE;
    }
  if (wanted != NULL)
    {
      *trust = pin;
      return SAL_TRUST_PIN;
    }
  if (vouched)
    {
      *trust = AUTHORITY;
      return SAL_TRUST_AUTHORITY;
    }
  if (known == NULL && doubt == NULL)
    {
      *trust = pin;
      return SAL_TRUST_FIRST_USE;
    }
  if (known != NULL && g_str_equal (known, pin))
    return SAL_TRUST_KNOWN;
  why = known == NULL ? refuse_new (key, pin, error) : refuse_change (key, pin, known, error);
  if (doubt != NULL)
    *doubt = why;
  return SAL_TRUST_NONE;
}

/**
 * sal_known_servers_judge:
 * @file: the file
 * @host: the server's name or address, as it was typed
 * @pin: its key, as sal_spki_pin() says it
 * @wanted: (nullable): the only key to be accepted; it is remembered
 * @vouched: whether an authority of this system vouches for its certificate and the name
 * @doubt: (out) (nullable): if there is a person who can be asked: whoever is new is refused
 *   as well then, and this says why a server was refused. Whom the person trusts is let in
 *   by @wanted
 *
 * Decides whether the server is the one it says it is, and remembers it.
 *
 * Returns: %SAL_TRUST_NONE with a #SAL_ERROR that says why not, and what to do. Also if
 *   it cannot be remembered: a first meeting that is forgotten would come again.
 */
SalTrust
sal_known_servers_judge (const char *file,
                         const char *host,
                         guint16 port,
                         const char *pin,
                         const char *wanted,
                         gboolean vouched,
                         SalDoubt *doubt,
                         GError **error)
{
  g_autofree char *key = key_of (host, port);
  int fd = lock (file, error);
  g_auto (GStrv) lines = fd >= 0 ? read_lines (file, error) : NULL;
  const char *known = NULL;
  const char *remember = NULL;
  SalTrust trust = SAL_TRUST_NONE;
  guint line = 0;

  if (doubt != NULL)
    *doubt = SAL_DOUBT_NONE;
  if (lines != NULL)
    {
      known = look_up (lines, key, &line);
      trust = judge (key, pin, wanted, vouched, known, &remember, doubt, error);
      if (remember != NULL && g_strcmp0 (remember, known) != 0 &&
          !write_lines (file, lines, key, remember, error))
        trust = SAL_TRUST_NONE;
    }
  sal_fd_close (&fd);
  return trust;
}

/**
 * sal_known_servers_find:
 * @host: a name or an address, as it was typed
 *
 * Returns: a port on which @host is known to speak TLS; 0 if there is none, or with a
 *   #SAL_ERROR.
 */
guint16
sal_known_servers_find (const char *file, const char *host, GError **error)
{
  g_auto (GStrv) lines = read_lines (file, error);
  g_autofree char *key = key_of (host, 0); /* ends with :0 */
  gsize len = strlen (key) - 1;

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    if (strncmp (lines[i], key, len) == 0)
      return (guint16) g_ascii_strtoull (lines[i] + len, NULL, 10);
  return 0;
}

/**
 * sal_known_servers_allow_plain:
 * @uri: where to go
 * @typed: how that was said
 *
 * Where one went with TLS, one does not go without it by leaving out a word: somebody who
 * listens in could have seen to it that this is all that works. What never leaves this
 * machine is another matter, and so is saying `plain://` on purpose.
 *
 * Returns: whether one may go there; %FALSE with a #SAL_ERROR in words for people.
 */
gboolean
sal_known_servers_allow_plain (const SalUri *uri, const char *typed, GError **error)
{
  g_autofree char *file = sal_known_servers_file ();
  g_autoptr (GInetAddress) address = NULL;
  g_autoptr (GError) local = NULL;
  guint16 port = 0;

  if (uri->scheme != SAL_SCHEME_PLAIN || strstr (typed, "://") != NULL)
    return TRUE;
  address = g_inet_address_new_from_string (uri->host);
  if (g_ascii_strcasecmp (uri->host, "localhost") == 0 ||
      (address != NULL && g_inet_address_get_is_loopback (address)))
    return TRUE;
  port = sal_known_servers_find (file, uri->host, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (port == 0)
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_TLS,
               /* TRANSLATORS: a host; the host with its port; what was typed */
               _ ("%s is known to speak TLS: use plains://%s:%u, or plain://%s to do without it "
                  "on purpose"),
               uri->host, uri->host, port, typed);
  return FALSE;
}
