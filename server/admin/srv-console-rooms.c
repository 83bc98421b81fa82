/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `room`: what an operator of the server can see and change of one room, whoever is in it.
 * Where somebody is inside, it is asked of the log like anything else, in the name of the
 * server; a room that nobody is in is what the accounts keep of it.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-name.h"
#include "common/proto/sal-text.h"
#include "server/accounts/srv-accounts.h"
#include "server/admin/srv-console-private.h"
#include "server/state/srv-modes.h"

/* A word in hand. */
typedef struct
{
  SrvServer *server;
  SrvWorker *worker;
  const char *rest;    /* what follows the room's name */
  char *name;          /* (owned): of the room, as it was said */
  SrvChannel *channel; /* (unowned) (nullable): if somebody is in it */
  SrvOwnedRoom *owned; /* (owned) (nullable): if it belongs to an account */
  GString *out;
  gboolean ok;
} Room;

typedef struct
{
  const char *word;
  const char *usage;
  const char *help;
  gboolean needs; /* something follows the room's name */
  gboolean (*func) (Room *room);
} RoomWord;

static SrvAccounts *
accounts_of (const Room *room)
{
  return srv_server_get_accounts (room->server);
}

static const char *
written_name (const Room *room)
{
  return room->channel != NULL ? room->channel->name : room->owned->name;
}

/* Asks the log, as the server. @about: (nullable): the account or the person it is about */
static void
post (const Room *room, SrvEntryKind kind, const char *text, const char *about)
{
  SrvEntry fields = {
    .kind = (guint8) kind,
    .flags = SRV_ENTRY_FLAG_SERVER,
    .room = room->channel->name,
    .name = SRV_OPERATOR_NAME,
    .address = "('local', 0)",
    .text = text,
    .target = kind == SRV_ENTRY_KICK ? about : NULL,
    .account = kind == SRV_ENTRY_MODE ? about : NULL,
  };

  srv_worker_post (room->worker, srv_entry_new_from (&fields));
}

static gboolean
fail_too_many (const Room *room)
{
  return srv_console_fail (room->out, _ ("that account has as many rooms as one may have"));
}

/* What was changed in the room that nobody is in. */
static gboolean
keep (const Room *room)
{
  return srv_accounts_keep_room (accounts_of (room), room->owned) || fail_too_many (room);
}

/* The words. */

/* What people on IRC made up may have anything in it; the operator reads it on a terminal. */
static char *
dup_clean (const char *text)
{
  GString *clean = g_string_new (NULL);
  g_autofree char *plain = g_strdup (text);

  sal_text_strip_formatting (plain);
  if (!sal_text_clean (clean, plain, strlen (plain)))
    g_string_append_c (clean, *text != '\0' ? '?' : '-');
  return g_string_free (clean, FALSE);
}

static void
append_line (GString *out, const char *head, const char *value)
{
  g_autofree char *clean = dup_clean (value != NULL ? value : "-");

  srv_console_append_column (out, head, 12);
  g_string_append_printf (out, "%s\n", clean);
}

static guint
count_masks (const Room *room)
{
  guint count = 0;

  for (guint i = 0; room->channel != NULL && i < SRV_N_LISTS; i++)
    count += room->channel->lists[i] != NULL ? room->channel->lists[i]->len : 0;
  return room->channel != NULL ? count : room->owned->masks->len;
}

static gboolean
do_info (Room *room)
{
  g_autoptr (GString) modes = g_string_new (NULL);
  g_autofree char *people = g_strdup_printf ("%u", room->channel ? room->channel->members->len : 0);
  g_autofree char *masks = g_strdup_printf ("%u", count_masks (room));

  if (room->channel != NULL)
    srv_modes_append_set (modes, room->channel, FALSE);
  else
    g_string_append_printf (modes, "+%s", room->owned->modes);
  append_line (room->out, _ ("room:"), written_name (room));
  append_line (room->out, _ ("people:"), people);
  append_line (room->out, _ ("founder:"), room->owned != NULL ? room->owned->founder : NULL);
  append_line (room->out, _ ("modes:"), modes->str);
  append_line (room->out, _ ("topic:"),
               room->channel != NULL ? room->channel->topic : room->owned->topic);
  append_line (room->out, _ ("masks:"), masks);
  return TRUE;
}

