/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plain dialect: what is written byte for byte (S1 to S4, S6), what commands units
 * are (S23, the slash commands), and that a client reads what a server writes, and reads
 * nothing else out of what people say.
 *
 * It is one piece because most of it is tables of one kind: an event and its bytes.
 */
#include "config.h"

#include "common/proto/sal-dialect-plain.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-text.h"

#define EN SAL_PLAIN_ENGLISH
#define IT SAL_PLAIN_ITALIAN
#define ADDRESS "('95.251.48.71', 53373)"

static char *
encode (const SalEvent *event, SalPlainEol eol, SalPlainLanguage language)
{
  GString *out = g_string_new (NULL);

  sal_dialect_plain.encode (out, event, sal_plain_variant (eol, language));
  return g_string_free (out, FALSE);
}

/* Writing. */

typedef struct
{
  const char *name;
  SalEvent event;
  const char *english; /* without its end */
  const char *italian;
  gsize size; /* with the LF, where the rules promise one; else 0 */
} LineRow;

static const LineRow line_rows[] = {
  { "greeting",
    { .kind = SAL_EVENT_GREETING },
    "Welcome to the room!!",
    "Welcome - Benvenuto!!",
    22 },
  { "name-wanted",
    { .kind = SAL_EVENT_NAME_WANTED },
    "Please type your name first:",
    "Inserisci ora il tuo nome...",
    29 },
  { "welcome",
    { .kind = SAL_EVENT_WELCOME, .name = "Antonio" },
    "Hi Antonio, you are in the room now. Say 'quit' or 'exit' to leave.",
    "Ciao Antonio, benvenuto nella chatroom! Digita 'quit' oppure 'exit'",
    61 + 7 },
  { "hint",
    { .kind = SAL_EVENT_HINT },
    "Just write now, everyone reads it",
    "Inizia pure a scrivere i messaggi",
    34 },
  { "goodbye",
    { .kind = SAL_EVENT_GOODBYE },
    "Goodbye and see you soon",
    "Arrivederci e a presto..",
    25 },
  /* The 51 bytes of the captures, and the LF. */
  { "message",
    { .kind = SAL_EVENT_MESSAGE,
      .name = "Antonio",
      .address = ADDRESS,
      .text = "17 bytes of text!" },
    "> Antonio" ADDRESS ": 17 bytes of text!",
    "> Antonio" ADDRESS ": 17 bytes of text!",
    51 + 1 },
  { "join",
    { .kind = SAL_EVENT_JOIN, .name = "Antonio", .address = "('188.152.47.22', 51988)" },
    "> Antonio('188.152.47.22', 51988) has come into the chat room.",
    "> Antonio('188.152.47.22', 51988) si e' unito/a alla chat room",
    62 + 1 },
  { "leave",
    { .kind = SAL_EVENT_LEAVE, .name = "Antonio", .address = ADDRESS },
    "> Antonio" ADDRESS " has left this room.",
    "> Antonio" ADDRESS " ha lasciato la chat",
    52 + 1 },
  { "action",
    { .kind = SAL_EVENT_ACTION, .name = "Ada", .address = "('::1', 9)", .text = "waves" },
    "* Ada('::1', 9) waves",
    "* Ada('::1', 9) waves" },
  { "message-in-utf-8",
    { .kind = SAL_EVENT_MESSAGE,
      .name = "Ren\xC3\xA9",
      .address = "('local', 0)",
      .text = "\xC3\xA8 qui \xF0\x9F\x98\x80" },
    "> Ren\xC3\xA9('local', 0): \xC3\xA8 qui \xF0\x9F\x98\x80",
    "> Ren\xC3\xA9('local', 0): \xC3\xA8 qui \xF0\x9F\x98\x80" },
  { "message-with-percent-signs",
    { .kind = SAL_EVENT_MESSAGE, .name = "Ada", .address = "('x7k2qm', 0)", .text = "100%t %n %a" },
    "> Ada('x7k2qm', 0): 100%t %n %a",
    "> Ada('x7k2qm', 0): 100%t %n %a" },
  { "past-message",
    { .kind = SAL_EVENT_MESSAGE,
      .name = "Antonio",
      .address = ADDRESS,
      .text = "ciao",
      .time_us = G_GINT64_CONSTANT (1588530120000000),
      .past = TRUE },
    "[2020-05-03 18:22] > Antonio: ciao",
    "[2020-05-03 18:22] > Antonio: ciao" },
  { "past-action",
    { .kind = SAL_EVENT_ACTION,
      .name = "Antonio",
      .address = ADDRESS,
      .text = "waves",
      .time_us = G_GINT64_CONSTANT (1588530120000000),
      .past = TRUE },
    "[2020-05-03 18:22] * Antonio waves",
    "[2020-05-03 18:22] * Antonio waves" },
  { "note-who",
    { .kind = SAL_EVENT_NOTE,
      .note = SAL_NOTE_WHO,
      .room = "tea",
      .text = "Ada, Bob",
      .number = 2 },
    "-- In tea (2): Ada, Bob",
    "-- In tea (2): Ada, Bob" },
  { "note-limit",
    { .kind = SAL_EVENT_NOTE,
      .note = SAL_NOTE_LIMIT,
      .text = "messages-per-second",
      .number = G_MAXUINT64 },
    "-- Not accepted: the limit messages-per-second is 18446744073709551615 here.",
    "-- Non accettato: qui il limite messages-per-second e' 18446744073709551615." },
};

