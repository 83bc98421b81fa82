/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What happens in rooms, as lines of IRC: each event once for every set of capabilities
 * among its readers (the variant). Answers to commands are not made here, because they are
 * for one person alone; their codec is sal-irc-line.
 */
#include "config.h"

#include "common/proto/sal-dialect-irc.h"

#include <string.h>

#include "common/proto/sal-irc-line.h"
#include "common/proto/sal-irc-parse.h"
#include "common/proto/sal-text.h"
#include "common/proto/sal-utc.h"

/* What a line of text has at the least, whatever is before it. */
#define TEXT_BYTES_MIN 64

/* The name of the batch that holds the lines of one message. It is closed before anything
 * else is said, so it may always be the same. */
#define LINES_BATCH "lines"

static const char *const verbs[] = {
  [SAL_EVENT_MESSAGE] = "PRIVMSG", [SAL_EVENT_ACTION] = "PRIVMSG",  [SAL_EVENT_NOTICE] = "NOTICE",
  [SAL_EVENT_TAGMSG] = "TAGMSG",   [SAL_EVENT_JOIN] = "JOIN",       [SAL_EVENT_LEAVE] = "PART",
  [SAL_EVENT_QUIT] = "QUIT",       [SAL_EVENT_NICK] = "NICK",       [SAL_EVENT_TOPIC] = "TOPIC",
  [SAL_EVENT_KICK] = "KICK",       [SAL_EVENT_MODE] = "MODE",       [SAL_EVENT_INVITE] = "INVITE",
  [SAL_EVENT_AWAY] = "AWAY",       [SAL_EVENT_ACCOUNT] = "ACCOUNT", [SAL_EVENT_CHGHOST] = "CHGHOST",
  [SAL_EVENT_SETNAME] = "SETNAME", [SAL_EVENT_REDACT] = "REDACT",   [SAL_EVENT_WALLOPS] = "WALLOPS",
};

/* What a client must have asked for to be told. */
static guint
needed_caps (const SalEvent *event)
{
  switch (event->kind)
    {
    case SAL_EVENT_TAGMSG:
      return SAL_IRC_CAP_MESSAGE_TAGS;
    case SAL_EVENT_AWAY:
      return SAL_IRC_CAP_AWAY_NOTIFY;
    case SAL_EVENT_ACCOUNT:
      return SAL_IRC_CAP_ACCOUNT_NOTIFY;
    case SAL_EVENT_CHGHOST:
      return SAL_IRC_CAP_CHGHOST;
    case SAL_EVENT_SETNAME:
      return SAL_IRC_CAP_SETNAME;
    case SAL_EVENT_REDACT:
      return SAL_IRC_CAP_REDACTION;
    default:
      return 0;
    }
}

/**
 * sal_irc_append_time:
 * @time_us: since 1970, UTC
 *
 * Appends `YYYY-MM-DDThh:mm:ss.sssZ` (server-time).
 */
void
sal_irc_append_time (GString *out, gint64 time_us)
{
  SalUtc utc;

  sal_utc_from_us (time_us, &utc);
  g_string_append_printf (out, "%04d-%02u-%02uT%02u:%02u:%02u.%03uZ", utc.year, utc.month, utc.day,
                          utc.hour, utc.minute, utc.second, utc.microsecond / 1000);
}

/* @n digits at @at and the sign @end after them. */
static gboolean
take_number (const char **at, guint n, char end, guint *number)
{
  *number = 0;
  for (; n > 0; n--, (*at)++)
    {
      if (!g_ascii_isdigit (**at))
        return FALSE;
      *number = *number * 10 + (guint) (**at - '0');
    }
  if (end != '\0' && *(*at)++ != end)
    return FALSE;
  return TRUE;
}

/* `.123`, with as many digits as there are; microseconds count. */
static guint
take_fraction (const char **at)
{
  guint fraction = 0;
  guint scale = 100000;

  if (**at != '.')
    return 0;
  for ((*at)++; g_ascii_isdigit (**at); (*at)++, scale /= 10)
    fraction += (guint) (**at - '0') * scale;
  return fraction;
}

/**
 * sal_irc_parse_time:
 * @time_us: (out)
 *
 * Returns: whether @text is a time as sal_irc_append_time() writes it; digits of a second may
 * be more or missing.
 */
