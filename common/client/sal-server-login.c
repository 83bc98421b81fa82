/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What only the person can answer before there is a connection: the password of the account, and
 * whether a server with a key that is new or another is the right one. The password is looked for in the keyring
 * first; it is held in memory, and nowhere else but there. One that the server does not take is not
 * deleted from it: it may be the server that is wrong.
 */
#include "config.h"

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
 * sal_server_needs_password:
 *
 * Returns: whether a password has to be found before there can be a connection; then it is looked
 *   for, and what comes of it is a client or a question.
 */
gboolean
sal_server_needs_password (SalServer *server)
{
  if (*server->row->account == '\0' || server->password != NULL || server->anonymous)
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
 * @password: (nullable): %NULL: without logging in, this time
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

  sal_server_set_account (server, account);
  g_clear_pointer (&server->password, sal_secret_free);
  server->password = g_strdup (password);
  server->anonymous = password == NULL;
  server->kept_is_wrong = FALSE;
  if (password != NULL && remember && *account != '\0')
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
