/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rooms of the server (LIST), for somebody who looks for one: each is told as it comes, and then
 * that there are no more. What a person has typed is told in words, as any other answer; where answers
 * have no labels the two cannot be told apart while both are open, and then both are shown.
 *
 * A server may refuse, or not know the word; it may say in a notice that it is too early to ask, and
 * list nothing; or it may stop in the middle. All of that ends the question.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-machine-private.h"
#include "common/proto/sal-irc-numeric.h"
#include "common/proto/sal-irc-parse.h"

#define QUIET_US (20 * 1000 * 1000) /* how long nothing of it may come, ... */
#define LIST_US (300 * 1000 * 1000) /* ... and how long all of it may take */

#define ERR_TOOMANYMATCHES 416

/* Our question that @asked is, or, for an answer without a label, the oldest that has none. */
static SalIrcAsked *
find_open (const SalIrcMachine *machine, SalIrcAsked *asked)
{
  if (asked != NULL)
    return asked->kind == SAL_IRC_ASKED_LIST ? asked : NULL;
  for (guint i = 0; i < machine->asked->len; i++)
    {
      SalIrcAsked *one = machine->asked->pdata[i];

      if (one->kind == SAL_IRC_ASKED_LIST && one->label == NULL)
        return one;
    }
  return NULL;
}

/* Tells, once, that there are no more. @code: (nullable): it failed; @words: (nullable): the server's */
void
sal_irc_list_end (SalIrcMachine *machine, SalIrcAsked *asked, const char *code, const char *words)
{
  SalIrcItem *item = NULL;

  if (asked->kind != SAL_IRC_ASKED_LIST || asked->late)
    return;
  asked->late = TRUE; /* whatever still comes is passed over */
  item = sal_irc_push (machine, SAL_ACTION_LIST_END);
  item->action.number = asked->listed;
  item->action.more = asked->cut;
  item->action.code = sal_irc_item_keep_word (item, code);
  item->action.text = sal_irc_item_keep (item, words != NULL ? words : asked->words);
}

/* The question that is over without a label is forgotten; one with a label when its answer is complete. */
static void
finish (SalIrcMachine *machine, SalIrcAsked *asked, const char *code, const char *words)
{
  sal_irc_list_end (machine, asked, code, words);
  if (asked->label == NULL)
    sal_irc_answered (machine, asked);
}

/**
 * sal_irc_machine_list_rooms:
 *
 * See sal_client_list_rooms().
 */
gboolean
sal_irc_machine_list_rooms (SalIrcMachine *machine, guint least, gint64 now_us)
{
  SalIrcAsked *asked = NULL;

  machine->now_us = MAX (machine->now_us, now_us);
  if (machine->state != SAL_IRC_IN)
    return FALSE;
  sal_irc_forget_questions (machine);
  for (guint i = machine->asked->len; i > 0; i--)
    {
      SalIrcAsked *one = machine->asked->pdata[i - 1];

      if (one->kind == SAL_IRC_ASKED_LIST && !one->late)
        return TRUE; /* it is being answered */
      if (one->kind == SAL_IRC_ASKED_LIST && one->label == NULL)
        sal_irc_answered (machine, one); /* what still comes of it will do for this one */
    }
  if (least > 1 && machine->rooms.support.list_by_people)
    asked = sal_irc_ask_line (machine, SAL_IRC_ASKED_LIST, NULL, "LIST >%u", least - 1);
  else
    asked = sal_irc_ask_line (machine, SAL_IRC_ASKED_LIST, NULL, "LIST");
  asked->limit = least;
  asked->sent_us = sal_irc_sent_by_us (machine);
  return TRUE;
}

/* Some servers write the modes of a room before its topic, "[+nt] Tea", and that alone where there is
 * none: what it is about begins behind them. */
static const char *
skip_modes (const char *topic)
{
  const char *at = topic + 2;

  if (!g_str_has_prefix (topic, "[+"))
    return topic;
  while (g_ascii_isalpha (*at))
    at++;
  if (at > topic + 2 && *at == ' ') /* what belongs to them, a limit or a key */
    at += strcspn (at, "]");
  if (at == topic + 2 || *at != ']' || (at[1] != ' ' && at[1] != '\0'))
    return topic;
  return at + 1 + strspn (at + 1, " ");
}

