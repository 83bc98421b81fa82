/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is in a room, for a person at a terminal: who leads it first, with the sign of their rank as
 * IRC has it, in columns when there are many.
 */
#include "config.h"

#include "client-cli/cli-names.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/base/sal-columns.h"
#include "common/base/sal-limits.h"

#define GAP 2
#define INDENT 2

/* The lower the higher. */
static gsize
rank_of (const SalIrcSupport *support, const SalIrcMember *member)
{
  const char *at =
      member->prefixes[0] != '\0' ? strchr (support->prefixes, member->prefixes[0]) : NULL;

  return at != NULL ? (gsize) (at - support->prefixes) : strlen (support->prefixes);
}

static int
compare_members (gconstpointer a, gconstpointer b, gpointer support)
{
  const SalIrcMember *first = *(const SalIrcMember *const *) a;
  const SalIrcMember *second = *(const SalIrcMember *const *) b;
  gsize first_rank = rank_of (support, first);
  gsize second_rank = rank_of (support, second);

  if (first_rank != second_rank)
    return first_rank < second_rank ? -1 : 1;
  return g_utf8_collate (first->user->nick, second->user->nick);
}

/* Returns: (transfer container): who is there, by rank and name. */
static GPtrArray *
sort_members (const SalIrcSupport *support, const SalIrcRoom *room)
{
  GPtrArray *members = g_ptr_array_sized_new (g_hash_table_size (room->members));
  GHashTableIter iter;
  gpointer member = NULL;

  g_hash_table_iter_init (&iter, room->members);
  while (g_hash_table_iter_next (&iter, NULL, &member))
    g_ptr_array_add (members, member);
  g_ptr_array_sort_with_data (members, compare_members, (gpointer) support);
  return members;
}

static guint
width_of (const SalIrcMember *member)
{
  return sal_columns_of_text (member->user->nick) + (member->prefixes[0] != '\0');
}

static void
append_member (GString *out, const SalIrcMember *member, gboolean dim)
{
  gboolean away = dim && member->user->away;

  if (member->prefixes[0] != '\0')
    g_string_append_c (out, member->prefixes[0]);
  g_string_append_printf (out, "%s%s%s", away ? "\033[2m" : "", member->user->nick,
                          away ? "\033[0m" : "");
}

static void
append_row (GString *out, GPtrArray *members, guint n, gboolean dim)
{
  for (guint i = 0; i < n; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      append_member (out, members->pdata[i], dim);
    }
}

/* As ls(1): down, then to the right. */
static void
append_table (GString *out, GPtrArray *members, guint n, guint columns, gboolean dim)
{
  guint widest = 1;
  guint across = 1;
  guint rows = 0;

  for (guint i = 0; i < n; i++)
    widest = MAX (widest, width_of (members->pdata[i]));
  if (columns > INDENT + widest)
    across = (columns - INDENT - widest) / (widest + GAP) + 1;
  rows = (n + across - 1) / across;
  for (guint row = 0; row < rows; row++)
    {
      g_string_append_printf (out, "\n%*s", INDENT, "");
      for (guint i = row; i < n; i += rows)
        {
          append_member (out, members->pdata[i], dim);
          if (i + rows < n)
            g_string_append_printf (out, "%*s", (int) (widest + GAP - width_of (members->pdata[i])),
                                    "");
        }
    }
}

/**
 * cli_names_append:
 * @columns: of the screen
 * @dim: whoever is away is
 *
 * Appends who is in @room, without a newline at the end.
 */
void
cli_names_append (
    GString *out, const SalIrcSupport *support, const SalIrcRoom *room, guint columns, gboolean dim)
{
  g_autoptr (GPtrArray) members = sort_members (support, room);
  g_autofree char *head = NULL;
  guint n = MIN (members->len, SAL_WHO_NAMES);
  guint row = 0;

  /* TRANSLATORS: a room, and how many people are in it */
  head = g_strdup_printf (_ ("-- In %s (%u): "), room->name, members->len);
  row = sal_columns_of_text (head);
  for (guint i = 0; i < n && row <= columns; i++)
    row += width_of (members->pdata[i]) + 2;
  g_string_append (out, head);
  if (row <= columns + 2 && n == members->len)
    append_row (out, members, n, dim);
  else
    g_string_truncate (out, out->len - 1); /* no blank before the newline */
  if (row > columns + 2 || n < members->len)
    append_table (out, members, n, columns, dim);
  if (n < members->len)
    {
      g_string_append_printf (out, "\n%*s", INDENT, "");
      g_string_append_printf (out,
                              ngettext ("and %u more", "and %u more", (gulong) (members->len - n)),
                              members->len - n);
    }
}
