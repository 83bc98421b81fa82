/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One person's conversation, with a connection and a log that are played: what is told,
 * what is asked of the log, in which order, and when nothing new is taken.
 *
 * It is one piece because it is a list of short conversations with the same session.
 */
#include "config.h"

#include <string.h>

#include "tests/unit/session-driver.h"

#define COMMITTED SRV_ENTRY_COMMITTED

static void
command (SessionRun *run, SalCommandKind kind, const char *text)
{
  session_run_command (run, kind, text);
}

static void
say (SessionRun *run, const char *text)
{
  session_run_command (run, SAL_COMMAND_SAY, text);
}

static void
cut (SessionRun *run, const char *text)
{
  SalCommand piece = { .kind = SAL_COMMAND_SAY, .text = text, .cut = TRUE };

  session_run_handle (run, &piece);
}

static void
log_answers (SessionRun *run)
{
  g_assert_true (session_run_log_answers (run, COMMITTED));
}

static gboolean
waits (SessionRun *run)
{
  return srv_session_is_waiting (&run->session);
}

/* Whole lives. */

static void
test_life (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  srv_session_greet (&run->session);
  session_run_expect (run, "tell greeting\ntell name-wanted\n");
  g_assert_false (srv_session_is_named (&run->session));

  command (run, SAL_COMMAND_INTRODUCE, "Ada");
  session_run_expect (run, "post join lobby Ada\n");
  g_assert_false (srv_session_is_named (&run->session));
  log_answers (run);
  session_run_expect (run, "tell welcome Ada\ntell hint\n");
  g_assert_true (srv_session_is_named (&run->session));

  say (run, "ciao");
  command (run, SAL_COMMAND_ACT, "waves");
  session_run_expect (run, "post message lobby Ada ciao\npost action lobby Ada waves\n");
  log_answers (run);
  log_answers (run);
  session_run_expect (run, ""); /* the room shows it, to its sender too */

  command (run, SAL_COMMAND_QUIT, NULL);
  session_run_expect (run, "post leave lobby Ada (final)\n");
  log_answers (run);
  session_run_expect (run, "tell goodbye\nend polite\n");
}

/* The name that the log gives is the name. */
static void
test_name_in_use (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  run->taken = "Ada_2";
  command (run, SAL_COMMAND_INTRODUCE, "Ada");
  log_answers (run);
  session_run_expect (run, "post join lobby Ada\ntell welcome Ada_2\ntell hint\n");
  say (run, "ciao");
  session_run_expect (run, "post message lobby Ada_2 ciao\n");
}

static void
test_name_is_made (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  command (run, SAL_COMMAND_INTRODUCE, "Bob('1.2.3.4', 5)");
  session_run_expect (run, "post join lobby Bob_1_2_3_4_5_\n");
}

/* S22 */
static void
test_message_with_the_name (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  run->taken = "Marta_2";
  command (run, SAL_COMMAND_INTRODUCE, "Marta: ciao a tutti");
  session_run_expect (run, "post join lobby Marta\n");
  log_answers (run);
  session_run_expect (run,
                      "tell welcome Marta_2\ntell hint\npost message lobby Marta_2 ciao a tutti\n");
  log_answers (run);
  session_run_expect (run, "");
  g_assert_false (waits (run));
}

/* S21: at every third blank line; afterwards they are ignored. */
static void
test_blanks (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  for (int i = 1; i <= 9; i++)
    {
      command (run, SAL_COMMAND_BLANK, NULL);
      session_run_expect (run, i % 3 == 0 ? "tell name-wanted\n" : "");
    }
  session_run_enter (run, "Ada");
  for (int i = 1; i <= 9; i++)
    command (run, SAL_COMMAND_BLANK, NULL);
  session_run_expect (run, "");
}

static void
test_nothing_asked (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  command (run, SAL_COMMAND_NONE, NULL);
  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_NONE, NULL);
  session_run_expect (run, "");
}

/* Leaving: S23 and S24. */

static void
test_quit_without_a_name (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  command (run, SAL_COMMAND_QUIT, NULL);
  session_run_expect (run, "tell goodbye\nend polite\n"); /* nobody knew of them */
}

static void
test_quit_in_braces (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  g_autoptr (SessionRun) nameless = session_run_new ();

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_QUIT, "{quit}");
  log_answers (run);
  session_run_expect (
      run, "tell quit-echo {quit}\npost leave lobby Ada (final)\ntell goodbye\nend polite\n");

  command (nameless, SAL_COMMAND_QUIT, "{quit}");
  session_run_expect (nameless, "tell quit-echo {quit}\ntell goodbye\nend polite\n");
}

