/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What servers need to know from the person before they go on: whether one is the right one,
 * and passwords. One question at a time, in front of the window in which somebody waits for
 * the answer.
 */
#include "config.h"

#include "client-gtk/gui-questions.h"

#include "client-gtk/gui-certificate-dialog.h"
#include "client-gtk/gui-companions.h"
#include "client-gtk/gui-password-dialog.h"

/* Pixels. */
#define CERTIFICATE_WIDTH 520
#define PASSWORD_WIDTH 420

struct _GuiQuestions
{
  GuiRooms *rooms;   /* (unowned) */
  GtkWindow *window; /* (unowned) */
  GtkWindow *dialog; /* (unowned) (nullable, weak): in which rooms are joined */
  SalServer *asking; /* (owned) (nullable): the one that has asked ... */
  SalQuestion asked; /* ... this; nothing, if somebody wants to log in by themselves */

  /* (unowned) (nullable, weak): made when they are first wanted, then hidden and shown. */
  GtkWidget *certificate;
  GtkWidget *password;
};

static void ask_next (GuiQuestions *questions);
static void on_forgotten (SalServer *server, GuiQuestions *questions);

/* Returns: (transfer full) (nullable): who has asked. From now on, nobody has. */
static SalServer *
steal_asking (GuiQuestions *questions)
{
  if (questions->asking != NULL)
    g_signal_handlers_disconnect_by_data (questions->asking, questions);
  questions->asked = SAL_QUESTION_NONE;
  return g_steal_pointer (&questions->asking);
}

static void
set_asking (GuiQuestions *questions, SalServer *server, SalQuestion asked)
{
  g_autoptr (SalServer) before G_GNUC_UNUSED = steal_asking (questions);

  questions->asking = g_object_ref (server);
  questions->asked = asked;
  g_signal_connect (server, "forgotten", G_CALLBACK (on_forgotten), questions);
}

static void
on_certificate_response (GtkWidget *dialog, int response, GuiQuestions *questions)
{
  g_autoptr (SalServer) server = steal_asking (questions);

  gtk_widget_hide (dialog);
  if (server != NULL)
    sal_server_answer_certificate (server, response == GTK_RESPONSE_ACCEPT);
  ask_next (questions);
}

/* Returns: whether the certificate that was given, or that none was, can be used; else the dialog
 * says why not. */
static gboolean
take_certificate (SalServer *server, GuiPasswordDialog *dialog)
{
  const char *certificate = gui_password_dialog_get_certificate (dialog);
  const char *key = gui_password_dialog_get_key (dialog);
  g_autoptr (GError) error = NULL;

  if (g_str_equal (certificate, sal_server_get_certificate (server)) &&
      g_str_equal (key, sal_server_get_key (server)))
    return TRUE;
  if (sal_server_set_certificate (server, certificate, *certificate != '\0' ? key : "", &error))
    return TRUE;
  gui_password_dialog_complain (dialog, error->message);
  return FALSE;
}

static void
on_password_response (GtkWidget *widget, int response, GuiQuestions *questions)
{
  GuiPasswordDialog *dialog = GUI_PASSWORD_DIALOG (widget);
  gboolean accepted = response == GTK_RESPONSE_ACCEPT;
  g_autoptr (SalServer) server = NULL;
  gboolean asked = FALSE;

  if (accepted && questions->asking != NULL && !take_certificate (questions->asking, dialog))
    return;
  server = steal_asking (questions);
  asked = server != NULL && sal_server_get_question (server) == SAL_QUESTION_PASSWORD;
  gtk_widget_hide (widget);
  /* Without a password, it is the certificate that logs in. */
  if (server != NULL && (asked || accepted))
    sal_server_answer_password (server, gui_password_dialog_get_account (dialog),
                                accepted ? gui_password_dialog_get_password (dialog) : NULL,
                                accepted && gui_password_dialog_is_to_remember (dialog));
  gui_password_dialog_forget (dialog);
  if (server != NULL && accepted && !asked)
    {
      sal_server_leave (server);
      sal_server_connect (server);
    }
  ask_next (questions);
}

static void
present (GuiQuestions *questions, GtkWidget *question, int width)
{
  gboolean joins =
      questions->dialog != NULL && gtk_widget_get_visible (GTK_WIDGET (questions->dialog));

  gtk_window_set_transient_for (GTK_WINDOW (question),
                                joins ? questions->dialog : questions->window);
  gui_companions_fit (questions->window, question, width, 1);
  gtk_window_present (GTK_WINDOW (question));
}

