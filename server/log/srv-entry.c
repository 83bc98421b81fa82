/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One entry of the room's log: what somebody said, or that somebody came or went.
 */
#include "config.h"

#include "server/log/srv-entry.h"

#include <string.h>

static const char *const kind_names[SRV_N_ENTRY_KINDS] = {
  [SRV_ENTRY_MESSAGE] = "message", [SRV_ENTRY_ACTION] = "action", [SRV_ENTRY_JOIN] = "join",
  [SRV_ENTRY_LEAVE] = "leave",     [SRV_ENTRY_BOOT] = "boot",
};

static const char *
put (char **at, const char *string)
{
  char *here = *at;

  if (string == NULL)
    return NULL;
  *at = g_stpcpy (here, string) + 1;
  return here;
}

/**
 * srv_entry_new:
 * @room, @name, @address: copied
 * @text: (nullable): copied
 *
 * Returns: (transfer full): an entry without a number, in one block of memory.
 */
SrvEntry *
srv_entry_new (SrvEntryKind kind,
               SrvOrigin origin,
               const char *room,
               const char *name,
               const char *address,
               const char *text)
{
  gsize size =
      strlen (room) + strlen (name) + strlen (address) + 3 + (text != NULL ? strlen (text) + 1 : 0);
  SrvEntry *entry = g_malloc (sizeof *entry + size);
  char *at = (char *) (entry + 1);

  *entry = (SrvEntry){ .refs = 1, .kind = (guint8) kind, .origin = origin };
  entry->room = put (&at, room);
  entry->name = put (&at, name);
  entry->address = put (&at, address);
  entry->text = put (&at, text);
  return entry;
}

/**
 * srv_entry_ref:
 *
 * From any thread.
 */
SrvEntry *
srv_entry_ref (SrvEntry *entry)
{
  __atomic_add_fetch (&entry->refs, 1, __ATOMIC_RELAXED);
  return entry;
}

/**
 * srv_entry_unref:
 *
 * From any thread.
 */
void
srv_entry_unref (SrvEntry *entry)
{
  if (__atomic_sub_fetch (&entry->refs, 1, __ATOMIC_ACQ_REL) == 0)
    g_free (entry);
}

/**
 * srv_entry_size:
 *
 * Returns: how many bytes of memory the entry takes, nearly.
 */
gsize
srv_entry_size (const SrvEntry *entry)
{
  return sizeof *entry + strlen (entry->room) + strlen (entry->name) + strlen (entry->address) +
         (entry->text != NULL ? strlen (entry->text) : 0) + 4;
}

/**
 * srv_entry_kind_name:
 *
 * Returns: the kind as it stands in the SQLite log.
 */
const char *
srv_entry_kind_name (SrvEntryKind kind)
{
  return kind_names[kind];
}

/**
 * srv_entry_kind_from_name:
 *
 * Returns: %FALSE if this version knows no such kind.
 */
gboolean
srv_entry_kind_from_name (const char *name, SrvEntryKind *kind)
{
  for (guint i = 0; i < SRV_N_ENTRY_KINDS; i++)
    if (g_str_equal (kind_names[i], name))
      {
        *kind = (SrvEntryKind) i;
        return TRUE;
      }
  return FALSE;
}
