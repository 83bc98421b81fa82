/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where one message ends: the rules S10 to S18, S25 (binary), S27 (TLS) and C1 as rows
 * of times and bytes with the units they give, and the laws that hold for any input.
 * Every row runs twice, the second time with each segment pushed byte by byte.
 *
 * It is one piece because most of it is one table, read by one function.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "tests/unit/framer-driver.h"

#define MAX_SEGMENTS 8

typedef struct
{
  int at_ms;
  const char *bytes;
  gsize len;
} Segment;

/* A segment of a literal, which may hold NULs. */
#define S(at_ms, literal)                                                                          \
  {                                                                                                \
    at_ms, literal, sizeof (literal) - 1                                                           \
  }

typedef struct
{
  const char *name;
  Segment segments[MAX_SEGMENTS];
  const char *units;
  SalPeerClass class;
  gboolean crlf;
  int fin_ms; /* when the stream ends; 0: it does not */
} Row;

#define UNKNOWN SAL_PEER_UNKNOWN
#define LINE SAL_PEER_LINE
#define RAW SAL_PEER_RAW

static const Row server_rows[] = {
  /* S10 */
  { "lf-ends-a-unit", { S (0, "Antonio\n") }, "0:Antonio$", LINE },
  { "cr-lf-ends-a-unit", { S (0, "Antonio\r\n") }, "0:Antonio$", LINE, TRUE },
  { "cr-nul-ends-a-unit", { S (0, "Antonio\r\0") }, "0:Antonio$", LINE },
  { "lone-cr-ends-a-unit", { S (0, "Antonio\r") }, "0:Antonio$", LINE },
  { "nul-ends-a-unit-and-says-nothing-of-the-class", { S (0, "Antonio\0") }, "0:Antonio$", RAW },
  { "lf-of-a-pair-may-come-later",
    { S (0, "Ada\r"), S (20, "\nuno\r"), S (900, "\n") },
    "0:Ada$ | 20:uno$",
    LINE,
    TRUE },
  { "nul-of-a-pair-may-come-later",
    { S (0, "Ada\r"), S (20, "\0uno\r"), S (900, "\0due\r\n") },
    "0:Ada$ | 20:uno$ | 900:due$",
    LINE,
    TRUE },
  { "only-one-byte-belongs-to-a-cr", { S (0, "Ada\r\n\n") }, "0:Ada$ | 0:$", LINE, TRUE },
  { "two-cr-are-two-ends", { S (0, "Ada\r\rBob\r") }, "0:Ada$ | 0:$ | 0:Bob$", LINE },
  { "lf-cr-are-two-ends", { S (0, "Ada\n\r") }, "0:Ada$ | 0:$", LINE },
  { "several-units-in-one-segment",
    { S (0, "Ada\nuno\ndue\n") },
    "0:Ada$ | 0:uno$ | 0:due$",
    LINE },
  { "a-unit-may-span-segments",
    { S (0, "Ada\n"), S (1000, "ci"), S (3000, "ao\n") },
    "0:Ada$ | 3000:ciao$",
    LINE },
  { "all-ends-in-one-segment",
    { S (0, "a\nb\r\nc\r\0d\re\0f\n") },
    "0:a$ | 0:b$ | 0:c$ | 0:d$ | 0:e$ | 0:f$",
    LINE,
    TRUE },
  { "empty-lines-are-empty-units", { S (0, "\n\nAda\n\n") }, "0:$ | 0:$ | 0:Ada$ | 0:$", LINE },

  /* S11 */
  { "an-unended-name-is-given-after-300-ms", { S (0, "Antonio") }, "300:Antonio", RAW },
  { "lf-within-300-ms-means-line", { S (0, "Antonio"), S (299, "\n") }, "299:Antonio$", LINE },
  { "cr-within-300-ms-means-line", { S (0, "Antonio"), S (299, "\r") }, "299:Antonio$", LINE },
  { "lf-after-300-ms-is-too-late",
    { S (0, "Antonio"), S (301, "\n") },
    "300:Antonio | 301:$",
    RAW },
  { "lf-at-300-ms-is-too-late", { S (0, "Antonio"), S (300, "\n") }, "300:Antonio | 300:$", RAW },
  { "the-300-ms-run-from-the-first-byte",
    { S (0, "An"), S (200, "to"), S (299, "nio") },
    "300:Antonio",
    RAW },
  { "the-300-ms-run-on-after-a-nul",
    { S (0, "Ada\0ci"), S (100, "ao") },
    "0:Ada$ | 300:ciao",
    RAW },
  { "line-is-for-good",
    { S (0, "Ada\n"), S (1000, "uno"), S (5000, "due"), S (9000, "\n") },
    "0:Ada$ | 9000:unodue$",
    LINE },

  /* S12 */
  { "a-partial-line-waits-for-the-end-of-the-stream",
    { S (0, "Ada\n"), S (10, "cia"), S (100000, "o") },
    "0:Ada$ | 200000:ciao",
    LINE,
    FALSE,
    200000 },

  /* S13 */
  { "raw-messages-end-after-50-ms",
    { S (0, "Ada"), S (1000, "uno"), S (2000, "due") },
    "300:Ada | 1050:uno | 2050:due",
    RAW },
  { "the-50-ms-run-from-the-last-segment",
    { S (0, "Ada"), S (1000, "x"), S (1049, "y"), S (1098, "z") },
    "300:Ada | 1148:xyz",
    RAW },
  { "a-burst-of-segments-is-one-message",
    { S (0, "Ada"), S (1000, "01234567890123456789"), S (1001, "01234567890123456789"),
      S (1002, "0123456789") },
    "300:Ada | 1052:01234567890123456789012345678901234567890123456789",
    RAW },
  { "lf-inside-a-raw-message-splits-it-at-once",
    { S (0, "Ada"), S (1000, "uno\ndue") },
    "300:Ada | 1000:uno$ | 1050:due",
    RAW },
  { "one-raw-segment-that-ends-with-lf-is-not-enough",
    { S (0, "Ada"), S (1000, "uno\n"), S (2000, "due"), S (3000, "tre\n"), S (4000, "quattro") },
    "300:Ada | 1000:uno$ | 2050:due | 3000:tre$ | 4050:quattro",
    RAW },
  { "two-raw-segments-running-that-end-with-lf-mean-line",
    { S (0, "Ada"), S (1000, "uno\n"), S (2000, "due\n"), S (3000, "tre"), S (4000, "\n") },
    "300:Ada | 1000:uno$ | 2000:due$ | 4000:tre$",
    LINE },
  { "two-raw-segments-running-that-end-with-cr-lf-mean-line",
    { S (0, "Ada"), S (1000, "uno\r\n"), S (2000, "due\r\n"), S (3000, "tre") },
    "300:Ada | 1000:uno$ | 2000:due$ | 9000:tre",
    LINE,
    TRUE,
    9000 },
  { "two-lf-in-one-raw-segment-count-once",
    { S (0, "Ada"), S (1000, "uno\ndue\n"), S (2000, "tre") },
    "300:Ada | 1000:uno$ | 1000:due$ | 2050:tre",
    RAW },

  /* S14 */
  { "one-single-byte-first-waits-for-3-s", { S (0, "A") }, "3000:A", RAW },
  { "a-second-single-byte-means-a-terminal",
    { S (0, "A"), S (200, "d"), S (400, "a"), S (600, "\r\n") },
    "600:Ada$",
    LINE,
    TRUE },
  { "a-terminal-is-never-flushed", { S (0, "A"), S (2999, "d") }, "60000:Ad", LINE, FALSE, 60000 },
  { "a-longer-second-segment-is-no-key", { S (0, "A"), S (100, "da") }, "3000:Ada", RAW },
  { "one-byte-and-the-rest-with-its-end-is-a-line",
    { S (0, "A"), S (100, "da\n") },
    "100:Ada$",
    LINE },
  { "a-second-key-after-3-s-is-raw", { S (0, "A"), S (3100, "d") }, "3000:A | 3150:d", RAW },
  { "bs-and-del-erase-on-a-terminal",
    { S (0, "A"), S (1, "x"), S (2, "\b"), S (3, "d"), S (4, "y"), S (5, "\x7F"), S (6, "a\n") },
    "6:Ada$",
    LINE },
  { "erasing-takes-a-whole-character",
    { S (0, "R"), S (1, "e"), S (2, "\xC3\xA8"), S (3, "\xF0\x9F\x98\x80"), S (4, "\b"),
      S (5, "\x7F"), S (6, "n\n") },
    "6:Ren$",
    LINE },
  { "erasing-stops-at-the-beginning-of-the-unit",
    { S (0, "A"), S (1, "\b"), S (2, "\b"), S (3, "B\n"), S (4, "\b\bC\n") },
    "3:B$ | 4:C$",
    LINE },
  { "bs-and-del-do-not-erase-elsewhere",
    { S (0,
         "Ax\b\x7F"
         "da\n") },
    "0:Ax\\x08\\x7Fda$",
    LINE },
  { "an-arrow-key-is-not-binary",
    { S (0, "A"), S (1, "d"), S (2, "\x1B[D"), S (3, "a\n") },
    "3:Ad\\x1B[Da$",
    LINE },

  /* S15 */
  { "will-is-answered-with-dont-and-do-with-wont",
    { S (0,
         "\xFF\xFB\x1F\xFF\xFD\x03"
         "Ada\r\n") },
    "0:REPLY(\\xFF\\xFE\\x1F) | 0:REPLY(\\xFF\\xFC\\x03) | 0:Ada$",
    LINE,
    TRUE },
  { "telnet-in-the-middle-of-a-line",
    { S (0,
         "Ada\nci\xFF\xFD\x01"
         "ao\n") },
    "0:Ada$ | 0:REPLY(\\xFF\\xFC\\x01) | 0:ciao$",
    LINE,
    TRUE },
  { "telnet-may-be-split",
    { S (0, "Ada\nci\xFF"), S (500, "\xFD"), S (1000, "\x01"), S (1500, "ao\n") },
    "0:Ada$ | 1000:REPLY(\\xFF\\xFC\\x01) | 1500:ciao$",
    LINE,
    TRUE },
  { "wont-and-dont-are-not-answered",
    { S (0,
         "\xFF\xFC\x01\xFF\xFE\x03"
         "Ada\n") },
    "0:Ada$",
    LINE,
    TRUE },
  { "a-subnegotiation-is-taken-out",
    { S (0,
         "A\xFF\xFA\x1F"
         "x\ny\xFF\xFFz\r\xFF\xF0"
         "da\n") },
    "0:Ada$",
    LINE,
    TRUE },
  { "a-subnegotiation-may-be-split",
    { S (0, "Ad\xFF\xFA"), S (9, "\x1F\n"), S (10, "\xFF"),
      S (11,
         "\xF0"
         "a\n") },
    "11:Ada$",
    LINE,
    TRUE },
  { "other-telnet-commands-are-taken-out",
    { S (0,
         "A\xFF\xF1"
         "da\xFF\xF9\n") },
    "0:Ada$",
    LINE,
    TRUE },
  { "iac-iac-is-the-byte-255",
    { S (0,
         "A\xFF\xFF"
         "da\n") },
    "0:A\\xFFda$",
    LINE,
    TRUE },
  { "iac-iac-may-be-split",
    { S (0, "Ad\xFF"), S (9,
                          "\xFF"
                          "a\n") },
    "9:Ad\\xFFa$",
    LINE,
    TRUE },
  { "interrupt-gives-up-the-line-and-timing-mark-is-refused",
    { S (0, "Ada\nciao\xFF\xF4\xFF\xFD\x06") },
    "0:Ada$ | 0:INTERRUPT | 0:REPLY(\\xFF\\xFC\\x06)",
    LINE,
    TRUE },
  { "break-is-an-interrupt", { S (0, "Ada\n\xFF\xF3") }, "0:Ada$ | 0:INTERRUPT", LINE, TRUE },
  { "what-follows-an-interrupt-is-a-new-unit",
    { S (0,
         "Ada\nci\xFF\xF4"
         "ao\n") },
    "0:Ada$ | 0:INTERRUPT | 0:ao$",
    LINE,
    TRUE },
  { "any-iac-before-the-class-is-known-means-line",
    { S (0, "Ada\xFF\xF1"), S (5000, "\n") },
    "5000:Ada$",
    LINE,
    TRUE },
  { "iac-leaves-a-raw-peer-raw",
    { S (0, "Ada"), S (1000,
                       "ci\xFF\xFD\x01"
                       "ao") },
    "300:Ada | 1000:REPLY(\\xFF\\xFC\\x01) | 1050:ciao",
    RAW,
    TRUE },

  /* S16 */
  { "a-character-split-in-a-line-is-whole",
    { S (0, "Ada\n"), S (1000, "perch\xC3"), S (1500, "\xA9\n") },
    "0:Ada$ | 1500:perch\xC3\xA9$",
    LINE },
  { "a-character-split-in-a-raw-message-is-whole",
    { S (0, "Ada"), S (1000, "perch\xC3"), S (1500, "\xA9") },
    "300:Ada | 1550:perch\xC3\xA9",
    RAW },
  { "a-raw-message-that-is-half-a-character-waits",
    { S (0, "Ada"), S (1000, "\xC3"), S (1500, "\xA8") },
    "300:Ada | 1550:\xC3\xA8",
    RAW },
  { "four-bytes-one-by-one-are-one-character",
    { S (0, "Ada"), S (1000, "\xF0"), S (1500, "\x9F"), S (2000, "\x98"), S (2500, "\x80") },
    "300:Ada | 2550:\xF0\x9F\x98\x80",
    RAW },
  { "half-a-character-is-given-after-3-s",
    { S (0, "Ada"), S (1000, "perch\xC3") },
    "300:Ada | 4050:perch\\xC3",
    RAW },
  { "a-name-that-ends-in-half-a-character-waits",
    { S (0, "Ren\xC3"), S (400, "\xA9") },
    "450:Ren\xC3\xA9",
    RAW },
  { "latin-1-inside-a-message-does-not-wait",
    { S (0, "Ada"), S (1000, "perch\xE8 no") },
    "300:Ada | 1050:perch\\xE8 no",
    RAW },

  /* S17 */
  { "what-follows-lf-nul-is-old-and-dropped",
    { S (0, "Ada\n\0old\nbytes\n"), S (1000, "ciao\n\0old\n") },
    "0:Ada$ | 1000:ciao$",
    LINE },
  { "what-follows-cr-lf-nul-is-dropped-too",
    { S (0, "Ada\r\n\0old\n"), S (1000, "ciao\n") },
    "0:Ada$ | 1000:ciao$",
    LINE,
    TRUE },
  { "the-lf-of-a-split-pair-counts-for-that",
    { S (0, "Ada\r"), S (9, "\n\0old\n"), S (1000, "ciao\n") },
    "0:Ada$ | 1000:ciao$",
    LINE,
    TRUE },
  { "old-bytes-that-look-like-another-array-are-none",
    { S (0, "a line of twenty-six bytes\n\0\0\0\0\0\0\0\0\0"),
      S (9, "of sixteen bytes\n\0ix bytes\n\0\0\0\0\0\0\0\0\0"),
      S (99, "hm\n\0ixteen bytes\n\0ix bytes\n\0\0\0\0\0\0\0\0\0") },
    "0:a line of twenty-six bytes$ | 9:of sixteen bytes$ | 99:hm$",
    LINE },
  { "what-is-not-old-in-both-is-no-array",
    { S (0, "Ada\n"), S (9, "hi\n\0another\n\0ghost\n\0xyzuvw") },
    "0:Ada$ | 9:hi$",
    LINE },
  { "arrays-that-were-filled-once-have-one-length",
    { S (0, "Ada\n"), S (9, "eight by\n\0"), S (99, "hm\n\0t by\n\0"), S (999, "h\n\0\0t by\n\0") },
    "0:Ada$ | 9:eight by$ | 99:hm$ | 999:h$",
    LINE },
  { "a-nul-in-the-next-segment-drops-nothing",
    { S (0, "Ada\n"), S (1000, "\0ciao\n") },
    "0:Ada$ | 1000:$ | 1000:ciao$",
    LINE },
  { "a-nul-that-follows-no-lf-drops-nothing",
    { S (0, "Ada\0ciao\r\0due\n") },
    "0:Ada$ | 0:ciao$ | 0:due$",
    LINE },

  /* S24, as far as it is about framing */
  { "the-end-of-the-stream-completes-a-name", { S (0, "Ada") }, "10:Ada", UNKNOWN, FALSE, 10 },
  { "the-end-of-the-stream-completes-a-raw-message",
    { S (0, "Ada"), S (1000, "ciao") },
    "300:Ada | 1010:ciao",
    RAW,
    FALSE,
    1010 },
  { "the-end-of-the-stream-completes-a-line",
    { S (0, "Ada\nquit") },
    "0:Ada$ | 10:quit",
    LINE,
    FALSE,
    10 },
  { "the-end-of-the-stream-does-not-wait-for-a-character",
    { S (0, "Ada\nperch\xC3") },
    "0:Ada$ | 10:perch\\xC3",
    LINE,
    FALSE,
    10 },
  { "nothing-is-left-to-complete", { S (0, "Ada\nciao\n") }, "0:Ada$ | 0:ciao$", LINE, FALSE, 10 },
  { "a-stream-that-ends-at-once", { { 0 } }, "", UNKNOWN, FALSE, 10 },

  /* S25 */
  { "utf-16-little-endian-is-binary", { S (0, "A\0d\0a\0\n\0") }, "0:BINARY", UNKNOWN },
  { "utf-16-big-endian-is-binary", { S (0, "\0A\0d\0a\0\n") }, "0:BINARY", UNKNOWN },
  { "utf-16-with-an-accent-is-binary", { S (0, "p\0\xE8\0\xAC\x20.\0") }, "0:BINARY", UNKNOWN },
  { "half-of-the-pairs-is-not-more-than-half", { S (0, "a\0bc") }, "0:a$ | 300:bc", RAW },
  { "a-terminating-nul-is-not-utf-16", { S (0, "A\0") }, "0:A$", RAW },
  { "control-bytes-over-a-quarter-are-binary",
    { S (0,
         "\x01\x02"
         "abc") },
    "0:BINARY",
    UNKNOWN },
  { "one-of-three-is-over-a-quarter",
    { S (0,
         "\x01"
         "ab") },
    "0:BINARY",
    UNKNOWN },
  { "two-pairs-are-enough-for-utf-16", { S (0, "A\0d\0") }, "0:BINARY", UNKNOWN },
  { "a-lone-control-byte-is-binary",
    { S (0, "Ada\n"), S (9, "\x01"), S (10, "uno\n") },
    "0:Ada$ | 9:BINARY | 10:uno$",
    LINE },
  { "a-binary-segment-between-two-lines-of-a-raw-peer",
    { S (0, "Ada"), S (1000, "uno\n"), S (2000, "\x01\x02\x03\x04"), S (3000, "due\n"),
      S (4000, "tre") },
    "300:Ada | 1000:uno$ | 2000:BINARY | 3000:due$ | 4050:tre",
    RAW },
  { "a-quarter-of-control-bytes-is-not-over",
    { S (0,
         "\x01\x02"
         "abcdef\n") },
    "0:\\x01\\x02abcdef$",
    LINE },
  { "nul-lf-cr-tab-bs-and-del-are-not-counted",
    { S (0,
         "\t\t\b\b\x7F\x7F"
         "a\r\n\n") },
    "0:\\x09\\x09\\x08\\x08\\x7F\\x7F"
    "a$ | 0:$",
    LINE,
    TRUE },
  { "telnet-bytes-are-not-counted",
    { S (0, "\xFF\xFB\x18\xFF\xFB\x1F") },
    "0:REPLY(\\xFF\\xFE\\x18) | 0:REPLY(\\xFF\\xFE\\x1F)",
    LINE,
    TRUE },
  { "telnet-bytes-of-a-split-command-are-not-counted",
    { S (0, "Ada\n\xFF\xFB"), S (9, "\x01"), S (10, "\xFF\xFA\x01"), S (11, "\x02\x03\xFF\xF0") },
    "0:Ada$ | 9:REPLY(\\xFF\\xFE\\x01)",
    LINE,
    TRUE },
  { "a-binary-segment-is-dropped-whole-before-it-is-split",
    { S (0, "Ada\n"), S (1000, "uno\n\x01\x02\x03\x04\n"), S (2000, "due\n") },
    "0:Ada$ | 1000:BINARY | 2000:due$",
    LINE },
  { "a-binary-segment-leaves-the-line-before-it-alone",
    { S (0, "Ada\nci"), S (1000, "\x01\x02\x03\x04"), S (2000, "ao\n") },
    "0:Ada$ | 1000:BINARY | 2000:ciao$",
    LINE },
  { "a-binary-segment-says-nothing-of-the-class",
    { S (0, "\x01\x02\x03\n"), S (1000, "Ada") },
    "0:BINARY | 1300:Ada",
    RAW },

  /* S27 */
  { "a-tls-hello-is-known", { S (0, "\x16\x03\x01\x02\x00\x01") }, "0:TLS", UNKNOWN },
  { "a-tls-hello-may-be-split", { S (0, "\x16"), S (9, "\x03\x01\x02") }, "9:TLS", UNKNOWN },
  { "two-bytes-are-enough-for-tls", { S (0, "\x16\x03") }, "0:TLS", UNKNOWN },
  { "another-version-is-not-tls",
    { S (0,
         "\x16\x04"
         "abcdefgh\n") },
    "0:\\x16\\x04"
    "abcdefgh$",
    LINE },
  { "only-the-first-bytes-are-tls",
    { S (0, "Ada\n"), S (9, "\x16\x03\x01") },
    "0:Ada$ | 9:BINARY",
    LINE },
  { "a-single-byte-later-is-not-its-first-byte",
    { S (0, "Ada\n"), S (9, "x"), S (10, "\x03\x01\x02"), S (11, "\n") },
    "0:Ada$ | 10:BINARY | 11:x$",
    LINE },
  { "the-first-byte-of-tls-alone-is-waited-for-3-s", { S (0, "\x16") }, "3000:\\x16", RAW },
  { "after-3-s-it-is-not-tls",
    { S (0, "\x16"), S (3001,
                        "\x03"
                        "abc") },
    "3000:\\x16 | 3051:\\x03"
    "abc",
    RAW },
};

