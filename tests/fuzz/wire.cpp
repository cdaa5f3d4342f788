// SPDX-License-Identifier: MIT
// The lines of the wire (docs/wire.md), whoever sends them: the quick reader and the document's agree, and
// what was read is written and read again as the same.
#include <string>
#include <string_view>

#include <berth/remote/message.h>

#include "fuzz/fuzz_target.h"

namespace berth::fuzz {
namespace {

using namespace remote;

// A line that begins with a space is none that the quick reader knows: the document's reads it.
template <class Message>
auto slowly(std::string_view line) {
  return parse<Message>(' ' + std::string(line));
}

template <class Message>
void survives(const Message& message) {
  std::string line;
  write(line, message);
  require(line.find('\n') == line.size() - 1, "a message is one line");
  line.pop_back();
  const auto again = parse<Message>(line);
  require(again && *again == message, "what is written is read again");
  const auto slow = slowly<Message>(line);
  require(slow && *slow == message, "what is written is read again by the document's reader");
}

template <class Message>
void read_in_both_ways(std::string_view line) {
  const auto quick = parse<Message>(line);
  const auto slow = slowly<Message>(line);
  require(quick.has_value() == slow.has_value(), "both readers take it, or none");
  require(!quick || *quick == *slow, "both readers take it for the same");
  require(quick || !quick.error().empty(), "a refusal has a reason");
  if (quick) survives(*quick);
}

}  // namespace
}  // namespace berth::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  if (line.size() >= remote::kMostBytesAsked) return 0;
  fuzz::read_in_both_ways<remote::Ask>(line);
  fuzz::read_in_both_ways<Outcome>(line);
  fuzz::read_in_both_ways<remote::Hello>(line);
  static_cast<void>(remote::parse<remote::Welcome>(line));
  static_cast<void>(remote::parse<Receiver>(line));
  static_cast<void>(remote::parse<std::vector<BoundSocket>>(line));
  return 0;
}
