/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The disk that other tests rely on must itself do what it says: fail when it is told
 * to, and forget exactly what was not synced. What dies here dies in a process of its
 * own; the parent looks at the file with the system's VFS.
 */
#include "config.h"

#include "tests/lib/fault-vfs.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char *
path_of (const char *name)
{
  return g_build_filename (g_getenv ("FAULT_VFS_DIR"), name, NULL);
}

static sqlite3 *
open_db (const char *path)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_extended_result_codes (db, 1);
  return db;
}

static int
exec (sqlite3 *db, const char *sql)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL);
}

static sqlite3_int64
ask (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  sqlite3_int64 value = -1;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  if (sqlite3_step (statement) == SQLITE_ROW)
    value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return value;
}

static void
assert_sound (sqlite3 *db)
{
  g_assert_cmpint (ask (db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), ==, 1);
}

/* Faults. */

static void
test_faults (void)
{
  static const struct
  {
    FaultVfsFault fault;
    int code;
  } rows[] = {
    { FAULT_FULL, SQLITE_FULL },
    { FAULT_WRITE, SQLITE_IOERR_WRITE },
    { FAULT_SYNC, SQLITE_IOERR_FSYNC },
    { FAULT_READ_ONLY, SQLITE_READONLY },
  };
  g_autofree char *path = path_of ("faults.db");
  sqlite3 *db = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  fault_vfs_install (FAULT_VFS_THROUGH);
  db = open_db (path);
  g_assert_cmpint (exec (db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                             "CREATE TABLE t (x)"),
                   ==, SQLITE_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      fault_vfs_set_fault (rows[i].fault, 0);
      g_assert_cmpint (exec (db, "INSERT INTO t VALUES (1)"), ==, rows[i].code);
      g_assert_cmpuint (fault_vfs_get_failures (), >, 0);
      g_assert_cmpint (exec (db, "INSERT INTO t VALUES (1)"), ==, rows[i].code);
      fault_vfs_set_fault (FAULT_NONE, 0);
      g_assert_cmpint (exec (db, "INSERT INTO t VALUES (2)"), ==, SQLITE_OK);
      g_assert_cmpuint (fault_vfs_get_failures (), ==, 0);
    }
  g_assert_cmpint (ask (db, "SELECT count(*) FROM t WHERE x = 2"), ==, G_N_ELEMENTS (rows));
  sqlite3_close (db);

  /* Reading, and opening what cannot be written. */
  db = open_db (path);
  fault_vfs_set_fault (FAULT_READ, 0);
  g_assert_cmpint (exec (db, "SELECT * FROM t"), ==, SQLITE_IOERR_READ);
  sqlite3_close (db);
  fault_vfs_set_fault (FAULT_READ_ONLY, 0);
  db = open_db (path);
  g_assert_cmpint (exec (db, "INSERT INTO t VALUES (1)"), !=, SQLITE_OK);
  sqlite3_close (db);
  fault_vfs_set_fault (FAULT_NONE, 0);
}

/* A fault may come after some successes, so that it can hit every step of a commit. */
static void
test_faults_later (void)
{
  g_autofree char *path = path_of ("later.db");
  sqlite3 *db = NULL;
  guint steps = 0;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  fault_vfs_install (FAULT_VFS_THROUGH);
  db = open_db (path);
  g_assert_cmpint (exec (db, "PRAGMA journal_mode = WAL; CREATE TABLE t (x)"), ==, SQLITE_OK);
  for (guint after = 0;; after++)
    {
      int code = SQLITE_OK;

      fault_vfs_set_fault (FAULT_WRITE, after);
      code = exec (db, "INSERT INTO t VALUES (zeroblob (10000))");
      if (code == SQLITE_OK)
        break;
      g_assert_cmpint (code, ==, SQLITE_IOERR_WRITE);
      g_assert_cmpuint (fault_vfs_get_failures (), ==, 1);
      steps++;
    }
  g_assert_cmpuint (steps, >=, 3);
  fault_vfs_set_fault (FAULT_NONE, 0);
  g_assert_cmpint (ask (db, "SELECT count(*) FROM t"), ==, 1);
  assert_sound (db);
  sqlite3_close (db);
}

/* The volatile mode. */

/* The methods against an array of bytes: any mixture of writing, reading, truncating and
 * syncing. Before a sync the real file is as it was after the one before. */
