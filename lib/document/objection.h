// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <utility>

#include <berth/document/document_error.h>

namespace berth::detail {

/// What ends a reading from within; `visit_document` catches it and nobody else does.
class Objection : public std::exception {
 public:
  explicit Objection(DocumentError error) : error_(std::move(error)) {}
  [[nodiscard]] const DocumentError& error() const { return error_; }
  [[nodiscard]] const char* what() const noexcept override { return "the document was refused"; }

 private:
  DocumentError error_;
};

}  // namespace berth::detail
