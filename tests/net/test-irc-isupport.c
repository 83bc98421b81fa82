/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the server announces of itself (005) is what it does: for every token there is a row here
 * that holds the announced value against the server, up to the limit and one beyond it. A token
 * without a row fails the test, and so does a row whose token is not announced.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test-irc.h"

#define NETWORK "Tea_and_biscuits"

typedef struct
{
  TestServer *server; /* (owned) */
  TestPeer *olga;     /* (owned): the server's operator */
  TestPeer *paul;     /* (owned) */
  GHashTable *tokens; /* (owned): name -> value (owned) */
} Fixture;

/* One of the rows. @value: as announced, "" where there is none. */
typedef void (*CheckFunc) (Fixture *f, const char *value);

/* What comes until all that was sent is answered; lines are joined by line feeds. */
static char *
answer_of (TestPeer *peer)
{
  static guint asked;
  g_autofree char *end = g_strdup_printf (" :end-%u", ++asked);
  GString *out = g_string_new (NULL);

  test_irc_say (peer, "PING end-%u", asked);
  for (;;)
    {
      g_autofree char *line = test_irc_take_line (peer);

      g_assert_nonnull (line);
      if (g_str_has_suffix (line, end))
        return g_string_free (out, FALSE);
      g_string_append_printf (out, "%s\n", line);
    }
}

static gboolean
has (const char *answer, const char *part)
{
  return strstr (answer, part) != NULL;
}

/* Olga says @command with a text of @n letters behind it. Whether the answer has @part. */
static gboolean
says (TestPeer *peer, const char *command, guint n, const char *part)
{
  g_autofree char *text = g_strnfill (n, 'x');
  g_autofree char *answer = NULL;

  test_irc_say (peer, "%s%s", command, text);
  answer = answer_of (peer);
  if (has (answer, part))
    return TRUE;
  g_test_message ("“%s” is not in: %s", part, answer);
  return FALSE;
}

/* Of a text of @value letters all is taken, and of one letter more only that. */
static void
check_cut (Fixture *f, const char *command, const char *value)
{
  guint most = (guint) atoi (value);
  g_autofree char *warning = g_strdup_printf (": the first %s bytes were taken", value);

  g_assert_false (says (f->olga, command, most, "bytes were taken"));
  g_assert_true (says (f->olga, command, most + 1, warning));
}

/* Lists of @n names, `PREFIX1,PREFIX2,...`. */
static char *
names (const char *prefix, guint n)
{
  GString *out = g_string_new (NULL);

  for (guint i = 1; i <= n; i++)
    g_string_append_printf (out, "%s%s%u", i > 1 ? "," : "", prefix, i);
  return g_string_free (out, FALSE);
}

static gboolean
is_too_many (Fixture *f, const char *before, guint n, const char *after, const char *part)
{
  g_autofree char *list = names ("z", n);
  g_autofree char *command = g_strconcat (before, list, after, NULL);

  return says (f->olga, command, 0, part);
}

static void
check_awaylen (Fixture *f, const char *value)
{
  check_cut (f, "AWAY :", value);
}

static void
check_topiclen (Fixture *f, const char *value)
{
  check_cut (f, "TOPIC #tea :", value);
}

static void
check_kicklen (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value);

  for (guint n = most; n <= most + 1; n++)
    {
      g_autofree char *answer = NULL;

      test_irc_say (f->paul, "JOIN #tea");
      answer = answer_of (f->paul);
      g_assert_cmpint (says (f->olga, "KICK #tea paul :", n, "bytes were taken"), ==, n > most);
      g_free (answer);
      answer = answer_of (f->paul);
      g_assert_true (has (answer, " KICK #tea paul :"));
    }
}

static void
check_bot (Fixture *f, const char *value)
{
  test_irc_say (f->olga, "MODE olga +%s", value);
  g_assert_true (says (f->olga, "WHOIS olga", 0, " 335 "));
  test_irc_say (f->olga, "MODE olga -%s", value);
  g_assert_false (says (f->olga, "WHOIS olga", 0, " 335 "));
}

