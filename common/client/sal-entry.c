/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thing in the story of a room. It is shared by the window, the model and the thread
 * that writes it to disk, so it does not change; what becomes of a message is a new entry
 * with the same number. References are counted with the compiler's atomics, which
 * ThreadSanitizer sees; it does not see GLib's.
 */
#include "config.h"

#include "common/client/sal-entry.h"

#include <string.h>

/* One allocation: this, and the strings behind it. */
typedef struct
{
  guint refs; /* atomic */
  SalEntry entry;
  char strings[];
} Box;

static Box *
box_of (const SalEntry *entry)
{
  return (Box *) (void *) ((char *) entry - G_STRUCT_OFFSET (Box, entry));
}

static gsize
size_of (const char *text)
{
  return text != NULL ? strlen (text) + 1 : 0;
}

static const char *
append (char **at, const char *text)
{
  gsize size = size_of (text);
  char *copy = *at;

  if (text == NULL)
    return NULL;
  memcpy (copy, text, size);
  *at += size;
  return copy;
}

/**
 * sal_entry_new:
 * @like: what it is; copied with its strings
 *
 * Returns: (transfer full): an entry with one reference.
 */
SalEntry *
sal_entry_new (const SalEntry *like)
{
  gsize size = size_of (like->name) + size_of (like->text) + size_of (like->reason) +
               size_of (like->target) + size_of (like->msgid) + size_of (like->nonce);
  Box *box = g_malloc (sizeof *box + size);
  char *at = box->strings;

  box->refs = 1;
  box->entry = *like;
  box->entry.name = append (&at, like->name);
  box->entry.text = append (&at, like->text);
  box->entry.reason = append (&at, like->reason);
  box->entry.target = append (&at, like->target);
  box->entry.msgid = append (&at, like->msgid);
  box->entry.nonce = append (&at, like->nonce);
  return &box->entry;
}

/**
 * sal_entry_ref:
 * @entry: one that sal_entry_new() made
 *
 * From any thread.
 *
 * Returns: (transfer full): @entry
 */
SalEntry *
sal_entry_ref (const SalEntry *entry)
{
  Box *box = box_of (entry);

  __atomic_add_fetch (&box->refs, 1, __ATOMIC_RELAXED);
  return &box->entry;
}

/**
 * sal_entry_is_behind:
 * @other: behind which a page of the past was asked for
 *
 * Returns: whether that page, which ends with @entry, has led further, as far as the server says what
 *   they are called and when they were said.
 */
gboolean
sal_entry_is_behind (const SalEntry *entry, const SalEntry *other)
{
  return entry->msgid != NULL ? g_strcmp0 (entry->msgid, other->msgid) != 0
                              : entry->time_us > other->time_us;
}

/**
 * sal_entry_unref:
 * @entry: (nullable) (transfer full)
 *
 * From any thread.
 */
void
sal_entry_unref (SalEntry *entry)
{
  if (entry != NULL && __atomic_sub_fetch (&box_of (entry)->refs, 1, __ATOMIC_ACQ_REL) == 0)
    g_free (box_of (entry));
}