static void
test_eof (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  g_autoptr (SessionRun) nameless = session_run_new ();

  session_run_enter (run, "Ada");
  say (run, "ciao");
  srv_session_eof (&run->session);
  srv_session_eof (&run->session);
  session_run_expect (run, "post message lobby Ada ciao\npost leave lobby Ada (final)\n");
  log_answers (run);
  session_run_expect (run, "");
  log_answers (run);
  session_run_expect (run, "end polite\n"); /* and no goodbye */

  srv_session_eof (&nameless->session);
  session_run_expect (nameless, "end polite\n");
}

/* What was said before goes first, also out of the door. */
static void
test_quit_after_words (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  say (run, "uno");
  say (run, "due");
  command (run, SAL_COMMAND_QUIT, NULL);
  session_run_expect (run, "post message lobby Ada uno\npost message lobby Ada due\n"
                           "post leave lobby Ada (final)\n");
  log_answers (run);
  log_answers (run);
  session_run_expect (run, "");
  log_answers (run);
  session_run_expect (run, "tell goodbye\nend polite\n");
}

static void
test_nothing_after_leaving (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  static const SalCommandKind kinds[] = {
    SAL_COMMAND_SAY,  SAL_COMMAND_ACT,  SAL_COMMAND_JOIN,    SAL_COMMAND_WHO,    SAL_COMMAND_HELP,
    SAL_COMMAND_QUIT, SAL_COMMAND_HTTP, SAL_COMMAND_GARBLED, SAL_COMMAND_HISTORY
  };

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_QUIT, NULL);
  session_run_expect (run, "post leave lobby Ada (final)\n");
  for (int over = 0; over < 2; over++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
        command (run, kinds[i], "x");
      session_run_expect (run, "");
      if (!over)
        log_answers (run);
      session_run_expect (run, over ? "" : "tell goodbye\nend polite\n");
    }
}

/* S27 */
static void
test_not_a_chat_program (void)
{
  g_autoptr (SessionRun) browser = session_run_new ();
  g_autoptr (SessionRun) tls = session_run_new ();

  command (browser, SAL_COMMAND_HTTP, NULL);
  session_run_expect (browser, "end http\n");
  command (tls, SAL_COMMAND_TLS, NULL);
  session_run_expect (tls, "end tls\n");
}

/* When nothing new is taken. */

static void
test_waits_while_entering (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  g_assert_false (waits (run));
  command (run, SAL_COMMAND_INTRODUCE, "Ada");
  g_assert_true (waits (run));
  log_answers (run);
  g_assert_false (waits (run));
}

static void
test_waits_while_moving (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_JOIN, "tea");
  g_assert_true (waits (run));
  log_answers (run); /* the leave */
  g_assert_true (waits (run));
  log_answers (run);
  g_assert_false (waits (run));
}

static void
test_waits_while_reading (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_HISTORY, NULL);
  g_assert_true (waits (run));
  session_run_history (run, none, FALSE);
  g_assert_false (waits (run));
}

static void
test_waits_when_much_is_on_its_way (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  for (int i = 0; i < SAL_POSTS_IN_FLIGHT; i++)
    {
      g_assert_false (waits (run));
      say (run, "ciao");
    }
  g_assert_true (waits (run));
  log_answers (run);
  g_assert_false (waits (run));
  say (run, "ciao");
  g_assert_true (waits (run));
  while (session_run_log_answers (run, SRV_ENTRY_REFUSED))
    ;
  g_assert_false (waits (run));
}

/* Answers come in the order of what was asked. */
static void
test_answers_in_turn (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  say (run, "uno");
  say (run, "due");
  command (run, SAL_COMMAND_WHO, NULL);
  session_run_expect (run, "post message lobby Ada uno\npost message lobby Ada due\n");
  g_assert_true (waits (run));
  log_answers (run);
  session_run_expect (run, "");
  g_assert_true (waits (run));
  log_answers (run);
  session_run_expect (run, "tell who lobby Ada 1\n");
  g_assert_false (waits (run));
}