gboolean
sal_irc_parse_time (const char *text, gint64 *time_us)
{
  const char *at = text;
  guint year = 0;
  SalUtc utc;

  if (!take_number (&at, 4, '-', &year) || !take_number (&at, 2, '-', &utc.month) ||
      !take_number (&at, 2, 'T', &utc.day) || !take_number (&at, 2, ':', &utc.hour) ||
      !take_number (&at, 2, ':', &utc.minute) || !take_number (&at, 2, '\0', &utc.second))
    return FALSE;
  utc.year = (int) year;
  utc.microsecond = take_fraction (&at);
  return at[0] == 'Z' && at[1] == '\0' && sal_utc_to_us (&utc, time_us);
}

/* RFC 4648, 6, in small letters and without its padding. */
static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";

#define ID_BYTES 24
#define ID_CHARS ((ID_BYTES * 8 + 4) / 5)

/**
 * sal_irc_msgid_format:
 * @log_id: of the log that holds the message
 * @seq: its number there
 *
 * Returns: (transfer full): the message's name for everybody and for ever.
 */
char *
sal_irc_msgid_format (const guint8 log_id[16], guint64 seq)
{
  guint8 bytes[ID_BYTES + 1] = { 0 }; /* whole groups of five */
  guint64 number = GUINT64_TO_BE (seq);
  char *text = g_malloc (sizeof bytes / 5 * 8);
  char *at = text;

  G_STATIC_ASSERT (sizeof bytes % 5 == 0 && sizeof bytes / 5 * 8 == ID_CHARS + 1);
  memcpy (bytes, log_id, 16);
  memcpy (bytes + 16, &number, 8);
  for (gsize i = 0; i < sizeof bytes; i += 5)
    {
      guint64 five = (guint64) bytes[i] << 32 | (guint64) bytes[i + 1] << 24 |
                     (guint64) bytes[i + 2] << 16 | (guint64) bytes[i + 3] << 8 | bytes[i + 4];

      for (int shift = 35; shift >= 0; shift -= 5)
        *at++ = base32[five >> shift & 31];
    }
  text[ID_CHARS] = '\0';
  return text;
}

/**
 * sal_irc_msgid_parse:
 * @seq: (out): its number
 *
 * Returns: whether @text is the name of a message of the log @log_id.
 */
gboolean
sal_irc_msgid_parse (const char *text, const guint8 log_id[16], guint64 *seq)
{
  guint8 bytes[ID_BYTES + 1];
  guint64 number = 0;
  guint bits = 0;
  guint n_bits = 0;
  guint n = 0;

  if (strlen (text) != ID_CHARS)
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    {
      const char *digit = strchr (base32, *at);

      if (digit == NULL)
        return FALSE;
      bits = bits << 5 | (guint) (digit - base32);
      n_bits += 5;
      if (n_bits >= 8)
        {
          n_bits -= 8;
          bytes[n++] = (guint8) (bits >> n_bits);
          bits &= (1u << n_bits) - 1;
        }
    }
  if (n != ID_BYTES || bits != 0 || memcmp (bytes, log_id, 16) != 0)
    return FALSE;
  memcpy (&number, bytes + 16, 8);
  *seq = GUINT64_FROM_BE (number);
  return TRUE;
}

/* Tags. */

typedef struct
{
  GString *out;
  gboolean any;
} TagList;

static void
add_tag (TagList *list, const char *key, const char *value)
{
  g_string_append_c (list->out, list->any ? ';' : '@');
  list->any = TRUE;
  g_string_append (list->out, key);
  if (value != NULL)
    {
      g_string_append_c (list->out, '=');
      sal_irc_append_tag_value (list->out, value);
    }
}

/* The server's own tags come before those of clients. @first: of the lines of an event,
 * which is the only one that has its name and its label. */
static void
append_tags (GString *out, const SalEvent *event, guint caps, const char *batch, gboolean first)
{
  TagList list = { out, FALSE };
  gboolean all = (caps & SAL_IRC_CAP_MESSAGE_TAGS) != 0;

  if (batch != NULL && (caps & SAL_IRC_CAP_BATCH))
    add_tag (&list, "batch", batch);
  if (event->label != NULL && first)
    add_tag (&list, "label", event->label);
  if (all && event->msgid != NULL && first && event->kind != SAL_EVENT_REDACT)
    add_tag (&list, "msgid", event->msgid);
  if ((caps & SAL_IRC_CAP_SERVER_TIME) && event->time_us != 0)
    {
      add_tag (&list, "time", "");
      sal_irc_append_time (out, event->time_us);
    }
  if ((caps & SAL_IRC_CAP_ACCOUNT_TAG) && event->account != NULL)
    add_tag (&list, "account", event->account);
  if (all && event->bot)
    add_tag (&list, "bot", NULL);
  if (all && event->tags != NULL)
    {
      g_string_append_c (out, list.any ? ';' : '@');
      list.any = TRUE;
      g_string_append (out, event->tags);
    }
  if (list.any)
    g_string_append_c (out, ' ');
}

