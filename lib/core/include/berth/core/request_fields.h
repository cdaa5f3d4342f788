// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <type_traits>

#include <berth/core/refusal.h>
#include <berth/core/request.h>

namespace berth {

// `each_field(request, field)` calls `field(name, member)` for each member of a request, or of a reply, in
// order: the one list of fields from which a journal, a wire format or a table is made.

namespace detail {
template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;
}  // namespace detail

template <detail::Is<request::StartProcess> R, class F>
void each_field(R& r, F&& field) {
  field("account", r.account);
  field("token", r.token);
}
template <detail::Is<request::ExitProcess> R, class F>
void each_field(R&, F&&) {}
template <detail::Is<request::OpenSocket> R, class F>
void each_field(R& r, F&& field) {
  field("transport", r.transport);
  field("family", r.family);
}
template <detail::Is<request::DuplicateSocket> R, class F>
void each_field(R& r, F&& field) {
  field("socket", r.socket);
  field("into", r.into);
}
template <class R, class F>
requires detail::Is<R, request::CloseSocket> || detail::Is<R, request::ImplicitBind> ||
    detail::Is<R, request::TakeBindBack> || detail::Is<R, request::Listen> ||
    detail::Is<R, request::ConnectionClosed> || detail::Is<R, request::Shutdown> ||
    detail::Is<R, request::NameOf>
void each_field(R& r, F&& field) { field("socket", r.socket); }
template <detail::Is<request::SetOption> R, class F>
void each_field(R& r, F&& field) {
  field("socket", r.socket);
  field("option", r.option);
  field("on", r.on);
}
template <detail::Is<request::SetAffinity> R, class F>
void each_field(R& r, F&& field) {
  field("socket", r.socket);
  field("processor", r.processor);
}
template <detail::Is<request::Acquire> R, class F>
void each_field(R& r, F&& field) {
  field("socket", r.socket);
  field("block", r.block);
}
template <class R, class F>
requires detail::Is<R, request::Release> || detail::Is<R, request::Associate>
void each_field(R& r, F&& field) {
  field("socket", r.socket);
  field("token", r.token);
}
template <detail::Is<request::Bind> R, class F>
void each_field(R& r, F&& field) {
  field("socket", r.socket);
  field("name", r.name);
}
template <detail::Is<request::Accept> R, class F>
void each_field(R& r, F&& field) {
  field("listener", r.listener);
  field("local", r.local);
}
template <class R, class F>
requires detail::Is<R, request::CreatePersistent> || detail::Is<R, request::DeletePersistent> ||
    detail::Is<R, request::LookupPersistent>
void each_field(R& r, F&& field) {
  field("transport", r.transport);
  field("block", r.block);
}
template <class R, class F>
requires detail::Is<R, request::AddExclusion> || detail::Is<R, request::DeleteExclusion>
void each_field(R& r, F&& field) {
  field("transport", r.transport);
  field("block", r.block);
  field("store", r.lifetime);
}
template <detail::Is<request::SetDynamicRange> R, class F>
void each_field(R& r, F&& field) {
  field("transport", r.transport);
  field("family", r.family);
  field("block", r.block);
  field("store", r.lifetime);
}
template <detail::Is<request::AddForeignBlock> R, class F>
void each_field(R& r, F&& field) {
  field("transport", r.transport);
  field("block", r.block);
  field("service", r.service);
  field("placement", r.placement);
}
template <detail::Is<request::AddKernelListener> R, class F>
void each_field(R& r, F&& field) {
  field("transport", r.transport);
  field("port", r.port);
  field("service", r.service);
}
template <detail::Is<request::StopService> R, class F>
void each_field(R& r, F&& field) {
  field("service", r.service);
}
template <detail::Is<Reply> R, class F>
void each_field(R& r, F&& field) {
  field("process", r.process);
  field("socket", r.socket);
  field("block", r.block);
  field("token", r.token);
  field("name", r.name);
}

}  // namespace berth