static void
test_every_answer_in_turn (void)
{
  static const struct
  {
    SalCommandKind kind;
    const char *text;
    const char *lines;
  } rows[] = {
    { SAL_COMMAND_WHO, NULL, "tell who lobby Ada 1\n" },
    { SAL_COMMAND_HELP, NULL, "tell help\n" },
    { SAL_COMMAND_MISUSED, "/history", "tell misused /history\n" },
    { SAL_COMMAND_HISTORY, NULL, "read lobby 20\n" },
    { SAL_COMMAND_JOIN, "tea", "post leave lobby Ada\npost join tea Ada\n" },
    { SAL_COMMAND_JOIN, "LOBBY", "tell moved lobby\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SessionRun) run = session_run_new ();

      session_run_enter (run, "Ada");
      command (run, rows[i].kind, rows[i].text); /* at once */
      session_run_expect (run, rows[i].lines);
      if (waits (run))
        continue;

      say (run, "ciao");
      command (run, rows[i].kind, rows[i].text);
      session_run_expect (run, "post message lobby Ada ciao\n");
      log_answers (run);
      session_run_expect (run, rows[i].lines);
    }
}

static void
test_an_answer_that_has_to_wait_keeps_its_text (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  say (run, "ciao");
  command (run, SAL_COMMAND_JOIN, "tea");
  log_answers (run);
  session_run_expect (run,
                      "post message lobby Ada ciao\npost leave lobby Ada\npost join tea Ada\n");
}

static void
test_gone_while_an_answer_waits (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  say (run, "ciao");
  command (run, SAL_COMMAND_WHO, NULL);
  srv_session_eof (&run->session);
  log_answers (run);
  log_answers (run);
  session_run_expect (run,
                      "post message lobby Ada ciao\npost leave lobby Ada (final)\nend polite\n");
}

/* Rooms. */

static void
test_join (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_JOIN, "#Tea Room");
  session_run_expect (run, "post leave lobby Ada\npost join Tea_Room Ada\n");
  log_answers (run);
  session_run_expect (run, "");
  log_answers (run);
  session_run_expect (run, "tell moved Tea_Room\n");
  say (run, "ciao");
  session_run_expect (run, "post message Tea_Room Ada ciao\n");
  log_answers (run);
  command (run, SAL_COMMAND_QUIT, NULL);
  session_run_expect (run, "post leave Tea_Room Ada (final)\n");
}

static void
test_join_where_one_is (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_JOIN, "LOBBY");
  command (run, SAL_COMMAND_JOIN, "#lobby");
  session_run_expect (run, "tell moved lobby\ntell moved lobby\n");
}

static void
test_join_nowhere (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_JOIN, "##");
  session_run_expect (run, "tell misused /join\n");
  g_assert_false (waits (run));
}

static void
test_gone_while_moving (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_JOIN, "tea");
  srv_session_eof (&run->session);
  session_run_expect (run, "post leave lobby Ada\npost join tea Ada\npost leave tea Ada (final)\n");
  log_answers (run);
  log_answers (run);
  session_run_expect (run, "");
  log_answers (run);
  session_run_expect (run, "end polite\n");
}

static void
test_gone_while_entering (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  command (run, SAL_COMMAND_INTRODUCE, "Ada: ciao");
  srv_session_eof (&run->session);
  session_run_expect (run, "post join lobby Ada\npost leave lobby (final)\n");
  log_answers (run);
  session_run_expect (run, ""); /* no welcome for who is gone, and no message of theirs */
  log_answers (run);
  session_run_expect (run, "end polite\n");
}

/* Who is here. */

static void
test_who (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Bob");
  session_run_come (run, "Ada");
  session_run_come (run, "Zoe");
  command (run, SAL_COMMAND_WHO, NULL);
  session_run_expect (run, "tell who lobby Ada, Bob, Zoe 3\n");
}

/* Many names are split over lines, none of them over two. */
static void
test_who_of_many (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  g_auto (GStrv) lines = NULL;
  guint next = 0;

  session_run_enter (run, "name000");
  for (int i = 1; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("name%03d", i);

      session_run_come (run, name);
    }
  command (run, SAL_COMMAND_WHO, NULL);
  lines = g_strsplit (run->record->str, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >, 6);
  g_assert_cmpuint (g_strv_length (lines), <, 12);
  for (guint l = 0; *lines[l] != '\0'; l++)
    {
      g_autofree char *names = NULL;
      g_auto (GStrv) split = NULL;

      g_assert_true (g_str_has_prefix (lines[l], "tell who lobby "));
      g_assert_true (g_str_has_suffix (lines[l], " 300"));
      g_assert_cmpuint (strlen (lines[l]), <, 480);
      names = g_strndup (lines[l] + strlen ("tell who lobby "),
                         strlen (lines[l]) - strlen ("tell who lobby ") - strlen (" 300"));
      split = g_strsplit (names, ", ", -1);
      for (guint i = 0; split[i] != NULL; i++)
        {
          g_autofree char *expected = g_strdup_printf ("name%03u", next++);

          g_assert_cmpstr (split[i], ==, expected);
        }
    }
  g_assert_cmpuint (next, ==, 300);
}

