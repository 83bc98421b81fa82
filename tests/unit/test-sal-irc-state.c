/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a client believes of a server of IRC: what it supports, and who is where.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-rooms.h"
#include "common/client/sal-irc-sasl.h"

/* ISUPPORT */

static void
test_defaults (void)
{
  SalIrcSupport support;

  sal_irc_support_init (&support);
  g_assert_true (sal_irc_support_same (&support, "Ada[]^", "aDA{}~"));
  g_assert_true (sal_irc_support_is_channel (&support, "#tea"));
  g_assert_true (sal_irc_support_is_channel (&support, "&tea"));
  g_assert_false (sal_irc_support_is_channel (&support, "tea"));
  g_assert_false (sal_irc_support_is_channel (&support, ""));
  g_assert_cmpint (sal_irc_support_prefix_of (&support, 'o'), ==, '@');
  g_assert_cmpint (sal_irc_support_prefix_of (&support, 'x'), ==, 0);
  g_assert_cmpuint (support.line_bytes, ==, 510);
  g_assert_cmpuint (support.max_targets, ==, 1);
  sal_irc_support_clear (&support);
}

static void
test_tokens (void)
{
  static const char *const tokens[] = {
    "CASEMAPPING=ascii",
    "CHANTYPES=#+",
    "PREFIX=(qaohv)~&@%+",
    "STATUSMSG=~&@%+",
    "CHANMODES=beI,k,l,im",
    "LINELEN=2048",
    "NICKLEN=31",
    "TARGMAX=JOIN:,PRIVMSG:4,X:",
    "MODES=20",
    "MONITOR=100",
    "CHATHISTORY=50",
    "MSGREFTYPES=timestamp,msgid",
    "UTF8ONLY",
    "WHOX",
    "BOT=B",
    "NETWORK=The\\x20Net",
    "ENTRANCE=#lobby",
    "AWAYLEN=200",
  };
  SalIrcSupport support;

  sal_irc_support_init (&support);
  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    sal_irc_support_take (&support, tokens[i]);
  g_assert_false (sal_irc_support_same (&support, "[", "{"));
  g_assert_true (sal_irc_support_is_channel (&support, "+tea"));
  g_assert_cmpint (sal_irc_support_prefix_of (&support, 'q'), ==, '~');
  g_assert_true (sal_irc_support_mode_takes_param (&support, 'b', FALSE));
  g_assert_true (sal_irc_support_mode_takes_param (&support, 'k', FALSE));
  g_assert_true (sal_irc_support_mode_takes_param (&support, 'l', TRUE));
  g_assert_false (sal_irc_support_mode_takes_param (&support, 'l', FALSE));
  g_assert_true (sal_irc_support_mode_takes_param (&support, 'v', FALSE));
  g_assert_false (sal_irc_support_mode_takes_param (&support, 'i', TRUE));
  g_assert_cmpuint (support.line_bytes, ==, 2046);
  g_assert_cmpuint (support.max_targets, ==, 4);
  g_assert_cmpuint (support.history, ==, 50);
  g_assert_true (support.history_by_msgid);
  g_assert_true (support.whox && support.utf8_only);
  g_assert_cmpint (support.bot_mode, ==, 'B');
  g_assert_cmpstr (support.network, ==, "The Net");
  g_assert_cmpstr (support.entrance, ==, "#lobby");
  sal_irc_support_take (&support, "-WHOX");
  sal_irc_support_take (&support, "-LINELEN");
  g_assert_false (support.whox);
  g_assert_cmpuint (support.line_bytes, ==, 510);
  sal_irc_support_clear (&support);
}

/* What is no sense changes nothing. */
static void
test_nonsense (void)
{
  static const char *const tokens[] = {
    "",
    "=",
    "-",
    "PREFIX=ov@+",
    "PREFIX=(ov)@",
    "PREFIX=(o",
    "PREFIX=(\x01\x02)@+",
    "LINELEN=12",
    "LINELEN=x",
    "NICKLEN=-1",
    "CASEMAPPING=utf8",
    "CHANMODES=b",
    "MODES=",
    "TARGMAX=",
    "TARGMAX=PRIVMSG:",
    "NETWORK=\x1b[2J",
    "MONITOR=0",
  };
  SalIrcSupport support;

  sal_irc_support_init (&support);
  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    sal_irc_support_take (&support, tokens[i]);
  g_assert_cmpstr (support.prefixes, ==, "@+");
  g_assert_cmpuint (support.line_bytes, ==, 510);
  g_assert_cmpuint (support.modes, ==, 3);
  g_assert_cmpint (support.casemapping, ==, SAL_CASEMAPPING_RFC1459);
  g_assert_cmpstr (support.network, ==, "[2J");
  sal_irc_support_clear (&support);
}

/* Rooms */

static const char *
ranks_of (const SalIrcRooms *rooms, const SalIrcRoom *room, const char *nick)
{
  return sal_irc_room_find_member (rooms, room, nick)->prefixes;
}

