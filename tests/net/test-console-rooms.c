/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the operator of the server sees and changes of rooms, on the console's socket: rooms
 * that people are in, and rooms that are only kept for an account.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "tests/lib/test-irc.h"

#define CONFIG "[accounts]\npasswords = loopback\niterations = 4096\n"

static TestServer *
start (void)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "salottod.conf");
  const char *const options[] = { "--config", path, "--log", "memory", NULL };

  test_folder_write (folder, "salottod.conf", CONFIG);
  return test_server_start_in (folder, options, NULL);
}

/* The answer matches @pattern, in which `*` stands for anything. */
static void
control (TestServer *server, const char *word, const char *pattern)
{
  g_autofree char *got = test_server_control (server, word);

  if (!g_pattern_match_simple (pattern, got))
    g_error ("%s: expected %s, got %s", word, pattern, got);
}

static TestPeer *
come_and_register (TestServer *server, const char *name)
{
  TestPeer *peer = test_irc_come (server->port, name, NULL);

  test_irc_say (peer, "NS REGISTER sesame");
  test_irc_expect (peer, ":salotto 900 *");
  test_irc_expect (peer, ":NickServ!* NOTICE * :You have an account now: *");
  return peer;
}

static void
join (TestPeer *peer, const char *room)
{
  test_irc_say (peer, "JOIN %s", room);
  test_irc_expect (peer, "* JOIN #*");
  test_irc_expect (peer, "* 353 *");
  test_irc_expect (peer, "* 366 *");
}

static void
test_words (void)
{
  TestServer *server = start ();

  control (server, "room", "room list *room info ROOM *room kick ROOM NAME *error\n");
  control (server, "room nonsense tea", "room list *error\n");
  control (server, "room list", "nobody is in any room, and none belongs to anybody\nok\n");
  control (server, "room info", "usage: room info ROOM \nerror\n");
  control (server, "room topic tea", "usage: room topic ROOM TEXT\nerror\n");
  control (server, "room info tea", "there is no room tea; *error\n");
  test_server_finish (server);
}

/* Where somebody is inside, those inside see what the operator does. */
static void
test_inside (void)
{
  TestServer *server = start ();
  g_autoptr (TestPeer) ann = test_irc_come (server->port, "ann", NULL);
  g_autoptr (TestPeer) bob = test_irc_come (server->port, "bob", NULL);
  g_autoptr (TestPeer) zoe = test_peer_join (server->port, "Zoe");

  join (ann, "#tea");
  join (bob, "#tea");
  test_irc_expect (ann, ":bob!* JOIN #tea");
  control (server, "room list", "lobby *1 *-\ntea *2 *-\nok\n");
  control (server, "room info #TEA",
           "room:        tea\npeople:      2\nfounder:     -\nmodes:       +nt\n"
           "topic:       -\nmasks:       0\nok\n");

  control (server, "room topic tea Black or green?", "ok\n");
  test_irc_expect (ann, ":operator TOPIC #tea :Black or green?");
  control (server, "room info tea", "*topic:       Black or green?\n*ok\n");
  control (server, "room topic tea -", "ok\n");
  test_irc_expect (ann, ":operator TOPIC #tea :");
  control (server, "room topic lobby Hello", "ok\n");
  test_peer_expect_later (zoe, "-- operator has set the topic: Hello\n");

  control (server, "room bans tea", "nobody is banned\nok\n");
  control (server, "room ban tea a b", "“a b” is no mask: *error\n");
  control (server, "room ban tea bob", "ok\n");
  test_irc_expect (ann, ":operator MODE #tea +b bob!?@?");
  control (server, "room bans tea", "+b bob!?@? * operator\nok\n");
  control (server, "room unban tea eve", "no such ban; *error\n");
  control (server, "room kick tea eve", "nobody in that room is called eve\nerror\n");
  control (server, "room kick tea BOB too loud", "ok\n");
  test_irc_expect (ann, ":operator KICK #tea bob :too loud");
  test_irc_expect (bob, ":operator TOPIC *");
  test_irc_expect (bob, ":operator TOPIC *");
  test_irc_expect (bob, ":operator MODE *");
  test_irc_expect (bob, ":operator KICK #tea bob :too loud");
  test_irc_say (bob, "JOIN #tea");
  test_irc_expect (bob, ":salotto 474 bob #tea :*");
  control (server, "room unban tea bob!*@*", "ok\n");
  test_irc_expect (ann, ":operator MODE #tea -b bob!?@?");
  control (server, "room drop tea", "that room belongs to nobody\nerror\n");
  test_peer_close (ann);
  test_peer_close (bob);
  test_peer_close (zoe);
  test_server_finish (server);
}

