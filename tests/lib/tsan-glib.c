/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What ThreadSanitizer has to be told of GLib, which is not built for it: what it does under its
 * locks would look like races, and so would each hand-over of something of ours from thread to thread.
 *
 * It is three things. What these libraries do with their own memory is not looked at
 * (called_from_lib). Where they hand over something of ours, functions that stand in front
 * of theirs say so: a task goes to a thread and comes back, and the last reference of an object
 * comes after all others. And signals do not go to threads in which they would be kept
 * (pthread_create). What our own functions read and write is looked at everywhere.
 * Rejected: suppressions by library ("race:libglib"). A main loop or GLib's tests have called every
 * function of ours, they are in each stack, so nothing would ever be reported; test-tsan-glib
 * shows that races are. Linked into every program when the build has ThreadSanitizer.
 */
#include "config.h"

#include <gio/gio.h>

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

const char *__tsan_default_suppressions (void);
void __tsan_acquire (void *place);
void __tsan_release (void *place);

const char *
__tsan_default_suppressions (void)
{
  return "called_from_lib:libglib-2.0.so.0\n"
         "called_from_lib:libgobject-2.0.so.0\n"
         "called_from_lib:libgio-2.0.so.0\n"
         "called_from_lib:libgiognutls.so\n"
         "called_from_lib:libgnutls.so.30\n"
         "called_from_lib:libtasn1.so.6\n"
         "called_from_lib:libsecret-1.so.0\n"
         /* G_DEFINE_TYPE: GObject's last jump is to the unlocking of a lock of its own, which
          * looks as if we had called that. */
         "mutex:_get_type_once$\n";
}

/* A library that is passed over must not go away; GIO looks into its modules and closes them. */
int
dlclose (void *handle)
{
  (void) handle;
  return 0;
}

/* The function that ours stands in front of. */
#define REAL(name)                                                                                 \
  (((union {                                                                                       \
     void *symbol;                                                                                 \
     __typeof__ (&name) function;                                                                  \
   }){ dlsym (RTLD_NEXT, #name) })                                                                 \
       .function)

/* Who waits for a task, and who carries it out in a thread. */
typedef struct
{
  GAsyncReadyCallback callback; /* (nullable) */
  GTaskThreadFunc work;         /* (nullable) */
} HandOver;

static HandOver *
hand_over_of (gpointer task)
{
  GQuark quark = g_quark_from_static_string ("tsan-hand-over");
  HandOver *hand_over = g_object_get_qdata (G_OBJECT (task), quark);

  if (hand_over == NULL)
    {
      hand_over = g_new0 (HandOver, 1);
      g_object_set_qdata_full (G_OBJECT (task), quark, hand_over, g_free);
    }
  return hand_over;
}

static void
on_task_ended (GObject *source, GAsyncResult *task, gpointer user_data)
{
  __tsan_acquire (task);
  hand_over_of (task)->callback (source, task, user_data);
}

static void
carry_out_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  __tsan_acquire (task);
  hand_over_of (task)->work (task, source, data, cancellable);
  __tsan_release (task); /* before GLib has its callback called */
}

GTask *
g_task_new (gpointer source, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task =
      REAL (g_task_new) (source, cancellable, callback == NULL ? NULL : on_task_ended, data);

  if (callback != NULL)
    hand_over_of (task)->callback = callback;
  return task;
}

void
g_task_run_in_thread (GTask *task, GTaskThreadFunc work)
{
  hand_over_of (task)->work = work;
  __tsan_release (task);
  REAL (g_task_run_in_thread) (task, carry_out_task);
}

void
g_object_unref (gpointer object)
{
  /* Taking one off the count reads and writes: whoever is last comes after all the others. */
  __tsan_release (object);
  __tsan_acquire (object);
  REAL (g_object_unref) (object);
}

/* A signal that comes to a thread is kept until the thread does something ThreadSanitizer knows
 * of. Those of libraries may wait for years, so signals that people send go to the main thread. */
int
pthread_create (pthread_t *thread,
                const pthread_attr_t *attributes,
                void *(*start) (void *),
                void *data)
{
  sigset_t sent, before;
  int number = 0;

  sigemptyset (&sent);
  sigaddset (&sent, SIGHUP);
  sigaddset (&sent, SIGINT);
  sigaddset (&sent, SIGQUIT);
  sigaddset (&sent, SIGTERM);
  pthread_sigmask (SIG_BLOCK, &sent, &before);
  number = REAL (pthread_create) (thread, attributes, start, data);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return number;
}
