/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is away. A server with away-notify says so by itself, and is asked once, after a join, where
 * one question tells that and who is logged in (WHOX). All others are asked now and then, a room at
 * a time, as long as there is nothing better to do with the few lines that they take: a list of
 * people is not to say that somebody is there who has gone to lunch an hour ago.
 *
 * The answers (WHO) are not told, only what changes by them.
 */
#include "config.h"

#include <string.h>

#include "common/client/sal-irc-machine-private.h"
#include "common/proto/sal-irc-numeric.h"
#include "common/proto/sal-irc-parse.h"

/* A room with more people is not asked about, ... */
#define ONCE_MEMBERS 1000
/* ... nor one with more than this again and again. */
#define AGAIN_MEMBERS 200

#define FIRST_US (2 * 1000 * 1000)   /* after a join: other rooms may be joined, too */
#define GAP_US (15 * 1000 * 1000)    /* between two questions */
#define EVERY_US (180 * 1000 * 1000) /* between two about one room */
#define TYPED_US (10 * 1000 * 1000)  /* after a command: its answers would be taken for ours */
#define SPARE_LINES 3                /* what somebody may want to say meanwhile */
#define NEVER_US                                                                                   \
  (60 * 1000 * 1000) /* a server that has not answered until then does not know WHO */

#define TOKEN "521"

static gboolean
is_told (const SalIrcMachine *machine)
{
  return (machine->caps & SAL_IRC_CAP_AWAY_NOTIFY) != 0;
}

static void
ask (SalIrcMachine *machine, SalIrcRoom *room)
{
  SalIrcAsked *asked =
      sal_irc_ask_line (machine, SAL_IRC_ASKED_WHO, room->name, "WHO %s%s", room->name,
                        machine->rooms.support.whox ? " %tcnfa," TOKEN : "");

  asked->sent_us = sal_irc_sent_by_us (machine);
}

/* Who is in @room has been told for the first time. */
void
sal_irc_away_begin (SalIrcMachine *machine, SalIrcRoom *room)
{
  sal_irc_place_of (room)->away_us = 0;
  if (!is_told (machine))
    machine->away_us = MIN (machine->away_us, machine->now_us + FIRST_US);
  else if (machine->rooms.support.whox && g_hash_table_size (room->members) <= ONCE_MEMBERS)
    ask (machine, room);
}

/* Somebody is known better. @asked: (nullable): the question about a room by which that is known: its list is
 * told as a whole, at the end. */
static void
note_change (SalIrcMachine *machine, const SalIrcUser *user, SalIrcAsked *asked)
{
  g_autoptr (GPtrArray) rooms = sal_irc_rooms_of_user (&machine->rooms, user->nick);

  for (guint i = 0; i < rooms->len; i++)
    {
      const char *name = ((SalIrcRoom *) rooms->pdata[i])->name;

      if (asked != NULL && sal_irc_support_same (&machine->rooms.support, asked->place, name))
        asked->changed = TRUE;
      else
        sal_irc_members_changed (machine, name, user->nick);
    }
}

/* RPL_AWAY: `me nick :text`, in answer to what was said to them, or asked about them. */
void
sal_irc_on_away (SalIrcMachine *machine, const SalIrcLine *line)
{
  SalIrcUser *user =
      line->n_params > 2 ? sal_irc_rooms_find_user (&machine->rooms, line->params[1]) : NULL;

  if (user == NULL || user->away)
    return;
  user->away = TRUE;
  note_change (machine, user, NULL);
}

/* RPL_UNAWAY and RPL_NOWAWAY: away-notify is for the others. It is so also where we are in no room. */
void
sal_irc_on_own_away (SalIrcMachine *machine, gboolean away)
{
  SalIrcUser *user = sal_irc_rooms_find_user (&machine->rooms, machine->nick);

  if (!machine->is_away != !away)
    sal_irc_push (machine, SAL_ACTION_AWAY)->action.own = away;
  machine->is_away = away;
  if (user == NULL || !user->away == !away)
    return;
  user->away = away;
  note_change (machine, user, NULL);
}

