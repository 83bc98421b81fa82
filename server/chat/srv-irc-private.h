/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the IRC session share. They are cut by what a command is about.
 */
#pragma once

#include "common/proto/sal-dialect-irc.h"
#include "common/proto/sal-irc-caps.h"
#include "common/proto/sal-irc-line.h"
#include "common/proto/sal-irc-numeric.h"
#include "server/accounts/srv-markers.h"
#include "server/chat/srv-irc.h"

G_BEGIN_DECLS

typedef struct _SrvIrcLines SrvIrcLines;

/* Texts that are taken up to where they fit. */
typedef enum
{
  SRV_IRC_TEXT_NONE,
  SRV_IRC_TEXT_AWAY,
  SRV_IRC_TEXT_KICK,
  SRV_IRC_TEXT_KILL,
  SRV_IRC_TEXT_PART,
  SRV_IRC_TEXT_QUIT,
  SRV_IRC_TEXT_REDACT,
  SRV_IRC_TEXT_TOPIC,
  SRV_IRC_TEXT_USER,
  SRV_IRC_TEXT_WALLOPS,
  SRV_IRC_N_TEXTS
} SrvIrcText;

/* What a client has said of itself, until it is registered. */
typedef struct
{
  char *nick;         /* (owned) (nullable): as asked for */
  char *refused_nick; /* (owned) (nullable): asked for last, and somebody else's */
  char *user;         /* (owned) (nullable) */
  char *real_name;    /* (owned) (nullable) */
  char *account;      /* (owned) (nullable): that it has logged in to */
  char *source;       /* (owned) (nullable): user@host */
  char *token; /* (owned): by which the log knows it without an account; nobody else has it */
} SrvIrcIntroduction;

/* What a conversation in IRC has beyond any other. */
struct _SrvIrc
{
  SrvSession *session; /* (unowned) */
  SrvHub *hub;         /* (unowned) */
  guint caps;          /* SalIrcCaps that were negotiated */
  guint cap_version;

  SrvIrcIntroduction *introduction; /* (owned) (nullable): NULL: it is registered */
  char *role_account;               /* (owned) (nullable): by which it got a role */
  SrvRole role_asked;               /* of which the log has not heard yet; else that of everybody */
  char *account_asked;  /* (owned) (nullable): what it is logged in to when the log has heard... */
  guint accounts_asked; /* ...of so many changes */
  guint negotiating : 1;
  guint registered : 1; /* has been welcomed */
  guint secure : 1;     /* comes over TLS or from this machine */
  guint knows_password : 1;
  guint tried_pass : 1; /* PASS has been taken for an account's password */
  guint asked_by : 2;   /* SrvIrcAsker: of what is asked about accounts now */
  guint in_sasl : 1;    /* has begun an exchange that is not over */

  /* The command in hand. */
  guint in_flight;   /* entries whose answer is awaited */
  guint busy : 1;    /* a command is waiting for its answers: no other begins */
  guint reading : 1; /* it waits for the past */
  guint deferred_cut : 1;
  guint cut : 4;     /* SrvIrcText: of which only the beginning was taken, to be told */
  guint cut_at : 10; /* after so many bytes */
  GString *deferred; /* (owned) (nullable): the next line, which has to wait */

  /* Collecting an answer that has a label. */
  char *label;       /* (owned) (nullable) */
  GPtrArray *answer; /* (owned) (nullable) of char*: its lines */
  guint batches;     /* opened so far, for their names */

  SrvIrcLines *lines;    /* (owned) (nullable): a message of many lines in hand */
  GHashTable *monitored; /* (owned) (nullable): key -> name as asked for */
  gpointer pending;      /* (owned) (nullable): what the answer of the log is for */
  GDestroyNotify pending_free;
  void (*on_past) (SrvIrc *irc,
                   GPtrArray *entries,
                   guint64 gone_seq,
                   gboolean failed); /* (nullable) */
  SrvMarkers *markers;               /* (owned) (nullable): while it has no account */
  gint64 now_us;                     /* of the command in hand */
};

