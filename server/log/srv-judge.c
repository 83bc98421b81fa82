/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The judge of what is asked of the log: who gets a name, who may come in, speak, and change
 * a room. It sees requests in the order of the log and keeps a state of its own, so its
 * verdict holds whatever a worker has heard of yet. One request becomes one entry or more;
 * all but the last have %SRV_ENTRY_FLAG_MORE.
 *
 * The log's thread only. Changes of modes are judged in srv-judge-modes.c, rooms that belong
 * to somebody are in srv-judge-rooms.c. What is left is one piece: a request of any kind is
 * judged by the same few helpers, and each kind is some lines.
 */
#include "config.h"

#include "server/log/srv-judge.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-irc-numeric.h"
#include "common/proto/sal-name.h"
#include "server/log/srv-judge-private.h"
#include "server/state/srv-modes.h"

static gboolean
is_held (const char *key, gpointer data)
{
  const SrvJudge *judge = data;

  return g_hash_table_contains (judge->reserved_names, key) ||
         srv_state_find_user_by_key (judge->state, key) != NULL;
}

static gboolean
may_use (const char *name, gpointer data)
{
  const SrvJudge *judge = data;

  return judge->owners == NULL || judge->owners->may_use (name, judge->account, judge->owners_data);
}

static const SrvClaimsHost claims_host = { .is_held = is_held, .may_use = may_use };

/**
 * srv_judge_new:
 * @host: (transfer none): called with @data
 */
SrvJudge *
srv_judge_new (const SrvJudgeHost *host, gpointer data)
{
  SrvJudge *judge = g_new0 (SrvJudge, 1);

  judge->host = host;
  judge->data = data;
  judge->state = srv_state_new ();
  judge->claims = srv_claims_new (&claims_host, judge);
  judge->reserved_names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  judge->reserved_rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  judge->founders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return judge;
}

/**
 * srv_judge_free:
 * @judge: (nullable) (transfer full)
 */
void
srv_judge_free (SrvJudge *judge)
{
  if (judge == NULL)
    return;
  srv_state_free (judge->state);
  srv_claims_free (judge->claims);
  g_hash_table_unref (judge->reserved_names);
  g_hash_table_unref (judge->reserved_rooms);
  g_hash_table_unref (judge->founders);
  g_free (judge);
}

/**
 * srv_judge_reserve:
 *
 * Nobody gets @name.
 */
void
srv_judge_reserve (SrvJudge *judge, const char *name)
{
  g_hash_table_add (judge->reserved_names, sal_name_key (name));
}

/**
 * srv_judge_reserve_room:
 *
 * @room is the server's own: nobody becomes its operator by coming first.
 */
void
srv_judge_reserve_room (SrvJudge *judge, const char *room)
{
  g_hash_table_add (judge->reserved_rooms, sal_name_key (room));
}

/**
 * srv_judge_set_owners:
 * @owners: (transfer none): asked with @data
 *
 * From now on names and rooms can belong to somebody.
 */
void
srv_judge_set_owners (SrvJudge *judge, const SrvOwners *owners, gpointer data)
{
  judge->owners = owners;
  judge->owners_data = data;
}

/* Verdicts. */

/**
 * srv_verdict_give:
 * @entry: (transfer full): judged; goes into the state, and to everybody
 */
void
srv_verdict_give (Verdict *verdict, SrvEntry *entry)
{
  const SrvJudge *judge = verdict->judge;

  entry->group = judge->groups;
  if (judge->host->clock != NULL && entry->status != SRV_ENTRY_KNOWN)
    entry->time_us = judge->host->clock (judge->data);
  if (srv_entry_holds (entry))
    srv_state_apply (verdict->judge->state, entry);
  g_ptr_array_add (verdict->judged, entry);
}

static SrvEntry *
to_poster (const Verdict *verdict, SrvEntryStatus status)
{
  SrvEntry *entry = srv_entry_new_from (verdict->asked);

  entry->status = (guint8) status;
  return entry;
}

/**
 * srv_verdict_deny:
 * @code: a numeric of IRC
 *
 * Against the rules.
 */
void
srv_verdict_deny (Verdict *verdict, guint code)
{
  SrvEntry *entry = to_poster (verdict, SRV_ENTRY_DENIED);

  entry->code = (guint16) code;
  srv_verdict_give (verdict, entry);
}

/**
 * srv_verdict_deny_target:
 * @target: what the numeric @code names
 */