/* In a very large room some are named, and all are counted. */
static void
test_who_of_very_many (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  g_auto (GStrv) lines = NULL;
  guint named = 0;

  session_run_enter (run, "name0000");
  for (int i = 1; i <= SAL_WHO_NAMES; i++)
    {
      g_autofree char *name = g_strdup_printf ("name%04d", i);

      session_run_come (run, name);
    }
  command (run, SAL_COMMAND_WHO, NULL);
  g_assert_cmpuint (run->record->len, <, 16384); /* fits into any send queue */
  lines = g_strsplit (run->record->str, "\n", -1);
  for (guint l = 0; *lines[l] != '\0'; l++)
    {
      g_assert_true (g_str_has_suffix (lines[l], " 501"));
      for (const char *at = lines[l]; (at = strstr (at, "name")) != NULL; at++)
        named++;
    }
  g_assert_cmpuint (named, ==, SAL_WHO_NAMES);
  g_assert_nonnull (strstr (run->record->str, ", ... 501\n"));
}

/* History. */

static void
test_history (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  SalCommand history = { .kind = SAL_COMMAND_HISTORY, .number = 3 };

  g_ptr_array_add (entries, srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ 0 }, "lobby", "Bob",
                                           "('x', 1)", "uno"));
  g_ptr_array_add (entries, srv_entry_new (SRV_ENTRY_ACTION, (SrvOrigin){ 0 }, "lobby", "Ada",
                                           "('x', 1)", "waves"));
  session_run_enter (run, "Ada");
  session_run_handle (run, &history);
  session_run_expect (run, "read lobby 3\n");
  session_run_history (run, entries, FALSE);
  session_run_expect (run, "tell past message Bob uno\ntell past action Ada waves\n");
}

/* The answer fits into a send queue; of what does not, the newest is told. */
static void
test_history_of_long_texts (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  g_autofree char *text = g_strnfill (4000, 'x');
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  for (int i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("name%02d", i);

      g_ptr_array_add (entries, srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ 0 }, "lobby", name,
                                               "('x', 1)", text));
    }
  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_HISTORY, NULL);
  session_run_expect (run, "read lobby 20\n");
  session_run_history (run, entries, FALSE);
  g_assert_cmpuint (run->record->len, <=, SAL_HISTORY_BYTES);
  lines = g_strsplit (run->record->str, "\n", -1);
  n = g_strv_length (lines) - 1;
  g_assert_cmpuint (n, >=, 14);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *head = g_strdup_printf ("tell past message name%02u x", 100 - n + i);

      g_assert_true (g_str_has_prefix (lines[i], head));
    }
}

static void
test_history_of_nothing (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_HISTORY, NULL);
  session_run_history (run, none, FALSE);
  session_run_expect (run, "read lobby 20\ntell no-history lobby\n");
}

static void
test_history_that_cannot_be_read (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  g_autoptr (GPtrArray) some = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);

  g_ptr_array_add (some,
                   srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ 0 }, "lobby", "B", "", "uno"));
  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_HISTORY, NULL);
  session_run_history (run, some, TRUE);
  session_run_expect (run, "read lobby 20\ntell no-reading\n");
  g_assert_false (waits (run));
}

static void
test_history_too_late (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_HISTORY, NULL);
  srv_session_eof (&run->session);
  session_run_history (run, none, FALSE);
  session_run_expect (run, "read lobby 20\npost leave lobby Ada (final)\n");
}

/* Errors: S25 and S18. */

static void
test_three_errors (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_GARBLED, NULL);
  command (run, SAL_COMMAND_GARBLED, NULL);
  session_run_expect (run, "");
  command (run, SAL_COMMAND_GARBLED, NULL);
  session_run_expect (run, "tell too-many-errors\npost leave lobby Ada (final)\n");
  log_answers (run);
  session_run_expect (run, "end prompt\n");
}

static void
test_three_errors_without_a_name (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  for (int i = 0; i < 3; i++)
    command (run, SAL_COMMAND_GARBLED, NULL);
  session_run_expect (run, "tell too-many-errors\nend prompt\n");
}