static void
append_source (GString *out, const SalEvent *event)
{
  g_string_append_c (out, ':');
  g_string_append (out, event->name);
  if (event->host != NULL)
    {
      g_string_append_c (out, '!');
      g_string_append (out, event->host);
    }
  g_string_append_c (out, ' ');
}

static void
append_room (GString *out, const SalEvent *event)
{
  if (event->status != '\0')
    g_string_append_c (out, event->status);
  g_string_append_c (out, '#');
  g_string_append (out, event->room);
}

static void
append_receiver (GString *out, const SalEvent *event)
{
  if (event->target != NULL)
    g_string_append (out, event->target);
  else
    append_room (out, event);
}

static void
append_last (GString *out, const char *text)
{
  g_string_append (out, " :");
  g_string_append (out, text != NULL ? text : "");
}

/* What is said. */

typedef struct
{
  const SalEvent *event;
  guint caps;
  GString *out;
  gboolean batched; /* the lines are in a batch of their own */
  gboolean first;
} Said;

static void
append_piece (Said *said, const char *text, gsize len, gboolean concat)
{
  const SalEvent *event = said->event;
  gboolean action = event->kind == SAL_EVENT_ACTION;

  if (said->batched)
    {
      g_string_append (said->out, concat ? "@batch=" LINES_BATCH ";draft/multiline-concat "
                                         : "@batch=" LINES_BATCH " ");
      append_source (said->out, event);
    }
  else
    {
      append_tags (said->out, event, said->caps, event->batch, said->first);
      append_source (said->out, event);
    }
  said->first = FALSE;
  g_string_append (said->out, verbs[event->kind]);
  g_string_append_c (said->out, ' ');
  append_receiver (said->out, event);
  g_string_append (said->out, action ? " :\001ACTION " : " :");
  g_string_append_len (said->out, text, (gssize) len);
  g_string_append (said->out, action ? "\001\r\n" : "\r\n");
}

/* One line of the text, in as many lines of IRC as it needs. @concat: it goes on from the line
 * before. */
static void
append_text_line (Said *said, const char *text, gsize len, gsize most, gboolean concat)
{
  if (len == 0 && !said->batched)
    return; /* who gets them one by one is spared the empty ones */
  do
    {
      gsize n = sal_text_break (text, len, most);

      append_piece (said, text, n, concat);
      text += n;
      len -= n;
      concat = TRUE;
    }
  while (len > 0);
}

static gsize
room_for_text (const SalEvent *event)
{
  gsize used = strlen (event->name) + (event->host != NULL ? strlen (event->host) : 0) +
               strlen (verbs[event->kind]) +
               strlen (event->target != NULL ? event->target : event->room) + strlen (":!  # :") +
               2;

  if (event->kind == SAL_EVENT_ACTION)
    used += strlen ("\001ACTION \001");
  return used + TEXT_BYTES_MIN < SAL_IRC_LINE_BYTES ? SAL_IRC_LINE_BYTES - used : TEXT_BYTES_MIN;
}

static void
append_batch_begin (GString *out, const SalEvent *event, guint caps)
{
  append_tags (out, event, caps, event->batch, TRUE);
  append_source (out, event);
  g_string_append (out, "BATCH +" LINES_BATCH " draft/multiline ");
  append_receiver (out, event);
  g_string_append (out, "\r\n");
}

static void
append_said (GString *out, const SalEvent *event, guint caps)
{
  const char *text = event->text != NULL ? event->text : "";
  gsize most = room_for_text (event);
  gsize len = strlen (text);
  Said said = { event, caps, out, FALSE, TRUE };
  gboolean concat = FALSE;

  /* What came in one line goes out in one, also where the sender's name before it makes it a
   * little longer than 512 bytes: no client of today minds, and all would mind a cut. */
  if (len <= SAL_IRC_LINE_BYTES && strpbrk (text, "\r\n") == NULL)
    {
      append_piece (&said, text, len, FALSE);
      return;
    }
  said.batched = (caps & SAL_IRC_CAP_MULTILINE) && (caps & SAL_IRC_CAP_BATCH) &&
                 event->kind != SAL_EVENT_ACTION;
  if (said.batched)
    append_batch_begin (out, event, caps);
  for (;;)
    {
      gsize n = strcspn (text, "\r\n");

      append_text_line (&said, text, n, most, concat);
      text += n;
      if (*text == '\0')
        break;
      concat = *text++ == SAL_IRC_SAME_LINE;
    }
  if (said.batched)
    g_string_append (out, "BATCH -" LINES_BATCH "\r\n");
}