void
srv_verdict_deny_target (Verdict *verdict, guint code, const char *target)
{
  SrvEntry fields = *verdict->asked;
  SrvEntry *entry = NULL;

  fields.target = target;
  entry = srv_entry_new_from (&fields);
  entry->status = SRV_ENTRY_DENIED;
  entry->code = (guint16) code;
  srv_verdict_give (verdict, entry);
}

/**
 * srv_verdict_void:
 *
 * It is so already.
 */
void
srv_verdict_void (Verdict *verdict)
{
  srv_verdict_give (verdict, to_poster (verdict, SRV_ENTRY_VOID));
}

/* Whose entry it is; it shares their strings. */
static void
set_person (SrvEntry *fields, SrvPerson *who)
{
  fields->who = who;
  fields->name = who->name;
  fields->host = who->host;
  fields->address = who->address;
  fields->account = who->account;
}

/**
 * srv_verdict_new:
 * @channel: (nullable)
 *
 * Returns: (transfer full): what was asked, with everything that is known of who asked for it
 * as it is now.
 */
SrvEntry *
srv_verdict_new (const Verdict *verdict, const SrvChannel *channel)
{
  SrvEntry fields = *verdict->asked;
  const SrvUser *user = verdict->user;

  if (user != NULL)
    {
      set_person (&fields, user->who);
      if (user->modes & SRV_UMODE_BOT)
        fields.flags |= SRV_ENTRY_FLAG_BOT;
    }
  if (channel != NULL)
    fields.room = channel->name;
  fields.status = SRV_ENTRY_COMMITTED;
  return srv_entry_new_from (&fields);
}

/* Returns an entry like @fields instead of @entry, which goes only when that is made: its
 * strings may be among the fields. */
static SrvEntry *
replace_entry (SrvEntry *entry, const SrvEntry *fields)
{
  SrvEntry *made = srv_entry_new_from (fields);

  srv_entry_unref (entry);
  return made;
}

static gboolean
is_operator (const Verdict *verdict, const SrvChannel *channel)
{
  const SrvMembership *membership =
      verdict->user != NULL ? srv_state_find_membership (verdict->user, channel) : NULL;

  return (verdict->asked->flags & SRV_ENTRY_FLAG_SERVER) ||
         (verdict->user != NULL && (verdict->user->modes & SRV_UMODES_GIVEN)) ||
         (membership != NULL && (membership->rank & SRV_RANK_OPERATOR));
}

/**
 * srv_verdict_may_change:
 *
 * Denies if who asks is not in @channel or not its operator.
 */
gboolean
srv_verdict_may_change (Verdict *verdict, const SrvChannel *channel)
{
  if (is_operator (verdict, channel))
    return TRUE;
  srv_verdict_deny (verdict, srv_state_find_membership (verdict->user, channel) == NULL
                                 ? ERR_NOTONCHANNEL
                                 : ERR_CHANOPRIVSNEEDED);
  return FALSE;
}

/* Saying something. */

static guint
may_speak (const Verdict *verdict, const SrvChannel *channel, const SrvMembership *membership)
{
  const SrvEntry *entry = verdict->asked;
  guint rank = membership != NULL ? membership->rank : 0;

  if (membership == NULL && (channel->modes & SRV_MODE_NO_OUTSIDE))
    return ERR_CANNOTSENDTOCHAN;
  if (channel->modes & SRV_MODE_NO_CTCP && entry->kind != SRV_ENTRY_ACTION && entry->text != NULL &&
      entry->text[0] == '\001')
    return ERR_CANNOTSENDTOCHAN;
  if (rank > 0)
    return 0;
  if ((channel->modes & SRV_MODE_MODERATED) ||
      (srv_modes_list_matches (channel, SRV_LIST_BAN, verdict->user) &&
       !srv_modes_list_matches (channel, SRV_LIST_EXCEPTION, verdict->user)))
    return ERR_CANNOTSENDTOCHAN;
  return 0;
}

/* What was posted with the same nonce before is not said again; nor if it was taken back since. */
static gboolean
is_known (Verdict *verdict, const char *room)
{
  SrvJudge *judge = verdict->judge;
  SrvEntry *before = NULL;

  if (verdict->asked->nonce == NULL || judge->host->find_nonce == NULL)
    return FALSE;
  before = judge->host->find_nonce (room, verdict->asked->nonce, judge->data);
  if (before == NULL)
    return FALSE;
  if (g_strcmp0 (before->name, verdict->user->who->name) == 0 ||
      (before->account != NULL && g_strcmp0 (before->account, verdict->user->who->account) == 0))
    {
      SrvEntry fields = *before;

      if (before->kind == SRV_ENTRY_REDACTED)
        {
          srv_verdict_deny (verdict, SRV_DENIED_TAKEN_BACK);
          srv_entry_unref (before);
          return TRUE;
        }
      fields.origin = verdict->asked->origin;
      fields.label = verdict->asked->label;
      fields.status = SRV_ENTRY_KNOWN;
      srv_verdict_give (verdict, srv_entry_new_from (&fields));
      srv_entry_unref (before);
      return TRUE;
    }
  srv_entry_unref (before);
  return FALSE;
}

