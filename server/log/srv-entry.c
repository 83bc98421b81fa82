/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One entry of the room's log: what somebody said, or that somebody came or went.
 */
#include "config.h"

#include "server/log/srv-entry.h"

#include <string.h>

static const char *const kind_names[SRV_N_ENTRY_KINDS] = {
  [SRV_ENTRY_MESSAGE] = "message", [SRV_ENTRY_ACTION] = "action",
  [SRV_ENTRY_JOIN] = "join",       [SRV_ENTRY_LEAVE] = "leave",
  [SRV_ENTRY_BOOT] = "boot",       [SRV_ENTRY_NOTICE] = "notice",
  [SRV_ENTRY_TAGMSG] = "tagmsg",   [SRV_ENTRY_QUIT] = "quit",
  [SRV_ENTRY_NICK] = "nick",       [SRV_ENTRY_TOPIC] = "topic",
  [SRV_ENTRY_KICK] = "kick",       [SRV_ENTRY_MODE] = "mode",
  [SRV_ENTRY_REDACT] = "redact",   [SRV_ENTRY_CONNECT] = "connect",
  [SRV_ENTRY_UMODE] = "umode",     [SRV_ENTRY_AWAY] = "away",
  [SRV_ENTRY_ACCOUNT] = "account", [SRV_ENTRY_SETNAME] = "setname",
  [SRV_ENTRY_CHGHOST] = "chghost", [SRV_ENTRY_INVITE] = "invite",
  [SRV_ENTRY_KILL] = "kill",       [SRV_ENTRY_WALLOPS] = "wallops",
  [SRV_ENTRY_MARK] = "mark",       [SRV_ENTRY_REDACTED] = "redacted",
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

static gsize
size_of (const char *string)
{
  return string != NULL ? strlen (string) + 1 : 0;
}

/* What is theirs is not copied. */
static const char *
put_own (char **at, const char *string, const char *theirs)
{
  return string == theirs ? string : put (at, string);
}

static gsize
size_of_own (const char *string, const char *theirs)
{
  return string == theirs ? 0 : size_of (string);
}

static const SrvPerson nobody;

static gsize
strings_size (const SrvEntry *entry, const SrvPerson *who)
{
  return size_of (entry->room) + size_of_own (entry->name, who->name) +
         size_of_own (entry->address, who->address) + size_of (entry->text) +
         size_of_own (entry->host, who->host) + size_of_own (entry->account, who->account) +
         size_of (entry->target) + size_of (entry->tags) + size_of (entry->nonce) +
         size_of (entry->label);
}

/**
 * srv_entry_new_from:
 * @fields: copied, its strings too; room, name and address may be %NULL for ""
 *
 * Returns: (transfer full): an entry like @fields, in one block of memory; what is a string of
 * its person is shared with them.
 */
SrvEntry *
srv_entry_new_from (const SrvEntry *fields)
{
  SrvEntry whole = *fields;
  const SrvPerson *who = fields->who != NULL ? fields->who : &nobody;
  gsize bytes = 0;
  SrvEntry *entry = NULL;
  char *at = NULL;

  whole.room = fields->room != NULL ? fields->room : "";
  whole.name = fields->name != NULL ? fields->name : "";
  whole.address = fields->address != NULL ? fields->address : "";
  bytes = sizeof *entry + strings_size (&whole, who);
  entry = g_malloc (bytes);
  at = (char *) (entry + 1);
  *entry = whole;
  entry->size = (guint32) (bytes + (whole.who != NULL ? srv_person_size (whole.who) : 0));
  entry->refs = 1;
  if (entry->who != NULL)
    srv_person_ref (entry->who);
  entry->room = put (&at, whole.room);
  entry->name = put_own (&at, whole.name, who->name);
  entry->address = put_own (&at, whole.address, who->address);
  entry->text = put (&at, fields->text);
  entry->host = put_own (&at, fields->host, who->host);
  entry->account = put_own (&at, fields->account, who->account);
  entry->target = put (&at, fields->target);
  entry->tags = put (&at, fields->tags);
  entry->nonce = put (&at, fields->nonce);
  entry->label = put (&at, fields->label);
  return entry;
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
  SrvEntry fields = { .kind = (guint8) kind,
                      .origin = origin,
                      .room = room,
                      .name = name,
                      .address = address,
                      .text = text };

  return srv_entry_new_from (&fields);
}

/**
 * srv_entry_make_person:
 * @entry: by which somebody comes
 *
 * Returns: (transfer full): who they are, as the entry says.
 */
SrvPerson *
srv_entry_make_person (const SrvEntry *entry)
{
  gboolean irc = (entry->flags & SRV_ENTRY_FLAG_IRC) != 0;
  const SrvPersonFields fields = {
    .irc = irc,
    .secure = (entry->flags & SRV_ENTRY_FLAG_SECURE) != 0,
    .name = entry->name,
    .host = entry->host,
    .address = entry->address,
    .real_name = irc ? entry->text : NULL,
    .account = entry->account,
    .token = entry->nonce,
  };

  return srv_person_new (&fields);
}

/**
 * srv_entry_is_kept:
 *
 * Returns: whether the log keeps it. What somebody may not see who reads the room's past, and
 * what only passes, is not.
 */
gboolean
srv_entry_is_kept (const SrvEntry *entry)
{
  if (entry->status > SRV_ENTRY_COMMITTED || entry->kind >= SRV_ENTRY_CONNECT ||
      entry->status_prefix != '\0')
    return FALSE;
  /* Somebody types, somebody has read: nobody wants to know later. */
  if (entry->kind == SRV_ENTRY_TAGMSG)
    return entry->tags != NULL && (strstr (entry->tags, "+draft/persist") != NULL ||
                                   strstr (entry->tags, "react") != NULL);
  return *entry->room != '\0' || entry->kind == SRV_ENTRY_BOOT;
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
  if (__atomic_sub_fetch (&entry->refs, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  srv_person_unref (entry->who);
  g_free (entry);
}

/**
 * srv_entry_size:
 *
 * Returns: how many bytes of memory the entry takes, nearly; a person that it shares counts as
 * its own, because they may be gone.
 */
gsize
srv_entry_size (const SrvEntry *entry)
{
  return entry->size;
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

/**
 * srv_entry_get_times:
 * @entry: a topic, or a change of modes
 *
 * A room that is woken gets back what was set long before. When that was is in the target of the
 * entry, for each mask in its order, in microseconds since 1970, with spaces in between.
 *
 * Returns: (transfer none) (nullable): the times; %NULL if it is set now.
 */
const char *
srv_entry_get_times (const SrvEntry *entry)
{
  return entry->flags & SRV_ENTRY_FLAG_SERVER ? entry->target : NULL;
}
