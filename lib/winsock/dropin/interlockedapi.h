// SPDX-License-Identifier: MIT
//
// <interlockedapi.h> for Linux: one variable, many threads.
#ifndef BERTH_DROPIN_INTERLOCKEDAPI_H
#define BERTH_DROPIN_INTERLOCKEDAPI_H

#include <windows.h>

// Each is atomic and a full barrier. Exchange, CompareExchange, ExchangeAdd, And, Or and Xor return the value
// before, Increment and Decrement the one after. Source: Interlocked Variable Access page.

#ifdef __cplusplus
static inline LONG InterlockedIncrement(volatile LONG* target) {
  return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);
}
static inline LONG InterlockedDecrement(volatile LONG* target) {
  return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);
}
static inline LONG InterlockedExchange(volatile LONG* target, LONG value) {
  return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG InterlockedExchangeAdd(volatile LONG* target, LONG value) {
  return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG InterlockedAnd(volatile LONG* target, LONG value) {
  return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG InterlockedOr(volatile LONG* target, LONG value) {
  return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG InterlockedXor(volatile LONG* target, LONG value) {
  return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG InterlockedCompareExchange(volatile LONG* target, LONG value, LONG comparand) {
  return __sync_val_compare_and_swap(target, comparand, value);
}

// For a program that says `volatile long`, which Windows allows: it has 64 bits here.
static inline long InterlockedIncrement(volatile long* target) {
  return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);
}
static inline long InterlockedDecrement(volatile long* target) {
  return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);
}
static inline long InterlockedExchange(volatile long* target, long value) {
  return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
static inline long InterlockedExchangeAdd(volatile long* target, long value) {
  return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);
}
static inline long InterlockedAnd(volatile long* target, long value) {
  return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);
}
static inline long InterlockedOr(volatile long* target, long value) {
  return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);
}
static inline long InterlockedXor(volatile long* target, long value) {
  return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);
}
static inline long InterlockedCompareExchange(volatile long* target, long value, long comparand) {
  return __sync_val_compare_and_swap(target, comparand, value);
}

static inline LONG64 InterlockedIncrement64(volatile LONG64* target) {
  return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);
}
static inline LONG64 InterlockedDecrement64(volatile LONG64* target) {
  return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);
}
static inline LONG64 InterlockedExchange64(volatile LONG64* target, LONG64 value) {
  return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG64 InterlockedExchangeAdd64(volatile LONG64* target, LONG64 value) {
  return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG64 InterlockedAnd64(volatile LONG64* target, LONG64 value) {
  return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG64 InterlockedOr64(volatile LONG64* target, LONG64 value) {
  return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG64 InterlockedXor64(volatile LONG64* target, LONG64 value) {
  return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);
}
static inline LONG64 InterlockedCompareExchange64(volatile LONG64* target, LONG64 value, LONG64 comparand) {
  return __sync_val_compare_and_swap(target, comparand, value);
}

static inline PVOID InterlockedExchangePointer(PVOID volatile* target, PVOID value) {
  return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
static inline PVOID InterlockedCompareExchangePointer(PVOID volatile* target, PVOID value, PVOID comparand) {
  return __sync_val_compare_and_swap(target, comparand, value);
}
#else
// Macros, so that they take a `volatile long` too.
#define InterlockedIncrement(target) __atomic_add_fetch((target), 1, __ATOMIC_SEQ_CST)
#define InterlockedDecrement(target) __atomic_sub_fetch((target), 1, __ATOMIC_SEQ_CST)
#define InterlockedExchange(target, value) __atomic_exchange_n((target), (value), __ATOMIC_SEQ_CST)
#define InterlockedExchangeAdd(target, value) __atomic_fetch_add((target), (value), __ATOMIC_SEQ_CST)
#define InterlockedAnd(target, value) __atomic_fetch_and((target), (value), __ATOMIC_SEQ_CST)
#define InterlockedOr(target, value) __atomic_fetch_or((target), (value), __ATOMIC_SEQ_CST)
#define InterlockedXor(target, value) __atomic_fetch_xor((target), (value), __ATOMIC_SEQ_CST)
#define InterlockedCompareExchange(target, value, comparand) \
  __sync_val_compare_and_swap((target), (comparand), (value))
#define InterlockedIncrement64 InterlockedIncrement
#define InterlockedDecrement64 InterlockedDecrement
#define InterlockedExchange64 InterlockedExchange
#define InterlockedExchangeAdd64 InterlockedExchangeAdd
#define InterlockedAnd64 InterlockedAnd
#define InterlockedOr64 InterlockedOr
#define InterlockedXor64 InterlockedXor
#define InterlockedCompareExchange64 InterlockedCompareExchange
#define InterlockedExchangePointer InterlockedExchange
#define InterlockedCompareExchangePointer InterlockedCompareExchange
#endif

#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#if defined(__x86_64__) || defined(__i386__)
#define YieldProcessor() __builtin_ia32_pause()
#else
#define YieldProcessor() ((void)0)
#endif

#endif
