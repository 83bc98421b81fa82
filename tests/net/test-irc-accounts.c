/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accounts as somebody with an IRC client has them: logging in with SASL, making an account,
 * becoming an operator, names and rooms that are one's own, and what those around learn.
 *
 * It is one piece because the cases need the same people and accounts, made by the same few
 * functions.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "server/tls/srv-self-signed.h"
#include "tests/lib/test-peer.h"
#include "tests/lib/test-tls-peer.h"

#define NAME "salotto"

/* Passwords are taken on this machine, and cheap. */
#define CONFIG "[accounts]\npasswords = loopback\niterations = 4096\n"

static TestServer *
start_in (TestFolder *folder, const char *more)
{
  static const char *const options[] = { "--log", "memory", NULL };
  g_autofree char *config = g_strconcat (CONFIG, more, NULL);

  test_folder_write (folder, "salotto/salottod.conf", config);
  return test_server_start_in (folder, options, NULL);
}

static TestServer *
start_with (const char *more)
{
  return start_in (test_folder_new (), more);
}

/* Sends lines; each is ended here. */
static void
say (TestPeer *peer, const char *lines)
{
  g_auto (GStrv) all = g_strsplit (lines, "\n", -1);
  g_autofree char *text = g_strjoinv ("\r\n", all);
  g_autofree char *bytes = g_strconcat (text, "\r\n", NULL);

  test_peer_send (peer, bytes);
}

/* Begins a connection in IRC; it is not complete before CAP END. */
static TestPeer *
begin (TestServer *server, const char *nick)
{
  TestPeer *peer = test_peer_connect (server->port);
  g_autofree char *lines = g_strdup_printf ("CAP REQ :sasl\nNICK %s\nUSER u 0 * :Somebody", nick);

  say (peer, lines);
  test_peer_expect_later (peer, " ACK :sasl\r\n");
  return peer;
}

static void
complete (TestPeer *peer)
{
  say (peer, "CAP END");
  test_peer_expect_later (peer, " 422 ");
  test_peer_expect_later (peer, "\r\n");
}

static TestPeer *
come (TestServer *server, const char *nick)
{
  TestPeer *peer = begin (server, nick);

  complete (peer);
  return peer;
}

static void
send_plain (TestPeer *peer, const char *name, const char *password)
{
  gsize len = strlen (name) + strlen (password) + 2;
  g_autofree char *message = g_malloc0 (len + 1);
  g_autofree char *base64 = NULL;
  g_autofree char *line = NULL;

  strcpy (message + 1, name);
  strcpy (message + 2 + strlen (name), password);
  base64 = g_base64_encode ((const guchar *) message, len);
  line = g_strconcat ("AUTHENTICATE ", base64, NULL);
  say (peer, "AUTHENTICATE PLAIN");
  test_peer_expect_later (peer, "AUTHENTICATE +\r\n");
  say (peer, line);
}

/* Comes and logs in. */
static TestPeer *
come_as (TestServer *server, const char *name, const char *password)
{
  TestPeer *peer = begin (server, name);

  send_plain (peer, name, password);
  test_peer_expect_later (peer, " 903 * :");
  complete (peer);
  return peer;
}

/* Comes and makes an account; stays. */
static TestPeer *
come_and_register (TestServer *server, const char *name)
{
  TestPeer *peer = come (server, name);

  say (peer, "REGISTER * * :open sesame");
  test_peer_expect_later (peer, ":" NAME " REGISTER SUCCESS ");
  test_peer_expect_later (peer, " 900 ");
  test_peer_expect_later (peer, "\r\n");
  return peer;
}

static void
leave (TestPeer *peer)
{
  say (peer, "QUIT");
  test_peer_expect_later (peer, "ERROR ");
  test_peer_expect_later (peer, "\r\n");
  test_peer_expect_end (peer);
  test_peer_free (peer);
}

static void
control (TestServer *server, const char *word, const char *answer)
{
  g_autofree char *got = test_server_control (server, word);

  g_assert_cmpstr (got, ==, answer);
}

static void
test_capabilities (void)
{
  static const struct
  {
    const char *config;
    const char *version;
    const char *has;
    const char *lacks;
  } rows[] = {
    { "", "302", " sasl=SCRAM-SHA-256,PLAIN ", NULL },
    { "", "302", " draft/account-registration ", NULL },
    { "", "", " sasl ", "sasl=" },
    { "before-connect = yes\n", "302", " draft/account-registration=before-connect ", NULL },
    { "email = required\n", "302", " draft/account-registration=email-required ", NULL },
    { "registration = off\n", "302", " sasl=SCRAM-SHA-256,PLAIN ", "account-registration" },
    { "passwords = tls\n", "302", " sasl=SCRAM-SHA-256 ", "account-registration" },
  };

  TestServer *server = start_with ("");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *config = g_strconcat (CONFIG, rows[i].config, NULL);
      g_autofree char *ls = g_strconcat ("CAP LS ", rows[i].version, "\nPING :end", NULL);
      g_autoptr (GString) all = g_string_new (" ");
      g_autoptr (TestPeer) peer = NULL;

      g_test_message ("%s%s", rows[i].config, rows[i].version);
      test_folder_write (server->folder, "salotto/salottod.conf", config);
      control (server, "reload", "reloaded\nok\n");
      peer = test_peer_connect (server->port);
      say (peer, ls);
      for (;;)
        {
          g_autofree char *line = test_peer_take_line (peer);

          if (strstr (line, "PONG") != NULL)
            break;
          if (strstr (line, " LS ") != NULL)
            g_string_append_printf (all, "%s ", g_strchomp (strrchr (line, ':') + 1));
        }
      g_assert_nonnull (strstr (all->str, rows[i].has));
      if (rows[i].lacks != NULL)
        g_assert_null (strstr (all->str, rows[i].lacks));
    }
  test_server_finish (server);
}

