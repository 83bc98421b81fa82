/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Coming in: capabilities (CAP 302), who we are, logging in (SASL) before anything is joined, and
 * the welcome. A server that knows none of this ignores or refuses CAP and welcomes us all
 * the same. Our name, where somebody has it: another one that looks like it, and ours again
 * as soon as it is free.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-machine-private.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-irc-numeric.h"
#include "common/proto/sal-irc-parse.h"
#include "common/proto/sal-name.h"
#include "common/proto/sal-text.h"

#define RECLAIM_FIRST_US (1000 * 1000)
#define RECLAIM_MAX_US (60 * 1000 * 1000)
#define NICK_TRIES 12
#define SHORT_NICK_CHARS 9 /* what RFC 1459 has; servers without NICKLEN yet */
#define REQ_BYTES 400

/* Those whose events we understand, and that change nothing without being used. */
#define WANTED_CAPS                                                                                \
  ((guint) (SAL_IRC_CAP_ACCOUNT_NOTIFY | SAL_IRC_CAP_ACCOUNT_TAG | SAL_IRC_CAP_AWAY_NOTIFY |       \
            SAL_IRC_CAP_BATCH | SAL_IRC_CAP_CAP_NOTIFY | SAL_IRC_CAP_CHGHOST |                     \
            SAL_IRC_CAP_CHATHISTORY | SAL_IRC_CAP_EVENT_PLAYBACK | SAL_IRC_CAP_REDACTION |         \
            SAL_IRC_CAP_MULTILINE | SAL_IRC_CAP_READ_MARKER | SAL_IRC_CAP_ECHO_MESSAGE |           \
            SAL_IRC_CAP_EXTENDED_JOIN | SAL_IRC_CAP_INVITE_NOTIFY | SAL_IRC_CAP_LABELED_RESPONSE | \
            SAL_IRC_CAP_MESSAGE_TAGS | SAL_IRC_CAP_MULTI_PREFIX | SAL_IRC_CAP_SERVER_TIME |        \
            SAL_IRC_CAP_SETNAME | SAL_IRC_CAP_STANDARD_REPLIES | SAL_IRC_CAP_USERHOST_IN_NAMES))

static gboolean
wants_login (const SalIrcMachine *machine)
{
  return machine->password != NULL || machine->certificate;
}

/* Names. */

static void
ask_for_nick (SalIrcMachine *machine, const char *nick)
{
  g_free (machine->nick);
  machine->nick = g_strdup (nick);
  sal_irc_send_now (machine, "NICK %s", nick);
}

/* A nickname that looks like what we want to be called. */
static char *
nick_from_wanted (const SalIrcMachine *machine)
{
  g_autofree char *name = NULL;

  if (sal_irc_is_nickname (machine->wanted))
    return g_strdup (machine->wanted);
  name = sal_name_from_text (machine->wanted);
  return sal_irc_nickname_from_name (name != NULL ? name : "salotto");
}

/* The same in the letters that every server takes. */
static char *
plain_nick (const char *nick, gsize most)
{
  g_autofree char *ascii = g_str_to_ascii (nick, "C");
  GString *out = g_string_new (NULL);

  for (const char *at = ascii; *at != '\0' && out->len < most; at++)
    if (g_ascii_isalpha (*at) || strchr ("[]\\`_^{|}", *at) != NULL ||
        (out->len > 0 && (g_ascii_isdigit (*at) || *at == '-')))
      g_string_append_c (out, *at);
  if (out->len == 0)
    g_string_append (out, "guest");
  return g_string_free (out, FALSE);
}

/* When the name of the last connection is asked for once more. */
static const gint64 again_us[] = { 300 * 1000, 1000 * 1000, 2000 * 1000 };

/* What was on its way under a name that is not the wished one can be asked for under that alone, and nobody
 * asks for it later; a server that has just lost the last connection of ours may not have noticed yet. */