static void
test_line (gconstpointer data)
{
  const LineRow *row = data;
  gboolean about_people = row->event.kind == SAL_EVENT_MESSAGE ||
                          row->event.kind == SAL_EVENT_ACTION ||
                          row->event.kind == SAL_EVENT_JOIN || row->event.kind == SAL_EVENT_LEAVE;

  for (guint language = 0; language < SAL_PLAIN_N_LANGUAGES; language++)
    {
      const char *text = language == EN ? row->english : row->italian;
      g_autofree char *lf = encode (&row->event, SAL_PLAIN_LF, language);
      g_autofree char *crlf = encode (&row->event, SAL_PLAIN_CRLF, language);
      g_autofree char *exact = encode (&row->event, SAL_PLAIN_EXACT, language);
      g_autofree char *with_lf = g_strconcat (text, "\n", NULL);
      g_autofree char *with_crlf = g_strconcat (text, "\r\n", NULL);

      g_assert_cmpstr (lf, ==, with_lf);
      g_assert_cmpstr (crlf, ==, with_crlf);
      /* S4: exact is about what people say and do, while it happens. */
      g_assert_cmpstr (exact, ==, about_people && !row->event.past ? text : with_lf);
      if (row->size > 0)
        g_assert_cmpuint (strlen (lf), ==, row->size);
    }
}

/* S1 with names of any length, and the sizes of S3. */
static void
test_sizes_grow_with_the_name (void)
{
  g_autoptr (GString) name = g_string_new (NULL);
  static const struct
  {
    SalEventKind kind;
    gsize without_name;
  } rows[] = {
    { SAL_EVENT_WELCOME, 61 },
    { SAL_EVENT_JOIN, 31 + 23 + 1 },
    { SAL_EVENT_LEAVE, 22 + 23 + 1 },
    { SAL_EVENT_MESSAGE, 4 + 23 + 4 + 1 },
  };

  for (gsize n = 1; n <= 32; n++)
    {
      g_string_append_c (name, 'x');
      for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
        for (guint language = 0; language < SAL_PLAIN_N_LANGUAGES; language++)
          {
            SalEvent event = {
              .kind = rows[i].kind, .name = name->str, .address = ADDRESS, .text = "ciao"
            };
            g_autofree char *line = encode (&event, SAL_PLAIN_LF, language);

            g_assert_cmpuint (strlen (line), ==, rows[i].without_name + n);
          }
    }
}

/* S23: these 6 bytes and no more, whoever reads them. */
static void
test_quit_echo (void)
{
  SalEvent event = { .kind = SAL_EVENT_QUIT_ECHO, .text = "{quit}" };

  for (guint eol = SAL_PLAIN_LF; eol <= SAL_PLAIN_EXACT; eol++)
    for (guint language = 0; language < SAL_PLAIN_N_LANGUAGES; language++)
      {
        g_autofree char *bytes = encode (&event, eol, language);

        g_assert_cmpstr (bytes, ==, "{quit}");
      }
}

static void
test_variants (void)
{
  for (guint language = 0; language < SAL_PLAIN_N_LANGUAGES; language++)
    for (guint eol = SAL_PLAIN_LF; eol <= SAL_PLAIN_EXACT; eol++)
      {
        guint variant = sal_plain_variant (eol, language);

        g_assert_cmpuint (variant, <, SAL_PLAIN_N_VARIANTS);
        g_assert_cmpuint (sal_plain_variant_eol (variant), ==, eol);
      }
  g_assert_cmpuint (sal_plain_variant (SAL_PLAIN_CRLF, EN), !=,
                    sal_plain_variant (SAL_PLAIN_CRLF, IT));
}

/* All that a server can say, with fields as plain as can be. */
static GArray *
all_events (void)
{
  GArray *events = g_array_new (FALSE, FALSE, sizeof (SalEvent));
  SalEvent event = { .room = "tea",
                     .name = "Ada",
                     .address = "('192.0.2.7', 53373)",
                     .text = "some text",
                     .number = 42,
                     .time_us = G_GINT64_CONSTANT (1588530120000000) };

  for (guint kind = SAL_EVENT_GREETING; kind < SAL_EVENT_NOTE; kind++)
    if (kind != SAL_EVENT_QUIT_ECHO)
      {
        event.kind = kind;
        g_array_append_val (events, event);
      }
  event.kind = SAL_EVENT_NOTE;
  event.target = "Bob";
  for (guint note = 0; note < SAL_N_NOTES; note++)
    {
      event.note = note;
      g_array_append_val (events, event);
    }
  event.target = NULL;
  event.past = TRUE;
  event.kind = SAL_EVENT_MESSAGE;
  g_array_append_val (events, event);
  event.kind = SAL_EVENT_ACTION;
  g_array_append_val (events, event);
  return events;
}

