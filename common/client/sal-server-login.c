/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What only the person can give before there is a connection: the password of the account, a
 * certificate of theirs, and whether a server with a key that is new or another is the right one. The password is looked for in the keyring
 * first; it is held in memory, and nowhere else but there. One that the server does not take is not
 * deleted from it: it may be the server that is wrong.
 */
#include "config.h"

#include "common/client/sal-client-certificate.h"
#include "common/client/sal-secret.h"
#include "common/client/sal-server-private.h"

/**
 * sal_server_ask:
 *
 * Something is asked of the person, or nothing any more.
 */
void
sal_server_ask (SalServer *server, SalQuestion question)
{
  if (server->question == question)
    return;
  server->question = question;
  g_signal_emit_by_name (server, "question");
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SalServer) server = user_data;
  g_autoptr (GError) error = NULL;
  char *password = sal_secret_lookup_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || server->looking_up == NULL)
    {
      sal_secret_free (password);
      return;
    }
  g_clear_object (&server->looking_up);
  if (password == NULL)
    {
      /* No keyring, or a locked one, is as good as an empty one: the person is asked. */
      if (error != NULL)
        g_info ("no password from the keyring: %s", error->message);
      sal_server_wait_for_person (server, SAL_QUESTION_PASSWORD, NULL);
      return;
    }
  server->password = password;
  sal_server_start_client (server);
}

/**
 * sal_server_logs_in_by_certificate:
 *
 * Returns: whether ours is tried before a password is looked for.
 */
gboolean
sal_server_logs_in_by_certificate (SalServer *server)
{
  return *server->row->certificate != '\0' && sal_scheme_is_tls (server->uri->scheme) &&
         !server->unknown_certificate;
}

/**
 * sal_server_load_certificate:
 * @certificate: (out) (transfer full) (nullable): ours, if there is one for this server
 *
 * Returns: %FALSE with a sentence if it cannot be used.
 */
gboolean
sal_server_load_certificate (SalServer *server, GTlsCertificate **certificate, GError **error)
{
  const SalStoredServer *row = server->row;

  *certificate = NULL;
  if (*row->certificate == '\0' || !sal_scheme_is_tls (server->uri->scheme))
    return TRUE;
  *certificate =
      sal_client_certificate_load (row->certificate, *row->key != '\0' ? row->key : NULL, error);
  return *certificate != NULL;
}

/**
 * sal_server_get_certificate:
 *
 * Returns: (transfer none): the file with our certificate for this server; "" for none.
 */
const char *
sal_server_get_certificate (SalServer *server)
{
  return server->row->certificate;
}

/**
 * sal_server_get_key:
 *
 * Returns: (transfer none): the file with the certificate's key; "": it is in the same file.
 */
const char *
sal_server_get_key (SalServer *server)
{
  return server->row->key;
}

/**
 * sal_server_set_certificate:
 * @certificate: a PEM file; "" for none
 * @key: a PEM file; "" if @certificate has the key, too
 *
 * Shows this certificate to the server from the next connection on, if that has TLS; with an
 * account, it is what logs in, and a password is only asked for if the server does not know it.
 * The files are looked at now, and read again at each connection; only their names are kept.
 *
 * Returns: %FALSE with a sentence for the person if they cannot be used; then nothing has changed.
 */
gboolean
sal_server_set_certificate (SalServer *server,
                            const char *certificate,
                            const char *key,
                            GError **error)
{
  g_autoptr (GTlsCertificate) loaded = NULL;

  if (*certificate != '\0')
    {
      loaded = sal_client_certificate_load (certificate, *key != '\0' ? key : NULL, error);
      if (loaded == NULL)
        return FALSE;
    }
  g_free (server->row->certificate);
  g_free (server->row->key);
  server->row->certificate =
      *certificate != '\0' ? g_canonicalize_filename (certificate, NULL) : g_strdup ("");
  server->row->key = *key != '\0' ? g_canonicalize_filename (key, NULL) : g_strdup ("");
  server->unknown_certificate = FALSE;
  sal_store_update_server (server->store, server->row);
  return TRUE;
}

/**
 * sal_server_needs_password:
 *
 * Returns: whether a password has to be found before there can be a connection; then it is looked
 *   for, and what comes of it is a client or a question.
 */
gboolean
sal_server_needs_password (SalServer *server)
{
  if (*server->row->account == '\0' || server->password != NULL || server->anonymous ||
      sal_server_logs_in_by_certificate (server))
    return FALSE;
  if (server->kept_is_wrong)
    sal_server_wait_for_person (server, SAL_QUESTION_PASSWORD, NULL);
  else if (server->looking_up == NULL)
    {
      server->looking_up = g_cancellable_new ();
      sal_secret_lookup_async (server->row->uri, server->row->account, server->looking_up,
                               on_looked_up, g_object_ref (server));
    }
  return TRUE;
}

/**
 * sal_server_stop_looking_up:
 */
void
sal_server_stop_looking_up (SalServer *server)
{
  if (server->looking_up == NULL)
    return;
  g_cancellable_cancel (server->looking_up);
  g_clear_object (&server->looking_up);
}

static void
on_remembered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!sal_secret_store_finish (result, &error))
    g_warning ("the password could not be put into the keyring: %s", error->message);
}

/**
 * sal_server_answer_password:
 * @account: what it belongs to; "" for nothing: from now on without
 * @password: (nullable): %NULL: without logging in, this time; "": there is none to give, and a
 *   certificate of ours, or the keyring, is to do
 * @remember: in the keyring
 *
 * Answers %SAL_QUESTION_PASSWORD, or says it before it is asked; then it counts for the next
 * connection.
 */
void
sal_server_answer_password (SalServer *server,
                            const char *account,
                            const char *password,
                            gboolean remember)
{
  gboolean asked = server->question == SAL_QUESTION_PASSWORD;
  gboolean given = password != NULL && *password != '\0';

  sal_server_set_account (server, account);
  g_clear_pointer (&server->password, sal_secret_free);
  server->password = given ? g_strdup (password) : NULL;
  server->anonymous = password == NULL;
  server->kept_is_wrong = FALSE;
  if (given && remember && *account != '\0')
    sal_secret_store_async (server->row->uri, account, password, NULL, on_remembered, NULL);
  sal_server_ask (server, SAL_QUESTION_NONE);
  if (asked)
    sal_server_connect (server);
}

/**
 * sal_server_get_offered:
 *
 * Returns: (transfer none) (nullable): the server's key, if the person has to decide whether it is
 *   the right one. We are offline until they have.
 */
const SalTlsDetails *
sal_server_get_offered (SalServer *server)
{
  return server->offered;
}

/**
 * sal_server_answer_certificate:
 * @trust: its key is the right one from now on
 *
 * Answers %SAL_QUESTION_CERTIFICATE.
 */
void
sal_server_answer_certificate (SalServer *server, gboolean trust)
{
  if (server->question != SAL_QUESTION_CERTIFICATE || server->offered == NULL)
    return;
  if (trust)
    {
      g_free (server->pin);
      server->pin = g_strdup (server->offered->pin);
      sal_server_connect (server);
      return;
    }
  g_clear_pointer (&server->offered, sal_tls_details_free);
  sal_server_wait_for_person (server, SAL_QUESTION_NONE, NULL);
}
