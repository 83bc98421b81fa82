/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accounts for people whose client knows no SASL: NickServ, and PASS with account and
 * password. What is a secret there stays one: others, the log and its history never see it.
 */
#include "config.h"

#include "tests/lib/test-irc.h"

/* Passwords are taken on this machine, and cheap. */
#define CONFIG "[accounts]\npasswords = loopback\niterations = 4096\n"

#define SECRET "sesame"

static TestServer *
start_in_env (const char *configuration, const char *const *env)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "salottod.conf");
  const char *const options[] = { "--config", path, "--verbose", NULL };

  test_folder_write (folder, "salottod.conf", configuration);
  return test_server_start_in (folder, options, env);
}

static TestServer *
start_with (const char *configuration)
{
  return start_in_env (configuration, NULL);
}

/* Somebody who has made an account by NickServ. */
static TestPeer *
come_and_register (TestServer *server, const char *name)
{
  TestPeer *peer = test_irc_come (server->port, name, NULL);

  test_irc_say (peer, "PRIVMSG NickServ :REGISTER " SECRET);
  test_irc_expect (peer, ":salotto 900 * :You are now logged in as *");
  test_irc_expect (peer, ":NickServ!services@salotto NOTICE * :You have an account now: *.");
  return peer;
}

static void
test_register (void)
{
  TestServer *server = start_with (CONFIG);
  g_autoptr (TestPeer) anna = test_irc_come (server->port, "anna", NULL);
  g_autofree char *list = NULL;

  test_irc_say (anna, "PRIVMSG nickserv :register short");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :A password has at least 6 characters, *.");
  test_irc_say (anna, "PRIVMSG NickServ :REGISTER " SECRET " nobody");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :That is not an e-mail address.");
  test_irc_say (anna, "NS REGISTER " SECRET " anna@example.org");
  test_irc_expect (anna, ":salotto 900 anna anna!* anna :*");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :You have an account now: anna.");
  test_irc_say (anna, "NICKSERV REGISTER " SECRET);
  test_irc_expect (anna, ":NickServ!* NOTICE anna :You are logged in as anna already.");
  list = test_server_control (server, "account list");
  g_assert_cmpstr (list, ==, "anna                             user       anna@example.org\nok\n");
  test_peer_close (anna);
  test_server_finish (server);
}

static void
test_invitation (void)
{
  TestServer *server = start_with (CONFIG "registration = invitation\ninvitation-code = crocus\n");
  g_autoptr (TestPeer) anna = test_irc_come (server->port, "anna", NULL);

  test_irc_say (anna, "PRIVMSG NickServ :REGISTER " SECRET);
  test_irc_expect (anna, ":NickServ!* NOTICE anna :Now say the invitation code: VERIFY anna CODE");
  test_irc_say (anna, "PRIVMSG NickServ :VERIFY anna tulip");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :That is not the code.");
  /* Somebody else could have the name by now. */
  test_irc_say (anna, "NICK bea");
  test_irc_expect (anna, ":anna!* NICK bea");
  test_irc_say (anna, "PRIVMSG NickServ :VERIFY anna crocus");
  test_irc_expect (anna, ":NickServ!* NOTICE bea :An account has the name of your nickname: *");
  test_irc_say (anna, "VERIFY anna crocus");
  test_irc_expect (anna, ":salotto FAIL VERIFY ACCOUNT_NAME_MUST_BE_NICK anna :*");
  test_irc_say (anna, "NICK anna");
  test_irc_expect (anna, ":bea!* NICK anna");
  test_irc_say (anna, "PRIVMSG NickServ :VERIFY anna crocus");
  test_irc_expect (anna, ":salotto 900 anna *");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :You have an account now: anna.");
  test_peer_close (anna);
  test_server_finish (server);
}

