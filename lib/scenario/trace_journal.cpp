// SPDX-License-Identifier: MIT
#include <berth/scenario/trace_journal.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/document/reading.h>

namespace berth::scenario {
namespace {

constexpr std::array<std::string_view, 4> kTraceKindNames = {"persistent reservation", "exclusion",
                                                             "dynamic range", "mark of a boot"};

Json json_of(std::size_t entry, const Trace& trace) {
  return {{"note", entry},
          {"kind", kTraceKindNames[static_cast<std::size_t>(trace.kind)]},
          {"transport", berth::json_of(trace.transport)},
          {"family", berth::json_of(trace.family)},
          {"block", berth::json_of(trace.block)},
          {"store", berth::json_of(trace.store)}};
}

struct Line {
  std::size_t entry = 0;
  std::optional<Trace> noted;  // else struck
};

Line read_line(const Cursor& at) {
  return at.object([](Members& members) {
    if (const auto struck = members.optional("strike"))
      return Line{.entry = static_cast<std::size_t>(struck->unsigned_up_to(SIZE_MAX)), .noted = {}};
    return Line{.entry = static_cast<std::size_t>(members.required("note").unsigned_up_to(SIZE_MAX)),
                .noted = Trace{.kind = members.required("kind").one_of<Trace::Kind>(kTraceKindNames),
                               .transport = berth::read<Transport>(members.required("transport")),
                               .family = berth::read<Family>(members.required("family")),
                               .block = berth::read<RequestedBlock>(members.required("block")),
                               .store = berth::read<Lifetime>(members.required("store"))}};
  });
}

// A line that a crash cut short was noted for a change that was never made.
std::map<std::size_t, Trace> entries_in(const std::string& path) {
  std::map<std::size_t, Trace> entries;
  std::ifstream file{std::filesystem::path(std::u8string(path.begin(), path.end()))};
  for (std::string text; std::getline(file, text);) {
    const auto line = read_document(path, text, read_line);
    if (!line) continue;
    if (line->noted)
      entries[line->entry] = *line->noted;
    else
      entries.erase(line->entry);
  }
  return entries;
}

#ifdef _WIN32
bool put_on_disk(std::FILE* file) { return _commit(_fileno(file)) == 0; }
#else
bool put_on_disk(std::FILE* file) { return fsync(fileno(file)) == 0; }
#endif

}  // namespace

TraceJournal::TraceJournal(std::string path, std::map<std::size_t, Trace> entries)
    : path_(std::move(path)),
      entries_(std::move(entries)),
      next_(entries_.empty() ? 0 : entries_.rbegin()->first + 1) {}

Result<std::unique_ptr<TraceJournal>, std::string> TraceJournal::open(const std::string& path) {
  std::unique_ptr<TraceJournal> journal(new TraceJournal(path, entries_in(path)));
  if (!journal->append("")) return "the journal " + path + " cannot be written";
  return journal;
}

// An empty journal has nothing to say to anybody.
TraceJournal::~TraceJournal() {
  if (entries_.empty()) std::remove(path_.c_str());
}

bool TraceJournal::append(const std::string& line) {
  std::FILE* const file = std::fopen(path_.c_str(), "ab");
  if (file == nullptr) return false;
  const std::string text = line.empty() ? line : line + '\n';
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size() &&
                       std::fflush(file) == 0 && put_on_disk(file);
  return std::fclose(file) == 0 && written;
}

std::optional<std::size_t> TraceJournal::note(const Trace& trace) {
  // The newline before it ends a line that a crash may have cut short.
  if (!append('\n' + line_of(json_of(next_, trace)))) return std::nullopt;
  entries_[next_] = trace;
  return next_++;
}

void TraceJournal::strike(std::size_t entry) {
  entries_.erase(entry);
  // When that cannot be written, somebody will try to take back what is gone: harmless.
  static_cast<void>(append(line_of(Json{{"strike", entry}})));
}

std::vector<std::pair<std::size_t, Trace>> TraceJournal::open_entries() const {
  return {entries_.rbegin(), entries_.rend()};
}

std::size_t clean_up(TraceJournal& journal, Host& host) {
  std::size_t resisting = 0;
  for (const auto& [entry, trace] : journal.open_entries()) {
    if (host.take_back(trace))
      journal.strike(entry);
    else
      ++resisting;
  }
  return resisting;
}

}  // namespace berth::scenario