/* Who founds a room, and who gets it from the operator: while they are there, and when nobody is. */
static void
test_founders (void)
{
  TestServer *server = start ();
  g_autoptr (TestPeer) ann = come_and_register (server, "ann");
  g_autoptr (TestPeer) bob = come_and_register (server, "bob");

  join (ann, "#tea");
  join (bob, "#tea");
  test_irc_expect (ann, ":bob!* JOIN #tea");
  control (server, "room founder tea nobody", "there is no account called nobody; *error\n");
  control (server, "room founder tea bob", "ok\n");
  test_irc_expect (ann, ":operator MODE #tea +Po bob");
  test_irc_expect (bob, ":operator MODE #tea +Po bob");
  control (server, "room list", "tea *2 *bob\nok\n");
  /* Once more, to somebody else: what the room is called stays, and so does all else. */
  control (server, "room founder tea ann", "ok\n");
  test_irc_say (bob, "MODE #tea -P");
  test_irc_expect (bob, ":salotto 482 bob #tea :You're not the founder of this channel");
  control (server, "room info tea", "*founder:     ann\nmodes:       +*P*\n*ok\n");

  test_irc_say (ann, "PART #tea");
  test_irc_say (bob, "PART #tea");
  test_irc_catch_up (ann);
  test_irc_catch_up (bob);
  control (server, "room list", "tea *0 *ann\nok\n");
  control (server, "room info tea", "*people:      0\nfounder:     ann\nmodes:       +*P*\n*ok\n");
  control (server, "room topic tea Green", "ok\n");
  control (server, "room ban tea eve", "ok\n");
  control (server, "room bans tea", "+b eve!?@? * operator\nok\n");
  control (server, "room kick tea ann", "nobody in that room is called ann\nerror\n");
  control (server, "room founder tea bob", "ok\n");
  test_irc_say (bob, "JOIN #tea");
  test_irc_expect (bob, ":bob!* JOIN #tea");
  test_irc_expect (bob, ":salotto 353 bob = #tea :@bob");
  test_irc_expect (bob, ":salotto 366 *");
  test_irc_expect (bob, ":bob MODE #tea +P");
  test_irc_expect (bob, ":operator MODE #tea +b eve!?@?");
  test_irc_expect (bob, ":operator TOPIC #tea :Green");
  control (server, "room drop tea", "ok\n");
  test_irc_expect (bob, "* MODE #tea -P");
  control (server, "room list", "tea *1 *-\nok\n");
  test_peer_close (ann);
  test_peer_close (bob);
  test_server_finish (server);
}

/* Escape sequences that somebody typed on IRC are not the operator's terminal's to obey,
 * whether the room is awake or kept. */
static void
test_no_terminal_is_driven (void)
{
  TestServer *server = start ();
  g_autoptr (TestPeer) ann = come_and_register (server, "ann");

  join (ann, "#tea");
  test_irc_say (ann, "MODE #tea +P");
  test_irc_expect (ann, ":ann!* MODE #tea +P");
  test_irc_say (ann, "TOPIC #tea :\x1B]0;pwn\x07Green\x02");
  test_irc_expect (ann, ":ann!* TOPIC #tea :*");
  test_irc_say (ann, "MODE #tea +b \x1B[2Jeve!*@*\xE2\x80\xAE");
  test_irc_expect (ann, ":ann!* MODE #tea +b *");
  for (guint i = 0; i < 2; i++)
    {
      control (server, "room info tea", "*\ntopic:       ]0;pwnGreen\n*ok\n");
      control (server, "room bans tea", "+b [2Jeve!?@? * ann*ok\n");
      test_irc_say (ann, "PART #tea");
      test_irc_catch_up (ann);
    }
  test_peer_close (ann);
  test_server_finish (server);
}

