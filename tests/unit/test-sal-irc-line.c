/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The codec of lines of IRC and what belongs to it, against vectors that others wrote
 * (tests/data/irc) and in rows of our own.
 */
#include "config.h"

#include "common/proto/sal-irc-line.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-dialect-irc.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-text.h"
#include "common/proto/sal-utc.h"

/* The fields of a row of a table, as tests/data/irc/README.md says. */
typedef struct
{
  GPtrArray *fields; /* (owned) of char* (owned) (nullable) */
  guint next;
} Row;

static char *
unescape_field (const char *text)
{
  GString *out = g_string_new (NULL);

  if (g_str_equal (text, "\\N"))
    {
      g_string_free (out, TRUE);
      return NULL;
    }
  for (; *text != '\0'; text++)
    {
      if (*text != '\\')
        {
          g_string_append_c (out, *text);
          continue;
        }
      switch (*++text)
        {
        case 't':
          g_string_append_c (out, '\t');
          break;
        case 'n':
          g_string_append_c (out, '\n');
          break;
        case 'r':
          g_string_append_c (out, '\r');
          break;
        case 'x':
          g_string_append_c (
              out, (char) (g_ascii_xdigit_value (text[1]) << 4 | g_ascii_xdigit_value (text[2])));
          text += 2;
          break;
        default:
          g_string_append_c (out, *text);
          break;
        }
    }
  return g_string_free (out, FALSE);
}

static const char *
take (Row *row)
{
  g_assert_cmpuint (row->next, <, row->fields->len);
  return row->fields->pdata[row->next++];
}

static guint
take_count (Row *row)
{
  return (guint) atoi (take (row));
}

/* Calls @test for every row of the table @name. */
static void
each_row (const char *name, guint rows, void (*test) (Row *row))
{
  g_autofree char *path = g_build_filename (g_getenv ("IRC_VECTORS"), name, NULL);
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  lines = g_strsplit (content, "\n", -1);
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++, n++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "\t", -1);
      Row row = { g_ptr_array_new_with_free_func (g_free), 1 };

      for (guint f = 0; fields[f] != NULL; f++)
        g_ptr_array_add (row.fields, unescape_field (fields[f]));
      g_test_message ("%s", fields[0]);
      test (&row);
      g_ptr_array_unref (row.fields);
    }
  g_assert_cmpuint (n, ==, rows);
}

