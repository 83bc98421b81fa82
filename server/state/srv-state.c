/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is here, and in which rooms under which rules, as the log says. It is built from the
 * log's entries alone, so everybody who has read the same entries has the same: the log's
 * thread judges with one of these, and each worker shows from one of its own. It judges
 * nothing itself; an entry that comes here has happened.
 */
#include "config.h"

#include "server/state/srv-state.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "server/state/srv-modes.h"

struct _SrvState
{
  GHashTable *users;    /* (owned): set of SrvUser (owned), by the number of the connection */
  GHashTable *names;    /* (owned): set of SrvUser (unowned), by the key of the name */
  GHashTable *channels; /* (owned): key of the name -> SrvChannel (owned) */
  guint invisible;      /* how many people are */
  guint operators;      /* how many people are operators of the server */
};

G_STATIC_ASSERT (SAL_ROOMS_PER_PERSON < 1 << 12); /* SrvUser.n_memberships */

/* A table whose keys lie in its values is a set: GLib needs half as much memory for one. */

static guint
id_hash (gconstpointer user)
{
  guint64 id = ((const SrvUser *) user)->id;

  return g_int64_hash (&id);
}

static gboolean
id_equal (gconstpointer a, gconstpointer b)
{
  return ((const SrvUser *) a)->id == ((const SrvUser *) b)->id;
}

static guint
name_hash (gconstpointer user)
{
  return g_str_hash (srv_person_get_key (((const SrvUser *) user)->who));
}

static gboolean
name_equal (gconstpointer a, gconstpointer b)
{
  return g_str_equal (srv_person_get_key (((const SrvUser *) a)->who),
                      srv_person_get_key (((const SrvUser *) b)->who));
}

/**
 * srv_user_get_membership:
 * @i: less than n_memberships
 *
 * Returns: (transfer none): what @user is in the room that they came into as the @i-th of those
 *   they are in.
 */
SrvMembership *
srv_user_get_membership (const SrvUser *user, guint i)
{
  return user->extra != NULL && user->extra->memberships != NULL
             ? user->extra->memberships->pdata[i]
             : (SrvMembership *) &user->first;
}

static SrvUserExtra *
extra_of (SrvUser *user)
{
  if (user->extra == NULL)
    user->extra = g_new0 (SrvUserExtra, 1);
  return user->extra;
}

/* Who has nothing of it any more needs no memory for it. */
static void
forget_extra (SrvUser *user)
{
  if (user->extra != NULL && user->extra->memberships == NULL && user->extra->invited == NULL &&
      user->extra->away == NULL && user->extra->named_us == 0)
    g_clear_pointer (&user->extra, g_free);
}

/* A place for what they are in one more room. */
static SrvMembership *
add_membership (SrvUser *user)
{
  SrvMembership *membership =
      user->first.channel == NULL ? &user->first : g_new0 (SrvMembership, 1);
  SrvUserExtra *extra = NULL;

  if (user->n_memberships++ == 0)
    return membership;
  extra = extra_of (user);
  if (extra->memberships == NULL)
    {
      extra->memberships = g_ptr_array_new ();
      g_ptr_array_add (extra->memberships, &user->first);
    }
  g_ptr_array_add (extra->memberships, membership);
  return membership;
}

static void
drop_membership (SrvUser *user, SrvMembership *membership)
{
  GPtrArray *all = user->extra != NULL ? user->extra->memberships : NULL;

  user->n_memberships--;
  if (all != NULL)
    g_ptr_array_remove (all, membership);
  if (membership == &user->first)
    user->first = (SrvMembership){ NULL };
  else
    g_free (membership);
  if (all != NULL && (all->len == 0 || (all->len == 1 && all->pdata[0] == &user->first)))
    {
      g_clear_pointer (&user->extra->memberships, g_ptr_array_unref);
      forget_extra (user);
    }
}

/**
 * srv_user_get_away:
 *
 * Returns: (transfer none) (nullable): why @user is away; %NULL: they are not.
 */
const char *
srv_user_get_away (const SrvUser *user)
{
  return user->extra != NULL ? user->extra->away : NULL;
}

/**
 * srv_user_named_us:
 *
 * Returns: since when @user has their name, in microseconds since 1970, UTC; perhaps some later,
 *   never before. Nobody else has had it since.
 */
gint64
srv_user_named_us (const SrvUser *user)
{
  if (user->extra != NULL && user->extra->named_us != 0)
    return user->extra->named_us;
  return ((gint64) user->since_s + 1) * G_USEC_PER_SEC;
}

