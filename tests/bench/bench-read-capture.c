/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The floor for reading captures: bench-read-capture FILE takes each packet out of it with
 * libpcap, looks at its first and its last byte, and does nothing with them.
 */
#include <pcap/pcap.h>
#include <stdio.h>

int
main (int argc, char **argv)
{
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_t *pcap = argc == 2 ? pcap_open_offline (argv[1], error) : NULL;
  struct pcap_pkthdr *header = NULL;
  const unsigned char *bytes = NULL;
  unsigned long packets = 0;
  unsigned long sum = 0;

  if (pcap == NULL)
    {
      fprintf (stderr, "usage: bench-read-capture FILE; %s\n", error);
      return 2;
    }
  while (pcap_next_ex (pcap, &header, &bytes) == 1)
    {
      packets++;
      sum += header->caplen > 0 ? bytes[0] + bytes[header->caplen - 1] : 0UL;
    }
  pcap_close (pcap);
  printf ("%lu packets (%lu)\n", packets, sum);
  return 0;
}