static void
assert_split (Row *row)
{
  g_autofree char *text = g_strdup (take (row));
  SalIrcLine line;
  guint n = 0;

  g_assert_true (sal_irc_line_parse (&line, text));
  n = take_count (row);
  g_assert_cmpuint (line.n_tags, ==, n);
  for (guint i = 0; i < n; i++)
    {
      const char *key = take (row);

      g_assert_cmpstr (sal_irc_line_get_tag (&line, key), ==, take (row));
    }
  g_assert_cmpstr (line.source, ==, take (row));
  g_assert_cmpstr (line.verb, ==, take (row));
  n = take_count (row);
  g_assert_cmpuint (line.n_params, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpstr (line.params[i], ==, take (row));
}

static void
test_split (void)
{
  each_row ("msg-split.tsv", 35, assert_split);
}

static void
assert_join (Row *row)
{
  SalIrcLine line = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  guint n = 0;
  gboolean found = FALSE;

  (void) take (row);
  line.n_tags = take_count (row);
  for (guint i = 0; i < line.n_tags; i++)
    {
      line.tags[i].key = take (row);
      line.tags[i].value = take (row);
    }
  line.source = take (row);
  line.verb = take (row);
  line.n_params = take_count (row);
  for (guint i = 0; i < line.n_params; i++)
    line.params[i] = take (row);
  sal_irc_append_line (out, &line);
  n = take_count (row);
  for (guint i = 0; i < n; i++)
    found = g_str_equal (take (row), out->str) || found;
  g_test_message ("%s", out->str);
  g_assert_true (found);
}

static void
test_join (void)
{
  each_row ("msg-join.tsv", 18, assert_join);
}

static void
assert_mask (Row *row)
{
  const char *mask = take (row);
  const char *text = take (row);

  g_assert_cmpint (sal_irc_mask_matches (mask, text), ==, g_str_equal (take (row), "1"));
}

static void
test_masks (void)
{
  each_row ("mask-match.tsv", 26, assert_mask);
}

static void
assert_source (Row *row)
{
  g_auto (SalIrcSource) source = { NULL };

  sal_irc_source_split (&source, take (row));
  g_assert_cmpstr (source.nick, ==, take (row));
  g_assert_cmpstr (source.user, ==, take (row));
  g_assert_cmpstr (source.host, ==, take (row));
}

static void
test_sources (void)
{
  each_row ("userhost-split.tsv", 7, assert_source);
}

static void
assert_hostname (Row *row)
{
  const char *host = take (row);

  g_assert_cmpint (sal_irc_is_hostname (host), ==, g_str_equal (take (row), "1"));
}

static void
test_hostnames (void)
{
  each_row ("validate-hostname.tsv", 19, assert_hostname);
}

/* Law: what was written is read again. */
static void
test_round_trip (void)
{
  static const char *const values[] = { "", "a", "; \\\r\n", "\\", "perch\xC3\xA9", "a=b", ":" };
  static const char *const lasts[] = { "", ":", ":x", " ", "a b", "x", "\xF0\x9F\x98\x83" };

  for (guint v = 0; v < G_N_ELEMENTS (values); v++)
    for (guint l = 0; l < G_N_ELEMENTS (lasts); l++)
      {
        SalIrcLine line = { .source = "a!b@c", .verb = "PRIVMSG", .n_params = 2, .n_tags = 2 };
        SalIrcLine read;
        g_autoptr (GString) out = g_string_new (NULL);

        line.tags[0] = (SalIrcTag){ "+x/y", values[v] };
        line.tags[1] = (SalIrcTag){ "z", "1" };
        line.params[0] = "#tea";
        line.params[1] = lasts[l];
        sal_irc_append_line (out, &line);
        g_assert_true (sal_irc_line_parse (&read, out->str));
        g_assert_cmpstr (sal_irc_line_get_tag (&read, "+x/y"), ==, values[v]);
        g_assert_cmpstr (read.source, ==, "a!b@c");
        g_assert_cmpuint (read.n_params, ==, 2);
        g_assert_cmpstr (read.params[1], ==, lasts[l]);
      }
}

/* Whatever comes, there is an end to what is kept of it. */
static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new ("@");
  SalIrcLine line;

  for (guint i = 0; i < 2 * SAL_IRC_TAGS_MAX; i++)
    g_string_append_printf (text, "k%u=v;", i);
  g_string_append (text, " X");
  for (guint i = 0; i < 2 * SAL_IRC_PARAMS_MAX; i++)
    g_string_append_printf (text, " %u", i);
  g_assert_true (sal_irc_line_parse (&line, text->str));
  g_assert_cmpuint (line.n_tags, ==, SAL_IRC_TAGS_MAX);
  g_assert_cmpuint (line.n_params, ==, SAL_IRC_PARAMS_MAX);
  g_assert_true (g_str_has_prefix (line.params[SAL_IRC_PARAMS_MAX - 1], "63 64 "));
  for (guint i = 0; i < 4; i++)
    {
      static const char *const empty[] = { "", "   ", "@a=b", ":source" };
      g_autofree char *copy = g_strdup (empty[i]);

      g_assert_false (sal_irc_line_parse (&line, copy));
    }
  g_assert_cmpuint (sal_irc_tags_length ("@a=b  X", 7), ==, 6);
  g_assert_cmpuint (sal_irc_tags_length ("@a=b", 4), ==, 4);
  g_assert_cmpuint (sal_irc_tags_length ("X @a", 4), ==, 0);
  g_assert_cmpuint (sal_irc_tags_length ("", 0), ==, 0);
}

