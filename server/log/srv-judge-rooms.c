/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rooms that belong to an account (mode P): what they are like outlives the last person in
 * them. When somebody comes in again the rules hold before anybody is inside, and the room
 * gets its modes back by entries, as everybody else has to learn them.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-numeric.h"
#include "common/proto/sal-name.h"
#include "server/log/srv-judge-private.h"
#include "server/state/srv-modes.h"

static const char list_letters[SRV_N_LISTS] = {
  [SRV_LIST_BAN] = 'b',
  [SRV_LIST_EXCEPTION] = 'e',
  [SRV_LIST_INVITATION] = 'I',
};

/**
 * srv_judge_find_room:
 *
 * Returns: (transfer full) (nullable): what is kept of @room, if it belongs to somebody.
 */
SrvOwnedRoom *
srv_judge_find_room (const SrvJudge *judge, const char *room)
{
  return judge->owners != NULL ? judge->owners->find_room (room, judge->owners_data) : NULL;
}

/**
 * srv_judge_is_founder:
 *
 * Returns: whether the room @key belongs to who has logged in as @account.
 */
gboolean
srv_judge_is_founder (const SrvJudge *judge, const char *key, const char *account)
{
  const char *founder =
      account != NULL ? g_hash_table_lookup (judge->founders, key) : NULL; /* most have none */
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;

  if (founder == NULL)
    return FALSE;
  a = sal_name_key (founder);
  b = sal_name_key (account);
  return g_str_equal (a, b);
}

/* Getting it back. */

/* Flags, key and limit of @room, as a change of a room that has @modes. */
static char *
flags_text (const SrvOwnedRoom *room, guint modes)
{
  g_autoptr (GString) letters = g_string_new (NULL);
  g_autoptr (GString) params = g_string_new (NULL);
  g_autofree char *limit = g_strdup_printf ("%u", room->limit);

  for (const char *letter = SRV_MODES_LETTERS; *letter != '\0'; letter++)
    {
      SrvModeChange change = { .info = srv_mode_info (*letter), .letter = *letter, .set = TRUE };
      gboolean wanted = strchr (room->modes, *letter) != NULL || *letter == 'P';

      if (change.info->type == SRV_MODE_KEY && room->key != NULL)
        change.param = room->key;
      else if (change.info->type == SRV_MODE_LIMIT && room->limit > 0)
        change.param = limit;
      else if (change.info->type != SRV_MODE_FLAG || wanted == ((modes & change.info->bit) != 0))
        continue;
      else
        change.set = wanted;
      srv_modes_append_change (letters, params, &change);
    }
  return g_strconcat (letters->str, params->str, NULL);
}

/* Called with each change, by whom it was once made and, of masks, when. */
typedef void (*ChangeFunc) (const char *text, const char *setter, const char *times, gpointer data);

/* The masks of @room from @first on that one entry holds. Returns where the next begins. */
static guint
masks_text (const SrvOwnedRoom *room, guint first, ChangeFunc func, gpointer data)
{
  const SrvRoomMask *mask = room->masks->pdata[first];
  const char *setter = mask->setter;
  g_autoptr (GString) letters = g_string_new (NULL);
  g_autoptr (GString) params = g_string_new (NULL);
  g_autoptr (GString) times = g_string_new (NULL);
  guint at = first;

  for (; at < room->masks->len; at++)
    {
      SrvModeChange change = { .set = TRUE };

      mask = room->masks->pdata[at];
      if (!g_str_equal (mask->setter, setter) ||
          (params->len > 0 && params->len + 1 + strlen (mask->mask) > SRV_JUDGE_PARAMS_BYTES))
        break;
      change.letter = mask->list;
      change.info = srv_mode_info (mask->list);
      change.param = mask->mask;
      if (change.info == NULL || change.info->type != SRV_MODE_LIST)
        continue;
      srv_modes_append_change (letters, params, &change);
      g_string_append_printf (times, "%" G_GINT64_FORMAT " ", mask->set_us);
    }
  g_string_append (letters, params->str);
  if (letters->len > 0)
    func (letters->str, setter, times->str, data);
  return at;
}