static gboolean
may_be_free_soon (const SalIrcMachine *machine, const char *wanted, guint code)
{
  return machine->last_name != NULL && code == ERR_NICKNAMEINUSE &&
         machine->agains < G_N_ELEMENTS (again_us) && !sal_irc_is_me (machine, wanted);
}

/* Asks for the name of the last connection once more. */
void
sal_irc_ask_again (SalIrcMachine *machine)
{
  machine->again_us = G_MAXINT64;
  if (machine->state == SAL_IRC_REGISTERING && machine->last_name != NULL)
    ask_for_nick (machine, machine->last_name);
}

/* The server has refused a name before it has given one. */
static void
try_another_nick (SalIrcMachine *machine, guint code, const char *words)
{
  g_autofree char *nick = nick_from_wanted (machine);
  g_autofree char *base = NULL;
  g_autofree char *next = NULL;
  g_autofree char *last = NULL;

  if (may_be_free_soon (machine, nick, code))
    {
      machine->again_us = machine->now_us + again_us[machine->agains++];
      return;
    }
  last = g_steal_pointer (&machine->last_name);
  if (last != NULL && !sal_irc_is_me (machine, nick))
    {
      ask_for_nick (machine, nick);
      return;
    }
  if (machine->tries >= NICK_TRIES)
    {
      g_autofree char *number = g_strdup_printf ("%u", code);

      sal_irc_refuse (machine, number, words);
      sal_irc_machine_quit (machine, NULL, machine->now_us);
      return;
    }
  machine->tries++;
  if (code == ERR_ERRONEUSNICKNAME && machine->bad_nick < 2)
    machine->bad_nick++;
  base = machine->bad_nick == 0
             ? g_strdup (nick)
             : plain_nick (nick, machine->bad_nick == 1 ? SAL_NAME_MAX_CHARS : SHORT_NICK_CHARS);
  if (code != ERR_ERRONEUSNICKNAME)
    machine->suffix = MAX (machine->suffix + 1, 2u);
  if (machine->suffix > 0)
    {
      if (machine->bad_nick == 2)
        base[MIN (strlen (base), (gsize) SHORT_NICK_CHARS - 3)] = '\0';
      next = sal_name_with_suffix (base, machine->suffix);
    }
  else
    next = g_strdup (base);
  ask_for_nick (machine, next);
}

/* Whether the name that we have is as much of @asked as the server takes. */
static gboolean
is_shortened (const SalIrcMachine *machine, const char *asked)
{
  gsize most = machine->rooms.support.nick_bytes;
  gsize len = machine->nick != NULL ? strlen (machine->nick) : 0;
  g_autofree char *start = g_strndup (asked, len);

  return strlen (asked) > MAX (len, most) && len > 0 && sal_irc_is_me (machine, start);
}

static void
plan_reclaim (SalIrcMachine *machine)
{
  g_autofree char *own = nick_from_wanted (machine);

  if (sal_irc_is_me (machine, own) || machine->bad_nick > 0 || is_shortened (machine, own))
    {
      machine->reclaim_wait_us = 0;
      machine->reclaim_us = G_MAXINT64;
      return;
    }
  machine->reclaim_wait_us = CLAMP (2 * machine->reclaim_wait_us, RECLAIM_FIRST_US, RECLAIM_MAX_US);
  machine->reclaim_us = machine->now_us + machine->reclaim_wait_us;
}

/* Asks for our own name again. */
void
sal_irc_reclaim (SalIrcMachine *machine)
{
  g_autofree char *own = nick_from_wanted (machine);

  plan_reclaim (machine);
  if (machine->reclaim_us == G_MAXINT64 || machine->state != SAL_IRC_IN)
    return;
  if (machine->ours && machine->names_kept && sal_outbox_next_to_send (machine->outbox) != NULL)
    {
      /* What waits is to be said under the name that we have. */
      machine->reclaim_us = machine->now_us + RECLAIM_FIRST_US;
      return;
    }
  machine->reclaiming = TRUE;
  machine->naming_us = MAX (machine->now_us, 1);
  sal_irc_send (machine, "NICK %s", own);
}