static void
test_nicknames (void)
{
  static const char *const good[] = {
    "a", "Ann", "ann_2", "[ann]", "re\xCC\x81ne\xCC\x81", "Ren\xC3\xA9", "a`b\\c", "x-1"
  };
  static const char *const bad[] = { "",
                                     "1a",
                                     "-a",
                                     "a b",
                                     "a!b",
                                     "#a",
                                     "a,b",
                                     ":a",
                                     "a@b",
                                     "*",
                                     "\xFF",
                                     "a\x01",
                                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
  static const char *const made[][2] = {
    { "Ann", "Ann" },
    { "3com", "_3com" },
    { "-x", "_-x" },
    { "12345678901234567890123456789012", "_1234567890123456789012345678901" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    if (i != 4) /* written in two ways, of which one is a name */
      g_assert_true (sal_irc_is_nickname (good[i]));
  g_assert_false (sal_irc_is_nickname (good[4]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (sal_irc_is_nickname (bad[i]));
  for (guint i = 0; i < G_N_ELEMENTS (made); i++)
    {
      g_autofree char *nick = sal_irc_nickname_from_name (made[i][0]);

      g_assert_cmpstr (nick, ==, made[i][1]);
      g_assert_true (sal_irc_is_nickname (nick));
    }
}

static void
test_registration (void)
{
  static const char *const yes[] = { "CAP LS", "CAP LS 302",      "cap req :a b", "NICK ann",
                                     "PASS x", "USER a 0 * :Ann", "user a b c d", "USER a 0 * :" };
  static const char *const no[] = { "CAP",        "CAP END",  "NICK",       "NICK ann bob",
                                    "Nicola",     "USER ann", "PASSWORD x", "PASS",
                                    "USER a b c", "CAPLS",    "NICK  ",     "CAP LSX",
                                    "CAP REQ",    "" };

  for (guint i = 0; i < G_N_ELEMENTS (yes); i++)
    g_assert_true (sal_irc_is_registration (yes[i], strlen (yes[i])));
  for (guint i = 0; i < G_N_ELEMENTS (no); i++)
    g_assert_false (sal_irc_is_registration (no[i], strlen (no[i])));
}

static void
test_complete_masks (void)
{
  static const char *const rows[][2] = {
    { "ann", "ann!*@*" },    { "ann!a", "ann!a@*" },          { "a@b", "*!a@b" },
    { "a!b@c", "a!b@c" },    { "host.org", "*!*@host.org" },  { "::1", "*!*@::1" },
    { "*", "*!*@*" },        { "@host", "*!*@host" },         { "!user", "*!user@*" },
    { "nick!", "nick!*@*" }, { "nick!@host", "nick!*@host" }, { "a!b@", "a!b@*" },
    { "a@b!c", "a@b!c@*" },  { "a!b@c@d", "a!b@c@d" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *mask = sal_irc_mask_complete (rows[i][0]);

      g_assert_cmpstr (mask, ==, rows[i][1]);
    }
  g_assert_true (sal_irc_mask_matches ("?", "\xC3\xA9")); /* one character */
}

/* A mask of stars against a long text ends soon. */
static void
test_mask_time (void)
{
  g_autoptr (GString) mask = g_string_new (NULL);
  g_autofree char *text = g_strnfill (400, 'a');

  for (guint i = 0; i < 100; i++)
    g_string_append (mask, "*a");
  g_string_append (mask, "b");
  for (guint i = 0; i < 1000; i++)
    g_assert_false (sal_irc_mask_matches (mask->str, text));
}

static void
test_msgids (void)
{
  guint8 log[16] = { 0, 1, 2, 3, 254, 255 };
  guint8 other[16] = { 1 };
  static const guint64 numbers[] = { 1, 2, 255, 256, G_MAXUINT32, G_MAXUINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *id = sal_irc_msgid_format (log, numbers[i]);
      guint64 seq = 0;

      g_assert_cmpuint (strspn (id, "abcdefghijklmnopqrstuvwxyz234567"), ==, strlen (id));
      g_assert_true (sal_irc_msgid_parse (id, log, &seq));
      g_assert_cmpuint (seq, ==, numbers[i]);
      g_assert_false (sal_irc_msgid_parse (id, other, &seq));
      g_assert_false (sal_irc_msgid_parse (id + 1, log, &seq));
      id[5] = 'A';
      g_assert_false (sal_irc_msgid_parse (id, log, &seq));
    }
}

static void
test_times (void)
{
  static const struct
  {
    gint64 time_us;
    const char *text;
  } rows[] = {
    { 0, "1970-01-01T00:00:00.000Z" },
    { 1588530120123456, "2020-05-03T18:22:00.123Z" },
    { 951782399999999, "2000-02-28T23:59:59.999Z" },
    { 951782400000000, "2000-02-29T00:00:00.000Z" },
    { 4107542400000000, "2100-03-01T00:00:00.000Z" },
    { 1798761599000000, "2026-12-31T23:59:59.000Z" },
  };
  static const char *const bad[] = { "",
                                     "2020-05-03",
                                     "2020-05-03T18:22:00",
                                     "2021-02-29T00:00:00Z",
                                     "2020-13-01T00:00:00Z",
                                     "2020-01-01T24:00:00Z",
                                     "2020-01-01T00:00:00.1Zx",
                                     "2020-01-01t00:00:00Z",
                                     "*" };
  gint64 time_us = 0;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      sal_irc_append_time (out, rows[i].time_us);
      g_assert_cmpstr (out->str, ==, rows[i].text);
      g_assert_true (sal_irc_parse_time (out->str, &time_us));
      g_assert_cmpint (time_us, ==, rows[i].time_us - rows[i].time_us % 1000);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (sal_irc_parse_time (bad[i], &time_us));
  g_assert_true (sal_irc_parse_time ("2020-05-03T18:22:00Z", &time_us));
  g_assert_cmpint (time_us, ==, 1588530120000000);
}

/* Every day of some centuries, there and back. */
static void
test_calendar (void)
{
  for (gint64 day = -200000; day < 200000; day += 13)
    {
      SalUtc utc;
      gint64 again = 0;

      sal_utc_from_us (day * G_TIME_SPAN_DAY + 1, &utc);
      g_assert_true (sal_utc_to_us (&utc, &again));
      g_assert_cmpint (again, ==, day * G_TIME_SPAN_DAY + 1);
    }
}

static void
test_formatting (void)
{
  static const char *const rows[][2] = {
    { "plain", "plain" },
    { "\003"
      "04red\003",
      "red" },
    { "\003"
      "4,12x",
      "x" },
    { "\003"
      "4,x",
      ",x" },
    { "\004"
      "ff0000x",
      "x" },
    { "\002bold\017", "\002bold\017" },
    { "7\003"
      "123",
      "73" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup (rows[i][0]);

      sal_text_strip_formatting (text);
      g_assert_cmpstr (text, ==, rows[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/irc/vectors/split", test_split);
  g_test_add_func ("/proto/irc/vectors/join", test_join);
  g_test_add_func ("/proto/irc/vectors/masks", test_masks);
  g_test_add_func ("/proto/irc/vectors/sources", test_sources);
  g_test_add_func ("/proto/irc/vectors/host-names", test_hostnames);
  g_test_add_func ("/proto/irc/line/what-was-written-is-read", test_round_trip);
  g_test_add_func ("/proto/irc/line/is-bounded", test_bounds);
  g_test_add_func ("/proto/irc/nicknames", test_nicknames);
  g_test_add_func ("/proto/irc/words-that-begin-it", test_registration);
  g_test_add_func ("/proto/irc/masks/are-completed", test_complete_masks);
  g_test_add_func ("/proto/irc/masks/take-no-time", test_mask_time);
  g_test_add_func ("/proto/irc/names-of-messages", test_msgids);
  g_test_add_func ("/proto/irc/times", test_times);
  g_test_add_func ("/proto/utc/there-and-back", test_calendar);
  g_test_add_func ("/proto/text/colours-leave-no-digits", test_formatting);
  return g_test_run ();
}
