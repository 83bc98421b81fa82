/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords: from a person at the terminal, or from a program on a descriptor; never from the
 * command line, where everybody on the machine can read them.
 */
#include "config.h"

#include "client-cli/cli-password.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-limits.h"

/* Which signal has come while a password is typed; 0: none. It may come to any thread, so who waits is
 * woken by a pipe. */
static volatile sig_atomic_t interrupted;
static int wake[2] = { -1, -1 };

static void
on_signal (int number)
{
  int saved = errno;

  interrupted = number;
  (void) !write (wake[1], "", 1);
  errno = saved;
}

/**
 * cli_password_free:
 * @password: (nullable) (transfer full): overwritten first
 */
void
cli_password_free (char *password)
{
  if (password != NULL)
    explicit_bzero (password, strlen (password));
  g_free (password);
}

/* Waits until there is something to read, or a signal has come. Returns as read() does. */
static ssize_t
read_byte (int fd, char *c)
{
  struct pollfd both[] = { { .fd = fd, .events = POLLIN }, { .fd = wake[0], .events = POLLIN } };

  if (wake[0] < 0)
    return read (fd, c, 1);
  if (poll (both, G_N_ELEMENTS (both), -1) < 0)
    return -1;
  if (interrupted == 0)
    return read (fd, c, 1);
  errno = EINTR;
  return -1;
}

/**
 * cli_password_read:
 * @fd: open for reading
 *
 * Reads up to the end of the line, or of the file. No byte behind it is taken, because
 * with standard input that is the first message.
 *
 * Returns: (transfer full): to be given to cli_password_free(); %NULL with a #SAL_ERROR if there
 *   is none.
 */
char *
cli_password_read (int fd, GError **error)
{
  char *password = g_malloc0 (SAL_PASSWORD_MAX_BYTES + 2);
  gsize len = 0;
  ssize_t n = 0;
  char c = '\0';

  while (len <= SAL_PASSWORD_MAX_BYTES)
    {
      n = read_byte (fd, &c);
      if (n < 0 && errno == EINTR && interrupted == 0)
        continue;
      if (n <= 0 || c == '\n' || c == '\0')
        break;
      password[len++] = c;
    }
  if (len > 0 && password[len - 1] == '\r')
    password[--len] = '\0';
  if (n < 0)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("the password cannot be read: %s"),
                 g_strerror (errno));
  else if (len == 0)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("the password is empty"));
  else if (len > SAL_PASSWORD_MAX_BYTES)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("a password has at most %d bytes"),
                 SAL_PASSWORD_MAX_BYTES);
  else
    return password;
  cli_password_free (password);
  return NULL;
}

/* Reads what is typed at a terminal that shows nothing. A signal that ends the process ends it when the
 * terminal is as it was before. */
static char *
read_silently (int fd, const struct termios *before, const char *prompt, GError **error)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
  struct sigaction old[G_N_ELEMENTS (numbers)];
  struct sigaction noted = { .sa_handler = on_signal };
  struct termios silent = *before;
  char *password = NULL;

  interrupted = 0;
  if (!g_unix_open_pipe (wake, FD_CLOEXEC, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    sigaction (numbers[i], &noted, &old[i]);
  silent.c_lflag &= ~(tcflag_t) ECHO;
  (void) tcsetattr (fd, TCSAFLUSH, &silent);
  (void) !write (fd, prompt, strlen (prompt));
  password = cli_password_read (fd, error);
  (void) tcsetattr (fd, TCSAFLUSH, before);
  (void) !write (fd, "\n", 1);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    sigaction (numbers[i], &old[i], NULL);
  sal_fd_close (&wake[0]);
  sal_fd_close (&wake[1]);
  if (interrupted != 0)
    raise (interrupted);
  return password;
}

/**
 * cli_password_ask:
 * @prompt: shown
 *
 * Asks the person at the terminal of this process, wherever its input and output go. What is typed
 * is not shown.
 *
 * Returns: (transfer full): as cli_password_read(); an error also if there is no terminal.
 */
char *
cli_password_ask (const char *prompt, GError **error)
{
  int fd = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  struct termios before;
  char *password = NULL;

  if (fd < 0 || tcgetattr (fd, &before) != 0)
    {
      if (fd >= 0)
        close (fd);
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("there is no terminal to ask for the password, and none in the keyring; "
                      "--password-fd reads it from a descriptor"));
      return NULL;
    }
  password = read_silently (fd, &before, prompt, error);
  close (fd);
  return password;
}
