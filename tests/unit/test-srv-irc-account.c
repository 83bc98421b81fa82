/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Conversations in IRC and their accounts, with the judge and the state that ship; what is asked
 * of the log and of the accounts is answered when the test says so, so that something else can
 * happen meanwhile; and what a log that cannot be written is to them.
 */
#include "config.h"

#include <string.h>

#include "server/chat/srv-irc.h"
#include "server/log/srv-judge.h"
#include "server/state/srv-modes.h"
#include "tests/unit/session-driver.h"

#define PEOPLE 2

typedef struct
{
  SrvHub *hub;
  SrvJudge *judge;
  SrvSession sessions[PEOPLE];
  GString *said[PEOPLE]; /* to each of them, and not looked at yet */
  GQueue posted;         /* of SrvEntry (owned): what the log has not answered */
  SrvLoginKind asked;
  char *wanted; /* (owned) (nullable): of VERIFY, the nickname */
  guint64 seq;
  gboolean full; /* the log cannot be written */
} World;

static World world;
static SrvSessionHost host;

static guint
number_of (const SrvSession *session)
{
  return (guint) (session - world.sessions);
}

static void
post (SrvSession *session, SrvEntry *entry)
{
  g_queue_push_tail (&world.posted, entry);
}

static void
take_lines (SrvSession *session, const char *bytes, gsize len)
{
  g_string_append_len (world.said[number_of (session)], bytes, (gssize) len);
}

static gboolean
login (SrvSession *session, const SrvLoginRequest *request)
{
  world.asked = request->kind;
  g_free (world.wanted);
  world.wanted = g_strdup (request->wanted);
  return TRUE;
}

static const SrvJudgeHost judge_host = { NULL };

/* The log answers what it was asked until now, as a worker passes it on. */
static void
log_answers (void)
{
  for (SrvEntry *asked = NULL; (asked = g_queue_pop_head (&world.posted)) != NULL;)
    {
      g_autoptr (GPtrArray) judged =
          g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
      SrvSession *session = &world.sessions[asked->origin.connection - 1];

      srv_judge_entry (world.judge, asked, judged);
      for (guint i = 0; i < judged->len; i++)
        {
          SrvEntry *entry = judged->pdata[i];

          if (world.full && srv_entry_is_said (entry))
            entry->status = SRV_ENTRY_REFUSED;
          entry->seq = srv_entry_is_kept (entry) ? ++world.seq : 0;
          if (srv_entry_holds (entry))
            srv_state_apply (world.hub->state, entry);
          srv_session_entry (session, entry);
        }
    }
}

static void
say (guint who, const char *line)
{
  SalUnit unit = {
    .kind = SAL_UNIT_TEXT, .bytes = (const guint8 *) line, .len = strlen (line), .ended = TRUE
  };

  g_assert_false (srv_session_is_waiting (&world.sessions[who]));
  srv_irc_handle_unit (world.sessions[who].irc, &unit, 1000000);
}

static void
accounts_answer (guint who, const char *account, SrvRole role)
{
  SrvLoginAnswer answer = {
    .kind = world.asked, .verdict = SRV_VERDICT_OK, .account = account, .role = role
  };

  srv_irc_on_login (world.sessions[who].irc, &answer, TRUE);
}

static void
forget (guint who)
{
  g_string_truncate (world.said[who], 0);
}

static const SrvUser *
user (guint who)
{
  return srv_state_get_user (world.hub->state, who + 1);
}

static void
open_world (void)
{
  memset (&world, 0, sizeof world);
  host = session_quiet_host;
  host.post = post;
  host.send = take_lines;
  host.login = login;
  world.hub = srv_hub_new ();
  world.hub->config.name = "s";
  world.judge = srv_judge_new (&judge_host, NULL);
  for (guint i = 0; i < PEOPLE; i++)
    {
      SrvSession *session = &world.sessions[i];
      g_autofree char *token = g_strdup_printf ("t%u", i);

      world.said[i] = g_string_new (NULL);
      srv_session_init (session, &host, i + 1,
                        srv_person_new (&(SrvPersonFields){ .host = "h.org", .address = "a" }),
                        "lobby");
      srv_session_become_irc (session, srv_irc_new (session, world.hub, token, FALSE));
      srv_hub_add (world.hub, session);
    }
}

