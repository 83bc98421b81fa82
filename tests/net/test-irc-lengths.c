/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * No line that the server sends is longer than 512 bytes, tags apart (RFC 2812, 2.3), whatever
 * everybody and everything is called: people with the longest names that there can be do all that
 * can be done, and each line that each of them gets is measured. What people say is the exception,
 * which is never cut (ARCHITECTURE.md), and so is WHOX where somebody asks for everything at once.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-line.h"
#include "tests/lib/test-irc.h"

/* A letter of four bytes. */
#define LONG_LETTER "\xf0\x90\x8c\xb0"

#define CAPS_1                                                                                     \
  "account-notify account-tag away-notify batch chghost draft/chathistory draft/event-playback "   \
  "draft/message-redaction draft/multiline draft/read-marker echo-message extended-join "
#define CAPS_2                                                                                     \
  "invite-notify message-tags multi-prefix no-implicit-names server-time setname "                 \
  "standard-replies userhost-in-names"

#define PEOPLE 4

/* Anna does everything, as the server's operator; Bert is whom it is done to; Cora has negotiated
 * nothing; Dora comes late and goes early. */
enum
{
  ANNA,
  BERT,
  CORA,
  DORA
};

typedef struct
{
  TestServer *server;       /* (owned) */
  TestPeer *people[PEOPLE]; /* (owned) (nullable) */
  char *names[PEOPLE];      /* (owned) */
  char *room;               /* (owned) */
  GHashTable *seen;         /* (owned): set of `NAME VERB` (owned) that came */
  GPtrArray *lines;         /* (owned) of char* (owned): since it was emptied */
} Fixture;

static char *
repeat (const char *text, guint times)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < times; i++)
    g_string_append (out, text);
  return g_string_free (out, FALSE);
}

/* What people say is not measured. */
static gboolean
is_said (const SalIrcLine *line)
{
  return g_str_equal (line->verb, "PRIVMSG") ||
         (g_str_equal (line->verb, "NOTICE") && strchr (line->source, '!') != NULL);
}

/* Takes the next line. */
static char *
take (Fixture *f, guint who)
{
  g_autofree char *text = test_irc_take_line (f->people[who]);
  g_autofree char *copy = g_strdup (text);
  SalIrcLine line;
  gsize len = 0;

  if (text == NULL)
    return NULL;
  g_assert_true (sal_irc_line_parse (&line, copy));
  len = strlen (text) - sal_irc_tags_length (text, strlen (text));
  if (!is_said (&line) && len > SAL_IRC_LINE_BYTES)
    g_error ("%" G_GSIZE_FORMAT " bytes: %s", len, text);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_hash_table_add (f->seen, g_strdup_printf ("%u %s", who, line.verb));
  g_ptr_array_add (f->lines, g_strdup (text));
  return g_steal_pointer (&text);
}

static void
take_until (Fixture *f, guint who, const char *part)
{
  g_autofree char *line = NULL;

  do
    {
      g_free (line);
      line = take (f, who);
      if (line == NULL)
        g_error ("the end came before “%s”", part);
    }
  while (strstr (line, part) == NULL);
}

/* All that was asked for is answered. */
static void
catch_up (Fixture *f, guint who)
{
  static guint asked;
  g_autofree char *answer = g_strdup_printf (" :caught-up-%u", ++asked);

  test_irc_say (f->people[who], "PING caught-up-%u", asked);
  take_until (f, who, answer);
}

static void
come (Fixture *f, guint who, gboolean all)
{
  TestPeer *peer = f->people[who] = test_peer_connect (f->server->port);
  g_autofree char *real = g_strnfill (SAL_REAL_NAME_BYTES, 'r');

  if (all)
    {
      test_irc_say (peer, "CAP LS 302");
      test_irc_say (peer, "CAP REQ :" CAPS_1);
      test_irc_say (peer, "CAP REQ :" CAPS_2);
      test_irc_say (peer, "CAP END");
    }
  test_irc_say (peer, "NICK %s", f->names[who]);
  test_irc_say (peer, "USER uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu 0 * :%s", real);
  test_peer_expect_later (peer, TEST_NAME_WANTED);
  take_until (f, who, " 376 ");
}