/* The entry as it was posted, where the poster knew everything about themselves. Copies are
 * what a message costs most here. @target: (nullable): whom it is for alone, as they write their name:
 * their client may not know what else is the same. */
static SrvEntry *
said_entry (Verdict *verdict, const char *room, const char *target)
{
  SrvEntry *asked = verdict->asked;
  const SrvUser *user = verdict->user;

  if (strcmp (asked->name, user->who->name) == 0 && g_strcmp0 (asked->host, user->who->host) == 0 &&
      g_strcmp0 (asked->account, user->who->account) == 0 && strcmp (asked->room, room) == 0 &&
      g_strcmp0 (asked->target, target) == 0)
    {
      asked->status = SRV_ENTRY_COMMITTED;
      if (user->modes & SRV_UMODE_BOT)
        asked->flags |= SRV_ENTRY_FLAG_BOT;
      return srv_entry_ref (asked);
    }
  else
    {
      SrvEntry fields = *asked;
      SrvEntry *entry = NULL;

      fields.room = room;
      fields.target = target;
      verdict->asked = &fields;
      entry = srv_verdict_new (verdict, NULL);
      verdict->asked = asked;
      return entry;
    }
}

static void
judge_private (Verdict *verdict)
{
  SrvUser *target = srv_state_find_user (verdict->judge->state, verdict->asked->target);
  g_autofree char *room = NULL;
  SrvEntry *entry = NULL;

  if (target == NULL)
    {
      srv_verdict_deny (verdict, ERR_NOSUCHNICK);
      return;
    }
  room = srv_user_conversation (verdict->user, target);
  if (is_known (verdict, room))
    return;
  entry = said_entry (verdict, room, target->who->name);
  entry->about = target->id;
  srv_verdict_give (verdict, entry);
}

static void
judge_said (Verdict *verdict)
{
  SrvEntry *asked = verdict->asked;
  SrvMembership *membership = NULL;
  SrvChannel *channel = NULL;
  guint code = 0;

  if (asked->flags & SRV_ENTRY_FLAG_SERVER || asked->origin.connection == 0)
    {
      asked->status = SRV_ENTRY_COMMITTED;
      srv_verdict_give (verdict, srv_entry_ref (asked));
      return;
    }
  if (verdict->user == NULL)
    {
      srv_verdict_deny (verdict, ERR_NOTREGISTERED);
      return;
    }
  if (asked->target != NULL)
    {
      judge_private (verdict);
      return;
    }
  membership = srv_state_find_membership_by_name (verdict->user, asked->room);
  channel = membership != NULL ? membership->channel
                               : srv_state_find_channel (verdict->judge->state, asked->room);
  if (channel != NULL && membership == NULL)
    membership = srv_state_find_membership (verdict->user, channel);
  code = channel != NULL ? may_speak (verdict, channel, membership) : ERR_NOSUCHCHANNEL;
  if (code != 0)
    srv_verdict_deny (verdict, code);
  else if (!is_known (verdict, channel->name))
    srv_verdict_give (verdict, said_entry (verdict, channel->name, NULL));
}

/* Whether @said was said in @room. The log calls a room as it was first called, whoever has come
 * into it since. */
static gboolean
was_said_in (const SrvEntry *said, const char *room)
{
  return srv_entry_is_said (said) && sal_name_is_same (said->room, room);
}

/* Whether @said is their own. Without an account somebody is their name, for as long as they hold
 * it: whoever takes it later, perhaps behind the same address, is somebody else. */
static gboolean
is_own (const SrvUser *user, const SrvEntry *said)
{
  if (said->account != NULL)
    return user->who->account != NULL && g_str_equal (user->who->account, said->account);
  return sal_name_is_same (said->name, user->who->name) && said->time_us > srv_user_named_us (user);
}