static const Row client_rows[] = {
  { "complete-lines-at-once", { S (0, "uno\ndue\n") }, "0:uno$ | 0:due$", LINE },
  { "an-unfinished-line-after-100-ms", { S (0, "Nome: ") }, "100:Nome: ", LINE },
  { "its-rest-continues-it",
    { S (0, "Nome: "), S (500, "ciao\n") },
    "100:Nome:  | 500:+ciao$",
    LINE },
  { "a-rest-in-time-makes-it-whole", { S (0, "Nom"), S (99, "e: \n") }, "99:Nome: $", LINE },
  { "the-100-ms-run-from-the-last-chunk", { S (0, "a"), S (90, "b") }, "190:ab", LINE },
  { "a-rest-may-be-unfinished-too",
    { S (0, "a"), S (500, "b"), S (900, "c\nd\n") },
    "100:a | 600:+b | 900:+c$ | 900:d$",
    LINE },
  { "the-end-alone-continues-it", { S (0, "a"), S (500, "\n") }, "100:a | 500:+$", LINE },
  { "a-gap-does-not-split-a-character",
    { S (0, "caff\xC3"), S (200, "\xA8\n") },
    "100:caff | 200:+\xC3\xA8$",
    LINE },
  { "half-a-character-is-given-after-3-s", { S (0, "caff\xC3") }, "100:caff | 3100:+\\xC3", LINE },
  { "half-a-character-alone-waits", { S (0, "\xC3"), S (150, "\xA8") }, "250:\xC3\xA8", LINE },
  { "cr-nul-and-tab-are-part-of-the-line",
    { S (0, "a\rb\0c\td\r\n") },
    "0:a\\x0Db\\x00c\\x09d\\x0D$",
    LINE },
  { "bs-and-del-are-part-of-the-line",
    { S (0, "a"), S (1, "\b"), S (2, "\x7F\n") },
    "2:a\\x08\\x7F$",
    LINE },
  { "telnet-is-not-spoken", { S (0, "a\xFF\xFD\x03\n") }, "0:a\\xFF\\xFD\\x03$", LINE },
  { "binary-is-shown-as-far-as-it-goes", { S (0, "a\0b\0\n") }, "0:a\\x00b\\x00$", LINE },
  { "lf-nul-drops-nothing", { S (0, "a\n\0b\n") }, "0:a$ | 0:\\x00b$", LINE },
  { "tls-is-not-looked-for", { S (0, "\x16\x03\x01\n") }, "0:\\x16\\x03\\x01$", LINE },
  { "glued-texts-are-given-as-they-came",
    { S (0, "Welcome!!Please type") },
    "100:Welcome!!Please type",
    LINE },
  { "the-end-of-the-stream-gives-what-is-left",
    { S (0, "uno\ndu\xC3") },
    "0:uno$ | 10:du\\xC3",
    LINE,
    FALSE,
    10 },
};