static void
reload (TestServer *server, const char *more)
{
  g_autofree char *config = g_strconcat (CONFIG, more, NULL);

  test_folder_write (server->folder, "salotto/salottod.conf", config);
  control (server, "reload", "reloaded\nok\n");
}

/* What a new configuration changes is told to those inside who want to know it, with values
 * where they know of such; and what is gone is not negotiated any more. */
static void
test_cap_notify (void)
{
  TestServer *server = start_with ("");
  g_autoptr (TestPeer) modern = test_peer_connect (server->port);
  g_autoptr (TestPeer) old = test_peer_connect (server->port);
  g_autoptr (TestPeer) older = come (server, "older");

  say (modern, "CAP LS 302\nCAP REQ :draft/account-registration\nNICK modern\n"
               "USER u 0 * :M\nCAP END");
  test_peer_expect_later (modern, " 422 ");
  test_peer_expect_later (modern, "\r\n");
  say (old, "CAP REQ :cap-notify\nNICK old\nUSER u 0 * :O\nCAP END");
  test_peer_expect_later (old, " 422 ");
  test_peer_expect_later (old, "\r\n");

  reload (server, "passwords = tls\n");
  test_peer_expect (modern, ":" NAME " CAP modern DEL :draft/account-registration\r\n"
                            ":" NAME " CAP modern NEW :sasl=SCRAM-SHA-256\r\n");
  test_peer_expect (old, ":" NAME " CAP old DEL :draft/account-registration\r\n"
                         ":" NAME " CAP old NEW :sasl\r\n");
  say (modern, "CAP LIST");
  test_peer_expect (modern, ":" NAME " CAP modern LIST :cap-notify\r\n");
  reload (server, "email = required\n");
  test_peer_expect (modern,
                    ":" NAME " CAP modern NEW :draft/account-registration=email-required\r\n"
                    ":" NAME " CAP modern NEW :sasl=SCRAM-SHA-256,PLAIN\r\n");
  test_peer_expect (old, ":" NAME " CAP old NEW :draft/account-registration\r\n"
                         ":" NAME " CAP old NEW :sasl\r\n");
  /* Nothing that concerns them: nothing is said. */
  reload (server, "email = required\niterations = 5000\n");
  say (modern, "PING x");
  test_peer_expect (modern, ":" NAME " PONG " NAME " :x\r\n");
  say (older, "PING x");
  test_peer_expect (older, ":" NAME " PONG " NAME " :x\r\n");
  test_peer_close (modern);
  test_peer_close (old);
  test_peer_close (older);
  test_server_finish (server);
}

static void
test_plain (void)
{
  TestServer *server = start_with ("");
  TestPeer *anna = come_and_register (server, "anna");
  g_autoptr (TestPeer) again = NULL;

  leave (anna);
  again = begin (server, "anna");
  send_plain (again, "anna", "open Sesame");
  test_peer_expect (again, ":" NAME " 904 * :SASL authentication failed\r\n");
  send_plain (again, "nobody", "open sesame");
  test_peer_expect (again, ":" NAME " 904 * :SASL authentication failed\r\n");
  send_plain (again, "ANNA", "open sesame");
  test_peer_expect_later (again, ":" NAME " 900 * anna!~u@");
  test_peer_expect_later (again, " anna :You are now logged in as anna\r\n");
  test_peer_expect (again, ":" NAME " 903 * :SASL authentication successful\r\n");
  complete (again);
  say (again, "WHOIS anna");
  test_peer_expect_later (again, ":" NAME " 330 anna anna anna :is logged in as\r\n");
  test_peer_close (again);
  test_server_finish (server);
}