static void
set_up (Fixture *f, gconstpointer data)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "salottod.conf");
  g_autofree char *name = g_strnfill (80, 's');
  g_autofree char *network = g_strnfill (200, 'n');
  g_autofree char *description = g_strnfill (600, 'd');
  g_autofree char *motd = repeat ("word ", 300);
  g_autofree char *text = g_strdup_printf (
      "[accounts]\npasswords = loopback\niterations = 4096\n[log]\nstore = memory\n"
      "[irc]\nnetwork = %s\ndescription = %s\nmotd = %s\n",
      network, description, motd);
  const char *const options[] = { "--config", path, "--name", name, NULL };

  test_folder_write (folder, "salottod.conf", text);
  f->server = test_server_start_in (folder, options, NULL);
  f->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  f->lines = g_ptr_array_new_with_free_func (g_free);
  f->room = g_strnfill (SAL_ROOM_MAX_BYTES, 'c');
  for (guint i = 0; i < PEOPLE; i++)
    {
      g_autofree char *begin = repeat (LONG_LETTER, SAL_NAME_MAX_CHARS - 1);

      f->names[i] = g_strdup_printf ("%s%c", begin, 'a' + (int) i);
    }
  for (guint i = 0; i < PEOPLE; i++)
    {
      come (f, i, i != CORA);
      test_irc_say (f->people[i], "JOIN #%s", f->room);
      catch_up (f, i);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < PEOPLE; i++)
    {
      test_peer_free (f->people[i]);
      g_free (f->names[i]);
    }
  g_free (f->room);
  g_hash_table_unref (f->seen);
  g_ptr_array_unref (f->lines);
  test_server_finish (f->server);
}

/* Anna gets an account, which is called as she is, and is made an operator; then all have the
 * longest hosts. */
static void
make_operator (Fixture *f)
{
  g_autofree char *role = g_strdup_printf ("account role %s operator", f->names[ANNA]);
  g_autofree char *answer = NULL;
  g_autofree char *host = g_strnfill (SAL_HOST_BYTES, 'h');

  test_irc_say (f->people[ANNA], "NICKSERV REGISTER sesame-sesame");
  take_until (f, ANNA, " 900 ");
  answer = test_server_control (f->server, role);
  g_assert_true (g_str_has_suffix (answer, "ok\n"));
  test_irc_say (f->people[ANNA], "OPER %s sesame-sesame", f->names[ANNA]);
  take_until (f, ANNA, " 381 ");
  for (guint i = 0; i < PEOPLE; i++)
    test_irc_say (f->people[ANNA], "CHGHOST %s %s", f->names[i], host);
  catch_up (f, ANNA);
}

/* In commands, @R is the room, @A to @D are people, and @x is a text of many letters. */
static void
say (Fixture *f, guint who, const char *command)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (const char *at = command; *at != '\0'; at++)
    if (*at != '@')
      g_string_append_c (line, *at);
    else if (*++at == 'R')
      g_string_append_printf (line, "#%s", f->room);
    else if (*at >= 'A' && *at <= 'D')
      g_string_append (line, f->names[*at - 'A']);
    else
      for (guint i = 0; i < 50; i++)
        g_string_append_c (line, *at);
  /* As much as a line may have. */
  g_string_truncate (line, MIN (line->len, SAL_IRC_LINE_BYTES));
  if (!g_utf8_validate (line->str, -1, NULL))
    g_error ("half a character: %s", command);
  test_irc_say (f->people[who], "%s", line->str);
  catch_up (f, who);
}

/* Sends @command, after which the server ends the connection. */
static void
leave (Fixture *f, guint who, const char *command)
{
  char *line = NULL;

  test_irc_say (f->people[who], "%s", command);
  do
    {
      g_free (line);
      line = take (f, who);
    }
  while (line != NULL);
}

#define X100 "@x@x"
#define X400 X100 X100 X100 X100

static const char *const questions[] = {
  "VERSION",
  "TIME",
  "INFO",
  "ADMIN",
  "LINKS",
  "STATS u",
  "MOTD",
  "LUSERS",
  "HELP",
  "HELP MODE",
  "CAP LS 302",
  "CAP LS",
  "CAP LIST",
  "CAP REQ :" CAPS_1 CAPS_2 " multi-prefix message-tags server-time setname",
  "CAP REQ :" CAPS_1 CAPS_2 " no-such-thing message-tags server-time",
  "NAMES @R",
  "LIST",
  "TOPIC @R",
  "WHO @R",
  "WHO @B",
  "WHO *",
  "WHO @R %cuhnf",
  "WHO @R %tsnr,123",
  "WHOIS @A",
  "WHOIS @B @B",
  "WHOWAS @D",
  "ISON @A @B @C",
  "USERHOST @A @B @C",
  "MONITOR + @A,@B,@C",
  "MONITOR L",
  "MONITOR S",
  "MODE @R",
  "MODE @R b",
  "MODE @A",
  "AWAY :" X400,
  "MARKREAD @R timestamp=2022-11-11T11:11:11.111Z",
  "CHATHISTORY TARGETS timestamp=1970-01-01T00:00:00.000Z timestamp=2999-01-01T00:00:00.000Z 100",
  "CHATHISTORY LATEST @R * 100",
};