static void
for_each_change (const SrvOwnedRoom *room, ChangeFunc func, gpointer data)
{
  g_autofree char *flags = flags_text (room, SRV_MODES_DEFAULT);

  func (flags, room->founder, NULL, data);
  for (guint at = 0; at < room->masks->len;)
    at = masks_text (room, at, func, data);
}

static void
apply_to_probe (const char *text, const char *setter, const char *times, gpointer data)
{
  const SrvEntry entry = { .kind = SRV_ENTRY_MODE, .text = text, .name = setter };

  srv_modes_apply (NULL, data, &entry);
}

/**
 * srv_judge_may_enter:
 * @room: that nobody is in
 *
 * Returns: 0, or as which numeric of IRC the rules of @room keep out who asks.
 */
guint
srv_judge_may_enter (const Verdict *verdict, const SrvOwnedRoom *room)
{
  SrvChannel probe = { .name = room->name, .modes = SRV_MODES_DEFAULT };
  guint code = 0;

  probe.key = sal_name_key (room->name);
  probe.members = g_ptr_array_new ();
  for_each_change (room, apply_to_probe, &probe);
  code = srv_judge_may_join (verdict, verdict->user, &probe);
  for (guint i = 0; i < SRV_N_LISTS; i++)
    g_clear_pointer (&probe.lists[i], g_array_unref);
  g_ptr_array_unref (probe.members);
  g_free (probe.password);
  g_free (probe.key);
  return code;
}

/* @setter: who has set it; a topic's with their host
 * @times: (nullable): when, see srv_entry_get_times() */
static void
give_as_server (Verdict *verdict,
                SrvEntryKind kind,
                const char *room,
                const char *text,
                const char *setter,
                const char *times)
{
  const char *bang = strchr (setter, '!');
  g_autofree char *name =
      g_strndup (setter, bang != NULL ? (gsize) (bang - setter) : strlen (setter));

  SrvEntry fields = {
    .kind = (guint8) kind,
    .flags = SRV_ENTRY_FLAG_SERVER,
    .status = SRV_ENTRY_COMMITTED,
    .origin.worker = SRV_ORIGIN_NO_WORKER,
    .room = room,
    .name = name,
    .host = bang != NULL ? bang + 1 : NULL,
    .target = times,
    .address = "",
    .text = text,
  };

  verdict->judge->groups++; /* an event of its own */
  srv_verdict_give (verdict, srv_entry_new_from (&fields));
}

typedef struct
{
  Verdict *verdict;
  const char *room;
} Waking;

static void
give_change (const char *text, const char *setter, const char *times, gpointer data)
{
  const Waking *waking = data;

  give_as_server (waking->verdict, SRV_ENTRY_MODE, waking->room, text, setter, times);
}

/**
 * srv_judge_wake_room:
 * @room: that the first person has just come into
 */
void
srv_judge_wake_room (Verdict *verdict, const SrvOwnedRoom *room)
{
  Waking waking = { verdict, room->name };

  g_autofree char *topic_set = g_strdup_printf ("%" G_GINT64_FORMAT, room->topic_us);

  for_each_change (room, give_change, &waking);
  if (room->topic != NULL && room->topic_by != NULL)
    give_as_server (verdict, SRV_ENTRY_TOPIC, room->name, room->topic, room->topic_by, topic_set);
}

/**
 * srv_judge_note_room:
 * @room: (nullable): what is kept of the room @key that somebody comes into; %NULL: it
 *   belongs to nobody
 */
void
srv_judge_note_room (SrvJudge *judge, const char *key, const SrvOwnedRoom *room)
{
  if (room != NULL)
    g_hash_table_insert (judge->founders, g_strdup (key), g_strdup (room->founder));
  else
    g_hash_table_remove (judge->founders, key);
}

/**
 * srv_judge_greet_founder:
 *
 * Who a room belongs to is its operator whenever they come in.
 */
void
srv_judge_greet_founder (Verdict *verdict, const SrvChannel *channel)
{
  const SrvMembership *membership = srv_state_find_membership (verdict->user, channel);
  g_autofree char *text = NULL;

  if ((membership->rank & SRV_RANK_OPERATOR) ||
      !srv_judge_is_founder (verdict->judge, channel->key, verdict->user->who->account))
    return;
  text = g_strconcat ("+o ", verdict->user->who->name, NULL);
  give_as_server (verdict, SRV_ENTRY_MODE, channel->name, text, verdict->user->who->account, NULL);
}