static void
test_members (void)
{
  SalIrcRooms rooms = { 0 };
  SalIrcRoom *tea = NULL;
  SalIrcRoom *coffee = NULL;
  SalIrcUser *ada = NULL;

  sal_irc_rooms_init (&rooms);
  tea = sal_irc_rooms_add (&rooms, "#Tea");
  coffee = sal_irc_rooms_add (&rooms, "#coffee");
  g_assert_true (sal_irc_rooms_find (&rooms, "#tEA") == tea);
  g_assert_true (sal_irc_rooms_add (&rooms, "#TEA") == tea);
  ada = sal_irc_room_add_member (&rooms, tea, "Ada")->user;
  g_assert_true (sal_irc_room_add_member (&rooms, coffee, "ADA")->user == ada);
  g_assert_cmpuint (ada->n_rooms, ==, 2);

  /* Several ranks: taking the higher one leaves the lower one, whatever the order they came in. */
  sal_irc_room_set_rank (&rooms, tea, "ada", '+', TRUE);
  sal_irc_room_set_rank (&rooms, tea, "ada", '@', TRUE);
  g_assert_cmpstr (ranks_of (&rooms, tea, "Ada"), ==, "@+");
  g_assert_cmpstr (ranks_of (&rooms, coffee, "Ada"), ==, "");
  sal_irc_room_set_rank (&rooms, tea, "ada", '@', FALSE);
  g_assert_cmpstr (ranks_of (&rooms, tea, "Ada"), ==, "+");

  /* Under another name they are the same; whoever was said to have that name was a ghost. */
  sal_irc_room_add_member (&rooms, tea, "Eva");
  g_assert_true (sal_irc_rooms_rename_user (&rooms, "Ada", "Eva"));
  g_assert_cmpuint (g_hash_table_size (tea->members), ==, 1);
  g_assert_true (sal_irc_room_find_member (&rooms, tea, "eva")->user == ada);
  g_assert_true (sal_irc_room_find_member (&rooms, coffee, "Eva")->user == ada);
  g_assert_null (sal_irc_rooms_find_user (&rooms, "Ada"));
  g_assert_true (sal_irc_rooms_rename_user (&rooms, "Eva", "EVA")); /* another spelling */
  g_assert_cmpstr (ada->nick, ==, "EVA");

  /* Gone from the last room, gone. */
  g_assert_true (sal_irc_room_remove_member (&rooms, tea, "eva"));
  g_assert_false (sal_irc_room_remove_member (&rooms, tea, "eva"));
  g_assert_nonnull (sal_irc_rooms_find_user (&rooms, "eva"));
  sal_irc_rooms_remove (&rooms, coffee);
  g_assert_cmpuint (g_hash_table_size (rooms.users), ==, 0);
  sal_irc_rooms_clear (&rooms);
}

/* The tables are keyed by how names are folded: it changes only while nobody is in them. */
static void
test_folding (void)
{
  SalIrcRooms rooms = { 0 };
  SalIrcRoom *room = NULL;

  sal_irc_rooms_init (&rooms);
  room = sal_irc_rooms_add (&rooms, "#tea[");
  g_assert_true (sal_irc_rooms_find (&rooms, "#tea{") == room);
  sal_irc_rooms_take_support (&rooms, "CASEMAPPING=ascii");
  g_assert_null (sal_irc_rooms_find (&rooms, "#tea{"));
  g_assert_true (sal_irc_rooms_find (&rooms, "#TEA[") == room);
  sal_irc_room_add_member (&rooms, room, "Ada[");
  sal_irc_rooms_take_support (&rooms, "CASEMAPPING=rfc1459");
  g_assert_true (sal_irc_room_remove_member (&rooms, room, "ada["));
  sal_irc_rooms_clear (&rooms);
}

/* What a server says beyond all measure is left out, and the room says that it is. */
static void
test_bounds (void)
{
  SalIrcRooms rooms = { 0 };
  SalIrcRoom *room = NULL;
  g_autofree char *long_name = g_strnfill (SAL_CLIENT_NAME_BYTES + 1, 'x');

  sal_irc_rooms_init (&rooms);
  g_assert_null (sal_irc_rooms_add (&rooms, long_name));
  room = sal_irc_rooms_add (&rooms, "#tea");
  for (guint i = 0; i < SAL_CLIENT_MEMBERS + 10; i++)
    {
      g_autofree char *nick = g_strdup_printf ("n%u", i);

      g_assert_true ((sal_irc_room_add_member (&rooms, room, nick) != NULL) ==
                     (i < SAL_CLIENT_MEMBERS));
    }
  g_assert_true (room->cut);
  g_assert_cmpuint (g_hash_table_size (room->members), ==, SAL_CLIENT_MEMBERS);
  for (guint i = 0; i < SAL_CLIENT_ROOMS + 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("#r%u", i);

      (void) sal_irc_rooms_add (&rooms, name);
    }
  g_assert_cmpuint (g_hash_table_size (rooms.rooms), ==, SAL_CLIENT_ROOMS);
  sal_irc_rooms_clear (&rooms);
}

/* SASL */

