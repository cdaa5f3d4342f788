// SPDX-License-Identifier: MIT
// How many persistent reservations a machine acknowledges in a second, beside what the disk does with the
// same bytes without Berth: written over and synced, or put in place of the old file as a whole and synced.
// The three take turns; the medians are shown.
#include <berth/machine/machine.h>
#include <berth/store/file_storage.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace berth;

void must(bool worked, const char* what) {
  if (worked) return;
  std::perror(what);
  std::exit(1);
}

/// A folder for this run, which goes with it.
class Folder {
 public:
  explicit Folder(const std::string& parent) : path_(parent + "/berth-speed-XXXXXX") {
    must(::mkdtemp(path_.data()) != nullptr, path_.c_str());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

/// A machine on a store in which `kept` reservations stand already.
class Shop {
 public:
  Shop(const std::string& path, Port kept) : path_(path), machine_(machine_on(path, kept)) {}
  /// One acknowledged operation: a reservation comes, or goes again.
  void work() {
    if (std::exchange(is_there_, !is_there_))
      must_grant(request::DeletePersistent{Transport::Tcp, {5000, 10}});
    else
      must_grant(request::CreatePersistent{Transport::Tcp, {5000, 10}});
  }
  [[nodiscard]] std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  static std::unique_ptr<Machine> machine_on(const std::string& path, Port kept) {
    auto storage = FileStorage::open(path);
    must(storage.has_value() && !(*storage)->save(set_of(kept)), "preparing the store");
    auto machine = Machine::start({.storage = std::move(storage).value()});
    must(machine.has_value(), "starting the machine");
    return std::move(machine).value();
  }
  static PersistentSet set_of(Port kept) {
    PersistentSet set;
    set.boot = 1;
    for (std::uint32_t port = 1025; port < 1025U + kept; ++port)
      set.reservations.push_back({Transport::Udp, *PortRange::between(port, port), set.next_serial++});
    return set;
  }
  void must_grant(const Request& request) {
    must(std::holds_alternative<Reply>(machine_->submit({}, request)), "a persistent request");
  }

  std::string path_;
  std::unique_ptr<Machine> machine_;
  bool is_there_ = false;
};

void write_and_sync(int file, std::string_view bytes) {
  must(::pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "write");
  must(::fsync(file) == 0, "fsync");
}

/// The same file is written over and synced: the least that any store must do. It may be torn by a crash.
class Overwriting {
 public:
  explicit Overwriting(const std::string& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {
    must(file_ >= 0, path.c_str());
  }
  Overwriting(const Overwriting&) = delete;
  Overwriting& operator=(const Overwriting&) = delete;
  ~Overwriting() { ::close(file_); }
  void work(std::string_view bytes) const { write_and_sync(file_, bytes); }

 private:
  int file_;
};

/// A new file takes the old one's place: the least that a store must do that no crash may tear.
class Replacing {
 public:
  explicit Replacing(const Folder& folder)
      : path_(folder / "replaced"),
        new_path_(folder / "replaced.new"),
        folder_(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    must(folder_ >= 0, folder.path().c_str());
  }
  Replacing(const Replacing&) = delete;
  Replacing& operator=(const Replacing&) = delete;
  ~Replacing() { ::close(folder_); }
  void work(std::string_view bytes) const {
    const int file = ::open(new_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    must(file >= 0, new_path_.c_str());
    write_and_sync(file, bytes);
    ::close(file);
    must(::rename(new_path_.c_str(), path_.c_str()) == 0, "rename");
    must(::fsync(folder_) == 0, "fsync of the folder");
  }

 private:
  std::string path_;
  std::string new_path_;
  int folder_;
};

template <class Work>
double in_a_second(int times, Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) work();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  return times / spent.count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void compare(const std::string& parent, Port kept, int blocks, int times) {
  const Folder folder(parent);
  Shop shop(folder / "store.json", kept);
  const Overwriting overwriting(folder / "overwritten");
  const Replacing replacing(folder);
  const std::string bytes = shop.bytes();
  std::vector<double> rates[3];
  for (int block = 0; block < blocks; ++block) {
    rates[0].push_back(in_a_second(times, [&] { shop.work(); }));
    rates[1].push_back(in_a_second(times, [&] { overwriting.work(bytes); }));
    rates[2].push_back(in_a_second(times, [&] { replacing.work(bytes); }));
  }
  const double berth = median(rates[0]);
  const double raw = median(rates[1]);
  const double replaced = median(rates[2]);
  std::printf("%12u %8zu %10.0f %16.0f %14.0f %12.2f %12.2f\n", static_cast<unsigned>(kept), bytes.size(),
              berth, raw, replaced, berth / raw, berth / replaced);
}

}  // namespace

int main(int count, char** words) {
  std::string parent = ".";
  bool quick = false;
  for (int i = 1; i < count; ++i) {
    if (std::string_view(words[i]) == "--quick")
      quick = true;
    else
      parent = words[i];
  }
  std::printf("%12s %8s %10s %16s %14s %12s %12s\n", "reservations", "bytes", "berth/s", "write+fsync/s",
              "replace/s", "of write", "of replace");
  const std::vector<Port> sizes = quick ? std::vector<Port>{0} : std::vector<Port>{0, 10, 100, 1000};
  for (const Port kept : sizes) compare(parent, kept, quick ? 1 : 15, quick ? 4 : 40);
  return 0;
}