/* The rules of AUTHENTICATE lines, one after the other on one connection. */
static void
test_authenticate (void)
{
#define TOO_LONG ":" NAME " 905 * :SASL message too long (400 bytes a line)\r\n"
  static const struct
  {
    const char *said;
    const char *answer;
  } rows[] = {
    { "AUTHENTICATE", ":" NAME " 461 * AUTHENTICATE :Not enough parameters\r\n" },
    { "AUTHENTICATE FOO", ":" NAME " 908 * SCRAM-SHA-256,PLAIN :are available SASL mechanisms\r\n"
                          ":" NAME " 904 * :SASL authentication failed: no such mechanism\r\n" },
    { "AUTHENTICATE *", ":" NAME " 906 * :SASL authentication aborted\r\n" },
    { "AUTHENTICATE plain", "AUTHENTICATE +\r\n" },
    { "AUTHENTICATE *", ":" NAME " 906 * :SASL authentication aborted\r\n" },
    { "AUTHENTICATE PLAIN", "AUTHENTICATE +\r\n" },
    { "AUTHENTICATE !!!", ":" NAME " 904 * :SASL authentication failed\r\n" },
    { "AUTHENTICATE PLAIN", "AUTHENTICATE +\r\n" },
    { "NICK bea\nPING :x", ":" NAME " PONG " NAME " :x\r\n" }, /* does not disturb */
    { "AUTHENTICATE +", ":" NAME " 904 * :SASL authentication failed\r\n" },
    { "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE +\r\n" },
    { "AUTHENTICATE +", ":" NAME " 904 * :SASL authentication failed\r\n" },
    { "AUTHENTICATE EXTERNAL",
      ":" NAME " 908 * SCRAM-SHA-256,PLAIN :are available SASL mechanisms\r\n"
      ":" NAME " 904 * :SASL authentication failed: no such mechanism\r\n" },
  };
  TestServer *server = start_with ("");
  g_autoptr (TestPeer) peer = begin (server, "anna");
  g_autofree char *full = g_strnfill (SAL_SASL_LINE_BYTES, 'A');
  g_autofree char *longer = g_strdup_printf ("AUTHENTICATE PLAIN\nAUTHENTICATE A%s", full);
  g_autofree char *line = g_strconcat ("AUTHENTICATE ", full, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].said);
      say (peer, rows[i].said);
      test_peer_expect (peer, rows[i].answer);
    }
  say (peer, longer);
  test_peer_expect (peer, "AUTHENTICATE +\r\n" TOO_LONG);
  /* A message without an end has one. */
  say (peer, "AUTHENTICATE PLAIN");
  for (guint i = 0; i <= SAL_SASL_MAX_BYTES / SAL_SASL_LINE_BYTES; i++)
    say (peer, line);
  test_peer_expect (peer, "AUTHENTICATE +\r\n:" NAME
                          " 904 * :SASL authentication failed: the message is longer than "
                          "4096 bytes\r\n");
  /* Who comes in meanwhile has no account, and nothing to go on with. */
  say (peer, "AUTHENTICATE PLAIN\nCAP END");
  test_peer_expect (peer, "AUTHENTICATE +\r\n:" NAME " 906 * :SASL authentication aborted\r\n:" NAME
                          " 001 bea ");
  say (peer, "AUTHENTICATE QW5uYQBBbm5hAG9wZW4gc2VzYW1l");
  test_peer_expect_later (peer, " 904 bea :SASL authentication failed: no such mechanism\r\n");
  test_peer_close (peer);
  test_server_finish (server);
}

/* Guesses wait longer and longer, and nothing else on the server does. */
static void
test_guesses (void)
{
  TestServer *server = start_with ("");
  g_autoptr (TestPeer) anna = come_and_register (server, "anna");
  g_autoptr (TestPeer) guesser = come (server, "mallory");
  TestPeer *many[12] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    {
      g_autofree char *nick = g_strdup_printf ("m%u", i);

      many[i] = come (server, nick);
      say (many[i], "OPER nobody wrong");
    }
  /* The last ones would have to wait for too long. */
  test_peer_expect_later (many[11], " 464 m11 :Too many mistakes, try again in ");
  say (guesser, "PRIVMSG anna :still here");
  test_peer_expect_later (anna, " PRIVMSG anna :still here\r\n");
  test_peer_expect_later (many[0], " 464 m0 :Password incorrect\r\n");
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    test_peer_free (many[i]);
  test_peer_close (anna);
  test_peer_close (guesser);
  test_server_finish (server);
}

static void
test_register (void)
{
  static const struct
  {
    const char *said;
    const char *answer;
  } rows[] = {
    { "REGISTER", "461 anna REGISTER :Not enough parameters" },
    { "REGISTER * *", "461 anna REGISTER :Not enough parameters" },
    { "REGISTER bea * sesame", "FAIL REGISTER ACCOUNT_NAME_MUST_BE_NICK bea :" },
    { "REGISTER * * short", "FAIL REGISTER UNACCEPTABLE_PASSWORD anna :" },
    { "REGISTER * nobody sesame", "FAIL REGISTER INVALID_EMAIL anna :" },
    { "VERIFY anna 1234", "FAIL VERIFY INVALID_CODE * :" },
    { "REGISTER ANNA anna@example.org sesame", "REGISTER SUCCESS anna :" },
    { "REGISTER * * sesame", "FAIL REGISTER ALREADY_AUTHENTICATED anna :" },
  };
  TestServer *server = start_with ("");
  g_autoptr (TestPeer) anna = come (server, "anna");
  g_autoptr (TestPeer) early = begin (server, "bea");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].said);
      say (anna, rows[i].said);
      test_peer_expect_later (anna, ":" NAME " ");
      if (g_str_has_prefix (rows[i].said, "REGISTER * * sesame"))
        test_peer_expect_later (anna, ":" NAME " "); /* after 900 */
      test_peer_expect (anna, rows[i].answer);
      test_peer_expect_later (anna, "\r\n");
    }
  say (early, "REGISTER * * sesame");
  test_peer_expect_later (early, " FAIL REGISTER COMPLETE_CONNECTION_REQUIRED * :");
  control (server, "account list",
           "anna                             user       anna@example.org\nok\n");
  test_peer_close (anna);
  test_peer_close (early);
  test_server_finish (server);
}

