/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client's machine for IRC, with servers that say too much: what it keeps and tells is
 * bounded.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-machine.h"

typedef struct
{
  SalIrcMachine *machine;
  gint64 now_us;
  guint events;
  guint history;
  guint list_ends;
  gboolean more;
  GString *sent;
} Talk;

static void
look (Talk *talk)
{
  SalClientAction action;

  while (sal_irc_machine_next (talk->machine, &action))
    switch (action.kind)
      {
      case SAL_ACTION_EVENT:
        talk->events++;
        break;
      case SAL_ACTION_HISTORY:
        talk->history++;
        talk->more = action.more;
        break;
      case SAL_ACTION_LIST_END:
        talk->list_ends++;
        break;
      case SAL_ACTION_SEND:
        g_string_append_len (talk->sent, (const char *) action.bytes, (gssize) action.len);
        break;
      default:
        break;
      }
}

static void G_GNUC_PRINTF (2, 3) come (Talk *talk, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  sal_irc_machine_received (talk->machine, text, strlen (text), talk->now_us);
  look (talk);
}

static void
set_up (Talk *talk, gconstpointer data)
{
  static const SalClientOptions options = { .name = "Ada", .keep_place = TRUE };

  talk->machine = sal_irc_machine_new (&options);
  talk->sent = g_string_new (NULL);
  talk->now_us = 1;
  sal_irc_machine_connected (talk->machine, talk->now_us);
  come (talk, ":s CAP * LS :batch draft/chathistory labeled-response message-tags\r\n"
              ":s CAP * ACK :batch draft/chathistory labeled-response message-tags\r\n"
              ":s 001 Ada :Welcome\r\n:s 004 Ada s salotto-1 i i\r\n"
              ":s 005 Ada CHATHISTORY=100 MSGREFTYPES=msgid :x\r\n");
}

static void
tear_down (Talk *talk, gconstpointer data)
{
  sal_irc_machine_free (talk->machine);
  g_string_free (talk->sent, TRUE);
}

static void
join (Talk *talk, const char *msgid)
{
  SalClientRoom room = { .name = "#tea", .msgid = msgid, .no_resume = msgid == NULL };

  come (talk, ":s 422 Ada :no\r\n");
  sal_irc_machine_join (talk->machine, &room, talk->now_us);
  look (talk);
  come (talk, ":Ada!a@h JOIN #tea\r\n");
  talk->events = 0;
}

/* A message of the day of ten megabytes, and a line without an end. */
static void
test_motd (Talk *talk, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (400, 'x');

  talk->events = 0;
  come (talk, ":s 375 Ada :-\r\n");
  for (guint i = 0; i < 25000; i++)
    come (talk, ":s 372 Ada :- %s\r\n", filler);
  come (talk, ":s 376 Ada :End\r\n");
  g_assert_true (sal_irc_machine_is_ready (talk->machine));
  g_assert_cmpuint (talk->events, <=, SAL_CLIENT_MOTD_LINES + 5);

  talk->events = 0;
  for (guint i = 0; i < 10000; i++)
    come (talk, "%s", filler);
  come (talk, "\r\nPING :still\r\n");
  g_assert_cmpuint (talk->events, ==, 0);
  g_assert_nonnull (strstr (talk->sent->str, "PONG :still\r\n"));
}

static void
test_joins (Talk *talk, gconstpointer data)
{
  const SalIrcRooms *rooms = sal_irc_machine_get_rooms (talk->machine);
  const SalIrcRoom *tea = NULL;

  join (talk, NULL);
  for (guint i = 0; i < SAL_CLIENT_MEMBERS + 1000; i++)
    come (talk, ":n%u!u@h JOIN #tea\r\n", i);
  tea = sal_irc_rooms_find (rooms, "#tea");
  g_assert_cmpuint (g_hash_table_size (tea->members), <=, SAL_CLIENT_MEMBERS);
  g_assert_true (tea->cut);
  /* We are in more rooms than there can be, as the server says. */
  for (guint i = 0; i < SAL_CLIENT_ROOMS + 100; i++)
    come (talk, ":Ada!a@h JOIN #r%u\r\n", i);
  g_assert_cmpuint (g_hash_table_size (rooms->rooms), <=, SAL_CLIENT_ROOMS);
}

/* Batches that are never closed, in one another and beside one another, and one message without
 * end. What comes in them is told all the same, once they are as many as may be. */
static void
test_batches (Talk *talk, gconstpointer data)
{
  join (talk, NULL);
  for (guint i = 0; i < 10000; i++)
    come (talk, "@batch=b%u :s BATCH +b%u netsplit\r\n", i - 1, i);
  come (talk, ":Bob!b@h BATCH +m draft/multiline #tea\r\n:s BATCH -b0\r\n"
              ":Bob!b@h BATCH +m draft/multiline #tea\r\n");
  for (guint i = 0; i < 100000; i++)
    come (talk, "@batch=m :Bob!b@h PRIVMSG #tea :%u\r\n", i);
  g_assert_cmpuint (talk->events, ==, 0);
  come (talk, ":s BATCH -m\r\n");
  g_assert_cmpuint (talk->events, ==, 1);
}

/* A past that has no end: it is given up, and said that there is more. What happened meanwhile
 * has been kept, up to a bound. */