/* S2, S6: our own words are ASCII, and no control byte leaves but the ends of lines. */
static void
test_own_words_are_ascii (void)
{
  g_autoptr (GArray) events = all_events ();

  for (guint i = 0; i < events->len; i++)
    for (guint language = 0; language < SAL_PLAIN_N_LANGUAGES; language++)
      {
        g_autofree char *line =
            encode (&g_array_index (events, SalEvent, i), SAL_PLAIN_LF, language);

        g_assert_true (g_str_is_ascii (line));
        g_assert_true (g_str_has_suffix (line, "\n"));
        for (const char *at = line; *at != '\0'; at++)
          g_assert_true (*at == '\n' || ((guchar) *at >= 0x20 && *at != 0x7F));
      }
}

/* S4: every line of a text has the same end, also where there are several. */
static void
test_every_line_ends_alike (void)
{
  g_autoptr (GArray) events = all_events ();

  for (guint i = 0; i < events->len; i++)
    {
      const SalEvent *event = &g_array_index (events, SalEvent, i);
      g_autofree char *lf = encode (event, SAL_PLAIN_LF, EN);
      g_autofree char *crlf = encode (event, SAL_PLAIN_CRLF, EN);
      g_auto (GStrv) lines = g_strsplit (lf, "\n", -1);
      g_autofree char *joined = g_strjoinv ("\r\n", lines);

      g_assert_null (strchr (lf, '\r'));
      g_assert_cmpstr (crlf, ==, joined);
      if (event->kind != SAL_EVENT_NOTE || event->note != SAL_NOTE_HELP)
        g_assert_cmpuint (g_strv_length (lines), ==, 2);
      else
        g_assert_cmpuint (g_strv_length (lines), ==, 4);
      if (event->kind == SAL_EVENT_NOTE)
        for (guint l = 0; lines[l + 1] != NULL; l++)
          g_assert_true (g_str_has_prefix (lines[l], "-- "));
    }
}

/* Every note uses the fields that it is said to use, in both languages. */
static void
test_notes_say_what_they_are_given (void)
{
  static const struct
  {
    SalNote note;
    gboolean room, text, number;
  } rows[] = {
    { SAL_NOTE_WHO, TRUE, TRUE, TRUE },         { SAL_NOTE_NO_HISTORY, TRUE, FALSE, FALSE },
    { SAL_NOTE_MISUSED, FALSE, TRUE, FALSE },   { SAL_NOTE_MOVED, TRUE, FALSE, FALSE },
    { SAL_NOTE_LIMIT, FALSE, TRUE, TRUE },      { SAL_NOTE_KICKED, FALSE, TRUE, FALSE },
    { SAL_NOTE_NOT_KEPT, FALSE, FALSE, FALSE }, { SAL_NOTE_BANNED, FALSE, FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint language = 0; language < SAL_PLAIN_N_LANGUAGES; language++)
      {
        SalEvent event = { .kind = SAL_EVENT_NOTE,
                           .note = rows[i].note,
                           .room = "ROOM0",
                           .text = "TEXT0",
                           .number = 98765 };
        g_autofree char *line = encode (&event, SAL_PLAIN_LF, language);

        g_assert_cmpint (strstr (line, "ROOM0") != NULL, ==, rows[i].room);
        g_assert_cmpint (strstr (line, "TEXT0") != NULL, ==, rows[i].text);
        g_assert_cmpint (strstr (line, "98765") != NULL, ==, rows[i].number);
        g_assert_null (strchr (line, '%'));
      }
}

static void
test_kicked_without_a_reason (void)
{
  SalEvent event = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_KICKED };
  g_autofree char *line = encode (&event, SAL_PLAIN_LF, EN);

  g_assert_true (g_str_has_prefix (line, "-- "));
}

