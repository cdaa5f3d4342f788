// SPDX-License-Identifier: MIT
#include <berth/rules/identity.h>

#include "requests.h"

namespace berth {
namespace {

Result<TokenKind, Rule> token_for(const std::variant<TokenKind, Launch>& asked, const Profile& profile) {
  if (const auto* kind = std::get_if<TokenKind>(&asked)) return *kind;
  return token_of(std::get<Launch>(asked), profile);
}

}  // namespace

Decision decide(const Circumstances& now, const request::StartProcess& request) {
  const auto token = token_for(request.token, now.profile);
  if (!token) return Refusal{.rule = token.error(), .record = {}};
  Grant grant;
  grant.reply.process = now.pool.next_process();
  grant.effects.add(effect::AddProcess{{.id = {},
                                        .account = now.pool.number_of(request.account),
                                        .token = *token,
                                        .elevated = is_elevated(*token, now.profile)}});
  return grant;
}

Decision decide(const Circumstances& now, const request::ExitProcess&) {
  Grant grant;
  grant.effects.add(effect::RemoveProcess{now.caller});
  return grant;
}

}  // namespace berth
