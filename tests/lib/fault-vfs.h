/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What fails, from the moment it is set until something else is. */
typedef enum
{
  FAULT_NONE,
  FAULT_FULL,      /* writes: SQLITE_FULL */
  FAULT_WRITE,     /* writes: SQLITE_IOERR_WRITE */
  FAULT_SYNC,      /* syncs: SQLITE_IOERR_FSYNC, and nothing has reached the disk */
  FAULT_READ,      /* reads: SQLITE_IOERR_READ */
  FAULT_READ_ONLY, /* writes: SQLITE_READONLY; databases are opened for reading only */
} FaultVfsFault;

typedef enum
{
  FAULT_VFS_THROUGH,  /* what is written is in the file */
  FAULT_VFS_VOLATILE, /* what is written is in the file once it is synced; a process that dies
                         before has not written it */
} FaultVfsMode;

void fault_vfs_install (FaultVfsMode mode);
void fault_vfs_set_fault (FaultVfsFault fault, guint after);
guint fault_vfs_get_failures (void);
gsize fault_vfs_unsynced_bytes (void);

G_END_DECLS