/* Who has as many rooms as one may have gets no other, and the operator is told. */
static void
test_too_many (void)
{
  TestServer *server = start ();
  g_autoptr (TestPeer) ann = come_and_register (server, "ann");
  g_autoptr (TestPeer) bob = test_irc_come (server->port, "bob", NULL);
  g_autoptr (GString) rooms = g_string_new ("#r0");

  for (guint i = 1; i <= SAL_ACCOUNT_ROOMS; i++)
    g_string_append_printf (rooms, ",#r%u", i);
  test_irc_say (bob, "JOIN %s", rooms->str);
  test_irc_catch_up (bob);
  for (guint i = 0; i < SAL_ACCOUNT_ROOMS; i++)
    {
      g_autofree char *word = g_strdup_printf ("room founder r%u ann", i);

      control (server, word, "ok\n");
      test_irc_expect (bob, ":operator MODE #r* +P");
    }
  g_string_printf (rooms, "room founder r%u ann", SAL_ACCOUNT_ROOMS);
  control (server, rooms->str, "that account has as many rooms as one may have\nerror\n");
  control (server, "room founder r0 ann", "ok\n");
  test_peer_close (ann);
  test_peer_close (bob);
  test_server_finish (server);
}

/* A mask that no line of IRC has room for is refused; the longest come back line by line. */
static void
test_long_masks (void)
{
  TestServer *server = start ();
  g_autoptr (TestPeer) ann = come_and_register (server, "ann");
  g_autofree char *most = g_strnfill (SAL_MASK_BYTES - strlen ("1!*@*"), 'x');
  g_autofree char *too_long = g_strdup_printf ("room ban tea 12%s", most);

  join (ann, "#tea");
  test_irc_say (ann, "MODE #tea +P");
  test_irc_expect (ann, ":ann!* MODE #tea +P");
  control (server, too_long, "a mask has at most 230 bytes\nerror\n");
  test_irc_say (ann, "PART #tea");
  test_irc_catch_up (ann);
  control (server, too_long, "a mask has at most 230 bytes\nerror\n");
  control (server, "room ban tea eve", "ok\n");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *word = g_strdup_printf ("room ban tea %u%s", i, most);

      control (server, word, "ok\n");
    }
  test_irc_say (ann, "JOIN #tea");
  test_irc_expect (ann, ":ann!* JOIN #tea");
  test_irc_expect (ann, "* 353 *");
  test_irc_expect (ann, "* 366 *");
  test_irc_expect (ann, ":ann MODE #tea +P");
  test_irc_expect (ann, ":operator MODE #tea +b eve!?@?");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *line = test_irc_take_line (ann);
      g_autofree char *begin = g_strdup_printf (":operator MODE #tea +b %ux", i);

      g_assert_true (g_str_has_prefix (line, begin));
      g_assert_cmpuint (strlen (line), <=, 512);
    }
  test_peer_close (ann);
  test_server_finish (server);
}

static void
test_kept_and_dropped (void)
{
  TestServer *server = start ();
  g_autoptr (TestPeer) ann = come_and_register (server, "ann");

  join (ann, "#tea");
  test_irc_say (ann, "MODE #tea +P");
  test_irc_expect (ann, ":ann!* MODE #tea +P");
  test_irc_say (ann, "PART #tea");
  test_irc_catch_up (ann);
  control (server, "room ban tea eve", "ok\n");
  control (server, "room unban tea eve", "ok\n");
  control (server, "room unban tea eve", "no such ban; *error\n");
  /* Names count as the same as everywhere, whatever their letters are. */
  control (server, "room ban tea Änne", "ok\n");
  control (server, "room ban tea änne", "ok\n");
  control (server, "room bans tea", "+b Änne!?@? * operator\nok\n");
  control (server, "room unban tea ÄNNE", "ok\n");
  control (server, "room bans tea", "nobody is banned\nok\n");
  control (server, "room drop tea", "ok\n");
  control (server, "room info tea", "there is no room tea; *error\n");
  test_peer_close (ann);
  test_server_finish (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/console-rooms/words", test_words);
  g_test_add_func ("/net/console-rooms/with-people-inside", test_inside);
  g_test_add_func ("/net/console-rooms/founders", test_founders);
  g_test_add_func ("/net/console-rooms/no-terminal-is-driven", test_no_terminal_is_driven);
  g_test_add_func ("/net/console-rooms/too-many-of-one-account", test_too_many);
  g_test_add_func ("/net/console-rooms/long-masks", test_long_masks);
  g_test_add_func ("/net/console-rooms/kept-and-dropped", test_kept_and_dropped);
  return g_test_run ();
}