/* By one's nickname or by another account's name; what was wrong is not told. */
static void
test_identify (void)
{
  TestServer *server = start_with (CONFIG);
  g_autoptr (TestPeer) anna = come_and_register (server, "anna");
  g_autoptr (TestPeer) phone = test_irc_come (server->port, "phone", NULL);

  test_irc_say (phone, "PRIVMSG NickServ :IDENTIFY wrong1");
  test_irc_expect (phone, ":NickServ!* NOTICE phone :That account or that password is wrong.");
  test_irc_say (phone, "PRIVMSG NickServ :IDENTIFY anna wrong1");
  test_irc_expect (phone, ":NickServ!* NOTICE phone :That account or that password is wrong.");
  test_irc_say (phone, "PRIVMSG NickServ :IDENTIFY ANNA " SECRET);
  test_irc_expect (phone, ":salotto 900 phone phone!* anna :*");
  test_irc_expect (phone, ":NickServ!* NOTICE phone :You are logged in as anna now.");
  test_irc_say (phone, "NS IDENTIFY anna " SECRET);
  test_irc_expect (phone, ":NickServ!* NOTICE phone :You are logged in as anna already.");
  test_peer_close (anna);
  test_peer_close (phone);
  test_server_finish (server);
}

/* Who knows the old one gets another; from then on only that one is right. */
static void
test_passwd (void)
{
  TestServer *server = start_with (CONFIG);
  g_autoptr (TestPeer) anna = come_and_register (server, "anna");
  g_autoptr (TestPeer) bea = test_irc_come (server->port, "bea", NULL);

  test_irc_say (bea, "NS PASSWD " SECRET " tulips");
  test_irc_expect (bea, ":NickServ!* NOTICE bea :You are not logged in: IDENTIFY first.");
  test_irc_say (anna, "NS PASSWD wrong1 tulips");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :That account or that password is wrong.");
  test_irc_say (anna, "NS PASSWD " SECRET " short");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :A password has at least 6 characters, *.");
  test_irc_say (anna, "NS PASSWD " SECRET " tulips tulpis");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :Those are two passwords, *.");
  test_irc_say (anna, "NS PASSWD " SECRET);
  test_irc_expect (anna, ":NickServ!* NOTICE anna :PASSWD PASSWORD NEW-PASSWORD *");
  test_irc_say (anna, "PRIVMSG NickServ :PASSWD " SECRET " \"two tulips\" \"two tulips\"");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :You have a new password.");

  test_irc_say (bea, "NS IDENTIFY anna " SECRET);
  test_irc_expect (bea, ":NickServ!* NOTICE bea :That account or that password is wrong.");
  test_irc_say (bea, "NS IDENTIFY anna \"two tulips\"");
  test_irc_expect (bea, ":salotto 900 bea *");
  test_irc_expect (bea, ":NickServ!* NOTICE bea :You are logged in as anna now.");
  test_peer_close (anna);
  test_peer_close (bea);
  test_server_finish (server);
}

/* Who changes a password may do so because somebody else knows it: others are logged out, who have
 * registered and who have not, and everybody learns of it; by the operator's word it is all of
 * them. */