static void
come (guint who, const char *nick)
{
  g_autofree char *name = g_strconcat ("NICK ", nick, NULL);

  say (who, name);
  say (who, "USER u 0 * :r");
  log_answers ();
  forget (who);
}

static void
close_world (void)
{
  for (guint i = 0; i < PEOPLE; i++)
    {
      srv_hub_remove (world.hub, &world.sessions[i]);
      srv_session_clear (&world.sessions[i]);
      g_string_free (world.said[i], TRUE);
    }
  g_queue_clear_full (&world.posted, (GDestroyNotify) srv_entry_unref);
  g_free (world.wanted);
  srv_judge_free (world.judge);
  srv_hub_free (world.hub);
}

/* Another password also takes away what the log has not heard of yet. */
static void
test_password_before_the_log_has_heard (void)
{
  open_world ();
  come (0, "anna");
  say (0, "AUTHENTICATE +");
  accounts_answer (0, "Anna", SRV_ROLE_USER);
  srv_irc_password_changed (world.sessions[0].irc, "anna");
  g_assert_nonnull (strstr (world.said[0]->str, ":s 901 anna "));
  log_answers ();
  g_assert_cmpstr (user (0)->who->account, ==, NULL);

  say (0, "AUTHENTICATE +");
  accounts_answer (0, "Anna", SRV_ROLE_USER);
  log_answers ();
  g_assert_cmpstr (user (0)->who->account, ==, "Anna");
  close_world ();
}

static void
test_role_before_the_log_has_heard (void)
{
  static const SrvRole roles[] = { SRV_ROLE_MODERATOR, SRV_ROLE_OPERATOR };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      open_world ();
      come (0, "anna");
      say (0, "OPER anna secret");
      accounts_answer (0, "Anna", roles[i]);
      srv_irc_password_changed (world.sessions[0].irc, "anna");
      log_answers ();
      g_assert_cmpuint (user (0)->modes & SRV_UMODES_GIVEN, ==, 0);
      close_world ();
    }
}

/* Who is just getting their name from the log is logged out as soon as they have it. */
static void
test_password_before_the_name_is_there (void)
{
  open_world ();
  say (0, "AUTHENTICATE +");
  accounts_answer (0, "Anna", SRV_ROLE_USER);
  say (0, "NICK anna");
  say (0, "USER u 0 * :r");
  srv_irc_password_changed (world.sessions[0].irc, "anna");
  g_assert_nonnull (strstr (world.said[0]->str, ":s 901 * "));
  log_answers ();
  g_assert_nonnull (strstr (world.said[0]->str, ":s 001 anna "));
  g_assert_cmpstr (user (0)->who->account, ==, NULL);
  close_world ();
}

static void
accounts_deny (guint who, SrvVerdict verdict)
{
  SrvLoginAnswer answer = { .kind = world.asked, .verdict = verdict };

  srv_irc_on_login (world.sessions[who].irc, &answer, TRUE);
}

/* It is no part of the answer to what is being done. */
static void
test_password_is_said_aside (void)
{
  open_world ();
  say (0, "CAP REQ :labeled-response batch");
  say (0, "CAP END");
  come (0, "anna");
  say (0, "AUTHENTICATE +");
  accounts_answer (0, "Anna", SRV_ROLE_USER);
  log_answers ();
  forget (0);
  say (0, "@label=l1 AWAY :out");
  srv_irc_password_changed (world.sessions[0].irc, "anna");
  g_assert_cmpstr (world.said[0]->str, ==,
                   ":s 901 anna anna!~u@h.org :You are now logged out\r\n"
                   ":s NOTICE anna :Your account has another password now: log in again with it"
                   "\r\n");
  forget (0);
  log_answers ();
  g_assert_cmpstr (world.said[0]->str, ==,
                   "@label=l1 :s 306 anna :You have been marked as being away\r\n");
  close_world ();
}

