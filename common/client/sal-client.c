/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client as an object with signals: the machine that knows what to do, the transport
 * that carries bytes, and the clock, in one main loop. There are two machines, one for each
 * dialect; the one of the plain dialect gives way to the other when a salottod has greeted.
 *
 * Signals:
 *   connected ()                          the connection is there
 *   chunk (GBytes *)                      what one read returned
 *   action (SalClientAction *)            an event, a message's fate, or being ready
 *   ended (SalClientEnd, GError *)        nothing more will happen; the error says why,
 *                                         if something went wrong
 */
#include "config.h"

#include "common/client/sal-client.h"

#include <glib/gi18n-lib.h>

#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"
#include "common/client/sal-client-private.h"
#include "common/proto/sal-text.h"

G_DEFINE_FINAL_TYPE (SalClient, sal_client, G_TYPE_OBJECT)

enum
{
  CONNECTED,
  CHUNK,
  ACTION,
  ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
sal_client_dispose (GObject *object)
{
  SalClient *client = SAL_CLIENT (object);

  g_cancellable_cancel (client->cancellable);
  g_clear_handle_id (&client->connect_timer, g_source_remove);
  g_clear_handle_id (&client->timer, g_source_remove);
  if (client->transport != NULL)
    sal_transport_close (client->transport);
  g_clear_object (&client->transport);
  G_OBJECT_CLASS (sal_client_parent_class)->dispose (object);
}

static void
sal_client_finalize (GObject *object)
{
  SalClient *client = SAL_CLIENT (object);

  g_clear_error (&client->error);
  sal_tls_details_free (client->refused);
  sal_client_machine_free (client->machine);
  sal_irc_machine_free (client->irc);
  for (gsize i = 0; i < G_N_ELEMENTS (client->strings); i++)
    {
      if (client->strings[i] != NULL)
        explicit_bzero (client->strings[i], strlen (client->strings[i])); /* passwords, too */
      g_free (client->strings[i]);
    }
  g_free (client->rooms);
  g_clear_pointer (&client->filter, sal_filter_unref);
  g_clear_pointer (&client->room_strings, g_ptr_array_unref);
  sal_uri_free (client->uri);
  g_clear_object (&client->transport_options.certificate);
  g_clear_object (&client->cancellable);
  G_OBJECT_CLASS (sal_client_parent_class)->finalize (object);
}

static void
sal_client_class_init (SalClientClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sal_client_dispose;
  G_OBJECT_CLASS (klass)->finalize = sal_client_finalize;
  signals[CONNECTED] =
      g_signal_new ("connected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHUNK] = g_signal_new ("chunk", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_BYTES);
  signals[ACTION] = g_signal_new ("action", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[ENDED] = g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 2, G_TYPE_INT, G_TYPE_ERROR);
}

static void
sal_client_init (SalClient *client)
{
  client->cancellable = g_cancellable_new ();
}

static void
end (SalClient *client, SalClientEnd how, const GError *error)
{
  if (client->ended)
    return;
  client->ended = TRUE;
  g_clear_handle_id (&client->timer, g_source_remove);
  g_clear_handle_id (&client->connect_timer, g_source_remove);
  if (client->transport != NULL)
    sal_transport_close (client->transport);
  g_signal_emit (client, signals[ENDED], 0, (int) how, error);
}

/* Why a server of IRC does not want us, or we do not want it. */
static GError *
refusal (const SalClientAction *action)
{
  const char *code = action->code != NULL ? action->code : "";
  const char *words = action->text != NULL ? action->text : "";

  if (g_str_equal (code, "no-sasl"))
    return g_error_new (SAL_ERROR, SAL_EXIT_REFUSED, _ ("this server has no login (SASL)"));
  if (g_str_equal (code, "no-mechanism"))
    return g_error_new (SAL_ERROR, SAL_EXIT_REFUSED,
                        _ ("this server has no login that keeps the password to ourselves; "
                           "it offers: %s"),
                        *words != '\0' ? words : "-");
  if (g_str_equal (code, "no-external"))
    return g_error_new (SAL_ERROR, SAL_EXIT_REFUSED,
                        _ ("this server has no login by certificate (EXTERNAL); it offers: %s"),
                        *words != '\0' ? words : "-");
  if (g_str_equal (code, "sasl-failed"))
    return g_error_new (SAL_ERROR, SAL_EXIT_REFUSED,
                        _ ("the login failed: the server does not know this password either"));
  if (g_str_has_prefix (code, "90"))
    return g_error_new (SAL_ERROR, SAL_EXIT_REFUSED, _ ("the login was refused: %s"), words);
  return g_error_new (SAL_ERROR, SAL_EXIT_REFUSED, _ ("the server refuses: %s"), words);
}

static GError *
reason_of_end (SalClient *client, const SalClientAction *action)
{
  if (client->error != NULL)
    return g_error_copy (client->error);
  if (client->irc == NULL || action->end == SAL_CLIENT_END_QUIT)
    return NULL;
  if (action->end == SAL_CLIENT_END_REFUSED)
    return refusal (action);
  if (action->end == SAL_CLIENT_END_BROKEN)
    return g_error_new (SAL_ERROR, SAL_EXIT_TIMEOUT, _ ("the server does not answer any more"));
  return action->text != NULL
             ? g_error_new (SAL_ERROR, SAL_EXIT_CLOSED, _ ("the server says: %s"), action->text)
             : NULL;
}

static gint64
due_us (SalClient *client)
{
  return client->irc != NULL ? sal_irc_machine_due_us (client->irc)
                             : sal_client_machine_due_us (client->machine);
}

static gboolean
on_timer (gpointer data)
{
  SalClient *client = data;

  client->timer = 0;
  if (client->irc != NULL)
    sal_irc_machine_tick (client->irc, g_get_monotonic_time ());
  else
    sal_client_machine_tick (client->machine, g_get_monotonic_time ());
  sal_client_carry_out (client);
  return G_SOURCE_REMOVE;
}

static void
set_timer (SalClient *client)
{
  gint64 when_us = due_us (client);
  gint64 left_us = when_us - g_get_monotonic_time ();

  g_clear_handle_id (&client->timer, g_source_remove);
  if (when_us != G_MAXINT64 && !client->ended)
    /* As late as what the server has sent is read, and after it: a window that was busy
     * for half a second must not think that nothing has come. */
    client->timer = g_timeout_add_full (
        G_PRIORITY_DEFAULT_IDLE, (guint) (MAX (left_us, 0) / 1000 + 1), on_timer, client, NULL);
}

/* The key of SCRAM takes as long as the server likes, so a thread derives it. */

typedef struct
{
  char *password; /* (owned): wiped */
  GBytes *salt;   /* (owned) */
  guint iterations;
  guint8 key[SAL_SASL_KEY_BYTES];
} Work;

static void
work_free (Work *work)
{
  explicit_bzero (work->password, strlen (work->password));
  explicit_bzero (work->key, sizeof work->key);
  g_free (work->password);
  g_bytes_unref (work->salt);
  g_free (work);
}

static void
derive (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  sal_sasl_derive (work->password, work->salt, work->iterations, work->key);
  g_task_return_boolean (task, TRUE);
}

static void
on_derived (GObject *source, GAsyncResult *result, gpointer data)
{
  SalClient *client = SAL_CLIENT (source);
  Work *work = g_task_get_task_data (G_TASK (result));

  if (!client->ended && client->irc != NULL)
    {
      sal_irc_machine_derived (client->irc, work->key, g_get_monotonic_time ());
      sal_client_carry_out (client);
    }
  work_free (work);
}

static void
begin_work (SalClient *client)
{
  GBytes *salt = NULL;
  guint iterations = 0;
  const char *password = sal_irc_machine_get_work (client->irc, &salt, &iterations);
  g_autoptr (GTask) task = NULL;
  Work *work = NULL;

  if (password == NULL || salt == NULL)
    return;
  work = g_new0 (Work, 1);
  work->password = g_strdup (password);
  work->salt = g_bytes_ref (salt);
  work->iterations = iterations;
  task = g_task_new (client, NULL, on_derived, NULL);
  g_task_set_task_data (task, work, NULL); /* freed in this thread, not by whoever is last */
  g_task_run_in_thread (task, derive);
}

/* A salottod has greeted: IRC from here on. */
static void
switch_to_irc (SalClient *client)
{
  client->irc = sal_irc_machine_new (&client->options);
  sal_irc_machine_set_filter (client->irc, client->filter);
  sal_irc_machine_take_outbox (client->irc, sal_client_machine_steal_outbox (client->machine));
  g_clear_pointer (&client->machine, sal_client_machine_free);
  sal_irc_machine_connected (client->irc, g_get_monotonic_time ());
  if (client->input_ended)
    sal_irc_machine_end_input (client->irc, g_get_monotonic_time ());
}

static gboolean
next_action (SalClient *client, SalClientAction *action)
{
  return client->irc != NULL ? sal_irc_machine_next (client->irc, action)
                             : sal_client_machine_next (client->machine, action);
}

static void
carry_out_end (SalClient *client, const SalClientAction *action)
{
  g_autoptr (GError) reason = reason_of_end (client, action);
  SalClientEnd how = action->end;

  if (client->wants_tls && how != SAL_CLIENT_END_QUIT)
    {
      how = SAL_CLIENT_END_REFUSED; /* the next time will be no better */
      g_clear_error (&reason);
      reason = g_error_new (SAL_ERROR, SAL_EXIT_TLS, _ ("this port wants TLS: %s://"),
                            client->irc != NULL ? "ircs" : "plains");
    }

  /* A server that has no login by certificate knows ours as little as one that refuses it. */
  client->password_is_wrong =
      g_strcmp0 (action->code, "904") == 0 || g_strcmp0 (action->code, "no-external") == 0;

  end (client, how, reason);
}

/* Do what the machine wants done. */
void
sal_client_carry_out (SalClient *client)
{
  g_autoptr (SalClient) keep G_GNUC_UNUSED = g_object_ref (client);
  SalClientAction action;

  if (client->carrying_out)
    return; /* the loop further up goes on */
  client->carrying_out = TRUE;
  while (next_action (client, &action))
    switch (action.kind)
      {
      case SAL_ACTION_SEND:
        if (client->transport != NULL)
          sal_transport_send (client->transport, action.bytes, action.len);
        break;
      case SAL_ACTION_END_WRITING:
        if (client->transport != NULL)
          sal_transport_end_writing (client->transport);
        break;
      case SAL_ACTION_CLOSE:
        carry_out_end (client, &action);
        break;
      case SAL_ACTION_SWITCH:
        switch_to_irc (client);
        break;
      case SAL_ACTION_DERIVE:
        begin_work (client);
        break;
      default:
        g_signal_emit (client, signals[ACTION], 0, &action);
        break;
      }
  client->carrying_out = FALSE;
  set_timer (client);
}

/* What an end with TLS says to one without (RFC 8446, 5.1 and 6). */
static gboolean
is_tls_alert (const guint8 *bytes, gsize len)
{
  return len >= 3 && bytes[0] == 21 && bytes[1] == 3;
}

static void
on_received (const guint8 *bytes, gsize len, gpointer data)
{
  SalClient *client = data;
  g_autoptr (SalClient) keep G_GNUC_UNUSED = g_object_ref (client);
  g_autoptr (GBytes) chunk = g_bytes_new (bytes, len);

  if (client->heard_us == 0)
    client->wants_tls = is_tls_alert (bytes, len) && !sal_scheme_is_tls (client->uri->scheme);
  client->heard_us = g_get_real_time ();
  g_signal_emit (client, signals[CHUNK], 0, chunk);
  if (client->irc != NULL)
    sal_irc_machine_received (client->irc, bytes, len, g_get_monotonic_time ());
  else
    sal_client_machine_received (client->machine, bytes, len, g_get_monotonic_time ());
  sal_client_carry_out (client);
}

static void
on_peer_ended (gpointer data)
{
  SalClient *client = data;

  if (client->irc != NULL)
    sal_irc_machine_peer_ended (client->irc, g_get_monotonic_time ());
  else
    sal_client_machine_peer_ended (client->machine, g_get_monotonic_time ());
  sal_client_carry_out (client);
}

static void
on_broken (const GError *error, gpointer data)
{
  SalClient *client = data;
  g_autoptr (SalClient) keep G_GNUC_UNUSED = g_object_ref (client);

  g_clear_error (&client->error);
  client->error = g_error_copy (error);
  if (client->irc != NULL)
    sal_irc_machine_broken (client->irc);
  else
    sal_client_machine_broken (client->machine);
  sal_client_carry_out (client);
}

static const SalTransportHooks transport_hooks = {
  .received = on_received,
  .ended = on_peer_ended,
  .broken = on_broken,
};

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SalClient) client = user_data;
  g_autoptr (GError) error = NULL;

