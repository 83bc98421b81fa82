/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plain dialect: what the room speaks with programs that know nothing of it.
 * The sentences of a server stand in one table that serves both for writing and
 * for reading them, so what a client understands is what a server says.
 *
 * Our own words are ASCII: the most copied tutorial client ends at the first other
 * byte (S2). What people write is UTF-8, whatever the reader is.
 */
#include "config.h"

#include "common/proto/sal-dialect-plain.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-number.h"
#include "common/proto/sal-dialect-irc.h"
#include "common/proto/sal-guard.h"
#include "common/proto/sal-plain-modes.h"
#include "common/proto/sal-text.h"

/* In a template: %n a name, %a an address, %r a room, %t a text, %d a number. */
typedef struct
{
  const char *text[SAL_PLAIN_N_LANGUAGES];
} Template;

/* Sizes matter here: with their LF the greeting has 22 bytes, the request for a
 * name 29, the welcome 61 and the name, the hint 34, the goodbye 25, as the homework
 * had them (S1). Two programs by other authors wait for the word "Welcome". */
static const Template events[] = {
  [SAL_EVENT_GREETING] = { { "Welcome to the room!!", "Welcome - Benvenuto!!" } },
  [SAL_EVENT_NAME_WANTED] = { { "Please type your name first:", "Inserisci ora il tuo nome..." } },
  [SAL_EVENT_WELCOME] = { { "Hi %n, you are in the room now. Say 'quit' or 'exit' to leave.",
                            "Ciao %n, benvenuto nella chatroom! Digita 'quit' oppure 'exit'" } },
  [SAL_EVENT_HINT] = { { "Just write now, everyone reads it",
                         "Inizia pure a scrivere i messaggi" } },
  [SAL_EVENT_MESSAGE] = { { "> %n%a: %t", "> %n%a: %t" } },
  [SAL_EVENT_ACTION] = { { "* %n%a %t", "* %n%a %t" } },
  [SAL_EVENT_JOIN] = { { "> %n%a has come into the chat room.",
                         "> %n%a si e' unito/a alla chat room" } },
  [SAL_EVENT_LEAVE] = { { "> %n%a has left this room.", "> %n%a ha lasciato la chat" } },
  [SAL_EVENT_GOODBYE] = { { "Goodbye and see you soon", "Arrivederci e a presto.." } },
};

