/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client's machine for IRC, in conversations written down: `< ` is what the server says, `! `
 * what is asked of the machine, `+ ` how many milliseconds pass; `> ` is what it sends and `= ` what
 * it tells. The conversations are the files of tests/irc-client, each a case. Each is played three times: a line at a time, a byte at a time, and all that
 * the server says in one go; the machine must do the same.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-machine.h"

#define MS 1000

typedef enum
{
  BY_LINE,
  BY_BYTE,
  AT_ONCE,
  N_SPLITTINGS
} Splitting;

typedef struct
{
  SalIrcMachine *machine;
  gint64 now_us;
  Splitting splitting;
  GString *waiting; /* AT_ONCE: what the server has said so far */
  GString *done;
} Talk;

static const char *
or_dash (const char *text)
{
  return text != NULL ? text : "-";
}

static void
note_event (GString *out, const SalClientAction *action)
{
  const SalEvent *event = &action->event;

  g_auto (GStrv) lines = g_strsplit (action->text, "\n", -1);
  g_autofree char *text = g_strjoinv (" / ", lines);

  g_string_append_printf (out, "= [%s] %s%s%s%s", or_dash (action->place),
                          action->own ? "own " : "", event->past ? "past " : "",
                          action->error ? "error " : "", text);
  if (action->message != 0)
    g_string_append_printf (out, " (#%" G_GUINT64_FORMAT ")", action->message);
  g_string_append_c (out, '\n');
}

static void
note_action (GString *out, const SalClientAction *action)
{
  static const char *const ends[] = { "quit", "peer", "broken", "refused" };
  static const char *const rooms[] = { "out", "joining", "in", "left", "refused" };
  const char *place = or_dash (action->place);

  switch (action->kind)
    {
    case SAL_ACTION_SEND:
      g_assert_true (action->len > 2 && memcmp (action->bytes + action->len - 2, "\r\n", 2) == 0);
      g_string_append (out, "> ");
      g_string_append_len (out, (const char *) action->bytes, (gssize) action->len - 2);
      g_string_append_c (out, '\n');
      break;
    case SAL_ACTION_END_WRITING:
      g_string_append (out, "> FIN\n");
      break;
    case SAL_ACTION_CLOSE:
      g_string_append_printf (out, "= close %s %s %s\n", ends[action->end], or_dash (action->code),
                              or_dash (action->text));
      break;
    case SAL_ACTION_EVENT:
      note_event (out, action);
      break;
    case SAL_ACTION_READY:
      g_string_append_printf (out, "= ready %s\n", action->text);
      break;
    case SAL_ACTION_MESSAGE:
      g_string_append_printf (out, "= [%s] #%" G_GUINT64_FORMAT " %s%s%s%s%s%s\n", place,
                              action->message, sal_message_state_name (action->state),
                              action->late ? " for good" : "", action->code != NULL ? " " : "",
                              action->code != NULL ? action->code : "",
                              action->event.msgid != NULL ? " " : "",
                              action->event.msgid != NULL ? action->event.msgid : "");
      break;
    case SAL_ACTION_ROOM:
      g_string_append_printf (out, "= [%s] %s%s%s\n", place, rooms[action->room_state],
                              action->text != NULL ? ": " : "",
                              action->text != NULL ? action->text : "");
      break;
    case SAL_ACTION_MEMBERS:
      g_string_append_printf (out, "= [%s] members %s\n", place,
                              action->text != NULL ? action->text : "*");
      break;
    case SAL_ACTION_TOPIC:
      g_string_append_printf (out, "= [%s] topic\n", place);
      break;
    case SAL_ACTION_HISTORY:
      g_string_append_printf (out, "= [%s] history %u%s%s%s%s\n", place, action->number,
                              action->more ? " more" : "", action->resume ? " resumed" : "",
                              action->code != NULL ? ": " : "",
                              action->text != NULL   ? action->text
                              : action->code != NULL ? action->code
                                                     : "");
      break;
    case SAL_ACTION_MISSED:
      g_string_append_printf (out, "= [%s] missed %" G_GINT64_FORMAT "\n", place, action->time_us);
      break;
    case SAL_ACTION_GAP:
      g_string_append_printf (out, "= [%s] gap\n", place);
      break;
    case SAL_ACTION_LISTED:
      g_string_append_printf (out, "= listed %s %u %s\n", place, action->number,
                              or_dash (action->text));
      break;
    case SAL_ACTION_LIST_END:
      g_string_append_printf (out, "= list end %u%s %s %s\n", action->number,
                              action->more ? " more" : "", or_dash (action->code),
                              or_dash (action->text));
      break;
    case SAL_ACTION_READ_MARKER:
      g_string_append_printf (out, "= [%s] read %" G_GINT64_FORMAT "\n", place, action->time_us);
      break;
    case SAL_ACTION_AWAY:
      g_string_append_printf (out, "= %s\n", action->own ? "away" : "back");
      break;
    case SAL_ACTION_LINE:
      g_string_append_printf (out, "= line %s %s\n", action->own ? "out" : "in", action->text);
      break;
    case SAL_ACTION_DERIVE:
      g_string_append (out, "= derive\n");
      break;
    case SAL_ACTION_SWITCH:
      g_assert_not_reached ();
    }
}

