/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the composer is made of: which messages a text is, the walk through what was sent
 * before, names under Tab, undoing, and what may go into the entry at all.
 */
#include "config.h"

#include <gtk/gtk.h>
#include <string.h>

#include "client-gtk/gui-completion.h"
#include "client-gtk/gui-lines.h"
#include "client-gtk/gui-message-text.h"
#include "client-gtk/gui-text-entry.h"
#include "client-gtk/gui-typed.h"
#include "client-gtk/gui-undo.h"

/* Lines. */

typedef struct
{
  const char *text;
  GuiLinesVerdict verdict;
  const char *messages; /* with | between them */
  guint number;
} LinesRow;

static const LinesRow lines_rows[] = {
  { "", GUI_LINES_NOTHING, "", 0 },
  { " \t\n \n\n", GUI_LINES_NOTHING, "", 0 },
  { "\xC2\xA0\n\xE2\x80\x83", GUI_LINES_NOTHING, "", 0 }, /* spaces of other kinds */
  { "ciao", GUI_LINES_GOOD, "ciao", 0 },
  { "  ciao  ", GUI_LINES_GOOD, "ciao", 0 },
  { "one\ntwo", GUI_LINES_GOOD, "one|two", 0 },
  { "\none\n\n \ntwo\n", GUI_LINES_GOOD, "one|two", 0 },
  { "1\n2\n3", GUI_LINES_GOOD, "1|2|3", 0 },
  { "1\n2\n\n\n3", GUI_LINES_GOOD, "1|2|3", 0 },
  { "1\n2\n3\n4", GUI_LINES_MANY, "1|2|3|4", 0 },
  { "quit", GUI_LINES_LEAVE, "quit", 1 },
  { "Quit", GUI_LINES_LEAVE, "Quit", 1 },
  { " EXIT \n", GUI_LINES_LEAVE, "EXIT", 1 },
  { "\n\nexit", GUI_LINES_LEAVE, "exit", 3 },
  { "/quit", GUI_LINES_LEAVE, "/quit", 1 },
  { "/Exit", GUI_LINES_LEAVE, "/Exit", 1 },
  { "//quit", GUI_LINES_GOOD, "//quit", 0 },
  { "quit!", GUI_LINES_GOOD, "quit!", 0 },
  { "I quit", GUI_LINES_GOOD, "I quit", 0 },
  { "quit smoking", GUI_LINES_GOOD, "quit smoking", 0 },
  { "exits", GUI_LINES_GOOD, "exits", 0 },
  { "bye\nquit", GUI_LINES_WORD, "bye|quit", 2 },
  { "quit\nexit", GUI_LINES_WORD, "quit|exit", 1 },
  { "1\n2\n3\nquit\n5", GUI_LINES_WORD, "1|2|3|quit|5", 4 },
  { "/me waves", GUI_LINES_GOOD, "/me waves", 0 },
  { "/who", GUI_LINES_GOOD, "/who", 0 },
};

static void
test_lines (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lines_rows); i++)
    {
      const LinesRow *row = &lines_rows[i];
      g_autoptr (GuiLines) lines = gui_lines_new (row->text, FALSE);
      g_autofree char *joined = NULL;

      g_test_message ("“%s”", row->text);
      g_ptr_array_add (lines->messages, NULL);
      joined = g_strjoinv ("|", (char **) lines->messages->pdata);
      g_assert_cmpstr (joined, ==, row->messages);
      g_assert_cmpint (lines->verdict, ==, row->verdict);
      g_assert_cmpuint (lines->number, ==, row->number);
      g_assert_cmpint (gui_lines_has_any (row->text), ==, row->verdict != GUI_LINES_NOTHING);
    }
}