  client->transport = sal_transport_connect_finish (result, &error);
  g_clear_handle_id (&client->connect_timer, g_source_remove);
  if (client->transport == NULL)
    {
      client->refused = sal_transport_steal_refused (result);
      end (client, SAL_CLIENT_END_BROKEN, error);
      return;
    }
  g_signal_emit (client, signals[CONNECTED], 0);
  if (client->irc != NULL)
    sal_irc_machine_connected (client->irc, g_get_monotonic_time ());
  else
    sal_client_machine_connected (client->machine, g_get_monotonic_time ());
  sal_client_carry_out (client);
}

static gboolean
on_connect_timeout (gpointer data)
{
  SalClient *client = data;

  client->connect_timer = 0;
  g_cancellable_cancel (client->cancellable);
  return G_SOURCE_REMOVE;
}

/* The options, for as long as the client lives: the machine that speaks IRC may be made late. */
static void
keep_options (SalClient *client, const SalClientOptions *options)
{
  const char **fields[] = { &client->options.name,      &client->options.room,
                            &client->options.real_name, &client->options.account,
                            &client->options.password,  &client->options.server_password,
                            &client->options.last_name };

  client->options = *options;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    *fields[i] = client->strings[i] = g_strdup (*fields[i]);
  client->rooms = g_memdup2 (options->rooms, options->n_rooms * sizeof *options->rooms);
  client->room_strings = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < options->n_rooms; i++)
    {
      const char **strings[] = { &client->rooms[i].name, &client->rooms[i].key,
                                 &client->rooms[i].msgid };

      for (gsize j = 0; j < G_N_ELEMENTS (strings); j++)
        {
          char *copy = g_strdup (*strings[j]);

          *strings[j] = copy;
          if (copy != NULL)
            g_ptr_array_add (client->room_strings, copy);
        }
    }
  client->options.rooms = client->rooms;
}