static void
run_row (const Row *row, SalFramerRole role, gboolean push_single)
{
  g_autoptr (FramerRun) run = framer_run_new (role, role == SAL_FRAMER_CLIENT ? 16384 : 4096);
  g_autofree char *units = NULL;

  run->push_single = push_single;
  for (guint i = 0; i < MAX_SEGMENTS && row->segments[i].bytes != NULL; i++)
    framer_run_feed (run, row->segments[i].at_ms * 1000, row->segments[i].bytes,
                     row->segments[i].len);
  if (row->fin_ms > 0)
    framer_run_finish (run, row->fin_ms * 1000);
  else
    framer_run_settle (run);

  units = framer_run_render (run, TRUE);
  g_assert_cmpstr (units, ==, row->units);
  g_assert_cmpint (sal_framer_peer_class (&run->framer), ==, row->class);
  g_assert_cmpint (sal_framer_wants_crlf (&run->framer), ==, row->crlf);
}

static void
test_server_row (gconstpointer row)
{
  run_row (row, SAL_FRAMER_SERVER, FALSE);
  run_row (row, SAL_FRAMER_SERVER, TRUE);
}

static void
test_client_row (gconstpointer row)
{
  run_row (row, SAL_FRAMER_CLIENT, FALSE);
  run_row (row, SAL_FRAMER_CLIENT, TRUE);
}