static void
look (Talk *talk)
{
  SalClientAction action;

  while (sal_irc_machine_next (talk->machine, &action))
    note_action (talk->done, &action);
}

static void
come (Talk *talk, const char *bytes, gsize len)
{
  if (talk->splitting == BY_BYTE)
    for (gsize i = 0; i < len; i++)
      sal_irc_machine_received (talk->machine, bytes + i, 1, talk->now_us);
  else
    sal_irc_machine_received (talk->machine, bytes, len, talk->now_us);
  look (talk);
}

static void
come_all (Talk *talk)
{
  g_autofree char *bytes = g_strndup (talk->waiting->str, talk->waiting->len);

  if (talk->waiting->len > 0)
    come (talk, bytes, talk->waiting->len);
  g_string_truncate (talk->waiting, 0);
}

/* Lets time pass, calling the machine when it wants to be called. */
static void
pass (Talk *talk, gint64 ms)
{
  gint64 until_us = talk->now_us + ms * MS;

  for (guint turns = 0;; turns++)
    {
      gint64 due_us = sal_irc_machine_due_us (talk->machine);

      g_assert_cmpuint (turns, <, 1000); /* it wants to be called without end */
      if (due_us > until_us)
        break;
      talk->now_us = MAX (talk->now_us, due_us);
      sal_irc_machine_tick (talk->machine, talk->now_us);
      look (talk);
    }
  talk->now_us = until_us;
}

/* `say PLACE TEXT` and the like; PLACE may be `-`. */
static void
carry_out (Talk *talk, const char *wish)
{
  g_auto (GStrv) words = g_strsplit (wish, " ", 3);
  const char *place = words[1] != NULL && !g_str_equal (words[1], "-") ? words[1] : NULL;
  const char *rest = words[1] != NULL ? words[2] : NULL;
  SalIrcMachine *machine = talk->machine;

  if (g_str_equal (words[0], "connect"))
    sal_irc_machine_connected (machine, talk->now_us);
  else if (g_str_equal (words[0], "say"))
    {
      g_autofree char *text = g_strcompress (rest);

      sal_irc_machine_say (machine, place, text, "n1", talk->now_us);
    }
  else if (g_str_equal (words[0], "join"))
    {
      SalClientRoom room = { .name = place, .key = rest };

      sal_irc_machine_join (machine, &room, talk->now_us);
    }
  else if (g_str_equal (words[0], "resume"))
    {
      SalClientRoom room = { .name = place, .msgid = rest, .time_us = G_USEC_PER_SEC };

      sal_irc_machine_join (machine, &room, talk->now_us);
    }
  else if (g_str_equal (words[0], "part"))
    sal_irc_machine_part (machine, place, rest, talk->now_us);
  else if (g_str_equal (words[0], "nick"))
    sal_irc_machine_set_nick (machine, place, talk->now_us);
  else if (g_str_equal (words[0], "command"))
    {
      g_autofree char *line = g_strcompress (rest);

      sal_irc_machine_command (machine, place, line, talk->now_us);
    }
  else if (g_str_equal (words[0], "past"))
    g_assert_true (
        sal_irc_machine_read_past (machine, place, SAL_HISTORY_BEFORE, rest, 0, 50, talk->now_us));
  else if (g_str_equal (words[0], "no-past"))
    g_assert_false (
        sal_irc_machine_read_past (machine, place, SAL_HISTORY_BEFORE, rest, 0, 50, talk->now_us));
  else if (g_str_equal (words[0], "missed"))
    g_assert_true (sal_irc_machine_read_past (machine, place, SAL_HISTORY_AFTER, rest,
                                              G_USEC_PER_SEC, 50, talk->now_us));
  else if (g_str_equal (words[0], "list"))
    g_assert_true (sal_irc_machine_list_rooms (
        machine, place != NULL ? (guint) g_ascii_strtoull (place, NULL, 10) : 0, talk->now_us));
  else if (g_str_equal (words[0], "ignore"))
    {
      g_autoptr (SalFilter) filter = sal_filter_new (place, NULL);

      sal_irc_machine_set_filter (machine, filter);
    }
  else if (g_str_equal (words[0], "read"))
    sal_irc_machine_mark_read (machine, place, G_USEC_PER_SEC, talk->now_us);
  else if (g_str_equal (words[0], "end"))
    sal_irc_machine_end_input (machine, talk->now_us);
  else if (g_str_equal (words[0], "quit"))
    sal_irc_machine_quit (machine, place, talk->now_us);
  else if (g_str_equal (words[0], "fin"))
    sal_irc_machine_peer_ended (machine, talk->now_us);
  else if (g_str_equal (words[0], "broken"))
    sal_irc_machine_broken (machine);
  else
    g_error ("no such wish: %s", wish);
  look (talk);
}

