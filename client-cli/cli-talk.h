/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "client-cli/cli-filter.h"
#include "client-cli/cli-options.h"
#include "client-cli/cli-render.h"
#include "client-cli/cli-resume.h"
#include "client-cli/cli-unread.h"
#include "common/client/sal-client.h"

G_BEGIN_DECLS

/* A conversation of a verb with a server, from connecting to the exit status. */
typedef struct
{
  const CliOptions *options;       /* (unowned) */
  SalUri *uri;                     /* (owned) */
  SalClientOptions client_options; /* whose strings are those of @options and @uri */
  CliResume *resume;               /* (owned) (nullable): comes back when the connection breaks */
  CliStyle style;
  CliUnread *unread; /* (owned) (nullable): what was said where one is not */
  char *changed; /* (owned) (nullable): who has gone or is called otherwise, as was shown last */
  CliFilter *filter; /* (owned) (nullable): whom the person does not want to hear */
  SalClient *client; /* (owned) */
  GMainLoop *loop;   /* (owned) */
  gint64 connected_us;
  int status;       /* what to exit with */
  gboolean quiet;   /* nothing that happens is shown */
  gboolean leaving; /* we have asked for the end */
  gboolean was_in;  /* at least once */
  gboolean again;   /* the connection is not the first one */
  gboolean put_out; /* there is no use in knocking again */
  guint delivered;  /* messages that came back */
  guint sent_only;  /* ... that were sent, and nothing came back */
  guint failed;
  guint unknown;
  const char *room_of_options;        /* (unowned) (nullable) */
  char *here;                         /* (owned) (nullable): where one is; NULL: at home */
  char *room;                         /* (owned) (nullable): the room one was in last */
  char *going;                        /* (owned) (nullable): a room that is being joined or left */
  gboolean greeted;                   /* by a salottod on its plain port */
  gboolean moved;                     /* into a room, by IRC */
  gboolean entered;                   /* what is said is said to somebody from now on */
  gboolean list_filled;               /* see sal_answers_is_told() */
  gboolean asked_who;                 /* /who, while it is not known yet */
  void (*on_entered) (gpointer talk); /* (nullable) */
  gboolean (*on_interrupt) (
      gpointer talk);                 /* (nullable): Ctrl-C; TRUE: that was not meant to leave */
  void (*on_place) (gpointer talk);   /* (nullable): one is elsewhere now */
  void (*on_away) (gpointer talk);    /* (nullable): the connection broke; on_entered comes again */
  void (*on_message) (gpointer talk); /* (nullable): what became of one is known */
  void (*on_left) (gpointer talk);    /* (nullable): one is not any more where one was */
  void (*on_members) (gpointer talk, const char *place); /* (nullable): they are known now */
} CliTalk;

gboolean cli_talk_init (
    CliTalk *talk, const CliOptions *options, const SalUri *uri, gboolean receipts, GError **error);
int cli_talk_run (CliTalk *talk);
void cli_talk_come_back (CliTalk *talk);
void cli_talk_filter (CliTalk *talk);
guint64 cli_talk_say (CliTalk *talk, const char *place, const char *text);
gboolean cli_talk_is_away (const CliTalk *talk);
void cli_talk_leave (CliTalk *talk);
const char *cli_talk_here (CliTalk *talk);
void cli_talk_go (CliTalk *talk, const char *place);
void cli_talk_show (CliTalk *talk, const SalEvent *event);
void cli_talk_clear (CliTalk *talk);

/* Several rooms on one screen (cli-talk-rooms.c). */
gboolean cli_talk_is_shown_already (CliTalk *talk, const SalClientAction *action);
void cli_talk_follow_name (CliTalk *talk, const SalClientAction *action);
void cli_talk_note_unread (CliTalk *talk, const SalClientAction *action);
void cli_talk_show_unread (CliTalk *talk);
void cli_talk_forget_unread (CliTalk *talk, const char *place);
void cli_talk_count_unread (CliTalk *talk);

G_END_DECLS
