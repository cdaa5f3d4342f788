// SPDX-License-Identifier: MIT
#include <berth/store/storage.h>

#include <berth/document/document_error.h>

#include "checked_set.h"

namespace berth {

std::string to_string(const StoreError& error) {
  return to_string(DocumentError{
      .file = error.file, .place = error.place, .found = error.found, .expected = error.expected});
}

Result<PersistentSet, StoreError> checked_set(const std::string& file, PersistentSet set) {
  set.put_in_order();
  const auto contradiction = contradiction_in(set);
  if (!contradiction) return set;
  return StoreError{.fault = StoreFault::Damaged,
                    .file = file,
                    .place = contradiction->place,
                    .found = contradiction->found,
                    .expected = contradiction->expected};
}

}  // namespace berth
