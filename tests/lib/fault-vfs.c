/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A disk that fails when it is told to, and one that forgets: an SQLite VFS in front of
 * the system's. It stands between SQLite and its files, so what lies above it runs as it
 * would with a real disk that is full, broken, read-only, or loses its power.
 *
 * In the volatile mode everything that is written stays in this process until its file is
 * synced; readers in this process see it, as they would see the kernel's cache. So the
 * death of the process does what the death of the machine would: what was not synced is
 * gone. (A real disk may keep some of it all the same, in any order; this one keeps none.)
 * The shared memory of the write-ahead log passes through: it is lost with either death,
 * and made anew from the log.
 */
#include "config.h"

#include "tests/lib/fault-vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

#define BLOCK_BYTES 4096

/* What of one file has not been synced. It belongs to the path, not to whoever has the
 * file open. */
typedef struct
{
  GHashTable *blocks;       /* (owned): number -> its bytes (owned), whole blocks */
  sqlite3_int64 size;       /* of the file with all that */
  sqlite3_int64 real_valid; /* beyond this, what is in the real file does not count */
} Unsynced;

typedef struct
{
  sqlite3_file base;  /* first */
  Unsynced *unsynced; /* (unowned) (nullable) */
} FaultFile;          /* the real file lies behind it in memory */

static sqlite3_vfs vfs;
static sqlite3_vfs *real_vfs;
static FaultVfsMode mode;

/* Under the mutex. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *unsynced_files; /* path -> Unsynced (owned) */
static FaultVfsFault current_fault;
static guint fault_after;
static guint failures;

static sqlite3_file *
real_of (sqlite3_file *file)
{
  return (sqlite3_file *) (void *) ((char *) file + sizeof (FaultFile));
}

static void
unsynced_free (gpointer data)
{
  Unsynced *unsynced = data;

  g_hash_table_unref (unsynced->blocks);
  g_free (unsynced);
}

/* Does this operation fail? Called under the mutex. */
static gboolean
fails (FaultVfsFault a, FaultVfsFault b, FaultVfsFault c)
{
  if (current_fault == FAULT_NONE ||
      (current_fault != a && current_fault != b && current_fault != c))
    return FALSE;
  if (fault_after > 0)
    {
      fault_after--;
      return FALSE;
    }
  failures++;
  return TRUE;
}

static int
write_fault (void)
{
  if (!fails (FAULT_FULL, FAULT_WRITE, FAULT_READ_ONLY))
    return SQLITE_OK;
  return current_fault == FAULT_FULL    ? SQLITE_FULL
         : current_fault == FAULT_WRITE ? SQLITE_IOERR_WRITE
                                        : SQLITE_READONLY;
}

/* The volatile mode. All of it is called under the mutex. */

static int
read_real (sqlite3_file *file, Unsynced *unsynced, guint8 *bytes, int n, sqlite3_int64 at)
{
  int code = SQLITE_OK;
  int there = (int) CLAMP (unsynced->real_valid - at, 0, n);

  memset (bytes, 0, (gsize) n);
  if (there > 0)
    code = real_of (file)->pMethods->xRead (real_of (file), bytes, there, at);
  return code == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : code;
}

static int
read_unsynced (sqlite3_file *file, guint8 *bytes, int n, sqlite3_int64 at)
{
  Unsynced *unsynced = ((FaultFile *) file)->unsynced;
  int code = read_real (file, unsynced, bytes, n, at);

  for (sqlite3_int64 block = at / BLOCK_BYTES; block * BLOCK_BYTES < at + n; block++)
    {
      const guint8 *kept = g_hash_table_lookup (unsynced->blocks, &block);
      sqlite3_int64 from = MAX (at, block * BLOCK_BYTES);
      sqlite3_int64 to = MIN (at + n, (block + 1) * BLOCK_BYTES);

      if (kept != NULL)
        memcpy (bytes + (from - at), kept + (from - block * BLOCK_BYTES), (gsize) (to - from));
    }
  if (code == SQLITE_OK && at + n > unsynced->size)
    {
      gsize beyond = (gsize) (at + n - MAX (unsynced->size, at));

      memset (bytes + ((gsize) n - beyond), 0, beyond);
      return SQLITE_IOERR_SHORT_READ;
    }
  return code;
}

