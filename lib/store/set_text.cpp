// SPDX-License-Identifier: MIT
#include "set_text.h"

#include <cstdint>
#include <limits>
#include <utility>

#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/document/nearest_name.h>
#include <berth/document/reading.h>

namespace berth {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::string_view kVersionKey = "berth_store";
constexpr std::size_t kMostRecords = std::size_t{2} * kLastPort;  // a block has a port, a transport 65,535
constexpr std::uint64_t kMostNumber = std::numeric_limits<std::uint64_t>::max();

constexpr std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  return hash;
}

// -- writing -------------------------------------------------------------------------------------------

void add_range(Json& record, PortRange range) {
  const RequestedBlock block = range.as_block();
  record["start"] = block.start;
  record["count"] = block.count;
}

Json record_of(const StoredReservation& reservation) {
  Json record = Json::object({{"transport", json_of(reservation.transport)}});
  add_range(record, reservation.range);
  record["serial"] = reservation.serial;
  return record;
}

Json record_of(const StoredExclusion& exclusion) {
  Json record = Json::object({{"transport", json_of(exclusion.transport)}});
  add_range(record, exclusion.range);
  return record;
}

Json record_of(const StoredDynamicRange& dynamic) {
  Json record =
      Json::object({{"transport", json_of(dynamic.transport)}, {"family", json_of(dynamic.family)}});
  add_range(record, dynamic.range);
  return record;
}

template <class Record>
Json records_of(const std::vector<Record>& list) {
  Json records = Json::array();
  for (const Record& one : list) records.push_back(record_of(one));
  return records;
}

Json content_of(const PersistentSet& set) {
  return Json::object({{"boot", set.boot},
                       {"next_serial", set.next_serial},
                       {"reservations", records_of(set.reservations)},
                       {"exclusions", records_of(set.exclusions)},
                       {"dynamic_ranges", records_of(set.dynamic_ranges)}});
}

std::string checksum_of(const Json& content) { return hexadecimal(fnv1a(line_of(content))); }

std::string laid_out(const Json& records) {
  if (records.empty()) return "[]";
  std::string text = "[";
  for (const Json& record : records) text += (text.size() == 1 ? "\n    " : ",\n    ") + line_of(record);
  return text + "\n  ]";
}

// -- reading -------------------------------------------------------------------------------------------

PortRange read_range(Members& record) {
  const RequestedBlock block{.start = record.required("start").port(),
                             .count = read<std::uint16_t>(record.required("count"))};
  if (const auto range = PortRange::of(block)) return *range;
  record.place().refuse("a block of " + std::to_string(block.count) + " from " + std::to_string(block.start),
                        "a block inside 1 to 65535");
}

StoredReservation read_reservation(const Cursor& at) {
  return at.object([](Members& record) {
    const auto transport = read<Transport>(record.required("transport"));
    const PortRange range = read_range(record);
    return StoredReservation{transport, range, record.required("serial").unsigned_up_to(kMostNumber)};
  });
}

StoredExclusion read_exclusion(const Cursor& at) {
  return at.object([](Members& record) {
    const auto transport = read<Transport>(record.required("transport"));
    return StoredExclusion{transport, read_range(record)};
  });
}

StoredDynamicRange read_dynamic_range(const Cursor& at) {
  return at.object([](Members& record) {
    const auto transport = read<Transport>(record.required("transport"));
    const auto family = read<Family>(record.required("family"));
    return StoredDynamicRange{transport, family, read_range(record)};
  });
}

PersistentSet read_content(Members& store) {
  PersistentSet set;
  set.boot = store.required("boot").unsigned_up_to(kMostNumber);
  set.next_serial = store.required("next_serial").unsigned_up_to(kMostNumber);
  set.reservations = store.required("reservations").list(kMostRecords, read_reservation);
  set.exclusions = store.required("exclusions").list(kMostRecords, read_exclusion);
  set.dynamic_ranges = store.required("dynamic_ranges").list(kTransports * kFamilies, read_dynamic_range);
  return set;
}

void expect_known_version(const Cursor& version, StoreFault& fault) {
  fault = StoreFault::Damaged;
  if (version.unsigned_between(1, kMostNumber) == kVersion) return;
  fault = StoreFault::NewerVersion;
  version.refuse("version " + std::to_string(version.unsigned_up_to(kMostNumber)),
                 "version " + std::to_string(kVersion) + " or an earlier one");
}

// `fault` says at each moment what an error would mean.
PersistentSet read_store(const Cursor& document, StoreFault& fault) {
  return document.object([&](Members& store) {
    expect_known_version(store.required(kVersionKey), fault);
    const Cursor checksum = store.required("checksum");
    PersistentSet set = read_content(store);
    if (checksum.text() != checksum_of(content_of(set)))
      checksum.refuse("the checksum " + in_quotes(checksum.text()),
                      in_quotes(checksum_of(content_of(set))) + " for this content");
    return set;
  });
}

StoreError as_store_error(StoreFault fault, const DocumentError& error) {
  return {.fault = fault,
          .file = error.file,
          .place = error.place,
          .found = error.found,
          .expected = error.expected};
}

}  // namespace

std::string text_of(const PersistentSet& set) {
  const Json content = content_of(set);
  std::string text = "{\n  \"" + std::string(kVersionKey) + "\": " + std::to_string(kVersion);
  text += ",\n  \"checksum\": \"" + checksum_of(content) + '"';
  for (const auto& member : content.items())
    text += ",\n  \"" + member.key() +
            "\": " + (member.value().is_array() ? laid_out(member.value()) : line_of(member.value()));
  return text + "\n}\n";
}

Result<PersistentSet, StoreError> set_in(const std::string& file, std::string_view text) {
  if (text.empty())
    return StoreError{.fault = StoreFault::Damaged,
                      .file = file,
                      .place = "",
                      .found = "an empty file",
                      .expected = "a store, or no file for a fresh machine"};
  // Text that is not even JSON is a broken store when it still names itself one.
  const bool names_itself = text.find(kVersionKey) != std::string_view::npos;
  StoreFault fault = names_itself ? StoreFault::Damaged : StoreFault::Foreign;
  auto set =
      read_document(file, text, [&fault](const Cursor& document) { return read_store(document, fault); });
  if (!set) return as_store_error(fault, set.error());
  if (const auto contradiction = contradiction_in(*set))
    return StoreError{.fault = StoreFault::Damaged,
                      .file = file,
                      .place = contradiction->place,
                      .found = contradiction->found,
                      .expected = contradiction->expected};
  return *std::move(set);
}

}  // namespace berth