/* Whoever it comes from, and from where: the terminal must not obey it. */
static void
test_no_terminal_is_driven (void)
{
  static const struct
  {
    SalEvent event;
    const char *line;
  } rows[] = {
    { { .kind = SAL_EVENT_TOPIC, .text = "\x1B]0;pwn\x07topic\x02 \xC2\x9B" },
      "-- Ann has set the topic: ]0;pwntopic\n" },
    { { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_KICKED, .text = "\x1B[2Jloud" },
      "-- The operator has put you out: [2Jloud\n" },
    { { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_KICKED, .text = "\x1B\x07" },
      "-- The operator has put you out: \n" },
    { { .kind = SAL_EVENT_KICK, .target = "Bob", .text = "\x1B[2Jloud" },
      "-- Ann has put Bob out of the room: [2Jloud\n" },
    { { .kind = SAL_EVENT_KICK, .target = "Bob", .text = "\x1B\x07" },
      "-- Ann has put Bob out of the room.\n" },
    { { .kind = SAL_EVENT_KICK, .target = "Bob", .text = "" },
      "-- Ann has put Bob out of the room.\n" },
    { { .kind = SAL_EVENT_KICK, .target = "Bob", .text = "Ann" },
      "-- Ann has put Bob out of the room.\n" },
    { { .kind = SAL_EVENT_REDACT, .text = "\x1B[2Jrude" },
      "-- Ann has taken a message back: [2Jrude\n" },
    { { .kind = SAL_EVENT_MODE, .text = "+b \x1B[2J\xE2\x80\xAEx\xFF" },
      "-- Ann has banned [2Jx\xEF\xBF\xBD.\n" },
    { { .kind = SAL_EVENT_MODE, .text = "+b \x1B\x07" }, "-- Ann has banned ?.\n" },
  };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      SalEvent event = rows[i / 2].event;
      g_autofree char *line = NULL;

      event.name = "Ann";
      event.address = "";
      event.room = "tea";
      event.host = i % 2 != 0 ? "~ann@h" : NULL;
      line = encode (&event, SAL_PLAIN_LF, EN);
      g_assert_cmpstr (line, ==, rows[i / 2].line);
    }
}