/* How a client asks about accounts, and so how it is answered. */
typedef enum
{
  SRV_IRC_BY_COMMAND, /* AUTHENTICATE, OPER, REGISTER, VERIFY */
  SRV_IRC_BY_SERVICE, /* what is said to NickServ */
  SRV_IRC_BY_PASS,    /* PASS account:password */
} SrvIrcAsker;

/* A command: one row of the table. */
typedef struct
{
  const char *verb;
  void (*handle) (SrvIrc *irc, const SalIrcLine *line);
  guint8 params; /* at least */
  guint8 flags;
} SrvIrcCommand;

enum
{
  SRV_IRC_EARLY = 1 << 0,     /* also before registration */
  SRV_IRC_OPERATOR = 1 << 1,  /* operators of the server only */
  SRV_IRC_NOT_EMPTY = 1 << 3, /* the first parameter says something */
  SRV_IRC_SAYS = 1 << 2,      /* may follow another one that waits to be kept */
};

/* srv-irc.c */
const SrvIrcCommand *srv_irc_find_command (const char *verb);
gboolean srv_irc_is_silent (const SrvIrc *irc, SrvEntryKind kind);
const char *srv_irc_verb_of (const SrvEntry *entry);
void srv_irc_end (SrvIrc *irc, const char *reason);
void srv_irc_hold (SrvIrc *irc);
void srv_irc_release (SrvIrc *irc);

