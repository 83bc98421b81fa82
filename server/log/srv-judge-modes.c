/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Judging a change of a room's modes. One request may ask for many changes; each that cannot
 * be made is denied on its own, and what is left becomes one entry.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-line.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-irc-numeric.h"
#include "common/proto/sal-name.h"
#include "server/log/srv-judge-private.h"
#include "server/state/srv-modes.h"

/* A change in the line that is being written: it holds for those after it, although the room is
 * still as it was. */
typedef struct
{
  const SrvModeInfo *info;
  gboolean set;
  char *param; /* (owned) (nullable): as everybody sees it */
  char *key;   /* (owned) (nullable): of whom or what a list or a status is about */
} Pending;

typedef struct
{
  Verdict *verdict;
  SrvChannel *channel;
  GString *letters;
  GString *params;
  GArray *pending; /* of Pending: what letters and params say */
  gboolean given;  /* something has changed */
} Judging;

static void
pending_clear (gpointer data)
{
  Pending *pending = data;

  g_free (pending->param);
  g_free (pending->key);
}

static void
deny_change (Judging *judging, const SrvModeChange *change, guint code)
{
  char letter[2] = { change->letter, '\0' };
  SrvEntry *entry = NULL;

  srv_verdict_deny_target (judging->verdict, code,
                           code == ERR_UNKNOWNMODE || code == ERR_INVALIDMODEPARAM ||
                                   code == ERR_NEEDMOREPARAMS || code == ERR_BANLISTFULL
                               ? letter
                               : change->param);
  entry = judging->verdict->judged->pdata[judging->verdict->judged->len - 1];
  entry->flags |= SRV_ENTRY_FLAG_MORE;
}

/* What the line says last of what @change is about. Returns (nullable). */
static const Pending *
find_pending (const Judging *judging, const SrvModeChange *change)
{
  gboolean keyed = change->info->type == SRV_MODE_LIST || change->info->type == SRV_MODE_STATUS;
  g_autofree char *key = keyed ? sal_name_key (change->param) : NULL;

  for (guint i = judging->pending->len; i > 0; i--)
    {
      const Pending *pending = &g_array_index (judging->pending, Pending, i - 1);

      if (pending->info == change->info && g_strcmp0 (pending->key, key) == 0)
        return pending;
    }
  return NULL;
}

/* Whether the list has no place for another mask when the line has taken effect. */
static gboolean
is_full (const Judging *judging, const SrvModeChange *change)
{
  const GArray *list = judging->channel->lists[change->info->bit];
  guint n = list != NULL ? list->len : 0;

  for (guint i = 0; i < judging->pending->len; i++)
    {
      const Pending *pending = &g_array_index (judging->pending, Pending, i);

      if (pending->info == change->info && pending->set)
        n++;
      else if (pending->info == change->info)
        n--;
    }
  return n >= SAL_MASKS_PER_ROOM;
}

static guint
check_person (const Judging *judging, const SrvModeChange *change)
{
  const SrvUser *user = srv_state_find_user (judging->verdict->judge->state, change->param);

  if (user == NULL)
    return ERR_NOSUCHNICK;
  return srv_state_find_membership (user, judging->channel) == NULL ? ERR_USERNOTINCHANNEL : 0;
}

static gboolean
is_key (const char *text)
{
  if (*text == '\0' || *text == ':' || strlen (text) > SAL_ROOM_KEY_BYTES)
    return FALSE;
  for (; *text != '\0'; text++)
    if ((guchar) *text <= 0x20 || *text == ',' || *text == 0x7F)
      return FALSE;
  return TRUE;
}

/* A mask of another form than one that is known would match nobody, and who sets it would think that
 * somebody is kept out. */
static gboolean
is_known_mask (const char *mask)
{
  return *mask != '$' || g_str_equal (mask, "$a") ||
         (g_str_has_prefix (mask, "$a:") && mask[3] != '\0');
}