static int
write_unsynced (sqlite3_file *file, const guint8 *bytes, int n, sqlite3_int64 at)
{
  Unsynced *unsynced = ((FaultFile *) file)->unsynced;

  for (sqlite3_int64 block = at / BLOCK_BYTES; block * BLOCK_BYTES < at + n; block++)
    {
      guint8 *kept = g_hash_table_lookup (unsynced->blocks, &block);
      sqlite3_int64 from = MAX (at, block * BLOCK_BYTES);
      sqlite3_int64 to = MIN (at + n, (block + 1) * BLOCK_BYTES);

      if (kept == NULL)
        {
          int code = SQLITE_OK;

          kept = g_malloc (BLOCK_BYTES);
          code = read_real (file, unsynced, kept, BLOCK_BYTES, block * BLOCK_BYTES);
          if (code != SQLITE_OK)
            {
              g_free (kept);
              return code;
            }
          g_hash_table_insert (unsynced->blocks, g_memdup2 (&block, sizeof block), kept);
        }
      memcpy (kept + (from - block * BLOCK_BYTES), bytes + (from - at), (gsize) (to - from));
    }
  unsynced->size = MAX (unsynced->size, at + n);
  return SQLITE_OK;
}

static void
truncate_unsynced (Unsynced *unsynced, sqlite3_int64 size)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, unsynced->blocks);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      sqlite3_int64 begin = *(sqlite3_int64 *) key * BLOCK_BYTES;

      if (begin >= size)
        g_hash_table_iter_remove (&iter);
      else if (begin + BLOCK_BYTES > size)
        memset ((guint8 *) value + (size - begin), 0, (gsize) (begin + BLOCK_BYTES - size));
    }
  unsynced->size = size;
  unsynced->real_valid = MIN (unsynced->real_valid, size);
}

/* All of it into the real file. */
static int
sync_unsynced (sqlite3_file *file, int flags)
{
  Unsynced *unsynced = ((FaultFile *) file)->unsynced;
  const sqlite3_io_methods *real = real_of (file)->pMethods;
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;
  int code = real->xTruncate (real_of (file), unsynced->real_valid);

  g_hash_table_iter_init (&iter, unsynced->blocks);
  while (code == SQLITE_OK && g_hash_table_iter_next (&iter, &key, &value))
    {
      sqlite3_int64 begin = *(sqlite3_int64 *) key * BLOCK_BYTES;
      int n = (int) MIN (BLOCK_BYTES, unsynced->size - begin);

      code = real->xWrite (real_of (file), value, n, begin);
    }
  if (code == SQLITE_OK)
    code = real->xTruncate (real_of (file), unsynced->size);
  if (code == SQLITE_OK)
    code = real->xSync (real_of (file), flags);
  if (code == SQLITE_OK)
    {
      g_hash_table_remove_all (unsynced->blocks);
      unsynced->real_valid = unsynced->size;
    }
  return code;
}

/* The methods of a file. */

static int
fault_close (sqlite3_file *file)
{
  return real_of (file)->pMethods->xClose (real_of (file));
}

static int
fault_read (sqlite3_file *file, void *bytes, int n, sqlite3_int64 at)
{
  FaultFile *self = (FaultFile *) file;
  int code = SQLITE_IOERR_READ;

  pthread_mutex_lock (&mutex);
  if (!fails (FAULT_READ, FAULT_READ, FAULT_READ))
    code = self->unsynced != NULL ? read_unsynced (file, bytes, n, at)
                                  : real_of (file)->pMethods->xRead (real_of (file), bytes, n, at);
  pthread_mutex_unlock (&mutex);
  return code;
}

static int
fault_write (sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
  FaultFile *self = (FaultFile *) file;
  int code = SQLITE_OK;

  pthread_mutex_lock (&mutex);
  code = write_fault ();
  if (code == SQLITE_OK)
    code = self->unsynced != NULL ? write_unsynced (file, bytes, n, at)
                                  : real_of (file)->pMethods->xWrite (real_of (file), bytes, n, at);
  pthread_mutex_unlock (&mutex);
  return code;
}