/**
 * sal_client_new:
 * @uri: where the room is; copied
 * @options: who we are; copied
 * @transport_options: how to send; copied
 *
 * With irc:// and ircs:// IRC is spoken, whatever @options say; else as they say.
 */
SalClient *
sal_client_new (const SalUri *uri,
                const SalClientOptions *options,
                const SalTransportOptions *transport_options)
{
  SalClient *client = g_object_new (SAL_TYPE_CLIENT, NULL);

  client->uri = sal_uri_copy (uri);
  client->transport_options = *transport_options;
  if (transport_options->certificate != NULL)
    g_object_ref (transport_options->certificate);
  keep_options (client, options);
  client->options.confidential = sal_scheme_is_tls (uri->scheme) || uri->scheme == SAL_SCHEME_UNIX;
  client->options.certificate =
      transport_options->certificate != NULL && sal_scheme_is_tls (uri->scheme);
  if (uri->scheme == SAL_SCHEME_IRC || uri->scheme == SAL_SCHEME_IRCS ||
      options->dialect == SAL_CLIENT_IRC)
    client->irc = sal_irc_machine_new (&client->options);
  else
    client->machine = sal_client_machine_new (&client->options);
  return client;
}

/**
 * sal_client_start:
 * @connect_timeout_ms: how long connecting may take
 *
 * Connects. Everything else comes by signals.
 */
