/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a server is the one that is meant: asked when nobody vouches for it and it is new,
 * and, as a warning, when its key is not the one of last time. Why it is asked is said, and
 * what the answer can be compared with. The answer that does nothing has the keyboard; a
 * changed key can be trusted only by somebody who says that they have asked.
 *
 * Responses: GTK_RESPONSE_ACCEPT to trust it, everything else not to. It does not hide by
 * itself.
 */
#include "config.h"

#include "client-gtk/gui-certificate-dialog.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-tls-facts.h"

struct _GuiCertificateDialog
{
  GtkMessageDialog parent;
  GtkWidget *warning; /* a picture beside the first words */
  GtkWidget *facts;
  GtkWidget *asked; /* the box to tick */
  GtkWidget *trust;
};

G_DEFINE_FINAL_TYPE (GuiCertificateDialog, gui_certificate_dialog, GTK_TYPE_MESSAGE_DIALOG)

static void
update_trust (GuiCertificateDialog *dialog)
{
  gboolean asked = !gtk_widget_get_visible (dialog->asked) ||
                   gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (dialog->asked));

  gtk_dialog_set_response_sensitive (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT, asked);
}

static void
gui_certificate_dialog_class_init (GuiCertificateDialogClass *klass)
{
}

static void
gui_certificate_dialog_init (GuiCertificateDialog *dialog)
{
  GtkContainer *area =
      GTK_CONTAINER (gtk_message_dialog_get_message_area (GTK_MESSAGE_DIALOG (dialog)));
  GtkWidget *label =
      gtk_label_new (_ ("Whoever runs this server has told me that this is its key"));

  dialog->warning = gtk_image_new_from_icon_name ("dialog-warning-symbolic", GTK_ICON_SIZE_DIALOG);
  gtk_container_add (area, dialog->warning);
  gtk_box_reorder_child (GTK_BOX (area), dialog->warning, 0);
  dialog->facts = gui_tls_facts_new ();
  gtk_container_add (area, dialog->facts);
  gtk_widget_show (dialog->facts);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_show (label);
  dialog->asked = gtk_check_button_new ();
  gtk_container_add (GTK_CONTAINER (dialog->asked), label);
  gtk_container_add (area, dialog->asked);
  g_signal_connect_swapped (dialog->asked, "toggled", G_CALLBACK (update_trust), dialog);

  gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Do not connect"), GTK_RESPONSE_CANCEL);
  dialog->trust = gtk_dialog_add_button (GTK_DIALOG (dialog), "", GTK_RESPONSE_ACCEPT);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
}

/**
 * gui_certificate_dialog_new:
 *
 * Returns: the dialog, not shown yet.
 */
GtkWidget *
gui_certificate_dialog_new (void)
{
  return g_object_new (GUI_TYPE_CERTIFICATE_DIALOG, "modal", TRUE, "message-type",
                       GTK_MESSAGE_OTHER, "resizable", TRUE, NULL);
}

static void
set_texts (GuiCertificateDialog *dialog, const char *host, SalDoubt doubt)
{
  g_autofree char *title = NULL;
  g_autofree char *text = NULL;

  switch (doubt)
    {
    case SAL_DOUBT_CHANGED:
    case SAL_DOUBT_NONE:
    default:
      title = g_strdup_printf (_ ("%s has another key than the last time"), host);
      text = g_strdup (
          _ ("Somebody between you and the server may be listening in, or may be the one who "
             "answers. Or the server was set up anew. Do not connect unless whoever runs it has "
             "told you of the new key."));
      break;
    case SAL_DOUBT_LAPSED:
      title = g_strdup_printf (_ ("Nobody vouches for %s any more"), host);
      text = g_strdup (
          _ ("An authority that this computer trusts vouched for it the last time. Somebody may "
             "be listening in, or its certificate has run out. Do not connect unless whoever runs "
             "the server has told you of its key."));
      break;
    case SAL_DOUBT_NEW:
      title = g_strdup_printf (_ ("Is this the right server?"));
      text = g_strdup_printf (
          _ ("You are on %s for the first time, and no authority vouches for it, as is usual for a "
             "server that somebody runs themselves. If its key is the one that whoever runs it "
             "has told you, nobody can listen in. It is remembered: you are asked again if it "
             "ever changes."),
          host);
      break;
    }
  g_object_set (dialog, "text", title, "secondary-text", text, NULL);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (dialog)), title);
}

/**
 * gui_certificate_dialog_ask:
 * @host: the server, as people know it
 * @offered: its key, and why there is a doubt about it
 *
 * What it asks from now on. Present it then.
 */
void
gui_certificate_dialog_ask (GuiCertificateDialog *dialog,
                            const char *host,
                            const SalTlsDetails *offered)
{
  gboolean is_new = offered->doubt == SAL_DOUBT_NEW;
  GtkStyleContext *style = gtk_widget_get_style_context (dialog->trust);
  GtkStyleContext *warning = gtk_widget_get_style_context (GTK_WIDGET (dialog));

  set_texts (dialog, host, offered->doubt);
  gui_tls_facts_fill (dialog->facts, offered);
  gtk_button_set_label (GTK_BUTTON (dialog->trust),
                        is_new ? _ ("_Trust and connect") : _ ("_Trust the new key"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (dialog->asked), FALSE);
  gtk_widget_set_visible (dialog->asked, !is_new);
  gtk_widget_set_visible (dialog->warning, !is_new);
  if (is_new)
    {
      gtk_style_context_remove_class (style, GTK_STYLE_CLASS_DESTRUCTIVE_ACTION);
      gtk_style_context_remove_class (warning, "alarm");
    }
  else
    {
      gtk_style_context_add_class (style, GTK_STYLE_CLASS_DESTRUCTIVE_ACTION);
      gtk_style_context_add_class (warning, "alarm");
    }
  update_trust (dialog);
  gtk_widget_grab_focus (
      gtk_dialog_get_widget_for_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL));
}
