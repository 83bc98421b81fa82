/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords in the person's keyring, the same as the window's. A keyring is the desktop's: where
 * there is none, or one that does not answer, this is as good as an empty one, within seconds.
 * Only where there is a screen to unlock it on is it waited for longer.
 */
#include "config.h"

#include "client-cli/cli-keyring.h"

#include <glib/gi18n.h>

#include "client-cli/cli-print.h"
#include "common/client/sal-secret.h"

#define ANSWER_S 5
#define UNLOCK_S 60

/* What is asked of the keyring, one thing at a time. */
typedef struct
{
  GCancellable *cancellable; /* (owned) (nullable): nothing is asked */
  guint timer;
  char *password; /* (owned) (nullable): the answer, for sal_secret_free() */
} Question;

static Question question;

static gboolean
on_late (gpointer data)
{
  question.timer = 0;
  g_cancellable_cancel (question.cancellable);
  return G_SOURCE_REMOVE;
}

static void
begin (void)
{
  gboolean screen = g_getenv ("DISPLAY") != NULL || g_getenv ("WAYLAND_DISPLAY") != NULL;

  question.cancellable = g_cancellable_new ();
  question.timer = g_timeout_add_seconds (screen ? UNLOCK_S : ANSWER_S, on_late, NULL);
}

static void
answered (void)
{
  g_clear_handle_id (&question.timer, g_source_remove);
  g_clear_object (&question.cancellable);
}

static void
await (void)
{
  while (question.cancellable != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  question.password = sal_secret_lookup_finish (result, &error);
  if (error != NULL)
    g_info ("no password from the keyring: %s", error->message);
  answered ();
}

/**
 * cli_keyring_look_up:
 *
 * Waits for the answer; nothing else goes on meanwhile.
 *
 * Returns: (transfer full) (nullable): the password, for sal_secret_free(); %NULL if none is kept, or
 *   there is no keyring.
 */
char *
cli_keyring_look_up (const SalUri *uri, const char *account)
{
  /* At an address of the plain dialect the window has one for each room. */
  for (guint i = 0; i < 2 && question.password == NULL; i++)
    {
      g_autofree char *server = sal_secret_server (uri, i == 0);

      begin ();
      sal_secret_lookup_async (server, account, question.cancellable, on_looked_up, NULL);
      await ();
    }
  return g_steal_pointer (&question.password);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!sal_secret_store_finish (result, &error))
    cli_complain (_ ("the password could not be put into the keyring: %s"), error->message);
  answered ();
}

/**
 * cli_keyring_save:
 *
 * Puts a password into the keyring, in place of the one before; that it could not be done is said on
 * standard error. Goes on in the main loop, and in cli_keyring_finish().
 */
void
cli_keyring_save (const SalUri *uri, const char *account, const char *password)
{
  g_autofree char *server = sal_secret_server (uri, TRUE);

  if (question.cancellable != NULL)
    return;
  begin ();
  sal_secret_store_async (server, account, password, question.cancellable, on_saved, NULL);
}

/**
 * cli_keyring_finish:
 *
 * Waits until what is being saved is, for some seconds at the most, or until cli_keyring_give_up().
 */
void
cli_keyring_finish (void)
{
  await ();
}

/**
 * cli_keyring_give_up:
 *
 * The person does not want to wait for the keyring any more.
 */
void
cli_keyring_give_up (void)
{
  g_cancellable_cancel (question.cancellable);
}
