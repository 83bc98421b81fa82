/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The password of an account on a server, and whether it is to be kept in the keyring; where there
 * is TLS, a certificate of one's own with which one is known instead. What was wrong with the
 * last one is said. Whoever does not log in is there as a guest, if the server has guests.
 *
 * Responses: GTK_RESPONSE_ACCEPT to log in, everything else not to. It does not hide by
 * itself, and what was typed stays in it until gui_password_dialog_forget().
 */
#include "config.h"

#include "client-gtk/gui-password-dialog.h"

#include <glib/gi18n.h>

struct _GuiPasswordDialog
{
  GtkMessageDialog parent;
  GtkEntry *account;
  GtkEntry *password;
  GtkToggleButton *remember;
  GtkExpander *files;
  GtkEntry *certificate; /* a file */
  GtkEntry *key;         /* a file; empty: the same */
};

G_DEFINE_FINAL_TYPE (GuiPasswordDialog, gui_password_dialog, GTK_TYPE_MESSAGE_DIALOG)

static void
gui_password_dialog_class_init (GuiPasswordDialogClass *klass)
{
}

static void
update (GuiPasswordDialog *dialog)
{
  gboolean complete = *gtk_entry_get_text (dialog->account) != '\0' &&
                      (*gtk_entry_get_text (dialog->password) != '\0' ||
                       *gui_password_dialog_get_certificate (dialog) != '\0');

  gtk_dialog_set_response_sensitive (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT, complete);
}

static GtkEntry *
add_entry (GuiPasswordDialog *dialog, GtkWidget *area, const char *name)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (name);
  GtkWidget *entry = gtk_entry_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), entry);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "field-name");
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  atk_object_set_name (gtk_widget_get_accessible (entry), gtk_label_get_text (GTK_LABEL (label)));
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (update), dialog);
  gtk_container_add (GTK_CONTAINER (area), label);
  gtk_container_add (GTK_CONTAINER (area), entry);
  return GTK_ENTRY (entry);
}

/* Files. */

static void
on_chosen (GtkNativeDialog *chooser, int response, GtkEntry *entry)
{
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (chooser));
  if (path != NULL)
    gtk_entry_set_text (entry, path);
}

static void
on_choose (GtkEntry *entry, GtkEntryIconPosition position, GdkEvent *event, const char *title)
{
  GtkWidget *top = gtk_widget_get_toplevel (GTK_WIDGET (entry));
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
      title, GTK_WINDOW (top), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  /* The dialog may go before its chooser does. */
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_chosen), entry, 0);
  g_signal_connect (chooser, "response", G_CALLBACK (g_object_unref), NULL);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static GtkEntry *
add_file (GuiPasswordDialog *dialog, GtkWidget *area, const char *name, const char *title)
{
  GtkEntry *entry = add_entry (dialog, area, name);

  gtk_entry_set_icon_from_icon_name (entry, GTK_ENTRY_ICON_SECONDARY, "document-open-symbolic");
  gtk_entry_set_icon_tooltip_text (entry, GTK_ENTRY_ICON_SECONDARY, title);
  g_signal_connect (entry, "icon-release", G_CALLBACK (on_choose), (gpointer) title);
  return entry;
}

static GtkExpander *
add_files (GuiPasswordDialog *dialog, GtkWidget *area)
{
  GtkWidget *expander = gtk_expander_new_with_mnemonic (_ ("A _certificate of your own"));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  dialog->certificate =
      add_file (dialog, box, _ ("Certificate, a PE_M file"), _ ("Choose a certificate"));
  dialog->key = add_file (dialog, box, _ ("Its ke_y, if that is in a file of its own"),
                          _ ("Choose the key of the certificate"));
  gtk_widget_set_margin_top (box, 6);
  gtk_container_add (GTK_CONTAINER (expander), box);
  gtk_container_add (GTK_CONTAINER (area), expander);
  return GTK_EXPANDER (expander);
}

