/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What happens in rooms, as lines of IRC: one row for every kind of event, for those who have
 * negotiated nothing, everything, and what makes a difference.
 */
#include "config.h"

#include "common/proto/sal-dialect-irc.h"

#include <string.h>

#include "common/proto/sal-irc-line.h"

#define TIME_US 1588530120123456
#define WHEN "time=2020-05-03T18:22:00.123Z"

typedef struct
{
  const char *name;
  SalEvent event;
  guint caps;
  const char *lines;
} Row;

#define ANN .room = "tea", .name = "Ann", .host = "~a@h", .time_us = TIME_US, .msgid = "id1"

static const Row rows[] = {
  { "message",
    { .kind = SAL_EVENT_MESSAGE, ANN, .text = "ciao" },
    0,
    ":Ann!~a@h PRIVMSG #tea :ciao\r\n" },
  { "message-with-tags",
    { .kind = SAL_EVENT_MESSAGE, ANN, .text = "ciao", .tags = "+a=b" },
    SAL_IRC_CAP_MESSAGE_TAGS,
    "@msgid=id1;+a=b :Ann!~a@h PRIVMSG #tea :ciao\r\n" },
  { "message-with-time",
    { .kind = SAL_EVENT_MESSAGE, ANN, .text = "ciao", .tags = "+a=b" },
    SAL_IRC_CAP_SERVER_TIME,
    "@" WHEN " :Ann!~a@h PRIVMSG #tea :ciao\r\n" },
  { "message-of-an-account",
    { .kind = SAL_EVENT_MESSAGE, ANN, .text = "", .account = "ann" },
    SAL_IRC_CAP_ACCOUNT_TAG,
    "@account=ann :Ann!~a@h PRIVMSG #tea :\r\n" },
  { "message-of-a-bot-with-all",
    { .kind = SAL_EVENT_MESSAGE,
      ANN,
      .text = ":x",
      .account = "ann",
      .bot = TRUE,
      .label = "L;1",
      .batch = "b" },
    G_MAXUINT,
    "@batch=b;label=L\\:1;msgid=id1;" WHEN ";account=ann;bot :Ann!~a@h PRIVMSG #tea ::x\r\n" },
  { "action",
    { .kind = SAL_EVENT_ACTION, ANN, .text = "waves" },
    0,
    ":Ann!~a@h PRIVMSG #tea :\001ACTION waves\001\r\n" },
  { "notice-to-operators",
    { .kind = SAL_EVENT_NOTICE, ANN, .text = "x", .status = '@' },
    0,
    ":Ann!~a@h NOTICE @#tea :x\r\n" },
  { "private",
    { .kind = SAL_EVENT_MESSAGE, ANN, .text = "x", .target = "Bob" },
    0,
    ":Ann!~a@h PRIVMSG Bob :x\r\n" },
  { "tagmsg-without-tags", { .kind = SAL_EVENT_TAGMSG, ANN, .tags = "+a" }, 0, "" },
  { "tagmsg",
    { .kind = SAL_EVENT_TAGMSG, ANN, .tags = "+a" },
    SAL_IRC_CAP_MESSAGE_TAGS,
    "@msgid=id1;+a :Ann!~a@h TAGMSG #tea\r\n" },
  { "join", { .kind = SAL_EVENT_JOIN, ANN, .real_name = "A N" }, 0, ":Ann!~a@h JOIN #tea\r\n" },
  { "extended-join",
    { .kind = SAL_EVENT_JOIN, ANN, .real_name = "A N" },
    SAL_IRC_CAP_EXTENDED_JOIN,
    ":Ann!~a@h JOIN #tea * :A N\r\n" },
  { "extended-join-logged-in",
    { .kind = SAL_EVENT_JOIN, ANN, .real_name = "A N", .account = "ann" },
    SAL_IRC_CAP_EXTENDED_JOIN,
    ":Ann!~a@h JOIN #tea ann :A N\r\n" },
  { "part", { .kind = SAL_EVENT_LEAVE, ANN }, 0, ":Ann!~a@h PART #tea\r\n" },
  { "part-with-reason",
    { .kind = SAL_EVENT_LEAVE, ANN, .text = "b c" },
    0,
    ":Ann!~a@h PART #tea :b c\r\n" },
  { "quit", { .kind = SAL_EVENT_QUIT, ANN, .text = "x" }, 0, ":Ann!~a@h QUIT :x\r\n" },
  { "nick", { .kind = SAL_EVENT_NICK, ANN, .target = "Bea" }, 0, ":Ann!~a@h NICK Bea\r\n" },
  { "topic", { .kind = SAL_EVENT_TOPIC, ANN, .text = "" }, 0, ":Ann!~a@h TOPIC #tea :\r\n" },
  { "kick",
    { .kind = SAL_EVENT_KICK, ANN, .target = "Bob", .text = "why" },
    0,
    ":Ann!~a@h KICK #tea Bob :why\r\n" },
  { "mode",
    { .kind = SAL_EVENT_MODE, ANN, .text = "+o Bob" },
    0,
    ":Ann!~a@h MODE #tea +o Bob\r\n" },
  { "invite",
    { .kind = SAL_EVENT_INVITE, ANN, .target = "Bob" },
    0,
    ":Ann!~a@h INVITE Bob #tea\r\n" },
  { "away-unasked", { .kind = SAL_EVENT_AWAY, ANN, .text = "out" }, 0, "" },
  { "away",
    { .kind = SAL_EVENT_AWAY, ANN, .text = "out" },
    SAL_IRC_CAP_AWAY_NOTIFY,
    ":Ann!~a@h AWAY :out\r\n" },
  { "back", { .kind = SAL_EVENT_AWAY, ANN }, SAL_IRC_CAP_AWAY_NOTIFY, ":Ann!~a@h AWAY\r\n" },
  { "account-unasked", { .kind = SAL_EVENT_ACCOUNT, ANN, .account = "ann" }, 0, "" },
  { "account",
    { .kind = SAL_EVENT_ACCOUNT, ANN, .account = "ann" },
    SAL_IRC_CAP_ACCOUNT_NOTIFY,
    ":Ann!~a@h ACCOUNT ann\r\n" },
  { "logged-out",
    { .kind = SAL_EVENT_ACCOUNT, ANN },
    SAL_IRC_CAP_ACCOUNT_NOTIFY,
    ":Ann!~a@h ACCOUNT *\r\n" },
  { "chghost-unasked", { .kind = SAL_EVENT_CHGHOST, ANN, .target = "u@v" }, 0, "" },
  { "chghost",
    { .kind = SAL_EVENT_CHGHOST, ANN, .target = "u@v" },
    SAL_IRC_CAP_CHGHOST,
    ":Ann!~a@h CHGHOST u v\r\n" },
  { "setname-unasked", { .kind = SAL_EVENT_SETNAME, ANN, .text = "A B" }, 0, "" },
  { "setname",
    { .kind = SAL_EVENT_SETNAME, ANN, .text = "A B" },
    SAL_IRC_CAP_SETNAME,
    ":Ann!~a@h SETNAME :A B\r\n" },
  { "redact-unasked", { .kind = SAL_EVENT_REDACT, ANN }, SAL_IRC_CAP_MESSAGE_TAGS, "" },
  { "redact",
    { .kind = SAL_EVENT_REDACT, ANN, .text = "oops" },
    SAL_IRC_CAP_REDACTION | SAL_IRC_CAP_MESSAGE_TAGS,
    ":Ann!~a@h REDACT #tea id1 :oops\r\n" },
  { "wallops", { .kind = SAL_EVENT_WALLOPS, ANN, .text = "x" }, 0, ":Ann!~a@h WALLOPS :x\r\n" },
  { "past-join-unasked", { .kind = SAL_EVENT_JOIN, ANN, .past = TRUE }, SAL_IRC_CAP_BATCH, "" },
  { "past-join",
    { .kind = SAL_EVENT_JOIN, ANN, .past = TRUE, .batch = "h" },
    SAL_IRC_CAP_BATCH | SAL_IRC_CAP_EVENT_PLAYBACK,
    "@batch=h :Ann!~a@h JOIN #tea\r\n" },
  { "lines-without-batches",
    { .kind = SAL_EVENT_MESSAGE, ANN, .text = "a\n\nb\rc" },
    SAL_IRC_CAP_MESSAGE_TAGS,
    "@msgid=id1 :Ann!~a@h PRIVMSG #tea :a\r\n:Ann!~a@h PRIVMSG #tea :b\r\n"
    ":Ann!~a@h PRIVMSG #tea :c\r\n" },
  { "lines",
    { .kind = SAL_EVENT_MESSAGE, ANN, .text = "a\n\nb\rc" },
    SAL_IRC_CAP_BATCH | SAL_IRC_CAP_MULTILINE,
    ":Ann!~a@h BATCH +lines draft/multiline #tea\r\n"
    "@batch=lines :Ann!~a@h PRIVMSG #tea :a\r\n"
    "@batch=lines :Ann!~a@h PRIVMSG #tea :\r\n"
    "@batch=lines :Ann!~a@h PRIVMSG #tea :b\r\n"
    "@batch=lines;draft/multiline-concat :Ann!~a@h PRIVMSG #tea :c\r\n"
    "BATCH -lines\r\n" },
  { "greeting-has-no-form", { .kind = SAL_EVENT_GREETING }, G_MAXUINT, "" },
  { "note-has-no-form", { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_MUTED }, G_MAXUINT, "" },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GString) out = g_string_new (NULL);

  sal_dialect_irc.encode (out, &row->event, sal_irc_variant (row->caps));
  g_assert_cmpstr (out->str, ==, row->lines);
}