static void
test_passwd_elsewhere (void)
{
  TestServer *server = start_with (CONFIG);
  g_autoptr (TestPeer) anna = come_and_register (server, "anna");
  g_autoptr (TestPeer) phone = test_irc_come (server->port, "phone", "account-notify");
  g_autoptr (TestPeer) late = test_peer_connect (server->port);
  g_autoptr (TestPeer) bea = test_irc_come (server->port, "bea", "account-notify");
  g_autofree char *answer = NULL;

  test_irc_say (phone, "NS IDENTIFY anna " SECRET "\r\nJOIN #tea");
  test_peer_expect_later (phone, " 366 phone #tea ");
  test_irc_catch_up (phone);
  test_irc_say (bea, "JOIN #tea");
  test_peer_expect_later (bea, " 366 bea #tea ");
  test_irc_catch_up (bea);
  test_irc_catch_up (phone);
  test_irc_say (late, "PASS anna:" SECRET);
  test_peer_expect_later (late, ":salotto 900 ");

  test_irc_say (anna, "NS PASSWD " SECRET " tulips");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :You have a new password.");
  test_irc_expect (anna, ":NickServ!* NOTICE anna :Whoever else was logged in *");
  test_irc_expect (phone, ":salotto 901 phone phone!* :You are now logged out");
  test_irc_expect (phone, ":salotto NOTICE phone :Your account has another password now: *");
  test_irc_expect (bea, ":phone!* ACCOUNT ?");
  test_peer_expect_later (late, ":salotto 901 ");
  test_irc_say (late, "NICK late\r\nUSER u 0 * :r\r\nWHOIS late");
  for (gboolean ended = FALSE; !ended;)
    {
      g_autofree char *line = test_irc_take_line (late);

      g_assert_null (strstr (line, " 330 "));
      ended = strstr (line, " 318 late late ") != NULL;
    }
  test_irc_say (anna, "WHOIS anna");
  test_peer_expect_later (anna, ":salotto 330 anna anna anna :is logged in as\r\n");

  answer = test_server_control (server, "account passwd anna\nroses1\nroses1");
  g_assert_true (g_str_has_suffix (answer, "ok\n"));
  test_peer_expect_later (anna, ":salotto 901 anna anna!");
  test_peer_close (anna);
  test_peer_close (phone);
  test_peer_close (bea);
  test_server_finish (server);
}

/* Guesses wait as they do in SASL: whoever asks in vain again and again is sent away. */
static void
test_guesses (void)
{
  TestServer *server = start_with (CONFIG);
  g_autoptr (TestPeer) anna = come_and_register (server, "anna");
  TestPeer *many[12] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    {
      g_autofree char *nick = g_strdup_printf ("m%u", i);

      many[i] = test_irc_come (server->port, nick, NULL);
      test_irc_say (many[i], "NS IDENTIFY anna wrong1");
    }
  test_irc_expect (many[11], ":NickServ!* NOTICE m11 :Too many mistakes; try again in * seconds.");
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    test_peer_free (many[i]);
  test_peer_close (anna);
  test_server_finish (server);
}

/* Where a password would be read by others it is not taken. */
static void
test_not_in_the_clear (void)
{
  TestServer *server = start_with ("[accounts]\npasswords = tls\n");
  g_autoptr (TestPeer) anna = test_irc_come (server->port, "anna", NULL);
  g_autoptr (TestPeer) bea = test_peer_connect (server->port);
  g_autoptr (GString) help = g_string_new (NULL);

  test_irc_say (anna, "NS REGISTER " SECRET);
  test_irc_expect (anna, ":NickServ!* NOTICE anna :Passwords are taken over TLS only.");
  test_irc_say (anna, "NS IDENTIFY " SECRET);
  test_irc_expect (anna, ":NickServ!* NOTICE anna :Passwords are taken over TLS only.");
  test_irc_say (anna, "NS HELP");
  test_irc_say (anna, "PING end");
  for (;;)
    {
      g_autofree char *line = test_irc_take_line (anna);

      if (strstr (line, " PONG ") != NULL)
        break;
      g_string_append (help, line);
    }
  g_assert_nonnull (strstr (help->str, "IDENTIFY [ACCOUNT] PASSWORD"));
  g_assert_nonnull (strstr (help->str, "Nothing of this works here"));
  test_irc_say (bea, "PASS anna:" SECRET);
  test_peer_expect_later (bea,
                          ":salotto NOTICE * :Not logged in: Passwords are taken over TLS only");
  test_peer_close (anna);
  test_peer_close (bea);
  test_server_finish (server);
}

/* PASS with both, as clients without SASL can send it; programs that were made for other servers
 * and send something like it come in all the same. */