/* Somebody has given @nick up. */
void
sal_irc_on_nick_free (SalIrcMachine *machine, const char *nick)
{
  g_autofree char *own = nick_from_wanted (machine);

  if (machine->reclaim_us != G_MAXINT64 &&
      sal_irc_support_same (&machine->rooms.support, nick, own))
    sal_irc_reclaim (machine);
}

/* We are called otherwise now, or have been given a name. */
void
sal_irc_named (SalIrcMachine *machine, const char *nick)
{
  gboolean forced = !machine->reclaiming;

  g_free (machine->nick);
  machine->nick = g_strdup (nick);
  machine->reclaiming = FALSE;
  machine->naming_us = 0;
  sal_irc_messages_renamed (machine);
  if (machine->next_wanted != NULL && (sal_irc_is_me (machine, machine->next_wanted) ||
                                       is_shortened (machine, machine->next_wanted)))
    {
      forced = FALSE;
      g_clear_pointer (&machine->next_wanted, g_free);
      g_free (machine->wanted);
      machine->wanted = g_strdup (nick);
      machine->bad_nick = 0;
    }
  plan_reclaim (machine);
  /* Somebody who may has taken our name away: asking for it again and again would be a quarrel. Of
   * two who met with one name, servers make names that begin with a digit; that is no judgement. */
  if (forced && !g_ascii_isdigit (*nick))
    machine->reclaim_us = G_MAXINT64;
}

/* If the server says yes, @nick is the name that we want from then on. */
static void
want_nick (SalIrcMachine *machine, const char *nick)
{
  g_free (machine->next_wanted);
  machine->next_wanted = g_strdup (nick);
  machine->reclaiming = FALSE;
  /* Who has that name already gets no answer. */
  machine->naming_us = g_strcmp0 (machine->nick, nick) != 0 ? MAX (machine->now_us, 1) : 0;
}

/* Somebody sends @line as it is: a name in it is wished for as by any other way. */
void
sal_irc_nick_typed (SalIrcMachine *machine, const char *line)
{
  const char *nick = line + strlen ("NICK");
  g_autofree char *word = NULL;

  if (g_ascii_strncasecmp (line, "NICK ", strlen ("NICK ")) != 0)
    return;
  nick += strspn (nick, " ");
  nick += *nick == ':';
  word = g_strndup (nick, strcspn (nick, " "));
  if (*word != '\0')
    want_nick (machine, word);
}

/**
 * sal_irc_machine_set_nick:
 *
 * See sal_client_set_nick().
 */
void
sal_irc_machine_set_nick (SalIrcMachine *machine, const char *nick, gint64 now_us)
{
  machine->now_us = MAX (machine->now_us, now_us);
  if (machine->state != SAL_IRC_IN)
    return;
  want_nick (machine, nick);
  (void) sal_irc_ask_line (machine, SAL_IRC_ASKED_COMMAND, sal_irc_typed_at (machine), "NICK %s",
                           nick);
}

/* The first lines. */

static char *
user_name (const SalIrcMachine *machine)
{
  g_autofree char *ascii = g_str_to_ascii (machine->wanted, "C");
  GString *user = g_string_new (NULL);

  for (const char *at = ascii; *at != '\0' && user->len < SHORT_NICK_CHARS; at++)
    if (g_ascii_isalnum (*at))
      g_string_append_c (user, g_ascii_tolower (*at));
  if (user->len == 0)
    g_string_append (user, "salotto");
  return g_string_free (user, FALSE);
}

void
sal_irc_begin (SalIrcMachine *machine)
{
  g_autofree char *nick = machine->last_name != NULL && sal_irc_is_nickname (machine->last_name)
                              ? g_strdup (machine->last_name)
                              : nick_from_wanted (machine);
  g_autofree char *user = user_name (machine);

  sal_irc_send_now (machine, "CAP LS 302");
  if (machine->server_password != NULL)
    sal_irc_send_now (machine, "PASS :%s", machine->server_password);
  ask_for_nick (machine, nick);
  sal_irc_send_now (machine, "USER %s 0 * :%s", user, machine->real_name);
}