/* What comes back of it must not be as long. */
static const char *const nonsense[] = {
  X400,
  "PING :" X400,
  "HELP " X400,
  "WHO " X400,
  "WHOIS " X400,
  "WHOIS " X400 " x",
  "WHOWAS " X400,
  "VERSION " X400,
  "LINKS " X400,
  "STATS " X400,
  "NAMES #" X400,
  "JOIN #" X400,
  "JOIN " X400,
  "PART #" X400,
  "TOPIC #" X400,
  "TOPIC #" X400 " :x",
  "MODE #" X400,
  "MODE " X400,
  "MODE @R +b " X400,
  "MODE @R +k " X400,
  "MODE @R +o " X400,
  "KICK @R " X400,
  "KICK #" X400 " x",
  "INVITE " X400 " @R",
  "INVITE @B #" X400,
  "PRIVMSG " X400 " :x",
  "PRIVMSG #" X400 " :x",
  "PRIVMSG a,b,c,d,e,f,g,h,i,j," X400 " :x",
  "NICK " X400,
  "KILL " X400,
  "CHGHOST " X400 " x",
  "CHGHOST @B " X400,
  "SETNAME :" X400,
  "CAP " X400,
  "CAP REQ :" X400,
  "AUTHENTICATE " X400,
  "REGISTER " X400 " x x",
  "VERIFY " X400 " x",
  "NICKSERV " X400,
  "OPER " X400 " x",
  "MONITOR " X400,
  "MONITOR + " X400,
  "MARKREAD " X400,
  "MARKREAD @R " X400,
  "CHATHISTORY " X400,
  "CHATHISTORY LATEST " X400 " * 10",
  "CHATHISTORY LATEST @R " X400 " 10",
  "CHATHISTORY LATEST @R * " X400,
  "REDACT " X100 X100 " " X100 X100,
  "REDACT @R " X400,
  "BATCH +" X400,
  "BATCH -" X400,
  "LIST " X100 ",@x,a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t," X100,
};

static void
test_questions (Fixture *f, gconstpointer data)
{
  make_operator (f);
  say (f, ANNA, "TOPIC @R :" X400);
  say (f, ANNA, "MODE @R +b " X100 X100);
  say (f, BERT, "AWAY :" X100 X100);
  say (f, ANNA, "PRIVMSG @B :" X400);
  leave (f, DORA, "QUIT");
  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      say (f, ANNA, questions[i]);
      say (f, CORA, questions[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      say (f, ANNA, nonsense[i]);
      say (f, CORA, nonsense[i]);
    }
}

/* How often @word is among the lines that came since they were emptied, one word or more in each. */
static guint
count_word (const Fixture *f, const char *word)
{
  guint n = 0;

  for (guint i = 0; i < f->lines->len; i++)
    {
      g_auto (GStrv) words = g_strsplit_set (f->lines->pdata[i], " ,:@+!=*", -1);

      for (guint k = 0; words[k] != NULL; k++)
        n += g_str_equal (words[k], word);
    }
  return n;
}

/* Asks, and keeps of the answer the lines with the number @code. */
static void
ask (Fixture *f, guint who, const char *command, const char *code)
{
  g_autofree char *part = g_strdup_printf (" %s ", code);

  g_ptr_array_set_size (f->lines, 0);
  say (f, who, command);
  for (guint i = f->lines->len; i > 0; i--)
    if (strstr (f->lines->pdata[i - 1], part) == NULL)
      g_ptr_array_remove_index (f->lines, i - 1);
}

/* A list that needs several lines is whole: everybody and everything is in it once. Whoever asks is
 * named in each line, besides. */
static void
test_lists (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *command;
    const char *code;
  } lists[] = {
    { "NAMES @R", "353" },  { "USERHOST @B @A @C", "302" }, { "MONITOR + @A,@B,@C", "730" },
    { "MONITOR S", "730" }, { "MONITOR L", "732" },         { "ISON @A @B @C", "303" },
    { "WHO @R", "352" },
  };

  make_operator (f);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      ask (f, BERT, lists[i].command, lists[i].code);
      /* RFC 2812 has one line for ISON, and in it there is not always room for all. */
      for (guint who = 0; who < CORA + (i != 5); who++)
        g_assert_cmpuint (count_word (f, f->names[who]), ==, who == BERT ? f->lines->len + 1 : 1);
    }

  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("%.*s%02u", SAL_ROOM_MAX_BYTES - 2, f->room, i);

      test_irc_say (f->people[CORA], "JOIN #%s", name);
    }
  catch_up (f, CORA);
  ask (f, BERT, "WHOIS @C", "319");
  g_assert_cmpuint (f->lines->len, >, 1);
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("#%.*s%02u", SAL_ROOM_MAX_BYTES - 2, f->room, i);

      g_assert_cmpuint (count_word (f, name), ==, 1);
    }

  ask (f, BERT, "CAP REQ :" CAPS_1 CAPS_2 " extended-monitor labeled-response -account-tag", "ACK");
  g_assert_cmpuint (f->lines->len, >, 1);
  g_assert_cmpuint (count_word (f, "account-notify"), ==, 1);
  g_assert_cmpuint (count_word (f, "userhost-in-names"), ==, 1);
  g_assert_cmpuint (count_word (f, "-account-tag"), ==, 1);
  ask (f, BERT, "CAP LS 302", "LS");
  g_assert_cmpuint (f->lines->len, >, 1);
  g_assert_cmpuint (count_word (f, "account-notify"), ==, 1);
  g_assert_cmpuint (count_word (f, "userhost-in-names"), ==, 1);
}

