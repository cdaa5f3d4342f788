// SPDX-License-Identifier: MIT
#include <berth/winsock/attach.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "embedded_machine.h"
#include "handle_table.h"
#include "process_face.h"

namespace berth {
namespace winsock {
namespace {

thread_local std::shared_ptr<ProcessFace> process_of_this_thread;

// What a setting or a file says can hold line breaks; a message is one line.
std::string in_one_line(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return text;
}

std::shared_ptr<ProcessFace> make_embedded_process() {
  auto made = make_embedded_machine();
  if (made) return std::make_shared<ProcessFace>(made->machine, made->process, 0);
  std::fprintf(stderr, "berth: %s\n", in_one_line(made.error()).c_str());
  return nullptr;
}

}  // namespace

ProcessFace::~ProcessFace() {
  for (const std::uintptr_t handle : HandleTable::of_program().handles_of(this))
    HandleTable::of_program().take(handle);
}

std::optional<int> ProcessFace::clean_up() {
  int count = start_ups_.load(std::memory_order_acquire);
  while (count > 0 && !start_ups_.compare_exchange_weak(count, count - 1, std::memory_order_acq_rel)) {
  }
  if (count <= 0) return std::nullopt;
  return count - 1;
}

ProcessFace* attached_process() { return process_of_this_thread.get(); }

ProcessFace* embedded_process() {
  // Never destroyed: a thread may still call while the program ends.
  static const auto& process = *new std::shared_ptr<ProcessFace>(make_embedded_process());
  return process.get();
}

}  // namespace winsock

std::shared_ptr<WindowsProcess> WindowsProcess::of(std::shared_ptr<Gateway> machine, ProcessId process,
                                                   int start_ups) {
  return std::make_shared<winsock::ProcessFace>(std::move(machine), process, start_ups);
}

ScopedProcess::ScopedProcess(std::shared_ptr<WindowsProcess> process)
    : before_(std::exchange(winsock::process_of_this_thread,
                            std::static_pointer_cast<winsock::ProcessFace>(std::move(process)))) {}

ScopedProcess::~ScopedProcess() {
  winsock::process_of_this_thread = std::static_pointer_cast<winsock::ProcessFace>(before_);
}

}  // namespace berth