/* Nothing that a person says can begin with "-- ". */
static const Template notes[SAL_N_NOTES] = {
  [SAL_NOTE_HELP] = { { "-- /who: who is here. /history [N]: the last N messages.\n"
                        "-- /me TEXT: what you do. /join ROOM: go to another room. /quit: leave.\n"
                        "-- Everything else that you write is read by everyone.",
                        "-- /who: chi c'e'. /history [N]: gli ultimi N messaggi.\n"
                        "-- /me TESTO: quello che fai. /join STANZA: cambia stanza. /quit: esci.\n"
                        "-- Tutto il resto che scrivi lo leggono tutti." } },
  [SAL_NOTE_WHO] = { { "-- In %r (%d): %t", "-- In %r (%d): %t" } },
  [SAL_NOTE_NO_HISTORY] = { { "-- Nothing was said in %r yet.",
                              "-- In %r non e' stato ancora detto niente." } },
  [SAL_NOTE_MISUSED] = { { "-- That is not how %t is used; /help tells.",
                           "-- %t non si usa cosi'; /help lo spiega." } },
  [SAL_NOTE_MOVED] = { { "-- You are in %r now.", "-- Ora sei in %r." } },
  [SAL_NOTE_LIMIT] = { { "-- Not accepted: the limit %t is %d here.",
                         "-- Non accettato: qui il limite %t e' %d." } },
  [SAL_NOTE_NOT_KEPT] = { { "-- Not sent: the room cannot write its log now. Try again later.",
                            "-- Non inviato: la stanza ora non puo' scrivere il suo registro. "
                            "Riprova piu' tardi." } },
  [SAL_NOTE_NO_READING] = { { "-- The room cannot read its log now. Try again later.",
                              "-- La stanza ora non puo' leggere il suo registro. Riprova piu' "
                              "tardi." } },
  [SAL_NOTE_MUTED] = { { "-- Not sent: the operator has muted you.",
                         "-- Non inviato: il gestore ti ha tolto la parola." } },
  [SAL_NOTE_BANNED] = { { "-- The operator has banned you from this server.",
                          "-- Il gestore ti ha escluso da questo server." } },
  [SAL_NOTE_KICKED] = { { "-- The operator has put you out: %t",
                          "-- Il gestore ti ha fatto uscire: %t" } },
  [SAL_NOTE_NOT_PUBLIC] = { { "-- This server admits its own network only (public = no).",
                              "-- Questo server ammette solo la propria rete (public = no)." } },
  [SAL_NOTE_STOPPED] = { { "-- This server takes nobody new now.",
                           "-- Questo server ora non accetta nessuno di nuovo." } },
  [SAL_NOTE_TLS_ONLY] = { { "-- This port speaks TLS only; come in with a client that does.",
                            "-- Questa porta parla solo TLS: entra con un programma che lo fa." } },
  [SAL_NOTE_TOO_MANY_ERRORS] = { { "-- Three errors in a row: the connection ends.",
                                   "-- Tre errori di seguito: la connessione termina." } },
  [SAL_NOTE_PRIVATE] = { { "-- %n says to you alone: %t", "-- %n dice solo a te: %t" } },
  [SAL_NOTE_PRIVATE_ACT] = { { "-- To you alone: %n %t", "-- Solo per te: %n %t" } },
  [SAL_NOTE_RENAMED] = { { "-- %n is called %t from now on.",
                           "-- %n d'ora in poi si chiama %t." } },
  [SAL_NOTE_TOPIC] = { { "-- %n has set the topic: %t", "-- %n ha scelto l'argomento: %t" } },
  [SAL_NOTE_NO_TOPIC] = { { "-- %n has taken the topic away.", "-- %n ha tolto l'argomento." } },
  [SAL_NOTE_PUT_OUT] = { { "-- %n has put %o out of the room.",
                           "-- %n ha fatto uscire %o dalla stanza." } },
  [SAL_NOTE_PUT_OUT_WHY] = { { "-- %n has put %o out of the room: %t",
                               "-- %n ha fatto uscire %o dalla stanza: %t" } },
  [SAL_NOTE_INVITED] = { { "-- %n invites you: /join %r", "-- %n ti invita: /join %r" } },
  [SAL_NOTE_TAKEN_BACK] = { { "-- %n has taken a message back.",
                              "-- %n ha ritirato un messaggio." } },
  [SAL_NOTE_TAKEN_BACK_WHY] = { { "-- %n has taken a message back: %t",
                                  "-- %n ha ritirato un messaggio: %t" } },
  [SAL_NOTE_REFUSED] = { { "-- Not accepted: the rules of %r do not allow it.",
                           "-- Non accettato: le regole di %r non lo permettono." } },
};

/**
 * sal_plain_language_from_name:
 * @name: "en" or "it"
 *
 * Returns: %FALSE if the wire does not speak it.
 */
