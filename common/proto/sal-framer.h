/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whose input is framed: a server's (what clients send, rules S10 to S18 and
 * S27) or a client's (what servers send, rule C1). */
typedef enum
{
  SAL_FRAMER_SERVER,
  SAL_FRAMER_CLIENT,
  SAL_FRAMER_IRC, /* a server's that speaks IRC: CR or LF ends a line and nothing else does */
} SalFramerRole;

/* What kind of program the peer of a server is (section 2.2). */
typedef enum
{
  SAL_PEER_UNKNOWN, /* not enough seen yet */
  SAL_PEER_LINE,    /* ends its messages with a newline; for good */
  SAL_PEER_RAW,     /* one send, one message */
} SalPeerClass;

typedef enum
{
  SAL_UNIT_TEXT,      /* a line or a message; bytes as they came, see sal_text_clean() */
  SAL_UNIT_CUT,       /* the same, cut because its end did not come (S18) */
  SAL_UNIT_BINARY,    /* a segment that is no text; it was dropped whole (S25) */
  SAL_UNIT_INTERRUPT, /* TELNET's interrupt or break: counts as quit (S15) */
  SAL_UNIT_REPLY,     /* bytes to send back as they are: a TELNET refusal (S15) */
  SAL_UNIT_TLS,       /* the peer began with a TLS record (S27) */
} SalUnitKind;

/* One thing the peer said. The bytes belong to the framer and stay valid until
 * the next call on it. */
typedef struct
{
  SalUnitKind kind;
  const guint8 *bytes;
  gsize len;
  gboolean ended;     /* a terminator was seen; else a gap, a cut or the end */
  gboolean continues; /* client role: the rest of a line already given without its end */
} SalUnit;

/* Which time the framer is waiting for. Each has one fixed length, so that a
 * server can keep its timers in one sorted queue per kind. */
typedef enum
{
  SAL_FRAMER_TIMER_NONE,
  SAL_FRAMER_TIMER_FIRST_UNIT, /* T1 (S11) */
  SAL_FRAMER_TIMER_FIRST_KEY,  /* T1 after one single byte (S14) */
  SAL_FRAMER_TIMER_RAW_GAP,    /* T2 (S13) */
  SAL_FRAMER_TIMER_SPLIT_CHAR, /* a character that is not complete (S16, C1) */
  SAL_FRAMER_TIMER_CLIENT_GAP, /* C1 */
  SAL_N_FRAMER_TIMERS
} SalFramerTimer;

/* A value type, so that a server can hold one in each connection; touch it only
 * through the functions. */
typedef struct
{
  guint8 *buf;     /* (owned) (nullable): decoded unit, then input not yet looked at */
  gint64 since_us; /* when the running timer began */
  guint32 size;
  guint32 unit_end; /* where the unit given last ended; what is before it is done with */
  guint32 write;    /* end of the decoded bytes of the unit in progress, which starts at unit_end */
  guint32 read;     /* next input byte */
  guint32 fill;     /* end of input */
  guint32 segment;  /* where the segment in hand began */
  guint32 limit;    /* bytes of a unit */
  guint32 array;    /* behind LF and NUL are arrays of so many bytes (S17), ... */
  guint32 array_end;   /* ... of which one ends here; between segments: in so many bytes */
  guint32 text;        /* length of the last segment that was one text and its NUL */
  guint32 least_array; /* no shorter than this, as far as was seen; 0: none was seen */
  guint8 role;
  guint8 peer_class;
  guint8 timer;
  guint8 telnet_state;
  guint8 reply[3];
  guint8 line_ends;       /* segments in a row that ended with LF (raw) */
  guint8 behind_nul;      /* what stands behind LF and NUL in the segment in hand (S17) */
  guint16 judged : 1;     /* the segment in hand has been looked at as a whole */
  guint16 started : 1;    /* a first byte was seen */
  guint16 key_first : 1;  /* the first segment was one single byte */
  guint16 keystrokes : 1; /* a terminal that sends every key (S14) */
  guint16 maybe_tls : 1;  /* the first byte could begin a TLS record */
  guint16 after_cr : 1;   /* a CR ended a unit; an LF or NUL that follows belongs to it */
  guint16 crlf : 1;       /* the peer ended a line with CR LF */
  guint16 telnet : 1;     /* the peer spoke TELNET */
  guint16 flush : 1;      /* give what is there, ended or not */
  guint16 flush_tail : 1; /* ... and the beginning of a character at its end with it */
  guint16 texts : 1;      /* the peer sends texts with their NUL, and nothing behind it */
  guint16 old_bytes : 1;  /* the next segment begins with the rest of an array */
  guint16 unended : 1;    /* client role: the line in progress was given in part */
  guint16 skipping : 1;   /* IRC: the rest of a line that was too long */
} SalFramer;

void sal_framer_init (SalFramer *framer, SalFramerRole role, gsize limit_bytes);
void sal_framer_clear (SalFramer *framer);
void sal_framer_become_irc (SalFramer *framer, gsize limit_bytes);

void sal_framer_push (SalFramer *framer, const void *bytes, gsize len, gint64 now_us);
gboolean sal_framer_next (SalFramer *framer, gint64 now_us, SalUnit *unit);
void sal_framer_tick (SalFramer *framer, gint64 now_us);
void sal_framer_finish (SalFramer *framer);
void sal_framer_break_off (SalFramer *framer);

SalFramerTimer sal_framer_timer (const SalFramer *framer);
gint64 sal_framer_due_us (const SalFramer *framer);
gint64 sal_framer_timer_length_us (SalFramerTimer timer);

SalPeerClass sal_framer_peer_class (const SalFramer *framer);
gboolean sal_framer_wants_crlf (const SalFramer *framer);
gboolean sal_framer_has_partial (const SalFramer *framer);

G_END_DECLS