/* Keeping it. */

static SrvOwnedRoom *
owned_of (const SrvChannel *channel, const char *founder)
{
  SrvOwnedRoom *room = srv_owned_room_new (channel->name, founder);
  g_autoptr (GString) modes = g_string_new (NULL);

  for (const char *letter = SRV_MODES_LETTERS; *letter != '\0'; letter++)
    {
      const SrvModeInfo *info = srv_mode_info (*letter);

      if (info->type == SRV_MODE_FLAG && (channel->modes & info->bit))
        g_string_append_c (modes, *letter);
    }
  g_free (room->modes);
  room->modes = g_strdup (modes->str);
  room->key = g_strdup (channel->password);
  room->limit = channel->limit;
  room->topic = g_strdup (channel->topic);
  room->topic_by = g_strdup (channel->topic_by);
  room->topic_us = channel->topic_us;
  for (guint list = 0; list < SRV_N_LISTS; list++)
    for (guint i = 0; channel->lists[list] != NULL && i < channel->lists[list]->len; i++)
      {
        const SrvMask *mask = &g_array_index (channel->lists[list], SrvMask, i);

        srv_owned_room_add_mask (room, list_letters[list], mask->mask, mask->set_by, mask->set_us);
      }
  return room;
}

/**
 * srv_judge_keep_room:
 * @channel: that may have changed
 *
 * If it belongs to somebody, how it is now is remembered.
 */
void
srv_judge_keep_room (SrvJudge *judge, const SrvChannel *channel)
{
  const char *founder = g_hash_table_lookup (judge->founders, channel->key);
  g_autoptr (SrvOwnedRoom) room = NULL;

  if (founder == NULL || judge->owners == NULL)
    return;
  room = owned_of (channel, founder);
  if (!judge->owners->keep_room (room, judge->owners_data))
    g_hash_table_remove (judge->founders, channel->key);
}

/* Whose the room is to be: who asks for it, or whom the server names. */
static const char *
founder_wanted (const Verdict *verdict)
{
  if (verdict->asked->flags & SRV_ENTRY_FLAG_SERVER)
    return verdict->asked->account;
  return verdict->user != NULL ? verdict->user->who->account : NULL;
}

static guint
claim (Verdict *verdict, const SrvChannel *channel)
{
  SrvJudge *judge = verdict->judge;
  const char *account = founder_wanted (verdict);
  g_autoptr (SrvOwnedRoom) room = NULL;

  if (judge->owners == NULL || account == NULL)
    return SRV_DENIED_NOT_LOGGED_IN;
  room = owned_of (channel, account);
  if (!judge->owners->keep_room (room, judge->owners_data))
    return SRV_DENIED_TOO_MANY_ROOMS;
  srv_judge_note_room (judge, channel->key, room);
  return 0;
}

static guint
give_up (Verdict *verdict, const SrvChannel *channel)
{
  SrvJudge *judge = verdict->judge;
  const SrvUser *user = verdict->user;

  if (!(verdict->asked->flags & SRV_ENTRY_FLAG_SERVER) && !(user->modes & SRV_UMODES_GIVEN) &&
      !srv_judge_is_founder (judge, channel->key, user->who->account))
    return SRV_DENIED_NOT_FOUNDER;
  srv_judge_note_room (judge, channel->key, NULL);
  if (judge->owners != NULL)
    judge->owners->drop_room (channel->name, judge->owners_data);
  return 0;
}

/**
 * srv_judge_own_room:
 * @set: whether the mode P is to be set
 *
 * The server may also give it to somebody else.
 *
 * Returns: 0 if @channel belongs to who asks now, or to nobody; else why not.
 */
guint
srv_judge_own_room (Verdict *verdict, const SrvChannel *channel, gboolean set)
{
  gboolean given = set && (verdict->asked->flags & SRV_ENTRY_FLAG_SERVER);

  if (((channel->modes & SRV_MODE_PERMANENT) != 0) == (set != 0) && !given)
    return 0;
  return set ? claim (verdict, channel) : give_up (verdict, channel);
}