static void
test_languages (void)
{
  SalPlainLanguage language = EN;

  g_assert_true (sal_plain_language_from_name ("it", &language));
  g_assert_cmpint (language, ==, IT);
  g_assert_true (sal_plain_language_from_name ("en", &language));
  g_assert_cmpint (language, ==, EN);
  g_assert_false (sal_plain_language_from_name ("fr", &language));
  g_assert_false (sal_plain_language_from_name ("", &language));
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *host;
    guint16 port;
    const char *text;
  } rows[] = {
    { "95.251.48.71", 53373, "('95.251.48.71', 53373)" },
    { "::1", 65535, "('::1', 65535)" },
    { "local", 0, "('local', 0)" },
    { "x7k2qm", 0, "('x7k2qm', 0)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = sal_plain_format_address (rows[i].host, rows[i].port);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

/* Units to commands. */

typedef struct
{
  const char *name;
  const char *bytes;
  gboolean named;
  SalCommandKind kind;
  const char *text;
  guint number;
  SalUnitKind unit; /* TEXT unless given */
  gboolean cut;
} CommandRow;

static const CommandRow command_rows[] = {
  /* S20, S21 */
  { "a-name", "Antonio", FALSE, SAL_COMMAND_INTRODUCE, "Antonio" },
  { "a-name-and-a-message", "Marta: ciao", FALSE, SAL_COMMAND_INTRODUCE, "Marta: ciao" },
  { "a-message", "ciao", TRUE, SAL_COMMAND_SAY, "ciao" },
  { "a-message-is-cleaned",
    "\x1B[2J\x07"
    "ciao\t!",
    TRUE, SAL_COMMAND_SAY, "[2Jciao !" },
  { "a-message-is-trimmed", "  ciao \t", TRUE, SAL_COMMAND_SAY, "ciao" },
  { "latin-1", "perch\xE8", TRUE, SAL_COMMAND_SAY, "perch\xEF\xBF\xBD" },
  { "nothing-before-the-name", "", FALSE, SAL_COMMAND_BLANK },
  { "nothing-after-the-name", "", TRUE, SAL_COMMAND_BLANK },
  { "spaces", " \t ", TRUE, SAL_COMMAND_BLANK },
  { "controls", "\x01\x1B", TRUE, SAL_COMMAND_BLANK },

  /* S23 */
  { "quit", "quit", TRUE, SAL_COMMAND_QUIT },
  { "exit", "exit", TRUE, SAL_COMMAND_QUIT },
  { "quit-in-any-case", "QuIt", TRUE, SAL_COMMAND_QUIT },
  { "exit-in-any-case", "EXIT", TRUE, SAL_COMMAND_QUIT },
  { "quit-after-trimming", " quit \r", TRUE, SAL_COMMAND_QUIT },
  { "slash-quit", "/quit", TRUE, SAL_COMMAND_QUIT },
  { "slash-exit", "/EXIT", TRUE, SAL_COMMAND_QUIT },
  { "quit-in-brackets", "(quit)", TRUE, SAL_COMMAND_QUIT },
  { "quit-in-braces-wants-an-answer", "{quit}", TRUE, SAL_COMMAND_QUIT, "{quit}" },
  { "quit-in-braces-in-any-case", "{QUIT}", TRUE, SAL_COMMAND_QUIT, "{quit}" },
  { "quit-as-a-name", "quit", FALSE, SAL_COMMAND_QUIT },
  { "slash-quit-as-a-name", "/quit", FALSE, SAL_COMMAND_QUIT },
  { "quit-in-braces-as-a-name", "{quit}", FALSE, SAL_COMMAND_QUIT, "{quit}" },
  { "quit-is-the-whole-line", "quit now", TRUE, SAL_COMMAND_SAY, "quit now" },
  { "quit-has-no-dot", "quit.", TRUE, SAL_COMMAND_SAY, "quit." },
  { "slash-quit-takes-nothing", "/quit now", TRUE, SAL_COMMAND_SAY, "/quit now" },
  { "exit-in-brackets-is-no-word", "(exit)", TRUE, SAL_COMMAND_SAY, "(exit)" },
  { "exit-in-braces-is-no-word", "{exit}", TRUE, SAL_COMMAND_SAY, "{exit}" },
  { "quit-in-square-brackets-is-no-word", "[quit]", TRUE, SAL_COMMAND_SAY, "[quit]" },

  /* The commands. */
  { "help", "/help", TRUE, SAL_COMMAND_HELP },
  { "help-in-any-case", "/Help", TRUE, SAL_COMMAND_HELP },
  { "help-with-something", "/help me", TRUE, SAL_COMMAND_HELP },
  { "who", "/who", TRUE, SAL_COMMAND_WHO },
  { "who-takes-nothing", "/who is there", TRUE, SAL_COMMAND_MISUSED, "/who" },
  { "history", "/history", TRUE, SAL_COMMAND_HISTORY, NULL, 20 },
  { "history-of-one", "/history 1", TRUE, SAL_COMMAND_HISTORY, NULL, 1 },
  { "history-of-many", "/HISTORY  100", TRUE, SAL_COMMAND_HISTORY, NULL, 100 },
  { "history-of-none", "/history 0", TRUE, SAL_COMMAND_MISUSED, "/history" },
  { "history-of-too-many", "/history 101", TRUE, SAL_COMMAND_MISUSED, "/history" },
  { "history-of-very-many", "/history 99999999999999999999", TRUE, SAL_COMMAND_MISUSED,
    "/history" },
  { "history-of-less-than-none", "/history -1", TRUE, SAL_COMMAND_MISUSED, "/history" },
  { "history-of-words", "/history please", TRUE, SAL_COMMAND_MISUSED, "/history" },
  { "history-of-two-numbers", "/history 1 2", TRUE, SAL_COMMAND_MISUSED, "/history" },
  { "me", "/me waves", TRUE, SAL_COMMAND_ACT, "waves" },
  { "me-with-many-words", "/me   waves  twice", TRUE, SAL_COMMAND_ACT, "waves  twice" },
  { "me-with-a-tab", "/me\twaves", TRUE, SAL_COMMAND_ACT, "waves" },
  { "me-with-nothing", "/me", TRUE, SAL_COMMAND_MISUSED, "/me" },
  { "me-with-blanks", "/me   ", TRUE, SAL_COMMAND_MISUSED, "/me" },
  { "join", "/join tea", TRUE, SAL_COMMAND_JOIN, "tea" },
  { "join-a-channel", "/join #tea", TRUE, SAL_COMMAND_JOIN, "#tea" },
  { "join-with-words", "/join Tea Room", TRUE, SAL_COMMAND_JOIN, "Tea Room" },
  { "join-with-nothing", "/join", TRUE, SAL_COMMAND_MISUSED, "/join" },

  /* Every other line that starts with a slash is a message. */
  { "another-slash", "/etc/passwd is a file", TRUE, SAL_COMMAND_SAY, "/etc/passwd is a file" },
  { "a-longer-word", "/whoever", TRUE, SAL_COMMAND_SAY, "/whoever" },
  { "a-shorter-word", "/wh", TRUE, SAL_COMMAND_SAY, "/wh" },
  { "a-slash", "/", TRUE, SAL_COMMAND_SAY, "/" },
  { "two-slashes", "//who", TRUE, SAL_COMMAND_SAY, "//who" },
  { "a-command-inside", "try /who", TRUE, SAL_COMMAND_SAY, "try /who" },
  { "a-nick", "/nick Ada", TRUE, SAL_COMMAND_SAY, "/nick Ada" },
  { "a-command-as-a-name", "/who", FALSE, SAL_COMMAND_INTRODUCE, "/who" },

  /* S27 */
  { "a-browser", "GET / HTTP/1.1", FALSE, SAL_COMMAND_HTTP },
  { "a-browser-inside-is-a-message", "GET / HTTP/1.1", TRUE, SAL_COMMAND_SAY, "GET / HTTP/1.1" },
  { "tls", "", FALSE, SAL_COMMAND_TLS, NULL, 0, SAL_UNIT_TLS },

  /* Other units. */
  { "binary", "", TRUE, SAL_COMMAND_GARBLED, NULL, 0, SAL_UNIT_BINARY },
  { "binary-before-the-name", "", FALSE, SAL_COMMAND_GARBLED, NULL, 0, SAL_UNIT_BINARY },
  { "interrupt", "", TRUE, SAL_COMMAND_QUIT, NULL, 0, SAL_UNIT_INTERRUPT },
  { "interrupt-before-the-name", "", FALSE, SAL_COMMAND_QUIT, NULL, 0, SAL_UNIT_INTERRUPT },
  { "a-telnet-reply-is-no-command", "\xFF\xFC\x01", TRUE, SAL_COMMAND_NONE, NULL, 0,
    SAL_UNIT_REPLY },
  { "a-piece-that-was-cut", "ciao", TRUE, SAL_COMMAND_SAY, "ciao", 0, SAL_UNIT_CUT, TRUE },
  { "a-cut-name", "ciao", FALSE, SAL_COMMAND_INTRODUCE, "ciao", 0, SAL_UNIT_CUT, TRUE },
  { "a-cut-command-is-a-message", "/me waves", TRUE, SAL_COMMAND_SAY, "/me waves", 0, SAL_UNIT_CUT,
    TRUE },
  { "a-cut-piece-of-nothing", " \x01", TRUE, SAL_COMMAND_GARBLED, NULL, 0, SAL_UNIT_CUT, TRUE },
};

static void
test_command (gconstpointer data)
{
  const CommandRow *row = data;
  g_autoptr (GString) scratch = g_string_new ("left over");
  g_autofree guint8 *copy = g_memdup2 (row->bytes, strlen (row->bytes));
  SalUnit unit = { .kind = row->unit, .bytes = copy, .len = strlen (row->bytes), .ended = TRUE };
  SalCommand command = { .kind = SAL_COMMAND_JOIN, .text = "left over", .number = 7, .cut = TRUE };

  sal_dialect_plain.decode (&unit, row->named, scratch, &command);
  g_assert_cmpint (command.kind, ==, row->kind);
  g_assert_cmpstr (command.text, ==, row->text);
  g_assert_cmpuint (command.number, ==, row->number);
  g_assert_cmpint (command.cut, ==, row->cut);
}

static void
test_history_bounds (void)
{
  g_assert_cmpint (SAL_HISTORY_DEFAULT, ==, 20);
  g_assert_cmpint (SAL_HISTORY_MAX, ==, 100);
}

/* Reading. */

static void
assert_same_event (const SalEvent *read, const SalEvent *written)
{
  gboolean note = written->kind == SAL_EVENT_NOTE;

  g_assert_cmpint (read->kind, ==, written->kind);
  if (note)
    g_assert_cmpint (read->note, ==, written->note);
  g_assert_cmpstr (read->name, ==, written->name);
  g_assert_cmpstr (read->address, ==, written->address);
  g_assert_cmpstr (read->text, ==, written->text);
  g_assert_cmpstr (read->target, ==, written->target);
  g_assert_cmpstr (read->room, ==, written->room);
  g_assert_cmpuint (read->number, ==, written->number);
}

/* The line, as a client's framer and cleaning would give it. */
static void
parse (const char *bytes, GString *scratch, SalEvent *event)
{
  g_autofree char *line = g_strdup (bytes);
  gsize len = strlen (line);

  while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
    line[--len] = '\0';
  sal_dialect_plain.parse (line, scratch, event);
}

/* An event with just the fields that its kind has. */
static SalEvent
event_of (SalEventKind kind, SalNote note)
{
  SalEvent event = { .kind = kind, .note = note };
  gboolean of_person = kind == SAL_EVENT_MESSAGE || kind == SAL_EVENT_ACTION ||
                       kind == SAL_EVENT_JOIN || kind == SAL_EVENT_LEAVE;

  if (kind == SAL_EVENT_WELCOME || of_person)
    event.name = "Ren\xC3\xA9_[2]";
  if (of_person)
    event.address = "('2001:db8::7', 53373)";
  if (kind == SAL_EVENT_MESSAGE || kind == SAL_EVENT_ACTION)
    event.text = "perch\xC3\xA9: > Bob('1.2.3.4', 5): no";
  if (kind == SAL_EVENT_NOTE)
    {
      if (note == SAL_NOTE_WHO || note == SAL_NOTE_NO_HISTORY || note == SAL_NOTE_MOVED)
        event.room = "caff\xC3\xA8-[2]";
      if (note == SAL_NOTE_WHO)
        event.text = "Ada, Bob, Ren\xC3\xA9";
      if (note == SAL_NOTE_MISUSED)
        event.text = "/history";
      if (note == SAL_NOTE_LIMIT)
        event.text = "send-queue-bytes";
      if (note == SAL_NOTE_KICKED)
        event.text = "too loud: 100%";
      if (note == SAL_NOTE_WHO || note == SAL_NOTE_LIMIT)
        event.number = 262144;
      if (note >= SAL_NOTE_PRIVATE && note <= SAL_NOTE_TAKEN_BACK_WHY)
        event.name = "Ren\xC3\xA9_[2]";
      if (note == SAL_NOTE_PRIVATE || note == SAL_NOTE_PRIVATE_ACT || note == SAL_NOTE_TOPIC ||
          note == SAL_NOTE_TAKEN_BACK_WHY || note == SAL_NOTE_PUT_OUT_WHY)
        event.text = "t\xC3\xA8, alle 5: -- ci sei?";
      if (note == SAL_NOTE_RENAMED)
        event.text = "Bob_[3]";
      if (note == SAL_NOTE_PUT_OUT || note == SAL_NOTE_PUT_OUT_WHY)
        event.target = "Bob_[3]";
      if (note == SAL_NOTE_INVITED || note == SAL_NOTE_REFUSED)
        event.room = "caff\xC3\xA8-[2]";
    }
  return event;
}

/* Law: a client reads what a server writes, in both languages and with every end. */
static void
test_parse_is_the_reverse_of_encode (void)
{
  g_autoptr (GString) scratch = g_string_new (NULL);

  for (guint kind = SAL_EVENT_GREETING; kind <= SAL_EVENT_NOTE; kind++)
    for (guint note = 0; note < SAL_N_NOTES; note++)
      {
        SalEvent written = event_of (kind, note);

        if (kind == SAL_EVENT_QUIT_ECHO || (kind == SAL_EVENT_NOTE && note == SAL_NOTE_HELP) ||
            (kind != SAL_EVENT_NOTE && note > 0))
          continue;
        for (guint language = 0; language < SAL_PLAIN_N_LANGUAGES; language++)
          for (guint eol = SAL_PLAIN_LF; eol <= SAL_PLAIN_EXACT; eol++)
            {
              g_autofree char *line = encode (&written, eol, language);
              SalEvent read;

              g_test_message ("%s", line);
              parse (line, scratch, &read);
              assert_same_event (&read, &written);
            }
      }
}

/* What is left of something that was clean may begin with a byte order mark (`/me` and one). It is told all
 * the same: the log has it. */
static void
test_byte_order_marks_inside (void)
{
  static const char *const texts[] = { "\xEF\xBB\xBF",
                                       "\xEF\xBB\xBF"
                                       "ciao",
                                       "\xEF\xBB\xBF\xEF\xBB\xBF"
                                       "caff\xC3\xA8" };
  g_autoptr (GString) scratch = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint kind = SAL_EVENT_MESSAGE; kind <= SAL_EVENT_ACTION; kind++)
      {
        SalEvent written = event_of (kind, 0);
        g_autofree char *line = NULL;
        SalEvent read;

        written.text = texts[i];
        line = encode (&written, SAL_PLAIN_LF, EN);
        parse (line, scratch, &read);
        assert_same_event (&read, &written);
      }
}

static void
test_parse_unknown (void)
{
  static const char *const lines[] = {
    "",
    "ciao",
    "Nome: ",
    "Welcome to the room!",
    "Welcome to the room!!!",
    "> Ada: ciao",
    "> Ada('1.2.3.4', 5) ciao",
    "> Ada('1.2.3.4', 5):ciao",
    "> ('1.2.3.4', 5): ciao",
    "> Ada('1.2.3.4', 5",
    "> Ada('1.2.3.4', 5) has come into the chat room",
    "> Ada('1.2.3.4', 5) has come into the chat room. No.",
    "* Ada waves",
    "-- ",
    "-- In tea (x): Ada",
    "-- In tea (): Ada",
    "-- In  (2): Ada",
    "--  You are in tea now.",
    "Hi , you are in the room now. Say 'quit' or 'exit' to leave.",
    "[2020-05-03 18:22] > Ada: ciao",
    "{quit}",
    "%n%a",
  };
  g_autoptr (GString) scratch = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      SalEvent event;

      g_test_message ("%s", lines[i]);
      sal_dialect_plain.parse (lines[i], scratch, &event);
      g_assert_cmpint (event.kind, ==, SAL_EVENT_TEXT);
      g_assert_cmpstr (event.text, ==, lines[i]);
      g_assert_null (event.name);
    }
}