static void
test_pass (void)
{
  static const struct
  {
    const char *said;
    const char *answer;
  } rows[] = {
    { "PASS anna:" SECRET, ":salotto 900 * *!*@* anna :You are now logged in as anna\r\n" },
    { "PASS anna:wrong1",
      ":salotto NOTICE * :Not logged in: that account or that password is wrong\r\n" },
    { "PASS oauth:0123456",
      ":salotto NOTICE * :Not logged in: that account or that password is wrong\r\n" },
    { "PASS anything", NULL },
    { "PASS :", NULL },
    { "PASS ::", NULL },
    { "PASS :anna:", NULL },
  };
  TestServer *server = start_with (CONFIG);
  g_autoptr (TestPeer) anna = come_and_register (server, "anna");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TestPeer) peer = test_peer_connect (server->port);

      g_test_message ("%s", rows[i].said);
      test_peer_expect (peer, TEST_GREETING TEST_NAME_WANTED);
      test_irc_say (peer, "%s", rows[i].said);
      if (i == 0)
        test_irc_expect (peer, ":salotto 900 * anna :You are now logged in as anna");
      else if (rows[i].answer != NULL)
        {
          test_peer_expect (peer, rows[i].answer);
          /* Whoever guesses needs a connection for each. */
          test_irc_say (peer, "PASS anna:" SECRET);
          test_peer_expect (peer, ":salotto NOTICE * :Not logged in: PASS is taken once in a "
                                  "connection\r\n");
        }
      test_irc_say (peer, "NICK p%u\r\nUSER u 0 * :r", i);
      test_irc_expect (peer, ":salotto 001 p* :Welcome *");
    }
  test_peer_close (anna);
  test_server_finish (server);
}

/* A server's own password is another one, and still asked for. */
static void
test_pass_of_the_server (void)
{
  TestServer *server = start_with (CONFIG "[irc]\npassword = door:open\n");
  g_autoptr (TestPeer) anna = test_peer_connect (server->port);
  g_autoptr (TestPeer) bea = test_peer_connect (server->port);

  test_irc_say (anna, "PASS door:open\r\nNICK anna\r\nUSER u 0 * :r");
  test_peer_expect_later (anna, ":salotto 001 anna ");
  test_peer_expect_later (anna, " 422 ");
  test_peer_expect_later (anna, "\r\n");
  test_irc_say (anna, "NS REGISTER " SECRET);
  test_peer_expect_later (anna, "You have an account now: anna.\r\n");
  test_irc_say (bea, "PASS anna:" SECRET "\r\nNICK bea\r\nUSER u 0 * :r");
  test_peer_expect_later (bea, ":salotto 900 ");
  test_peer_expect_later (bea, ":salotto 464 * :Password incorrect\r\n");
  test_peer_close (anna);
  test_peer_close (bea);
  test_server_finish (server);
}

/* One's own copy says that it was taken, and nothing that could be read over one's shoulder; the
 * answer has the label. */
static void
test_echo (void)
{
  TestServer *server = start_with (CONFIG);
  g_autoptr (TestPeer) anna =
      test_irc_come (server->port, "anna", "batch echo-message labeled-response message-tags");

  test_irc_say (anna, "@label=x PRIVMSG NickServ :IDENTIFY " SECRET);
  test_irc_expect (anna, "@label=x :salotto BATCH +* labeled-response");
  test_irc_expect (anna, "@batch=* :anna!* PRIVMSG NickServ :IDENTIFY ???");
  test_irc_expect (anna, "@batch=* :NickServ!* NOTICE anna :That account or *");
  test_irc_expect (anna, ":salotto BATCH -*");
  test_irc_say (anna, "@label=y PRIVMSG NickServ :" SECRET);
  test_irc_expect (anna, "@label=y :salotto BATCH +* labeled-response");
  test_irc_expect (anna, "@batch=* :anna!* PRIVMSG NickServ :???");
  test_irc_expect (anna, "@batch=* :NickServ!* NOTICE anna :I do not know that word; *");
  test_irc_expect (anna, ":salotto BATCH -*");
  test_irc_say (anna, "@label=z NOTICE NickServ :thanks");
  test_irc_expect (anna, "@label=z :salotto ACK");
  test_irc_say (anna, "PRIVMSG NickServ :\001VERSION\001");
  test_irc_say (anna, "PRIVMSG NickServ,anna :IDENTIFY " SECRET);
  test_irc_expect (anna, ":salotto 407 anna NickServ :Say that to it alone");
  test_peer_close (anna);
  test_server_finish (server);
}

