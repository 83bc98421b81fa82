/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What others say, for those who have the screen read to them: a screen reader speaks of where the
 * keyboard is, and not of a row that has come somewhere else. What comes in the moment after
 * something was read is read when that is over, if it is one message; of several it is said how many
 * they are. So nobody has to listen to a flood.
 */
#include "config.h"

#include "client-gtk/gui-announcer.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-sentence.h"
#include "client-gtk/gui-text.h"

/* Between two announcements. */
#define PAUSE_MS 1000
/* Of a long text so much is read; the row has all of it. */
#define READ_WEIGHT 400

struct _GuiAnnouncer
{
  AtkObject *speaker; /* (owned) */
  SalEntry *last;     /* (owned) (nullable): the last that was said in the pause ... */
  guint waiting;      /* ... in which so many were */
  guint pause;        /* of the main loop: something has just been read */
};

static gboolean on_pause_over (gpointer data);

static void
announce (GuiAnnouncer *announcer, const char *text)
{
  /* ATK has it since 2.46. */
  if (g_signal_lookup ("announcement", ATK_TYPE_OBJECT) != 0)
    g_signal_emit_by_name (announcer->speaker, "announcement", text);
  announcer->pause = g_timeout_add (PAUSE_MS, on_pause_over, announcer);
}

static void
announce_entry (GuiAnnouncer *announcer, const SalEntry *entry)
{
  g_autofree char *text = gui_sentence_spoken (entry);
  g_autofree char *start = gui_text_shorten (text, READ_WEIGHT);

  announce (announcer, start != NULL ? start : text);
}

static gboolean
on_pause_over (gpointer data)
{
  GuiAnnouncer *announcer = data;
  g_autoptr (SalEntry) last = g_steal_pointer (&announcer->last);
  guint n = announcer->waiting;
  g_autofree char *count = g_strdup_printf (ngettext ("%u new message", "%u new messages", n), n);

  announcer->pause = 0;
  announcer->waiting = 0;
  if (n == 1)
    announce_entry (announcer, last);
  else if (n > 1)
    announce (announcer, count);
  return G_SOURCE_REMOVE;
}

/**
 * gui_announcer_new:
 * @widget: (transfer none): in whose name it speaks
 *
 * Returns: (transfer full)
 */
GuiAnnouncer *
gui_announcer_new (GtkWidget *widget)
{
  GuiAnnouncer *announcer = g_new0 (GuiAnnouncer, 1);

  announcer->speaker = g_object_ref (gtk_widget_get_accessible (widget));
  return announcer;
}

/**
 * gui_announcer_free:
 * @announcer: (nullable) (transfer full)
 */
void
gui_announcer_free (GuiAnnouncer *announcer)
{
  if (announcer == NULL)
    return;
  gui_announcer_forget (announcer);
  g_object_unref (announcer->speaker);
  g_free (announcer);
}

/**
 * gui_announcer_hear:
 * @entry: has just come, where somebody looks; read if another has said it
 */
void
gui_announcer_hear (GuiAnnouncer *announcer, const SalEntry *entry)
{
  gboolean said = entry->kind == SAL_ENTRY_MESSAGE || entry->kind == SAL_ENTRY_ACTION ||
                  entry->kind == SAL_ENTRY_NOTICE;

  if (!said || entry->own)
    return;
  if (announcer->pause == 0)
    {
      announce_entry (announcer, entry);
      return;
    }
  announcer->waiting++;
  g_clear_pointer (&announcer->last, sal_entry_unref);
  announcer->last = sal_entry_ref (entry);
}

/**
 * gui_announcer_forget:
 *
 * What waits to be read is not read any more.
 */
void
gui_announcer_forget (GuiAnnouncer *announcer)
{
  g_clear_handle_id (&announcer->pause, g_source_remove);
  g_clear_pointer (&announcer->last, sal_entry_unref);
  announcer->waiting = 0;
}
