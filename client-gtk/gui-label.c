/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Labels with words in them that are not ours: what somebody has said, an address, a path.
 * Where Pango breaks such a word, because it is longer than the line, it draws a hyphen,
 * and who reads it off the screen would type the hyphen, too.
 *
 * The entry in which messages are written cannot be taught this: a GtkTextView of GTK 3
 * makes its layouts from tags, and no tag stands for hyphens. What is sent is without.
 */
#include "config.h"

#include "client-gtk/gui-label.h"

/**
 * gui_label_show_verbatim:
 *
 * No hyphen is drawn in @label that is not in its text, whatever the text becomes.
 */
void
gui_label_show_verbatim (GtkLabel *label)
{
  PangoAttrList *before = gtk_label_get_attributes (label);
  PangoAttrList *list = before != NULL ? pango_attr_list_copy (before) : pango_attr_list_new ();

  pango_attr_list_insert (list, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (label, list);
  pango_attr_list_unref (list);
}