static gboolean
do_topic (Room *room)
{
  const char *topic = g_str_equal (room->rest, "-") ? "" : room->rest;

  if (strlen (topic) > SAL_TOPIC_BYTES)
    {
      g_string_append_printf (room->out, _ ("a topic has at most %d bytes\n"), SAL_TOPIC_BYTES);
      return FALSE;
    }
  if (room->channel != NULL)
    {
      post (room, SRV_ENTRY_TOPIC, topic, NULL);
      return TRUE;
    }
  g_free (room->owned->topic);
  g_free (room->owned->topic_by);
  room->owned->topic = *topic != '\0' ? g_strdup (topic) : NULL;
  room->owned->topic_by = *topic != '\0' ? g_strdup (SRV_OPERATOR_NAME) : NULL;
  room->owned->topic_us = g_get_real_time ();
  return keep (room);
}

static gboolean
is_logged_in (const SrvUser *user, const char *account)
{
  g_autofree char *mine = user->who->account != NULL ? sal_name_key (user->who->account) : NULL;
  g_autofree char *key = sal_name_key (account);

  return g_strcmp0 (mine, key) == 0;
}

/* The letters, and then whom the founder is among those inside. */
static char *
founder_change (const Room *room, const char *account)
{
  g_autoptr (GString) letters = g_string_new ("+P");
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < room->channel->members->len && n < SAL_MODES_PER_COMMAND; i++)
    {
      const SrvMembership *membership = room->channel->members->pdata[i];

      if (!is_logged_in (membership->user, account))
        continue;
      g_string_append_c (letters, 'o');
      g_string_append_printf (names, " %s", membership->user->who->name);
      n++;
    }
  return g_strconcat (letters->str, names->str, NULL);
}

static gboolean
do_founder (Room *room)
{
  g_autofree char *account = srv_accounts_dup_name (accounts_of (room), room->rest);
  g_autofree char *change = NULL;

  if (account == NULL)
    {
      g_string_append_printf (
          room->out, _ ("there is no account called %s; “account list” has them all"), room->rest);
      g_string_append_c (room->out, '\n');
      return FALSE;
    }
  if (room->channel != NULL)
    {
      /* The log would refuse it later, and has nobody here to tell. */
      if (!srv_accounts_may_keep_room (accounts_of (room), room->channel->name, account))
        return fail_too_many (room);
      change = founder_change (room, account);
      post (room, SRV_ENTRY_MODE, change, account);
      return TRUE;
    }
  g_free (room->owned->founder);
  room->owned->founder = g_steal_pointer (&account);
  return keep (room);
}

static gboolean
do_drop (Room *room)
{
  if (room->owned == NULL)
    return srv_console_fail (room->out, _ ("that room belongs to nobody"));
  if (room->channel != NULL)
    post (room, SRV_ENTRY_MODE, "-P", NULL);
  else
    srv_accounts_drop_room (accounts_of (room), room->owned->name);
  return TRUE;
}

static void
append_mask (GString *out, char list, const char *mask, const char *by, gint64 set_us)
{
  g_autofree char *clean_mask = dup_clean (mask);
  g_autofree char *clean_by = dup_clean (by);

  g_string_append_printf (out, "+%c ", list);
  srv_console_append_column (out, clean_mask, 40);
  g_string_append_c (out, '[');
  sal_text_append_time (out, set_us);
  g_string_append_printf (out, "] %s\n", clean_by);
}

static gboolean
do_bans (Room *room)
{
  static const char letters[SRV_N_LISTS] = {
    [SRV_LIST_BAN] = 'b', [SRV_LIST_EXCEPTION] = 'e', [SRV_LIST_INVITATION] = 'I'
  };

  if (count_masks (room) == 0)
    g_string_append_printf (room->out, "%s\n", _ ("nobody is banned"));
  for (guint list = 0; room->channel != NULL && list < SRV_N_LISTS; list++)
    for (guint i = 0; room->channel->lists[list] != NULL && i < room->channel->lists[list]->len;
         i++)
      {
        const SrvMask *mask = &g_array_index (room->channel->lists[list], SrvMask, i);

        append_mask (room->out, letters[list], mask->mask, mask->set_by, mask->set_us);
      }
  for (guint i = 0; room->channel == NULL && i < room->owned->masks->len; i++)
    {
      const SrvRoomMask *mask = room->owned->masks->pdata[i];

      append_mask (room->out, mask->list, mask->mask, mask->setter, mask->set_us);
    }
  return TRUE;
}