/* The letters are the same in either case, and no signs are. */
static void
check_casemapping (Fixture *f, const char *value)
{
  g_assert_cmpstr (value, ==, "ascii");
  g_assert_true (says (f->paul, "NICK aZ[", 0, " NICK aZ["));
  g_assert_true (says (f->olga, "NICK Az[", 0, " 433 "));
  g_assert_true (says (f->olga, "NICK az{", 0, " NICK az{"));
  test_irc_say (f->olga, "NICK olga");
  test_irc_say (f->paul, "NICK paul");
  g_free (answer_of (f->olga));
  g_free (answer_of (f->paul));
}

static void
check_chanlimit (Fixture *f, const char *value)
{
  g_autoptr (TestPeer) many = test_irc_come (f->server->port, "many", NULL);
  guint most = 0;

  g_assert_true (g_str_has_prefix (value, "#:"));
  most = (guint) atoi (value + 2);
  for (guint i = 0; i < most; i++)
    test_irc_say (many, "JOIN #m%u", i);
  g_free (answer_of (many));
  g_assert_true (says (many, "JOIN #one-more", 0, " 405 many #one-more "));
  test_irc_say (many, "PART #m0");
  g_assert_true (says (many, "JOIN #one-more", 0, " 366 many #one-more "));
}

/* Each letter takes what its place says that it does. */
static void
check_chanmodes (Fixture *f, const char *value)
{
  g_auto (GStrv) types = g_strsplit (value, ",", -1);

  g_assert_cmpuint (g_strv_length (types), ==, 4);
  for (const char *letter = types[0]; *letter != '\0'; letter++)
    {
      g_autofree char *command = g_strdup_printf ("MODE #tea %c", *letter);

      g_assert_true (says (f->olga, command, 0, ":End of channel "));
    }
  for (const char *letter = types[1]; *letter != '\0'; letter++)
    {
      g_autofree char *set = g_strdup_printf ("MODE #tea +%c word", *letter);
      g_autofree char *unset = g_strdup_printf ("MODE #tea -%c word", *letter);
      g_autofree char *bare = g_strdup_printf ("MODE #tea +%c", *letter);

      g_assert_true (says (f->olga, bare, 0, " 461 "));
      g_assert_true (says (f->olga, set, 0, " word"));
      g_assert_true (says (f->olga, unset, 0, " word"));
    }
  for (const char *letter = types[2]; *letter != '\0'; letter++)
    {
      g_autofree char *set = g_strdup_printf ("MODE #tea +%c 77", *letter);
      g_autofree char *unset = g_strdup_printf ("MODE #tea -%c", *letter);
      g_autofree char *bare = g_strdup_printf ("MODE #tea +%c", *letter);

      g_assert_true (says (f->olga, bare, 0, " 461 "));
      g_assert_true (says (f->olga, set, 0, " 77"));
      g_assert_true (says (f->olga, unset, 0, unset + strlen ("MODE ")));
    }
  for (const char *letter = types[3]; *letter != '\0'; letter++)
    {
      g_autofree char *was = g_strdup_printf ("MODE #tea -%c", *letter);
      g_autofree char *set = g_strdup_printf ("MODE #tea +%c", *letter);

      test_irc_say (f->olga, "%s", was);
      g_free (answer_of (f->olga));
      g_assert_true (says (f->olga, set, 0, set));
      test_irc_say (f->olga, "%s", was);
    }
  g_assert_true (says (f->olga, "MODE #tea +nt", 0, " MODE #tea +nt"));
}

static void
check_channellen (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value) - 1;

  g_assert_true (says (f->olga, "JOIN #", most, " 366 "));
  g_assert_true (says (f->olga, "JOIN #", most + 1, " 476 "));
  g_assert_true (says (f->olga, "PART #", most, " PART "));
}