/* Capabilities. */

static int
find_cap (const char *name, gsize len)
{
  for (guint i = 0; i < SAL_IRC_N_CAPS; i++)
    if (strlen (sal_irc_cap_name (i)) == len && memcmp (sal_irc_cap_name (i), name, len) == 0)
      return (int) i;
  return -1;
}

static void
end_negotiation (SalIrcMachine *machine)
{
  if (machine->cap_ended)
    return;
  machine->cap_ended = TRUE;
  sal_irc_send_now (machine, "CAP END");
}

static void
give_up_login (SalIrcMachine *machine, const char *code, const char *words)
{
  sal_irc_refuse (machine, code, words);
  sal_irc_machine_quit (machine, NULL, machine->now_us);
}

/* A certificate that was only tried. */
static void
go_without_login (SalIrcMachine *machine)
{
  g_clear_pointer (&machine->sasl, sal_irc_sasl_free);
  end_negotiation (machine);
}

static void
begin_login (SalIrcMachine *machine)
{
  const char *mechanism = NULL;

  if (machine->sasl == NULL)
    machine->sasl = sal_irc_sasl_new (machine->account, machine->password, machine->confidential,
                                      machine->certificate);
  machine->sasl_begun = FALSE;
  mechanism = sal_irc_sasl_choose (machine->sasl, machine->sasl_mechanisms);
  if (mechanism != NULL)
    sal_irc_send_now (machine, "AUTHENTICATE %s", mechanism);
  else if (!machine->must_log_in)
    go_without_login (machine);
  else
    give_up_login (machine, machine->password != NULL ? "no-mechanism" : "no-external",
                   machine->sasl_mechanisms);
}

/* All that was asked for has been answered. */
static void
negotiated (SalIrcMachine *machine)
{
  if (machine->asked_caps > 0 || machine->cap_ended)
    return;
  if (!wants_login (machine) || (!machine->must_log_in && (machine->caps & SAL_IRC_CAP_SASL) == 0))
    end_negotiation (machine);
  else if (machine->caps & SAL_IRC_CAP_SASL)
    begin_login (machine);
  else
    give_up_login (machine, "no-sasl", NULL);
}

static void
request (SalIrcMachine *machine, guint caps)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < SAL_IRC_N_CAPS; i++)
    {
      if (!(caps & 1u << i))
        continue;
      if (line->len > 0)
        g_string_append_c (line, ' ');
      g_string_append (line, sal_irc_cap_name (i));
      if (line->len > REQ_BYTES)
        {
          machine->asked_caps++;
          sal_irc_send_now (machine, "CAP REQ :%s", line->str);
          g_string_truncate (line, 0);
        }
    }
  if (line->len == 0)
    return;
  machine->asked_caps++;
  sal_irc_send_now (machine, "CAP REQ :%s", line->str);
}

/* Those that say something only together with another are not asked for alone. */
static guint
choose_caps (const SalIrcMachine *machine, guint offered)
{
  guint wanted =
      WANTED_CAPS | (wants_login (machine) && !machine->cap_ended ? SAL_IRC_CAP_SASL : 0);
  guint caps = offered & wanted & ~machine->caps;

  if (!((offered | machine->caps) & SAL_IRC_CAP_BATCH))
    caps &= ~(guint) (SAL_IRC_CAP_LABELED_RESPONSE | SAL_IRC_CAP_CHATHISTORY |
                      SAL_IRC_CAP_EVENT_PLAYBACK | SAL_IRC_CAP_MULTILINE);
  return caps;
}

