/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry in words: for those who have it read to them, for what is copied, for the
 * lines between the messages; and the time of day and the day as people say them where
 * they live. The words are translated, the entries are not interpreted. The time zone and
 * the locale are those of the process.
 */
#include "config.h"

#include "client-gtk/gui-sentence.h"

#include <glib/gi18n.h>
#include <langinfo.h>
#include <string.h>

static GDateTime *
local (gint64 time_us)
{
  GDateTime *moment = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);

  /* Beyond the year 9999. */
  return moment != NULL ? moment : g_date_time_new_from_unix_local (0);
}

static void
replace (GString *format, const char *what, const char *with)
{
  g_string_replace (format, what, with, 0);
}

/* Takes the seconds out of a format of strftime(): the conversion with the separator
 * before it, or with the word that follows it. */
static void
drop_seconds (GString *format)
{
  const char *seconds = strstr (format->str, "%S");
  gssize start = 0;
  gssize end = 0;

  if (seconds == NULL)
    return;
  start = seconds - format->str;
  end = start + 2;
  if (format->str[end] == '\0' || format->str[end] == ' ' || format->str[end] == '%')
    {
      /* As in 14:05:30: the separator is one character. */
      if (start > 0)
        start = g_utf8_prev_char (format->str + start) - format->str;
    }
  else /* as in 14h05m30s, in some script or other */
    while (format->str[end] != '\0' && format->str[end] != ' ' && format->str[end] != '%')
      end++;
  g_string_erase (format, start, end - start);
}

/**
 * gui_sentence_clock_format:
 * @format: how a locale writes the time of day, for strftime()
 * @twelve: the same with twelve hours, or ""
 *
 * Returns: (transfer full): the same without seconds and time zone.
 */
char *
gui_sentence_clock_format (const char *format, const char *twelve)
{
  GString *clock = g_string_new (format);

  replace (clock, "%r", *twelve != '\0' ? twelve : "%I:%M:%S %p");
  replace (clock, "%T", "%H:%M:%S");
  replace (clock, "%R", "%H:%M");
  replace (clock, "%OH", "%H");
  replace (clock, "%OM", "%M");
  replace (clock, "%OS", "%S");
  replace (clock, "%I", "%-I");
  replace (clock, " %Z", "");
  replace (clock, "%Z", "");
  drop_seconds (clock);
  g_strstrip (clock->str);
  if (strstr (clock->str, "%M") == NULL)
    {
      g_string_free (clock, TRUE);
      return g_strdup ("%H:%M");
    }
  return g_string_free (clock, FALSE);
}

/**
 * gui_sentence_clock:
 * @time_us: since 1970, UTC
 *
 * Returns: (transfer full): the time of day as the locale writes it, without seconds.
 */
char *
gui_sentence_clock (gint64 time_us)
{
  g_autoptr (GDateTime) moment = local (time_us);
  g_autofree char *format =
      gui_sentence_clock_format (nl_langinfo (T_FMT), nl_langinfo (T_FMT_AMPM));
  char *text = g_date_time_format (moment, format);

  return text != NULL ? text : g_date_time_format (moment, "%H:%M");
}

/**
 * gui_sentence_day_number:
 *
 * Returns: the same for all moments of one day where we are, and one more for the next
 *   day.
 */