/* What a liar would say to look like somebody else or like the server. */
static const char *const lies[] = {
  "> Bob('1.2.3.4', 5): ciao",
  "* Bob('1.2.3.4', 5) waves",
  "> Bob('1.2.3.4', 5) has left this room.",
  " has left this room.",
  "has come into the chat room.",
  ": ciao",
  "('1.2.3.4', 5): ciao",
  "-- The operator has banned you from this server.",
  "-- You are in tea now.",
  "Goodbye and see you soon",
  "Arrivederci e a presto..",
  "Welcome to the room!!",
  "Hi Ada, you are in the room now. Say 'quit' or 'exit' to leave.",
  "[2020-05-03 18:22] > Bob: ciao",
  "{quit}",
  "')",
  "%n",
};

/* S3: nothing that a person says or does is read as anything but theirs. */
static void
test_lies (void)
{
  static const char *const names[] = { "Ada",     "_",  "[x]",           "{|}^",
                                       "--",      "-",  "\xC3\xA8",      "Welcome",
                                       "Goodbye", "In", "Bob_1_2_3_4_5_" };
  static const SalEventKind kinds[] = { SAL_EVENT_MESSAGE, SAL_EVENT_ACTION };
  g_autoptr (GString) scratch = g_string_new (NULL);

  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    for (gsize l = 0; l < G_N_ELEMENTS (lies); l++)
      for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
        {
          SalEvent written = {
            .kind = kinds[k], .name = names[n], .address = "('192.0.2.7', 53373)", .text = lies[l]
          };
          g_autofree char *line = encode (&written, SAL_PLAIN_LF, IT);
          SalEvent read;

          parse (line, scratch, &read);
          assert_same_event (&read, &written);
          g_assert_null (strchr (line, '\r'));
          g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
        }
}