/* So is that the role which somebody had by it is gone, and that their login took too long. */
static void
test_role_goes_aside (void)
{
  open_world ();
  say (0, "CAP REQ :labeled-response batch");
  say (0, "CAP END");
  come (0, "anna");
  say (0, "OPER anna secret");
  accounts_answer (0, "Anna", SRV_ROLE_OPERATOR);
  log_answers ();
  forget (0);
  say (0, "@label=l1 AWAY :out");
  srv_irc_account_changed (world.sessions[0].irc, "anna", TRUE);
  srv_irc_on_login_timeout (world.sessions[0].irc);
  log_answers ();
  g_assert_cmpstr (world.said[0]->str, ==,
                   ":s 906 anna :SASL authentication aborted: it took too long\r\n"
                   ":anna!~u@h.org MODE anna -o\r\n"
                   "@label=l1 :s 306 anna :You have been marked as being away\r\n");
  g_assert_cmpuint (user (0)->modes & SRV_UMODES_GIVEN, ==, 0);
  forget (0);

  /* What one has said last of one's own modes counts; nobody gives a role to themselves. */
  say (0, "OPER anna secret");
  accounts_answer (0, "Anna", SRV_ROLE_MODERATOR);
  log_answers ();
  forget (0);
  say (0, "@label=l2 MODE anna -m+m-m+o");
  log_answers ();
  g_assert_cmpstr (world.said[0]->str, ==, "@label=l2 :anna!~u@h.org MODE anna -m\r\n");
  close_world ();
}

/* A nickname that somebody has said is not theirs yet. Who has it by then keeps it, and the account
 * of that name is for nobody else. */
static void
test_nickname_is_taken_meanwhile (void)
{
  open_world ();
  say (0, "CAP LS 302");
  say (0, "NICK anna");
  say (0, "VERIFY anna code");
  g_assert_cmpstr (world.wanted, ==, "anna");
  accounts_deny (0, SRV_VERDICT_WRONG);
  come (1, "Anna");
  forget (0);

  say (0, "VERIFY anna code");
  g_assert_cmpstr (world.wanted, ==, "*");
  accounts_deny (0, SRV_VERDICT_NOT_THEIRS);
  forget (0);
  say (0, "REGISTER * * secret");
  g_assert_cmpstr (world.said[0]->str, ==,
                   ":s FAIL REGISTER ACCOUNT_EXISTS anna :That name is in use\r\n");
  g_assert_false (srv_session_is_waiting (&world.sessions[0]));

  say (1, "REGISTER * * secret"); /* theirs it is */
  g_assert_cmpint (world.asked, ==, SRV_LOGIN_REGISTER);
  accounts_deny (1, SRV_VERDICT_BUSY);
  close_world ();
}

/* Whoever says something that cannot be kept learns it, and by what it was; of a notice only who
 * waits for an answer. */
static void
test_not_kept (void)
{
  static const char *const rows[][2] = {
    { "PRIVMSG bea :x", ":s FAIL PRIVMSG NOT_KEPT :Not sent*" },
    { "@+a=b TAGMSG bea", ":s FAIL TAGMSG NOT_KEPT :Not sent*" },
    { "NOTICE bea :x", "" },
    { "@label=l1 NOTICE bea :x", "@label=l1 :s FAIL NOTICE NOT_KEPT :Not sent*" },
    { "@label=l2 PRIVMSG bea :x", "@label=l2 :s FAIL PRIVMSG NOT_KEPT :Not sent*" },
  };

  open_world ();
  say (0, "CAP REQ :labeled-response batch message-tags");
  say (0, "CAP END");
  come (0, "anna");
  come (1, "bea");
  world.full = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      forget (0);
      say (0, rows[i][0]);
      log_answers ();
      g_assert_true (g_pattern_match_simple (rows[i][1], world.said[0]->str));
    }
  close_world ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/irc/account/another-password/before-the-log-has-heard-of-the-account",
                   test_password_before_the_log_has_heard);
  g_test_add_func ("/irc/account/another-password/before-the-log-has-heard-of-the-role",
                   test_role_before_the_log_has_heard);
  g_test_add_func ("/irc/account/another-password/before-the-name-is-there",
                   test_password_before_the_name_is_there);
  g_test_add_func ("/irc/account/another-password/is-said-aside", test_password_is_said_aside);
  g_test_add_func ("/irc/account/another-role/is-said-aside", test_role_goes_aside);
  g_test_add_func ("/irc/log/what-cannot-be-kept", test_not_kept);
  g_test_add_func ("/irc/account/registration/nickname-is-taken-meanwhile",
                   test_nickname_is_taken_meanwhile);
  return g_test_run ();
}
