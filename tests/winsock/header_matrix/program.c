// SPDX-License-Identifier: MIT
#include "order.h"

#include "checks.h"

int main(void) { return run_checks(); }
