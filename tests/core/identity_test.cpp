// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>

#include <berth/core/identity.h>

namespace berth {
namespace {

TEST(Identity, IsReadByItsKindWithTheUsualAccount) {
  for (std::size_t i = 0; i < kTokenKindNames.size(); ++i) {
    const auto kind = static_cast<TokenKind>(i);
    const auto identity = parse_identity(kTokenKindNames[i]);
    ASSERT_TRUE(identity) << kTokenKindNames[i];
    EXPECT_EQ(*identity, (Identity{kind, std::string(usual_account(kind))}));
    EXPECT_FALSE(identity->account.empty());
  }
}

TEST(Identity, IsReadWithAnAccountOfItsOwn) {
  EXPECT_EQ(parse_identity("standard-user:alice"), (Identity{TokenKind::StandardUser, "alice"}));
  EXPECT_EQ(parse_identity("standard-user:a:b"), (Identity{TokenKind::StandardUser, "a:b"}));
}

TEST(Identity, ThatIsNoneIsNotRead) {
  for (const char* text : {"", ":", ":alice", "standard-user:", "Standard-User", "standard-use",
                           "standard-users", " standard-user", "root"})
    EXPECT_FALSE(parse_identity(text)) << text;
}

TEST(Identity, OfTheUsersKindsIsTheSameAccount) {
  EXPECT_EQ(usual_account(TokenKind::FilteredAdministrator), usual_account(TokenKind::ElevatedAdministrator));
  EXPECT_NE(usual_account(TokenKind::LocalSystem), usual_account(TokenKind::LocalService));
  EXPECT_EQ(Identity{}.account, usual_account(Identity{}.kind));
}

}  // namespace
}  // namespace berth