/* S17, the sizes of real C programs: NUL padding gives no ghosts. */
static void
test_nul_padding (void)
{
  static const gsize sizes[] = { 40, 100 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int with_lf = 0; with_lf < 2; with_lf++)
      {
        g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 4096);
        g_autoptr (GString) said = g_string_new (NULL);
        char block[100] = "Ada";
        char block2[100] = "ciao";

        if (with_lf)
          {
            strcpy (block, "Ada\n");
            strcpy (block2, "ciao\n");
          }
        framer_run_feed (run, 0, block, sizes[i]);
        framer_run_feed (run, G_USEC_PER_SEC, block2, sizes[i]);
        framer_run_settle (run);
        for (guint u = 0; u < run->units->len; u++)
          {
            const FramerUnit *unit = run->units->pdata[u];

            g_assert_cmpint (unit->kind, ==, SAL_UNIT_TEXT);
            g_string_append_len (said, (const char *) unit->bytes->data, unit->bytes->len);
            if (unit->bytes->len > 0)
              g_string_append_c (said, '|');
          }
        g_assert_cmpstr (said->str, ==, "Ada|ciao|");
        if (with_lf)
          g_assert_cmpuint (run->units->len, ==, 2);
      }
}

/* A C program at work: it reads lines into an array, as fgets() does, and sends it whole. */
typedef struct
{
  gsize size;      /* of the array */
  gboolean clears; /* it is zeroed before each line */
  gboolean dirty;  /* nobody has zeroed it ever */
} Sender;

static const char *const said[] = {
  "this is rather a long line to begin with\n",
  "a shorter one\n",
  "hm\n",
  "h\n",
  "\n",
  "one more that is longer\n",
  "and the last\n",
};

#define SAID                                                                                       \
  "this is rather a long line to begin with|a shorter one|hm|h|one more that is longer|and the "   \
  "last|"

static GByteArray *
send_all (const Sender *sender)
{
  GByteArray *sent = g_byte_array_new ();
  g_autofree char *array = g_malloc0 (sender->size);

  for (gsize i = 0; sender->dirty && i < sender->size; i++)
    array[i] = (char) (i % 29 == 3 ? 0 : 'a' + i % 26);
  if (sender->dirty)
    array[sender->size - 1] = '\0';
  for (gsize i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_assert_cmpuint (strlen (said[i]), <, sender->size);
      if (sender->clears)
        memset (array, 0, sender->size);
      strcpy (array, said[i]);
      g_byte_array_append (sent, (const guint8 *) array, (guint) sender->size);
    }
  return sent;
}

/* What was said, without the empty units, which nobody sees. */
static char *
heard (const FramerRun *run)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < run->units->len; i++)
    {
      const FramerUnit *unit = run->units->pdata[i];

      if (unit->kind != SAL_UNIT_TEXT)
        g_string_append (all, "no text|");
      g_string_append_len (all, (const char *) unit->bytes->data, unit->bytes->len);
      if (unit->bytes->len > 0)
        g_string_append_c (all, '|');
    }
  return g_string_free (all, FALSE);
}

/* S17: nothing is lost and nothing old is heard, whether each array comes alone, several at
 * once, all of them, or so many bytes that the last one comes in two parts. */
static void
test_whole_arrays (void)
{
  static const Sender senders[] = {
    { 43, FALSE, FALSE }, { 64, FALSE, FALSE }, { 100, FALSE, FALSE }, { 1024, FALSE, FALSE },
    { 43, TRUE, FALSE },  { 100, TRUE, FALSE }, { 100, FALSE, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (senders); i++)
    {
      g_autoptr (GByteArray) sent = send_all (&senders[i]);

      for (gsize piece = senders[i].size; piece <= sent->len; piece++)
        {
          g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 4096);
          g_autofree char *all = NULL;

          /* A part that is no whole array must show by itself that it is none. */
          if (piece % senders[i].size != 0 && piece < 2 * senders[i].size + 20)
            continue;
          framer_run_feed (run, 0, "Ada\n", 4);
          for (gsize at = 0; at < sent->len; at += piece)
            framer_run_feed (run, 10, sent->data + at, MIN (piece, sent->len - at));
          framer_run_finish (run, 10);
          all = heard (run);
          if (!g_str_equal (all, "Ada|" SAID))
            g_error ("arrays of %zu%s%s in pieces of %zu: %s", senders[i].size,
                     senders[i].clears ? ", cleared" : "", senders[i].dirty ? ", dirty" : "", piece,
                     all);
        }
    }
}