/* `me #room people :topic` */
static void
take_room (SalIrcMachine *machine, const SalIrcLine *line, SalIrcAsked *asked)
{
  SalIrcItem *item = NULL;
  guint64 people = 0;
  g_autoptr (GString) clean = g_string_new (NULL);

  machine->listed_us = machine->now_us;
  if (asked->late || line->n_params < 3 || strlen (line->params[1]) > SAL_CLIENT_NAME_BYTES ||
      !sal_irc_support_is_channel (&machine->rooms.support, line->params[1]))
    return;
  (void) g_ascii_string_to_unsigned (line->params[2], 10, 0, G_MAXUINT, &people, NULL);
  if (people < asked->limit)
    return;
  if (asked->listed >= SAL_CLIENT_LISTED_ROOMS)
    {
      asked->cut = TRUE;
      return;
    }
  sal_irc_append_clean (clean, line->params[1]);
  if (!g_str_equal (clean->str, line->params[1]))
    return; /* nobody could type it, or would see what it is */
  asked->listed++;
  item = sal_irc_push_at (machine, SAL_ACTION_LISTED, line->params[1]);
  item->action.number = (guint) people;
  if (line->n_params < 4)
    return;
  g_string_truncate (clean, 0);
  sal_irc_append_clean (clean, skip_modes (line->params[line->n_params - 1]));
  if (clean->len > 0)
    item->action.text = sal_irc_item_keep (item, clean->str);
}

/* Our question, if @line may refuse it. @subject: its first parameter after our own name */
static SalIrcAsked *
find_refused (const SalIrcMachine *machine, const char *subject, guint code, SalIrcAsked *asked)
{
  gboolean refuses = code == RPL_TRYAGAIN || (code >= ERR_UNKNOWNERROR && code < 600);

  if (!refuses || (asked == NULL && g_ascii_strcasecmp (subject, "LIST") != 0))
    return NULL;
  return find_open (machine, asked);
}

/* Takes an answer to LIST. Returns whether it is done with: somebody who has typed it sees it, too. */
gboolean
sal_irc_on_list (SalIrcMachine *machine, const SalIrcLine *line, guint code, SalIrcAsked *asked)
{
  const char *subject = line->n_params > 2 ? line->params[1] : "";
  SalIrcAsked *found = NULL;
  gboolean shown = FALSE;

  if (code == RPL_LISTSTART || code == RPL_LIST || code == RPL_LISTEND)
    found = find_open (machine, asked);
  else
    found = find_refused (machine, subject, code, asked);
  if (found == NULL)
    return FALSE;
  shown = found->shown;
  if (code == RPL_LIST)
    take_room (machine, line, found);
  else if (code == RPL_LISTEND)
    finish (machine, found, NULL, NULL);
  else if (code == ERR_TOOMANYMATCHES)
    found->cut = TRUE; /* some of them, and its end, come all the same */
  else if (code != RPL_LISTSTART)
    {
      g_autoptr (GString) words = g_string_new (NULL);

      if (line->n_params > 0)
        sal_irc_append_clean (words, line->params[line->n_params - 1]);
      finish (machine, found, line->verb, words->str);
    }
  return !shown;
}

/* The server says something in a notice, perhaps that there is no list yet. */
void
sal_irc_list_notice (SalIrcMachine *machine, const char *words)
{
  for (guint i = 0; i < machine->asked->len; i++)
    {
      SalIrcAsked *asked = machine->asked->pdata[i];

      if (asked->kind != SAL_IRC_ASKED_LIST || asked->listed > 0)
        continue;
      g_free (asked->words);
      asked->words = g_strdup (words);
    }
}

/* Somebody types @line. */
void
sal_irc_list_typed (SalIrcMachine *machine, const char *line)
{
  SalIrcAsked *asked = find_open (machine, NULL);

  if (asked != NULL && g_ascii_strncasecmp (line, "LIST", 4) == 0 &&
      (line[4] == ' ' || line[4] == '\0'))
    asked->shown = TRUE;
}

/* Time. */

static gint64
due_us (const SalIrcMachine *machine, const SalIrcAsked *asked)
{
  if (asked->kind != SAL_IRC_ASKED_LIST || asked->late)
    return G_MAXINT64;
  return MIN (MAX (asked->sent_us, machine->listed_us) + QUIET_US, asked->sent_us + LIST_US);
}

gint64
sal_irc_list_due_us (const SalIrcMachine *machine)
{
  gint64 first_us = G_MAXINT64;

  for (guint i = 0; i < machine->asked->len; i++)
    first_us = MIN (first_us, due_us (machine, machine->asked->pdata[i]));
  return first_us;
}

void
sal_irc_check_list (SalIrcMachine *machine)
{
  for (guint i = 0; i < machine->asked->len; i++)
    if (machine->now_us >= due_us (machine, machine->asked->pdata[i]))
      sal_irc_list_end (machine, machine->asked->pdata[i], "late", NULL);
}
