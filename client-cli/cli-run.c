/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-cli run`: play a script against a server, over TCP and in real time, and say
 * what differed. Bytes are sent as they are written; nobody's name is given unless the
 * script gives it.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "client-cli/cli-options.h"
#include "client-cli/cli-print.h"
#include "client-cli/cli-render.h"
#include "client-cli/cli.h"
#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "common/client/sal-transport.h"
#include "common/script/sal-script.h"

/* What of the bytes received is shown when something differed. */
#define SHOWN_BYTES 2000

/* What an actor may receive in all. */
#define RECEIVED_MAX (64 * 1024 * 1024)

typedef struct
{
  const CliOptions *options;
  const SalUri *uri;
  const char *script;
  GHashTable *actors; /* (owned): name -> Actor (owned) */
  CliStyle style;
  int status;
} Play;

/* One connection of the script. */
typedef struct
{
  Play *play;
  const char *name;
  SalTransport *transport; /* (owned) (nullable) */
  GError *error;           /* (owned) (nullable): why it could not connect, or broke */
  GByteArray *received;    /* (owned) */
  gsize passed;            /* what steps have passed over */
  gint64 connected_us;
  gboolean connecting;
  gboolean ended; /* the peer's FIN, or worse */
} Actor;

static void
actor_free (gpointer data)
{
  Actor *actor = data;

  if (actor->transport != NULL)
    sal_transport_close (actor->transport);
  g_clear_object (&actor->transport);
  g_clear_error (&actor->error);
  g_byte_array_unref (actor->received);
  g_free (actor);
}

static void
on_received (const guint8 *bytes, gsize len, gpointer data)
{
  Actor *actor = data;
  g_autoptr (GString) out = g_string_new (NULL);

  if (actor->received->len + len > RECEIVED_MAX)
    {
      actor->ended = TRUE;
      sal_transport_close (actor->transport);
      return;
    }
  g_byte_array_append (actor->received, bytes, (guint) len);
  if (!actor->play->options->hex)
    return;
  if (*actor->name != '\0')
    g_string_append_printf (out, "%s ", actor->name);
  cli_render_chunk (out, bytes, len, g_get_monotonic_time () - actor->connected_us,
                    &actor->play->style);
  cli_print (out->str);
}

static void
on_ended (gpointer data)
{
  ((Actor *) data)->ended = TRUE;
}

static void
on_broken (const GError *error, gpointer data)
{
  Actor *actor = data;

  actor->ended = TRUE;
  actor->error = g_error_copy (error);
}

static const SalTransportHooks hooks = { on_received, on_ended, on_broken };

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Actor *actor = data;

  actor->transport = sal_transport_connect_finish (result, &actor->error);
  actor->connected_us = g_get_monotonic_time ();
  actor->connecting = FALSE;
  if (actor->transport != NULL)
    cli_tell_tls (sal_transport_get_tls (actor->transport), actor->play->options);
}

typedef gboolean (*Condition) (Actor *actor, const SalStep *step);

static gboolean
on_wake (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Lets things happen until @condition holds. Returns whether it did in time. */
static gboolean
await (Actor *actor, const SalStep *step, guint ms, Condition condition)
{
  gboolean late = FALSE;
  guint timer = g_timeout_add (ms, on_wake, &late);

  while (!condition (actor, step) && !late)
    g_main_context_iteration (NULL, TRUE);
  if (!late)
    g_source_remove (timer);
  return condition (actor, step);
}

static gboolean
is_connected (Actor *actor, const SalStep *step)
{
  return !actor->connecting;
}

static gboolean
has_come (Actor *actor, const SalStep *step)
{
  gsize end = 0;

  return sal_step_matches (step, actor->received, actor->passed, &end);
}

static gboolean
has_come_or_cannot (Actor *actor, const SalStep *step)
{
  return actor->ended || has_come (actor, step);
}

static gboolean
has_ended (Actor *actor, const SalStep *step)
{
  return actor->ended;
}

static gboolean
is_sent (Actor *actor, const SalStep *step)
{
  return actor->ended || sal_transport_is_idle (actor->transport);
}

static gboolean
never (Actor *actor, const SalStep *step)
{
  return FALSE;
}

static Actor *
find_actor (Play *play, const char *name)
{
  Actor *actor = g_hash_table_lookup (play->actors, name);
  SalTransportOptions options = cli_options_transport (play->options);

  if (actor != NULL)
    return actor;
  actor = g_new0 (Actor, 1);
  actor->play = play;
  actor->name = name;
  actor->received = g_byte_array_new ();
  actor->connecting = TRUE;
  g_hash_table_insert (play->actors, (gpointer) name, actor);
  sal_transport_connect_async (play->uri, &options, &hooks, actor, NULL, on_connected, actor);
  return actor;
}

static gboolean
fail (Actor *actor, const SalStep *step, int status, const char *what)
{
  gsize len = actor->received->len - actor->passed;
  g_autofree char *shown =
      sal_script_show_bytes (actor->received->data + actor->passed, MIN (len, SHOWN_BYTES));

  cli_complain ("%s:%u: %s: %s", actor->play->script, step->line, what, step->source);
  fprintf (stderr,
           ngettext ("  what came instead (%zu byte): %s%s\n",
                     "  what came instead (%zu bytes): %s%s\n", len),
           len, len > 0 ? shown : "", len > SHOWN_BYTES ? "…" : "");
  actor->play->status = status;
  return FALSE;
}

static gboolean
expect (Actor *actor, const SalStep *step)
{
  if (!await (actor, step, step->time_ms, has_come_or_cannot) || !has_come (actor, step))
    return actor->ended
               ? fail (actor, step, SAL_EXIT_CLOSED, _ ("the peer closed before this came"))
               : fail (actor, step, SAL_EXIT_FAILED, _ ("this did not come in time"));
  (void) sal_step_matches (step, actor->received, actor->passed, &actor->passed);
  return TRUE;
}

static gboolean
carry_out (Actor *actor, const SalStep *step)
{
  gsize len = 0;
  const void *bytes = NULL;

  switch (step->kind)
    {
    case SAL_STEP_CONNECT:
      return TRUE;
    case SAL_STEP_SEND:
      bytes = g_bytes_get_data (step->bytes, &len);
      sal_transport_send (actor->transport, bytes, len);
      return await (actor, step, step->time_ms, is_sent) ||
             fail (actor, step, SAL_EXIT_FAILED, _ ("this could not be sent in time"));
    case SAL_STEP_EXPECT:
      return expect (actor, step);
    case SAL_STEP_NOT:
      return !await (actor, step, step->time_ms, has_come) ||
             fail (actor, step, SAL_EXIT_FAILED, _ ("this came, and should not have"));
    case SAL_STEP_EXPECT_END:
      return await (actor, step, step->time_ms, has_ended) ||
             fail (actor, step, SAL_EXIT_FAILED, _ ("the peer did not end in time"));
    case SAL_STEP_WAIT:
      (void) await (actor, step, step->time_ms, never);
      return TRUE;
    case SAL_STEP_HALF_CLOSE:
      sal_transport_end_writing (actor->transport);
      return TRUE;
    case SAL_STEP_CLOSE:
      sal_transport_close (actor->transport);
      return TRUE;
    case SAL_STEP_RESET:
      sal_transport_reset (actor->transport);
      return TRUE;
    }
  return TRUE;
}

static gboolean
play_step (Play *play, const SalStep *step)
{
  Actor *actor = find_actor (play, step->who);

  if (!await (actor, step, step->time_ms, is_connected))
    return fail (actor, step, SAL_EXIT_TIMEOUT, _ ("not connected in time"));
  if (actor->transport == NULL)
    {
      cli_complain ("%s:%u: %s", play->script, step->line, actor->error->message);
      play->status = sal_error_exit_status (actor->error);
      return FALSE;
    }
  return carry_out (actor, step);
}

static char *
read_script (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize len = 0;

  if (g_str_equal (path, "-"))
    {
      g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);

      g_io_channel_set_encoding (input, NULL, NULL);
      g_io_channel_read_to_end (input, &text, &len, error);
    }
  else
    g_file_get_contents (path, &text, &len, error);
  if (text != NULL && memchr (text, '\0', len) != NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("%s is not a text"), path);
      return NULL;
    }
  return g_steal_pointer (&text);
}

/**
 * cli_run:
 *
 * Returns: 0 if everything came as the script says; 1 if something did not; 8 if the
 * peer closed before it could.
 */
int
cli_run (int argc, char **argv)
{
  g_auto (CliOptions) options = { 0 };
  Play play = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SalUri) uri = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) steps = NULL;

  if (!cli_options_parse (&options,
                          CLI_TAKES_SENDING | CLI_TAKES_JSON | CLI_TAKES_HEX | CLI_TAKES_PIN,
                          _ ("run SCRIPT URI - play a script"),
                          _ ("Plays SCRIPT (- is standard input): send, say, expect, not, within, "
                             "expect-end, wait, half-close, close, reset."),
                          &argc, &argv, &error))
    return cli_fail (error);
  if (argc != 3)
    return sal_usage_fail (_ ("salotto-cli run SCRIPT URI"), argc > 3 ? argv[3] : NULL);
  uri = cli_options_uri (&options, argv[2], &error);
  text = uri != NULL ? read_script (argv[1], &error) : NULL;
  steps = text != NULL ? sal_script_parse (text, argv[1], &error) : NULL;
  if (steps == NULL)
    {
      int status = cli_fail (error);

      return status == SAL_EXIT_FAILED ? SAL_EXIT_USAGE : status;
    }

  play = (Play){ .options = &options, .uri = uri, .script = argv[1] };
  play.style.json = options.json;
  play.actors = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, actor_free);
  for (guint i = 0; i < steps->len; i++)
    if (!play_step (&play, steps->pdata[i]))
      break;
  if (play.status == SAL_EXIT_OK && options.verbose)
    cli_complain (ngettext ("%u step, all as expected", "%u steps, all as expected", steps->len),
                  steps->len);
  g_hash_table_unref (play.actors);
  return play.status;
}