/* Who may take back what was said: who said it, and the room's operators. */
static void
judge_redact (Verdict *verdict)
{
  SrvJudge *judge = verdict->judge;
  const SrvUser *user = verdict->user;
  g_autoptr (SrvEntry) said =
      judge->host->find != NULL ? judge->host->find (verdict->asked->number, judge->data) : NULL;
  g_autofree char *conversation = NULL;
  SrvChannel *channel = NULL;
  SrvUser *target = NULL;
  SrvEntry *entry = NULL;

  if (verdict->asked->target != NULL)
    {
      target = srv_state_find_user (judge->state, verdict->asked->target);
      conversation = target != NULL ? srv_user_conversation (user, target) : NULL;
    }
  else
    channel = srv_state_find_channel (judge->state, verdict->asked->room);
  if (channel == NULL && target == NULL)
    {
      srv_verdict_deny (verdict, ERR_NOSUCHCHANNEL);
      return;
    }
  if (channel != NULL && srv_state_find_membership (user, channel) == NULL)
    {
      srv_verdict_deny (verdict, ERR_NOTONCHANNEL);
      return;
    }
  if (said == NULL || !was_said_in (said, channel != NULL ? channel->name : conversation))
    {
      srv_verdict_deny (verdict, ERR_UNKNOWNERROR);
      return;
    }
  if (!is_own (user, said) && (channel == NULL || !is_operator (verdict, channel)))
    {
      srv_verdict_deny (verdict, ERR_CHANOPRIVSNEEDED);
      return;
    }
  entry = srv_verdict_new (verdict, channel);
  if (target != NULL)
    {
      SrvEntry fields = *entry;

      fields.room = conversation;
      fields.about = target->id;
      entry = replace_entry (entry, &fields);
    }
  srv_verdict_give (verdict, entry);
}

/* Coming and going. */

/* Whether what was asked says of who asks, and of @room, what is known of them, and no more; then
 * it needs no copy. */
static gboolean
is_as_known (const Verdict *verdict, const char *room)
{
  const SrvEntry *asked = verdict->asked;
  const SrvPerson *who = verdict->user->who;

  return asked->who == who && asked->name == who->name && asked->host == who->host &&
         asked->address == who->address && asked->account == who->account &&
         !(verdict->user->modes & SRV_UMODE_BOT) && strcmp (asked->room, room) == 0;
}

static SrvEntry *
as_asked (const Verdict *verdict)
{
  verdict->asked->status = SRV_ENTRY_COMMITTED;
  return srv_entry_ref (verdict->asked);
}

/**
 * srv_judge_may_join:
 *
 * Returns: 0, or as which numeric of IRC the rules of @channel keep @user out.
 */
guint
srv_judge_may_join (const Verdict *verdict, const SrvUser *user, const SrvChannel *channel)
{
  gboolean invited = srv_state_is_invited (user, channel);

  if (verdict->asked->flags & SRV_ENTRY_FLAG_SERVER || invited ||
      srv_judge_is_founder (verdict->judge, channel->key, user->who->account))
    return 0;
  if (channel->password != NULL && g_strcmp0 (verdict->asked->text, channel->password) != 0)
    return ERR_BADCHANNELKEY;
  if ((channel->modes & SRV_MODE_INVITE_ONLY) &&
      !srv_modes_list_matches (channel, SRV_LIST_INVITATION, user))
    return ERR_INVITEONLYCHAN;
  if (srv_modes_list_matches (channel, SRV_LIST_BAN, user) &&
      !srv_modes_list_matches (channel, SRV_LIST_EXCEPTION, user))
    return ERR_BANNEDFROMCHAN;
  if ((channel->modes & SRV_MODE_REGISTERED) && user->who->account == NULL)
    return SRV_DENIED_NOT_LOGGED_IN;
  if (channel->limit > 0 && channel->members->len >= channel->limit)
    return ERR_CHANNELISFULL;
  return 0;
}

/* Somebody who introduces themselves by coming in, as on the plain port: @newcomer is who they
 * will be if they are let in. Returns FALSE if all names like theirs belong to somebody else. */
static gboolean
introduce (Verdict *verdict, SrvUser *newcomer)
{
  const SrvEntry *asked = verdict->asked;
  g_autofree char *nick = sal_irc_nickname_from_name (asked->name);
  g_autofree char *name = NULL;

  verdict->judge->account = NULL;
  name = srv_claims_name (verdict->judge->claims, nick);
  if (name == NULL)
    return FALSE;
  *newcomer = (SrvUser){
    .id = asked->origin.connection,
    .who = srv_person_new (
        &(SrvPersonFields){ .name = name, .address = asked->address, .host = asked->host }),
  };
  verdict->user = newcomer;
  return TRUE;
}

