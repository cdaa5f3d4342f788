// SPDX-License-Identifier: MIT
// File names have no case on Windows, and programs use this spelling.
#include <ws2spi.h>
