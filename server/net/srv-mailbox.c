/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How other threads reach a worker: they post a letter, the worker opens it in its
 * own turn, in the order of posting. The only door; everything else of a worker is
 * its thread's alone.
 *
 * POSIX mutexes here and in the log, not GLib's: ThreadSanitizer knows the former
 * and reports the latter falsely.
 */
#include "config.h"

#include "server/net/srv-mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/sal-fd.h"

typedef struct
{
  SrvMailFunc func;
  gpointer letter;
} Mail;

struct _SrvMailbox
{
  SrvWatch watch; /* first: ready() casts back */
  SrvReactor *reactor;
  gpointer owner;
  int event_fd;
  pthread_mutex_t mutex;
  GArray *mail; /* (owned): under the mutex */
  GArray *open; /* (owned): the reactor's thread only */
};

static void
on_mail (SrvWatch *watch, guint32 events)
{
  SrvMailbox *mailbox = (SrvMailbox *) watch;
  guint64 count = 0;
  GArray *taken = NULL;

  if (read (mailbox->event_fd, &count, sizeof count) < 0 && errno != EAGAIN)
    g_critical ("eventfd: %s", g_strerror (errno));

  pthread_mutex_lock (&mailbox->mutex);
  taken = mailbox->mail;
  mailbox->mail = mailbox->open;
  pthread_mutex_unlock (&mailbox->mutex);
  mailbox->open = taken;

  for (guint i = 0; i < taken->len; i++)
    {
      Mail mail = g_array_index (taken, Mail, i);

      mail.func (mailbox->owner, mail.letter);
    }
  g_array_set_size (taken, 0);
}

/**
 * srv_mailbox_new:
 * @owner: (transfer none): given to every function that is posted
 */
SrvMailbox *
srv_mailbox_new (SrvReactor *reactor, gpointer owner)
{
  SrvMailbox *mailbox = g_new0 (SrvMailbox, 1);

  mailbox->reactor = reactor;
  mailbox->owner = owner;
  mailbox->watch.ready = on_mail;
  mailbox->mail = g_array_new (FALSE, FALSE, sizeof (Mail));
  mailbox->open = g_array_new (FALSE, FALSE, sizeof (Mail));
  pthread_mutex_init (&mailbox->mutex, NULL);
  mailbox->event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (mailbox->event_fd < 0 ||
      !srv_reactor_add (reactor, &mailbox->watch, mailbox->event_fd, EPOLLIN))
    g_error ("mailbox: %s", g_strerror (errno));
  return mailbox;
}

/**
 * srv_mailbox_free:
 * @mailbox: (nullable) (transfer full): that nobody posts to any more
 *
 * Opens what is still in it, so that nothing posted is lost, and frees it.
 */
void
srv_mailbox_free (SrvMailbox *mailbox)
{
  if (mailbox == NULL)
    return;
  on_mail (&mailbox->watch, EPOLLIN);
  srv_reactor_remove (mailbox->reactor, &mailbox->watch);
  sal_fd_close (&mailbox->event_fd);
  pthread_mutex_destroy (&mailbox->mutex);
  g_array_unref (mailbox->mail);
  g_array_unref (mailbox->open);
  g_free (mailbox);
}

/**
 * srv_mailbox_post:
 * @func: what to do with it, in the mailbox's thread
 * @letter: (transfer full): handed to @func
 *
 * From any thread. Never blocks, never fails.
 */
void
srv_mailbox_post (SrvMailbox *mailbox, SrvMailFunc func, gpointer letter)
{
  Mail mail = { func, letter };
  gboolean first = FALSE;

  pthread_mutex_lock (&mailbox->mutex);
  first = mailbox->mail->len == 0;
  g_array_append_val (mailbox->mail, mail);
  pthread_mutex_unlock (&mailbox->mutex);

  if (first && write (mailbox->event_fd, &(guint64){ 1 }, sizeof (guint64)) < 0)
    g_critical ("eventfd: %s", g_strerror (errno));
}

/**
 * srv_mailbox_has_mail:
 *
 * Returns: whether something was posted that has not been opened.
 */
gboolean
srv_mailbox_has_mail (SrvMailbox *mailbox)
{
  gboolean has = FALSE;

  pthread_mutex_lock (&mailbox->mutex);
  has = mailbox->mail->len > 0;
  pthread_mutex_unlock (&mailbox->mutex);
  return has;
}
