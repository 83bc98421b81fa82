/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A certificate that an authority of the tests has signed, and its key as people are told it.
 */
#pragma once

#define LEAF_PEM                                                                                   \
  "-----BEGIN CERTIFICATE-----\n"                                                                  \
  "MIIB1jCCAXugAwIBAgIBAjAKBggqhkjOPQQDAjAuMRMwEQYDVQQKDApTYWxvdHRv\n"                             \
  "IMOpMRcwFQYDVQQDDA5UZXN0IEF1dGhvcml0eTAeFw0yNjAxMDEwMDAwMDBaFw0z\n"                             \
  "NjAxMDEwMDAwMDBaMBIxEDAOBgNVBAMMB2lnbm9yZWQwWTATBgcqhkjOPQIBBggq\n"                             \
  "hkjOPQMBBwNCAASxp7ysShq55gmIKM0cSDkaenBYURJFf360iIVJVmgS5yGjuSoR\n"                             \
  "jttGyzK7BW44vIuP1Nfy++u9xvutAztG8YKco4GlMIGiMD8GA1UdEQQ4MDaCDGNo\n"                             \
  "YXQuZXhhbXBsZYIOKi5jaGF0LmV4YW1wbGWHBMAAAgeHECABDbgAAAAAAAAAAAAA\n"                             \
  "AAcwHQYDVR0OBBYEFBrsvkmMOEKItL2hp1nxSd+CbA6zMEAGA1UdIwQ5MDehMqQw\n"                             \
  "MC4xEzARBgNVBAoMClNhbG90dG8gw6kxFzAVBgNVBAMMDlRlc3QgQXV0aG9yaXR5\n"                             \
  "ggEBMAoGCCqGSM49BAMCA0kAMEYCIQCHaw6g/G0J8ltpGkjrNbNJj62qL23tygWt\n"                             \
  "sBios5zbVgIhAMEJW70ma7EpZKdfy7h/w3ULEICAxRqC2C55xvUKCn4A\n"                                     \
  "-----END CERTIFICATE-----\n"

#define LEAF_PIN "pin-sha256:p+2LRzz8Je2Qk7jw08Qiicf8NJzdf0LN7QYav+4aL+4="
