/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What strangers have written, made ready to be shown: links found, marks that pile up
 * taken off, long texts cut. Whatever is in a text, it stays text: the only markup that
 * leaves here is links to http and https, and those say where they go. Pure.
 */
#include "config.h"

#include "client-gtk/gui-text.h"

#include <string.h>

/* More marks than any language puts on one letter; what is above has the purpose of
 * covering the lines around it. */
#define MARKS_MAX 6
/* How much more than what is shown of a long text makes a text long. */
#define LONG_PER_SHOWN 1.2
/* The last character of the scripts of Europe: to lay out one of any other takes a multiple
 * of the time. */
#define LAST_LIGHT 0x52F
#define HEAVY_WEIGHT 3
/* What browsers and servers take. */
#define LINK_MAX_BYTES 2048
/* A handful of emoji is a gesture, more are a text. */
#define EMOJI_MAX 4

static gboolean
is_mark (gunichar c)
{
  return c >= 0x300 && g_unichar_ismark (c);
}

/**
 * gui_text_limit_marks:
 * @text: UTF-8
 *
 * Takes off combining marks beyond those that letters have.
 *
 * Returns: (transfer full): the text to show.
 */
char *
gui_text_limit_marks (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  guint marks = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      marks = (guchar) *at >= 0x80 && is_mark (g_utf8_get_char (at)) ? marks + 1 : 0;
      if (marks <= MARKS_MAX)
        g_string_append_len (out, at, g_utf8_next_char (at) - at);
    }
  return g_string_free (out, FALSE);
}

static guint
weight_of (const char *at)
{
  return (guchar) *at < 0x80 ||
                 (g_utf8_get_char (at) <= LAST_LIGHT && !is_mark (g_utf8_get_char (at)))
             ? 1
             : HEAVY_WEIGHT;
}

/**
 * gui_text_weigh:
 * @text: (nullable): UTF-8
 *
 * Returns: how much time it takes to show the text, in characters of a usual one; not more
 *   than %GUI_TEXT_SHOWN_WEIGHT, because not more is shown.
 */
guint
gui_text_weigh (const char *text)
{
  guint weight = 0;

  for (const char *at = text; at != NULL && *at != '\0' && weight < GUI_TEXT_SHOWN_WEIGHT;
       at = g_utf8_next_char (at))
    weight += weight_of (at);
  return MIN (weight, GUI_TEXT_SHOWN_WEIGHT);
}

/**
 * gui_text_shorten:
 * @text: UTF-8
 * @most: how much is shown of a long text, as gui_text_weigh() has it
 *
 * A text that is a little longer than that is not cut: the rest would be hardly less than
 * the words that offer it.
 *
 * Returns: (transfer full) (nullable): the beginning of a long text, with an ellipsis;
 *   %NULL if it is not that long.
 */
char *
gui_text_shorten (const char *text, guint most)
{
  const char *end = NULL;
  guint weight = 0;
  g_autofree char *start = NULL;

  for (const char *at = text; *at != '\0' && weight <= most * LONG_PER_SHOWN;
       at = g_utf8_next_char (at))
    {
      if (end == NULL && weight >= most && !is_mark (g_utf8_get_char (at)))
        end = at;
      weight += weight_of (at);
    }
  if (end == NULL || weight <= most * LONG_PER_SHOWN)
    return NULL;
  start = g_strndup (text, (gsize) (end - text));
  return g_strconcat (start, "…", NULL);
}

/* Returns: the bytes of "http://" or "https://" at @text, or 0. */
static gsize
scheme_len (const char *text)
{
  if (g_ascii_strncasecmp (text, "https://", 8) == 0)
    return 8;
  if (g_ascii_strncasecmp (text, "http://", 7) == 0)
    return 7;
  return 0;
}

/* What cannot be in an address: white space, quotes of any kind, angle brackets, and what
 * is not a character. */
static gboolean
ends_link (gunichar c)
{
  switch (c)
    {
    case 0:
    case '"':
    case '<':
    case '>':
    case '`':
    case '\\':
    case '^':
    case '{':
    case '}':
    case '|':
    case 0x00AB: /* « */
    case 0x00BB: /* » */
    case 0x2018: /* single and double quotes */
    case 0x2019:
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x2039:
    case 0x203A:
    case 0x3001: /* the comma and full stop of Chinese and Japanese, and their brackets */
    case 0x3002:
    case 0x3008:
    case 0x3009:
    case 0x300C:
    case 0x300D:
    case 0xFF08:
    case 0xFF09:
    case 0xFF0C:
    case 0xFFFC:
    case 0xFFFD:
      return TRUE;
    default:
      return g_unichar_isspace (c) || g_unichar_iscntrl (c) || !g_unichar_isdefined (c) ||
             g_unichar_type (c) == G_UNICODE_FORMAT;
    }
}

static int
count (const char *text, gsize len, char wanted)
{
  int n = 0;

  for (gsize i = 0; i < len; i++)
    n += text[i] == wanted;
  return n;
}

/* The sentence around a link goes on after it: punctuation at its end is the sentence's,
 * and so is a bracket that was not opened within. */