/* What a message may have is counted in bytes, without the white space around it. */
static void
test_long_lines (void)
{
  static const struct
  {
    const char *before;
    guint chars; /* of two bytes each */
    const char *after;
    GuiLinesVerdict verdict;
    guint number;
    gsize bytes;
  } rows[] = {
    { "", 2048, "", GUI_LINES_GOOD, 0, 0 },
    { "  ", 2048, "  ", GUI_LINES_GOOD, 0, 0 },
    { "x", 2048, "", GUI_LINES_TOO_LONG, 1, 4097 },
    { "ciao\n\n", 2049, "", GUI_LINES_TOO_LONG, 3, 4098 },
    { "1\n2\n3\n4\n", 2049, "\n5", GUI_LINES_TOO_LONG, 5, 4098 },
    { "quit\n", 2049, "", GUI_LINES_TOO_LONG, 2, 4098 },
    { "", 2049, "\nquit", GUI_LINES_TOO_LONG, 1, 4098 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) text = g_string_new (rows[i].before);
      g_autoptr (GuiLines) lines = NULL;

      for (guint c = 0; c < rows[i].chars; c++)
        g_string_append (text, "è");
      g_string_append (text, rows[i].after);
      lines = gui_lines_new (text->str, FALSE);
      g_assert_cmpint (lines->verdict, ==, rows[i].verdict);
      g_assert_cmpuint (lines->number, ==, rows[i].number);
      g_assert_cmpuint (lines->bytes, ==, rows[i].bytes);
    }
}

static void
test_too_many_lines (void)
{
  static const struct
  {
    guint n;
    GuiLinesVerdict verdict;
  } rows[] = {
    { GUI_LINES_MOST, GUI_LINES_MANY },
    { GUI_LINES_MOST + 1, GUI_LINES_TOO_MANY },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GuiLines) lines = NULL;

      for (guint l = 0; l < rows[i].n; l++)
        g_string_append (text, "x\n\n");
      lines = gui_lines_new (text->str, FALSE);
      g_assert_cmpuint (lines->messages->len, ==, rows[i].n);
      g_assert_cmpint (lines->verdict, ==, rows[i].verdict);
    }
}

/* What was sent before. */

static GPtrArray *
list (const char *const *texts)
{
  GPtrArray *array = g_ptr_array_new ();

  for (; *texts != NULL; texts++)
    g_ptr_array_add (array, (gpointer) *texts);
  return array;
}

static void
test_typed (void)
{
  static const char *const sent[] = { "three", "two", "two", "one", NULL };
  g_autoptr (GPtrArray) typed = list (sent);
  g_autoptr (GuiTyped) walk = gui_typed_new ("dra", typed);

  g_assert_null (gui_typed_newer (walk, "dra"));
  g_assert_null (gui_typed_get_draft (walk));
  g_assert_cmpstr (gui_typed_to_keep (walk, "draft"), ==, "draft");

  g_assert_cmpstr (gui_typed_older (walk, "draft"), ==, "three");
  g_assert_cmpstr (gui_typed_get_draft (walk), ==, "draft");
  g_assert_cmpstr (gui_typed_to_keep (walk, "three"), ==, "draft");
  g_assert_cmpstr (gui_typed_to_keep (walk, "three!"), ==, "three!");
  g_assert_cmpstr (gui_typed_older (walk, "three!"), ==, "two");
  g_assert_cmpstr (gui_typed_older (walk, "two"), ==, "one");
  g_assert_null (gui_typed_older (walk, "one"));
  g_assert_cmpstr (gui_typed_newer (walk, "one"), ==, "two");
  g_assert_cmpstr (gui_typed_newer (walk, "two"), ==, "three!");
  g_assert_cmpstr (gui_typed_newer (walk, "three!"), ==, "draft");
  g_assert_null (gui_typed_newer (walk, "draft"));
  g_assert_null (gui_typed_get_draft (walk));
}

static void
test_typed_nothing (void)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GuiTyped) walk = gui_typed_new ("draft", none);

  g_assert_null (gui_typed_older (walk, "draft"));
  g_assert_null (gui_typed_newer (walk, "draft"));
  g_assert_cmpstr (gui_typed_to_keep (walk, "draft"), ==, "draft");
}

/* Buffers. */

static char *
dup_text (GtkTextBuffer *buffer)
{
  char *text = NULL;

  g_object_get (buffer, "text", &text, NULL);
  return text;
}

#define assert_text(buffer, expected)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found = dup_text (buffer);                                                    \
    g_assert_cmpstr (found, ==, expected);                                                         \
  }                                                                                                \
  G_STMT_END