static void
test_register_early (void)
{
  TestServer *server = start_with ("before-connect = yes\n");
  g_autoptr (TestPeer) root = come (server, "root");
  g_autoptr (TestPeer) bea = test_peer_connect (server->port);

  say (bea, "CAP LS 302\nREGISTER * * sesame");
  test_peer_expect_later (bea, " FAIL REGISTER NEED_NICK * :");
  say (bea, "NICK root\nREGISTER * * sesame"); /* nobody's account, but somebody is called so */
  test_peer_expect_later (bea, " 433 * root :");
  test_peer_expect_later (bea, " FAIL REGISTER ACCOUNT_EXISTS root :");
  say (bea, "NICK bea\nUSER u 0 * :Bea\nREGISTER * * sesame");
  test_peer_expect_later (bea, " REGISTER SUCCESS bea :");
  complete (bea);
  say (bea, "WHOIS bea");
  test_peer_expect_later (bea, " 330 bea bea bea :");
  test_peer_close (root);
  test_peer_close (bea);
  test_server_finish (server);
}

static void
test_invitation (void)
{
  TestServer *server = start_with ("registration = invitation\ninvitation-code = crocus\n");
  g_autoptr (TestPeer) anna = come (server, "anna");

  say (anna, "REGISTER * * sesame");
  test_peer_expect_later (anna, " REGISTER VERIFICATION_REQUIRED anna :");
  say (anna, "VERIFY anna tulip");
  test_peer_expect_later (anna, " FAIL VERIFY INVALID_CODE anna :");
  say (anna, "VERIFY anna crocus");
  test_peer_expect_later (anna, " VERIFY SUCCESS anna :");
  test_peer_expect_later (anna, " 900 anna ");
  test_peer_close (anna);
  test_server_finish (server);
}

/* An operator has power, a moderator less, and both lose it with the account. */
static void
test_oper (void)
{
  TestServer *server = start_with ("");
  g_autoptr (TestPeer) anna = come_and_register (server, "anna");
  g_autoptr (TestPeer) bea = come (server, "bea");

  say (bea, "JOIN #tea");
  test_peer_expect_later (bea, " 366 ");
  say (anna, "OPER anna :open sesame\nKILL bea :no\nOPER anna wrong\nOPER anna\nMODE anna +mo");
  test_peer_expect_later (anna, " 491 anna :No role for your account\r\n");
  test_peer_expect_later (anna, " 481 anna :");
  test_peer_expect_later (anna, " 464 anna :Password incorrect\r\n");
  test_peer_expect_later (anna, " 461 anna OPER :");
  say (anna, "JOIN #tea\nMODE #tea +m");
  test_peer_expect_later (anna, " 482 anna #tea :");

  control (server, "account role anna moderator", "anna has the role “moderator” now\nok\n");
  say (anna, "OPER anna :open sesame\nMODE #tea +m\nKILL bea :no");
  test_peer_expect_later (anna, " 381 anna :");
  test_peer_expect_later (anna, " MODE anna +m\r\n");
  test_peer_expect_later (anna, " MODE #tea +m\r\n");
  test_peer_expect_later (anna, " 481 anna :");

  control (server, "account role anna operator", "anna has the role “operator” now\nok\n");
  test_peer_expect_later (anna, " MODE anna -m\r\n");
  say (anna, "OPER anna :open sesame");
  test_peer_expect_later (anna, " 381 anna :You are now an IRC operator\r\n");
  test_peer_expect_later (anna, " MODE anna +o\r\n");
  control (server, "account drop anna", "anna has no account any more\nok\n");
  test_peer_expect_later (anna, " 901 anna anna!");
  test_peer_expect_later (anna, " MODE anna -o\r\n");
  say (anna, "KILL bea :no\nOPER anna :open sesame");
  test_peer_expect_later (anna, " 481 anna :");
  test_peer_expect_later (anna, " 464 anna :");
  test_peer_close (anna);
  test_peer_close (bea);
  test_server_finish (server);
}