static void
test_a_good_message_resets (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  for (int i = 0; i < 5; i++)
    {
      command (run, SAL_COMMAND_GARBLED, NULL);
      command (run, SAL_COMMAND_GARBLED, NULL);
      say (run, "ciao");
    }
  g_assert_false (run->ended);
  g_assert_cmpuint (run->leaves, ==, 0);
}

/* The name is a good message too, but nothing is no message. */
static void
test_what_resets (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  command (run, SAL_COMMAND_GARBLED, NULL);
  command (run, SAL_COMMAND_GARBLED, NULL);
  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_GARBLED, NULL);
  command (run, SAL_COMMAND_GARBLED, NULL);
  command (run, SAL_COMMAND_BLANK, NULL);
  session_run_expect (run, "");
  command (run, SAL_COMMAND_GARBLED, NULL);
  session_run_expect (run, "tell too-many-errors\npost leave lobby Ada (final)\n");
}

/* A piece that was cut is said, counts as an error, and does not reset. */
static void
test_cut_pieces (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  cut (run, "uno");
  command (run, SAL_COMMAND_GARBLED, NULL);
  session_run_expect (run, "post message lobby Ada uno\n");
  cut (run, "due");
  session_run_expect (run, "post message lobby Ada due\ntell too-many-errors\n"
                           "post leave lobby Ada (final)\n");
}

static void
test_a_cut_name (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  SalCommand piece = { .kind = SAL_COMMAND_INTRODUCE, .text = "Ada", .cut = TRUE };

  session_run_handle (run, &piece);
  session_run_expect (run, "post join lobby Ada\n");
  log_answers (run);
  session_run_expect (run, "tell welcome Ada\ntell hint\n");
  command (run, SAL_COMMAND_GARBLED, NULL);
  command (run, SAL_COMMAND_GARBLED, NULL);
  session_run_expect (run, "tell too-many-errors\npost leave lobby Ada (final)\n");
}

/* The rest of a text that was cut, in its third error, belongs to nobody. */
static void
test_third_error_while_entering (void)
{
  g_autoptr (SessionRun) run = session_run_new ();
  SalCommand piece = { .kind = SAL_COMMAND_INTRODUCE, .text = "Ada", .cut = TRUE };

  command (run, SAL_COMMAND_GARBLED, NULL);
  command (run, SAL_COMMAND_GARBLED, NULL);
  session_run_handle (run, &piece);
  session_run_expect (run, "post join lobby Ada\ntell too-many-errors\npost leave lobby (final)\n");
  log_answers (run);
  log_answers (run);
  session_run_expect (run, "end prompt\n");
}

/* What the server allows. */

static void
test_quota (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  run->limits.value[SAL_LIMIT_MESSAGES_PER_SECOND] = 2;
  run->limits.value[SAL_LIMIT_MESSAGE_BURST] = 3;
  session_run_enter (run, "Ada");
  for (int i = 0; i < 3; i++)
    say (run, "x");
  session_run_expect (
      run, "post message lobby Ada x\npost message lobby Ada x\npost message lobby Ada x\n");
  /* Refused in its turn: a client would think that the first was meant. */
  say (run, "x");
  g_assert_true (srv_session_is_waiting (&run->session));
  log_answers (run);
  log_answers (run);
  session_run_expect (run, "");
  log_answers (run);
  session_run_expect (run, "tell limit messages-per-second 2\n");
  g_assert_false (srv_session_is_waiting (&run->session));
  say (run, "x");
  session_run_expect (run, "tell limit messages-per-second 2\n");
  run->now_us += 500000;
  say (run, "y");
  say (run, "z");
  session_run_expect (run, "post message lobby Ada y\n");
  log_answers (run);
  session_run_expect (run, "tell limit messages-per-second 2\n");
}

/* Questions cost as much as words, or they would be the way around it. */
static void
test_quota_of_questions (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  run->limits.value[SAL_LIMIT_MESSAGES_PER_SECOND] = 1;
  run->limits.value[SAL_LIMIT_MESSAGE_BURST] = 2;
  session_run_enter (run, "Ada");
  command (run, SAL_COMMAND_WHO, NULL);
  command (run, SAL_COMMAND_HELP, NULL);
  command (run, SAL_COMMAND_WHO, NULL);
  session_run_expect (run, "tell who lobby Ada 1\ntell help\ntell limit messages-per-second 1\n");
  /* But anybody may leave. */
  command (run, SAL_COMMAND_QUIT, NULL);
  session_run_expect (run, "post leave lobby Ada (final)\n");
}

