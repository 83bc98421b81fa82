/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is hidden of what people send, and what is not.
 */
#include "config.h"

#include "common/client/sal-irc-secret.h"

static void
expect_line (const char *line, gboolean own, const char *expected)
{
  g_autofree char *hidden = sal_irc_hide_in_line (line, own);

  if (g_strcmp0 (hidden, expected) != 0)
    g_error ("%s: expected “%s”, got “%s”", line, expected != NULL ? expected : "(as it is)",
             hidden != NULL ? hidden : "(as it is)");
}

static void
test_lines (void)
{
  static const struct
  {
    const char *line;
    const char *expected; /* (nullable): as it is */
  } rows[] = {
    { "PASS opensesame", "PASS ***" },
    { "pass :open sesame", "pass ***" },
    { "PASS", NULL },
    { "OPER ada hunter2", "OPER ada ***" },
    { "OPER", NULL },
    { "AUTHENTICATE AGFkYQBwZW5jaWw=", "AUTHENTICATE ***" },
    { "AUTHENTICATE EXTERNAL", NULL },
    { "AUTHENTICATE +", NULL },
    { "REGISTER * * :hunter2", "REGISTER * * ***" },
    { "VERIFY ada 123456", "VERIFY ada ***" },
    { "JOIN #tea", NULL },
    { "JOIN #tea,#cake key1,key2", "JOIN #tea,#cake ***" },
    { "@label=s1 JOIN #tea key", "@label=s1 JOIN #tea ***" },
    { "NS IDENTIFY hunter2", "NS IDENTIFY ***" },
    { "NS PASSWD hunter2 hunter3", "NS PASSWD ***" },
    { "nickserv :identify hunter2", "nickserv :identify ***" },
    { "NICKSERV HELP", NULL },
    { "IDENTIFY hunter2", "IDENTIFY ***" },
    { "PRIVMSG NickServ :IDENTIFY ada hunter2", "PRIVMSG NickServ :IDENTIFY ***" },
    { "PRIVMSG NickServ IDENTIFY", NULL },
    { "@label=s1;+x=y PRIVMSG nickserv :  ghost ada hunter2",
      "@label=s1;+x=y PRIVMSG nickserv :ghost ***" },
    { "PRIVMSG bob,NickServ :IDENTIFY hunter2", "PRIVMSG bob,NickServ :IDENTIFY ***" },
    { "PRIVMSG NickServ@services.example.org :REGISTER hunter2 ada@example.org",
      "PRIVMSG NickServ@services.example.org :REGISTER ***" },
    { "PRIVMSG Q@CServe.quakenet.org :AUTH ada hunter2",
      "PRIVMSG Q@CServe.quakenet.org :AUTH ***" },
    { "PRIVMSG X@channels.undernet.org :login ada hunter2",
      "PRIVMSG X@channels.undernet.org :login ***" },
    { "SQUERY NickServ :IDENTIFY hunter2", "SQUERY NickServ :IDENTIFY ***" },
    { "PRIVMSG NickServ :SET PASSWORD hunter2", "PRIVMSG NickServ :SET PASSWORD ***" },
    { "PRIVMSG NickServ :SET ada password hunter2", "PRIVMSG NickServ :SET ada password ***" },
    { "PRIVMSG NickServ :SET PASSWORD", NULL },
    { "PRIVMSG NickServ :SET EMAIL ada@example.org", NULL },
    { "PRIVMSG NickServ :what is my password", NULL },
    { "PRIVMSG bob :identify yourself", NULL },
    { "PRIVMSG #tea :IDENTIFY hunter2", NULL },
    /* Rooms and people that are called alike. */
    { "PRIVMSG #conserv :link to the docs", NULL },
    { "PRIVMSG #nickserv :identify ada hunter2", NULL },
    { "PRIVMSG &chanserv :link to the docs", NULL },
    { "PRIVMSG +x :login to the site", NULL },
    { "PRIVMSG !q :auth or not auth", NULL },
    { "PRIVMSG @#conserv :drop the ball", NULL },
    { "PRIVMSG conserv :link to the docs", NULL },
    { "PRIVMSG x :link to the docs", NULL },
    { "PRIVMSG L :login first", NULL },
    { "PRIVMSG q :set pass to it", NULL },
    { "PRIVMSG Q :AUTH ada hunter2", "PRIVMSG Q :AUTH ***" },
    { "PRIVMSG x :login ada hunter2", "PRIVMSG x :login ***" },
    { "X LOGIN ada hunter2", "X LOGIN ***" },
    { "PRIVMSG X@channels.undernet.org :newpass hunter2",
      "PRIVMSG X@channels.undernet.org :newpass ***" },
    { "PRIVMSG MemoServ,BotServ :drop hunter2", "PRIVMSG MemoServ,BotServ :drop ***" },
    { "PRIVMSG", NULL },
    { "NICK ada", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    expect_line (rows[i].line, TRUE, rows[i].expected);
}

/* What comes: the echo of what we have said, and a mechanism's steps; nothing else that looks like it. */
static void
test_lines_in (void)
{
  expect_line (":ada!a@h PRIVMSG NickServ :IDENTIFY hunter2", FALSE,
               ":ada!a@h PRIVMSG NickServ :IDENTIFY ***");
  expect_line ("@msgid=x :ada!a@h PRIVMSG NickServ :IDENTIFY hunter2", FALSE,
               "@msgid=x :ada!a@h PRIVMSG NickServ :IDENTIFY ***");
  expect_line ("AUTHENTICATE cj1m", FALSE, "AUTHENTICATE ***");
  expect_line (":s AUTHENTICATE +", FALSE, NULL);
  expect_line (":bob!b@h JOIN #tea bob :Bob", FALSE, NULL);
  expect_line (":s REGISTER SUCCESS ada :welcome", FALSE, NULL);
  expect_line (":NickServ!s@s NOTICE ada :IDENTIFY first", FALSE, NULL);
}

static void
test_typed (void)
{
  static const struct
  {
    const char *place;
    const char *text;
    gboolean secret;
  } rows[] = {
    { "#tea", "/msg NickServ identify hunter2", TRUE },
    { "#tea", "/MSG nickserv IDENTIFY hunter2", TRUE },
    { "#tea", "/query NickServ identify hunter2", TRUE },
    { "", "/quote PASS hunter2", TRUE },
    { "", "/quote PRIVMSG NickServ :identify hunter2", TRUE },
    { "", "/oper ada hunter2", TRUE },
    { "", "/join #tea hunter2", TRUE },
    { "", "/ns identify hunter2", TRUE },
    { "NickServ", "identify hunter2", TRUE },
    { "NickServ", "identify", FALSE },
    { "NickServ", "help register", FALSE },
    { "#tea", "identify hunter2", FALSE },
    { "#conserv", "link to the docs", FALSE },
    { "#tea", "/msg bob identify hunter2", FALSE },
    { "#tea", "/join #tea", FALSE },
    { "#tea", "/", FALSE },
    { "#tea", "/msg", FALSE },
    { "#tea", "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      /* Where the address sanitizer sees what is read behind it. */
      g_autofree char *text = g_strdup (rows[i].text);

      if (sal_irc_is_secret_typed (rows[i].place, text) != rows[i].secret)
        g_error ("%s in “%s”", text, rows[i].place);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/irc-secret/lines-that-go", test_lines);
  g_test_add_func ("/client/irc-secret/lines-that-come", test_lines_in);
  g_test_add_func ("/client/irc-secret/what-is-typed", test_typed);
  return g_test_run ();
}