/* What happens. */

static void
append_join (GString *out, const SalEvent *event, guint caps)
{
  append_room (out, event);
  if (!(caps & SAL_IRC_CAP_EXTENDED_JOIN))
    return;
  g_string_append_c (out, ' ');
  g_string_append (out, event->account != NULL ? event->account : "*");
  append_last (out, event->real_name != NULL ? event->real_name : event->name);
}

static void
append_optional (GString *out, const char *text)
{
  if (text != NULL && *text != '\0')
    append_last (out, text);
}

static void
append_params (GString *out, const SalEvent *event, guint caps)
{
  const char *at = NULL;

  switch (event->kind)
    {
    case SAL_EVENT_JOIN:
      append_join (out, event, caps);
      break;
    case SAL_EVENT_LEAVE:
      append_room (out, event);
      append_optional (out, event->text);
      break;
    case SAL_EVENT_QUIT:
    case SAL_EVENT_SETNAME:
    case SAL_EVENT_WALLOPS:
      g_string_append_c (out, ':');
      g_string_append (out, event->text != NULL ? event->text : "");
      break;
    case SAL_EVENT_AWAY:
      if (event->text != NULL)
        g_string_append_printf (out, ":%s", event->text);
      break;
    case SAL_EVENT_NICK:
      g_string_append (out, event->target);
      break;
    case SAL_EVENT_TOPIC:
      append_room (out, event);
      append_last (out, event->text);
      break;
    case SAL_EVENT_KICK:
      append_room (out, event);
      g_string_append_printf (out, " %s", event->target);
      append_last (out, event->text);
      break;
    case SAL_EVENT_MODE:
      append_receiver (out, event);
      g_string_append_printf (out, " %s", event->text);
      break;
    case SAL_EVENT_INVITE:
      g_string_append_printf (out, "%s ", event->target);
      append_room (out, event);
      break;
    case SAL_EVENT_ACCOUNT:
      g_string_append (out, event->account != NULL ? event->account : "*");
      break;
    case SAL_EVENT_CHGHOST:
      at = strchr (event->target, '@');
      g_string_append_len (out, event->target, at != NULL ? at - event->target : -1);
      g_string_append_printf (out, " %s", at != NULL ? at + 1 : "*");
      break;
    case SAL_EVENT_REDACT:
      append_receiver (out, event);
      g_string_append_printf (out, " %s", event->msgid);
      append_optional (out, event->text);
      break;
    default:
      append_receiver (out, event); /* TAGMSG */
      break;
    }
}

/* What is in the line from @begin on is cut to what a line may have, tags apart: names can be so
 * long that there is less room for a text than there was where it came in. Only that gives way,
 * for all before it is shorter than a line. */
static void
fit_line (GString *out, gsize begin)
{
  const char *line = out->str + begin;
  gsize len = out->len - begin;
  gsize tags = sal_irc_tags_length (line, len);

  g_string_truncate (out,
                     begin + tags + sal_text_fit (line + tags, len - tags, SAL_IRC_LINE_BYTES));
}

static void
encode (GString *out, const SalEvent *event, guint caps)
{
  guint needed = needed_caps (event);
  gsize begin = out->len;

  if ((guint) event->kind >= G_N_ELEMENTS (verbs) || verbs[event->kind] == NULL ||
      (caps & needed) != needed)
    return;
  if (event->past && !(caps & SAL_IRC_CAP_EVENT_PLAYBACK) && event->kind != SAL_EVENT_MESSAGE &&
      event->kind != SAL_EVENT_ACTION && event->kind != SAL_EVENT_NOTICE)
    return;
  if (event->kind == SAL_EVENT_MESSAGE || event->kind == SAL_EVENT_ACTION ||
      event->kind == SAL_EVENT_NOTICE)
    {
      append_said (out, event, caps);
      return;
    }
  append_tags (out, event, caps, event->batch, TRUE);
  append_source (out, event);
  g_string_append (out, verbs[event->kind]);
  g_string_append_c (out, ' ');
  append_params (out, event, caps);
  if (out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  fit_line (out, begin);
  g_string_append (out, "\r\n");
}

const SalDialect sal_dialect_irc = {
  .name = "irc",
  .encode = encode,
  .parse = sal_irc_parse,
};