/* As it is kept: a name becomes a mask. NULL, and said, if it can be none. */
static char *
complete_mask (const Room *room)
{
  if (strchr (room->rest, ' ') == NULL && *room->rest != ':')
    return *room->rest == '$' ? g_strdup (room->rest) : sal_irc_mask_complete (room->rest);
  g_string_append_printf (
      room->out, _ ("“%s” is no mask: it has no spaces and no colon in front\n"), room->rest);
  return NULL;
}

/* In the same form as the judge compares them where somebody is inside. */
static SrvRoomMask *
find_ban (const SrvOwnedRoom *owned, const char *mask)
{
  g_autofree char *key = sal_name_key (mask);

  for (guint i = 0; i < owned->masks->len; i++)
    {
      SrvRoomMask *other = owned->masks->pdata[i];
      g_autofree char *other_key = sal_name_key (other->mask);

      if (other->list == 'b' && g_str_equal (other_key, key))
        return other;
    }
  return NULL;
}

static gboolean
do_ban (Room *room)
{
  g_autofree char *mask = complete_mask (room);
  g_autofree char *change = g_strconcat ("+b ", mask, NULL);

  if (mask == NULL)
    return FALSE;
  if (strlen (mask) > SAL_MASK_BYTES)
    {
      g_string_append_printf (room->out, _ ("a mask has at most %d bytes\n"), SAL_MASK_BYTES);
      return FALSE;
    }
  if (count_masks (room) >= SAL_MASKS_PER_ROOM)
    return srv_console_fail (room->out, _ ("the room's list is full; “room bans” lists it"));
  if (room->channel != NULL)
    {
      post (room, SRV_ENTRY_MODE, change, NULL);
      return TRUE;
    }
  if (find_ban (room->owned, mask) == NULL)
    srv_owned_room_add_mask (room->owned, 'b', mask, SRV_OPERATOR_NAME, g_get_real_time ());
  return keep (room);
}

/* Whether the room's list has @mask as it stands there. */
static gboolean
is_banned (const Room *room, const char *mask)
{
  return room->channel != NULL ? srv_modes_find_mask (room->channel, SRV_LIST_BAN, mask) != NULL
                               : find_ban (room->owned, mask) != NULL;
}

static gboolean
do_unban (Room *room)
{
  g_autofree char *whole = complete_mask (room);
  g_autofree char *change = NULL;
  const char *mask = NULL;

  if (whole == NULL)
    return FALSE;
  /* An older version may have kept what nobody can set any more. */
  mask = is_banned (room, room->rest) ? room->rest : whole;
  if (!is_banned (room, mask))
    return srv_console_fail (room->out, _ ("no such ban; “room bans” lists them"));
  if (room->channel != NULL)
    {
      change = g_strconcat ("-b ", mask, NULL);
      post (room, SRV_ENTRY_MODE, change, NULL);
      return TRUE;
    }
  g_ptr_array_remove (room->owned->masks, find_ban (room->owned, mask));
  return keep (room);
}

static gboolean
do_kick (Room *room)
{
  const char *reason = NULL;
  g_autofree char *name = srv_console_take_word (room->rest, &reason);
  const SrvUser *user = NULL;

  if (room->channel != NULL)
    for (guint i = 0; user == NULL && i < room->channel->members->len; i++)
      {
        const SrvMembership *membership = room->channel->members->pdata[i];
        g_autofree char *key = sal_name_key (name);

        user =
            g_str_equal (srv_person_get_key (membership->user->who), key) ? membership->user : NULL;
      }
  if (user == NULL)
    {
      g_string_append_printf (room->out, _ ("nobody in that room is called %s\n"), name);
      return FALSE;
    }
  post (room, SRV_ENTRY_KICK, *reason != '\0' ? reason : SRV_OPERATOR_NAME, user->who->name);
  return TRUE;
}

static const RoomWord words[] = {
  { "info", "", N_ ("whose it is, its modes and topic"), FALSE, do_info },
  { "topic", N_ ("TEXT"), N_ ("set what it is about; “-”: nothing"), TRUE, do_topic },
  { "founder", N_ ("ACCOUNT"), N_ ("let it belong to that account"), TRUE, do_founder },
  { "drop", "", N_ ("let it belong to nobody"), FALSE, do_drop },
  { "bans", "", N_ ("list its bans, exceptions and invitations"), FALSE, do_bans },
  { "ban", N_ ("MASK"), N_ ("ban a nickname or a mask from it"), TRUE, do_ban },
  { "unban", N_ ("MASK"), N_ ("undo that"), TRUE, do_unban },
  { "kick", N_ ("NAME [REASON]"), N_ ("put somebody out of it"), TRUE, do_kick },
};