/* A name of an account, and one that is reserved beside it, in both worlds. */
static void
test_names (void)
{
  TestServer *server = start_with ("");
  TestPeer *anna = come_and_register (server, "anna");
  g_autoptr (TestPeer) other = NULL;
  g_autoptr (TestPeer) again = NULL;
  g_autoptr (TestPeer) plain = NULL;

  control (server, "account nick anna Annette", "Annette is reserved for anna\nok\n");
  leave (anna);
  other = begin (server, "ANNA");
  say (other, "CAP END");
  test_peer_expect_later (other, " 433 * ANNA :Nickname is reserved for an account: log in first");
  say (other, "NICK bea");
  test_peer_expect_later (other, " 422 bea ");
  say (other, "NICK anna\nNICK annette\nNICK carla");
  test_peer_expect_later (other, " 433 bea anna :Nickname is reserved");
  test_peer_expect_later (other, " 433 bea annette :Nickname is reserved");
  test_peer_expect_later (other, " NICK carla\r\n");

  plain = test_peer_connect (server->port);
  test_peer_send (plain, "anna\n");
  test_peer_expect_later (plain, "Hi anna_2, ");
  again = come_as (server, "anna", "open sesame");
  say (again, "NICK Annette");
  test_peer_expect_later (again, " NICK Annette\r\n");
  test_peer_close (other);
  test_peer_close (again);
  test_peer_close (plain);
  test_server_finish (server);
}

/* What others learn: with the capabilities for it, and without. */
static void
test_others_learn (void)
{
  TestServer *server = start_with ("");
  TestPeer *first = come_and_register (server, "anna");
  g_autoptr (TestPeer) anna = NULL;
  g_autoptr (TestPeer) modern = test_peer_connect (server->port);
  g_autoptr (TestPeer) old = come (server, "old");

  leave (first);
  say (modern, "CAP REQ :account-notify account-tag extended-join\nNICK modern\n"
               "USER u 0 * :Modern\nCAP END\nJOIN #tea");
  test_peer_expect_later (modern, " 366 ");
  test_peer_expect_later (modern, "\r\n");
  say (old, "JOIN #tea");
  test_peer_expect_later (old, " 366 ");
  test_peer_expect_later (old, "\r\n");
  test_peer_expect_later (modern, " JOIN #tea * :Somebody\r\n");

  anna = come_as (server, "anna", "open sesame");
  say (anna, "JOIN #tea\nPRIVMSG #tea :hello");
  test_peer_expect_later (modern, "@account=anna :anna!");
  test_peer_expect_later (modern, " JOIN #tea anna :Somebody\r\n");
  test_peer_expect_later (modern, "@account=anna :anna!");
  test_peer_expect_later (modern, " PRIVMSG #tea :hello\r\n");
  test_peer_expect_later (old, ":anna!");
  test_peer_expect_later (old, " JOIN #tea\r\n:anna!");
  test_peer_expect_later (old, " PRIVMSG #tea :hello\r\n");
  say (modern, "WHO #tea %na");
  test_peer_expect_later (modern, " 354 modern anna anna\r\n");

  /* And when it is over. */
  control (server, "account drop anna", "anna has no account any more\nok\n");
  test_peer_expect_later (modern, " ACCOUNT *\r\n");
  say (anna, "PRIVMSG #tea :who am I");
  test_peer_expect_later (modern, "\r\n");
  test_peer_expect_later (old, ":anna!");
  test_peer_expect_later (old, " PRIVMSG #tea :who am I\r\n");
  test_peer_close (anna);
  test_peer_close (modern);
  test_peer_close (old);
  test_server_finish (server);
}

/* Who is logged in logs in to another account, before they are registered and after; a wrong
 * password leaves them where they are. */
static void
test_log_in_again (void)
{
  TestServer *server = start_with ("");
  g_autoptr (TestPeer) anna = come_and_register (server, "anna");
  g_autoptr (TestPeer) bea = come_and_register (server, "bea");
  g_autoptr (TestPeer) modern = test_peer_connect (server->port);
  g_autoptr (TestPeer) phone = begin (server, "phone");

  say (modern, "CAP REQ :account-notify\nNICK modern\nUSER u 0 * :Modern\nCAP END\nJOIN #tea");
  test_peer_expect_later (modern, " 366 ");
  send_plain (phone, "anna", "open sesame");
  test_peer_expect_later (phone, " 903 * :");
  send_plain (phone, "bea", "open sesame");
  test_peer_expect_later (phone, " 900 * phone!~u@");
  test_peer_expect_later (phone, " bea :You are now logged in as bea\r\n");
  complete (phone);
  say (phone, "JOIN #tea");
  test_peer_expect_later (phone, " 366 ");
  send_plain (phone, "anna", "open sesame");
  test_peer_expect_later (phone, " anna :You are now logged in as anna\r\n");
  test_peer_expect_later (phone, " 903 phone :");
  test_peer_expect_later (modern, " ACCOUNT anna\r\n");
  send_plain (phone, "bea", "wrong password");
  test_peer_expect_later (phone, " 904 phone :");
  say (phone, "WHOIS phone");
  test_peer_expect_later (phone, " 330 phone phone anna :is logged in as\r\n");
  test_peer_close (anna);
  test_peer_close (bea);
  test_peer_close (modern);
  test_peer_close (phone);
  test_server_finish (server);
}

