/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A place in which one is root and nothing is real: namespaces of users, networks, processes
 * and mounts. It needs no rights, and nothing of it stays behind, however it ends:
 *
 *     salotto-lab                 waits, and ends as the experiment did
 *      '- between                 killed with the one above
 *          '- process 1 inside    the experiment; killed with the one above, and the
 *              '- programs        kernel kills everything inside with it
 *
 * Networks have no names in any file system, so they go with the last process in them.
 */
#include "config.h"

#include "lab/bench/lab-sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"

/* What the process between says to the one above. */
typedef struct
{
  int number; /* errno of what could not be done; 0: it could */
  char what[32];
} Word;

/* The reading end of a pipe that the process above holds open while it lives. */
static int lifeline = -1;

static gboolean
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  ssize_t n = fd >= 0 ? write (fd, text, strlen (text)) : -1;
  int number = errno;

  sal_fd_close (&fd);
  errno = number;
  return n == (ssize_t) strlen (text);
}

/* Whoever we are, inside we are root, and no other user exists. */
static gboolean
become_root_of_namespace (uid_t uid, gid_t gid)
{
  g_autofree char *uid_map = g_strdup_printf ("0 %u 1", (guint) uid);
  g_autofree char *gid_map = g_strdup_printf ("0 %u 1", (guint) gid);

  return write_file ("/proc/self/uid_map", uid_map) &&
         write_file ("/proc/self/setgroups", "deny") && write_file ("/proc/self/gid_map", gid_map);
}

static gboolean
go_inside (const char **what)
{
  uid_t uid = geteuid ();
  gid_t gid = getegid ();

  *what = "user namespace";
  if (unshare (CLONE_NEWUSER) < 0 || !become_root_of_namespace (uid, gid))
    return FALSE;
  *what = "namespaces";
  return unshare (CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS) == 0;
}

static int
exit_status (int status)
{
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

static int
wait_for (pid_t child)
{
  int status = 0;

  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    ;
  return exit_status (status);
}

static void G_GNUC_NORETURN
be_first_inside (LabSandboxFunc function, gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (lab_sandbox_has_ended ())
    _exit (SAL_EXIT_FAILED); /* the one above died before it could take us along */
  /* A /proc of our own processes, in which the settings of our networks can be changed. */
  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount ("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
    {
      fprintf (stderr, _ ("salotto-lab: no /proc of one's own here: %s\n"), g_strerror (errno));
      _exit (SAL_EXIT_FAILED);
    }
  /* What programs write goes into a /run that nobody else sees and nothing outlives. */
  if (mount ("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=16m") < 0 ||
      mkdir (LAB_SANDBOX_FOLDER, 0700) < 0)
    {
      fprintf (stderr, _ ("salotto-lab: no /run of one's own here: %s\n"), g_strerror (errno));
      _exit (SAL_EXIT_FAILED);
    }
  {
    int status = function (data);

    fflush (NULL);
    _exit (status);
  }
}

static void G_GNUC_NORETURN
be_between (int words, LabSandboxFunc function, gpointer data)
{
  Word word = { 0 };
  const char *what = NULL;
  pid_t first = -1;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (!go_inside (&what))
    word.number = errno;
  else
    {
      /* A new user namespace forgets it. */
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      first = fork ();
      if (first == 0)
        {
          close (words);
          be_first_inside (function, data);
        }
      word.number = first < 0 ? errno : 0;
      what = "fork";
    }
  g_strlcpy (word.what, what, sizeof word.what);
  (void) !write (words, &word, sizeof word);
  close (words);
  _exit (first > 0 ? wait_for (first) : SAL_EXIT_FAILED);
}

static gboolean
setting_is (const char *path, const char *value)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && g_str_equal (g_strchomp (text), value);
}

/* What to enable: the switches that are known to forbid it, as far as they are set. */
static char *
remedy (int number)
{
  static const struct
  {
    const char *path;
    const char *forbids;
    const char *command;
  } switches[] = {
    { "/proc/sys/kernel/unprivileged_userns_clone", "0",
      "sysctl kernel.unprivileged_userns_clone=1" },
    { "/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=10000" },
    { "/proc/sys/user/max_net_namespaces", "0", "sysctl user.max_net_namespaces=10000" },
    { "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
      "sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    if (setting_is (switches[i].path, switches[i].forbids))
      return g_strdup_printf (_ ("root can allow it: %s"), switches[i].command);
  if (number == ENOSPC)
    return g_strdup (_ ("too many of them exist; root can allow more: "
                        "sysctl user.max_user_namespaces=10000"));
  return g_strdup (_ ("in a container, whoever starts it has to allow user namespaces "
                      "(docker: --security-opt seccomp=unconfined)"));
}

static void
set_forbidden (GError **error, const Word *word)
{
  g_autofree char *what_to_do = remedy (word->number);

  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
               _ ("experiments need namespaces, which are forbidden here (%s: %s); %s"), word->what,
               g_strerror (word->number), what_to_do);
}

/**
 * lab_sandbox_run:
 * @function: called in process 1 of new namespaces, with a /proc of its own
 *
 * To be called while there is one thread. Waits until @function is done and everything that
 * it has started has ended.
 *
 * Returns: the exit status of @function; %SAL_EXIT_FAILED with a #SAL_ERROR that says what to
 * enable where namespaces are forbidden.
 */
int
lab_sandbox_run (LabSandboxFunc function, gpointer data, GError **error)
{
  Word word = { .number = EPIPE, .what = "fork" };
  int words[2] = { -1, -1 };
  int life[2] = { -1, -1 };
  pid_t between = -1;
  int status = SAL_EXIT_FAILED;

  if (pipe2 (words, O_CLOEXEC) < 0 || pipe2 (life, O_CLOEXEC) < 0)
    g_error ("pipe: %s", g_strerror (errno));
  lifeline = life[0];
  fflush (NULL);
  between = fork ();
  if (between == 0)
    {
      close (words[0]);
      close (life[1]);
      be_between (words[1], function, data);
    }
  close (words[1]);
  close (life[0]);
  if (between > 0)
    {
      if (read (words[0], &word, sizeof word) != sizeof word)
        word.number = EPIPE;
      status = wait_for (between);
    }
  else
    word.number = errno;
  close (words[0]);
  close (life[1]);
  if (word.number == 0)
    return status;
  set_forbidden (error, &word);
  return SAL_EXIT_FAILED;
}

/**
 * lab_sandbox_get_lifeline:
 *
 * Returns: a descriptor that becomes readable when the process above has ended.
 */
int
lab_sandbox_get_lifeline (void)
{
  return lifeline;
}

/**
 * lab_sandbox_has_ended:
 *
 * Returns: whether the process above is gone, so that nobody waits for us any more.
 */
gboolean
lab_sandbox_has_ended (void)
{
  return poll (&(struct pollfd){ .fd = lifeline, .events = POLLIN }, 1, 0) > 0;
}
