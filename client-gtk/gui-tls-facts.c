/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What there is to know of a server's key and of the connection, one under the other, to be
 * read, compared and copied. What it means is said by whoever shows it.
 */
#include "config.h"

#include "client-gtk/gui-tls-facts.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-label.h"

/* Narrow enough for a phone; where there is space, a line takes half a fingerprint. */
#define LEAST_CHARS 20
#define MOST_CHARS 48

static GtkWidget *
label_new (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), style);
  return label;
}

static void
destroy (GtkWidget *widget, gpointer data)
{
  gtk_widget_destroy (widget);
}

static void
add_fact (GtkWidget *facts, const char *name, const char *value)
{
  GtkWidget *caption = NULL;
  GtkWidget *label = NULL;

  if (value == NULL || *value == '\0')
    return;
  caption = label_new (name, "field-note");
  label = label_new (value, "fact");
  gui_label_show_verbatim (GTK_LABEL (label));
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), MOST_CHARS);
  gtk_label_set_width_chars (GTK_LABEL (label), LEAST_CHARS);
  atk_object_set_name (gtk_widget_get_accessible (label), name);
  gtk_container_add (GTK_CONTAINER (facts), caption);
  gtk_container_add (GTK_CONTAINER (facts), label);
}

/**
 * gui_tls_facts_new:
 *
 * Returns: (transfer floating): nothing yet.
 */
GtkWidget *
gui_tls_facts_new (void)
{
  GtkWidget *facts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_style_context_add_class (gtk_widget_get_style_context (facts), "facts");
  return facts;
}

/**
 * gui_tls_facts_fill:
 * @facts: from gui_tls_facts_new()
 * @details: (nullable): what it shows from now on
 */
void
gui_tls_facts_fill (GtkWidget *facts, const SalTlsDetails *details)
{
  gtk_container_foreach (GTK_CONTAINER (facts), destroy, NULL);
  if (details == NULL)
    return;
  /* What the server says of itself when it starts, so that people can compare the two. */
  add_fact (facts, _ ("Key of the server"), details->pin);
  add_fact (facts, _ ("Fingerprint of its certificate (SHA-256)"), details->fingerprint);
  add_fact (facts, _ ("Signed by"), details->issuer);
  add_fact (facts, _ ("Valid until"), details->until);
  add_fact (facts, _ ("Protocol"), details->version);
  add_fact (facts, _ ("Cipher"), details->cipher);
  /* Whoever runs the server has to know it to let us in with it. */
  add_fact (facts, _ ("Fingerprint of your certificate (SHA-256)"), details->own);
  gtk_widget_show_all (facts);
}