static void
user_free (gpointer data)
{
  SrvUser *user = data;

  srv_person_unref (user->who);
  while (user->n_memberships > 0)
    drop_membership (user, srv_user_get_membership (user, user->n_memberships - 1u));
  if (user->extra != NULL)
    {
      g_clear_pointer (&user->extra->invited, g_hash_table_unref);
      g_free (user->extra->away);
      g_free (user->extra);
    }
  g_free (user);
}

static void
channel_free (gpointer data)
{
  SrvChannel *channel = data;

  if (channel->key != channel->name)
    g_free (channel->key);
  g_free (channel->name);
  g_ptr_array_unref (channel->members);
  g_free (channel->password);
  for (guint i = 0; i < SRV_N_LISTS; i++)
    g_clear_pointer (&channel->lists[i], g_array_unref);
  g_free (channel->topic);
  g_free (channel->topic_by);
  g_clear_pointer (&channel->invited, g_hash_table_unref);
  g_free (channel);
}

/**
 * srv_state_new:
 */
SrvState *
srv_state_new (void)
{
  SrvState *state = g_new0 (SrvState, 1);

  state->users = g_hash_table_new_full (id_hash, id_equal, user_free, NULL);
  state->names = g_hash_table_new (name_hash, name_equal);
  state->channels = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, channel_free);
  return state;
}

/**
 * srv_state_free:
 * @state: (nullable) (transfer full)
 */
void
srv_state_free (SrvState *state)
{
  if (state == NULL)
    return;
  g_hash_table_unref (state->names);
  g_hash_table_unref (state->users);
  g_hash_table_unref (state->channels);
  g_free (state);
}

/* Asking. */

/**
 * srv_state_get_user:
 *
 * Returns: (transfer none) (nullable): who the connection @id is.
 */
SrvUser *
srv_state_get_user (const SrvState *state, guint64 id)
{
  const SrvUser probe = { .id = id };

  return g_hash_table_lookup (state->users, &probe);
}

/**
 * srv_state_find_user_by_key:
 * @key: of a name
 *
 * Returns: (transfer none) (nullable): who is called so.
 */
SrvUser *
srv_state_find_user_by_key (const SrvState *state, const char *key)
{
  SrvPerson called = { .name = key }; /* a key is its own */
  const SrvUser probe = { .who = &called };

  return g_hash_table_lookup (state->names, &probe);
}

/**
 * srv_state_find_user:
 * @name: in any case
 *
 * Returns: (transfer none) (nullable): who is called so.
 */
SrvUser *
srv_state_find_user (const SrvState *state, const char *name)
{
  g_autofree char *key = g_utf8_validate (name, -1, NULL) ? sal_name_key (name) : NULL;

  return key != NULL ? srv_state_find_user_by_key (state, key) : NULL;
}

/**
 * srv_state_find_channel:
 * @name: of a room, in any case
 *
 * Returns: (transfer none) (nullable): the room, if anybody is in it.
 */
SrvChannel *
srv_state_find_channel (const SrvState *state, const char *name)
{
  return sal_name_look_up (state->channels, name);
}

/**
 * srv_state_find_membership:
 *
 * Returns: (transfer none) (nullable): what @user is in @channel.
 */
SrvMembership *
srv_state_find_membership (const SrvUser *user, const SrvChannel *channel)
{
  for (guint i = 0; i < user->n_memberships; i++)
    {
      SrvMembership *membership = srv_user_get_membership (user, i);

      if (membership->channel == channel)
        return membership;
    }
  return NULL;
}

/**
 * srv_state_find_membership_by_name:
 * @room: as it is written
 *
 * Returns: (transfer none) (nullable): what @user is in @room; much faster than looking the
 * room up, for those who are in it.
 */
SrvMembership *
srv_state_find_membership_by_name (const SrvUser *user, const char *room)
{
  for (guint i = 0; i < user->n_memberships; i++)
    {
      SrvMembership *membership = srv_user_get_membership (user, i);

      if (strcmp (membership->channel->name, room) == 0)
        return membership;
    }
  return NULL;
}

/**
 * srv_state_find_in_room:
 * @room: in any case
 *
 * Returns: (transfer none) (nullable): what @user is in @room, if they are there.
 */
SrvMembership *
srv_state_find_in_room (const SrvState *state, const SrvUser *user, const char *room)
{
  SrvMembership *membership = srv_state_find_membership_by_name (user, room);
  const SrvChannel *channel = NULL;

  if (membership != NULL)
    return membership;
  channel = srv_state_find_channel (state, room);
  return channel != NULL ? srv_state_find_membership (user, channel) : NULL;
}

/**
 * srv_state_is_invited:
 */