static SrvEntry *
joined (const Verdict *verdict, const char *room)
{
  SrvEntry fields = *verdict->asked;
  const SrvUser *user = verdict->user;

  if (fields.text == NULL && is_as_known (verdict, room))
    return as_asked (verdict);
  set_person (&fields, user->who);
  if (user->modes & SRV_UMODE_BOT)
    fields.flags |= SRV_ENTRY_FLAG_BOT;
  fields.status = SRV_ENTRY_COMMITTED;
  fields.room = room;
  fields.text = NULL; /* the key is nobody's business */
  return srv_entry_new_from (&fields);
}

/* As which numeric the rules keep out who wants to enter @channel, or @owned, where nobody is. */
static guint
may_come_in (const Verdict *verdict, const SrvChannel *channel, const SrvOwnedRoom *owned)
{
  if (verdict->user->n_memberships >= SAL_ROOMS_PER_PERSON)
    return ERR_TOOMANYCHANNELS;
  if (channel != NULL)
    return srv_judge_may_join (verdict, verdict->user, channel);
  return owned != NULL ? srv_judge_may_enter (verdict, owned) : 0;
}

static void
come_in (Verdict *verdict)
{
  SrvJudge *judge = verdict->judge;
  SrvChannel *channel = srv_state_find_channel (judge->state, verdict->asked->room);
  g_autofree char *key = NULL;
  g_autoptr (SrvOwnedRoom) owned = NULL;
  SrvEntry *entry = NULL;
  guint code = 0;

  if (channel != NULL && srv_state_find_membership (verdict->user, channel) != NULL)
    {
      srv_verdict_void (verdict);
      return;
    }
  if (channel == NULL)
    {
      key = sal_name_key (verdict->asked->room);
      owned = srv_judge_find_room (judge, verdict->asked->room);
      srv_judge_note_room (judge, key, owned);
    }
  code = may_come_in (verdict, channel, owned);
  if (code != 0)
    {
      srv_verdict_deny (verdict, code);
      return;
    }
  entry = joined (verdict, channel != NULL ? channel->name
                           : owned != NULL ? owned->name
                                           : verdict->asked->room);
  if (channel == NULL)
    {
      entry->flags |= SRV_ENTRY_FLAG_CREATED;
      if (owned != NULL
              ? srv_judge_is_founder (judge, key, verdict->user->who->account)
              : verdict->user->who->irc && !g_hash_table_contains (judge->reserved_rooms, key))
        entry->rank = SRV_RANK_OPERATOR;
    }
  srv_verdict_give (verdict, entry);
  verdict->user = srv_state_get_user (judge->state, verdict->asked->origin.connection);
  if (owned != NULL)
    srv_judge_wake_room (verdict, owned);
  else if (channel != NULL)
    srv_judge_greet_founder (verdict, channel);
}

static void
judge_join (Verdict *verdict)
{
  SrvJudge *judge = verdict->judge;
  SrvUser newcomer = { 0 };

  /* Who was put out after they had asked does not come back as somebody new. */
  if (verdict->user == NULL && !(verdict->asked->flags & SRV_ENTRY_FLAG_FIRST))
    {
      srv_verdict_deny (verdict, ERR_NOTREGISTERED);
      return;
    }
  if (verdict->user == NULL && !introduce (verdict, &newcomer))
    {
      srv_verdict_deny (verdict, SRV_DENIED_NAME_RESERVED);
      return;
    }
  come_in (verdict);
  if (verdict->user == &newcomer) /* who was not let in is nobody */
    srv_claims_release (judge->claims, newcomer.who->name);
  srv_person_unref (newcomer.who);
}

/* A leave of the server becomes one of each room, the last of them final. */
static void
quit (Verdict *verdict, SrvUser *user, guint flags)
{
  SrvEntry fields = *verdict->asked;
  g_autoptr (SrvPerson) who = srv_person_ref (user->who);
  guint64 id = user->id;

  fields.kind = SRV_ENTRY_QUIT;
  set_person (&fields, who);
  fields.about = id == fields.origin.connection ? 0 : id;
  fields.flags |= (guint8) flags;
  fields.status = SRV_ENTRY_COMMITTED;
  fields.target = NULL;
  for (;;)
    {
      SrvMembership *membership =
          user->n_memberships > 0 ? srv_user_get_membership (user, 0) : NULL;
      SrvEntry *entry = NULL;

      fields.room = membership != NULL ? membership->channel->name : "";
      fields.final = user->n_memberships <= 1;
      if (!who->irc && fields.room[0] != '\0')
        fields.kind = SRV_ENTRY_LEAVE; /* plain people leave in one way */
      entry = srv_entry_new_from (&fields);
      if (fields.final)
        {
          srv_verdict_give (verdict, entry);
          break;
        }
      entry->flags |= SRV_ENTRY_FLAG_MORE;
      srv_verdict_give (verdict, entry);
    }
  srv_claims_release (verdict->judge->claims, who->name);
}