static void
take_multiline_limits (SalIrcMachine *machine, const char *value)
{
  g_auto (GStrv) limits = g_strsplit (value, ",", 8);

  machine->multiline_bytes = machine->multiline_lines = 0;
  for (guint i = 0; limits[i] != NULL; i++)
    if (g_str_has_prefix (limits[i], "max-bytes="))
      machine->multiline_bytes =
          (guint) MIN (g_ascii_strtoull (limits[i] + strlen ("max-bytes="), NULL, 10), G_MAXUINT16);
    else if (g_str_has_prefix (limits[i], "max-lines="))
      machine->multiline_lines =
          (guint) MIN (g_ascii_strtoull (limits[i] + strlen ("max-lines="), NULL, 10), G_MAXUINT16);
}

/* `name`, `name=value`, `-name`, `~name`. Returns the bits of all that are known. */
static guint
take_list (SalIrcMachine *machine, const char *list, gboolean values, guint *taken_back)
{
  g_auto (GStrv) words = g_strsplit (list, " ", -1);
  guint caps = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *name = words[i] + strspn (words[i], "-~=");
      gsize len = strcspn (name, "=");
      const char *value = name[len] == '=' ? name + len + 1 : "";
      int number = find_cap (name, len);

      if (number < 0)
        continue;
      if (words[i][0] == '-' && taken_back != NULL)
        *taken_back |= 1u << number;
      else
        caps |= 1u << number;
      if (values && number == SAL_IRC_CAP_NUMBER_MULTILINE)
        take_multiline_limits (machine, value);
      if (values && number == SAL_IRC_CAP_NUMBER_SASL)
        {
          g_free (machine->sasl_mechanisms);
          machine->sasl_mechanisms =
              *value != '\0' ? g_strndup (value, SAL_CLIENT_NAME_BYTES) : NULL;
        }
    }
  return caps;
}

static void
on_cap_list (SalIrcMachine *machine, const SalIrcLine *line)
{
  gboolean more = line->n_params > 3 && g_str_equal (line->params[2], "*");

  machine->offered |= take_list (machine, line->params[line->n_params - 1], TRUE, NULL);
  if (more || machine->cap_told)
    return;
  machine->cap_told = TRUE;
  request (machine, choose_caps (machine, machine->offered));
  negotiated (machine);
}

/* All or nothing: so each for itself. */
static void
on_nak (SalIrcMachine *machine, const char *list)
{
  guint caps = take_list (machine, list, FALSE, NULL);

  if ((caps & (caps - 1)) == 0)
    return;
  for (guint i = 0; i < SAL_IRC_N_CAPS; i++)
    if (caps & 1u << i)
      request (machine, 1u << i);
}

void
sal_irc_on_cap (SalIrcMachine *machine, const SalIrcLine *line)
{
  const char *what = line->n_params > 1 ? line->params[1] : "";
  const char *list = line->n_params > 2 ? line->params[line->n_params - 1] : "";
  guint taken_back = 0;

  if (line->n_params < 3)
    return;
  if (g_ascii_strcasecmp (what, "LS") == 0)
    on_cap_list (machine, line);
  else if (g_ascii_strcasecmp (what, "NEW") == 0)
    request (machine, choose_caps (machine, take_list (machine, list, TRUE, NULL)));
  else if (g_ascii_strcasecmp (what, "DEL") == 0)
    {
      machine->caps &= ~take_list (machine, list, FALSE, NULL);
      machine->away_us = machine->now_us; /* perhaps it does not say any more who is */
    }
  else if (g_ascii_strcasecmp (what, "ACK") == 0 || g_ascii_strcasecmp (what, "NAK") == 0)
    {
      machine->asked_caps -= machine->asked_caps > 0;
      if (g_ascii_toupper (*what) == 'A')
        {
          machine->caps |= take_list (machine, list, FALSE, &taken_back);
          machine->caps &= ~taken_back;
        }
      else
        on_nak (machine, list);
      negotiated (machine);
    }
}

/* Logging in. */

static void
go_on_with_login (SalIrcMachine *machine, SalSaslStep step, const GPtrArray *answer)
{
  if (step == SAL_SASL_DERIVE)
    (void) sal_irc_push (machine, SAL_ACTION_DERIVE);
  else if (step == SAL_SASL_FAILED)
    give_up_login (machine, "sasl-failed", NULL);
  else
    for (guint i = 0; i < answer->len; i++)
      sal_irc_send_now (machine, "AUTHENTICATE %s", (const char *) answer->pdata[i]);
}

