/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state machine, cell by cell. The table is written down a second time, as RFC 9293
 * tells it: rows that say what moves, and everything else stays.
 */
#include "config.h"

#include "lab/track/lab-machine.h"

static const struct
{
  LabState state;
  LabInput input;
  LabState next;
} moves[] = {
  /* Opening: figure 5, section 3.10.7.2 to 3.10.7.4. */
  { LAB_CLOSED, LAB_INPUT_SEND_SYN, LAB_SYN_SENT },
  { LAB_LISTEN, LAB_INPUT_SEND_SYN, LAB_SYN_SENT },
  { LAB_LISTEN, LAB_INPUT_RECV_SYN, LAB_SYN_RECEIVED },
  { LAB_LISTEN, LAB_INPUT_SEND_SYN_ACK, LAB_SYN_RECEIVED },
  { LAB_SYN_SENT, LAB_INPUT_RECV_SYN, LAB_SYN_RECEIVED },
  { LAB_SYN_SENT, LAB_INPUT_SEND_SYN_ACK, LAB_SYN_RECEIVED },
  { LAB_SYN_SENT, LAB_INPUT_RECV_SYN_ACK, LAB_ESTABLISHED },
  { LAB_SYN_SENT, LAB_INPUT_SEND_DATA, LAB_ESTABLISHED },
  { LAB_SYN_RECEIVED, LAB_INPUT_SEND_SYN, LAB_SYN_SENT },
  { LAB_SYN_RECEIVED, LAB_INPUT_SEND_DATA, LAB_ESTABLISHED },
  { LAB_SYN_RECEIVED, LAB_INPUT_RECV_SYN_ACK, LAB_ESTABLISHED },
  { LAB_SYN_RECEIVED, LAB_INPUT_RECV_ACK_OF_SYN, LAB_ESTABLISHED },
  /* Closing: figures 5, 12 and 13. */
  { LAB_SYN_SENT, LAB_INPUT_SEND_FIN, LAB_FIN_WAIT_1 },
  { LAB_SYN_RECEIVED, LAB_INPUT_SEND_FIN, LAB_FIN_WAIT_1 },
  { LAB_SYN_RECEIVED, LAB_INPUT_RECV_FIN, LAB_CLOSE_WAIT },
  { LAB_ESTABLISHED, LAB_INPUT_SEND_FIN, LAB_FIN_WAIT_1 },
  { LAB_ESTABLISHED, LAB_INPUT_RECV_FIN, LAB_CLOSE_WAIT },
  { LAB_FIN_WAIT_1, LAB_INPUT_RECV_ACK_OF_FIN, LAB_FIN_WAIT_2 },
  { LAB_FIN_WAIT_1, LAB_INPUT_RECV_FIN, LAB_CLOSING },
  { LAB_FIN_WAIT_2, LAB_INPUT_RECV_FIN, LAB_TIME_WAIT },
  { LAB_CLOSE_WAIT, LAB_INPUT_SEND_FIN, LAB_LAST_ACK },
  { LAB_CLOSING, LAB_INPUT_RECV_ACK_OF_FIN, LAB_TIME_WAIT },
  { LAB_LAST_ACK, LAB_INPUT_RECV_ACK_OF_FIN, LAB_CLOSED },
  /* Aborting: whoever does is closed, the other end, too; a passive one listens again. */
  { LAB_LISTEN, LAB_INPUT_SEND_RST, LAB_CLOSED },
  { LAB_SYN_SENT, LAB_INPUT_SEND_RST, LAB_CLOSED },
  { LAB_SYN_RECEIVED, LAB_INPUT_SEND_RST, LAB_CLOSED },
  { LAB_ESTABLISHED, LAB_INPUT_SEND_RST, LAB_CLOSED },
  { LAB_FIN_WAIT_1, LAB_INPUT_SEND_RST, LAB_CLOSED },
  { LAB_FIN_WAIT_2, LAB_INPUT_SEND_RST, LAB_CLOSED },
  { LAB_CLOSE_WAIT, LAB_INPUT_SEND_RST, LAB_CLOSED },
  { LAB_CLOSING, LAB_INPUT_SEND_RST, LAB_CLOSED },
  { LAB_LAST_ACK, LAB_INPUT_SEND_RST, LAB_CLOSED },
  { LAB_TIME_WAIT, LAB_INPUT_SEND_RST, LAB_CLOSED },
  { LAB_SYN_SENT, LAB_INPUT_RECV_RST, LAB_CLOSED },
  { LAB_SYN_RECEIVED, LAB_INPUT_RECV_RST, LAB_LISTEN },
  { LAB_ESTABLISHED, LAB_INPUT_RECV_RST, LAB_CLOSED },
  { LAB_FIN_WAIT_1, LAB_INPUT_RECV_RST, LAB_CLOSED },
  { LAB_FIN_WAIT_2, LAB_INPUT_RECV_RST, LAB_CLOSED },
  { LAB_CLOSE_WAIT, LAB_INPUT_RECV_RST, LAB_CLOSED },
  { LAB_CLOSING, LAB_INPUT_RECV_RST, LAB_CLOSED },
  { LAB_LAST_ACK, LAB_INPUT_RECV_RST, LAB_CLOSED },
  { LAB_TIME_WAIT, LAB_INPUT_RECV_RST, LAB_CLOSED },
  /* What is sent again proves that something was lost. */
  { LAB_CLOSED, LAB_INPUT_SEND_SYN_AGAIN, LAB_SYN_SENT },
  { LAB_LISTEN, LAB_INPUT_SEND_SYN_AGAIN, LAB_SYN_SENT },
  { LAB_SYN_RECEIVED, LAB_INPUT_SEND_SYN_AGAIN, LAB_SYN_SENT },
  { LAB_ESTABLISHED, LAB_INPUT_SEND_SYN_AGAIN, LAB_SYN_SENT },
  { LAB_LISTEN, LAB_INPUT_SEND_SYN_ACK_AGAIN, LAB_SYN_RECEIVED },
  { LAB_ESTABLISHED, LAB_INPUT_SEND_SYN_ACK_AGAIN, LAB_SYN_RECEIVED },
  { LAB_CLOSE_WAIT, LAB_INPUT_SEND_SYN_ACK_AGAIN, LAB_SYN_RECEIVED },
  { LAB_FIN_WAIT_2, LAB_INPUT_SEND_FIN_AGAIN, LAB_FIN_WAIT_1 },
  { LAB_CLOSING, LAB_INPUT_SEND_FIN_AGAIN, LAB_FIN_WAIT_1 },
  { LAB_TIME_WAIT, LAB_INPUT_SEND_FIN_AGAIN, LAB_FIN_WAIT_1 },
  { LAB_CLOSED, LAB_INPUT_SEND_LAST_FIN_AGAIN, LAB_LAST_ACK },
  { LAB_FIN_WAIT_1, LAB_INPUT_SEND_LAST_FIN_AGAIN, LAB_CLOSING },
  { LAB_TIME_WAIT, LAB_INPUT_SEND_LAST_FIN_AGAIN, LAB_CLOSING },
  { LAB_CLOSE_WAIT, LAB_INPUT_SEND_CROSSING_FIN, LAB_CLOSING },
};