/* RFC 7677, 3: the exchange of its example, up to the key. */
static void
test_derivation (void)
{
  gsize len = 0;
  g_autofree guchar *decoded = g_base64_decode ("W22ZaJ0SNY7soEsUEjb6gQ==", &len);
  g_autoptr (GBytes) salt = g_bytes_new (decoded, len);
  guint8 key[SAL_SASL_KEY_BYTES];
  g_autofree char *text = NULL;

  sal_sasl_derive ("pencil", salt, 4096, key);
  text = g_base64_encode (key, sizeof key);
  g_assert_cmpstr (text, ==, "xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0=");
}

static void
test_mechanisms (void)
{
  static const struct
  {
    const char *offered;
    gboolean confidential;
    gboolean certificate;
    const char *first;
    const char *second;
  } rows[] = {
    { "PLAIN,SCRAM-SHA-256,EXTERNAL", TRUE, TRUE, "EXTERNAL", "SCRAM-SHA-256" },
    { "PLAIN,SCRAM-SHA-256,EXTERNAL", TRUE, FALSE, "SCRAM-SHA-256", "PLAIN" },
    { "PLAIN,SCRAM-SHA-256", FALSE, FALSE, "SCRAM-SHA-256", NULL },
    { "PLAIN", FALSE, FALSE, NULL, NULL },
    { "PLAIN", TRUE, FALSE, "PLAIN", NULL },
    { "DIGEST-MD5", TRUE, FALSE, NULL, NULL },
    { NULL, TRUE, FALSE, "SCRAM-SHA-256", "PLAIN" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SalIrcSasl) sasl =
          sal_irc_sasl_new ("ada", "pw", rows[i].confidential, rows[i].certificate);

      g_assert_cmpstr (sal_irc_sasl_choose (sasl, rows[i].offered), ==, rows[i].first);
      g_assert_cmpstr (sal_irc_sasl_choose (sasl, rows[i].offered), ==, rows[i].second);
    }
}

/* Messages of more than a line, and a server that goes beyond all measure. */
static void
test_long_messages (void)
{
  g_autofree char *password = g_strnfill (300 - 5, 'p');
  g_autoptr (SalIrcSasl) sasl = sal_irc_sasl_new ("ada", password, TRUE, FALSE);
  g_autoptr (GPtrArray) answer = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *line = g_strnfill (SAL_SASL_LINE_BYTES, 'A');
  SalSaslStep step = SAL_SASL_WAIT;

  g_assert_cmpstr (sal_irc_sasl_choose (sasl, "PLAIN"), ==, "PLAIN");
  g_assert_cmpint (sal_irc_sasl_take (sasl, "+", answer), ==, SAL_SASL_SEND);
  /* 300 bytes are 400 of base64: a full line, so that an empty one follows. */
  g_assert_cmpuint (answer->len, ==, 2);
  g_assert_cmpuint (strlen (answer->pdata[0]), ==, SAL_SASL_LINE_BYTES);
  g_assert_cmpstr (answer->pdata[1], ==, "+");
  for (guint i = 0; step == SAL_SASL_WAIT; i++)
    {
      g_assert_cmpuint (i, <=, SAL_SASL_MAX_BYTES / SAL_SASL_LINE_BYTES + 1);
      step = sal_irc_sasl_take (sasl, line, answer);
    }
  g_assert_cmpint (step, ==, SAL_SASL_FAILED);
}

/* Work that no honest server asks for is not done. */
static void
test_hostile_scram (void)
{
  static const char *const messages[] = {
    "r=x,s=c2FsdA==,i=100000000", "r=x,s=c2FsdA==,i=1", "r=x,s=,i=4096", "r=x,i=4096", "", "e=no",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (SalIrcSasl) sasl = sal_irc_sasl_new ("ada", "pw", FALSE, FALSE);
      g_autoptr (GPtrArray) answer = g_ptr_array_new_with_free_func (g_free);
      g_autofree char *text = g_base64_encode ((const guchar *) messages[i], strlen (messages[i]));

      g_assert_cmpstr (sal_irc_sasl_choose (sasl, NULL), ==, "SCRAM-SHA-256");
      g_assert_cmpint (sal_irc_sasl_take (sasl, "+", answer), ==, SAL_SASL_SEND);
      g_assert_cmpint (sal_irc_sasl_take (sasl, *text != '\0' ? text : "+", answer), ==,
                       SAL_SASL_FAILED);
      g_assert_false (sal_irc_sasl_is_proven (sasl));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/irc-state/support/defaults", test_defaults);
  g_test_add_func ("/client/irc-state/support/tokens", test_tokens);
  g_test_add_func ("/client/irc-state/support/nonsense", test_nonsense);
  g_test_add_func ("/client/irc-state/rooms/members", test_members);
  g_test_add_func ("/client/irc-state/rooms/folding", test_folding);
  g_test_add_func ("/client/irc-state/rooms/bounds", test_bounds);
  g_test_add_func ("/client/irc-state/sasl/derivation", test_derivation);
  g_test_add_func ("/client/irc-state/sasl/mechanisms", test_mechanisms);
  g_test_add_func ("/client/irc-state/sasl/long-messages", test_long_messages);
  g_test_add_func ("/client/irc-state/sasl/hostile-scram", test_hostile_scram);
  return g_test_run ();
}