void
sal_irc_on_authenticate (SalIrcMachine *machine, const SalIrcLine *line)
{
  g_autoptr (GPtrArray) answer = g_ptr_array_new_with_free_func (g_free);

  if (machine->sasl == NULL || line->n_params < 1 || machine->state != SAL_IRC_REGISTERING)
    return;
  machine->sasl_begun = TRUE;
  go_on_with_login (machine, sal_irc_sasl_take (machine->sasl, line->params[0], answer), answer);
}

void
sal_irc_on_derived (SalIrcMachine *machine, const guint8 key[SAL_SASL_KEY_BYTES])
{
  g_autoptr (GPtrArray) answer = g_ptr_array_new_with_free_func (g_free);

  go_on_with_login (machine, sal_irc_sasl_derived (machine->sasl, key, answer), answer);
}

static void
on_login_done (SalIrcMachine *machine)
{
  if (machine->sasl == NULL)
    return;
  if (!sal_irc_sasl_is_proven (machine->sasl))
    {
      give_up_login (machine, "sasl-failed", NULL);
      return;
    }
  machine->password_is_right = !sal_irc_sasl_is_external (machine->sasl);
  g_clear_pointer (&machine->sasl, sal_irc_sasl_free);
  end_negotiation (machine);
}

/* A mechanism that the server does not take at all is not a wrong password, and a certificate that
 * it does not know is none, either. */
static void
on_login_failed (SalIrcMachine *machine, const char *code, const char *words)
{
  if (machine->sasl == NULL)
    return;
  if (!machine->sasl_begun ||
      (sal_irc_sasl_is_external (machine->sasl) && machine->password != NULL))
    begin_login (machine);
  else if (!machine->must_log_in)
    {
      sal_irc_tell_text (machine, NULL, code, TRUE, words, NULL);
      go_without_login (machine);
    }
  else
    give_up_login (machine, code, words);
}

/* The welcome. */

static void
tell_welcome (SalIrcMachine *machine)
{
  SalIrcItem *item = sal_irc_item_new (SAL_ACTION_EVENT);
  SalIrcItem *ready = NULL;

  item->action.event =
      (SalEvent){ .kind = SAL_EVENT_WELCOME, .name = sal_irc_item_keep (item, machine->nick) };
  if (!machine->greeted) /* then in the server's own words, not in those of the plain dialect */
    item->action.text = sal_irc_item_keep (item, machine->welcome);
  item->action.ended = TRUE;
  sal_irc_tell_event (machine, item, NULL);
  ready = sal_irc_push (machine, SAL_ACTION_READY);
  ready->action.text = sal_irc_item_keep (ready, machine->nick);
}

/* Registered, and the server has told what it wanted to. */
static void
ready (SalIrcMachine *machine)
{
  if (machine->state != SAL_IRC_REGISTERING || !machine->welcomed)
    return;
  sal_irc_set_state (machine, SAL_IRC_IN);
  sal_irc_fill_up (machine);
  plan_reclaim (machine);
  tell_welcome (machine);
  if (machine->ours && machine->home == NULL && !machine->keep_place &&
      g_hash_table_size (machine->rooms.rooms) == 0 && machine->rooms.support.entrance != NULL)
    {
      SalClientRoom entrance = { .name = machine->rooms.support.entrance, .no_resume = TRUE };

      sal_irc_machine_join (machine, &entrance, machine->now_us);
      machine->home = sal_irc_spell_room (machine, entrance.name);
    }
  sal_irc_join_rooms (machine);
  sal_irc_ask_missed (machine);
}

