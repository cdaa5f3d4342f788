// SPDX-License-Identifier: MIT
#include <berth/machine/opened_machine.h>

#include <utility>

#include <berth/store/file_storage.h>
#include <berth/store/memory_storage.h>
#include <berth/store/telling_storage.h>

namespace berth {
namespace {

Result<std::unique_ptr<Storage>, std::string> open_storage(const std::optional<std::string>& path) {
  if (!path) return std::unique_ptr<Storage>(std::make_unique<MemoryStorage>());
  auto storage = FileStorage::open(*path);
  if (!storage) return "the store: " + to_string(storage.error());
  // A program only sees a code, and would not know why.
  return telling_on_stderr(std::move(storage).value());
}

}  // namespace

Result<std::shared_ptr<OpenedMachine>, std::string> open_machine(const MachineFiles& files) {
  const Profile profile = files.world.profile.value_or(Profile{});
  auto storage = open_storage(files.store_path ? files.store_path : files.world.store_path);
  if (!storage) return storage.error();
  std::unique_ptr<Storage> held = std::move(storage).value();
  const auto stored = held->load();
  if (!stored) return "the store: " + to_string(stored.error());
  auto opened = std::make_shared<OpenedMachine>();
  if (files.trace)
    opened->journal = std::make_unique<Journal>(files.world.world, profile, files.seed, *stored, files.trace);
  auto machine = Machine::start({.world = files.world.world,
                                 .profile = profile,
                                 .seed = files.seed,
                                 .storage = std::move(held),
                                 .observer = opened->journal.get()});
  if (!machine) return to_string(machine.error());
  opened->machine = std::move(machine).value();
  return opened;
}

}  // namespace berth