gboolean
sal_plain_language_from_name (const char *name, SalPlainLanguage *language)
{
  static const char *const names[] = { "en", "it" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], name))
      {
        *language = (SalPlainLanguage) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * sal_plain_format_address:
 * @host: a literal address, a cloak, or "local"
 *
 * Returns: (transfer full): `('HOST', PORT)`, as Python prints an address (S3).
 */
char *
sal_plain_format_address (const char *host, guint16 port)
{
  char *text = g_malloc (strlen (host) + sizeof "('', 65535)");
  char *at = g_stpcpy (g_stpcpy (g_stpcpy (text, "('"), host), "', ");

  (void) g_stpcpy (sal_number_put (at, port), ")");
  return text;
}

/* Server: units to commands. */

static gboolean
take_word (const char **text, const char *word)
{
  gsize n = strlen (word);

  if (g_ascii_strncasecmp (*text, word, n) != 0 || ((*text)[n] != '\0' && (*text)[n] != ' '))
    return FALSE;
  *text += n;
  while (**text == ' ')
    (*text)++;
  return TRUE;
}

/**
 * sal_plain_is_leaving_word:
 * @text: clean text
 *
 * Returns: whether a salottod takes @text for a goodbye: exact, in any case (S23).
 */
gboolean
sal_plain_is_leaving_word (const char *text)
{
  static const char *const words[] = { "quit", "exit", "/quit", "/exit", "(quit)", "{quit}" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0)
      return TRUE;
  return FALSE;
}

/* One family of window clients waits for its word to come back before it goes (S23). */
static const char *
echo_of (const char *leaving_word)
{
  return *leaving_word == '{' ? "{quit}" : NULL;
}

/* The few commands of the plain dialect. Every other line that starts with a slash
 * is an ordinary message. */
static void
decode_slash (const char *text, SalCommand *command)
{
  const char *rest = text;
  guint64 number = SAL_HISTORY_DEFAULT;

  if (take_word (&rest, "/help"))
    *command = (SalCommand){ .kind = SAL_COMMAND_HELP };
  else if (take_word (&rest, "/who"))
    *command = *rest == '\0' ? (SalCommand){ .kind = SAL_COMMAND_WHO }
                             : (SalCommand){ .kind = SAL_COMMAND_MISUSED, .text = "/who" };
  else if (take_word (&rest, "/history"))
    {
      if (*rest != '\0' &&
          !g_ascii_string_to_unsigned (rest, 10, 1, SAL_HISTORY_MAX, &number, NULL))
        *command = (SalCommand){ .kind = SAL_COMMAND_MISUSED, .text = "/history" };
      else
        *command = (SalCommand){ .kind = SAL_COMMAND_HISTORY, .number = (guint) number };
    }
  else if (take_word (&rest, "/me"))
    *command = *rest != '\0' ? (SalCommand){ .kind = SAL_COMMAND_ACT, .text = rest }
                             : (SalCommand){ .kind = SAL_COMMAND_MISUSED, .text = "/me" };
  else if (take_word (&rest, "/join"))
    *command = *rest != '\0' ? (SalCommand){ .kind = SAL_COMMAND_JOIN, .text = rest }
                             : (SalCommand){ .kind = SAL_COMMAND_MISUSED, .text = "/join" };
}

static void
decode (const SalUnit *unit, gboolean named, GString *scratch, SalCommand *command)
{
  *command = (SalCommand){ .kind = SAL_COMMAND_NONE };
  switch (unit->kind)
    {
    case SAL_UNIT_BINARY:
      command->kind = SAL_COMMAND_GARBLED;
      return;
    case SAL_UNIT_INTERRUPT:
      command->kind = SAL_COMMAND_QUIT;
      return;
    case SAL_UNIT_TLS:
      command->kind = SAL_COMMAND_TLS;
      return;
    case SAL_UNIT_REPLY:
      return;
    case SAL_UNIT_TEXT:
    case SAL_UNIT_CUT:
      break;
    }

  if (!named && sal_guard_is_http (unit->bytes, unit->len))
    {
      command->kind = SAL_COMMAND_HTTP;
      return;
    }

  g_string_truncate (scratch, 0);
  command->cut = unit->kind == SAL_UNIT_CUT;
  if (!sal_text_clean (scratch, unit->bytes, unit->len))
    command->kind = command->cut ? SAL_COMMAND_GARBLED : SAL_COMMAND_BLANK;
  else if (sal_plain_is_leaving_word (scratch->str))
    *command = (SalCommand){ .kind = SAL_COMMAND_QUIT, .text = echo_of (scratch->str) };
  else if (!named)
    {
      command->kind = SAL_COMMAND_INTRODUCE;
      command->text = scratch->str;
    }
  else
    {
      command->kind = SAL_COMMAND_SAY;
      command->text = scratch->str;
      if (*scratch->str == '/' && !command->cut)
        decode_slash (scratch->str, command);
    }
}

/* Server: events to bytes. */

static void
append_eol (GString *out, guint variant)
{
  if (sal_plain_variant_eol (variant) == SAL_PLAIN_CRLF)
    g_string_append_c (out, '\r');
  g_string_append_c (out, '\n');
}

/* What g_string_append() does, but without its calls where there is place: several for each line,
 * and of lines there are several for each who comes in. */
static void
append_text (GString *out, const char *text, gsize len)
{
  if (len >= out->allocated_len - out->len)
    {
      g_string_append_len (out, text, (gssize) len);
      return;
    }
  memcpy (out->str + out->len, text, len);
  out->len += len;
  out->str[out->len] = '\0';
}

static void
append_field (GString *out, const char *text)
{
  append_text (out, text, strlen (text));
}

static void
append_template (GString *out, const char *template, const SalEvent *event, guint variant)
{
  for (const char *at = template; *at != '\0'; at++)
    {
      gsize words = strcspn (at, "%\n");

      if (words > 0)
        {
          append_text (out, at, words);
          at += words - 1;
        }
      else if (*at == '\n')
        append_eol (out, variant);
      else
        switch (*++at)
          {
          case 'n':
            append_field (out, event->name);
            break;
          case 'a':
            append_field (out, event->address);
            break;
          case 'r':
            append_field (out, event->room);
            break;
          case 'o':
            append_field (out, event->target);
            break;
          case 't':
            append_field (out, event->text != NULL ? event->text : "");
            break;
          default:
            g_string_append_printf (out, "%" G_GUINT64_FORMAT, event->number);
            break;
          }
    }
}

/* `/history` prints no addresses: `[2020-05-03 18:22] > Antonio: ciao`. */
static void
append_past (GString *out, const SalEvent *event)
{
  g_string_append_c (out, '[');
  sal_text_append_time (out, event->time_us);
  g_string_append (out, event->kind == SAL_EVENT_ACTION ? "] * " : "] > ");
  g_string_append (out, event->name);
  g_string_append (out, event->kind == SAL_EVENT_ACTION ? " " : ": ");
  g_string_append (out, event->text);
}

static gboolean
is_about_people (const SalEvent *event)
{
  return (event->kind == SAL_EVENT_MESSAGE || event->kind == SAL_EVENT_ACTION ||
          event->kind == SAL_EVENT_JOIN || event->kind == SAL_EVENT_LEAVE) &&
         !event->past;
}

/* Who gives no reason for putting somebody out has given their own name. */
static gboolean
is_reason (const SalEvent *kick)
{
  return kick->text != NULL && *kick->text != '\0' && g_strcmp0 (kick->text, kick->name) != 0;
}

/* What has no form of its own here, in one that it has. Returns FALSE if it has none. */
static gboolean
to_plain_form (const SalEvent *event, SalEvent *plain)
{
  gboolean said = event->kind == SAL_EVENT_MESSAGE || event->kind == SAL_EVENT_ACTION ||
                  event->kind == SAL_EVENT_NOTICE;

  *plain = *event;
  if (event->kind == SAL_EVENT_NOTICE)
    plain->kind = SAL_EVENT_MESSAGE;
  else if (event->kind == SAL_EVENT_QUIT)
    plain->kind = SAL_EVENT_LEAVE;
  else if (event->kind > SAL_EVENT_NOTE)
    plain->kind = SAL_EVENT_NOTE;
  if (said && event->target != NULL)
    {
      plain->kind = SAL_EVENT_NOTE;
      plain->note = event->kind == SAL_EVENT_ACTION ? SAL_NOTE_PRIVATE_ACT : SAL_NOTE_PRIVATE;
    }
  switch (event->kind)
    {
    case SAL_EVENT_NICK:
      plain->note = SAL_NOTE_RENAMED;
      plain->text = event->target;
      return TRUE;
    case SAL_EVENT_TOPIC:
      plain->note = *event->text != '\0' ? SAL_NOTE_TOPIC : SAL_NOTE_NO_TOPIC;
      return TRUE;
    case SAL_EVENT_KICK:
      plain->note = is_reason (event) ? SAL_NOTE_PUT_OUT_WHY : SAL_NOTE_PUT_OUT;
      plain->text = is_reason (event) ? event->text : NULL;
      return TRUE;
    case SAL_EVENT_INVITE:
      plain->note = SAL_NOTE_INVITED;
      return TRUE;
    case SAL_EVENT_REDACT:
      plain->note = event->text != NULL && *event->text != '\0' ? SAL_NOTE_TAKEN_BACK_WHY
                                                                : SAL_NOTE_TAKEN_BACK;
      return TRUE;
    default:
      return plain->kind != SAL_EVENT_NOTE || event->kind == SAL_EVENT_NOTE || said;
    }
}

static void encode_line (GString *out, const SalEvent *event, guint variant);

/* Whether everything in @text may be shown as it is, which what plain programs say always may:
 * it was cleaned when it came. Part of it may have been (`/me TEXT`), and a byte order mark that
 * has come to its beginning is none in the middle of our line. */
static gboolean
is_clean (const char *text)
{
  g_autoptr (GString) clean = NULL;
  const char *at = NULL;

  while (g_str_has_prefix (text, SAL_TEXT_BYTE_ORDER_MARK))
    text += strlen (SAL_TEXT_BYTE_ORDER_MARK);
  at = text;
  while ((guchar) *at >= 0x20 && (guchar) *at < 0x7F)
    at++;
  if (*at == '\0')
    return TRUE;
  clean = g_string_new (NULL);
  sal_text_clean_line (clean, text, strlen (text));
  return g_str_equal (clean->str, text);
}

/* What went on in the next line of IRC, because one was too short for it, is one line here. */
static char *
join_lines (const char *text)
{
  char *joined = g_strdup (text);
  char *to = joined;

  for (const char *from = text; *from != '\0'; from++)
    if (*from != SAL_IRC_SAME_LINE)
      *to++ = *from;
  *to = '\0';
  return joined;
}

/* IRC's text may have colours and lines in it. What people can read of it becomes lines of
 * their own. That somebody is put out is told even if nothing of the reason can be read. */
static void
encode_foreign_text (GString *out, const SalEvent *event, guint variant)
{
  g_autofree char *joined = join_lines (event->text);
  g_auto (GStrv) lines = g_strsplit (joined, "\n", -1);
  SalEvent line = *event;
  gsize start = out->len;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GString) clean = g_string_new (NULL);

      sal_text_strip_formatting (lines[i]);
      if (!sal_text_clean (clean, lines[i], strlen (lines[i])))
        continue;
      line.text = clean->str;
      encode_line (out, &line, variant);
    }
  line.text = NULL;
  if (line.kind == SAL_EVENT_NOTE && line.note == SAL_NOTE_PUT_OUT_WHY)
    line.note = SAL_NOTE_PUT_OUT;
  if (out->len == start && line.kind == SAL_EVENT_NOTE &&
      (line.note == SAL_NOTE_KICKED || line.note == SAL_NOTE_PUT_OUT))
    encode_line (out, &line, variant);
}

