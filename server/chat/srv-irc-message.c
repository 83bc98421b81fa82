/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PRIVMSG, NOTICE, TAGMSG and REDACT: what is said goes to the log, and what comes back from
 * it is the receipt.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "server/chat/srv-irc-private.h"

/* By which a message that is sent again is known; taken off before it is relayed. */
#define NONCE_TAG "+salotto.local/nonce"

/**
 * srv_irc_client_tags:
 *
 * Returns: (transfer full) (nullable): the tags that go on to others, as they are sent.
 */
char *
srv_irc_client_tags (const SalIrcLine *line)
{
  g_autoptr (GString) tags = NULL;

  for (guint i = 0; i < line->n_tags; i++)
    {
      if (line->tags[i].key[0] != '+' || g_str_equal (line->tags[i].key, NONCE_TAG))
        continue;
      if (tags == NULL)
        tags = g_string_new (NULL);
      else
        g_string_append_c (tags, ';');
      g_string_append (tags, line->tags[i].key);
      if (*line->tags[i].value != '\0')
        {
          g_string_append_c (tags, '=');
          sal_irc_append_tag_value (tags, line->tags[i].value);
        }
    }
  return tags != NULL ? g_strdup (tags->str) : NULL;
}

static const char *
nonce_of (const SalIrcLine *line)
{
  const char *nonce = sal_irc_line_get_tag (line, NONCE_TAG);

  return nonce != NULL && *nonce != '\0' && strlen (nonce) <= SAL_NONCE_BYTES ? nonce : NULL;
}

/* `\001ACTION text\001`: what somebody does. Returns the text, or NULL. */
static char *
action_text (const char *text)
{
  gsize len = strlen (text);

  if (!g_str_has_prefix (text, "\001ACTION ") || len <= strlen ("\001ACTION "))
    return NULL;
  text += strlen ("\001ACTION ");
  len = strlen (text);
  return g_strndup (text, len - (text[len - 1] == '\001'));
}

/**
 * srv_irc_skip_status:
 * @target: `@#tea`, `+#tea`, or without a status in front
 * @status: (out) (optional): for whom in the room alone it is; 0: for all of it
 *
 * Of several the lowest counts, as whoever has a higher one is meant, too.
 *
 * Returns: (transfer none): the room, or @target if it is none with a status in front.
 */
const char *
srv_irc_skip_status (const char *target, char *status)
{
  gsize n = strspn (target, "@+");
  gboolean some = n > 0 && target[n] == '#';

  if (status != NULL)
    *status = !some ? '\0' : memchr (target, '+', n) != NULL ? '+' : '@';
  return some ? target + n : target;
}

/**
 * srv_irc_say_to:
 * @target: one room or person
 * @text: (nullable)
 * @line: whose tags go with it
 *
 * Asks the log to keep it.
 */
void
srv_irc_say_to (
    SrvIrc *irc, SrvEntryKind kind, const char *target, const char *text, const SalIrcLine *line)
{
  SrvEntry fields = srv_irc_fields (irc, kind);
  g_autofree char *room = NULL;
  g_autofree char *tags = srv_irc_client_tags (line);
  g_autofree char *action = kind == SRV_ENTRY_MESSAGE && text != NULL ? action_text (text) : NULL;
  gboolean silent = srv_irc_is_silent (irc, kind);

  if (irc->session->muted)
    {
      if (!silent)
        srv_irc_reply (irc, ERR_CANNOTSENDTOCHAN, "%s :The operator of the server has muted you",
                       srv_irc_echo (target));
      return;
    }
  target = srv_irc_skip_status (target, &fields.status_prefix);
  if (srv_irc_is_channel (target))
    {
      room = srv_irc_room_of (target);
      if (room == NULL)
        {
          if (!silent)
            srv_irc_reply (irc, ERR_NOSUCHCHANNEL, "%s :No such channel", srv_irc_echo (target));
          return;
        }
      fields.room = room;
    }
  else
    fields.target = target;
  if (action != NULL)
    fields.kind = SRV_ENTRY_ACTION;
  fields.text = action != NULL ? action : text;
  fields.tags = tags;
  fields.nonce = nonce_of (line);
  if (irc->answer == NULL && (irc->caps & SAL_IRC_CAP_LABELED_RESPONSE) &&
      (irc->caps & SAL_IRC_CAP_BATCH))
    {
      fields.label = sal_irc_line_get_tag (line, "label");
      if (fields.label != NULL &&
          (*fields.label == '\0' || strlen (fields.label) > SAL_LABEL_BYTES))
        fields.label = NULL;
    }
  srv_irc_post (irc, &fields);
}

/**
 * srv_irc_is_simple:
 * @line: PRIVMSG, NOTICE or TAGMSG
 *
 * Returns: whether it is one message to one target, to which only the log has an answer.
 */
gboolean
srv_irc_is_simple (const SrvIrc *irc, const SalIrcLine *line)
{
  gboolean tags_only = g_ascii_strcasecmp (line->verb, "TAGMSG") == 0;
  g_autofree char *tags = tags_only ? srv_irc_client_tags (line) : NULL;
  g_autofree char *room = NULL;
  const char *target = NULL;

  if (irc->lines != NULL || irc->session->muted || line->n_params < (tags_only ? 1 : 2) ||
      (!tags_only && line->params[1][0] == '\0') ||
      (tags_only && (tags == NULL || !(irc->caps & SAL_IRC_CAP_MESSAGE_TAGS))) ||
      sal_irc_line_get_tag (line, "batch") != NULL)
    return FALSE;
  target = line->params[0];
  if (*target == '\0' || strchr (target, ',') != NULL)
    return FALSE;
  target = srv_irc_skip_status (target, NULL);
  if (!srv_irc_is_channel (target))
    return !srv_irc_is_service (target);
  room = srv_irc_room_of (target);
  return room != NULL;
}

