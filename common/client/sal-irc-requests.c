/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs ask programs (CTCP). What is harmless gets an answer by a notice, which nobody answers; the
 * rest is passed over. Nobody whom the person does not want to hear gets one, and nobody makes us spend
 * on answers the few lines that a server takes from us: there are some at once and then one now and
 * then, whoever asks. What a program answers to us is told where somebody has asked for it.
 */
#include "config.h"

#include <string.h>

#include "common/client/sal-irc-machine-private.h"
#include "common/proto/sal-dialect-irc.h"
#include "common/proto/sal-irc-parse.h"
#include "common/proto/sal-text.h"

#define BETWEEN_US (2 * 1000 * 1000) /* two answers, at least */
#define REFILL_US (30 * 1000 * 1000) /* one more */
#define SPARE_LINES 2                /* what somebody may want to say meanwhile */
#define TOKEN_BYTES 64               /* of a PING that is sent back */
#define ANSWER_US (60 * 1000 * 1000) /* how long an answer to us may take */

/**
 * sal_irc_machine_set_filter:
 * @filter: (nullable): whose programs get no answers from now on
 *
 * Their words are told as anybody's; whoever shows them decides (sal_client_action_is_ignored()).
 */
void
sal_irc_machine_set_filter (SalIrcMachine *machine, SalFilter *filter)
{
  g_clear_pointer (&machine->filter, sal_filter_unref);
  machine->filter = filter != NULL ? sal_filter_ref (filter) : NULL;
}

/* The time is that of the server and in UTC: where somebody is, is nobody's business. */
static char *
answer_to (const SalEvent *event)
{
  const char *request = event->text + 1;
  g_autoptr (GString) text = g_string_new (NULL);

  if (g_str_has_prefix (request, "PING "))
    {
      const char *token = request + strlen ("PING ");

      g_string_append (text, "PING ");
      g_string_append_len (text, token, (gssize) sal_text_fit (token, strlen (token), TOKEN_BYTES));
    }
  else if (g_str_equal (request, "VERSION"))
    g_string_append (text, "VERSION Salotto " SALOTTO_VERSION);
  else if (g_str_equal (request, "CLIENTINFO"))
    g_string_append (text, "CLIENTINFO ACTION CLIENTINFO PING TIME VERSION");
  else if (g_str_equal (request, "TIME") && event->time_us != 0)
    {
      g_string_append (text, "TIME ");
      sal_irc_append_time (text, event->time_us);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static gboolean
may_answer (SalIrcMachine *machine)
{
  gint64 passed_us = machine->now_us - machine->answers_us;

  machine->answers =
      MIN ((double) SAL_IRC_ANSWERS, machine->answers + (double) passed_us / REFILL_US);
  machine->answers_us = machine->now_us;
  if (machine->request_us != 0 && machine->now_us < machine->request_us + BETWEEN_US)
    return FALSE;
  return machine->answers >= 1 && sal_irc_has_spare_lines (machine, SPARE_LINES);
}

static void
answer (SalIrcMachine *machine, const SalEvent *event)
{
  g_autofree char *text = NULL;

  if (sal_irc_is_me (machine, event->name) ||
      sal_filter_ignores (machine->filter, event->name, event->host) || !may_answer (machine))
    return;
  text = answer_to (event);
  if (text == NULL)
    return;
  sal_irc_send (machine, "NOTICE %s :\001%s\001", event->name, text);
  machine->request_us = machine->now_us;
  machine->answers -= 1;
}

/* Tells what a program answers, if something was typed lately that it may be the answer to. */
static void
tell_answer (SalIrcMachine *machine, const SalEvent *event)
{
  const char *place = sal_irc_typed_at (machine);
  g_autofree char *text = NULL;
  g_autofree char *words = g_strdup (event->text + 1);
  char **params = NULL;

  if (machine->asked_us == 0 || machine->now_us >= machine->asked_us + ANSWER_US ||
      sal_irc_is_me (machine, event->name) ||
      sal_filter_ignores (machine->filter, event->name, event->host))
    return;
  words[strcspn (words, "\001")] = '\0';
  if (*words == '\0')
    return;
  text = g_strdup_printf ("%s: %s", event->name, words);
  params = g_new0 (char *, 3);
  params[0] = g_strdup (event->name);
  params[1] = g_strdup (words);
  sal_irc_tell_text (machine, place, "CTCP", FALSE, text, params);
}

/* Somebody types @line. */
void
sal_irc_request_typed (SalIrcMachine *machine, const char *line)
{
  const char *text = strstr (line, " :\001");

  if (text != NULL && g_ascii_strncasecmp (line, "PRIVMSG ", 8) == 0 &&
      !g_str_has_prefix (text, " :\001ACTION "))
    machine->asked_us = machine->now_us;
}

/* @event: what a program says to ours. */
void
sal_irc_on_request (SalIrcMachine *machine, const SalEvent *event)
{
  if (event->past)
    return;
  if (event->kind == SAL_EVENT_MESSAGE)
    answer (machine, event);
  else if (event->kind == SAL_EVENT_NOTICE)
    tell_answer (machine, event);
}
