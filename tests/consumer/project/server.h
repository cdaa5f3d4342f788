/* SPDX-License-Identifier: MIT */
#ifndef SERVER_H
#define SERVER_H

enum { kFallbackPort = 8080 };

/* Serves on `port`, or on kFallbackPort when Windows does not let it, until nobody waits to be served.
 * Returns the port that it served on, or the Winsock code with which it failed, negated. */
int start_server(int port);

#endif