static void
test_resume (Talk *talk, gconstpointer data)
{
  join (talk, "m0");
  for (guint i = 0; i < 100 && talk->history == 0; i++)
    {
      const char *asked = g_strrstr (talk->sent->str, "CHATHISTORY AFTER");
      const char *label = g_strrstr_len (talk->sent->str, asked - talk->sent->str, "label=");
      g_autofree char *name = g_strndup (label + 6, strcspn (label + 6, " ;"));

      come (talk, "@label=%s :s BATCH +h chathistory #tea\r\n", name);
      come (talk, "@batch=h;msgid=m%u :Bob!b@h PRIVMSG #tea :%u\r\n", i + 1, i);
      come (talk, ":s BATCH -h\r\n");
    }
  g_assert_cmpuint (talk->history, ==, 1);
  g_assert_true (talk->more);
  g_assert_cmpuint (talk->events, ==, SAL_CLIENT_RESUME_PAGES);
}

/* A past that never comes, while people talk; and when it comes, it comes too late. */
static void
test_held (Talk *talk, gconstpointer data)
{
  const char *label = NULL;
  g_autofree char *name = NULL;

  join (talk, "m0");
  label = g_strrstr (talk->sent->str, "label=");
  name = g_strndup (label + 6, strcspn (label + 6, " ;"));
  for (guint i = 0; i <= SAL_CLIENT_HELD_EVENTS; i++)
    {
      g_assert_cmpuint (talk->events, ==, 0);
      come (talk, ":Bob!b@h PRIVMSG #tea :%u\r\n", i);
    }
  g_assert_cmpuint (talk->history, ==, 1);
  g_assert_true (talk->more);
  g_assert_cmpuint (talk->events, ==, SAL_CLIENT_HELD_EVENTS + 1);
  come (talk, "@label=%s :s BATCH +h chathistory #tea\r\n", name);
  come (talk, "@batch=h;msgid=m1 :Bob!b@h PRIVMSG #tea :earlier\r\n");
  come (talk, ":s BATCH -h\r\n");
  g_assert_cmpuint (talk->history, ==, 1);
  g_assert_cmpuint (talk->events, ==, SAL_CLIENT_HELD_EVENTS + 1);
}

/* Questions that are never answered are forgotten, the oldest first. */
static void
test_labels (Talk *talk, gconstpointer data)
{
  join (talk, NULL);
  for (guint i = 0; i < 10 * SAL_CLIENT_LABELS; i++)
    {
      sal_irc_machine_command (talk->machine, "#tea", "WHOIS Bob", talk->now_us);
      look (talk);
    }
  come (talk, "@label=s2 :s 401 Ada Bob :No such nick\r\n");
  g_assert_cmpuint (talk->events, ==, 1);
}

/* What people paste and what programs hand over never makes a second line. */
static void
test_one_line (Talk *talk, gconstpointer data)
{
  SalClientRoom room = { .name = "#x\r\nQUIT", .no_resume = TRUE };

  join (talk, NULL);
  sal_irc_machine_command (talk->machine, "#tea", "WHOIS Bob\r\nQUIT :1", talk->now_us);
  sal_irc_machine_say (talk->machine, "#tea", "ciao\rQUIT :2", "n", talk->now_us);
  sal_irc_machine_say (talk->machine, "Bob\nQUIT :3", "ciao", "n", talk->now_us);
  sal_irc_machine_set_nick (talk->machine, "Eva\nQUIT :4", talk->now_us);
  sal_irc_machine_join (talk->machine, &room, talk->now_us);
  sal_irc_machine_part (talk->machine, "#tea", "bye\nQUIT :5", talk->now_us);
  sal_irc_machine_quit (talk->machine, "so\nlong", talk->now_us);
  look (talk);
  g_assert_null (strstr (talk->sent->str, "\nQUIT :1"));
  for (const char *at = talk->sent->str; (at = strstr (at, "\nQUIT")) != NULL; at++)
    g_assert_true (g_str_has_prefix (at, "\nQUIT :so\r\n"));
  g_assert_null (strstr (talk->sent->str, "\rQUIT"));
}

/* A refusal that says nothing at all is one. */
static void
test_bare_refusal (Talk *talk, gconstpointer data)
{
  const char *asked = NULL;
  g_autofree char *label = NULL;

  come (talk, ":s 422 Ada :no MOTD\r\n");
  g_assert_true (sal_irc_machine_list_rooms (talk->machine, 0, talk->now_us));
  look (talk);
  asked = g_strrstr (talk->sent->str, "@label=");
  g_assert_nonnull (asked);
  label = g_strndup (asked, strcspn (asked, " "));
  come (talk, "%s :s 421\r\n", label);
  g_assert_cmpuint (talk->list_ends, ==, 1);
}

#define CASE(path, test)                                                                           \
  g_test_add ("/client/irc-hostile/" path, Talk, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  CASE ("endless-motd-and-line", test_motd);
  CASE ("flood-of-joins", test_joins);
  CASE ("batches-without-end", test_batches);
  CASE ("past-without-end", test_resume);
  CASE ("past-that-never-comes", test_held);
  CASE ("answers-that-never-come", test_labels);
  CASE ("a-line-is-one-line", test_one_line);
  CASE ("refusal-without-words", test_bare_refusal);
  return g_test_run ();
}