static void
check_chantypes (Fixture *f, const char *value)
{
  g_assert_cmpstr (value, ==, "#");
  g_assert_true (says (f->olga, "JOIN &x", 0, " 403 "));
  g_assert_true (says (f->olga, "JOIN x", 0, " 403 "));
}

static void
check_chathistory (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value);
  g_autofree char *answer = NULL;
  guint n = 0;

  for (guint i = 0; i <= most; i++)
    test_irc_say (f->olga, "PRIVMSG #tea :past %u", i);
  g_free (answer_of (f->olga));
  test_irc_say (f->olga, "CHATHISTORY LATEST #tea * %u", most + 1);
  answer = answer_of (f->olga);
  for (const char *at = answer; (at = strstr (at, " PRIVMSG #tea :past ")) != NULL; at++)
    n++;
  g_assert_cmpuint (n, ==, most);
}

static void
check_msgreftypes (Fixture *f, const char *value)
{
  g_auto (GStrv) types = g_strsplit (value, ",", -1);
  g_autofree char *answer = NULL;
  const char *id = NULL;

  test_irc_say (f->olga, "PRIVMSG #tea :named");
  answer = answer_of (f->olga);
  id = strstr (answer, "msgid=");
  g_assert_nonnull (id);
  for (guint i = 0; types[i] != NULL; i++)
    {
      g_autofree char *command =
          g_str_equal (types[i], "msgid")
              ? g_strdup_printf ("CHATHISTORY BEFORE #tea %.*s 1", (int) strcspn (id, "; "), id)
              : g_strdup_printf ("CHATHISTORY BEFORE #tea %s=2999-01-01T00:00:00.000Z 1", types[i]);

      g_assert_true (says (f->olga, command, 0, " BATCH +"));
    }
  g_assert_true (says (f->olga, "CHATHISTORY BEFORE #tea number=1 1", 0, "FAIL CHATHISTORY"));
}

/* Conditions and masks: each letter finds the room, and its contrary does not. */
static void
check_elist (Fixture *f, const char *value)
{
  static const struct
  {
    char letter;
    const char *yes, *no;
  } rows[] = {
    { 'C', "C>-5", "C>5" },   { 'C', "C<5", "C<-5" },    { 'M', "#te*", "#tx*" },
    { 'N', "!#tx*", "!#t*" }, { 'T', "T<5", "T<-5" },    { 'T', "T>-5", "T>5" },
    { 'U', ">0", ">1000" },   { 'U', "<1000,>0", "<1" },
  };

  test_irc_say (f->olga, "TOPIC #tea :x");
  for (const char *letter = value; *letter != '\0'; letter++)
    {
      guint n = 0;

      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        if (rows[i].letter == *letter)
          {
            g_autofree char *yes = g_strconcat ("LIST ", rows[i].yes, NULL);
            g_autofree char *no = g_strconcat ("LIST ", rows[i].no, NULL);

            g_assert_true (says (f->olga, yes, 0, " 322 olga #tea "));
            g_assert_false (says (f->olga, no, 0, " 322 olga #tea "));
            n++;
          }
      g_assert_cmpuint (n, >, 0);
    }
}

static void
check_entrance (Fixture *f, const char *value)
{
  g_autofree char *join = g_strconcat ("JOIN ", value, NULL);
  g_autoptr (TestPeer) plain = NULL;
  g_autofree char *answer = NULL;

  test_irc_say (f->olga, "%s", join);
  plain = test_peer_join (f->server->port, "plain");
  g_free (answer_of (f->olga));
  test_irc_say (f->olga, "NAMES %s", value);
  answer = answer_of (f->olga);
  g_assert_true (has (answer, "plain"));
}

static void
check_list_mode (Fixture *f, const char *letter, const char *end)
{
  g_autofree char *ask = g_strconcat ("MODE #tea ", letter, NULL);

  g_assert_true (says (f->olga, ask, 0, end));
}