/* Nobody else can be called so, in any dialect. */
static void
test_name_is_reserved (void)
{
  TestServer *server = start_with (CONFIG);
  g_autoptr (TestPeer) anna = test_irc_come (server->port, "anna", NULL);
  g_autoptr (TestPeer) plain = test_peer_connect (server->port);

  test_irc_say (anna, "NICK nickserv");
  test_irc_expect (anna, ":salotto 433 anna nickserv :*");
  test_peer_send (plain, "NickServ\n");
  test_peer_expect_later (plain, "Hi NickServ_2, you are in the room now.");
  test_peer_close (anna);
  test_peer_close (plain);
  test_server_finish (server);
}

static gboolean
has_secret (const char *path)
{
  g_autofree char *content = NULL;
  gsize len = 0;

  if (!g_file_get_contents (path, &content, &len, NULL))
    return FALSE;
  return memmem (content, len, SECRET, strlen (SECRET)) != NULL;
}

/* No file of the server's and no line that it writes has what was said to NickServ. */
static void
test_secrets_stay (void)
{
  static const char *const files[] = { "rooms.db", "rooms.db-wal", "server.db", "server.db-wal" };
  TestServer *server = start_with (CONFIG);
  g_autoptr (TestPeer) anna = come_and_register (server, "anna");
  g_autofree char *errors = NULL;
  guint found = 0;

  test_irc_say (anna, "JOIN #tea");
  test_irc_say (anna, "PRIVMSG #tea :hello");
  test_irc_say (anna, "NS PASSWD " SECRET " " SECRET "2");
  test_peer_expect_later (anna, "You have a new password.\r\n");
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *name = g_strconcat ("salotto/", files[i], NULL);
      g_autofree char *path = test_folder_file (server->folder, name);

      found += g_file_test (path, G_FILE_TEST_EXISTS);
      g_assert_false (has_secret (path));
    }
  g_assert_cmpuint (found, >=, 2);
  test_server_stop (server);
  errors = test_process_get_errors (server->process);
  g_assert_null (strstr (errors, SECRET));
  test_server_free (server);
}

/* A connection that has not said who it is yet. */
static TestPeer *
begin (TestServer *server)
{
  TestPeer *peer = test_peer_connect (server->port);

  test_peer_expect (peer, TEST_GREETING TEST_NAME_WANTED);
  return peer;
}

static char *
plain_message (const char *name, const char *password)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();

  g_byte_array_append (message, (const guint8 *) "", 1);
  g_byte_array_append (message, (const guint8 *) name, (guint) strlen (name) + 1);
  g_byte_array_append (message, (const guint8 *) password, (guint) strlen (password));
  return g_base64_encode (message->data, message->len);
}

/* What stays of it would be found whatever is written over its beginning. */
#define LONG_SECRET                                                                                \
  "a-long-one-so-that-the-memory-in-which-it-was-does-not-soon-serve-for-something-else-after-"    \
  "it-has-been-freed-and-" TAIL
#define TAIL "quite-a-secret-it-is"

/* Once what @peer has said is done with: its last line may be there until the next is read. */
static void
assert_forgotten (TestServer *server, TestPeer *peer, const char *text)
{
  test_irc_say (peer, "PING done");
  test_peer_expect_later (peer, ":salotto PONG salotto :done\r\n");
  g_assert_false (test_process_remembers (server->process, text));
}

/* Each way to say a password, and what of it could stay in memory: what came from the network,
 * in one piece and in several, what waited for its turn, what was taken apart, and what was handed
 * to another thread. */
