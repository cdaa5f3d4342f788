// SPDX-License-Identifier: MIT
//
// Must not compile, and say why.
#include FIRST_HEADER
#include <winsock2.h>

int main(void) { return 0; }