static void
test_muted (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  run->session.muted = TRUE;
  say (run, "ciao");
  command (run, SAL_COMMAND_ACT, "waves");
  session_run_expect (run, "tell muted\ntell muted\n");
  command (run, SAL_COMMAND_WHO, NULL);
  session_run_expect (run, "tell who lobby Ada 1\n");
  run->session.muted = FALSE;
  say (run, "ciao");
  session_run_expect (run, "post message lobby Ada ciao\n");
}

/* Nobody gets a receipt for what was not kept. */
static void
test_refused (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  say (run, "uno");
  say (run, "due");
  session_run_expect (run, "post message lobby Ada uno\npost message lobby Ada due\n");
  g_assert_true (session_run_log_answers (run, SRV_ENTRY_REFUSED));
  session_run_expect (run, "tell not-kept\n");
  log_answers (run);
  session_run_expect (run, "");
}

/* Presence is shown all the same: one comes in, moves and goes with a failing disk. */
static void
test_passing_presence (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  command (run, SAL_COMMAND_INTRODUCE, "Ada");
  g_assert_true (session_run_log_answers (run, SRV_ENTRY_PASSING));
  session_run_expect (run, "post join lobby Ada\ntell welcome Ada\ntell hint\n");
  command (run, SAL_COMMAND_QUIT, NULL);
  g_assert_true (session_run_log_answers (run, SRV_ENTRY_PASSING));
  session_run_expect (run, "post leave lobby Ada (final)\ntell goodbye\nend polite\n");
}

static void
test_a_refused_post_before_a_question (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  say (run, "uno");
  command (run, SAL_COMMAND_WHO, NULL);
  g_assert_true (session_run_log_answers (run, SRV_ENTRY_REFUSED));
  session_run_expect (run, "post message lobby Ada uno\ntell not-kept\ntell who lobby Ada 1\n");
}

/* Ends that others make. */

static const SalEvent kicked = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_KICKED, .text = "loud" };

static void
test_put_out (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  srv_session_put_out (&run->session, &kicked);
  srv_session_put_out (&run->session, &kicked);
  session_run_expect (run, "tell kicked loud\npost leave lobby Ada (final)\n");
  log_answers (run);
  srv_session_put_out (&run->session, &kicked);
  session_run_expect (run, "end prompt\n");
}

static void
test_put_out_without_a_name (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  srv_session_put_out (&run->session, &kicked);
  session_run_expect (run, "tell kicked loud\nend prompt\n");
}

static void
test_put_out_while_entering (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  command (run, SAL_COMMAND_INTRODUCE, "Ada: ciao");
  srv_session_put_out (&run->session, &kicked);
  log_answers (run);
  log_answers (run);
  session_run_expect (
      run, "post join lobby Ada\ntell kicked loud\npost leave lobby (final)\nend prompt\n");
}

static void
test_goodbye (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  session_run_enter (run, "Ada");
  srv_session_goodbye (&run->session);
  session_run_expect (run, "post leave lobby Ada (final)\n");
  log_answers (run);
  session_run_expect (run, "tell goodbye\nend polite\n");
}

static void
test_give_up_waiting (void)
{
  g_autoptr (SessionRun) run = session_run_new ();

  srv_session_give_up_waiting (&run->session);
  session_run_enter (run, "Ada");
  srv_session_give_up_waiting (&run->session);
  session_run_expect (run, ""); /* there was nothing to wait for */
  command (run, SAL_COMMAND_QUIT, NULL);
  srv_session_give_up_waiting (&run->session);
  session_run_expect (run, "post leave lobby Ada (final)\ntell goodbye\nend polite\n");
  log_answers (run); /* too late */
  srv_session_give_up_waiting (&run->session);
  session_run_expect (run, "");
}

/* The server ends: at once, in whatever state. */
static void
test_shut_down (void)
{
  g_autoptr (SessionRun) nameless = session_run_new ();
  g_autoptr (SessionRun) entering = session_run_new ();
  g_autoptr (SessionRun) inside = session_run_new ();
  g_autoptr (SessionRun) leaving = session_run_new ();

  srv_session_shut_down (&nameless->session);
  session_run_expect (nameless, "tell goodbye\nend prompt\n");

  command (entering, SAL_COMMAND_INTRODUCE, "Ada");
  srv_session_shut_down (&entering->session);
  session_run_expect (entering, "post join lobby Ada\ntell goodbye\nend prompt\n");
  log_answers (entering);
  session_run_expect (entering, "");

  session_run_enter (inside, "Ada");
  say (inside, "ciao");
  srv_session_shut_down (&inside->session);
  srv_session_shut_down (&inside->session);
  session_run_expect (inside, "post message lobby Ada ciao\ntell goodbye\nend prompt\n");

  session_run_enter (leaving, "Ada");
  srv_session_eof (&leaving->session);
  srv_session_shut_down (&leaving->session);
  session_run_expect (leaving, "post leave lobby Ada (final)\ntell goodbye\nend prompt\n");
}