static void
test_volatile_file (void)
{
  guint32 seed = 0xf11e;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *path = path_of ("model");
  g_autoptr (GByteArray) model = g_byte_array_new ();
  g_autoptr (GByteArray) synced = g_byte_array_new ();
  g_autofree sqlite3_file *file = NULL;
  g_autofree sqlite3_file *other = NULL;
  g_autofree guint8 *bytes = g_malloc (20000);
  g_autofree guint8 *expected = g_malloc (20000);
  sqlite3_vfs *vfs = NULL;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  fault_vfs_install (FAULT_VFS_VOLATILE);
  vfs = sqlite3_vfs_find (NULL);
  g_assert_cmpstr (vfs->zName, ==, "fault");
  file = g_malloc0 ((gsize) vfs->szOsFile);
  other = g_malloc0 ((gsize) vfs->szOsFile);
  g_assert_cmpint (vfs->xOpen (vfs, path, file, flags, NULL), ==, SQLITE_OK);
  g_assert_cmpint (vfs->xOpen (vfs, path, other, flags, NULL), ==, SQLITE_OK);

  for (int step = 0; step < 3000; step++)
    {
      sqlite3_file *f = g_rand_boolean (rand) ? file : other;
      gint32 at = g_rand_int_range (rand, 0, 60000);
      gint32 n = g_rand_int_range (rand, 1, g_rand_boolean (rand) ? 100 : 20000);
      sqlite3_int64 size = -1;
      g_autofree char *real = NULL;
      gsize real_len = 0;

      switch (g_rand_int_range (rand, 0, 12))
        {
        default:
          for (gint32 i = 0; i < n; i++)
            bytes[i] = (guint8) g_rand_int (rand);
          g_assert_cmpint (f->pMethods->xWrite (f, bytes, n, at), ==, SQLITE_OK);
          if (model->len < (guint) (at + n))
            {
              guint before = model->len;

              g_byte_array_set_size (model, (guint) (at + n));
              memset (model->data + before, 0, model->len - before);
            }
          memcpy (model->data + at, bytes, (gsize) n);
          break;
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
          memset (expected, 0, (gsize) n);
          if ((guint) at < model->len)
            memcpy (expected, model->data + at, MIN ((gsize) n, model->len - (guint) at));
          memset (bytes, 0xAA, (gsize) n);
          g_assert_cmpint (f->pMethods->xRead (f, bytes, n, at), ==,
                           (guint) (at + n) <= model->len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ);
          g_assert_cmpmem (bytes, (gsize) n, expected, (gsize) n);
          break;
        case 5:
          if ((guint) at < model->len)
            {
              g_assert_cmpint (f->pMethods->xTruncate (f, at), ==, SQLITE_OK);
              g_byte_array_set_size (model, (guint) at);
            }
          break;
        case 6:
          g_assert_cmpint (f->pMethods->xSync (f, SQLITE_SYNC_NORMAL), ==, SQLITE_OK);
          g_byte_array_set_size (synced, 0);
          g_byte_array_append (synced, model->data, model->len);
          g_assert_cmpuint (fault_vfs_unsynced_bytes (), ==, 0);
          break;
        }
      g_assert_cmpint (f->pMethods->xFileSize (f, &size), ==, SQLITE_OK);
      g_assert_cmpint (size, ==, model->len);
      if (step % 20 == 0)
        {
          g_assert_true (g_file_get_contents (path, &real, &real_len, NULL));
          g_assert_cmpmem (real, real_len, synced->data, synced->len);
        }
    }
  file->pMethods->xClose (file);
  other->pMethods->xClose (other);
}

/* Readers in this process see what is not synced, over another connection and also after
 * all were closed; the system does not. */
static void
test_volatile_readers (void)
{
  g_autofree char *path = path_of ("readers.db");
  sqlite3 *writer = NULL;
  sqlite3 *reader = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  fault_vfs_install (FAULT_VFS_VOLATILE);
  writer = open_db (path);
  g_assert_cmpint (exec (writer, "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
                                 "CREATE TABLE t (x); INSERT INTO t VALUES (1)"),
                   ==, SQLITE_OK);
  g_assert_cmpuint (fault_vfs_unsynced_bytes (), >, 0);
  reader = open_db (path);
  g_assert_cmpint (ask (reader, "SELECT count(*) FROM t"), ==, 1);
  g_assert_cmpint (exec (writer, "INSERT INTO t VALUES (2)"), ==, SQLITE_OK);
  g_assert_cmpint (ask (reader, "SELECT count(*) FROM t"), ==, 2);
  sqlite3_close (reader);
  sqlite3_close (writer);
  reader = open_db (path);
  g_assert_cmpint (ask (reader, "SELECT count(*) FROM t"), ==, 2);
  assert_sound (reader);
  sqlite3_close (reader);
}

