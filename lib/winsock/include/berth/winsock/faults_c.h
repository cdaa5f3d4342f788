/* SPDX-License-Identifier: MIT
 *
 * Fault points for C programs: while a fault lasts, calls of the calling thread's emulated process are
 * struck. The C++ form, and what each word means: <berth/winsock/faults.h>. */
#ifndef BERTH_WINSOCK_FAULTS_C_H
#define BERTH_WINSOCK_FAULTS_C_H

#ifdef __cplusplus
extern "C" {
#endif

enum berth_fault_point {
  BERTH_FAULT_AT_ANY,
  BERTH_FAULT_AT_IOCTL,
  BERTH_FAULT_AT_ACQUIRE,
  BERTH_FAULT_AT_ASSOCIATE,
  BERTH_FAULT_AT_RELEASE,
  BERTH_FAULT_AT_AFFINITY,
  BERTH_FAULT_AT_SOCKET,
  BERTH_FAULT_AT_BIND,
  BERTH_FAULT_AT_LISTEN,
  BERTH_FAULT_AT_CONNECT,
  BERTH_FAULT_AT_ACCEPT,
  BERTH_FAULT_AT_SEND,
  BERTH_FAULT_AT_RECEIVE,
  BERTH_FAULT_AT_CLOSE,
  BERTH_FAULT_AT_CREATE,
  BERTH_FAULT_AT_DELETE,
  BERTH_FAULT_AT_LOOKUP
};

enum berth_fault_kind {
  BERTH_FAULT_HOLDS,
  BERTH_FAULT_DELAYS,
  BERTH_FAULT_FAILS,
  BERTH_FAULT_NETWORK_DOWN,
  BERTH_FAULT_INTERRUPTS,
  BERTH_FAULT_IN_PROGRESS,
  BERTH_FAULT_EXHAUSTS
};

enum berth_fault_when {
  BERTH_FAULT_EVERY_CALL,
  BERTH_FAULT_NTH_CALL,    /* `n`, counted from 1 */
  BERTH_FAULT_FIRST_CALLS, /* the first `n` */
  BERTH_FAULT_BY_CHANCE    /* with `probability`, from `seed` */
};

/* What a fault is; a member that its kinds do not need is ignored. */
struct berth_fault_spec {
  enum berth_fault_point point;
  enum berth_fault_kind kind;
  int code;              /* of BERTH_FAULT_FAILS */
  unsigned milliseconds; /* of BERTH_FAULT_DELAYS */
  enum berth_fault_when when;
  unsigned n;
  double probability;
  unsigned long long seed;
};

struct berth_fault;

/* Begins a fault for the process that the calling thread is. NULL when the specification makes no sense or
 * there is no emulated process. */
struct berth_fault* berth_fault_begin(const struct berth_fault_spec* spec);
/* Ends it: calls that it still holds are cancelled. NULL is ignored. */
void berth_fault_end(struct berth_fault* fault);

/* How many calls it holds now. */
unsigned berth_fault_held(const struct berth_fault* fault);
/* Waits until it holds `count` calls; 0 when `milliseconds` are over first. */
int berth_fault_wait_until_held(const struct berth_fault* fault, unsigned count, unsigned milliseconds);
/* Lets all calls that it holds go on. Returns how many there were. */
unsigned berth_fault_let_all_go(struct berth_fault* fault);

#ifdef __cplusplus
}
#endif

#endif
