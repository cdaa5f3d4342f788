// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace berth::winsock {

/// The machine's last answer to one kind of question, good while its address generation is the same. Both
/// are values that are four words, named `words`.
///
/// Thread-safe, without a lock: who meets another thread that changes it does without, and asks the machine.
template <class Question, class Answer>
class LastAnswer {
 public:
  /// False, with nothing useful in `answer`: the last question was another one, or is too long ago.
  [[nodiscard]] bool find(std::uint64_t generation, const Question& question, Answer& answer) const {
    const auto is_it = [&] {
      return generation_.load(std::memory_order_acquire) == generation && is_in(question_, question);
    };
    return read_where(is_it, answer_, answer);
  }
  /// The last question, if this was its answer, however long ago; else false, with nothing useful in
  /// `question`.
  [[nodiscard]] bool find_question(const Answer& answer, Question& question) const {
    return read_where([&] { return is_in(answer_, answer); }, question_, question);
  }
  /// The next question is asked, whatever it is.
  void forget() { keep(kNever, {}, {}); }
  /// `generation`: of before the machine was asked.
  void keep(std::uint64_t generation, const Question& question, const Answer& answer) {
    std::uint32_t before = version_.load(std::memory_order_relaxed);
    if (before % 2 != 0 || !version_.compare_exchange_strong(before, before + 1, std::memory_order_acquire))
      return;
    // Release, so that a reader who sees one of them sees also that the version is odd.
    generation_.store(generation, std::memory_order_release);
    for (std::size_t i = 0; i < question_.size(); ++i)
      question_[i].store(question.words[i], std::memory_order_release);
    for (std::size_t i = 0; i < answer_.size(); ++i)
      answer_[i].store(answer.words[i], std::memory_order_release);
    version_.store(before + 2, std::memory_order_release);
  }

 private:
  using Words = std::array<std::atomic<std::uint64_t>, 4>;
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  template <class Value>
  [[nodiscard]] static bool is_in(const Words& words, const Value& value) {
    for (std::size_t i = 0; i < words.size(); ++i)
      if (words[i].load(std::memory_order_acquire) != value.words[i]) return false;
    return true;
  }
  // A reader takes a copy between two looks at the version, which is odd while it changes. Acquire, so that
  // the second look cannot come before what lies between.
  template <class IsIt, class Value>
  [[nodiscard]] bool read_where(IsIt&& is_it, const Words& words, Value& value) const {
    const std::uint32_t before = version_.load(std::memory_order_acquire);
    if (before % 2 != 0 || !is_it()) return false;
    for (std::size_t i = 0; i < words.size(); ++i) value.words[i] = words[i].load(std::memory_order_acquire);
    return version_.load(std::memory_order_relaxed) == before;
  }

  std::atomic<std::uint32_t> version_ = 0;
  std::atomic<std::uint64_t> generation_ = kNever;
  Words question_{};
  Words answer_{};
};

}  // namespace berth::winsock