static void
test_event_from_entry (void)
{
  static const SalEventKind kinds[] = { SAL_EVENT_MESSAGE, SAL_EVENT_ACTION, SAL_EVENT_JOIN,
                                        SAL_EVENT_LEAVE };

  for (guint kind = SRV_ENTRY_MESSAGE; kind <= SRV_ENTRY_LEAVE; kind++)
    {
      g_autoptr (SrvEntry) entry =
          srv_entry_new (kind, (SrvOrigin){ 0 }, "tea", "Ada", "('x', 1)", "ciao");
      SalEvent event;

      entry->seq = 7;
      entry->time_us = 8;
      srv_event_from_entry (&event, entry);
      g_assert_cmpint (event.kind, ==, kinds[kind]);
      g_assert_cmpuint (event.seq, ==, 7);
      g_assert_cmpint (event.time_us, ==, 8);
      g_assert_cmpstr (event.room, ==, "tea");
      g_assert_cmpstr (event.name, ==, "Ada");
      g_assert_cmpstr (event.address, ==, "('x', 1)");
      g_assert_cmpstr (event.text, ==, "ciao");
      g_assert_false (event.past);
    }
}

/* Any story: the driver holds the session to its rules, and every story comes to an
 * end, with a leave exactly if others may have known of the person. */
static void
test_any_story (void)
{
  guint32 seed = 0x5e55;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  static const char *const texts[] = { "ciao", "tea", "LOBBY", "#", "Marta: ciao", "/who" };

  for (int story = 0; story < 5000; story++)
    {
      g_autoptr (SessionRun) run = session_run_new ();
      g_autoptr (GPtrArray) none = g_ptr_array_new ();
      gboolean posted_join = FALSE;

      run->limits.value[SAL_LIMIT_MESSAGES_PER_SECOND] = story % 2 ? 3 : 0;
      run->limits.value[SAL_LIMIT_MESSAGE_BURST] = 5;
      srv_session_greet (&run->session);
      for (int step = g_rand_int_range (rand, 0, 40); step > 0; step--)
        {
          SalCommand any = { .kind = g_rand_int_range (rand, 0, SAL_COMMAND_QUIT + 2),
                             .text = texts[g_rand_int_range (rand, 0, G_N_ELEMENTS (texts))],
                             .number = 5,
                             .cut = g_rand_int_range (rand, 0, 10) == 0 };
          gboolean named = run->session.state != SRV_SESSION_NEW;

          run->now_us += g_rand_int_range (rand, 0, 400000);
          /* A dialect gives a name first and commands afterwards. */
          if (any.kind > SAL_COMMAND_BLANK && any.kind < SAL_COMMAND_QUIT)
            any.kind = !named                              ? SAL_COMMAND_INTRODUCE
                       : any.kind == SAL_COMMAND_INTRODUCE ? SAL_COMMAND_SAY
                                                           : any.kind;
          if (any.kind == SAL_COMMAND_QUIT && g_rand_boolean (rand))
            any.text = NULL;
          switch (g_rand_int_range (rand, 0, 24))
            {
            case 0:
              srv_session_eof (&run->session);
              break;
            case 1:
              srv_session_put_out (&run->session, &kicked);
              break;
            case 2:
              srv_session_give_up_waiting (&run->session);
              break;
            case 3:
              run->session.muted = !run->session.muted;
              break;
            case 4:
            case 5:
            case 6:
            case 7:
              (void) session_run_log_answers (run, g_rand_boolean (rand) ? COMMITTED
                                                                         : SRV_ENTRY_REFUSED);
              break;
            case 8:
              if (run->asked != NULL)
                session_run_history (run, none, g_rand_boolean (rand));
              break;
            default:
              if (!waits (run))
                session_run_handle (run, &any);
              break;
            }
          posted_join |= strstr (run->record->str, "post join") != NULL;
        }

      /* Everything is answered; then it waits for nothing but its person. */
      while (session_run_log_answers (run, COMMITTED) || run->asked != NULL)
        if (run->asked != NULL)
          session_run_history (run, none, FALSE);
      if (!run->ended)
        {
          g_assert_false (waits (run));
          srv_session_eof (&run->session);
          posted_join |= strstr (run->record->str, "post join") != NULL;
          while (session_run_log_answers (run, COMMITTED))
            ;
        }
      if (!run->ended)
        g_test_message ("seed %#x, story %d:\n%s", seed, story, run->record->str);
      g_assert_true (run->ended);
      g_assert_cmpuint (run->leaves, ==, posted_join ? 1 : 0);
      g_assert_cmpuint (srv_room_count (run->room), ==, 0);
    }
}