static void
keep (GuiQuestions *questions, GtkWidget **place, GtkWidget *dialog, GCallback on_response)
{
  g_signal_connect (dialog, "delete-event", G_CALLBACK (gtk_widget_hide_on_delete), NULL);
  g_signal_connect (dialog, "response", on_response, questions);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), FALSE);
  g_set_weak_pointer (place, dialog);
}

static void
ask_about_certificate (GuiQuestions *questions, SalServer *server)
{
  if (questions->certificate == NULL)
    keep (questions, &questions->certificate, gui_certificate_dialog_new (),
          G_CALLBACK (on_certificate_response));
  gui_certificate_dialog_ask (GUI_CERTIFICATE_DIALOG (questions->certificate),
                              sal_server_get_host (server), sal_server_get_offered (server));
  present (questions, questions->certificate, CERTIFICATE_WIDTH);
}

static void
ask_for_password (GuiQuestions *questions, SalServer *server)
{
  if (questions->password == NULL)
    keep (questions, &questions->password, gui_password_dialog_new (),
          G_CALLBACK (on_password_response));
  gui_password_dialog_ask (GUI_PASSWORD_DIALOG (questions->password), server);
  present (questions, questions->password, PASSWORD_WIDTH);
}

static void
ask_next (GuiQuestions *questions)
{
  SalServer *server = gui_rooms_find_question (questions->rooms);
  SalQuestion question = server != NULL ? sal_server_get_question (server) : SAL_QUESTION_NONE;

  if (server == NULL || (questions->asking != NULL && questions->asking != server))
    return;
  if (questions->asking == server && questions->asked == question)
    return; /* they are at it: what they have typed stays, whatever another server has to ask */
  set_asking (questions, server, question);
  if (questions->asked == SAL_QUESTION_CERTIFICATE)
    ask_about_certificate (questions, server);
  else
    ask_for_password (questions, server);
}

/* Nobody waits for an answer any more: an answer to a question that is gone would be one to whatever is
 * asked next. */
static void
withdraw (GuiQuestions *questions)
{
  g_autoptr (SalServer) server G_GNUC_UNUSED = steal_asking (questions);

  if (questions->certificate != NULL)
    gtk_widget_hide (questions->certificate);
  if (questions->password != NULL)
    {
      gtk_widget_hide (questions->password);
      gui_password_dialog_forget (GUI_PASSWORD_DIALOG (questions->password));
    }
}

static void
on_forgotten (SalServer *server, GuiQuestions *questions)
{
  withdraw (questions);
  ask_next (questions);
}

static void
on_question (SalServer *server, gpointer data)
{
  GuiQuestions *questions = data;

  if (server == questions->asking && questions->asked != SAL_QUESTION_NONE &&
      questions->asked != sal_server_get_question (server))
    withdraw (questions);
  ask_next (questions);
}

/**
 * gui_questions_log_in:
 * @server: (transfer none): where somebody wants to log in, though nobody has asked
 *
 * Asks for account and password. With them it is connected anew: one logs in before one joins.
 */
void
gui_questions_log_in (GuiQuestions *questions, SalServer *server)
{
  if (questions->asking != NULL)
    return;
  set_asking (questions, server, SAL_QUESTION_NONE);
  ask_for_password (questions, server);
}

/**
 * gui_questions_new:
 * @rooms: (transfer none): whose servers may ask; outlive it
 * @window: (transfer none): in front of which they are asked; outlives it
 *
 * Returns: (transfer full)
 */
GuiQuestions *
gui_questions_new (GuiRooms *rooms, GtkWindow *window)
{
  GuiQuestions *questions = g_new0 (GuiQuestions, 1);

  questions->rooms = rooms;
  questions->window = window;
  gui_rooms_on_question (rooms, on_question, questions);
  return questions;
}

/**
 * gui_questions_free:
 * @questions: (nullable) (transfer full)
 */
void
gui_questions_free (GuiQuestions *questions)
{
  g_autoptr (SalServer) asking = NULL;

  if (questions == NULL)
    return;
  asking = steal_asking (questions);
  gui_rooms_on_question (questions->rooms, NULL, NULL);
  if (questions->certificate != NULL)
    gtk_widget_destroy (questions->certificate);
  if (questions->password != NULL)
    gtk_widget_destroy (questions->password);
  g_clear_weak_pointer (&questions->certificate);
  g_clear_weak_pointer (&questions->password);
  g_clear_weak_pointer (&questions->dialog);
  g_free (questions);
}

/**
 * gui_questions_set_dialog:
 * @dialog: (transfer none): while it is there to be seen, they are asked in front of it
 */
void
gui_questions_set_dialog (GuiQuestions *questions, GtkWindow *dialog)
{
  g_set_weak_pointer (&questions->dialog, dialog);
}