void
sal_client_start (SalClient *client, guint connect_timeout_ms)
{
  client->connect_timer = g_timeout_add (connect_timeout_ms, on_connect_timeout, client);
  sal_transport_connect_async (client->uri, &client->transport_options, &transport_hooks, client,
                               client->cancellable, on_connected, g_object_ref (client));
}

/**
 * sal_client_say:
 * @text: what was typed; cleaned here as a server would
 *
 * Says it in the one room, or in IRC where sal_client_say_to() says it without a place.
 *
 * Returns: the message's number, or 0 if nothing is left of @text or it is longer than
 * a message may be (%SAL_LIMIT_UNIT_BYTES); then nothing was sent.
 */
guint64
sal_client_say (SalClient *client, const char *text)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  guint64 id = 0;

  if (!sal_text_clean (clean, text, strlen (text)) || clean->len > SAL_MESSAGE_MAX_BYTES)
    return 0;
  if (client->irc != NULL)
    return sal_client_say_to (client, NULL, clean->str, NULL);
  id = sal_client_machine_say (client->machine, clean->str, g_get_monotonic_time ());
  sal_client_carry_out (client);
  return id;
}

/**
 * sal_client_quit:
 *
 * Leaves with a goodbye, and waits for the peer's FIN a little.
 */
void
sal_client_quit (SalClient *client)
{
  sal_client_quit_with (client, NULL);
}

