/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts of strangers made ready to be shown, and entries in words. No widgets, no display.
 */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "client-gtk/gui-message-news.h"
#include "client-gtk/gui-sentence.h"
#include "client-gtk/gui-text.h"

#define LINK(uri) "<a href=\"" uri "\">" uri "</a>"

static const struct
{
  const char *name;
  const char *text;
  const char *markup; /* NULL: there is no link */
} links[] = {
  { "no-link", "ciao a tutti", NULL },
  { "nothing", "", NULL },
  { "http", "http://a.example", LINK ("http://a.example") },
  { "https", "https://a.example/b", LINK ("https://a.example/b") },
  { "in-capitals", "HTTPS://A.EXAMPLE", LINK ("HTTPS://A.EXAMPLE") },
  { "in-a-sentence", "see http://a.example/b, please",
    "see " LINK ("http://a.example/b") ", please" },
  { "at-the-end-of-a-question", "is it http://a.example/?!",
    "is it " LINK ("http://a.example/") "?!" },
  { "with-a-query", "http://a.example/?q=1&r=2#top",
    "<a href=\"http://a.example/?q=1&amp;r=2#top\">http://a.example/?q=1&amp;r=2#top</a>" },
  { "in-brackets", "(http://a.example/b)", "(" LINK ("http://a.example/b") ")" },
  { "with-brackets", "http://a.example/b_(c)", LINK ("http://a.example/b_(c)") },
  { "with-brackets-in-brackets", "(http://a.example/b_(c)).",
    "(" LINK ("http://a.example/b_(c)") ")." },
  { "in-square-brackets", "[http://a.example]", "[" LINK ("http://a.example") "]" },
  { "ipv6", "http://[::1]:15102/x", LINK ("http://[::1]:15102/x") },
  { "in-quotes", "\"http://a.example\"", "&quot;" LINK ("http://a.example") "&quot;" },
  { "in-french-quotes", "«http://a.example»", "«" LINK ("http://a.example") "»" },
  { "in-curly-quotes", "“http://a.example”", "“" LINK ("http://a.example") "”" },
  { "with-an-apostrophe", "http://a.example's",
    "<a href=\"http://a.example&apos;s\">http://a.example&apos;s</a>" },
  { "two", "http://a.example http://b.example",
    LINK ("http://a.example") " " LINK ("http://b.example") },
  { "two-with-a-comma", "http://a.example,http://b.example",
    LINK ("http://a.example,http://b.example") },
  { "other-letters", "http://münchen.example/Straße", LINK ("http://münchen.example/Straße") },
  { "a-chinese-full-stop", "http://a.example。", LINK ("http://a.example") "。" },
  { "after-a-letter", "xhttp://a.example", NULL },
  { "after-a-digit", "1http://a.example", NULL },
  { "after-punctuation", ":http://a.example", ":" LINK ("http://a.example") },
  { "without-a-host", "http:// is how it begins", NULL },
  { "with-nothing-but-dots", "http://...", NULL },
  { "with-a-slash-for-a-host", "http:///etc/passwd", NULL },
  { "file", "file:///etc/passwd", NULL },
  { "javascript", "javascript:alert(1)", NULL },
  { "ftp", "ftp://a.example", NULL },
  { "mail", "mailto:ada@a.example", NULL },
  { "without-a-scheme", "www.a.example", NULL },
  { "markup-is-text", "<b>http://a.example</b>",
    "&lt;b&gt;" LINK ("http://a.example") "&lt;/b&gt;" },
  { "an-attribute-does-not-end", "http://a.example/\" onclick=\"x",
    LINK ("http://a.example/") "&quot; onclick=&quot;x" },
  { "an-entity-is-text", "&amp; http://a.example", "&amp;amp; " LINK ("http://a.example") },
  { "an-ampersand-at-the-end", "http://a.example/&",
    "<a href=\"http://a.example/&amp;\">http://a.example/&amp;</a>" },
  { "a-hidden-character-ends-it", "http://a.example\xE2\x80\x8B/evil",
    LINK ("http://a.example") "\xE2\x80\x8B/evil" },
  { "a-replacement-character-ends-it", "http://a.example/\xEF\xBF\xBD",
    LINK ("http://a.example/") "\xEF\xBF\xBD" },
};