static int
fault_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  FaultFile *self = (FaultFile *) file;
  int code = SQLITE_OK;

  pthread_mutex_lock (&mutex);
  code = write_fault ();
  if (code == SQLITE_OK && self->unsynced != NULL)
    truncate_unsynced (self->unsynced, size);
  else if (code == SQLITE_OK)
    code = real_of (file)->pMethods->xTruncate (real_of (file), size);
  pthread_mutex_unlock (&mutex);
  return code;
}

static int
fault_sync (sqlite3_file *file, int flags)
{
  FaultFile *self = (FaultFile *) file;
  int code = SQLITE_IOERR_FSYNC;

  pthread_mutex_lock (&mutex);
  if (!fails (FAULT_SYNC, FAULT_SYNC, FAULT_SYNC))
    code = self->unsynced != NULL ? sync_unsynced (file, flags)
                                  : real_of (file)->pMethods->xSync (real_of (file), flags);
  pthread_mutex_unlock (&mutex);
  return code;
}

static int
fault_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  FaultFile *self = (FaultFile *) file;
  int code = SQLITE_OK;

  pthread_mutex_lock (&mutex);
  if (self->unsynced != NULL)
    *size = self->unsynced->size;
  else
    code = real_of (file)->pMethods->xFileSize (real_of (file), size);
  pthread_mutex_unlock (&mutex);
  return code;
}

static int
fault_lock (sqlite3_file *file, int level)
{
  return real_of (file)->pMethods->xLock (real_of (file), level);
}

static int
fault_unlock (sqlite3_file *file, int level)
{
  return real_of (file)->pMethods->xUnlock (real_of (file), level);
}

static int
fault_check_reserved_lock (sqlite3_file *file, int *result)
{
  return real_of (file)->pMethods->xCheckReservedLock (real_of (file), result);
}

static int
fault_file_control (sqlite3_file *file, int op, void *arg)
{
  /* These make the real file longer than what was synced to it. */
  if (((FaultFile *) file)->unsynced != NULL &&
      (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE))
    return SQLITE_OK;
  return real_of (file)->pMethods->xFileControl (real_of (file), op, arg);
}

static int
fault_sector_size (sqlite3_file *file)
{
  return real_of (file)->pMethods->xSectorSize (real_of (file));
}

static int
fault_device_characteristics (sqlite3_file *file)
{
  return real_of (file)->pMethods->xDeviceCharacteristics (real_of (file));
}

static int
fault_shm_map (sqlite3_file *file, int page, int page_size, int extend, void volatile **map)
{
  return real_of (file)->pMethods->xShmMap (real_of (file), page, page_size, extend, map);
}

static int
fault_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return real_of (file)->pMethods->xShmLock (real_of (file), offset, n, flags);
}

static void
fault_shm_barrier (sqlite3_file *file)
{
  real_of (file)->pMethods->xShmBarrier (real_of (file));
}

static int
fault_shm_unmap (sqlite3_file *file, int delete)
{
  return real_of (file)->pMethods->xShmUnmap (real_of (file), delete);
}

/* Version 2: with shared memory, without mapping the file itself. */
static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = fault_close,
  .xRead = fault_read,
  .xWrite = fault_write,
  .xTruncate = fault_truncate,
  .xSync = fault_sync,
  .xFileSize = fault_file_size,
  .xLock = fault_lock,
  .xUnlock = fault_unlock,
  .xCheckReservedLock = fault_check_reserved_lock,
  .xFileControl = fault_file_control,
  .xSectorSize = fault_sector_size,
  .xDeviceCharacteristics = fault_device_characteristics,
  .xShmMap = fault_shm_map,
  .xShmLock = fault_shm_lock,
  .xShmBarrier = fault_shm_barrier,
  .xShmUnmap = fault_shm_unmap,
};

/* The methods of the VFS. */

/* What has not been synced of the file at @path, which is open as @file. */
static Unsynced *
find_unsynced (const char *path, sqlite3_file *file)
{
  Unsynced *unsynced = g_hash_table_lookup (unsynced_files, path);

  if (unsynced == NULL)
    {
      unsynced = g_new0 (Unsynced, 1);
      unsynced->blocks = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
      (void) file->pMethods->xFileSize (file, &unsynced->size);
      unsynced->real_valid = unsynced->size;
      g_hash_table_insert (unsynced_files, g_strdup (path), unsynced);
    }
  return unsynced;
}