/* S17: a text with its NUL and nothing behind it loses nothing either. */
static void
test_texts_with_their_nul (void)
{
  g_autoptr (GByteArray) sent = g_byte_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (said); i++)
    g_byte_array_append (sent, (const guint8 *) said[i], (guint) strlen (said[i]) + 1);
  /* Of four bytes one piece would be two line feeds in UTF-16 (S25). */
  for (gsize piece = 5; piece <= sent->len; piece++)
    for (int named = 0; named < 2; named++)
      {
        g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 4096);
        g_autofree char *all = NULL;

        /* Who sends so from the beginning is known by it. */
        if (named)
          framer_run_feed (run, 0, "Ada\n", 5);
        else if (piece < sent->len)
          continue;
        for (gsize at = 0, len = 0, i = 0; at < sent->len; at += len, i++)
          {
            len = MIN (piece + i % 3, sent->len - at); /* whole arrays have one length */
            framer_run_feed (run, 10, sent->data + at, len);
          }
        framer_run_finish (run, 10);
        all = heard (run);
        g_assert_cmpstr (all, ==, named ? "Ada|" SAID : SAID);
      }
}

/* S17: a name that is sent as a whole array of another size, together with what follows. */
static void
test_array_behind_an_array (void)
{
  static const Sender sender = { 100, FALSE, FALSE };
  g_autoptr (GByteArray) sent = send_all (&sender);
  g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 4096);
  g_autofree char *all = NULL;
  guint8 name[40] = "Ada";

  g_byte_array_prepend (sent, name, sizeof name);
  framer_run_feed (run, 0, sent->data, sent->len);
  framer_run_finish (run, 10);
  all = heard (run);
  g_assert_cmpstr (all, ==, "Ada|" SAID);
}

/* S18: one row per place where a character can lie across the limit. */
static void
test_cut_at_limit (void)
{
  static const struct
  {
    const char *name;
    gsize ascii;      /* letters before */
    const char *tail; /* what comes after them */
    const char *units;
  } rows[] = {
    { "the limit and its end is no error", 4096, "\n", "Ada$ | a*4096$" },
    { "one byte more is", 4096, "b\n", "Ada$ | CUT(a*4096) | b$" },
    { "two pieces", 4096, "bc", "Ada$ | CUT(a*4096)" },
    { "2 bytes over the limit", 4095, "\xC3\xA8\n", "Ada$ | CUT(a*4095) | \xC3\xA8$" },
    { "2 bytes up to the limit", 4094, "\xC3\xA8\n", "Ada$ | a*4094\xC3\xA8$" },
    { "3 bytes, 1 within", 4095, "\xE2\x82\xAC\n", "Ada$ | CUT(a*4095) | \xE2\x82\xAC$" },
    { "3 bytes, 2 within", 4094, "\xE2\x82\xAC\n", "Ada$ | CUT(a*4094) | \xE2\x82\xAC$" },
    { "4 bytes, 1 within", 4095, "\xF0\x9F\x98\x80\n", "Ada$ | CUT(a*4095) | \xF0\x9F\x98\x80$" },
    { "4 bytes, 2 within", 4094, "\xF0\x9F\x98\x80\n", "Ada$ | CUT(a*4094) | \xF0\x9F\x98\x80$" },
    { "4 bytes, 3 within", 4093, "\xF0\x9F\x98\x80\n", "Ada$ | CUT(a*4093) | \xF0\x9F\x98\x80$" },
    { "4 bytes within", 4092, "\xF0\x9F\x98\x80\n", "Ada$ | a*4092\xF0\x9F\x98\x80$" },
    { "a byte that begins nothing", 4095, "\x80x\n", "Ada$ | CUT(a*4095\\x80) | x$" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int pieces = 0; pieces < 2; pieces++)
      {
        g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 4096);
        g_autoptr (GString) text = g_string_new ("Ada\n");
        g_autofree char *units = NULL;

        g_test_message ("%s", rows[i].name);
        for (gsize n = 0; n < rows[i].ascii; n++)
          g_string_append_c (text, 'a');
        g_string_append (text, rows[i].tail);
        if (pieces)
          for (gsize n = 0; n < text->len; n++)
            framer_run_feed (run, 0, text->str + n, 1);
        else
          framer_run_feed (run, 0, text->str, text->len);
        /* Byte by byte it looks like a terminal, and the units are the same. */
        framer_run_settle (run);
        units = framer_run_render (run, FALSE);
        g_assert_cmpstr (units, ==, rows[i].units);
      }
}

static void
test_cut_raw (void)
{
  g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 4096);
  g_autofree char *text = g_strnfill (5000, 'x');
  g_autofree char *units = NULL;

  framer_run_feed (run, 0, "Ada", 3);
  for (gsize at = 0; at < 5000; at += 1000)
    framer_run_feed (run, 1000000, text, 1000);
  framer_run_settle (run);
  units = framer_run_render (run, TRUE);
  g_assert_cmpstr (units, ==, "300:Ada | 1000:CUT(x*4096) | 1050:x*904");
}

static void
test_cut_before_name (void)
{
  g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 256);
  g_autofree char *text = g_strnfill (600, 'x');
  g_autofree char *units = NULL;

  framer_run_feed (run, 0, text, 600);
  framer_run_settle (run);
  units = framer_run_render (run, TRUE);
  g_assert_cmpstr (units, ==, "0:CUT(x*256) | 0:CUT(x*256) | 300:x*88");
}

/* Nobody can make the framer keep more than a unit, whatever they send. */
static void
test_endless_line_in_bounded_memory (void)
{
  g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 4096);
  g_autofree char *text = g_strnfill (SAL_TURN_READ_BYTES, 'x');
  gsize total = 0;

  framer_run_feed (run, 0, "Ada\n", 4);
  for (int i = 0; i < 64; i++)
    framer_run_feed (run, i, text, SAL_TURN_READ_BYTES); /* checks its memory each time */
  framer_run_finish (run, 100);
  for (guint i = 1; i < run->units->len; i++)
    total += ((FramerUnit *) run->units->pdata[i])->bytes->len;
  g_assert_cmpuint (total, ==, 64 * SAL_TURN_READ_BYTES);
  g_assert_cmpuint (run->units->len, ==, 1 + 64 * SAL_TURN_READ_BYTES / 4096);
}

/* TLS can tell that a stream was cut: then half a line is nothing, and a raw message,
 * which was one record, is whole. */
static void
test_broken_off (void)
{
  static const struct
  {
    const char *first, *last;
    const char *units;
  } rows[] = {
    { "Ada\nI agr", "ee with no", "0:Ada$" },    { "Ada\nwhole\n", "half", "0:Ada$ | 0:whole$" },
    { "Ada\nwhole\n", "", "0:Ada$ | 0:whole$" }, { "A", "d", "" }, /* nothing is known of it yet */
    { "Ada", "raw", "300:Ada | 400:raw" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 4096);
      gint64 last_us = g_str_equal (rows[i].last, "raw") ? 400 * 1000 : 0;
      g_autofree char *units = NULL;

      framer_run_feed (run, 0, rows[i].first, strlen (rows[i].first));
      framer_run_feed (run, last_us, rows[i].last, strlen (rows[i].last));
      framer_run_break_off (run, last_us);
      units = framer_run_render (run, TRUE);
      g_assert_cmpstr (units, ==, rows[i].units);
    }
}

/* A line of IRC that ends with the stream was cut, whatever carried it. */
static void
test_irc_unfinished (void)
{
  static const struct
  {
    const char *text;
    const char *units;
  } rows[] = {
    { "NICK ada\nPRIVMSG #tea :I agr", "0:NICK ada$" },
    { "NICK ada\nQUIT :bye\r", "0:NICK ada$ | 0:QUIT :bye$" },
    { "PRIVMSG #tea :I agree\n", "0:PRIVMSG #tea :I agree$" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_IRC, 4096);
      g_autofree char *units = NULL;

      framer_run_feed (run, 0, rows[i].text, strlen (rows[i].text));
      framer_run_finish (run, 0);
      units = framer_run_render (run, TRUE);
      g_assert_cmpstr (units, ==, rows[i].units);
    }
}

static void
test_client_endless_line (void)
{
  g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_CLIENT, SAL_CLIENT_LINE_BYTES);
  g_autofree char *text = g_strnfill (40000, 'x');
  g_autofree char *units = NULL;

  framer_run_feed (run, 0, text, 40000);
  framer_run_feed (run, 50000, "y\nz\n", 4);
  units = framer_run_render (run, TRUE);
  g_assert_cmpstr (units, ==, "0:x*16384 | 0:+x*16384 | 50:+x*7232y$ | 50:z$");
}