static void
check_excepts (Fixture *f, const char *value)
{
  check_list_mode (f, value, " 349 olga #tea ");
}

static void
check_invex (Fixture *f, const char *value)
{
  check_list_mode (f, value, " 347 olga #tea ");
}

/* Of each kind that is announced a mask is taken, and of no other. */
static void
check_extban (Fixture *f, const char *value)
{
  g_assert_true (g_str_has_prefix (value, "$,"));
  for (char letter = 'A'; letter <= 'z'; letter++)
    {
      g_autofree char *set = g_strdup_printf ("MODE #tea +b $%c:paul", letter);
      g_autofree char *unset = g_strdup_printf ("MODE #tea -b $%c:paul", letter);

      if (!g_ascii_isalpha (letter))
        continue;
      g_assert_cmpint (says (f->olga, set, 0, " MODE #tea +b $"), ==,
                       strchr (value + 2, letter) != NULL);
      test_irc_say (f->olga, "%s", unset);
    }
}

/* Olga has an account of her name, and so has nobody else. */
static void
check_accountextban (Fixture *f, const char *value)
{
  g_autofree char *ban = g_strdup_printf ("MODE #tea +b $%s:olga", value);
  g_autofree char *unban = g_strdup_printf ("MODE #tea -b $%s:olga", value);

  test_irc_say (f->olga, "%s", ban);
  g_free (answer_of (f->olga));
  g_assert_true (says (f->paul, "JOIN #tea", 0, " 366 "));
  test_irc_say (f->olga, "PART #tea");
  g_assert_true (says (f->olga, "JOIN #tea", 0, " 474 "));
  test_irc_say (f->olga, "%s", unban);
  g_assert_true (says (f->olga, "JOIN #tea", 0, " 366 "));
}

static void
check_hostlen (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value);

  g_assert_false (says (f->olga, "CHGHOST paul ", most, "INVALID_HOST"));
  g_assert_true (says (f->olga, "WHOIS paul", 0, "xxxxxxxxxxxxxxxxxxxx * :"));
  g_assert_true (says (f->olga, "CHGHOST paul ", most + 1, "INVALID_HOST"));
}

static void
check_keylen (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value);

  g_assert_true (says (f->olga, "MODE #tea +k ", most, " MODE #tea +k "));
  g_assert_true (says (f->olga, "MODE #tea +k ", most + 1, " 696 "));
  g_assert_true (says (f->olga, "MODE #tea -k x", 0, " MODE #tea -k "));
}

static void
check_linelen (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value) - (guint) strlen ("PRIVMSG olga :\r\n");

  g_assert_false (says (f->olga, "PRIVMSG olga :", most, " 417 "));
  g_assert_true (says (f->olga, "PRIVMSG olga :", most + 1, " 417 "));
}

static void
check_maxlist (Fixture *f, const char *value)
{
  g_auto (GStrv) lists = g_strsplit (value, ",", -1);

  for (guint i = 0; lists[i] != NULL; i++)
    {
      guint most = (guint) atoi (lists[i] + 2);

      g_assert_cmpint (lists[i][1], ==, ':');
      for (guint n = 0; n < most; n++)
        test_irc_say (f->olga, "MODE #tea +%c m%u", lists[i][0], n);
      g_free (answer_of (f->olga));
      test_irc_say (f->olga, "MODE #tea +%c one-more", lists[i][0]);
      g_assert_true (says (f->olga, "", 0, " 478 "));
      for (guint n = 0; n < most; n++)
        test_irc_say (f->olga, "MODE #tea -%c m%u", lists[i][0], n);
      g_free (answer_of (f->olga));
    }
}

static void
check_maxtargets (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value);

  g_assert_false (is_too_many (f, "PRIVMSG ", most, " :x", " 407 "));
  g_assert_true (is_too_many (f, "PRIVMSG ", most + 1, " :x", " 407 "));
}