static void
play_line (Talk *talk, const char *line)
{
  g_autofree char *said = NULL;

  if (g_str_has_prefix (line, "< "))
    {
      said = g_strcompress (line + 2);
      g_string_append (talk->waiting, said);
      g_string_append (talk->waiting, "\r\n");
      if (talk->splitting != AT_ONCE)
        come_all (talk);
      return;
    }
  if (*line == '!' || *line == '+')
    come_all (talk);
  if (*line == '!')
    carry_out (talk, line + 2);
  else if (*line == '+')
    pass (talk, g_ascii_strtoll (line + 2, NULL, 10));
}

static gboolean
is_input (const char *line)
{
  return *line == '<' || *line == '!' || *line == '+';
}

/* What the machine does, in one text. */
static char *
play (const SalClientOptions *options, const GPtrArray *lines, Splitting splitting)
{
  Talk talk = { .machine = sal_irc_machine_new (options),
                .now_us = 1000 * 1000 * 1000,
                .splitting = splitting,
                .waiting = g_string_new (NULL),
                .done = g_string_new (NULL) };

  for (guint i = 0; i < lines->len; i++)
    {
      /* When something is done matters, too, where what the server says comes bit by bit. */
      if (splitting != AT_ONCE && is_input (lines->pdata[i]))
        g_string_append_printf (talk.done, "%s\n", (char *) lines->pdata[i]);
      play_line (&talk, lines->pdata[i]);
    }
  come_all (&talk);
  sal_irc_machine_free (talk.machine);
  g_string_free (talk.waiting, TRUE);
  return g_string_free (talk.done, FALSE);
}

/* @inputs: with what leads to it */
static char *
expected_of (const GPtrArray *lines, gboolean inputs)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    if (*(char *) lines->pdata[i] == '>' || *(char *) lines->pdata[i] == '=' ||
        (inputs && is_input (lines->pdata[i])))
      g_string_append_printf (out, "%s\n", (char *) lines->pdata[i]);
  return g_string_free (out, FALSE);
}

static const char *
transcripts (void)
{
  const char *folder = g_getenv ("IRC_CLIENT_TRANSCRIPTS");

  return folder != NULL ? folder : "tests/irc-client";
}

/* `. NAME` stands for the lines of another file. */
static void
read_lines (const char *name, GPtrArray *lines)
{
  g_autofree char *path = g_build_filename (transcripts (), name, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) read = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("%s", error->message);
  read = g_strsplit (text, "\n", -1);
  for (guint i = 0; read[i] != NULL; i++)
    if (g_str_has_prefix (read[i], ". "))
      read_lines (read[i] + 2, lines);
    else
      g_ptr_array_add (lines, g_strdup (read[i]));
}