static guint
check (const Judging *judging, const SrvModeChange *change)
{
  char *end = NULL;
  long number = 0;

  if (change->info == NULL)
    return ERR_UNKNOWNMODE;
  switch (change->info->type)
    {
    case SRV_MODE_FLAG:
      return change->info->bit == SRV_MODE_PERMANENT
                 ? srv_judge_own_room (judging->verdict, judging->channel, change->set)
                 : 0;
    case SRV_MODE_LIST:
      if (change->param == NULL)
        return ERR_NEEDMOREPARAMS;
      return is_known_mask (change->param) || !change->set ? 0 : ERR_INVALIDMODEPARAM;
    case SRV_MODE_STATUS:
      return change->param != NULL ? check_person (judging, change) : ERR_NEEDMOREPARAMS;
    case SRV_MODE_KEY:
      if (!change->set)
        return 0;
      if (change->param == NULL)
        return ERR_NEEDMOREPARAMS;
      return is_key (change->param) ? 0 : ERR_INVALIDMODEPARAM;
    case SRV_MODE_LIMIT:
      if (!change->set)
        return 0;
      if (change->param == NULL)
        return ERR_NEEDMOREPARAMS;
      number = strtol (change->param, &end, 10);
      return *end == '\0' && end > change->param && number > 0 && number <= G_MAXINT32
                 ? 0
                 : ERR_INVALIDMODEPARAM;
    default:
      return 0;
    }
}

/* Whether the room is so already, or will be when the line has taken effect. */
static gboolean
is_so (const Judging *judging, const SrvModeChange *change)
{
  const SrvChannel *channel = judging->channel;
  const Pending *pending = find_pending (judging, change);
  const SrvUser *user = NULL;

  if (pending != NULL)
    return pending->set == change->set &&
           (!change->set || pending->key != NULL || g_strcmp0 (pending->param, change->param) == 0);
  switch (change->info->type)
    {
    case SRV_MODE_FLAG:
      return ((channel->modes & change->info->bit) != 0) == (change->set != 0);
    case SRV_MODE_LIST:
      return (srv_modes_find_mask (channel, (SrvListKind) change->info->bit, change->param) !=
              NULL) == (change->set != 0);
    case SRV_MODE_KEY:
      return change->set ? g_strcmp0 (channel->password, change->param) == 0
                         : channel->password == NULL;
    case SRV_MODE_LIMIT:
      return change->set ? channel->limit == strtoul (change->param, NULL, 10)
                         : channel->limit == 0;
    default:
      user = srv_state_find_user (judging->verdict->judge->state, change->param);
      return ((srv_state_find_membership (user, channel)->rank & change->info->bit) != 0) ==
             (change->set != 0);
    }
}

/* What is collected becomes an entry. */
static void
give (Judging *judging, guint8 flags)
{
  Verdict *verdict = judging->verdict;
  SrvEntry *asked = verdict->asked;
  SrvEntry fields = *asked;
  SrvEntry *entry = NULL;

  g_string_append (judging->letters, judging->params->str);
  fields.text = judging->letters->str;
  if (fields.flags & SRV_ENTRY_FLAG_SERVER)
    fields.account = NULL; /* of whom it gives the room to, not its own */
  verdict->asked = &fields;
  entry = srv_verdict_new (verdict, judging->channel);
  verdict->asked = asked;
  entry->flags |= flags;
  srv_verdict_give (verdict, entry);
  judging->given = TRUE;
  g_string_truncate (judging->letters, 0);
  g_string_truncate (judging->params, 0);
  g_array_set_size (judging->pending, 0);
}

/* Whether @change has a place in the line that is being written, as IRC shows it. */
static gboolean
fits (const Judging *judging, const SrvModeChange *change)
{
  const SrvEntry *asked = judging->verdict->asked;
  const SrvUser *user = judging->verdict->user;
  const char *name = user != NULL ? user->who->name : asked->name;
  const char *host = user != NULL ? user->who->host : asked->host;
  gsize len = strlen (":! MODE # ") + strlen (name) + (host != NULL ? strlen (host) : 0) +
              strlen (judging->channel->name) + judging->letters->len + strlen ("+x") +
              judging->params->len + (change->param != NULL ? 1 + strlen (change->param) : 0);

  return judging->letters->len == 0 || len <= SAL_IRC_LINE_BYTES;
}

/* The key that is there now. */
static const char *
password_of (const Judging *judging, const SrvModeChange *change)
{
  const Pending *pending = find_pending (judging, change);

  if (pending != NULL)
    return pending->set ? pending->param : NULL;
  return judging->channel->password;
}

