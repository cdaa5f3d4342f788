// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include <berth/core/result.h>

#include <berth/scenario/host.h>

namespace berth::scenario {

/// The list on disk of what playings have changed and not yet taken back, so that it can be taken back after
/// any end of this program. A line is on disk before the change is made. Thread-compatible.
class TraceJournal {
 public:
  /// Goes on in that file. An error says why that is impossible: the file cannot be written.
  static Result<std::unique_ptr<TraceJournal>, std::string> open(const std::string& path);
  ~TraceJournal();
  TraceJournal(const TraceJournal&) = delete;
  TraceJournal& operator=(const TraceJournal&) = delete;

  /// Notes a change that is about to be made; the number is that of its entry. Nothing when the note cannot
  /// be written: then the change must not be made.
  [[nodiscard]] std::optional<std::size_t> note(const Trace& trace);
  /// Notes that there is nothing to take back any more.
  void strike(std::size_t entry);
  /// What was noted and not struck, the newest first.
  [[nodiscard]] std::vector<std::pair<std::size_t, Trace>> open_entries() const;

 private:
  TraceJournal(std::string path, std::map<std::size_t, Trace> entries);
  bool append(const std::string& line);

  std::string path_;
  std::map<std::size_t, Trace> entries_;
  std::size_t next_ = 0;
};

/// Takes everything back that the journal lists. The number of entries that resist.
[[nodiscard]] std::size_t clean_up(TraceJournal& journal, Host& host);

}  // namespace berth::scenario