static void
judge_leave (Verdict *verdict)
{
  const SrvState *state = verdict->judge->state;
  const char *room = verdict->asked->room;
  const SrvMembership *membership = NULL;

  if (verdict->user == NULL)
    {
      srv_verdict_void (verdict);
      return;
    }
  if (verdict->asked->final)
    {
      quit (verdict, verdict->user, 0);
      return;
    }
  membership = srv_state_find_in_room (state, verdict->user, room);
  if (membership == NULL)
    srv_verdict_deny (verdict, srv_state_find_channel (state, room) == NULL ? ERR_NOSUCHCHANNEL
                                                                            : ERR_NOTONCHANNEL);
  else if (is_as_known (verdict, membership->channel->name))
    srv_verdict_give (verdict, as_asked (verdict));
  else
    srv_verdict_give (verdict, srv_verdict_new (verdict, membership->channel));
}

static void
judge_kill (Verdict *verdict)
{
  SrvUser *target = srv_state_find_user (verdict->judge->state, verdict->asked->target);

  if (!(verdict->asked->flags & SRV_ENTRY_FLAG_SERVER) &&
      !(verdict->user->modes & SRV_UMODE_OPERATOR))
    srv_verdict_deny (verdict, ERR_NOPRIVILEGES);
  else if (target == NULL)
    srv_verdict_deny (verdict, ERR_NOSUCHNICK);
  else
    quit (verdict, target, SRV_ENTRY_FLAG_PUT_OUT);
}

/* Somebody else holds the name that was asked for, or it is theirs alone. */
static void
deny_name (Verdict *verdict, const char *name)
{
  srv_verdict_deny (verdict,
                    may_use (name, verdict->judge) ? ERR_NICKNAMEINUSE : SRV_DENIED_NAME_RESERVED);
}

/* Whether who asks may have this name and no other, in place of the one they may have. */
static gboolean
may_take (const Verdict *verdict, const char *name)
{
  SrvJudge *judge = verdict->judge;
  g_autofree char *key = sal_name_key (name);
  const SrvUser *mine = verdict->user;

  if (is_held (key, judge) && (mine == NULL || !g_str_equal (srv_person_get_key (mine->who), key)))
    return FALSE;
  return may_use (name, judge);
}

/* Somebody's second connection is numbered, as names are that many want. */
static char *
take_own_name (Verdict *verdict)
{
  const SrvEntry *asked = verdict->asked;
  const SrvUser *holder = srv_state_find_user (verdict->judge->state, asked->name);

  if (holder == NULL || asked->account == NULL || holder->who->account == NULL ||
      !g_str_equal (holder->who->account, asked->account))
    return NULL;
  return srv_claims_name (verdict->judge->claims, asked->name);
}

static void
judge_connect (Verdict *verdict)
{
  SrvEntry fields = *verdict->asked;
  g_autofree char *numbered = NULL;
  g_autoptr (SrvPerson) who = NULL;

  if (verdict->user != NULL)
    {
      srv_verdict_deny (verdict, ERR_ALREADYREGISTERED);
      return;
    }
  verdict->judge->account = fields.account;
  if (!may_take (verdict, fields.name))
    {
      fields.name = numbered = take_own_name (verdict);
      if (numbered == NULL)
        {
          deny_name (verdict, verdict->asked->name);
          return;
        }
    }
  who = srv_entry_make_person (&fields);
  set_person (&fields, who);
  fields.nonce = NULL; /* it is theirs */
  fields.status = SRV_ENTRY_COMMITTED;
  srv_verdict_give (verdict, srv_entry_new_from (&fields));
}