/* Nothing behind the colon: there is no limit, so a line full of them is taken. */
static void
check_targmax (Fixture *f, const char *value)
{
  static const struct
  {
    const char *verb;
    const char *before, *after; /* the targets */
    const char *refused;        /* (nullable): what one too many draws; NULL: it is left out */
  } rows[] = {
    { "JOIN", "JOIN ", "", " 407 " },
    { "KICK", "KICK #tea ", " :x", " 407 " },
    { "LIST", "LIST ", "", " 407 " },
    { "MONITOR", "MONITOR + ", "", " 734 " },
    { "NAMES", "NAMES ", "", NULL },
    { "NOTICE", "@label=n NOTICE ", " :x", " 407 " },
    { "PART", "PART ", "", " 407 " },
    { "PRIVMSG", "PRIVMSG ", " :x", " 407 " },
    { "TAGMSG", "@+x=y TAGMSG ", "", " 407 " },
    { "WHOIS", "WHOIS ", "", NULL },
  };
  g_auto (GStrv) verbs = g_strsplit (value, ",", -1);

  g_assert_cmpuint (g_strv_length (verbs), ==, G_N_ELEMENTS (rows));
  for (guint i = 0; verbs[i] != NULL; i++)
    {
      gsize len = strlen (rows[i].verb);
      guint most = 0;

      g_assert_true (g_str_has_prefix (verbs[i], rows[i].verb) && verbs[i][len] == ':');
      most = (guint) atoi (verbs[i] + len + 1);
      if (rows[i].refused == NULL)
        g_assert_false (
            is_too_many (f, rows[i].before, most + 1, rows[i].after,
                         g_str_equal (rows[i].verb, "WHOIS") ? " 318 olga z2 " : " 366 olga z2 "));
      else if (most == 0)
        g_assert_false (is_too_many (f, rows[i].before, 90, rows[i].after, rows[i].refused));
      else
        {
          g_assert_false (is_too_many (f, rows[i].before, most, rows[i].after, rows[i].refused));
          g_assert_true (is_too_many (f, rows[i].before, most + 1, rows[i].after, rows[i].refused));
        }
      test_irc_say (f->olga, "MONITOR C");
    }
}

static void
check_modes (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value);

  for (guint n = most; n <= most + 1; n++)
    {
      g_autofree char *letters = g_strnfill (n, 'b');
      g_autofree char *masks = names ("b", n);
      g_autofree char *add =
          g_strdup_printf ("MODE #tea +%s %s", letters, g_strdelimit (masks, ",", ' '));
      g_autofree char *take = g_strdup_printf ("MODE #tea -%s %s", letters, masks);

      g_assert_cmpint (says (f->olga, add, 0, "TOO_MANY_MODES"), ==, n > most);
      test_irc_say (f->olga, "%s", take);
    }
}

static void
check_monitor (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value);

  for (guint n = 0; n < most; n++)
    test_irc_say (f->olga, "MONITOR + m%u", n);
  g_free (answer_of (f->olga));
  g_assert_false (says (f->olga, "MONITOR + m0", 0, " 734 "));
  g_assert_true (says (f->olga, "MONITOR + one,more", 0, " 734 olga 100 one,more :"));
  test_irc_say (f->olga, "MONITOR C");
}

static void
check_namelen (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value);

  g_assert_false (says (f->olga, "SETNAME :", most, "FAIL SETNAME"));
  g_assert_true (says (f->olga, "SETNAME :", most + 1, "FAIL SETNAME"));
}

static void
check_network (Fixture *f, const char *value)
{
  g_assert_cmpstr (value, ==, NETWORK);
}

