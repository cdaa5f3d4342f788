// SPDX-License-Identifier: MIT
#include "error_table.h"

#include <algorithm>
#include <cstdio>
#include <set>

namespace berth::test {
namespace {

std::string label(const ErrorRow& row) {
  return std::string(row.section) + std::string(kTableSuffix) + "." + std::string(kTestPrefix) +
         std::string(row.test);
}

// Every test of this program whose suite is a table's, whether it is to run or not.
std::set<std::string> reachers() {
  std::set<std::string> found;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    if (!std::string_view(suite.name()).ends_with(kTableSuffix)) continue;
    for (int j = 0; j < suite.total_test_count(); ++j)
      found.insert(std::string(suite.name()) + "." + suite.GetTestInfo(j)->name());
  }
  return found;
}

std::ptrdiff_t count(Reached reached) { return std::ranges::count(kErrorRows, reached, &ErrorRow::reached); }

struct Code {
  std::string_view name;
  long number;
};
// clang-format off
#define BERTH_CODE(name) {#name, long{name}}
constexpr Code kCodes[] = {
    BERTH_CODE(NO_ERROR), BERTH_CODE(ERROR_ACCESS_DENIED), BERTH_CODE(ERROR_INVALID_PARAMETER),
    BERTH_CODE(ERROR_SHARING_VIOLATION), BERTH_CODE(ERROR_NOT_FOUND), BERTH_CODE(WSA_IO_PENDING),
    BERTH_CODE(WSA_IO_INCOMPLETE), BERTH_CODE(WSA_INVALID_HANDLE), BERTH_CODE(WSA_INVALID_PARAMETER),
    BERTH_CODE(WSA_OPERATION_ABORTED), BERTH_CODE(WSAEACCES), BERTH_CODE(WSAEADDRINUSE),
    BERTH_CODE(WSAEADDRNOTAVAIL), BERTH_CODE(WSAEFAULT), BERTH_CODE(WSAEINPROGRESS), BERTH_CODE(WSAEINTR),
    BERTH_CODE(WSAEINVAL), BERTH_CODE(WSAENETDOWN), BERTH_CODE(WSAENOBUFS), BERTH_CODE(WSAENOPROTOOPT),
    BERTH_CODE(WSAENOTSOCK), BERTH_CODE(WSAEOPNOTSUPP), BERTH_CODE(WSAEWOULDBLOCK),
    BERTH_CODE(WSANOTINITIALISED), {"success", 0},
};
#undef BERTH_CODE
// clang-format on

// -- every row has a test, every test has a row ---------------------------------------------------

TEST(ErrorTableRows, that_are_not_pending_have_a_test_each) {
  const auto tests = reachers();
  for (const ErrorRow& row : kErrorRows)
    EXPECT_EQ(tests.contains(label(row)), row.reached != Reached::Pending) << label(row);
}

TEST(ErrorTableRows, are_what_every_test_of_a_table_reaches) {
  std::set<std::string> rows;
  for (const ErrorRow& row : kErrorRows) EXPECT_TRUE(rows.insert(label(row)).second) << label(row);
  for (const std::string& test : reachers()) EXPECT_TRUE(rows.contains(test)) << test;
}

TEST(ErrorTableRows, have_the_numbers_of_their_names) {
  for (const ErrorRow& row : kErrorRows) {
    const auto* code = std::ranges::find(kCodes, row.name, &Code::name);
    ASSERT_EQ(code != std::end(kCodes), row.number.has_value()) << label(row);
    if (row.number) {
      EXPECT_EQ(code->number, *row.number) << label(row);
    }
  }
}

TEST(ErrorTableRows, say_why_they_are_not_reached_naturally) {
  for (const ErrorRow& row : kErrorRows)
    EXPECT_EQ(row.why.empty(), row.reached == Reached::Naturally) << label(row);
}

TEST(ErrorTableRows, are_counted) {
  const auto all = std::ranges::ssize(kErrorRows);
  const auto naturally = count(Reached::Naturally);
  const auto by_injection = count(Reached::ByInjection);
  const auto pending = count(Reached::Pending);
  std::printf("error tables: %td rows, %td naturally, %td by injection, %td pending\n", all, naturally,
              by_injection, pending);
  for (const ErrorRow& row : kErrorRows) {
    if (row.reached == Reached::Naturally) continue;
    std::printf("  %-40s %s: %s\n", label(row).c_str(),
                row.reached == Reached::Pending ? "pending" : "by injection", std::string(row.why).c_str());
  }
  EXPECT_EQ(naturally + by_injection + pending, all);
}

}  // namespace
}  // namespace berth::test