/* Every room that they are in has it in its story. */
static void
judge_nick (Verdict *verdict)
{
  SrvUser *user = verdict->user;
  g_autoptr (GPtrArray) rooms = g_ptr_array_new_with_free_func (g_free);

  if (g_str_equal (user->who->name, verdict->asked->target))
    {
      srv_verdict_void (verdict);
      return;
    }
  verdict->judge->account = user->who->account;
  if (!may_take (verdict, verdict->asked->target))
    {
      deny_name (verdict, verdict->asked->target);
      return;
    }
  if (!sal_name_is_same (user->who->name, verdict->asked->target))
    srv_claims_release (verdict->judge->claims, user->who->name);
  for (guint i = 0; i < user->n_memberships; i++)
    {
      const SrvMembership *membership = srv_user_get_membership (user, i);
      SrvEntry *entry = srv_verdict_new (verdict, membership->channel);

      g_ptr_array_add (rooms, entry);
    }
  if (rooms->len == 0)
    g_ptr_array_add (rooms, srv_verdict_new (verdict, NULL));
  g_ptr_array_set_free_func (rooms, NULL);
  for (guint i = 0; i < rooms->len; i++)
    {
      SrvEntry *entry = rooms->pdata[i];

      if (i + 1 < rooms->len)
        entry->flags |= SRV_ENTRY_FLAG_MORE;
      srv_verdict_give (verdict, entry);
    }
}

/* Rules of a room. */

static void
judge_topic (Verdict *verdict, SrvChannel *channel)
{
  if (!(verdict->asked->flags & SRV_ENTRY_FLAG_SERVER) &&
      srv_state_find_membership (verdict->user, channel) == NULL)
    srv_verdict_deny (verdict, ERR_NOTONCHANNEL);
  else if ((channel->modes & SRV_MODE_TOPIC) && !is_operator (verdict, channel))
    srv_verdict_deny (verdict, ERR_CHANOPRIVSNEEDED);
  else
    {
      srv_verdict_give (verdict, srv_verdict_new (verdict, channel));
      srv_judge_keep_room (verdict->judge, channel);
    }
}

static void
give_about (Verdict *verdict, SrvChannel *channel, const SrvUser *target)
{
  SrvEntry *asked = verdict->asked;
  SrvEntry fields = *asked;
  SrvEntry *entry = NULL;

  fields.target = target->who->name;
  verdict->asked = &fields;
  entry = srv_verdict_new (verdict, channel);
  verdict->asked = asked;
  entry->about = target->id;
  srv_verdict_give (verdict, entry);
}

static void
judge_kick (Verdict *verdict, SrvChannel *channel)
{
  SrvUser *target = srv_state_find_user (verdict->judge->state, verdict->asked->target);

  if (!srv_verdict_may_change (verdict, channel))
    return;
  if (target == NULL)
    srv_verdict_deny (verdict, ERR_NOSUCHNICK);
  else if (srv_state_find_membership (target, channel) == NULL)
    srv_verdict_deny (verdict, ERR_USERNOTINCHANNEL);
  else
    give_about (verdict, channel, target);
}

static void
judge_invite (Verdict *verdict, SrvChannel *channel)
{
  SrvUser *target = srv_state_find_user (verdict->judge->state, verdict->asked->target);

  if (srv_state_find_membership (verdict->user, channel) == NULL)
    srv_verdict_deny (verdict, ERR_NOTONCHANNEL);
  else if (target == NULL)
    srv_verdict_deny (verdict, ERR_NOSUCHNICK);
  else if (srv_state_find_membership (target, channel) != NULL)
    srv_verdict_deny (verdict, ERR_USERONCHANNEL);
  else if ((channel->modes & SRV_MODE_INVITE_ONLY) && !is_operator (verdict, channel))
    srv_verdict_deny (verdict, ERR_CHANOPRIVSNEEDED);
  else
    give_about (verdict, channel, target);
}

static void
judge_in_channel (Verdict *verdict)
{
  SrvChannel *channel = srv_state_find_channel (verdict->judge->state, verdict->asked->room);

  if (channel == NULL)
    srv_verdict_deny (verdict, ERR_NOSUCHCHANNEL);
  else if (verdict->asked->kind == SRV_ENTRY_TOPIC)
    judge_topic (verdict, channel);
  else if (verdict->asked->kind == SRV_ENTRY_KICK)
    judge_kick (verdict, channel);
  else if (verdict->asked->kind == SRV_ENTRY_INVITE)
    judge_invite (verdict, channel);
  else
    srv_judge_modes (verdict, channel);
}