/* Lists. */

typedef struct
{
  SrvWorker *worker;
  SrvAccounts *accounts;
  GPtrArray *lines; /* (unowned) of char* (owned) */
} Listing;

static void
add_room (const Listing *listing, const char *name, guint people, const char *founder)
{
  GString *line = g_string_new (NULL);
  g_autofree char *number = g_strdup_printf ("%u", people);

  srv_console_append_column (line, name, 32);
  srv_console_append_column (line, number, 8);
  g_string_append_printf (line, "%s\n", founder != NULL ? founder : "-");
  g_ptr_array_add (listing->lines, g_string_free (line, FALSE));
}

static gint
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
list_channel (SrvChannel *channel, gpointer data)
{
  const Listing *listing = data;
  g_autoptr (SrvOwnedRoom) owned = srv_accounts_dup_room (listing->accounts, channel->name);

  add_room (listing, channel->name, channel->members->len, owned != NULL ? owned->founder : NULL);
}

static void
list_owned (const SrvOwnedRoom *owned, gpointer data)
{
  const Listing *listing = data;

  if (srv_state_find_channel (srv_worker_get_state (listing->worker), owned->name) == NULL)
    add_room (listing, owned->name, 0, owned->founder);
}

static void
list_rooms (SrvWorker *worker, gpointer data)
{
  Listing *listing = data;

  listing->worker = worker;
  srv_state_foreach_channel (srv_worker_get_state (worker), list_channel, listing);
  srv_accounts_foreach_room (listing->accounts, list_owned, listing);
}

static gboolean
do_list (SrvServer *server, GString *out)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  Listing listing = { .accounts = srv_server_get_accounts (server), .lines = lines };

  srv_workers_call_first (srv_server_get_workers (server), list_rooms, &listing);
  g_ptr_array_sort (lines, by_text);
  for (guint i = 0; i < lines->len; i++)
    g_string_append (out, lines->pdata[i]);
  if (out->len == 0)
    g_string_append_printf (out, "%s\n", _ ("nobody is in any room, and none belongs to anybody"));
  return TRUE;
}

static const char *
usage_of (const RoomWord *word)
{
  return *word->usage != '\0' ? _ (word->usage) : "";
}

static gboolean
explain_words (GString *out)
{
  srv_console_append_column (out, "room list", 36);
  g_string_append_printf (out, "%s\n", _ ("all rooms, how many are in them, and whose they are"));
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *head =
          g_strdup_printf ("room %s %s %s", words[i].word, _ ("ROOM"), usage_of (&words[i]));

      srv_console_append_column (out, head, 36);
      g_string_append_printf (out, "%s\n", _ (words[i].help));
    }
  return FALSE;
}

/* In the thread of the worker, whose state it is. */
static void
run_word (SrvWorker *worker, gpointer data)
{
  Room *room = data;
  const char *rest = room->rest;
  g_autofree char *word = srv_console_take_word (rest, &rest);
  const RoomWord *found = NULL;

  for (gsize i = 0; found == NULL && i < G_N_ELEMENTS (words); i++)
    found = g_str_equal (words[i].word, word) ? &words[i] : NULL;
  room->name = srv_console_take_word (*rest == '#' ? rest + 1 : rest, &room->rest);
  if (found == NULL)
    {
      room->ok = explain_words (room->out);
      return;
    }
  if (*room->name == '\0' || (found->needs && *room->rest == '\0'))
    {
      g_string_append_printf (room->out, _ ("usage: room %s %s %s\n"), word, _ ("ROOM"),
                              usage_of (found));
      return;
    }
  room->worker = worker;
  room->channel = srv_state_find_channel (srv_worker_get_state (worker), room->name);
  room->owned = srv_accounts_dup_room (accounts_of (room), room->name);
  if (room->channel == NULL && room->owned == NULL)
    g_string_append_printf (room->out, _ ("there is no room %s; “room list” has them all\n"),
                            room->name);
  else
    room->ok = found->func (room);
}

/**
 * srv_console_do_room:
 * @rest: what follows `room`
 */
gboolean
srv_console_do_room (SrvServer *server, const char *rest, GString *out)
{
  Room room = { .server = server, .rest = rest, .out = out };

  if (g_str_equal (rest, "list"))
    return do_list (server, out);
  srv_workers_call_first (srv_server_get_workers (server), run_word, &room);
  g_free (room.name);
  srv_owned_room_free (room.owned);
  return room.ok;
}