/* `: NAME=VALUE...`: who we are; without it, Ada. */
static SalClientOptions
read_options (const GPtrArray *lines)
{
  SalClientOptions options = { .name = "Ada", .dialect = SAL_CLIENT_IRC };
  struct
  {
    const char *key;
    const char **field;
  } fields[] = {
    { "room=", &options.room },           { "name=", &options.name },
    { "last-name=", &options.last_name }, { "account=", &options.account },
    { "password=", &options.password },   { "server-password=", &options.server_password },
  };

  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = lines->pdata[i];

      if (!g_str_has_prefix (line, ": "))
        continue;
      options.confidential |= g_str_equal (line + 2, "confidential");
      options.certificate |= g_str_equal (line + 2, "certificate");
      if (g_str_equal (line + 2, "known"))
        options.known_us = G_USEC_PER_SEC;
      options.raw |= g_str_equal (line + 2, "raw");
      options.keep_place |= g_str_equal (line + 2, "keep-place");
      options.names_kept |= g_str_equal (line + 2, "names-kept");
      for (gsize j = 0; j < G_N_ELEMENTS (fields); j++)
        if (g_str_has_prefix (line + 2, fields[j].key))
          *fields[j].field = line + 2 + strlen (fields[j].key);
    }
  return options;
}

/* With `RECORD=1` the files are written anew, to be looked at. */
static void
record (const char *name, const GPtrArray *lines, const SalClientOptions *options)
{
  g_autofree char *path = g_build_filename (transcripts (), name, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) own = NULL;
  GString *out = g_string_new (NULL);
  Talk talk = { .machine = sal_irc_machine_new (options),
                .now_us = 1000 * 1000 * 1000,
                .splitting = BY_LINE,
                .waiting = g_string_new (NULL),
                .done = g_string_new (NULL) };

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  own = g_strsplit (g_strchomp (text), "\n", -1);
  for (guint i = 0; own[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) included = g_ptr_array_new_with_free_func (g_free);

      if (*own[i] == '>' || *own[i] == '=')
        continue;
      g_string_append_printf (out, "%s\n", own[i]);
      if (g_str_has_prefix (own[i], ". "))
        read_lines (own[i] + 2, included);
      else
        g_ptr_array_add (included, g_strdup (own[i]));
      for (guint j = 0; j < included->len; j++)
        play_line (&talk, included->pdata[j]);
      if (g_str_has_prefix (own[i], ". "))
        {
          g_autofree char *known = expected_of (included, FALSE);

          g_assert_true (g_str_has_prefix (talk.done->str, known));
          g_string_erase (talk.done, 0, (gssize) strlen (known));
        }
      g_string_append (out, talk.done->str);
      g_string_truncate (talk.done, 0);
    }
  g_assert_true (g_file_set_contents (path, out->str, -1, NULL));
  sal_irc_machine_free (talk.machine);
  g_string_free (talk.waiting, TRUE);
  g_string_free (talk.done, TRUE);
  g_string_free (out, TRUE);
}

static void
test_transcript (gconstpointer name)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  SalClientOptions options;

  read_lines (name, lines);
  options = read_options (lines);
  if (g_getenv ("RECORD") != NULL)
    {
      record (name, lines, &options);
      return;
    }
  for (guint splitting = 0; splitting < N_SPLITTINGS; splitting++)
    {
      g_autofree char *done = play (&options, lines, (Splitting) splitting);
      g_autofree char *expected = expected_of (lines, splitting != AT_ONCE);

      if (!g_str_equal (done, expected))
        g_error ("%s, splitting %u: expected\n%s\ngot\n%s", (const char *) name, splitting,
                 expected, done);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) folder = NULL;
  const char *name = NULL;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_open (transcripts (), 0, NULL);
  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *bare = g_strndup (name, strcspn (name, "."));
      g_autofree char *path = g_strconcat ("/client/irc-machine/", bare, NULL);

      if (g_str_has_suffix (name, ".txt"))
        g_test_add_data_func_full (path, g_strdup (name), test_transcript, g_free);
    }
  return g_test_run ();
}
