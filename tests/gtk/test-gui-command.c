/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is typed after a slash, and what is meant by it: each command, with what it needs and
 * without, in a room, in a private conversation, and in the conversation with the server.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "client-gtk/gui-command.h"
#include "common/client/sal-client-action.h"

#define ROOM "#tea"
#define PRIVATE "Eva"
#define SERVER ""

typedef struct
{
  const char *text;
  const char *place;
  GuiCommandKind kind;
  const char *target; /* (nullable) */
  const char *meant;  /* (nullable): its text; of a wrong one, words of it */
} Row;

static const Row rows[] = {
  /* Conversations. */
  { "/me waves", ROOM, GUI_COMMAND_SAY, NULL, "/me waves" },
  { "/me", ROOM, GUI_COMMAND_WRONG, NULL, "/me TEXT" },
  { "/say  two  blanks", ROOM, GUI_COMMAND_SAY, NULL, "two  blanks" },
  { "/say /join tea", ROOM, GUI_COMMAND_SAY, NULL, "//join tea" },
  { "/msg Eva /quit", ROOM, GUI_COMMAND_TALK, "Eva", "//quit" },
  { "/msg Eva /me waves", ROOM, GUI_COMMAND_TALK, "Eva", "/me waves" },
  { "/join tea", ROOM, GUI_COMMAND_JOIN, "#tea", NULL },
  { "/j #tea open sesame", ROOM, GUI_COMMAND_JOIN, "#tea", "open sesame" },
  { "/join &local", SERVER, GUI_COMMAND_JOIN, "&local", NULL },
  { "/join", ROOM, GUI_COMMAND_WRONG, NULL, "/join ROOM [PASSWORD]" },
  { "/part", ROOM, GUI_COMMAND_PART, NULL, NULL },
  { "/leave #other", ROOM, GUI_COMMAND_PART, "#other", NULL },
  { "/close", PRIVATE, GUI_COMMAND_PART, NULL, NULL },
  { "/msg Eva hello there", ROOM, GUI_COMMAND_TALK, "Eva", "hello there" },
  { "/m Eva hello", ROOM, GUI_COMMAND_TALK, "Eva", "hello" },
  { "/msg Eva", ROOM, GUI_COMMAND_WRONG, NULL, "/msg NAME TEXT" },
  { "/query Eva", ROOM, GUI_COMMAND_TALK, "Eva", NULL },
  { "/q Eva hello", ROOM, GUI_COMMAND_TALK, "Eva", "hello" },
  { "/query", ROOM, GUI_COMMAND_WRONG, NULL, "/query NAME" },
  { "/notice Eva hello", ROOM, GUI_COMMAND_LINE, NULL, "NOTICE Eva :hello" },
  { "/notice Eva", ROOM, GUI_COMMAND_WRONG, NULL, "/notice NAME TEXT" },
  /* Oneself. */
  { "/nick Lovelace", ROOM, GUI_COMMAND_NICK, "Lovelace", NULL },
  { "/nick two words", ROOM, GUI_COMMAND_WRONG, NULL, "/nick NAME" },
  { "/nick", ROOM, GUI_COMMAND_WRONG, NULL, "/nick NAME" },
  { "/away lunch", ROOM, GUI_COMMAND_LINE, NULL, "AWAY :lunch" },
  { "/away", ROOM, GUI_COMMAND_LINE, NULL, "AWAY :away" },
  { "/back", ROOM, GUI_COMMAND_LINE, NULL, "AWAY" },
  { "/back now", ROOM, GUI_COMMAND_WRONG, NULL, "/back" },
  { "/ignore Eva", ROOM, GUI_COMMAND_IGNORE, "Eva", NULL },
  { "/ignore *!*@bad.example", SERVER, GUI_COMMAND_IGNORE, "*!*@bad.example", NULL },
  { "/ignore", PRIVATE, GUI_COMMAND_IGNORE, "Eva", NULL },
  { "/ignore", "dr.Eva", GUI_COMMAND_IGNORE, "dr.Eva!*@*", NULL },
  { "/unignore", "dr.Eva", GUI_COMMAND_HEAR, "dr.Eva!*@*", NULL },
  { "/ignore", ROOM, GUI_COMMAND_IGNORE, NULL, NULL },
  { "/ignore Eva Bob", ROOM, GUI_COMMAND_WRONG, NULL, "/ignore [MASK]" },
  { "/unignore Eva", ROOM, GUI_COMMAND_HEAR, "Eva", NULL },
  { "/unignore", ROOM, GUI_COMMAND_WRONG, NULL, "/unignore MASK" },
  /* The room. */
  { "/topic All about tea", ROOM, GUI_COMMAND_TOPIC, NULL, "All about tea" },
  { "/t", ROOM, GUI_COMMAND_LINE, NULL, "TOPIC #tea" },
  { "/topic x", PRIVATE, GUI_COMMAND_WRONG, NULL, "/topic [TEXT]" },
  { "/names", ROOM, GUI_COMMAND_LINE, NULL, "NAMES #tea" },
  { "/names #other", SERVER, GUI_COMMAND_LINE, NULL, "NAMES #other" },
  { "/names", SERVER, GUI_COMMAND_WRONG, NULL, "/names [ROOM]" },
  { "/invite Eva", ROOM, GUI_COMMAND_LINE, NULL, "INVITE Eva #tea" },
  { "/invite Eva #other", PRIVATE, GUI_COMMAND_LINE, NULL, "INVITE Eva #other" },
  { "/invite Eva", PRIVATE, GUI_COMMAND_WRONG, NULL, "/invite NAME [ROOM]" },
  { "/kick Eva", ROOM, GUI_COMMAND_LINE, NULL, "KICK #tea Eva" },
  { "/kick Eva too loud", ROOM, GUI_COMMAND_LINE, NULL, "KICK #tea Eva :too loud" },
  { "/kick Eva", PRIVATE, GUI_COMMAND_WRONG, NULL, "/kick NAME [WHY]" },
  { "/op Eva", ROOM, GUI_COMMAND_LINE, NULL, "MODE #tea +o Eva" },
  { "/deop Eva", ROOM, GUI_COMMAND_LINE, NULL, "MODE #tea -o Eva" },
  { "/voice Eva", ROOM, GUI_COMMAND_LINE, NULL, "MODE #tea +v Eva" },
  { "/devoice Eva", ROOM, GUI_COMMAND_LINE, NULL, "MODE #tea -v Eva" },
  { "/ban *!*@bad.example", ROOM, GUI_COMMAND_LINE, NULL, "MODE #tea +b *!*@bad.example" },
  { "/unban *!*@bad.example", ROOM, GUI_COMMAND_LINE, NULL, "MODE #tea -b *!*@bad.example" },
  { "/op Eva Bob", ROOM, GUI_COMMAND_WRONG, NULL, "/op NAME" },
  { "/voice Eva", SERVER, GUI_COMMAND_WRONG, NULL, "/voice NAME" },
  { "/mode", ROOM, GUI_COMMAND_LINE, NULL, "MODE #tea" },
  { "/mode +m", ROOM, GUI_COMMAND_LINE, NULL, "MODE #tea +m" },
  { "/mode #other +m", ROOM, GUI_COMMAND_LINE, NULL, "MODE #other +m" },
  { "/mode Ada +i", SERVER, GUI_COMMAND_LINE, NULL, "MODE Ada +i" },
  { "/mode", SERVER, GUI_COMMAND_WRONG, NULL, "/mode [CHANGE]" },
  /* The server. */
  { "/whois Eva", ROOM, GUI_COMMAND_LINE, NULL, "WHOIS Eva" },
  { "/wi", PRIVATE, GUI_COMMAND_LINE, NULL, "WHOIS Eva" },
  { "/whois", ROOM, GUI_COMMAND_WRONG, NULL, "/whois NAME" },
  { "/who", ROOM, GUI_COMMAND_LINE, NULL, "WHO #tea" },
  { "/who *.example", SERVER, GUI_COMMAND_LINE, NULL, "WHO *.example" },
  { "/who", SERVER, GUI_COMMAND_WRONG, NULL, "/who [MASK]" },
  { "/list", ROOM, GUI_COMMAND_LIST, NULL, "" },
  { "/list *tea*", ROOM, GUI_COMMAND_LIST, NULL, "*tea*" },
  { "/motd", ROOM, GUI_COMMAND_LINE, NULL, "MOTD" },
  { "/quote WHO #tea %cn", ROOM, GUI_COMMAND_LINE, NULL, "WHO #tea %cn" },
  { "/quote", ROOM, GUI_COMMAND_WRONG, NULL, "/quote LINE" },
  { "/quit", ROOM, GUI_COMMAND_LEAVE, NULL, NULL },
  { "/exit", ROOM, GUI_COMMAND_LEAVE, NULL, NULL },
  /* This program. */
  { "/raw", ROOM, GUI_COMMAND_RAW, NULL, NULL },
  { "/search delayed ack", ROOM, GUI_COMMAND_SEARCH, NULL, "delayed ack" },
  { "/search", ROOM, GUI_COMMAND_SEARCH, NULL, "" },
  { "/help", ROOM, GUI_COMMAND_HELP, NULL, NULL },
  { "/help join", ROOM, GUI_COMMAND_HELP, "join", NULL },
  /* However it is written. */
  { "/JOIN tea", ROOM, GUI_COMMAND_JOIN, "#tea", NULL },
  { "/join   tea  ", ROOM, GUI_COMMAND_JOIN, "#tea", NULL },
  { "/frobnicate", ROOM, GUI_COMMAND_WRONG, NULL, "no command /frobnicate" },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      g_autoptr (GuiCommand) command = gui_command_parse (row->text, row->place);

      g_test_message ("%s", row->text);
      g_assert_cmpint (command->kind, ==, row->kind);
      g_assert_cmpstr (command->target, ==, row->target);
      if (row->kind == GUI_COMMAND_WRONG)
        g_assert_nonnull (strstr (command->text, row->meant));
      else
        g_assert_cmpstr (command->text, ==, row->meant);
    }
}