static void
test_client_cut_keeps_characters_whole (void)
{
  for (gsize before = 13; before <= 16; before++)
    {
      g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_CLIENT, 16);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) joined = g_string_new (NULL);

      for (gsize i = 0; i < before; i++)
        g_string_append_c (text, (char) ('a' + i));
      g_string_append (text, "\xF0\x9F\x98\x80z");
      framer_run_feed (run, 0, text->str, text->len);
      framer_run_settle (run);
      g_assert_cmpuint (run->units->len, ==, 2);
      for (guint i = 0; i < run->units->len; i++)
        {
          const FramerUnit *unit = run->units->pdata[i];

          g_assert_true (
              g_utf8_validate_len ((const char *) unit->bytes->data, unit->bytes->len, NULL));
          g_string_append_len (joined, (const char *) unit->bytes->data, unit->bytes->len);
        }
      g_assert_cmpstr (joined->str, ==, text->str);
    }
}

/* The times are a promise of the rules, and each timer has one length. */
static void
test_timer_lengths (void)
{
  g_assert_cmpint (sal_framer_timer_length_us (SAL_FRAMER_TIMER_FIRST_UNIT), ==, 300 * 1000);
  g_assert_cmpint (sal_framer_timer_length_us (SAL_FRAMER_TIMER_FIRST_KEY), ==, 3000 * 1000);
  g_assert_cmpint (sal_framer_timer_length_us (SAL_FRAMER_TIMER_RAW_GAP), ==, 50 * 1000);
  g_assert_cmpint (sal_framer_timer_length_us (SAL_FRAMER_TIMER_SPLIT_CHAR), ==, 3000 * 1000);
  g_assert_cmpint (sal_framer_timer_length_us (SAL_FRAMER_TIMER_CLIENT_GAP), ==, 100 * 1000);
}

static void
assert_waits (FramerRun *run, SalFramerTimer timer, gint64 due_ms)
{
  g_assert_cmpint (sal_framer_timer (&run->framer), ==, timer);
  g_assert_cmpint (sal_framer_due_us (&run->framer), ==, due_ms < 0 ? G_MAXINT64 : due_ms * 1000);
}

static void
test_due_times_of_a_raw_peer (void)
{
  g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 4096);

  assert_waits (run, SAL_FRAMER_TIMER_NONE, -1);
  framer_run_feed (run, 7000, "Ad", 2);
  assert_waits (run, SAL_FRAMER_TIMER_FIRST_UNIT, 307);
  framer_run_feed (run, 100000, "a", 1);
  assert_waits (run, SAL_FRAMER_TIMER_FIRST_UNIT, 307);
  framer_run_until (run, 400000);
  assert_waits (run, SAL_FRAMER_TIMER_NONE, -1);
  framer_run_feed (run, 1000000, "uno", 3);
  assert_waits (run, SAL_FRAMER_TIMER_RAW_GAP, 1050);
  framer_run_feed (run, 1020000, "\xC3", 1);
  assert_waits (run, SAL_FRAMER_TIMER_RAW_GAP, 1070);
  framer_run_until (run, 1070000);
  assert_waits (run, SAL_FRAMER_TIMER_SPLIT_CHAR, 4070);
  framer_run_feed (run, 2000000, "\xA8", 1);
  assert_waits (run, SAL_FRAMER_TIMER_RAW_GAP, 2050);
  framer_run_feed (run, 2010000, "\n", 1);
  assert_waits (run, SAL_FRAMER_TIMER_NONE, -1);
}

static void
test_due_times_of_a_terminal (void)
{
  g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 4096);

  framer_run_feed (run, 7000, "A", 1);
  assert_waits (run, SAL_FRAMER_TIMER_FIRST_KEY, 3007);
  framer_run_feed (run, 2000000, "d", 1);
  assert_waits (run, SAL_FRAMER_TIMER_NONE, -1);
}

static void
test_due_times_of_a_client (void)
{
  g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_CLIENT, 4096);

  framer_run_feed (run, 0, "a\n", 2);
  assert_waits (run, SAL_FRAMER_TIMER_NONE, -1);
  framer_run_feed (run, 5000, "b", 1);
  assert_waits (run, SAL_FRAMER_TIMER_CLIENT_GAP, 105);
  framer_run_until (run, 105000);
  assert_waits (run, SAL_FRAMER_TIMER_NONE, -1);
}

/* After the end, or cleared, a framer waits for nothing and owns nothing. */
static void
test_clear_and_use_again (void)
{
  SalFramer framer;
  SalUnit unit;

  sal_framer_init (&framer, SAL_FRAMER_SERVER, 4096);
  sal_framer_push (&framer, "Ada", 3, 0);
  g_assert_false (sal_framer_next (&framer, 0, &unit));
  g_assert_true (sal_framer_has_partial (&framer));
  sal_framer_clear (&framer);
  g_assert_null (framer.buf);
  sal_framer_init (&framer, SAL_FRAMER_SERVER, 4096);
  sal_framer_push (&framer, "Bob\n", 4, 0);
  g_assert_true (sal_framer_next (&framer, 0, &unit));
  g_assert_cmpmem (unit.bytes, unit.len, "Bob", 3);
  g_assert_false (sal_framer_next (&framer, 0, &unit));
  g_assert_null (framer.buf);
  sal_framer_push (&framer, "", 0, 0);
  g_assert_false (sal_framer_next (&framer, 0, &unit));
  g_assert_null (framer.buf);
  sal_framer_clear (&framer);
}