/* What a program asks another, or answers it (CTCP). */
static gboolean
is_for_programs (const SalEvent *event)
{
  return (event->kind == SAL_EVENT_MESSAGE || event->kind == SAL_EVENT_NOTICE) &&
         event->host != NULL && event->text != NULL && event->text[0] == '\001';
}

typedef struct
{
  GString *out;
  const SalEvent *event;
  guint variant;
} Modes;

static void
encode_mode (const char *template, const char *param, gpointer data)
{
  const Modes *modes = data;
  SalEvent event = *modes->event;
  g_autoptr (GString) clean = g_string_new (NULL);

  /* A mask is what somebody typed, whatever is in it. */
  if (param != NULL && !sal_text_clean (clean, param, strlen (param)))
    g_string_assign (clean, "?");
  event.text = clean->str;
  append_template (modes->out, template, &event, modes->variant);
  append_eol (modes->out, modes->variant);
}

static void
encode (GString *out, const SalEvent *event, guint variant)
{
  Modes modes = { out, event, variant };
  SalEvent plain;

  if (event->kind == SAL_EVENT_MODE)
    sal_plain_modes_foreach (event->text, (SalPlainLanguage) (variant >> 2), encode_mode, &modes);
  if (event->kind == SAL_EVENT_MODE || is_for_programs (event) || !to_plain_form (event, &plain))
    return;
  /* Not by the host: topics of rooms that wake and reasons of kicks have none. */
  if (plain.text != NULL && !is_clean (plain.text))
    encode_foreign_text (out, &plain, variant);
  else
    encode_line (out, &plain, variant);
}