gboolean
srv_state_is_invited (const SrvUser *user, const SrvChannel *channel)
{
  return user->extra != NULL && user->extra->invited != NULL &&
         g_hash_table_contains (user->extra->invited, channel);
}

/**
 * srv_state_share_channel:
 *
 * Returns: whether there is a room that both are in.
 */
gboolean
srv_state_share_channel (const SrvUser *a, const SrvUser *b)
{
  for (guint i = 0; i < a->n_memberships; i++)
    if (srv_state_find_membership (b, srv_user_get_membership (a, i)->channel) != NULL)
      return TRUE;
  return FALSE;
}

/**
 * srv_user_party:
 *
 * Returns: (transfer full): as whom @user takes part in conversations between two: who has an
 * account under that, for ever; others for as long as they are here, so that nobody reads what
 * somebody else of the same name has said.
 */
char *
srv_user_party (const SrvUser *user)
{
  g_autofree char *key = user->who->account != NULL ? sal_name_key (user->who->account) : NULL;
  const char *token = NULL;

  if (key != NULL)
    return g_strconcat ("=", key, NULL);
  token = srv_person_get_token (user->who);
  return token != NULL ? g_strconcat ("~", token, NULL)
                       : g_strconcat ("~p", srv_person_get_key (user->who), NULL);
}

/**
 * srv_user_conversation:
 *
 * Returns: (transfer full): the name under which the log keeps what @a and @b say to each
 * other; no room is called so.
 */
char *
srv_user_conversation (const SrvUser *a, const SrvUser *b)
{
  g_autofree char *one = srv_user_party (a);
  g_autofree char *other = srv_user_party (b);

  return strcmp (one, other) < 0 ? g_strconcat ("@", one, ",", other, NULL)
                                 : g_strconcat ("@", other, ",", one, NULL);
}

/**
 * srv_state_foreach_user:
 *
 * Calls @func with @data for everybody, in no order.
 */
void
srv_state_foreach_user (const SrvState *state, void (*func) (SrvUser *, gpointer), gpointer data)
{
  GHashTableIter iter;
  gpointer user = NULL;

  g_hash_table_iter_init (&iter, state->users);
  while (g_hash_table_iter_next (&iter, &user, NULL))
    func (user, data);
}

/**
 * srv_state_foreach_channel:
 *
 * Calls @func with @data for every room, in no order.
 */
void
srv_state_foreach_channel (const SrvState *state,
                           void (*func) (SrvChannel *, gpointer),
                           gpointer data)
{
  GHashTableIter iter;
  gpointer channel = NULL;

  g_hash_table_iter_init (&iter, state->channels);
  while (g_hash_table_iter_next (&iter, NULL, &channel))
    func (channel, data);
}

/**
 * srv_state_count_users:
 */
guint
srv_state_count_users (const SrvState *state)
{
  return g_hash_table_size (state->users);
}

/**
 * srv_state_count_mode:
 * @mode: %SRV_UMODE_INVISIBLE or %SRV_UMODE_OPERATOR
 *
 * Whoever registers in IRC is told, so nobody is counted for that.
 *
 * Returns: how many people have that mode.
 */
guint
srv_state_count_mode (const SrvState *state, guint mode)
{
  return mode == SRV_UMODE_OPERATOR ? state->operators : state->invisible;
}

/**
 * srv_state_count_channels:
 */
guint
srv_state_count_channels (const SrvState *state)
{
  return g_hash_table_size (state->channels);
}

/* What happens. */

static guint32
to_seconds (gint64 time_us)
{
  return (guint32) (time_us / G_USEC_PER_SEC);
}

static SrvUser *
add_user (SrvState *state, const SrvEntry *entry)
{
  SrvUser *user = g_new0 (SrvUser, 1);

  user->id = entry->origin.connection;
  user->who = entry->who != NULL ? srv_person_ref (entry->who) : srv_entry_make_person (entry);
  user->since_s = to_seconds (entry->time_us);
  /* They may take back what they said under this name; in plain nobody can. */
  if (user->who->irc)
    extra_of (user)->named_us = entry->time_us;
  g_hash_table_add (state->users, user);
  g_hash_table_add (state->names, user);
  return user;
}

static SrvChannel *
channel_of (SrvState *state, const SrvEntry *entry)
{
  SrvChannel *channel = srv_state_find_channel (state, entry->room);
  g_autofree char *key = NULL;

  if (channel != NULL)
    return channel;
  channel = g_new0 (SrvChannel, 1);
  channel->name = g_strdup (entry->room);
  key = sal_name_key (entry->room);
  channel->key = g_str_equal (key, channel->name) ? channel->name : g_steal_pointer (&key);
  channel->members = g_ptr_array_new ();
  channel->modes = SRV_MODES_DEFAULT;
  channel->created_us = entry->time_us;
  g_hash_table_insert (state->channels, channel->key, channel);
  return channel;
}