/* A room that is somebody's: left, found again, and found again after a restart. */
static void
test_room (void)
{
  TestServer *server = start_with ("");
  TestFolder *folder = NULL;
  TestPeer *anna = come (server, "anna");
  g_autoptr (TestPeer) bea = come (server, "bea");

  say (anna, "JOIN #Tea\nMODE #tea +P");
  test_peer_expect_later (anna, " 477 anna #Tea :");
  say (anna, "REGISTER * * :open sesame\nMODE #tea +P\nMODE #tea +kb-t sesame *!*@bad.example\n"
             "TOPIC #tea :Earl Grey");
  test_peer_expect_later (anna, " MODE #Tea +P\r\n");
  test_peer_expect_later (anna, " TOPIC #Tea :Earl Grey\r\n");
  leave (anna);

  for (int i = 0; i < 2; i++)
    {
      say (bea, "JOIN #tea\nJOIN #tea sesame");
      test_peer_expect_later (bea, " 475 bea #tea :");
      test_peer_expect_later (bea, " JOIN #Tea\r\n");
      test_peer_expect_later (bea, " 353 bea = #Tea :bea\r\n");
      test_peer_expect_later (bea, ":anna MODE #Tea +Pk-t sesame\r\n");
      test_peer_expect_later (bea, ":anna MODE #Tea +b *!*@bad.example\r\n");
      test_peer_expect_later (bea, " TOPIC #Tea :Earl Grey\r\n");
      say (bea, "MODE #tea +m\nMODE #tea -P");
      test_peer_expect_later (bea, " 482 bea #Tea :");
      test_peer_expect_later (bea, " 482 bea #Tea :");

      /* Its founder needs no key, and is its operator. */
      anna = come_as (server, "anna", "open sesame");
      say (anna, "JOIN #tea");
      test_peer_expect_later (bea, ":anna MODE #Tea +o anna\r\n");
      say (anna, "MODE #tea +o bea");
      test_peer_expect_later (bea, " MODE #Tea +o bea\r\n");
      say (bea, "MODE #tea -P\nPART #tea");
      test_peer_expect_later (bea, " 482 bea #Tea :You're not the founder of this channel\r\n");
      test_peer_expect_later (bea, " PART #Tea\r\n");
      leave (anna);
      if (i == 1)
        break;
      test_server_stop (server);
      folder = g_steal_pointer (&server->folder);
      test_server_free (server);
      server = start_in (folder, "");
      test_peer_free (bea);
      bea = come (server, "bea");
    }
  anna = come_as (server, "anna", "open sesame");
  say (anna, "JOIN #tea\nMODE #tea -P");
  test_peer_expect_later (anna, " MODE #Tea -P\r\n");
  leave (anna);
  say (bea, "JOIN #tea");
  test_peer_expect_later (bea, " 353 bea = #tea :@bea\r\n");
  test_peer_close (bea);
  test_server_finish (server);
}

/* The line that has @numeric among those that answer @question. */
static char *
ask_for (TestPeer *peer, const char *question, const char *numeric)
{
  g_autofree char *pattern = g_strdup_printf (" %s ", numeric);

  say (peer, question);
  for (;;)
    {
      g_autofree char *line = test_peer_take_line (peer);

      g_assert_nonnull (line);
      if (strstr (line, pattern) != NULL)
        return g_steal_pointer (&line);
    }
}

/* Who has set a topic or a mask, and when, is the same before and after a restart. */
static void
test_dates (void)
{
  TestServer *server = start_with ("");
  TestFolder *folder = NULL;
  TestPeer *anna = come_and_register (server, "anna");
  g_autofree char *topic = NULL;
  g_autofree char *ban = NULL;
  g_autofree char *topic_again = NULL;
  g_autofree char *ban_again = NULL;
  g_auto (GStrv) words = NULL;

  say (anna, "JOIN #tea\nMODE #tea +P\nTOPIC #tea :Earl Grey\nMODE #tea +b *!*@bad.example");
  topic = ask_for (anna, "TOPIC #tea", "333");
  ban = ask_for (anna, "MODE #tea b", "367");
  words = g_strsplit (topic, " ", -1);
  g_assert_true (g_str_has_prefix (words[4], "anna!"));
  g_assert_cmpint (strtoll (words[5], NULL, 10), >, 1600000000);
  leave (anna);

  test_server_stop (server);
  folder = g_steal_pointer (&server->folder);
  test_server_free (server);
  server = start_in (folder, "");
  anna = come_as (server, "anna", "open sesame");
  say (anna, "JOIN #tea");
  test_peer_expect_later (anna, " TOPIC #tea :Earl Grey\r\n");
  topic_again = ask_for (anna, "TOPIC #tea", "333");
  ban_again = ask_for (anna, "MODE #tea b", "367");
  g_assert_cmpstr (topic_again, ==, topic);
  g_assert_cmpstr (ban_again, ==, ban);
  leave (anna);
  test_server_finish (server);
}