#define ADD(path, func) g_test_add_func ("/chat/session/" path, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-whole-life", test_life);
  ADD ("a-name-in-use-is-another-name", test_name_in_use);
  ADD ("a-name-is-made-of-what-was-said", test_name_is_made);
  ADD ("a-message-that-came-with-the-name", test_message_with_the_name);
  ADD ("asks-again-at-every-third-blank-line", test_blanks);
  ADD ("nothing-asked-is-nothing-done", test_nothing_asked);

  ADD ("quit-without-a-name", test_quit_without_a_name);
  ADD ("quit-in-braces-is-echoed", test_quit_in_braces);
  ADD ("end-of-stream-has-no-goodbye", test_eof);
  ADD ("quit-comes-after-what-was-said", test_quit_after_words);
  ADD ("nothing-after-leaving", test_nothing_after_leaving);
  ADD ("what-is-no-chat-program", test_not_a_chat_program);

  ADD ("waits/while-entering", test_waits_while_entering);
  ADD ("waits/while-moving", test_waits_while_moving);
  ADD ("waits/while-reading", test_waits_while_reading);
  ADD ("waits/when-much-is-on-its-way", test_waits_when_much_is_on_its_way);
  ADD ("answers/in-the-order-of-what-was-asked", test_answers_in_turn);
  ADD ("answers/every-kind-of-them", test_every_answer_in_turn);
  ADD ("answers/keep-their-text-while-they-wait", test_an_answer_that_has_to_wait_keeps_its_text);
  ADD ("answers/are-forgotten-with-who-asked", test_gone_while_an_answer_waits);

  ADD ("join/another-room", test_join);
  ADD ("join/the-same-room", test_join_where_one_is);
  ADD ("join/no-room", test_join_nowhere);
  ADD ("join/gone-while-moving", test_gone_while_moving);
  ADD ("join/gone-while-entering", test_gone_while_entering);
  ADD ("who/lists-names", test_who);
  ADD ("who/splits-many-names", test_who_of_many);
  ADD ("who/names-some-of-very-many", test_who_of_very_many);
  ADD ("history/is-read-and-told", test_history);
  ADD ("history/fits-into-a-send-queue", test_history_of_long_texts);
  ADD ("history/of-nothing", test_history_of_nothing);
  ADD ("history/that-cannot-be-read", test_history_that_cannot_be_read);
  ADD ("history/for-somebody-who-is-gone", test_history_too_late);

  ADD ("errors/three-in-a-row-end-it", test_three_errors);
  ADD ("errors/three-without-a-name", test_three_errors_without_a_name);
  ADD ("errors/a-good-message-resets", test_a_good_message_resets);
  ADD ("errors/a-blank-does-not-reset", test_what_resets);
  ADD ("errors/a-cut-piece-counts", test_cut_pieces);
  ADD ("errors/a-cut-name-counts", test_a_cut_name);
  ADD ("errors/the-third-while-entering", test_third_error_while_entering);

  ADD ("allowed/messages-per-second", test_quota);
  ADD ("allowed/questions-per-second", test_quota_of_questions);
  ADD ("allowed/unless-muted", test_muted);
  ADD ("log/refuses-a-message", test_refused);
  ADD ("log/lets-presence-pass", test_passing_presence);
  ADD ("log/refuses-before-a-question", test_a_refused_post_before_a_question);

  ADD ("ends/put-out", test_put_out);
  ADD ("ends/put-out-without-a-name", test_put_out_without_a_name);
  ADD ("ends/put-out-while-entering", test_put_out_while_entering);
  ADD ("ends/goodbye", test_goodbye);
  ADD ("ends/gives-up-waiting", test_give_up_waiting);
  ADD ("ends/shuts-down-in-any-state", test_shut_down);
  ADD ("ends/any-story-comes-to-one", test_any_story);
  ADD ("entry-becomes-event", test_event_from_entry);
  return g_test_run ();
}