/* Somebody else's host is an operator's to change. */
static void
judge_chghost (Verdict *verdict)
{
  SrvUser *target = srv_state_find_user (verdict->judge->state, verdict->asked->text);
  SrvEntry *entry = NULL;

  if (!(verdict->asked->flags & SRV_ENTRY_FLAG_SERVER) &&
      !(verdict->user->modes & SRV_UMODE_OPERATOR))
    srv_verdict_deny (verdict, ERR_NOPRIVILEGES);
  else if (target == NULL)
    srv_verdict_deny (verdict, ERR_NOSUCHNICK);
  else
    {
      Verdict theirs = *verdict;

      theirs.user = target;
      entry = srv_verdict_new (&theirs, NULL);
      entry->about = target->id;
      srv_verdict_give (verdict, entry);
    }
}

/* Who has read more already is told how far; nobody else has to know. */
static void
judge_mark (Verdict *verdict)
{
  const SrvJudge *judge = verdict->judge;
  const char *account = verdict->user->who->account;
  gint64 asked_us = (gint64) verdict->asked->number;
  gint64 holds_us =
      account != NULL && judge->owners != NULL
          ? judge->owners->mark (account, verdict->asked->target, asked_us, judge->owners_data)
          : 0;
  SrvEntry *entry = NULL;

  if (holds_us == 0)
    {
      srv_verdict_deny (verdict, SRV_DENIED_NOT_LOGGED_IN);
      return;
    }
  entry = srv_verdict_new (verdict, NULL);
  entry->number = (guint64) holds_us;
  entry->status = holds_us == asked_us ? SRV_ENTRY_COMMITTED : SRV_ENTRY_VOID;
  srv_verdict_give (verdict, entry);
}

/* What somebody says of themselves. Who may become an operator was found out before. */
static void
judge_about_self (Verdict *verdict)
{
  /* What the server takes away may come after who had it is gone. */
  if (verdict->user == NULL)
    srv_verdict_void (verdict);
  else if (verdict->asked->kind == SRV_ENTRY_WALLOPS &&
           !(verdict->user->modes & SRV_UMODE_OPERATOR))
    srv_verdict_deny (verdict, ERR_NOPRIVILEGES);
  else
    {
      SrvEntry *entry = srv_verdict_new (verdict, NULL);

      if (entry->kind == SRV_ENTRY_ACCOUNT && entry->account != verdict->asked->account)
        {
          SrvEntry fields = *entry;

          fields.account = verdict->asked->account;
          entry = replace_entry (entry, &fields);
        }
      srv_verdict_give (verdict, entry);
    }
}

/* Whether nobody can ask for it in somebody's place, not even the server. */
static gboolean
needs_somebody (const SrvEntry *asked)
{
  return !(asked->flags & SRV_ENTRY_FLAG_SERVER) || asked->kind == SRV_ENTRY_NICK ||
         asked->kind == SRV_ENTRY_REDACT || asked->kind == SRV_ENTRY_INVITE ||
         asked->kind == SRV_ENTRY_MARK;
}

/**
 * srv_judge_entry:
 * @entry: (transfer full): what is asked
 * @judged: of #SrvEntry; what becomes of it is appended
 */
void
srv_judge_entry (SrvJudge *judge, SrvEntry *entry, GPtrArray *judged)
{
  Verdict verdict = { .judge = judge,
                      .asked = entry,
                      .user = srv_state_get_user (judge->state, entry->origin.connection),
                      .judged = judged };

  judge->groups++;
  if (srv_entry_is_said (entry))
    judge_said (&verdict);
  else if (entry->kind == SRV_ENTRY_JOIN)
    judge_join (&verdict);
  else if (entry->kind == SRV_ENTRY_LEAVE)
    judge_leave (&verdict);
  else if (entry->kind == SRV_ENTRY_CONNECT)
    judge_connect (&verdict);
  else if (verdict.user == NULL && needs_somebody (entry))
    srv_verdict_deny (&verdict, ERR_NOTREGISTERED);
  else
    switch (entry->kind)
      {
      case SRV_ENTRY_NICK:
        judge_nick (&verdict);
        break;
      case SRV_ENTRY_REDACT:
        judge_redact (&verdict);
        break;
      case SRV_ENTRY_KILL:
        judge_kill (&verdict);
        break;
      case SRV_ENTRY_CHGHOST:
        judge_chghost (&verdict);
        break;
      case SRV_ENTRY_MARK:
        judge_mark (&verdict);
        break;
      case SRV_ENTRY_TOPIC:
      case SRV_ENTRY_KICK:
      case SRV_ENTRY_INVITE:
      case SRV_ENTRY_MODE:
        judge_in_channel (&verdict);
        break;
      default:
        judge_about_self (&verdict);
        break;
      }
  srv_entry_unref (entry);
}