/* Each that /help lists is one, does what its help says, and was tried above. */
static void
test_all_are_tried (void)
{
  guint n = 0;
  const GuiCommandWord *words = gui_command_list (&n);
  g_autoptr (GPtrArray) names = gui_command_names ();

  g_assert_cmpuint (n, >, 20);
  g_assert_cmpuint (names->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      gboolean tried = FALSE;
      g_autofree char *start = g_strconcat ("/", words[i].name, NULL);

      g_assert_cmpstr (names->pdata[i], ==, words[i].name);
      g_assert_cmpstr (words[i].help, !=, "");
      for (gsize j = 0; j < G_N_ELEMENTS (rows) && !tried; j++)
        tried = g_str_has_prefix (rows[j].text, start) && rows[j].kind != GUI_COMMAND_WRONG;
      if (!tried)
        g_error ("%s is not tried", start);
      if (i > 0)
        g_assert_cmpstr (words[i - 1].name, <, words[i].name);
    }
}

static void
test_what_is_one (void)
{
  g_assert_true (gui_command_is_one ("/join"));
  g_assert_true (gui_command_is_one ("/frobnicate it"));
  g_assert_true (gui_command_is_one ("/me"));
  /* The room knows what is done, and what is said with a slash. */
  g_assert_false (gui_command_is_one ("/me waves"));
  g_assert_false (gui_command_is_one ("//said"));
  g_assert_false (gui_command_is_one ("/etc/passwd"));
  g_assert_false (gui_command_is_one ("/%s%n"));
  g_assert_false (gui_command_is_one ("/ join"));
  g_assert_false (gui_command_is_one ("/"));
  g_assert_false (gui_command_is_one ("join"));
  g_assert_false (gui_command_is_one (" /join"));
  g_assert_false (gui_command_is_one (""));
}

/* Whatever is pasted is what is said. */
static void
test_quote (void)
{
  static const struct
  {
    const char *text;
    const char *quoted;
  } quotes[] = {
    { "hello", "hello" },
    { "", "" },
    { "/join tea", "//join tea" },
    { "//comment", "///comment" },
    { "/etc/passwd", "/etc/passwd" },
    { "/me waves", "/me waves" },
    { "/", "/" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (quotes); i++)
    {
      g_autofree char *quoted = gui_command_quote (quotes[i].text);
      const char *said = NULL;

      g_assert_cmpstr (quoted, ==, quotes[i].quoted);
      g_assert_null (sal_client_find_command (quoted, TRUE, &said));
      g_assert_cmpstr (said, ==, quotes[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gtk/command/rows", test_rows);
  g_test_add_func ("/gtk/command/all-are-tried", test_all_are_tried);
  g_test_add_func ("/gtk/command/what-is-one", test_what_is_one);
  g_test_add_func ("/gtk/command/quote", test_quote);
  return g_test_run ();
}