static TestPeer *
come_to_read (TestServer *server, const char *nick, const char *account)
{
  TestPeer *peer = test_peer_connect (server->port);
  g_autofree char *lines = g_strdup_printf ("NICK %s\nUSER u 0 * :Somebody", nick);

  say (peer, "CAP LS 302\nCAP REQ :sasl draft/read-marker");
  test_peer_expect_later (peer, " ACK :sasl draft/read-marker\r\n");
  say (peer, lines);
  if (account != NULL)
    {
      send_plain (peer, account, "open sesame");
      test_peer_expect_later (peer, " 903 * :");
    }
  complete (peer);
  return peer;
}

/* Up to where somebody has read: their other connection learns of it, somebody else does not,
 * and it is there after a restart. Without an account it ends with the connection. */
static void
test_read_markers (void)
{
#define EARLY "timestamp=2026-01-01T00:00:00.000Z"
#define LATE "timestamp=2026-01-02T00:00:00.000Z"
  TestServer *server = start_with ("");
  TestFolder *folder = NULL;
  TestPeer *desktop = NULL;
  TestPeer *phone = NULL;
  TestPeer *stranger = NULL;

  leave (come_and_register (server, "anna"));
  desktop = come_to_read (server, "desktop", "anna");
  phone = come_to_read (server, "phone", "anna");
  stranger = come_to_read (server, "stranger", NULL);
  say (desktop, "JOIN #tea\nMARKREAD #tea " LATE "\nMARKREAD #tea " EARLY);
  test_peer_expect_later (desktop, " MARKREAD #tea *\r\n");
  test_peer_expect_later (desktop, " 366 ");
  test_peer_expect_later (desktop, ":" NAME " MARKREAD #tea " LATE "\r\n");
  test_peer_expect (desktop, ":" NAME " MARKREAD #tea " LATE "\r\n");
  test_peer_expect (phone, ":" NAME " MARKREAD #tea " LATE "\r\n");
  say (phone, "MARKREAD #tea " EARLY "\nMARKREAD #tea");
  test_peer_expect (phone, ":" NAME " MARKREAD #tea " LATE "\r\n");
  test_peer_expect (phone, ":" NAME " MARKREAD #tea " LATE "\r\n");
  say (stranger, "MARKREAD #tea\nMARKREAD #tea " EARLY "\nMARKREAD #tea");
  test_peer_expect (stranger, ":" NAME " MARKREAD #tea *\r\n");
  test_peer_expect (stranger, ":" NAME " MARKREAD #tea " EARLY "\r\n");
  test_peer_expect (stranger, ":" NAME " MARKREAD #tea " EARLY "\r\n");
  test_peer_free (desktop);
  test_peer_free (phone);
  test_peer_free (stranger);
  test_server_stop (server);
  folder = g_steal_pointer (&server->folder);
  test_server_free (server);

  server = start_in (folder, "");
  phone = come_to_read (server, "phone", "anna");
  stranger = come_to_read (server, "stranger", NULL);
  say (phone, "MARKREAD #tea");
  test_peer_expect (phone, ":" NAME " MARKREAD #tea " LATE "\r\n");
  say (stranger, "MARKREAD #tea");
  test_peer_expect (stranger, ":" NAME " MARKREAD #tea *\r\n");
  test_peer_free (phone);
  test_peer_free (stranger);
  test_server_finish (server);
}

static void
use_certificate (TestTlsPeer *peer, const char *certificate, const char *key)
{
  g_assert_cmpint (SSL_use_certificate_file (peer->ssl, certificate, SSL_FILETYPE_PEM), ==, 1);
  g_assert_cmpint (SSL_use_PrivateKey_file (peer->ssl, key, SSL_FILETYPE_PEM), ==, 1);
  test_tls_peer_shake_hands (peer);
}

static char *
own_fingerprint (const TestTlsPeer *peer)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  guint len = 0;
  GString *text = g_string_new (NULL);

  g_assert_true (X509_digest (SSL_get_certificate (peer->ssl), EVP_sha256 (), digest, &len));
  for (guint i = 0; i < len; i++)
    g_string_append_printf (text, i == 0 ? "%02X" : ":%02X", digest[i]);
  return g_string_free (text, FALSE);
}