/* The same in history, whose lines a client takes as text. */
static void
test_lies_in_history (void)
{
  g_autoptr (GString) scratch = g_string_new (NULL);

  for (gsize l = 0; l < G_N_ELEMENTS (lies); l++)
    {
      SalEvent written = {
        .kind = SAL_EVENT_MESSAGE, .name = "Ada", .address = "", .text = lies[l], .past = TRUE
      };
      g_autofree char *line = encode (&written, SAL_PLAIN_LF, EN);
      SalEvent read;

      parse (line, scratch, &read);
      g_assert_cmpint (read.kind, ==, SAL_EVENT_TEXT);
    }
}

/* S6: whatever comes in, no byte below 0x20 goes out but the end of the line. */
static void
test_nothing_unclean_leaves (void)
{
  guint32 seed = 0xd1a1ec7;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GString) scratch = g_string_new (NULL);
  int said = 0;

  for (int round = 0; round < 20000; round++)
    {
      guint8 bytes[40];
      SalUnit unit = { .kind = SAL_UNIT_TEXT, .bytes = bytes };
      SalCommand command;
      SalEvent event = { .name = "Ada", .address = "('192.0.2.7', 53373)" };
      g_autofree char *line = NULL;
      gsize len = 0;

      unit.len = (gsize) g_rand_int_range (rand, 0, sizeof bytes);
      for (gsize i = 0; i < unit.len; i++)
        bytes[i] = (guint8) g_rand_int_range (rand, 0, 256);
      sal_dialect_plain.decode (&unit, TRUE, scratch, &command);
      if (command.kind != SAL_COMMAND_SAY)
        continue;
      said++;
      event.kind = round % 2 ? SAL_EVENT_MESSAGE : SAL_EVENT_ACTION;
      event.past = round % 3 == 0;
      event.text = command.text;
      line = encode (&event, SAL_PLAIN_LF, EN);
      len = strlen (line);
      for (gsize i = 0; i < len; i++)
        g_assert_true ((guchar) line[i] >= 0x20 || (line[i] == '\n' && i == len - 1));
      g_assert_cmpint (line[len - 1], ==, '\n');
      g_assert_true (g_utf8_validate (line, -1, NULL));
    }
  g_assert_cmpint (said, >, 10000);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (line_rows); i++)
    {
      g_autofree char *name = g_strconcat ("/proto/plain/writes/", line_rows[i].name, NULL);

      g_test_add_data_func (name, &line_rows[i], test_line);
    }
  g_test_add_func ("/proto/plain/writes/sizes-grow-with-the-name", test_sizes_grow_with_the_name);
  g_test_add_func ("/proto/plain/writes/6-bytes-for-quit-in-braces", test_quit_echo);
  g_test_add_func ("/proto/plain/writes/our-own-words-in-ascii", test_own_words_are_ascii);
  g_test_add_func ("/proto/plain/writes/every-line-with-the-same-end", test_every_line_ends_alike);
  g_test_add_func ("/proto/plain/writes/what-a-note-is-given", test_notes_say_what_they_are_given);
  g_test_add_func ("/proto/plain/writes/a-kick-without-a-reason", test_kicked_without_a_reason);
  g_test_add_func ("/proto/plain/writes/nothing-that-drives-a-terminal",
                   test_no_terminal_is_driven);
  g_test_add_func ("/proto/plain/writes/nothing-unclean", test_nothing_unclean_leaves);
  g_test_add_func ("/proto/plain/variants", test_variants);
  g_test_add_func ("/proto/plain/languages-by-name", test_languages);
  g_test_add_func ("/proto/plain/addresses-as-python-prints-them", test_addresses);

  for (gsize i = 0; i < G_N_ELEMENTS (command_rows); i++)
    {
      g_autofree char *name = g_strconcat ("/proto/plain/decodes/", command_rows[i].name, NULL);

      g_test_add_data_func (name, &command_rows[i], test_command);
    }
  g_test_add_func ("/proto/plain/decodes/history-of-20-at-most-100", test_history_bounds);

  g_test_add_func ("/proto/plain/parses/what-is-written", test_parse_is_the_reverse_of_encode);
  g_test_add_func ("/proto/plain/parses/what-begins-with-a-byte-order-mark",
                   test_byte_order_marks_inside);
  g_test_add_func ("/proto/plain/parses/anything-else-as-text", test_parse_unknown);
  g_test_add_func ("/proto/plain/parses/a-liar-as-the-liar", test_lies);
  g_test_add_func ("/proto/plain/parses/a-liar-in-history-as-text", test_lies_in_history);
  return g_test_run ();
}