gint64
gui_sentence_day_number (gint64 time_us)
{
  g_autoptr (GDateTime) moment = local (time_us);
  int year, month, day;
  GDate date;

  g_date_time_get_ymd (moment, &year, &month, &day);
  g_date_set_dmy (&date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  return g_date_get_julian (&date);
}

/**
 * gui_sentence_day:
 * @now_us: since 1970
 *
 * Returns: (transfer full): what people call the day of @time_us today.
 */
char *
gui_sentence_day (gint64 time_us, gint64 now_us)
{
  g_autoptr (GDateTime) moment = local (time_us);
  g_autoptr (GDateTime) now = local (now_us);
  gint64 ago = gui_sentence_day_number (now_us) - gui_sentence_day_number (time_us);

  if (ago == 0)
    return g_strdup (_ ("Today"));
  if (ago == 1)
    return g_strdup (_ ("Yesterday"));
  if (ago > 0 && ago < 7)
    return g_date_time_format (moment, "%A");
  if (g_date_time_get_year (moment) == g_date_time_get_year (now))
    /* TRANSLATORS: a day of this year, in the format of strftime(). */
    return g_date_time_format (moment, C_ ("date", "%A, %-d %B"));
  /* TRANSLATORS: a day of another year, in the format of strftime(). */
  return g_date_time_format (moment, C_ ("date", "%A, %-d %B %Y"));
}

/**
 * gui_sentence_moment:
 *
 * Returns: (transfer full): day and time, complete.
 */
char *
gui_sentence_moment (gint64 time_us)
{
  g_autoptr (GDateTime) moment = local (time_us);
  g_autofree char *day = g_date_time_format (moment, C_ ("date", "%A, %-d %B %Y"));
  g_autofree char *clock = gui_sentence_clock (time_us);

  /* TRANSLATORS: a day and a time of day. */
  return g_strdup_printf (C_ ("date", "%s, %s"), day, clock);
}

/**
 * gui_sentence_state:
 *
 * Returns: (nullable): what is known of a message of ours, in words; %NULL for what is not
 *   a message of ours.
 */
const char *
gui_sentence_state (const SalEntry *entry)
{
  if (!entry->own || (entry->kind != SAL_ENTRY_MESSAGE && entry->kind != SAL_ENTRY_ACTION))
    return NULL;
  switch (entry->state)
    {
    case SAL_MESSAGE_QUEUED:
      return _ ("Waiting to be sent");
    case SAL_MESSAGE_SENT:
      return _ ("Sent");
    case SAL_MESSAGE_DELIVERED:
      return _ ("Delivered");
    case SAL_MESSAGE_FAILED:
      return _ ("Not sent");
    case SAL_MESSAGE_UNKNOWN:
      return _ ("May not have arrived");
    }
  return NULL;
}

static const char *
name_of (const SalEntry *entry)
{
  if (entry->name != NULL)
    return entry->name;
  return entry->own ? _ ("You") : _ ("Somebody");
}

static char *
topic_to_text (const SalEntry *entry)
{
  gboolean none = entry->text == NULL || *entry->text == '\0';

  if (entry->name == NULL)
    return none ? g_strdup (_ ("The room has no topic now"))
                : g_strdup_printf (_ ("The topic is “%s”"), entry->text);
  return none ? g_strdup_printf (_ ("%s has removed the topic"), entry->name)
              : g_strdup_printf (_ ("%s has set the topic to “%s”"), entry->name, entry->text);
}

/**
 * gui_sentence_line:
 *
 * Returns: (transfer full): what happened, for entries that are not said by anybody; the
 *   text for all others.
 */
char *
gui_sentence_line (const SalEntry *entry)
{
  const char *text = entry->text != NULL ? entry->text : "";
  const char *target = entry->target != NULL ? entry->target : "";

  switch (entry->kind)
    {
    case SAL_ENTRY_JOIN:
      /* TRANSLATORS: %s is somebody's name. */
      return g_strdup_printf (_ ("%s came in"), name_of (entry));
    case SAL_ENTRY_LEAVE:
      return g_strdup_printf (_ ("%s left"), name_of (entry));
    case SAL_ENTRY_QUIT:
      return *text != '\0' ? g_strdup_printf (_ ("%s left (%s)"), name_of (entry), text)
                           : g_strdup_printf (_ ("%s left"), name_of (entry));
    case SAL_ENTRY_NICK:
      /* TRANSLATORS: somebody's name, and the one they have from now on */
      return g_strdup_printf (_ ("%s is now called %s"), name_of (entry), target);
    case SAL_ENTRY_TOPIC:
      return topic_to_text (entry);
    case SAL_ENTRY_KICK:
      /* TRANSLATORS: who was put out, by whom, why */
      return *text != '\0'
                 ? g_strdup_printf (_ ("%s was put out by %s (%s)"), target, name_of (entry), text)
                 : g_strdup_printf (_ ("%s was put out by %s"), target, name_of (entry));
    case SAL_ENTRY_MODE:
      /* TRANSLATORS: somebody, and a change of modes as IRC writes it: "+o Ada" */
      return g_strdup_printf (_ ("%s has set the mode %s"), name_of (entry), text);
    case SAL_ENTRY_INVITE:
      return g_strdup_printf (_ ("%s has invited %s"), name_of (entry), target);
    case SAL_ENTRY_GAP:
      return g_strdup (_ ("You were not here for a while"));
    case SAL_ENTRY_ACTION:
      return g_strdup_printf ("%s %s", name_of (entry), text);
    default:
      return g_strdup (text);
    }
}

static gboolean
ends_sentence (const char *text)
{
  gsize len = strlen (text);

  return len == 0 || g_unichar_ispunct (g_utf8_get_char (g_utf8_prev_char (text + len)));
}

/* Adds a sentence of its own. */
static void
append_sentence (GString *out, const char *words)
{
  g_string_append (out, ends_sentence (out->str) ? " " : ". ");
  g_string_append (out, words);
  if (!ends_sentence (words))
    g_string_append_c (out, '.');
}

/**
 * gui_sentence_spoken:
 *
 * Returns: (transfer full): the entry as it is read to somebody: who, when, what, and the
 *   state of a message of ours.
 */
char *
gui_sentence_spoken (const SalEntry *entry)
{
  g_autofree char *clock = gui_sentence_clock (entry->time_us);
  g_autofree char *line = gui_sentence_line (entry);
  const char *state = gui_sentence_state (entry);
  GString *out = g_string_new (NULL);

  switch (entry->kind)
    {
    case SAL_ENTRY_MESSAGE:
    case SAL_ENTRY_NOTICE:
      /* TRANSLATORS: read aloud: who, when, what was said. */
      g_string_printf (out, _ ("%s, %s: %s"), name_of (entry), clock, line);
      break;
    case SAL_ENTRY_NOTE:
      /* TRANSLATORS: read aloud: when, what the server says to one person. */
      g_string_printf (out, _ ("The server, %s: %s"), clock, line);
      break;
    case SAL_ENTRY_TEXT:
      /* TRANSLATORS: read aloud: when, a line that came. */
      g_string_printf (out, _ ("%s: %s"), clock, line);
      break;
    default:
      /* TRANSLATORS: read aloud: what happened, when. */
      g_string_printf (out, _ ("%s, %s"), line, clock);
    }
  if (state != NULL)
    append_sentence (out, state);
  if (state != NULL && entry->reason != NULL && entry->state == SAL_MESSAGE_FAILED)
    append_sentence (out, entry->reason);
  return g_string_free (out, FALSE);
}

/**
 * gui_sentence_copied:
 * @with_day: the copied lines are not all of one day
 *
 * Returns: (transfer full): the entry as a line among others that were copied.
 */
char *
gui_sentence_copied (const SalEntry *entry, gboolean with_day)
{
  g_autofree char *clock = gui_sentence_clock (entry->time_us);
  g_autofree char *line = gui_sentence_line (entry);
  g_autoptr (GDateTime) moment = local (entry->time_us);
  g_autofree char *day = with_day ? g_date_time_format (moment, "%Y-%m-%d ") : g_strdup ("");

  switch (entry->kind)
    {
    case SAL_ENTRY_MESSAGE:
    case SAL_ENTRY_NOTICE:
      return g_strdup_printf ("[%s%s] %s: %s", day, clock, name_of (entry), line);
    case SAL_ENTRY_ACTION:
      return g_strdup_printf ("[%s%s] * %s", day, clock, line);
    case SAL_ENTRY_TEXT:
      return entry->name != NULL ? g_strdup_printf ("[%s%s] %s: %s", day, clock, entry->name, line)
                                 : g_strdup_printf ("[%s%s] %s", day, clock, line);
    default:
      return g_strdup_printf ("[%s%s] -- %s", day, clock, line);
    }
}