/* Characters, not bytes: names have letters of all kinds. */
static void
check_nicklen (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value);
  g_autoptr (GString) accents = g_string_new ("NICK ");

  for (guint i = 0; i < most; i++)
    g_string_append (accents, "é");
  g_assert_true (says (f->paul, "NICK ", most, " NICK xxxxx"));
  g_assert_true (says (f->paul, "NICK ", most + 1, " 432 "));
  g_assert_true (says (f->paul, accents->str, 0, " NICK é"));
  g_string_append (accents, "é");
  g_assert_true (says (f->paul, accents->str, 0, " 432 "));
  g_assert_true (says (f->paul, "NICK paul", 0, " NICK paul"));
}

static void
check_prefix (Fixture *f, const char *value)
{
  const char *sign = strchr (value, ')');
  g_autofree char *letters = NULL;

  g_assert_true (*value == '(' && sign != NULL);
  letters = g_strndup (value + 1, (gsize) (sign - value - 1));
  g_assert_cmpuint (strlen (letters), ==, strlen (++sign));
  test_irc_say (f->paul, "JOIN #tea");
  g_free (answer_of (f->paul));
  for (const char *letter = letters; *letter != '\0'; letter++, sign++)
    {
      g_autofree char *shown = g_strdup_printf ("%cpaul", *sign);

      test_irc_say (f->olga, "MODE #tea +%c paul", *letter);
      g_assert_true (says (f->olga, "NAMES #tea", 0, shown));
      test_irc_say (f->olga, "MODE #tea -%c paul", *letter);
      g_assert_false (says (f->olga, "NAMES #tea", 0, shown));
    }
  test_irc_say (f->paul, "PART #tea");
  g_free (answer_of (f->paul));
}

/* Whoever asks for all rooms is told all of them, and stays. */
static void
check_safelist (Fixture *f, const char *value)
{
  g_assert_true (says (f->olga, "LIST", 0, " 323 "));
}

static void
check_statusmsg (Fixture *f, const char *value)
{
  g_assert_true (says (f->paul, "JOIN #tea", 0, " 366 "));
  for (const char *sign = value; *sign != '\0'; sign++)
    {
      g_autofree char *command = g_strdup_printf ("PRIVMSG %c#tea :x", *sign);
      g_autofree char *answer = NULL;

      g_assert_true (says (f->olga, command, 0, command));
      answer = answer_of (f->paul);
      g_assert_false (has (answer, command)); /* he has no status */
    }
  g_assert_true (says (f->olga, "PRIVMSG %#tea :x", 0, " 401 "));
  test_irc_say (f->paul, "PART #tea");
  g_free (answer_of (f->paul));
}

static void
check_userlen (Fixture *f, const char *value)
{
  guint most = (guint) atoi (value);
  g_autofree char *user = g_strnfill (most - 1, 'u'); /* there is a tilde in front */
  g_autofree char *shown = g_strdup_printf (" 311 long long ~%s ", user);
  g_autoptr (TestPeer) peer = test_peer_connect (f->server->port);

  test_irc_say (peer, "NICK long");
  test_irc_say (peer, "USER %suuuu 0 * :x", user);
  test_peer_expect_later (peer, " 422 ");
  g_assert_true (says (peer, "WHOIS long", 0, shown));
}

static void
check_utf8only (Fixture *f, const char *value)
{
  g_assert_true (says (f->olga, "PRIVMSG olga :caff\xe8", 0, "INVALID_UTF8"));
}

static void
check_whox (Fixture *f, const char *value)
{
  g_assert_true (says (f->olga, "WHO olga %tn,42", 0, " 354 olga 42 olga"));
}