/* srv-irc-reply.c */
void srv_irc_emit (SrvIrc *irc, const char *line);
gsize srv_irc_space (const SrvIrc *irc);
void srv_irc_emit_bytes (SrvIrc *irc, const char *bytes, gsize len);
void srv_irc_emit_event (SrvIrc *irc, const SalEvent *event);
void srv_irc_emit_event_aside (SrvIrc *irc, const SalEvent *event);
void srv_irc_reply (SrvIrc *irc, SalIrcNumeric numeric, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void srv_irc_say (SrvIrc *irc, const char *format, ...) G_GNUC_PRINTF (2, 3);
void srv_irc_reply_aside (SrvIrc *irc, SalIrcNumeric numeric, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void srv_irc_say_aside (SrvIrc *irc, const char *format, ...) G_GNUC_PRINTF (2, 3);
void srv_irc_fail (SrvIrc *irc, const char *verb, const char *code, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
void srv_irc_collect (SrvIrc *irc, const char *label);
void srv_irc_collect_end (SrvIrc *irc);
const char *srv_irc_get_nick (const SrvIrc *irc);
const char *srv_irc_server (const SrvIrc *irc);
void srv_irc_list_begin (GString *line, SrvIrc *irc, SalIrcNumeric numeric, const char *params);

/* srv-irc-post.c */
SrvEntry srv_irc_fields (const SrvIrc *irc, SrvEntryKind kind);
void srv_irc_post (SrvIrc *irc, const SrvEntry *fields);
SrvUser *srv_irc_me (const SrvIrc *irc);
const char *srv_irc_get_host (const SrvIrc *irc);
void srv_irc_introduction_free (SrvIrcIntroduction *introduction);
gint64 srv_irc_wall_us (const SrvIrc *irc);
char *srv_irc_room_of (const char *target);
gboolean srv_irc_is_channel (const char *target);
SrvChannel *srv_irc_find_channel (const SrvIrc *irc, const char *target);
char **srv_irc_split (const char *list);
const char *srv_irc_echo (const char *param);
char *srv_irc_cut (const char *text, gsize most);
gsize srv_irc_around (const SrvIrc *irc, const char *verb, const char *params);
char *srv_irc_take_text (SrvIrc *irc, SrvIrcText kind, const char *text, gsize around);
void srv_irc_tell_cut (SrvIrc *irc);
void srv_irc_read (SrvIrc *irc, SrvLogQuery *query);

/* The commands, by file. */
void srv_irc_handle_cap (SrvIrc *irc, const SalIrcLine *line);
guint srv_irc_available_caps (const SrvIrc *irc);

void srv_irc_handle_pass (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_nick (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_user (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_quit (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_ping (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_pong (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_try_register (SrvIrc *irc);
void srv_irc_on_connect (SrvIrc *irc, const SrvEntry *entry);

void srv_irc_send_isupport (SrvIrc *irc);
gboolean srv_irc_is_this_server (const SrvIrc *irc, const char *mask);

void srv_irc_handle_motd (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_lusers (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_version (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_time (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_info (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_admin (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_links (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_stats (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_help (SrvIrc *irc, const SalIrcLine *line);

void srv_irc_handle_join (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_part (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_topic (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_kick (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_invite (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_on_joined (SrvIrc *irc, const SrvEntry *entry);

void srv_irc_handle_names (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_list (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_send_names (SrvIrc *irc, const SrvChannel *channel);
void srv_irc_send_topic (SrvIrc *irc, const SrvChannel *channel);

void srv_irc_handle_mode (SrvIrc *irc, const SalIrcLine *line);

void srv_irc_handle_privmsg (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_notice (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_tagmsg (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_redact (SrvIrc *irc, const SalIrcLine *line);
gboolean srv_irc_is_simple (const SrvIrc *irc, const SalIrcLine *line);
void srv_irc_on_said (SrvIrc *irc, const SrvEntry *entry);
char *srv_irc_client_tags (const SalIrcLine *line);
const char *srv_irc_skip_status (const char *target, char *status);
void srv_irc_say_to (
    SrvIrc *irc, SrvEntryKind kind, const char *target, const char *text, const SalIrcLine *line);

void srv_irc_handle_batch (SrvIrc *irc, const SalIrcLine *line);
gboolean srv_irc_lines_take (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_lines_spoil (SrvIrc *irc);
void srv_irc_lines_free (SrvIrcLines *lines);

void srv_irc_handle_who (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_whois (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_whowas (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_ison (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_userhost (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_tell_away (SrvIrc *irc, const SrvUser *user);
gboolean srv_irc_sees (const SrvIrc *irc, const SrvUser *user);

void srv_irc_handle_away (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_setname (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_kill (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_wallops (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_chghost (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_become_operator (SrvIrc *irc, SrvRole role);
void srv_irc_log_in (SrvIrc *irc, const char *account);

void srv_irc_handle_monitor (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_monitor_clear (SrvIrc *irc);

void srv_irc_handle_chathistory (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_markread (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_on_marked (SrvIrc *irc, const SrvEntry *entry);
void srv_irc_send_marker (SrvIrc *irc, const char *target);
void srv_irc_show_past (SrvIrc *irc, const SrvEntry *join);

void srv_irc_handle_authenticate (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_abort_sasl (SrvIrc *irc);
void srv_irc_handle_register (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_verify (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_handle_oper (SrvIrc *irc, const SalIrcLine *line);
void srv_irc_on_heard (SrvIrc *irc, const SrvEntry *entry);
void srv_irc_ask_login (SrvIrc *irc, const SrvLoginRequest *request, SrvIrcAsker asker);
void srv_irc_tell_logged_in (SrvIrc *irc, const char *account);
const char *srv_irc_login_failure (SrvVerdict verdict);

gboolean srv_irc_is_service (const char *target);
void srv_irc_service_said (SrvIrc *irc, const char *text);
void srv_irc_service_answer (SrvIrc *irc, const SrvLoginAnswer *answer);
void srv_irc_handle_nickserv (SrvIrc *irc, const SalIrcLine *line);

/* srv-irc-denied.c */
void srv_irc_on_denied (SrvIrc *irc, const SrvEntry *entry);

G_END_DECLS
