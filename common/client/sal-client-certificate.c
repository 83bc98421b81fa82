/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A certificate of our own, with its key, as people keep them: PEM files (RFC 7468). What would
 * go wrong with them in the middle of a conversation, where a server can only say "no", is found
 * here and said in words: a file that cannot be read, a key that is missing, locked, somebody
 * else's or open to others.
 */
#include "config.h"

#include "common/client/sal-client-certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-limits.h"
#include "common/client/sal-spki.h"

static void
wipe (GString *text)
{
  if (text == NULL)
    return;
  explicit_bzero (text->str, text->allocated_len);
  g_string_free (text, TRUE);
}

/* Returns: (transfer full) (nullable): what is in the file; %NULL with errno. */
static GString *
read_all (int fd)
{
  /* Never grows, so that no copy of a key is left behind. */
  GString *text = g_string_sized_new (SAL_PEM_MAX_BYTES + 1);
  ssize_t n = 0;

  while (text->len <= SAL_PEM_MAX_BYTES)
    {
      n = read (fd, text->str + text->len, SAL_PEM_MAX_BYTES + 1 - text->len);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      text->len += (gsize) n;
      text->str[text->len] = '\0';
    }
  if (n < 0)
    {
      int saved = errno;

      g_clear_pointer (&text, wipe);
      errno = saved;
    }
  return text;
}

/* Returns: (transfer full) (nullable): for wipe()
 * @status: (out): whose it is, and who may read it */
static GString *
read_pem (const char *file, struct stat *status, GError **error)
{
  int fd = open (file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  GString *text = NULL;
  int saved = 0;

  if (fd >= 0 && fstat (fd, status) == 0)
    {
      if (S_ISREG (status->st_mode) || S_ISFIFO (status->st_mode))
        text = read_all (fd);
      else
        errno = S_ISDIR (status->st_mode) ? EISDIR : EINVAL;
    }
  saved = errno;
  sal_fd_close (&fd);
  if (text == NULL)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("%s cannot be read: %s"), file,
                 g_strerror (saved));
  else if (text->len > SAL_PEM_MAX_BYTES || strlen (text->str) != text->len)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("%s is no PEM file; there must be “-----BEGIN …-----” in it"), file);
      g_clear_pointer (&text, wipe);
    }
  return text;
}

/* As ssh has it: a key that others can read is not ours alone any more. The group of a file that
 * an administrator has given us is their affair. */
static gboolean
check_private (const char *file, const struct stat *status, GError **error)
{
  mode_t others = status->st_uid == geteuid () ? S_IRWXG | S_IRWXO : S_IRWXO;

  if (!S_ISREG (status->st_mode) || (status->st_mode & others) == 0)
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
               _ ("others can read the key in %s; make it yours alone: chmod 600 %s"), file, file);
  return FALSE;
}

static gboolean
check_key (const char *file, const GString *text, gboolean same, GError **error)
{
  if (strstr (text->str, "-----BEGIN ENCRYPTED PRIVATE KEY-----") != NULL ||
      strstr (text->str, "Proc-Type: 4,ENCRYPTED") != NULL)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("the key in %s is locked with a passphrase, which Salotto does not know; "
                    "openssl pkey writes a copy without one"),
                 file);
  else if (strstr (text->str, "PRIVATE KEY-----") != NULL)
    return TRUE;
  else if (same)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("%s has no key; name the file with the key, too"), file);
  else
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("%s has no key"), file);
  return FALSE;
}

/* Whether the key belongs to the certificate, and both can be used: GIO does not look, and has no
 * function for it. The only way that is the same for all kinds of keys is to do what they are for:
 * two ends in this process shake hands, which takes milliseconds. The other end believes whatever
 * it is shown, so if it gives up first, our signature was wrong: the key is another. If our end does, it
 * cannot use what it has: a key of another kind, or one that is too weak, or not for this. */

/* One of the two. */
typedef struct
{
  GTlsConnection *connection; /* (unowned) */
  GSocket *socket;            /* (unowned) */
  GError **first;             /* (unowned): of both, the first that goes wrong */
  gboolean done;
  gboolean failed_first;
} End;

static void
on_shaken (GObject *source, GAsyncResult *result, gpointer data)
{
  End *end = data;

  end->done = TRUE;
  end->failed_first = *end->first == NULL;
  if (g_tls_connection_handshake_finish (end->connection, result,
                                         end->failed_first ? end->first : NULL))
    end->failed_first = FALSE;
  else
    /* Or the other would wait for ever. */
    (void) g_socket_shutdown (end->socket, TRUE, TRUE, NULL);
}

static gboolean
on_accept (GTlsConnection *connection, GTlsCertificate *peer, GTlsCertificateFlags errors)
{
  return TRUE;
}

static GSocket *
make_socket (int fd, GError **error)
{
  GSocket *socket = g_socket_new_from_fd (fd, error);

  if (socket == NULL)
    sal_fd_close (&fd);
  return socket;
}

/* Returns: the end that has failed, or %NULL */
static const End *
shake_hands (End *ours, End *other, GMainContext *context)
{
  End *ends[] = { ours, other };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    g_tls_connection_handshake_async (ends[i]->connection, G_PRIORITY_DEFAULT, NULL, on_shaken,
                                      ends[i]);
  while (!ours->done || !other->done)
    g_main_context_iteration (context, TRUE);
  return ours->failed_first ? ours : other->failed_first ? other : NULL;
}

