/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Judging a change of a room's modes. One request may ask for many changes; each that cannot
 * be made is denied on its own, and what is left becomes one entry.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-irc-numeric.h"
#include "server/log/srv-judge-private.h"
#include "server/state/srv-modes.h"

typedef struct
{
  Verdict *verdict;
  SrvChannel *channel;
  GString *letters;
  GString *params;
  gboolean given; /* something has changed */
} Judging;

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

static guint
check_mask (const Judging *judging, const SrvModeChange *change)
{
  const GArray *list = judging->channel->lists[change->info->bit];

  if (change->set && list != NULL && list->len >= SAL_MASKS_PER_ROOM)
    return ERR_BANLISTFULL;
  return 0;
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
      return change->param != NULL ? check_mask (judging, change) : ERR_NEEDMOREPARAMS;
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

/* Whether the room is so already. */
static gboolean
is_so (const Judging *judging, const SrvModeChange *change)
{
  const SrvChannel *channel = judging->channel;
  const SrvUser *user = NULL;

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
}

/* Whether @change has a place in the line that is being written. */
static gboolean
fits (const Judging *judging, const SrvModeChange *change)
{
  return change->param == NULL || judging->params->len == 0 ||
         judging->params->len + 1 + strlen (change->param) <= SRV_JUDGE_PARAMS_BYTES;
}

/* The parameter of @change as everybody sees it: a copy, for what is given meanwhile changes the
 * room that it is from. Returns (transfer full) (nullable). */
static char *
dup_param (const Judging *judging, const SrvModeChange *change)
{
  if (change->info->type == SRV_MODE_LIST && change->param[0] != '$')
    return sal_irc_mask_complete (change->param);
  if (change->info->type == SRV_MODE_STATUS)
    return g_strdup (
        srv_state_find_user (judging->verdict->judge->state, change->param)->who->name);
  if (change->info->type == SRV_MODE_KEY && !change->set)
    return g_strdup (judging->channel->password != NULL ? judging->channel->password : "*");
  return g_strdup (change->param);
}

static void
judge_change (Judging *judging, const SrvModeChange *change)
{
  guint code = check (judging, change);
  g_autofree char *param = NULL;
  SrvModeChange made = *change;

  if (code != 0)
    {
      deny_change (judging, change, code);
      return;
    }
  made.param = param = dup_param (judging, change);
  if (is_so (judging, &made))
    return;
  if (fits (judging, &made))
    {
      srv_modes_append_change (judging->letters, judging->params, &made);
      return;
    }
  /* What was collected takes effect now, and the room is another than the one just looked at.
   * It fits then: nothing is collected any more. */
  give (judging, SRV_ENTRY_FLAG_MORE);
  judge_change (judging, change);
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
  Judging judging = { verdict, channel, letters, params, FALSE };

  if (!srv_verdict_may_change (verdict, channel))
    return;
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