static const struct
{
  const char *token;
  CheckFunc check;
} rows[] = {
  { "ACCOUNTEXTBAN", check_accountextban },
  { "AWAYLEN", check_awaylen },
  { "BOT", check_bot },
  { "CASEMAPPING", check_casemapping },
  { "CHANLIMIT", check_chanlimit },
  { "CHANMODES", check_chanmodes },
  { "CHANNELLEN", check_channellen },
  { "CHANTYPES", check_chantypes },
  { "CHATHISTORY", check_chathistory },
  { "ELIST", check_elist },
  { "ENTRANCE", check_entrance },
  { "EXCEPTS", check_excepts },
  { "EXTBAN", check_extban },
  { "HOSTLEN", check_hostlen },
  { "INVEX", check_invex },
  { "KEYLEN", check_keylen },
  { "KICKLEN", check_kicklen },
  { "LINELEN", check_linelen },
  { "MAXLIST", check_maxlist },
  { "MAXTARGETS", check_maxtargets },
  { "MODES", check_modes },
  { "MONITOR", check_monitor },
  { "MSGREFTYPES", check_msgreftypes },
  { "NAMELEN", check_namelen },
  { "NETWORK", check_network },
  { "NICKLEN", check_nicklen },
  { "PREFIX", check_prefix },
  { "SAFELIST", check_safelist },
  { "STATUSMSG", check_statusmsg },
  { "TARGMAX", check_targmax },
  { "TOPICLEN", check_topiclen },
  { "USERLEN", check_userlen },
  { "UTF8ONLY", check_utf8only },
  { "WHOX", check_whox },
};

static void
read_tokens (Fixture *f)
{
  g_autofree char *answer = NULL;
  g_auto (GStrv) lines = NULL;

  test_irc_say (f->olga, "VERSION");
  answer = answer_of (f->olga);
  lines = g_strsplit (answer, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *at = strstr (lines[i], " 005 olga ");
      g_auto (GStrv) words = NULL;

      if (at == NULL)
        continue;
      words = g_strsplit (at + strlen (" 005 olga "), " ", -1);
      for (guint n = 0; words[n] != NULL && words[n][0] != ':'; n++)
        {
          const char *value = strchr (words[n], '=');

          g_hash_table_insert (f->tokens, g_strndup (words[n], strcspn (words[n], "=")),
                               g_strdup (value != NULL ? value + 1 : ""));
        }
    }
}

static void
set_up (Fixture *f)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "salottod.conf");
  const char *const options[] = { "--config", path, "--log", "memory", NULL };
  g_autofree char *answer = NULL;

  test_folder_write (folder, "salottod.conf",
                     "[accounts]\npasswords = loopback\niterations = 4096\n"
                     "[irc]\nnetwork = Tea and biscuits\n");
  f->server = test_server_start_in (folder, options, NULL);
  f->tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  f->olga = test_irc_come (f->server->port, "olga",
                           "message-tags batch labeled-response echo-message draft/chathistory");
  f->paul = test_irc_come (f->server->port, "paul", NULL);
  test_irc_say (f->olga, "NICKSERV REGISTER sesame-sesame");
  test_peer_expect_later (f->olga, " 900 olga ");
  answer = test_server_control (f->server, "account role olga operator");
  g_assert_true (g_str_has_suffix (answer, "ok\n"));
  test_irc_say (f->olga, "OPER olga sesame-sesame");
  test_peer_expect_later (f->olga, " 381 olga ");
  test_irc_say (f->olga, "JOIN #tea");
  g_free (answer_of (f->olga));
  read_tokens (f);
}

static void
tear_down (Fixture *f)
{
  g_hash_table_unref (f->tokens);
  test_peer_free (f->olga);
  test_peer_free (f->paul);
  test_server_finish (f->server);
}

static void
test_row (gconstpointer number)
{
  Fixture f = { NULL };
  guint i = GPOINTER_TO_UINT (number);
  const char *value = NULL;

  set_up (&f);
  value = g_hash_table_lookup (f.tokens, rows[i].token);
  g_assert_nonnull (value);
  rows[i].check (&f, value);
  tear_down (&f);
}

static void
test_no_other (void)
{
  Fixture f = { NULL };

  set_up (&f);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_hash_table_remove (f.tokens, rows[i].token);
  g_assert_cmpuint (g_hash_table_size (f.tokens), ==, 0);
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/irc-isupport/", rows[i].token, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/irc-isupport/nothing-else-is-announced", test_no_other);
  return g_test_run ();
}