/**
 * sal_client_end_input:
 *
 * Leaves when everything that was said has been sent and has come back.
 */
void
sal_client_end_input (SalClient *client)
{
  client->input_ended = TRUE;
  if (client->irc != NULL)
    sal_irc_machine_end_input (client->irc, g_get_monotonic_time ());
  else
    sal_client_machine_end_input (client->machine, g_get_monotonic_time ());
  sal_client_carry_out (client);
}

/**
 * sal_client_count_unfinished:
 *
 * Returns: how many messages are queued or in flight.
 */
guint
sal_client_count_unfinished (SalClient *client)
{
  return client->irc != NULL ? sal_irc_machine_count_unfinished (client->irc)
                             : sal_client_machine_count_unfinished (client->machine);
}

/**
 * sal_client_stop:
 *
 * Closes at once.
 */
void
sal_client_stop (SalClient *client)
{
  g_cancellable_cancel (client->cancellable);
  end (client, SAL_CLIENT_END_QUIT, NULL);
}

/**
 * sal_client_reset:
 *
 * Closes with a reset.
 */
void
sal_client_reset (SalClient *client)
{
  if (client->transport != NULL)
    sal_transport_reset (client->transport);
  end (client, SAL_CLIENT_END_QUIT, NULL);
}

/**
 * sal_client_get_name:
 *
 * Returns: (transfer none): our name, as the server has it as far as is known.
 */
const char *
sal_client_get_name (SalClient *client)
{
  return client->irc != NULL ? sal_irc_machine_get_name (client->irc)
                             : sal_client_machine_get_name (client->machine);
}

/**
 * sal_client_get_wanted_name:
 *
 * Returns: (transfer none): the name that we want, which somebody else may have for now.
 */
const char *
sal_client_get_wanted_name (SalClient *client)
{
  return client->irc != NULL ? sal_irc_machine_get_wanted_name (client->irc)
                             : sal_client_machine_get_name (client->machine);
}

/**
 * sal_client_is_ours:
 *
 * Returns: whether the server is a salottod.
 */
gboolean
sal_client_is_ours (SalClient *client)
{
  return client->irc != NULL ? sal_irc_machine_is_ours (client->irc)
                             : sal_client_machine_is_ours (client->machine);
}

/**
 * sal_client_get_heard_us:
 *
 * Returns: when something came from the server last, since 1970; 0: nothing has. A machine that has
 *   slept notices only long after it that the connection is gone.
 */
gint64
sal_client_get_heard_us (SalClient *client)
{
  return client->heard_us;
}

/**
 * sal_client_get_tls:
 *
 * Returns: (transfer none) (nullable): see sal_transport_get_tls(); %NULL also before it
 *   is connected.
 */
const SalTlsDetails *
sal_client_get_tls (SalClient *client)
{
  return client->transport != NULL ? sal_transport_get_tls (client->transport) : NULL;
}

/**
 * sal_client_is_password_wrong:
 *
 * Returns: when it has ended: whether the server did not let us log in with this password, or
 *   with a certificate and without one.
 */
gboolean
sal_client_is_password_wrong (SalClient *client)
{
  return client->password_is_wrong;
}

/**
 * sal_client_steal_refused:
 *
 * Returns: (transfer full) (nullable): when it has ended because a person has to decide
 *   about the server's key first: what there is to know of it
 */
SalTlsDetails *
sal_client_steal_refused (SalClient *client)
{
  return g_steal_pointer (&client->refused);
}