static void
test_memory (void)
{
  static const char *const env[] = { "MALLOC_PERTURB_=0", NULL };
  TestServer *server = start_in_env (CONFIG, env);
  g_autoptr (TestPeer) anna = test_irc_come (server->port, "anna", NULL);
  g_autoptr (TestPeer) bea = begin (server);
  g_autoptr (TestPeer) cleo = begin (server);
  g_autoptr (TestPeer) dora = test_irc_come (server->port, "dora", NULL);
  g_autofree char *message = plain_message ("anna", LONG_SECRET);
  g_autofree char *answer = NULL;

  if (!test_process_shows_memory (server->process))
    {
      test_server_finish (server);
      g_test_skip ("this machine shows nobody the memory of another process");
      return;
    }
  /* That anything can be found at all. */
  test_irc_say (anna, "AWAY :not-a-secret-at-all");
  test_irc_expect (anna, ":salotto 306 anna :*");
  g_assert_true (test_process_remembers (server->process, "not-a-secret-at-all"));

  test_irc_say (anna, "PRIVMSG NickServ :REGISTER " LONG_SECRET);
  test_peer_expect_later (anna, "You have an account now: anna.\r\n");
  assert_forgotten (server, anna, TAIL);
  test_irc_say (anna, "NS PASSWD wrong1 " LONG_SECRET);
  test_peer_expect_later (anna, "That account or that password is wrong.\r\n");
  assert_forgotten (server, anna, TAIL);
  test_irc_say (anna, "JOIN #tea\r\nOPER anna " LONG_SECRET);
  test_peer_expect_later (anna, ":salotto 491 ");
  assert_forgotten (server, anna, TAIL);
  test_irc_say (bea, "PASS anna:" LONG_SECRET);
  test_peer_expect_later (bea, ":salotto 900 ");
  assert_forgotten (server, bea, TAIL);
  test_irc_say (cleo, "CAP REQ :sasl\r\nAUTHENTICATE PLAIN");
  test_peer_expect_later (cleo, "AUTHENTICATE +\r\n");
  test_irc_say (cleo, "AUTHENTICATE %s", message);
  test_peer_expect_later (cleo, ":salotto 903 ");
  assert_forgotten (server, cleo, TAIL);
  assert_forgotten (server, cleo, message + strlen (message) - strlen (TAIL));
  test_peer_send (dora, "PING in-one-piece\r\nREGISTER * * :" LONG_SECRET);
  test_peer_expect_later (dora, "in-one-piece\r\n");
  test_peer_send (dora, "\r\n");
  test_peer_expect_later (dora, " REGISTER SUCCESS ");
  assert_forgotten (server, dora, TAIL);
  answer = test_server_control (server, "account add otto\n" LONG_SECRET "\n" LONG_SECRET);
  g_assert_true (g_str_has_suffix (answer, "otto has an account now\nok\n"));
  assert_forgotten (server, dora, TAIL);
  test_peer_close (anna);
  test_peer_close (dora);
  test_server_finish (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/irc-services/register", test_register);
  g_test_add_func ("/net/irc-services/register-with-an-invitation", test_invitation);
  g_test_add_func ("/net/irc-services/identify", test_identify);
  g_test_add_func ("/net/irc-services/another-password", test_passwd);
  g_test_add_func ("/net/irc-services/another-password-logs-others-out", test_passwd_elsewhere);
  g_test_add_func ("/net/irc-services/guesses-wait", test_guesses);
  g_test_add_func ("/net/irc-services/not-in-the-clear", test_not_in_the_clear);
  g_test_add_func ("/net/irc-services/pass", test_pass);
  g_test_add_func ("/net/irc-services/pass-of-the-server", test_pass_of_the_server);
  g_test_add_func ("/net/irc-services/echo-without-secrets", test_echo);
  g_test_add_func ("/net/irc-services/its-name-is-reserved", test_name_is_reserved);
  g_test_add_func ("/net/irc-services/secrets-are-nowhere", test_secrets_stay);
  g_test_add_func ("/net/irc-services/secrets-leave-memory", test_memory);
  return g_test_run ();
}