static void
test_link (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *markup = gui_text_to_markup (links[i].text);

  g_assert_cmpstr (markup, ==, links[i].markup);
}

/* Takes the markup off again, as Pango would. */
static char *
without_markup (const char *markup)
{
  GString *text = g_string_new (NULL);

  for (const char *at = markup; *at != '\0'; at++)
    if (*at == '<')
      at = strchr (at, '>');
    else
      g_string_append_c (text, *at);
  g_string_replace (text, "&lt;", "<", 0);
  g_string_replace (text, "&gt;", ">", 0);
  g_string_replace (text, "&quot;", "\"", 0);
  g_string_replace (text, "&apos;", "'", 0);
  g_string_replace (text, "&amp;", "&", 0);
  return g_string_free (text, FALSE);
}

/* Whatever is in a text, what people read is the text, and only links are tags. */
static void
test_any_text (void)
{
  static const char *const parts[] = { "http://",    "https://",
                                       "a.example",  "<",
                                       ">",          "&",
                                       "\"",         "'",
                                       "(",          ")",
                                       "[",          "]",
                                       ".",          ",",
                                       " ",          "é",
                                       "<a href=\"", "</a>",
                                       "&amp;",      "x",
                                       "/",          "\xE2\x80\x8B",
                                       "שלום" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (int run = 0; run < 5000; run++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *markup = NULL;
      g_autofree char *read = NULL;

      for (int n = g_rand_int_range (rand, 0, 14); n > 0; n--)
        g_string_append (text, parts[g_rand_int_range (rand, 0, G_N_ELEMENTS (parts))]);
      markup = gui_text_to_markup (text->str);
      if (markup == NULL)
        continue;
      g_assert_true (g_utf8_validate (markup, -1, NULL));
      read = without_markup (markup);
      g_assert_cmpstr (read, ==, text->str);
      for (const char *at = strchr (markup, '<'); at != NULL; at = strchr (at + 1, '<'))
        g_assert_true (g_str_has_prefix (at, "</a>") || g_str_has_prefix (at, "<a href=\"http"));
    }
}

static void
test_is_link (void)
{
  static const char *const good[] = { "http://a.example", "https://a.example/b?c=d&e#f" };
  static const char *const bad[] = { "",
                                     "http://",
                                     "file:///etc/passwd",
                                     "javascript:alert(1)",
                                     "http://a.example ",
                                     "http://a b",
                                     " http://a.example",
                                     "http://a.example/\"",
                                     "HTTPX://a.example" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (gui_text_is_link (good[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (gui_text_is_link (bad[i]));
}

static void
test_long_link (void)
{
  g_autofree char *path = g_strnfill (3000, 'a');
  g_autofree char *text = g_strconcat ("http://a.example/", path, NULL);
  g_autofree char *markup = gui_text_to_markup (text);

  g_assert_null (markup);
}

/* Neither is a piece of a long one a link, nor is each of its beginnings looked at to the
 * end: that would take seconds. */
static void
test_links_without_end (void)
{
  g_autofree char *path = g_strnfill (2030, 'a');
  g_autofree char *text = g_strconcat ("http://a.example/", path, ".....aaa", NULL);
  g_autofree char *piece = gui_text_to_markup (text);
  g_autoptr (GString) many = g_string_new (NULL);
  g_autofree char *markup = NULL;

  g_assert_null (piece);
  for (int i = 0; i < 5000; i++)
    g_string_append (many, "http://");
  g_test_timer_start ();
  markup = gui_text_to_markup (many->str);
  g_assert_cmpfloat (g_test_timer_elapsed (), <, 20);
}

static void
test_limit_marks (void)
{
  g_autoptr (GString) tower = g_string_new ("Za");
  g_autofree char *limited = NULL;
  g_autofree char *same = NULL;

  for (int i = 0; i < 4000; i++)
    g_string_append_unichar (tower, 0x0300 + (gunichar) (i % 0x40));
  g_string_append (tower, "lgo");
  limited = gui_text_limit_marks (tower->str);
  g_assert_cmpint (g_utf8_strlen (limited, -1), <=, 15);
  g_assert_true (g_str_has_prefix (limited, "Za\xCC\x80"));
  g_assert_true (g_str_has_suffix (limited, "lgo"));

  /* Vietnamese, Hebrew with vowels, Thai, Tibetan, a family: as they are. */
  same = gui_text_limit_marks ("e\xCC\x82\xCC\x81 שָׁלוֹם ที่นี่ བསྒྲུབས "
                               "👩‍👩‍👧 "
                               "ok");
  g_assert_cmpstr (same, ==,
                   "e\xCC\x82\xCC\x81 שָׁלוֹם ที่นี่ བསྒྲུབས "
                   "👩‍👩‍👧 "
                   "ok");
}

static void
test_shorten (void)
{
  g_autofree char *page = g_strnfill (1000, 'a');
  g_autofree char *more = g_strnfill (1200, 'a');
  g_autofree char *longer = g_strnfill (8192, 'a');
  g_autofree char *cut = gui_text_shorten (longer, 1000);
  g_autofree char *name = gui_text_shorten (longer, 64);
  g_autoptr (GString) heavy = g_string_new (NULL);
  g_autofree char *heavy_cut = NULL;

  g_assert_null (gui_text_shorten ("ciao", 1000));
  g_assert_null (gui_text_shorten ("", 1000));
  g_assert_null (gui_text_shorten (page, 1000));
  g_assert_null (gui_text_shorten (more, 1000));
  g_assert_cmpint (g_utf8_strlen (cut, -1), ==, 1001);
  g_assert_true (g_str_has_suffix (cut, "a…"));
  g_assert_cmpint (g_utf8_strlen (name, -1), ==, 65);

  /* What is expensive to show is cut earlier, and never between a letter and its marks. */
  for (int i = 0; i < 1300; i++)
    g_string_append (heavy, "e\xCC\x81");
  heavy_cut = gui_text_shorten (heavy->str, 1000);
  g_assert_true (g_utf8_validate (heavy_cut, -1, NULL));
  g_assert_true (g_str_has_suffix (heavy_cut, "e\xCC\x81…"));
  g_assert_cmpint (g_utf8_strlen (heavy_cut, -1), ==, 501);
}

static void
test_weigh (void)
{
  g_autofree char *longer = g_strnfill (8192, 'a');

  g_assert_cmpuint (gui_text_weigh (NULL), ==, 0);
  g_assert_cmpuint (gui_text_weigh (""), ==, 0);
  g_assert_cmpuint (gui_text_weigh ("perché Ольга"), ==, 12);
  g_assert_cmpuint (gui_text_weigh ("漢字"), ==, 6);
  g_assert_cmpuint (gui_text_weigh ("e\xCC\x81"), ==, 4);
  g_assert_cmpuint (gui_text_weigh ("👍🏽"), ==, 6);
  g_assert_cmpuint (gui_text_weigh (longer), ==, GUI_TEXT_SHOWN_WEIGHT);
}

static void
test_emoji (void)
{
  static const char *const yes[] = { "🚀",      "🚀🌕", "👩‍👩‍👧", "👍🏽",
                                     "❤️", "🇮🇹", "🙂 🙂" };
  static const char *const no[] = { "", "ciao 🚀", "1", "🚀🚀🚀🚀🚀", " ", "\xEF\xB8\x8F", "…" };

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    g_assert_true (gui_text_is_emoji (yes[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    g_assert_false (gui_text_is_emoji (no[i]));
}

static void
test_colour (void)
{
  guint seen[GUI_TEXT_N_COLOURS] = { 0 };

  /* People keep their colour for all time. */
  g_assert_cmpuint (gui_text_colour ("Ada"), ==, gui_text_colour ("Ada"));
  g_assert_cmpuint (gui_text_colour (""), <, GUI_TEXT_N_COLOURS);
  for (int i = 0; i < 8000; i++)
    {
      g_autofree char *name = g_strdup_printf ("guest-%d", i);

      seen[gui_text_colour (name)]++;
    }
  for (guint i = 0; i < GUI_TEXT_N_COLOURS; i++)
    g_assert_cmpuint (seen[i], >, 800);
}

/* Words. */

/* 2020-05-03 18:22:10, a Sunday. */
#define MOMENT_US G_GINT64_CONSTANT (1588530130000000)
#define DAY_US (24 * G_TIME_SPAN_HOUR)

static void
test_day (void)
{
  static const struct
  {
    int days;
    const char *words;
  } rows[] = {
    { 0, "Today" },
    { -1, "Yesterday" },
    { -2, "Friday" },
    { -6, "Monday" },
    { -7, "Sunday, 26 April" },
    { -123, "Wednesday, 1 January" },
    { -124, "Tuesday, 31 December 2019" },
    { 1, "Monday, 4 May" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *words = gui_sentence_day (MOMENT_US + rows[i].days * DAY_US, MOMENT_US);

      g_assert_cmpstr (words, ==, rows[i].words);
    }
  /* A day ends at midnight, not after 24 hours. */
  g_assert_cmpint (gui_sentence_day_number (MOMENT_US + 6 * G_TIME_SPAN_HOUR), ==,
                   gui_sentence_day_number (MOMENT_US) + 1);
}

/* As the C library's locales have it. */
static void
test_clock_format (void)
{
  static const struct
  {
    const char *format;
    const char *twelve;
    const char *clock;
  } rows[] = {
    { "%H:%M:%S", "%I:%M:%S %p", "%H:%M" },           /* C */
    { "%T", "", "%H:%M" },                            /* it_IT */
    { "%r", "%I:%M:%S %p", "%-I:%M %p" },             /* en_US */
    { "%H.%M.%S", "", "%H.%M" },                      /* fi_FI */
    { "%H時%M分%S秒", "%p%I時%M分%S秒", "%H時%M分" }, /* ja_JP */
    { "%p %I시 %M분 %S초", "", "%p %-I시 %M분" },     /* ko_KR */
    { "%k,%M,%S", "", "%k,%M" },                      /* bg_BG */
    { "%T %Z", "", "%H:%M" },                         /* some */
    { "%OI:%OM:%OS %p", "", "%OI:%M %p" },            /* with other digits */
    { "%I:%M:%S %p %Z", "", "%-I:%M %p" },
    { "%r", "", "%-I:%M %p" },
    { "", "", "%H:%M" },
    { "%X", "", "%H:%M" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *clock = gui_sentence_clock_format (rows[i].format, rows[i].twelve);

      g_assert_cmpstr (clock, ==, rows[i].clock);
    }
}

static void
test_clock (void)
{
  g_autofree char *clock = gui_sentence_clock (MOMENT_US);
  g_autofree char *moment = gui_sentence_moment (MOMENT_US);

  g_assert_cmpstr (clock, ==, "18:22");
  g_assert_cmpstr (moment, ==, "Sunday, 3 May 2020, 18:22");
}

static void
test_clock_beyond_time (void)
{
  g_autofree char *late = gui_sentence_clock (G_MAXINT64);
  g_autofree char *early = gui_sentence_clock (G_MININT64);

  g_assert_nonnull (late);
  g_assert_nonnull (early);
}

#define MESSAGE .kind = SAL_ENTRY_MESSAGE, .name = "Ada", .time_us = MOMENT_US
#define OWN MESSAGE, .own = TRUE

static const struct
{
  const char *name;
  SalEntry entry;
  const char *spoken;
  const char *copied;
} sentences[] = {
  { "message", { MESSAGE, .text = "ciao" }, "Ada, 18:22: ciao", "[18:22] Ada: ciao" },
  { "delivered",
    { OWN, .text = "ciao", .state = SAL_MESSAGE_DELIVERED },
    "Ada, 18:22: ciao. Delivered.",
    "[18:22] Ada: ciao" },
  { "a-sentence-already",
    { OWN, .text = "Ciao!", .state = SAL_MESSAGE_DELIVERED },
    "Ada, 18:22: Ciao! Delivered.",
    "[18:22] Ada: Ciao!" },
  { "sent",
    { OWN, .text = "ciao", .state = SAL_MESSAGE_SENT },
    "Ada, 18:22: ciao. Sent.",
    "[18:22] Ada: ciao" },
  { "queued",
    { OWN, .text = "ciao", .state = SAL_MESSAGE_QUEUED },
    "Ada, 18:22: ciao. Waiting to be sent.",
    "[18:22] Ada: ciao" },
  { "failed",
    { OWN, .text = "ciao", .state = SAL_MESSAGE_FAILED },
    "Ada, 18:22: ciao. Not sent.",
    "[18:22] Ada: ciao" },
  { "failed-with-a-reason",
    { OWN, .text = "ciao", .state = SAL_MESSAGE_FAILED, .reason = "too fast" },
    "Ada, 18:22: ciao. Not sent. too fast.",
    "[18:22] Ada: ciao" },
  { "unknown",
    { OWN, .text = "ciao", .state = SAL_MESSAGE_UNKNOWN },
    "Ada, 18:22: ciao. May not have arrived.",
    "[18:22] Ada: ciao" },
  { "action",
    { .kind = SAL_ENTRY_ACTION, .name = "Ada", .time_us = MOMENT_US, .text = "waves" },
    "Ada waves, 18:22",
    "[18:22] * Ada waves" },
  { "join",
    { .kind = SAL_ENTRY_JOIN, .name = "Ada", .time_us = MOMENT_US },
    "Ada came in, 18:22",
    "[18:22] -- Ada came in" },
  { "leave",
    { .kind = SAL_ENTRY_LEAVE, .name = "Ada", .time_us = MOMENT_US },
    "Ada left, 18:22",
    "[18:22] -- Ada left" },
  { "note",
    { .kind = SAL_ENTRY_NOTE, .text = "you are muted", .time_us = MOMENT_US },
    "The server, 18:22: you are muted",
    "[18:22] -- you are muted" },
  { "text",
    { .kind = SAL_ENTRY_TEXT, .text = "Bob> hi", .time_us = MOMENT_US },
    "18:22: Bob> hi",
    "[18:22] Bob> hi" },
  { "gap",
    { .kind = SAL_ENTRY_GAP, .time_us = MOMENT_US },
    "You were not here for a while, 18:22",
    "[18:22] -- You were not here for a while" },
  { "without-a-name-and-text",
    { .kind = SAL_ENTRY_MESSAGE, .time_us = MOMENT_US },
    "Somebody, 18:22: ",
    "[18:22] Somebody: " },
  { "own-without-a-name",
    { .kind = SAL_ENTRY_MESSAGE, .own = TRUE, .time_us = MOMENT_US, .text = "ciao" },
    "You, 18:22: ciao. Waiting to be sent.",
    "[18:22] You: ciao" },
  { "percent-signs-are-text",
    { .kind = SAL_ENTRY_MESSAGE, .name = "%s%n", .time_us = MOMENT_US, .text = "%d %s %n" },
    "%s%n, 18:22: %d %s %n",
    "[18:22] %s%n: %d %s %n" },
};

static void
test_sentence (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *spoken = gui_sentence_spoken (&sentences[i].entry);
  g_autofree char *copied = gui_sentence_copied (&sentences[i].entry, FALSE);

  g_assert_cmpstr (spoken, ==, sentences[i].spoken);
  g_assert_cmpstr (copied, ==, sentences[i].copied);
}

static void
test_copied_of_several_days (void)
{
  g_autofree char *copied = gui_sentence_copied (&(SalEntry){ MESSAGE, .text = "ciao" }, TRUE);

  g_assert_cmpstr (copied, ==, "[2020-05-03 18:22] Ada: ciao");
}

/* News. */

static void
add (GuiMessageNews *news, guint64 id, const char *text)
{
  g_autoptr (SalEntry) entry =
      sal_entry_new (&(SalEntry){ .id = id, .kind = SAL_ENTRY_MESSAGE, .text = text });

  gui_message_news_add (news, entry);
}

static void
change (GuiMessageNews *news, guint64 id, const char *text, gboolean shown)
{
  g_autoptr (SalEntry) entry =
      sal_entry_new (&(SalEntry){ .id = id, .kind = SAL_ENTRY_MESSAGE, .text = text });

  gui_message_news_change (news, entry, shown);
}

static const char *
text_at (GPtrArray *entries, guint index)
{
  g_assert_cmpuint (index, <, entries->len);
  return ((SalEntry *) entries->pdata[index])->text;
}

static void
test_news_in_order (void)
{
  g_autoptr (GuiMessageNews) news = gui_message_news_new ();

  g_assert_true (gui_message_news_is_empty (news));
  add (news, 5, "five");
  add (news, 6, "six");
  change (news, 5, "FIVE", FALSE); /* it is news, and comes changed already */
  change (news, 3, "three", TRUE);
  change (news, 3, "THREE", TRUE); /* only the last counts */
  change (news, 2, "two", FALSE);  /* nobody sees it */
  gui_message_news_remove (news, 6, FALSE);
  gui_message_news_remove (news, 4, TRUE);
  gui_message_news_remove (news, 1, FALSE);
  g_assert_cmpuint (news->added->len, ==, 1);
  g_assert_cmpstr (text_at (news->added, 0), ==, "FIVE");
  g_assert_cmpuint (news->changed->len, ==, 1);
  g_assert_cmpstr (text_at (news->changed, 0), ==, "THREE");
  g_assert_cmpuint (news->removed->len, ==, 1);
  g_assert_cmpuint (g_array_index (news->removed, guint64, 0), ==, 4);
  gui_message_news_remove (news, 3, TRUE);
  g_assert_cmpuint (news->changed->len, ==, 0);
  g_assert_false (news->overflowed);
  gui_message_news_clear (news);
  g_assert_true (gui_message_news_is_empty (news));
}

static void
test_news_of_a_flood (void)
{
  g_autoptr (GuiMessageNews) news = gui_message_news_new ();

  for (guint64 id = 1; id <= 10000; id++)
    add (news, id, "x");
  g_assert_true (news->overflowed);
  g_assert_cmpuint (news->added->len, ==, GUI_NEWS_MAX);
  g_assert_cmpuint (((SalEntry *) news->added->pdata[GUI_NEWS_MAX - 1])->id, ==, 10000);
  gui_message_news_clear (news);
  g_assert_true (gui_message_news_is_empty (news));
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autofree char *name = g_strconcat ("/gtk/text/link/", links[i].name, NULL);

      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_link);
    }
  g_test_add_func ("/gtk/text/link/any-text-stays-what-it-is", test_any_text);
  g_test_add_func ("/gtk/text/link/nothing-else-is-opened", test_is_link);
  g_test_add_func ("/gtk/text/link/too-long-for-one", test_long_link);
  g_test_add_func ("/gtk/text/link/without-end", test_links_without_end);
  g_test_add_func ("/gtk/text/marks-that-pile-up-are-taken-off", test_limit_marks);
  g_test_add_func ("/gtk/text/long-ones-are-cut", test_shorten);
  g_test_add_func ("/gtk/text/weight", test_weigh);
  g_test_add_func ("/gtk/text/a-few-emoji", test_emoji);
  g_test_add_func ("/gtk/text/colours", test_colour);
  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      g_autofree char *name = g_strconcat ("/gtk/sentence/", sentences[i].name, NULL);

      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_sentence);
    }
  g_test_add_func ("/gtk/sentence/day", test_day);
  g_test_add_func ("/gtk/sentence/clock", test_clock);
  g_test_add_func ("/gtk/sentence/clock-of-the-locale", test_clock_format);
  g_test_add_func ("/gtk/sentence/clock-beyond-time", test_clock_beyond_time);
  g_test_add_func ("/gtk/sentence/copied-of-several-days", test_copied_of_several_days);
  g_test_add_func ("/gtk/news/in-order", test_news_in_order);
  g_test_add_func ("/gtk/news/of-a-flood", test_news_of_a_flood);
  return g_test_run ();
}