static gsize
without_tail (const char *link, gsize len)
{
  while (len > 0)
    {
      switch (link[len - 1])
        {
        case '.':
        case ',':
        case ';':
        case ':':
        case '!':
        case '?':
        case '\'':
        case '*':
        case '_':
        case '~':
          break;
        case ')':
          if (count (link, len, ')') <= count (link, len, '('))
            return len;
          break;
        case ']':
          if (count (link, len, ']') <= count (link, len, '['))
            return len;
          break;
        default:
          return len;
        }
      len--;
    }
  return 0;
}

/* Returns: the bytes of the link at the beginning of @text, or 0. It looks no further than
 * a link may reach: a text may have a thousand beginnings of one that never ends. */
static gsize
link_len (const char *text)
{
  gsize scheme = scheme_len (text);
  const char *end = text + scheme;
  gunichar host = 0;
  gsize len = 0;

  if (scheme == 0)
    return 0;
  while (end - text <= LINK_MAX_BYTES && !ends_link (g_utf8_get_char (end)))
    end = g_utf8_next_char (end);
  if (end - text > LINK_MAX_BYTES)
    return 0;
  len = without_tail (text, (gsize) (end - text));
  if (len <= scheme)
    return 0;
  host = g_utf8_get_char (text + scheme);
  return g_unichar_isalnum (host) || host == '[' ? len : 0;
}

/* A letter right before "http" makes it the end of another word. */
static gboolean
may_begin_link (const char *text, const char *at)
{
  return (*at == 'h' || *at == 'H') &&
         (at == text || !g_unichar_isalnum (g_utf8_get_char (g_utf8_prev_char (at))));
}

/* Returns: (nullable): where the next link in @text is. */
static const char *
find_link (const char *text, const char *from, gsize *len)
{
  for (const char *at = from; *at != '\0'; at++)
    if (may_begin_link (text, at) && (*len = link_len (at)) > 0)
      return at;
  return NULL;
}

static void
append_escaped (GString *out, const char *text, gsize len)
{
  g_autofree char *escaped = g_markup_escape_text (text, (gssize) len);

  g_string_append (out, escaped);
}

/**
 * gui_text_to_markup:
 * @text: UTF-8
 *
 * Returns: (transfer full) (nullable): Pango markup of the text, in which what is a link
 *   to http or https is one; %NULL if there is no link, and no need of markup.
 */
char *
gui_text_to_markup (const char *text)
{
  gsize len = 0;
  const char *done = text;
  const char *link = find_link (text, text, &len);
  GString *out = NULL;

  if (link == NULL)
    return NULL;
  out = g_string_sized_new (strlen (text) + 2 * len);
  for (; link != NULL; link = find_link (text, done, &len))
    {
      append_escaped (out, done, (gsize) (link - done));
      g_string_append (out, "<a href=\"");
      append_escaped (out, link, len);
      g_string_append (out, "\">");
      append_escaped (out, link, len);
      g_string_append (out, "</a>");
      done = link + len;
    }
  append_escaped (out, done, strlen (done));
  return g_string_free (out, FALSE);
}

/**
 * gui_text_is_link:
 *
 * Returns: whether all of @uri is what gui_text_to_markup() makes a link of; nothing else
 *   is ever handed to the desktop.
 */
gboolean
gui_text_is_link (const char *uri)
{
  return *uri != '\0' && link_len (uri) == strlen (uri);
}

static gboolean
is_emoji (gunichar c)
{
  return (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x1F1E6 && c <= 0x1F1FF) ||
         (c >= 0x2600 && c <= 0x27BF) || c == 0x2B50 || c == 0x2B55 || c == 0x231A || c == 0x231B;
}

/* What follows an emoji and makes another of it: the joiner, the selector of colour, and
 * the tones of skin. */
static gboolean
changes_emoji (gunichar c)
{
  return c == 0x200D || c == 0xFE0F || c == 0x20E3 || (c >= 0x1F3FB && c <= 0x1F3FF);
}

/**
 * gui_text_is_emoji:
 *
 * Returns: whether @text is a few emoji and nothing else.
 */
gboolean
gui_text_is_emoji (const char *text)
{
  guint n = 0;
  gboolean joined = FALSE;

  for (const char *at = text; *at != '\0' && n <= EMOJI_MAX; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (n > 0 && changes_emoji (c))
        {
          joined = c == 0x200D;
          continue;
        }
      if (c == ' ')
        continue;
      if (!is_emoji (c))
        return FALSE;
      n += !joined;
      joined = FALSE;
    }
  return n > 0 && n <= EMOJI_MAX && strlen (text) < 100;
}

/**
 * gui_text_colour:
 * @name: somebody
 *
 * The same on every machine and for all time, so that people keep their colour (FNV-1a).
 *
 * Returns: a number below %GUI_TEXT_N_COLOURS.
 */
guint
gui_text_colour (const char *name)
{
  guint32 hash = 2166136261u;

  for (const char *at = name; *at != '\0'; at++)
    hash = (hash ^ (guchar) *at) * 16777619u;
  return (hash ^ (hash >> 16)) % GUI_TEXT_N_COLOURS;
}
