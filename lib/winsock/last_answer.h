// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace berth::winsock {

/// The machine's last answer to one kind of question, good while its address generation is the same.
///
/// Thread-safe; nobody waits: who finds another thread at it does without, and asks the machine.
template <class Question, class Answer>
class LastAnswer {
 public:
  [[nodiscard]] std::optional<Answer> find(std::uint64_t generation, const Question& question) {
    const Turn turn(is_in_use_);
    if (!turn.is_mine() || generation_ != generation || !(question_ == question)) return std::nullopt;
    return answer_;
  }
  /// `generation`: of before the machine was asked.
  void keep(std::uint64_t generation, const Question& question, const Answer& answer) {
    const Turn turn(is_in_use_);
    if (!turn.is_mine()) return;
    generation_ = generation;
    question_ = question;
    answer_ = answer;
  }

 private:
  class Turn {
   public:
    explicit Turn(std::atomic<bool>& is_in_use)
        : is_in_use_(is_in_use), is_mine_(!is_in_use.exchange(true, std::memory_order_acquire)) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (is_mine_) is_in_use_.store(false, std::memory_order_release);
    }
    [[nodiscard]] bool is_mine() const { return is_mine_; }

   private:
    std::atomic<bool>& is_in_use_;
    const bool is_mine_;
  };

  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  std::atomic<bool> is_in_use_ = false;
  std::uint64_t generation_ = kNever;
  Question question_{};
  Answer answer_{};
};

}  // namespace berth::winsock