/* A service is asked one thing at a time, and what it is told is for nobody else. */
static void
say_to_service (SrvIrc *irc, SrvEntryKind kind, const char *text, gboolean alone)
{
  if (kind != SRV_ENTRY_MESSAGE)
    return;
  if (alone)
    srv_irc_service_said (irc, text);
  else
    srv_irc_reply (irc, ERR_TOOMANYTARGETS, SRV_IRC_SERVICE " :Say that to it alone");
}

static void
say (SrvIrc *irc, SrvEntryKind kind, const SalIrcLine *line)
{
  g_auto (GStrv) targets = NULL;
  const char *text = NULL;
  gboolean silent = srv_irc_is_silent (irc, kind);

  if (line->n_params == 0 || line->params[0][strspn (line->params[0], ",")] == '\0')
    {
      if (!silent)
        srv_irc_reply (irc, ERR_NORECIPIENT, ":No recipient given (%s)", line->verb);
      return;
    }
  if (kind != SRV_ENTRY_TAGMSG)
    {
      if (line->n_params < 2 || *line->params[1] == '\0')
        {
          if (!silent)
            srv_irc_reply (irc, ERR_NOTEXTTOSEND, ":No text to send");
          return;
        }
      text = line->params[1];
    }
  targets = srv_irc_split (line->params[0]);
  for (guint i = 0; targets[i] != NULL; i++)
    {
      if (i >= SAL_TARGETS_PER_COMMAND)
        {
          if (!silent)
            srv_irc_reply (irc, ERR_TOOMANYTARGETS, "%s :Too many targets (%d)",
                           srv_irc_echo (targets[i]), SAL_TARGETS_PER_COMMAND);
          break;
        }
      if (srv_irc_is_service (targets[i]))
        say_to_service (irc, kind, text, targets[1] == NULL);
      else
        srv_irc_say_to (irc, kind, targets[i], text, line);
    }
}

/**
 * srv_irc_handle_privmsg:
 */
void
srv_irc_handle_privmsg (SrvIrc *irc, const SalIrcLine *line)
{
  say (irc, SRV_ENTRY_MESSAGE, line);
}

/**
 * srv_irc_handle_notice:
 */
void
srv_irc_handle_notice (SrvIrc *irc, const SalIrcLine *line)
{
  say (irc, SRV_ENTRY_NOTICE, line);
}

/**
 * srv_irc_handle_tagmsg:
 */
void
srv_irc_handle_tagmsg (SrvIrc *irc, const SalIrcLine *line)
{
  g_autofree char *tags = srv_irc_client_tags (line);

  if (!(irc->caps & SAL_IRC_CAP_MESSAGE_TAGS))
    srv_irc_reply (irc, ERR_UNKNOWNCOMMAND, "TAGMSG :Unknown command without message-tags");
  else if (tags != NULL || line->n_params == 0)
    say (irc, SRV_ENTRY_TAGMSG, line);
}

/**
 * srv_irc_on_said:
 *
 * What the client said is kept: this is its receipt.
 */
void
srv_irc_on_said (SrvIrc *irc, const SrvEntry *entry)
{
  const SrvUser *target =
      entry->about != 0 ? srv_state_get_user (irc->hub->state, entry->about) : NULL;

  if (entry->status == SRV_ENTRY_VOID)
    return;
  if (irc->caps & SAL_IRC_CAP_ECHO_MESSAGE)
    srv_irc_relayed (irc, entry);
  if (entry->kind == SRV_ENTRY_MESSAGE || entry->kind == SRV_ENTRY_ACTION)
    srv_irc_tell_away (irc, target);
}

static gboolean
is_inside (const SrvIrc *irc, const char *target)
{
  const SrvChannel *channel = srv_irc_find_channel (irc, target);

  return channel != NULL && srv_state_find_membership (srv_irc_me (irc), channel) != NULL;
}

/**
 * srv_irc_handle_redact:
 */
void
srv_irc_handle_redact (SrvIrc *irc, const SalIrcLine *line)
{
  const char *target = line->params[0];
  g_autofree char *room = srv_irc_room_of (target);
  g_autofree char *params = g_strconcat (target, " ", line->params[1], NULL);
  g_autofree char *reason = line->n_params > 2
                                ? srv_irc_take_text (irc, SRV_IRC_TEXT_REDACT, line->params[2],
                                                     srv_irc_around (irc, "REDACT", params))
                                : NULL;
  SrvEntry fields;

  if (!(irc->caps & SAL_IRC_CAP_REDACTION))
    {
      srv_irc_reply (irc, ERR_UNKNOWNCOMMAND, "REDACT :Unknown command without its capability");
      return;
    }
  if (srv_irc_is_channel (target) && !is_inside (irc, target))
    {
      srv_irc_fail (irc, "REDACT", "INVALID_TARGET", "%s :You are not there",
                    srv_irc_echo (target));
      return;
    }
  fields = srv_irc_fields (irc, SRV_ENTRY_REDACT);
  if (!sal_irc_msgid_parse (line->params[1], irc->hub->log_id, &fields.number))
    {
      srv_irc_fail (irc, "REDACT", "UNKNOWN_MSGID", "%s %s :There is no such message",
                    srv_irc_echo (target), srv_irc_echo (line->params[1]));
      return;
    }
  fields.room = room;
  fields.target = room == NULL ? target : NULL;
  fields.text = reason;
  srv_irc_post (irc, &fields);
}