/* @wrong: (out): the key is another's */
static gboolean
prove_over (
    GSocket *ours, GSocket *other, GTlsCertificate *certificate, gboolean *wrong, GError **error)
{
  g_autoptr (GSocketConnection) our_end = g_socket_connection_factory_create_connection (ours);
  g_autoptr (GSocketConnection) other_end = g_socket_connection_factory_create_connection (other);
  g_autoptr (GIOStream) server = NULL;
  g_autoptr (GIOStream) client = NULL;
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GError) first = NULL;
  End mine = { .socket = ours, .first = &first };
  End theirs = { .socket = other, .first = &first };
  const End *failed = NULL;

  server = g_tls_server_connection_new (G_IO_STREAM (our_end), certificate, error);
  if (server != NULL)
    client = g_tls_client_connection_new (G_IO_STREAM (other_end), NULL, error);
  if (client == NULL)
    return FALSE;
  mine.connection = G_TLS_CONNECTION (server);
  theirs.connection = G_TLS_CONNECTION (client);
  g_signal_connect (client, "accept-certificate", G_CALLBACK (on_accept), NULL);
  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  failed = shake_hands (&mine, &theirs, context);
  g_main_context_pop_thread_default (context);
  *wrong = failed == &theirs;
  if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  return failed == NULL;
}

static gboolean
prove (GTlsCertificate *certificate, gboolean *wrong, GError **error)
{
  g_autoptr (GSocket) ours = NULL;
  g_autoptr (GSocket) other = NULL;
  int fds[2];

  *wrong = FALSE;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
    {
      g_set_error_literal (error, SAL_ERROR, SAL_EXIT_FAILED, g_strerror (errno));
      return FALSE;
    }
  ours = make_socket (fds[0], error);
  other = make_socket (fds[1], ours != NULL ? error : NULL);
  return ours != NULL && other != NULL && prove_over (ours, other, certificate, wrong, error);
}

/* Whether the key is of another kind than the certificate's, as far as that can be seen. */
static gboolean
is_of_another_kind (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GByteArray) key = NULL;
  gboolean same = TRUE;

  g_object_get (certificate, "certificate", &der, "private-key", &key, NULL);
  if (der != NULL && key != NULL)
    (void) sal_spki_is_of_kind (der->data, der->len, key->data, key->len, &same);
  if (key != NULL)
    explicit_bzero (key->data, key->len);
  return !same;
}

static GTlsCertificate *
make (
    const char *file, const char *key_file, const GString *text, const GString *key, GError **error)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) problem = NULL;
  gboolean wrong = FALSE;

  if (key == text)
    certificate = g_tls_certificate_new_from_pem (text->str, (gssize) text->len, &problem);
  else
    {
      GString *whole = g_string_sized_new (text->len + key->len + 2);

      g_string_append_printf (whole, "%s\n%s", key->str, text->str);
      certificate = g_tls_certificate_new_from_pem (whole->str, (gssize) whole->len, &problem);
      wipe (whole);
    }
  if (certificate == NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("the certificate in %s cannot be used: %s"),
                   file, problem->message);
      return NULL;
    }
  if (!prove (certificate, &wrong, &problem))
    {
      g_info ("%s, %s: %s", file, key_file, problem->message);
      if (wrong || is_of_another_kind (certificate))
        g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                     _ ("the key in %s does not belong to the certificate in %s"), key_file, file);
      else
        g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                     _ ("the certificate in %s cannot be used: %s"), file, problem->message);
      return NULL;
    }
  return g_steal_pointer (&certificate);
}

/**
 * sal_client_certificate_load:
 * @file: a PEM file with the certificate, perhaps with those that lead from it to an authority
 * @key_file: (nullable): a PEM file with the key; %NULL: it is in @file, too
 *
 * Reads a certificate of ours for SalTransportOptions. Takes some milliseconds.
 *
 * Returns: (transfer full): the certificate with its key, or %NULL with a #SAL_ERROR that names
 *   the file and what can be done.
 */
GTlsCertificate *
sal_client_certificate_load (const char *file, const char *key_file, GError **error)
{
  gboolean same = key_file == NULL || g_str_equal (key_file, file);
  const char *holder = same ? file : key_file;
  struct stat status = { 0 };
  GString *text = read_pem (file, &status, error);
  GString *key = NULL;
  GTlsCertificate *certificate = NULL;

  if (text == NULL)
    return NULL;
  if (strstr (text->str, "-----BEGIN CERTIFICATE-----") == NULL)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("%s has no certificate; there must be “-----BEGIN CERTIFICATE-----” in it"),
                 file);
  else
    key = same ? text : read_pem (key_file, &status, error);
  if (key != NULL && check_key (holder, key, same, error) && check_private (holder, &status, error))
    certificate = make (file, holder, text, key, error);
  if (key != text)
    wipe (key);
  wipe (text);
  return certificate;
}

/**
 * sal_client_certificate_fingerprint:
 *
 * Returns: (transfer full) (nullable): SHA-256 of the certificate, `AB:CD:…`, by which a server
 *   knows it; %NULL if the library does not give its bytes.
 */
char *
sal_client_certificate_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autofree char *hex = NULL;
  GString *text = g_string_new (NULL);

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return g_string_free (text, TRUE);
  hex = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
  for (const char *at = hex; *at != '\0'; at += 2)
    g_string_append_printf (text, "%s%c%c", at == hex ? "" : ":", g_ascii_toupper (at[0]),
                            g_ascii_toupper (at[1]));
  return g_string_free (text, FALSE);
}
