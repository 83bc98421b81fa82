/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How what only IRC has reads in the plain dialect: changes of modes, what was taken back, what
 * programs ask one another.
 */
#include "config.h"

#include "common/proto/sal-plain-modes.h"

#include "server/state/srv-modes.h"

#define EN SAL_PLAIN_ENGLISH

static char *
encode (const SalEvent *event, SalPlainLanguage language)
{
  GString *out = g_string_new (NULL);

  sal_dialect_plain.encode (out, event, sal_plain_variant (SAL_PLAIN_LF, language));
  return g_string_free (out, FALSE);
}

/* Letters mean nothing to people who have never seen IRC. */
static void
test_modes_are_sentences (void)
{
  static const struct
  {
    const char *change;
    const char *text[SAL_PLAIN_N_LANGUAGES];
  } rows[] = {
    { "+m",
      { "-- Ann lets only some people speak here.\n",
        "-- Ann fa parlare qui solo alcune persone.\n" } },
    { "-mi",
      { "-- Ann lets everyone speak here.\n-- Ann lets people in without an invitation.\n",
        "-- Ann fa parlare qui tutti.\n-- Ann fa entrare anche chi non e' invitato.\n" } },
    { "+lo-b 25 Bob *!*@x",
      { "-- Ann lets no more than 25 people in.\n-- Ann has made Bob an operator of this room.\n"
        "-- Ann has lifted the ban on *!*@x.\n",
        "-- Ann fa entrare non piu' di 25 persone.\n-- Ann ha reso Bob operatore di questa "
        "stanza.\n-- Ann ha tolto l'esclusione di *!*@x.\n" } },
    /* +l takes its number only when it is set; a letter of tomorrow is passed over. */
    { "-l+zv Bob",
      { "-- Ann lets any number of people in.\n-- Ann lets Bob speak whatever the rules are.\n",
        "-- Ann fa entrare quante persone vogliono.\n-- Ann fa parlare Bob qualunque siano le "
        "regole.\n" } },
    { "+k secret",
      { "-- Ann has set a key without which nobody comes in.\n",
        "-- Ann ha messo una chiave senza la quale non si entra.\n" } },
    { "", { "", "" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint language = 0; language < SAL_PLAIN_N_LANGUAGES; language++)
      {
        SalEvent event = { .kind = SAL_EVENT_MODE,
                           .name = "Ann",
                           .host = "~ann@h",
                           .room = "tea",
                           .text = rows[i].change };
        g_autofree char *lines = encode (&event, language);

        g_assert_cmpstr (lines, ==, rows[i].text[language]);
      }
}

/* All letters that a room can have are sentences, which are ASCII (S2). */
static void
test_every_mode_has_a_sentence (void)
{
  for (const char *letter = SRV_MODES_LETTERS; *letter != '\0'; letter++)
    for (guint i = 0; i < 2 * SAL_PLAIN_N_LANGUAGES; i++)
      {
        g_autofree char *change = g_strdup_printf ("%c%c Bob", "+-"[i % 2], *letter);
        SalEvent event = { .kind = SAL_EVENT_MODE, .name = "Ann", .room = "tea", .text = change };
        g_autofree char *line = encode (&event, i / 2);

        g_test_message ("%s: %s", change, line);
        g_assert_true (g_str_has_prefix (line, "-- Ann "));
        g_assert_true (g_str_is_ascii (line));
      }
}

/* What programs ask one another is for no person to read. */
static void
test_requests_of_programs (void)
{
  static const SalEventKind kinds[] = { SAL_EVENT_MESSAGE, SAL_EVENT_NOTICE };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (kinds); i++)
    {
      SalEvent event = { .kind = kinds[i / 2],
                         .name = "Ann",
                         .address = "",
                         .host = "~ann@h",
                         .room = "tea",
                         .target = i % 2 != 0 ? "Bob" : NULL,
                         .text = "\001VERSION\001" };
      g_autofree char *line = encode (&event, EN);

      g_assert_cmpstr (line, ==, "");
    }
}

/* What was taken back is not said again. */
static void
test_taken_back (void)
{
  SalEvent event = { .kind = SAL_EVENT_REDACT, .name = "Ann", .host = "~ann@h", .room = "tea" };
  g_autofree char *without = encode (&event, EN);
  g_autofree char *with = NULL;

  g_assert_cmpstr (without, ==, "-- Ann has taken a message back.\n");
  event.text = "wrong room";
  with = encode (&event, EN);
  g_assert_cmpstr (with, ==, "-- Ann has taken a message back: wrong room\n");
}

static void
test_private_action (void)
{
  SalEvent event = {
    .kind = SAL_EVENT_ACTION, .name = "Ann", .host = "~ann@h", .target = "Bob", .text = "waves"
  };
  g_autofree char *line = encode (&event, EN);

  g_assert_cmpstr (line, ==, "-- To you alone: Ann waves\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/plain/modes/are-sentences", test_modes_are_sentences);
  g_test_add_func ("/proto/plain/modes/every-letter-has-one", test_every_mode_has_a_sentence);
  g_test_add_func ("/proto/plain/foreign/requests-of-programs", test_requests_of_programs);
  g_test_add_func ("/proto/plain/foreign/taken-back", test_taken_back);
  g_test_add_func ("/proto/plain/foreign/private-action", test_private_action);
  return g_test_run ();
}