/* Lists that were kept by an older version have masks that nobody can set any more, such as
 * `*!@host`. What is listed can be taken off as it is listed. */
static gboolean
is_listed (const Judging *judging, const SrvModeChange *change)
{
  return srv_modes_find_mask (judging->channel, (SrvListKind) change->info->bit, change->param) !=
         NULL;
}

/* The parameter of @change as everybody sees it: a copy, for what is given meanwhile changes the
 * room that it is from. Returns (transfer full) (nullable). */
static char *
dup_param (const Judging *judging, const SrvModeChange *change)
{
  const char *password = NULL;

  switch (change->info->type)
    {
    case SRV_MODE_LIST:
      if (change->param[0] == '$' || (!change->set && is_listed (judging, change)))
        return g_strdup (change->param);
      return sal_irc_mask_complete (change->param);
    case SRV_MODE_STATUS:
      return g_strdup (
          srv_state_find_user (judging->verdict->judge->state, change->param)->who->name);
    case SRV_MODE_KEY:
      password = change->set ? change->param : password_of (judging, change);
      return g_strdup (password != NULL ? password : "*");
    case SRV_MODE_LIMIT:
      return change->set ? g_strdup_printf ("%lu", strtoul (change->param, NULL, 10)) : NULL;
    default:
      return NULL;
    }
}

static void
append (Judging *judging, const SrvModeChange *made)
{
  gboolean keyed = made->info->type == SRV_MODE_LIST || made->info->type == SRV_MODE_STATUS;
  Pending pending = { made->info, made->set, g_strdup (made->param),
                      keyed ? sal_name_key (made->param) : NULL };

  g_array_append_val (judging->pending, pending);
  srv_modes_append_change (judging->letters, judging->params, made);
}

/* Whose a room is is kept elsewhere, too: who asks about that a second time must find the room as
 * it is by then. */
static gboolean
needs_room_as_it_is (const Judging *judging, const SrvModeChange *change)
{
  return change->info != NULL && change->info->type == SRV_MODE_FLAG &&
         change->info->bit == SRV_MODE_PERMANENT && find_pending (judging, change) != NULL;
}

static void
judge_change (Judging *judging, const SrvModeChange *change)
{
  g_autofree char *param = NULL;
  SrvModeChange made = *change;
  guint code = 0;

  if (needs_room_as_it_is (judging, change))
    give (judging, SRV_ENTRY_FLAG_MORE);
  code = check (judging, change);
  if (code != 0)
    {
      deny_change (judging, change, code);
      return;
    }
  made.param = param = dup_param (judging, change);
  if (is_so (judging, &made))
    return;
  if (made.info->type == SRV_MODE_LIST && made.set && is_full (judging, &made))
    {
      deny_change (judging, change, ERR_BANLISTFULL);
      return;
    }
  if (!fits (judging, &made))
    give (judging, SRV_ENTRY_FLAG_MORE);
  append (judging, &made);
}

/**
 * srv_judge_modes:
 * @channel: the room that is to change
 *
 * The text of what was asked is the letters and, after spaces, their parameters.
 */
void
srv_judge_modes (Verdict *verdict, SrvChannel *channel)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GArray) changes = NULL;
  g_autoptr (GString) letters = g_string_new (NULL);
  g_autoptr (GString) params = g_string_new (NULL);
  g_autoptr (GArray) pending = g_array_new (FALSE, FALSE, sizeof (Pending));
  Judging judging = { verdict, channel, letters, params, pending, FALSE };

  if (!srv_verdict_may_change (verdict, channel))
    return;
  g_array_set_clear_func (pending, pending_clear);
  words = g_strsplit (verdict->asked->text, " ", -1);
  changes = srv_modes_parse (words[0] != NULL ? words[0] : "",
                             (const char *const *) words + (words[0] != NULL),
                             words[0] != NULL ? g_strv_length (words + 1) : 0);
  for (guint i = 0; i < changes->len; i++)
    judge_change (&judging, &g_array_index (changes, SrvModeChange, i));
  if (letters->len > 0)
    give (&judging, 0);
  else
    srv_verdict_void (verdict);
  if (judging.given)
    srv_judge_keep_room (verdict->judge, channel);
}