/* Our question, if @line with the room @name may be a part of its answer. */
static SalIrcAsked *
find_asked (SalIrcMachine *machine, const char *name, SalIrcAsked *asked)
{
  if (asked != NULL)
    return asked->kind == SAL_IRC_ASKED_WHO ? asked : NULL;
  for (guint i = 0; i < machine->asked->len; i++)
    {
      SalIrcAsked *one = machine->asked->pdata[i];

      if (one->kind == SAL_IRC_ASKED_WHO && one->label == NULL &&
          (name == NULL || sal_irc_support_same (&machine->rooms.support, one->place, name)))
        return one;
    }
  return NULL;
}

/* Here or gone, and a program or not. Returns whether that is new. */
static gboolean
take_flags (const SalIrcMachine *machine, SalIrcUser *user, const char *flags)
{
  char letter = machine->rooms.support.bot_mode;
  gboolean bot = user->bot || (letter != '\0' && strchr (flags, letter) != NULL);
  gboolean away = *flags == 'G';
  gboolean changed = user->bot != bot || user->away != away;

  user->bot = bot;
  user->away = away;
  return changed;
}

/* `me #room user host server nick flags :0 name` */
static void
on_reply (SalIrcMachine *machine, const SalIrcLine *line, SalIrcAsked *asked)
{
  SalIrcUser *user =
      line->n_params > 6 ? sal_irc_rooms_find_user (&machine->rooms, line->params[5]) : NULL;

  if (user != NULL && (*line->params[6] == 'G' || *line->params[6] == 'H') &&
      take_flags (machine, user, line->params[6]))
    note_change (machine, user, asked);
}

/* `me 521 #room nick flags account` */
static void
on_whox (SalIrcMachine *machine, const SalIrcLine *line, SalIrcAsked *asked)
{
  SalIrcUser *user = sal_irc_rooms_find_user (&machine->rooms, line->params[3]);
  g_autoptr (GString) account = g_string_new (NULL);
  gboolean changed = FALSE;

  if (user == NULL)
    return;
  sal_irc_append_clean (account, line->params[5]);
  if (g_str_equal (account->str, "0"))
    g_string_truncate (account, 0);
  if (g_strcmp0 (user->account != NULL ? user->account : "", account->str) != 0)
    {
      sal_irc_rooms_set_account (user, account->str);
      changed = TRUE;
    }
  changed |= take_flags (machine, user, line->params[4]);
  if (changed)
    note_change (machine, user, asked);
}

/* Nothing more comes in answer to @asked. Returns whether nobody has to see that. */
static gboolean
end (SalIrcMachine *machine, SalIrcAsked *asked)
{
  const SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, asked->place);
  gboolean hidden = !asked->shown;

  if (asked->changed && room != NULL)
    sal_irc_members_changed (machine, room->name, NULL);
  if (asked->label == NULL)
    sal_irc_answered (machine, asked);
  return hidden;
}

/* Somebody asks, too, on @line. Where no answer has a label, theirs cannot be told from that to ours
 * which is still open: both are shown, rather than none. */
void
sal_irc_away_typed (SalIrcMachine *machine, const char *line)
{
  if (g_ascii_strncasecmp (line, "WHO", 3) != 0 || (line[3] != ' ' && line[3] != '\0'))
    return;
  for (guint i = 0; i < machine->asked->len; i++)
    {
      SalIrcAsked *asked = machine->asked->pdata[i];

      if (asked->kind == SAL_IRC_ASKED_WHO && asked->label == NULL)
        asked->shown = TRUE;
    }
}

/* Takes an answer to WHO. Returns whether it is done with: somebody who has asked sees all of it. */
gboolean
sal_irc_on_who (SalIrcMachine *machine, const SalIrcLine *line, guint code, SalIrcAsked *asked)
{
  const char *name = line->n_params > 1 ? line->params[1] : "";
  SalIrcAsked *found = NULL;

  switch (code)
    {
    case RPL_WHOSPCRPL:
      if (line->n_params < 6 || !g_str_equal (name, TOKEN))
        return FALSE;
      on_whox (machine, line, find_asked (machine, line->params[2], asked));
      return TRUE;
    case RPL_WHOREPLY:
      found = find_asked (machine, name, asked);
      on_reply (machine, line, found);
      return found != NULL && !found->shown;
    case RPL_ENDOFWHO:
      found = find_asked (machine, name, asked);
      break;
    case RPL_TRYAGAIN: /* `me WHO :not so often` */
      found = g_ascii_strcasecmp (name, "WHO") == 0 ? find_asked (machine, NULL, asked) : NULL;
      break;
    default:
      if (asked == NULL || asked->kind != SAL_IRC_ASKED_WHO)
        return FALSE;
      if (code >= 400)
        machine->away_us = G_MAXINT64;
      return TRUE;
    }
  return found != NULL && end (machine, found);
}