static void
encode_line (GString *out, const SalEvent *event, guint variant)
{
  guint language = variant >> 2;

  if (event->kind == SAL_EVENT_QUIT_ECHO)
    {
      g_string_append (out, event->text); /* 6 bytes and no more (S23) */
      return;
    }
  if (event->past)
    append_past (out, event);
  else if (event->kind == SAL_EVENT_NOTE)
    append_template (out, notes[event->note].text[language], event, variant);
  else
    append_template (out, events[event->kind].text[language], event, variant);

  if (sal_plain_variant_eol (variant) != SAL_PLAIN_EXACT || !is_about_people (event))
    append_eol (out, variant);
}

/* Client: lines to events. */

/* Take one field of a template off @at: what it is runs up to @next, the literal
 * after it. Returns FALSE if @at cannot be that field. */
static gboolean
match_field (const char **at,
             char field,
             char next_field,
             const char *next,
             gsize next_len,
             GString *scratch,
             gsize *offset)
{
  const char *end = NULL;

  switch (field)
    {
    case 'a':
      end = g_str_has_prefix (*at, "('") ? strchr (*at, ')') : NULL;
      end = end != NULL ? end + 1 : NULL;
      break;
    case 'd':
      end = *at + strspn (*at, "0123456789");
      end = end > *at ? end : NULL;
      break;
    default:
      if (next_field == 'a')
        end = strstr (*at, "('");
      else if (next_len == 0)
        end = *at + strlen (*at);
      else
        end = g_strstr_len (*at, -1, next);
      break;
    }
  if (end == NULL || (end == *at && field != 't'))
    return FALSE;
  *offset = scratch->len;
  g_string_append_len (scratch, *at, end - *at);
  g_string_append_c (scratch, '\0');
  *at = end;
  return TRUE;
}

