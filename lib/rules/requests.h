// SPDX-License-Identifier: MIT
#pragma once

#include <berth/rules/decide.h>

namespace berth {

// One decision per request; each stands in the file that is named after what it decides.

// processes.cpp
[[nodiscard]] Decision decide(const Circumstances& now, const request::StartProcess& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::ExitProcess& request);
// sockets.cpp
[[nodiscard]] Decision decide(const Circumstances& now, const request::OpenSocket& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::DuplicateSocket& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::CloseSocket& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::SetOption& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::SetAffinity& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::TakeBindBack& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::Listen& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::Accept& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::ConnectionClosed& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::Shutdown& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::NameOf& request);
// acquire.cpp, associate.cpp, release.cpp
[[nodiscard]] Decision decide(const Circumstances& now, const request::Acquire& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::Associate& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::Release& request);
// bind.cpp
[[nodiscard]] Decision decide(const Circumstances& now, const request::Bind& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::ImplicitBind& request);
// persistent.cpp
[[nodiscard]] Decision decide(const Circumstances& now, const request::CreatePersistent& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::DeletePersistent& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::LookupPersistent& request);
// administration.cpp
[[nodiscard]] Decision decide(const Circumstances& now, const request::AddExclusion& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::DeleteExclusion& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::SetDynamicRange& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::AddForeignBlock& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::AddKernelListener& request);
[[nodiscard]] Decision decide(const Circumstances& now, const request::StopService& request);

}  // namespace berth