/* Commits, and says so where the parent can read it, until the process is killed. */
G_NORETURN static void
commit_until_killed (const char *path, const char *synchronous, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *ack_path = g_strconcat (path, ".acked", NULL);
  g_autofree char *pragma = g_strdup_printf ("PRAGMA synchronous = %s", synchronous);
  int fd = open (ack_path, O_RDWR | O_CREAT, 0600);
  guint *acked = NULL;
  guint last = (guint) g_rand_int_range (rand, 1, 120);
  sqlite3 *db = NULL;

  g_assert_cmpint (ftruncate (fd, sizeof *acked), ==, 0);
  acked = mmap (NULL, sizeof *acked, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert_true (acked != MAP_FAILED);

  fault_vfs_install (FAULT_VFS_VOLATILE);
  db = open_db (path);
  g_assert_cmpint (exec (db, "PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL;"
                             "CREATE TABLE t (n INTEGER PRIMARY KEY, x); CREATE INDEX i ON t (x)"),
                   ==, SQLITE_OK);
  g_assert_cmpint (exec (db, pragma), ==, SQLITE_OK);
  for (guint n = 1;; n++)
    {
      g_autofree char *sql = g_strdup_printf ("INSERT INTO t VALUES (%u, hex (randomblob (%d)))", n,
                                              g_rand_int_range (rand, 10, 3000));

      g_assert_cmpint (exec (db, "BEGIN"), ==, SQLITE_OK);
      g_assert_cmpint (exec (db, sql), ==, SQLITE_OK);
      if (n == last)
        kill (getpid (), SIGKILL);
      g_assert_cmpint (exec (db, "COMMIT"), ==, SQLITE_OK);
      *acked = n;
      if (g_rand_int_range (rand, 0, 20) == 0)
        (void) exec (db, "PRAGMA wal_checkpoint (PASSIVE)");
    }
}

static void
test_volatile_death (gconstpointer data)
{
  const char *synchronous = data;
  int rounds = g_str_equal (synchronous, "FULL") ? 10 : 3;

  if (g_test_subprocess ())
    {
      commit_until_killed (g_getenv ("FAULT_VFS_PATH"), synchronous,
                           (guint32) atoi (g_getenv ("FAULT_VFS_SEED")));
      return;
    }

  for (int round = 0; round < rounds; round++)
    {
      g_autofree char *name = g_strdup_printf ("death-%s-%d.db", synchronous, round);
      g_autofree char *path = path_of (name);
      g_autofree char *ack_path = g_strconcat (path, ".acked", NULL);
      g_autofree char *acked = NULL;
      g_autofree char *seed = g_strdup_printf ("%d", 100 + round);
      sqlite3 *db = NULL;
      guint n = 0;

      g_setenv ("FAULT_VFS_PATH", path, TRUE);
      g_setenv ("FAULT_VFS_SEED", seed, TRUE);
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_assert_false (g_test_trap_has_passed ());
      g_assert_true (g_file_get_contents (ack_path, &acked, NULL, NULL));
      memcpy (&n, acked, sizeof n);

      db = open_db (path); /* with the system's VFS, as after a power cut */
      assert_sound (db);
      if (g_str_equal (synchronous, "FULL"))
        g_assert_cmpint (ask (db, "SELECT count(*) FROM t"), ==, n);
      else
        {
          /* In order, and some of the last ones forgotten. */
          g_assert_cmpint (ask (db, "SELECT count(*) FROM t"), <=, n);
          g_assert_cmpint (ask (db, "SELECT count(*) - max (n) FROM t"), <=, 0);
          if (round == 0)
            g_assert_cmpint (ask (db, "SELECT count(*) FROM t"), <, n);
        }
      sqlite3_close (db);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *dir = NULL;
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess ())
    {
      dir = g_dir_make_tmp ("fault-vfs-XXXXXX", NULL);
      g_setenv ("FAULT_VFS_DIR", dir, TRUE);
    }
  g_test_add_func ("/lib/fault-vfs/fails-as-it-is-told", test_faults);
  g_test_add_func ("/lib/fault-vfs/fails-after-some-successes", test_faults_later);
  g_test_add_func ("/lib/fault-vfs/volatile/a-file-is-like-an-array", test_volatile_file);
  g_test_add_func ("/lib/fault-vfs/volatile/readers-see-what-is-not-synced", test_volatile_readers);
  g_test_add_data_func ("/lib/fault-vfs/volatile/keeps-what-was-synced", "FULL",
                        test_volatile_death);
  g_test_add_data_func ("/lib/fault-vfs/volatile/forgets-what-was-not", "NORMAL",
                        test_volatile_death);
  status = g_test_run ();

  if (dir != NULL)
    {
      g_autoptr (GDir) all = g_dir_open (dir, 0, NULL);
      const char *name = NULL;

      while ((name = g_dir_read_name (all)) != NULL)
        {
          g_autofree char *path = g_build_filename (dir, name, NULL);

          g_unlink (path);
        }
      g_rmdir (dir);
    }
  return status;
}
