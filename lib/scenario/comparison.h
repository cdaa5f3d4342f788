// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include <berth/scenario/arm.h>

namespace berth::scenario {

/// Compares what is seen with what is expected, step after step, and gives names their values.
class Comparison {
 public:
  /// Requires: both outlive the comparison.
  Comparison(Names& names, Performance& performance) : names_(names), performance_(performance) {}

  /// One sentence for each thing that is not as the step says; none when all is. Sets the step's names.
  [[nodiscard]] std::vector<std::string> compare(const Step& step, const Expected& expected,
                                                 const Seen& seen);

 private:
  /// A token that was granted, and what ends it.
  struct Living {
    Token token;
    std::string process;
    std::string socket;
    RequestedBlock block;
  };

  void follow(const Step& step, const Seen& seen);
  void check_granted_token(const Step& step, const Seen& seen, std::vector<std::string>& differences);
  friend struct Checker;

  Names& names_;
  Performance& performance_;
  std::vector<Living> living_;
};

/// `10013 WSAEACCES`, or the number alone.
[[nodiscard]] std::string code_text(std::int64_t code);

}  // namespace berth::scenario
