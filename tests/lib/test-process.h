/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* How long anything that must happen may take before a test gives up. Long, because
 * the machine may be busy: tests await events, they do not measure time. Under a sanitizer
 * everything is several times as slow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_PATIENCE_MS 180000
#else
#define TEST_PATIENCE_MS 60000
#endif

/* A bound of time that a machine may miss because it did something else meanwhile must be kept
 * once in so many tries. */
#define TEST_TRIES 5

/* A folder for one test: state, configuration and sockets of what it starts. Removed
 * with everything in it. */
typedef struct
{
  char *path; /* (owned) */
} TestFolder;

TestFolder *test_folder_new (void);
void test_folder_free (TestFolder *folder);
char *test_folder_file (const TestFolder *folder, const char *name);
void test_folder_write (const TestFolder *folder, const char *name, const char *text);

/* A program that runs. Its standard output is read here, what it complains about goes
 * to a file that is shown when a test fails. */
typedef struct
{
  pid_t pid; /* 0 when it has ended */
  int in;    /* -1 when closed */
  int out;
  GByteArray *output; /* (owned): what it printed and nobody has taken yet */
  char *errors;       /* (owned): file */
  int status;         /* as waitpid() gives it, when it has ended */
  char *name;         /* (owned): of the program, for whoever reads why a test failed */
} TestProcess;

TestProcess *test_process_start (const TestFolder *folder,
                                 const char *const *argv,
                                 const char *const *extra_env);
TestProcess *test_process_start_with_fd (const TestFolder *folder,
                                         const char *const *argv,
                                         const char *const *extra_env,
                                         int fd);
TestProcess *test_process_start_on_terminal (const TestFolder *folder,
                                             const char *const *argv,
                                             const char *const *extra_env);
void test_process_free (TestProcess *process);
void test_process_write (TestProcess *process, const char *text);
void test_process_end_input (TestProcess *process);
char *test_process_take_line (TestProcess *process, int ms);
char *test_process_take_output (TestProcess *process, const char *text, int ms);
gboolean test_process_wait_for_output (TestProcess *process, const char *text, int ms);
gboolean test_process_wait (TestProcess *process, int ms);
void test_process_signal (TestProcess *process, int signal);
char *test_process_get_errors (const TestProcess *process);
gboolean test_process_shows_memory (const TestProcess *process);
gboolean test_process_remembers (const TestProcess *process, const char *text);
gboolean test_process_wait_for_errors (TestProcess *process, const char *text, int ms);
const char *test_program (const char *variable);

#define test_process_expect_exit(process, code)                                                    \
  test_process_expect_exit_at (process, code, __FILE__, __LINE__, G_STRFUNC)
void test_process_expect_exit_at (
    TestProcess *process, int code, const char *file, int line, const char *func);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestFolder, test_folder_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestProcess, test_process_free)

G_END_DECLS