/* A certificate and its key, as a client has them. */
static void
make_certificate (const TestFolder *folder, const char *name)
{
  g_autofree char *certificate = g_strconcat (folder->path, "/", name, ".pem", NULL);
  g_autofree char *key = g_strconcat (folder->path, "/", name, ".key", NULL);
  g_autoptr (GError) error = NULL;

  srv_self_signed_make (certificate, key, name, g_get_real_time () / G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
}

static TestTlsPeer *
come_with_certificate (const TestFolder *folder, guint16 port, const char *name)
{
  TestTlsPeer *peer = test_tls_peer_new (port, 0);
  g_autofree char *certificate = g_strconcat (folder->path, "/", name, ".pem", NULL);
  g_autofree char *key = g_strconcat (folder->path, "/", name, ".key", NULL);

  use_certificate (peer, certificate, key);
  test_tls_peer_send (peer, "CAP LS 302\r\n");
  test_tls_peer_expect (peer, " sasl=EXTERNAL,SCRAM-SHA-256,PLAIN");
  test_tls_peer_send (peer, "CAP REQ sasl\r\nNICK x\r\nUSER u 0 * :Somebody\r\n"
                            "AUTHENTICATE EXTERNAL\r\n");
  test_tls_peer_expect (peer, "AUTHENTICATE +\r\n");
  return peer;
}

/* Logging in with a certificate and nothing else, over TLS. */
static void
test_external (void)
{
  static const char *const options[] = {
    "--log", "memory", "--listen", "plain://127.0.0.1:0", "--listen", "ircs://127.0.0.1:0", NULL
  };
  TestFolder *folder = test_folder_new ();
  TestServer *server = NULL;
  g_autofree char *line = NULL;
  g_autofree char *word = NULL;
  guint16 port = 0;
  TestTlsPeer *peer = NULL;

  make_certificate (folder, "annas");
  make_certificate (folder, "others");
  test_folder_write (folder, "salotto/salottod.conf", CONFIG);
  server = test_server_start_in (folder, options, NULL);
  line = test_process_take_line (server->process, TEST_PATIENCE_MS);
  g_assert_true (g_str_has_suffix (line, " (ircs)"));
  port = (guint16) atoi (strrchr (line, ':') + 1);
  leave (come_and_register (server, "anna"));

  /* Nobody's. */
  peer = come_with_certificate (folder, port, "annas");
  test_tls_peer_send (peer, "AUTHENTICATE +\r\n");
  test_tls_peer_expect (peer, " 904 * :");
  {
    g_autofree char *fingerprint = own_fingerprint (peer);

    word = g_strdup_printf ("account cert anna %s", fingerprint);
  }
  test_tls_peer_free (peer);
  control (server, word, "anna can log in with that certificate\nok\n");

  /* Anna's: as herself, and as nobody else. */
  peer = come_with_certificate (folder, port, "annas");
  test_tls_peer_send (peer, "AUTHENTICATE +\r\nCAP END\r\n");
  test_tls_peer_expect (peer, " anna :");
  test_tls_peer_expect (peer, " 903 * :");
  test_tls_peer_expect (peer, " 001 x ");
  test_tls_peer_send (peer, "WHOIS x\r\n");
  test_tls_peer_expect (peer, " 330 x x anna :");
  test_tls_peer_free (peer);
  peer = come_with_certificate (folder, port, "annas");
  test_tls_peer_send (peer, "AUTHENTICATE YmVh\r\n"); /* bea */
  test_tls_peer_expect (peer, " 904 * :");
  test_tls_peer_send (peer, "AUTHENTICATE EXTERNAL\r\nAUTHENTICATE YW5uYQ==\r\n"); /* anna */
  test_tls_peer_expect (peer, " 903 * :");
  test_tls_peer_free (peer);

  /* Somebody else's, and none at all. */
  peer = come_with_certificate (folder, port, "others");
  test_tls_peer_send (peer, "AUTHENTICATE +\r\n");
  test_tls_peer_expect (peer, " 904 * :");
  test_tls_peer_free (peer);
  peer = test_tls_peer_connect (port);
  test_tls_peer_send (peer, "CAP LS 302\r\nAUTHENTICATE EXTERNAL\r\n");
  test_tls_peer_expect (peer, " sasl=SCRAM-SHA-256,PLAIN");
  test_tls_peer_expect (peer, " 908 * SCRAM-SHA-256,PLAIN :");
  test_tls_peer_free (peer);
  test_server_finish (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/irc-accounts/capabilities", test_capabilities);
  g_test_add_func ("/net/irc-accounts/capabilities-that-change", test_cap_notify);
  g_test_add_func ("/net/irc-accounts/plain", test_plain);
  g_test_add_func ("/net/irc-accounts/authenticate-lines", test_authenticate);
  g_test_add_func ("/net/irc-accounts/guesses-wait-and-nobody-else", test_guesses);
  g_test_add_func ("/net/irc-accounts/register", test_register);
  g_test_add_func ("/net/irc-accounts/register-before-the-connection-is-complete",
                   test_register_early);
  g_test_add_func ("/net/irc-accounts/register-with-an-invitation", test_invitation);
  g_test_add_func ("/net/irc-accounts/roles", test_oper);
  g_test_add_func ("/net/irc-accounts/names-are-reserved", test_names);
  g_test_add_func ("/net/irc-accounts/others-learn-of-it", test_others_learn);
  g_test_add_func ("/net/irc-accounts/logging-in-again", test_log_in_again);
  g_test_add_func ("/net/irc-accounts/rooms-are-owned", test_room);
  g_test_add_func ("/net/irc-accounts/what-was-set-keeps-its-time", test_dates);
  g_test_add_func ("/net/irc-accounts/read-markers-last", test_read_markers);
  g_test_add_func ("/net/irc-accounts/certificate", test_external);
  return g_test_run ();
}