static void
type (GtkTextBuffer *buffer, const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    gtk_text_buffer_insert_interactive_at_cursor (buffer, text,
                                                  (int) (g_utf8_next_char (text) - text), TRUE);
}

static void
backspace (GtkTextBuffer *buffer, guint n)
{
  GtkTextIter at;

  for (guint i = 0; i < n; i++)
    {
      gtk_text_buffer_get_iter_at_mark (buffer, &at, gtk_text_buffer_get_insert (buffer));
      gtk_text_buffer_backspace (buffer, &at, TRUE, TRUE);
    }
}

static void
put_cursor (GtkTextBuffer *buffer, int offset)
{
  GtkTextIter at;

  gtk_text_buffer_get_iter_at_offset (buffer, &at, offset);
  gtk_text_buffer_place_cursor (buffer, &at);
}

/* Names. */

static void
test_completion (void)
{
  static const char *const names[] = { "Ada", "ADAM", "ada", "Élodie", "bob", "x-[y]", NULL };
  static const struct
  {
    const char *before; /* the cursor is after it */
    const char *after;
    const char *texts; /* what one Tab after another writes, with | between */
  } rows[] = {
    { "a", "", "Ada: |ADAM: |a|Ada: " },
    { "AD", "", "Ada: |ADAM: |AD|Ada: " },
    { "adam", "", "ADAM: " },
    { "hi B", "!", "hi bob !" },
    { "hi\nb", "", "hi\nbob: " },
    { "(b", ")", "(bob )" },
    { "é", "", "Élodie: " },
    { "e\xCC\x81l", "", "Élodie: " }, /* decomposed */
    { "x-[", "", "x-[y]: " },
    { "", "", "" },
    { "hello ", "", "" },
    { "zed", "", "" },
    { "b\n", "", "" },
    { "🙂", "", "" },
  };
  g_autoptr (GPtrArray) people = list (names);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GtkTextBuffer) buffer = gtk_text_buffer_new (NULL);
      g_auto (GStrv) texts = g_strsplit (rows[i].texts, "|", -1);
      g_autofree char *whole = g_strconcat (rows[i].before, rows[i].after, NULL);
      g_autoptr (GuiCompletion) completion = NULL;
      guint n = 0;

      g_test_message ("“%s”", rows[i].before);
      gtk_text_buffer_set_text (buffer, whole, -1);
      put_cursor (buffer, (int) g_utf8_strlen (rows[i].before, -1));
      completion = gui_completion_new (buffer, people, NULL);
      g_assert_cmpint (completion != NULL, ==, *rows[i].texts != '\0');
      for (; completion != NULL && texts[n] != NULL; n++)
        {
          g_assert_true (gui_completion_is_at_cursor (completion));
          g_assert_true (gui_completion_next (completion, FALSE));
          assert_text (buffer, texts[n]);
        }
      if (n == 1)
        g_assert_false (gui_completion_next (completion, FALSE));
      if (completion == NULL)
        assert_text (buffer, whole);
    }
}

static void
test_completion_backwards (void)
{
  static const char *const names[] = { "Ada", "Adam", NULL };
  g_autoptr (GPtrArray) people = list (names);
  g_autoptr (GtkTextBuffer) buffer = gtk_text_buffer_new (NULL);
  g_autoptr (GuiCompletion) completion = NULL;

  type (buffer, "a");
  completion = gui_completion_new (buffer, people, NULL);
  g_assert_true (gui_completion_next (completion, FALSE));
  g_assert_true (gui_completion_next (completion, TRUE));
  assert_text (buffer, "a");
  g_assert_true (gui_completion_next (completion, TRUE));
  assert_text (buffer, "Adam: ");
  put_cursor (buffer, 1);
  g_assert_false (gui_completion_is_at_cursor (completion));
}

/* Undoing. */