/* S4: the welcome already has CR LF, so it must be known when the name is given. */
static void
test_crlf_is_known_with_the_unit (void)
{
  static const struct
  {
    const char *bytes;
    gsize len;
    gboolean crlf;
  } rows[] = {
    { "Ada\r\n", 5, TRUE },
    { "Ada\n", 4, FALSE },
    { "Ada\r", 4, FALSE },
    { "Ada\r\0", 5, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SalFramer framer;
      SalUnit unit;

      sal_framer_init (&framer, SAL_FRAMER_SERVER, 4096);
      sal_framer_push (&framer, rows[i].bytes, rows[i].len, 0);
      g_assert_true (sal_framer_next (&framer, 0, &unit));
      g_assert_cmpint (sal_framer_wants_crlf (&framer), ==, rows[i].crlf);
      g_assert_cmpint (sal_framer_peer_class (&framer), ==, SAL_PEER_LINE);
      sal_framer_clear (&framer);
    }
}

/* S11: what counts is when the newline came, not when the log was done with the name. A server asks
 * for the next unit only then. */
static void
test_a_line_stays_one_however_long_the_answer_takes (void)
{
  SalFramer framer;
  SalUnit unit;

  sal_framer_init (&framer, SAL_FRAMER_SERVER, 4096);
  sal_framer_push (&framer, "Ada\nhe", 6, 0);
  g_assert_true (sal_framer_next (&framer, 0, &unit));
  g_assert_cmpint (sal_framer_due_us (&framer), ==, G_MAXINT64);
  sal_framer_tick (&framer, 400000);
  g_assert_false (sal_framer_next (&framer, 400000, &unit));
  g_assert_cmpint (sal_framer_peer_class (&framer), ==, SAL_PEER_LINE);
  sal_framer_push (&framer, "llo\n", 4, 500000);
  g_assert_true (sal_framer_next (&framer, 500000, &unit));
  g_assert_cmpmem (unit.bytes, unit.len, "hello", 5);
  sal_framer_clear (&framer);
}

/* Likewise of who showed before that they send lines: by TELNET, or one key after the other. */
static void
test_a_telnet_line_stays_one_as_well (void)
{
  SalFramer framer;
  SalUnit unit;

  sal_framer_init (&framer, SAL_FRAMER_SERVER, 4096);
  sal_framer_push (&framer,
                   "\xFF\xFD\x03"
                   "Ada\nhe",
                   9, 0);
  g_assert_true (sal_framer_next (&framer, 0, &unit));
  g_assert_cmpint (unit.kind, ==, SAL_UNIT_REPLY);
  g_assert_true (sal_framer_next (&framer, 0, &unit));
  g_assert_cmpmem (unit.bytes, unit.len, "Ada", 3);
  sal_framer_tick (&framer, SAL_FIRST_UNIT_US);
  g_assert_false (sal_framer_next (&framer, SAL_FIRST_UNIT_US, &unit));
  g_assert_cmpint (sal_framer_peer_class (&framer), ==, SAL_PEER_LINE);
  sal_framer_clear (&framer);
}

static void
test_a_typed_line_stays_one_as_well (void)
{
  SalFramer framer;
  SalUnit unit;

  sal_framer_init (&framer, SAL_FRAMER_SERVER, 4096);
  sal_framer_push (&framer, "A", 1, 0);
  g_assert_false (sal_framer_next (&framer, 0, &unit));
  sal_framer_push (&framer, "\r", 1, 1000);
  g_assert_true (sal_framer_next (&framer, 1000, &unit));
  g_assert_cmpmem (unit.bytes, unit.len, "A", 1);
  sal_framer_tick (&framer, SAL_FIRST_KEY_US);
  g_assert_false (sal_framer_next (&framer, SAL_FIRST_KEY_US, &unit));
  g_assert_cmpint (sal_framer_peer_class (&framer), ==, SAL_PEER_LINE);
  sal_framer_clear (&framer);
}

/* Units of one segment lie in one buffer; each must be whole while it is looked at. */
static void
test_units_stay_valid_until_the_next_call (void)
{
  SalFramer framer;
  SalUnit unit;
  char expected[16];

  sal_framer_init (&framer, SAL_FRAMER_SERVER, 4096);
  for (int i = 0; i < 100; i++)
    {
      g_snprintf (expected, sizeof expected, "unit %d\n", i);
      sal_framer_push (&framer, expected, strlen (expected), 0);
    }
  for (int i = 0; i < 100; i++)
    {
      g_snprintf (expected, sizeof expected, "unit %d", i);
      g_assert_true (sal_framer_next (&framer, 0, &unit));
      g_assert_cmpmem (unit.bytes, unit.len, expected, strlen (expected));
    }
  g_assert_false (sal_framer_next (&framer, 0, &unit));
  sal_framer_clear (&framer);
}

/* Laws, with random input. */

/* Any bytes, also those the rules care about. */
static void
random_bytes (GRand *rand, GByteArray *out, gsize len)
{
  static const char special[] = "\n\r\0\t\b\x7F\xFF\xFB\xFD\xF4\xF0\xFA\xC3\xA8\x16\x03\x1B";

  g_byte_array_set_size (out, 0);
  for (gsize i = 0; i < len; i++)
    {
      int kind = g_rand_int_range (rand, 0, 10);
      guint8 c = kind < 7   ? (guint8) g_rand_int_range (rand, 'a', 'z')
                 : kind < 9 ? (guint8) special[g_rand_int_range (rand, 0, sizeof special - 1)]
                            : (guint8) g_rand_int_range (rand, 0, 256);

      g_byte_array_append (out, &c, 1);
    }
}

static gsize
random_piece (GRand *rand, gsize most, gsize left)
{
  return (gsize) g_rand_int_range (rand, 1, (gint32) MIN (most, left) + 1);
}

/* Law: what is pushed between two runs of next() is one segment, however it is cut. */
static void
test_law_pushes (void)
{
  guint32 seed = 0x5a10770;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (int round = 0; round < 3000; round++)
    {
      SalFramerRole role = round % 4 == 0 ? SAL_FRAMER_CLIENT : SAL_FRAMER_SERVER;
      g_autoptr (FramerRun) whole = framer_run_new (role, 256);
      g_autoptr (FramerRun) cut = framer_run_new (role, 256);
      g_autofree char *a = NULL;
      g_autofree char *b = NULL;
      gint64 now_us = 0;

      cut->push_cutter = rand;
      for (int i = g_rand_int_range (rand, 1, 8); i > 0; i--)
        {
          random_bytes (rand, bytes, (gsize) g_rand_int_range (rand, 1, i == 1 ? 700 : 20));
          now_us += g_rand_int_range (rand, 0, 120) * 1000;
          framer_run_feed (whole, now_us, bytes->data, bytes->len);
          framer_run_feed (cut, now_us, bytes->data, bytes->len);
        }
      framer_run_settle (whole);
      framer_run_settle (cut);
      framer_run_finish (whole, whole->now_us);
      framer_run_finish (cut, cut->now_us);
      a = framer_run_render (whole, TRUE);
      b = framer_run_render (cut, TRUE);
      if (!g_str_equal (a, b))
        g_test_message ("seed %#x, round %d", seed, round);
      g_assert_cmpstr (a, ==, b);
      g_assert_cmpint (sal_framer_peer_class (&whole->framer), ==,
                       sal_framer_peer_class (&cut->framer));
    }
}

/* Input of a line peer that touches none of the rules about segments: no NUL after an
 * LF (S17), no BS or DEL (S14), nothing that could be binary (S25). */
static void
random_lines (GRand *rand, GString *out)
{
  static const struct
  {
    const char *bytes;
    gsize len;
  } parts[] = {
#define P(literal) { literal, sizeof (literal) - 1 }
    P ("ciao"),
    P ("perch\xC3\xA9 "),
    P ("\xF0\x9F\x98\x80"),
    P ("\xE2\x82\xAC"),
    P ("caf\xE9 latin"),
    P ("\n"),
    P ("\r\n"),
    P ("\r"),
    P ("\rsolo"),
    P ("\r\0dopo un nul"),
    P ("\n\n"),
    P ("testo\0con un nul"),
    P ("tre\xFF\xFD\x01"
       "do"),
    P ("will\xFF\xFB\x1F"
       "x"),
    P ("\xFF\xF1no operation"),
    P ("\xFF\xFA\x18"
       "subnegotiation\xFF\xF0"),
    P ("\xFF\xF4interrupted"),
    P ("\xFF\xFFiac twice"),
    P ("a longer text that makes lines reach the limit of a unit, which is low here, "
       "so that cuts happen at every place of it"),
#undef P
  };

  g_string_assign (out, "Ada\n");
  for (int i = g_rand_int_range (rand, 1, 24); i > 0; i--)
    {
      gsize n = (gsize) g_rand_int_range (rand, 0, G_N_ELEMENTS (parts));

      if (out->str[out->len - 1] == '\r' && (guchar) parts[n].bytes[0] == 0xFF)
        continue; /* PENDING: CR IAC LF */
      g_string_append_len (out, parts[n].bytes, (gssize) parts[n].len);
    }
}

/* Law: for such input the units are the same, however the stream is cut into segments. */
static void
test_law_segments (void)
{
  guint32 seed = 0x5a10771;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GString) text = g_string_new (NULL);

  for (int round = 0; round < 3000; round++)
    {
      g_autoptr (FramerRun) whole = framer_run_new (SAL_FRAMER_SERVER, 256);
      g_autoptr (FramerRun) cut = framer_run_new (SAL_FRAMER_SERVER, 256);
      gsize most = round % 3 == 0 ? 1 : 40;
      g_autofree char *a = NULL;
      g_autofree char *b = NULL;

      random_lines (rand, text);
      framer_run_feed (whole, 0, text->str, text->len);
      for (gsize at = 0; at < text->len;)
        {
          gsize piece = random_piece (rand, most, text->len - at);

          framer_run_feed (cut, 0, text->str + at, piece);
          at += piece;
        }
      framer_run_finish (whole, 0);
      framer_run_finish (cut, 0);
      a = framer_run_render (whole, FALSE);
      b = framer_run_render (cut, FALSE);
      if (!g_str_equal (a, b))
        g_test_message ("seed %#x, round %d", seed, round);
      g_assert_cmpstr (a, ==, b);
      g_assert_cmpint (sal_framer_wants_crlf (&whole->framer), ==,
                       sal_framer_wants_crlf (&cut->framer));
    }
}