static void
gui_password_dialog_init (GuiPasswordDialog *dialog)
{
  GtkWidget *area = gtk_message_dialog_get_message_area (GTK_MESSAGE_DIALOG (dialog));
  GtkWidget *remember = gtk_check_button_new_with_mnemonic (_ ("_Keep it in the keyring"));

  dialog->account = add_entry (dialog, area, _ ("_Account"));
  dialog->password = add_entry (dialog, area, _ ("_Password"));
  gtk_entry_set_visibility (dialog->password, FALSE);
  gtk_entry_set_input_purpose (dialog->password, GTK_INPUT_PURPOSE_PASSWORD);
  dialog->remember = GTK_TOGGLE_BUTTON (remember);
  gtk_container_add (GTK_CONTAINER (area), remember);
  dialog->files = add_files (dialog, area);
  gtk_widget_show_all (area);
  gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Do not log in"), GTK_RESPONSE_CANCEL);
  gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Log in"), GTK_RESPONSE_ACCEPT);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
}

/**
 * gui_password_dialog_new:
 *
 * Returns: the dialog, not shown yet.
 */
GtkWidget *
gui_password_dialog_new (void)
{
  return g_object_new (GUI_TYPE_PASSWORD_DIALOG, "modal", TRUE, "message-type", GTK_MESSAGE_OTHER,
                       "resizable", TRUE, NULL);
}

/* Without TLS there is nobody to whom a certificate could be shown. */
static void
show_files (GuiPasswordDialog *dialog, SalServer *server)
{
  const char *uri = sal_server_get_uri (server);
  const char *certificate = sal_server_get_certificate (server);

  gtk_widget_set_visible (GTK_WIDGET (dialog->files),
                          g_str_has_prefix (uri, "ircs:") || g_str_has_prefix (uri, "plains:"));
  gtk_expander_set_expanded (dialog->files, *certificate != '\0');
  gtk_entry_set_text (dialog->certificate, certificate);
  gtk_entry_set_text (dialog->key, sal_server_get_key (server));
}

/**
 * gui_password_dialog_complain:
 *
 * Says what is wrong with what was given.
 */
void
gui_password_dialog_complain (GuiPasswordDialog *dialog, const char *text)
{
  g_object_set (dialog, "secondary-text", text, NULL);
}

/**
 * gui_password_dialog_ask:
 * @server: (transfer none): whose account it is about
 *
 * What it asks for from now on. Present it then.
 */
void
gui_password_dialog_ask (GuiPasswordDialog *dialog, SalServer *server)
{
  const GError *error = sal_server_get_error (server);
  const char *account = sal_server_get_account (server);
  g_autofree char *title = g_strdup_printf (_ ("Log in to %s"), sal_server_get_title (server));
  gboolean known = account != NULL && *account != '\0';

  g_object_set (dialog, "text", title, "secondary-text", error != NULL ? error->message : NULL,
                NULL);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (dialog)), title);
  gtk_entry_set_text (dialog->account, known ? account : sal_server_get_name (server));
  gtk_entry_set_text (dialog->password, "");
  gtk_toggle_button_set_active (dialog->remember, FALSE);
  show_files (dialog, server);
  update (dialog);
  gtk_widget_grab_focus (GTK_WIDGET (dialog->password));
}

/**
 * gui_password_dialog_get_account:
 */
const char *
gui_password_dialog_get_account (GuiPasswordDialog *dialog)
{
  return gtk_entry_get_text (dialog->account);
}

/**
 * gui_password_dialog_get_password:
 */
const char *
gui_password_dialog_get_password (GuiPasswordDialog *dialog)
{
  return gtk_entry_get_text (dialog->password);
}

/**
 * gui_password_dialog_get_certificate:
 *
 * Returns: the name of the file; "" for none.
 */
const char *
gui_password_dialog_get_certificate (GuiPasswordDialog *dialog)
{
  return gtk_widget_get_visible (GTK_WIDGET (dialog->files))
             ? gtk_entry_get_text (dialog->certificate)
             : "";
}

/**
 * gui_password_dialog_get_key:
 *
 * Returns: the name of the file; "" if the key is in the certificate's.
 */
const char *
gui_password_dialog_get_key (GuiPasswordDialog *dialog)
{
  return gtk_entry_get_text (dialog->key);
}

/**
 * gui_password_dialog_is_to_remember:
 *
 * Returns: whether the password is to be kept in the keyring.
 */
gboolean
gui_password_dialog_is_to_remember (GuiPasswordDialog *dialog)
{
  return gtk_toggle_button_get_active (dialog->remember);
}

/**
 * gui_password_dialog_forget:
 *
 * What was typed is not in it any more.
 */
void
gui_password_dialog_forget (GuiPasswordDialog *dialog)
{
  gtk_entry_set_text (dialog->password, "");
}
