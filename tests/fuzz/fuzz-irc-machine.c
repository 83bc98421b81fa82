/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client's machine for IRC, with a server that says anything. What is told is clean, whatever
 * it was; how the input is split makes no difference; and no turn is without end.
 *
 * The input is lines: `!` and a letter is something that is asked of the machine, `+` lets time
 * pass, everything else is a line of the server.
 */
#include "config.h"

#include <string.h>

#include "common/client/sal-irc-machine.h"
#include "tests/fuzz/fuzz.h"

#define TURNS_MOST 10000

typedef struct
{
  SalIrcMachine *machine;
  gint64 now_us;
  GString *done;
} Run;

static void
check_text (const char *text)
{
  g_auto (GStrv) lines = text != NULL ? g_strsplit (text, "\n", -1) : NULL;

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    fuzz_check_clean (lines[i], strlen (lines[i]));
}

static void
check_action (const SalClientAction *action)
{
  check_text (action->text);
  check_text (action->place);
  check_text (action->code);
  if (action->kind == SAL_ACTION_SEND)
    {
      g_assert_cmpuint (action->len, >=, 2);
      g_assert_null (memchr (action->bytes, '\n', action->len - 1)); /* one line a send */
    }
  if (action->kind != SAL_ACTION_EVENT)
    return;
  g_assert_nonnull (action->text);
  check_text (action->event.text);
  check_text (action->event.name);
  check_text (action->event.host);
  check_text (action->event.target);
  check_text (action->event.account);
}

static void
take_actions (Run *run)
{
  SalClientAction action;

  while (sal_irc_machine_next (run->machine, &action))
    {
      check_action (&action);
      g_string_append_printf (run->done, "%u %s %s %u\n", action.kind,
                              action.place != NULL ? action.place : "-",
                              action.text != NULL ? action.text : "-", action.number);
      /* SCRAM has a random number in it. */
      if (action.kind == SAL_ACTION_SEND && memcmp (action.bytes, "AU", 2) != 0)
        g_string_append_len (run->done, (const char *) action.bytes, (gssize) action.len);
    }
}

static void
receive (Run *run, const char *bytes, gsize len, gsize piece)
{
  for (gsize at = 0; at < len; at += piece)
    {
      sal_irc_machine_received (run->machine, bytes + at, MIN (piece, len - at), run->now_us);
      take_actions (run);
    }
}

static void
pass (Run *run, gint64 us)
{
  gint64 until_us = run->now_us + us;

  for (guint turns = 0; sal_irc_machine_due_us (run->machine) <= until_us; turns++)
    {
      g_assert_cmpuint (turns, <, TURNS_MOST);
      run->now_us = MAX (run->now_us, sal_irc_machine_due_us (run->machine));
      sal_irc_machine_tick (run->machine, run->now_us);
      take_actions (run);
    }
  run->now_us = until_us;
}

static void
ask (Run *run, char wish)
{
  SalIrcMachine *machine = run->machine;
  SalClientRoom room = { .name = "tea", .msgid = "m1", .time_us = 1, .latest = 5 };

  switch (wish)
    {
    case 's':
      sal_irc_machine_say (machine, "#tea", "ciao", "n", run->now_us);
      break;
    case 'S':
      sal_irc_machine_say (machine, NULL, "one\n\ntwo", "n", run->now_us);
      break;
    case 'p':
      sal_irc_machine_say (machine, "Bob", "/me waves", NULL, run->now_us);
      break;
    case 'j':
      sal_irc_machine_join (machine, &room, run->now_us);
      break;
    case 'l':
      sal_irc_machine_part (machine, "#tea", "bye", run->now_us);
      break;
    case 'n':
      sal_irc_machine_set_nick (machine, "Eva", run->now_us);
      break;
    case 'c':
      sal_irc_machine_command (machine, "#tea", "WHOIS Bob", run->now_us);
      break;
    case 'h':
      (void) sal_irc_machine_read_past (machine, "#tea", SAL_HISTORY_BEFORE, "m1", 0, 10,
                                        run->now_us);
      break;
    case 'r':
      sal_irc_machine_mark_read (machine, "#tea", 1, run->now_us);
      break;
    case 'e':
      sal_irc_machine_end_input (machine, run->now_us);
      break;
    case 'f':
      sal_irc_machine_peer_ended (machine, run->now_us);
      break;
    default:
      break;
    }
  take_actions (run);
}

static char *
play (const guint8 *data, gsize size, gsize piece)
{
  static const SalClientOptions options = {
    .name = "Ada", .room = "tea", .password = "secret", .confidential = TRUE, .raw = TRUE
  };
  Run run = { .machine = sal_irc_machine_new (&options), .now_us = 1, .done = g_string_new (NULL) };
  const guint8 *end = data + size;

  sal_irc_machine_connected (run.machine, run.now_us);
  take_actions (&run);
  while (data < end)
    {
      const guint8 *newline = memchr (data, '\n', (gsize) (end - data));
      gsize len = (gsize) ((newline != NULL ? newline : end) - data);
      g_autofree char *line = g_strndup ((const char *) data, len);

      if (*line == '!')
        ask (&run, line[1]);
      else if (*line == '+')
        pass (&run, 10 * G_USEC_PER_SEC);
      else
        {
          g_autofree char *whole = g_malloc (len + 2);

          memcpy (whole, data, len);
          memcpy (whole + len, "\r\n", 2);
          receive (&run, whole, len + 2, piece);
        }
      data += MIN (len + 1, (gsize) (end - data));
    }
  sal_irc_machine_broken (run.machine);
  take_actions (&run);
  sal_irc_machine_free (run.machine);
  return g_string_free (run.done, FALSE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *whole = play (data, size, size + 2);
  g_autofree char *single = play (data, size, 1);

  g_assert_cmpstr (whole, ==, single);
  return 0;
}