/* Invitations are known at both ends, so that they go with whichever end goes first: who is
 * invited into room after room must not take memory for ever. */

static void
invite (SrvUser *user, SrvChannel *channel)
{
  SrvUserExtra *extra = extra_of (user);

  if (extra->invited == NULL)
    extra->invited = g_hash_table_new (NULL, NULL);
  if (channel->invited == NULL)
    channel->invited = g_hash_table_new (NULL, NULL);
  g_hash_table_add (extra->invited, channel);
  g_hash_table_add (channel->invited, user);
}

static void
drop_invitation (SrvUser *user, SrvChannel *channel)
{
  g_hash_table_remove (user->extra->invited, channel);
  if (g_hash_table_size (user->extra->invited) > 0)
    return;
  g_clear_pointer (&user->extra->invited, g_hash_table_unref);
  forget_extra (user);
}

static void
uninvite (SrvUser *user, SrvChannel *channel)
{
  if (!srv_state_is_invited (user, channel))
    return;
  drop_invitation (user, channel);
  g_hash_table_remove (channel->invited, user);
}

static void
remove_channel (SrvState *state, SrvChannel *channel)
{
  GHashTableIter iter;
  gpointer user = NULL;

  if (channel->invited != NULL)
    {
      g_hash_table_iter_init (&iter, channel->invited);
      while (g_hash_table_iter_next (&iter, &user, NULL))
        drop_invitation (user, channel);
    }
  g_hash_table_remove (state->channels, channel->key);
}

static void
remove_membership (SrvState *state, SrvMembership *membership)
{
  SrvChannel *channel = membership->channel;
  SrvUser *user = membership->user;

  g_ptr_array_remove_index_fast (channel->members, membership->index);
  if (membership->index < channel->members->len)
    ((SrvMembership *) channel->members->pdata[membership->index])->index = membership->index;
  drop_membership (user, membership);
  if (channel->members->len == 0)
    remove_channel (state, channel);
}

/* Counts @user in, or out with -1. */
static void
count_modes (SrvState *state, const SrvUser *user, int change)
{
  if (user->modes & SRV_UMODE_INVISIBLE)
    state->invisible += (guint) change;
  if (user->modes & SRV_UMODE_OPERATOR)
    state->operators += (guint) change;
}

static void
remove_user (SrvState *state, SrvUser *user)
{
  GHashTableIter iter;
  gpointer channel = NULL;

  if (user->extra != NULL && user->extra->invited != NULL)
    {
      g_hash_table_iter_init (&iter, user->extra->invited);
      while (g_hash_table_iter_next (&iter, &channel, NULL))
        g_hash_table_remove (((SrvChannel *) channel)->invited, user);
      g_clear_pointer (&user->extra->invited, g_hash_table_unref);
    }
  while (user->n_memberships > 0)
    remove_membership (state, srv_user_get_membership (user, user->n_memberships - 1u));
  count_modes (state, user, -1);
  if (g_hash_table_lookup (state->names, user) == user)
    g_hash_table_remove (state->names, user);
  g_hash_table_remove (state->users, user);
}

static void
apply_join (SrvState *state, const SrvEntry *entry)
{
  SrvUser *user = srv_state_get_user (state, entry->origin.connection);
  SrvChannel *channel = channel_of (state, entry);
  SrvMembership *membership = NULL;

  if (user == NULL)
    user = add_user (state, entry);
  uninvite (user, channel);
  if (srv_state_find_membership (user, channel) != NULL)
    return;
  membership = add_membership (user);
  *membership = (SrvMembership){ user, channel, channel->members->len, entry->rank };
  g_ptr_array_add (channel->members, membership);
}

static void
apply_leave (SrvState *state, const SrvEntry *entry, guint64 id)
{
  SrvUser *user = srv_state_get_user (state, id);
  SrvMembership *membership =
      user != NULL ? srv_state_find_in_room (state, user, entry->room) : NULL;

  if (membership != NULL)
    remove_membership (state, membership);
  if (user != NULL && entry->final)
    remove_user (state, user);
}

/* They are as @fields say from now on. */
static void
change_person (SrvUser *user, const SrvPersonFields *fields)
{
  SrvPerson *before = user->who;

  user->who = srv_person_new (fields);
  srv_person_unref (before);
}

