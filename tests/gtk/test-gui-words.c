/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What of the window has no widgets and is about words: one way to write an address, how
 * long ago something was, whether we were named, and what may leave the program.
 */
#include "config.h"

#include <glib.h>
#include <locale.h>
#include <string.h>

#include "client-gtk/gui-address.h"
#include "client-gtk/gui-ago.h"
#include "client-gtk/gui-mention.h"
#include "common/base/sal-error.h"
#include "common/base/sal-uri.h"

/* Addresses. */

typedef struct
{
  const char *text;
  const char *normal; /* NULL: an error ... */
  const char *words;  /* ... that has these */
} AddressRow;

static const AddressRow address_rows[] = {
  { "localhost", "plain://localhost", NULL },
  { " LocalHost\n", "plain://localhost", NULL },
  { "localhost:15102", "plain://localhost", NULL },
  { "localhost:4242", "plain://localhost:4242", NULL },
  { "plain://localhost", "plain://localhost", NULL },
  { "plain://localhost/", "plain://localhost", NULL },
  { "plain://LOCALHOST:15102/tea", "plain://localhost/tea", NULL },
  { "localhost/tea", "plain://localhost/tea", NULL },
  { "localhost:4242/tea", "plain://localhost:4242/tea", NULL },
  { "plain://localhost/Tea", "plain://localhost/Tea", NULL },
  { "plain://localhost/t%C3%A8", "plain://localhost/tè", NULL },
  { "localhost/tè", "plain://localhost/tè", NULL },
  { "plain://localhost/a%2Fb%3Fc", "plain://localhost/a%2Fb%3Fc", NULL },
  { "::1", "plain://[::1]", NULL },
  { "[::1]:15102", "plain://[::1]", NULL },
  { "[::1]:4242", "plain://[::1]:4242", NULL },
  { "plain://[::1]:4242/tea", "plain://[::1]:4242/tea", NULL },
  { "plains://LocalHost", "plains://localhost", NULL },
  { "plains://localhost:15103/tea", "plains://localhost/tea", NULL },
  { "plains://localhost:15102", "plains://localhost:15102", NULL },
  { "plains://[::1]", "plains://[::1]", NULL },
  { "unix:///run/salotto/room", "unix:///run/salotto/room", NULL },
  { "unix:///run/a%20b", "unix:///run/a%20b", NULL },
  { "", NULL, "where is the room?" },
  { " \t\n", NULL, "where is the room?" },
  { "localhost:0", NULL, "“0” is not a port" },
  { "localhost:65536", NULL, "“65536” is not a port" },
  { "localhost:chat", NULL, "“chat” is not a port" },
  { "local host", NULL, "local host" },
  { "/tea", NULL, "/tea" },
  { "plain:///tea", NULL, "a host" },
  { "plain://localhost:0/tea", NULL, "a port other than 0" },
  { "ircs://LocalHost", "ircs://localhost", NULL },
  { "irc://localhost:6667/#tea", "irc://localhost/tea", NULL },
  { "irc://localhost:6668/tea", "irc://localhost:6668/tea", NULL },
  { "http://localhost", NULL, "the scheme must be one of" },
  { "plain://ada@localhost", NULL, "user@" },
};

static void
test_addresses (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (address_rows); i++)
    {
      const AddressRow *row = &address_rows[i];
      g_autoptr (GError) error = NULL;
      g_autofree char *normal = gui_address_normalize (row->text, &error);

      g_assert_cmpstr (normal, ==, row->normal);
      if (row->normal == NULL)
        {
          g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
          g_assert_nonnull (strstr (error->message, row->words));
        }
    }
}

/* What it gives is an address, and the same one again. */
static void
test_address_is_one (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (address_rows); i++)
    {
      g_autofree char *again = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (SalUri) uri = NULL;

      if (address_rows[i].normal == NULL)
        continue;
      again = gui_address_normalize (address_rows[i].normal, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (again, ==, address_rows[i].normal);
      uri = sal_uri_parse_client (again, &error);
      g_assert_no_error (error);
    }
}

/* Time. */

#define MINUTE (60 * G_TIME_SPAN_SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Friday, 20 November 2026, 21:00 UTC, where the tests are. */
#define NOW (G_GINT64_CONSTANT (1795208400) * G_TIME_SPAN_SECOND)