/* Whether an error without a label may be the answer to WHO. @name: its first parameter after our own
 * name; "" if it has only words. */
static SalIrcAsked *
find_refused (SalIrcMachine *machine, const char *name, guint code)
{
  switch (code)
    {
    case ERR_UNKNOWNCOMMAND:
    case 416: /* ERR_TOOMANYMATCHES */
    case ERR_NEEDMOREPARAMS:
      return g_ascii_strcasecmp (name, "WHO") == 0 ? find_asked (machine, NULL, NULL) : NULL;
    case ERR_NOPRIVILEGES: /* nothing says for what; we ask for nothing else that may need them */
      return sal_irc_typed_at (machine) == NULL ? find_asked (machine, NULL, NULL) : NULL;
    case ERR_NOSUCHSERVER:
    case ERR_NOSUCHCHANNEL:
    case ERR_NOTONCHANNEL:
      return *name != '\0' ? find_asked (machine, name, NULL) : NULL;
    default:
      return NULL;
    }
}

/* Takes an error that nothing else has been refused by, if it may be the answer to WHO: nobody has
 * asked for that, so nobody is told. The server is not asked again before the next join. Returns
 * whether it is done with. */
gboolean
sal_irc_on_who_refused (SalIrcMachine *machine,
                        const SalIrcLine *line,
                        guint code,
                        SalIrcAsked *asked)
{
  SalIrcAsked *found = asked == NULL
                           ? find_refused (machine, line->n_params > 2 ? line->params[1] : "", code)
                           : NULL;

  if (found == NULL || machine->now_us >= found->sent_us + NEVER_US)
    return FALSE;
  machine->away_us = G_MAXINT64;
  return end (machine, found);
}

/* When. */

/* Is an answer still to come? */
static SalIrcAsked *
find_open (const SalIrcMachine *machine)
{
  for (guint i = 0; i < machine->asked->len; i++)
    if (((SalIrcAsked *) machine->asked->pdata[i])->kind == SAL_IRC_ASKED_WHO)
      return machine->asked->pdata[i];
  return NULL;
}

/* The room that was asked about longest ago, and when that was. */
static SalIrcRoom *
find_due (SalIrcMachine *machine, gint64 *asked_us)
{
  SalIrcRoom *due = NULL;
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, machine->rooms.rooms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SalIrcRoom *room = value;
      gint64 us = sal_irc_place_of (room)->away_us;

      if (room->state == SAL_ROOM_IN && room->complete &&
          g_hash_table_size (room->members) <= AGAIN_MEMBERS && (due == NULL || us < *asked_us))
        {
          due = room;
          *asked_us = us;
        }
    }
  return due;
}

static gint64
next_us (SalIrcMachine *machine)
{
  const SalIrcAsked *open = find_open (machine);
  gint64 asked_us = 0;
  SalIrcRoom *room = open == NULL ? find_due (machine, &asked_us) : NULL;

  if (open != NULL)
    return machine->now_us < open->sent_us + NEVER_US ? machine->now_us + GAP_US : G_MAXINT64;
  if (room == NULL)
    return G_MAXINT64;
  if (asked_us != 0 && machine->now_us < asked_us + EVERY_US)
    return MAX (asked_us + EVERY_US, machine->now_us + GAP_US);
  if (machine->now_us >= machine->typed_us + TYPED_US &&
      sal_irc_has_spare_lines (machine, SPARE_LINES))
    {
      sal_irc_place_of (room)->away_us = machine->now_us;
      ask (machine, room);
    }
  return machine->now_us + GAP_US;
}

gint64
sal_irc_away_due_us (const SalIrcMachine *machine)
{
  return machine->state == SAL_IRC_IN && !is_told (machine) ? machine->away_us : G_MAXINT64;
}

/* Asks about a room, if it is time to. */
void
sal_irc_check_away (SalIrcMachine *machine)
{
  if (machine->now_us >= sal_irc_away_due_us (machine))
    machine->away_us = next_us (machine);
}
