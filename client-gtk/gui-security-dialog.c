/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who can read along: whether the connection of a room is encrypted, why the server is
 * believed to be the right one, and its key. It shows how it is at the moment when it is
 * opened, and changes nothing.
 */
#include "config.h"

#include "client-gtk/gui-security-dialog.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-tls-facts.h"

struct _GuiSecurityDialog
{
  GtkMessageDialog parent;
  GtkWidget *facts;
};

G_DEFINE_FINAL_TYPE (GuiSecurityDialog, gui_security_dialog, GTK_TYPE_MESSAGE_DIALOG)

static void
gui_security_dialog_class_init (GuiSecurityDialogClass *klass)
{
}

static void
gui_security_dialog_init (GuiSecurityDialog *dialog)
{
  GtkContainer *area =
      GTK_CONTAINER (gtk_message_dialog_get_message_area (GTK_MESSAGE_DIALOG (dialog)));

  dialog->facts = gui_tls_facts_new ();
  gtk_container_add (area, dialog->facts);
  gtk_widget_show (dialog->facts);
  gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Close"), GTK_RESPONSE_CLOSE);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CLOSE);
}

/**
 * gui_security_dialog_new:
 *
 * Returns: the dialog, not shown yet.
 */
GtkWidget *
gui_security_dialog_new (void)
{
  return g_object_new (GUI_TYPE_SECURITY_DIALOG, "modal", TRUE, "message-type", GTK_MESSAGE_OTHER,
                       "resizable", TRUE, NULL);
}

/* Returns: (transfer none): why we talk to this server. */
static const char *
trust_to_text (SalTrust trust)
{
  switch (trust)
    {
    case SAL_TRUST_AUTHORITY:
      return _ ("An authority that this computer trusts vouches for the server.");
    case SAL_TRUST_KNOWN:
      return _ ("The server has the same key as the last time.");
    case SAL_TRUST_PIN:
      return _ ("You have decided to trust this key.");
    case SAL_TRUST_FIRST_USE:
      return _ ("The server was new here; its key is remembered.");
    case SAL_TRUST_NONE:
    default:
      g_return_val_if_reached ("");
    }
}

/**
 * gui_security_dialog_fill:
 * @model: the room whose connection it is about
 *
 * Present it then.
 */
void
gui_security_dialog_fill (GuiSecurityDialog *dialog, SalRoomModel *model)
{
  const SalTlsDetails *tls = sal_server_get_tls (sal_room_model_get_server (model));
  const char *host = sal_room_model_get_host (model);
  gboolean connected =
      sal_server_get_presence (sal_room_model_get_server (model)) == SAL_PRESENCE_IN;
  g_autofree char *text = NULL;
  const char *title = NULL;

  if (!connected)
    {
      title = _ ("Not connected");
      text = g_strdup_printf (_ ("There is no connection to %s now."), host);
    }
  else if (tls != NULL)
    {
      title = _ ("Encrypted");
      text = g_strdup_printf (_ ("Nobody between you and %s can read along. %s"), host,
                              trust_to_text (tls->trust));
    }
  else if (g_str_has_prefix (sal_room_model_get_uri (model), "unix:"))
    {
      title = _ ("On this computer");
      text = g_strdup (_ ("The connection does not leave it."));
    }
  else
    {
      title = _ ("Not encrypted");
      text = g_strdup_printf (
          _ ("Whoever is between you and %s can read what is said, and change it. If the server "
             "speaks TLS, its address begins with plains:// or ircs:// instead."),
          host);
    }
  g_object_set (dialog, "text", title, "secondary-text", text, NULL);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (dialog)), title);
  gui_tls_facts_fill (dialog->facts, connected ? tls : NULL);
}