static void
test_undo_words (void)
{
  g_autoptr (GtkTextBuffer) buffer = gtk_text_buffer_new (NULL);
  g_autoptr (GuiUndo) undo = gui_undo_new (buffer);

  g_assert_false (gui_undo_undo (undo));
  type (buffer, "perché  no, Ada");
  g_assert_true (gui_undo_undo (undo));
  assert_text (buffer, "perché  no, ");
  g_assert_true (gui_undo_undo (undo));
  assert_text (buffer, "perché  ");
  g_assert_true (gui_undo_redo (undo));
  assert_text (buffer, "perché  no, ");
  type (buffer, "Bob");
  g_assert_false (gui_undo_redo (undo));
  g_assert_true (gui_undo_undo (undo));
  g_assert_true (gui_undo_undo (undo));
  g_assert_true (gui_undo_undo (undo));
  assert_text (buffer, "");
  g_assert_false (gui_undo_undo (undo));
  while (gui_undo_redo (undo))
    ;
  assert_text (buffer, "perché  no, Bob");
}

static void
test_undo_deleting (void)
{
  g_autoptr (GtkTextBuffer) buffer = gtk_text_buffer_new (NULL);
  g_autoptr (GuiUndo) undo = gui_undo_new (buffer);

  type (buffer, "ciao🙂");
  backspace (buffer, 3);
  assert_text (buffer, "ci");
  g_assert_true (gui_undo_undo (undo));
  assert_text (buffer, "ciao🙂");
  g_assert_true (gui_undo_redo (undo));
  assert_text (buffer, "ci");
  type (buffer, "p");
  put_cursor (buffer, 0);
  type (buffer, "x");
  g_assert_true (gui_undo_undo (undo));
  assert_text (buffer, "cip");
  g_assert_true (gui_undo_undo (undo));
  assert_text (buffer, "ci");
}

/* A paste over a selection is one step. */
static void
test_undo_replacing (void)
{
  g_autoptr (GtkTextBuffer) buffer = gtk_text_buffer_new (NULL);
  g_autoptr (GuiUndo) undo = gui_undo_new (buffer);
  GtkTextIter start;
  GtkTextIter end;

  type (buffer, "one two");
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_iter_at_offset (buffer, &start, 0);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, 3);
  gtk_text_buffer_select_range (buffer, &start, &end);
  gtk_text_buffer_delete_selection (buffer, TRUE, TRUE);
  gtk_text_buffer_insert_at_cursor (buffer, "a\nb", -1);
  gtk_text_buffer_end_user_action (buffer);
  assert_text (buffer, "a\nb two");
  g_assert_true (gui_undo_undo (undo));
  assert_text (buffer, "one two");
  g_assert_true (gui_undo_redo (undo));
  assert_text (buffer, "a\nb two");
  gui_undo_forget (undo);
  g_assert_false (gui_undo_undo (undo));
  assert_text (buffer, "a\nb two");
}

/* Whatever happens, all of it goes back, and comes again. */
static void
test_undo_random (void)
{
  static const char *const pieces[] = { "a", "b", " ", "\n", "è", "🙂", "some words", "x\ny" };
  g_autoptr (GtkTextBuffer) buffer = gtk_text_buffer_new (NULL);
  g_autoptr (GuiUndo) undo = gui_undo_new (buffer);
  g_autofree char *all = NULL;

  for (guint i = 0; i < 300; i++)
    {
      int n = gtk_text_buffer_get_char_count (buffer);

      if (g_test_rand_int_range (0, 4) == 0)
        put_cursor (buffer, g_test_rand_int_range (0, n + 1));
      if (g_test_rand_int_range (0, 3) == 0)
        backspace (buffer, (guint) g_test_rand_int_range (1, 4));
      else
        gtk_text_buffer_insert_interactive_at_cursor (
            buffer, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))], -1, TRUE);
    }
  all = dup_text (buffer);
  while (gui_undo_undo (undo))
    ;
  assert_text (buffer, "");
  while (gui_undo_redo (undo))
    ;
  assert_text (buffer, all);
}

/* What goes into the entry. */

