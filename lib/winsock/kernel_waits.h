// SPDX-License-Identifier: MIT
#pragma once

#include <windows.h>

namespace berth::winsock {

/// WaitForMultipleObjectsEx, for the functions of other names that are the same.
DWORD wait_for_objects(DWORD count, const HANDLE* handles, bool for_all, DWORD milliseconds, bool alertable);

}  // namespace berth::winsock