/* Law: a client's lines are the same, however the stream is cut. */
static void
test_law_client_segments (void)
{
  guint32 seed = 0x5a10772;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (int round = 0; round < 2000; round++)
    {
      g_autoptr (FramerRun) whole = framer_run_new (SAL_FRAMER_CLIENT, 256);
      g_autoptr (FramerRun) cut = framer_run_new (SAL_FRAMER_CLIENT, 256);
      g_autofree char *a = NULL;
      g_autofree char *b = NULL;

      random_bytes (rand, bytes, (gsize) g_rand_int_range (rand, 1, 2000));
      framer_run_feed (whole, 0, bytes->data, bytes->len);
      for (gsize at = 0; at < bytes->len;)
        {
          gsize piece = random_piece (rand, 60, bytes->len - at);

          framer_run_feed (cut, 0, bytes->data + at, piece);
          at += piece;
        }
      framer_run_finish (whole, 0);
      framer_run_finish (cut, 0);
      a = framer_run_render (whole, FALSE);
      b = framer_run_render (cut, FALSE);
      if (!g_str_equal (a, b))
        g_test_message ("seed %#x, round %d", seed, round);
      g_assert_cmpstr (a, ==, b);
    }
}

/* Law: what a client gets is what was sent, whatever the times: nothing lost, nothing
 * doubled, line ends where they were. */
static void
test_law_client_loses_nothing (void)
{
  guint32 seed = 0x5a10773;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (int round = 0; round < 2000; round++)
    {
      g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_CLIENT, 64);
      g_autoptr (GByteArray) sent = g_byte_array_new ();
      g_autoptr (GByteArray) got = g_byte_array_new ();
      gboolean unended = FALSE;
      gint64 now_us = 0;

      for (int i = g_rand_int_range (rand, 1, 10); i > 0; i--)
        {
          random_bytes (rand, bytes, (gsize) g_rand_int_range (rand, 1, 100));
          now_us += g_rand_int_range (rand, 0, 200) * 1000;
          framer_run_feed (run, now_us, bytes->data, bytes->len);
          g_byte_array_append (sent, bytes->data, bytes->len);
        }
      framer_run_settle (run);
      for (guint i = 0; i < run->units->len; i++)
        {
          const FramerUnit *unit = run->units->pdata[i];

          g_assert_cmpint (unit->continues, ==, unended);
          g_byte_array_append (got, unit->bytes->data, unit->bytes->len);
          if (unit->ended)
            g_byte_array_append (got, (const guint8 *) "\n", 1);
          unended = !unit->ended;
        }
      if (got->len != sent->len)
        g_test_message ("seed %#x, round %d", seed, round);
      g_assert_cmpmem (got->data, got->len, sent->data, sent->len);
    }
}

/* Law: a raw peer's text arrives whole in order, whatever the times. */
static void
test_law_raw_loses_nothing (void)
{
  guint32 seed = 0x5a10774;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (int round = 0; round < 2000; round++)
    {
      g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, 64);
      g_autoptr (GString) sent = g_string_new ("Ada");
      g_autoptr (GString) got = g_string_new (NULL);
      static const char letters[] = "abc \xC3\xA8\xE2\x82\xAC\xF0\x9F\x98\x80";
      gint64 now_us = 0;

      framer_run_feed (run, 0, "Ada", 3);
      framer_run_settle (run);
      now_us = run->now_us;
      for (int i = g_rand_int_range (rand, 1, 10); i > 0; i--)
        {
          gsize from = (gsize) g_rand_int_range (rand, 0, sizeof letters - 1);
          gsize len = (gsize) g_rand_int_range (rand, 1, (gint32) (sizeof letters - from));

          now_us += g_rand_int_range (rand, 0, 4000) * 1000;
          framer_run_feed (run, now_us, letters + from, len);
          g_string_append_len (sent, letters + from, (gssize) len);
        }
      framer_run_finish (run, now_us);
      for (guint i = 0; i < run->units->len; i++)
        {
          const FramerUnit *unit = run->units->pdata[i];

          g_string_append_len (got, (const char *) unit->bytes->data, unit->bytes->len);
        }
      if (!g_str_equal (sent->str, got->str))
        g_test_message ("seed %#x, round %d", seed, round);
      g_assert_cmpstr (got->str, ==, sent->str);
    }
}

static void
add_rows (const char *path, const Row *rows, gsize n, GTestDataFunc func)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *name = g_strconcat (path, rows[i].name, NULL);

      g_test_add_data_func (name, &rows[i], func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_rows ("/proto/framer/", server_rows, G_N_ELEMENTS (server_rows), test_server_row);
  add_rows ("/proto/framer/client/", client_rows, G_N_ELEMENTS (client_rows), test_client_row);

  g_test_add_func ("/proto/framer/nul-padding-gives-no-ghosts", test_nul_padding);
  g_test_add_func ("/proto/framer/arrays-that-come-together-are-told-apart", test_whole_arrays);
  g_test_add_func ("/proto/framer/array-behind-an-array-of-another-size",
                   test_array_behind_an_array);
  g_test_add_func ("/proto/framer/texts-with-their-nul-lose-nothing", test_texts_with_their_nul);
  g_test_add_func ("/proto/framer/cuts-at-the-limit-between-characters", test_cut_at_limit);
  g_test_add_func ("/proto/framer/cuts-a-long-raw-message-in-two", test_cut_raw);
  g_test_add_func ("/proto/framer/cuts-a-name-without-end", test_cut_before_name);
  g_test_add_func ("/proto/framer/an-endless-line-takes-bounded-memory",
                   test_endless_line_in_bounded_memory);
  g_test_add_func ("/proto/framer/client/an-endless-line-is-given-in-pieces",
                   test_client_endless_line);
  g_test_add_func ("/proto/framer/client/pieces-keep-characters-whole",
                   test_client_cut_keeps_characters_whole);
  g_test_add_func ("/proto/framer/timer-lengths", test_timer_lengths);
  g_test_add_func ("/proto/framer/due-times-of-a-raw-peer", test_due_times_of_a_raw_peer);
  g_test_add_func ("/proto/framer/due-times-of-a-terminal", test_due_times_of_a_terminal);
  g_test_add_func ("/proto/framer/client/due-times", test_due_times_of_a_client);
  g_test_add_func ("/proto/framer/may-be-cleared-and-used-again", test_clear_and_use_again);
  g_test_add_func ("/proto/framer/cr-lf-is-known-with-the-unit", test_crlf_is_known_with_the_unit);
  g_test_add_func ("/proto/framer/a-line-stays-one-however-long-the-answer-takes",
                   test_a_line_stays_one_however_long_the_answer_takes);
  g_test_add_func ("/proto/framer/a-line-of-telnet-stays-one",
                   test_a_telnet_line_stays_one_as_well);
  g_test_add_func ("/proto/framer/a-line-that-is-typed-stays-one",
                   test_a_typed_line_stays_one_as_well);
  g_test_add_func ("/proto/framer/units-stay-valid-until-the-next-call",
                   test_units_stay_valid_until_the_next_call);
  g_test_add_func ("/proto/framer/half-a-line-of-a-cut-stream-is-nothing", test_broken_off);
  g_test_add_func ("/proto/framer/irc/a-line-without-its-end-is-none", test_irc_unfinished);
  g_test_add_func ("/proto/framer/law/cutting-of-pushes-changes-nothing", test_law_pushes);
  g_test_add_func ("/proto/framer/law/cutting-of-lines-changes-nothing", test_law_segments);
  g_test_add_func ("/proto/framer/client/law/cutting-changes-nothing", test_law_client_segments);
  g_test_add_func ("/proto/framer/client/law/nothing-is-lost", test_law_client_loses_nothing);
  g_test_add_func ("/proto/framer/law/a-raw-peer-loses-nothing", test_law_raw_loses_nothing);

  return g_test_run ();
}