/* Plain people may say 4096 bytes at once. Nothing is lost, no character is cut, and no line is
 * longer than IRC's. */
static void
test_long_text (void)
{
  static const char *const units[] = { "parola ", "\xF0\x9F\x98\x83", "x", "perch\xC3\xA9" };

  for (guint u = 0; u < G_N_ELEMENTS (units); u++)
    for (guint action = 0; action < 2; action++)
      {
        g_autoptr (GString) text = g_string_new (NULL);
        g_autoptr (GString) out = g_string_new (NULL);
        g_autoptr (GString) read = g_string_new (NULL);
        g_auto (GStrv) lines = NULL;
        SalEvent event = { .kind = action ? SAL_EVENT_ACTION : SAL_EVENT_MESSAGE, ANN };

        while (text->len < 4000)
          g_string_append (text, units[u]);
        event.text = text->str;
        sal_dialect_irc.encode (out, &event, 0);
        lines = g_strsplit (out->str, "\r\n", -1);
        for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
          {
            SalIrcLine line;
            const char *said = NULL;

            g_assert_cmpuint (strlen (lines[i]), <=, SAL_IRC_LINE_BYTES);
            g_assert_true (g_utf8_validate (lines[i], -1, NULL));
            g_assert_true (sal_irc_line_parse (&line, lines[i]));
            said = line.params[1];
            if (action)
              g_string_append_len (read, said + strlen ("\001ACTION "),
                                   (gssize) (strlen (said) - strlen ("\001ACTION \001")));
            else
              g_string_append (read, said);
          }
        g_assert_cmpstr (read->str, ==, text->str);
      }
}

/* What came in one line goes out in one. */
static void
test_line_is_not_split (void)
{
  g_autofree char *text = g_strnfill (SAL_IRC_LINE_BYTES - strlen ("PRIVMSG #tea :"), 'a');
  SalEvent event = { .kind = SAL_EVENT_MESSAGE, ANN, .text = text };
  g_autoptr (GString) out = g_string_new (NULL);

  sal_dialect_irc.encode (out, &event, 0);
  g_assert_nonnull (strstr (out->str, text));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/proto/dialect-irc/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/proto/dialect-irc/long-text-loses-nothing", test_long_text);
  g_test_add_func ("/proto/dialect-irc/one-line-stays-one", test_line_is_not_split);
  return g_test_run ();
}