static void
apply_nick (SrvState *state, const SrvEntry *entry)
{
  SrvUser *user = srv_state_get_user (state, entry->origin.connection);
  g_autofree char *key = NULL;
  SrvPersonFields fields;

  if (user == NULL || g_str_equal (user->who->name, entry->target))
    return;
  key = sal_name_key (entry->target);
  if (!g_str_equal (srv_person_get_key (user->who), key))
    extra_of (user)->named_us = entry->time_us;
  fields = srv_person_fields (user->who);
  fields.name = entry->target;
  g_hash_table_remove (state->names, user);
  change_person (user, &fields);
  g_hash_table_add (state->names, user);
}

static void
apply_topic (SrvState *state, const SrvEntry *entry)
{
  SrvChannel *channel = srv_state_find_channel (state, entry->room);
  const char *set = srv_entry_get_times (entry);
  gint64 set_us = set != NULL ? g_ascii_strtoll (set, NULL, 10) : 0;

  if (channel == NULL)
    return;
  g_clear_pointer (&channel->topic, g_free);
  if (*entry->text != '\0')
    channel->topic = g_strdup (entry->text);
  g_free (channel->topic_by);
  channel->topic_by = entry->host != NULL ? g_strconcat (entry->name, "!", entry->host, NULL)
                                          : g_strdup (entry->name);
  channel->topic_us = set_us > 0 ? set_us : entry->time_us;
}

static void
apply_invite (SrvState *state, const SrvEntry *entry)
{
  SrvUser *user = srv_state_get_user (state, entry->about);
  SrvChannel *channel = srv_state_find_channel (state, entry->room);

  if (user != NULL && channel != NULL)
    invite (user, channel);
}

/* What is about a person, wherever they are. */
static void
apply_to_user (SrvState *state, SrvUser *user, const SrvEntry *entry)
{
  SrvPersonFields fields = srv_person_fields (user->who);

  switch (entry->kind)
    {
    case SRV_ENTRY_AWAY:
      if (entry->text == NULL && user->extra == NULL)
        break;
      g_free (extra_of (user)->away);
      user->extra->away = g_strdup (entry->text);
      forget_extra (user);
      break;
    case SRV_ENTRY_ACCOUNT:
      fields.account = entry->account;
      change_person (user, &fields);
      break;
    case SRV_ENTRY_SETNAME:
      fields.real_name = entry->text;
      change_person (user, &fields);
      break;
    case SRV_ENTRY_CHGHOST:
      fields.host = entry->target;
      change_person (user, &fields);
      break;
    case SRV_ENTRY_UMODE:
      count_modes (state, user, -1);
      srv_umodes_apply (user, entry->text);
      count_modes (state, user, +1);
      break;
    default:
      break;
    }
}

/**
 * srv_state_note_said:
 * @entry: something that was said; that somebody types is nothing said
 */
void
srv_state_note_said (SrvState *state, const SrvEntry *entry)
{
  SrvUser *user =
      entry->kind != SRV_ENTRY_TAGMSG ? srv_state_get_user (state, entry->origin.connection) : NULL;

  if (user != NULL)
    user->spoke_s = to_seconds (entry->time_us);
}

/**
 * srv_state_apply:
 * @entry: has happened; the next one of the log; it may be kept
 *
 * Entries that are denied, void or refused change nothing.
 */
void
srv_state_apply (SrvState *state, const SrvEntry *entry)
{
  guint64 id = entry->about != 0 ? entry->about : entry->origin.connection;
  SrvUser *user = NULL;
  SrvChannel *channel = NULL;

  if (!srv_entry_holds (entry))
    return;
  switch (entry->kind)
    {
    case SRV_ENTRY_CONNECT:
      if (srv_state_get_user (state, id) == NULL)
        (void) add_user (state, entry);
      break;
    case SRV_ENTRY_JOIN:
      apply_join (state, entry);
      break;
    case SRV_ENTRY_LEAVE:
    case SRV_ENTRY_QUIT:
    case SRV_ENTRY_KICK:
      apply_leave (state, entry, id);
      break;
    case SRV_ENTRY_NICK:
      apply_nick (state, entry);
      break;
    case SRV_ENTRY_TOPIC:
      apply_topic (state, entry);
      break;
    case SRV_ENTRY_MODE:
      channel = srv_state_find_channel (state, entry->room);
      if (channel != NULL)
        srv_modes_apply (state, channel, entry);
      break;
    case SRV_ENTRY_INVITE:
      apply_invite (state, entry);
      break;
    default:
      user = srv_state_get_user (state, id);
      if (user != NULL && !srv_entry_is_said (entry))
        apply_to_user (state, user, entry);
      break;
    }
}