static LabState
expected (LabState state, LabInput input)
{
  for (gsize i = 0; i < G_N_ELEMENTS (moves); i++)
    if (moves[i].state == state && moves[i].input == input)
      return moves[i].next;
  return state;
}

static void
test_every_cell (void)
{
  for (guint state = 0; state < LAB_N_STATES; state++)
    for (guint input = 0; input < LAB_N_INPUTS; input++)
      {
        LabState next = lab_machine_next (state, input);

        if (next != expected (state, input))
          g_error ("%s, input %u: goes to %s", lab_state_name (state), input,
                   lab_state_name (next));
      }
}

static void
test_names (void)
{
  g_assert_cmpstr (lab_state_name (LAB_CLOSED), ==, "CLOSED");
  g_assert_cmpstr (lab_state_name (LAB_SYN_RECEIVED), ==, "SYN-RECEIVED");
  g_assert_cmpstr (lab_state_name (LAB_TIME_WAIT), ==, "TIME-WAIT");
}

/* Only what is sent again, or crosses, takes a state back. */
static void
test_going_back (void)
{
  for (guint state = 0; state < LAB_N_STATES; state++)
    for (guint input = 0; input < LAB_N_INPUTS; input++)
      {
        gboolean again = input >= LAB_INPUT_SEND_SYN_AGAIN;
        LabState next = lab_machine_next (state, input);

        /* A simultaneous open: what was assumed of an end was wrong. */
        if (state == LAB_SYN_RECEIVED && input == LAB_INPUT_SEND_SYN)
          continue;
        if (!again && input != LAB_INPUT_RECV_FIN)
          g_assert_false (lab_state_goes_back (state, next));
      }
  g_assert_true (lab_state_goes_back (LAB_ESTABLISHED, LAB_SYN_SENT));
  g_assert_true (lab_state_goes_back (LAB_CLOSED, LAB_LAST_ACK));
  g_assert_false (lab_state_goes_back (LAB_FIN_WAIT_1, LAB_CLOSING));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/machine/every-cell", test_every_cell);
  g_test_add_func ("/lab/machine/names", test_names);
  g_test_add_func ("/lab/machine/going-back", test_going_back);
  return g_test_run ();
}