static int
fault_open (sqlite3_vfs *self, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
  FaultFile *opened = (FaultFile *) file;
  int code = SQLITE_OK;
  int kept = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;

  *opened = (FaultFile){ 0 };
  pthread_mutex_lock (&mutex);
  if (current_fault == FAULT_READ_ONLY && (flags & SQLITE_OPEN_MAIN_DB) != 0)
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  code = real_vfs->xOpen (real_vfs, path, real_of (file), flags, out_flags);
  if (code == SQLITE_OK)
    {
      opened->base.pMethods = &methods;
      if (mode == FAULT_VFS_VOLATILE && path != NULL && (flags & kept) != 0)
        opened->unsynced = find_unsynced (path, real_of (file));
    }
  else if (real_of (file)->pMethods != NULL)
    (void) real_of (file)->pMethods->xClose (real_of (file));
  pthread_mutex_unlock (&mutex);
  return code;
}

static int
fault_delete (sqlite3_vfs *self, const char *path, int sync_dir)
{
  int code = real_vfs->xDelete (real_vfs, path, sync_dir);

  pthread_mutex_lock (&mutex);
  if (code == SQLITE_OK)
    g_hash_table_remove (unsynced_files, path);
  pthread_mutex_unlock (&mutex);
  return code;
}

static int
fault_access (sqlite3_vfs *self, const char *path, int flags, int *result)
{
  int code = real_vfs->xAccess (real_vfs, path, flags, result);
  const Unsynced *unsynced = NULL;

  /* For SQLite an empty file does not exist; this one only looks empty to the system. */
  pthread_mutex_lock (&mutex);
  unsynced = g_hash_table_lookup (unsynced_files, path);
  if (flags == SQLITE_ACCESS_EXISTS && unsynced != NULL)
    *result = unsynced->size > 0;
  pthread_mutex_unlock (&mutex);
  return code;
}

/**
 * fault_vfs_install:
 *
 * From now on SQLite uses this disk wherever no other is named. To be called once in a
 * process, before the first database is opened.
 */
void
fault_vfs_install (FaultVfsMode the_mode)
{
  g_assert_null (real_vfs);
  real_vfs = sqlite3_vfs_find (NULL);
  mode = the_mode;
  unsynced_files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unsynced_free);

  vfs = *real_vfs;
  vfs.pNext = NULL;
  vfs.zName = "fault";
  vfs.szOsFile = (int) sizeof (FaultFile) + real_vfs->szOsFile;
  vfs.xOpen = fault_open;
  vfs.xDelete = fault_delete;
  vfs.xAccess = fault_access;
  g_assert_cmpint (sqlite3_vfs_register (&vfs, 1), ==, SQLITE_OK);
}

/**
 * fault_vfs_set_fault:
 * @fault: what fails from now on
 * @after: how often it succeeds before that
 *
 * From any thread.
 */
void
fault_vfs_set_fault (FaultVfsFault fault, guint after)
{
  pthread_mutex_lock (&mutex);
  current_fault = fault;
  fault_after = after;
  failures = 0;
  pthread_mutex_unlock (&mutex);
}

/**
 * fault_vfs_get_failures:
 *
 * Returns: how often something failed since the fault was set. From any thread.
 */
guint
fault_vfs_get_failures (void)
{
  guint n = 0;

  pthread_mutex_lock (&mutex);
  n = failures;
  pthread_mutex_unlock (&mutex);
  return n;
}

/**
 * fault_vfs_unsynced_bytes:
 *
 * Returns: how much would be lost if the process died now, nearly. From any thread.
 */
gsize
fault_vfs_unsynced_bytes (void)
{
  GHashTableIter iter;
  gpointer value = NULL;
  gsize bytes = 0;

  pthread_mutex_lock (&mutex);
  g_hash_table_iter_init (&iter, unsynced_files);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    bytes += (gsize) g_hash_table_size (((Unsynced *) value)->blocks) * BLOCK_BYTES;
  pthread_mutex_unlock (&mutex);
  return bytes;
}