static const struct
{
  const char *put;
  const char *text;
} clean_rows[] = {
  { "ciao", "ciao" },
  { "one\ntwo", "one\ntwo" },
  { "one\r\ntwo\r\n", "one\ntwo\n" },
  { "one\rtwo", "one\ntwo" },
  { "one\r\rtwo", "one\n\ntwo" },
  { "one\n\r\ntwo", "one\n\ntwo" },
  { "one\xE2\x80\xA9two", "one\ntwo" }, /* a paragraph separator */
  { "one\xE2\x80\xA8two", "one two" },  /* a line separator */
  { "a\tb", "a b" },
  { "\x1B[31mred\x1B[0m", "[31mred[0m" },
  { "a\x07\x08\x7F\xC2\x9B"
    "b",
    "ab" },
  { "\xE2\x80\xAEgnp.exe", "gnp.exe" }, /* right-to-left override */
  { "\xE2\x81\xA6x\xE2\x81\xA9\xE2\x80\x8F", "x" },
  { "\xEF\xBB\xBFmark", "mark" },
  { "\x1B", "" },
  { "  two spaces stay  ", "  two spaces stay  " },
  { "שלום 👨\xE2\x80\x8D👩\xE2\x80\x8D👧", "שלום 👨\xE2\x80\x8D👩\xE2\x80\x8D👧" },
};

static void
test_clean (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (clean_rows); i++)
    {
      g_autoptr (GtkWidget) entry = g_object_ref_sink (g_object_new (GUI_TYPE_TEXT_ENTRY, NULL));
      GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (entry));
      g_autofree char *expected = g_strconcat ("<", clean_rows[i].text, ">", NULL);

      type (buffer, "<>");
      put_cursor (buffer, 1);
      gtk_text_buffer_insert_interactive_at_cursor (buffer, clean_rows[i].put, -1, TRUE);
      assert_text (buffer, expected);
      /* Undoing knows nothing of what was left out. */
      if (*clean_rows[i].text != '\0')
        g_signal_emit_by_name (entry, "undo");
      assert_text (buffer, "<>");
      gtk_widget_destroy (entry);
    }
}

static void
count (guint *n)
{
  (*n)++;
}

static void
test_full (void)
{
  g_autoptr (GtkWidget) entry = g_object_ref_sink (g_object_new (GUI_TYPE_TEXT_ENTRY, NULL));
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (entry));
  g_autoptr (GString) much = g_string_new (NULL);
  guint refused = 0;

  g_signal_connect_swapped (entry, "full", G_CALLBACK (count), &refused);
  for (guint i = 0; i < GUI_TEXT_ENTRY_MAX_CHARS; i++)
    g_string_append (much, "è");
  gtk_text_buffer_set_text (buffer, much->str, -1);
  g_assert_cmpuint (refused, ==, 0);
  g_assert_cmpint (gtk_text_buffer_get_char_count (buffer), ==, GUI_TEXT_ENTRY_MAX_CHARS);
  type (buffer, "x");
  g_assert_cmpuint (refused, ==, 1);
  backspace (buffer, 2);
  gtk_text_buffer_insert_at_cursor (buffer, "abc", -1);
  g_assert_cmpuint (refused, ==, 2);
  gtk_text_buffer_insert_at_cursor (buffer, "ab", -1);
  g_assert_cmpuint (refused, ==, 2);
  g_assert_cmpint (gtk_text_buffer_get_char_count (buffer), ==, GUI_TEXT_ENTRY_MAX_CHARS);
  gtk_widget_destroy (entry);
}

/* The menu of the second mouse button. */

static GtkWidget *
find_item (GtkWidget *menu, const char *label)
{
  g_autoptr (GList) items = gtk_container_get_children (GTK_CONTAINER (menu));

  for (GList *at = items; at != NULL; at = at->next)
    if (g_strcmp0 (gtk_menu_item_get_label (at->data), label) == 0)
      return at->data;
  g_error ("there is no “%s” in the menu", label);
}

static GtkWidget *
open_menu (GtkWidget *entry)
{
  GtkWidget *menu = g_object_ref_sink (gtk_menu_new ());

  g_signal_emit_by_name (entry, "populate-popup", menu);
  return menu;
}

