// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include <berth/scenario/step.h>

namespace berth::scenario {

/// Whether a step must say a key.
enum class Need : std::uint8_t { Required, Optional };

/// A call by its name, and the call with nothing said about it yet.
struct CallRow {
  std::string_view name;
  Call (*make)();
};
/// Every call that a step can name, in the order of docs/conformance.md.
[[nodiscard]] std::span<const CallRow> call_table();

// `each_field(call, field)` calls `field(key, member, need)` for each key of a call: the one list from which
// the reader, the schema and their tests are made.

namespace detail {
template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;
}  // namespace detail

template <detail::Is<NameChecks> C, class F>
void each_field(C& c, F&& field) {
  field("bound", c.bound, Need::Optional);
  field("equals", c.equals, Need::Optional);
  field("differs_from", c.differs_from, Need::Optional);
  field("within", c.within, Need::Optional);
  field("not_within", c.not_within, Need::Optional);
  field("in_dynamic_range", c.in_dynamic_range, Need::Optional);
  field("address_is", c.address_is, Need::Optional);
}
template <detail::Is<CountChecks> C, class F>
void each_field(C& c, F&& field) {
  field("count_is", c.count_is, Need::Optional);
  field("count_untouched", c.count_untouched, Need::Optional);
  field("output_untouched", c.output_untouched, Need::Optional);
}

template <detail::Is<call::StartWinsock> C, class F>
void each_field(C& c, F&& field) {
  field("version", c.version, Need::Optional);
  field("data", c.data, Need::Optional);
  field("negotiated", c.negotiated, Need::Optional);
}
template <class C, class F>
requires detail::Is<C, call::CleanUpWinsock> || detail::Is<C, call::Exit> || detail::Is<C, call::Restart>
void each_field(C&, F&&) {}
template <detail::Is<call::OpenSocket> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Optional);
  field("transport", c.transport, Need::Optional);
  field("family", c.family, Need::Optional);
  field("raw", c.raw, Need::Optional);
  field("overlapped", c.overlapped, Need::Optional);
}
template <class C, class F>
requires detail::Is<C, call::CloseSocket> || detail::Is<C, call::Listen> ||
    detail::Is<C, call::ConnectionClosed> || detail::Is<C, call::Shutdown>
void each_field(C& c, F&& field) { field("socket", c.socket, Need::Required); }
template <detail::Is<call::Bind> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  field("address", c.address, Need::Optional);
  field("port", c.port, Need::Optional);
  field("name_shape", c.name_shape, Need::Optional);
  each_field(c.checks, field);
}
template <detail::Is<call::GetName> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  field("name_shape", c.name_shape, Need::Optional);
  each_field(c.checks, field);
}
template <detail::Is<call::SetOption> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  field("option", c.option, Need::Optional);
  field("on", c.on, Need::Optional);
  field("raw", c.raw, Need::Optional);
  field("value", c.value, Need::Optional);
  field("value_size", c.value_size, Need::Optional);
}
template <detail::Is<call::GetOption> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  field("option", c.option, Need::Optional);
  field("raw", c.raw, Need::Optional);
  field("value", c.value, Need::Optional);
  field("value_size", c.value_size, Need::Optional);
  field("is", c.is, Need::Optional);
}
template <detail::Is<call::Acquire> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  field("block", c.block, Need::Required);
  field("granted", c.granted, Need::Optional);
  field("token", c.token, Need::Optional);
  field("call_shape", c.call_shape, Need::Optional);
  field("within", c.within, Need::Optional);
  field("in_dynamic_range", c.in_dynamic_range, Need::Optional);
  field("not_adjacent_to", c.not_adjacent_to, Need::Optional);
  field("adjacent_to", c.adjacent_to, Need::Optional);
  each_field(c.counts, field);
}
template <detail::Is<call::UseToken> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  field("token", c.token, Need::Required);
  field("call_shape", c.call_shape, Need::Optional);
  each_field(c.counts, field);
}
template <detail::Is<call::SetAffinity> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  field("processor", c.processor, Need::Required);
  field("call_shape", c.call_shape, Need::Optional);
  each_field(c.counts, field);
}
template <detail::Is<call::Control> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  field("code", c.code, Need::Required);
  field("call_shape", c.call_shape, Need::Optional);
  each_field(c.counts, field);
}
template <detail::Is<call::Persistent> C, class F>
void each_field(C& c, F&& field) {
  field("block", c.block, Need::Required);
  field("token", c.token, Need::Optional);
  field("token_pointer", c.token_pointer, Need::Optional);
  field("token_untouched", c.token_untouched, Need::Optional);
  field("same_as", c.same_as, Need::Optional);
  field("differs_from", c.differs_from, Need::Optional);
}
template <detail::Is<call::DeletePersistent> C, class F>
void each_field(C& c, F&& field) {
  field("block", c.block, Need::Required);
}
template <detail::Is<call::Start> C, class F>
void each_field(C& c, F&& field) {
  field("process", c.process.name, Need::Required);
  field("identity", c.process.identity, Need::Optional);
  field("launch", c.process.launch, Need::Optional);
  field("start_ups", c.process.start_ups, Need::Optional);
}
template <detail::Is<call::Duplicate> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  field("into", c.into, Need::Required);
  field("duplicate", c.duplicate, Need::Optional);
}
template <detail::Is<call::Connect> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  each_field(c.checks, field);
}
template <detail::Is<call::Accept> C, class F>
void each_field(C& c, F&& field) {
  field("socket", c.socket, Need::Required);
  field("accepted", c.accepted, Need::Optional);
  field("address", c.address, Need::Optional);
  each_field(c.checks, field);
}
template <class C, class F>
requires detail::Is<C, call::AddExclusion> || detail::Is<C, call::DeleteExclusion>
void each_field(C& c, F&& field) {
  field("transport", c.transport, Need::Required);
  field("block", c.block, Need::Required);
  field("store", c.store, Need::Optional);
}
template <detail::Is<call::SetDynamicRange> C, class F>
void each_field(C& c, F&& field) {
  field("transport", c.transport, Need::Required);
  field("family", c.family, Need::Optional);
  field("block", c.block, Need::Required);
  field("store", c.store, Need::Optional);
}
template <detail::Is<call::TakeBlock> C, class F>
void each_field(C& c, F&& field) {
  field("service", c.service, Need::Required);
  field("transport", c.transport, Need::Required);
  field("block", c.block, Need::Required);
  field("placement", c.placement, Need::Optional);
}
template <detail::Is<call::KernelListens> C, class F>
void each_field(C& c, F&& field) {
  field("service", c.service, Need::Required);
  field("transport", c.transport, Need::Required);
  field("port", c.port, Need::Required);
}
template <detail::Is<call::StopService> C, class F>
void each_field(C& c, F&& field) {
  field("service", c.service, Need::Required);
}

template <detail::Is<CallShape> C, class F>
void each_field(C& c, F&& field) {
  field("input", c.input, Need::Optional);
  field("input_size", c.input_size, Need::Optional);
  field("output", c.output, Need::Optional);
  field("output_size", c.output_size, Need::Optional);
  field("count", c.count, Need::Optional);
  field("overlapped", c.overlapped, Need::Optional);
  field("routine", c.routine, Need::Optional);
}
template <detail::Is<LaunchWanted> C, class F>
void each_field(C& c, F&& field) {
  field("account", c.account_kind, Need::Required);
  field("user", c.user, Need::Optional);
  field("manifest", c.manifest, Need::Optional);
  field("started_by", c.started_by, Need::Optional);
  field("uac", c.uac, Need::Optional);
}

}  // namespace berth::scenario