static void
test_ago (void)
{
  static const struct
  {
    gint64 ago_us;
    const char *text;
  } rows[] = {
    { 0, "just now" },
    { 59 * G_TIME_SPAN_SECOND, "just now" },
    { -2 * HOUR, "just now" }, /* the clock was set back */
    { MINUTE, "1 minute ago" },
    { 59 * MINUTE, "59 minutes ago" },
    { HOUR, "1 hour ago" },
    { 2 * HOUR, "2 hours ago" },
    { 20 * HOUR, "20 hours ago" }, /* still today */
    { 22 * HOUR, "yesterday" },
    { 2 * DAY, "2 days ago" },
    { 6 * DAY, "6 days ago" },
    { 7 * DAY, "1 week ago" },
    { 29 * DAY, "4 weeks ago" },
    { 40 * DAY, "10/11/26" },
  };
  g_autofree char *never = gui_ago_to_text (0, NOW);
  g_autofree char *night = gui_ago_to_text (NOW + 3 * HOUR - MINUTE, NOW + 5 * HOUR);

  g_assert_cmpstr (never, ==, "never joined");
  g_assert_cmpstr (night, ==, "2 hours ago"); /* and yesterday, but who would say so? */
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = gui_ago_to_text (NOW - rows[i].ago_us, NOW);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

/* Names. */

static void
test_mention (void)
{
  static const struct
  {
    const char *text;
    const char *name;
    gboolean mentions;
  } rows[] = {
    { "ciao Ada", "Ada", TRUE },
    { "ADA, are you there?", "Ada", TRUE },
    { "@ada: yes", "Ada", TRUE },
    { "(Ada)", "Ada", TRUE },
    { "Adam", "Ada", FALSE },
    { "canada", "Ada", FALSE },
    { "Ada_2", "Ada", FALSE },
    { "Ada_2 and Ada", "Ada", TRUE },
    { "Ada2", "Ada", FALSE },
    { "", "Ada", FALSE },
    { "Ada", "", FALSE },
    { "perché èva?", "Eva", FALSE },
    { "straße", "STRASSE", TRUE },
    { "e\xCC\x80 qui Niccolo\xCC\x80?", "Niccolò", TRUE }, /* the same, composed otherwise */
    { "Niccolo\xCC\x80", "Niccolo", FALSE },
    { "Ada \xF0\x9F\x91\x8B", "Ada", TRUE },
    { "дорогая Ада!", "ада", TRUE },
    { "Anna Maria, ciao", "Anna Maria", TRUE },
    { "<b>Ada</b>", "Ada", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("“%s” in “%s”", rows[i].name, rows[i].text);
      g_assert_cmpint (gui_mention_in_text (rows[i].text, rows[i].name), ==, rows[i].mentions);
    }
}

static void
test_mention_in_entry (void)
{
  static const struct
  {
    SalEntryKind kind;
    gboolean own;
    const char *text;
    gboolean mentions;
  } rows[] = {
    { SAL_ENTRY_MESSAGE, FALSE, "ciao Ada", TRUE },
    { SAL_ENTRY_MESSAGE, FALSE, "Ada?", TRUE },
    { SAL_ENTRY_MESSAGE, TRUE, "I am Ada", FALSE },
    { SAL_ENTRY_ACTION, FALSE, "waves at Ada", TRUE },
    { SAL_ENTRY_NOTE, FALSE, "Ada is in the room", FALSE },
    { SAL_ENTRY_JOIN, FALSE, "Ada", FALSE },
    { SAL_ENTRY_TEXT, FALSE, "Eva: ciao Ada", TRUE },
    { SAL_ENTRY_TEXT, FALSE, "Ada: ciao", FALSE }, /* what we have said, by its look */
    { SAL_ENTRY_TEXT, FALSE, "<Ada> ciao", FALSE },
    { SAL_ENTRY_TEXT, FALSE, "> Ada has come", FALSE },
    { SAL_ENTRY_TEXT, FALSE, "Ada: Ada is my name", TRUE },
    { SAL_ENTRY_TEXT, FALSE, "", FALSE },
    { SAL_ENTRY_TEXT, FALSE, "-- ", FALSE },
    { SAL_ENTRY_MESSAGE, FALSE, NULL, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SalEntry entry = { .kind = rows[i].kind, .own = rows[i].own, .text = rows[i].text };

      g_assert_cmpint (gui_mention_in_entry (&entry, "Ada"), ==, rows[i].mentions);
    }
}

/* What leaves the program. */

static void
test_harmless (void)
{
  g_autofree char *markup = gui_mention_harmless ("<b>R&amp;D</b> <a href='x'>Ada</a>");
  g_autofree char *plain = gui_mention_harmless ("perché no? \xF0\x9F\x91\x8B");
  g_autofree char *nothing = gui_mention_harmless ("");
  g_autoptr (GString) lot = g_string_new (NULL);
  g_autofree char *cut = NULL;

  g_assert_cmpstr (markup, ==, "‹b›R＆amp;D‹/b› ‹a href='x'›Ada‹/a›");
  g_assert_cmpstr (plain, ==, "perché no? \xF0\x9F\x91\x8B");
  g_assert_cmpstr (nothing, ==, "");

  for (int i = 0; i < 301; i++)
    g_string_append (lot, "è");
  cut = gui_mention_harmless (lot->str);
  g_assert_cmpint (g_utf8_strlen (cut, -1), ==, 301);
  g_assert_true (g_str_has_suffix (cut, "è…"));
  g_assert_true (g_utf8_validate (cut, -1, NULL));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gtk/words/address/one-way-to-write-it", test_addresses);
  g_test_add_func ("/gtk/words/address/normal-is-normal", test_address_is_one);
  g_test_add_func ("/gtk/words/ago", test_ago);
  g_test_add_func ("/gtk/words/mention/in-a-text", test_mention);
  g_test_add_func ("/gtk/words/mention/in-what-came", test_mention_in_entry);
  g_test_add_func ("/gtk/words/notification-means-nothing", test_harmless);
  return g_test_run ();
}