static void
test_menu (void)
{
  g_autoptr (GtkWidget) entry = g_object_ref_sink (g_object_new (GUI_TYPE_TEXT_ENTRY, NULL));
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (entry));
  g_autoptr (GtkWidget) menu = open_menu (entry);
  g_autoptr (GtkWidget) second = NULL;
  g_autoptr (GtkWidget) third = NULL;

  g_assert_false (gtk_widget_get_sensitive (find_item (menu, "_Undo")));
  g_assert_false (gtk_widget_get_sensitive (find_item (menu, "_Redo")));
  type (buffer, "word");
  second = open_menu (entry);
  g_assert_true (gtk_widget_get_sensitive (find_item (second, "_Undo")));
  gtk_menu_item_activate (GTK_MENU_ITEM (find_item (second, "_Undo")));
  assert_text (buffer, "");
  third = open_menu (entry);
  g_assert_false (gtk_widget_get_sensitive (find_item (third, "_Undo")));
  gtk_menu_item_activate (GTK_MENU_ITEM (find_item (third, "_Redo")));
  assert_text (buffer, "word");
  gtk_widget_destroy (menu);
  gtk_widget_destroy (second);
  gtk_widget_destroy (third);
  gtk_widget_destroy (entry);
}

/* What was said is shown as it was said, however narrow it is. */
static void
test_no_hyphens (void)
{
  g_autoptr (GtkWidget) text = g_object_ref_sink (gui_message_text_new ());
  PangoLayout *layout = NULL;
  const PangoLogAttr *breaks = NULL;
  int n = 0;

  gui_message_text_set (GUI_MESSAGE_TEXT (text),
                        "Rindfleischetikettierungsüberwachung https://a.b/c");
  layout = gtk_label_get_layout (GTK_LABEL (text));
  breaks = pango_layout_get_log_attrs_readonly (layout, &n);
  for (int i = 0; i < n; i++)
    g_assert_false (breaks[i].break_inserts_hyphen);
  gtk_widget_destroy (text);
}

/* What is known of long texts without laying them out is what GTK would find. */
static void
test_long_text_width (void)
{
  g_autoptr (GtkWidget) text = g_object_ref_sink (gui_message_text_new ());
  g_autoptr (GString) words = g_string_new (NULL);
  int medium = 0;
  int longer = 0;

  while (words->len < 120)
    g_string_append (words, "word ");
  gui_message_text_set (GUI_MESSAGE_TEXT (text), words->str);
  gtk_widget_get_preferred_width (text, NULL, &medium);
  while (words->len < 1000)
    g_string_append (words, "word ");
  gui_message_text_set (GUI_MESSAGE_TEXT (text), words->str);
  gtk_widget_get_preferred_width (text, NULL, &longer);
  g_assert_cmpint (ABS (longer - medium), <, 40);
  gtk_widget_destroy (text);
}

int
main (int argc, char **argv)
{
  gtk_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gtk/composer-parts/each-line-is-a-message", test_lines);
  g_test_add_func ("/gtk/composer-parts/too-long-is-counted-in-bytes", test_long_lines);
  g_test_add_func ("/gtk/composer-parts/too-many-lines", test_too_many_lines);
  g_test_add_func ("/gtk/composer-parts/there-and-back-through-what-was-sent", test_typed);
  g_test_add_func ("/gtk/composer-parts/nothing-was-sent-before", test_typed_nothing);
  g_test_add_func ("/gtk/composer-parts/names-under-tab", test_completion);
  g_test_add_func ("/gtk/composer-parts/names-backwards", test_completion_backwards);
  g_test_add_func ("/gtk/composer-parts/words-are-undone", test_undo_words);
  g_test_add_func ("/gtk/composer-parts/deleting-is-undone", test_undo_deleting);
  g_test_add_func ("/gtk/composer-parts/replacing-is-undone-at-once", test_undo_replacing);
  g_test_add_func ("/gtk/composer-parts/everything-is-undone", test_undo_random);
  g_test_add_func ("/gtk/composer-parts/only-clean-text-goes-in", test_clean);
  g_test_add_func ("/gtk/composer-parts/only-so-much-goes-in", test_full);
  g_test_add_func ("/gtk/composer-parts/menu-undoes", test_menu);
  g_test_add_func ("/gtk/composer-parts/long-texts-are-as-wide-as-others", test_long_text_width);
  g_test_add_func ("/gtk/composer-parts/no-hyphens-of-pango", test_no_hyphens);
  return g_test_run ();
}