/* Does @line have the form of @template? Fills in what @event says then. Strings
 * are stored as offsets first, because @scratch moves while it grows. */
static gboolean
match_template (const char *line, const char *template, GString *scratch, SalEvent *event)
{
  gsize offsets[128] = { 0 };
  const char *fields = "narto";

  g_string_truncate (scratch, 0);
  g_string_append_c (scratch, '\0');
  for (const char *at = template; *at != '\0'; at++)
    {
      g_autofree char *literal = NULL;
      gsize literal_len = 0;
      gsize offset = 0;

      if (*at != '%')
        {
          if (*line++ != *at)
            return FALSE;
          continue;
        }
      at++;
      literal_len = strcspn (at + 1, "%");
      literal = g_strndup (at + 1, literal_len);
      if (!match_field (&line, *at, at[1] == '%' ? at[2] : '\0', literal, literal_len, scratch,
                        &offset))
        return FALSE;
      offsets[(guint8) *at & 0x7F] = offset;
    }
  if (*line != '\0')
    return FALSE;

  if (offsets['d'] != 0)
    event->number = g_ascii_strtoull (scratch->str + offsets['d'], NULL, 10);
  for (const char *f = fields; *f != '\0'; f++)
    {
      const char **slot = *f == 'n'   ? &event->name
                          : *f == 'a' ? &event->address
                          : *f == 'r' ? &event->room
                          : *f == 'o' ? &event->target
                                      : &event->text;
      if (offsets[(guint8) *f & 0x7F] != 0)
        *slot = scratch->str + offsets[(guint8) *f & 0x7F];
    }
  return TRUE;
}

static void
parse (const char *line, GString *scratch, SalEvent *event)
{
  for (guint language = 0; language < SAL_PLAIN_N_LANGUAGES; language++)
    {
      for (guint kind = 0; kind < G_N_ELEMENTS (events); kind++)
        {
          *event = (SalEvent){ .kind = (SalEventKind) kind };
          if (events[kind].text[language] != NULL &&
              match_template (line, events[kind].text[language], scratch, event))
            return;
        }
      for (guint note = 0; note < SAL_N_NOTES && g_str_has_prefix (line, "-- "); note++)
        {
          *event = (SalEvent){ .kind = SAL_EVENT_NOTE, .note = (SalNote) note };
          if (match_template (line, notes[note].text[language], scratch, event))
            return;
        }
    }
  g_string_assign (scratch, line);
  *event = (SalEvent){ .kind = SAL_EVENT_TEXT, .text = scratch->str };
}

const SalDialect sal_dialect_plain = {
  .name = "plain",
  .decode = decode,
  .encode = encode,
  .parse = parse,
};