static void
on_welcome (SalIrcMachine *machine, const SalIrcLine *line)
{
  g_autoptr (GString) nick = g_string_new (NULL);

  if (!sal_text_clean (nick, line->params[0], strlen (line->params[0])))
    return;
  machine->welcomed = TRUE;
  machine->cap_ended = TRUE; /* also where the server has never heard of CAP */
  g_free (machine->nick);
  machine->nick = g_strdup (nick->str);
  g_free (machine->server);
  machine->server = g_strdup (line->source);
  g_string_truncate (nick, 0);
  sal_irc_append_clean (nick, line->params[line->n_params - 1]);
  g_free (machine->welcome);
  machine->welcome = g_strdup (nick->str);
}

/* RPL_MYINFO: name, version, modes. */
static void
on_myinfo (SalIrcMachine *machine, const SalIrcLine *line)
{
  machine->ours = line->n_params > 2 && g_str_has_prefix (line->params[2], "salotto-");
}

static void
on_isupport (SalIrcMachine *machine, const SalIrcLine *line)
{
  for (guint i = 1; i + 1 < line->n_params; i++)
    sal_irc_rooms_take_support (&machine->rooms, line->params[i]);
}

static void
set_account (SalIrcMachine *machine, const char *account)
{
  g_free (machine->logged_in);
  machine->logged_in = g_strdup (account);
}

/* Takes a numeric that belongs to coming in, logging in, or our name. Returns %FALSE for
 * all others. */
gboolean
sal_irc_on_register_numeric (SalIrcMachine *machine, const SalIrcLine *line, guint code)
{
  const char *words = line->n_params > 1 ? line->params[line->n_params - 1] : NULL;
  gboolean unnamed = machine->state == SAL_IRC_REGISTERING && !machine->welcomed;

  switch (code)
    {
    case RPL_WELCOME:
      if (unnamed && line->n_params > 0)
        on_welcome (machine, line);
      return TRUE; /* its words are told when we are in */
    case RPL_MYINFO:
      on_myinfo (machine, line);
      return FALSE;
    case RPL_ISUPPORT:
      on_isupport (machine, line);
      return FALSE;
    case RPL_ENDOFMOTD:
    case ERR_NOMOTD:
      ready (machine);
      return FALSE;
    case RPL_LOGGEDIN:
      set_account (machine, line->n_params > 2 ? line->params[2] : NULL);
      return machine->state == SAL_IRC_REGISTERING;
    case RPL_LOGGEDOUT:
      set_account (machine, NULL);
      return FALSE;
    case RPL_SASLSUCCESS:
      on_login_done (machine);
      return machine->state == SAL_IRC_REGISTERING;
    case RPL_SASLMECHS:
      if (line->n_params > 2)
        {
          g_free (machine->sasl_mechanisms);
          machine->sasl_mechanisms = g_strdup (line->params[1]);
        }
      return machine->state == SAL_IRC_REGISTERING;
    case ERR_NICKLOCKED:
    case ERR_SASLFAIL:
    case ERR_SASLTOOLONG:
    case ERR_SASLABORTED:
      if (machine->state != SAL_IRC_REGISTERING)
        return FALSE;
      on_login_failed (machine, line->verb, words);
      return TRUE;
    case ERR_PASSWDMISMATCH:
    case ERR_YOUREBANNEDCREEP:
      if (unnamed || code == ERR_YOUREBANNEDCREEP)
        sal_irc_refuse (machine, line->verb, words);
      return FALSE;
    case ERR_ERRONEUSNICKNAME:
    case ERR_NICKNAMEINUSE:
    case 436: /* ERR_NICKCOLLISION */
    case 437: /* ERR_UNAVAILRESOURCE */
      if (unnamed)
        {
          try_another_nick (machine, code, words);
          return TRUE;
        }
      machine->naming_us = 0;
      if (!machine->reclaiming)
        return FALSE;
      machine->reclaiming = FALSE;
      if (code == ERR_ERRONEUSNICKNAME)
        {
          /* Not taken: the server cannot have it. */
          machine->bad_nick = MAX (machine->bad_nick, 1u);
          plan_reclaim (machine);
        }
      return TRUE;
    default:
      return FALSE;
    }
}
