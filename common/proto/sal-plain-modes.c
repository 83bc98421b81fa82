/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a change of a room's modes is in the plain dialect: letters mean nothing to people who
 * have never seen IRC, so each is a sentence. A room's key stays among those who speak IRC.
 */
#include "config.h"

#include "common/proto/sal-plain-modes.h"

#include <string.h>

typedef enum
{
  NO_PARAM,
  PARAM,          /* set and taken away */
  PARAM_WHEN_SET, /* +l */
} Takes;

/* The sentences are for what is set, and for what is taken away. */
typedef struct
{
  char letter;
  Takes takes;
  const char *text[2][SAL_PLAIN_N_LANGUAGES];
} Mode;

static const Mode modes[] = {
  { 'i',
    NO_PARAM,
    { { "-- %n lets nobody in without an invitation.", "-- %n fa entrare solo chi e' invitato." },
      { "-- %n lets people in without an invitation.",
        "-- %n fa entrare anche chi non e' invitato." } } },
  { 'm',
    NO_PARAM,
    { { "-- %n lets only some people speak here.", "-- %n fa parlare qui solo alcune persone." },
      { "-- %n lets everyone speak here.", "-- %n fa parlare qui tutti." } } },
  { 'n',
    NO_PARAM,
    { { "-- %n lets only those inside speak here.", "-- %n fa parlare qui solo chi e' dentro." },
      { "-- %n lets those outside speak here, too.",
        "-- %n fa parlare qui anche chi e' fuori." } } },
  { 's',
    NO_PARAM,
    { { "-- %n has hidden this room from lists.", "-- %n ha tolto la stanza dagli elenchi." },
      { "-- %n shows this room in lists.", "-- %n mostra la stanza negli elenchi." } } },
  { 't',
    NO_PARAM,
    { { "-- %n lets only operators set the topic.",
        "-- %n fa scegliere l'argomento solo agli operatori." },
      { "-- %n lets everyone set the topic.", "-- %n fa scegliere l'argomento a tutti." } } },
  { 'C',
    NO_PARAM,
    { { "-- %n lets no program be asked things here (CTCP).",
        "-- %n non fa interrogare i programmi qui (CTCP)." },
      { "-- %n lets programs be asked things here (CTCP).",
        "-- %n fa interrogare i programmi qui (CTCP)." } } },
  { 'P',
    NO_PARAM,
    { { "-- %n keeps this room from now on.", "-- %n d'ora in poi conserva questa stanza." },
      { "-- %n does not keep this room any more.", "-- %n non conserva piu' questa stanza." } } },
  { 'R',
    NO_PARAM,
    { { "-- %n lets only people with an account in.", "-- %n fa entrare solo chi ha un account." },
      { "-- %n lets people without an account in.",
        "-- %n fa entrare anche chi non ha un account." } } },
  { 'b',
    PARAM,
    { { "-- %n has banned %t.", "-- %n ha escluso %t." },
      { "-- %n has lifted the ban on %t.", "-- %n ha tolto l'esclusione di %t." } } },
  { 'e',
    PARAM,
    { { "-- %n lets %t in whatever the bans are.", "-- %n fa entrare %t malgrado le esclusioni." },
      { "-- %n has taken back that bans do not count for %t.",
        "-- %n fa valere le esclusioni anche per %t." } } },
  { 'I',
    PARAM,
    { { "-- %n lets %t in without an invitation.", "-- %n fa entrare %t senza invito." },
      { "-- %n lets %t in with an invitation only.",
        "-- %n fa entrare %t solo con un invito." } } },
  { 'k',
    PARAM,
    { { "-- %n has set a key without which nobody comes in.",
        "-- %n ha messo una chiave senza la quale non si entra." },
      { "-- %n has taken the key away: people come in without one.",
        "-- %n ha tolto la chiave: si entra senza." } } },
  { 'l',
    PARAM_WHEN_SET,
    { { "-- %n lets no more than %t people in.", "-- %n fa entrare non piu' di %t persone." },
      { "-- %n lets any number of people in.", "-- %n fa entrare quante persone vogliono." } } },
  { 'o',
    PARAM,
    { { "-- %n has made %t an operator of this room.",
        "-- %n ha reso %t operatore di questa stanza." },
      { "-- %n has made %t no operator of this room any more.",
        "-- %n non fa piu' di %t un operatore di questa stanza." } } },
  { 'v',
    PARAM,
    { { "-- %n lets %t speak whatever the rules are.",
        "-- %n fa parlare %t qualunque siano le regole." },
      { "-- %n lets %t speak as the rules are.", "-- %n fa parlare %t secondo le regole." } } },
};

static const Mode *
find_mode (char letter)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (modes[i].letter == letter)
      return &modes[i];
  return NULL;
}

/**
 * sal_plain_modes_foreach:
 * @change: as the log has it: `+mo-b` and, after spaces, the parameters
 * @func: called with @data for each letter that has a sentence, in order
 */
void
sal_plain_modes_foreach (const char *change,
                         SalPlainLanguage language,
                         SalPlainModeFunc func,
                         gpointer data)
{
  g_auto (GStrv) words = g_strsplit (change, " ", -1);
  guint n_words = g_strv_length (words);
  guint next = 1;
  gboolean set = TRUE;

  for (const char *letter = n_words > 0 ? words[0] : ""; *letter != '\0'; letter++)
    {
      const Mode *mode = find_mode (*letter);
      const char *param = NULL;

      if (*letter == '+' || *letter == '-')
        set = *letter == '+';
      if (mode == NULL)
        continue;
      if (mode->takes == PARAM || (mode->takes == PARAM_WHEN_SET && set))
        param = next < n_words ? words[next++] : "?";
      func (mode->text[set ? 0 : 1][language], param, data);
    }
}