/* What others do, as those see it who have asked for everything, and those for nothing. Nothing that
 * somebody sets is cut in silence. */
static void
test_events (Fixture *f, gconstpointer data)
{
  static const char *const seen_by_bert[] = { "JOIN",   "PART",    "QUIT",    "KICK",    "TOPIC",
                                              "MODE",   "NICK",    "AWAY",    "ACCOUNT", "CHGHOST",
                                              "INVITE", "SETNAME", "WALLOPS", "REDACT" };
  static const char *const cut[] = { "TOPIC", "KICK", "PART", "WALLOPS", "REDACT", "KILL", "QUIT" };
  g_autofree char *host = g_strnfill (SAL_HOST_BYTES, 'i');
  g_autofree char *longer = g_strnfill (400, 'x');
  g_autofree char *line = NULL;
  const char *msgid = NULL;

  make_operator (f);
  say (f, BERT, "MODE @B +w");
  g_ptr_array_set_size (f->lines, 0);
  say (f, ANNA, "TOPIC @R :" X400);
  say (f, ANNA,
       "MODE @R +bbbb " X100 " " X100 "y " X100 "z "
       "@x");
  say (f, ANNA,
       "MODE @R +klb kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk 1000000 " X100 X100 "xxxxxxxxxxxxxxxx");
  say (f, ANNA, "MODE @R +eI-k " X100 X100 " " X100 "yyyyyyyyy *");
  say (f, ANNA, "MODE @R b");
  say (f, ANNA, "AWAY :" X100 X100);
  say (f, ANNA, "SETNAME :" X100 "@x");
  test_irc_say (f->people[ANNA], "CHGHOST %s %s", f->names[BERT], host);
  catch_up (f, ANNA);
  say (f, ANNA, "KICK @R @D :" X400);
  say (f, ANNA, "INVITE @D @R");
  say (f, DORA, "JOIN @R");
  say (f, DORA, "PART @R :" X400);
  say (f, DORA, "JOIN @R");
  say (f, ANNA, "WALLOPS :" X400);
  test_irc_say (f->people[ANNA], "PRIVMSG #%s :oh no", f->room);
  take_until (f, ANNA, " :oh no");
  line = g_strdup (f->lines->pdata[f->lines->len - 1]);
  msgid = strstr (line, "msgid=");
  g_assert_nonnull (msgid);
  test_irc_say (f->people[ANNA], "REDACT #%s %.*s :%s", f->room, (int) strcspn (msgid + 6, "; "),
                msgid + 6, longer);
  catch_up (f, ANNA);
  say (f, CORA, "NICK newcora");
  say (f, CORA, "NICK @C");
  test_irc_say (f->people[ANNA], "KILL %s :%.300s", f->names[DORA], longer);
  take_until (f, DORA, "ERROR ");
  catch_up (f, ANNA);
  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    say (f, BERT, questions[i]); /* with all of this in history */
  line = (g_free (line), g_strconcat ("QUIT :", longer, NULL));
  leave (f, ANNA, line);
  take_until (f, BERT, " QUIT :Quit: ");
  catch_up (f, CORA);
  for (guint i = 0; i < G_N_ELEMENTS (seen_by_bert); i++)
    {
      g_autofree char *what = g_strdup_printf ("%u %s", BERT, seen_by_bert[i]);

      if (!g_hash_table_contains (f->seen, what))
        g_error ("Bert has seen no %s", seen_by_bert[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (cut); i++)
    {
      g_autofree char *warning = g_strdup_printf (" WARN %s TEXT_CUT ", cut[i]);
      guint n = 0;

      for (guint k = 0; k < f->lines->len; k++)
        n += strstr (f->lines->pdata[k], warning) != NULL;
      if (n == 0)
        g_error ("nobody was told that the text of %s was cut", cut[i]);
    }
}

#define ADD(name, func) g_test_add ("/irc-lengths/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("questions", test_questions);
  ADD ("lists", test_lists);
  ADD ("events", test_events);
  return g_test_run ();
}
