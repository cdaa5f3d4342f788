// SPDX-License-Identifier: MIT
#include <berth/winsock/attach.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "closing.h"
#include "embedded_machine.h"
#include "flow.h"
#include "handle_table.h"
#include "process_face.h"

namespace berth {
namespace winsock {
namespace {

thread_local std::shared_ptr<ProcessFace> attached;

// Returns what it was attached to before.
std::shared_ptr<WindowsProcess> attach(std::shared_ptr<WindowsProcess> process) {
  auto face = std::static_pointer_cast<ProcessFace>(std::move(process));
  process_attached_to = face.get();
  return std::exchange(attached, std::move(face));
}

// Where threads live that nobody attached, the newest last.
struct Homes {
  std::atomic<std::size_t> size = 0;
  std::mutex mutex;
  std::vector<std::shared_ptr<ProcessFace>> processes;
};

Homes& homes() {
  // Never destroyed: a thread may still call while the program ends.
  static Homes& all = *new Homes;
  return all;
}

void add_home(std::shared_ptr<ProcessFace> process) {
  const std::lock_guard guard(homes().mutex);
  homes().processes.push_back(std::move(process));
  homes().size.store(homes().processes.size(), std::memory_order_relaxed);
}

void remove_home(const WindowsProcess* process) {
  const std::lock_guard guard(homes().mutex);
  auto& all = homes().processes;
  const auto newest =
      std::find_if(all.rbegin(), all.rend(), [process](const auto& face) { return face.get() == process; });
  all.erase(std::next(newest).base());
  homes().size.store(all.size(), std::memory_order_relaxed);
}

std::atomic<ProcessFace*> embedded_so_far = nullptr;

// Every face there is.
struct Faces {
  std::mutex mutex;
  std::vector<ProcessFace*> all;
};

Faces& faces() {
  // Never destroyed: a thread may still call while the program ends.
  static Faces& all = *new Faces;
  return all;
}

// What GetCurrentProcessId tells: a program that nobody attached has the number that its host gave it.
std::uint32_t number_of(const ProcessFace& process) {
  const bool is_the_program = &process == embedded_so_far.load(std::memory_order_acquire);
  return is_the_program ? static_cast<std::uint32_t>(getpid())
                        : static_cast<std::uint32_t>(process.id().value);
}

// What a setting or a file says can hold line breaks; a message is one line.
std::string in_one_line(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return text;
}

// Wakes whoever sleeps in a call that has lost its machine.
void interrupt_calls_on(const Gateway& machine) {
  HandleTable::of_program().each_flow([&machine](Flow& flow) {
    if (&flow.process.machine() == &machine) flow.interrupt();
  });
}

std::shared_ptr<ProcessFace> make_embedded_process() {
  auto made = make_embedded_machine();
  if (made) {
    EmbeddedMachine embedded = std::move(made).value();
    if (embedded.when_gone)
      embedded.when_gone([machine = embedded.machine.get()] { interrupt_calls_on(*machine); });
    auto process = std::make_shared<ProcessFace>(embedded.machine, embedded.process, 0, embedded.network);
    open_left_handles(*process, embedded.inheritance);
    return process;
  }
  std::fprintf(stderr, "berth: %s\n", in_one_line(made.error()).c_str());
  return nullptr;
}

}  // namespace

ProcessFace::ProcessFace(std::shared_ptr<Gateway> machine, ProcessId process, int start_ups, Network network)
    : machine_(std::move(machine)), process_(process), network_(network), start_ups_(start_ups) {
  const std::lock_guard guard(faces().mutex);
  faces().all.push_back(this);
}

ProcessFace::~ProcessFace() {
  {
    const std::lock_guard guard(faces().mutex);
    std::erase(faces().all, this);
  }
  for (const std::uintptr_t handle : HandleTable::of_program().handles_of(this))
    if (const auto open = HandleTable::of_program().take(handle)) end_handle(handle, *open);
}

std::optional<int> ProcessFace::clean_up() {
  int count = start_ups_.load(std::memory_order_acquire);
  while (count > 0 && !start_ups_.compare_exchange_weak(count, count - 1, std::memory_order_acq_rel)) {
  }
  if (count <= 0) return std::nullopt;
  return count - 1;
}

constinit thread_local ProcessFace* process_attached_to = nullptr;

std::shared_ptr<ProcessFace> home_process() {
  if (homes().size.load(std::memory_order_relaxed) == 0) return nullptr;
  const std::lock_guard guard(homes().mutex);
  return homes().processes.empty() ? nullptr : homes().processes.back();
}

namespace {

const std::shared_ptr<ProcessFace>& shared_embedded_process() {
  // Never destroyed: a thread may still call while the program ends.
  static const auto& process = *new std::shared_ptr<ProcessFace>([] {
    auto made = make_embedded_process();
    embedded_so_far.store(made.get(), std::memory_order_release);
    return made;
  }());
  return process;
}

}  // namespace

std::shared_ptr<WindowsProcess> shared_attached_process() { return attached; }

std::shared_ptr<ProcessFace> process_of_number(const Gateway& machine, std::uint32_t number) {
  const std::lock_guard guard(faces().mutex);
  for (ProcessFace* face : faces().all)
    if (&face->machine() == &machine && number_of(*face) == number)
      if (auto process = face->weak_from_this().lock()) return process;
  return nullptr;
}

ProcessFace* embedded_process() { return shared_embedded_process().get(); }

ProcessFace* embedded_process_so_far() { return embedded_so_far.load(std::memory_order_acquire); }

}  // namespace winsock

std::shared_ptr<WindowsProcess> WindowsProcess::of(std::shared_ptr<Gateway> machine, ProcessId process,
                                                   int start_ups, Network network) {
  return std::make_shared<winsock::ProcessFace>(std::move(machine), process, start_ups, network);
}

ScopedProcess::ScopedProcess(std::shared_ptr<WindowsProcess> process)
    : before_(winsock::attach(std::move(process))) {}

ScopedProcess::~ScopedProcess() { winsock::attach(std::move(before_)); }

ScopedHome::ScopedHome(std::shared_ptr<WindowsProcess> process) : process_(std::move(process)) {
  winsock::add_home(std::static_pointer_cast<winsock::ProcessFace>(process_));
}

ScopedHome::~ScopedHome() { winsock::remove_home(process_.get()); }

std::shared_ptr<WindowsProcess> process_of_this_thread() {
  if (winsock::attached) return winsock::attached;
  if (auto home = winsock::home_process()) return home;
  return winsock::shared_embedded_process();
}

int start_ups_of_the_program() {
  const winsock::ProcessFace* process = winsock::embedded_process_so_far();
  return process == nullptr ? 0 : process->start_ups();
}

}  // namespace berth
