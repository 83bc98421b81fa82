/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Linked into a salottod of the tests: its SQLite files are on a disk that forgets what
 * was not synced when the process dies. Killing it is then what a power cut is to the
 * real one.
 */
#include "config.h"

#include "tests/lib/fault-vfs.h"

static void __attribute__ ((constructor)) install (void)
{
  fault_vfs_install (FAULT_VFS_VOLATILE);
}
