/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who somebody is. A server of ten thousand people has ten thousand of these and no copy of
 * any of their names, because all who need one share it.
 */
#include "config.h"

#include "server/log/srv-person.h"

#include <string.h>

#include "common/proto/sal-name.h"

static gsize
size_of (const char *string)
{
  return string != NULL ? strlen (string) + 1 : 0;
}

/* Most names are written as their keys are, and are the real names of plain people. */
static gsize
strings_size (const SrvPerson *person)
{
  return size_of (person->name) + (person->key != person->name ? size_of (person->key) : 0) +
         size_of (person->host) + size_of (person->address) +
         (person->real_name != person->name ? size_of (person->real_name) : 0) +
         size_of (person->account) + size_of (person->token);
}

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
 * srv_person_new:
 * @fields: copied, its strings too; the key is made from the name. Name, host and address may
 *   be %NULL for "", and the real name for the name
 *
 * Returns: (transfer full): somebody like @fields.
 */
SrvPerson *
srv_person_new (const SrvPerson *fields)
{
  SrvPerson whole = *fields;
  g_autofree char *key = NULL;
  SrvPerson *person = NULL;
  char *at = NULL;

  whole.name = fields->name != NULL ? fields->name : "";
  whole.host = fields->host != NULL ? fields->host : "";
  whole.address = fields->address != NULL ? fields->address : "";
  if (fields->real_name == NULL || g_str_equal (fields->real_name, whole.name))
    whole.real_name = whole.name;
  if (!sal_name_is_key (whole.name))
    key = sal_name_key (whole.name);
  whole.key = key == NULL || g_str_equal (key, whole.name) ? whole.name : key;

  whole.size = (guint) (sizeof *person + strings_size (&whole)) & G_MAXINT >> 1;
  person = g_malloc (whole.size);
  at = (char *) (person + 1);
  *person = whole;
  person->refs = 1;
  person->name = put (&at, whole.name);
  person->key = whole.key == whole.name ? person->name : put (&at, whole.key);
  person->host = put (&at, whole.host);
  person->address = put (&at, whole.address);
  person->real_name = whole.real_name == whole.name ? person->name : put (&at, whole.real_name);
  person->account = put (&at, whole.account);
  person->token = put (&at, whole.token);
  return person;
}

/**
 * srv_person_fields:
 *
 * Returns: what @person is, to make somebody like them; the strings stay theirs. A struct that
 *   others refer to at the same time must not be copied as a whole.
 */
SrvPerson
srv_person_fields (const SrvPerson *person)
{
  return (SrvPerson){
    .irc = person->irc,
    .secure = person->secure,
    .name = person->name,
    .key = person->key,
    .host = person->host,
    .address = person->address,
    .real_name = person->real_name,
    .account = person->account,
    .token = person->token,
  };
}

/**
 * srv_person_ref:
 *
 * From any thread.
 */
SrvPerson *
srv_person_ref (SrvPerson *person)
{
  __atomic_add_fetch (&person->refs, 1, __ATOMIC_RELAXED);
  return person;
}

/**
 * srv_person_unref:
 * @person: (nullable) (transfer full)
 *
 * From any thread.
 */
void
srv_person_unref (SrvPerson *person)
{
  if (person != NULL && __atomic_sub_fetch (&person->refs, 1, __ATOMIC_ACQ_REL) == 0)
    g_free (person);
}

/**
 * srv_person_size:
 *
 * Returns: how many bytes of memory @person takes, nearly.
 */
gsize
srv_person_size (const SrvPerson *person)
{
  return person->size;
}
